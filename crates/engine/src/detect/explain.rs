//! `bakas detect --explain RULE --line N`: why a rule matched a line of a file, or why not.

use bakas_detect::{Context, Explanation, Rules};
use bakas_ingest::{Decoder, Sink};
use bakas_model::{Event, Location, Networks, Reject, RuleIx};
use bumpalo::Bump;

use super::Request;
use crate::{
    Error,
    feed::{Job, Threads, Worker, feed},
    observer::{Quiet, Stop},
    plan::Plan,
    rulebook::{self, RuleReport, RuleStatus, Rulebook},
};

/// What is to be explained.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The rule's id, title or file.
    pub rule: String,
    /// The line, or the record of a format without lines, from 1.
    pub line: u64,
}

/// The rule's way through the line.
#[derive(Debug)]
pub enum Explained {
    /// What it made of each event of the line.
    Events(Vec<Explanation>),
    /// The line became no event.
    Rejected(Reject),
    /// There is no such line, or it is blank, a header or a comment.
    NoRecord,
}

/// Explains a rule by a line of the one file that is given.
///
/// # Errors
/// Where the rule or the file is not there, several are, or the rule is a correlation.
pub fn explain(
    request: &Request<'_>,
    asked: &Asked,
    networks: &dyn Networks,
) -> Result<Explained, Error> {
    let plan = Plan::make(request.inputs, request.config, request.formats)?;
    if plan.sources.len() != 1 {
        let count = plan.sources.len();
        let what = format!("a line is of one file: {count} were given with --explain");
        return Err(Error::Usage(what));
    }
    let book = rulebook::load(request.given, plan.formats)?;
    let rule = find(&book, &asked.rule)?;
    let threads = Threads { readers: 1, workers: 1, is_hashed: false };
    let make = || {
        let found = Found { explanations: Vec::new(), reject: None };
        let asker =
            Asker { rules: &book.rules, plan: &plan, rule, line: asked.line, networks, found };
        Ok(Part { decoder: None, arena: Bump::new(), asker })
    };
    let fed = feed(&plan, threads, &Quiet, &Stop::new(), &make)?;
    let Some(found) = fed.outputs.into_iter().next() else { return Ok(Explained::NoRecord) };
    Ok(match (found.explanations, found.reject) {
        (explanations, _) if !explanations.is_empty() => Explained::Events(explanations),
        (_, Some(reject)) => Explained::Rejected(reject),
        _ => Explained::NoRecord,
    })
}

fn find(book: &Rulebook, name: &str) -> Result<RuleIx, Error> {
    let rules = &book.rules;
    let is_it = |meta: &&bakas_model::RuleMeta| {
        let file = meta.path.rsplit('/').next().unwrap_or_default();
        [meta.id.as_str(), &meta.title, &meta.path, file].contains(&name)
    };
    match rules.metas().iter().find(is_it) {
        None => Err(Error::Usage(unasked(book, name))),
        Some(meta) if meta.correlation => Err(Error::Usage(format!(
            "'{}' joins many lines: explain the rules that it builds on",
            meta.title
        ))),
        Some(meta) => Ok(meta.ix),
    }
}

/// Why a rule of that name is not asked.
fn unasked(book: &Rulebook, name: &str) -> String {
    let is_it = |report: &&RuleReport| {
        let file = report.path.rsplit('/').next().unwrap_or_default();
        [report.id.as_str(), &report.title, &report.path, file].contains(&name)
    };
    match book.loaded.rules.iter().find(is_it).map(|report| &report.status) {
        Some(RuleStatus::NotApplicable(source)) => {
            format!("'{name}' is not asked: no log here is {source}")
        }
        Some(RuleStatus::Unsupported(problem)) => format!("'{name}' is not asked: {problem}"),
        _ => format!("no rule that was read has the id, title or file '{name}'"),
    }
}

struct Part<'a> {
    decoder: Option<Decoder>,
    arena: Bump,
    asker: Asker<'a>,
}

struct Asker<'a> {
    rules: &'a Rules,
    plan: &'a Plan,
    rule: RuleIx,
    line: u64,
    networks: &'a dyn Networks,
    found: Found,
}

struct Found {
    explanations: Vec<Explanation>,
    reject: Option<Reject>,
}

impl Worker for Part<'_> {
    type Output = Found;

    fn chunk(&mut self, job: &Job) -> Result<(), Error> {
        let plan = self.asker.plan;
        let source = &plan.sources[job.source.0 as usize];
        let fresh = || Decoder::with(source, job.format, plan.formats);
        self.arena.reset();
        let decoder = self.decoder.get_or_insert_with(fresh);
        decoder.decode(&job.chunk, &self.arena, &mut self.asker);
        Ok(())
    }

    fn finish(self) -> Result<Found, Error> {
        Ok(self.asker.found)
    }
}

impl Sink for Asker<'_> {
    fn event(&mut self, event: &Event<'_>, line: u64) {
        if line != self.line {
            return;
        }
        let location =
            event.src.map_or_else(Location::default, |src| self.networks.locate(src, event.time));
        let operator = location.asn.and_then(|asn| self.networks.operator(asn, event.time));
        let agency = &self.plan.agencies[event.agency.0 as usize];
        let context = Context { location, operator, agency };
        self.found.explanations.extend(self.rules.explain(self.rule, event, &context));
    }

    fn reject(&mut self, reject: Reject) {
        if reject.line == Some(self.line) {
            self.found.reject.get_or_insert(reject);
        }
    }
}

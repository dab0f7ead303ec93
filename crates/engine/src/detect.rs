//! `bakas detect`: rules over logs, findings out as NDJSON: those of plain rules in the order of
//! the input, then those of correlations and statistics. It keeps nothing and judges nothing.

mod explain;
mod lines;
mod look;

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::mpsc::channel,
    thread,
};

use bakas_detect::{FieldsSeen, Input, Loaded};
use bakas_ingest::Account;
use bakas_model::{Detection, Networks, Severity, Timestamp};
use bakas_store::{Spool, StoreError};
use bumpalo::Bump;
use rustc_hash::FxHashMap;
use serde::Serialize;

pub use self::explain::{Asked, Explained, explain};
use self::look::{Looker, Part};
use crate::{
    Error, correlate,
    feed::{Threads, feed},
    observer::{Observer, Step, Stop},
    ordered,
    plan::Plan,
    rulebook::{self, Given, Rulebook},
};

/// Memory for the hits that correlations are made from, over all workers, in bytes.
const INPUTS_BYTES_LIMIT: usize = 192 << 20;
/// Places of hits that a correlation's finding names.
const SAMPLES_SHOWN: usize = 10;

/// What to look at, and how.
#[derive(Debug)]
pub struct Request<'a> {
    /// Files and folders of logs.
    pub inputs: &'a [PathBuf],
    /// Configuration instead of the one beside the logs.
    pub config: Option<&'a Path>,
    /// Formats beside the built-in ones: files and folders.
    pub formats: &'a [PathBuf],
    /// The rules to ask.
    pub given: &'a Given,
    /// Worker threads.
    pub threads: usize,
}

/// What it came to.
#[derive(Debug, Default)]
pub struct Detected {
    /// What became of the rules.
    pub loaded: Loaded,
    /// Events looked at.
    pub events: u64,
    /// Every record and byte of what was read.
    pub account: Account,
    /// Pieces that could not be read, whole files among them.
    pub rejects: u64,
    /// Findings: of plain rules one for each event and rule, of correlations one for each burst.
    pub findings: u64,
    /// The highest level among them.
    pub highest: Option<Severity>,
}

/// What one worker counted.
#[derive(Default)]
struct Counted {
    events: u64,
    account: Account,
    rejects: u64,
    findings: u64,
    highest: Option<Severity>,
}

/// A finding of a correlation or a statistic. Its members are told in `docs/manual/detect.md`.
#[derive(Serialize)]
struct Burst<'a> {
    rule: &'a str,
    title: &'a str,
    level: Severity,
    agency: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    group: Vec<(&'a str, &'a str)>,
    first: Timestamp,
    last: Timestamp,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_rate: Option<&'a str>,
    hits: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    offset: u64,
    length: u32,
}

/// Asks the rules of the logs and writes what they find.
///
/// # Errors
/// Where an input cannot be found, a configuration is wrong or the output cannot be written.
pub fn run(
    request: &Request<'_>,
    networks: &dyn Networks,
    observer: &dyn Observer,
    stop: &Stop,
    out: &mut (dyn Write + Send),
) -> Result<Detected, Error> {
    // Neither waits for the other: which logs there are, and what the rules say.
    let (plan, rules) = thread::scope(|scope| {
        let rules = scope.spawn(|| rulebook::read(request.given));
        (Plan::make(request.inputs, request.config, request.formats), rules.join())
    });
    let plan = plan?;
    plan.tell(observer);
    let rules = rules.unwrap_or_else(|_| Err(Error::Worker("the reader of rules".into())))?;
    let book = rules.load(plan.formats)?;
    book.note.iter().for_each(|note| observer.note(note));
    let temp = tempfile::tempdir()
        .map_err(|source| Error::Write { path: std::env::temp_dir(), source })?;
    observer.step(Step::Sweep, plan.bytes);
    let (pieces, ordered) = channel();
    // One reader: its order is the order of the findings.
    let threads = Threads { readers: 1, workers: request.threads, is_hashed: false };
    let (plan, rules, place) = (&plan, &book.rules, temp.path());
    let share = INPUTS_BYTES_LIMIT / request.threads.max(1);
    let inputs = |bytes| Spool::<Input>::new(place, bytes, Input::weight);
    // It owns the sender: once it is gone and the workers are, the writer is done.
    let part = move || {
        let looker = Looker::new(plan, rules, networks, inputs(share));
        let (decoders, arena) = (FxHashMap::default(), Bump::new());
        Ok(Part { plan, pieces: pieces.clone(), decoders, arena, looker })
    };
    let to = &mut *out;
    let (fed, written) = thread::scope(|scope| {
        let writer = scope.spawn(move || ordered::write(&ordered, to));
        let fed = feed(plan, threads, observer, stop, &part);
        drop(part);
        let written = writer.join().unwrap_or_else(|_| Err(Error::Worker("the writer".into())));
        (fed, written)
    });
    let fed = fed?;
    written?;
    let mut total = Detected::default();
    let mut seen = FieldsSeen::default();
    let mut all = inputs(INPUTS_BYTES_LIMIT);
    for (counted, fields, theirs) in fed.outputs {
        total.add(&counted);
        seen.merge(&fields);
        all.absorb(theirs)?;
    }
    let faults: usize = fed.files.iter().map(|file| file.rejects.len()).sum();
    total.rejects += (plan.rejects.len() + faults) as u64;
    observer.step(Step::Correlate, 0);
    correlate::run(rules, all, place, &mut |detection| {
        bursts(detection, &book, plan, &mut total, out)
    })?;
    total.loaded = book.seen(&seen);
    Ok(total)
}

fn bursts(
    detection: &Detection,
    book: &Rulebook,
    plan: &Plan,
    total: &mut Detected,
    out: &mut (dyn Write + Send),
) -> Result<(), StoreError> {
    let meta = &book.rules.metas()[detection.rule.0 as usize];
    total.findings += 1;
    total.highest = total.highest.max(Some(meta.severity));
    let hits = detection.samples.iter().take(SAMPLES_SHOWN).map(|hit| Place {
        file: &plan.sources[hit.place.source.0 as usize].path,
        offset: hit.place.offset,
        length: hit.place.length,
    });
    let finding = Burst {
        rule: &meta.id,
        title: &meta.title,
        level: meta.severity,
        agency: &plan.agencies[detection.agency.0 as usize].id,
        group: detection
            .group
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        first: detection.first,
        last: detection.last,
        count: detection.count,
        base_rate: meta.base_rate.as_deref(),
        hits: hits.collect(),
    };
    let mut line = serde_json::to_vec(&finding).expect("a finding is plain data");
    line.push(b'\n');
    let path = || PathBuf::from("standard output");
    out.write_all(&line).map_err(|source| StoreError::Io { action: "write", path: path(), source })
}

impl Detected {
    fn add(&mut self, other: &Counted) {
        self.events += other.events;
        self.account.add(&other.account);
        self.rejects += other.rejects;
        self.findings += other.findings;
        self.highest = self.highest.max(other.highest);
    }
}

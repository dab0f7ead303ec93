//! `bakas detect`: rules over logs, findings out as NDJSON in the order of the input, nothing else.

use std::{
    collections::BTreeMap,
    io::Write,
    net::IpAddr,
    path::PathBuf,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use bakas_detect::{Context, Matcher, Rules};
use bakas_ingest::{Decoder, Sink};
use bakas_model::{Event, Location, Networks, Reject, Role, RuleIx, Severity, SourceIx, Timestamp};
use bumpalo::Bump;
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::{
    Error,
    feed::{Job, Threads, Worker, feed},
    observer::{Observer, Stop},
    plan::Plan,
};

/// What to look at, and how.
#[derive(Debug)]
pub struct Request<'a> {
    /// Files and folders of logs.
    pub inputs: &'a [PathBuf],
    /// Configuration instead of the one beside the logs.
    pub config: Option<&'a std::path::Path>,
    /// The rules.
    pub rules: &'a Rules,
    /// Worker threads.
    pub threads: usize,
}

/// What it came to.
#[derive(Clone, Debug, Default)]
pub struct Detected {
    /// Events looked at.
    pub events: u64,
    /// Records that could not be read.
    pub rejects: u64,
    /// Findings, one for each event and rule.
    pub findings: u64,
    /// The highest level among them.
    pub highest: Option<Severity>,
}

/// One line of output. Its members are told in `docs/manual/detect.md`.
#[derive(Serialize)]
struct Finding<'a> {
    file: &'a str,
    line: u64,
    offset: u64,
    length: u32,
    time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    src: Option<IpAddr>,
    rule: &'a str,
    title: &'a str,
    level: Severity,
}

/// Runs the plain rules over the logs and writes their findings in order.
///
/// # Errors
/// Where an input cannot be read or the output cannot be written.
pub fn run(
    request: &Request<'_>,
    networks: &dyn Networks,
    observer: &dyn Observer,
    stop: &Stop,
    out: &mut (dyn Write + Send),
) -> Result<Detected, Error> {
    let plan = Plan::make(request.inputs, request.config)?;
    observer.step(crate::observer::Step::Sweep, plan.bytes);
    let (pieces, ordered) = channel();
    // One reader: its order is the order of the findings.
    let threads = Threads { readers: 1, workers: request.threads, is_hashed: false };
    let whole = &plan;
    // It owns the sender: once it is gone and the workers are, the writer is done.
    let part = move || {
        let looker = Looker {
            plan: whole,
            rules: request.rules,
            networks,
            matcher: request.rules.matcher(),
            detected: Detected::default(),
            text: Vec::new(),
        };
        Ok(Part {
            plan: whole,
            pieces: pieces.clone(),
            decoders: FxHashMap::default(),
            arena: Bump::new(),
            looker,
        })
    };
    let (fed, written) = thread::scope(|scope| {
        let writer = scope.spawn(move || write_in_order(&ordered, out));
        let fed = feed(&plan, threads, observer, stop, &part);
        drop(part);
        let written = writer.join().unwrap_or_else(|_| Err(Error::Worker("the writer".into())));
        (fed, written)
    });
    let fed = fed?;
    written?;
    let mut total = Detected::default();
    for detected in &fed.outputs {
        total.add(detected);
    }
    let faults: usize = fed.files.iter().map(|file| file.rejects.len()).sum();
    total.rejects += (plan.rejects.len() + faults) as u64;
    Ok(total)
}

/// The findings of one chunk, in its order.
struct Piece {
    sequence: u64,
    text: Vec<u8>,
}

/// Holds pieces back until those before them are written.
fn write_in_order(pieces: &Receiver<Piece>, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for piece in pieces {
        early.insert(piece.sequence, piece.text);
        while let Some(text) = early.remove(&next) {
            let path = || PathBuf::from("standard output");
            out.write_all(&text).map_err(|source| Error::Write { path: path(), source })?;
            next += 1;
        }
    }
    Ok(())
}

struct Part<'a> {
    plan: &'a Plan,
    pieces: Sender<Piece>,
    decoders: FxHashMap<SourceIx, Decoder>,
    arena: Bump,
    looker: Looker<'a>,
}

struct Looker<'a> {
    plan: &'a Plan,
    rules: &'a Rules,
    networks: &'a dyn Networks,
    matcher: Matcher<'a>,
    detected: Detected,
    text: Vec<u8>,
}

impl Worker for Part<'_> {
    type Output = Detected;

    fn chunk(&mut self, job: &Job) -> Result<(), Error> {
        let source = &self.plan.sources[job.source.0 as usize];
        let decoder =
            self.decoders.entry(job.source).or_insert_with(|| Decoder::new(source, job.format));
        self.arena.reset();
        decoder.decode(&job.chunk, &self.arena, &mut self.looker);
        let text = std::mem::take(&mut self.looker.text);
        let sent = self.pieces.send(Piece { sequence: job.sequence, text });
        sent.map_err(|_| Error::Worker("the output was closed".into()))
    }

    fn finish(self) -> Result<Detected, Error> {
        Ok(self.looker.detected)
    }
}

impl Looker<'_> {
    fn report(&mut self, event: &Event<'_>, line: u64, rule: RuleIx) {
        let meta = &self.rules.metas()[rule.0 as usize];
        if meta.role != Role::Finding || meta.correlation {
            return;
        }
        self.detected.findings += 1;
        self.detected.highest = self.detected.highest.max(Some(meta.severity));
        let finding = Finding {
            file: &self.plan.sources[event.place.source.0 as usize].path,
            line,
            offset: event.place.offset,
            length: event.place.length,
            time: event.time,
            src: event.src,
            rule: &meta.id,
            title: &meta.title,
            level: meta.severity,
        };
        serde_json::to_writer(&mut self.text, &finding).expect("a Vec takes any bytes");
        self.text.push(b'\n');
    }
}

impl Sink for Looker<'_> {
    fn event(&mut self, event: &Event<'_>, line: u64) {
        self.detected.events += 1;
        let location =
            event.src.map_or_else(Location::default, |src| self.networks.locate(src, event.time));
        let operator = location.asn.and_then(|asn| self.networks.operator(asn, event.time));
        let agency = &self.plan.agencies[event.agency.0 as usize];
        let context = Context { location, operator, agency };
        let matched: Vec<RuleIx> = self.matcher.run(event, &context).to_vec();
        for rule in matched {
            self.report(event, line, rule);
        }
    }

    fn reject(&mut self, _: Reject) {
        self.detected.rejects += 1;
    }
}

impl Detected {
    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.rejects += other.rejects;
        self.findings += other.findings;
        self.highest = self.highest.max(other.highest);
    }
}

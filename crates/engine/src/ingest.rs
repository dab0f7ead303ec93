//! `bakas ingest`: what becomes of each source — its format, and an account of every record and
//! byte — and, where asked, its events as OCSF documents. No rule is asked and nothing is kept.

mod explain;
mod ocsf;

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    sync::mpsc::{Sender, channel},
    thread,
};

use bakas_ingest::{Account, Decoder, Sink};
pub use bakas_ingest::{Explained, ExplainedEvent, Outcome};
use bakas_model::{Event, Reject, Source, SourceIx, limits::REJECT_SAMPLES_LIMIT};
use bumpalo::Bump;
use rustc_hash::FxHashMap;

pub use self::explain::{ExplainedSource, explain};
use self::ocsf::Document;
use crate::{
    Error,
    feed::{Job, Threads, Worker, feed},
    observer::{Observer, Step, Stop},
    ordered::{self, Piece},
    plan::Plan,
};

/// What to read, and how.
#[derive(Debug)]
pub struct Request<'a> {
    /// Files and folders of logs.
    pub inputs: &'a [PathBuf],
    /// Configuration instead of the one beside the logs.
    pub config: Option<&'a Path>,
    /// Files and folders of further formats.
    pub formats: &'a [PathBuf],
    /// Worker threads.
    pub threads: usize,
    /// Whether the events are written out.
    pub events: bool,
}

/// What became of one source.
#[derive(Clone, Debug, Default)]
pub struct SourceAccount {
    /// The source.
    pub source: Source,
    /// Events; a record may hold several.
    pub events: u64,
    /// Every record and byte.
    pub account: Account,
    /// Bytes, as shipped, of a file that was not read at all.
    pub unread_bytes: u64,
    /// Pieces that became no event, samples of them.
    pub rejects: Vec<Reject>,
}

/// Reads everything and accounts for it, source by source in the order of the plan.
///
/// # Errors
/// Where an input cannot be found, a configuration is wrong or the output cannot be written.
pub fn run(
    request: &Request<'_>,
    observer: &dyn Observer,
    stop: &Stop,
    out: &mut (dyn Write + Send),
) -> Result<Vec<SourceAccount>, Error> {
    let plan = Plan::make(request.inputs, request.config, request.formats)?;
    plan.tell(observer);
    observer.step(Step::Sweep, plan.bytes);
    let (pieces, ordered) = channel();
    let threads = Threads { readers: 1, workers: request.threads, is_hashed: false };
    let whole = &plan;
    // It owns the sender: once it is gone and the workers are, the writer is done.
    let part = move || {
        let writer = Writer { plan: whole, is_asked: request.events, ..Writer::new(whole) };
        let (pieces, decoders) = (pieces.clone(), FxHashMap::default());
        Ok(Part { plan: whole, pieces, decoders, arena: Bump::new(), writer })
    };
    let (fed, written) = thread::scope(|scope| {
        let writer = scope.spawn(move || ordered::write(&ordered, out));
        let fed = feed(&plan, threads, observer, stop, &part);
        drop(part);
        let written = writer.join().unwrap_or_else(|_| Err(Error::Worker("the writer".into())));
        (fed, written)
    });
    let fed = fed?;
    written?;
    let mut accounts: Vec<_> = plan
        .sources
        .iter()
        .map(|source| SourceAccount { source: source.clone(), ..SourceAccount::default() })
        .collect();
    for file in &plan.files {
        if let [only] = file.members.as_slice()
            && !only.is_read()
        {
            accounts[only.source.0 as usize].unread_bytes = file.bytes;
        }
    }
    for (ix, tally) in fed.outputs.into_iter().flatten() {
        let whole = &mut accounts[ix.0 as usize];
        whole.events += tally.events;
        whole.account.add(&tally.account);
        whole.rejects.extend(tally.rejects);
    }
    for reject in plan.rejects.iter().chain(fed.files.iter().flat_map(|file| &file.rejects)) {
        accounts[reject.place.source.0 as usize].rejects.push(reject.clone());
    }
    for account in &mut accounts {
        account.rejects.sort_by_key(|reject| (reject.place, reject.reason));
        account.rejects.truncate(REJECT_SAMPLES_LIMIT);
    }
    Ok(accounts)
}

#[derive(Default)]
struct Tally {
    events: u64,
    account: Account,
    rejects: Vec<Reject>,
}

struct Part<'a> {
    plan: &'a Plan,
    pieces: Sender<Piece>,
    decoders: FxHashMap<SourceIx, Decoder>,
    arena: Bump,
    writer: Writer<'a>,
}

/// Counts events, and writes them where asked.
struct Writer<'a> {
    plan: &'a Plan,
    is_asked: bool,
    tallies: BTreeMap<SourceIx, Tally>,
    text: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self { plan, is_asked: false, tallies: BTreeMap::new(), text: Vec::new() }
    }
}

impl Worker for Part<'_> {
    type Output = BTreeMap<SourceIx, Tally>;

    fn chunk(&mut self, job: &Job) -> Result<(), Error> {
        let source = &self.plan.sources[job.source.0 as usize];
        let decoder = self
            .decoders
            .entry(job.source)
            .or_insert_with(|| Decoder::with(source, job.format, self.plan.formats));
        self.arena.reset();
        decoder.decode(&job.chunk, &self.arena, &mut self.writer);
        let text = std::mem::take(&mut self.writer.text);
        let sent = self.pieces.send(Piece { sequence: job.sequence, text });
        sent.map_err(|_| Error::Worker("the output was closed".into()))
    }

    fn finish(mut self) -> Result<Self::Output, Error> {
        for (ix, decoder) in &self.decoders {
            self.writer.tallies.entry(*ix).or_default().account.add(&decoder.account());
        }
        Ok(self.writer.tallies)
    }
}

impl Sink for Writer<'_> {
    fn event(&mut self, event: &Event<'_>, _: u64) {
        let ix = event.place.source;
        self.tallies.entry(ix).or_default().events += 1;
        if self.is_asked {
            let source = &self.plan.sources[ix.0 as usize];
            let agency = &self.plan.agencies[event.agency.0 as usize].id;
            let document = Document::of(event, source, agency);
            serde_json::to_writer(&mut self.text, &document).expect("a Vec takes any bytes");
            self.text.push(b'\n');
        }
    }

    fn reject(&mut self, reject: Reject) {
        let tally = self.tallies.entry(reject.place.source).or_default();
        if tally.rejects.len() < REJECT_SAMPLES_LIMIT {
            tally.rejects.push(reject);
        }
    }
}

//! The sweep: every chunk through ingest, trace and detect, once. Each worker keeps its own part
//! of everything; the parts join in any order.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
};

use bakas_casework::Ledger;
use bakas_detect::{Context, FieldsSeen, Gatherer, Input, Matcher, Rules};
use bakas_ingest::{Decoder, Sink, SkewSampler};
use bakas_model::{
    Account, AccountProfile, Activity, AddressProfile, Class, Event, Family, Networks, Place,
    Reject, RejectReason, Role, RuleIx, Severity, SourceIx, SourceSummary, Status, Timestamp,
    case::Holdings, limits::REJECT_SAMPLES_LIMIT,
};
use bakas_store::{EventLake, EventWriter, Spool, StoreError};
use bumpalo::Bump;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    atlas::Atlas,
    feed::{Fed, Job, Threads, Worker, feed},
    held,
    observer::{Observer, Stop},
    plan::Plan,
    seal::records::{Batcher, Batches, Secrets},
};

/// Memory for the hits that correlations are made from, over all workers, in bytes.
const INPUTS_BYTES_LIMIT: usize = 64 << 20;
/// Memory for profiles that were put aside, over all workers, in bytes: of addresses, and as much again
/// of accounts. The sweep holds much else.
const ASIDE_BYTES_LIMIT: usize = 32 << 20;
/// Memory for the profiles of one sort after the sweep, in bytes.
pub(crate) const PROFILES_BYTES_LIMIT: usize = 64 << 20;
/// Profiles that all workers together hold before each puts its own aside.
const LEDGER_ENTRIES_LIMIT: usize = 180_000;

/// What the sweep needs.
pub(crate) struct Sweep<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) rules: &'a Rules,
    pub(crate) networks: &'a dyn Networks,
    pub(crate) lake: &'a dyn EventLake,
    pub(crate) temp: &'a Path,
    pub(crate) threads: Threads,
    /// What the salts of the seal come from.
    pub(crate) secrets: &'a Secrets,
}

/// What the sweep came to.
pub(crate) struct Swept {
    pub(crate) sources: Vec<SourceSummary>,
    pub(crate) rejects: Vec<Reject>,
    pub(crate) inputs: Spool<Input>,
    pub(crate) addresses: Spool<ByAddress>,
    pub(crate) accounts: Spool<ByAccount>,
    pub(crate) skew: SkewSampler,
    pub(crate) seen: FieldsSeen,
    /// The leaves of the records, still in pieces.
    pub(crate) sealed: Vec<Batches>,
    /// SHA-512 of each file of the plan.
    pub(crate) sha512: Vec<String>,
}

/// An address profile in the order of agency and address.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ByAddress(pub(crate) Box<AddressProfile>);

/// An account profile in the order of agency and name.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ByAccount(pub(crate) AccountProfile);

/// One worker's part.
struct Part<'a> {
    plan: &'a Plan,
    decoders: FxHashMap<SourceIx, Decoder>,
    arena: Bump,
    recorder: Recorder<'a>,
}

/// Takes what a decoder gives.
struct Recorder<'a> {
    plan: &'a Plan,
    rules: &'a Rules,
    atlas: Atlas<'a>,
    matcher: Matcher<'a>,
    matched: Vec<RuleIx>,
    gatherer: Gatherer<'a>,
    fresh: Vec<Input>,
    gathered: Gathered,
    ledger_limit: usize,
    writer: Option<Box<dyn EventWriter>>,
    batcher: Batcher<'a>,
    fault: Option<StoreError>,
}

/// What a worker hands over.
struct Gathered {
    sources: BTreeMap<SourceIx, SourceTally>,
    ledger: Ledger,
    inputs: Spool<Input>,
    addresses: Spool<ByAddress>,
    accounts: Spool<ByAccount>,
    skew: SkewSampler,
    seen: FieldsSeen,
    sealed: Option<Batches>,
}

#[derive(Default)]
struct SourceTally {
    events: u64,
    account: Account,
    span: Option<(Timestamp, Timestamp)>,
    held: Holdings,
    families: BTreeSet<Family>,
    rejects: BTreeMap<RejectReason, u64>,
    samples: Vec<Reject>,
}

impl Sweep<'_> {
    pub(crate) fn run(&self, observer: &dyn Observer, stop: &Stop) -> Result<Swept, Error> {
        let make = || self.part();
        let fed = feed(self.plan, self.threads, observer, stop, &make)?;
        self.join(fed)
    }

    fn part(&self) -> Result<Part<'_>, Error> {
        let share = self.threads.workers.max(1);
        let gathered = Gathered {
            sources: BTreeMap::new(),
            ledger: Ledger::default(),
            inputs: Spool::new(self.temp, INPUTS_BYTES_LIMIT / share, Input::weight),
            addresses: Spool::new(self.temp, ASIDE_BYTES_LIMIT / share, ByAddress::weight),
            accounts: Spool::new(self.temp, ASIDE_BYTES_LIMIT / share, ByAccount::weight),
            skew: SkewSampler::new(),
            seen: FieldsSeen::default(),
            sealed: None,
        };
        let recorder = Recorder {
            plan: self.plan,
            rules: self.rules,
            atlas: Atlas::new(self.networks),
            matcher: self.rules.matcher(),
            matched: Vec::new(),
            gatherer: self.rules.gatherer(),
            fresh: Vec::new(),
            gathered,
            ledger_limit: LEDGER_ENTRIES_LIMIT / share,
            writer: Some(self.lake.writer()?),
            batcher: Batcher::new(self.secrets, self.temp)?,
            fault: None,
        };
        let (decoders, arena) = (FxHashMap::default(), Bump::new());
        Ok(Part { plan: self.plan, decoders, arena, recorder })
    }

    fn join(&self, fed: Fed<Gathered>) -> Result<Swept, Error> {
        let mut sources = self.summaries(&fed);
        let mut rejects = self.plan.rejects.clone();
        let mut inputs = Spool::new(self.temp, INPUTS_BYTES_LIMIT, Input::weight);
        let mut addresses = Spool::new(self.temp, PROFILES_BYTES_LIMIT, ByAddress::weight);
        let mut accounts = Spool::new(self.temp, PROFILES_BYTES_LIMIT, ByAccount::weight);
        let mut skew = SkewSampler::new();
        let mut seen = FieldsSeen::default();
        let (mut sealed, mut sha512) = (Vec::new(), Vec::new());
        for file in fed.files {
            sha512.push(file.sha512);
            for reject in &file.rejects {
                count(&mut sources[reject.place.source.0 as usize], reject.reason, 1);
            }
            rejects.extend(file.rejects);
        }
        for gathered in fed.outputs {
            for (ix, tally) in gathered.sources {
                tally.add_to(&mut sources[ix.0 as usize], &mut rejects);
            }
            inputs.absorb(gathered.inputs)?;
            addresses.absorb(gathered.addresses)?;
            accounts.absorb(gathered.accounts)?;
            skew.merge(gathered.skew);
            seen.merge(&gathered.seen);
            sealed.extend(gathered.sealed);
        }
        rejects.sort_by_key(|reject| (reject.place, reject.reason));
        Ok(Swept { sources, rejects, inputs, addresses, accounts, skew, seen, sealed, sha512 })
    }

    fn summaries(&self, fed: &Fed<Gathered>) -> Vec<SourceSummary> {
        let mut summaries: Vec<_> = self
            .plan
            .sources
            .iter()
            .map(|source| SourceSummary { source: source.clone(), ..SourceSummary::default() })
            .collect();
        for reject in &self.plan.rejects {
            count(&mut summaries[reject.place.source.0 as usize], reject.reason, 1);
        }
        for (file, read) in self.plan.files.iter().zip(&fed.files) {
            for (member, bytes) in file.members.iter().zip(&read.unpacked) {
                let summary = &mut summaries[member.source.0 as usize];
                summary.bytes = *bytes;
                summary.bytes_shipped = read.bytes;
                summary.sha256.clone_from(&read.sha256);
                summary.duplicate_of = member.duplicate_of;
            }
        }
        summaries
    }
}

fn count(summary: &mut SourceSummary, reason: RejectReason, more: u64) {
    *summary.rejects.entry(reason).or_default() += more;
}

impl Worker for Part<'_> {
    type Output = Gathered;

    fn chunk(&mut self, job: &Job) -> Result<(), Error> {
        let source = &self.plan.sources[job.source.0 as usize];
        let decoder = self
            .decoders
            .entry(job.source)
            .or_insert_with(|| Decoder::with(source, job.format, self.plan.formats));
        self.arena.reset();
        // Every record is taken apart anyhow, and our own rules look for much that has no text in
        // the bytes: there a screen costs more than it spares (measured). So it is not told a shape.
        self.recorder.matcher.screen(None, job.chunk.base, &job.chunk.bytes);
        self.recorder.batcher.begin(job.source.0);
        for place in &job.broken {
            let piece = place.offset..place.offset + u64::from(place.length);
            // What lies in more than one chunk was too large for a record.
            if piece.end <= job.chunk.origin.end
                && let Some(bytes) = job.chunk.part(piece)
            {
                self.recorder.batcher.record(*place, bytes);
            }
        }
        decoder.decode(&job.chunk, &self.arena, &mut self.recorder);
        self.recorder.batcher.end()?;
        self.recorder.put_aside()?;
        self.recorder.fault.take().map_or(Ok(()), |fault| Err(fault.into()))
    }

    fn finish(mut self) -> Result<Gathered, Error> {
        if let Some(writer) = self.recorder.writer.take() {
            writer.finish()?;
        }
        self.recorder.drain_ledger()?;
        // Here every worker sorts its own; afterwards one thread merges what is sorted.
        self.recorder.gathered.inputs.sort();
        for (ix, decoder) in &self.decoders {
            self.recorder.tally(*ix).account.add(&decoder.account());
        }
        let Recorder { batcher, matcher, mut gathered, .. } = self.recorder;
        gathered.seen = matcher.fields_seen().clone();
        gathered.sealed = Some(batcher.finish()?);
        Ok(gathered)
    }
}

impl Recorder<'_> {
    fn tally(&mut self, source: SourceIx) -> &mut SourceTally {
        self.gathered.sources.entry(source).or_default()
    }

    /// What the matched rules say of a sign-in and of alarm.
    fn judge(&self, event: &Event<'_>, matched: &[RuleIx]) -> (Option<bool>, bool) {
        let mut sign_in = match (event.class, event.activity, event.status) {
            (Class::Authentication, Activity::Logon, Status::Success) => Some(true),
            (Class::Authentication, Activity::Logon, Status::Failure) => Some(false),
            _ => None,
        };
        let mut alarm = false;
        for rule in matched {
            let meta = &self.rules.metas()[rule.0 as usize];
            match meta.role {
                Role::SignIn => sign_in = Some(true),
                Role::SignInFailed => sign_in = sign_in.or(Some(false)),
                Role::Finding => alarm |= meta.severity >= Severity::Medium,
                Role::Base => (),
            }
        }
        (sign_in, alarm)
    }

    fn record(&mut self, event: &Event<'_>) -> Result<(), StoreError> {
        let (location, operator) = self.atlas.locate(event);
        let agency = &self.plan.agencies[event.agency.0 as usize];
        let context = Context { location, operator, agency };
        let mut matched = std::mem::take(&mut self.matched);
        matched.clear();
        matched.extend_from_slice(self.matcher.run(event, &context));
        let (sign_in, alarm) = self.judge(event, &matched);
        self.gathered.ledger.observe(event, &location, sign_in, alarm);
        self.gathered.skew.observe(event);
        if !matched.is_empty() {
            self.gatherer.gather(event, &context, &matched, &mut self.fresh);
            for input in self.fresh.drain(..) {
                self.gathered.inputs.push(input)?;
            }
        }
        self.matched = matched;
        if let Some(writer) = &mut self.writer {
            writer.write(event, location)?;
        }
        Ok(())
    }

    /// Puts profiles aside when there are many, so that memory stays bounded.
    fn put_aside(&mut self) -> Result<(), Error> {
        if self.gathered.ledger.len() > self.ledger_limit {
            self.drain_ledger()?;
        }
        Ok(())
    }

    fn drain_ledger(&mut self) -> Result<(), Error> {
        let (addresses, accounts) = self.gathered.ledger.drain();
        for profile in addresses {
            self.gathered.addresses.push(ByAddress(profile))?;
        }
        for profile in accounts {
            self.gathered.accounts.push(ByAccount(profile))?;
        }
        Ok(())
    }
}

impl Sink for Recorder<'_> {
    fn event(&mut self, event: &Event<'_>, _line: u64) {
        if self.fault.is_some() {
            return;
        }
        self.batcher.event(event);
        let time = event.time;
        let tally = self.tally(event.place.source);
        tally.events += 1;
        tally.families.insert(event.stream.family());
        if event.src.is_some() {
            tally.held.events += 1;
            tally.held.source_port += u64::from(event.src_port.is_some());
            let destination = event.dst.is_some() || event.dst_port.is_some();
            tally.held.destination += u64::from(destination);
            tally.held.zoned += u64::from(held::is_zoned(event.time_raw));
        }
        tally.span = Some(match tally.span {
            Some((first, last)) => (first.min(time), last.max(time)),
            None => (time, time),
        });
        self.fault = self.record(event).err();
    }

    // Every event is kept; the matcher is told which record comes, for it knows its bytes.
    fn wants(&mut self, record: Range<usize>) -> bool {
        self.matcher.wants(record);
        true
    }

    fn record(&mut self, place: Place, bytes: &[u8]) {
        self.batcher.record(place, bytes);
    }

    fn doubt(&mut self) {
        self.matcher.doubt();
    }

    fn reject(&mut self, reject: Reject) {
        let tally = self.tally(reject.place.source);
        let seen = tally.rejects.entry(reject.reason).or_default();
        *seen += 1;
        if *seen <= REJECT_SAMPLES_LIMIT as u64 {
            tally.samples.push(reject);
        }
    }
}

impl SourceTally {
    fn add_to(self, summary: &mut SourceSummary, rejects: &mut Vec<Reject>) {
        summary.events += self.events;
        summary.families.extend(self.families);
        summary.account.add(&self.account);
        summary.held.events += self.held.events;
        summary.held.source_port += self.held.source_port;
        summary.held.destination += self.held.destination;
        summary.held.zoned += self.held.zoned;
        if let Some((first, last)) = self.span {
            summary.first = Some(summary.first.map_or(first, |known| known.min(first)));
            summary.last = summary.last.max(Some(last));
        }
        for (reason, more) in self.rejects {
            count(summary, reason, more);
        }
        rejects.extend(self.samples);
    }
}

impl ByAddress {
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + size_of::<AddressProfile>() + self.0.sessions.len() * 64 + 128
    }
}

impl ByAccount {
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + self.0.key.name.len() + self.0.networks.len() * 128
    }
}

macro_rules! ordered_by {
    ($type:ty, $compare:expr) => {
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other) == Ordering::Equal
            }
        }
        impl Eq for $type {}
        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                let compare: fn(&Self, &Self) -> Ordering = $compare;
                compare(self, other)
            }
        }
    };
}

ordered_by!(ByAddress, |a, b| (a.0.agency, a.0.address).cmp(&(b.0.agency, b.0.address)));
ordered_by!(ByAccount, |a, b| a.0.key.cmp(&b.0.key));

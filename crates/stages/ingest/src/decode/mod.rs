//! Records into events. Each format's own file knows its fields; here is what they share: going
//! through a chunk, and the account of what became of each record.

pub(crate) mod carried;
mod choose;
mod cloud;
mod combined;
mod container;
mod event;
mod inner;
mod journal;
mod quoted;
mod skim;
mod structure;
mod syslog;
pub(crate) mod utmp;
pub(crate) mod web;
mod web_json;
mod windows;

use std::ops::Range;

use bakas_model::{
    AgencyIx, Event, Place, Reject, RejectReason, Source, SourceIx,
    account::Fate,
    limits::{LINE_BYTES_LIMIT, RECORD_BYTES_LIMIT},
};
use bumpalo::Bump;
use ipnet::IpNet;
use memchr::memchr;
use rustc_hash::FxHashMap;

pub(crate) use self::{
    carried::Carried,
    choose::identify,
    combined::looks_like as is_access_line,
    event::{Out, join, scalar_of},
    structure::tell as told_by_structure,
    syslog::is_line as is_syslog_line,
    windows::evtx,
};
use crate::{
    Account, Format, Formats, Reading,
    clock::Clock,
    fault::{Fault, length, reject},
    frame::{Chunk, leading_zeros},
};

/// Takes what a decoder gives.
pub trait Sink {
    /// One event. A record may hold several: they come one after another, with the same place.
    /// `line` is the number of the line or record in its source, from 1.
    fn event(&mut self, event: &Event<'_>, line: u64);
    /// Which definition the next event was read by, and which of its cases fitted. Who does not
    /// ask need not listen.
    fn read_by(&mut self, reading: &Reading<'_, '_>) {
        let _unheard = reading;
    }
    /// One piece that became no event.
    fn reject(&mut self, reject: Reject);
    /// Whether a record, by its place in the chunk's bytes, is to be taken apart. Where it is not
    /// and is certainly sound, its events are only counted. Asked of each record in its order.
    fn wants(&mut self, _record: Range<usize>) -> bool {
        true
    }
    /// A record begins, whatever comes of it: its place and its bytes, as UTF-8 where the source is
    /// UTF-16. Told before anything else of it.
    fn record(&mut self, _place: Place, _bytes: &[u8]) {}
    /// The record that was asked for last is read in another format than the source's.
    fn doubt(&mut self) {}
    /// So many events were counted and not taken apart.
    fn passed(&mut self, _events: u64) {}
}

/// Reads the chunks of one source. What it gives for a chunk depends on the source and the chunk
/// alone, so that any number of decoders may share the chunks of a source.
#[derive(Debug)]
pub struct Decoder {
    source: SourceIx,
    agency: AgencyIx,
    format: Format,
    context: Context,
    account: Account,
    lossy: u64,
    other_formats: u64,
}

/// What every format needs of the source.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) clock: Clock,
    pub(crate) trusted: Vec<IpNet>,
    pub(crate) formats: Formats,
}

/// One record: its text, and the arena for what cannot be borrowed from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) text: &'a str,
    pub(crate) arena: &'a Bump,
}

impl Decoder {
    /// A decoder for that source; of definitions it knows ours.
    #[must_use]
    pub fn new(source: &Source, format: Format) -> Self {
        Self::with(source, format, Formats::builtin())
    }

    /// A decoder for that source that knows those formats: messages that a system log carries, and
    /// records of other formats than the source's, are read by them.
    #[must_use]
    pub fn with(source: &Source, format: Format, formats: Formats) -> Self {
        let context = Context {
            clock: Clock::new(&source.clock),
            trusted: source.trusted_proxies.clone(),
            formats,
        };
        Self {
            source: source.ix,
            agency: source.agency,
            format,
            context,
            account: Account::default(),
            lossy: 0,
            other_formats: 0,
        }
    }

    /// What became of the records and bytes so far.
    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }

    /// How many records so far held bytes that are no UTF-8; they stand as U+FFFD in the events.
    #[must_use]
    pub fn lossy_records(&self) -> u64 {
        self.lossy
    }

    /// How many records so far were read in another format than the source's.
    #[must_use]
    pub fn other_format_records(&self) -> u64 {
        self.other_formats
    }

    /// Reads a chunk. Every record that is not blank becomes at least one event or one reject; the
    /// chunk's own rejects are handed on with the source set. Events borrow the chunk and `arena`,
    /// which the caller resets between chunks.
    pub fn decode(&mut self, chunk: &Chunk, arena: &Bump, sink: &mut dyn Sink) {
        for reject in &chunk.rejects {
            let mut reject = reject.clone();
            reject.place.source = self.source;
            sink.reject(reject);
        }
        let mut pass = Pass { chunk, arena, whole: None, rendered: None };
        let rendered;
        if self.format == Format::Evtx {
            rendered = evtx::texts(chunk, arena);
            pass.rendered = Some(&rendered);
        } else {
            pass.whole = std::str::from_utf8(&chunk.bytes).ok();
        }
        self.context.clock.begin(chunk.years);
        let mut out = Out::new(self.source, self.agency, sink);
        if let Format::Defined(definition) = self.format {
            definition.begin(chunk, arena, &mut out);
        }
        let all = chunk.origin.bytes();
        let mut told = chunk.skipped.bytes;
        self.account.bytes += all;
        self.account.many(Fate::Reject, chunk.skipped.records, chunk.skipped.bytes);
        let mut walk = chunk.origin.walk();
        let mut record = |at: Range<usize>, line: u64| {
            let offset = walk.at(&chunk.bytes, at.start);
            let bytes = walk.at(&chunk.bytes, at.end) - offset;
            told += bytes;
            let place = Place { source: self.source, offset, length: length(bytes) };
            let fate = self.record(pass, at, (place, line), &mut out);
            self.account.many(fate, 1, bytes);
        };
        match &chunk.records {
            None => lines(chunk, record),
            Some(records) => {
                records.iter().zip(chunk.first_record..).for_each(|(at, n)| record(at.clone(), n));
            }
        }
        assert!(told <= all, "records do not overlap: {told} of {all} bytes");
        self.account.between(all - told);
        assert!(self.account.is_exact(), "{:?}", self.account);
    }

    /// Reads a record; says what became of it.
    fn record<'a>(
        &mut self,
        pass: Pass<'_, 'a>,
        at: Range<usize>,
        (place, line): (Place, u64),
        out: &mut Out<'_, 'a>,
    ) -> Fate {
        let bytes = pass.chunk.bytes.get(at.clone()).unwrap_or_default();
        out.begin(place, line);
        out.tell_record(place, bytes);
        let is_line = pass.chunk.records.is_none();
        let limit = if is_line { LINE_BYTES_LIMIT } else { RECORD_BYTES_LIMIT };
        if bytes.len() > limit {
            let detail = format!("{} bytes long", bytes.len());
            out.reject(reject(place, Some(line), RejectReason::TooLong, detail, bytes));
            return Fate::Reject;
        }
        if !out.wants(at.clone())
            && let Some(events) = self.skim(pass, at.clone())
        {
            out.passed(events);
            return Fate::Event;
        }
        let read = match self.read_binary(pass, at.clone(), out) {
            Some(read) => read,
            None => {
                let text = match pass.whole.and_then(|whole| whole.get(at.clone())) {
                    Some(text) => text,
                    None => pass.arena.alloc_str(&String::from_utf8_lossy(bytes)),
                };
                self.read(pass.chunk, Record { text, arena: pass.arena }, out)
            }
        };
        match read {
            Ok(()) => {
                debug_assert!(out.is_told() || out.is_furniture(), "neither event nor furniture");
                let is_lossy = pass.whole.is_none()
                    && !self.format.is_binary()
                    && std::str::from_utf8(bytes).is_err();
                self.lossy += u64::from(is_lossy);
                if out.is_told() { Fate::Event } else { Fate::Furniture }
            }
            Err(_) if bytes.trim_ascii().is_empty() => Fate::Furniture,
            Err(fault) => {
                let is_cut = pass.chunk.is_last && at.end == pass.chunk.bytes.len();
                let fault = if self.format.is_binary() { fault } else { why(fault, bytes, is_cut) };
                out.reject(reject(place, Some(line), fault.reason, fault.detail, bytes));
                // What was told before the fault counts; the reject is a note beside it.
                if out.is_told() { Fate::Event } else { Fate::Reject }
            }
        }
    }

    /// How many events a record of the source's own format certainly holds.
    fn skim(&mut self, pass: Pass<'_, '_>, at: Range<usize>) -> Option<u64> {
        let text = pass.whole?.get(at)?;
        match self.format {
            Format::Combined => skim::access_line(text, &mut self.context.clock),
            Format::CloudTrail => skim::cloudtrail(text, &self.context.clock),
            Format::Workspace => skim::workspace(text, &self.context.clock),
            Format::M365 => skim::m365(text, &self.context.clock),
            _ => None,
        }
    }

    /// Reads a record that is no text; `None` where the format's records are.
    fn read_binary<'a>(
        &mut self,
        pass: Pass<'_, 'a>,
        at: Range<usize>,
        out: &mut Out<'_, 'a>,
    ) -> Option<Result<(), Fault>> {
        let bytes = || pass.chunk.bytes.get(at.clone()).unwrap_or_default();
        let (arena, context) = (pass.arena, &mut self.context);
        match self.format {
            Format::Evtx => Some(windows::rendered(pass.rendered, at.start, arena, context, out)),
            Format::Wtmp => Some(utmp::decode(bytes(), false, arena, context, out)),
            Format::Btmp => Some(utmp::decode(bytes(), true, arena, context, out)),
            Format::Journal => Some(journal::decode(bytes(), arena, context, out)),
            _ => None,
        }
    }
}

/// One way through one chunk.
#[derive(Clone, Copy, Debug)]
struct Pass<'r, 'a> {
    chunk: &'a Chunk,
    arena: &'a Bump,
    /// The whole chunk as text, where all of it is UTF-8.
    whole: Option<&'a str>,
    /// Records that are no text, rendered as text, by where they begin.
    rendered: Option<&'r FxHashMap<usize, &'a str>>,
}

/// Each line of a chunk, without its end, and its number.
fn lines(chunk: &Chunk, mut record: impl FnMut(Range<usize>, u64)) {
    let bytes = chunk.bytes.as_slice();
    let (mut at, mut line) = (0, chunk.first_record);
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let end = at + memchr(b'\n', rest).unwrap_or(rest.len());
        let bare = rest.get(..end - at).unwrap_or_default();
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        let stop = at + bare.len();
        let hole = leading_zeros(bare);
        if hole > 0 && bare.get(hole).is_some_and(|byte| *byte >= b' ') {
            // What a machine left unwritten does not belong to the line behind it.
            record(at..at + hole, line);
            at += hole;
        }
        record(at..stop, line);
        (at, line) = (end + 1, line + 1);
    }
}

/// The reason to give: binary content and a cut end explain more than what a decoder stumbled on.
fn why(fault: Fault, bytes: &[u8], is_cut: bool) -> Fault {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let odd = head.iter().filter(|&&b| b < 9 || (14..32).contains(&b)).count();
    if head.contains(&0) || odd * 10 > head.len() {
        return Fault { reason: RejectReason::Binary, detail: "bytes that are no text" };
    }
    if is_cut && matches!(fault.reason, RejectReason::Malformed) {
        return Fault {
            reason: RejectReason::Truncated,
            detail: "the source ends within a record",
        };
    }
    fault
}

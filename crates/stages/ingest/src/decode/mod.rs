//! Records into events. Each format's own file knows its fields; here is what they share: going
//! through a chunk, trying other formats on a record that the first cannot read, and the account
//! of what became of each record.

mod cloud;
mod combined;
mod event;
mod quoted;
mod syslog;
mod web;
mod web_json;

use std::ops::Range;

use bakas_model::{
    AgencyIx, Event, Place, Reject, RejectReason, Source, SourceIx,
    limits::{LINE_BYTES_LIMIT, RECORD_BYTES_LIMIT},
};
use bumpalo::Bump;
use ipnet::IpNet;
use memchr::memchr;

pub(crate) use self::{
    cloud::identify, combined::looks_like as is_access_line, event::Out,
    syslog::is_line as is_syslog_line,
};
use crate::{
    Format,
    clock::Clock,
    fault::{Fault, length, reject},
    frame::Chunk,
    json::Json,
};

/// Takes what a decoder gives.
pub trait Sink {
    /// One event. A record may hold several: they come one after another, with the same place.
    /// `line` is the number of the line or record in its source, from 1.
    fn event(&mut self, event: &Event<'_>, line: u64);
    /// One piece that became no event.
    fn reject(&mut self, reject: Reject);
}

/// Reads the chunks of one source. What it gives for a chunk depends on the source and the chunk
/// alone, so that any number of decoders may share the chunks of a source.
#[derive(Debug)]
pub struct Decoder {
    source: SourceIx,
    agency: AgencyIx,
    format: Format,
    context: Context,
    lossy: u64,
    other_formats: u64,
}

/// What every format needs of the source.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) clock: Clock,
    pub(crate) trusted: Vec<IpNet>,
}

/// One record: its text, and the arena for what cannot be borrowed from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) text: &'a str,
    pub(crate) arena: &'a Bump,
}

impl Decoder {
    /// A decoder for that source.
    #[must_use]
    pub fn new(source: &Source, format: Format) -> Self {
        let context =
            Context { clock: Clock::new(&source.clock), trusted: source.trusted_proxies.clone() };
        Self {
            source: source.ix,
            agency: source.agency,
            format,
            context,
            lossy: 0,
            other_formats: 0,
        }
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
        let pass = Pass { chunk, arena, whole: std::str::from_utf8(&chunk.bytes).ok() };
        let mut out = Out::new(self.source, self.agency, sink);
        match &chunk.records {
            None => self.lines(pass, &mut out),
            Some(records) => {
                for (at, record) in records.iter().enumerate() {
                    let line = chunk.first_record + at as u64;
                    self.record(pass, record.clone(), line, &mut out);
                }
            }
        }
    }

    fn lines<'a>(&mut self, pass: Pass<'a>, out: &mut Out<'_, 'a>) {
        let bytes = pass.chunk.bytes.as_slice();
        let (mut at, mut line) = (0, pass.chunk.first_record);
        while at < bytes.len() {
            let rest = bytes.get(at..).unwrap_or_default();
            let end = at + memchr(b'\n', rest).unwrap_or(rest.len());
            let has_return = end > at && bytes.get(end - 1) == Some(&b'\r');
            self.record(pass, at..end - usize::from(has_return), line, out);
            (at, line) = (end + 1, line + 1);
        }
    }

    fn record<'a>(&mut self, pass: Pass<'a>, at: Range<usize>, line: u64, out: &mut Out<'_, 'a>) {
        let bytes = pass.chunk.bytes.get(at.clone()).unwrap_or_default();
        let place = Place {
            source: self.source,
            offset: pass.chunk.base + at.start as u64,
            length: length(bytes.len() as u64),
        };
        out.begin(place, line);
        let is_line = pass.chunk.records.is_none();
        let limit = if is_line { LINE_BYTES_LIMIT } else { RECORD_BYTES_LIMIT };
        if bytes.len() > limit {
            let detail = format!("{} bytes long", bytes.len());
            out.reject(reject(place, Some(line), RejectReason::TooLong, detail, bytes));
            return;
        }
        let text = match pass.whole.and_then(|whole| whole.get(at.clone())) {
            Some(text) => text,
            None => pass.arena.alloc_str(&String::from_utf8_lossy(bytes)),
        };
        let record = Record { text, arena: pass.arena };
        match self.read(pass.chunk, record, out) {
            Ok(()) => {
                let is_lossy = pass.whole.is_none() && std::str::from_utf8(bytes).is_err();
                self.lossy += u64::from(is_lossy);
            }
            Err(_) if text.trim_ascii().is_empty() => {}
            Err(fault) => {
                let is_cut = pass.chunk.is_last && at.end == pass.chunk.bytes.len();
                let fault = why(fault, bytes, is_cut);
                out.reject(reject(place, Some(line), fault.reason, fault.detail, bytes));
            }
        }
    }

    fn read<'a>(
        &mut self,
        chunk: &'a Chunk,
        record: Record<'a>,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let first = match self.format {
            Format::Combined => combined::decode(record, &mut self.context, out),
            Format::Syslog => syslog::decode(record, &mut self.context, out),
            Format::M365Csv => cloud::m365_csv(record, chunk, &mut self.context, out),
            _ => return self.read_json(record, out),
        };
        let Err(fault) = first else { return Ok(()) };
        if record.text.trim_ascii().is_empty() {
            return Err(fault);
        }
        self.read_other(record, fault, out)
    }

    fn read_json<'a>(&mut self, record: Record<'a>, out: &mut Out<'_, 'a>) -> Result<(), Fault> {
        if !record.text.trim_ascii_start().starts_with('{') {
            let fault = Fault::malformed("not a JSON object");
            return self.read_other(record, fault, out);
        }
        let root = Json::parse(record.text, record.arena)?;
        let Err(fault) = self.read_object(self.format, &root, record, out) else { return Ok(()) };
        match cloud::identify(&root) {
            Some(other) if other != self.format => {
                self.read_object(other, &root, record, out).map_err(|_| fault)?;
                self.other_formats += 1;
                Ok(())
            }
            _ => Err(fault),
        }
    }

    fn read_object<'a>(
        &mut self,
        format: Format,
        root: &Json<'a>,
        record: Record<'a>,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        match format {
            Format::WebJson => web_json::decode(root, record, &mut self.context, out),
            Format::Workspace => cloud::workspace(root, record, &mut self.context, out),
            Format::M365 | Format::M365Csv => cloud::m365(root, record, &mut self.context, out),
            Format::CloudTrail => cloud::cloudtrail(root, record, &mut self.context, out),
            Format::Combined | Format::Syslog => Err(Fault::malformed("not a JSON format")),
        }
    }

    /// Tries the other line formats; `fault` is what the first one said.
    fn read_other<'a>(
        &mut self,
        record: Record<'a>,
        fault: Fault,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let text = record.text.trim_ascii_start();
        if text.starts_with('{') && self.format != Format::M365Csv {
            let root = Json::parse(text, record.arena).map_err(|_| fault)?;
            let format = cloud::identify(&root).ok_or(fault)?;
            self.read_object(format, &root, record, out).map_err(|_| fault)?;
        } else if self.format != Format::Combined && combined::looks_like(record.text) {
            combined::decode(record, &mut self.context, out).map_err(|_| fault)?;
        } else if self.format != Format::Syslog {
            syslog::decode(record, &mut self.context, out).map_err(|_| fault)?;
        } else {
            return Err(fault);
        }
        self.other_formats += 1;
        Ok(())
    }
}

/// One way through one chunk.
#[derive(Clone, Copy, Debug)]
struct Pass<'a> {
    chunk: &'a Chunk,
    arena: &'a Bump,
    /// The whole chunk as text, where all of it is UTF-8.
    whole: Option<&'a str>,
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

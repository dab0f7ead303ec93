//! How the first records of a source were understood: the format, every attribute with the field
//! it came from, every field, or why a record could not be read. It tells; it formats nothing, and
//! its values are raw: whoever shows them escapes them.

use std::collections::BTreeSet;

use bakas_model::{
    Activity, Class, Event, LogSource, Reject, RejectReason, Source, Status, Stream, Timestamp,
    Value,
};
use bumpalo::Bump;
use memchr::memchr;

use crate::{Chunk, Chunker, Decoder, Definition, Format, Formats, Guess, Reading, Sink};

/// One record and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// Number of the line or record, from 1.
    pub line: u64,
    /// Its first byte in the source after unpacking.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// An event.
    Event(Box<ExplainedEvent>),
    /// It could not be read.
    Reject {
        /// Why.
        reason: RejectReason,
        /// What exactly was wrong.
        detail: String,
        /// Its first bytes, printable.
        sample: String,
    },
    /// A header, a directive or a comment.
    Furniture,
}

/// An event, and where its parts came from.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedEvent {
    /// The format that it was read with: the source's own where no other is known.
    pub format: String,
    /// Number of the `[[case]]` that fitted, from 1.
    pub case: Option<usize>,
    /// Its stream.
    pub stream: Stream,
    /// The Sigma log source that it serves.
    pub log_source: LogSource,
    /// Its class.
    pub class: Class,
    /// What was done.
    pub activity: Activity,
    /// With what result.
    pub status: Status,
    /// Its time in UTC.
    pub time: Timestamp,
    /// The attributes that it has.
    pub attributes: Vec<Attribute>,
    /// Its own fields in their order: name, value; `None` for null.
    pub fields: Vec<(String, Option<String>)>,
}

/// One attribute of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name in definitions.
    pub name: &'static str,
    /// Its name in OCSF; empty where OCSF has none.
    pub ocsf: &'static str,
    /// Its value, as text.
    pub value: String,
    /// The fields that it came from; none are known for natives.
    pub from: Vec<String>,
}

/// The attributes of an event that definitions set, with their names in OCSF.
pub const ATTRIBUTES: &[(&str, &str)] = &[
    ("time", "time"),
    ("operation", "api.operation"),
    ("account", "actor.user.name"),
    ("target", "user.name"),
    ("object", "resource.name"),
    ("src", "src_endpoint.ip"),
    ("src_port", "src_endpoint.port"),
    ("src_claimed", ""),
    ("dst", "dst_endpoint.ip"),
    ("dst_port", "dst_endpoint.port"),
    ("host", "device.hostname"),
    ("agent", "http_request.user_agent"),
    ("http_status", "http_response.code"),
    ("bytes_out", "traffic.bytes_out"),
];

/// Explains the first records of a source, at most `limit`; `head` are its first bytes after
/// unpacking, `name` is its file's. The source's format is taken where it names one of `formats`,
/// else it is guessed; the guess is told beside the records.
#[must_use]
pub fn explain(
    formats: Formats,
    source: &Source,
    head: &[u8],
    name: &str,
    limit: usize,
) -> (Guess, Vec<Explained>) {
    let mut guess = formats.guess(head, name);
    if let Some(format) = formats.from_name(&source.format) {
        let why = format!("named by the configuration; by itself: {}", guess.why);
        guess = Guess { format: Some(format), certainty: 100, why };
    }
    let Some(format) = guess.format else { return (guess, Vec::new()) };
    let mut chunker = Chunker::new(format, head);
    let mut decoder = Decoder::with(source, format, formats);
    let (records, told) = (Vec::new(), BTreeSet::new());
    let mut teller = Teller { format, records, told, read_by: None };
    let mut arena = Bump::new();
    // A slice can always be read.
    while let Ok(Some(chunk)) = chunker.next(Vec::new()) {
        decoder.decode(&chunk, &arena, &mut teller);
        teller.furniture(&chunk);
        arena.reset();
        if teller.records.len() >= limit {
            break;
        }
    }
    teller.records.sort_by_key(|record| record.offset);
    teller.records.truncate(limit);
    (guess, teller.records)
}

struct Teller {
    format: Format,
    records: Vec<Explained>,
    told: BTreeSet<u64>,
    read_by: Option<ReadBy>,
}

struct ReadBy {
    definition: &'static Definition,
    case: Option<usize>,
    origins: Vec<(&'static str, Vec<String>)>,
}

impl Sink for Teller {
    fn read_by(&mut self, reading: &Reading<'_, '_>) {
        self.read_by = Some(ReadBy {
            definition: reading.definition(),
            case: reading.case(),
            origins: reading.origins(),
        });
    }

    fn event(&mut self, event: &Event<'_>, line: u64) {
        let read_by = self.read_by.take();
        let (format, case, origins) = match read_by {
            Some(ReadBy { definition, case, origins }) => (definition.name(), case, origins),
            None => (self.format.name(), None, Vec::new()),
        };
        let from =
            |name: &str| origins.iter().find(|(of, _)| *of == name).map(|(_, from)| from.clone());
        let attributes = values(event).into_iter().map(|(name, ocsf, value)| Attribute {
            name,
            ocsf,
            value,
            from: from(name).unwrap_or_default(),
        });
        let text = |value: Value<'_>| match value {
            Value::Null => None,
            value => Some(value.as_text().into_owned()),
        };
        let fields = event.fields.iter().map(|field| (field.name.to_owned(), text(field.value)));
        let explained = ExplainedEvent {
            format: format.to_owned(),
            case: case.map(|at| at + 1),
            stream: event.stream,
            log_source: event.custom.unwrap_or(event.stream.log_source()),
            class: event.class,
            activity: event.activity,
            status: event.status,
            time: event.time,
            attributes: attributes.collect(),
            fields: fields.collect(),
        };
        self.told.insert(event.place.offset);
        self.records.push(Explained {
            line,
            offset: event.place.offset,
            length: event.place.length.into(),
            outcome: Outcome::Event(Box::new(explained)),
        });
    }

    fn reject(&mut self, reject: Reject) {
        self.told.insert(reject.place.offset);
        self.records.push(Explained {
            line: reject.line.unwrap_or_default(),
            offset: reject.place.offset,
            length: reject.place.length.into(),
            outcome: Outcome::Reject {
                reason: reject.reason,
                detail: reject.detail,
                sample: reject.sample,
            },
        });
    }
}

impl Teller {
    /// The records of a chunk that nobody told of, and that are not blank.
    fn furniture(&mut self, chunk: &Chunk) {
        let mut at = 0;
        let mut lines = Vec::new();
        while chunk.records.is_none() && at < chunk.bytes.len() {
            let rest = chunk.bytes.get(at..).unwrap_or_default();
            let end = at + memchr(b'\n', rest).unwrap_or(rest.len());
            lines.push(at..end);
            at = end + 1;
        }
        let records = chunk.records.as_deref().unwrap_or(&lines);
        let mut walk = chunk.origin.walk();
        for (range, line) in records.iter().zip(chunk.first_record..) {
            let offset = walk.at(&chunk.bytes, range.start);
            let bytes = chunk.bytes.get(range.clone()).unwrap_or_default().trim_ascii_end();
            if !bytes.is_empty() && !self.told.contains(&offset) {
                let length = walk.at(&chunk.bytes, range.start + bytes.len()) - offset;
                self.records.push(Explained { line, offset, length, outcome: Outcome::Furniture });
            }
        }
    }
}

/// The attributes that an event has, as text.
fn values(event: &Event<'_>) -> Vec<(&'static str, &'static str, String)> {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let value = |name: &str| match name {
        "time" => text(Some(event.time_raw)),
        "operation" => text(Some(event.operation)),
        "account" => text(event.account),
        "target" => text(event.target),
        "object" => text(event.object),
        "src" => event.src.map(|address| address.to_string()),
        "src_port" => event.src_port.map(|port| port.to_string()),
        "src_claimed" => event.src_claimed.map(|address| address.to_string()),
        "dst" => event.dst.map(|address| address.to_string()),
        "dst_port" => event.dst_port.map(|port| port.to_string()),
        "host" => text(event.host),
        "agent" => text(event.agent),
        "http_status" => event.http_status.map(|code| code.to_string()),
        "bytes_out" => event.bytes_out.map(|bytes| bytes.to_string()),
        _ => None,
    };
    ATTRIBUTES.iter().filter_map(|(name, ocsf)| Some((*name, *ocsf, value(name)?))).collect()
}

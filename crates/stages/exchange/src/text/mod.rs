//! Plain text for a mail, out and in: labelled lines that a person reads and a program reads back
//! exactly. It survives being quoted: a counterpart writes below each flow, in words or with labels
//! such as `Outcome: identified`, and what is understood of that becomes an answer; the rest is told
//! by line. What has no label stands at the end, for programs.

mod lines;
mod read;
mod reply;
mod tables;

use bakas_model::{
    Timestamp,
    exchange::{Content, Package},
};
use serde_json::Value;

pub use self::lines::LINE_COLUMNS;
use self::tables::{Kind, Label, PACKAGE, SHAPES, Section, Shape};
use crate::{Cleared, DecodeError, EncodeError, Encoded, Limits, Taken, native, remainder};

/// The format's name in messages.
const FORMAT: &str = "text";
/// Lines for one flow or other object, at most.
pub const LINES_AN_OBJECT: usize = 256;
/// Bytes of a text that is read; larger cases go as STIX.
pub const TEXT_BYTES_LIMIT: u64 = 64 << 20;
/// Stands after everything of ours.
const END: &str = "== END ==";
/// Heads what has no label.
const PROGRAMS: &str = "For programs";
/// Begins a line that is for the reader alone.
const REMARK: char = '#';
/// What the reader of a request is told.
const OF_REQUEST: &[&str] = &[
    "Who had the addresses below, at these times?",
    "Please answer below each flow. Leave the other lines as they are.",
    "A program reads: Status, Outcome, Allocation, Candidate, Note.",
    "Kanino ang mga address sa ibaba, sa mga oras na iyon?",
    "Sumagot po sa ilalim ng bawat daloy (Flow). Huwag baguhin ang iba.",
    "Binabasa ng programa ang: Status, Outcome, Allocation, Candidate, Note.",
];
/// What the reader of an answer is told.
const OF_ANSWER: &[&str] = &[
    "An answer to a trace request: what its sender says, flow by flow.",
    "Sagot sa isang kahilingan: ang pahayag ng nagpadala, bawat daloy (Flow).",
];
/// What the reader of a part of a case is told.
const OF_EXTRACT: &[&str] = &[
    "A part of a case, under the labels above. It accuses nobody.",
    "Bahagi ng isang kaso, sa ilalim ng mga tatak sa itaas. Walang",
    "pinararatangan dito.",
];

const fn remarks(content: &Content) -> &'static [&'static str] {
    match content {
        Content::Request(_) => OF_REQUEST,
        Content::Answer(_) => OF_ANSWER,
        Content::Extract(_) => OF_EXTRACT,
    }
}

/// For what we wrote ourselves a moment ago.
const OWN: Limits =
    Limits { bytes: u64::MAX, objects: usize::MAX, depth: 64, text: usize::MAX, rejects: 16 };

/// Writes a package as text.
///
/// # Errors
/// Where it could not be read back; never at present.
pub fn encode(cleared: &Cleared) -> Result<Encoded, EncodeError> {
    let package: &Package = cleared;
    let want = remainder::as_json(package);
    let native = write(package, &want, &[]);
    let have = read::document(native.as_bytes(), &OWN).map_err(|error| EncodeError {
        format: FORMAT,
        place: error.place,
        what: error.what,
    })?;
    let entries = remainder::difference(&have.value, &want);
    let bytes = write(package, &want, &entries).into_bytes();
    let losses = match decode(&bytes, &OWN).ok().and_then(|mut taken| taken.packages.pop()) {
        Some(back) => remainder::losses(&back, package),
        None => remainder::all_lost(package),
    };
    Ok(Encoded { bytes, losses })
}

fn shape(content: &Content) -> &'static Shape {
    match content {
        Content::Request(_) => &SHAPES[0],
        Content::Answer(_) => &SHAPES[1],
        Content::Extract(_) => &SHAPES[2],
    }
}

fn write(package: &Package, value: &Value, entries: &[remainder::Entry]) -> String {
    let shape = shape(&package.content);
    let mut out = format!("{} {}\n", package.handling.tlp, package.handling.pap);
    out.push_str(shape.title);
    out.push('\n');
    for remark in remarks(&package.content) {
        out.push_str(&format!("{REMARK} {remark}\n"));
    }
    out.push('\n');
    labels(shape.head, value, &mut out);
    labels(PACKAGE, value, &mut out);
    for section in shape.sections {
        self::section(section, value, &mut out);
    }
    lines::heading(PROGRAMS, &mut out);
    for entry in entries {
        // A sign of equality in an id would look like the end of the place.
        let place = entry.place.replace('%', "%25").replace('=', "%3D");
        let text = match &entry.value {
            Some(value) => format!("{place} = {value}"),
            None => format!("{place} ="),
        };
        lines::write("More", &text, &mut out);
    }
    lines::write("Digest", &native::digest(package), &mut out);
    out.push_str(END);
    out.push('\n');
    out
}

fn labels(labels: &[Label], of: &Value, out: &mut String) {
    for label in labels {
        match of.pointer(label.place) {
            None | Some(Value::Null) => {}
            Some(value) => line(label, value, out),
        }
    }
}

fn line(label: &Label, value: &Value, out: &mut String) {
    let list = value.as_array().map_or(&[][..], Vec::as_slice);
    match (label.kind, value) {
        (Kind::Text, Value::String(text)) if text.is_empty() => {}
        (Kind::Text, Value::String(text)) => lines::write(label.label, text, out),
        (Kind::Number, value) => lines::write(label.label, &value.to_string(), out),
        (Kind::Flag, Value::Bool(is)) => {
            lines::write(label.label, if *is { "yes" } else { "no" }, out);
        }
        (Kind::Texts, _) => {
            for text in list.iter().filter_map(Value::as_str) {
                lines::write(label.label, text, out);
            }
        }
        (Kind::Words, _) => {
            for words in list {
                let text = words.get("text").and_then(Value::as_str).unwrap_or_default();
                match words.get("language").and_then(Value::as_str).filter(|tag| is_tag(tag)) {
                    Some(tag) => lines::write(&format!("{} ({tag})", label.label), text, out),
                    None => lines::write(label.label, text, out),
                }
            }
        }
        _ => {}
    }
}

/// A language tag that can stand in a label.
fn is_tag(text: &str) -> bool {
    (1..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn section(section: &Section, parent: &Value, out: &mut String) {
    let Some(value) = parent.pointer(section.place) else { return };
    let list = match value {
        Value::Array(list) => list.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    for one in list {
        let key = section.key.and_then(|key| one.pointer(key)).and_then(Value::as_str);
        match key {
            Some(key) => lines::heading(&format!("{} {key}", section.word), out),
            None => lines::heading(section.word, out),
        }
        labels(section.labels, one, out);
        for part in section.parts {
            self::section(part, one, out);
        }
    }
}

/// Reads a text: one of ours, also quoted, or a reply to one.
///
/// # Errors
/// Where it holds none of our titles, is no UTF-8 or passes a limit.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    decode_dated(bytes, limits, None)
}

/// The same of the text of a mail whose head says when it was written. A reply that says so itself
/// is believed first.
///
/// # Errors
/// As [`decode`].
pub fn decode_dated(
    bytes: &[u8],
    limits: &Limits,
    date: Option<Timestamp>,
) -> Result<Taken, DecodeError> {
    let document = read::document(bytes, limits)?;
    let mut rejected = document.rejected;
    let package = match native::read_package(&document.value) {
        Ok(package) => Some(package),
        Err(error) => {
            rejected.push(read::words(0, &format!("{}: {}", error.place, error.what)));
            None
        }
    };
    let is_whole = package.as_ref().map(native::digest) == document.digest;
    let packages = match package {
        Some(Package { content: Content::Request(request), from, to, handling, .. })
            if !document.replies.is_empty() =>
        {
            let asked = reply::Asked {
                request: &request,
                from,
                to,
                handling,
                digest: document.digest.filter(|_| is_whole),
                date,
            };
            vec![reply::answer(bytes, &asked, &document.replies, &mut rejected)]
        }
        Some(package) => {
            for line in &document.replies {
                rejected.push(read::words(line.number, "outside of the message"));
            }
            vec![package]
        }
        None => Vec::new(),
    };
    if !is_whole {
        rejected.push(read::words(0, "its digest does not fit: lines of the message were changed"));
    }
    rejected.truncate(limits.rejects);
    Ok(Taken { packages, rejected, unknown: Vec::new() })
}

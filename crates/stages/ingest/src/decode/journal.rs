//! The journal of systemd: its export format and its JSON. A message goes the way of a system
//! log's, by the program that wrote it; the journal's own fields stand beside it. Described by
//! systemd.journal-fields(7) and systemd, "Journal Export Formats".

use bakas_model::{Field, Timestamp, Value};
use bumpalo::Bump;

use super::{Context, Out, Record, carried::Carried, syslog};
use crate::{
    fault::Fault,
    frame::{Cut, journal_field},
    json::Json,
};

const NO_ENTRY: Fault = Fault::malformed("not an entry of the journal");
const NO_TIME: Fault = Fault::bad_time("an entry of the journal without a time that can be read");

/// Whether the first bytes are the export format.
pub(crate) fn looks_like(head: &[u8]) -> bool {
    let (mut at, mut has_time) = (0, false);
    for _ in 0..200 {
        let rest = head.get(at..).unwrap_or_default();
        let Cut::Field(field) = journal_field(rest) else { break };
        let name = rest.get(..field.name).unwrap_or_default();
        has_time |= name == b"__REALTIME_TIMESTAMP" || name == b"_SOURCE_REALTIME_TIMESTAMP";
        at += field.value.end + 1;
        if head.get(at) == Some(&b'\n') {
            break;
        }
    }
    has_time
}

/// Whether a document is an entry of the journal.
pub(crate) fn is_record(root: &Json<'_>) -> bool {
    root.get("__REALTIME_TIMESTAMP").is_some()
        && (root.get("MESSAGE").is_some() || root.get("__CURSOR").is_some())
}

/// An entry of the export format.
pub(super) fn decode<'a>(
    bytes: &'a [u8],
    arena: &'a Bump,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let Cut::Field(found) = journal_field(rest) else { return Err(NO_ENTRY) };
        let text = |range| -> &'a str {
            let bytes = rest.get(range).unwrap_or_default();
            match std::str::from_utf8(bytes) {
                Ok(text) => text,
                Err(_) => arena.alloc_str(&String::from_utf8_lossy(bytes)),
            }
        };
        let (name, value) = (text(0..found.name), text(found.value.clone()));
        out.carrier.push(Field::new(name, Value::Text(value)));
        let after = rest.get(found.value.end..).unwrap_or_default();
        rest = after.strip_prefix(b"\n").unwrap_or(after);
    }
    message(arena, context, out)
}

/// An entry as `journalctl -o json` writes it: texts, several of them in an array, `null` for what
/// is too long, and an array of numbers for bytes that are no text.
pub(super) fn json<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    for (name, value) in root.members() {
        match value {
            Json::Array(elements, _) if elements.iter().all(|e| matches!(e, Json::Int(_))) => {
                let bytes: Vec<u8> =
                    elements.iter().filter_map(|e| e.int()?.try_into().ok()).collect();
                let text = record.arena.alloc_str(&String::from_utf8_lossy(&bytes));
                out.carrier.push(Field::new(name, Value::Text(text)));
            }
            Json::Array(elements, _) => {
                let texts = elements.iter().filter_map(Json::text);
                out.carrier.extend(texts.map(|text| Field::new(name, Value::Text(text))));
            }
            Json::Text(text) => out.carrier.push(Field::new(name, Value::Text(text))),
            Json::Int(number) => out.carrier.push(Field::new(name, Value::Int(*number))),
            _ => {}
        }
    }
    message(record.arena, context, out)
}

/// Hands the entry, whose fields stand in the carrier, to the system log.
fn message<'a>(arena: &'a Bump, context: &mut Context, out: &mut Out<'_, 'a>) -> Result<(), Fault> {
    let text = |name: &str| {
        out.carrier.iter().find(|field| field.name == name).and_then(|field| match field.value {
            Value::Text(text) => Some(text),
            _ => None,
        })
    };
    let number = |name: &str| {
        let field = out.carrier.iter().find(|field| field.name == name)?;
        field.value.as_text().parse::<i64>().ok().map(|micros| (micros, field.value))
    };
    let (micros, written) = number("__REALTIME_TIMESTAMP")
        .or_else(|| number("_SOURCE_REALTIME_TIMESTAMP"))
        .ok_or(NO_TIME)?;
    let time_raw = match written {
        Value::Text(text) => text,
        other => arena.alloc_str(&other.as_text()),
    };
    let program = text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM")).unwrap_or_default();
    let said = text("MESSAGE").unwrap_or_default();
    let carried = Carried {
        time: Some(context.clock.shifted(Timestamp::from_micros(micros))),
        time_raw,
        host: text("_HOSTNAME"),
        program,
        pid: text("_PID").or_else(|| text("SYSLOG_PID")),
        message: said,
        after_header: said,
    };
    // The message stands in the event itself.
    out.carrier.retain(|field| field.name != "MESSAGE");
    syslog::message(&carried, arena, context, out)
}

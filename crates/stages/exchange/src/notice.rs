//! Receipts and withdrawals as messages: canonical JSON (RFC 8785) with the sender's signed note.
//! They hold no content of a case.

use bakas_model::exchange::Notice;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::{
    format::{DecodeError, Limits},
    json, native,
};

/// Name and version of the form.
pub const SCHEMA: &str = "bakas-notice/1";

/// SHA-256 in hex of the canonical form.
#[must_use]
pub fn digest(notice: &Notice) -> String {
    bakas_seal::hex(&Sha256::digest(json::canonical(&value(notice))))
}

/// What its sender signs.
#[must_use]
pub fn text_to_sign(digest: &str) -> String {
    format!("{SCHEMA}\nsha256 {digest}\n")
}

/// Writes a notice with the sender's signed note.
#[must_use]
pub fn encode(notice: &Notice, note: Option<&str>) -> Vec<u8> {
    let mut members = Map::new();
    members.insert("bakas".into(), SCHEMA.into());
    members.insert("notice".into(), value(notice));
    if let Some(note) = note {
        members.insert("note".into(), note.into());
    }
    let mut bytes = json::canonical(&Value::Object(members));
    bytes.push(b'\n');
    bytes
}

/// Reads a notice and the note that came with it, not yet checked.
///
/// # Errors
/// Where it is none, or passes a limit.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<(Notice, Option<String>), DecodeError> {
    let wrong = |place: &str, what: &str| DecodeError {
        format: "notice",
        place: place.into(),
        what: what.into(),
    };
    let mut value = json::read(bytes, limits, "notice")?;
    if value.get("bakas").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(wrong("/bakas", &format!("not a notice: expected {SCHEMA}")));
    }
    let note = match value.get("note") {
        None => None,
        Some(Value::String(note)) if note.len() <= native::NOTE_BYTES_LIMIT => Some(note.clone()),
        Some(_) => return Err(wrong("/note", "no signed note")),
    };
    let notice = value.get_mut("notice").map(Value::take).unwrap_or_default();
    let notice: Notice =
        serde_json::from_value(notice).map_err(|error| wrong("/notice", &error.to_string()))?;
    Ok((notice, note))
}

fn value(notice: &Notice) -> Value {
    serde_json::to_value(notice).expect("a notice is plain data")
}

//! The armour of a sealed message: lines that say what it is, labels that a person sees, base64.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    EnvelopeError, Opened, Sealed,
    note::{self, Signed},
};

/// Letters of a line of base64.
pub const ARMOUR_COLUMNS: usize = 64;
const BEGIN: &str = "-----BEGIN BAKAS ENVELOPE-----";
const END: &str = "-----END BAKAS ENVELOPE-----";
const AGE: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
/// An age file as attachments carry it, without armour.
pub(super) const AGE_BINARY: &[u8] = b"age-encryption.org/v1\n";
const OPENPGP: &str = "-----BEGIN PGP MESSAGE-----";

/// What stands in an armour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sealed,
    Age,
    OpenPgp,
}

/// What armour begins first in a message; words may stand above it.
pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    if bytes.starts_with(AGE_BINARY) {
        return Some(Kind::Age);
    }
    let kinds = [(BEGIN, Kind::Sealed), (AGE, Kind::Age), (OPENPGP, Kind::OpenPgp)];
    bytes.split(|byte| *byte == b'\n').find_map(|line| {
        let line = line.trim_ascii();
        kinds.iter().find(|(begin, _)| begin.as_bytes() == line).map(|(_, kind)| *kind)
    })
}

/// The lines of an armour alone, as another program takes them.
pub(super) fn cut(bytes: &[u8], begin: &str, end: &str) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line == begin.as_bytes() {
            out = Some(Vec::new());
        }
        if let Some(out) = &mut out {
            out.extend_from_slice(line);
            out.push(b'\n');
        }
        if line == end.as_bytes() && out.is_some() {
            return out;
        }
    }
    out
}

/// Writes a sealed message.
pub(super) fn write(signed: &Signed, name: &str, note: &str, payload: &[u8]) -> String {
    // The note holds a dash of more than seven bits; so it stands within.
    let mut body = format!("{}\n{note}", note.len()).into_bytes();
    body.extend_from_slice(payload);
    let (tlp, pap) = signed.labels;
    let mut out = format!("{BEGIN}\n{tlp} {pap}\n");
    for (label, value) in [("Format", signed.format.as_str()), ("Sealed-by", name)] {
        // For people only, and in seven bits and one line.
        let value: String = value.chars().filter(char::is_ascii_graphic).take(48).collect();
        out.push_str(&format!("{label}: {value}\n"));
    }
    out.push('\n');
    let encoded = STANDARD.encode(body);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(ARMOUR_COLUMNS));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str(END);
    out.push('\n');
    out
}

const fn damaged(line: usize, what: &'static str) -> EnvelopeError {
    EnvelopeError::Damaged { line, what }
}

/// What stands between the lines: the labels of the outside, and the bytes.
fn body(bytes: &[u8]) -> Result<(String, Vec<u8>), EnvelopeError> {
    let (mut labels, mut encoded) = (String::new(), Vec::new());
    let mut part = 0;
    let mut last = 0;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        last = number + 1;
        match part {
            0 if line == BEGIN.as_bytes() => part = 1,
            0 => {}
            1 if line.is_empty() => part = 2,
            1 if labels.is_empty() => {
                labels = String::from_utf8(line.to_vec())
                    .map_err(|_| damaged(last, "its labels are no text"))?;
            }
            1 => {}
            _ if line == END.as_bytes() => {
                let bytes = STANDARD
                    .decode(&encoded)
                    .map_err(|_| damaged(last, "letters of the armour are missing"))?;
                return Ok((labels, bytes));
            }
            _ => {
                let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
                if !line.iter().all(fits) {
                    return Err(damaged(last, "a letter that no armour has"));
                }
                if line.len() > ARMOUR_COLUMNS {
                    return Err(damaged(last, "a line is too long"));
                }
                encoded.extend_from_slice(line);
            }
        }
    }
    Err(damaged(last, "its last line is missing"))
}

/// Opens a sealed message.
pub(super) fn open(
    bytes: &[u8],
    keys: &[bakas_seal::PublicKey],
    opened: &mut Opened,
) -> Result<(), EnvelopeError> {
    let (outside, body) = body(bytes)?;
    let no = || damaged(1, "no note stands in it");
    let at = body.iter().position(|byte| *byte == b'\n').ok_or_else(no)?;
    let (length, rest) = (body.get(..at).ok_or_else(no)?, body.get(at + 1..).ok_or_else(no)?);
    let length: usize =
        std::str::from_utf8(length).ok().and_then(|l| l.parse().ok()).ok_or_else(no)?;
    let note = rest.get(..length).ok_or_else(no)?;
    let payload = rest.get(length..).ok_or_else(no)?;
    let note = std::str::from_utf8(note).map_err(|_| no())?;
    let (text, signature) = note.split_once("\n\n").ok_or_else(no)?;
    let text = format!("{text}\n");
    let signed = Signed::read(&text).ok_or_else(no)?;
    let name = signature.strip_prefix("\u{2014} ").and_then(|line| line.split(' ').next());
    let name: String =
        name.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    // Many keys may bear one name; the id beside the signature says which of them it is.
    let id = signature.trim_end().rsplit(' ').next().and_then(|text| STANDARD.decode(text).ok());
    let is_named = |key: &&bakas_seal::PublicKey| {
        let same = id.as_ref().is_some_and(|id| id.starts_with(&key.id()));
        key.name() == name && same
    };
    let named: Vec<&bakas_seal::PublicKey> = keys.iter().filter(is_named).collect();
    let mut wrong = None;
    for key in &named {
        match bakas_seal::note::open_text(note, key) {
            Ok(_) => {
                opened.sealed_by = key.fingerprint();
                wrong = None;
                break;
            }
            Err(error) => wrong = Some(error.to_string()),
        }
    }
    if let Some(what) = wrong {
        return Err(EnvelopeError::Signature { name, what });
    }
    if payload.len() as u64 != signed.bytes || note::digest(payload) != signed.sha256 {
        return Err(EnvelopeError::Content(name));
    }
    let (tlp, pap) = signed.labels;
    if outside != format!("{tlp} {pap}") {
        return Err(EnvelopeError::Labels);
    }
    opened.sealed = if named.is_empty() { Sealed::ByUnknown(name) } else { Sealed::By(name) };
    opened.payload = payload.to_vec();
    opened.format = signed.format;
    opened.labels = Some(signed.labels);
    opened.to = signed.to;
    opened.made = Some(signed.made);
    Ok(())
}

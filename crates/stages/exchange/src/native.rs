//! Our own form: canonical JSON (RFC 8785) of a package, its digest, and the text that its sender
//! signs. Nothing is lost in it; members that nobody here knows are kept and handed on in place.
//! Keys and signatures themselves are the engine's business.

use std::collections::BTreeSet;

use bakas_model::exchange::{Content, Package, Unknown};
use serde::Deserialize as _;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::{
    format::{DecodeError, EncodeError, Encoded, Limits, Taken},
    gate::Cleared,
    json,
};

/// Name and version of the form.
pub const SCHEMA: &str = "bakas-package/1";
/// What [`Unknown::place`] begins with where a member has its place in this form: a JSON Pointer
/// (RFC 6901) from the package follows.
pub const PLACE: &str = "native:";
/// Bytes of the signature that may stand beside a package.
pub const NOTE_BYTES_LIMIT: usize = 16 * 1024;

const FORMAT: &str = "native";

/// A message in our own form.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it holds.
    pub taken: Taken,
    /// The signed note that came with it, not yet checked.
    pub note: Option<String>,
}

/// The package alone, in its canonical form: what digests and signatures are of.
#[must_use]
pub fn canonical(package: &Package) -> Vec<u8> {
    json::canonical(&value(package))
}

/// SHA-256 in hex of the canonical form.
#[must_use]
pub fn digest(package: &Package) -> String {
    bakas_seal::hex(&Sha256::digest(canonical(package)))
}

/// What a sender signs: the kind of thing, and its digest.
#[must_use]
pub fn text_to_sign(digest: &str) -> String {
    format!("{SCHEMA}\nsha256 {digest}\n")
}

/// Writes a package, with the sender's signed note if there is one.
///
/// # Errors
/// Where a number is too large for JSON to hold it exactly.
pub fn encode(cleared: &Cleared, note: Option<&str>) -> Result<Encoded, EncodeError> {
    let package = value(cleared);
    exact(&package, &mut String::new())?;
    let mut members = Map::new();
    members.insert("bakas".into(), SCHEMA.into());
    if let Some(note) = note {
        members.insert("note".into(), note.into());
    }
    members.insert("package".into(), package);
    let mut bytes = json::canonical(&Value::Object(members));
    bytes.push(b'\n');
    Ok(Encoded { bytes, losses: Vec::new() })
}

/// Reads a package.
///
/// # Errors
/// Where it is none, or passes a limit.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    open(bytes, limits).map(|document| document.taken)
}

/// Reads a package with what came beside it.
///
/// # Errors
/// Where it is none, or passes a limit.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Document, DecodeError> {
    let Value::Object(mut members) = json::read(bytes, limits, FORMAT)? else {
        return Err(wrong("/", "not a package: expected an object"));
    };
    match members.remove("bakas") {
        Some(Value::String(schema)) if schema == SCHEMA => {}
        Some(Value::String(schema)) if schema.starts_with("bakas-package/") => {
            let what = format!("another version; this one reads {SCHEMA}: ask for it in that");
            return Err(wrong("/bakas", &what));
        }
        _ => return Err(wrong("/bakas", &format!("not a package: expected {SCHEMA}"))),
    }
    let note = match members.remove("note") {
        None => None,
        Some(Value::String(note)) if note.len() <= NOTE_BYTES_LIMIT => Some(note),
        Some(_) => return Err(wrong("/note", "no signed note")),
    };
    let package = members.remove("package").ok_or_else(|| wrong("/package", "is missing"))?;
    let package = read_package(&package)?;
    let unknown = members.iter().map(|(name, value)| Unknown {
        place: format!("{PLACE}beside/{}", escaped(name)),
        raw: text(value),
    });
    let unknown = unknown.collect();
    Ok(Document { taken: Taken { packages: vec![package], unknown, ..Taken::default() }, note })
}

/// Reads a package from its JSON; members that nobody knows go to [`Package::unknown`].
///
/// # Errors
/// Where a member that we know is wrong or missing.
pub fn read_package(given: &Value) -> Result<Package, DecodeError> {
    // Canonical order puts the name of the content before the content, which is what lets unknown
    // members within it be seen.
    let bytes = json::canonical(given);
    let mut from = serde_json::Deserializer::from_slice(&bytes);
    let mut track = serde_path_to_error::Track::new();
    let mut unknown = Vec::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut from, &mut track);
    let mut seen = |path: serde_ignored::Path<'_>| unknown.push(pointer(&path));
    let read = Package::deserialize(serde_ignored::Deserializer::new(tracked, &mut seen));
    let mut package = read.map_err(|error| {
        let what = error.to_string();
        let words = what.rsplit_once(" at line ").map_or(what.as_str(), |(words, _)| words);
        wrong(&format!("/package/{}", track.path().to_string().replace('.', "/")), words)
    })?;
    for place in unknown {
        let raw = given.pointer(&place).map(text).unwrap_or_default();
        package.unknown.push(Unknown { place: format!("{PLACE}{place}"), raw });
    }
    match twice(&package.content) {
        Some(place) => Err(wrong(&place, "its id occurs twice; give each its own")),
        None => Ok(package),
    }
}

/// The package as JSON, with unknown members back in their places.
fn value(package: &Package) -> Value {
    let mut package = package.clone();
    let unknown = std::mem::take(&mut package.unknown);
    let mut value = serde_json::to_value(&package).expect("a package is plain data");
    let mut rest = Vec::new();
    for one in unknown {
        if !put_back(&mut value, &one) {
            rest.push(serde_json::to_value(&one).expect("two texts"));
        }
    }
    if let (Value::Object(members), false) = (&mut value, rest.is_empty()) {
        members.insert("unknown".into(), Value::Array(rest));
    }
    value
}

/// Puts a member back where it stood; false where it has no such place.
fn put_back(package: &mut Value, unknown: &Unknown) -> bool {
    let Some(place) = unknown.place.strip_prefix(PLACE) else { return false };
    let Some((parent, name)) = place.rsplit_once('/') else { return false };
    let name = name.replace("~1", "/").replace("~0", "~");
    let Ok(raw) = serde_json::from_str::<Value>(&unknown.raw) else { return false };
    match package.pointer_mut(parent) {
        Some(Value::Object(members)) if !members.contains_key(&name) => {
            members.insert(name, raw);
            true
        }
        _ => false,
    }
}

/// Finds a whole number that JSON does not hold exactly.
fn exact(value: &Value, place: &mut String) -> Result<(), EncodeError> {
    let mut within = |name: &str, value: &Value| {
        let length = place.len();
        place.push('/');
        place.push_str(name);
        let result = exact(value, place);
        place.truncate(length);
        result
    };
    match value {
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(at, item)| within(&at.to_string(), item))
        }
        Value::Object(members) => members.iter().try_for_each(|(name, item)| within(name, item)),
        Value::Number(number) => {
            let whole = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            if whole.is_some_and(|whole| whole > json::EXACT_NUMBER_LIMIT) {
                let what = "a number that JSON does not hold exactly (over 2^53); correct it";
                return Err(EncodeError {
                    format: FORMAT,
                    place: place.clone(),
                    what: what.into(),
                });
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The place of the first thing whose id was there before.
fn twice(content: &Content) -> Option<String> {
    fn first<'a>(name: &str, ids: impl Iterator<Item = &'a str>) -> Option<String> {
        let mut seen = BTreeSet::new();
        let at = ids.enumerate().find(|(_, id)| !seen.insert(*id)).map(|(at, _)| at)?;
        Some(format!("/package/content/of/{name}/{at}"))
    }
    match content {
        Content::Request(request) => first("flows", request.flows.iter().map(|f| f.id.as_str())),
        Content::Answer(answer) => first("flows", answer.flows.iter().map(|f| f.flow.as_str()))
            .or_else(|| first("attribution", answer.attribution.iter().map(|o| o.id.as_str()))),
        Content::Extract(it) => first("incidents", it.incidents.iter().map(|o| o.id.as_str()))
            .or_else(|| first("campaigns", it.campaigns.iter().map(|o| o.id.as_str())))
            .or_else(|| first("observables", it.observables.iter().map(|o| o.id.as_str())))
            .or_else(|| first("opinions", it.opinions.iter().map(|o| o.id.as_str())))
            .or_else(|| first("actions", it.actions.iter().map(|o| o.id.as_str())))
            .or_else(|| first("notes", it.notes.iter().map(|o| o.id.as_str()))),
    }
}

/// A path as JSON Pointer.
fn pointer(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}/{index}", pointer(parent)),
        Path::Map { parent, key } => format!("{}/{}", pointer(parent), escaped(key)),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => pointer(parent),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn text(value: &Value) -> String {
    String::from_utf8(json::canonical(value)).expect("JSON is UTF-8")
}

fn wrong(place: &str, what: &str) -> DecodeError {
    DecodeError { format: FORMAT, place: place.to_owned(), what: what.to_owned() }
}

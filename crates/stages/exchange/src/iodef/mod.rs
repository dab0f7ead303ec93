//! IODEF, version 2: as XML (RFC 7970) and as JSON (RFC 8727), in and out.
//!
//! A request is an incident with the purpose `traceback`; an answer is one that is in progress,
//! forwarded or resolved; an extract has the purpose `reporting` or `mitigation`. What IODEF has
//! words for is said in them; the rest stands in `AdditionalData` of the type `json`, each with the
//! place that it belongs to, so that our own packages come back as they were. Nothing here opens a
//! file, reads a document type or follows a reference.

mod back;
mod back_extract;
mod json;
mod out;
mod out_extract;
mod parts;
mod tree;
mod words;
mod xml;

use bakas_model::exchange::Package;

pub use self::xml::{ATTRIBUTES_LIMIT, ELEMENTS_AN_OBJECT};
use self::{back::Notes, tree::Element};
use crate::{
    Cleared, DecodeError, EncodeError, Encoded, Limits, Taken,
    native::read_package,
    remainder::{self, Entry},
};

/// The format's name in messages.
const FORMAT: &str = "iodef";
/// The namespace of IODEF 2 (RFC 7970, section 4.1).
const NAMESPACE: &str = "urn:ietf:params:xml:ns:iodef-2.0";
/// Bytes of a document that is read: it is held as a tree. Larger cases go as STIX.
pub const DOCUMENT_BYTES_LIMIT: u64 = 64 << 20;

/// For what we wrote ourselves a moment ago.
const OWN: Limits =
    Limits { bytes: u64::MAX, objects: usize::MAX, depth: 64, text: usize::MAX, rejects: 16 };

/// Writes a package as XML.
///
/// # Errors
/// Never at present: IODEF carries everything, in its own words or in extensions.
pub fn encode(cleared: &Cleared) -> Result<Encoded, EncodeError> {
    encode_as(cleared, write_xml, decode)
}

/// Writes a package as JSON.
///
/// # Errors
/// Never at present: IODEF carries everything, in its own words or in extensions.
pub fn encode_json(cleared: &Cleared) -> Result<Encoded, EncodeError> {
    encode_as(cleared, json::write, decode_json)
}

fn write_xml(document: &Element) -> Vec<u8> {
    xml::write(document, NAMESPACE)
}

fn encode_as(
    package: &Package,
    write: fn(&Element) -> Vec<u8>,
    read: fn(&[u8], &Limits) -> Result<Taken, DecodeError>,
) -> Result<Encoded, EncodeError> {
    let mut incident = out::incident(package);
    let want = remainder::as_json(package);
    let again = |bytes: &[u8]| {
        let mut taken = read(bytes, &OWN).map_err(|error| EncodeError {
            format: FORMAT,
            place: error.place,
            what: error.what,
        })?;
        Ok(taken.packages.pop())
    };
    let Some(native) = again(&write(&document(incident.clone())))? else {
        return Err(EncodeError {
            format: FORMAT,
            place: String::new(),
            what: "it could not be read back".to_owned(),
        });
    };
    for entry in remainder::difference(&remainder::as_json(&native), &want) {
        incident.push(extension(&entry));
    }
    let bytes = write(&document(incident));
    let losses = match again(&bytes)? {
        Some(back) => remainder::losses(&back, package),
        None => remainder::all_lost(package),
    };
    Ok(Encoded { bytes, losses })
}

fn document(incident: Element) -> Element {
    let root = Element::new("IODEF-Document").attribute("version", "2.00");
    root.attribute("xml:lang", "en").with(incident)
}

fn extension(entry: &Entry) -> Element {
    let (kind, name, text) = match &entry.value {
        Some(value) => ("json", parts::DIFFERENCE, parts::json_text(value)),
        None => ("string", parts::NOTHING, String::new()),
    };
    Element::leaf("AdditionalData", text)
        .attribute("dtype", kind)
        .attribute("name", name)
        .attribute("meaning", &entry.place)
}

/// Reads a document in XML.
///
/// # Errors
/// Where it is no IODEF 2, passes a limit, or holds what is refused: a document type, entities,
/// processing instructions, another encoding than UTF-8.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    let text = checked(bytes, limits)?;
    let root = xml::read(text, limits)?;
    if root.name != "IODEF-Document" {
        return Err(wrong("/", "no IODEF document (its root is IODEF-Document)"));
    }
    match namespace(&root) {
        Some(NAMESPACE) => {}
        Some("urn:ietf:params:xml:ns:iodef-1.0") => {
            return Err(wrong("/", "IODEF version 1 (RFC 5070) is not read; ask for version 2"));
        }
        _ => return Err(wrong("/", "not in the namespace of IODEF version 2")),
    }
    taken(&root, limits)
}

/// The version of IODEF among the namespaces that the root names, with a prefix or without: the
/// reader keeps local names only.
fn namespace(root: &Element) -> Option<&str> {
    let mut values = root.attributes.iter().map(|(_, value)| value.as_str());
    values.find(|value| value.starts_with("urn:ietf:params:xml:ns:iodef-"))
}

/// Reads a document in JSON.
///
/// # Errors
/// Where it is no IODEF 2 or passes a limit.
pub fn decode_json(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    checked(bytes, limits)?;
    let value = crate::json::read(bytes, limits, FORMAT)?;
    taken(&json::read(&value)?, limits)
}

fn checked<'a>(bytes: &'a [u8], limits: &Limits) -> Result<&'a str, DecodeError> {
    let most =
        if limits.bytes == u64::MAX { u64::MAX } else { limits.bytes.min(DOCUMENT_BYTES_LIMIT) };
    if bytes.len() as u64 > most {
        return Err(wrong("/", &format!("more than {most} bytes; ask for it in parts")));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(&format!("byte {}", error.valid_up_to()), "not UTF-8"))?;
    Ok(text.trim_start_matches('\u{feff}'))
}

fn wrong(place: &str, what: &str) -> DecodeError {
    DecodeError { format: FORMAT, place: place.to_owned(), what: what.to_owned() }
}

fn taken(root: &Element, limits: &Limits) -> Result<Taken, DecodeError> {
    if let Some(version) = root.get("version").filter(|version| !version.starts_with("2.")) {
        let version: String = version.chars().filter(|c| !c.is_control()).take(16).collect();
        return Err(wrong("/@version", &format!("version {version} is not read; ask for 2.00")));
    }
    if root.child("Incident").is_none() {
        return Err(wrong("/Incident", "a document without incidents"));
    }
    let mut taken = Taken::default();
    let mut objects = 0;
    for incident in root.all("Incident") {
        objects += 1 + incident.all("EventData").count();
        objects += incident.all("IndicatorData").map(|data| data.children.len()).sum::<usize>();
        if objects > limits.objects {
            let what = format!("more than {} incidents, events and indicators", limits.objects);
            return Err(wrong("/Incident", &what));
        }
        let mut notes = Notes { limits, rejected: Vec::new(), unknown: Vec::new() };
        let native = back::package(incident, &mut notes);
        let mut package = completed(native, incident, &mut notes);
        package.unknown.append(&mut notes.unknown);
        taken.packages.push(package);
        let room = limits.rejects.saturating_sub(taken.rejected.len());
        taken.rejected.extend(notes.rejected.into_iter().take(room));
    }
    Ok(taken)
}

/// A package with the differences that stand in the incident's extensions.
fn completed(native: Package, incident: &Element, notes: &mut Notes<'_>) -> Package {
    let mut value = remainder::as_json(&native);
    let mut changes = 0_usize;
    for (place, text) in back::differences(incident) {
        let parsed = text.map(|text| crate::json::read(text.as_bytes(), notes.limits, FORMAT));
        let entry = match parsed.transpose() {
            Ok(value) => Entry { place: place.to_owned(), value },
            Err(error) => {
                notes.reject(place, &error.what);
                continue;
            }
        };
        match remainder::apply(&mut value, &entry) {
            Ok(()) => changes += 1,
            Err(why) => notes.reject(place, why),
        }
    }
    if changes == 0 {
        return native;
    }
    match read_package(&value) {
        Ok(package) => package,
        Err(error) => {
            notes.reject(&error.place, "the extensions make no package; they are left out");
            native
        }
    }
}

/// The bytes of a digest in hex.
fn hex_bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

//! Events as packages: ours are put together from objects of our template and held against what
//! their attributes say; others are read by `foreign.rs`.

use std::collections::HashMap;

use bakas_model::exchange::{Package, Pap, Tlp, Unknown};
use serde_json::Value;

use super::{FORMAT, MACHINE, TEMPLATE, TEMPLATE_NAME, encode, foreign, tags};
use crate::{
    format::{DecodeError, Limits, Taken},
    json,
    notices::Notices,
    parts::{Gathered, placed, short},
};

/// Bytes of a message. An event is held whole while it is read, so that this bounds the memory; for
/// more there is STIX, which is read as it comes.
pub const EVENT_BYTES_LIMIT: u64 = 64 << 20;
/// Pieces of one part.
const PIECES_LIMIT: usize = 4096;

/// Reads a message of one or more events.
///
/// # Errors
/// Where it is none, or passes a limit.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    let limits = Limits { bytes: limits.bytes.min(EVENT_BYTES_LIMIT), ..*limits };
    let whole = json::read(bytes, &limits, FORMAT)?;
    let events = events(&whole)?;
    let mut notices = Notices::new("misp", &limits);
    let mut packages = Vec::new();
    for (number, event) in events.into_iter().enumerate() {
        let place = format!("Event[{number}]");
        match ours(event, &place, &limits, &mut notices) {
            found if found.is_empty() => {
                packages.extend(foreign::read(event, &place, &mut notices));
            }
            found => packages.extend(found),
        }
    }
    Ok(notices.beside(packages))
}

/// The events of a message, in any of the forms in which servers hand them out.
fn events(whole: &Value) -> Result<Vec<&Value>, DecodeError> {
    let wrong = |place: &str, what: &str| DecodeError {
        format: FORMAT,
        place: place.into(),
        what: what.into(),
    };
    let of = |value: &'_ Value| value.get("Event").is_some_and(Value::is_object);
    match whole {
        Value::Object(members) if of(whole) => Ok(members.get("Event").into_iter().collect()),
        Value::Object(members) if members.contains_key("response") => {
            let list = members.get("response").unwrap_or(&Value::Null);
            match list {
                Value::Object(_) if of(list) => Ok(list.get("Event").into_iter().collect()),
                _ => listed(list).ok_or_else(|| {
                    wrong("/response", "no list of events; export them again as MISP JSON")
                }),
            }
        }
        Value::Array(_) => listed(whole)
            .ok_or_else(|| wrong("/", "a list, but not of MISP events; wrap each in 'Event'")),
        Value::Object(members) if members.contains_key("info") => Ok(vec![whole]),
        Value::Object(members) if members.contains_key("objects") => {
            Err(wrong("/", "no MISP event; it looks like STIX, read it as that"))
        }
        _ => Err(wrong("/", "no MISP event: expected an object with 'Event'")),
    }
}

/// A list of events, each wrapped or not.
fn listed(list: &Value) -> Option<Vec<&Value>> {
    let one = |value: &'_ Value| value.is_object();
    let items = list.as_array()?;
    items
        .iter()
        .map(|item| {
            let event = item.get("Event").unwrap_or(item);
            (one(event) && event.get("info").is_some()).then_some(event)
        })
        .collect()
}

/// The members of a list in an object; something else than a list is told.
pub(super) fn list<'a>(
    of: &'a Value,
    name: &str,
    place: &str,
    notices: &mut Notices,
) -> &'a [Value] {
    match of.get(name) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(_) => {
            notices.reject(&format!("{place}/{name}"), "must be a list; it is not read");
            &[]
        }
    }
}

fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    of.get(name).and_then(Value::as_str)
}

/// The packages of ours in an event.
fn ours(event: &Value, place: &str, limits: &Limits, notices: &mut Notices) -> Vec<Package> {
    let mut parts = Gathered::default();
    let mut labels: HashMap<(String, usize), (Option<Tlp>, Option<Pap>)> = HashMap::new();
    let mut unknown: Vec<(String, Unknown)> = Vec::new();
    let whole = tags::labels(tags::names(event));
    for (number, object) in list(event, "Object", place, notices).iter().enumerate() {
        let template = text(object, "template_uuid") == Some(TEMPLATE);
        if !template && text(object, "name") != Some(TEMPLATE_NAME) {
            continue;
        }
        let place = format!("{place}/Object[{number}]");
        let members = list(object, "Attribute", &place, notices);
        match part(members, limits) {
            Err(what) => notices.reject(&place, &format!("{what}; ask for it again")),
            Ok((at, part, more)) => {
                let mut own = tags::labels(members.iter().flat_map(tags::names));
                if at.part == 1 {
                    own = (own.0.max(whole.0), own.1.max(whole.1));
                }
                labels.insert((at.package.clone(), at.part), own);
                unknown.extend(more.into_iter().map(|one| {
                    let place = format!("misp:part {} {}", at.part, one.place);
                    (at.package.clone(), Unknown { place, ..one })
                }));
                parts.take(at, part);
            }
        }
    }
    parts.raise(|package, number| {
        labels.get(&(package.to_owned(), number)).copied().unwrap_or_default()
    });
    let (mut packages, wrong) = parts.join();
    let complete = wrong.is_empty();
    for words in wrong {
        notices.reject(place, &words.text);
    }
    if complete && !packages.is_empty() {
        compare(event, &packages, place, notices);
    }
    for package in &mut packages {
        let mine = unknown.iter().filter(|(of, _)| *of == package.id);
        package.unknown.extend(mine.map(|(_, one)| one.clone()));
    }
    packages
}

type Placed = (crate::parts::Place, crate::parts::Part, Vec<Unknown>);

/// The part that the members of an object hold.
fn part(members: &[Value], limits: &Limits) -> Result<Placed, String> {
    let mut pieces: Vec<(usize, usize, &str)> = Vec::new();
    for member in members.iter().filter(|one| text(one, "object_relation") == Some(MACHINE)) {
        let value = text(member, "value").unwrap_or_default();
        let piece = value.split_once(':').and_then(|(place, piece)| {
            let (at, of) = place.split_once('/')?;
            Some((at.parse().ok()?, of.parse().ok()?, piece))
        });
        pieces.push(piece.ok_or("a piece of the part does not begin as '1/1:'")?);
    }
    pieces.sort_unstable();
    let all = pieces.first().map_or(0, |piece| piece.1);
    let counted = pieces.iter().enumerate().all(|(n, piece)| piece.0 == n + 1 && piece.1 == all);
    if all == 0 || pieces.len() != all || all > PIECES_LIMIT || !counted {
        return Err(format!("{} of {all} pieces of the part are there", pieces.len()));
    }
    let whole: String = pieces.iter().map(|piece| piece.2).collect();
    let value = json::read(whole.as_bytes(), limits, FORMAT)
        .map_err(|error| format!("the part is damaged: {}", error.what))?;
    match value {
        Value::Object(members) => placed(members),
        _ => Err("the part is no object".into()),
    }
}

/// Tells what says something else than the packages, and keeps what is beside them.
fn compare(event: &Value, packages: &[Package], place: &str, notices: &mut Notices) {
    let mut expected = HashMap::new();
    for package in packages {
        let made = encode::event(package);
        expected.extend(encode::values(made.get("Event").unwrap_or(&Value::Null)));
    }
    let check = |one: &Value, place: String, notices: &mut Notices| {
        let uuid = text(one, "uuid").unwrap_or_default();
        match (expected.get(uuid), text(one, "value")) {
            (Some(expected), Some(value)) if same(expected, value) => {}
            (Some(_), _) => notices.reject(
                &place,
                "says something else than the package of which it is a part, so somebody changed \
                 it on the way; the part counts, compare with the sender",
            ),
            (None, _) => notices.keep(&place, one),
        }
    };
    for (number, one) in list(event, "Attribute", place, notices).iter().enumerate() {
        check(one, format!("{place}/Attribute[{number}]"), notices);
    }
    for (number, object) in list(event, "Object", place, notices).iter().enumerate() {
        let place = format!("{place}/Object[{number}]");
        for (at, one) in list(object, "Attribute", &place, notices).iter().enumerate() {
            check(one, format!("{place}/Attribute[{at}] {}", relation(one)), notices);
        }
    }
}

fn relation(one: &Value) -> String {
    short(text(one, "object_relation").unwrap_or_default())
}

/// Whether two values say the same; servers write times in their own way.
fn same(ours: &str, theirs: &str) -> bool {
    let time = |text: &str| text.parse::<bakas_model::Timestamp>().ok();
    ours == theirs || time(ours).is_some_and(|ours| Some(ours) == time(theirs))
}

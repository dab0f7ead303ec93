//! Events of others as extracts: attributes and members of objects that name observables, event
//! reports, tags. What is not read is kept as it came.

use std::collections::BTreeMap;

use bakas_model::{
    Timestamp,
    exchange::{
        Content, Extract, Handling, Observable, ObservableKind, Package, Party, SharedNote,
        SharedObservable, Words,
    },
};
use serde_json::Value;

use super::{decode::list, tags};
use crate::{notices::Notices, parts::short};

fn text<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    of.get(name).and_then(Value::as_str)
}

/// A whole number, which servers write as a number or as a text.
fn number(of: &Value, name: &str) -> Option<i64> {
    let value = of.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Reads an event.
pub(super) fn read(event: &Value, place: &str, notices: &mut Notices) -> Option<Package> {
    let at = number(event, "timestamp").map(Timestamp::from_seconds);
    let date = text(event, "date").and_then(|date| date.parse().ok());
    let Some(created) = at.or(date) else {
        notices.reject(place, "neither 'timestamp' nor 'date' is a time; the event is not read");
        return None;
    };
    let Some(id) = text(event, "uuid").filter(|id| uuid::Uuid::try_parse(id).is_ok()) else {
        notices.reject(place, "'uuid' is missing or none; the event is not read");
        return None;
    };
    let handling = handling(event);
    let mut reader = Reader { created, found: BTreeMap::new(), extract: Extract::default() };
    reader.extract.title.extend(text(event, "info").map(words));
    for (n, one) in list(event, "Attribute", place, notices).iter().enumerate() {
        reader.attribute(one, &format!("{place}/Attribute[{n}]"), &handling, notices);
    }
    for (n, object) in list(event, "Object", place, notices).iter().enumerate() {
        let place = format!("{place}/Object[{n}]");
        let (mut read, members) = (false, list(object, "Attribute", &place, notices));
        for (at, one) in members.iter().enumerate() {
            let place = format!("{place}/Attribute[{at}]");
            if observables(one).is_some() {
                read = true;
                reader.attribute(&seen_with(one, object), &place, &handling, notices);
            }
        }
        // Ports, counts and other members have no place of their own in an extract.
        if !read || members.iter().any(|one| observables(one).is_none()) {
            notices.keep(&place, object);
        }
    }
    for (n, report) in list(event, "EventReport", place, notices).iter().enumerate() {
        reader.report(report, n);
    }
    let orgc = event.get("Orgc").or_else(|| event.get("Org"));
    Some(Package {
        id: id.to_owned(),
        created,
        from: orgc.map(party).unwrap_or_else(|| Party { id: "unknown".into(), ..Party::default() }),
        to: Vec::new(),
        handling,
        redaction: Vec::new(),
        content: Content::Extract(reader.extract),
        unknown: Vec::new(),
    })
}

fn words(text: &str) -> Words {
    Words { language: String::new(), text: text.to_owned() }
}

fn party(of: &Value) -> Party {
    let name = text(of, "name").unwrap_or_default().to_owned();
    let id = text(of, "uuid").map_or_else(|| name.clone(), str::to_owned);
    Party { id, name, ..Party::default() }
}

/// Handling by tags and sharing group; where tags say nothing, the strict default.
fn handling(event: &Value) -> Handling {
    let (tlp, pap) = tags::labels(tags::names(event));
    let default = Handling::default();
    let group = event.get("SharingGroup").and_then(|group| group.get("SharingGroupOrg"));
    let members = group.and_then(Value::as_array).into_iter().flatten();
    let of = |member: &Value| {
        text(member.get("Organisation")?, "uuid")
            .or_else(|| text(member, "org_uuid"))
            .map(str::to_owned)
    };
    Handling {
        tlp: tlp.unwrap_or(default.tlp),
        pap: pap.unwrap_or(default.pap),
        releasable_to: members.filter_map(of).collect(),
        ..default
    }
}

/// A member of an object with the times of the object, where it has none of its own.
fn seen_with(one: &Value, object: &Value) -> Value {
    let mut one = one.clone();
    for name in ["first_seen", "last_seen"] {
        if one.get(name).is_none_or(Value::is_null)
            && let Some(time) = object.get(name)
        {
            one[name] = time.clone();
        }
    }
    one
}

/// The observables that an attribute names.
fn observables(one: &Value) -> Option<Vec<Observable>> {
    let (kind, value) = (text(one, "type")?, text(one, "value")?.trim());
    let of = |kind: ObservableKind, value: &str| Observable { kind, value: value.to_owned() };
    let first = value.split('|').next().unwrap_or_default();
    let second = value.split('|').nth(1).unwrap_or_default();
    let found = match kind {
        "ip-src" | "ip-dst" => vec![address(value)],
        "ip-src|port" | "ip-dst|port" => vec![address(first)],
        "domain" | "hostname" => vec![of(ObservableKind::Domain, &value.to_lowercase())],
        "domain|ip" => vec![of(ObservableKind::Domain, &first.to_lowercase()), address(second)],
        "url" => vec![of(ObservableKind::Url, value)],
        "email" | "email-src" | "email-dst" => vec![of(ObservableKind::Email, value)],
        "AS" => {
            let digits = value.trim_start_matches("AS");
            digits.parse::<u32>().ok()?;
            vec![of(ObservableKind::AutonomousSystem, digits)]
        }
        "target-user" => vec![of(ObservableKind::Account, value)],
        "user-agent" => vec![of(ObservableKind::UserAgent, value)],
        "sha256" => vec![of(ObservableKind::Sha256, &value.to_lowercase())],
        "filename" => vec![of(ObservableKind::FileName, value)],
        "filename|sha256" => vec![
            of(ObservableKind::FileName, first),
            of(ObservableKind::Sha256, &second.to_lowercase()),
        ],
        _ => return None,
    };
    found.iter().all(|one| !one.value.is_empty()).then_some(found)
}

fn address(value: &str) -> Observable {
    match value.parse::<std::net::IpAddr>() {
        Ok(address) => Observable { kind: ObservableKind::Address, value: address.to_string() },
        Err(_) => Observable { kind: ObservableKind::Prefix, value: value.to_owned() },
    }
}

struct Reader {
    created: Timestamp,
    found: BTreeMap<Observable, usize>,
    extract: Extract,
}

impl Reader {
    fn attribute(&mut self, one: &Value, place: &str, of_all: &Handling, notices: &mut Notices) {
        let Some(observables) = observables(one) else {
            notices.keep(place, one);
            return;
        };
        let mut times = [None, None];
        for (time, name) in times.iter_mut().zip(["first_seen", "last_seen"]) {
            match one.get(name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) if text.parse::<Timestamp>().is_ok() => {
                    *time = text.parse().ok();
                }
                Some(_) => {
                    notices.reject(place, &format!("'{name}' is no time (write RFC 3339)"));
                    return;
                }
            }
        }
        let stated = number(one, "timestamp").map_or(self.created, Timestamp::from_seconds);
        let first = times[0].unwrap_or(stated);
        let last = times[1].unwrap_or(first).max(first);
        let (tlp, pap) = tags::labels(tags::names(one));
        let own = (tlp.is_some() || pap.is_some()).then(|| Handling {
            tlp: tlp.unwrap_or(of_all.tlp),
            pap: pap.unwrap_or(of_all.pap),
            ..of_all.clone()
        });
        let sightings = one.get("Sighting").and_then(Value::as_array).map_or(0, Vec::len);
        let indicator = match one.get("to_ids") {
            Some(Value::Bool(to_ids)) => *to_ids,
            Some(Value::String(text)) => text == "1" || text == "true",
            Some(value) => value.as_i64() == Some(1),
            None => false,
        };
        let id = text(one, "uuid").map_or_else(|| place.to_owned(), short);
        for observable in observables {
            let one = SharedObservable {
                id: id.clone(),
                observable,
                first,
                last,
                count: sightings as u64,
                incidents: Vec::new(),
                indicator,
                confidence: tags::confidence(one),
                admiralty: tags::admiralty(one),
                handling: own.clone().filter(|own| own != of_all),
            };
            self.add(one);
        }
    }

    /// Adds an observable, or what is said of one that is there already.
    fn add(&mut self, mut one: SharedObservable) {
        let list = &mut self.extract.observables;
        match self.found.get(&one.observable).and_then(|&at| list.get_mut(at)) {
            Some(before) => {
                before.first = before.first.min(one.first);
                before.last = before.last.max(one.last);
                before.count = before.count.saturating_add(one.count);
                before.indicator |= one.indicator;
                before.confidence = before.confidence.max(one.confidence);
                before.handling = match (before.handling.take(), one.handling) {
                    (Some(a), Some(b)) => Some(a.strictest(&b)),
                    (a, b) => a.or(b),
                };
            }
            None => {
                self.found.insert(one.observable.clone(), list.len());
                if list.last().is_some_and(|last| last.id == one.id) {
                    one.id = format!("{} {}", one.id, one.observable.value);
                }
                list.push(one);
            }
        }
    }

    fn report(&mut self, report: &Value, number: usize) {
        let Some(content) = text(report, "content").filter(|content| !content.is_empty()) else {
            return;
        };
        let id = text(report, "uuid").map_or_else(|| format!("report {number}"), short);
        let name = text(report, "name").map(words);
        let text = name.into_iter().chain(std::iter::once(words(content))).collect();
        self.extract.notes.push(SharedNote { id, about: Vec::new(), text, handling: None });
    }
}

//! A client of MISP's REST interface: an event is added, or edited where an older version is there,
//! and what the server kept of it is counted; events are searched page by page. It reads of an event
//! its UUID, its timestamp and how much is in it.

use std::collections::BTreeSet;

use bakas_model::{
    outside::OutsideError,
    transport::{Became, Delivery, ObjectVersion, Outcome, Position, Pulled, Push, Taken},
};
use serde_json::{Value, json};

use super::{
    DOCUMENT_OBJECTS_LIMIT, PAGES_LIMIT,
    call::{Ask, Line, words},
    count, fresh, garbage, unsendable,
};
use crate::tame;

/// The media type of everything.
const MEDIA: &str = "application/json";
/// Events that are asked for at once: each may be large.
const PAGE_EVENTS: usize = 50;

pub(super) fn push(
    line: &Line<'_>,
    push: &Push<'_>,
    told: &mut dyn FnMut(&[Outcome]),
) -> Result<Delivery, OutsideError> {
    let base = line.server.url.trim_end_matches('/');
    let document: Value = serde_json::from_slice(push.document)
        .map_err(|e| unsendable(base, format!("the document is no event: {e}")))?;
    let events = events(document).ok_or_else(|| unsendable(base, "the document is no event"))?;
    if events.len() > DOCUMENT_OBJECTS_LIMIT {
        let why = format!("it has more than {DOCUMENT_OBJECTS_LIMIT} events");
        return Err(unsendable(base, why));
    }
    let (mut seen, mut delivery) = (BTreeSet::new(), Delivery::default());
    for event in events {
        let version = version(&event)
            .ok_or_else(|| unsendable(base, "an event of the document has no UUID"))?;
        if !seen.insert(version.clone()) {
            continue;
        }
        delivery.offered += 1;
        if push.done.contains(&version) {
            delivery.left_out += 1;
            continue;
        }
        let became = one(line, base, &version, &event)?;
        let outcome = [Outcome { object: version, became }];
        count(&mut delivery, &outcome);
        told(&outcome);
    }
    Ok(delivery)
}

/// Adds an event, or edits the older one that is there.
fn one(
    line: &Line<'_>,
    base: &str,
    version: &ObjectVersion,
    event: &Value,
) -> Result<Became, OutsideError> {
    let there = format!("{base}/events/view/{}", version.id);
    let seen = line.ask(&Ask { url: &there, accept: MEDIA, body: None })?;
    let url = match seen.status {
        200 => {
            let theirs: Value = serde_json::from_slice(&seen.bytes)
                .map_err(|e| garbage(&there, tame(&e.to_string())))?;
            let kept = events(theirs).and_then(|mut all| all.pop()).unwrap_or_default();
            let theirs = self::version(&kept).unwrap_or_default();
            if number(&theirs.version) >= number(&version.version) {
                return Ok(compared(event, &kept));
            }
            format!("{base}/events/edit/{}", version.id)
        }
        404 => format!("{base}/events/add"),
        status => return Err(OutsideError::Status { url: there, status }),
    };
    let body = json!({"Event": event}).to_string();
    let ask = Ask { url: &url, accept: MEDIA, body: Some((MEDIA, body.as_bytes())) };
    let reply = line.ask(&ask)?;
    match reply.status {
        200 | 201 => {}
        // It does not take this event: the next one may be another matter.
        400 | 403 | 405 | 409 | 413 | 422 => {
            let why = format!("status {}: {}", reply.status, message(&reply.bytes));
            return Ok(Became::Failure(why));
        }
        status => return Err(OutsideError::Status { url, status }),
    }
    let kept: Value =
        serde_json::from_slice(&reply.bytes).map_err(|e| garbage(&url, tame(&e.to_string())))?;
    let kept = events(kept).and_then(|mut all| all.pop()).unwrap_or_default();
    if self::version(&kept).is_none_or(|theirs| theirs.id != version.id) {
        return Err(garbage(&url, "it answers with another event"));
    }
    Ok(compared(event, &kept))
}

/// Whether everything of an event was kept: a server leaves out what it does not take.
fn compared(ours: &Value, kept: &Value) -> Became {
    let left: Vec<_> = uuids(ours).difference(&uuids(kept)).cloned().collect();
    let (sent, there) = (parts(ours), parts(kept));
    if left.is_empty() && sent <= there {
        return Became::Success;
    }
    let named: Vec<String> = left.iter().take(5).map(|uuid| tame(uuid)).collect();
    Became::Failure(format!(
        "the server kept {there} of {sent} attributes; missing are {} with a UUID: {}",
        left.len(),
        named.join(", ")
    ))
}

/// The attributes of an event, those of its objects too.
fn attributes(event: &Value) -> impl Iterator<Item = &Value> {
    let own = event["Attribute"].as_array().into_iter().flatten();
    let objects = event["Object"].as_array().into_iter().flatten();
    own.chain(objects.flat_map(|object| object["Attribute"].as_array().into_iter().flatten()))
}

fn parts(event: &Value) -> usize {
    attributes(event).count()
}

fn uuids(event: &Value) -> BTreeSet<String> {
    attributes(event).filter_map(|one| Some(one["uuid"].as_str()?.to_lowercase())).collect()
}

/// The events of a document: one, one within `Event`, or a list of either, also within `response`.
fn events(document: Value) -> Option<Vec<Value>> {
    let list = match document {
        Value::Array(list) => list,
        Value::Object(mut map) => match map.remove("response") {
            Some(Value::Array(list)) => list,
            Some(one) => vec![one],
            None => vec![Value::Object(map)],
        },
        _ => return None,
    };
    let inner = |mut one: Value| match one.get_mut("Event").map(Value::take) {
        Some(event @ Value::Object(_)) => Some(event),
        Some(_) => None,
        None => one.is_object().then_some(one),
    };
    list.into_iter().map(inner).collect()
}

fn version(event: &Value) -> Option<ObjectVersion> {
    let id = event["uuid"].as_str()?.to_lowercase();
    let plain = id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let version = match &event["timestamp"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    plain.then_some(ObjectVersion { id, version })
}

fn number(version: &str) -> u64 {
    version.parse().unwrap_or_default()
}

/// What a server says of an event that it does not take.
fn message(bytes: &[u8]) -> String {
    let said = serde_json::from_slice::<Value>(bytes).ok();
    let said = said.as_ref().and_then(|said| {
        let errors = said.get("errors").filter(|errors| !errors.is_null());
        errors.or_else(|| said.get("message")).map(ToString::to_string)
    });
    said.map_or_else(|| words(bytes), |said| tame(&said))
}

pub(super) fn pull(
    line: &Line<'_>,
    since: &Position,
    take: &mut dyn FnMut(&Pulled) -> Result<(), OutsideError>,
) -> Result<Taken, OutsideError> {
    let url = format!("{}/events/restSearch", line.server.url.trim_end_matches('/'));
    let first = since.next.as_deref().map_or(Ok(1), str::parse::<u64>);
    let first = first.map_err(|_| unsendable(&url, "the position names no page"))?;
    let (mut sum, mut seen, mut edge) = (Taken::default(), since.edge.clone(), since.edge.clone());
    let mut before = Vec::new();
    for page in first.. {
        let mut asked = json!({"returnFormat": "json", "limit": PAGE_EVENTS, "page": page});
        if let Some(after) = &since.after {
            asked["timestamp"] = json!(after);
        }
        let body = asked.to_string();
        let ask = Ask { url: &url, accept: MEDIA, body: Some((MEDIA, body.as_bytes())) };
        let (_, answer): (_, Value) = line.read(&ask, 200)?;
        if !answer["response"].is_array() {
            return Err(garbage(&url, "no list of events"));
        }
        let all = events(answer).ok_or_else(|| garbage(&url, "no list of events"))?;
        sum.pages += 1;
        let versions: Option<Vec<_>> = all.iter().map(version).collect();
        let versions = versions.ok_or_else(|| garbage(&url, "an event without a UUID"))?;
        let (given, last) = (versions.len() as u64, versions.len() < PAGE_EVENTS);
        if !last && versions == before || sum.pages > PAGES_LIMIT {
            return Err(garbage(&url, "it gives the same page again and again"));
        }
        before.clone_from(&versions);
        edge.extend(versions.iter().cloned());
        let new = fresh(versions, &mut seen);
        let kept: Vec<Value> = all
            .into_iter()
            .zip(&new)
            .filter(|(_, new)| new.is_some())
            .map(|(event, _)| json!({"Event": event}))
            .collect();
        let objects: Vec<_> = new.into_iter().flatten().collect();
        (sum.given, sum.taken) = (sum.given + given, sum.taken + objects.len() as u64);
        sum.again = sum.given - sum.taken;
        keep_newest(&mut edge);
        let position = if last {
            let newest = edge.iter().next().map(|one| one.version.clone());
            let after = newest.filter(|v| !v.is_empty()).or_else(|| since.after.clone());
            Position { after, next: None, edge: edge.clone() }
        } else {
            let next = Some((page + 1).to_string());
            Position { after: since.after.clone(), next, edge: edge.clone() }
        };
        let document = json!({"response": kept}).to_string().into_bytes();
        take(&Pulled { document, objects, position })?;
        if last {
            return Ok(sum);
        }
    }
    Ok(sum)
}

/// Those of the latest timestamp alone: a search from there on gives them again.
fn keep_newest(edge: &mut BTreeSet<ObjectVersion>) {
    let newest = edge.iter().map(|one| number(&one.version)).max().unwrap_or_default();
    edge.retain(|one| number(&one.version) == newest);
}

//! A TAXII 2.1 client (OASIS, 10 June 2021): collections (sections 4 and 5), adding objects with the
//! status of each (5.5, 4.3), and getting those that are new (5.4). It reads of an object its id and
//! version, and leaves the rest as it is.

use std::{
    collections::{BTreeSet, VecDeque},
    ops::Range,
    thread,
};

use bakas_model::{
    outside::OutsideError,
    transport::{
        Became, Collection, Delivery, ObjectVersion, Outcome, Position, Pulled, Push, Taken,
    },
};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use sha2::{Digest as _, Sha256};

use super::{
    BATCH_BYTES_LIMIT, BATCH_OBJECTS, COLLECTIONS_LIMIT, DOCUMENT_OBJECTS_LIMIT, PAGE_OBJECTS,
    PAGES_LIMIT, POLL_PAUSES_LIMIT, POLLS_LIMIT, ROOTS_LIMIT,
    call::{Ask, Line, encoded, resolve, words},
    count, fresh, garbage,
    status::{Status, reconcile},
    unsendable,
};
use crate::tame;

/// The one media type (section 1.6.8).
const MEDIA: &str = "application/taxii+json;version=2.1";

/// What a page of a server may be.
#[derive(Deserialize)]
struct Any {
    #[serde(default)]
    api_roots: Option<Vec<String>>,
    #[serde(default)]
    versions: Option<Value>,
    #[serde(default)]
    max_content_length: Option<u64>,
    #[serde(default)]
    collections: Option<Vec<Named>>,
    #[serde(flatten)]
    collection: Named,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Named {
    id: String,
    title: String,
    can_read: bool,
    can_write: bool,
}

/// An envelope (section 3.7), or the bundle that we send.
#[derive(Default, Deserialize)]
struct Envelope {
    #[serde(default)]
    more: bool,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    objects: Vec<Box<RawValue>>,
}

/// Of an object, what tells it from others.
#[derive(Deserialize)]
struct Identified {
    id: String,
    #[serde(default)]
    modified: Option<String>,
    #[serde(default)]
    created: Option<String>,
}

/// The collections that a page leads to: discovery, an API root, a list, or one collection.
pub(super) fn collections(line: &Line<'_>) -> Result<Vec<Collection>, OutsideError> {
    let url = slashed(&line.server.url);
    let page: Any = get(line, &url)?;
    if let Some(roots) = page.api_roots {
        let mut found = Vec::new();
        for root in roots.iter().take(ROOTS_LIMIT) {
            // A root elsewhere is another server, to be named by a person.
            if let Some(root) = resolve(&url, root) {
                found.extend(list(line, &format!("{root}collections/"))?);
            }
        }
        found.truncate(COLLECTIONS_LIMIT);
        return Ok(found);
    }
    if page.versions.is_some() {
        return list(line, &format!("{url}collections/"));
    }
    if let Some(named) = page.collections {
        return Ok(named.iter().take(COLLECTIONS_LIMIT).filter_map(|one| of(&url, one)).collect());
    }
    if page.collection.id.is_empty() {
        return Err(garbage(&url, "neither discovery, API root nor collection"));
    }
    let (title, one) = (tame(&page.collection.title), page.collection);
    Ok(vec![Collection { url, title, can_read: one.can_read, can_write: one.can_write }])
}

fn list(line: &Line<'_>, url: &str) -> Result<Vec<Collection>, OutsideError> {
    let page: Any = get(line, url)?;
    let named = page.collections.unwrap_or_default();
    Ok(named.iter().take(COLLECTIONS_LIMIT).filter_map(|one| of(url, one)).collect())
}

fn of(list: &str, named: &Named) -> Option<Collection> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let good = !named.id.is_empty() && named.id.chars().all(plain);
    good.then(|| Collection {
        url: format!("{list}{}/", named.id),
        title: tame(&named.title),
        can_read: named.can_read,
        can_write: named.can_write,
    })
}

fn get<T: for<'a> Deserialize<'a>>(line: &Line<'_>, url: &str) -> Result<T, OutsideError> {
    Ok(line.read(&Ask { url, accept: MEDIA, body: None }, 200)?.1)
}

/// The collection that the server's address names, and where its API root is.
fn opened(line: &Line<'_>) -> Result<(Named, String, String), OutsideError> {
    let url = slashed(&line.server.url);
    let root =
        url.rsplit_once("/collections/").filter(|(_, id)| id.trim_end_matches('/').len() > 1);
    let Some((root, _)) = root else {
        let offered = collections(line)?;
        let names: Vec<_> =
            offered.iter().map(|one| format!("taxii:{} ({})", one.url, one.title)).collect();
        let why = format!("it names no collection; there are {}", names.join(", "));
        return Err(unsendable(&url, why));
    };
    let page: Any = get(line, &url)?;
    let root = format!("{root}/");
    Ok((page.collection, url, root))
}

fn slashed(url: &str) -> String {
    if url.ends_with('/') { url.to_owned() } else { format!("{url}/") }
}

/// A document that goes out in batches.
struct Batches<'a> {
    line: &'a Line<'a>,
    /// Where objects go, and where their status is asked for.
    objects_url: String,
    root: String,
    objects: Vec<(ObjectVersion, Box<RawValue>)>,
    delivery: Delivery,
}

pub(super) fn push(
    line: &Line<'_>,
    push: &Push<'_>,
    told: &mut dyn FnMut(&[Outcome]),
) -> Result<Delivery, OutsideError> {
    let (collection, url, root) = opened(line)?;
    if !collection.can_write {
        return Err(unsendable(&url, "this collection takes nothing from us"));
    }
    let api: Any = get(line, &root)?;
    let bytes_limit = api.max_content_length.and_then(|bytes| usize::try_from(bytes).ok());
    let bytes_limit = bytes_limit.filter(|n| *n > 0).unwrap_or(usize::MAX).min(BATCH_BYTES_LIMIT);
    let (objects, mut delivery) = (once(&url, push)?, Delivery::default());
    delivery.offered = objects.len() as u64;
    let objects: Vec<_> =
        objects.into_iter().filter(|(version, _)| !push.done.contains(version)).collect();
    delivery.left_out = delivery.offered - objects.len() as u64;
    let objects_url = format!("{url}objects/");
    let mut batches = Batches { line, objects_url, root, objects, delivery };
    let mut open = batches.plan(bytes_limit);
    while let Some(range) = open.pop_front() {
        match batches.send(range.clone())? {
            Some(outcomes) => {
                count(&mut batches.delivery, &outcomes);
                told(&outcomes);
            }
            // Too much at once, or one of them is bad: in halves, until it is known which.
            None => {
                let middle = range.start + range.len() / 2;
                open.push_front(middle..range.end);
                open.push_front(range.start..middle);
            }
        }
    }
    Ok(batches.delivery)
}

/// The objects of a bundle, each version once.
fn once(url: &str, push: &Push<'_>) -> Result<Vec<(ObjectVersion, Box<RawValue>)>, OutsideError> {
    let read = serde_json::from_slice::<Envelope>(push.document);
    let bundle = read.map_err(|e| unsendable(url, format!("the document is no bundle: {e}")))?;
    if bundle.objects.len() > DOCUMENT_OBJECTS_LIMIT {
        let why = format!("it has more than {DOCUMENT_OBJECTS_LIMIT} objects");
        return Err(unsendable(url, why));
    }
    let mut seen = BTreeSet::new();
    let mut objects = Vec::with_capacity(bundle.objects.len());
    for object in bundle.objects {
        let version = version(&object)
            .ok_or_else(|| unsendable(url, "an object of the document has no id"))?;
        if seen.insert(version.clone()) {
            objects.push((version, object));
        }
    }
    Ok(objects)
}

fn version(object: &RawValue) -> Option<ObjectVersion> {
    let read: Identified = serde_json::from_str(object.get()).ok()?;
    let version = read.modified.or(read.created).unwrap_or_default();
    (!read.id.is_empty()).then_some(ObjectVersion { id: read.id, version })
}

impl Batches<'_> {
    /// Batches within the bounds, in none of which an id stands twice: a status names ids.
    fn plan(&self, bytes_limit: usize) -> VecDeque<Range<usize>> {
        let mut batches = VecDeque::new();
        let (mut start, mut bytes, mut ids) = (0, 0, BTreeSet::new());
        for (at, (version, object)) in self.objects.iter().enumerate() {
            let size = object.get().len() + 1;
            let full = at - start == BATCH_OBJECTS || bytes + size > bytes_limit;
            if at > start && (full || ids.contains(&version.id)) {
                batches.push_back(start..at);
                (start, bytes) = (at, 0);
                ids.clear();
            }
            bytes += size;
            ids.insert(&version.id);
        }
        if start < self.objects.len() {
            batches.push_back(start..self.objects.len());
        }
        batches
    }

    /// Sends a batch and asks until each of its objects is decided; none where it must be sent in
    /// smaller ones.
    fn send(&mut self, range: Range<usize>) -> Result<Option<Vec<Outcome>>, OutsideError> {
        let objects = self.objects.get(range.clone()).unwrap_or_default();
        let mut body = br#"{"objects":["#.to_vec();
        for (at, (_, object)) in objects.iter().enumerate() {
            body.extend_from_slice(if at > 0 { b"," } else { b"" });
            body.extend_from_slice(object.get().as_bytes());
        }
        body.extend_from_slice(b"]}");
        let url = self.objects_url.clone();
        let ask = Ask { url: &url, accept: MEDIA, body: Some((MEDIA, &body)) };
        let reply = self.line.ask(&ask)?;
        match reply.status {
            200 | 202 => {}
            413 | 422 | 400 if range.len() > 1 => return Ok(None),
            413 | 422 | 400 => {
                let why = format!("status {}: {}", reply.status, words(&reply.bytes));
                let object =
                    objects.first().map(|(version, _)| version.clone()).unwrap_or_default();
                return Ok(Some(vec![Outcome { object, became: Became::Failure(why) }]));
            }
            status => return Err(OutsideError::Status { url, status }),
        }
        let status: Status = serde_json::from_slice(&reply.bytes)
            .map_err(|e| garbage(&url, tame(&e.to_string())))?;
        let (status, at) = self.settled(status)?;
        if let (Some(at), true) = (at, status.pending_count > 0) {
            self.delivery.statuses.push(at);
        }
        let mut outcomes = reconcile(&url, &status, objects.iter().map(|(version, _)| version))?;
        for outcome in &mut outcomes {
            if matches!(outcome.became, Became::Failure(_)) && self.is_there(&outcome.object)? {
                outcome.became = Became::Success;
            }
        }
        Ok(Some(outcomes))
    }

    /// Whether the server has this very version: some call it a failure to be given it again.
    fn is_there(&self, object: &ObjectVersion) -> Result<bool, OutsideError> {
        let id = encoded(&object.id);
        let url = if object.version.is_empty() {
            // It has no time of its own: there is one version of it (STIX 2.1, section 3.6).
            format!("{}{id}/", self.objects_url)
        } else {
            let at = encoded(&object.version);
            format!("{}{id}/?match%5Bversion%5D={at}", self.objects_url)
        };
        let reply = self.line.ask(&Ask { url: &url, accept: MEDIA, body: None })?;
        let found = serde_json::from_slice::<Envelope>(&reply.bytes).unwrap_or_default();
        let mut versions = found.objects.iter().filter_map(|one| version(one));
        Ok(reply.status == 200 && versions.any(|one| one == *object))
    }

    /// Asks for the status until nothing is pending, or we have asked often enough.
    fn settled(&self, mut status: Status) -> Result<(Status, Option<String>), OutsideError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if status.id.is_empty() || !status.id.chars().all(plain) {
            return Ok((status, None));
        }
        let url = format!("{}status/{}/", self.root, status.id);
        let limit = self.line.pause * POLL_PAUSES_LIMIT;
        let mut pause = self.line.pause;
        for _ in 0..POLLS_LIMIT {
            if status.status == "complete" && status.pending_count == 0 {
                break;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(limit);
            status = get(self.line, &url)?;
        }
        Ok((status, Some(url)))
    }
}

pub(super) fn pull(
    line: &Line<'_>,
    since: &Position,
    take: &mut dyn FnMut(&Pulled) -> Result<(), OutsideError>,
) -> Result<Taken, OutsideError> {
    let (collection, url, _) = opened(line)?;
    if !collection.can_read {
        return Err(unsendable(&url, "this collection gives us nothing"));
    }
    let (mut position, mut sum) = (since.clone(), Taken::default());
    // Where a later call may begin without missing anything, whatever becomes of this one.
    let mut safe = Position { next: None, ..since.clone() };
    let mut seen = since.edge.clone();
    // A server may use a `next` up: it is good within one call alone.
    position.next = None;
    loop {
        // Every version: what was there between two pulls is not lost.
        let mut page = format!("{url}objects/?limit={PAGE_OBJECTS}&match%5Bversion%5D=all");
        for (name, value) in [("added_after", &position.after), ("next", &position.next)] {
            if let Some(value) = value {
                page.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        let ask = Ask { url: &page, accept: MEDIA, body: None };
        let (reply, envelope): (_, Envelope) = line.read(&ask, 200)?;
        sum.pages += 1;
        let date = |name: &str| reply.header(name).map(str::to_owned);
        let first = date("x-taxii-date-added-first");
        // Of a page of one object, some servers name the first alone.
        let last = date("x-taxii-date-added-last").or_else(|| first.clone());
        let versions = envelope.objects.iter().map(|object| version(object));
        let versions: Option<Vec<_>> = versions.collect();
        let versions = versions.ok_or_else(|| garbage(&page, "an object without an id"))?;
        let given = versions.len() as u64;
        safe.passed(&versions, first, last.clone());
        let new = fresh(versions, &mut seen);
        let before = position.clone();
        position = following(&page, &before, &envelope, last)?;
        let document = bundle(&envelope.objects, &new);
        let objects: Vec<_> = new.into_iter().flatten().collect();
        (sum.given, sum.taken) = (sum.given + given, sum.taken + objects.len() as u64);
        sum.again = sum.given - sum.taken;
        let stuck = objects.is_empty() && position == before;
        let is_over = !envelope.more;
        if is_over {
            // Nothing is left before the last date: what was at its edge is not given again.
            let edge =
                if position.after == since.after { since.edge.clone() } else { BTreeSet::new() };
            safe = Position { edge, ..position.clone() };
        }
        take(&Pulled { document, objects, position: safe.clone() })?;
        if is_over {
            return Ok(sum);
        }
        if stuck || sum.pages >= PAGES_LIMIT {
            return Err(garbage(&page, "it always says that there is more, and gives nothing new"));
        }
    }
}

/// Moves on over a page that was given.
trait Passed {
    fn passed(&mut self, given: &[ObjectVersion], first: Option<String>, last: Option<String>);
}

impl Passed for Position {
    /// Objects come by the date at which they were added (section 3.4). The last date of a page may
    /// go on in the next one; the first one of two does not, so that a later call begins there
    /// and leaves out what this page gave.
    fn passed(&mut self, given: &[ObjectVersion], first: Option<String>, last: Option<String>) {
        if first.is_some() && first != last {
            self.after = first;
            self.edge.clear();
        }
        self.edge.extend(given.iter().cloned());
    }
}

/// Where the next page starts.
fn following(
    page: &str,
    before: &Position,
    envelope: &Envelope,
    last: Option<String>,
) -> Result<Position, OutsideError> {
    let edge = before.edge.clone();
    match (&envelope.next, envelope.more) {
        // The server knows where it is; `added_after` stays what it was.
        (Some(next), true) => {
            Ok(Position { after: before.after.clone(), next: Some(next.clone()), edge })
        }
        (None, true) if last.is_none() => {
            Err(garbage(page, "it says that there is more, and not where"))
        }
        _ => Ok(Position { after: last.or_else(|| before.after.clone()), next: None, edge }),
    }
}

/// The new objects of a page as a bundle; its id follows from what is in it.
fn bundle(objects: &[Box<RawValue>], new: &[Option<ObjectVersion>]) -> Vec<u8> {
    let mut inner = Vec::new();
    for (object, _) in objects.iter().zip(new).filter(|(_, new)| new.is_some()) {
        inner.extend_from_slice(if inner.is_empty() { b"" } else { b"," });
        inner.extend_from_slice(object.get().as_bytes());
    }
    let digest = Sha256::digest(&inner);
    let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |range: Range<usize>| hex.get(range).unwrap_or_default().concat();
    // A UUID of version 8 (RFC 9562, section 5.8): its bits are ours to choose.
    let third = part(6..8).get(1..).unwrap_or_default().to_owned();
    let fourth = part(8..10).get(1..).unwrap_or_default().to_owned();
    let id = format!("{}-{}-8{third}-8{fourth}-{}", part(0..4), part(4..6), part(10..16));
    let mut document = format!(r#"{{"type":"bundle","id":"bundle--{id}","objects":["#).into_bytes();
    document.append(&mut inner);
    document.extend_from_slice(b"]}");
    document
}

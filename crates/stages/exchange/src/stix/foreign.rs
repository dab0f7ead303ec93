//! Bundles of others, read as far as STIX's own words and our model meet: identities, observed
//! data, indicators whose pattern names observables, sightings, incidents of a known kind,
//! campaigns, courses of action, notes and opinions. Each report or grouping becomes a package, the
//! rest one more. What is not read is kept as it came.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use bakas_model::{
    Timestamp,
    exchange::{Content, Extract, Observable, Package, Pap, Words},
};
use serde_json::Value;

use super::{id::Id, marking::Mark, ours, read::Object};
use crate::{
    notices::{Notices, UNKNOWN_BYTES_LIMIT},
    parts::words::pap_in,
};

mod reading;
mod whole;

use reading::{Reading, Thing};
use whole::Whole;
/// An object with what all have in common.
#[derive(Debug)]
struct Held {
    number: usize,
    kind: &'static str,
    created: Timestamp,
    by: Option<Id>,
    marks: Box<[Id]>,
    confidence: Option<u8>,
    admiralty: Option<String>,
    pap: Option<Pap>,
    thing: Thing,
}

/// The objects of others, until the bundle is over.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    things: HashMap<Id, Held>,
    next: usize,
    /// What is kept as it came, and where it stood.
    raw: Vec<(Id, String, Option<String>)>,
    raw_bytes: usize,
}
/// Types that are read, as names that live long enough.
const KINDS: [&str; 22] = [
    "identity",
    "network-traffic",
    "observed-data",
    "indicator",
    "sighting",
    "incident",
    "campaign",
    "course-of-action",
    "note",
    "opinion",
    "relationship",
    "report",
    "grouping",
    "ipv4-addr",
    "ipv6-addr",
    "domain-name",
    "url",
    "email-addr",
    "user-account",
    "autonomous-system",
    "file",
    "extension-definition",
];

impl Foreign {
    /// Takes an object; gives about how many bytes are kept of it.
    pub(super) fn take(&mut self, id: Id, object: Object, notices: &mut Notices) -> usize {
        let place = object.place();
        let kind = object.text("type").unwrap_or_default();
        let known = KINDS.into_iter().find(|one| *one == kind);
        if known == Some("extension-definition") {
            return 0;
        }
        let reading = Reading { object: &object };
        let thing = known.map_or(Ok(None), |kind| reading.thing(kind));
        let thing = match thing {
            Ok(thing) => thing,
            Err(what) => {
                notices.reject(&place, &what);
                return 0;
            }
        };
        let (Some(thing), Some(kind)) = (thing, known) else {
            return self.keep(id, place, &object);
        };
        let confidence = object.members.get("confidence").and_then(Value::as_u64);
        let held = Held {
            number: self.next,
            kind,
            created: reading.time("created").ok().flatten().unwrap_or_default(),
            by: reading.reference("created_by_ref").ok().flatten(),
            marks: ours::marks(&object.members).into_boxed_slice(),
            confidence: confidence.and_then(|c| u8::try_from(c).ok()).filter(|c| *c <= 100),
            admiralty: reading.admiralty(),
            pap: reading.labels().filter_map(pap_in).max(),
            thing,
        };
        self.next += 1;
        let size = held.size();
        self.things.insert(id, held);
        size
    }

    /// The marks of an object.
    pub(super) fn marks(&self, id: Id) -> &[Id] {
        self.things.get(&id).map_or(&[], |held| &held.marks)
    }

    /// Keeps an object as it came, while there is room.
    fn keep(&mut self, id: Id, place: String, object: &Object) -> usize {
        let raw = Value::Object(object.members.clone()).to_string();
        self.raw_bytes += raw.len();
        let raw = (self.raw_bytes <= UNKNOWN_BYTES_LIMIT).then_some(raw);
        let size = place.len() + raw.as_ref().map_or(0, String::len) + 80;
        self.raw.push((id, place, raw));
        size
    }

    /// Hands over what is kept as it came and is of no package.
    fn hand_over(&mut self, expected: &HashSet<Id>, notices: &mut Notices) {
        for (id, place, raw) in std::mem::take(&mut self.raw) {
            match raw {
                _ if expected.contains(&id) => {}
                Some(raw) => notices.keep_raw(&place, raw),
                None => notices.too_much(&place),
            }
        }
    }

    /// The first of the objects that are of no package, and how many there are.
    pub(super) fn beside(
        &mut self,
        packages: &[Package],
        notices: &mut Notices,
    ) -> Option<(String, usize)> {
        let mut expected = HashSet::new();
        for package in packages {
            super::encode::emit(package, &mut |members| {
                expected.extend(members.get("id").and_then(Value::as_str).and_then(Id::parse));
            });
        }
        self.hand_over(&expected, notices);
        let mut beside: Vec<(usize, String)> = self
            .things
            .iter()
            .filter(|(id, _)| !expected.contains(id))
            .map(|(id, held)| (held.number, held.name(*id)))
            .collect();
        beside.sort();
        let count = beside.len();
        beside.into_iter().next().map(|(_, name)| (name, count))
    }

    /// All packages: one for each report or grouping, and one for the rest.
    pub(super) fn packages(
        mut self,
        bundle: &str,
        marks: &HashMap<Id, Mark>,
        most: usize,
        notices: &mut Notices,
    ) -> Vec<Package> {
        let left_to_make = Cell::new(most);
        self.hand_over(&HashSet::new(), notices);
        let mut order: Vec<(usize, Id)> =
            self.things.iter().map(|(id, held)| (held.number, *id)).collect();
        order.sort_unstable();
        let related = self.related();
        let mut left: HashSet<Id> = self.things.keys().copied().collect();
        let mut packages = Vec::new();
        for (_, id) in &order {
            let Some(Held { thing: Thing::Root { names, .. }, .. }) = self.things.get(id) else {
                continue;
            };
            let root = |id: &Id| matches!(self.things.get(id), Some(held) if held.is_root());
            let there = names.iter().filter(|id| self.things.contains_key(id) && !root(id));
            let members: Vec<Id> = there.copied().collect();
            let whole = Whole { all: &self.things, marks, related: &related, left: &left_to_make };
            packages.push(whole.package(Some(*id), &members));
            left.remove(id);
            for member in members {
                left.remove(&member);
            }
        }
        if left_to_make.get() == 0 {
            let what = format!("more than {most} things would be made of it; the rest is left out");
            notices.reject("bundle", &what);
        }
        let rest: Vec<Id> =
            order.iter().map(|(_, id)| *id).filter(|id| left.contains(id)).collect();
        let whole = Whole { all: &self.things, marks, related: &related, left: &left_to_make };
        let mut package = whole.package(None, &rest);
        package.id = bundle.strip_prefix("bundle--").unwrap_or(bundle).to_owned();
        if !is_empty(&package.content) {
            packages.push(package);
        } else if packages.is_empty() && !rest.is_empty() {
            notices.reject("bundle", "nothing in it that could be put into a package");
        }
        packages
    }

    /// What relationships join, from either end.
    fn related(&self) -> HashMap<Id, Vec<Id>> {
        let mut related: HashMap<Id, Vec<Id>> = HashMap::new();
        for held in self.things.values() {
            if let Thing::Relation(source, target) = held.thing {
                related.entry(source).or_default().push(target);
                related.entry(target).or_default().push(source);
            }
        }
        related
    }
}

fn is_empty(content: &Content) -> bool {
    *content == Content::Extract(Extract::default())
}

impl Held {
    const fn is_root(&self) -> bool {
        matches!(self.thing, Thing::Root { .. })
    }

    /// Its id as text.
    fn name(&self, id: Id) -> String {
        format!("{}--{}", self.kind, id.uuid())
    }

    fn size(&self) -> usize {
        let texts = |words: &Words| words.text.len() + 64;
        let observables = |of: &[Observable]| of.iter().map(|one| one.value.len() + 40).sum();
        let thing: usize = match &self.thing {
            Thing::Identity(party) => 300 + party.name.len(),
            Thing::Observables(of) | Thing::Indicator { of, .. } => observables(of),
            Thing::Traffic { ends, words } => ends.len() * 20 + words.len(),
            Thing::Observed { refs, .. } => refs.len() * 20,
            Thing::Incident { title, .. } | Thing::Action(title) => texts(title),
            Thing::Campaign { title, text, .. } => {
                texts(title) + text.as_ref().map_or(0, String::len)
            }
            Thing::Note { about, text } => texts(text) + about.len() * 20,
            Thing::Root { title, text, names, .. } => {
                texts(title) + text.as_ref().map_or(0, String::len) + names.len() * 20
            }
            Thing::Sighting { .. } | Thing::Relation(..) => 40,
        };
        size_of::<Self>() + self.marks.len() * 20 + thing
    }
}

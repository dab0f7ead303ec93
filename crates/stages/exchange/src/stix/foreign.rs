//! Bundles of others, read as far as STIX's own words and our model meet: identities, observed
//! data, indicators whose pattern names observables, sightings, incidents of a known kind,
//! campaigns, courses of action, notes and opinions. Each report or grouping becomes a package, the
//! rest one more. What is not read is kept as it came.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap, HashSet},
};

use bakas_model::{
    IncidentKind, Timestamp,
    exchange::{
        ContactPoint, Content, Extract, Handling, Observable, Package, Pap, Party, SharedAction,
        SharedCampaign, SharedIncident, SharedNote, SharedObservable, Words,
    },
};
use serde_json::Value;

use super::{
    SOURCE,
    decode::{Notices, UNKNOWN_BYTES_LIMIT},
    id::Id,
    marking::{self, Mark},
    ours, pattern,
    read::Object,
    sco,
};
use crate::parts::{
    short,
    words::{pap_in, rsit},
};

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

/// What an object is.
#[derive(Debug)]
enum Thing {
    Identity(Box<Party>),
    Observables(Vec<Observable>),
    Traffic { ends: Vec<Id>, words: String },
    Observed { first: Timestamp, last: Timestamp, count: u64, refs: Box<[Id]> },
    Indicator { of: Vec<Observable>, from: Timestamp, until: Timestamp },
    Sighting { of: Id, first: Option<Timestamp>, last: Option<Timestamp>, count: u64 },
    Incident { kind: IncidentKind, title: Box<Words>, first: Timestamp, last: Timestamp },
    Campaign { title: Box<Words>, text: Option<String>, first: Timestamp, last: Timestamp },
    Action(Box<Words>),
    Note { about: Box<[Id]>, text: Box<Words> },
    Relation(Id, Id),
    Root { title: Box<Words>, text: Option<String>, names: Box<[Id]>, reference: String },
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

/// An object while it is read.
struct Reading<'a> {
    object: &'a Object,
}

impl Reading<'_> {
    fn words(&self, name: &str) -> Option<Box<Words>> {
        let text = self.object.text(name)?.to_owned();
        let language = self.object.text("lang").unwrap_or_default().chars().take(35).collect();
        Some(Box::new(Words { language, text }))
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.object.text(name).map(str::to_owned)
    }

    /// A time that may be missing, but must be one where it is there.
    fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        let wrong = || format!("'{name}' is no time (write 2026-01-31T08:00:00Z)");
        match self.object.members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
        }
    }

    fn must(&self, name: &str) -> Result<Timestamp, String> {
        self.time(name)?.ok_or_else(|| format!("'{name}' is missing"))
    }

    fn reference(&self, name: &str) -> Result<Option<Id>, String> {
        match self.object.members.get(name) {
            None => Ok(None),
            Some(value) => {
                let id = value.as_str().and_then(Id::parse);
                id.map(Some).ok_or_else(|| format!("'{name}' is no STIX id"))
            }
        }
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        match self.object.members.get(name) {
            None => Ok(None),
            Some(value) => {
                value.as_u64().map(Some).ok_or_else(|| format!("'{name}' is no whole number"))
            }
        }
    }

    fn labels(&self) -> impl Iterator<Item = &str> {
        let labels = self.object.members.get("labels").and_then(Value::as_array);
        labels.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Our own name of it, or of a party.
    fn external(&self) -> Option<String> {
        let list = self.object.members.get("external_references")?.as_array()?;
        let ours = list.iter().find(|one| one.get("source_name").is_some_and(|n| n == SOURCE))?;
        ours.get("external_id")?.as_str().map(str::to_owned)
    }

    /// The kind of an incident, where a label says it in RSIT.
    fn incident_kind(&self) -> Option<IncidentKind> {
        const KINDS: [IncidentKind; 9] = [
            IncidentKind::PasswordGuessing,
            IncidentKind::PasswordSpraying,
            IncidentKind::AdminDiscovery,
            IncidentKind::AccountTakeover,
            IncidentKind::WebExploitation,
            IncidentKind::WebShell,
            IncidentKind::LateralMovement,
            IncidentKind::CloudAbuse,
            IncidentKind::Scanning,
        ];
        let mut labels = self.labels();
        labels.find_map(|label| KINDS.into_iter().find(|kind| rsit(kind.rsit()) == label))
    }

    /// The Admiralty code, where labels say it.
    fn admiralty(&self) -> Option<String> {
        let value = |name: &str| {
            self.labels()
                .find_map(|label| label.strip_prefix(name)?.strip_suffix('"')?.chars().next())
        };
        let source = value("admiralty-scale:source-reliability=\"")?;
        let information = value("admiralty-scale:information-credibility=\"")?;
        Some(format!("{}{information}", source.to_ascii_uppercase()))
    }

    /// What it is; `None` where it is kept as it came.
    fn thing(&self, kind: &str) -> Result<Option<Thing>, String> {
        let refs = || self.object.refs.clone().into_boxed_slice();
        Ok(Some(match kind {
            "identity" => Thing::Identity(Box::new(self.party())),
            "network-traffic" => {
                let ends = [self.reference("src_ref")?, self.reference("dst_ref")?];
                Thing::Traffic {
                    ends: ends.into_iter().flatten().collect(),
                    words: self.traffic_in_words()?,
                }
            }
            "observed-data" => Thing::Observed {
                first: self.must("first_observed")?,
                last: self.must("last_observed")?,
                count: self.number("number_observed")?.unwrap_or(1),
                refs: refs(),
            },
            "indicator" => {
                let simple = self.object.text("pattern_type") == Some("stix");
                let pattern = self.object.text("pattern").filter(|_| simple);
                let Some(of) = pattern.and_then(pattern::read) else { return Ok(None) };
                let from = self.must("valid_from")?;
                let until = self.time("valid_until")?.unwrap_or(from);
                Thing::Indicator { of, from, until }
            }
            "incident" => {
                let Some(kind) = self.incident_kind() else { return Ok(None) };
                let created = self.must("created")?;
                let title = self.words("name").ok_or("'name' is missing")?;
                Thing::Incident { kind, title, first: created, last: created }
            }
            "campaign" => {
                let first = self.time("first_seen")?;
                let created = self.must("created")?;
                Thing::Campaign {
                    title: self.words("name").ok_or("'name' is missing")?,
                    text: self.owned("description"),
                    first: first.unwrap_or(created),
                    last: self.time("last_seen")?.or(first).unwrap_or(created),
                }
            }
            "course-of-action" => {
                let text = self.words("description").or_else(|| self.words("name"));
                Thing::Action(text.ok_or("'name' is missing")?)
            }
            "report" | "grouping" => Thing::Root {
                title: self.words("name").unwrap_or_default(),
                text: self.owned("description"),
                names: refs(),
                reference: self.external().unwrap_or_default(),
            },
            kind => return self.said_of_others(kind),
        }))
    }

    /// What is said of other objects, and plain observables.
    fn said_of_others(&self, kind: &str) -> Result<Option<Thing>, String> {
        let refs = || self.object.refs.clone().into_boxed_slice();
        Ok(Some(match kind {
            "sighting" => Thing::Sighting {
                of: self.reference("sighting_of_ref")?.ok_or("'sighting_of_ref' is missing")?,
                first: self.time("first_seen")?,
                last: self.time("last_seen")?,
                count: self.number("count")?.unwrap_or(1),
            },
            "note" => Thing::Note {
                about: refs(),
                text: self.words("content").ok_or("'content' is missing")?,
            },
            "opinion" => {
                let opinion = self.object.text("opinion").ok_or("'opinion' is missing")?;
                let mut text = self.words("explanation").unwrap_or_default();
                text.text = format!("{opinion}: {}", text.text);
                Thing::Note { about: refs(), text }
            }
            "relationship" => {
                let source = self.reference("source_ref")?.ok_or("'source_ref' is missing")?;
                let target = self.reference("target_ref")?.ok_or("'target_ref' is missing")?;
                Thing::Relation(source, target)
            }
            kind => {
                let of = sco::read(kind, &self.object.members);
                if of.is_empty() {
                    return Ok(None);
                }
                Thing::Observables(of)
            }
        }))
    }

    /// Ports, protocols and times of traffic, which have no place of their own in an extract.
    fn traffic_in_words(&self) -> Result<String, String> {
        let mut words = String::from("Network traffic");
        for (name, member) in [("source port", "src_port"), ("destination port", "dst_port")] {
            if let Some(port) = self.number(member)? {
                words.push_str(&format!(", {name} {port}"));
            }
        }
        let protocols = self.object.members.get("protocols").and_then(Value::as_array);
        for protocol in protocols.into_iter().flatten().filter_map(Value::as_str) {
            words.push_str(&format!(", {}", short(protocol)));
        }
        for name in ["start", "end"] {
            if let Some(at) = self.time(name)? {
                words.push_str(&format!(", {name} {at}"));
            }
        }
        Ok(words)
    }

    fn party(&self) -> Party {
        let id = self.object.text("id").unwrap_or_default();
        let contact = self.owned("contact_information").unwrap_or_default();
        let roles = self.object.members.get("roles").and_then(|roles| roles.get(0));
        let kind = roles.and_then(|role| serde_json::from_value(role.clone()).ok());
        let email = contact.split([' ', ';', ',', '<', '>']).find(|word| word.contains('@'));
        Party {
            id: self.external().unwrap_or_else(|| id.to_owned()),
            name: self.owned("name").unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            country: None,
            contact: ContactPoint {
                email: email.unwrap_or_default().to_owned(),
                ..ContactPoint::default()
            },
        }
    }
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
                Some(raw) => notices.keep_raw(format!("stix:{place}"), raw),
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

/// Everything there is, while one package is made of it.
struct Whole<'a> {
    all: &'a HashMap<Id, Held>,
    marks: &'a HashMap<Id, Mark>,
    related: &'a HashMap<Id, Vec<Id>>,
    /// What may still be made. One object may stand in many reports and name many others, so that
    /// a small bundle could ask for endless packages.
    left: &'a Cell<usize>,
}

impl Whole<'_> {
    fn package(&self, root: Option<Id>, members: &[Id]) -> Package {
        let held = root.and_then(|root| self.all.get(&root));
        let handling = held.and_then(|held| self.handling(held));
        let mut extract = Extract::default();
        if let Some(Held { thing: Thing::Root { title, text, reference, .. }, .. }) = held {
            if !title.text.is_empty() {
                extract.title.push((**title).clone());
            }
            extract.reference.clone_from(reference);
            if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
                extract.notes.push(SharedNote {
                    id: "description".into(),
                    about: Vec::new(),
                    text: vec![Words { language: title.language.clone(), text: text.clone() }],
                    handling: None,
                });
            }
        }
        let handling = handling.unwrap_or_default();
        self.fill(&mut extract, members, &handling);
        let first = || members.iter().filter_map(|id| self.all.get(id)).next();
        let by = held.or_else(first).and_then(|held| held.by);
        let latest = members.iter().filter_map(|id| Some(self.all.get(id)?.created)).max();
        Package {
            id: root.map(|root| root.uuid().to_string()).unwrap_or_default(),
            created: held.map(|held| held.created).or(latest).unwrap_or_default(),
            from: self.sender(by),
            to: Vec::new(),
            handling,
            redaction: Vec::new(),
            content: Content::Extract(extract),
            unknown: Vec::new(),
        }
    }

    fn sender(&self, by: Option<Id>) -> Party {
        match by.and_then(|by| self.all.get(&by)).map(|held| &held.thing) {
            Some(Thing::Identity(party)) => (**party).clone(),
            _ => Party { id: "unknown".into(), ..Party::default() },
        }
    }

    fn handling(&self, held: &Held) -> Option<Handling> {
        // A label speaks like a mark: it is how PAP travels where marks cannot say it.
        let label = Mark { pap: held.pap, ..Mark::default() };
        let marks = held.marks.iter().filter_map(|id| self.marks.get(id));
        marking::handling(marks.chain(held.pap.map(|_| &label)))
    }

    /// Its handling where it differs from the whole's.
    fn own(&self, held: &Held, of_all: &Handling) -> Option<Handling> {
        self.handling(held).filter(|own| own != of_all)
    }

    fn fill(&self, extract: &mut Extract, members: &[Id], of_all: &Handling) {
        let mut at: BTreeMap<Observable, usize> = BTreeMap::new();
        let mut sightings: HashMap<Id, (u64, Option<Timestamp>, Option<Timestamp>)> =
            HashMap::new();
        for id in members {
            if let Some(Held { thing: Thing::Sighting { of, first, last, count }, .. }) =
                self.all.get(id)
            {
                let (times, from, until) = sightings.entry(*of).or_default();
                *times = times.saturating_add(*count);
                *from = [*from, *first].into_iter().flatten().min();
                *until = (*until).max(*last);
            }
        }
        for id in members {
            let Some(held) = self.all.get(id).filter(|_| self.spend()) else { continue };
            let own = self.own(held, of_all);
            let name = held.name(*id);
            match &held.thing {
                Thing::Observed { first, last, count, refs } => {
                    let incidents = self.incidents(*id);
                    for observable in self.observed(refs) {
                        let one = SharedObservable {
                            id: name.clone(),
                            observable,
                            first: *first,
                            last: *last,
                            count: *count,
                            incidents: incidents.clone(),
                            indicator: false,
                            confidence: held.confidence,
                            admiralty: held.admiralty.clone(),
                            handling: own.clone(),
                        };
                        add(extract, &mut at, one);
                    }
                    self.traffic(extract, refs, &name, own);
                }
                Thing::Indicator { of, from, until } => {
                    let (count, first, last) = sightings.get(id).copied().unwrap_or_default();
                    let incidents = self.incidents(*id);
                    for observable in of {
                        let one = SharedObservable {
                            id: name.clone(),
                            observable: observable.clone(),
                            first: first.unwrap_or(*from),
                            last: last.unwrap_or(*until).max(first.unwrap_or(*from)),
                            count,
                            incidents: incidents.clone(),
                            indicator: true,
                            confidence: held.confidence,
                            admiralty: held.admiralty.clone(),
                            handling: own.clone(),
                        };
                        add(extract, &mut at, one);
                    }
                }
                thing => self.other(extract, *id, name, thing, own),
            }
        }
        for one in &mut extract.observables {
            one.incidents.sort();
            one.incidents.dedup();
        }
    }

    /// What an observation's traffic says beside its addresses, as notes.
    fn traffic(
        &self,
        extract: &mut Extract,
        refs: &[Id],
        observed: &str,
        handling: Option<Handling>,
    ) {
        for id in refs {
            let Some(held @ Held { thing: Thing::Traffic { words, .. }, .. }) = self.all.get(id)
            else {
                continue;
            };
            if !self.spend() {
                return;
            }
            extract.notes.push(SharedNote {
                id: held.name(*id),
                about: vec![observed.to_owned()],
                text: vec![Words { language: "en".into(), text: words.clone() }],
                handling: handling.clone(),
            });
        }
    }

    /// Whether one more thing may be made.
    fn spend(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// Everything but observables.
    fn other(
        &self,
        extract: &mut Extract,
        id: Id,
        name: String,
        thing: &Thing,
        handling: Option<Handling>,
    ) {
        match thing {
            Thing::Incident { kind, title, first, last } => {
                extract.incidents.push(SharedIncident {
                    id: name,
                    kind: *kind,
                    title: vec![(**title).clone()],
                    agency: None,
                    first: *first,
                    last: *last,
                    count: 0,
                    entered: false,
                    techniques: Vec::new(),
                    handling,
                });
            }
            Thing::Campaign { title, text, first, last } => {
                let words =
                    |text: &String| Words { language: title.language.clone(), text: text.clone() };
                extract.campaigns.push(SharedCampaign {
                    id: name,
                    title: vec![(**title).clone()],
                    incidents: self.incidents(id),
                    because: text.iter().map(words).collect(),
                    first: *first,
                    last: *last,
                    handling,
                });
            }
            Thing::Action(text) => extract.actions.push(SharedAction {
                id: name,
                text: vec![(**text).clone()],
                incidents: self.incidents(id),
                handling,
            }),
            Thing::Note { about, text } => {
                let about = about.iter().filter_map(|id| {
                    let held = self.all.get(id)?;
                    (!held.is_root()).then(|| held.name(*id))
                });
                extract.notes.push(SharedNote {
                    id: name,
                    about: about.collect(),
                    text: vec![(**text).clone()],
                    handling,
                });
            }
            Thing::Identity(_)
            | Thing::Observables(_)
            | Thing::Traffic { .. }
            | Thing::Observed { .. }
            | Thing::Indicator { .. }
            | Thing::Sighting { .. }
            | Thing::Relation(..)
            | Thing::Root { .. } => {}
        }
    }

    /// The observables that an observation names, and the ends of traffic that it names.
    fn observed(&self, refs: &[Id]) -> Vec<Observable> {
        let mut found = Vec::new();
        let plain = |id: &Id| match self.all.get(id).map(|held| &held.thing) {
            Some(Thing::Observables(of)) => of.clone(),
            _ => Vec::new(),
        };
        for id in refs {
            match self.all.get(id).map(|held| &held.thing) {
                Some(Thing::Traffic { ends, .. }) => found.extend(ends.iter().flat_map(plain)),
                _ => found.extend(plain(id)),
            }
            if !self.spend() {
                break;
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// The incidents that a relationship joins to an object.
    fn incidents(&self, id: Id) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for other in self.related.get(&id).into_iter().flatten() {
            if let Some(held @ Held { thing: Thing::Incident { .. }, .. }) = self.all.get(other)
                && self.spend()
            {
                names.push(held.name(*other));
            }
        }
        names.sort();
        names.dedup();
        names
    }
}

/// Adds an observable, or what is said of one that is there already.
fn add(extract: &mut Extract, at: &mut BTreeMap<Observable, usize>, one: SharedObservable) {
    let Some(before) = at.get(&one.observable).and_then(|&at| extract.observables.get_mut(at))
    else {
        at.insert(one.observable.clone(), extract.observables.len());
        let mut one = one;
        // One object may name several observables; each needs a name of its own.
        if extract.observables.iter().rev().take(8).any(|other| other.id == one.id) {
            one.id = format!("{} {}", one.id, one.observable.value);
        }
        extract.observables.push(one);
        return;
    };
    before.first = before.first.min(one.first);
    before.last = before.last.max(one.last);
    before.count = if one.indicator != before.indicator {
        before.count.max(one.count)
    } else {
        before.count.saturating_add(one.count)
    };
    before.indicator |= one.indicator;
    before.confidence = before.confidence.max(one.confidence);
    if before.admiralty.is_none() {
        before.admiralty = one.admiralty;
    }
    // Each once, when all are there.
    before.incidents.extend(one.incidents);
    before.handling = match (before.handling.take(), one.handling) {
        (Some(a), Some(b)) => Some(a.strictest(&b)),
        (a, b) => a.or(b),
    };
}

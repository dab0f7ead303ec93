//! A package made of the objects of another sender.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
};

use bakas_model::{
    Timestamp,
    exchange::{
        Content, Extract, Handling, Observable, Package, Party, SharedAction, SharedCampaign,
        SharedIncident, SharedNote, SharedObservable, Words,
    },
};

use super::{
    super::{
        id::Id,
        marking::{self, Mark},
    },
    Held,
    reading::Thing,
};

/// Everything there is, while one package is made of it.
pub(super) struct Whole<'a> {
    pub(super) all: &'a HashMap<Id, Held>,
    pub(super) marks: &'a HashMap<Id, Mark>,
    pub(super) related: &'a HashMap<Id, Vec<Id>>,
    /// What may still be made. One object may stand in many reports and name many others, so that
    /// a small bundle could ask for endless packages.
    pub(super) left: &'a Cell<usize>,
}

impl Whole<'_> {
    pub(super) fn package(&self, root: Option<Id>, members: &[Id]) -> Package {
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

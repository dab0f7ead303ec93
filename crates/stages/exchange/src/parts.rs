//! A package cut into numbered parts (its head, then each flow, incident, observable… alone) and
//! joined again, for formats that carry one object at a time; as lines of text (`lines.rs`) for
//! importers that keep nothing else; and in words (`words.rs`). No standard's own form here.

use std::collections::BTreeMap;

use bakas_model::exchange::{
    Content, Flow, FlowAnswer, Handling, Opinion, Package, Pap, SharedAction, SharedCampaign,
    SharedIncident, SharedNote, SharedObservable, Tlp, Unknown, Words,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::format::Loss;

pub(crate) mod lines;
pub(crate) mod words;

/// One part of a package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub(crate) enum Part {
    /// The package without what stands in parts of its own. Always the first.
    Head(Box<Package>),
    Flow(Box<Flow>),
    FlowAnswer(Box<FlowAnswer>),
    Incident(Box<SharedIncident>),
    Campaign(Box<SharedCampaign>),
    Observable(Box<SharedObservable>),
    Opinion(Box<Opinion>),
    Action(Box<SharedAction>),
    Note(Box<SharedNote>),
}

/// Where a part stands: in which package, the how manieth of how many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) package: String,
    pub(crate) part: usize,
    pub(crate) parts: usize,
}

impl Part {
    /// Its kind in one word.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Head(_) => "head",
            Self::Flow(_) => "flow",
            Self::FlowAnswer(_) => "flow_answer",
            Self::Incident(_) => "incident",
            Self::Campaign(_) => "campaign",
            Self::Observable(_) => "observable",
            Self::Opinion(_) => "opinion",
            Self::Action(_) => "action",
            Self::Note(_) => "note",
        }
    }

    /// Its own handling, where it has one.
    pub(crate) fn handling(&self) -> Option<&Handling> {
        match self {
            Self::Head(head) => Some(&head.handling),
            Self::Flow(one) => one.handling.as_ref(),
            Self::FlowAnswer(one) => one.handling.as_ref(),
            Self::Incident(one) => one.handling.as_ref(),
            Self::Campaign(one) => one.handling.as_ref(),
            Self::Observable(one) => one.handling.as_ref(),
            Self::Opinion(one) => one.handling.as_ref(),
            Self::Action(one) => one.handling.as_ref(),
            Self::Note(one) => one.handling.as_ref(),
        }
    }

    /// Gives it a handling of its own.
    pub(crate) fn set_handling(&mut self, handling: Handling) {
        match self {
            Self::Head(head) => head.handling = handling,
            Self::Flow(one) => one.handling = Some(handling),
            Self::FlowAnswer(one) => one.handling = Some(handling),
            Self::Incident(one) => one.handling = Some(handling),
            Self::Campaign(one) => one.handling = Some(handling),
            Self::Observable(one) => one.handling = Some(handling),
            Self::Opinion(one) => one.handling = Some(handling),
            Self::Action(one) => one.handling = Some(handling),
            Self::Note(one) => one.handling = Some(handling),
        }
    }

    /// As JSON: `{"kind": …, "value": …}`.
    pub(crate) fn to_json(&self) -> Value {
        let value = serde_json::to_value(self);
        crate::json::in_order(value.expect("nouns of the model have text names and plain values"))
    }

    /// From JSON.
    pub(crate) fn from_json(value: Value) -> Result<Self, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }
}

/// A part with its place, and members that nobody here knows.
pub(crate) fn placed(
    mut extension: Map<String, Value>,
) -> Result<(Place, Part, Vec<Unknown>), String> {
    let number = |value: Option<Value>| {
        value.and_then(|value| usize::try_from(value.as_u64()?).ok()).ok_or("no number of the part")
    };
    let Some(Value::String(package)) = extension.remove("package") else {
        return Err("no package".into());
    };
    let place = Place {
        package,
        part: number(extension.remove("part"))?,
        parts: number(extension.remove("parts"))?,
    };
    extension.remove("extension_type");
    // The kind must come before the value, or what is unknown within it goes unseen.
    let whole = crate::json::in_order(Value::Object(extension));
    let mut ignored = Vec::new();
    let mut seen = |path: serde_ignored::Path<'_>| ignored.push(path.to_string());
    let part = Part::deserialize(serde_ignored::Deserializer::new(&whole, &mut seen))
        .map_err(|error| error.to_string())?;
    let unknown = ignored.into_iter().map(|path| {
        let raw = whole.pointer(&format!("/{}", path.replace('.', "/")));
        Unknown { place: path, raw: raw.map(Value::to_string).unwrap_or_default() }
    });
    Ok((place, part, unknown.collect()))
}

/// Those of some places at which a package has something, with what becomes of it. Items of any
/// list are `[]`.
pub(crate) fn present(package: &Package, places: &[&str], what: &str) -> Vec<Loss> {
    fn has(value: &Value, mut path: std::str::Split<'_, char>) -> bool {
        let Some(step) = path.next() else {
            return match value {
                Value::Null => false,
                Value::Array(items) => !items.is_empty(),
                Value::String(text) => !text.is_empty(),
                _ => true,
            };
        };
        match step.strip_suffix("[]") {
            None => value.get(step).is_some_and(|member| has(member, path)),
            Some(step) => {
                let items = value.get(step).and_then(Value::as_array);
                items.into_iter().flatten().any(|item| has(item, path.clone()))
            }
        }
    }
    let mut value = serde_json::to_value(package).expect("a package is plain data");
    if let Some(content) = value.pointer("/content/of").cloned() {
        value["content"] = content;
    }
    let there = places.iter().filter(|place| has(&value, place.split('.')));
    there.map(|place| Loss { place: (*place).to_owned(), what: what.to_owned() }).collect()
}

/// Cuts a package: the head first, then everything else in its order.
pub(crate) fn split(package: &Package) -> Vec<Part> {
    let mut head = package.clone();
    let mut parts = Vec::new();
    match &mut head.content {
        Content::Request(request) => {
            parts.extend(request.flows.drain(..).map(|one| Part::Flow(Box::new(one))));
        }
        Content::Answer(answer) => {
            parts.extend(answer.flows.drain(..).map(|one| Part::FlowAnswer(Box::new(one))));
            parts.extend(answer.attribution.drain(..).map(|one| Part::Opinion(Box::new(one))));
        }
        Content::Extract(extract) => {
            parts.extend(extract.incidents.drain(..).map(|one| Part::Incident(Box::new(one))));
            parts.extend(extract.campaigns.drain(..).map(|one| Part::Campaign(Box::new(one))));
            parts.extend(extract.observables.drain(..).map(|one| Part::Observable(Box::new(one))));
            parts.extend(extract.opinions.drain(..).map(|one| Part::Opinion(Box::new(one))));
            parts.extend(extract.actions.drain(..).map(|one| Part::Action(Box::new(one))));
            parts.extend(extract.notes.drain(..).map(|one| Part::Note(Box::new(one))));
        }
    }
    parts.insert(0, Part::Head(Box::new(head)));
    parts
}

/// A package put together again, and what was wrong with its parts.
pub(crate) fn join(
    place: &str,
    parts: impl IntoIterator<Item = (usize, Part)>,
    expected: usize,
) -> (Option<Package>, Vec<Words>) {
    let (mut package, mut wrong): (Option<Package>, Vec<Words>) = (None, Vec::new());
    let mut next = 1;
    for (number, part) in parts {
        if number > next {
            wrong.push(missing(place, next, number - 1, expected));
        }
        next = number + 1;
        let kind = part.kind();
        match (&mut package, part) {
            (None, Part::Head(head)) if number == 1 => package = Some(*head),
            (None, _) => {
                wrong
                    .push(said(format!("{place}: part 1, the head, is missing; ask for it again")));
                return (None, wrong);
            }
            (Some(package), part) => {
                if !put(package, part) {
                    wrong.push(said(format!(
                        "{place}: part {number}, a {kind}, does not belong into such a package"
                    )));
                }
            }
        }
    }
    if next <= expected {
        wrong.push(missing(place, next, expected, expected));
    }
    (package, wrong)
}

fn missing(place: &str, first: usize, last: usize, expected: usize) -> Words {
    let which =
        if first == last { format!("part {first}") } else { format!("parts {first} to {last}") };
    said(format!("{place}: {which} of {expected} missing; ask the sender for them"))
}

/// Words in English, for what was rejected.
pub(crate) fn said(text: String) -> Words {
    Words { language: "en".into(), text }
}

/// Puts a part back; false where the package is of another kind.
fn put(package: &mut Package, part: Part) -> bool {
    match (&mut package.content, part) {
        (Content::Request(request), Part::Flow(one)) => request.flows.push(*one),
        (Content::Answer(answer), Part::FlowAnswer(one)) => answer.flows.push(*one),
        (Content::Answer(answer), Part::Opinion(one)) => answer.attribution.push(*one),
        (Content::Extract(extract), Part::Incident(one)) => extract.incidents.push(*one),
        (Content::Extract(extract), Part::Campaign(one)) => extract.campaigns.push(*one),
        (Content::Extract(extract), Part::Observable(one)) => extract.observables.push(*one),
        (Content::Extract(extract), Part::Opinion(one)) => extract.opinions.push(*one),
        (Content::Extract(extract), Part::Action(one)) => extract.actions.push(*one),
        (Content::Extract(extract), Part::Note(one)) => extract.notes.push(*one),
        _ => return false,
    }
    true
}

/// At most 64 characters of something that comes from outside, without controls.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(64).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// The parts of several packages as they come in, each once.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    packages: BTreeMap<String, (usize, BTreeMap<usize, Part>)>,
    pub(crate) wrong: Vec<Words>,
}

impl Gathered {
    /// Takes a part; one that came before stays, and a difference is told.
    pub(crate) fn take(&mut self, place: Place, part: Part) {
        if place.part == 0 || place.part > place.parts {
            let Place { package, part, parts } = &place;
            let package = short(package);
            self.wrong.push(said(format!("package {package}: no part can be {part} of {parts}")));
            return;
        }
        let (parts, of) = self.packages.entry(place.package.clone()).or_default();
        *parts = place.parts.max(*parts);
        match of.get(&place.part) {
            None => {
                of.insert(place.part, part);
            }
            Some(before) if *before == part => {}
            Some(_) => self.wrong.push(said(format!(
                "package {}: part {} stands there twice and differently; the first counts, \
                 ask the sender which is meant",
                short(&place.package),
                place.part
            ))),
        }
    }

    /// Whether there are no parts of any package.
    pub(crate) fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }

    /// What was labelled more strictly on the way is handled so. `labels` gives the strictest
    /// labels of what stood for a part of a package.
    pub(crate) fn raise(&mut self, labels: impl Fn(&str, usize) -> (Option<Tlp>, Option<Pap>)) {
        let mut heads: BTreeMap<String, Handling> = BTreeMap::new();
        for (package, number, part) in self.parts_mut() {
            let (tlp, pap) = labels(package, number);
            // The head is the first of a package's parts.
            let head = heads.get(package).cloned().unwrap_or_default();
            let own = part.handling().cloned();
            let effective = match (&own, number) {
                (Some(own), 1) => own.clone(),
                (Some(own), _) => head.strictest(own),
                (None, _) => head,
            };
            let settled = if tlp > Some(effective.tlp) || pap > Some(effective.pap) {
                let base = own.unwrap_or(effective);
                let raised = Handling {
                    tlp: tlp.map_or(base.tlp, |tlp| tlp.max(base.tlp)),
                    pap: pap.map_or(base.pap, |pap| pap.max(base.pap)),
                    ..base
                };
                part.set_handling(raised.clone());
                raised
            } else {
                effective
            };
            if number == 1 {
                heads.insert(package.to_owned(), settled);
            }
        }
    }

    /// Every part, to change it.
    fn parts_mut(&mut self) -> impl Iterator<Item = (&str, usize, &mut Part)> {
        self.packages.iter_mut().flat_map(|(package, (_, parts))| {
            parts.iter_mut().map(move |(number, part)| (package.as_str(), *number, part))
        })
    }

    /// The packages that could be put together, and everything that was wrong.
    pub(crate) fn join(self) -> (Vec<Package>, Vec<Words>) {
        let (mut packages, mut wrong) = (Vec::new(), self.wrong);
        for (id, (expected, parts)) in self.packages {
            let (package, more) = join(&format!("package {}", short(&id)), parts, expected);
            wrong.extend(more);
            packages.extend(package);
        }
        (packages, wrong)
    }
}

//! One question about one subject while it is put together: rivals, items, cells. The numbers of the
//! ratings stand here; the likelihoods of the items stand in `likelihoods`.

use std::collections::BTreeMap;

use bakas_model::{AssessmentLevel as Level, EvidenceItem, Text};

use crate::{
    likelihoods::Class,
    weigh::{Range, Scale, Weighable},
};

/// A rival explanation before it is weighed.
#[derive(Clone, Debug)]
pub(crate) struct Rival {
    pub(crate) id: String,
    pub(crate) class: Class,
    pub(crate) text: Text,
    pub(crate) prior: f64,
    pub(crate) reason: Text,
    pub(crate) by: Option<String>,
}

/// One cell before it is weighed.
#[derive(Clone, Debug)]
pub(crate) struct CellDraft {
    pub(crate) range: Range,
    pub(crate) reason: Text,
    pub(crate) by: Option<String>,
    pub(crate) overridden: bool,
}

/// An item with a cell for each rival, or with none where it is shown and not weighed.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) item: EvidenceItem,
    pub(crate) cells: Vec<CellDraft>,
}

/// One question about one subject.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) level: Level,
    pub(crate) subject: String,
    pub(crate) text: Text,
    /// What was seen, in a sentence or two, before anything is judged.
    pub(crate) seen: Text,
    pub(crate) rivals: Vec<Rival>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) not_examined: Vec<Text>,
    /// Parties that somebody rated, in lower case, with their reliability.
    pub(crate) parties: BTreeMap<String, char>,
}

/// How far a source of this reliability is believed.
#[must_use]
pub(crate) const fn reliability(grade: char) -> f64 {
    match grade {
        'A' => 0.95,
        'B' => 0.85,
        'C' => 0.70,
        'D' => 0.50,
        'E' => 0.30,
        // Cannot be judged: neither good nor bad.
        _ => 0.50,
    }
}

/// How far a content of this credibility is believed.
#[must_use]
pub(crate) const fn credibility(grade: char) -> f64 {
    match grade {
        '1' => 0.95,
        '2' => 0.85,
        '3' => 0.70,
        '4' => 0.50,
        '5' => 0.20,
        _ => 0.50,
    }
}

/// How far an item is believed: both together.
#[must_use]
pub(crate) fn trust(item: &EvidenceItem) -> f64 {
    reliability(item.reliability) * credibility(item.credibility)
}

impl Rival {
    pub(crate) fn new(
        id: impl Into<String>,
        class: Class,
        prior: f64,
        text: Text,
        reason: Text,
    ) -> Self {
        Self { id: id.into(), class, text, prior, reason, by: None }
    }
}

impl Question {
    /// The place of the rival of that name.
    pub(crate) fn rival(&self, id: &str) -> Option<usize> {
        self.rivals.iter().position(|rival| rival.id == id)
    }

    /// Puts the entries in the order in which they are numbered: those of the case by their names,
    /// then what people added.
    pub(crate) fn number(&mut self) {
        self.entries.sort_by(|a, b| {
            let added = |entry: &Entry| {
                !CASE_PREFIXES.iter().any(|prefix| entry.item.id.starts_with(prefix))
            };
            (added(a), &a.item.id).cmp(&(added(b), &b.item.id))
        });
        self.entries.dedup_by(|b, a| b.item.id == a.item.id);
        for (at, entry) in self.entries.iter_mut().enumerate() {
            entry.item.number = u32::try_from(at + 1).expect("a few hundred items at most");
        }
    }

    /// The scale: every entry in order, also those that are not weighed.
    pub(crate) fn scale(&self) -> Scale {
        let items = self.entries.iter().map(|entry| Weighable {
            id: entry.item.id.clone(),
            trust: trust(&entry.item),
            group: entry.item.group.clone(),
            cheap: entry.item.cost == bakas_model::assessment::Cost::Cheap,
            interested: entry.item.interested,
            of_ground: entry.item.kind.is_of_ground(),
            cells: entry.cells.iter().map(|cell| cell.range.sound()).collect(),
        });
        Scale {
            priors: self.rivals.iter().map(|rival| rival.prior).collect(),
            items: items.collect(),
            of_people: self.level.asks_for_people(),
        }
    }
}

/// How the names of items begin that Bakas finds by itself.
pub(crate) const CASE_PREFIXES: [&str; 2] = ["case-", "net-"];

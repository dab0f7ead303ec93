//! What an analyst judged, entry by entry, each under a key of its own: so that two states can be
//! compared, and a change told and replayed.

use std::collections::BTreeMap;

use bakas_model::{
    Judgements, Statement, Timestamp,
    assessment::{AddedHypothesis, AddedItem, CellSet, PriorSet, Rated, RatingSet, Withdrawal},
};
use serde::{Deserialize, Serialize};

use super::sha256;

/// One entry of `assessment.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A rival explanation.
    Hypothesis(AddedHypothesis),
    /// A share before the evidence.
    Prior(PriorSet),
    /// An item of evidence.
    Evidence(Box<AddedItem>),
    /// What a party said.
    Statement(Box<Statement>),
    /// How likely an item was to be seen.
    Cell(CellSet),
    /// Something that is weighed no longer.
    Withdraw(Withdrawal),
    /// How far an item or a party is believed.
    Rating(RatingSet),
}

/// Everything judged at a time, by key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct State(pub(super) BTreeMap<String, Entry>);

/// One entry that came, went or was altered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<Entry>,
}

impl Entry {
    /// Its key among all entries.
    pub(super) fn key(&self) -> String {
        let place = |subject: &Option<String>, level: bakas_model::AssessmentLevel| {
            format!("{}/{}", subject.as_deref().unwrap_or("all"), level.name())
        };
        match self {
            Self::Hypothesis(one) => {
                format!("hypothesis {}/{}", place(&one.subject, one.level), one.id)
            }
            Self::Prior(one) => {
                format!("prior {}/{}", place(&one.subject, one.level), one.hypothesis)
            }
            Self::Evidence(one) => format!("evidence {}", one.item.id),
            Self::Statement(one) => format!("statement {}", one.id),
            Self::Cell(one) => {
                format!("cell {}/{}/{}", place(&one.subject, one.level), one.item, one.hypothesis)
            }
            Self::Withdraw(one) => format!("withdraw {}", one.id),
            Self::Rating(one) => match &one.of {
                Rated::Item(id) => format!("rating item {id}"),
                Rated::Party(name) => format!("rating party {name}"),
            },
        }
    }

    /// The name of its tables in `assessment.toml`.
    pub(super) const fn table(&self) -> &'static str {
        match self {
            Self::Hypothesis(_) => "hypothesis",
            Self::Prior(_) => "prior",
            Self::Evidence(_) => "evidence",
            Self::Statement(_) => "statement",
            Self::Cell(_) => "cell",
            Self::Withdraw(_) => "withdraw",
            Self::Rating(_) => "rating",
        }
    }

    /// Who judged.
    pub(super) fn by(&self) -> &str {
        match self {
            Self::Hypothesis(one) => &one.by,
            Self::Prior(one) => &one.by,
            Self::Evidence(one) => &one.by,
            Self::Statement(one) => &one.by,
            Self::Cell(one) => &one.by,
            Self::Withdraw(one) => &one.by,
            Self::Rating(one) => &one.by,
        }
    }

    /// When it was judged.
    pub(super) const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Hypothesis(one) => one.at,
            Self::Prior(one) => one.at,
            Self::Evidence(one) => one.at,
            Self::Statement(one) => one.at,
            Self::Cell(one) => one.at,
            Self::Withdraw(one) => one.at,
            Self::Rating(one) => one.at,
        }
    }

    /// Says who and when, where the entry does not.
    pub(super) fn sign(&mut self, name: &str, now: Timestamp) {
        let (by, at) = match self {
            Self::Hypothesis(one) => (&mut one.by, &mut one.at),
            Self::Prior(one) => (&mut one.by, &mut one.at),
            Self::Evidence(one) => (&mut one.by, &mut one.at),
            Self::Statement(one) => (&mut one.by, &mut one.at),
            Self::Cell(one) => (&mut one.by, &mut one.at),
            Self::Withdraw(one) => (&mut one.by, &mut one.at),
            Self::Rating(one) => (&mut one.by, &mut one.at),
        };
        if by.is_empty() {
            name.clone_into(by);
        }
        at.get_or_insert(now);
    }
}

impl State {
    pub(super) fn digest(&self) -> String {
        sha256(&serde_json::to_vec(&self.0).expect("entries are JSON"))
    }

    /// As the model weighs them; an entry that does not say when counts from when it was recorded.
    pub(super) fn judgements(&self, recorded: &BTreeMap<String, Timestamp>) -> Judgements {
        let mut all = Judgements::default();
        for (key, entry) in &self.0 {
            let mut entry = entry.clone();
            if let Some(at) = recorded.get(key) {
                entry.sign("", *at);
            }
            match entry {
                Entry::Hypothesis(one) => all.hypotheses.push(one),
                Entry::Prior(one) => all.priors.push(one),
                Entry::Evidence(one) => all.items.push(*one),
                Entry::Statement(one) => all.statements.push(*one),
                Entry::Cell(one) => all.cells.push(one),
                Entry::Withdraw(one) => all.withdrawn.push(one),
                Entry::Rating(one) => all.ratings.push(one),
            }
        }
        all
    }

    /// What has to change so that this becomes `after`.
    pub(super) fn changes(&self, after: &Self) -> Vec<Change> {
        let gone =
            self.0.iter().filter(|(key, _)| !after.0.contains_key(*key)).map(|(key, entry)| {
                Change { key: key.clone(), before: Some(entry.clone()), after: None }
            });
        let come = after.0.iter().filter(|(key, entry)| self.0.get(*key) != Some(entry)).map(
            |(key, entry)| Change {
                key: key.clone(),
                before: self.0.get(key).cloned(),
                after: Some(entry.clone()),
            },
        );
        gone.chain(come).collect()
    }

    /// Applies a change; fails where it does not fit what is here.
    pub(super) fn apply(&mut self, change: &Change) -> Result<(), String> {
        if self.0.get(&change.key) != change.before.as_ref() {
            return Err(format!("it changes '{}', which was not so before", change.key));
        }
        match &change.after {
            Some(entry) if entry.key() != change.key => {
                return Err(format!("it puts '{}' in the place of '{}'", entry.key(), change.key));
            }
            Some(entry) => self.0.insert(change.key.clone(), entry.clone()),
            None => self.0.remove(&change.key),
        };
        Ok(())
    }
}

impl Change {
    /// In a few words: `added evidence E-01`.
    pub(super) fn words(&self) -> String {
        let verb = match (&self.before, &self.after) {
            (None, _) => "added",
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "removed",
        };
        format!("{verb} {}", self.key)
    }
}

//! How the answer came about, number by number: what a reader needs to check it and to upset it.

use serde::{Deserialize, Serialize};

use super::Likelihood;
use crate::Text;

/// How likely an item was to be seen if a hypothesis were true.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The item's number.
    pub item: u32,
    /// The hypothesis's id.
    pub hypothesis: String,
    /// The least it may be.
    pub low: f64,
    /// The best guess.
    pub best: f64,
    /// The most it may be.
    pub high: f64,
    /// Why.
    pub reason: Text,
    /// Whose number it is, where an analyst set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether it differs from what Bakas would have taken.
    #[serde(default)]
    pub overridden: bool,
}

/// What holds an item back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// It shares its root with stronger items.
    Dependence,
    /// Items of one root move odds by ten to one at most.
    Group,
    /// What is cheap to plant moves odds by three to one at most, all of it together.
    CheapToPlant,
    /// What interested parties say moves odds by 1.25 to one at most, all of it together.
    InterestedParty,
    /// Ground and networks move the odds of people by 1.5 to one at most, all of it together.
    GroundOnly,
}

/// What one item moved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The item's number.
    pub item: u32,
    /// How far the item is believed, from its ratings: 0 to 1.
    pub trust: f64,
    /// Its weight within its group: 1, ½, ¼ …
    pub weight: f64,
    /// What was left of it after the caps: 1 where none held it back.
    pub kept: f64,
    /// The caps that held it back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// Decibans towards each hypothesis, in their order, against the mean of all. The difference of
    /// two is what the item moved between them.
    pub decibans: Vec<f64>,
}

/// One step from the prior to the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The item's number.
    pub item: u32,
    /// What it moved the first explanation against its nearest rival, in decibans.
    pub decibans: f64,
    /// Decibans between these two before the step.
    pub before: f64,
    /// And after.
    pub after: f64,
    /// The first explanation's share before the step.
    pub share_before: f64,
    /// And after.
    pub share_after: f64,
    /// The caps that held the item back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
}

/// What is left out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// One item.
    #[default]
    Item,
    /// Everything from one source.
    Source,
    /// Everything of one root.
    Group,
}

/// The answer without something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeaveOut {
    /// What sort of thing.
    pub what: LeftOut,
    /// The item's id, the source, the group.
    pub name: String,
    /// The items' numbers.
    pub items: Vec<u32>,
    /// The explanation that would be first, or level with it.
    pub first: String,
    /// The share of what is first now, as it is.
    pub with: f64,
    /// And without.
    pub without: f64,
    /// The word without.
    pub likelihood: Likelihood,
    /// Whether another explanation would be first or level.
    pub turns: bool,
}

/// The fewest items that carry the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turning {
    /// Their numbers.
    pub items: Vec<u32>,
    /// The explanation that would be first or level without them.
    pub to: String,
    /// Its share then.
    pub share: f64,
    /// Whether a smaller set was ruled out by trying all.
    pub smallest: bool,
}

/// Something to ask for, with what it is expected to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NextQuestion {
    /// Short name, the same in every run.
    pub id: String,
    /// What to ask.
    pub text: Text,
    /// Whom.
    pub whom: Text,
    /// What it costs, from 1 (a look at one's own logs) to 10 (a request between states).
    pub cost: f64,
    /// How likely an answer is.
    pub answered: f64,
    /// Reliability of the party asked (Admiralty code), as it was rated or as such a party is taken.
    #[serde(default = "unjudged")]
    pub grade: char,
    /// How far its answer would be believed, from the grade: 0 to 1.
    #[serde(default)]
    pub trust: f64,
    /// Information expected from it, in bits; the chance of no answer, the trust in it and the part
    /// of the lines that it could speak of are taken in.
    pub bits: f64,
    /// Bits for the cost: what the order is by.
    pub bits_per_cost: f64,
}

impl Default for NextQuestion {
    /// Asked of somebody whom nobody rated.
    fn default() -> Self {
        Self {
            id: String::new(),
            text: Text::default(),
            whom: Text::default(),
            cost: 0.0,
            answered: 0.0,
            grade: unjudged(),
            trust: 0.0,
            bits: 0.0,
            bits_per_cost: 0.0,
        }
    }
}

const fn unjudged() -> char {
    'F'
}

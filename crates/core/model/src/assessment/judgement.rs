//! What people add to what Bakas finds by itself, each entry with who, when and why. Nothing is
//! deleted: what was withdrawn stays and says so.

use serde::{Deserialize, Serialize};

use super::{EvidenceItem, Level, Statement};
use crate::{Text, Timestamp};

/// Everything that analysts added. Entries whose `at` lies after the time asked for do not count;
/// those without `at` always do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Judgements {
    /// Hypotheses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hypotheses: Vec<AddedHypothesis>,
    /// Priors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub priors: Vec<PriorSet>,
    /// Items of evidence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<AddedItem>,
    /// Statements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
    /// Cells; of two for the same place the later one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellSet>,
    /// Items, statements and hypotheses that are no longer weighed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Withdrawal>,
    /// Ratings of items and parties.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<RatingSet>,
}

/// A rival explanation that an analyst added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedHypothesis {
    /// About which subject; none means every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// To which question.
    pub level: Level,
    /// Short name.
    pub id: String,
    /// What it says.
    pub text: Text,
    /// Share before the evidence; the others are made smaller in proportion.
    pub prior: f64,
    /// Why that much.
    #[serde(default)]
    pub reason: String,
    /// Who.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Another prior for a hypothesis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriorSet {
    /// About which subject; none means every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Of which question.
    pub level: Level,
    /// Which hypothesis.
    pub hypothesis: String,
    /// Share before the evidence; the others are made to fit in proportion.
    pub prior: f64,
    /// Why.
    pub reason: String,
    /// Who.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// An item of evidence that an analyst added.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedItem {
    /// About which subject; none means every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The item. It is weighed where cells are set for it, and shown elsewhere.
    pub item: EvidenceItem,
    /// Who.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// How likely an item was to be seen if a hypothesis were true, as an analyst judges it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellSet {
    /// About which subject; none means every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// In which question.
    pub level: Level,
    /// The item's id.
    pub item: String,
    /// The hypothesis's id.
    pub hypothesis: String,
    /// The least it may be.
    pub low: f64,
    /// The best guess.
    pub best: f64,
    /// The most it may be.
    pub high: f64,
    /// Why.
    pub reason: String,
    /// Who.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// How far an item or a party is believed (Admiralty code), once somebody judged it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatingSet {
    /// What is rated.
    pub of: Rated,
    /// Reliability of the source, `A` to `F`.
    pub reliability: char,
    /// Credibility of the content, `1` to `6`; only of an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credibility: Option<char>,
    /// Whether it has an interest in being believed; as it was where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interested: Option<bool>,
    /// Why.
    pub reason: String,
    /// Who.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What a rating is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rated {
    /// An item or a statement, by its id.
    Item(String),
    /// A party, by its name: its answers that nobody rated, and what it could be asked next.
    Party(String),
}

impl Default for Rated {
    fn default() -> Self {
        Self::Item(String::new())
    }
}

/// Something that is weighed no longer, and stays to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The id of an item, a statement or an added hypothesis.
    pub id: String,
    /// Why.
    pub reason: String,
    /// Who.
    #[serde(default)]
    pub by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// One hypothesis's state at a time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    /// The subject.
    pub subject: String,
    /// The question.
    pub level: Level,
    /// The hypothesis.
    pub hypothesis: String,
    /// Its share, and the range that goes with it.
    pub low: f64,
    /// The share at the best values.
    pub best: f64,
    /// The upper end.
    pub high: f64,
}

/// One change and what came of it, as the history keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What was changed, in one sentence.
    pub what: String,
    /// Why.
    pub why: String,
    /// The numbers after it.
    pub results: Vec<Numbers>,
}

//! What the evidence says of separate questions, as rival hypotheses. Never zero, never certain:
//! the actor stays open. These are the nouns; the rule stands in `docs/assessment.md`.

mod evidence;
mod judgement;
mod known;
mod weighing;

use serde::{Deserialize, Serialize};

use crate::{Text, Timestamp};

pub use evidence::{
    Basis, CREDIBILITIES, Cost, EvidenceItem, EvidenceKind, RELIABILITIES, Statement,
    StatementAbout, StatementKind,
};
pub use judgement::{
    AddedHypothesis, AddedItem, CellSet, HistoryEntry, Judgements, Numbers, PriorSet, Rated,
    RatingSet, Withdrawal,
};
pub use known::{Habit, HabitKind, ProfileComparison, SharedHabit, SimilarProfile};
pub use weighing::{Cap, Cell, LeaveOut, LeftOut, Moved, NextQuestion, Step, Turning};

/// The questions, never mixed. There are three levels; whether a state directed the hands is the
/// second question of the third, and always apart.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Where the machines stood.
    #[default]
    Soil,
    /// Who operated the network, and who owns the operator.
    Infrastructure,
    /// Whose hands.
    Actor,
    /// Whether a state directed the hands.
    Sponsor,
}

/// Words of estimative probability (ICD 203), lowest first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// 1–5 %.
    AlmostNoChance,
    /// 5–20 %.
    VeryUnlikely,
    /// 20–45 %.
    Unlikely,
    /// 45–55 %.
    #[default]
    RoughlyEvenChance,
    /// 55–80 %.
    Likely,
    /// 80–95 %.
    VeryLikely,
    /// 95–99 %.
    AlmostCertain,
}

/// How well founded a judgement is: never said in one sentence with a likelihood.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// One root, poor sources, or a single item that turns the answer.
    #[default]
    Low,
    /// Several roots, and no single item turns the answer.
    Moderate,
    /// Many roots with good sources, and nothing small turns the answer.
    High,
}

/// A rival explanation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// Short name, the same in every run.
    pub id: String,
    /// What it says.
    pub text: Text,
    /// The word for `best`.
    pub likelihood: Likelihood,
    /// Numbers of the evidence that moved the odds towards it.
    pub speaks_for: Vec<u32>,
    /// Numbers of the evidence that moved the odds away from it.
    pub speaks_against: Vec<u32>,
    /// Share before any evidence; those of one question add up to 1.
    #[serde(default)]
    pub prior: f64,
    /// Why that much.
    #[serde(default)]
    pub prior_reason: Text,
    /// Share after the evidence at the best values of the cells.
    #[serde(default)]
    pub best: f64,
    /// The share below which one draw of twenty over the cells' ranges lies.
    #[serde(default)]
    pub low: f64,
    /// The share above which one draw of twenty lies.
    #[serde(default)]
    pub high: f64,
    /// Share after the evidence, had all hypotheses been held equally likely before.
    #[serde(default)]
    pub even_prior: f64,
    /// Whether `low` and `high` lie more than two words apart: then no word is given.
    #[serde(default)]
    pub insufficient: bool,
    /// Who added it, where an analyst did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// The state of one question about one subject.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// What it is about: a campaign's number, or [`REST`] for the incidents of none.
    #[serde(default)]
    pub subject: String,
    /// Which question.
    pub level: Level,
    /// As of when: judgements entered later do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// The question in words.
    pub question: Text,
    /// What was seen and how likely the first explanation is. Nothing of confidence.
    pub answer: Text,
    /// How well founded that is, with the reasons. Nothing of likelihood.
    #[serde(default)]
    pub confidence: Confidence,
    /// The confidence in words.
    #[serde(default)]
    pub confidence_text: Text,
    /// Whether the evidence is too thin for a word on the first explanation.
    #[serde(default)]
    pub insufficient: bool,
    /// The evidence, numbered.
    pub evidence: Vec<EvidenceItem>,
    /// The rivals, likeliest first. "Unknown or other" and "relay, rented or forged" are always
    /// among them.
    pub hypotheses: Vec<Hypothesis>,
    /// P(item | hypothesis) for each item of evidence that was weighed, by item, then hypothesis.
    #[serde(default)]
    pub matrix: Vec<Cell>,
    /// What each item moved after its rating, its group and the caps.
    #[serde(default)]
    pub moved: Vec<Moved>,
    /// The way from the prior to the answer of the first explanation, item by item.
    #[serde(default)]
    pub waterfall: Vec<Step>,
    /// What would be left without one item, one source, one group.
    #[serde(default)]
    pub leave_out: Vec<LeaveOut>,
    /// The fewest items without which another explanation would be first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turning: Option<Turning>,
    /// What moved the odds, what single thing it hangs on: sentences from the numbers.
    #[serde(default)]
    pub findings: Vec<Text>,
    /// What would change the answer.
    pub would_change: Vec<Text>,
    /// What was not looked at.
    #[serde(default)]
    pub not_examined: Vec<Text>,
    /// What to ask next, the most telling for its cost first.
    #[serde(default)]
    pub next: Vec<NextQuestion>,
}

/// The subject of the incidents that belong to no campaign assessed by itself.
pub const REST: &str = "rest";

impl Level {
    /// Every question, in order.
    pub const ALL: [Self; 4] = [Self::Soil, Self::Infrastructure, Self::Actor, Self::Sponsor];

    /// Its name in files and commands.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Soil => "soil",
            Self::Infrastructure => "infrastructure",
            Self::Actor => "actor",
            Self::Sponsor => "sponsor",
        }
    }

    /// The question of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Whether it asks for people: evidence of soil and infrastructure hardly moves it.
    #[must_use]
    pub const fn asks_for_people(self) -> bool {
        matches!(self, Self::Actor | Self::Sponsor)
    }
}

impl Assessment {
    /// Its name to point at, such as `C-01/actor`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.subject, self.level.name())
    }

    /// The item of that number.
    #[must_use]
    pub fn item(&self, number: u32) -> Option<&EvidenceItem> {
        self.evidence.iter().find(|item| item.number == number)
    }

    /// The hypothesis of that name.
    #[must_use]
    pub fn hypothesis(&self, id: &str) -> Option<&Hypothesis> {
        self.hypotheses.iter().find(|hypothesis| hypothesis.id == id)
    }
}

impl Confidence {
    /// The words.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Low => ("low", "mababa"),
            Self::Moderate => ("moderate", "katamtaman"),
            Self::High => ("high", "mataas"),
        }
    }
}

impl Likelihood {
    /// The word for a share of one.
    #[must_use]
    pub fn of_share(share: f64) -> Self {
        match share {
            s if s < 0.05 => Self::AlmostNoChance,
            s if s < 0.20 => Self::VeryUnlikely,
            s if s < 0.45 => Self::Unlikely,
            s if s < 0.55 => Self::RoughlyEvenChance,
            s if s < 0.80 => Self::Likely,
            s if s < 0.95 => Self::VeryLikely,
            _ => Self::AlmostCertain,
        }
    }

    /// The words.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::AlmostNoChance => ("almost no chance", "halos walang posibilidad"),
            Self::VeryUnlikely => ("very unlikely", "lubhang malabo"),
            Self::Unlikely => ("unlikely", "malabo"),
            Self::RoughlyEvenChance => ("roughly even chance", "halos patas ang posibilidad"),
            Self::Likely => ("likely", "malamang"),
            Self::VeryLikely => ("very likely", "lubhang malamang"),
            Self::AlmostCertain => ("almost certain", "halos tiyak"),
        }
    }

    /// The interval in per cent.
    #[must_use]
    pub const fn percent(self) -> (u8, u8) {
        match self {
            Self::AlmostNoChance => (1, 5),
            Self::VeryUnlikely => (5, 20),
            Self::Unlikely => (20, 45),
            Self::RoughlyEvenChance => (45, 55),
            Self::Likely => (55, 80),
            Self::VeryLikely => (80, 95),
            Self::AlmostCertain => (95, 99),
        }
    }
}

//! What the evidence says of three separate questions, as rival hypotheses. Never zero, never
//! certain: the actor stays open.

use serde::{Deserialize, Serialize};

use crate::{IncidentId, Text};

/// The three questions, never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Where the machines stood.
    Soil,
    /// Who operated the network, and who owns the operator.
    Infrastructure,
    /// Whose hands, and for whom.
    Actor,
}

/// Words of estimative probability (ICD 203), lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// 1–5 %.
    AlmostNoChance,
    /// 5–20 %.
    VeryUnlikely,
    /// 20–45 %.
    Unlikely,
    /// 45–55 %.
    RoughlyEvenChance,
    /// 55–80 %.
    Likely,
    /// 80–95 %.
    VeryLikely,
    /// 95–99 %.
    AlmostCertain,
}

/// One item of evidence, with its source rated apart from its content (Admiralty code).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Number within the assessment, from 1.
    pub number: u32,
    /// What it is.
    pub text: Text,
    /// Reliability of the source, `A` to `F`.
    pub reliability: char,
    /// Credibility of the content, `1` to `6`.
    pub credibility: char,
    /// The incidents it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentId>,
}

/// A rival explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hypothesis {
    /// Short name.
    pub id: String,
    /// What it says.
    pub text: Text,
    /// How likely, as far as this evidence goes.
    pub likelihood: Likelihood,
    /// Numbers of the evidence consistent with it and telling.
    pub speaks_for: Vec<u32>,
    /// Numbers of the evidence inconsistent with it.
    pub speaks_against: Vec<u32>,
}

/// The state of one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// Which question.
    pub level: Level,
    /// The question in words.
    pub question: Text,
    /// The answer in a sentence or two, with how sure.
    pub answer: Text,
    /// The evidence, numbered.
    pub evidence: Vec<Evidence>,
    /// The rivals, likeliest first. "Unknown or other" is always among them.
    pub hypotheses: Vec<Hypothesis>,
    /// What would change the answer.
    pub would_change: Vec<Text>,
}

impl Likelihood {
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

//! What is weighed: items of evidence and the statements of parties. No numbers of likelihood here.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Level;
use crate::{IncidentId, Text, Timestamp};

/// Grades of a source's reliability (Admiralty code), best first; `F` cannot be judged.
pub const RELIABILITIES: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'F'];
/// Grades of a content's credibility (Admiralty code), best first; `6` cannot be judged.
pub const CREDIBILITIES: [char; 6] = ['1', '2', '3', '4', '5', '6'];

/// What sort of evidence it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// Addresses, their registration, operators and owners.
    Network,
    /// Hours, days, holidays, rhythm.
    TimePattern,
    /// Software, keys, certificates, user agents.
    Tool,
    /// An ATT&CK technique or a habit of using it.
    Technique,
    /// The same machines or addresses as in another case.
    InfrastructureOverlap,
    /// Words, keyboard layouts, fonts, spelling.
    Language,
    /// Who and what was sought.
    TargetChoice,
    /// A report of an intelligence service or a company.
    IntelligenceReport,
    /// What a counterpart answered to a request.
    CounterpartAnswer,
    /// What a party said.
    Statement,
    /// Seized machines, payment records, witnesses.
    Investigation,
    /// None of these.
    #[default]
    Other,
}

/// What it would cost somebody to plant it so that it points at another.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// Anybody can: a rented address, a string in a file, a chosen hour.
    Cheap,
    /// It takes weeks or a foothold elsewhere.
    #[default]
    Moderate,
    /// It takes another's secrets, machines or people.
    Dear,
}

/// What an item rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", deny_unknown_fields)]
pub enum Basis {
    /// A sealed record: its file in the case's sources and its bytes.
    Record {
        /// The file.
        file: String,
        /// First byte.
        offset: u64,
        /// Number of bytes.
        length: u64,
    },
    /// A trace in `traces.ndjson`.
    Trace {
        /// The address.
        address: IpAddr,
        /// The time asked for.
        at: Timestamp,
    },
    /// A data set that tables were made from.
    DataSet {
        /// Its name.
        name: String,
    },
    /// An incident of the case.
    Incident {
        /// Its number.
        id: IncidentId,
    },
    /// A party's statement.
    Statement {
        /// Its id.
        id: String,
    },
    /// A request that was sent, and its answer.
    Request {
        /// Its id.
        id: String,
    },
    /// A document outside the case.
    Document {
        /// Its name.
        name: String,
        /// SHA-256 in hex, where it is at hand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
    },
}

/// One item of evidence, with its source rated apart from its content (Admiralty code).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceItem {
    /// Number within the assessment, from 1; 0 until it is weighed.
    #[serde(default)]
    pub number: u32,
    /// Its name, the same in every run and on every level: `net-countries`, `E-03`, `S-01`.
    #[serde(default)]
    pub id: String,
    /// What sort.
    #[serde(default)]
    pub kind: EvidenceKind,
    /// What it is.
    pub text: Text,
    /// Who or what it comes from.
    #[serde(default)]
    pub source: String,
    /// Reliability of the source, `A` to `F`.
    pub reliability: char,
    /// Credibility of the content, `1` to `6`.
    pub credibility: char,
    /// The root it shares with other items: these count once, and a little more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What it would cost to plant.
    #[serde(default)]
    pub cost: Cost,
    /// Whether somebody says it who has an interest in being believed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub interested: bool,
    /// When it was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Timestamp>,
    /// From when what it says holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// Up to when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// The incidents it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<IncidentId>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<Basis>,
    /// ATT&CK techniques.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl Default for EvidenceItem {
    /// Nothing known of it: source and content cannot be judged.
    fn default() -> Self {
        Self {
            number: 0,
            id: String::new(),
            kind: EvidenceKind::Other,
            text: Text::default(),
            source: String::new(),
            reliability: 'F',
            credibility: '6',
            group: None,
            cost: Cost::Moderate,
            interested: false,
            observed: None,
            valid_from: None,
            valid_until: None,
            incidents: Vec::new(),
            basis: Vec::new(),
            techniques: Vec::new(),
        }
    }
}

impl EvidenceKind {
    /// Whether it speaks of ground and networks only, so that it hardly tells of people.
    #[must_use]
    pub const fn is_of_ground(self) -> bool {
        matches!(self, Self::Network | Self::InfrastructureOverlap)
    }
}

/// What a party does with a statement.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// It says that something is so.
    #[default]
    Claim,
    /// It says that something is not so.
    Denial,
    /// It offers something: help, records, a visit.
    Offer,
    /// It asks for something first.
    Condition,
    /// It takes back or mends what it said before.
    Correction,
}

/// Which hypothesis a statement speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementAbout {
    /// The subject; none means every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The question.
    pub level: Level,
    /// The hypothesis that is claimed or denied.
    pub hypothesis: String,
}

/// What a party said, as it said it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Its name: `S-01`.
    pub id: String,
    /// Whose statement it is.
    pub party: String,
    /// Who spoke.
    #[serde(default)]
    pub speaker: String,
    /// Where: press conference, note, letter, interview.
    #[serde(default)]
    pub channel: String,
    /// When it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// The original words.
    pub words: String,
    /// Their language (BCP 47).
    #[serde(default)]
    pub language: String,
    /// Translation, where one is needed.
    #[serde(default)]
    pub translation: Text,
    /// What the party does with it.
    pub kind: StatementKind,
    /// Of what.
    #[serde(default)]
    pub about: Vec<StatementAbout>,
    /// Whether the party has an interest in being believed. It has, unless a reason says otherwise.
    #[serde(default = "yes")]
    pub interested: bool,
    /// Reliability of who reports it, `A` to `F`.
    #[serde(default = "unjudged_source")]
    pub reliability: char,
    /// Credibility of what it says, `1` to `6`.
    #[serde(default = "unjudged_content")]
    pub credibility: char,
    /// The earlier statement that it replaces: shown, and weighed no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// Items and statements that bear it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub borne_out_by: Vec<String>,
    /// Items and statements that contradict it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradicted_by: Vec<String>,
    /// What it rests on: the recording, the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<Basis>,
    /// Who entered it.
    #[serde(default)]
    pub by: String,
    /// When it was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

const fn yes() -> bool {
    true
}

const fn unjudged_source() -> char {
    'F'
}

const fn unjudged_content() -> char {
    '6'
}

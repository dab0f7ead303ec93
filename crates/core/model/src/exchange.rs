//! What leaves and what comes back: packages with their handling, trace requests and answers,
//! extracts of a case, receipts. No format and no transport here; whether something may leave is
//! the gate's question (`bakas-exchange`).

use serde::{Deserialize, Serialize};

use crate::{AssessmentLevel as Level, Likelihood, Timestamp};

pub mod answer;
pub mod extract;
pub mod handling;
pub mod notice;
pub mod party;
pub mod request;

pub use answer::{
    Allocation, AnswerStatus, Candidate, Disclosure, FlowAnswer, InReplyTo, NextHop, Outcome,
    Refusal, RefusalGround, Retention, TraceAnswer,
};
pub use extract::{
    Extract, Observable, ObservableKind, SharedAction, SharedCampaign, SharedIncident, SharedNote,
    SharedObservable,
};
pub use handling::{Handling, Onward, Pap, Tlp};
pub use notice::{Notice, Withdrawal};
pub use party::{ContactPoint, Party, PartyKind};
pub use request::{Action, EvidenceRef, Flow, FlowClock, Port, Preservation, TraceRequest};

/// Words in one language, as somebody wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Words {
    /// The language (BCP 47), empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// The words.
    pub text: String,
}

/// What a party says of soil, infrastructure or actor, with the grounds that it gives. It is that
/// party's view and no finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Its name within the package.
    pub id: String,
    /// Of whom or what: an incident, a campaign, a flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Which of the three questions.
    pub level: Level,
    /// The hypothesis that it speaks of.
    pub hypothesis: String,
    /// How likely (ICD 203 words).
    pub likelihood: Likelihood,
    /// Confidence, 0 to 100, where the party gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<Words>,
    /// Rival hypotheses that the party did not rule out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
    /// Its own handling, where it is stricter than what it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// What one package holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "of")]
pub enum Content {
    /// A trace or preservation request.
    Request(TraceRequest),
    /// The answer to one.
    Answer(TraceAnswer),
    /// A part of a case.
    Extract(Extract),
}

/// Anything that leaves or comes in, with who sends it, to whom, and how it is to be handled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// Its name in the world: a UUID.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// Who sends it.
    pub from: Party,
    /// To whom it is addressed.
    pub to: Vec<Party>,
    /// How it is to be handled: nothing within is handled less strictly.
    pub handling: Handling,
    /// What was left out or made coarser on purpose, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redaction: Vec<Words>,
    /// What it holds.
    pub content: Content,
    /// Members of other versions and other people's extensions: kept and handed on, understood by
    /// nobody here. Each is a place and its JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
}

/// Something that was taken in and is kept though we do not know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// Where it stood, in the format's own way of naming places.
    pub place: String,
    /// It, as it came (JSON, XML or text).
    pub raw: String,
}

/// What the receiving side says it received: the sender reconciles it with what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The package.
    pub package: String,
    /// SHA-256 in hex of the message as it came.
    pub sha256: String,
    /// Who received it.
    pub by: Party,
    /// When.
    pub received: Timestamp,
    /// Flows, observables or objects that were read.
    pub taken: u64,
    /// Those that could not be read, each with place and reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<Words>,
}

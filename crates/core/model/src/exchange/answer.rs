//! The answer to a trace request: per flow, what was found, and what of it is disclosed.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Handling, Opinion, Words};
use crate::Timestamp;

/// Where a request stands with the side that answers.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum AnswerStatus {
    /// It arrived.
    #[default]
    Received,
    /// It will be worked on.
    Accepted,
    /// What was asked for is kept.
    Preserved,
    /// A part is answered; more follows.
    Partial,
    /// Found.
    Identified,
    /// Looked for and not found.
    NotFound,
    /// Several fit.
    Ambiguous,
    /// It will not be answered.
    Refused,
    /// It was handed on to another.
    Forwarded,
    /// Something is missing.
    NeedMore,
}

/// What came of one flow.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// One subscriber, customer or machine fits.
    Identified,
    /// Several fit.
    Ambiguous,
    /// None fits.
    #[default]
    NotFound,
    /// Nothing is kept of that time.
    NotRetained,
    /// It was seen there, too; no more is said.
    Confirmed,
    /// It is kept.
    Preserved,
    /// It did not come from this network, or only passed through.
    PassedThrough,
}

/// How the address was given out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// To one customer, for good.
    Static,
    /// To one customer at a time.
    Dynamic,
    /// To many at once, behind a carrier's translator.
    Cgnat,
    /// An exit of a virtual private network.
    Vpn,
    /// An exit of Tor.
    Tor,
    /// A rented machine.
    Hosting,
    /// Not said.
    #[default]
    Unknown,
}

/// What is done with what was found.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Disclosure {
    /// Nothing is disclosed.
    #[default]
    None,
    /// Kept for a request of mutual legal assistance.
    HeldForAssistance,
    /// Disclosed to the recipient only, encrypted.
    Encrypted,
    /// Disclosed in the answer.
    Plain,
}

/// Somebody or something that fits a flow. Nothing in it names a person unless it is disclosed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// A name that only the answering side can resolve.
    pub reference: String,
    /// From when the address was theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Up to when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Address within the operator's network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inner: Option<IpAddr>,
    /// First and last port that were theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<(u16, u16)>,
    /// Confidence that it is this one, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Which records say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<Words>,
    /// What a person decided to disclose: names and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disclosed: Vec<(String, String)>,
}

/// Who has to be asked next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextHop {
    /// Its name.
    pub name: String,
    /// How to reach it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contact: String,
    /// The address it was seen under, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// How long records are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Days that such records are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Until when these are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// What came of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowAnswer {
    /// The request's name for it.
    pub flow: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Who fits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// How the address was given out.
    #[serde(default)]
    pub allocation: Allocation,
    /// Who has to be asked next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_hop: Option<NextHop>,
    /// How long records are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// What is done with what was found.
    #[serde(default)]
    pub disclosure: Disclosure,
    /// More words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Words>,
    /// Its own handling, where it is stricter than the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// Why something is not answered (Convention on Cybercrime, articles 27 and 29, among others).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RefusalGround {
    /// A political offence, as the answering side sees it.
    PoliticalOffence,
    /// Sovereignty, security, public order.
    Sovereignty,
    /// No offence in its own law.
    DualCriminality,
    /// Another way is needed: mutual legal assistance, a court's order.
    OtherChannel,
    /// Its law protects the data.
    DataProtection,
    /// It is not in a position to: not its network, no records.
    NotCompetent,
    /// Too much or too unclear.
    Disproportionate,
    /// Something else, in words.
    #[default]
    Other,
}

/// A refusal with its ground.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The ground.
    pub ground: RefusalGround,
    /// In words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Words>,
}

/// Which request is answered: its name and what exactly was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InReplyTo {
    /// The request's name.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// SHA-256 in hex of the request's canonical form (RFC 8785).
    pub sha256: String,
}

/// The answer to a trace request. Several may follow one another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceAnswer {
    /// Its name in the world: a UUID.
    pub id: String,
    /// Number among the answers to this request, from 1.
    pub version: u32,
    /// The answering side's own number for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// What it answers.
    pub in_reply_to: InReplyTo,
    /// Where the request stands.
    pub status: AnswerStatus,
    /// Per flow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowAnswer>,
    /// Why not, where it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// To whom it was handed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_to: Option<NextHop>,
    /// What is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Words>,
    /// What the answering side says of soil, infrastructure or actor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attribution: Vec<Opinion>,
    /// More words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Words>,
}

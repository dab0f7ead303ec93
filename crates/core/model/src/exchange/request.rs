//! A trace or preservation request: what an operator needs to find a subscriber (RFC 6302), and
//! what its counsel needs to be allowed to look (Convention on Cybercrime, articles 29 to 31).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Handling, Words};
use crate::Timestamp;

/// What is asked for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Keep what there is; hand out nothing yet.
    Preserve,
    /// Find the subscriber or customer.
    #[default]
    Identify,
    /// Say whether this was seen there, too.
    Confirm,
    /// Stop what runs there.
    TakeDown,
}

/// A port, or why there is none: without it, an address behind a translator (CGNAT) names nobody.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Port {
    /// The port.
    Known(u16),
    /// Why it is missing: `the web server's log does not hold it`. Never empty.
    Missing(String),
}

/// The clock behind a flow's times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FlowClock {
    /// What kept it: `NTP`, `GPS`, `free running`, `unknown`.
    pub source: String,
    /// Microseconds that it was ahead of UTC, already taken off the flow's times.
    #[serde(default)]
    pub offset_micros: i64,
    /// Microseconds by which it may still be wrong, either way.
    #[serde(default)]
    pub uncertainty_micros: u64,
    /// How that was determined.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub determined: String,
}

/// A sealed record that a flow rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// The log file.
    pub file: String,
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
    /// SHA-256 in hex of these bytes, where it may be told (it can be guessed from).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Name of the transparency log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log: String,
    /// Its leaf there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf: Option<u64>,
    /// Proof that the leaf is in the log (C2SP tlog-proof), as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Name of the bag that discloses the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bag: Option<String>,
}

/// One connection that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// Its name within the request: `F-001`.
    pub id: String,
    /// Where it came from.
    pub source: IpAddr,
    /// From which port.
    pub source_port: Port,
    /// Where it went to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<IpAddr>,
    /// To which port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_port: Option<u16>,
    /// IANA's keyword of the transport protocol in lower case: `tcp`, `udp`.
    pub protocol: String,
    /// First seen, UTC.
    pub start: Timestamp,
    /// Last seen, UTC.
    pub end: Timestamp,
    /// Microseconds between one tick of the log's times and the next: 1,000,000 for whole seconds.
    pub precision_micros: u64,
    /// Why the precision is worse than a second, where it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub precision_reason: String,
    /// The clock.
    #[serde(default)]
    pub clock: FlowClock,
    /// Which log says so: `web server access log`.
    pub log_source: String,
    /// Events that this flow stands for.
    #[serde(default = "one")]
    pub count: u64,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRef>,
    /// Its own handling, where it is stricter than the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

const fn one() -> u64 {
    1
}

/// What goes with a request to preserve (Convention on Cybercrime, article 29, paragraph 2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preservation {
    /// Why it is needed.
    pub necessity: Vec<Words>,
    /// That a request for mutual assistance is meant to follow.
    pub intends_mutual_assistance: bool,
    /// Who is believed to hold the data, or where they lie.
    pub custodian: String,
    /// Until when it should be kept.
    pub until: Timestamp,
}

/// A trace or preservation request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceRequest {
    /// Its name in the world: a UUID; the same in every version.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
    /// The requester's own number for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Under which authority the requester acts.
    pub authority: String,
    /// What is asked for.
    pub action: Action,
    /// By when an answer is hoped for.
    pub reply_by: Timestamp,
    /// The law that it is asked under, as the requester sees it.
    pub legal_basis: String,
    /// The offence looked into.
    pub offence: String,
    /// What happened.
    pub facts: Vec<Words>,
    /// For preservation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preservation: Option<Preservation>,
    /// What was seen.
    pub flows: Vec<Flow>,
}

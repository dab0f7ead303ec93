//! A rule matched: one hit per event, one detection per burst of hits that belong together.

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::{
    Activity, AgencyIx, Asn, Country, NetworkKind, Place, RuleIx, Status, Stream, Timestamp,
};

/// One event matched one rule. Owned and small enough to be sorted by the million.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of Event")]
pub struct Hit {
    pub rule: RuleIx,
    pub place: Place,
    pub agency: AgencyIx,
    pub stream: Stream,
    pub time: Timestamp,
    pub src: Option<IpAddr>,
    /// The network that announced `src` at that time.
    pub asn: Option<Asn>,
    pub country: Option<Country>,
    pub network_kind: NetworkKind,
    pub account: Option<String>,
    pub target: Option<String>,
    pub object: Option<String>,
    pub agent: Option<String>,
    pub operation: String,
    pub activity: Activity,
    pub status: Status,
    pub http_status: Option<u16>,
}

/// Number of a detection within its case, from 1: `D-000001`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct DetectionId(pub u32);

/// How often something stood in the hits of a detection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tally<T> {
    /// What.
    pub value: T,
    /// How often.
    pub count: u64,
}

/// A burst of hits of one rule in one agency: of a plain rule, the hits of one address (or, where
/// there is none, one account) with no gap over a day; of a correlation, the hits of one group for
/// as long as its condition held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// Its number.
    pub id: DetectionId,
    /// The rule.
    pub rule: RuleIx,
    /// Where it was seen.
    pub agency: AgencyIx,
    /// The correlation's group, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<(String, String)>,
    /// First hit.
    pub first: Timestamp,
    /// Last hit.
    pub last: Timestamp,
    /// Hits.
    pub count: u64,
    /// Source addresses, most hits first: the first 100,000 that came.
    pub addresses: Vec<Tally<IpAddr>>,
    /// Networks, most hits first: the first 100,000 that came.
    pub networks: Vec<Tally<Asn>>,
    /// Accounts that acted or were tried, most hits first, at most 1,000.
    pub accounts: Vec<Tally<String>>,
    /// How many distinct accounts there were.
    pub account_count: u64,
    /// What was acted upon, most hits first, at most 100.
    pub objects: Vec<Tally<String>>,
    /// User agents, most hits first, at most 100.
    pub agents: Vec<Tally<String>>,
    /// Some of the hits, first and last among them, at most
    /// [`crate::limits::DETECTION_SAMPLES_LIMIT`].
    pub samples: Vec<Hit>,
}

impl fmt::Display for DetectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "D-{:06}", self.0)
    }
}

//! What to do: blocks with what they would cut off, and what each administrator is asked.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{AgencyIx, Asn, IncidentId, Timestamp};

/// The same sentence in English and Filipino.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Text {
    /// English.
    pub en: String,
    /// Filipino.
    pub fil: String,
}

/// What legitimate use a block would have cut off, counted from the logs of the agency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collateral {
    /// From when it was counted.
    pub from: Timestamp,
    /// Up to when.
    pub until: Timestamp,
    /// Sessions (an address's user agent on a day, with pages read or a sign-in) outside any incident.
    pub sessions: u64,
    /// Addresses they came from.
    pub addresses: u64,
    /// Of these sessions, those that signed in.
    pub signed_in: u64,
    /// Whether the figures are lower bounds, because more names were seen than are kept.
    pub lower_bound: bool,
}

/// A proposed block. Never a whole country by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// For which incident.
    pub incident: IncidentId,
    /// In which agency.
    pub agency: AgencyIx,
    /// What is blocked: the fewest prefixes that hold the incident's addresses and no others seen,
    /// or a whole network.
    pub prefixes: Vec<IpNet>,
    /// The network, where the whole of it is blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Asn>,
    /// On what: all traffic, or only the sign-in pages.
    pub applies_to: Text,
    /// Share of the incident's lines that it would have stopped, 0 to 100.
    pub stops_percent: u8,
    /// What it would have cut off.
    pub collateral: Collateral,
    /// Whether this is the one that Bakas proposes; the others are shown to compare.
    pub proposed: bool,
    /// Why.
    pub reason: Text,
    /// For how long, in days, before it is looked at again.
    pub lifetime_days: u16,
}

/// Where an ask stands in the order of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskKind {
    /// Keep logs and copies before anything changes.
    Preserve,
    /// End sessions and tokens.
    Revoke,
    /// New passwords.
    Reset,
    /// Remove forwarding rules, grants, delegates, web shells.
    Clean,
    /// Put the block in place.
    Block,
    /// A second factor for everybody who administers, then for all.
    SecondFactor,
    /// Tell those concerned.
    Inform,
}

/// One thing that the administrator of a domain is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Number within the agency's list, from 1: the order of work.
    pub number: u32,
    /// Whose.
    pub agency: AgencyIx,
    /// What sort.
    pub kind: AskKind,
    /// The ask itself, with names and figures.
    pub text: Text,
    /// How it is proved to be done.
    pub proof: Text,
    /// How soon, in hours from the notice.
    pub within_hours: u32,
    /// The incidents that call for it.
    pub incidents: Vec<IncidentId>,
}

impl Text {
    /// Of both languages.
    #[must_use]
    pub fn new(en: impl Into<String>, fil: impl Into<String>) -> Self {
        Self { en: en.into(), fil: fil.into() }
    }
}

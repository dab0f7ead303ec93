//! A part of a case that is shared: incidents, campaigns, observables, opinions and what to do.

use serde::{Deserialize, Serialize};

use super::{Handling, Opinion, Words};
use crate::{IncidentKind, Timestamp};

/// What an observable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservableKind {
    /// An IPv4 or IPv6 address.
    Address,
    /// A network prefix.
    Prefix,
    /// A number of an autonomous system.
    AutonomousSystem,
    /// A domain name.
    Domain,
    /// A URL.
    Url,
    /// An e-mail address.
    Email,
    /// A name of an account.
    Account,
    /// A user agent.
    UserAgent,
    /// SHA-256 of a file, in hex.
    Sha256,
    /// A name of a file.
    FileName,
}

/// A thing that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Observable {
    /// What it is.
    pub kind: ObservableKind,
    /// Its value, in the usual form: addresses as RFC 5952 writes them, domains in lower case.
    pub value: String,
}

/// An observable with what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedObservable {
    /// Its name within the package.
    pub id: String,
    /// It.
    pub observable: Observable,
    /// First seen.
    pub first: Timestamp,
    /// Last seen.
    pub last: Timestamp,
    /// How often.
    pub count: u64,
    /// In which incidents of the package.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<String>,
    /// Whether it may be watched for or blocked (an indicator), and not only looked at.
    #[serde(default)]
    pub indicator: bool,
    /// Confidence, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Where the source is rated (Admiralty code): `B2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admiralty: Option<String>,
    /// Its own handling, where it is stricter than what it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// An incident that is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedIncident {
    /// Its name within the package.
    pub id: String,
    /// What happened (RSIT by [`IncidentKind::rsit`]).
    pub kind: IncidentKind,
    /// Its title.
    pub title: Vec<Words>,
    /// Whose systems, where it may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// First seen.
    pub first: Timestamp,
    /// Last seen.
    pub last: Timestamp,
    /// Events.
    pub count: u64,
    /// Whether somebody got in.
    pub entered: bool,
    /// ATT&CK techniques: `T1110.003`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
    /// Its own handling, where it is stricter than the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// Incidents that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedCampaign {
    /// Its name within the package.
    pub id: String,
    /// Its title.
    pub title: Vec<Words>,
    /// Its incidents.
    pub incidents: Vec<String>,
    /// Why they belong together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Words>,
    /// First seen.
    pub first: Timestamp,
    /// Last seen.
    pub last: Timestamp,
    /// Its own handling, where it is stricter than the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// What should be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedAction {
    /// Its name within the package.
    pub id: String,
    /// What.
    pub text: Vec<Words>,
    /// Against which incidents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<String>,
    /// Its own handling, where it is stricter than the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// Words on something in the package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedNote {
    /// Its name within the package.
    pub id: String,
    /// What it is about; none means the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The words.
    pub text: Vec<Words>,
    /// Its own handling, where it is stricter than the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<Handling>,
}

/// A part of a case that is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extract {
    /// Its title.
    pub title: Vec<Words>,
    /// Number or name of the case with its owner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Incidents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<SharedIncident>,
    /// Campaigns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<SharedCampaign>,
    /// Observables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observables: Vec<SharedObservable>,
    /// Opinions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opinions: Vec<Opinion>,
    /// What should be done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<SharedAction>,
    /// Words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<SharedNote>,
}

//! What belongs together: detections of one agency make an incident, incidents across agencies a
//! campaign. Every link has its reason and weight. Nothing here names an actor.

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::{
    AgencyIx, Asn, Country, DetectionId, NetworkKind, Place, Severity, Stream, Text, Timestamp,
    detection::Tally,
};

/// Kinds of incident, each with its class in the Reference Security Incident Taxonomy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncidentKind {
    /// Many passwords tried against some accounts, however slowly and from however many addresses.
    PasswordGuessing,
    /// Few passwords tried against many accounts.
    PasswordSpraying,
    /// Somebody looked for who administers a domain or service.
    AdminDiscovery,
    /// An account was entered and used: forwarding, grants, mass reading, sign-in from elsewhere.
    AccountTakeover,
    /// A web application was attacked: injection, path traversal, uploads that failed.
    WebExploitation,
    /// A web shell was placed or used.
    WebShell,
    /// From an entered machine or account, others were entered.
    LateralMovement,
    /// A cloud account's resources were misused or its protections lowered.
    CloudAbuse,
    /// Probing for what is there, without permission.
    Scanning,
}

/// Number of an incident within its case, as `I-01`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub String);

/// Number of a campaign within its case, as `C-01`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CampaignId(pub String);

/// An address's part in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AddressUse {
    pub address: IpAddr,
    pub asn: Option<Asn>,
    pub operator: Option<String>,
    pub country: Option<Country>,
    pub kind: NetworkKind,
    /// Lines of the incident from this address.
    pub lines: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    /// Legitimate use of the same address in the same agency, in sessions.
    pub legitimate_sessions: u64,
}

/// An account that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// The account.
    pub account: String,
    /// When, first.
    pub at: Timestamp,
    /// From where.
    pub from: Option<IpAddr>,
    /// How that is known.
    pub how: Text,
    /// Tries on the same account that failed before; where the log names no account, on the form.
    #[serde(default)]
    pub failures_before: u64,
    /// The record that shows it.
    pub place: Place,
}

/// An act that matters after an account was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Mail is sent on to somebody.
    Forward,
    /// A mail rule or filter was made or changed.
    MailRule,
    /// An application was given access.
    Grant,
    /// Somebody was given the mailbox.
    Delegate,
    /// A password, second factor or recovery way was changed.
    Factor,
    /// Something was opened to others.
    Share,
    /// Users, roles or members were listed.
    Directory,
    /// Rights or settings of others were changed.
    Administer,
    /// A document or mailbox was taken away.
    Download,
    /// A message or document was read.
    Read,
    /// A message was sent.
    Send,
    /// A command was run, or code placed.
    Command,
    /// Logging or watching was lowered.
    Blind,
    /// A secret or password was asked for.
    Secret,
    /// A user, key or sign-in was made or removed.
    Credential,
    /// Something that others need was removed or locked.
    Destroy,
    /// A service, task or job was installed, so that a program starts again by itself.
    Job,
}

/// An act after entering, as records told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// Who; empty where no record says so.
    pub account: String,
    /// What sort of act.
    pub act: Act,
    /// Whether it failed.
    pub failed: bool,
    /// What it was done to; empty where it is told by number only.
    pub object: String,
}

/// How far an incident reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Accounts that were tried, most tried first, at most 1,000.
    pub tried: Vec<Tally<String>>,
    /// How many distinct accounts were tried.
    pub tried_count: u64,
    /// How many tries there were.
    pub tries: u64,
    /// Accounts that were entered.
    pub entered: Vec<Entered>,
    /// What was done after entering, in time order, at most 1,000.
    pub after: Vec<Moment>,
    /// Pages, mailboxes, documents, applications touched, most touched first, at most 100.
    pub objects: Vec<Tally<String>>,
}

/// Detections that belong together in one agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its number.
    pub id: IncidentId,
    /// Where.
    pub agency: AgencyIx,
    /// What.
    pub kind: IncidentKind,
    /// How grave.
    pub severity: Severity,
    /// One line, as a headline.
    pub title: Text,
    /// The story in a few sentences: what was seen, what follows, how sure.
    pub summary: Text,
    /// First line.
    pub first: Timestamp,
    /// Last line.
    pub last: Timestamp,
    /// Lines of evidence (all in `evidence.ndjson`).
    pub lines: u64,
    /// The detections it rests on.
    pub detections: Vec<DetectionId>,
    /// ATT&CK techniques seen.
    pub techniques: Vec<String>,
    /// Addresses, most lines first; of very many the most active. All stand in `addresses.ndjson`.
    pub addresses: Vec<AddressUse>,
    /// How many more addresses there are than those that are named.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_addresses: u64,
    /// User agents, most lines first, at most 20.
    pub agents: Vec<Tally<String>>,
    /// Kinds of logs that its lines stand in, most lines first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<Stream>,
    /// How far it reached.
    pub scope: Scope,
}

/// Why two incidents are thought to belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkReason {
    /// The same addresses.
    SameAddress,
    /// Addresses of one small block (/24, /48).
    SameBlock,
    /// The same network; weak where it is large.
    SameNetwork,
    /// The same account used or tried.
    SameAccount,
    /// The same tool: user agent, path of a shell, application granted, forwarding destination.
    SameTool,
    /// The same hours and rhythm.
    SameRhythm,
    /// One follows from the other: entered here, seen there next.
    Sequel,
}

/// A link between two incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// One.
    pub a: IncidentId,
    /// The other.
    pub b: IncidentId,
    /// Why.
    pub reason: LinkReason,
    /// In words, with the values.
    pub detail: Text,
    /// Weight of evidence in decibans: 10 means ten times likelier together than by chance.
    pub weight: f64,
}

/// Incidents that belong together across agencies or kinds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// Its number.
    pub id: CampaignId,
    /// One line.
    pub title: Text,
    /// In a few sentences, with how sure and what would change it.
    pub summary: Text,
    /// Its incidents.
    pub incidents: Vec<IncidentId>,
    /// The links that hold it together.
    pub links: Vec<Link>,
    /// First line.
    pub first: Timestamp,
    /// Last line.
    pub last: Timestamp,
}

/// What several attacked agencies have in common, and what that may mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommonFactor {
    /// The provider, for instance `Google Workspace`.
    pub provider: String,
    /// The agencies that keep something there and were attacked there.
    pub agencies: Vec<AgencyIx>,
    /// What speaks for a compromise of the provider itself.
    pub speaks_for: Vec<Text>,
    /// What speaks against it.
    pub speaks_against: Vec<Text>,
}

/// One entry of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub time: Timestamp,
    /// Up to when, for what lasted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Where.
    pub agency: AgencyIx,
    /// The incident it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// What.
    pub text: Text,
    /// The same in fields, where it is an act after entering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<Deed>,
    /// How many lines stand behind it.
    pub lines: u64,
    /// The first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Incident {
    /// How many addresses there are, named or not.
    #[must_use]
    pub fn address_count(&self) -> u64 {
        self.addresses.len() as u64 + self.more_addresses
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Act {
    /// Whether it leaves something behind that has to be undone.
    #[must_use]
    pub const fn leaves_something(self) -> bool {
        matches!(
            self,
            Self::Forward
                | Self::MailRule
                | Self::Grant
                | Self::Delegate
                | Self::Factor
                | Self::Administer
                | Self::Blind
                | Self::Credential
                | Self::Job
        )
    }
}

impl IncidentKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::PasswordGuessing,
        Self::PasswordSpraying,
        Self::AdminDiscovery,
        Self::AccountTakeover,
        Self::WebExploitation,
        Self::WebShell,
        Self::LateralMovement,
        Self::CloudAbuse,
        Self::Scanning,
    ];

    /// Its name in files and rule tags (`bakas.kind-…`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordGuessing => "password-guessing",
            Self::PasswordSpraying => "password-spraying",
            Self::AdminDiscovery => "admin-discovery",
            Self::AccountTakeover => "account-takeover",
            Self::WebExploitation => "web-exploitation",
            Self::WebShell => "web-shell",
            Self::LateralMovement => "lateral-movement",
            Self::CloudAbuse => "cloud-abuse",
            Self::Scanning => "scanning",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Its class and type in the Reference Security Incident Taxonomy.
    #[must_use]
    pub const fn rsit(self) -> &'static str {
        match self {
            Self::PasswordGuessing | Self::PasswordSpraying => "intrusion-attempts/brute-force",
            Self::AdminDiscovery | Self::Scanning => "information-gathering/scanner",
            Self::AccountTakeover => "intrusions/unprivileged-account-compromise",
            Self::WebExploitation => "intrusion-attempts/ids-alert",
            Self::WebShell | Self::LateralMovement => "intrusions/system-compromise",
            Self::CloudAbuse => "intrusions/privileged-account-compromise",
        }
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CampaignId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

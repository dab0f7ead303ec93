//! What several sources say of an address, side by side: history, views, registrant, place,
//! organisation, contacts, and what its operator needs to find a subscriber. It joins nothing.

use std::fmt;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Asn, Country, NetworkKind};
use crate::{Day, Text, Timestamp};

/// Something said, with who said it and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told<T> {
    /// What is said.
    #[serde(flatten)]
    pub said: T,
    /// The data set that says it.
    pub data_set: String,
    /// Its date.
    pub date: Day,
}

/// Who announced an address in one source's tables, from one of its dates to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The first table that says so.
    pub from: Day,
    /// The last table that says so without another answer in between.
    pub until: Day,
    /// The source: tables of one source are compared with one another only.
    pub source: String,
    /// The origin AS; absent where nobody announced the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asn: Option<Asn>,
    /// Its operator, as the newest of these tables names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The data sets that say so, one for each date.
    pub data_sets: Vec<String>,
}

/// What a view speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Which AS announced the address.
    Origin,
    /// How that AS is called.
    Operator,
    /// Where the block is registered.
    Registration,
    /// Where a geolocation places it.
    Location,
    /// To whom a registry gave the block.
    Registrant,
    /// What kind of network it is.
    Kind,
    /// Who owns the operator.
    Owner,
    /// Whether the holder of the block authorised that AS (RFC 6811).
    RouteOrigin,
}

/// One source's answer to one question, beside those of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// What it speaks of.
    pub question: Question,
    /// What it says, in its words.
    pub says: String,
    /// The same in Filipino, where the words are ours and differ.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub says_fil: String,
    /// The data set.
    pub data_set: String,
    /// Its date.
    pub date: Day,
    /// Whether it says the same as the answer for the time asked; a place is compared with the
    /// country of registration.
    pub agrees: bool,
}

/// Where a geolocation places an address: an estimate, not a registration.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Region, as the source writes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// City, as the source writes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub city: String,
}

/// To whom a registry gave a block.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Registrant {
    /// The registry: `apnic`, `ripencc`, …
    pub registry: String,
    /// `allocated`, `assigned`, `available`, `reserved`, or as the source writes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// When it was given; `since` in JSON, where the date of who says so stands beside.
    #[serde(default, rename = "since", skip_serializing_if = "Option::is_none")]
    pub date: Option<Day>,
    /// The holder's name, or the registry's opaque id for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub holder: String,
}

/// The organisation behind an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// The organisation it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Where it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// What kind of network it says to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NetworkKind>,
}

/// What a source has put down of a state's share, in its own words. What it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OwnerSaid {
    /// The organisation that was looked into.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub organisation: String,
    /// The organisation that it belongs to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parent: String,
    /// The share, of a hundred, as the source writes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub percent: String,
    /// The passage that the source rests on, as it quotes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quote: String,
    /// The language of that passage, as the source names it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Whose passage it is, as the source names it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quoted_from: String,
    /// Where it stood.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// What the source adds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Validity of a route's origin (RFC 6811).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// No authorisation speaks of the block.
    #[default]
    NotFound,
    /// An authorisation names this AS and covers the announced length.
    Valid,
    /// Authorisations name other networks only.
    InvalidOrigin,
    /// One names this AS, but not for so small a block.
    InvalidLength,
}

/// Whether the holder of the block authorised its announcement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteCheck {
    /// The outcome for the origin of the time asked.
    pub validity: Validity,
    /// The authorisations that cover the address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorisations: Vec<Authorisation>,
}

/// A route origin authorisation (RFC 9582).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Authorisation {
    /// The block.
    pub prefix: IpNet,
    /// Who may announce it; AS 0 says that nobody may.
    pub asn: Asn,
    /// The longest prefix of it that may be announced.
    pub max_length: u8,
}

/// Whom to write to for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    /// The operator's desk for abuse.
    Abuse,
    /// The operator's network operation centre.
    Noc,
    /// The country's or the sector's computer emergency response team.
    Cert,
    /// The registry that keeps the block.
    Registry,
}

/// Somebody to ask.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// For what.
    pub role: ContactRole,
    /// The name of the desk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// `mailto:`, `https:` or `tel:`.
    pub address: String,
    /// Who says so.
    pub data_set: String,
    /// As of when.
    pub date: Day,
}

/// What an operator needs to find the subscriber behind a shared address (RFC 6302), and whether
/// the logs hold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriberQuestion {
    /// Why the address alone does not do.
    pub because: Text,
    /// What is needed, in the order of a request.
    pub facts: Vec<SubscriberFact>,
}

/// One thing that an operator needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriberFact {
    /// What.
    pub fact: Needed,
    /// Whether the logs hold it.
    pub held: Held,
    /// Of the lines that were looked at, those that hold it.
    #[serde(default)]
    pub lines_with: u64,
    /// The lines that were looked at.
    #[serde(default)]
    pub lines: u64,
    /// An example, as the logs have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

/// What an operator may need to find a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// The source address.
    Address,
    /// The source port.
    SourcePort,
    /// The time to the second, with its offset from UTC.
    Time,
    /// The server's address and port.
    Destination,
}

/// Whether the logs hold something.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// No log was looked at.
    #[default]
    Unknown,
    /// No line holds it.
    Missing,
    /// Some lines hold it, or it may be off.
    Partly,
    /// All lines hold it.
    Held,
}

/// A reverse name, asked for at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReverseName {
    /// The names that the block's holder has put down; anybody may put down anything.
    pub names: Vec<String>,
    /// When they were asked for.
    pub asked: Timestamp,
}

/// A registry's own answer (RFC 9083), asked for at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rdap {
    /// The server's page that answered.
    pub url: String,
    /// When it was asked.
    pub asked: Timestamp,
    /// SHA-256 of the raw answer, in hex.
    pub sha256: String,
    /// The file that keeps the raw answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The registry's handle of the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// The block's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The block, from its first to its last address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// The country it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The registrant it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrant: Option<String>,
    /// When the registry last changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
}

impl Question {
    /// Its name in plain English.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Operator => "operator",
            Self::Registration => "registration",
            Self::Location => "location",
            Self::Registrant => "registrant",
            Self::Kind => "kind",
            Self::Owner => "owner",
            Self::RouteOrigin => "route origin",
        }
    }
}

impl Validity {
    /// Its name in plain English, in the words of RFC 6811.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotFound => "not found: no authorisation speaks of the block",
            Self::Valid => "valid: the block's holder authorised this network",
            Self::InvalidOrigin => "invalid: the authorisations name other networks",
            Self::InvalidLength => "invalid: authorised, but not for so small a block",
        }
    }

    /// The same in plain Filipino; the words of RFC 6811 stay.
    #[must_use]
    pub const fn label_fil(self) -> &'static str {
        match self {
            Self::NotFound => "not found: walang pahintulot na tumutukoy sa bloke",
            Self::Valid => "valid: pinahintulutan ng may hawak ng bloke ang network na ito",
            Self::InvalidOrigin => "invalid: ibang mga network ang nasa mga pahintulot",
            Self::InvalidLength => {
                "invalid: may pahintulot, ngunit hindi sa ganito kaliit na bloke"
            }
        }
    }
}

impl ContactRole {
    /// Its name in plain English.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Abuse => "abuse desk",
            Self::Noc => "network operation centre",
            Self::Cert => "CERT",
            Self::Registry => "registry",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let country = self.country.map(|country| country.to_string());
        let parts = [Some(self.city.clone()), Some(self.region.clone()), country];
        let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(", "))
    }
}

//! What is known of an address's network at a time. Soil, infrastructure and actor are three
//! questions: a trace speaks of the second, hints at the first and is silent on the third.

mod asking;
mod told;

use std::{fmt, net::IpAddr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use self::asking::{Moved, asking, conventions};
pub use self::told::{
    Announced, Authorisation, Contact, ContactRole, Held, Needed, Organisation, OwnerSaid, Place,
    Question, Rdap, Registrant, ReverseName, RouteCheck, SubscriberFact, SubscriberQuestion, Told,
    Validity, View,
};
use crate::{Day, Text, Timestamp};

/// Version of a trace as a line of its own (`bakas trace --json`, `traces.ndjson`); it grows with
/// every change that a reader must know of.
pub const TRACE_SCHEMA: &str = "bakas-trace/2";

/// The number of an autonomous system (RFC 6793).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asn(pub u32);

/// ISO 3166-1 alpha-2, as the registries write it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// What kind of network it is, as far as lists say. "On no list" is not "clean".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// No list speaks of it.
    #[default]
    Unknown,
    /// Access for subscribers: many people behind few addresses.
    Telco,
    /// A large cloud provider.
    Cloud,
    /// Rented servers.
    Hosting,
    /// A VPN's exit: the user is elsewhere.
    Vpn,
    /// A Tor exit: the user is elsewhere.
    Tor,
    /// A relay run by a platform for its users' privacy.
    PrivateRelay,
    /// A school or university.
    Education,
    /// A government.
    Government,
    /// A content network or proxy in front of sites.
    Content,
    /// Not on the public Internet: private, shared, documentation… (IANA special-purpose).
    Special,
}

/// The short answer, for every event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    /// Who announced the address.
    pub asn: Option<Asn>,
    /// Where the announcing network or the block is registered.
    pub country: Option<Country>,
    /// What kind of network it is.
    pub kind: NetworkKind,
}

/// The whole answer for one address: at the time of the event, and now where that differs. What
/// sources say beside one another stands in `history` and `views`; none of it is averaged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The address.
    pub address: IpAddr,
    /// The time asked for.
    pub at: Timestamp,
    /// The answer for that time.
    pub then: Network,
    /// The newest answer, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Network>,
    /// What this does not show, in one sentence.
    pub caveat: Text,
    /// Who announced it by every table at hand, in time order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Announced>,
    /// What each source says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// To whom a registry gave the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrant: Option<Told<Registrant>>,
    /// The organisation behind the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<Told<Organisation>>,
    /// Where a geolocation places it; all places stand in the views.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Told<Place>>,
    /// Whether the block's holder authorised the announcement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_origin: Option<Told<RouteCheck>>,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// What the operator needs to find a subscriber, where many share the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscriber: Option<SubscriberQuestion>,
    /// Its reverse name, where somebody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse_name: Option<ReverseName>,
    /// The registry's answer, where somebody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rdap: Option<Rdap>,
}

/// One epoch's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The date of the table that answers.
    pub epoch: Day,
    /// Days between the table and the time asked for; positive where the table is older.
    pub age_days: i32,
    /// The block that was announced, as the table has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<IpNet>,
    /// Origin AS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asn: Option<Asn>,
    /// The AS's operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Registration country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Kind of network.
    pub kind: NetworkKind,
    /// The lists that say so, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// The state that owns the operator, wholly or for the most part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_owned: Option<StateOwned>,
    /// The special-purpose block it lies in (IANA registries), by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special: Option<String>,
    /// The data sets that this answer rests on, by their name in `bakas data status`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_sets: Vec<String>,
}

/// A state's share in an operator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StateOwned {
    /// The owner.
    pub owner: Country,
    /// Whether it holds the majority.
    pub majority: bool,
    /// The group, as the source names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What the source has put down, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Box<OwnerSaid>>,
    /// The data set that says so; inside a table it is that of the table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data_set: String,
    /// Its date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Day>,
}

/// Answers where an address was at a time. A stage takes one; the engine chooses which.
pub trait Networks: Send + Sync {
    /// The short answer, fast enough for every event.
    fn locate(&self, address: IpAddr, at: Timestamp) -> Location;
    /// The operator's name at that time.
    fn operator(&self, asn: Asn, at: Timestamp) -> Option<&str>;
    /// The whole answer; `now` is the newest time of interest.
    fn trace(&self, address: IpAddr, at: Timestamp, now: Timestamp) -> Trace;
}

impl Trace {
    /// An answer that knows nothing yet.
    #[must_use]
    pub fn new(address: IpAddr, at: Timestamp) -> Self {
        Self {
            address,
            at,
            then: Network::default(),
            now: None,
            caveat: Text::default(),
            history: Vec::new(),
            views: Vec::new(),
            registrant: None,
            organisation: None,
            place: None,
            route_origin: None,
            contacts: Vec::new(),
            subscriber: None,
            reverse_name: None,
            rdap: None,
        }
    }
}

impl StateOwned {
    /// A share of which no more is said.
    #[must_use]
    pub const fn new(owner: Country, majority: bool, group: Option<String>) -> Self {
        Self { owner, majority, group, said: None, data_set: String::new(), date: None }
    }
}

impl Country {
    /// From two letters, of either case.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII letters by construction")
    }
}

impl NetworkKind {
    /// Its name as documents have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Telco => "telco",
            Self::Cloud => "cloud",
            Self::Hosting => "hosting",
            Self::Vpn => "vpn",
            Self::Tor => "tor",
            Self::PrivateRelay => "private_relay",
            Self::Education => "education",
            Self::Government => "government",
            Self::Content => "content",
            Self::Special => "special",
        }
    }

    /// Its name in plain English.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "kind unknown",
            Self::Telco => "telco",
            Self::Cloud => "cloud",
            Self::Hosting => "hosting",
            Self::Vpn => "VPN",
            Self::Tor => "Tor exit",
            Self::PrivateRelay => "private relay",
            Self::Education => "education",
            Self::Government => "government",
            Self::Content => "content network",
            Self::Special => "special-purpose",
        }
    }

    /// Its name in plain Filipino.
    #[must_use]
    pub const fn label_fil(self) -> &'static str {
        match self {
            Self::Unknown => "di-alam ang uri",
            Self::Tor => "labasan ng Tor",
            Self::Education => "edukasyon",
            Self::Government => "pamahalaan",
            Self::Special => "may natatanging gamit",
            // Words that Filipino uses as they are.
            same => same.label(),
        }
    }
}

impl fmt::Display for Asn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.0)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("not a country code: '{text}'")))
    }
}

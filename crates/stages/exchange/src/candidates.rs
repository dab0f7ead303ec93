//! Who had an address at a time: joins a request's flows with what an operator's logs say of
//! translations (NAT), of sessions and leases (RADIUS, DHCP), and of connections. It proposes; what
//! is told to the other side a person decides. Names of subscribers stay in here: an answer names
//! them by references that only this side can resolve.

mod join;
mod propose;

use std::net::IpAddr;

use bakas_model::{Place, Timestamp};
use serde::{Deserialize, Serialize};

pub use join::{Found, Held, join};
pub use propose::{Disclose, propose};

/// Candidates that are told for one flow; more are counted only.
pub const CANDIDATES_LIMIT: usize = 200;

/// For how long something held. What began before the logs, or ends after them, is open there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// From when; none: before all that is known.
    pub from: Option<Timestamp>,
    /// Until when; none: nobody said that it ended.
    pub until: Option<Timestamp>,
}

/// A public address with ports that stood for an inner address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// As the internet saw it.
    pub public: IpAddr,
    /// First and last port.
    pub ports: (u16, u16),
    /// Whom it stood for.
    pub inner: IpAddr,
    /// When.
    pub span: Span,
    /// The record that says so.
    pub place: Place,
}

/// An address that a subscriber had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The address.
    pub address: IpAddr,
    /// Whose: an account, a line, a machine, as the log names it.
    pub subscriber: String,
    /// When.
    pub span: Span,
    /// The record that says so.
    pub place: Place,
}

/// A connection that was seen on the operator's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// From.
    pub source: IpAddr,
    /// From which port.
    pub source_port: Option<u16>,
    /// To.
    pub destination: Option<IpAddr>,
    /// To which port.
    pub destination_port: Option<u16>,
    /// When.
    pub at: Timestamp,
    /// The record that says so.
    pub place: Place,
}

/// What an operator's logs say.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Translations.
    pub bindings: Vec<Binding>,
    /// Sessions and leases.
    pub leases: Vec<Lease>,
    /// Connections.
    pub seen: Vec<Seen>,
    /// First and last time of translations and of leases: outside of it nothing is known.
    pub kept: Span,
    /// Microseconds by which our own clocks may be wrong.
    pub uncertainty_micros: u64,
}

impl Span {
    /// Whether any part of a window lies in it.
    #[must_use]
    pub fn meets(&self, window: (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|from| from <= window.1)
            && self.until.is_none_or(|until| until >= window.0)
    }

    /// Whether all of a window lies in it.
    #[must_use]
    pub fn covers(&self, window: (Timestamp, Timestamp)) -> bool {
        self.from.is_none_or(|from| from <= window.0)
            && self.until.is_none_or(|until| until >= window.1)
    }

    /// What lies in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let later = |a: Option<Timestamp>, b: Option<Timestamp>| a.max(b);
        let until = match (self.until, other.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self { from: later(self.from, other.from), until }
    }
}

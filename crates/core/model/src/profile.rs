//! What one address did in one agency over the whole time: the background against which a
//! detection is judged, and what a block of it would cut off. Profiles merge in any order.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{AgencyIx, Asn, Country, Day, NetworkKind, Timestamp, limits::PROFILE_NAMES_LIMIT};

/// An account of an agency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountKey {
    /// The agency whose log it stands in.
    pub agency: AgencyIx,
    /// The account's name, in lower case.
    pub name: String,
}

/// A small set of 64-bit name hashes that says when it is full.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameSet {
    hashes: Vec<u64>,
    full: bool,
}

/// One address in one agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressProfile {
    /// The agency.
    pub agency: AgencyIx,
    /// The address.
    pub address: IpAddr,
    /// Its network at the first event.
    pub asn: Option<Asn>,
    /// That network's country of registration.
    pub country: Option<Country>,
    /// That network's kind.
    pub kind: NetworkKind,
    /// First event.
    pub first: Timestamp,
    /// Last event.
    pub last: Timestamp,
    /// All events.
    pub events: u64,
    /// Sign-ins that succeeded.
    pub sign_ins: u64,
    /// Sign-ins that failed.
    pub sign_ins_failed: u64,
    /// HTTP requests answered 2xx or 3xx that are pages, not assets.
    pub pages: u64,
    /// HTTP requests for assets: images, styles, scripts, fonts.
    pub assets: u64,
    /// HTTP requests answered 4xx or 5xx.
    pub errors: u64,
    /// Hits of rules of level medium and above.
    pub alarms: u64,
    /// Accounts that signed in.
    pub accounts: NameSet,
    /// Accounts that failed to.
    pub accounts_failed: NameSet,
    /// User agents.
    pub agents: NameSet,
    /// Sessions by day: distinct user agents (or accounts) of a day that got a page or signed in.
    /// Sorted by day; what the collateral of a block is counted from.
    pub sessions: Vec<(Day, NameSet)>,
}

/// One account in one agency: from which networks it signed in, and when. The background against
/// which a sign-in is new or usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountProfile {
    /// The account.
    pub key: AccountKey,
    /// By network, sorted by number; `None` where the address was announced by nobody known.
    pub networks: Vec<AccountNetwork>,
}

/// An account's sign-ins from one network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountNetwork {
    /// The network.
    pub asn: Option<Asn>,
    /// Its kind.
    pub kind: NetworkKind,
    /// First sign-in that succeeded.
    pub first: Option<Timestamp>,
    /// Last sign-in that succeeded.
    pub last: Option<Timestamp>,
    /// Sign-ins that succeeded.
    pub sign_ins: u64,
    /// Sign-ins that failed.
    pub sign_ins_failed: u64,
    /// Days with a sign-in that succeeded, at most 64 are kept.
    pub days: Vec<Day>,
}

impl NameSet {
    /// Adds a name by its hash. A full set keeps the smallest hashes, so that the order in which
    /// names and sets come does not matter.
    pub fn insert(&mut self, hash: u64) {
        let Err(at) = self.hashes.binary_search(&hash) else { return };
        if self.hashes.len() >= PROFILE_NAMES_LIMIT {
            self.full = true;
            if at == self.hashes.len() {
                return;
            }
            self.hashes.pop();
        }
        self.hashes.insert(at, hash);
    }

    /// Adds all of another set.
    pub fn merge(&mut self, other: &Self) {
        for &hash in &other.hashes {
            self.insert(hash);
        }
        self.full |= other.full;
    }

    /// How many names; a lower bound where [`Self::is_full`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether names were left out.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The hashes that are kept, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        self.hashes.iter().copied()
    }

    /// Whether the name of this hash is in it.
    #[must_use]
    pub fn contains(&self, hash: u64) -> bool {
        self.hashes.binary_search(&hash).is_ok()
    }
}

/// Days with a sign-in that one [`AccountNetwork`] remembers.
pub const ACCOUNT_DAYS_LIMIT: usize = 64;

impl AccountProfile {
    /// Adds what another part of the logs says of the same account.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.key, other.key);
        for theirs in &other.networks {
            match self.networks.binary_search_by_key(&theirs.asn, |n| n.asn) {
                Ok(at) => self.networks[at].merge(theirs),
                Err(at) => self.networks.insert(at, theirs.clone()),
            }
        }
    }
}

impl AccountNetwork {
    /// Adds what another part of the logs says of the same account in the same network.
    pub fn merge(&mut self, other: &Self) {
        self.first = match (self.first, other.first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last = self.last.max(other.last);
        self.sign_ins += other.sign_ins;
        self.sign_ins_failed += other.sign_ins_failed;
        for &day in &other.days {
            self.day(day);
        }
    }

    /// Adds a day with a sign-in that succeeded; the earliest [`ACCOUNT_DAYS_LIMIT`] are kept.
    pub fn day(&mut self, day: Day) {
        if self.days.last() == Some(&day) {
            return;
        }
        if let Err(at) = self.days.binary_search(&day) {
            self.days.insert(at, day);
            self.days.truncate(ACCOUNT_DAYS_LIMIT);
        }
    }
}

impl AddressProfile {
    /// Adds what another part of the logs says of the same address in the same agency.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!((self.agency, self.address), (other.agency, other.address));
        if other.first < self.first {
            (self.asn, self.country, self.kind) = (other.asn, other.country, other.kind);
        }
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.events += other.events;
        self.sign_ins += other.sign_ins;
        self.sign_ins_failed += other.sign_ins_failed;
        self.pages += other.pages;
        self.assets += other.assets;
        self.errors += other.errors;
        self.alarms += other.alarms;
        self.accounts.merge(&other.accounts);
        self.accounts_failed.merge(&other.accounts_failed);
        self.agents.merge(&other.agents);
        for (day, names) in &other.sessions {
            self.session(*day).merge(names);
        }
    }

    /// The sessions of a day, to add to.
    pub fn session(&mut self, day: Day) -> &mut NameSet {
        let at = match self.sessions.binary_search_by_key(&day, |(d, _)| *d) {
            Ok(at) => at,
            Err(at) => {
                self.sessions.insert(at, (day, NameSet::default()));
                at
            }
        };
        &mut self.sessions[at].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_set_says_so() {
        let mut set = NameSet::default();
        for hash in 0..=PROFILE_NAMES_LIMIT as u64 {
            set.insert(hash);
        }
        assert_eq!(set.len(), PROFILE_NAMES_LIMIT);
        assert!(set.is_full());
    }
}

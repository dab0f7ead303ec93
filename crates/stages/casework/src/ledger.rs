//! The ledger hears every event once and keeps a profile of each address and account. It is fast
//! (no allocation for a key that is known) and merges in any order. It judges nothing.

use std::{hash::Hasher, net::IpAddr};

use bakas_model::{
    AccountKey, AccountNetwork, AccountProfile, AddressProfile, AgencyIx, Class, Event, Location,
};
use rustc_hash::{FxHashMap, FxHasher};

use crate::reading::is_asset;

/// Profiles of every address and account seen so far.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Boxed: they are large, and are moved about when the table grows and when they are sorted.
    addresses: FxHashMap<(AgencyIx, IpAddr), Box<AddressProfile>>,
    /// By the hash of agency and lower-case name; a chain where hashes collide.
    accounts: FxHashMap<u64, Vec<AccountProfile>>,
    account_count: usize,
}

/// The hash under which a name stands in a [`bakas_model::profile::NameSet`]; the same for every
/// case of ASCII letters.
#[must_use]
pub fn name_hash(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    let mut word = [0_u8; 8];
    let (words, rest) = name.as_bytes().as_chunks::<8>();
    for &part in words {
        word = part;
        word.make_ascii_lowercase();
        hasher.write_u64(u64::from_le_bytes(word));
    }
    if !rest.is_empty() {
        word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        word.make_ascii_lowercase();
        hasher.write_u64(u64::from_le_bytes(word));
    }
    hasher.write_u64(u64::from_le_bytes(word) ^ name.len() as u64);
    hasher.finish()
}

impl Ledger {
    /// Hears one event. `sign_in` says whether it is a sign-in that succeeded or failed, by the
    /// observation rules; `alarm` whether a rule of level medium or above matched it.
    pub fn observe(
        &mut self,
        event: &Event<'_>,
        location: &Location,
        sign_in: Option<bool>,
        alarm: bool,
    ) {
        if let Some(address) = event.src {
            let key = (event.agency, address);
            let profile = self
                .addresses
                .entry(key)
                .or_insert_with(|| Box::new(blank(event.agency, address, location, event.time)));
            hear(profile, event, location, sign_in, alarm);
        }
        if let (Some(succeeded), Some(name)) = (sign_in, event.account) {
            self.hear_account(event, name, location, succeeded);
        }
    }

    fn hear_account(
        &mut self,
        event: &Event<'_>,
        name: &str,
        location: &Location,
        succeeded: bool,
    ) {
        let hash = name_hash(name) ^ (u64::from(event.agency.0) << 48);
        let chain = self.accounts.entry(hash).or_default();
        let known =
            chain.iter().position(|p| p.key.agency == event.agency && same(&p.key.name, name));
        let at = known.unwrap_or_else(|| {
            self.account_count += 1;
            // Nearly every chain and list is of one: a vector would make room for four at once.
            chain.reserve_exact(1);
            chain.push(AccountProfile {
                key: AccountKey { agency: event.agency, name: name.to_lowercase() },
                networks: Vec::new(),
            });
            chain.len() - 1
        });
        let networks = &mut chain[at].networks;
        let at = match networks.binary_search_by_key(&location.asn, |n| n.asn) {
            Ok(at) => at,
            Err(at) => {
                if networks.is_empty() {
                    networks.reserve_exact(1);
                }
                networks.insert(at, unseen(location));
                at
            }
        };
        let network = &mut networks[at];
        if !succeeded {
            network.sign_ins_failed += 1;
            return;
        }
        network.sign_ins += 1;
        network.first = Some(network.first.map_or(event.time, |first| first.min(event.time)));
        network.last = network.last.max(Some(event.time));
        network.day(event.time.day());
    }

    /// How many profiles it holds, so that the caller can spill in time.
    #[must_use]
    pub fn len(&self) -> usize {
        self.addresses.len() + self.account_count
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds all that another ledger heard.
    pub fn merge(&mut self, other: Self) {
        for (key, profile) in other.addresses {
            match self.addresses.entry(key) {
                std::collections::hash_map::Entry::Occupied(mut known) => {
                    known.get_mut().merge(&profile);
                }
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(profile);
                }
            }
        }
        for (hash, chain) in other.accounts {
            let ours = self.accounts.entry(hash).or_default();
            for profile in chain {
                if let Some(known) = ours.iter_mut().find(|p| p.key == profile.key) {
                    known.merge(&profile);
                } else {
                    self.account_count += 1;
                    ours.push(profile);
                }
            }
        }
    }

    /// Empties it: all profiles, each list sorted by its key.
    #[must_use]
    pub fn drain(&mut self) -> (Vec<Box<AddressProfile>>, Vec<AccountProfile>) {
        self.account_count = 0;
        let mut addresses: Vec<_> = self.addresses.drain().collect();
        addresses.sort_unstable_by_key(|(key, _)| *key);
        let addresses = addresses.into_iter().map(|(_, profile)| profile).collect();
        let mut accounts: Vec<_> = self.accounts.drain().flat_map(|(_, chain)| chain).collect();
        accounts.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        (addresses, accounts)
    }
}

pub(crate) fn blank(
    agency: AgencyIx,
    address: IpAddr,
    location: &Location,
    time: bakas_model::Timestamp,
) -> AddressProfile {
    AddressProfile {
        agency,
        address,
        asn: location.asn,
        country: location.country,
        kind: location.kind,
        first: time,
        last: time,
        events: 0,
        sign_ins: 0,
        sign_ins_failed: 0,
        pages: 0,
        assets: 0,
        errors: 0,
        alarms: 0,
        accounts: Default::default(),
        accounts_failed: Default::default(),
        agents: Default::default(),
        sessions: Vec::new(),
    }
}

fn unseen(location: &Location) -> AccountNetwork {
    AccountNetwork {
        asn: location.asn,
        kind: location.kind,
        first: None,
        last: None,
        sign_ins: 0,
        sign_ins_failed: 0,
        days: Vec::new(),
    }
}

fn hear(
    profile: &mut AddressProfile,
    event: &Event<'_>,
    location: &Location,
    sign_in: Option<bool>,
    alarm: bool,
) {
    if event.time < profile.first {
        profile.first = event.time;
        (profile.asn, profile.country, profile.kind) =
            (location.asn, location.country, location.kind);
    }
    profile.last = profile.last.max(event.time);
    profile.events += 1;
    profile.alarms += u64::from(alarm);
    let agent = event.agent.map(name_hash);
    if let Some(agent) = agent {
        profile.agents.insert(agent);
    }
    let account = event.account.map(name_hash);
    match (sign_in, account) {
        (Some(true), account) => {
            profile.sign_ins += 1;
            if let Some(account) = account {
                profile.accounts.insert(account);
            }
            profile.session(event.time.day()).insert(account.or(agent).unwrap_or(0));
        }
        (Some(false), account) => {
            profile.sign_ins_failed += 1;
            if let Some(account) = account {
                profile.accounts_failed.insert(account);
            }
        }
        (None, _) => {}
    }
    if event.class == Class::HttpActivity {
        match event.http_status {
            Some(400..) => profile.errors += 1,
            Some(_) if event.object.is_some_and(is_asset) => profile.assets += 1,
            Some(200..=399) if sign_in.is_none() => {
                profile.pages += 1;
                profile.session(event.time.day()).insert(agent.unwrap_or(0));
            }
            _ => {}
        }
    }
}

/// Whether a name is this lower-case one, without allocating for ASCII.
fn same(lower: &str, name: &str) -> bool {
    if name.is_ascii() { lower.eq_ignore_ascii_case(name) } else { lower == name.to_lowercase() }
}

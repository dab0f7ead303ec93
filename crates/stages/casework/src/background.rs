//! What is usual at each agency, counted over every address profile: how common a user agent is,
//! who uses a network, whether visitors load assets. It accuses nobody; it weighs how telling a
//! likeness is.

use bakas_model::{AddressProfile, AgencyIx, Asn};
use rustc_hash::FxHashMap;

use crate::lone::{Lone, is_lone};

/// Most user agents that are counted; beyond, new ones count as rare.
pub(crate) const AGENTS_LIMIT: usize = 500_000;

/// Figures over all address profiles. Its parts are counts, so that the order does not matter.
#[derive(Clone, Debug, Default)]
pub struct Background {
    /// Addresses by the hash of a user agent.
    agents: FxHashMap<u64, u32>,
    addresses: u64,
    networks: FxHashMap<(AgencyIx, Option<Asn>), NetworkUse>,
    /// Days with named sign-ins, summed over addresses and accounts.
    account_days: FxHashMap<AgencyIx, u64>,
    /// Addresses that signed in, and of these the ones that loaded assets.
    signed_in: FxHashMap<AgencyIx, (u32, u32)>,
    /// Addresses that fail once or twice and do nothing else.
    pub(crate) lone: Lone,
}

/// How a network is used in one agency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NetworkUse {
    /// Addresses seen.
    pub(crate) addresses: u32,
    /// Addresses that signed in, or read pages with their assets.
    pub(crate) honest: u32,
    /// Days with named sign-ins, summed over its addresses and the accounts of each.
    pub(crate) account_days: u64,
    /// Whether an address of it failed to sign in once or twice and did nothing else.
    has_lone: bool,
}

impl Background {
    /// Hears one merged profile.
    pub fn absorb(&mut self, profile: &AddressProfile) {
        self.addresses += 1;
        self.lone.absorb(profile);
        for agent in profile.agents.iter() {
            if self.agents.len() < AGENTS_LIMIT || self.agents.contains_key(&agent) {
                *self.agents.entry(agent).or_default() += 1;
            }
        }
        let network = self.networks.entry((profile.agency, profile.asn)).or_default();
        network.addresses += 1;
        network.has_lone |= is_lone(profile);
        let uses = profile.sign_ins > profile.sign_ins_failed
            || (profile.pages > 0 && profile.assets > 0 && profile.sign_ins_failed == 0);
        network.honest += u32::from(uses);
        if !profile.accounts.is_empty() {
            let days: u64 = profile.sessions.iter().map(|(_, names)| names.len() as u64).sum();
            network.account_days += days;
            *self.account_days.entry(profile.agency).or_default() += days;
        }
        if profile.sign_ins > 0 {
            let (all, with_assets) = self.signed_in.entry(profile.agency).or_default();
            *all += 1;
            *with_assets += u32::from(profile.assets > 0);
        }
    }

    /// How rare a user agent is among all addresses, in decibans: 0 where everybody has it.
    pub(crate) fn agent_rarity(&self, agent: u64) -> f64 {
        let users = f64::from(self.agents.get(&agent).copied().unwrap_or(1).max(1));
        10.0 * ((self.addresses.max(1) as f64) / users).log10().max(0.0)
    }

    /// How many addresses have a user agent.
    pub(crate) fn agent_users(&self, agent: u64) -> u32 {
        self.agents.get(&agent).copied().unwrap_or(0)
    }

    /// In how many networks there are addresses that fail once or twice and do nothing else.
    pub(crate) fn lone_networks(&self, agency: AgencyIx) -> u64 {
        let of = self.networks.iter().filter(|((of, _), used)| *of == agency && used.has_lone);
        of.count() as u64
    }

    /// How a network is used in an agency.
    pub(crate) fn network(&self, agency: AgencyIx, asn: Option<Asn>) -> NetworkUse {
        self.networks.get(&(agency, asn)).copied().unwrap_or_default()
    }

    /// The share of an agency's named sign-ins (by account and day) that come from a network.
    pub(crate) fn share(&self, agency: AgencyIx, asn: Option<Asn>) -> f64 {
        let all = self.account_days.get(&agency).copied().unwrap_or(0).max(1);
        self.network(agency, asn).account_days as f64 / all as f64
    }

    /// Whether people who sign in at this agency load assets from the same log.
    pub(crate) fn assets_are_usual(&self, agency: AgencyIx) -> bool {
        let (all, with_assets) = self.signed_in.get(&agency).copied().unwrap_or_default();
        all >= 5 && with_assets * 2 > all
    }
}

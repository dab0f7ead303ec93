//! What casework keeps of the profiles of those whom the rules named: figures, and the names that
//! figures are counted from later. A profile is ten times as large. It judges nothing.

use bakas_model::{AccountProfile, AddressProfile, Asn};

/// What is known of an address besides its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub(crate) sign_ins: u64,
    pub(crate) sign_ins_failed: u64,
    pub(crate) assets: u64,
    pub(crate) accounts: usize,
    pub(crate) agents: usize,
    /// Of its sessions the hashes of who had them, day by day.
    sessions: Box<[u64]>,
    /// Sessions of which nobody is listed.
    unlisted: u64,
}

/// From which networks an account signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// Days with a sign-in that succeeded, by network.
    days: Box<[(Option<Asn>, u32)]>,
}

impl Standing {
    /// From the whole profile. Without `sessions` they are counted, and not told apart: all are then
    /// taken to be of honest people.
    #[must_use]
    pub fn of(profile: &AddressProfile, sessions: bool) -> Self {
        let names = || profile.sessions.iter().flat_map(|(_, names)| names.iter());
        let names = || names().filter(|name| *name != 0);
        Self {
            sign_ins: profile.sign_ins,
            sign_ins_failed: profile.sign_ins_failed,
            assets: profile.assets,
            accounts: profile.accounts.len(),
            agents: profile.agents.len(),
            sessions: if sessions { names().collect() } else { Box::default() },
            unlisted: if sessions { 0 } else { names().count() as u64 },
        }
    }

    /// Bytes that its sessions take.
    #[must_use]
    pub fn session_bytes(&self) -> usize {
        size_of_val(&*self.sessions)
    }

    /// Sessions of others than these.
    pub(crate) fn sessions_but(&self, guilty: &rustc_hash::FxHashSet<u64>) -> u64 {
        self.unlisted + self.sessions.iter().filter(|name| !guilty.contains(name)).count() as u64
    }
}

impl Home {
    /// From the whole profile; nothing where the account never signed in.
    #[must_use]
    pub fn of(profile: &AccountProfile) -> Option<Self> {
        let days: Box<[_]> = profile
            .networks
            .iter()
            .filter(|network| !network.days.is_empty())
            .map(|network| (network.asn, network.days.len() as u32))
            .collect();
        (!days.is_empty()).then_some(Self { days })
    }

    pub(crate) fn days(&self, asn: Option<Asn>) -> usize {
        self.days.iter().find(|(network, _)| *network == asn).map_or(0, |(_, days)| *days as usize)
    }

    pub(crate) fn all_days(&self) -> usize {
        self.days.iter().map(|(_, days)| *days as usize).sum()
    }
}

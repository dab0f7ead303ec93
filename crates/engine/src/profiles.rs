//! The merged profiles of addresses and accounts, gone through as often as somebody asks: all of
//! them for the background and for what a block would cut off, some of them for casework.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    thread,
};

use bakas_casework::{Background, Home, Leads, Standing, name_hash};
use bakas_model::{AgencyIx, Asn, Block, Incident, Networks, Timestamp};
use bakas_store::{Spool, StoreError};
use ipnet::IpNet;
use rustc_hash::FxHashMap;

use crate::{
    merged::{Merged, Part},
    sweep::{ByAccount, ByAddress, PROFILES_BYTES_LIMIT},
};

/// Memory for the sessions of those whom the rules named, told apart by name; of more they are
/// counted.
const SESSIONS_BYTES_LIMIT: usize = 24 << 20;

/// What casework needs of some of the profiles, by what they are of.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) addresses: FxHashMap<(AgencyIx, IpAddr), Standing>,
    pub(crate) accounts: FxHashMap<(AgencyIx, u64), Home>,
}

/// All profiles of a case, each whole.
pub(crate) struct Profiles {
    addresses: Option<Spool<ByAddress>>,
    accounts: Option<Spool<ByAccount>>,
    temp: PathBuf,
}

impl Profiles {
    /// Merges the parts; every address profile also goes into the background.
    pub(crate) fn merge(
        addresses: Spool<ByAddress>,
        accounts: Spool<ByAccount>,
        temp: &Path,
    ) -> Result<(Self, Background), StoreError> {
        let mut background = Background::default();
        let mut whole = Spool::new(temp, PROFILES_BYTES_LIMIT, ByAddress::weight);
        for profile in Merged::of(addresses)? {
            let profile = profile?;
            background.absorb(&profile.0);
            whole.push(profile)?;
        }
        let addresses = Some(whole);
        let mut whole = Spool::new(temp, PROFILES_BYTES_LIMIT, ByAccount::weight);
        for profile in Merged::of(accounts)? {
            let profile = profile?;
            // Who never got in has no usual place; in a flood of tries these are most accounts.
            if Home::of(&profile.0).is_some() {
                whole.push(profile)?;
            }
        }
        let profiles = Self { addresses, accounts: Some(whole), temp: temp.to_owned() };
        Ok((profiles, background))
    }

    /// What is known of those whom the rules named. The accounts' profiles are not needed again.
    pub(crate) fn gather(&mut self, leads: &Leads) -> Result<Found, StoreError> {
        let Found { mut addresses, mut accounts } = Found::default();
        let mut left = SESSIONS_BYTES_LIMIT;
        let again = || Spool::new(&self.temp, PROFILES_BYTES_LIMIT, ByAddress::weight);
        pass(&mut self.addresses, again, |ByAddress(profile)| {
            if leads.wants_address(profile.agency, profile.address) {
                let standing = Standing::of(profile, left > 0);
                left = left.saturating_sub(standing.session_bytes());
                addresses.insert((profile.agency, profile.address), standing);
            }
        })?;
        let all = self.accounts.take().expect("they are gathered from once");
        for profile in all.into_sorted()? {
            let ByAccount(profile) = profile?;
            if leads.wants_account(&profile.key)
                && let Some(home) = Home::of(&profile)
            {
                accounts.insert((profile.key.agency, name_hash(&profile.key.name)), home);
            }
        }
        Ok(Found { addresses, accounts })
    }

    /// Blocks for the incidents, with what each would cut off: the last pass.
    pub(crate) fn blocks(
        mut self,
        incidents: &[Incident],
        networks: &dyn Networks,
        prefixes_of: &dyn Fn(Asn) -> Vec<IpNet>,
        window: Option<(Timestamp, Timestamp)>,
    ) -> Result<Vec<Block>, StoreError> {
        let Some(window) = window else { return Ok(Vec::new()) };
        let all = self.addresses.take().expect("put back after each pass");
        if let Some(held) = all.held() {
            let profiles = held.iter().map(|ByAddress(profile)| &**profile);
            let blocks = bakas_respond::blocks(incidents, profiles, networks, prefixes_of, window);
            // Many small pieces of memory: nobody need wait until they are given back. Where there
            // is no thread to be had, they are given back here.
            drop(thread::Builder::new().spawn(move || drop(all)));
            return Ok(blocks);
        }
        let mut fault = None;
        let mut sorted = all.into_sorted()?;
        let profiles = std::iter::from_fn(|| match sorted.next()? {
            Ok(profile) => Some(*profile.0),
            Err(error) => {
                fault = Some(error);
                None
            }
        });
        let blocks = bakas_respond::blocks(incidents, profiles, networks, prefixes_of, window);
        fault.map_or(Ok(blocks), Err)
    }
}

/// Goes through all profiles and has them for the next time, where they are not all in memory.
fn pass<P: Part>(
    all: &mut Option<Spool<P>>,
    again: impl FnOnce() -> Spool<P>,
    mut see: impl FnMut(&P),
) -> Result<(), StoreError> {
    let spool = all.take().expect("put back after each pass");
    if let Some(held) = spool.held() {
        held.iter().for_each(see);
        *all = Some(spool);
        return Ok(());
    }
    let mut again = again();
    for profile in spool.into_sorted()? {
        let profile = profile?;
        see(&profile);
        again.push(profile)?;
    }
    *all = Some(again);
    Ok(())
}

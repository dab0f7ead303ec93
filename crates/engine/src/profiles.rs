//! The merged profiles of addresses and accounts, gone through as often as somebody asks: all of
//! them for the background and for what a block would cut off, some of them for casework.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    thread,
};

use bakas_casework::{Background, Wanted};
use bakas_model::{
    AccountKey, AccountProfile, AddressProfile, AgencyIx, Asn, Block, Incident, Networks, Timestamp,
};
use bakas_store::{Spool, StoreError};
use ipnet::IpNet;
use rustc_hash::FxHashMap;

use crate::{
    merged::{Merged, Part},
    sweep::{ByAccount, ByAddress, PROFILES_BYTES_LIMIT},
};

/// Some of the profiles, by what they are of.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) addresses: FxHashMap<(AgencyIx, IpAddr), AddressProfile>,
    pub(crate) accounts: FxHashMap<AccountKey, AccountProfile>,
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
            whole.push(profile?)?;
        }
        let profiles = Self { addresses, accounts: Some(whole), temp: temp.to_owned() };
        Ok((profiles, background))
    }

    /// Those that are wanted, beside those that were found before.
    pub(crate) fn gather(&mut self, found: Found, wanted: &Wanted) -> Result<Found, StoreError> {
        let Found { mut addresses, mut accounts } = found;
        let again = || Spool::new(&self.temp, PROFILES_BYTES_LIMIT, ByAddress::weight);
        pass(&mut self.addresses, again, |ByAddress(profile)| {
            let key = (profile.agency, profile.address);
            if wanted.addresses.contains(&key) {
                addresses.entry(key).or_insert_with(|| AddressProfile::clone(profile));
            }
        })?;
        let again = || Spool::new(&self.temp, PROFILES_BYTES_LIMIT, ByAccount::weight);
        pass(&mut self.accounts, again, |ByAccount(profile)| {
            if wanted.accounts.contains(&profile.key) && !accounts.contains_key(&profile.key) {
                accounts.insert(profile.key.clone(), profile.clone());
            }
        })?;
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

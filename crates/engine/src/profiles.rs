//! The merged profiles of addresses and accounts, gone through as often as somebody asks: all of
//! them for the background and for what a block would cut off, some of them for casework.

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
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

type ByAddressMap = FxHashMap<(AgencyIx, IpAddr), AddressProfile>;
type ByAccountMap = FxHashMap<AccountKey, AccountProfile>;

/// All profiles of a case.
pub(crate) struct Profiles {
    addresses: Option<Spool<ByAddress>>,
    accounts: Option<Spool<ByAccount>>,
    temp: PathBuf,
}

impl Profiles {
    pub(crate) fn new(
        addresses: Spool<ByAddress>,
        accounts: Spool<ByAccount>,
        temp: &Path,
    ) -> Self {
        Self { addresses: Some(addresses), accounts: Some(accounts), temp: temp.to_owned() }
    }

    /// Those that are wanted; every address profile also goes into the background.
    pub(crate) fn gather(
        &mut self,
        wanted: &Wanted,
        background: &mut Background,
    ) -> Result<(ByAddressMap, ByAccountMap), StoreError> {
        self.collect(&[wanted], &mut |profile| background.absorb(profile))
    }

    /// Those that either wants.
    pub(crate) fn again(
        &mut self,
        first: &Wanted,
        second: &Wanted,
    ) -> Result<(ByAddressMap, ByAccountMap), StoreError> {
        self.collect(&[first, second], &mut |_| ())
    }

    fn collect(
        &mut self,
        wanted: &[&Wanted],
        see: &mut dyn FnMut(&AddressProfile),
    ) -> Result<(ByAddressMap, ByAccountMap), StoreError> {
        let mut addresses = ByAddressMap::default();
        let again = Spool::new(&self.temp, PROFILES_BYTES_LIMIT, ByAddress::weight);
        pass(&mut self.addresses, again, |ByAddress(profile)| {
            see(profile);
            let key = (profile.agency, profile.address);
            if wanted.iter().any(|w| w.addresses.contains(&key)) {
                addresses.insert(key, profile.clone());
            }
        })?;
        let mut accounts = ByAccountMap::default();
        let again = Spool::new(&self.temp, PROFILES_BYTES_LIMIT, ByAccount::weight);
        pass(&mut self.accounts, again, |ByAccount(profile)| {
            if wanted.iter().any(|w| w.accounts.contains(&profile.key)) {
                accounts.insert(profile.key.clone(), profile.clone());
            }
        })?;
        Ok((addresses, accounts))
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
        let parts = self.addresses.take().expect("put back after each pass");
        let mut fault = None;
        let mut merged = Merged::of(parts)?;
        let profiles = std::iter::from_fn(|| match merged.next()? {
            Ok(profile) => Some(profile.0),
            Err(error) => {
                fault = Some(error);
                None
            }
        });
        let blocks = bakas_respond::blocks(incidents, profiles, networks, prefixes_of, window);
        fault.map_or(Ok(blocks), Err)
    }
}

/// Goes through all profiles and gives them back for the next time.
fn pass<P: Part>(
    parts: &mut Option<Spool<P>>,
    mut again: Spool<P>,
    mut see: impl FnMut(&P),
) -> Result<(), StoreError> {
    for profile in Merged::of(parts.take().expect("put back after each pass"))? {
        let profile = profile?;
        see(&profile);
        again.push(profile)?;
    }
    *parts = Some(again);
    Ok(())
}

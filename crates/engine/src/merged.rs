//! Profiles after the sweep: the parts of one address or account stand side by side in sorted
//! order and become one. The merged profiles are gone through several times, never held all.

use bakas_model::{AccountProfile, AddressProfile};
use bakas_store::{Sorted, Spool, StoreError};
use serde::{Serialize, de::DeserializeOwned};

use crate::sweep::{ByAccount, ByAddress};

/// A part of a profile, which merges with others of the same key.
pub(crate) trait Part: Ord + Serialize + DeserializeOwned {
    fn merge(&mut self, other: &Self);
}

impl Part for ByAddress {
    fn merge(&mut self, other: &Self) {
        AddressProfile::merge(&mut self.0, &other.0);
    }
}

impl Part for ByAccount {
    fn merge(&mut self, other: &Self) {
        AccountProfile::merge(&mut self.0, &other.0);
    }
}

/// Whole profiles, each once, from sorted parts.
pub(crate) struct Merged<P: Part> {
    parts: Sorted<P>,
    ahead: Option<P>,
}

impl<P: Part> Merged<P> {
    pub(crate) fn of(parts: Spool<P>) -> Result<Self, StoreError> {
        Ok(Self { parts: parts.into_sorted()?, ahead: None })
    }
}

impl<P: Part> Iterator for Merged<P> {
    type Item = Result<P, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut whole = match self.ahead.take() {
            Some(part) => part,
            None => match self.parts.next()? {
                Ok(part) => part,
                Err(fault) => return Some(Err(fault)),
            },
        };
        for part in self.parts.by_ref() {
            match part {
                Ok(part) if part == whole => whole.merge(&part),
                Ok(part) => {
                    self.ahead = Some(part);
                    break;
                }
                Err(fault) => return Some(Err(fault)),
            }
        }
        Some(Ok(whole))
    }
}

#[cfg(test)]
mod tests {
    use bakas_model::{AccountKey, AccountNetwork, AgencyIx, Asn, NetworkKind};

    use super::*;

    fn part(name: &str, asn: u32, sign_ins: u64) -> ByAccount {
        let network = AccountNetwork {
            asn: Some(Asn(asn)),
            kind: NetworkKind::Telco,
            first: None,
            last: None,
            sign_ins,
            sign_ins_failed: 0,
            days: Vec::new(),
        };
        let key = AccountKey { agency: AgencyIx(0), name: name.to_owned() };
        ByAccount(AccountProfile { key, networks: vec![network] })
    }

    #[test]
    fn the_parts_of_one_account_become_one_whatever_was_spilled() {
        let folder = tempfile::tempdir().unwrap();
        for memory in [0, 1 << 20] {
            let mut spool = Spool::new(folder.path(), memory, ByAccount::weight);
            for n in 0..300 {
                spool.push(part(["ana", "ben", "cara"][n % 3], (n % 2) as u32, 1)).unwrap();
            }
            let whole: Vec<_> = Merged::of(spool).unwrap().map(Result::unwrap).collect();
            let names: Vec<_> = whole.iter().map(|p| p.0.key.name.as_str()).collect();
            assert_eq!(names, ["ana", "ben", "cara"]);
            for profile in whole {
                let sign_ins: Vec<_> = profile.0.networks.iter().map(|n| n.sign_ins).collect();
                assert_eq!(sign_ins, [50, 50]);
            }
        }
    }
}

//! What a machine did in its own name: Windows writes so what somebody who was on it ordered. It
//! looks at changes alone, on that machine, while a session ran.

use std::{collections::BTreeSet, net::IpAddr};

use bakas_model::{AccountKey, EventRow};
use rustc_hash::FxHashMap;

use crate::{
    draft::{Drafts, Grip},
    reading::{self, Act},
};

/// A draft and an address of it, and the account that was entered.
type Session = ((usize, IpAddr), AccountKey);

/// By the machine's own account, the sessions on it.
pub(crate) type Machines = FxHashMap<AccountKey, BTreeSet<Session>>;

impl Drafts {
    /// What Windows does in its own name on a machine that somebody entered may be that somebody's.
    pub(crate) fn index_machines(&mut self) {
        let mut own = Vec::new();
        for (at, draft) in self.drafts.iter().enumerate() {
            for (address, grips) in &draft.grips {
                let about = grips.iter().filter_map(Grip::accounts).flatten();
                for name in about {
                    let key = AccountKey { agency: draft.agency, name: name.clone() };
                    let visit = self.survey.visits.get(&key).and_then(|from| from.get(address));
                    for host in visit.into_iter().flat_map(|visit| &visit.hosts) {
                        let short = host.split('.').next().unwrap_or(host);
                        let names =
                            ["localsystem".to_owned(), "system".to_owned(), format!("{short}$")];
                        own.extend(
                            names.map(|name| (draft.agency, name, (at, *address), key.clone())),
                        );
                    }
                }
            }
        }
        for (agency, name, draft, entered) in own {
            let machine = AccountKey { agency, name };
            self.by_machine.entry(machine.clone()).or_default().insert((draft, entered));
            self.wanted.accounts.insert(machine);
        }
    }

    /// A change that a machine made in its own name belongs to who was in a session on it.
    pub(crate) fn by_machine(&self, row: &EventRow, account: &AccountKey) -> Option<usize> {
        let host = row.host.as_ref()?.to_lowercase();
        let changes = matches!(
            reading::act(row)?,
            Act::Job | Act::Blind | Act::Credential | Act::Administer | Act::Factor
        );
        self.by_machine.get(account).filter(|_| changes)?.iter().find_map(|((at, address), key)| {
            let visit = self.survey.visits.get(key)?.get(address)?;
            (visit.hosts.contains(&host) && visit.in_session(row.time)).then_some(*at)
        })
    }
}

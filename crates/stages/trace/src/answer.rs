//! The long answers: a [`Network`] with names, lists, owner, block and the data sets that each part
//! rests on. The look-up itself is in [`crate::table`].

use std::net::IpAddr;

use bakas_model::{Asn, Network, NetworkKind, Timestamp};

use crate::{Table, operator_names, special, table::Found};

impl Table {
    /// What an epoch says of an address, asked for a time.
    pub(crate) fn network(&self, address: IpAddr, epoch: usize, asked: Timestamp) -> Network {
        let found = self.find(address, epoch);
        let day = self.meta.epochs[epoch].day;
        let reference = found.operator.map_or(0, |at| self.operators.states[at]);
        Network {
            epoch: day,
            age_days: asked.day().0.saturating_sub(day.0),
            prefix: found.operator.map(|_| self.block(address, epoch)),
            asn: found.operator.map(|at| Asn(self.operators.asns[at])),
            operator: found.operator.and_then(|at| self.name_of(at, epoch)).map(str::to_owned),
            country: found.country,
            kind: self.kind(&found, epoch),
            lists: self.lists_of(found.lists).map(|list| list.name.clone()).collect(),
            state_owned: (reference as usize)
                .checked_sub(1)
                .and_then(|at| self.meta.states.get(at).cloned()),
            special: found.special.map(|at| special::BLOCKS[at].name.to_owned()),
            data_sets: self.rests_on(&found, epoch),
        }
    }

    fn lists_of(&self, mask: u32) -> impl Iterator<Item = &crate::format::ListMeta> {
        (0..).zip(&self.meta.lists).filter(move |(bit, _)| mask >> bit & 1 == 1).map(|(_, l)| l)
    }

    /// The data sets that an answer rests on, each once, in order of weight.
    fn rests_on(&self, found: &Found, epoch: usize) -> Vec<String> {
        let mut names: Vec<&str> = Vec::new();
        let apart = found.special.is_some_and(|at| !special::BLOCKS[at].reachable);
        if found.special.is_some() {
            names.push(special::DATA_SET);
        }
        if !apart {
            // That nobody announced it is an answer of the table too.
            names.push(&self.meta.epochs[epoch].data_set);
        }
        if found.country.is_some() {
            names.push(&self.meta.country_data_set);
        }
        names.extend(self.lists_of(found.lists).map(|list| list.data_set.as_str()));
        if let Some(at) = found.operator {
            if self.operators.states[at] != 0 {
                names.push(&self.meta.state_data_set);
            }
            let said = self.kind_by_name(at, epoch);
            if said != NetworkKind::Unknown && said == self.kind(found, epoch) {
                names.push(operator_names::DATA_SET);
            }
        }
        let mut once: Vec<String> = Vec::with_capacity(names.len());
        for name in names {
            if !once.iter().any(|known| known == name) {
                once.push(name.to_owned());
            }
        }
        once
    }
}

/// Whether two epochs say the same of an address. The size of the block does not count: tables cut
/// the same announcement in different ways.
pub(crate) fn same(a: &Network, b: &Network) -> bool {
    a.asn == b.asn
        && a.operator == b.operator
        && a.country == b.country
        && a.kind == b.kind
        && a.lists == b.lists
        && a.state_owned == b.state_owned
        && a.special == b.special
}

//! The long answers of one table: a [`Network`] with names, lists, owner, block and the data sets
//! that each part rests on. The look-up itself is in [`crate::table`].

use std::net::IpAddr;

use bakas_model::{Asn, Location, Network, NetworkKind, Networks, Timestamp, Trace};

use crate::{ListSaid, Origin, Said, Table, caveat, operator_names, special};

impl Table {
    /// What this table says of an address at a time, as seen from another one.
    fn network(&self, address: IpAddr, at: Timestamp, asked: Timestamp) -> Network {
        let said = self.said(address, at);
        let special = said.set_apart();
        let kind = self.locate(address, at).kind;
        let origin = said.origin();
        let day = origin.map(|origin| origin.day).unwrap_or_default();
        let mut network = Network {
            epoch: day,
            age_days: asked.day().0.saturating_sub(day.0),
            kind,
            special: special.map(|block| block.name.to_owned()),
            ..Network::default()
        };
        if special.is_some() {
            network.data_sets.push(special::DATA_SET.to_owned());
        }
        if kind != NetworkKind::Special {
            self.fill(&mut network, &said, origin, at);
        }
        network
    }

    /// Everything of an address that is met on the Internet.
    fn fill(
        &self,
        network: &mut Network,
        said: &Said<'_>,
        origin: Option<Origin<'_>>,
        at: Timestamp,
    ) {
        let mut rests_on: Vec<&str> = Vec::new();
        // That nobody announced it is an answer of the table too.
        rests_on.extend(origin.map(|origin| origin.data_set));
        if let Some(registration) = said.registration() {
            network.country = Some(registration.country);
            rests_on.push(registration.data_set);
        }
        let of = origin.and_then(|origin| origin.asn).map(|asn| self.said_of(asn));
        let lists = said.lists().chain(of.into_iter().flat_map(|of| of.lists()));
        let mut lists: Vec<ListSaid<'_>> = lists.filter(|list| speaks(list, at)).collect();
        lists.sort_by_key(|list| list.name);
        lists.dedup();
        network.lists = lists.iter().map(|list| list.name.to_owned()).collect();
        rests_on.extend(lists.iter().map(|list| list.data_set));
        if let (Some(origin), Some(of)) = (origin, of) {
            network.prefix = origin.prefix();
            network.asn = origin.asn;
            network.operator = origin.operator().map(str::to_owned);
            let state = of.state();
            network.state_owned = state.map(|said| said.state.clone());
            rests_on.extend(state.map(|said| said.data_set));
            let by_name = origin.kind_by_name();
            if by_name != NetworkKind::Unknown && by_name == network.kind {
                rests_on.push(operator_names::DATA_SET);
            }
        }
        for name in rests_on {
            if !network.data_sets.iter().any(|known| known == name) {
                network.data_sets.push(name.to_owned());
            }
        }
    }
}

impl Networks for Table {
    fn locate(&self, address: IpAddr, at: Timestamp) -> Location {
        Self::locate(self, address, at)
    }

    fn operator(&self, asn: Asn, at: Timestamp) -> Option<&str> {
        Self::operator(self, asn, at)
    }

    fn trace(&self, address: IpAddr, at: Timestamp, now: Timestamp) -> Trace {
        let then = self.network(address, at, at);
        let newest = self.epochs().last().map_or(now, |day| day.start().max(now));
        let newest = self.network(address, newest, now);
        let caveat = caveat::sentence(&then);
        let now = (!same(&then, &newest)).then_some(newest);
        Trace { then, now, caveat, ..Trace::new(address, at) }
    }
}

fn speaks(list: &ListSaid<'_>, at: Timestamp) -> bool {
    let day = at.day();
    list.from.is_none_or(|from| from <= day) && list.until.is_none_or(|until| day <= until)
}

/// Whether two epochs say the same of an address. The size of the block does not count: tables cut
/// the same announcement in different ways.
fn same(a: &Network, b: &Network) -> bool {
    a.asn == b.asn
        && a.operator == b.operator
        && a.country == b.country
        && a.kind == b.kind
        && a.lists == b.lists
        && a.state_owned == b.state_owned
        && a.special == b.special
}

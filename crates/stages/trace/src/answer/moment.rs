//! What is known of an address at one time: one [`Network`], with the data sets that each part rests
//! on. What other sources say is in [`super::views`].

use bakas_model::{Network, NetworkKind, Networks as _, Timestamp, network::StateOwned};

use super::{Asked, is_apart};
use crate::{operator_names, special};

/// The answer for a time, with its age as seen from another one.
pub(super) fn network(asked: &Asked<'_>, seen_from: Timestamp) -> Network {
    let Asked { tables, address, at, .. } = *asked;
    let said = tables.tables[0].table.said(address, at);
    let special = said.set_apart();
    let chosen = tables.chosen(address, at);
    let location = tables.locate(address, at);
    let day = chosen.map(|(_, origin)| origin.day).unwrap_or_default();
    let mut network = Network {
        epoch: day,
        age_days: seen_from.day().0.saturating_sub(day.0),
        kind: location.kind,
        special: special.map(|block| block.name.to_owned()),
        ..Network::default()
    };
    let mut rests = Rests(&mut network.data_sets);
    if special.is_some() {
        rests.on(special::DATA_SET);
    }
    if is_apart(&said) {
        return network;
    }
    if let Some((_, origin)) = chosen {
        // That nobody announced it is an answer of the table too.
        rests.on(origin.data_set);
    }
    if let Some((table, country)) = tables.registration(address, at) {
        network.country = Some(country);
        rests.on(&tables.tables[table].table.meta.country_data_set);
    }
    let mut lists: Vec<_> = asked
        .sources
        .iter()
        .flat_map(|(named, said)| tables.lists(named, said, address, location.asn, at))
        .collect();
    lists.sort_by_key(|list| list.name);
    for list in &lists {
        rests.on(list.data_set);
    }
    network.lists = lists.iter().map(|list| list.name.to_owned()).collect();
    network.lists.dedup();
    if let (Some((_, origin)), Some(asn)) = (chosen, location.asn) {
        network.asn = Some(asn);
        network.prefix = origin.prefix();
        network.operator =
            origin.operator().or_else(|| tables.operator(asn, at)).map(str::to_owned);
        let owned = asked.first(|named, _| {
            let said = named.table.said_of(asn).state()?;
            Some((said, named.day_of(said.data_set)))
        });
        if let Some((said, date)) = owned {
            let data_set = said.data_set.to_owned();
            let date = Some(date);
            network.state_owned = Some(StateOwned { data_set, date, ..said.state.clone() });
            rests.on(said.data_set);
        }
        let by_name = origin.kind_by_name();
        if by_name != NetworkKind::Unknown && by_name == network.kind {
            rests.on(operator_names::DATA_SET);
        }
    }
    network
}

/// Data sets, each once, in order of weight.
struct Rests<'a>(&'a mut Vec<String>);

impl Rests<'_> {
    fn on(&mut self, name: &str) {
        if !name.is_empty() && !self.0.iter().any(|known| known == name) {
            self.0.push(name.to_owned());
        }
    }
}

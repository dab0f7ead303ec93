//! When an address changed hands: what every table of every source says, in time order. Tables of
//! one source are compared with one another only, since sources see the Internet from other places.

use bakas_model::network::Announced;

use super::Asked;
use crate::tables::EMBEDDED;

/// Who announced the address, with equal neighbours of one source as one.
pub(super) fn of(asked: &Asked<'_>) -> Vec<Announced> {
    let mut told: Vec<Announced> = Vec::new();
    for named in &asked.tables.tables {
        let said = named.table.said(asked.address, asked.at);
        told.extend(said.origins().map(|origin| Announced {
            from: origin.day,
            until: origin.day,
            source: named.source.clone(),
            asn: origin.asn,
            operator: origin.operator().map(str::to_owned),
            data_sets: vec![origin.data_set.to_owned()],
        }));
    }
    told.sort_by(|a, b| (&a.source, a.from).cmp(&(&b.source, b.from)));
    let mut merged: Vec<Announced> = Vec::new();
    for one in told {
        match merged.last_mut() {
            Some(before) if before.source == one.source && before.asn == one.asn => {
                before.until = one.until;
                before.operator = one.operator.or_else(|| before.operator.take());
                before.data_sets.extend(one.data_sets);
            }
            _ => merged.push(one),
        }
    }
    // A source that knows some addresses only says nothing by its silence.
    let knows = |source: &str| {
        source == EMBEDDED || merged.iter().any(|one| one.source == source && one.asn.is_some())
    };
    let silent: Vec<bool> = merged.iter().map(|one| !knows(&one.source)).collect();
    let mut silent = silent.into_iter();
    merged.retain(|_| !silent.next().expect("one for each"));
    merged.sort_by(|a, b| (a.from, &a.source).cmp(&(b.from, &b.source)));
    merged
}

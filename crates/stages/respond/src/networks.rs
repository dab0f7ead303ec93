//! The networks of all incidents together, counted address by address as they come: nothing here
//! grows with the number of addresses. It draws nothing.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{
    AgencyIx, Asn, Country, Incident, NetworkKind, Trace, case::NetworkUse, incident::AddressUse,
};

/// Networks that the case document lists.
pub const NETWORKS_LIMIT: usize = 10_000;

/// What tells networks apart: two of one number are two rows where lists tell other kinds.
type Key = (Option<Asn>, Option<String>, Option<Country>, NetworkKind);

/// The networks so far.
#[derive(Debug, Default)]
pub struct Networks {
    rows: BTreeMap<Key, NetworkUse>,
    /// Legitimate sessions of the present address by agency: several incidents may name it.
    sessions: BTreeMap<AgencyIx, u64>,
}

impl Networks {
    /// Hears one address: its parts in incidents, and its trace where there is one. Each address is
    /// heard once.
    pub fn hear(&mut self, uses: &[(&Incident, &AddressUse)], trace: Option<&Trace>) {
        self.sessions.clear();
        let mut counted: BTreeSet<Key> = BTreeSet::new();
        for (incident, used) in uses {
            let key = (used.asn, used.operator.clone(), used.country, used.kind);
            let row = self.rows.entry(key.clone()).or_insert_with(|| new_row(used));
            row.lines += used.lines;
            row.incidents.insert(incident.id.clone());
            row.agencies.insert(incident.agency);
            row.first = row.first.min(used.first);
            row.last = row.last.max(used.last);
            let seen = self.sessions.entry(incident.agency).or_default();
            row.legitimate_sessions += used.legitimate_sessions.saturating_sub(*seen);
            *seen = (*seen).max(used.legitimate_sessions);
            if counted.insert(key) {
                row.addresses += 1;
                if let Some(trace) = trace {
                    learn(row, trace);
                }
            }
        }
    }

    /// Those with most lines, and how many more there are.
    #[must_use]
    pub fn finish(self) -> (Vec<NetworkUse>, u64) {
        let mut rows: Vec<_> = self.rows.into_values().collect();
        rows.sort_by(|a, b| b.lines.cmp(&a.lines).then(a.asn.cmp(&b.asn)));
        let more = rows.len().saturating_sub(NETWORKS_LIMIT) as u64;
        rows.truncate(NETWORKS_LIMIT);
        (rows, more)
    }
}

fn new_row(used: &AddressUse) -> NetworkUse {
    NetworkUse {
        asn: used.asn,
        operator: used.operator.clone(),
        country: used.country,
        kind: used.kind,
        lines: 0,
        addresses: 0,
        incidents: BTreeSet::new(),
        agencies: BTreeSet::new(),
        legitimate_sessions: 0,
        first: used.first,
        last: used.last,
        state_owned: None,
        special: None,
        lists: BTreeSet::new(),
    }
}

fn learn(row: &mut NetworkUse, trace: &Trace) {
    if row.state_owned.is_none() {
        row.state_owned.clone_from(&trace.then.state_owned);
    }
    if row.special.is_none() {
        row.special.clone_from(&trace.then.special);
    }
    for list in &trace.then.lists {
        if !row.lists.contains(list) {
            row.lists.insert(list.clone());
        }
    }
}

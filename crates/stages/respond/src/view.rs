//! What the faces ask a case for: names behind indexes, and sums over incidents. It holds nothing
//! that is not in the case.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use bakas_model::{
    AgencyIx, Ask, Asn, Case, Country, Incident, IncidentId, NetworkKind, Severity, SourceIx,
    Timestamp,
    case::NetworkUse,
    incident::{AddressUse, Entered},
    network::StateOwned,
    response::AskKind,
};

use crate::words::Phase;

/// A case, and the questions that every face asks of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'c> {
    pub(crate) case: &'c Case,
}

/// One network as all incidents together saw it.
#[derive(Clone, Debug)]
pub(crate) struct NetworkRow<'c> {
    pub(crate) asn: Option<Asn>,
    pub(crate) operator: Option<&'c str>,
    pub(crate) country: Option<Country>,
    pub(crate) kind: NetworkKind,
    pub(crate) lines: u64,
    /// Those that incidents name.
    pub(crate) addresses: BTreeSet<IpAddr>,
    /// How many there are, named or not.
    pub(crate) address_count: u64,
    pub(crate) incidents: BTreeSet<&'c IncidentId>,
    pub(crate) agencies: BTreeSet<AgencyIx>,
    pub(crate) legitimate_sessions: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    /// From the traces of its addresses.
    pub(crate) state_owned: Option<&'c StateOwned>,
    pub(crate) special: Option<&'c str>,
    pub(crate) lists: BTreeSet<&'c str>,
}

impl<'c> View<'c> {
    pub(crate) const fn new(case: &'c Case) -> Self {
        Self { case }
    }

    /// The agency's full name, or its id.
    pub(crate) fn agency(&self, ix: AgencyIx) -> &'c str {
        self.case
            .agencies
            .get(usize::from(ix.0))
            .map_or("?", |agency| agency.name.as_deref().unwrap_or(&agency.id))
    }

    /// The agency's short name.
    pub(crate) fn agency_id(&self, ix: AgencyIx) -> &'c str {
        self.case.agencies.get(usize::from(ix.0)).map_or("?", |agency| agency.id.as_str())
    }

    /// The path of a source.
    pub(crate) fn source(&self, ix: SourceIx) -> &'c str {
        self.case.sources.get(ix.0 as usize).map_or("?", |summary| summary.source.path.as_str())
    }

    /// Agencies with incidents, in the order of the case.
    pub(crate) fn attacked(&self) -> BTreeSet<AgencyIx> {
        self.case.incidents.iter().map(|incident| incident.agency).collect()
    }

    /// Agencies where somebody got in.
    pub(crate) fn entered_agencies(&self) -> BTreeSet<AgencyIx> {
        self.case.incidents.iter().filter(|i| got_in(i)).map(|i| i.agency).collect()
    }

    /// Agencies where a try seems to have succeeded, and nothing more is seen.
    pub(crate) fn perhaps_entered_agencies(&self) -> BTreeSet<AgencyIx> {
        let inside = self.entered_agencies();
        let seems = |i: &&Incident| i.scope.entered.iter().any(is_unnamed);
        let agencies = self.case.incidents.iter().filter(seems).map(|i| i.agency);
        agencies.filter(|agency| !inside.contains(agency)).collect()
    }

    /// Accounts that were entered, by agency, each once.
    pub(crate) fn entered(&self) -> BTreeSet<(AgencyIx, &'c str)> {
        self.entries()
            .filter(|(_, e)| !is_unnamed(e))
            .map(|(a, e)| (a, e.account.as_str()))
            .collect()
    }

    /// Sign-in pages at which a try seems to have succeeded, by agency, each once.
    pub(crate) fn perhaps_entered(&self) -> BTreeSet<(AgencyIx, &'c str)> {
        self.entries()
            .filter(|(_, e)| is_unnamed(e))
            .map(|(a, e)| (a, e.account.as_str()))
            .collect()
    }

    fn entries(&self) -> impl Iterator<Item = (AgencyIx, &'c Entered)> {
        self.case.incidents.iter().flat_map(|i| i.scope.entered.iter().map(move |e| (i.agency, e)))
    }

    /// Incidents with the gravest first; among equals in the order of the case.
    pub(crate) fn by_gravity(&self) -> Vec<&'c Incident> {
        let mut all: Vec<&Incident> = self.case.incidents.iter().collect();
        all.sort_by_key(|i| {
            std::cmp::Reverse((i.severity, got_in(i), i.scope.entered.len(), i.lines))
        });
        all
    }

    /// Tries at passwords, summed.
    pub(crate) fn tries(&self) -> u64 {
        self.case.incidents.iter().map(|i| i.scope.tries).sum()
    }

    /// Each agency's asks in their order; agencies that were entered come first, of these the ones
    /// whose first deadline is nearest.
    pub(crate) fn work(&self) -> Vec<(AgencyIx, Vec<&'c Ask>)> {
        let inside = self.entered_agencies();
        let mut work: BTreeMap<AgencyIx, Vec<&Ask>> = BTreeMap::new();
        for ask in &self.case.asks {
            work.entry(ask.agency).or_default().push(ask);
        }
        let mut work: Vec<_> = work.into_iter().collect();
        for (_, asks) in &mut work {
            asks.sort_by_key(|ask| ask.number);
        }
        work.sort_by_key(|(agency, asks)| {
            (!inside.contains(agency), order_of_work(asks).0, *agency)
        });
        work
    }

    /// Distinct accounts tried, and whether that is all of them: an incident lists only so many.
    pub(crate) fn tried(&self) -> (u64, bool) {
        let mut names = BTreeSet::new();
        let mut whole = true;
        for incident in &self.case.incidents {
            let tried = &incident.scope.tried;
            names.extend(tried.iter().map(|tally| (incident.agency, tally.value.as_str())));
            whole &= tried.len() as u64 >= incident.scope.tried_count;
            // Tries at a form whose log names no account.
            whole &= incident.scope.tries == 0 || incident.scope.tried_count > 0;
        }
        let largest = self.case.incidents.iter().map(|i| i.scope.tried_count).max().unwrap_or(0);
        ((names.len() as u64).max(largest), whole)
    }

    /// Lines of evidence of all incidents.
    pub(crate) fn lines(&self) -> u64 {
        self.case.incidents.iter().map(|i| i.lines).sum()
    }

    /// The incident to tell first: the gravest, of these the one where somebody got in, of these
    /// the largest.
    pub(crate) fn gravest(&self) -> Option<&'c Incident> {
        self.by_gravity().first().copied()
    }

    /// From first to last line of any incident.
    pub(crate) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.case.incidents.iter().map(|i| i.first).min()?;
        let last = self.case.incidents.iter().map(|i| i.last).max()?;
        Some((first, last))
    }

    /// Networks of the incidents' addresses, most lines first. The case counts them over every
    /// address; one that was made by hand may name all addresses and count nothing.
    pub(crate) fn networks(&self) -> Vec<NetworkRow<'c>> {
        let mut rows: BTreeMap<_, NetworkRow<'c>> =
            self.case.networks.iter().map(|row| (key_of(row), NetworkRow::counted(row))).collect();
        let is_counted = !rows.is_empty();
        let traces: BTreeMap<IpAddr, &bakas_model::Trace> =
            self.case.traces.iter().map(|trace| (trace.address, trace)).collect();
        let mut sessions: BTreeMap<(AgencyIx, IpAddr), u64> = BTreeMap::new();
        for incident in &self.case.incidents {
            for used in &incident.addresses {
                let key = (used.asn, used.operator.as_deref(), used.country, used.kind);
                if is_counted {
                    if let Some(row) = rows.get_mut(&key) {
                        row.addresses.insert(used.address);
                    }
                    continue;
                }
                let row = rows.entry(key).or_insert_with(|| NetworkRow::new(used));
                row.lines += used.lines;
                row.incidents.insert(&incident.id);
                row.agencies.insert(incident.agency);
                row.first = row.first.min(used.first);
                row.last = row.last.max(used.last);
                let seen = sessions.entry((incident.agency, used.address)).or_default();
                row.legitimate_sessions += used.legitimate_sessions.saturating_sub(*seen);
                *seen = (*seen).max(used.legitimate_sessions);
                if row.addresses.insert(used.address) {
                    row.address_count += 1;
                    if let Some(trace) = traces.get(&used.address) {
                        row.learn(trace);
                    }
                }
            }
        }
        let mut rows: Vec<_> = rows.into_values().collect();
        rows.sort_by(|a, b| b.lines.cmp(&a.lines).then(a.asn.cmp(&b.asn)));
        rows
    }
}

type Key<'c> = (Option<Asn>, Option<&'c str>, Option<Country>, NetworkKind);

fn key_of(row: &NetworkUse) -> Key<'_> {
    (row.asn, row.operator.as_deref(), row.country, row.kind)
}

impl<'c> NetworkRow<'c> {
    fn new(used: &'c AddressUse) -> Self {
        Self {
            asn: used.asn,
            operator: used.operator.as_deref(),
            country: used.country,
            kind: used.kind,
            lines: 0,
            addresses: BTreeSet::new(),
            address_count: 0,
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

    /// As the case counts it; no address is named yet.
    fn counted(row: &'c NetworkUse) -> Self {
        Self {
            asn: row.asn,
            operator: row.operator.as_deref(),
            country: row.country,
            kind: row.kind,
            lines: row.lines,
            addresses: BTreeSet::new(),
            address_count: row.addresses,
            incidents: row.incidents.iter().collect(),
            agencies: row.agencies.clone(),
            legitimate_sessions: row.legitimate_sessions,
            first: row.first,
            last: row.last,
            state_owned: row.state_owned.as_ref(),
            special: row.special.as_deref(),
            lists: row.lists.iter().map(String::as_str).collect(),
        }
    }

    fn learn(&mut self, trace: &'c bakas_model::Trace) {
        self.state_owned = self.state_owned.or(trace.then.state_owned.as_ref());
        self.special = self.special.or(trace.then.special.as_deref());
        self.lists.extend(trace.then.lists.iter().map(String::as_str));
    }

    /// The operator's name, or what stands in its place.
    pub(crate) fn name(&self) -> String {
        match (self.operator, self.asn, self.special) {
            (Some(operator), ..) => operator.to_owned(),
            (None, Some(asn), _) => asn.to_string(),
            (None, None, Some(special)) => special.to_owned(),
            (None, None, None) => "—".to_owned(),
        }
    }
}

/// Whether an entry is inferred from a page's answer: a web log names the sign-in form, not the
/// account, so that it shows a try that seems to have succeeded.
pub(crate) fn is_unnamed(entered: &Entered) -> bool {
    entered.account.starts_with('/')
}

/// Whether an incident shows somebody inside.
pub(crate) fn got_in(incident: &Incident) -> bool {
    incident.severity > Severity::Low
        && (Phase::of(incident.kind) == Phase::Inside
            || incident.scope.entered.iter().any(|entered| !is_unnamed(entered)))
}

/// Networks of the public Internet among them: what is set apart is nobody's network.
pub(crate) fn public(networks: &[NetworkRow<'_>]) -> u64 {
    networks.iter().filter(|row| row.kind != NetworkKind::Special).count() as u64
}

/// How soon the first ask is due, and the sorts of asks in the order of work, each once.
pub(crate) fn order_of_work(asks: &[&Ask]) -> (u32, Vec<AskKind>) {
    let mut kinds: Vec<AskKind> = Vec::new();
    for ask in asks {
        if !kinds.contains(&ask.kind) {
            kinds.push(ask.kind);
        }
    }
    (asks.iter().map(|ask| ask.within_hours).min().unwrap_or(0), kinds)
}

/// Countries of registration with their lines, most first.
pub(crate) fn countries(networks: &[NetworkRow<'_>]) -> Vec<(Country, u64)> {
    let mut sums: BTreeMap<Country, u64> = BTreeMap::new();
    for row in networks {
        if let Some(country) = row.country {
            *sums.entry(country).or_default() += row.lines;
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|&(country, lines)| (std::cmp::Reverse(lines), country));
    sums
}

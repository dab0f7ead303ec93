//! Which incidents are assessed together, and what is counted of their addresses, one address after
//! another: so that a case with millions of them needs no more memory than one with ten.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_model::{Campaign, Incident, IncidentId, Trace, incident::AddressUse};

use crate::facts::{Facts, Subject};

/// Campaigns that are assessed one by one, those with the most lines first; the incidents of the
/// others are taken together with those of no campaign.
pub const CAMPAIGNS_LIMIT: usize = 12;

/// What the incidents say, by subject. It is made from incidents and campaigns; then each address is
/// heard once, in any order.
#[derive(Debug, Default)]
pub struct Ground {
    subjects: Vec<Facts>,
    /// For each incident its subjects; two campaigns may name one incident.
    of: Vec<Vec<usize>>,
}

impl Ground {
    /// What the incidents say by themselves, before any address is heard.
    #[must_use]
    pub fn new(incidents: &[Incident], campaigns: &[Campaign]) -> Self {
        let subjects = subjects(incidents, campaigns);
        let of = incidents.iter().map(|incident| {
            let is_in = |subject: &&Subject<'_>| {
                subject.incidents.iter().any(|one| std::ptr::eq(*one, incident))
            };
            let all = subjects.iter().enumerate();
            all.filter(|(_, subject)| is_in(subject)).map(|(at, _)| at).collect()
        });
        Self { of: of.collect(), subjects: subjects.iter().map(Facts::begin).collect() }
    }

    /// Hears one address: its parts in incidents, each with the incident's place in the list, and its
    /// trace where there is one. Each address is heard once.
    pub fn hear(&mut self, uses: &[(usize, &AddressUse)], trace: Option<&Trace>) {
        let mut own: Vec<&AddressUse> = Vec::with_capacity(uses.len());
        for (subject, facts) in self.subjects.iter_mut().enumerate() {
            own.clear();
            let is_own = |at: usize| self.of.get(at).is_some_and(|of| of.contains(&subject));
            own.extend(uses.iter().filter(|(at, _)| is_own(*at)).map(|(_, used)| *used));
            if !own.is_empty() {
                facts.hear(&own, trace);
            }
        }
    }

    /// The same for whoever holds every address and trace: of several traces of an address the one
    /// nearest to its first line counts.
    #[must_use]
    pub fn of(incidents: &[Incident], campaigns: &[Campaign], traces: &[Trace]) -> Self {
        let mut by_address: BTreeMap<IpAddr, Vec<&Trace>> = BTreeMap::new();
        for trace in traces {
            by_address.entry(trace.address).or_default().push(trace);
        }
        let mut uses: BTreeMap<IpAddr, Vec<(usize, &AddressUse)>> = BTreeMap::new();
        for (at, incident) in incidents.iter().enumerate() {
            for used in &incident.addresses {
                uses.entry(used.address).or_default().push((at, used));
            }
        }
        let mut ground = Self::new(incidents, campaigns);
        for (address, uses) in uses {
            let first = uses.iter().map(|(_, used)| used.first).min();
            let nearest = by_address.get(&address).zip(first).and_then(|(traces, first)| {
                traces.iter().min_by_key(|trace| trace.at.micros_since(first).unsigned_abs())
            });
            ground.hear(&uses, nearest.copied());
        }
        ground
    }

    pub(crate) fn facts(&self) -> impl Iterator<Item = &Facts> {
        self.subjects.iter()
    }
}

/// What is assessed together.
fn subjects<'a>(incidents: &'a [Incident], campaigns: &'a [Campaign]) -> Vec<Subject<'a>> {
    let of = |campaign: &Campaign| -> Vec<&'a Incident> {
        incidents.iter().filter(|incident| campaign.incidents.contains(&incident.id)).collect()
    };
    let lines = |incidents: &[&Incident]| incidents.iter().map(|i| i.lines).sum::<u64>();
    let mut chosen: Vec<(usize, Vec<&Incident>)> = campaigns
        .iter()
        .map(of)
        .enumerate()
        .filter(|(_, incidents)| !incidents.is_empty())
        .collect();
    chosen.sort_by_key(|(at, incidents)| (std::cmp::Reverse(lines(incidents)), *at));
    chosen.truncate(CAMPAIGNS_LIMIT);
    chosen.sort_by_key(|(at, _)| *at);
    let told: BTreeSet<&IncidentId> =
        chosen.iter().flat_map(|(_, incidents)| incidents.iter().map(|i| &i.id)).collect();
    let rest: Vec<&Incident> = incidents.iter().filter(|i| !told.contains(&i.id)).collect();
    let mut subjects: Vec<Subject<'_>> = chosen
        .into_iter()
        .map(|(at, incidents)| Subject { campaign: Some(&campaigns[at]), incidents })
        .collect();
    if !rest.is_empty() {
        subjects.push(Subject { campaign: None, incidents: rest });
    }
    subjects
}

//! What a request is about: the incident to ask of first, the campaigns in which its records stand, and
//! how far the clock behind them is to be believed. It reads the case, and writes nothing.

use std::{
    collections::{BTreeSet, HashSet},
    net::IpAddr,
    path::Path,
};

use bakas_model::{
    Case, Incident, SourceIx,
    assessment::REST,
    exchange::{FlowClock, TraceRequest},
};

use super::{
    Post,
    ask::{EvidenceLine, lines, read_case},
};
use crate::Error;

impl Post<'_> {
    /// The incident with the most records from a party's networks, or from these networks and
    /// addresses where some are named: the one to ask about first.
    ///
    /// # Errors
    /// When there is no such party, or no incident has such records.
    pub fn incident_for(
        &self,
        to: &str,
        asns: &BTreeSet<u32>,
        addresses: &[IpAddr],
    ) -> Result<String, Error> {
        let known = &self.parties.named(to)?.asns;
        let asns = if asns.is_empty() && addresses.is_empty() { known } else { asns };
        let case = read_case(&self.folder)?;
        let lines = |incident: &Incident| -> u64 {
            let of = incident.addresses.iter().filter(|one| {
                addresses.contains(&one.address) || one.asn.is_some_and(|asn| asns.contains(&asn.0))
            });
            of.map(|one| one.lines).sum()
        };
        let most = case.incidents.iter().rev().max_by_key(|one| lines(one));
        most.filter(|one| lines(one) > 0).map(|one| one.id.0.clone()).ok_or_else(|| {
            Error::Usage(format!(
                "no incident has records from the networks of {to} (its asns in parties.toml): name one (--incident), or networks (--asn)"
            ))
        })
    }
}

/// The subjects of the assessment that a request is about: the campaigns of the incidents in which its
/// records stand. None where the folder holds no case.
pub(super) fn subjects_of(folder: &Path, request: &TraceRequest) -> Result<Vec<String>, Error> {
    if !folder.join("case.json").is_file() {
        return Ok(Vec::new());
    }
    let evidence = request.flows.iter().flat_map(|flow| &flow.evidence);
    let places: HashSet<(&str, u64)> =
        evidence.map(|one| (one.file.as_str(), one.offset)).collect();
    let mut incidents = BTreeSet::new();
    lines(&folder.join("evidence.ndjson"), &mut |line: EvidenceLine| {
        if places.contains(&(line.file.as_str(), line.offset)) {
            incidents.insert(line.incident);
        }
        true
    })?;
    let case = read_case(folder)?;
    let campaign = |incident: &String| {
        let of = case.campaigns.iter().find(|one| one.incidents.iter().any(|i| i.0 == *incident));
        of.map_or_else(|| REST.to_owned(), |one| one.id.0.clone())
    };
    let subjects: BTreeSet<String> = incidents.iter().map(campaign).collect();
    Ok(subjects.into_iter().collect())
}

/// A clock that another log of the agency contradicts may be off by as much: the time is told as it
/// was written, and whoever looks must look so far on either side.
pub(super) fn doubt(clock: &mut FlowClock, source: SourceIx, case: &Case) {
    let Some(off) = case.clock_proposals.iter().find(|one| one.source == source) else { return };
    let by = off.offset_micros.unsigned_abs().saturating_add(off.spread_micros);
    clock.uncertainty_micros = clock.uncertainty_micros.saturating_add(by);
    clock.determined = format!(
        "another log of the agency saw the same {} times {} s apart from this one; not confirmed",
        off.shared_events,
        off.offset_micros / 1_000_000
    );
}

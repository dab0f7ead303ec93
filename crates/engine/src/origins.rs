//! Every address of every incident, one after the other: traced, written, counted, and let go. The
//! case document names the most active ones; all stand in two files of the case, sorted by address.
//! Nothing here holds more than one address and its trace at a time, so that a flood of addresses
//! costs disk and no memory. It judges nothing.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    net::IpAddr,
    path::{Path, PathBuf},
};

use bakas_assess::Ground;
use bakas_casework::Outcome;
use bakas_model::{
    Case, Incident, IncidentId, Networks as _, SourceSummary, Timestamp, Trace, case::NetworkUse,
    incident::AddressUse,
};
use bakas_respond::Networks;
use bakas_store::CaseFolder;
use bakas_trace::Tables;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Error, held::Carried};

/// Addresses that the case document names of each incident, the most active first.
pub(crate) const NAMED_LIMIT: usize = 2_000;
/// Traces that the case document holds: those of the most active addresses.
const TRACES_LIMIT: usize = 2_000;
/// Longest line of the two files that is read.
const LINE_BYTES_LIMIT: u64 = 4 << 20;

/// Every address of every incident.
pub(crate) const ADDRESSES_FILE: &str = "addresses.ndjson";
/// What is known of their networks.
pub(crate) const TRACES_FILE: &str = "traces.ndjson";

/// A line of `addresses.ndjson`.
#[derive(Serialize)]
struct AddressLine<'a> {
    incident: &'a IncidentId,
    #[serde(flatten)]
    used: &'a AddressUse,
}

/// The same, read.
#[derive(Deserialize)]
struct OwnedLine {
    incident: IncidentId,
    #[serde(flatten)]
    used: AddressUse,
}

/// What all addresses add up to.
pub(crate) struct Origins {
    pub(crate) ground: Ground,
    pub(crate) networks: Vec<NetworkUse>,
    pub(crate) more_networks: u64,
    /// Of the most active addresses.
    pub(crate) traces: Vec<Trace>,
}

/// What tracing needs.
pub(crate) struct Means<'a> {
    pub(crate) table: &'a Tables,
    pub(crate) carried: Carried,
    pub(crate) sources: &'a [SourceSummary],
    pub(crate) now: Timestamp,
}

/// Goes through all addresses, and writes the two files.
pub(crate) fn trace(
    outcome: &Outcome,
    means: Means<'_>,
    folder: &CaseFolder,
) -> Result<Origins, Error> {
    let incidents = &outcome.incidents;
    let order = in_order(incidents);
    let shown = most_active(incidents, &order);
    let mut ground = Ground::new(incidents, &outcome.campaigns);
    let mut networks = Networks::default();
    let mut kept = Vec::new();
    let mut traces = folder.ndjson(TRACES_FILE)?;
    let mut addresses = folder.ndjson(ADDRESSES_FILE)?;
    let carried = means.carried.by_address();
    for same in order.chunk_by(|a, b| a.0 == b.0) {
        let uses: Vec<(usize, &AddressUse)> =
            same.iter().map(|(_, at, nth)| (*at, &incidents[*at].addresses[*nth])).collect();
        let address = same[0].0;
        let first = uses.iter().map(|(_, used)| used.first).min().unwrap_or_default();
        let mut trace = means.table.trace(address, first, means.now);
        carried.fill(&mut trace, means.sources);
        traces.write(&trace)?;
        for (at, used) in &uses {
            addresses.write(&AddressLine { incident: &incidents[*at].id, used })?;
        }
        ground.hear(&uses, Some(&trace));
        let of: Vec<_> = uses.iter().map(|(at, used)| (&incidents[*at], *used)).collect();
        networks.hear(&of, Some(&trace));
        if shown.as_ref().is_none_or(|shown| shown.contains(&address)) {
            kept.push(trace);
        }
    }
    traces.finish()?;
    addresses.finish()?;
    let (networks, more_networks) = networks.finish();
    Ok(Origins { ground, networks, more_networks, traces: kept })
}

/// Lets go of all but the most active addresses of each incident.
pub(crate) fn name_most_active(incidents: &mut [Incident]) {
    for incident in incidents {
        let more = incident.addresses.len().saturating_sub(NAMED_LIMIT);
        incident.addresses.truncate(NAMED_LIMIT);
        incident.addresses.shrink_to_fit();
        incident.more_addresses += more as u64;
    }
}

/// Every address with its incident and its place there, by address and then by incident.
fn in_order(incidents: &[Incident]) -> Vec<(IpAddr, usize, usize)> {
    let count = incidents.iter().map(|incident| incident.addresses.len()).sum();
    let mut order = Vec::with_capacity(count);
    for (at, incident) in incidents.iter().enumerate() {
        order.extend(incident.addresses.iter().enumerate().map(|(nth, a)| (a.address, at, nth)));
    }
    order.sort_unstable();
    order
}

/// The addresses with most lines, where there are more than are shown.
fn most_active(
    incidents: &[Incident],
    order: &[(IpAddr, usize, usize)],
) -> Option<HashSet<IpAddr>> {
    let lines = |(_, at, nth): &(IpAddr, usize, usize)| incidents[*at].addresses[*nth].lines;
    let mut all: Vec<(u64, IpAddr)> = order
        .chunk_by(|a, b| a.0 == b.0)
        .map(|same| (same.iter().map(lines).sum(), same[0].0))
        .collect();
    if all.len() <= TRACES_LIMIT {
        return None;
    }
    all.select_nth_unstable_by_key(TRACES_LIMIT, |(lines, address)| {
        (std::cmp::Reverse(*lines), *address)
    });
    Some(all[..TRACES_LIMIT].iter().map(|(_, address)| *address).collect())
}

/// What the addresses of a case that was made before add up to for the assessment. A case without
/// the file of addresses names all of them.
pub(crate) fn ground(folder: &Path, case: &Case) -> Result<Ground, Error> {
    let Some(mut lines) = Lines::<OwnedLine>::open(folder.join(ADDRESSES_FILE))? else {
        return Ok(Ground::of(&case.incidents, &case.campaigns, &case.traces));
    };
    let mut traces = Lines::<Trace>::open(folder.join(TRACES_FILE))?;
    let mut ground = Ground::new(&case.incidents, &case.campaigns);
    let place = |id: &IncidentId| case.incidents.iter().position(|incident| incident.id == *id);
    let mut ahead = lines.next()?;
    let mut trace = None;
    while let Some(first) = ahead.take() {
        let address = first.used.address;
        let mut uses: Vec<(usize, AddressUse)> = Vec::new();
        let mut line = Some(first);
        while let Some(one) = line {
            if one.used.address != address {
                ahead = Some(one);
                break;
            }
            uses.extend(place(&one.incident).map(|at| (at, one.used)));
            line = lines.next()?;
        }
        while trace.as_ref().is_none_or(|trace: &Trace| trace.address < address)
            && let Some(traces) = &mut traces
        {
            trace = traces.next()?;
            if trace.is_none() {
                break;
            }
        }
        let uses: Vec<(usize, &AddressUse)> = uses.iter().map(|(at, used)| (*at, used)).collect();
        ground.hear(&uses, trace.as_ref().filter(|trace| trace.address == address));
    }
    Ok(ground)
}

/// A file of one JSON document a line, one at a time.
struct Lines<T> {
    path: PathBuf,
    file: BufReader<File>,
    line: Vec<u8>,
    of: std::marker::PhantomData<T>,
}

impl<T: DeserializeOwned> Lines<T> {
    /// `None` where there is no such file.
    fn open(path: PathBuf) -> Result<Option<Self>, Error> {
        match File::open(&path) {
            Ok(file) => {
                let file = BufReader::new(file);
                Ok(Some(Self { path, file, line: Vec::new(), of: std::marker::PhantomData }))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { path, source }),
        }
    }

    fn next(&mut self) -> Result<Option<T>, Error> {
        self.line.clear();
        let wrong = |source| Error::Read { path: self.path.clone(), source };
        let read = (&mut self.file).take(LINE_BYTES_LIMIT).read_until(b'\n', &mut self.line);
        if read.map_err(wrong)? == 0 {
            return Ok(None);
        }
        let value = serde_json::from_slice(&self.line);
        value.map(Some).map_err(|e| wrong(io::Error::other(e)))
    }
}

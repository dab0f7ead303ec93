//! A trace request out of a case: from an incident's records those are chosen that help an operator
//! most, each with its time, its clock, and the proof that it stands in the sealed log.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    io::{BufRead as _, BufReader},
    net::IpAddr,
    path::Path,
};

use bakas_exchange::{
    Rules,
    machine::{Act, Asked},
};
use bakas_model::{
    Activity, Case, Class, ClockBasis, Event, Family, Place, Source, Status, Stream, Timestamp,
    Trace,
    exchange::{
        Action, Content, EvidenceRef, Flow, FlowClock, Handling, Package, Port, Preservation,
        TraceRequest, Words,
    },
    time::{MICROS_PER_SECOND, SECONDS_PER_DAY},
};
use serde::Deserialize;

use super::{
    Post, about,
    reread::{self, Logs},
    send::new_id,
};
use crate::{
    Error,
    observer::{Observer, Stop},
    seal,
};

/// Records that a request may rest on.
pub const RECORDS_LIMIT: usize = 10_000;
/// Records of an incident that are looked at when the most useful are chosen.
pub const LOOKED_AT_LIMIT: usize = 2_000_000;
/// Days in which an answer is hoped for where nobody says.
const REPLY_DAYS: u32 = 14;

/// What is asked, of whom, about what.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The incident, such as `I-01`.
    pub incident: String,
    /// The party.
    pub to: String,
    /// The person.
    pub by: String,
    /// What is asked for.
    pub action: Action,
    /// How many records at most.
    pub records: usize,
    /// Only these addresses; empty: any.
    pub addresses: Vec<IpAddr>,
    /// Only addresses of these networks; empty: those of the party, or any.
    pub asns: BTreeSet<u32>,
    /// Only records from this moment on.
    pub seen_since: Option<Timestamp>,
    /// Only records before this moment.
    pub seen_until: Option<Timestamp>,
    /// The attacked machine as the internet sees it, for logs that do not hold it.
    pub destination: Option<(IpAddr, Option<u16>)>,
    /// Our own number for it.
    pub reference: String,
    /// Under which authority; empty: as in `parties.toml`. So are the next two.
    pub authority: String,
    /// The law that it is asked under.
    pub legal_basis: String,
    /// The offence.
    pub offence: String,
    /// What happened, in our words; where none, a sentence of the case.
    pub facts: Vec<Words>,
    /// By when an answer is hoped for.
    pub reply_by: Option<Timestamp>,
    /// For a request to preserve.
    pub preservation: Option<Preservation>,
    /// How it is to be handled.
    pub handling: Handling,
    /// The request that this is a new version of.
    pub instead_of: Option<String>,
    /// What a person knows beyond the labels.
    pub rules: Rules,
}

/// A record as it was read again.
struct Seen {
    place: Place,
    time: Timestamp,
    precision_micros: u64,
    src: IpAddr,
    src_port: Option<u16>,
    dst: Option<IpAddr>,
    dst_port: Option<u16>,
    stream: Stream,
    protocol: &'static str,
    entered: bool,
    /// Whether another log of the agency says that this one's clock is off.
    doubtful: bool,
}

#[derive(Deserialize)]
pub(super) struct EvidenceLine {
    pub(super) incident: String,
    pub(super) file: String,
    pub(super) offset: u64,
    time: Timestamp,
}

impl Post<'_> {
    /// Makes a request from an incident of the case, checks it, and keeps it. Nothing is sent.
    ///
    /// # Errors
    /// When there is no such incident or party, the logs are not those of the case, or something
    /// stands against the request.
    pub fn ask(
        &mut self,
        ask: &Ask,
        logs: &Logs<'_>,
        observer: &dyn Observer,
        stop: &Stop,
    ) -> Result<Package, Error> {
        let known = self.parties.named(&ask.to)?.clone();
        let case = read_case(&self.folder)?;
        if !case.incidents.iter().any(|one| one.id.0 == ask.incident) {
            let there: Vec<&str> = case.incidents.iter().map(|one| one.id.0.as_str()).collect();
            return Err(Error::Usage(format!(
                "the case has no incident {}; it has {}",
                ask.incident,
                there.join(", ")
            )));
        }
        let flows = self.flows(ask, &case, &known.asns, logs, observer, stop)?;
        if flows.is_empty() {
            return Err(Error::Usage(format!(
                "no record of {} fits: none is from the addresses or networks, and of the time, that were asked for",
                ask.incident
            )));
        }
        let (id, version) = match &ask.instead_of {
            Some(name) => {
                let (id, dialogue) = self.dialogue(name)?;
                (id, dialogue.standing().request.version + 1)
            }
            None => (new_id()?, 1),
        };
        let now = self.clock.now();
        let defaults = &self.parties.defaults;
        let or = |text: &str, other: &str| {
            if text.trim().is_empty() { other.to_owned() } else { text.to_owned() }
        };
        let days = i64::from(defaults.reply_days.unwrap_or(REPLY_DAYS));
        let later = now.plus_micros(days * SECONDS_PER_DAY * MICROS_PER_SECOND);
        let mut handling = ask.handling.clone();
        if handling.permitted_use.is_empty() {
            handling.permitted_use.clone_from(&defaults.permitted_use);
        }
        let request = TraceRequest {
            id: id.clone(),
            version,
            reference: ask.reference.clone(),
            authority: or(&ask.authority, &defaults.authority),
            action: ask.action,
            reply_by: ask.reply_by.unwrap_or(later),
            legal_basis: or(&ask.legal_basis, &defaults.legal_basis),
            offence: or(&ask.offence, &defaults.offence),
            facts: if ask.facts.is_empty() {
                facts(&case, &ask.incident)
            } else {
                ask.facts.clone()
            },
            preservation: ask.preservation.clone(),
            flows,
        };
        let package = Package {
            id: new_id()?,
            created: now,
            from: self.us(),
            to: vec![known.party.clone()],
            handling,
            redaction: Vec::new(),
            content: Content::Request(request),
            unknown: Vec::new(),
        };
        let package = self.cleared(package, &known.party, &ask.rules).map(|one| (*one).clone())?;
        self.keep(&package)?;
        let Content::Request(request) = &package.content else { return Ok(package) };
        let request = Asked::of(request, &package);
        self.did(&id, &ask.by, Act::Requested { request })?;
        Ok(package)
    }

    fn flows(
        &self,
        ask: &Ask,
        case: &Case,
        party_asns: &BTreeSet<u32>,
        logs: &Logs<'_>,
        observer: &dyn Observer,
        stop: &Stop,
    ) -> Result<Vec<Flow>, Error> {
        let asns =
            if ask.asns.is_empty() && ask.addresses.is_empty() { party_asns } else { &ask.asns };
        let from_asns = addresses_of(&self.folder, asns)?;
        let wanted_address = |address: &IpAddr| {
            (ask.addresses.is_empty() || ask.addresses.contains(address))
                && (asns.is_empty() || from_asns.contains(address))
        };
        let mut lines = evidence(&self.folder, &ask.incident)?;
        lines.retain(|line| {
            ask.seen_since.is_none_or(|since| line.time >= since)
                && ask.seen_until.is_none_or(|until| line.time < until)
        });
        let files: BTreeSet<&str> = lines.iter().map(|line| line.file.as_str()).collect();
        let places: HashSet<(&str, u64)> =
            lines.iter().map(|line| (line.file.as_str(), line.offset)).collect();
        let doubtful: BTreeSet<&str> = case
            .sources
            .iter()
            .filter(|one| case.clock_proposals.iter().any(|clock| clock.source == one.source.ix))
            .map(|one| one.source.path.as_str())
            .collect();
        let make = |event: &Event<'_>, source: &Source| {
            let src = event.src?;
            let is_it = places.contains(&(source.path.as_str(), event.place.offset));
            let doubtful = doubtful.contains(source.path.as_str());
            (is_it && wanted_address(&src)).then(|| Seen { doubtful, ..seen(event, src) })
        };
        let wanted = |source: &Source| files.contains(source.path.as_str());
        let (plan, seen) = reread::events(logs, &wanted, &make, observer, stop)?;
        let there: BTreeSet<&str> = plan.sources.iter().map(|one| one.path.as_str()).collect();
        if let Some(missing) = files.iter().find(|file| !there.contains(*file)) {
            return Err(Error::Usage(format!(
                "{missing} is not among these logs: give the folder that was investigated (--logs)"
            )));
        }
        let chosen = choose(seen, ask.records.min(RECORDS_LIMIT));
        let chosen = chosen.into_iter().zip(1..);
        chosen
            .map(|(seen, number)| {
                let path = &plan.sources[seen.place.source.0 as usize].path;
                let summary = case.sources.iter().find(|one| one.source.path == *path);
                let source = summary
                    .map(|one| &one.source)
                    .ok_or_else(|| Error::Usage(format!("{path} is not a source of this case")))?;
                let mut flow = self.flow(&seen, source, number)?;
                about::doubt(&mut flow.clock, source.ix, case);
                if let Some((address, port)) = ask.destination
                    && flow.destination.is_none()
                {
                    flow.destination = Some(address);
                    flow.destination_port = flow.destination_port.or(port);
                }
                Ok(flow)
            })
            .collect()
    }

    fn flow(&self, seen: &Seen, source: &Source, number: usize) -> Result<Flow, Error> {
        let leaf = seal::record_leaf(&self.folder, source.ix.0, seen.place.offset)?;
        let proof = leaf.map(|leaf| seal::prove(&self.folder, leaf)).transpose()?;
        let log = seal::head(&self.folder)?.map(|head| head.origin).unwrap_or_default();
        let end = seen.time;
        Ok(Flow {
            id: format!("F-{number:03}"),
            source: seen.src,
            source_port: seen.src_port.map_or_else(
                || {
                    Port::Missing(format!(
                        "the log ({}) does not hold the client's port",
                        source.format
                    ))
                },
                Port::Known,
            ),
            destination: seen.dst.filter(|dst| is_global(*dst)),
            destination_port: seen.dst_port,
            protocol: seen.protocol.to_owned(),
            start: seen.time,
            end,
            precision_micros: seen.precision_micros,
            precision_reason: if seen.precision_micros > 1_000_000 {
                "the log holds no seconds".into()
            } else {
                String::new()
            },
            clock: clock(source),
            log_source: format!("{} ({})", seen.stream.name(), source.format),
            count: 1,
            evidence: vec![EvidenceRef {
                file: source.path.clone(),
                offset: seen.place.offset,
                length: seen.place.length.into(),
                sha256: None,
                log,
                leaf,
                proof: proof.map(|proof| proof.to_text()),
                bag: None,
            }],
            handling: None,
        })
    }
}

/// The case's document.
pub(super) fn read_case(folder: &Path) -> Result<Case, Error> {
    let path = folder.join("case.json");
    let file =
        fs::File::open(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
    serde_json::from_reader(BufReader::new(file))
        .map_err(|e| Error::Usage(format!("{}: {e}", path.display())))
}

pub(super) fn lines<T: for<'de> Deserialize<'de>>(
    path: &Path,
    each: &mut dyn FnMut(T) -> bool,
) -> Result<(), Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(read)?;
    for line in BufReader::new(file).lines() {
        let one = serde_json::from_str(&line.map_err(read)?)
            .map_err(|e| Error::Usage(format!("{}: {e}", path.display())))?;
        if !each(one) {
            break;
        }
    }
    Ok(())
}

fn evidence(folder: &Path, incident: &str) -> Result<Vec<EvidenceLine>, Error> {
    let mut found = Vec::new();
    lines(&folder.join("evidence.ndjson"), &mut |line: EvidenceLine| {
        if line.incident == incident {
            found.push(line);
        }
        found.len() < LOOKED_AT_LIMIT
    })?;
    if found.is_empty() {
        return Err(Error::Usage(format!("the case has no incident {incident} with records")));
    }
    found.sort_by_key(|line| line.time);
    Ok(found)
}

/// Addresses of the case's traces that these networks announced.
fn addresses_of(folder: &Path, asns: &BTreeSet<u32>) -> Result<HashSet<IpAddr>, Error> {
    let mut found = HashSet::new();
    if !asns.is_empty() {
        lines(&folder.join("traces.ndjson"), &mut |trace: Trace| {
            if trace.then.asn.is_some_and(|asn| asns.contains(&asn.0)) {
                found.insert(trace.address);
            }
            true
        })?;
    }
    Ok(found)
}

fn seen(event: &Event<'_>, src: IpAddr) -> Seen {
    let udp = event.class == Class::DnsActivity
        || event.fields.iter().any(|field| {
            field.name.eq_ignore_ascii_case("proto")
                && matches!(field.value, bakas_model::Value::Text(text) if text.eq_ignore_ascii_case("udp"))
        });
    Seen {
        place: event.place,
        time: event.time,
        precision_micros: precision(event.time_raw),
        src: src.to_canonical(),
        src_port: event.src_port,
        dst: event.dst,
        dst_port: event.dst_port.or_else(|| usual_port(event.stream)),
        stream: event.stream,
        protocol: if udp { "udp" } else { "tcp" },
        entered: event.activity == Activity::Logon && event.status == Status::Success,
        doubtful: false,
    }
}

/// The port of a service, where a log is of that service only.
const fn usual_port(stream: Stream) -> Option<u16> {
    match stream {
        Stream::Sshd => Some(22),
        _ => None,
    }
}

/// How fine a written time is, in microseconds.
fn precision(raw: &str) -> u64 {
    let digits_after = |mark: char| {
        raw.rsplit_once(mark).map_or(0, |(before, after)| {
            let seconds = before.chars().next_back().is_some_and(|c| c.is_ascii_digit());
            let digits = after.chars().take_while(char::is_ascii_digit).count();
            if seconds { digits } else { 0 }
        })
    };
    let bare = raw.chars().all(|c| c.is_ascii_digit());
    let digits = if bare {
        raw.len().saturating_sub(10)
    } else if raw.contains(':') {
        digits_after('.').max(digits_after(','))
    } else {
        digits_after('.')
    };
    let has_seconds = bare || !raw.contains(':') || raw.matches(':').count() >= 2;
    match (digits.min(6), has_seconds) {
        (0, false) => 60_000_000,
        (digits, _) => 10_u64.pow(6 - u32::try_from(digits).unwrap_or(6)),
    }
}

fn clock(source: &Source) -> FlowClock {
    let known = &source.clock;
    let (kept, determined) = match known.basis {
        ClockBasis::Assumed => ("unknown", "the log was taken at its word"),
        ClockBasis::Stated => {
            ("unknown", "the records carry their own zone; the clock was not compared")
        }
        ClockBasis::Configured => ("the agency's server", "as the agency told (bakas.toml)"),
    };
    FlowClock {
        source: kept.into(),
        offset_micros: -known.offset_micros,
        uncertainty_micros: known.uncertainty_micros,
        determined: determined.into(),
    }
}

/// Whether an inner address would be told.
const fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !v4.is_private() && !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_unique_local() && !v6.is_loopback() && !v6.is_unicast_link_local(),
    }
}

/// The most useful records: of each address in turn, those that show an entry first, then those
/// with a port, then those of a clock that nothing speaks against, then the latest, for records are
/// not kept for ever.
fn choose(mut seen: Vec<Seen>, most: usize) -> Vec<Seen> {
    seen.sort_by_key(|one| {
        let late = -one.time.as_micros();
        (!one.entered, one.src_port.is_none(), one.doubtful, late, one.place)
    });
    let mut rounds: BTreeMap<IpAddr, usize> = BTreeMap::new();
    let mut order: Vec<(usize, usize, Seen)> = Vec::with_capacity(seen.len());
    for (at, one) in seen.into_iter().enumerate() {
        let round = rounds.entry(one.src).or_default();
        order.push((*round, at, one));
        *round += 1;
    }
    order.sort_by_key(|(round, at, _)| (*round, *at));
    let mut chosen: Vec<Seen> = order.into_iter().take(most).map(|(.., one)| one).collect();
    chosen.sort_by_key(|one| (one.time, one.place));
    chosen
}

/// A sentence on what happened, from the case; it names no account and no address.
fn facts(case: &Case, incident: &str) -> Vec<Words> {
    let Some(one) = case.incidents.iter().find(|one| one.id.0 == incident) else {
        return Vec::new();
    };
    let family = one.streams.first().map_or("", |stream| match stream.family() {
        Family::Web => " of web servers",
        Family::Mail => " of mail servers",
        Family::Office => " of an office service",
        Family::Cloud => " of a cloud service",
        Family::System => " of servers",
        Family::Network => " of a network",
    });
    let text = format!(
        "{}: {} records in the logs{family} between {} and {} (UTC) show it. The flows below are a selection.",
        one.kind.rsit(),
        one.lines,
        one.first,
        one.last
    );
    vec![Words { language: "en".into(), text }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_fine_a_time_is_shows_in_how_it_is_written() {
        let check = |raw: &str, expected: u64| assert_eq!(precision(raw), expected, "{raw}");
        check("05/Jan/2026:08:00:00 +0800", 1_000_000);
        check("2026-01-05T08:00:00.123Z", 1000);
        check("2026-01-05 08:00:00,123", 1000);
        check("2026-01-05T08:00:00.123456+08:00", 1);
        check("Jan  5 08:00:00", 1_000_000);
        check("1767571200", 1_000_000);
        check("1767571200123", 1000);
        check("1767571200.5", 100_000);
        check("2026-01-05 08:00", 60_000_000);
    }
}

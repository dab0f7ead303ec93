//! What incidents and traces say of where the lines came from, counted once and used by all
//! questions. Counts only, and none that grows with the number of addresses: what follows from
//! them is judged elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_model::{
    AgencyIx, Asn, Campaign, Country, Incident, IncidentId, IncidentKind, Network, NetworkKind,
    Text, Timestamp, Trace,
    assessment::{Basis, REST},
    incident::{AddressUse, LinkReason},
    network::Question,
};

/// What is assessed together: a campaign's incidents, or those of no campaign.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) campaign: Option<&'a Campaign>,
    pub(crate) incidents: Vec<&'a Incident>,
}

/// How far the tables are from lines that rest on them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Distance {
    /// Lines with a table.
    pub(crate) lines: u64,
    /// Of these, those for which it is over [`FAR_DAYS`] away.
    pub(crate) far: u64,
    /// And over [`VERY_FAR_DAYS`].
    pub(crate) very_far: u64,
    /// The farthest, in days either way.
    pub(crate) days: u32,
    /// Lines from blocks that another network announces now.
    pub(crate) moved: u64,
}

/// Lines and addresses of one operator.
#[derive(Clone, Debug, Default)]
pub(crate) struct OperatorUse {
    pub(crate) name: Option<String>,
    pub(crate) lines: u64,
    pub(crate) addresses: u64,
}

/// A state's share in the lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnerUse {
    pub(crate) lines: u64,
    pub(crate) operators: BTreeSet<Asn>,
}

/// Everything counted.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The subject's name in both languages, as it stands within a sentence.
    pub(crate) name: Text,
    /// Whether it is a campaign, so that one set of hands is thought to stand behind it.
    pub(crate) is_campaign: bool,
    pub(crate) incidents: Vec<IncidentId>,
    pub(crate) kinds: BTreeSet<IncidentKind>,
    pub(crate) agencies: BTreeSet<AgencyIx>,
    /// Agencies in which a machine or an account was entered.
    pub(crate) entered_agencies: BTreeSet<AgencyIx>,
    pub(crate) entered: usize,
    /// First and last line.
    pub(crate) window: Option<(Timestamp, Timestamp)>,
    /// The subject's name in files: the campaign's number, or `rest`.
    pub(crate) subject: String,
    /// Links that hold the campaign together by what was done there: number and decibans.
    pub(crate) habits: (usize, f64),
    /// The same by addresses and networks.
    pub(crate) shared_ground: (usize, f64),

    /// Lines with an address of the public Internet.
    pub(crate) outside: u64,
    /// Lines from addresses set apart: inside the agency's own network.
    pub(crate) inside: u64,
    /// Of the outside lines, those from relays and rented servers, by kind.
    pub(crate) relayed: BTreeMap<NetworkKind, u64>,
    /// Outside lines that are not relayed and have a country.
    pub(crate) placed: u64,
    /// Of these, by country of registration.
    pub(crate) countries: BTreeMap<Country, u64>,
    /// Of the placed lines, how far the tables are from them.
    pub(crate) placed_distance: Distance,
    /// The same of all lines with an operator.
    pub(crate) operator_distance: Distance,
    /// Of the placed lines, those that another source places elsewhere.
    pub(crate) disputed: u64,
    /// Whether a geolocation speaks of some placed line.
    pub(crate) is_located: bool,
    /// Addresses of placed lines.
    pub(crate) placed_addresses: u64,
    /// All addresses outside.
    pub(crate) addresses: u64,
    /// Outside lines by operator.
    pub(crate) operators: BTreeMap<Asn, OperatorUse>,
    /// Outside lines by the state that holds a majority of the operator.
    pub(crate) owners: BTreeMap<Country, OwnerUse>,
    /// Legitimate sessions from the same addresses.
    pub(crate) legitimate_sessions: u64,
    /// Outside lines from addresses that have such sessions.
    pub(crate) shared_lines: u64,
    /// The addresses with the most lines, with the times asked for.
    pub(crate) heaviest: Vec<(u64, IpAddr, Timestamp)>,
    /// Data sets that traces rest on.
    pub(crate) data_sets: BTreeSet<String>,
}

/// Traces that an item of evidence points at.
const BASIS_TRACES: usize = 5;

/// A table farther away than this in days weakens what it says.
pub(crate) const FAR_DAYS: u32 = 60;
/// One farther away than this weakens it again.
pub(crate) const VERY_FAR_DAYS: u32 = 365;
/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// Whether an address of this kind says little of where its user is: relays of every sort, and
/// machines that anybody may rent.
pub(crate) const fn is_relay(kind: NetworkKind) -> bool {
    matches!(
        kind,
        NetworkKind::Vpn
            | NetworkKind::Tor
            | NetworkKind::PrivateRelay
            | NetworkKind::Hosting
            | NetworkKind::Cloud
            | NetworkKind::Content
    )
}

impl Facts {
    /// What the incidents say by themselves; their addresses follow one by one.
    pub(crate) fn begin(subject: &Subject<'_>) -> Self {
        let incidents = &subject.incidents;
        let entered = |i: &&&Incident| !i.scope.entered.is_empty();
        Self {
            name: name(subject),
            is_campaign: subject.campaign.is_some(),
            incidents: incidents.iter().map(|i| i.id.clone()).collect(),
            kinds: incidents.iter().map(|i| i.kind).collect(),
            agencies: incidents.iter().map(|i| i.agency).collect(),
            entered_agencies: incidents.iter().filter(entered).map(|i| i.agency).collect(),
            entered: incidents.iter().map(|i| i.scope.entered.len()).sum(),
            window: incidents
                .iter()
                .map(|i| (i.first, i.last))
                .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
            subject: subject.campaign.map_or_else(|| REST.to_owned(), |c| c.id.0.clone()),
            habits: links(subject, false),
            shared_ground: links(subject, true),
            ..Self::default()
        }
    }

    /// Takes in one address with all its parts in the incidents. Each address comes once.
    pub(crate) fn hear(&mut self, uses: &[&AddressUse], trace: Option<&Trace>) {
        let Some(span) = Span::of(uses) else { return };
        let then = trace.map(|trace| &trace.then);
        if let Some(network) = then {
            let new = |name: &&String| !self.data_sets.contains(*name);
            let new: Vec<String> = network.data_sets.iter().filter(new).cloned().collect();
            self.data_sets.extend(new);
        }
        let kind = then.map_or(span.any.kind, |network| network.kind);
        if kind == NetworkKind::Special {
            self.inside += span.lines;
            return;
        }
        self.outside += span.lines;
        self.addresses += 1;
        self.legitimate_sessions += span.sessions;
        if span.sessions > 0 {
            self.shared_lines += span.lines;
        }
        let distance = trace.map(|trace| span.distance(trace));
        if let Some(asn) = then.map_or(span.any.asn, |network| network.asn) {
            self.hear_operator(asn, &span, then);
            self.operator_distance.add(distance.as_ref());
        }
        if is_relay(kind) {
            *self.relayed.entry(kind).or_default() += span.lines;
            return;
        }
        let Some(country) = then.map_or(span.any.country, |network| network.country) else {
            return;
        };
        self.placed_addresses += 1;
        self.placed += span.lines;
        *self.countries.entry(country).or_default() += span.lines;
        self.placed_distance.add(distance.as_ref());
        let Some(trace) = trace else { return };
        self.remember(span.lines, trace);
        self.is_located |= trace.views.iter().any(|view| view.question == Question::Location);
        if is_disputed(trace) {
            self.disputed += span.lines;
        }
    }

    fn hear_operator(&mut self, asn: Asn, span: &Span<'_>, then: Option<&Network>) {
        let operator = self.operators.entry(asn).or_default();
        operator.lines += span.lines;
        operator.addresses += 1;
        if operator.name.is_none() {
            let name = then.and_then(|network| network.operator.clone());
            operator.name = name.or_else(|| span.any.operator.clone());
        }
        if let Some(owner) = then.and_then(|n| n.state_owned.as_ref()).filter(|o| o.majority) {
            let owner = self.owners.entry(owner.owner).or_default();
            owner.lines += span.lines;
            owner.operators.insert(asn);
        }
    }

    /// Keeps the traces with the most lines, whatever the order in which they come.
    fn remember(&mut self, lines: u64, trace: &Trace) {
        let key =
            |(lines, address, _): &(u64, IpAddr, Timestamp)| (std::cmp::Reverse(*lines), *address);
        let one = (lines, trace.address, trace.at);
        let at = self.heaviest.partition_point(|known| key(known) < key(&one));
        if at < BASIS_TRACES {
            self.heaviest.insert(at, one);
            self.heaviest.truncate(BASIS_TRACES);
        }
    }

    /// What items of the network rest on: the data sets and the heaviest traces.
    pub(crate) fn network_basis(&self) -> Vec<Basis> {
        let sets = self.data_sets.iter().map(|name| Basis::DataSet { name: name.clone() });
        let traces = self.heaviest.iter();
        sets.chain(traces.map(|(_, address, at)| Basis::Trace { address: *address, at: *at }))
            .collect()
    }

    /// Lines from relays and rented servers.
    pub(crate) fn relayed_lines(&self) -> u64 {
        self.relayed.values().sum()
    }

    /// Lines from outside that are neither placed nor relayed.
    pub(crate) fn placeless(&self) -> u64 {
        self.outside - self.placed - self.relayed_lines()
    }

    /// The share of the relayed lines in the lines from outside.
    pub(crate) fn relay_share(&self) -> f64 {
        share(self.relayed_lines(), self.outside)
    }

    /// The country of registration with the most lines that are not relayed, with these.
    pub(crate) fn first_country(&self) -> Option<(Country, u64)> {
        let by_lines =
            |(country, lines): &(&Country, &u64)| (**lines, std::cmp::Reverse(**country));
        self.countries.iter().max_by_key(by_lines).map(|(country, lines)| (*country, *lines))
    }

    /// The operator with the most lines.
    pub(crate) fn first_operator(&self) -> Option<(Asn, &OperatorUse)> {
        let by_lines =
            |(asn, operator): &(&Asn, &OperatorUse)| (operator.lines, std::cmp::Reverse(asn.0));
        self.operators.iter().max_by_key(by_lines).map(|(asn, operator)| (*asn, operator))
    }
}

/// An address's parts in the incidents, taken together.
struct Span<'a> {
    any: &'a AddressUse,
    lines: u64,
    first: Timestamp,
    last: Timestamp,
    /// Of several incidents of one agency the most: its sessions count once.
    sessions: u64,
}

impl<'a> Span<'a> {
    fn of(uses: &[&'a AddressUse]) -> Option<Self> {
        let any = *uses.iter().min_by_key(|used| used.first)?;
        Some(Self {
            any,
            lines: uses.iter().map(|used| used.lines).sum(),
            first: any.first,
            last: uses.iter().map(|used| used.last).fold(any.last, Timestamp::max),
            sessions: uses.iter().map(|used| used.legitimate_sessions).fold(0, u64::max),
        })
    }

    /// How far the table that answers is from these lines, from the first to the last of them.
    fn distance(&self, trace: &Trace) -> Distance {
        let age_at = |time: Timestamp| {
            i64::from(trace.then.age_days) + time.micros_since(trace.at).div_euclid(DAY_MICROS)
        };
        let days = age_at(self.first).unsigned_abs().max(age_at(self.last).unsigned_abs());
        let days = u32::try_from(days).unwrap_or(u32::MAX);
        let when = |is: bool| if is { self.lines } else { 0 };
        Distance {
            lines: self.lines,
            far: when(days > FAR_DAYS),
            very_far: when(days > VERY_FAR_DAYS),
            days,
            moved: when(trace.now.as_ref().is_some_and(|now| now.asn != trace.then.asn)),
        }
    }
}

impl Distance {
    fn add(&mut self, other: Option<&Self>) {
        let Some(other) = other else { return };
        self.lines += other.lines;
        self.far += other.far;
        self.very_far += other.very_far;
        self.days = self.days.max(other.days);
        self.moved += other.moved;
    }
}

/// A part of a whole, 0 where there is no whole.
pub(crate) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Links of the campaign by addresses and networks, or by all else: how many, and their decibans.
fn links(subject: &Subject<'_>, of_ground: bool) -> (usize, f64) {
    let ground = |reason: LinkReason| {
        matches!(reason, LinkReason::SameAddress | LinkReason::SameBlock | LinkReason::SameNetwork)
    };
    let links = subject.campaign.into_iter().flat_map(|campaign| &campaign.links);
    links
        .filter(|link| ground(link.reason) == of_ground)
        .fold((0, 0.0), |(count, sum), link| (count + 1, sum + link.weight.max(0.0)))
}

/// Whether a source at hand names another country than the answer does.
fn is_disputed(trace: &Trace) -> bool {
    let of_place = |question| matches!(question, Question::Registration | Question::Location);
    trace.views.iter().any(|view| of_place(view.question) && !view.agrees)
}

fn name(subject: &Subject<'_>) -> Text {
    match (subject.campaign, subject.incidents.as_slice()) {
        (Some(campaign), _) => {
            Text::new(format!("campaign {}", campaign.id), format!("kampanyang {}", campaign.id))
        }
        (None, [incident]) => {
            Text::new(format!("incident {}", incident.id), format!("insidenteng {}", incident.id))
        }
        (None, incidents) => Text::new(
            format!("the {} incidents that belong to no campaign assessed here", incidents.len()),
            format!(
                "{} insidenteng hindi kabilang sa alinmang kampanyang tinasa rito",
                incidents.len()
            ),
        ),
    }
}

//! What incidents and traces say of where the lines came from, counted once and used by all three
//! questions. Counts only: what follows from them is judged elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_model::{
    AgencyIx, Asn, Campaign, Country, Incident, IncidentId, IncidentKind, NetworkKind, Text,
    Timestamp, Trace,
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
    /// Of the placed lines, those for which the table is far from the time of the lines.
    pub(crate) far: u64,
    /// Of the placed lines, those that another source places elsewhere.
    pub(crate) disputed: u64,
    /// Whether a geolocation speaks of some placed line.
    pub(crate) is_located: bool,
    /// Of the placed lines, those from blocks that another network announces now.
    pub(crate) moved: u64,
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
    /// Farthest table, in days either way.
    pub(crate) far_days: u32,
    /// The addresses with the most lines, with the times asked for.
    pub(crate) heaviest: Vec<(u64, IpAddr, Timestamp)>,
    /// Data sets that traces rest on.
    pub(crate) data_sets: BTreeSet<String>,
}

/// Traces that an item of evidence points at.
const BASIS_TRACES: usize = 5;

/// A table farther away than this in days weakens what it says.
const FAR_DAYS: u32 = 60;

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
    /// Counts.
    pub(crate) fn gather(subject: &Subject<'_>, traces: &[Trace]) -> Self {
        let incidents = &subject.incidents;
        let mut facts = Self {
            name: name(subject),
            is_campaign: subject.campaign.is_some(),
            incidents: incidents.iter().map(|i| i.id.clone()).collect(),
            kinds: incidents.iter().map(|i| i.kind).collect(),
            agencies: incidents.iter().map(|i| i.agency).collect(),
            entered_agencies: incidents
                .iter()
                .filter(|i| !i.scope.entered.is_empty())
                .map(|i| i.agency)
                .collect(),
            entered: incidents.iter().map(|i| i.scope.entered.len()).sum(),
            window: incidents
                .iter()
                .map(|i| (i.first, i.last))
                .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
            subject: subject.campaign.map_or_else(|| REST.to_owned(), |c| c.id.0.clone()),
            habits: links(subject, false),
            shared_ground: links(subject, true),
            ..Self::default()
        };
        let mut by_address: BTreeMap<IpAddr, Vec<&Trace>> = BTreeMap::new();
        for trace in traces {
            by_address.entry(trace.address).or_default().push(trace);
        }
        let mut seen: BTreeMap<Seen, BTreeSet<IpAddr>> = BTreeMap::new();
        let mut sessions: BTreeMap<IpAddr, u64> = BTreeMap::new();
        for used in incidents.iter().flat_map(|incident| &incident.addresses) {
            let nearest = by_address.get(&used.address).and_then(|traces| {
                traces.iter().min_by_key(|t| t.at.micros_since(used.first).unsigned_abs())
            });
            facts.add(used, nearest.copied(), &mut seen);
            let most = sessions.entry(used.address).or_default();
            *most = used.legitimate_sessions.max(*most);
        }
        // Several incidents may name an address: its sessions count once.
        let outside = seen.get(&Seen::Outside).into_iter().flatten();
        facts.legitimate_sessions = outside.filter_map(|address| sessions.get(address)).sum();
        facts.heaviest.sort_by_key(|(lines, address, _)| (std::cmp::Reverse(*lines), *address));
        facts.heaviest.truncate(BASIS_TRACES);
        let distinct = |what: Seen| seen.get(&what).map_or(0, |set| set.len() as u64);
        facts.addresses = distinct(Seen::Outside);
        facts.placed_addresses = distinct(Seen::Placed);
        for (asn, operator) in &mut facts.operators {
            operator.addresses = distinct(Seen::Of(*asn));
        }
        facts
    }

    /// Adds one address's part in one incident.
    fn add(
        &mut self,
        used: &AddressUse,
        trace: Option<&Trace>,
        seen: &mut BTreeMap<Seen, BTreeSet<IpAddr>>,
    ) {
        let then = trace.map(|trace| &trace.then);
        let kind = then.map_or(used.kind, |network| network.kind);
        if let Some(network) = then {
            self.data_sets.extend(network.data_sets.iter().cloned());
        }
        if kind == NetworkKind::Special {
            self.inside += used.lines;
            return;
        }
        let mut see = |what| seen.entry(what).or_default().insert(used.address);
        see(Seen::Outside);
        self.outside += used.lines;
        let asn = then.map_or(used.asn, |network| network.asn);
        if let Some(asn) = asn {
            see(Seen::Of(asn));
            let operator = self.operators.entry(asn).or_default();
            operator.lines += used.lines;
            let name = then.and_then(|network| network.operator.clone());
            operator.name = operator.name.take().or(name).or_else(|| used.operator.clone());
            if let Some(owner) = then.and_then(|n| n.state_owned.as_ref()).filter(|o| o.majority) {
                let owner = self.owners.entry(owner.owner).or_default();
                owner.lines += used.lines;
                owner.operators.insert(asn);
            }
        }
        let country = then.map_or(used.country, |network| network.country);
        if is_relay(kind) {
            *self.relayed.entry(kind).or_default() += used.lines;
            return;
        }
        let Some(country) = country else { return };
        see(Seen::Placed);
        self.placed += used.lines;
        *self.countries.entry(country).or_default() += used.lines;
        let Some(trace) = trace else { return };
        self.heaviest.push((used.lines, used.address, trace.at));
        self.is_located |= trace.views.iter().any(|view| view.question == Question::Location);
        if is_disputed(trace) {
            self.disputed += used.lines;
        }
        let days = trace.then.age_days.unsigned_abs();
        self.far_days = self.far_days.max(days);
        if days > FAR_DAYS {
            self.far += used.lines;
        }
        if trace.now.as_ref().is_some_and(|now| now.asn != trace.then.asn) {
            self.moved += used.lines;
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

/// What a distinct address is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Outside,
    Placed,
    Of(Asn),
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

//! Incidents, campaigns and traces to assess.

use std::net::{IpAddr, Ipv4Addr};

use bakas_assess::{Ground, Input, assess};
use bakas_model::{
    AgencyIx, Asn, Assessment, Campaign, CampaignId, Country, Incident, IncidentId, IncidentKind,
    Judgements, Link, Network, NetworkKind, Scope, Severity, Text, Timestamp, Trace,
    incident::{AddressUse, LinkReason},
    network::StateOwned,
};

/// One address's part, in short.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) address: u32,
    pub(crate) asn: u32,
    pub(crate) country: Option<&'static str>,
    pub(crate) kind: NetworkKind,
    pub(crate) lines: u64,
    pub(crate) owner: Option<&'static str>,
    pub(crate) age_days: i32,
    pub(crate) moved: bool,
    /// Days from the first line to the last.
    pub(crate) lasts_days: i64,
    pub(crate) sessions: u64,
}

pub(crate) fn part(address: u32, country: &'static str, kind: NetworkKind, lines: u64) -> Part {
    Part {
        address,
        asn: 64496 + address % 7,
        country: Some(country),
        kind,
        lines,
        owner: None,
        age_days: 10,
        moved: false,
        lasts_days: 0,
        sessions: 0,
    }
}

fn country(text: &str) -> Country {
    Country::new(text).expect("two letters")
}

fn at() -> Timestamp {
    "2026-01-05".parse().expect("a date")
}

impl Part {
    fn ip(&self) -> IpAddr {
        Ipv4Addr::from_bits(0x0808_0000 + self.address).into()
    }

    fn used(&self) -> AddressUse {
        AddressUse {
            address: self.ip(),
            asn: Some(Asn(self.asn)),
            operator: Some(format!("Operator {}", self.asn)),
            country: self.country.map(country),
            kind: self.kind,
            lines: self.lines,
            first: at(),
            last: at().plus_micros(self.lasts_days * 86_400_000_000),
            legitimate_sessions: self.sessions,
        }
    }

    fn trace(&self) -> Trace {
        let then = Network {
            age_days: self.age_days,
            asn: Some(Asn(self.asn)),
            operator: Some(format!("Operator {}", self.asn)),
            country: self.country.map(country),
            kind: self.kind,
            state_owned: self.owner.map(|owner| StateOwned::new(country(owner), true, None)),
            ..Network::default()
        };
        let now = self.moved.then(|| Network { asn: Some(Asn(65550)), ..then.clone() });
        Trace { then, now, ..Trace::new(self.ip(), at()) }
    }
}

pub(crate) fn incident(number: usize, parts: &[Part]) -> Incident {
    Incident {
        streams: Vec::new(),
        id: IncidentId(format!("I-{number:02}")),
        agency: AgencyIx(number as u16),
        kind: IncidentKind::PasswordGuessing,
        severity: Severity::High,
        title: Text::default(),
        summary: Text::default(),
        first: at(),
        last: at(),
        lines: parts.iter().map(|part| part.lines).sum(),
        detections: Vec::new(),
        techniques: Vec::new(),
        addresses: parts.iter().map(Part::used).collect(),
        more_addresses: 0,
        agents: Vec::new(),
        scope: Scope::default(),
    }
}

pub(crate) fn campaign(number: usize, incidents: &[Incident], weight: f64) -> Campaign {
    let links = incidents.windows(2).map(|pair| Link {
        a: pair[0].id.clone(),
        b: pair[1].id.clone(),
        reason: LinkReason::SameAddress,
        detail: Text::default(),
        weight,
    });
    Campaign {
        id: CampaignId(format!("C-{number:02}")),
        title: Text::default(),
        summary: Text::default(),
        incidents: incidents.iter().map(|incident| incident.id.clone()).collect(),
        links: links.collect(),
        first: at(),
        last: at(),
    }
}

pub(crate) fn traces(parts: &[Part]) -> Vec<Trace> {
    parts.iter().map(Part::trace).collect()
}

/// What the stage makes of it, with what people added.
pub(crate) fn judged(
    incidents: &[Incident],
    campaigns: &[Campaign],
    traces: &[Trace],
    judgements: &Judgements,
) -> Vec<Assessment> {
    let ground = Ground::of(incidents, campaigns, traces);
    assess(&Input { ground: &ground, agencies: &[], sources: &[], judgements, as_of: None })
}

/// What the stage makes of it by itself.
pub(crate) fn unjudged(
    incidents: &[Incident],
    campaigns: &[Campaign],
    traces: &[Trace],
) -> Vec<Assessment> {
    judged(incidents, campaigns, traces, &Judgements::default())
}

/// Each case draws ten thousand times, so there are fewer of them, unless somebody asks for more.
pub(crate) fn few_cases() -> proptest::test_runner::Config {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let usual = proptest::test_runner::Config::default();
    if asked { usual } else { proptest::test_runner::Config { cases: 24, ..usual } }
}

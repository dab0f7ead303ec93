//! A rich, lifelike case, with the hostile strings that logs really hold. Agencies, accounts and
//! addresses are made up (RFC 5737, RFC 3849 and RFC 2606 names).

#![allow(clippy::too_many_lines, reason = "a table of data")]

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{
    Agency, AgencyIx, Ask, Asn, Assessment, AssessmentLevel, Block, Campaign, CampaignId, Case,
    Collateral, CommonFactor, Country, Counts, DataSet, Day, DayLines, DetectionId, EvidenceItem,
    Hypothesis, Incident, IncidentId, IncidentKind, Likelihood, Link, Moment, Network, NetworkKind,
    Place, Reject, RejectReason, RuleCounts, Scope, Severity, Source, SourceClock, SourceIx,
    SourceSummary, Text, Timestamp, Trace,
    case::{ClockProposal, IdleEntry, SetAside},
    detection::Tally,
    incident::{AddressUse, Entered, LinkReason},
    network::StateOwned,
    response::AskKind,
    source::ClockBasis,
};
use bakas_respond::report::EvidenceSample;

#[path = "fixture/incidents.rs"]
mod incidents;
#[path = "fixture/judged.rs"]
mod judged;

use incidents::incidents;
use judged::{asks, assessments, blocks, campaigns};

/// A user agent that would close a tag, run a script, turn the line around and paint a terminal.
pub(crate) const HOSTILE: &str = "</code><script>alert('x')</script>\"><img src=x onerror=alert(1)>\u{202e}gpj.exe\u{1b}[2J\u{7}\0";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("the fixture's times are RFC 3339")
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("the fixture's addresses are addresses")
}

fn id(number: u32) -> IncidentId {
    IncidentId(format!("I-{number:02}"))
}

fn country(code: &str) -> Option<Country> {
    Country::new(code)
}

fn tallies(items: &[(&str, u64)]) -> Vec<Tally<String>> {
    items.iter().map(|&(value, count)| Tally { value: value.to_owned(), count }).collect()
}

fn place(source: u32, offset: u64, length: u32) -> Place {
    Place { source: SourceIx(source), offset, length }
}

struct Net(u32, &'static str, &'static str, NetworkKind);

const RIVER: Net = Net(64_500, "River Telecom Backbone", "CN", NetworkKind::Telco);
const HARBOUR: Net = Net(64_501, "Harbour Cloud Pte", "SG", NetworkKind::Cloud);
const LOWLAND: Net = Net(64_502, "Lowland Hosting B.V.", "NL", NetworkKind::Hosting);
const PINE: Net = Net(64_503, "Pine VPN Exit Services", "US", NetworkKind::Vpn);
const BARE: Net = Net(64_504, "Kabayan Broadband", "PH", NetworkKind::Telco);

fn used(address: &str, net: &Net, lines: u64, first: &str, last: &str, legit: u64) -> AddressUse {
    AddressUse {
        address: ip(address),
        asn: Some(Asn(net.0)),
        operator: Some(net.1.to_owned()),
        country: country(net.2),
        kind: net.3,
        lines,
        first: time(first),
        last: time(last),
        legitimate_sessions: legit,
    }
}

fn agencies() -> Vec<Agency> {
    let agency = |id: &str, name: &str, domain: &str, sector: &str| Agency {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        domains: vec![domain.to_owned()],
        sector: Some(sector.to_owned()),
        administrator: Some(format!("it@{domain}")),
    };
    vec![
        agency("welfare", "Overseas Workers’ Welfare Agency", "welfare.example", "labour"),
        agency("harbours", "Harbours and Coasts Authority", "harbours.example", "transport"),
        agency("archives", "National Archives of Peñafuerte", "archives.example", "culture"),
        agency("weather", "Weather Service", "weather.example", "science"),
        agency("permits", "Permits Office <b>“East”</b>", "permits.example", "trade"),
        agency("tourism", "Tourism Promotion Board", "tourism.example", "trade"),
    ]
}

fn sources() -> Vec<SourceSummary> {
    let rows: [(&str, u16, &str, u64, u64, &str); 9] = [
        ("welfare/web-1/access.log.gz", 0, "combined", 412_006_112, 1_902_114, "Asia/Manila"),
        ("welfare/web-2/access.log.gz", 0, "combined", 377_114_900, 1_744_002, "Asia/Manila"),
        ("welfare/auth.log", 0, "syslog", 9_114_220, 88_410, "Asia/Manila"),
        ("harbours/workspace.ndjson", 1, "workspace", 88_114_000, 140_022, "UTC"),
        ("archives/workspace.zip!/login.json", 2, "workspace", 42_001_113, 61_876, "UTC"),
        ("weather/audit.csv", 3, "m365", 12_400_000, 20_411, "UTC"),
        ("permits/intranet/access.log", 4, "vhost", 61_000_402, 270_019, "Asia/Manila"),
        ("permits/intranet/access (copy).log", 4, "vhost", 61_000_402, 0, "Asia/Manila"),
        ("tourism/weird\u{202e}gol.exe", 5, "", 18_000, 0, "UTC"),
    ];
    let mut all: Vec<SourceSummary> = rows
        .iter()
        .enumerate()
        .map(|(ix, &(path, agency, format, bytes, events, zone))| SourceSummary {
            source: Source {
                ix: SourceIx(ix as u32),
                agency: AgencyIx(agency),
                path: path.to_owned(),
                format: format.to_owned(),
                certainty: if ix == 6 { 92 } else { 100 },
                clock: SourceClock {
                    zone: (zone != "UTC").then(|| zone.to_owned()),
                    offset_micros: if ix == 2 { -420_000_000 } else { 0 },
                    basis: if ix == 2 { ClockBasis::Configured } else { ClockBasis::Stated },
                    ..SourceClock::default()
                },
                ..Source::default()
            },
            bytes,
            events,
            first: (events > 0).then(|| time("2025-12-01T00:00:03Z")),
            last: (events > 0).then(|| time("2026-01-31T23:59:41Z")),
            sha256: "00".repeat(32),
            ..SourceSummary::default()
        })
        .collect();
    all[0].rejects = BTreeMap::from([(RejectReason::Malformed, 14), (RejectReason::TooLong, 1)]);
    all[4].rejects = BTreeMap::from([(RejectReason::Truncated, 1)]);
    all[7].duplicate_of = Some(SourceIx(6));
    all[7].rejects = BTreeMap::from([(RejectReason::Duplicate, 1)]);
    all[8].rejects = BTreeMap::from([(RejectReason::UnknownFormat, 1)]);
    all
}

fn timeline(incidents: &[Incident]) -> Vec<Moment> {
    let mut all: Vec<Moment> = Vec::new();
    for incident in incidents {
        all.push(Moment {
            time: incident.first,
            until: Some(incident.last),
            agency: incident.agency,
            incident: Some(incident.id.clone()),
            text: incident.title.clone(),
            deed: None,
            lines: incident.lines,
            place: None,
        });
        all.extend(incident.scope.after.iter().cloned());
    }
    all.sort_by_key(|moment| moment.time);
    all
}

fn days(incidents: &[Incident]) -> Vec<DayLines> {
    let mut all = Vec::new();
    for incident in incidents {
        let (first, last) = (incident.first.day().0, incident.last.day().0);
        let span = u64::from(last.abs_diff(first)) + 1;
        for (n, day) in (first..=last).enumerate() {
            let wave = 40 + (n as u64 * 37 + incident.lines) % 60;
            let lines = incident.lines * wave / (70 * span);
            all.push(DayLines { incident: incident.id.clone(), day: Day(day), lines });
        }
    }
    all
}

fn traces(incidents: &[Incident]) -> Vec<Trace> {
    let mut seen = BTreeMap::new();
    for used in incidents.iter().flat_map(|incident| &incident.addresses) {
        seen.entry(used.address).or_insert_with(|| Trace {
            then: Network {
                epoch: Day(20_454),
                age_days: 12,
                asn: used.asn,
                operator: used.operator.clone(),
                country: used.country,
                kind: used.kind,
                state_owned: (used.asn == Some(Asn(RIVER.0))).then(|| StateOwned::new(Country::new("CN").expect("two letters"), true, Some("River Group".into()))),
                lists: if used.kind == NetworkKind::Vpn { vec!["vpn-exits".into()] } else { Vec::new() },
                data_sets: vec!["routes-2026-01".into()],
                ..Network::default()
            },
            now: (used.asn == Some(Asn(LOWLAND.0))).then(|| Network { epoch: Day(20_600), asn: Some(Asn(64_510)), operator: Some("Fjord Hosting AS".into()), country: Country::new("NO"), kind: NetworkKind::Hosting, ..Network::default() }),
            caveat: Text::new("An announced block shows whose network carried the traffic at that time, not whose hands.", "Ipinakikita ng bloke kung kaninong network ang dinaanan noon, hindi kung kaninong kamay."),
            ..Trace::new(used.address, used.first)
        });
    }
    seen.into_values().collect()
}

/// The whole case.
pub(crate) fn case() -> Case {
    let incidents = incidents();
    let data_set =
        |name: &str, what: &str, source: &str, licence: &str, attribution: &str| DataSet {
            name: name.into(),
            what: what.into(),
            source: source.into(),
            date: Day(20_454),
            licence: licence.into(),
            attribution: attribution.into(),
            records: 412_009,
            sha256: "ab".repeat(32),
        };
    Case {
        schema: bakas_model::case::CASE_SCHEMA.into(),
        name: "january-wave".into(),
        tool_version: "0.1.0".into(),
        arguments: ["investigate", "logs/", "--out", "january wave"].map(str::to_owned).into(),
        created: time("2026-02-02T08:00:00Z"),
        synthetic: true,
        window: Some((time("2025-12-01T00:00:03Z"), time("2026-01-31T23:59:41Z"))),
        counts: Counts {
            files: 9,
            bytes: 1_062_751_149,
            events: 4_226_854,
            rejects: 18,
            detections: 61,
            evidence_lines: 28_622,
        },
        agencies: agencies(),
        sources: sources(),
        rejects: vec![
            Reject {
                place: place(0, 88_112, 240),
                line: Some(4_101),
                reason: RejectReason::Malformed,
                detail: "no closing quote after the request".into(),
                sample:
                    "198.51.100.9 - - [05/Jan/2026:03:11:09 +0800] \"GET /<script>alert(1)</script>"
                        .into(),
            },
            Reject {
                place: place(4, 42_001_000, 0),
                line: None,
                reason: RejectReason::Truncated,
                detail: "the document ends within a string".into(),
                sample: "{\"id\":{\"time\":\"2026-01-".into(),
            },
            Reject {
                place: place(8, 0, 18_000),
                line: None,
                reason: RejectReason::UnknownFormat,
                detail: "fits no decoder".into(),
                sample: "MZ\u{202e}\\x90\\x00".into(),
            },
        ],
        idle_entries: vec![IdleEntry {
            file: "bakas.toml".into(),
            entry: "[[source]] path = \"welfair/*\"".into(),
            why: "it fits none of the files, for instance welfare/access.log".into(),
        }],
        clock_proposals: vec![ClockProposal {
            source: SourceIx(2),
            against: SourceIx(0),
            offset_micros: -420_000_000,
            shared_events: 318,
            spread_micros: 1_400_000,
        }],
        rules: RuleCounts {
            files: 1_311,
            loaded: 214,
            correlations: 12,
            not_applicable: 1_061,
            mapped: 12,
            never_seen: Vec::new(),
            unsupported: BTreeMap::from([(
                "a field modifier that is not supported: windash".into(),
                36,
            )]),
        },
        data_sets: vec![
            data_set(
                "routes-2026-01",
                "prefix to origin AS",
                "public route collectors",
                "CC BY 4.0",
                "Route collectors, https://routes.example/ (CC BY 4.0)",
            ),
            data_set(
                "registration",
                "address to country of registration",
                "DB-IP",
                "CC BY 4.0",
                "IP Geolocation by DB-IP, https://db-ip.com",
            ),
        ],
        campaigns: campaigns(),
        weak_links: vec![Link {
            a: id(8),
            b: id(9),
            reason: LinkReason::SameNetwork,
            detail: Text::new("one large cloud", "isang malaking cloud"),
            weight: 1.5,
        }],
        common_factors: vec![CommonFactor {
            provider: "Google Workspace".into(),
            agencies: vec![AgencyIx(1), AgencyIx(2)],
            speaks_for: vec![Text::new(
                "Two agencies of one provider were entered within eight days.",
                "Dalawang ahensiya ng iisang tagapagbigay ang napasok sa loob ng walong araw.",
            )],
            speaks_against: vec![
                Text::new(
                    "Every sign-in was preceded by failed guesses: a hole in the provider would need none.",
                    "May nabigong hula bago ang bawat sign-in: hindi iyon kailangan kung may butas ang tagapagbigay.",
                ),
                Text::new(
                    "Four other agencies there were not entered.",
                    "Apat na ibang ahensiya roon ang hindi napasok.",
                ),
            ],
        }],
        timeline: timeline(&incidents),
        lines_per_day: days(&incidents),
        networks: Vec::new(),
        more_networks: 0,
        traces: traces(&incidents),
        assessments: assessments(),
        blocks: blocks(),
        asks: asks(),
        set_aside: vec![
            SetAside {
                agency: AgencyIx(0),
                text: Text::new(
                    "A scanner with a written permission (192.0.2.200/29) probed 4,000 paths; it kept within its permission.",
                    "Isang scanner na may nakasulat na pahintulot (192.0.2.200/29) ang sumuri ng 4,000 landas.",
                ),
                detections: 14,
                hits: 4_000,
            },
            SetAside {
                agency: AgencyIx(3),
                text: Text::new(
                    "A mail client with an old password failed every ten minutes, from where its owner always signs in.",
                    "Isang mail client na may lumang password ang nabigo tuwing sampung minuto.",
                ),
                detections: 1,
                hits: 2_112,
            },
        ],
        incidents,
    }
}

/// Lines of evidence, as the engine would pass them.
pub(crate) fn samples() -> Vec<EvidenceSample> {
    let mut all = Vec::new();
    for (n, incident) in incidents().iter().enumerate() {
        for line in 0..8_u64 {
            let raw = if line == 1 {
                format!(
                    "198.51.100.18 - - [12/Jan/2026:11:14:09 +0800] \"POST /portal/login HTTP/1.1\" 401 512 \"-\" \"{HOSTILE}\""
                )
            } else {
                format!(
                    "198.51.100.{} - - [12/Jan/2026:11:1{line}:09 +0800] \"POST /portal/login HTTP/1.1\" 401 512 \"-\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\"",
                    9 + line
                )
            };
            all.push(EvidenceSample {
                incident: incident.id.clone(),
                file: "welfare/web-1/access.log.gz".into(),
                place: place(0, 88_000 + 300 * line + n as u64, raw.len() as u32),
                time: incident
                    .first
                    .plus_micros(i64::try_from(line).expect("eight lines") * 60_000_000),
                raw,
            });
        }
    }
    all
}

//! A rich, lifelike case, with the hostile strings that logs really hold. Agencies, accounts and
//! addresses are made up (RFC 5737, RFC 3849 and RFC 2606 names).

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{
    Agency, AgencyIx, Ask, Asn, Assessment, AssessmentLevel, Block, Campaign, CampaignId, Case,
    Collateral, CommonFactor, Country, Counts, DataSet, Day, DayLines, DetectionId, Evidence,
    Hypothesis, Incident, IncidentId, IncidentKind, Likelihood, Link, Moment, Network, NetworkKind,
    Place, Reject, RejectReason, RuleCounts, Scope, Severity, Source, SourceClock, SourceIx,
    SourceSummary, Text, Timestamp, Trace,
    case::{ClockProposal, SetAside},
    detection::Tally,
    incident::{AddressUse, Entered, LinkReason},
    network::StateOwned,
    response::AskKind,
    source::ClockBasis,
};
use bakas_respond::report::EvidenceSample;

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

fn guessing() -> Incident {
    let addresses = (1..=24)
        .map(|n| {
            used(
                &format!("198.51.100.{}", n * 9),
                &RIVER,
                760 - n * 5,
                "2025-12-09T02:11:40Z",
                "2026-01-31T20:04:09Z",
                n % 5,
            )
        })
        .chain((1..=9).map(|n| {
            used(
                &format!("203.0.113.{}", n * 20),
                &HARBOUR,
                96 - n,
                "2026-01-04T11:00:00Z",
                "2026-01-29T08:30:00Z",
                0,
            )
        }))
        .collect();
    Incident {
        id: id(1),
        agency: AgencyIx(0),
        kind: IncidentKind::PasswordGuessing,
        severity: Severity::High,
        title: Text::new(
            "17,431 password guesses on the members’ portal, slow and from 33 addresses",
            "17,431 hula ng password sa portal ng mga miyembro, mabagal at mula sa 33 address",
        ),
        summary: Text::new(
            "From 9 December to 31 January somebody tried passwords on /portal/login, seldom more than six an hour from one address, mostly between 01:00 and 10:00 UTC. No guess is seen to have succeeded. The same network also carried 1,204 legitimate sessions of members abroad.",
            "Mula 9 Disyembre hanggang 31 Enero may sumubok ng mga password sa /portal/login, bihirang higit sa anim bawat oras mula sa isang address. Walang nakitang nagtagumpay. Dumaan din sa parehong network ang 1,204 lehitimong sesyon ng mga miyembro sa ibang bansa.",
        ),
        first: time("2025-12-09T02:11:40Z"),
        last: time("2026-01-31T20:04:09Z"),
        lines: 17_431,
        detections: (1..=9).map(DetectionId).collect(),
        techniques: vec!["T1110.001".into()],
        addresses,
        agents: tallies(&[
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
                16_002,
            ),
            ("python-requests/2.31.0", 1_301),
            (HOSTILE, 128),
        ]),
        scope: Scope {
            tried: tallies(&[
                ("admin", 4_120),
                ("m.delacruz@welfare.example", 611),
                ("j.santos@welfare.example", 590),
                ("<script>alert(document.cookie)</script>", 212),
                ("niña.peña@welfare.example", 108),
            ]),
            tried_count: 5,
            tries: 17_431,
            objects: tallies(&[("/portal/login", 17_301), ("/portal/forgot", 130)]),
            ..Scope::default()
        },
    }
}

fn takeover(
    number: u32,
    agency: u16,
    accounts: &[&str],
    from: &str,
    net: &Net,
    day: u32,
) -> Incident {
    let at = |hour: u32| time(&format!("2026-01-{day:02}T{hour:02}:14:09Z"));
    let entered = accounts
        .iter()
        .enumerate()
        .map(|(n, account)| Entered {
            account: (*account).to_owned(),
            at: at(3 + n as u32),
            from: Some(ip(from)),
            how: Text::new("sign-in succeeded after 41 failures, from a network new to this account", "nagtagumpay ang sign-in matapos ang 41 kabiguan, mula sa network na bago sa account"),
            place: place(3, 88_214 + 400 * n as u64, 812),
        })
        .collect();
    let step = |hour: u32, en: &str, fil: &str| Moment {
        time: at(hour),
        until: None,
        agency: AgencyIx(agency),
        incident: Some(id(number)),
        text: Text::new(en, fil),
        lines: 1,
        place: Some(place(3, 91_002, 640)),
    };
    Incident {
        id: id(number),
        agency: AgencyIx(agency),
        kind: IncidentKind::AccountTakeover,
        severity: Severity::Critical,
        title: Text::new(
            "Mailboxes entered, mail forwarded outside and read in bulk",
            "Napasok ang mga mailbox, ipinasa sa labas ang sulat at maramihang binasa",
        ),
        summary: Text::new(
            "After failures on many accounts these signed in from a network they had never used. Within the hour a forwarding rule to an outside address was made and 1,118 messages were opened.",
            "Matapos ang kabiguan sa maraming account, nag-sign-in ang mga ito mula sa network na hindi pa nila nagamit. Sa loob ng isang oras, may ginawang tuntunin ng pagpapasa sa labas at 1,118 mensahe ang binuksan.",
        ),
        first: at(1),
        last: time(&format!("2026-01-{:02}T22:40:00Z", day + 3)),
        lines: 1_162,
        detections: vec![DetectionId(20 + number)],
        techniques: vec!["T1078.004".into(), "T1114.003".into(), "T1098".into()],
        addresses: vec![used(from, net, 1_162, "2026-01-12T01:14:09Z", "2026-01-15T22:40:00Z", 0)],
        agents: tallies(&[("Thunderbird/115.5", 900)]),
        scope: Scope {
            tried: tallies(&[("director@harbours.example", 41), ("clerk@harbours.example", 20)]),
            tried_count: 2,
            tries: 61,
            entered,
            after: vec![
                step(
                    4,
                    "forwarding of all mail to drop-box@outside.example was switched on",
                    "binuksan ang pagpapasa ng lahat ng sulat sa drop-box@outside.example",
                ),
                step(
                    5,
                    "an application named “Mail Sync Pro” was granted mail.read",
                    "binigyan ng mail.read ang application na “Mail Sync Pro”",
                ),
                step(
                    6,
                    "1,118 messages were opened in 19 minutes",
                    "1,118 mensahe ang binuksan sa loob ng 19 minuto",
                ),
            ],
            objects: tallies(&[("mailbox director", 702), ("mailbox clerk", 416)]),
        },
    }
}

fn small(
    number: u32,
    agency: u16,
    kind: IncidentKind,
    severity: Severity,
    title: (&str, &str),
    dates: (&str, &str),
    net: &Net,
) -> Incident {
    Incident {
        id: id(number),
        agency: AgencyIx(agency),
        kind,
        severity,
        title: Text::new(title.0, title.1),
        summary: Text::new(
            "Seen in the access log, and nowhere answered with what was asked for, as far as the log tells.",
            "Nakita sa log, at hindi ibinigay ang hinihingi sa abot ng sinasabi ng log.",
        ),
        first: time(dates.0),
        last: time(dates.1),
        lines: 211 * u64::from(number),
        detections: vec![DetectionId(40 + number)],
        techniques: vec!["T1190".into()],
        addresses: vec![used(
            &format!("192.0.2.{}", 10 + number),
            net,
            211 * u64::from(number),
            dates.0,
            dates.1,
            0,
        )],
        agents: tallies(&[("curl/8.4.0", 211)]),
        scope: Scope {
            objects: tallies(&[
                ("/upload.php?f=../../../../etc/passwd%00.jpg", 41),
                ("/images/x.phtml", 9),
            ]),
            ..Scope::default()
        },
    }
}

fn incidents() -> Vec<Incident> {
    vec![
        guessing(),
        takeover(
            2,
            1,
            &["director@harbours.example", "clerk@harbours.example"],
            "198.51.100.18",
            &RIVER,
            12,
        ),
        takeover(3, 2, &["curator@archives.example"], "203.0.113.77", &LOWLAND, 20),
        small(
            4,
            1,
            IncidentKind::AdminDiscovery,
            Severity::Medium,
            (
                "Somebody looked for who administers harbours.example",
                "May naghanap kung sino ang nangangasiwa sa harbours.example",
            ),
            ("2026-01-08T04:00:00Z", "2026-01-10T09:00:00Z"),
            &RIVER,
        ),
        small(
            5,
            4,
            IncidentKind::WebExploitation,
            Severity::High,
            (
                "Upload form attacked with SQL injection and path traversal",
                "Inatake ang form ng pag-upload gamit ang SQL injection at path traversal",
            ),
            ("2026-01-17T13:10:00Z", "2026-01-18T19:00:00Z"),
            &LOWLAND,
        ),
        small(
            6,
            4,
            IncidentKind::WebShell,
            Severity::Critical,
            (
                "A web shell at /images/x.phtml answered 19 commands",
                "Sumagot sa 19 utos ang web shell sa /images/x.phtml",
            ),
            ("2026-01-18T19:40:00Z", "2026-01-22T02:00:00Z"),
            &LOWLAND,
        ),
        small(
            7,
            4,
            IncidentKind::LateralMovement,
            Severity::Critical,
            (
                "From the web server, somebody signed in to two other machines",
                "Mula sa web server, may nag-sign-in sa dalawa pang makina",
            ),
            ("2026-01-19T20:00:00Z", "2026-01-21T03:00:00Z"),
            &BARE,
        ),
        small(
            8,
            3,
            IncidentKind::PasswordSpraying,
            Severity::Medium,
            (
                "Three passwords tried on 214 accounts of weather.example",
                "Tatlong password na sinubok sa 214 account ng weather.example",
            ),
            ("2026-01-02T02:00:00Z", "2026-01-27T09:00:00Z"),
            &PINE,
        ),
        small(
            9,
            0,
            IncidentKind::Scanning,
            Severity::Low,
            ("Probing for backup files and versions", "Pagsusuri ng mga backup file at bersiyon"),
            ("2025-12-20T02:00:00Z", "2025-12-20T09:00:00Z"),
            &HARBOUR,
        ),
    ]
}

fn campaigns() -> Vec<Campaign> {
    let link = |a: u32, b: u32, reason, detail: (&str, &str), weight| Link {
        a: id(a),
        b: id(b),
        reason,
        detail: Text::new(detail.0, detail.1),
        weight,
    };
    vec![
        Campaign {
            id: CampaignId("C-01".into()),
            title: Text::new(
                "Slow guessing, then mailboxes, through one telco",
                "Mabagal na panghuhula, saka mga mailbox, sa iisang telco",
            ),
            summary: Text::new(
                "Shared addresses and the same working hours tie the guessing at the welfare agency to the mailboxes entered at the harbours. A subscriber list of the telco for six addresses would confirm or break it.",
                "Pinag-uugnay ng magkaparehong address at oras ng paggawa ang panghuhula at ang mga mailbox na napasok. Makapagpapatibay o makasisira rito ang talaan ng telco para sa anim na address.",
            ),
            incidents: vec![id(1), id(2), id(4), id(8)],
            links: vec![
                link(
                    1,
                    2,
                    LinkReason::SameAddress,
                    ("both used 198.51.100.18", "parehong gumamit ng 198.51.100.18"),
                    24.0,
                ),
                link(
                    2,
                    4,
                    LinkReason::SameBlock,
                    ("addresses of 198.51.100.0/24", "mga address ng 198.51.100.0/24"),
                    15.5,
                ),
                link(
                    1,
                    4,
                    LinkReason::SameRhythm,
                    (
                        "both between 01:00 and 10:00 UTC, idle on 1 January",
                        "parehong 01:00 hanggang 10:00 UTC, walang kilos noong 1 Enero",
                    ),
                    7.2,
                ),
                link(
                    4,
                    8,
                    LinkReason::SameTool,
                    (
                        "curl/8.4.0 and the same order of paths",
                        "curl/8.4.0 at parehong ayos ng mga landas",
                    ),
                    11.0,
                ),
                link(
                    1,
                    8,
                    LinkReason::SameNetwork,
                    ("the same large telco", "parehong malaking telco"),
                    3.0,
                ),
            ],
            first: time("2025-12-09T02:11:40Z"),
            last: time("2026-01-31T20:04:09Z"),
        },
        Campaign {
            id: CampaignId("C-02".into()),
            title: Text::new(
                "From an upload form to other machines",
                "Mula sa form ng pag-upload tungo sa ibang makina",
            ),
            summary: Text::new(
                "One follows from the other within minutes.",
                "Magkakasunod sa loob ng ilang minuto.",
            ),
            incidents: vec![id(5), id(6), id(7), id(3)],
            links: vec![
                link(
                    5,
                    6,
                    LinkReason::Sequel,
                    (
                        "the shell was called 4 minutes after the last upload",
                        "tinawag ang shell 4 minuto matapos ang huling upload",
                    ),
                    30.0,
                ),
                link(
                    6,
                    7,
                    LinkReason::Sequel,
                    (
                        "sign-ins came from the web server while the shell ran",
                        "dumating ang mga sign-in mula sa web server habang tumatakbo ang shell",
                    ),
                    26.0,
                ),
                link(
                    3,
                    5,
                    LinkReason::SameBlock,
                    ("addresses of one hosting /24", "mga address ng isang hosting na /24"),
                    12.0,
                ),
            ],
            first: time("2026-01-17T13:10:00Z"),
            last: time("2026-01-23T22:40:00Z"),
        },
    ]
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
            address: used.address,
            at: used.first,
            then: Network {
                epoch: Day(20_454),
                age_days: 12,
                asn: used.asn,
                operator: used.operator.clone(),
                country: used.country,
                kind: used.kind,
                state_owned: (used.asn == Some(Asn(RIVER.0))).then(|| StateOwned { owner: Country::new("CN").expect("two letters"), majority: true, group: Some("River Group".into()) }),
                lists: if used.kind == NetworkKind::Vpn { vec!["vpn-exits".into()] } else { Vec::new() },
                data_sets: vec!["routes-2026-01".into()],
                ..Network::default()
            },
            now: (used.asn == Some(Asn(LOWLAND.0))).then(|| Network { epoch: Day(20_600), asn: Some(Asn(64_510)), operator: Some("Fjord Hosting AS".into()), country: Country::new("NO"), kind: NetworkKind::Hosting, ..Network::default() }),
            caveat: "An announced block shows whose network carried the traffic at that time, not whose hands.".into(),
        });
    }
    seen.into_values().collect()
}

fn assessment(
    level: AssessmentLevel,
    question: (&str, &str),
    answer: (&str, &str),
    rivals: &[(&str, &str, &str, Likelihood)],
) -> Assessment {
    let evidence =
        |number, en: &str, fil: &str, reliability, credibility, incidents: Vec<IncidentId>| {
            Evidence { number, text: Text::new(en, fil), reliability, credibility, incidents }
        };
    Assessment {
        level,
        question: Text::new(question.0, question.1),
        answer: Text::new(answer.0, answer.1),
        evidence: vec![
            evidence(
                1,
                "94 % of the guesses came through one telco’s access network",
                "94 % ng mga hula ay dumaan sa access network ng isang telco",
                'A',
                '2',
                vec![id(1)],
            ),
            evidence(
                2,
                "Active hours fit an eight-hour day in UTC+8, a zone of many countries",
                "Tugma ang mga oras sa walong oras na trabaho sa UTC+8, sona ng maraming bansa",
                'B',
                '3',
                vec![id(1), id(2)],
            ),
            evidence(
                3,
                "Part of the lines came through rented servers and a VPN",
                "Bahagi ng mga linya ay dumaan sa inuupahang server at VPN",
                'A',
                '2',
                vec![id(3), id(8)],
            ),
        ],
        hypotheses: rivals
            .iter()
            .enumerate()
            .map(|(n, (name, en, fil, likelihood))| Hypothesis {
                id: (*name).to_owned(),
                text: Text::new(*en, *fil),
                likelihood: *likelihood,
                speaks_for: if n == 0 { vec![1, 2] } else { vec![3] },
                speaks_against: if n == 0 { vec![3] } else { vec![] },
            })
            .collect(),
        would_change: vec![Text::new(
            "The telco’s subscriber records for six addresses on 12 January",
            "Ang talaan ng suskritor ng telco para sa anim na address noong 12 Enero",
        )],
    }
}

fn assessments() -> Vec<Assessment> {
    vec![
        assessment(
            AssessmentLevel::Soil,
            ("Where did the machines stand?", "Saan nakatayo ang mga makina?"),
            (
                "Most of the lines entered the Internet through blocks registered in China; where the machines stood is likely, not certain, to be the same.",
                "Karamihan ay dumaan sa mga blokeng nakarehistro sa China; malamang, hindi tiyak, na naroon din ang mga makina.",
            ),
            &[
                (
                    "H1",
                    "In the country of registration",
                    "Sa bansang pinagrehistruhan",
                    Likelihood::Likely,
                ),
                (
                    "H2",
                    "Elsewhere, relayed through it",
                    "Sa iba, dinaan lamang doon",
                    Likelihood::Unlikely,
                ),
                ("H3", "Unknown or other", "Di-alam o iba pa", Likelihood::VeryUnlikely),
            ],
        ),
        assessment(
            AssessmentLevel::Infrastructure,
            ("Whose networks carried it?", "Kaninong network ang dinaanan?"),
            (
                "A state-owned telco’s subscriber network, a cloud and a hosting company. Ownership of a telco says nothing of its subscribers.",
                "Network ng suskritor ng telcong pag-aari ng estado, isang cloud at isang hosting. Walang sinasabi ang pag-aari ng telco tungkol sa mga suskritor nito.",
            ),
            &[
                (
                    "H1",
                    "Subscribers’ own lines",
                    "Sariling linya ng mga suskritor",
                    Likelihood::RoughlyEvenChance,
                ),
                (
                    "H2",
                    "Proxies on subscribers’ devices",
                    "Proxy sa aparato ng mga suskritor",
                    Likelihood::RoughlyEvenChance,
                ),
                ("H3", "Unknown or other", "Di-alam o iba pa", Likelihood::VeryUnlikely),
            ],
        ),
        assessment(
            AssessmentLevel::Actor,
            ("Whose hands, and for whom?", "Kaninong kamay, at para kanino?"),
            (
                "Two sets of habits are told apart; who they are is unknown, and these logs cannot say.",
                "Dalawang hanay ng gawi ang napaghihiwalay; di-alam kung sino sila, at hindi masasabi ng mga log na ito.",
            ),
            &[
                ("H1", "Crime for gain", "Krimen para sa kita", Likelihood::RoughlyEvenChance),
                (
                    "H2",
                    "Espionage for a state, whichever",
                    "Paniniktik para sa alinmang estado",
                    Likelihood::Unlikely,
                ),
                ("H3", "Unknown or other", "Di-alam o iba pa", Likelihood::Unlikely),
            ],
        ),
    ]
}

fn asks() -> Vec<Ask> {
    let ask = |number,
               agency,
               kind,
               text: (&str, &str),
               proof: (&str, &str),
               within_hours,
               incidents: Vec<IncidentId>| Ask {
        number,
        agency: AgencyIx(agency),
        kind,
        text: Text::new(text.0, text.1),
        proof: Text::new(proof.0, proof.1),
        within_hours,
        incidents,
    };
    let preserve = (
        "Keep all audit logs from 1 December and a copy of both mailboxes before anything is changed.",
        "Ingatan ang lahat ng audit log mula 1 Disyembre at kopya ng dalawang mailbox bago baguhin ang anuman.",
    );
    let kept = (
        "the export’s SHA-256 is written down and sent",
        "naisulat at naipadala ang SHA-256 ng export",
    );
    vec![
        ask(1, 1, AskKind::Preserve, preserve, kept, 4, vec![id(2)]),
        ask(
            2,
            1,
            AskKind::Revoke,
            (
                "End all sessions and tokens of director@ and clerk@.",
                "Wakasan ang lahat ng sesyon at token ng director@ at clerk@.",
            ),
            (
                "the admin console shows no session older than the ask",
                "walang sesyong mas luma sa hiling sa admin console",
            ),
            8,
            vec![id(2)],
        ),
        ask(
            3,
            1,
            AskKind::Clean,
            (
                "Remove the forwarding to drop-box@outside.example and the grant “Mail Sync Pro”.",
                "Alisin ang pagpapasa sa drop-box@outside.example at ang pahintulot na “Mail Sync Pro”.",
            ),
            (
                "a new export of rules and grants shows neither",
                "wala na ang dalawa sa bagong export",
            ),
            8,
            vec![id(2)],
        ),
        ask(
            4,
            1,
            AskKind::SecondFactor,
            (
                "Security keys for all administrators.",
                "Security key para sa lahat ng administrador.",
            ),
            (
                "enforcement is on for the administrators’ unit",
                "ipinatutupad na sa yunit ng mga administrador",
            ),
            72,
            vec![id(2), id(4)],
        ),
        ask(1, 2, AskKind::Preserve, preserve, kept, 4, vec![id(3)]),
        ask(
            1,
            4,
            AskKind::Preserve,
            (
                "Take the web server off the network, switched on, and copy its disk and memory.",
                "Ihiwalay sa network ang web server nang nakabukas, at kopyahin ang disk at memorya.",
            ),
            ("two copies with their hashes exist", "may dalawang kopya na may hash"),
            2,
            vec![id(6), id(7)],
        ),
        ask(
            2,
            4,
            AskKind::Clean,
            (
                "Remove /images/x.phtml after copying it, and rebuild the server.",
                "Alisin ang /images/x.phtml matapos kopyahin, at buuing muli ang server.",
            ),
            (
                "the path answers 404 and no child process of the web server remains",
                "404 ang sagot ng landas at walang natitirang proseso",
            ),
            24,
            vec![id(6)],
        ),
        ask(
            1,
            0,
            AskKind::Block,
            (
                "Limit sign-in tries per account, not per address.",
                "Limitahan ang pagsubok bawat account, hindi bawat address.",
            ),
            (
                "the eleventh try of an hour on one account is refused",
                "tinatanggihan ang ikalabing-isang pagsubok sa isang oras",
            ),
            48,
            vec![id(1)],
        ),
    ]
}

fn blocks() -> Vec<Block> {
    let counted = |sessions, addresses, signed_in, lower_bound| Collateral {
        from: time("2026-01-18T00:00:00Z"),
        until: time("2026-01-31T23:59:59Z"),
        sessions,
        addresses,
        signed_in,
        lower_bound,
    };
    let block = |incident: u32,
                 agency,
                 prefixes: &[&str],
                 network,
                 stops_percent,
                 collateral,
                 proposed,
                 reason: (&str, &str)| Block {
        incident: id(incident),
        agency: AgencyIx(agency),
        prefixes: prefixes.iter().map(|p| p.parse().expect("a prefix")).collect(),
        network,
        applies_to: Text::new("sign-in pages only", "mga pahina ng sign-in lamang"),
        stops_percent,
        collateral,
        proposed,
        reason: Text::new(reason.0, reason.1),
        lifetime_days: 30,
    };
    vec![
        block(
            1,
            0,
            &["198.51.100.0/27", "198.51.100.64/26", "203.0.113.0/25"],
            None,
            91,
            counted(12, 5, 3, false),
            true,
            (
                "stops nearly all and cuts off few",
                "napipigil halos lahat at kakaunti ang maaapektuhan",
            ),
        ),
        block(
            1,
            0,
            &[],
            Some(Asn(64_500)),
            94,
            counted(1_204, 611, 590, true),
            false,
            ("would lock out members abroad", "mapagsasarhan ang mga miyembro sa ibang bansa"),
        ),
        block(
            2,
            1,
            &["198.51.100.18/32"],
            None,
            100,
            counted(0, 0, 0, false),
            true,
            ("one address, nobody else on it", "iisang address, walang ibang gumagamit"),
        ),
    ]
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

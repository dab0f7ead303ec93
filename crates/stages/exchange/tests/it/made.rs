//! Arbitrary packages for the tests of every format: requests, answers and extracts as the gate
//! lets them out, with awkward letters, times to the microsecond and ports that are missing. Names
//! within a package are distinct. No format and no expectation here.

#![allow(dead_code, reason = "each format's tests take what they need")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bakas_exchange::{Cleared, Recipient, clear};
use bakas_model::{
    AssessmentLevel as Level, Country, IncidentKind, Likelihood, Timestamp, exchange::*,
};
use proptest::{collection::vec, option, prelude::*, strategy::ValueTree, test_runner::TestRunner};

/// The longest list that is made.
const MANY: usize = 4;

/// Words that formats trip over: other scripts, marks, quotes, separators, lines.
const PIECES: [&str; 24] = [
    "log",
    "niño",
    "Ñ",
    "電信",
    "телеком",
    "مزود",
    "ผู้ให้บริการ",
    "𝔘",
    "👩‍💻",
    "e\u{301}",
    "a'b",
    "\"q\"",
    "back\\slash",
    "<b>&amp;</b>",
    "=1+1",
    "; , |",
    "key: value",
    "100 %",
    "{json}",
    "[x]",
    "line\nbreak",
    "tab\tstop",
    "--",
    "ﬁ",
];

/// A text that is not empty, begins and ends with no blank and may hold lines.
pub(crate) fn text() -> impl Strategy<Value = String> {
    vec(proptest::sample::select(&PIECES[..]), 1..5)
        .prop_map(|pieces| pieces.join(" ").trim().to_owned())
}

/// A text on one line.
pub(crate) fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace(['\n', '\t'], " "))
}

/// A UUID (RFC 9562, version 4).
pub(crate) fn uuid() -> impl Strategy<Value = String> {
    any::<u128>().prop_map(|n| {
        let n = n & !(0xF << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
        let part = |from: u32, digits: u32| (n >> from) & ((1 << (4 * digits)) - 1);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 8),
            part(80, 4),
            part(64, 4),
            part(48, 4),
            part(0, 12)
        )
    })
}

fn hex64() -> impl Strategy<Value = String> {
    any::<[u8; 32]>().prop_map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A time between 2000 and 2100: whole seconds, milliseconds or microseconds.
pub(crate) fn time() -> impl Strategy<Value = Timestamp> {
    let seconds = 946_684_800_i64..4_102_444_800;
    let part =
        prop_oneof![Just(0_i64), (0_i64..1000).prop_map(|milli| milli * 1000), 0_i64..1_000_000];
    (seconds, part).prop_map(|(s, part)| Timestamp::from_seconds(s).plus_micros(part))
}

/// First and last, in this order, at most a day apart.
fn span() -> impl Strategy<Value = (Timestamp, Timestamp)> {
    (time(), 0_i64..86_400_000_000).prop_map(|(first, more)| (first, first.plus_micros(more)))
}

/// A public address (of the ranges for documentation).
pub(crate) fn address() -> impl Strategy<Value = IpAddr> {
    let nets = proptest::sample::select(vec![[192, 0, 2], [198, 51, 100], [203, 0, 113]]);
    prop_oneof![
        (nets, any::<u8>())
            .prop_map(|(net, host)| IpAddr::V4(Ipv4Addr::new(net[0], net[1], net[2], host))),
        any::<u64>().prop_map(|host| IpAddr::V6(Ipv6Addr::from(
            (0x2001_0db8_u128 << 96) | u128::from(host)
        ))),
    ]
}

fn country() -> impl Strategy<Value = Country> {
    proptest::sample::select(vec!["PH", "JP", "DE", "NG"])
        .prop_map(|code| Country::new(code).expect("two letters"))
}

/// Words in some language or in one that is not known.
pub(crate) fn words() -> impl Strategy<Value = Words> {
    (proptest::sample::select(vec!["", "en", "fil", "zh-Hant"]), text())
        .prop_map(|(language, text)| Words { language: language.to_owned(), text })
}

fn some_words() -> impl Strategy<Value = Vec<Words>> {
    vec(words(), 0..3)
}

fn title() -> impl Strategy<Value = Vec<Words>> {
    vec(words(), 1..3)
}

fn maybe_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), line()]
}

/// How something is handled: any label, with lists of parties and uses.
pub(crate) fn handling() -> impl Strategy<Value = Handling> {
    (
        proptest::sample::select(&Tlp::ALL[..]),
        proptest::sample::select(&Pap::ALL[..]),
        prop_oneof![
            Just(Vec::new()),
            Just(vec!["cert.example".to_owned(), "police.example".to_owned()])
        ],
        proptest::sample::select(vec![Onward::AsLabelled, Onward::WithConsent, Onward::None]),
        vec(proptest::sample::select(vec!["network defence", "criminal investigation"]), 0..2),
    )
        .prop_map(|(tlp, pap, releasable_to, onward, uses)| Handling {
            tlp,
            pap,
            releasable_to,
            onward,
            permitted_use: uses.into_iter().map(str::to_owned).collect(),
            ..Handling::default()
        })
}

/// Mostly none.
fn own_handling() -> impl Strategy<Value = Option<Handling>> {
    option::weighted(0.2, handling())
}

fn contact() -> impl Strategy<Value = ContactPoint> {
    (
        proptest::sample::select(vec!["", "soc@cert.example", "abuse@isp.example"]),
        proptest::sample::select(vec!["", "+63 2 5550 1234"]),
        any::<bool>(),
        prop_oneof![Just(String::new()), hex64()],
    )
        .prop_map(|(email, phone, at_every_hour, key_fingerprint)| ContactPoint {
            email: email.to_owned(),
            phone: phone.to_owned(),
            at_every_hour,
            key_fingerprint,
        })
}

/// A party with this id.
pub(crate) fn party(id: &'static str) -> impl Strategy<Value = Party> {
    let kinds = vec![
        PartyKind::NationalCert,
        PartyKind::Cert,
        PartyKind::LawEnforcement,
        PartyKind::Court,
        PartyKind::Agency,
        PartyKind::Operator,
        PartyKind::Vendor,
        PartyKind::Other,
    ];
    (line(), proptest::sample::select(kinds), option::of(country()), contact()).prop_map(
        move |(name, kind, country, contact)| Party {
            id: id.to_owned(),
            name,
            kind,
            country,
            contact,
        },
    )
}

fn port() -> impl Strategy<Value = Port> {
    prop_oneof![4 => any::<u16>().prop_map(Port::Known), 1 => line().prop_map(Port::Missing)]
}

fn clock() -> impl Strategy<Value = FlowClock> {
    (maybe_text(), any::<i32>(), any::<u32>(), maybe_text()).prop_map(
        |(source, offset, uncertainty, determined)| FlowClock {
            source,
            offset_micros: offset.into(),
            uncertainty_micros: uncertainty.into(),
            determined,
        },
    )
}

fn evidence() -> impl Strategy<Value = EvidenceRef> {
    (
        line(),
        0_u64..1 << 53,
        1_u64..1 << 20,
        option::of(hex64()),
        maybe_text(),
        option::of(0_u64..1 << 53),
        option::of(text()),
        option::of(line()),
    )
        .prop_map(|(file, offset, length, sha256, log, leaf, proof, bag)| EvidenceRef {
            file,
            offset,
            length,
            sha256,
            log,
            leaf,
            proof,
            bag,
        })
}

/// One flow; its name is given by whoever makes the list.
pub(crate) fn flow() -> impl Strategy<Value = Flow> {
    let ends = (address(), port(), option::of(address()), option::of(any::<u16>()));
    let times = (span(), 1_u64..10_000_000, maybe_text(), clock());
    let rest = (
        proptest::sample::select(vec!["tcp", "udp", "icmp", "sctp"]),
        line(),
        1_u64..1_000_000,
        vec(evidence(), 0..3),
        own_handling(),
    );
    (ends, times, rest).prop_map(|(ends, times, rest)| Flow {
        id: String::new(),
        source: ends.0,
        source_port: ends.1,
        destination: ends.2,
        destination_port: ends.3,
        protocol: rest.0.to_owned(),
        start: times.0.0,
        end: times.0.1,
        precision_micros: times.1,
        precision_reason: times.2,
        clock: times.3,
        log_source: rest.1,
        count: rest.2,
        evidence: rest.3,
        handling: rest.4,
    })
}

fn preservation() -> impl Strategy<Value = Preservation> {
    (title(), any::<bool>(), line(), time()).prop_map(
        |(necessity, intends_mutual_assistance, custodian, until)| Preservation {
            necessity,
            intends_mutual_assistance,
            custodian,
            until,
        },
    )
}

/// A trace or preservation request.
pub(crate) fn request() -> impl Strategy<Value = TraceRequest> {
    let actions = vec![Action::Preserve, Action::Identify, Action::Confirm, Action::TakeDown];
    let head =
        (uuid(), 1_u32..100, maybe_text(), line(), proptest::sample::select(actions), time());
    let law = (line(), line(), title(), option::of(preservation()));
    (head, law, vec(flow(), 1..MANY)).prop_map(|(head, law, mut flows)| {
        for (number, flow) in flows.iter_mut().enumerate() {
            flow.id = format!("F-{:03}", number + 1);
        }
        TraceRequest {
            id: head.0,
            version: head.1,
            reference: head.2,
            authority: head.3,
            action: head.4,
            reply_by: head.5,
            legal_basis: law.0,
            offence: law.1,
            facts: law.2,
            preservation: law.3,
            flows,
        }
    })
}

fn candidate() -> impl Strategy<Value = Candidate> {
    (
        line(),
        option::of(time()),
        option::of(time()),
        option::of(address()),
        option::of((any::<u16>(), any::<u16>())),
        option::of(0_u8..=100),
        some_words(),
        vec((line(), line()), 0..2),
    )
        .prop_map(|(reference, from, until, inner, ports, confidence, basis, disclosed)| {
            Candidate {
                reference,
                from,
                until,
                inner,
                ports: ports.map(|(a, b)| (a.min(b), a.max(b))),
                confidence,
                basis,
                disclosed,
            }
        })
}

fn next_hop() -> impl Strategy<Value = NextHop> {
    (line(), maybe_text(), option::of(address())).prop_map(|(name, contact, address)| NextHop {
        name,
        contact,
        address,
    })
}

fn flow_answer() -> impl Strategy<Value = FlowAnswer> {
    let outcomes = vec![
        Outcome::Identified,
        Outcome::Ambiguous,
        Outcome::NotFound,
        Outcome::NotRetained,
        Outcome::Confirmed,
        Outcome::Preserved,
        Outcome::PassedThrough,
    ];
    let allocations = vec![
        Allocation::Static,
        Allocation::Dynamic,
        Allocation::Cgnat,
        Allocation::Vpn,
        Allocation::Tor,
        Allocation::Hosting,
        Allocation::Unknown,
    ];
    let disclosures = vec![
        Disclosure::None,
        Disclosure::HeldForAssistance,
        Disclosure::Encrypted,
        Disclosure::Plain,
    ];
    let retention = (option::of(0_u32..4000), option::of(time()))
        .prop_map(|(days, until)| Retention { days, until });
    (
        proptest::sample::select(outcomes),
        vec(candidate(), 0..3),
        proptest::sample::select(allocations),
        option::of(next_hop()),
        option::of(retention),
        proptest::sample::select(disclosures),
        some_words(),
        own_handling(),
    )
        .prop_map(
            |(
                outcome,
                candidates,
                allocation,
                next_hop,
                retention,
                disclosure,
                notes,
                handling,
            )| {
                FlowAnswer {
                    flow: String::new(),
                    outcome,
                    candidates,
                    allocation,
                    next_hop,
                    retention,
                    disclosure,
                    notes,
                    handling,
                }
            },
        )
}

/// An opinion; its name and whom it speaks of are given by whoever makes the list.
fn opinion() -> impl Strategy<Value = Opinion> {
    let likelihoods = vec![
        Likelihood::AlmostNoChance,
        Likelihood::VeryUnlikely,
        Likelihood::Unlikely,
        Likelihood::RoughlyEvenChance,
        Likelihood::Likely,
        Likelihood::VeryLikely,
        Likelihood::AlmostCertain,
    ];
    let levels = vec![Level::Soil, Level::Infrastructure, Level::Actor, Level::Sponsor];
    (
        proptest::sample::select(levels),
        line(),
        proptest::sample::select(likelihoods),
        option::of(0_u8..=100),
        some_words(),
        vec(line(), 0..3),
        own_handling(),
    )
        .prop_map(
            |(level, hypothesis, likelihood, confidence, basis, alternatives, handling)| Opinion {
                id: String::new(),
                subject: None,
                level,
                hypothesis,
                likelihood,
                confidence,
                basis,
                alternatives,
                handling,
            },
        )
}

fn named_opinions(subjects: Vec<String>) -> impl Strategy<Value = Vec<Opinion>> {
    vec((opinion(), any::<proptest::sample::Index>(), any::<bool>()), 0..3).prop_map(move |made| {
        let mut opinions = Vec::new();
        for (number, (mut opinion, index, of_one)) in made.into_iter().enumerate() {
            opinion.id = format!("P-{:02}", number + 1);
            if of_one && !subjects.is_empty() {
                opinion.subject = Some(index.get(&subjects).clone());
            }
            opinions.push(opinion);
        }
        opinions
    })
}

/// The answer to a request.
pub(crate) fn answer() -> impl Strategy<Value = TraceAnswer> {
    let states = vec![
        AnswerStatus::Received,
        AnswerStatus::Accepted,
        AnswerStatus::Preserved,
        AnswerStatus::Partial,
        AnswerStatus::Identified,
        AnswerStatus::NotFound,
        AnswerStatus::Ambiguous,
        AnswerStatus::Refused,
        AnswerStatus::Forwarded,
        AnswerStatus::NeedMore,
    ];
    let grounds = vec![
        RefusalGround::PoliticalOffence,
        RefusalGround::Sovereignty,
        RefusalGround::DualCriminality,
        RefusalGround::OtherChannel,
        RefusalGround::DataProtection,
        RefusalGround::NotCompetent,
        RefusalGround::Disproportionate,
        RefusalGround::Other,
    ];
    let refusal = (proptest::sample::select(grounds), some_words())
        .prop_map(|(ground, words)| Refusal { ground, words });
    let head = (uuid(), 1_u32..100, maybe_text(), uuid(), 1_u32..100, hex64());
    let rest = (
        proptest::sample::select(states),
        vec(flow_answer(), 0..MANY),
        option::of(refusal),
        option::of(next_hop()),
        some_words(),
        named_opinions((1..MANY).map(|number| format!("F-{number:03}")).collect()),
        some_words(),
    );
    (head, rest).prop_map(|(head, mut rest)| {
        for (number, flow) in rest.1.iter_mut().enumerate() {
            flow.flow = format!("F-{:03}", number + 1);
        }
        let known = |opinion: &Opinion| {
            opinion.subject.as_ref().is_none_or(|of| rest.1.iter().any(|flow| flow.flow == *of))
        };
        rest.5.retain(known);
        TraceAnswer {
            id: head.0,
            version: head.1,
            reference: head.2,
            in_reply_to: InReplyTo { id: head.3, version: head.4, sha256: head.5 },
            status: rest.0,
            flows: rest.1,
            refusal: rest.2,
            forwarded_to: rest.3,
            needs: rest.4,
            attribution: rest.5,
            notes: rest.6,
        }
    })
}

/// An observable in the usual form of its kind.
pub(crate) fn observable() -> impl Strategy<Value = Observable> {
    let of = |kind: ObservableKind| move |value: String| Observable { kind, value };
    let prefix = (address(), 8_u8..=32).prop_map(|(address, length)| format!("{address}/{length}"));
    let name = proptest::sample::select(vec!["mail", "www", "a-b", "xn--80ak6aa92e"]);
    let domain = (name, 0_u32..1000).prop_map(|(name, n)| format!("{name}{n}.example"));
    let url = (0_u32..1000, proptest::sample::select(vec!["/", "/login?x=1&y='2'", "/a%20b#c"]))
        .prop_map(|(n, path)| format!("https://www{n}.example{path}"));
    let account = proptest::sample::select(vec!["ana", "ben", "m.cruz", "O'Neil", "niño"]);
    prop_oneof![
        address().prop_map(|address| address.to_string()).prop_map(of(ObservableKind::Address)),
        prefix.prop_map(of(ObservableKind::Prefix)),
        (64_496_u32..=64_511)
            .prop_map(|n| n.to_string())
            .prop_map(of(ObservableKind::AutonomousSystem)),
        domain.clone().prop_map(of(ObservableKind::Domain)),
        url.prop_map(of(ObservableKind::Url)),
        domain.prop_map(|domain| format!("ana@{domain}")).prop_map(of(ObservableKind::Email)),
        account.prop_map(str::to_owned).prop_map(of(ObservableKind::Account)),
        line().prop_map(of(ObservableKind::UserAgent)),
        hex64().prop_map(of(ObservableKind::Sha256)),
        line().prop_map(of(ObservableKind::FileName)),
    ]
}

fn shared_observable() -> impl Strategy<Value = SharedObservable> {
    (
        observable(),
        span(),
        1_u64..1_000_000,
        any::<bool>(),
        option::of(0_u8..=100),
        option::of(proptest::sample::select(vec!["A1", "B2", "C3", "F6"])),
        own_handling(),
    )
        .prop_map(
            |(observable, (first, last), count, indicator, confidence, admiralty, handling)| {
                SharedObservable {
                    id: String::new(),
                    observable,
                    first,
                    last,
                    count,
                    incidents: Vec::new(),
                    indicator,
                    confidence,
                    admiralty: admiralty.map(str::to_owned),
                    handling,
                }
            },
        )
}

fn incident() -> impl Strategy<Value = SharedIncident> {
    let kinds = vec![
        IncidentKind::PasswordGuessing,
        IncidentKind::PasswordSpraying,
        IncidentKind::AdminDiscovery,
        IncidentKind::AccountTakeover,
        IncidentKind::WebExploitation,
        IncidentKind::WebShell,
        IncidentKind::LateralMovement,
        IncidentKind::CloudAbuse,
        IncidentKind::Scanning,
    ];
    let techniques = vec!["T1110.003", "T1078", "T1505.003", "T1595"];
    (
        proptest::sample::select(kinds),
        title(),
        option::of(line()),
        span(),
        0_u64..1 << 53,
        any::<bool>(),
        proptest::sample::subsequence(techniques, 0..3),
        own_handling(),
    )
        .prop_map(
            |(kind, title, agency, (first, last), count, entered, techniques, handling)| {
                SharedIncident {
                    id: String::new(),
                    kind,
                    title,
                    agency,
                    first,
                    last,
                    count,
                    entered,
                    techniques: techniques.into_iter().map(str::to_owned).collect(),
                    handling,
                }
            },
        )
}

/// Some of these names, in their order.
fn among(names: Vec<String>) -> impl Strategy<Value = Vec<String>> {
    let most = names.len();
    proptest::sample::subsequence(names, 0..=most)
}

/// A part of a case.
pub(crate) fn extract() -> impl Strategy<Value = Extract> {
    let incidents = vec(incident(), 0..MANY);
    incidents.prop_flat_map(|mut incidents| {
        for (number, incident) in incidents.iter_mut().enumerate() {
            incident.id = format!("I-{:02}", number + 1);
        }
        let names: Vec<String> = incidents.iter().map(|incident| incident.id.clone()).collect();
        let of = || among(names.clone());
        let campaigns = vec((title(), of(), some_words(), span(), own_handling()), 0..3);
        let observables = vec((shared_observable(), of()), 0..MANY);
        let actions = vec((title(), of(), own_handling()), 0..3);
        let notes = vec((of(), title(), own_handling()), 0..3);
        let opinions = named_opinions(names.clone());
        (Just(incidents), campaigns, observables, actions, notes, opinions, title(), maybe_text())
            .prop_map(put_together)
    })
}

type Campaigns =
    Vec<(Vec<Words>, Vec<String>, Vec<Words>, (Timestamp, Timestamp), Option<Handling>)>;
type Parts = (
    Vec<SharedIncident>,
    Campaigns,
    Vec<(SharedObservable, Vec<String>)>,
    Vec<(Vec<Words>, Vec<String>, Option<Handling>)>,
    Vec<(Vec<String>, Vec<Words>, Option<Handling>)>,
    Vec<Opinion>,
    Vec<Words>,
    String,
);

fn put_together(parts: Parts) -> Extract {
    let (incidents, campaigns, observables, actions, notes, opinions, title, reference) = parts;
    let campaigns = (1..).zip(campaigns).map(|(number, made)| SharedCampaign {
        id: format!("C-{number:02}"),
        title: made.0,
        incidents: made.1,
        because: made.2,
        first: made.3.0,
        last: made.3.1,
        handling: made.4,
    });
    let observables = (1..).zip(observables).map(|(number, (observable, incidents))| {
        SharedObservable { id: format!("O-{number:02}"), incidents, ..observable }
    });
    let actions = (1..).zip(actions).map(|(number, (text, incidents, handling))| SharedAction {
        id: format!("A-{number:02}"),
        text,
        incidents,
        handling,
    });
    let notes = (1..).zip(notes).map(|(number, (about, text, handling))| SharedNote {
        id: format!("N-{number:02}"),
        about,
        text,
        handling,
    });
    Extract {
        title,
        reference,
        incidents,
        campaigns: campaigns.collect(),
        observables: observables.collect(),
        opinions,
        actions: actions.collect(),
        notes: notes.collect(),
    }
}

/// Any package. It is addressed to `cert.example` alone.
pub(crate) fn package() -> impl Strategy<Value = Package> {
    let content = prop_oneof![
        request().prop_map(Content::Request),
        answer().prop_map(Content::Answer),
        extract().prop_map(Content::Extract),
    ];
    (
        uuid(),
        time(),
        party("ours.example"),
        party("cert.example"),
        handling(),
        some_words(),
        content,
    )
        .prop_map(|(id, created, from, to, handling, redaction, content)| Package {
            id,
            created,
            from,
            to: vec![to],
            handling,
            redaction,
            content,
            unknown: Vec::new(),
        })
}

/// So many packages, the same in every run.
pub(crate) fn packages(count: usize) -> Vec<Package> {
    let mut runner = TestRunner::deterministic();
    let strategy = package();
    let mut one = || strategy.new_tree(&mut runner).expect("nothing is filtered").current();
    (0..count).map(|_| one()).collect()
}

/// Lets it out to whom it is addressed to; `None` where the gate does not.
pub(crate) fn cleared(package: &Package) -> Option<Cleared> {
    let party = package.to.first()?.clone();
    clear(package.clone(), Recipient { party }).ok()
}

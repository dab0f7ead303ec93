//! The shipped schema against what the model writes: a case with everything in it, and one with
//! nothing. The schema allows no member that it does not name, so a new one shows here.

use std::{fs, path::Path};

use bakas_model::{
    Account, Agency, AgencyIx, Ask, Asn, Assessment, AssessmentLevel, Block, Campaign, CampaignId,
    Case, ClockBasis, Collateral, CommonFactor, Confidence, Country, Counts, DataSet, Day,
    DayLines, DetectionId, EvidenceItem, Family, Hypothesis, Incident, IncidentId, IncidentKind,
    Likelihood, Link, Moment, Network, NetworkKind, Place, Reject, RejectReason, RuleCounts, Scope,
    Severity, Source, SourceClock, SourceIx, SourceSummary, Text, Timestamp, Trace,
    assessment::{
        Basis, Cap, Cell, Cost, EvidenceKind, LeaveOut, Moved, NextQuestion, Step, Turning,
    },
    case::{CASE_SCHEMA, ClockProposal, Holdings, IdleEntry, NetworkUse, SetAside},
    detection::Tally,
    incident::{Act, AddressUse, Deed, Entered, LinkReason},
    network::{
        Announced, Authorisation, Contact, ContactRole, Held, Needed, Organisation, OwnerSaid,
        Place as NetworkPlace, Question, Rdap, Registrant, ReverseName, RouteCheck, StateOwned,
        SubscriberFact, SubscriberQuestion, Told, Validity, View,
    },
    response::AskKind,
};
use serde::Serialize;
use serde_json::{Value, json};

/// The schema, or the part of it that the lines of another file follow.
fn schema(definition: Option<&str>) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap();
    let text = fs::read_to_string(root.join("docs/formats/case.schema.json")).unwrap();
    let whole: Value = serde_json::from_str(&text).unwrap();
    match definition {
        None => whole,
        Some(name) => {
            assert!(whole["$defs"][name].is_object(), "the schema defines {name}");
            json!({
                "$schema": whole["$schema"],
                "$ref": format!("#/$defs/{name}"),
                "$defs": whole["$defs"],
            })
        }
    }
}

pub(crate) fn complaints(definition: Option<&str>, value: &impl Serialize) -> Vec<String> {
    let validator = jsonschema::validator_for(&schema(definition)).unwrap();
    let value = serde_json::to_value(value).unwrap();
    let errors = validator.iter_errors(&value);
    errors.map(|e| format!("{}: {e}", e.instance_path())).collect()
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_micros(1_767_571_200_000_000 + hour * 3_600_000_000 + 123_456)
}

fn text() -> Text {
    Text::new("seen", "nakita")
}

fn tally<T>(value: T) -> Vec<Tally<T>> {
    vec![Tally { value, count: 3 }]
}

const PLACE: Place = Place { source: SourceIx(0), offset: 5 << 32, length: 200 };

fn source() -> SourceSummary {
    let reject = |reason| (reason, 2);
    SourceSummary {
        source: Source {
            ix: SourceIx(0),
            agency: AgencyIx(0),
            path: "welfare/a.zip!/access.log".into(),
            format: "combined".into(),
            certainty: 98,
            provider: Some("Google Workspace".into()),
            clock: SourceClock {
                zone: Some("Asia/Manila".into()),
                offset_micros: -420_000_000,
                uncertainty_micros: 1,
                basis: ClockBasis::Configured,
                year_reference: Some(Day(20_000)),
            },
            trusted_proxies: vec!["10.20.0.5/32".parse().unwrap()],
        },
        families: [Family::Web].into(),
        bytes: 2,
        account: Account { records: 3, events: 2, ..Account::default() },
        bytes_shipped: 1,
        sha256: "ab".repeat(32),
        events: 1,
        rejects: [
            RejectReason::Malformed,
            RejectReason::Truncated,
            RejectReason::TooLong,
            RejectReason::TooDeep,
            RejectReason::TooManyFields,
            RejectReason::Binary,
            RejectReason::BadTime,
            RejectReason::BrokenArchive,
            RejectReason::ArchiveBound,
            RejectReason::UnsafePath,
            RejectReason::Unreadable,
            RejectReason::Duplicate,
            RejectReason::UnknownFormat,
        ]
        .map(reject)
        .into(),
        first: Some(at(0)),
        last: None,
        held: Holdings { events: 3, source_port: 2, destination: 1, zoned: 3 },
        duplicate_of: Some(SourceIx(1)),
    }
}

fn reject() -> Reject {
    Reject {
        place: PLACE,
        line: Some(7),
        reason: RejectReason::TooLong,
        detail: "over 1 MiB".into(),
        sample: "\\u{0}".into(),
    }
}

fn moment() -> Moment {
    Moment {
        time: at(1),
        until: Some(at(2)),
        agency: AgencyIx(0),
        incident: Some(incident_id()),
        text: text(),
        deed: Some(Deed {
            account: "ana@welfare.example".into(),
            act: Act::Forward,
            failed: false,
            object: "box@drop.example".into(),
        }),
        lines: 4,
        place: Some(PLACE),
    }
}

fn incident_id() -> IncidentId {
    IncidentId("I-01".into())
}

fn incident(kind: IncidentKind) -> Incident {
    Incident {
        streams: Vec::new(),
        id: incident_id(),
        agency: AgencyIx(0),
        kind,
        severity: Severity::Critical,
        title: text(),
        summary: text(),
        first: at(0),
        last: at(9),
        lines: 17_000,
        detections: vec![DetectionId(1)],
        techniques: vec!["T1110".into(), "T1110.003".into()],
        addresses: vec![AddressUse {
            address: "2001:db8::1".parse().unwrap(),
            asn: Some(Asn(u32::MAX)),
            operator: Some("Example Telecom".into()),
            country: Country::new("ph"),
            kind: NetworkKind::PrivateRelay,
            lines: 3,
            first: at(0),
            last: at(1),
            legitimate_sessions: 0,
        }],
        more_addresses: 3,
        agents: tally("curl".to_owned()),
        scope: Scope {
            tried: tally("admin".to_owned()),
            tried_count: 1,
            tries: 9,
            entered: vec![Entered {
                account: "ana@welfare.example".into(),
                at: at(3),
                from: None,
                how: text(),
                failures_before: 41,
                place: PLACE,
            }],
            after: vec![moment()],
            objects: tally("/login".to_owned()),
        },
    }
}

fn link(reason: LinkReason) -> Link {
    let id = incident_id();
    Link { a: id.clone(), b: id, reason, detail: text(), weight: 12.5 }
}

fn trace() -> Trace {
    let network = Network {
        epoch: Day(20_180),
        age_days: -3,
        prefix: Some("192.0.2.0/24".parse().unwrap()),
        asn: Some(Asn(64_500)),
        operator: Some("Example Telecom".into()),
        country: Country::new("PH"),
        kind: NetworkKind::Telco,
        lists: vec!["x".into()],
        state_owned: Some(StateOwned {
            owner: Country::new("PH").unwrap(),
            majority: true,
            group: Some("Example".into()),
            said: Some(Box::new(OwnerSaid {
                organisation: "Example Telecom".into(),
                parent: "Example Group".into(),
                percent: "52.5".into(),
                quote: "The state holds 52.5 %".into(),
                language: "English".into(),
                quoted_from: "Annual report".into(),
                url: "https://telco.example/owners".into(),
                note: "as of 2018".into(),
            })),
            data_set: "owners".into(),
            date: Some(Day(20_180)),
        }),
        special: Some("documentation".into()),
        data_sets: vec!["asn".into()],
    };
    Trace {
        then: network,
        now: Some(Network::default()),
        caveat: text(),
        ..told(Trace::new("192.0.2.1".parse().unwrap(), at(0)))
    }
}

/// Everything that several sources may say beside the answer.
fn told(trace: Trace) -> Trace {
    let day = Day(20_180);
    let country = Country::new("PH");
    let views = [
        Question::Origin,
        Question::Operator,
        Question::Registration,
        Question::Location,
        Question::Registrant,
        Question::Kind,
        Question::Owner,
        Question::RouteOrigin,
    ];
    let view = |question| View {
        question,
        says: "announced by nobody".into(),
        says_fil: "walang nag-anunsiyo".into(),
        data_set: "asn".into(),
        date: day,
        agrees: false,
    };
    let announced = Announced { asn: Some(Asn(64_500)), operator: Some("x".into()), ..nobody() };
    let registrant = Registrant {
        registry: "apnic".into(),
        status: "allocated".into(),
        date: Some(day),
        holder: "A91".into(),
    };
    let organisation = Organisation {
        name: "Example".into(),
        parent: Some("Example Group".into()),
        country,
        kind: Some(NetworkKind::Telco),
    };
    let place = NetworkPlace { country, region: "north".into(), city: "Example".into() };
    let roa =
        Authorisation { prefix: "192.0.2.0/24".parse().unwrap(), asn: Asn(0), max_length: 24 };
    let check = RouteCheck { validity: Validity::InvalidLength, authorisations: vec![roa] };
    Trace {
        history: vec![announced, nobody()],
        views: views.map(view).into(),
        registrant: Some(said(registrant)),
        organisation: Some(said(organisation)),
        place: Some(said(place)),
        route_origin: Some(said(check)),
        contacts: contacts(),
        subscriber: Some(subscriber()),
        reverse_name: Some(ReverseName { names: vec!["a.example".into()], asked: at(0) }),
        rdap: Some(Rdap {
            url: "https://rdap.example/ip/192.0.2.1".into(),
            asked: at(0),
            sha256: "ab".repeat(32),
            file: Some("rdap/x.json".into()),
            handle: Some("NET-1".into()),
            name: Some("EXAMPLE".into()),
            range: Some("192.0.2.0 - 192.0.2.255".into()),
            country,
            registrant: Some("Example".into()),
            changed: Some(at(0)),
        }),
        ..trace
    }
}

fn said<T>(said: T) -> Told<T> {
    Told { said, data_set: "asn".into(), date: Day(20_180) }
}

fn nobody() -> Announced {
    let data_sets = vec!["asn-2025-04-02".into()];
    Announced { source: "asn".into(), data_sets, ..Announced::default() }
}

fn contacts() -> Vec<Contact> {
    let roles = [ContactRole::Abuse, ContactRole::Noc, ContactRole::Cert, ContactRole::Registry];
    let contact = |role| Contact {
        role,
        name: "desk".into(),
        address: "mailto:abuse@telco.example".into(),
        data_set: "contacts".into(),
        date: Day(20_180),
    };
    roles.map(contact).into()
}

fn subscriber() -> SubscriberQuestion {
    let facts = [
        (Needed::Address, Held::Held),
        (Needed::SourcePort, Held::Missing),
        (Needed::Time, Held::Partly),
        (Needed::Destination, Held::Unknown),
    ];
    let fact = |(fact, held)| SubscriberFact {
        fact,
        held,
        lines_with: 1,
        lines: 2,
        example: Some("192.0.2.1".into()),
    };
    SubscriberQuestion { because: text(), facts: facts.map(fact).into() }
}

fn evidence_item() -> EvidenceItem {
    let basis = vec![
        Basis::Record { file: "welfare/access.log".into(), offset: 5 << 32, length: 200 },
        Basis::Trace { address: "192.0.2.1".parse().unwrap(), at: at(0) },
        Basis::DataSet { name: "asn".into() },
        Basis::Incident { id: incident_id() },
        Basis::Statement { id: "S-01".into() },
        Basis::Request { id: "R-01".into() },
        Basis::Document { name: "letter.pdf".into(), sha256: Some("ab".repeat(32)) },
    ];
    EvidenceItem {
        number: 1,
        id: "net-countries".into(),
        kind: EvidenceKind::Network,
        text: text(),
        source: "address tables".into(),
        reliability: 'B',
        credibility: '2',
        group: Some("address-tables".into()),
        cost: Cost::Cheap,
        interested: true,
        observed: Some(at(0)),
        valid_from: Some(at(0)),
        valid_until: Some(at(1)),
        incidents: vec![incident_id()],
        basis,
        techniques: vec!["T1110".into()],
    }
}

fn hypothesis(likelihood: Likelihood) -> Hypothesis {
    Hypothesis {
        id: "unknown".into(),
        text: text(),
        likelihood,
        speaks_for: vec![1],
        speaks_against: vec![],
        prior: 0.5,
        prior_reason: text(),
        best: 0.6,
        low: 0.4,
        high: 0.7,
        even_prior: 0.5,
        insufficient: true,
        by: Some("ana".into()),
    }
}

fn assessment(level: AssessmentLevel, likelihood: Likelihood) -> Assessment {
    let caps =
        vec![Cap::Dependence, Cap::Group, Cap::CheapToPlant, Cap::InterestedParty, Cap::GroundOnly];
    Assessment {
        subject: "C-01".into(),
        level,
        as_of: Some(at(9)),
        question: text(),
        answer: text(),
        confidence: Confidence::Moderate,
        confidence_text: text(),
        insufficient: true,
        evidence: vec![evidence_item(), EvidenceItem { number: 2, ..EvidenceItem::default() }],
        hypotheses: vec![hypothesis(likelihood)],
        matrix: vec![Cell {
            item: 1,
            hypothesis: "unknown".into(),
            low: 0.1,
            best: 0.2,
            high: 0.3,
            reason: text(),
            by: Some("ana".into()),
            overridden: true,
        }],
        moved: vec![Moved {
            item: 1,
            caps: caps.clone(),
            decibans: vec![-1.5],
            ..Moved::default()
        }],
        waterfall: vec![Step { item: 1, caps, ..Step::default() }],
        leave_out: vec![LeaveOut { items: vec![1], ..LeaveOut::default() }],
        turning: Some(Turning { items: vec![1], to: "relay".into(), share: 0.5, smallest: true }),
        findings: vec![text()],
        would_change: vec![text()],
        not_examined: vec![text()],
        next: vec![NextQuestion::default()],
    }
}

fn ask(kind: AskKind) -> Ask {
    Ask {
        number: 1,
        agency: AgencyIx(0),
        kind,
        text: text(),
        proof: text(),
        within_hours: 24,
        incidents: vec![incident_id()],
    }
}

fn block() -> Block {
    Block {
        incident: incident_id(),
        agency: AgencyIx(0),
        prefixes: vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/48".parse().unwrap()],
        network: Some(Asn(64_500)),
        applies_to: text(),
        stops_percent: 100,
        collateral: Collateral { lower_bound: true, ..Collateral::default() },
        proposed: true,
        reason: text(),
        lifetime_days: 30,
    }
}

fn links() -> Vec<Link> {
    use LinkReason as R;
    let reasons = [
        R::SameAddress,
        R::SameBlock,
        R::SameNetwork,
        R::SameAccount,
        R::SameTool,
        R::SameRhythm,
        R::Sequel,
    ];
    reasons.map(link).into()
}

fn asks() -> Vec<Ask> {
    use AskKind as K;
    let kinds = [K::Preserve, K::Revoke, K::Reset, K::Clean, K::Block, K::SecondFactor, K::Inform];
    kinds.map(ask).into()
}

fn network_use() -> NetworkUse {
    let network = trace().then;
    NetworkUse {
        asn: network.asn,
        operator: network.operator,
        country: network.country,
        kind: network.kind,
        lines: 3,
        addresses: 2,
        incidents: [incident_id()].into(),
        agencies: [AgencyIx(0)].into(),
        legitimate_sessions: 1,
        first: at(0),
        last: at(1),
        state_owned: network.state_owned,
        special: Some("Private-Use".into()),
        lists: ["list".to_owned()].into(),
    }
}

fn full() -> Case {
    Case {
        schema: CASE_SCHEMA.into(),
        name: "case".into(),
        tool_version: "0.1.0".into(),
        arguments: vec!["investigate".into()],
        created: at(100),
        synthetic: true,
        window: Some((at(0), at(99))),
        counts: Counts { files: 1, ..Counts::default() },
        agencies: vec![Agency {
            id: "welfare".into(),
            name: Some("Welfare".into()),
            domains: vec!["welfare.example".into()],
            sector: Some("government".into()),
            administrator: Some("admin@welfare.example".into()),
        }],
        sources: vec![source(), SourceSummary::default()],
        rejects: vec![reject(), Reject { line: None, ..reject() }],
        idle_entries: vec![IdleEntry::default()],
        clock_proposals: vec![ClockProposal {
            source: SourceIx(0),
            against: SourceIx(1),
            offset_micros: -1,
            shared_events: 9,
            spread_micros: 1,
        }],
        rules: RuleCounts { unsupported: [("near".into(), 1)].into(), ..RuleCounts::default() },
        data_sets: vec![DataSet::default()],
        incidents: IncidentKind::ALL.iter().map(|&kind| incident(kind)).collect(),
        campaigns: vec![Campaign {
            id: CampaignId("C-01".into()),
            title: text(),
            summary: text(),
            incidents: vec![incident_id()],
            links: links(),
            first: at(0),
            last: at(1),
        }],
        weak_links: links(),
        common_factors: vec![CommonFactor {
            provider: "Google Workspace".into(),
            agencies: vec![AgencyIx(0)],
            speaks_for: vec![text()],
            speaks_against: vec![text()],
        }],
        timeline: vec![moment()],
        lines_per_day: vec![DayLines { incident: incident_id(), day: Day(20_458), lines: 3 }],
        networks: vec![network_use()],
        more_networks: 3,
        traces: vec![trace()],
        assessments: vec![
            assessment(AssessmentLevel::Soil, Likelihood::AlmostNoChance),
            assessment(AssessmentLevel::Infrastructure, Likelihood::RoughlyEvenChance),
            assessment(AssessmentLevel::Actor, Likelihood::AlmostCertain),
            assessment(AssessmentLevel::Sponsor, Likelihood::Likely),
            Assessment::default(),
        ],
        blocks: vec![block(), Block { network: None, ..block() }],
        asks: asks(),
        set_aside: vec![SetAside { agency: AgencyIx(0), text: text(), detections: 1, hits: 2 }],
    }
}

#[test]
fn a_case_with_everything_in_it_is_valid() {
    assert_eq!(complaints(None, &full()), [""; 0]);
}

#[test]
fn a_case_with_nothing_in_it_is_valid() {
    let empty = Case { schema: CASE_SCHEMA.into(), ..Case::default() };
    assert_eq!(complaints(None, &empty), [""; 0]);
}

#[test]
fn every_list_of_the_full_case_has_something_in_it() {
    let case = serde_json::to_value(full()).unwrap();
    for (name, value) in case.as_object().unwrap() {
        let is_empty = value.as_array().is_some_and(Vec::is_empty);
        assert!(!is_empty, "{name} is not looked at by the schema's test");
    }
}

#[test]
fn what_is_not_a_case_is_refused() {
    let mut case = serde_json::to_value(full()).unwrap();
    case["extra"] = json!(1);
    assert_eq!(complaints(None, &case).len(), 1);
    let mut case = serde_json::to_value(full()).unwrap();
    case["incidents"][0]["kind"] = json!("war");
    case["created"] = json!("yesterday");
    assert_eq!(complaints(None, &case).len(), 2);
}

#[test]
fn the_lines_of_the_other_files_are_valid() {
    assert_eq!(complaints(Some("moment"), &moment()), [""; 0]);
    assert_eq!(complaints(Some("trace"), &trace()), [""; 0]);
    assert_eq!(complaints(Some("reject"), &reject()), [""; 0]);
    let line = json!({
        "incident": "I-01", "file": "welfare/auth.log", "offset": 0, "length": 80,
        "time": at(0),
    });
    assert_eq!(complaints(Some("evidence_line"), &line), [""; 0]);
}

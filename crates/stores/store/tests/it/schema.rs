//! The shipped schema against what the model writes: a case with everything in it, and one with
//! nothing. The schema allows no member that it does not name, so a new one shows here.

use std::{fs, path::Path};

use bakas_model::{
    Account, Agency, AgencyIx, Ask, Asn, Assessment, AssessmentLevel, Block, Campaign, CampaignId,
    Case, ClockBasis, Collateral, CommonFactor, Country, Counts, DataSet, Day, DayLines,
    DetectionId, Evidence, Hypothesis, Incident, IncidentId, IncidentKind, Likelihood, Link,
    Moment, Network, NetworkKind, Place, Reject, RejectReason, RuleCounts, Scope, Severity, Source,
    SourceClock, SourceIx, SourceSummary, Text, Timestamp, Trace,
    case::{CASE_SCHEMA, ClockProposal, SetAside},
    detection::Tally,
    incident::{AddressUse, Entered, LinkReason},
    network::StateOwned,
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
        }),
        special: Some("documentation".into()),
        data_sets: vec!["asn".into()],
    };
    Trace {
        address: "192.0.2.1".parse().unwrap(),
        at: at(0),
        then: network,
        now: Some(Network::default()),
        caveat: "an operator is not an actor".into(),
    }
}

fn assessment(level: AssessmentLevel, likelihood: Likelihood) -> Assessment {
    Assessment {
        level,
        question: text(),
        answer: text(),
        evidence: vec![Evidence {
            number: 1,
            text: text(),
            reliability: 'B',
            credibility: '2',
            incidents: vec![incident_id()],
        }],
        hypotheses: vec![Hypothesis {
            id: "unknown".into(),
            text: text(),
            likelihood,
            speaks_for: vec![1],
            speaks_against: vec![],
        }],
        would_change: vec![text()],
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
        traces: vec![trace()],
        assessments: vec![
            assessment(AssessmentLevel::Soil, Likelihood::AlmostNoChance),
            assessment(AssessmentLevel::Infrastructure, Likelihood::RoughlyEvenChance),
            assessment(AssessmentLevel::Actor, Likelihood::AlmostCertain),
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

//! The score: a case made from the truth is perfect, and each kind of damage is named.

use bakas_model::{
    Agency, AgencyIx, Asn, Campaign, CampaignId, Case, Incident, IncidentId, IncidentKind,
    NetworkKind, Scope, Severity, Text, Timestamp, incident::AddressUse,
};
use bakas_scenario::{
    Score,
    score::{EvidenceLine, Reason, judge},
    truth::{DUPLICATE_DECOY, Truth},
};

use crate::make;

fn incident(id: &str, agency: u16, kind: IncidentKind, addresses: &[String]) -> Incident {
    let time = Timestamp::from_seconds(1_767_000_000);
    Incident {
        streams: Vec::new(),
        id: IncidentId(id.to_owned()),
        agency: AgencyIx(agency),
        kind,
        severity: Severity::High,
        title: Text::default(),
        summary: Text::default(),
        first: time,
        last: time,
        lines: 0,
        detections: Vec::new(),
        techniques: Vec::new(),
        addresses: addresses
            .iter()
            .map(|address| AddressUse {
                address: address.parse().unwrap(),
                asn: Some(Asn(64_500)),
                operator: None,
                country: None,
                kind: NetworkKind::Unknown,
                lines: 1,
                first: time,
                last: time,
                legitimate_sessions: 0,
            })
            .collect(),
        more_addresses: 0,
        agents: Vec::new(),
        scope: Scope::default(),
    }
}

/// The case that a perfect investigation would have made.
fn perfect(truth: &Truth) -> (Case, Vec<EvidenceLine>) {
    let mut case = Case::default();
    for found in &truth.incidents {
        if !case.agencies.iter().any(|a| a.id == found.agency) {
            case.agencies.push(Agency { id: found.agency.clone(), ..Agency::default() });
        }
        let agency = case.agencies.iter().position(|a| a.id == found.agency).unwrap() as u16;
        case.incidents.push(incident(&found.incident, agency, found.kind, &found.addresses));
    }
    for campaign in &truth.campaigns {
        let time = Timestamp::from_seconds(0);
        case.campaigns.push(Campaign {
            id: CampaignId(campaign.campaign.clone()),
            title: Text::default(),
            summary: Text::default(),
            incidents: campaign.incidents.iter().map(|i| IncidentId(i.clone())).collect(),
            links: Vec::new(),
            first: time,
            last: time,
        });
    }
    let evidence = truth
        .lines
        .iter()
        .map(|line| EvidenceLine {
            incident: line.incident.clone(),
            file: line.file.clone(),
            offset: line.offset,
            length: line.length.into(),
        })
        .collect();
    (case, evidence)
}

fn truth() -> Truth {
    make(21, 3_000).truth
}

fn number(truth: &Truth, kind: IncidentKind) -> usize {
    truth.incidents.iter().position(|i| i.kind == kind).unwrap()
}

fn missed(score: &Score, id: &str) -> Reason {
    score.missed.iter().find(|m| m.incident == id).unwrap().reason.clone()
}

fn wrong(score: &Score, id: &str) -> Reason {
    score.wrong.iter().find(|m| m.incident == id).unwrap().reason.clone()
}

#[test]
fn a_perfect_case_is_perfect() {
    let truth = truth();
    let (case, evidence) = perfect(&truth);
    let score = judge(&truth, &case, &evidence);
    assert!(score.meets_goal(), "{score}");
    assert_eq!((score.incidents.precision, score.incidents.recall), (1.0, 1.0));
    assert_eq!((score.lines.precision, score.lines.recall), (1.0, 1.0));
    assert_eq!(score.lines_in_place, 1.0);
    assert!(score.grouping.exact && score.missed.is_empty() && score.wrong.is_empty());
    let table = score.to_string();
    assert!(table.contains("grouped exactly right: yes") && table.contains("meets the goal"));
    assert!(serde_json::to_string(&score).unwrap().contains("\"exact\":true"));
}

#[test]
fn reads_a_case_folder() {
    let made = make(22, 1_000);
    let (case, evidence) = perfect(&made.truth);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("case.json"), serde_json::to_vec(&case).unwrap()).unwrap();
    let lines: String = evidence
        .iter()
        .map(|e| {
            let EvidenceLine { incident, file, offset, length } = e;
            format!("{{\"incident\":\"{incident}\",\"file\":\"logs/{file}\",\"offset\":{offset},\"length\":{length},\"time\":\"2026-01-01T00:00:00Z\"}}\n")
        })
        .collect();
    std::fs::write(folder.path().join("evidence.ndjson"), lines).unwrap();
    let score = bakas_scenario::score(folder.path(), &made.summary.truth).unwrap();
    assert!(score.meets_goal(), "{score}");
    std::fs::write(folder.path().join("evidence.ndjson"), "{}\n").unwrap();
    let error = bakas_scenario::score(folder.path(), &made.summary.truth).unwrap_err();
    assert!(error.to_string().contains("evidence.ndjson' line 1"), "{error}");
}

#[test]
fn what_was_not_found_is_missed() {
    let truth = truth();
    let (mut case, mut evidence) = perfect(&truth);
    let gone = number(&truth, IncidentKind::WebShell);
    let id = truth.incidents[gone].incident.clone();
    case.incidents.remove(gone);
    evidence.retain(|e| e.incident != id);
    let score = judge(&truth, &case, &evidence);
    assert_eq!(missed(&score, &id), Reason::NoDetection);
    assert!(score.incidents.recall < 1.0 && score.incidents.precision == 1.0);
    assert!(score.lines.recall < 1.0 && score.lines.precision == 1.0);
    assert!(!score.meets_goal());
}

#[test]
fn wrong_kind_and_wrong_agency_are_told_apart() {
    let truth = truth();
    let (mut case, evidence) = perfect(&truth);
    let kind = number(&truth, IncidentKind::WebExploitation);
    let place = number(&truth, IncidentKind::CloudAbuse);
    case.incidents[kind].kind = IncidentKind::Scanning;
    let elsewhere = (case.incidents[place].agency.0 + 1) % case.agencies.len() as u16;
    case.incidents[place].agency = AgencyIx(elsewhere);
    let score = judge(&truth, &case, &evidence);
    let id = |n: usize| truth.incidents[n].incident.as_str();
    assert_eq!(missed(&score, id(kind)), Reason::WrongKind);
    assert_eq!(wrong(&score, id(kind)), Reason::WrongKind);
    assert_eq!(missed(&score, id(place)), Reason::WrongAgency);
    assert_eq!(wrong(&score, id(place)), Reason::WrongAgency);
}

#[test]
fn split_and_merged_are_told_apart() {
    let truth = truth();
    let (mut case, mut evidence) = perfect(&truth);
    let whole = number(&truth, IncidentKind::WebShell);
    let id = truth.incidents[whole].incident.clone();
    let mut part = case.incidents[whole].clone();
    part.id = IncidentId("I-99".to_owned());
    case.incidents.push(part);
    let lines: Vec<usize> = (0..evidence.len()).filter(|&n| evidence[n].incident == id).collect();
    for &n in &lines[..lines.len() / 3] {
        evidence[n].incident = "I-99".to_owned();
    }
    let score = judge(&truth, &case, &evidence);
    assert_eq!(wrong(&score, "I-99"), Reason::Split);
    assert!(score.missed.is_empty(), "the larger part is the match");

    let (mut case, mut evidence) = perfect(&truth);
    let gone = number(&truth, IncidentKind::WebExploitation);
    let gone_id = case.incidents.remove(gone).id.0;
    for line in evidence.iter_mut().filter(|e| e.incident == gone_id) {
        line.incident.clone_from(&id);
    }
    let score = judge(&truth, &case, &evidence);
    assert_eq!(missed(&score, &gone_id), Reason::Merged);
    assert_eq!(score.lines.recall, 1.0);
    assert!(score.lines_in_place < 1.0);
}

#[test]
fn an_accused_decoy_is_named() {
    let truth = truth();
    let (mut case, mut evidence) = perfect(&truth);
    let decoy = truth.decoys.iter().find(|d| d.name == "permitted-scanner").unwrap();
    let agency = case.agencies.iter().position(|a| a.id == "welfare").unwrap() as u16;
    case.incidents.push(incident("I-98", agency, IncidentKind::Scanning, &decoy.addresses[..1]));
    evidence.push(EvidenceLine {
        incident: "I-98".to_owned(),
        file: "welfare/web1/access.log".to_owned(),
        offset: 0,
        length: 10,
    });
    let score = judge(&truth, &case, &evidence);
    assert_eq!(wrong(&score, "I-98"), Reason::DecoyAccused("permitted-scanner".to_owned()));
    assert_eq!(score.accused.len(), 1);
    assert!(score.to_string().contains("decoy accused: permitted-scanner"));
    assert!(!score.meets_goal());
    let stranger = ["198.51.100.7".to_owned()];
    case.incidents.last_mut().unwrap().addresses =
        incident("x", 0, IncidentKind::Scanning, &stranger).addresses;
    assert_eq!(wrong(&judge(&truth, &case, &evidence), "I-98"), Reason::NoAttack);
}

#[test]
fn copies_count_once_and_as_their_original() {
    let truth = truth();
    let (case, mut evidence) = perfect(&truth);
    let copies: Vec<_> = truth.decoys.iter().filter(|d| d.name == DUPLICATE_DECOY).collect();
    let moved = evidence.iter().filter(|e| copies.iter().any(|d| d.files[0] == e.file)).count();
    assert!(moved > 0, "an attack stands in a file that was shipped twice");
    for line in &mut evidence {
        if let Some(decoy) = copies.iter().find(|d| d.files[0] == line.file) {
            line.file.clone_from(&decoy.files[1]);
        }
    }
    let once = judge(&truth, &case, &evidence);
    assert!(once.meets_goal() && once.lines.recall == 1.0, "{once}");
    let (_, originals) = perfect(&truth);
    evidence.extend(originals);
    let twice = judge(&truth, &case, &evidence);
    assert_eq!(twice.lines, once.lines);
}

#[test]
fn wrong_grouping_is_seen() {
    let truth = truth();
    let (mut case, evidence) = perfect(&truth);
    let moved = case.campaigns[2].incidents.pop().unwrap();
    case.campaigns[1].incidents.push(moved);
    let score = judge(&truth, &case, &evidence);
    assert!(!score.grouping.exact);
    assert!(score.grouping.pairs.precision < 1.0 && score.grouping.pairs.recall < 1.0);
    assert!(score.to_string().contains("grouped exactly right: no"));
    case.campaigns.clear();
    let score = judge(&truth, &case, &evidence);
    assert_eq!((score.grouping.pairs.precision, score.grouping.pairs.recall), (1.0, 0.0));
}

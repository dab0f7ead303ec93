//! Typical campaigns, read as a reader would.

use bakas_assess::assess;
use bakas_model::{Assessment, Likelihood, NetworkKind};

use crate::build::{Part, campaign, incident, part, traces};

fn assessed(incidents: &[Vec<Part>]) -> Vec<Assessment> {
    let all: Vec<Part> = incidents.iter().flatten().cloned().collect();
    let incidents: Vec<_> =
        (1..).zip(incidents).map(|(number, parts)| incident(number, parts)).collect();
    assess(&incidents, &[campaign(1, &incidents, 15.0)], &traces(&all))
}

/// An assessment as plain text, both languages.
fn read(assessment: &Assessment) -> String {
    let mut lines = vec![
        format!("Q  {}\n   {}", assessment.question.en, assessment.question.fil),
        format!("A  {}\n   {}", assessment.answer.en, assessment.answer.fil),
    ];
    for item in &assessment.evidence {
        let rating = format!("{}{}", item.reliability, item.credibility);
        lines.push(format!("E{} [{rating}] {}\n   {}", item.number, item.text.en, item.text.fil));
    }
    for h in &assessment.hypotheses {
        let (word, _) = h.likelihood.words();
        let sides = format!("+{:?} -{:?}", h.speaks_for, h.speaks_against);
        lines.push(format!("H  {} · {word} · {sides}\n   {}\n   {}", h.id, h.text.en, h.text.fil));
    }
    for text in &assessment.would_change {
        lines.push(format!("?  {}\n   {}", text.en, text.fil));
    }
    lines.join("\n")
}

/// One state-owned telco with a few lines from elsewhere.
fn telco() -> Vec<Part> {
    let from = |n| Part {
        asn: 64500,
        owner: Some("SA"),
        age_days: 270,
        ..part(n, "SA", NetworkKind::Telco, 1_400)
    };
    (1..=12).map(from).chain([part(90, "KE", NetworkKind::Unknown, 300)]).collect()
}

/// VPN exits and Tor.
fn relays() -> Vec<Part> {
    vec![
        part(1, "DE", NetworkKind::Vpn, 700),
        part(2, "JP", NetworkKind::Tor, 200),
        part(3, "US", NetworkKind::Hosting, 100),
    ]
}

#[test]
fn one_telco() {
    let assessments = assessed(&[telco(), telco()]);
    let text: Vec<_> = assessments.iter().map(read).collect();
    insta::assert_snapshot!(text.join("\n\n"));
}

#[test]
fn only_relays() {
    let assessments = assessed(&[relays()]);
    let text: Vec<_> = assessments.iter().map(read).collect();
    insta::assert_snapshot!(text.join("\n\n"));
}

#[test]
fn one_telco_is_likely_a_country_and_never_an_actor() {
    let assessments = assessed(&[telco()]);
    assert_eq!(assessments[0].hypotheses[0].id, "from-SA");
    assert_eq!(assessments[0].hypotheses[0].likelihood, Likelihood::Likely);
    assert_eq!(assessments[1].hypotheses[0].id, "customers-of-AS64500");
    assert_eq!(assessments[2].hypotheses[0].id, "unknown-or-other");
}

#[test]
fn relays_show_no_country() {
    let assessments = assessed(&[relays()]);
    assert_eq!(assessments[0].hypotheses[0].id, "relay-rented-or-forged");
    assert_eq!(assessments[0].hypotheses[0].likelihood, Likelihood::VeryLikely);
    assert!(!assessments[0].hypotheses.iter().any(|h| h.id == "from-DE"));
    assert!(assessments[0].answer.en.contains("none can be tied"), "{}", assessments[0].answer.en);
}

#[test]
fn steps_inside_the_agency_show_no_country() {
    let inside = vec![part(1, "PH", NetworkKind::Special, 40)];
    let assessments = assessed(&[inside]);
    assert_eq!(assessments[0].hypotheses[0].id, "from-within");
    assert!(assessments[0].answer.en.contains("nothing here shows a country"));
    assert_eq!(assessments[1].hypotheses[0].id, "unknown-or-other");
}

#[test]
fn an_incident_without_addresses_is_assessed_too() {
    let assessments = assessed(&[Vec::new()]);
    assert_eq!(assessments.len(), 3);
    assert_eq!(assessments[0].hypotheses[0].id, "unknown-or-other");
    assert!(assessments[0].answer.en.contains("nothing here shows a country"));
}

//! Typical campaigns, read as a reader would.

use bakas_model::{
    Assessment, AssessmentLevel, Confidence, Day, NetworkKind,
    network::{Question, View},
};

use crate::build::{Part, campaign, incident, part, traces, unjudged};

fn assessed(incidents: &[Vec<Part>]) -> Vec<Assessment> {
    let all: Vec<Part> = incidents.iter().flatten().cloned().collect();
    let incidents: Vec<_> =
        (1..).zip(incidents).map(|(number, parts)| incident(number, parts)).collect();
    unjudged(&incidents, &[campaign(1, &incidents, 15.0)], &traces(&all))
}

/// An assessment as plain text, both languages.
fn read(assessment: &Assessment) -> String {
    let mut lines = vec![
        format!("Q  {}\n   {}", assessment.question.en, assessment.question.fil),
        format!("A  {}\n   {}", assessment.answer.en, assessment.answer.fil),
        format!("C  {}\n   {}", assessment.confidence_text.en, assessment.confidence_text.fil),
    ];
    for item in &assessment.evidence {
        let rating = format!("{}{}", item.reliability, item.credibility);
        let (number, id, text) = (item.number, &item.id, &item.text);
        lines.push(format!("E{number} {id} [{rating}] {}\n   {}", text.en, text.fil));
    }
    for moved in &assessment.moved {
        let decibans: Vec<String> = moved.decibans.iter().map(|d| format!("{d:+.1}")).collect();
        let caps = &moved.caps;
        lines.push(format!("M  E{} ×{} {} {caps:?}", moved.item, moved.weight, decibans.join(" ")));
    }
    for h in &assessment.hypotheses {
        let (word, _) = h.likelihood.words();
        let sides = format!("+{:?} -{:?}", h.speaks_for, h.speaks_against);
        let range = format!("{:.2} → {:.2} ({:.2}–{:.2})", h.prior, h.best, h.low, h.high);
        lines.push(format!(
            "H  {} · {word} · {range} · {sides}\n   {}\n   {}",
            h.id, h.text.en, h.text.fil
        ));
    }
    for (mark, texts) in [
        ("F", &assessment.findings),
        ("?", &assessment.would_change),
        ("N", &assessment.not_examined),
    ] {
        lines.extend(texts.iter().map(|text| format!("{mark}  {}\n   {}", text.en, text.fil)));
    }
    for next in &assessment.next {
        lines.push(format!("→  {} · {:.3} bits · cost {}", next.id, next.bits, next.cost));
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

fn hypothesis<'a>(assessment: &'a Assessment, id: &str) -> &'a bakas_model::Hypothesis {
    assessment.hypothesis(id).unwrap_or_else(|| panic!("{id} is among the rivals"))
}

#[test]
fn registration_alone_never_makes_a_country_more_than_likely_and_says_so() {
    let assessments = assessed(&[telco()]);
    let soil = &assessments[0];
    assert_eq!(soil.hypotheses[0].id, "from-SA");
    assert!(soil.hypotheses[0].best < 0.6, "{}", soil.hypotheses[0].best);
    assert_eq!(soil.hypotheses[1].id, "relay-rented-or-forged");
    assert_eq!(soil.confidence, Confidence::Low, "one root");
    assert!(soil.answer.en.contains("not where a machine stood"), "{}", soil.answer.en);
    assert!(soil.confidence_text.en.contains("one root"), "{}", soil.confidence_text.en);
    assert_eq!(assessments[1].hypotheses[0].id, "customers-of-AS64500");
}

#[test]
fn the_owner_of_the_road_is_told_and_moves_nobody() {
    let assessments = assessed(&[telco()]);
    for assessment in &assessments[1..] {
        let owners = assessment.evidence.iter().find(|item| item.id == "net-owners").unwrap();
        assert!(owners.text.en.contains("none of the explanations apart"));
        let moved = assessment.moved.iter().find(|m| m.item == owners.number).unwrap();
        assert_eq!(moved.weight, 0.0, "{}", assessment.id());
        assert!(moved.decibans.iter().all(|decibans| *decibans == 0.0));
    }
    let sponsor = &assessments[3];
    assert_eq!(sponsor.level, AssessmentLevel::Sponsor);
    let state = hypothesis(sponsor, "state-directed");
    assert!((state.best - state.prior).abs() < 0.01, "{} from {}", state.best, state.prior);
}

#[test]
fn relays_show_no_country() {
    let assessments = assessed(&[relays()]);
    assert_eq!(assessments[0].hypotheses[0].id, "relay-rented-or-forged");
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
    assert_eq!(assessments.len(), 4);
    assert_eq!(assessments[0].hypotheses[0].id, "unknown-or-other");
    assert!(assessments[0].answer.en.contains("nothing here shows a country"));
}

#[test]
fn old_tables_and_traded_blocks_make_registration_less_credible() {
    let fresh = telco_at(10, false);
    let (old, traded) = (telco_at(400, false), telco_at(400, true));
    let share = |parts: Vec<Part>| hypothesis(&assessed(&[parts])[0], "from-SA").best;
    let (fresh, old, traded) = (share(fresh), share(old), share(traded));
    assert!(fresh > old && old > traded, "{fresh} {old} {traded}");
}

fn telco_at(age_days: i32, moved: bool) -> Vec<Part> {
    telco().into_iter().map(|part| Part { age_days, moved, ..part }).collect()
}

#[test]
fn another_source_that_places_it_elsewhere_is_told_and_tells() {
    let parts = telco();
    let incidents = [incident(1, &parts)];
    let mut said = traces(&parts);
    let share = |traces: &[bakas_model::Trace]| {
        let soil = unjudged(&incidents, &[campaign(1, &incidents, 15.0)], traces).swap_remove(0);
        (hypothesis(&soil, "from-SA").best, soil)
    };
    let (before, plain) = share(&said);
    assert!(plain.not_examined.iter().any(|text| text.en.contains("Whether a geolocation agrees")));
    for trace in &mut said {
        trace.views.push(View {
            question: Question::Location,
            says: "Kenya, Nairobi".into(),
            says_fil: String::new(),
            data_set: "a geolocation".into(),
            date: Day(20_000),
            agrees: false,
        });
    }
    let (after, soil) = share(&said);
    assert!(after < before - 0.02, "{before} became {after}");
    let item = soil.evidence.iter().find(|item| item.id == "net-disputed").unwrap();
    assert!(item.text.en.contains("Neither is taken for the truth"));
    assert!(!soil.not_examined.iter().any(|text| text.en.contains("Whether a geolocation agrees")));
}

//! Laws of every assessment.

use bakas_assess::CAMPAIGNS_LIMIT;
use bakas_model::{Assessment, AssessmentLevel, NetworkKind, Text};
use proptest::prelude::*;

use crate::build::{Part, campaign, incident, part, traces, unjudged};

const RELAYS: [NetworkKind; 6] = [
    NetworkKind::Vpn,
    NetworkKind::Tor,
    NetworkKind::PrivateRelay,
    NetworkKind::Hosting,
    NetworkKind::Cloud,
    NetworkKind::Content,
];
/// Shares are written with four decimals.
const ROUNDING: f64 = 0.000_11;
const COUNTRIES: [&str; 6] = ["PH", "SA", "JP", "DE", "US", "KE"];

fn any_part() -> impl Strategy<Value = Part> {
    let kinds = [
        NetworkKind::Telco,
        NetworkKind::Telco,
        NetworkKind::Unknown,
        NetworkKind::Education,
        NetworkKind::Special,
        NetworkKind::Vpn,
        NetworkKind::Hosting,
    ];
    (
        0_u32..60,
        prop::option::weighted(0.9, prop::sample::select(COUNTRIES.to_vec())),
        prop::sample::select(kinds.to_vec()),
        1_u64..5_000,
        prop::option::of(prop::sample::select(COUNTRIES.to_vec())),
        -900_i32..900,
        any::<bool>(),
    )
        .prop_map(|(address, country, kind, lines, owner, age_days, moved)| Part {
            country,
            owner,
            age_days,
            moved,
            ..part(address, "PH", kind, lines)
        })
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    prop::collection::vec(any_part(), 0..40)
}

fn one_campaign(parts: &[Part]) -> Vec<Assessment> {
    let incidents = [incident(1, parts)];
    unjudged(&incidents, &[campaign(1, &incidents, 10.0)], &traces(parts))
}

fn level(assessments: &[Assessment], level: AssessmentLevel) -> &Assessment {
    assessments.iter().find(|a| a.level == level).expect("each level is assessed")
}

/// The most that any one country's ground gets.
fn soil_certainty(assessments: &[Assessment]) -> f64 {
    let soil = level(assessments, AssessmentLevel::Soil);
    let one_country = soil.hypotheses.iter().filter(|h| h.id.len() == "from-PH".len());
    one_country.map(|h| h.best).fold(0.01, f64::max)
}

fn texts(assessment: &Assessment) -> Vec<&Text> {
    [&assessment.question, &assessment.answer]
        .into_iter()
        .chain(assessment.evidence.iter().map(|e| &e.text))
        .chain(assessment.hypotheses.iter().map(|h| &h.text))
        .chain(&assessment.would_change)
        .chain(&assessment.findings)
        .chain(&assessment.not_examined)
        .chain([&assessment.confidence_text])
        .chain(assessment.next.iter().flat_map(|next| [&next.text, &next.whom]))
        .collect()
}

/// Words with which a text would accuse or would say that somebody did it.
const ACCUSING: [&str; 16] = [
    "attacked",
    "attacks",
    "attacking",
    "hacked",
    "hackers",
    "guilty",
    "culprit",
    "perpetrat",
    "is behind",
    "responsible for",
    "umatake",
    "inatake",
    "sinalakay",
    "salarin",
    "may kagagawan",
    "nang-hack",
];

proptest! {
    #![proptest_config(crate::build::few_cases())]

    #[test]
    fn relays_never_raise_the_certainty_of_soil(
        parts in parts(),
        kind in prop::sample::select(RELAYS.to_vec()),
        country in prop::option::of(prop::sample::select(COUNTRIES.to_vec())),
        lines in 1_u64..100_000,
        age_days in 0_i32..900,
    ) {
        let before = soil_certainty(&one_campaign(&parts));
        let mut more = parts;
        more.push(Part { country, age_days, ..part(99, "PH", kind, lines) });
        let after = soil_certainty(&one_campaign(&more));
        prop_assert!(after <= before + ROUNDING, "{before:?} became {after:?}");
    }

    #[test]
    fn the_same_lines_told_as_relayed_never_raise_it_either(
        mut parts in prop::collection::vec(any_part(), 1..18),
        at in any::<prop::sample::Index>(),
        kind in prop::sample::select(RELAYS.to_vec()),
    ) {
        // Of one country, so that no rival country is what disappears; of one age, so that what
        // disappears is not what made the others doubtful.
        for part in &mut parts {
            part.country = Some("KE");
            part.moved = false;
            part.age_days = 10;
        }
        let at = at.index(parts.len());
        prop_assume!(parts[at].kind != NetworkKind::Special);
        let before = soil_certainty(&one_campaign(&parts));
        parts[at].kind = kind;
        // Traces answer by address, so all parts of one address tell the same.
        let address = parts[at].address;
        parts.iter_mut().filter(|part| part.address == address).for_each(|part| part.kind = kind);
        let after = soil_certainty(&one_campaign(&parts));
        prop_assert!(after <= before + ROUNDING, "{before:?} became {after:?}");
    }

    #[test]
    fn every_assessment_holds_together(parts in parts()) {
        for assessment in one_campaign(&parts) {
            let ids: Vec<&str> = assessment.hypotheses.iter().map(|h| h.id.as_str()).collect();
            prop_assert!(ids.contains(&"unknown-or-other"), "{ids:?}");
            prop_assert!(ids.contains(&"relay-rented-or-forged"), "{ids:?}");
            prop_assert!(assessment.hypotheses.is_sorted_by(|a, b| a.best >= b.best));
            let sum: f64 = assessment.hypotheses.iter().map(|h| h.best).sum();
            prop_assert!((sum - 1.0).abs() < 0.001, "{sum}");
            for (at, item) in assessment.evidence.iter().enumerate() {
                prop_assert_eq!(item.number as usize, at + 1);
                prop_assert!(('A'..='F').contains(&item.reliability));
                prop_assert!(('1'..='6').contains(&item.credibility));
                prop_assert!(!item.incidents.is_empty());
            }
            for hypothesis in &assessment.hypotheses {
                for number in hypothesis.speaks_for.iter().chain(&hypothesis.speaks_against) {
                    prop_assert!((1..=assessment.evidence.len() as u32).contains(number));
                }
                prop_assert!((0.01..=0.99).contains(&hypothesis.best));
                prop_assert!((0.0099..=hypothesis.best).contains(&hypothesis.low));
                prop_assert!((hypothesis.best..=0.9901).contains(&hypothesis.high));
                if assessment.level.asks_for_people() {
                    let odds = |share: f64| share / (1.0 - share);
                    // Each hypothesis keeps one per cent, before the evidence too.
                    let before = 0.01 + 0.95 * hypothesis.prior;
                    let moved = odds(hypothesis.best) / odds(before);
                    prop_assert!((1.0 / 1.52..=1.52).contains(&moved), "{moved}");
                }
            }
            prop_assert!(!assessment.would_change.is_empty());
        }
    }

    #[test]
    fn no_text_accuses_anybody(parts in parts()) {
        for assessment in one_campaign(&parts) {
            for text in texts(&assessment) {
                prop_assert!(!text.en.is_empty() && !text.fil.is_empty());
                for language in [&text.en, &text.fil] {
                    let lower = language.to_lowercase();
                    for word in ACCUSING {
                        prop_assert!(!lower.contains(word), "'{}' in: {}", word, language);
                    }
                }
            }
        }
    }

    #[test]
    fn who_owns_the_operator_moves_no_rival_on_any_level(parts in parts()) {
        let owned: Vec<Part> =
            parts.iter().map(|part| Part { owner: Some("SA"), ..part.clone() }).collect();
        let free: Vec<Part> = parts.iter().map(|part| Part { owner: None, ..part.clone() }).collect();
        let shares = |parts: &[Part]| -> Vec<(String, f64, f64, f64)> {
            let assessments = one_campaign(parts);
            let rivals = assessments.iter().flat_map(|a| &a.hypotheses);
            rivals.map(|h| (h.id.clone(), h.low, h.best, h.high)).collect()
        };
        prop_assert_eq!(shares(&owned), shares(&free));
        let assessments = one_campaign(&owned);
        let actor = level(&assessments, AssessmentLevel::Actor);
        if let Some(item) = actor.evidence.iter().find(|e| e.text.en.contains("majority")) {
            prop_assert!(item.text.en.contains("none of the explanations apart"));
            let named = actor.hypotheses.iter()
                .any(|h| h.speaks_for.contains(&item.number) || h.speaks_against.contains(&item.number));
            prop_assert!(!named, "ownership speaks for and against nobody");
        }
    }
}

#[test]
fn each_campaign_has_its_own_three_and_the_rest_is_not_forgotten() {
    let incidents: Vec<_> = (1..=CAMPAIGNS_LIMIT + 4)
        .map(|n| incident(n, &[part(n as u32, "PH", NetworkKind::Telco, 100 + n as u64)]))
        .collect();
    let campaigns: Vec<_> = incidents[..CAMPAIGNS_LIMIT + 2]
        .iter()
        .enumerate()
        .map(|(n, incident)| campaign(n + 1, std::slice::from_ref(incident), 0.0))
        .collect();
    let assessments = unjudged(&incidents, &campaigns, &[]);
    assert_eq!(assessments.len(), (CAMPAIGNS_LIMIT + 1) * 4);
    let named = |name: &str| assessments.iter().filter(|a| a.question.en.contains(name)).count();
    assert_eq!(named("campaign C-14"), 4, "the one with the most lines");
    assert_eq!(named("campaign C-01"), 0, "of the fewest lines: taken together with the rest");
    assert_eq!(named("the 4 incidents that belong to no campaign assessed here"), 4);
    let rest = &assessments[assessments.len() - 2];
    assert_eq!(rest.hypotheses[0].id, "several-actors");
    assert!(rest.answer.en.contains("there need not be one answer"), "{}", rest.answer.en);
}

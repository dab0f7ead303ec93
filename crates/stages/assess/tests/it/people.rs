//! What people add: items, statements, hypotheses, cells, withdrawals; and what it did to the answer.

use bakas_assess::{Ground, Input, assess, changes};
use bakas_model::{
    Assessment, AssessmentLevel as Level, Confidence, EvidenceItem, Judgements, NetworkKind,
    Statement, Text,
    assessment::{
        AddedHypothesis, AddedItem, CellSet, EvidenceKind, PriorSet, StatementAbout, StatementKind,
        Withdrawal,
    },
};
use proptest::prelude::*;

use crate::build::{campaign, few_cases, incident, judged, part, traces};

fn with(judgements: &Judgements) -> Vec<Assessment> {
    let parts = [part(1, "SA", NetworkKind::Telco, 900), part(2, "SA", NetworkKind::Telco, 50)];
    let incidents = [incident(1, &parts)];
    judged(&incidents, &[campaign(1, &incidents, 10.0)], &traces(&parts), judgements)
}

fn actor(judgements: &Judgements) -> Assessment {
    with(judgements).swap_remove(2)
}

fn share(assessment: &Assessment, id: &str) -> f64 {
    assessment.hypothesis(id).unwrap_or_else(|| panic!("{id} is among the rivals")).best
}

fn item(id: &str, reliability: char) -> AddedItem {
    AddedItem {
        item: EvidenceItem {
            id: id.into(),
            kind: EvidenceKind::Investigation,
            text: Text::new(format!("a finding called {id}"), ""),
            source: "field office".into(),
            reliability,
            credibility: '1',
            ..EvidenceItem::default()
        },
        by: "ana".into(),
        ..AddedItem::default()
    }
}

fn cell(item: &str, hypothesis: &str, best: f64) -> CellSet {
    CellSet {
        level: Level::Actor,
        item: item.into(),
        hypothesis: hypothesis.into(),
        low: best * 0.8,
        best,
        high: (best * 1.1).min(1.0),
        reason: "seen in two such cases".into(),
        by: "ana".into(),
        ..CellSet::default()
    }
}

/// A dear finding that speaks for an insider.
fn badge() -> Judgements {
    Judgements {
        items: vec![item("E-01", 'A')],
        cells: vec![cell("E-01", "insider", 0.8), cell("E-01", "one-outside", 0.02)],
        ..Judgements::default()
    }
}

fn statement(kind: StatementKind, hypothesis: &str) -> Statement {
    Statement {
        id: "S-01".into(),
        party: "a ministry".into(),
        words: "Hindi kami iyon.".into(),
        language: "fil".into(),
        translation: Text::new("It was not us.", ""),
        kind,
        about: vec![StatementAbout {
            subject: None,
            level: Level::Actor,
            hypothesis: hypothesis.into(),
        }],
        interested: true,
        reliability: 'A',
        credibility: '1',
        by: "ben".into(),
        ..Statement::default()
    }
}

#[test]
fn a_finding_turns_the_answer_and_the_answer_names_it() {
    let before = actor(&Judgements::default());
    let after = actor(&badge());
    assert_eq!(before.hypotheses[0].id, "one-outside");
    assert!(share(&after, "insider") > 1.5 * share(&before, "insider"));
    assert!(share(&after, "one-outside") < 0.5 * share(&before, "one-outside"));
    let finding = after.evidence.iter().find(|item| item.id == "E-01").unwrap();
    assert!(after.answer.en.contains(&format!("E{}", finding.number)), "{}", after.answer.en);
    let cell = after.matrix.iter().find(|c| c.item == finding.number && c.hypothesis == "insider");
    let cell = cell.unwrap();
    assert_eq!((cell.best, cell.by.as_deref(), cell.overridden), (0.8, Some("ana"), true));
    assert_eq!(cell.reason.en, "seen in two such cases");
    let left = after.leave_out.iter().find(|left| left.name == "E-01").unwrap();
    assert_eq!(left.items, [finding.number]);
    let told = changes(&[before], &[after]);
    assert!(told[0].en.contains("earlier") && told[0].en.contains("+E-01"), "{}", told[0].en);
}

#[test]
fn logs_and_tables_alone_never_give_more_than_low_confidence_in_an_answer_on_people() {
    let parts = [part(1, "SA", NetworkKind::Telco, 900), part(2, "DE", NetworkKind::Vpn, 500)];
    let incidents = [incident(1, &parts), incident(2, &parts), incident(3, &parts)];
    let plain = Judgements::default();
    let campaigns = [campaign(1, &incidents, 30.0)];
    for assessment in &judged(&incidents, &campaigns, &traces(&parts), &plain)[2..] {
        assert_eq!(assessment.confidence, Confidence::Low, "{}", assessment.id());
        assert!(assessment.answer.en.contains("None of the explanations stands out."));
    }
}

#[test]
fn what_stands_in_no_question_of_the_level_is_not_shown_there() {
    let all = with(&badge());
    assert!(all[2].evidence.iter().any(|item| item.id == "E-01"));
    assert!(!all[3].evidence.iter().any(|item| item.id == "E-01"), "its cells are the actor's");
    let unweighed = Judgements { cells: Vec::new(), ..badge() };
    let sponsor = &with(&unweighed)[3];
    let item = sponsor.evidence.iter().find(|item| item.id == "E-01").unwrap();
    let note = format!("E{}: shown, and not weighed", item.number);
    assert!(sponsor.not_examined.iter().any(|text| text.en.starts_with(&note)));
}

#[test]
fn a_hypothesis_of_an_analyst_takes_its_share_from_all_others() {
    let added = AddedHypothesis {
        level: Level::Actor,
        id: "former-contractor".into(),
        text: Text::new("A contractor of last year.", ""),
        prior: 0.2,
        reason: "his access was never closed".into(),
        by: "ana".into(),
        ..AddedHypothesis::default()
    };
    let assessment = actor(&Judgements { hypotheses: vec![added], ..Judgements::default() });
    let hypothesis = assessment.hypothesis("former-contractor").unwrap();
    assert_eq!((hypothesis.prior, hypothesis.by.as_deref()), (0.2, Some("ana")));
    assert!((hypothesis.best - 0.2).abs() < 0.01, "nothing tells of it: {}", hypothesis.best);
    let before = actor(&Judgements::default());
    let ratio = |a: &Assessment| share(a, "insider") / share(a, "one-outside");
    assert!((ratio(&assessment) - ratio(&before)).abs() < 0.02);
    assert_eq!(hypothesis.text.fil, "A contractor of last year.", "shown as it is");
}

#[test]
fn a_wide_range_gets_no_word() {
    let mut judgements = badge();
    let rivals = ["insider", "one-outside", "several-actors", "unknown-or-other"];
    judgements.cells = rivals
        .map(|id| CellSet { low: 0.02, high: 0.98, ..cell("E-01", id, 0.5) })
        .into_iter()
        .collect();
    let assessment = actor(&judgements);
    let first = &assessment.hypotheses[0];
    assert!(first.high - first.low > 0.3, "{} to {}", first.low, first.high);
    assert!(assessment.insufficient && first.insufficient);
    assert!(assessment.answer.en.contains("insufficient for a word"), "{}", assessment.answer.en);
    let (word, _) = first.likelihood.words();
    assert!(!assessment.answer.en.contains(&format!("“{word}”")), "{}", assessment.answer.en);
}

#[test]
fn findings_of_one_source_without_a_root_are_pointed_out() {
    let mut judgements = badge();
    judgements.items.push(item("E-02", 'A'));
    judgements.cells.push(cell("E-02", "insider", 0.7));
    let open = actor(&judgements);
    let note = |a: &Assessment| a.not_examined.iter().any(|text| text.en.contains("have one root"));
    assert!(note(&open), "{:?}", open.not_examined);
    for added in &mut judgements.items {
        added.item.group = Some("field office".into());
    }
    let grouped = actor(&judgements);
    assert!(!note(&grouped));
    assert!(share(&grouped, "insider") < share(&open, "insider"), "one root counts less than two");
}

#[test]
fn a_prior_can_be_set_with_a_reason() {
    let set = PriorSet {
        level: Level::Actor,
        hypothesis: "insider".into(),
        prior: 0.5,
        reason: "the door was opened from inside".into(),
        by: "ben".into(),
        ..PriorSet::default()
    };
    let assessment = actor(&Judgements { priors: vec![set], ..Judgements::default() });
    assert_eq!(assessment.hypotheses[0].id, "insider");
    assert_eq!(assessment.hypotheses[0].prior_reason.en, "the door was opened from inside");
    let told =
        assessment.findings.iter().any(|text| text.en.contains("owes to what was held before"));
    assert!(told, "the order owes to the prior: {:?}", assessment.findings);
}

#[test]
fn a_withdrawn_finding_stays_and_weighs_nothing() {
    let mut judgements = badge();
    judgements.withdrawn.push(Withdrawal {
        id: "E-01".into(),
        reason: "the badge was another's".into(),
        ..Withdrawal::default()
    });
    let (plain, after) = (actor(&Judgements::default()), actor(&judgements));
    assert_eq!(share(&plain, "insider"), share(&after, "insider"));
    let item = after.evidence.iter().find(|item| item.id == "E-01").unwrap();
    assert!(item.text.en.starts_with("Withdrawn (the badge was another's): "), "{}", item.text.en);
}

#[test]
fn what_was_entered_later_does_not_count_earlier() {
    let time = |text: &str| Some(text.parse().unwrap());
    let mut judgements = badge();
    judgements.items[0].at = time("2026-03-01T00:00:00Z");
    judgements.cells.iter_mut().for_each(|cell| cell.at = time("2026-03-02T00:00:00Z"));
    let at = |as_of: &str| {
        let incidents = [incident(1, &[])];
        let input = Input {
            ground: &Ground::of(&incidents, &[], &[]),
            agencies: &[],
            sources: &[],
            judgements: &judgements,
            as_of: time(as_of),
        };
        assess(&input).swap_remove(2)
    };
    let february = at("2026-02-01T00:00:00Z");
    assert!(!february.evidence.iter().any(|item| item.id == "E-01"));
    let first_of_march = at("2026-03-01T12:00:00Z");
    assert!(first_of_march.evidence.iter().any(|item| item.id == "E-01"));
    assert_eq!(share(&february, "insider"), share(&first_of_march, "insider"), "no cells yet");
    assert!(share(&at("2026-04-01T00:00:00Z"), "insider") > share(&february, "insider"));
}

#[test]
fn a_later_statement_replaces_the_earlier_one() {
    let first = statement(StatementKind::Claim, "insider");
    let second = Statement {
        id: "S-02".into(),
        supersedes: Some("S-01".into()),
        ..statement(StatementKind::Correction, "insider")
    };
    let one = actor(&Judgements { statements: vec![first.clone()], ..Judgements::default() });
    let both = actor(&Judgements { statements: vec![first, second], ..Judgements::default() });
    let plain = actor(&Judgements::default());
    assert!(share(&one, "insider") > share(&plain, "insider"));
    assert_eq!(share(&both, "insider"), share(&plain, "insider"));
    let old = both.evidence.iter().find(|item| item.id == "S-01").unwrap();
    assert!(old.text.en.starts_with("Said before, and replaced since"), "{}", old.text.en);
    assert!(old.text.en.contains("It was not us."), "{}", old.text.en);
}

#[test]
fn the_same_finding_under_two_names_counts_once() {
    let mut judgements = badge();
    let twin = AddedItem {
        item: EvidenceItem { id: "E-02".into(), ..judgements.items[0].item.clone() },
        ..AddedItem::default()
    };
    judgements.items.push(twin);
    judgements.cells.push(cell("E-02", "insider", 0.8));
    let (once, twice) = (actor(&badge()), actor(&judgements));
    assert_eq!(share(&once, "insider"), share(&twice, "insider"));
    let twin = twice.evidence.iter().find(|item| item.id == "E-02").unwrap();
    assert!(twin.text.en.starts_with("The same as E-01"), "{}", twin.text.en);
}

#[test]
fn odd_judgements_harm_nothing() {
    let mut odd = badge();
    odd.cells.push(cell("nothing", "insider", 0.5));
    odd.cells.push(cell("E-01", "nobody", 0.5));
    odd.cells.push(CellSet {
        low: f64::NAN,
        best: 9.0,
        high: -1.0,
        ..cell("E-01", "insider", 0.5)
    });
    odd.priors.push(PriorSet {
        level: Level::Actor,
        hypothesis: "nobody".into(),
        ..PriorSet::default()
    });
    odd.hypotheses.push(AddedHypothesis {
        id: "insider".into(),
        level: Level::Actor,
        ..AddedHypothesis::default()
    });
    for n in 0..40 {
        let id = format!("h{n}");
        let prior = if n == 3 { f64::NAN } else { 0.9 };
        odd.hypotheses.push(AddedHypothesis {
            id,
            level: Level::Actor,
            prior,
            ..AddedHypothesis::default()
        });
    }
    let assessment = actor(&odd);
    assert!(assessment.hypotheses.iter().all(|h| (0.0099..=0.9901).contains(&h.best)));
    assert!(assessment.hypotheses.len() <= 24, "{}", assessment.hypotheses.len());
    serde_json::to_string(&assessment).unwrap();
}

fn kind() -> impl Strategy<Value = StatementKind> {
    use StatementKind::{Claim, Condition, Correction, Denial, Offer};
    prop::sample::select(vec![Claim, Denial, Offer, Condition, Correction])
}

proptest! {
    #![proptest_config(few_cases())]

    #[test]
    fn words_of_an_interested_party_never_pass_their_cap(
        kinds in prop::collection::vec((kind(), 0_u8..6), 1..8),
        cells in prop::collection::vec((0_usize..8, 0.001_f64..0.999), 0..6),
    ) {
        let statements: Vec<Statement> = kinds.iter().enumerate().map(|(n, (kind, party))| Statement {
            id: format!("S-{n:02}"),
            party: format!("party {party}"),
            ..statement(*kind, "insider")
        }).collect();
        let cells = cells.iter().map(|(n, best)| cell(&format!("S-{n:02}"), "insider", *best));
        let judgements = Judgements { statements, cells: cells.collect(), ..Judgements::default() };
        let (before, after) = (actor(&Judgements::default()), actor(&judgements));
        let odds = |share: f64| share / (1.0 - share);
        let moved = odds(share(&after, "insider")) / odds(share(&before, "insider"));
        prop_assert!((1.0 / 1.252..=1.252).contains(&moved), "{moved}");
    }

    #[test]
    fn likelihood_and_confidence_never_stand_in_one_sentence(
        cells in prop::collection::vec(0.001_f64..0.999, 5),
        reliability in prop::sample::select(vec!['A', 'C', 'F']),
    ) {
        let ids = ["one-outside", "insider", "several-actors", "relay-rented-or-forged", "unknown-or-other"];
        let cells = ids.iter().zip(&cells).map(|(id, best)| cell("E-01", id, *best)).collect();
        let judgements = Judgements { items: vec![item("E-01", reliability)], cells, ..Judgements::default() };
        for assessment in with(&judgements) {
            let texts = [&assessment.answer, &assessment.confidence_text];
            for text in texts.into_iter().chain(&assessment.findings).chain(&assessment.would_change) {
                for sentence in text.en.split_inclusive(['.', ':']) {
                    let speaks_of_confidence = sentence.contains("onfidence");
                    let has_share = sentence.contains('%');
                    prop_assert!(!(speaks_of_confidence && has_share), "{sentence}");
                }
            }
            prop_assert!(!assessment.answer.en.contains("onfidence"));
            for word in ["likely", "chance", "certain", "%"] {
                prop_assert!(!assessment.confidence_text.en.contains(word), "{}", assessment.confidence_text.en);
            }
            let first = &assessment.hypotheses[0];
            prop_assert_eq!(first.insufficient, assessment.answer.en.contains("insufficient"));
        }
    }
}

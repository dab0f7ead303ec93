//! What a sceptical reader found: how old a table is, whose customers share an address, how much of
//! an answer is prior, and whose rating counts.

use bakas_model::{
    Assessment, AssessmentLevel as Level, Judgements, NetworkKind, Text,
    assessment::{AddedItem, CellSet, Cost, EvidenceItem, EvidenceKind, Rated, RatingSet},
};

use crate::build::{Part, campaign, incident, judged, part, traces, unjudged};

/// One telco's addresses in one campaign, changed as asked.
fn assessed(change: impl Fn(Part) -> Part) -> Vec<Assessment> {
    let from = |n| change(Part { asn: 64500, ..part(n, "SA", NetworkKind::Telco, 900) });
    let parts: Vec<Part> = (1..=4).map(from).collect();
    let incidents = [incident(1, &parts), incident(2, &parts)];
    unjudged(&incidents, &[campaign(1, &incidents, 15.0)], &traces(&parts))
}

fn item<'a>(assessment: &'a Assessment, id: &str) -> &'a EvidenceItem {
    assessment.evidence.iter().find(|item| item.id == id).unwrap_or_else(|| panic!("{id}"))
}

fn share(assessment: &Assessment, id: &str) -> f64 {
    assessment.hypothesis(id).unwrap_or_else(|| panic!("{id} is among the rivals")).best
}

#[test]
fn a_table_is_as_far_as_the_line_that_is_farthest_from_it() {
    // Ten days from the first line, and a hundred more to the last.
    let soil = assessed(|part| Part { age_days: 10, lasts_days: 100, ..part }).swap_remove(0);
    let countries = item(&soil, "net-countries");
    assert!(
        countries.text.en.contains("the largest distance is 110 days"),
        "{}",
        countries.text.en
    );
    assert!(countries.text.fil.contains("110 araw ang pinakamalayo"), "{}", countries.text.fil);
    assert_eq!(countries.credibility, '4');
    let near = assessed(|part| Part { age_days: 10, lasts_days: 20, ..part }).swap_remove(0);
    assert_eq!(item(&near, "net-countries").credibility, '3');
    assert!(!item(&near, "net-countries").text.en.contains("largest distance"));
    // A table of the day between: 70 days before the last line, 50 after the first.
    let between = assessed(|part| Part { age_days: -50, lasts_days: 120, ..part }).swap_remove(0);
    assert!(item(&between, "net-countries").text.en.contains("distance is 70 days"));
}

#[test]
fn who_announced_it_is_believed_less_the_farther_the_table_is() {
    let of = |age_days, moved| {
        let all = assessed(|part| Part { age_days, moved, ..part });
        let one = item(&all[1], "net-operators");
        let moved = all[1].moved.iter().find(|moved| moved.item == one.number).unwrap();
        (one.credibility, moved.trust, one.text.en.clone())
    };
    let (fresh, far, very_far) = (of(10, false), of(200, false), of(-800, false));
    assert_eq!((fresh.0, far.0, very_far.0), ('2', '3', '4'));
    assert!(fresh.1 > far.1 && far.1 > very_far.1, "{} {} {}", fresh.1, far.1, very_far.1);
    assert!(very_far.2.contains("the largest distance is 800 days"), "{}", very_far.2);
    assert_eq!(of(-800, true).0, '5', "and it changed hands since");
    assert_eq!(of(10, true).0, '2', "what changed after a table of the day does not matter to it");
}

#[test]
fn customers_count_by_the_lines_that_share_their_addresses() {
    let operator = |sessions: [u64; 4]| {
        let all = assessed(|part| Part { sessions: sessions[part.address as usize - 1], ..part });
        (share(&all[1], "operator-itself"), item(&all[1], "net-customers").text.en.clone())
    };
    let (few, text) = operator([3, 0, 0, 0]);
    assert!(text.starts_with("25 % of the lines from outside came from addresses"), "{text}");
    assert!(text.contains("3 sessions came too"), "two incidents name each address once: {text}");
    let (all, text) = operator([3, 3, 3, 3]);
    assert!(text.starts_with("100 %"), "{text}");
    assert!(all < few - 0.002, "{all} {few}: more shared addresses, less the operator itself");
}

#[test]
fn an_answer_says_what_it_owes_to_the_starting_weights() {
    for assessment in assessed(|part| part) {
        let first = &assessment.hypotheses[0];
        let from = (first.prior * 100.0).round();
        let said = format!("Before any evidence it stood at {from} %, a starting weight");
        assert!(assessment.answer.en.contains(&said), "{}", assessment.answer.en);
        let little = (first.best - first.prior).abs() < 0.05;
        let told = assessment.answer.en.contains("mostly what was held before");
        assert_eq!(told, little, "{}", assessment.answer.en);
        assert_eq!(assessment.answer.fil.contains("itinuring na noong una"), little);
    }
    let moved = assessed(|part| part).into_iter().any(|a| a.answer.en.contains("moved it up by"));
    assert!(moved, "some answer moved");
}

#[test]
fn items_of_one_root_are_named_in_order() {
    let parts = [part(1, "DE", NetworkKind::Vpn, 700), part(2, "JP", NetworkKind::Tor, 300)];
    let incidents = [incident(1, &parts)];
    for one in unjudged(&incidents, &[campaign(1, &incidents, 15.0)], &traces(&parts)) {
        let text = &one.confidence_text.en;
        let Some((_, rest)) = text.split_once("root: ") else { continue };
        let cited = rest.split_once('.').unwrap().0.replace(" and ", ", ");
        let numbers: Vec<u32> =
            cited.split(", ").map(|e| e.trim_start_matches('E').parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "{text}");
    }
}

fn answer() -> Judgements {
    let item = EvidenceItem {
        id: "A-1".into(),
        kind: EvidenceKind::CounterpartAnswer,
        text: Text::new("They name one group.", ""),
        source: "Example CERT".into(),
        cost: Cost::Dear,
        ..EvidenceItem::default()
    };
    let cell = |hypothesis: &str, best: f64| CellSet {
        level: Level::Actor,
        item: "A-1".into(),
        hypothesis: hypothesis.into(),
        low: best / 2.0,
        best,
        high: best.midpoint(1.0),
        reason: "they say so".into(),
        ..CellSet::default()
    };
    let cells = ["insider", "several-actors", "relay-rented-or-forged", "unknown-or-other"];
    let mut cells: Vec<CellSet> = cells.iter().map(|id| cell(id, 0.1)).collect();
    cells.push(cell("one-outside", 0.7));
    Judgements {
        items: vec![AddedItem { item, ..AddedItem::default() }],
        cells,
        ..Judgements::default()
    }
}

fn rating(of: Rated, reliability: char, credibility: Option<char>) -> RatingSet {
    RatingSet { of, reliability, credibility, reason: "known".into(), ..RatingSet::default() }
}

#[test]
fn a_rating_of_an_item_or_of_its_party_counts_and_nothing_else_changes() {
    let parts = [part(1, "SA", NetworkKind::Telco, 900)];
    let incidents = [incident(1, &parts)];
    let with = |ratings: Vec<RatingSet>| {
        let judgements = Judgements { ratings, ..answer() };
        judged(&incidents, &[], &traces(&parts), &judgements).swap_remove(2)
    };
    let party = |grade| rating(Rated::Party("example cert".into()), grade, None);
    let unrated = with(Vec::new());
    assert_eq!(item(&unrated, "A-1").reliability, 'F');
    let good = with(vec![party('A')]);
    assert_eq!(item(&good, "A-1").reliability, 'A');
    assert!(share(&good, "one-outside") > share(&unrated, "one-outside") + 0.01);
    let item_rated = with(vec![party('A'), rating(Rated::Item("A-1".into()), 'E', Some('5'))]);
    let rated = item(&item_rated, "A-1");
    assert_eq!((rated.reliability, rated.credibility), ('E', '5'), "its own goes before");
    assert!(share(&item_rated, "one-outside") < share(&unrated, "one-outside"));
    let other = with(vec![rating(Rated::Party("Example Telecom".into()), 'A', None)]);
    assert_eq!(share(&other, "one-outside"), share(&unrated, "one-outside"));
    let interested = RatingSet { interested: Some(true), ..party('A') };
    assert!(share(&with(vec![interested]), "one-outside") < share(&good, "one-outside"));
}

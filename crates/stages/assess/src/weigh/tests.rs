//! The rule with numbers small enough to follow by hand.

use super::*;

fn item(id: &str, cells: &[f64]) -> Weighable {
    Weighable {
        id: id.into(),
        trust: 1.0,
        group: None,
        cheap: false,
        interested: false,
        of_ground: false,
        cells: cells.iter().map(|cell| Range::exactly(*cell)).collect(),
    }
}

fn scale(items: Vec<Weighable>) -> Scale {
    Scale { priors: vec![1.0, 1.0], items, of_people: false }
}

/// Odds of the first of two hypotheses, before each keeps its share.
fn odds(scale: &Scale) -> f64 {
    let outcome = scale.outcome();
    let log: f64 = outcome.parts.iter().map(|part| part.logs[0] - part.logs[1]).sum();
    log.exp()
}

fn check(items: Vec<Weighable>, expected: f64) {
    let odds = odds(&scale(items));
    assert!((odds - expected).abs() < 1e-9, "{odds} is not {expected}");
}

#[test]
fn an_item_moves_the_odds_by_its_ratio() {
    check(vec![item("a", &[0.6, 0.2])], 3.0);
    check(vec![item("a", &[0.6, 0.2]), item("b", &[0.2, 0.4])], 1.5);
}

#[test]
fn what_is_half_believed_moves_less() {
    // ½·0.6 + ½·0.4 = 0.5 against ½·0.2 + ½·0.4 = 0.3.
    check(vec![Weighable { trust: 0.5, ..item("a", &[0.6, 0.2]) }], 0.5 / 0.3);
    check(vec![Weighable { trust: 0.0, ..item("a", &[0.6, 0.2]) }], 1.0);
}

#[test]
fn one_root_counts_once_and_a_little_more() {
    fn of(id: &str, cells: &[f64]) -> Weighable {
        Weighable { group: Some("root".into()), ..item(id, cells) }
    }
    check(vec![of("a", &[0.4, 0.2]), of("b", &[0.4, 0.1])], 4.0 * 2.0_f64.sqrt());
    let many = (0..30).map(|n| of(&format!("i{n}"), &[0.8, 0.1])).collect();
    check(many, GROUP_CAP);
}

#[test]
fn caps_hold() {
    let strong = || item("a", &[0.9, 0.01]);
    check(vec![strong()], GROUP_CAP);
    check(vec![Weighable { cheap: true, ..strong() }], CHEAP_CAP);
    check(vec![Weighable { interested: true, ..strong() }], INTERESTED_CAP);
    let many = |n: usize| Weighable { cheap: true, ..item(&format!("i{n}"), &[0.9, 0.1]) };
    check((0..20).map(many).collect(), CHEAP_CAP);
    let ground =
        Scale { of_people: true, ..scale(vec![Weighable { of_ground: true, ..strong() }]) };
    assert!((odds(&ground) - GROUND_CAP).abs() < 1e-9);
    let part = &ground.outcome().parts[0];
    assert_eq!(part.caps, [Cap::Group, Cap::GroundOnly]);
}

#[test]
fn nothing_is_ruled_out() {
    let items = (0..30).map(|n| item(&format!("i{n}"), &[0.99, 0.01])).collect();
    let shares = scale(items).outcome().shares;
    assert!((shares[0] - 0.99).abs() < 1e-6 && (shares[1] - 0.01).abs() < 1e-6, "{shares:?}");
}

#[test]
fn odd_numbers_are_made_sound() {
    let range = Range { low: 2.0, best: f64::NAN, high: -1.0 }.sound();
    assert_eq!(range, Range { low: 0.5, best: 0.5, high: 0.5 });
    assert_eq!(even_out(&[f64::NAN, -1.0]), [0.5, 0.5]);
    assert!(
        Scale { priors: Vec::new(), items: Vec::new(), of_people: true }
            .outcome()
            .shares
            .is_empty()
    );
}

#[test]
fn more_items_than_the_limit_are_not_weighed() {
    let many: Vec<_> =
        (0..=ITEMS_LIMIT).map(|n| item(&format!("i{n:04}"), &[0.50, 0.49])).collect();
    let parts = scale(many).outcome().parts;
    assert!(parts[ITEMS_LIMIT - 1].weight > 0.0);
    assert_eq!(parts[ITEMS_LIMIT].weight, 0.0);
}

#[test]
fn the_fewest_items_that_turn_it_are_found() {
    let scale = Scale {
        priors: vec![1.0, 2.0],
        ..scale(vec![item("a", &[0.6, 0.2]), item("b", &[0.6, 0.3]), item("c", &[0.3, 0.2])])
    };
    // 3 · 2 · 1.5 against 2: without any one it stands, without a and another it falls.
    let turn = without::Without::new(&scale).fewest(0).unwrap();
    assert_eq!((turn.items, turn.to, turn.smallest), (vec![0, 1], 1, true));
}

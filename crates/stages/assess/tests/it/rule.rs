//! Laws of the rule in numbers, for whatever items come.

use bakas_assess::weigh::{
    CHEAP_CAP, GROUND_CAP, GROUP_CAP, INTERESTED_CAP, Outcome, Range, Scale, Weighable,
};
use proptest::prelude::*;

/// Numbers are compared but for this.
const NEAR: f64 = 1e-9;

fn range() -> impl Strategy<Value = Range> {
    (0.0_f64..=1.0, 0.0_f64..=1.0, 0.0_f64..=1.0)
        .prop_map(|(low, best, high)| Range { low, best, high }.sound())
}

prop_compose! {
    fn item(hypotheses: usize)(
        name in 0_u32..1_000_000,
        trust in 0.0_f64..=1.0,
        group in prop::option::of(0_u8..4),
        cheap in any::<bool>(),
        interested in any::<bool>(),
        of_ground in any::<bool>(),
        cells in prop::collection::vec(range(), hypotheses),
    ) -> Weighable {
        let group = group.map(|group| format!("g{group}"));
        Weighable { id: format!("i{name}"), trust, group, cheap, interested, of_ground, cells }
    }
}

fn scale() -> impl Strategy<Value = Scale> {
    (2_usize..9).prop_flat_map(|hypotheses| {
        (
            prop::collection::vec(0.01_f64..1.0, hypotheses),
            prop::collection::vec(item(hypotheses), 0..14),
            any::<bool>(),
        )
            .prop_map(|(priors, items, of_people)| Scale { priors, items, of_people })
    })
}

/// The natural logarithm of the most that the items moved the odds of any two hypotheses.
fn moved(outcome: &Outcome) -> f64 {
    let all = 0..outcome.shares.len();
    let total = |at: usize| outcome.parts.iter().map(|part| part.logs[at]).sum::<f64>();
    let totals: Vec<f64> = all.map(total).collect();
    let most = totals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most - totals.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The same of the odds of each hypothesis against all others, from the shares themselves.
fn odds_moved(outcome: &Outcome) -> f64 {
    let odds = |share: f64| (share / (1.0 - share)).ln();
    let pairs = outcome.shares.iter().zip(&outcome.priors);
    pairs.map(|(after, before)| (odds(*after) - odds(*before)).abs()).fold(0.0, f64::max)
}

fn same(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() < NEAR)
}

proptest! {
    #[test]
    fn nothing_is_certain_and_nothing_is_ruled_out(scale in scale()) {
        let shares = scale.outcome().shares;
        prop_assert!(shares.iter().all(|share| (0.01..=0.99).contains(share)), "{shares:?}");
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < NEAR);
        for interval in scale.intervals_of(200) {
            prop_assert!(interval.low >= 0.01 && interval.high <= 0.99 && interval.low <= interval.high);
        }
    }

    #[test]
    fn the_order_of_evidence_does_not_matter(
        (scale, shuffled) in scale().prop_flat_map(|scale| {
            let items = Just(scale.items.clone()).prop_shuffle();
            (Just(scale), items)
        }),
    ) {
        let mut names: Vec<&str> = scale.items.iter().map(|item| item.id.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        prop_assume!(names.len() == scale.items.len());
        let other = Scale { items: shuffled, ..scale.clone() };
        prop_assert!(same(&scale.outcome().shares, &other.outcome().shares));
        prop_assert_eq!(scale.intervals_of(50), other.intervals_of(50));
    }

    #[test]
    fn the_same_item_twice_changes_nothing(scale in scale(), at in any::<prop::sample::Index>()) {
        prop_assume!(!scale.items.is_empty());
        let mut twice = scale.clone();
        twice.items.push(scale.items[at.index(scale.items.len())].clone());
        prop_assert!(same(&scale.outcome().shares, &twice.outcome().shares));
        prop_assert_eq!(scale.intervals_of(50), twice.intervals_of(50));
    }

    #[test]
    fn an_item_with_equal_cells_changes_nothing(
        scale in scale(),
        range in range(),
        trust in 0.0_f64..=1.0,
        group in prop::option::of(0_u8..4),
    ) {
        let mut more = scale.clone();
        let group = group.map(|group| format!("g{group}"));
        let cells = vec![range; scale.priors.len()];
        let (cheap, interested, of_ground) = (true, true, true);
        let id = "the same of all".to_owned();
        more.items.push(Weighable { id, trust, group, cheap, interested, of_ground, cells });
        prop_assert!(same(&scale.outcome().shares, &more.outcome().shares));
        prop_assert_eq!(scale.intervals_of(50), more.intervals_of(50));
    }

    #[test]
    fn what_is_cheap_to_plant_never_passes_its_cap_however_it_is_grouped(mut scale in scale()) {
        scale.items.iter_mut().for_each(|item| item.cheap = true);
        let outcome = scale.outcome();
        prop_assert!(moved(&outcome) <= CHEAP_CAP.ln() + NEAR);
        prop_assert!(odds_moved(&outcome) <= CHEAP_CAP.ln() + NEAR);
    }

    #[test]
    fn words_of_the_interested_never_pass_their_cap(mut scale in scale()) {
        scale.items.iter_mut().for_each(|item| item.interested = true);
        let outcome = scale.outcome();
        prop_assert!(moved(&outcome) <= INTERESTED_CAP.ln() + NEAR);
        prop_assert!(odds_moved(&outcome) <= INTERESTED_CAP.ln() + NEAR);
    }

    #[test]
    fn a_root_never_passes_its_cap(mut scale in scale()) {
        scale.items.iter_mut().for_each(|item| item.group = Some("root".to_owned()));
        prop_assert!(moved(&scale.outcome()) <= GROUP_CAP.ln() + NEAR);
    }

    #[test]
    fn ground_alone_hardly_moves_people(mut scale in scale()) {
        scale.of_people = true;
        scale.items.iter_mut().for_each(|item| item.of_ground = true);
        let outcome = scale.outcome();
        prop_assert!(moved(&outcome) <= GROUND_CAP.ln() + NEAR);
        prop_assert!(odds_moved(&outcome) <= GROUND_CAP.ln() + NEAR);
    }

    #[test]
    fn among_other_evidence_the_caps_hold_as_well(scale in scale()) {
        let outcome = scale.outcome();
        let of = |wanted: &dyn Fn(&Weighable) -> bool| -> f64 {
            let parts = scale.items.iter().zip(&outcome.parts);
            let kept = parts.filter(|(item, _)| wanted(item)).map(|(_, part)| part.clone());
            moved(&Outcome { parts: kept.collect(), ..outcome.clone() })
        };
        for group in 0..4 {
            let name = format!("g{group}");
            prop_assert!(of(&|i| i.group.as_deref() == Some(&name)) <= GROUP_CAP.ln() + NEAR);
        }
        prop_assert!(of(&|i| i.cheap || i.interested) <= CHEAP_CAP.ln() + NEAR);
        prop_assert!(of(&|i| i.interested) <= INTERESTED_CAP.ln() + NEAR);
        if scale.of_people {
            prop_assert!(of(&|i| i.of_ground) <= GROUND_CAP.ln() + NEAR);
        }
        for (item, part) in scale.items.iter().zip(&outcome.parts) {
            prop_assert!((0.0..=1.0).contains(&part.kept) && part.weight <= 1.0, "{}", item.id);
        }
    }
}

//! What always holds: both find the plain intersection, and files and sizes say no more.

use std::collections::BTreeSet;

use bakas_exchange::overlap::{
    ELEMENTS_LIMIT, Hands, OWN_LEAST, Observable, OverlapError, Own, Session, ask, padded,
};
use proptest::prelude::*;

use super::{Table, addresses};

fn observable() -> impl Strategy<Value = Observable> {
    // Few values, so that lists share some; several kinds, so that equal texts of two kinds occur.
    let text = prop_oneof![
        (0u8..40).prop_map(|n| format!("192.0.2.{n}")),
        (0u8..20).prop_map(|n| format!("2001:db8::{n:x}")),
        (0u8..20).prop_map(|n| format!("Host{n}.Example")),
        (0u8..20).prop_map(|n| format!("account:User{n}")),
        (0u8..20).prop_map(|n| format!("agent:user{n}")),
        (0u8..20).prop_map(|n| format!("sha256:{n:064X}")),
        (0u8..20).prop_map(|n| format!("https://example.org/{n}?ü")),
    ];
    text.prop_map(|text| Observable::parse(&text).unwrap())
}

fn list() -> impl Strategy<Value = BTreeSet<Observable>> {
    proptest::collection::btree_set(observable(), OWN_LEAST..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn both_sides_find_the_plain_intersection(ana in list(), ben in list()) {
        let plain: Vec<_> = ana.intersection(&ben).cloned().collect();
        let table = Table::new();
        let (ana, ben) = (Own::new(ana).unwrap(), Own::new(ben).unwrap());
        let played = table.play(&ana, &ben, 9);
        prop_assert_eq!(&played.ana.shared, &plain);
        prop_assert_eq!(&played.ben.shared, &plain);
        prop_assert_eq!(played.ben.other_shared, Some(plain.len() as u64));
        prop_assert_eq!(played.ana.other_shared, None);
        prop_assert_eq!(played.ana.other_at_most, padded(ben.observables().len()).unwrap());
    }
}

/// A whole check takes a tenth of a second without optimisation: fewer cases than usual.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

#[test]
fn several_batches_and_any_order_of_work_give_the_same_bytes() {
    /// Two threads, backwards.
    struct Backwards;
    impl Hands for Backwards {
        fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| {
                scope.spawn(|| (0..parts).rev().filter(|n| n % 2 == 0).for_each(work));
                (0..parts).rev().filter(|n| n % 2 == 1).for_each(work);
            });
        }
    }
    let table = Table::new();
    let own = addresses(0..1100);
    let plain = table.ana(&own);
    let threads = bakas_exchange::overlap::Check { hands: &Backwards, ..plain };
    let session = Session([1; 32]);
    assert_eq!(ask(&plain, session).unwrap(), ask(&threads, session).unwrap());
    let played = table.play(&own, &addresses(1000..1200), 1);
    assert_eq!((played.ana.shared.len(), played.ben.shared.len()), (100, 100));
    assert_eq!((played.ana.other_at_most, played.ben.other_at_most), (250, 1600));
}

#[test]
fn sizes_go_by_steps_and_one_over_the_bounds_is_refused() {
    for (count, size) in [
        (0, 100),
        (100, 100),
        (101, 160),
        (160, 160),
        (161, 250),
        (631, 1000),
        (100_000, 100_000),
        (160_001, 250_000),
        (ELEMENTS_LIMIT, ELEMENTS_LIMIT),
    ] {
        assert_eq!(padded(count), Ok(size), "{count}");
    }
    let over = ELEMENTS_LIMIT + 1;
    assert_eq!(padded(over), Err(OverlapError::TooMany { count: over, limit: ELEMENTS_LIMIT }));
    let some = |count: usize| {
        Own::new((0..count).map(|n| Observable::parse(&format!("account:u{n}")).unwrap()))
    };
    assert!(some(OWN_LEAST).is_ok());
    assert_eq!(some(OWN_LEAST - 1), Err(OverlapError::TooFew { count: OWN_LEAST - 1 }));
    assert!(some(ELEMENTS_LIMIT).is_ok());
    assert_eq!(some(over), Err(OverlapError::TooMany { count: over, limit: ELEMENTS_LIMIT }));
    let twice = ["192.0.2.1"; OWN_LEAST].map(|text| Observable::parse(text).unwrap());
    assert_eq!(Own::new(twice), Err(OverlapError::TooFew { count: 1 }), "each counts once");
}

#[test]
fn messages_of_lists_of_one_step_differ_in_nothing_that_can_be_seen() {
    let table = Table::new();
    let (few, many) = (
        table.play(&addresses(0..11), &addresses(0..99), 1),
        table.play(&addresses(0..99), &addresses(0..11), 1),
    );
    assert_eq!(few.ask.len(), many.ask.len());
    assert_eq!(few.answer.len(), many.answer.len());
    assert_eq!(few.closing.len(), many.closing.len());
    // No observable stands in a message, in no spelling.
    for bytes in [&few.ask, &few.answer, &few.closing] {
        for needle in [&b"198.51.100"[..], &[198, 51, 100, 1], b"ipv4"] {
            assert!(!bytes.windows(needle.len()).any(|part| part == needle));
        }
    }
}

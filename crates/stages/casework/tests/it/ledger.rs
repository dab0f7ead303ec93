//! The ledger: what it counts, and that the order of events and merges does not matter.

use bakas_casework::{Ledger, name_hash};
use bakas_model::{Networks as _, Stream};
use proptest::prelude::*;

use crate::world::{CHROME, FIREFOX, Table, World, at, event};

fn heard(world: &World, pick: impl Fn(usize) -> bool) -> Ledger {
    let mut ledger = Ledger::default();
    for (n, row) in world.rows.iter().enumerate().filter(|(n, _)| pick(*n)) {
        let location = row.src.map(|a| Table.locate(a, row.time)).unwrap_or_default();
        let sign_in = match (row.stream, row.http_status) {
            (Stream::Web, code) if row.operation == "POST" => Some(code == Some(302)),
            (Stream::Web, _) => None,
            _ => Some(row.status == bakas_model::Status::Success),
        };
        ledger.observe(&event(row), &location, sign_in, n % 7 == 0);
    }
    ledger
}

#[test]
fn a_visit_is_counted_as_people_would() {
    let mut world = World::default();
    world.visit(0, at(0, 8, 0), "61.0.0.1", FIREFOX);
    world.web(0, at(0, 9, 0), "61.0.0.1", "GET /gone", 404, FIREFOX);
    world.form(0, at(1, 9, 0), "61.0.0.1", false, FIREFOX);
    let (addresses, accounts) = heard(&world, |_| true).drain();
    assert!(accounts.is_empty(), "a web log names nobody");
    let profile = &addresses[0];
    assert_eq!((profile.sign_ins, profile.sign_ins_failed), (1, 1));
    assert_eq!((profile.assets, profile.errors), (2, 1));
    assert_eq!(profile.pages, 4, "two pages and the form twice; posts to the form are no pages");
    assert_eq!(profile.sessions.len(), 2, "one session a day");
    assert_eq!(profile.sessions[0].1.len(), 1);
}

#[test]
fn accounts_are_told_apart_by_agency_and_not_by_case() {
    let mut world = World::default();
    world.login(0, Stream::WorkspaceLogin, at(0, 8, 0), "61.0.0.1", "Ana@x.example", true);
    world.login(0, Stream::WorkspaceLogin, at(1, 8, 0), "62.0.0.1", "ana@X.example", false);
    world.login(1, Stream::WorkspaceLogin, at(1, 8, 0), "62.0.0.1", "ana@x.example", true);
    let mut ledger = heard(&world, |_| true);
    assert_eq!(ledger.len(), 3 + 2);
    let (_, accounts) = ledger.drain();
    assert!(ledger.is_empty());
    assert_eq!(accounts.len(), 2);
    assert_eq!(accounts[0].key.name, "ana@x.example");
    assert_eq!(accounts[0].networks.len(), 2);
    assert_eq!(accounts[0].networks[1].sign_ins_failed, 1);
    assert_eq!(name_hash("Ana@x.example"), name_hash("ana@X.example"));
    assert_ne!(name_hash("a"), name_hash("a\0"));
}

fn crowd(seed: &[(u8, u8, u8, bool)]) -> World {
    let mut world = World::default();
    for (n, (host, name, kind, ok)) in seed.iter().enumerate() {
        let from = format!("61.0.0.{}", host % 5);
        let time = at(i64::from(*name % 9), i64::from(*host % 24), n as i64 % 60);
        match kind % 3 {
            0 => world.form(0, time, &from, *ok, if *ok { CHROME } else { FIREFOX }),
            1 => world.visit(0, time, &from, &format!("agent {name}")),
            _ => {
                let account = format!("p{name}@x.example");
                world.login(0, Stream::WorkspaceLogin, time, &from, &account, *ok);
            }
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn merging_in_any_order_gives_the_same(
        seed in prop::collection::vec(any::<(u8, u8, u8, bool)>(), 1..120),
        cut in 2_usize..5,
    ) {
        let world = crowd(&seed);
        let whole = heard(&world, |_| true).drain();
        let parts = || (0..cut).map(|part| heard(&world, move |n| n % cut == part));
        let join = |ledgers: Vec<Ledger>| {
            let mut sum = Ledger::default();
            ledgers.into_iter().for_each(|ledger| sum.merge(ledger));
            sum.drain()
        };
        let forward = join(parts().collect());
        let mut backward: Vec<Ledger> = parts().collect();
        backward.reverse();
        prop_assert_eq!(&whole, &forward);
        prop_assert_eq!(&whole, &join(backward));
    }
}

//! Laws: rows of the same time may come in any order; incidents are numbered by their first line;
//! no row belongs to two incidents.

use bakas_model::{Activity, IncidentKind, Severity, Stream};
use proptest::prelude::*;

use crate::world::{World, at};

/// Whole minutes, so that many rows share a time.
fn mixed(seed: &[(u8, u8, bool)]) -> World {
    let mut world = World::default();
    for (n, (host, name, ok)) in seed.iter().enumerate() {
        let from = format!("80.1.1.{}", host % 4);
        let account = format!("p{}@a.example", name % 6);
        let time = at(n as i64 / 8, 3, 0);
        world.login(0, Stream::WorkspaceLogin, time, &from, &account, *ok && n % 5 == 0);
        if *ok {
            let what = ("email_forwarding_out_of_domain", Activity::Update, "drop@x.example");
            let row = world.act(0, Stream::WorkspaceLogin, time, &from, &account, what);
            world.flag(row, IncidentKind::AccountTakeover, Severity::High);
            let what = ("authorize", Activity::Create, "App");
            world.act(0, Stream::WorkspaceToken, time, "", &account, what);
        }
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn order_within_the_same_time_does_not_matter(
        seed in prop::collection::vec(any::<(u8, u8, bool)>(), 8..80),
        salt in any::<u64>(),
    ) {
        let world = mixed(&seed);
        let one = world.investigate();
        let other = world.investigate_in(|rows| {
            rows.sort_by_key(|(at, row)| {
                (row.time, (*at as u64 ^ salt).wrapping_mul(0x9E37_79B9_7F4A_7C15))
            });
        });
        prop_assert_eq!(&one.claimed, &other.claimed);
        prop_assert_eq!(&one.outcome.incidents, &other.outcome.incidents);
        prop_assert_eq!(&one.outcome.campaigns, &other.outcome.campaigns);
    }

    #[test]
    fn lines_are_counted_once_and_incidents_are_in_order(
        seed in prop::collection::vec(any::<(u8, u8, bool)>(), 8..80),
    ) {
        let result = mixed(&seed).investigate();
        let claimed = result.claimed.iter().flatten().count() as u64;
        let lines: u64 = result.outcome.incidents.iter().map(|i| i.lines).sum();
        prop_assert_eq!(claimed, lines);
        let firsts: Vec<_> = result.outcome.incidents.iter().map(|i| i.first).collect();
        prop_assert!(firsts.is_sorted());
        for incident in &result.outcome.incidents {
            let by_address: u64 = incident.addresses.iter().map(|used| used.lines).sum();
            prop_assert!(by_address <= incident.lines);
            prop_assert!(incident.first <= incident.last);
        }
    }
}

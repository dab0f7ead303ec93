//! Password guessing and spraying, and everybody who only looks like it.

use bakas_model::{IncidentKind, Permitted, Severity, Stream};

use crate::world::{CHROME, FIREFOX, Result, SAFARI, World, at, ip};

/// A telco's honest subscribers: forty people who visit, some of whom mistype.
fn subscribers(world: &mut World, agency: u16) {
    let agents = [FIREFOX, CHROME, SAFARI];
    for n in 0..40_i64 {
        let from = format!("61.1.{}.{}", n / 8, n % 200 + 1);
        let agent = agents[n as usize % 3];
        for day in [n % 7, n % 7 + 9] {
            if n % 4 == 0 {
                world.form(agency, at(day, 9, 1), &from, false, agent);
            }
            world.visit(agency, at(day, 9, 3), &from, agent);
        }
    }
}

/// Twelve addresses of the same telco, a few tries a day each, over three weeks.
fn spread_guessing(world: &mut World, agency: u16, agent: &str) {
    for day in 0..21 {
        for host in 0..12 {
            let from = format!("61.9.{host}.7");
            for n in 0..2 {
                world.form(agency, at(day, (host * 2 + n * 5) % 24, 11), &from, false, agent);
            }
        }
    }
}

fn only(result: &Result, kind: IncidentKind) {
    assert_eq!(result.kinds(), [(0, kind)], "{}", result.reasons());
}

#[test]
fn fast_guessing_is_not_called_slow() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    for n in 0..600 {
        let time = at(3, 10, 0).plus_micros(n * 1_000_000);
        world.form(0, time, "61.9.1.7", false, "python-requests/2.31");
    }
    let result = world.investigate();
    only(&result, IncidentKind::PasswordGuessing);
    let summary = &result.outcome.incidents[0].summary;
    assert!(!summary.en.contains("slowly") && !summary.en.contains("spread"), "{}", summary.en);
}

#[test]
fn slow_spread_guessing_is_told_from_the_same_telcos_subscribers() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    spread_guessing(&mut world, 0, "Mozilla/5.0 (X11) Guess/1");
    let result = world.investigate();
    only(&result, IncidentKind::PasswordGuessing);
    let incident = &result.outcome.incidents[0];
    assert_eq!(incident.addresses.len(), 12);
    assert!(incident.addresses.iter().all(|a| a.address.to_string().starts_with("61.9.")));
    assert_eq!(incident.scope.tries, 21 * 12 * 2);
    assert_eq!(incident.lines, 2 * 21 * 12 * 2, "the form fetched belongs to the try");
    assert!(incident.title.en.contains("504 password guesses"), "{}", incident.title.en);
    assert!(incident.title.en.contains("AS64501 (Example Telecom)"), "{}", incident.title.en);
    assert!(!incident.title.fil.is_empty() && incident.title.fil != incident.title.en);
}

#[test]
fn guessing_with_a_browsers_common_agent_is_still_seen() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    spread_guessing(&mut world, 0, CHROME);
    let result = world.investigate();
    only(&result, IncidentKind::PasswordGuessing);
    assert_eq!(result.outcome.incidents[0].addresses.len(), 12);
}

#[test]
fn a_guess_that_comes_true_is_an_entry() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    spread_guessing(&mut world, 0, "Mozilla/5.0 (X11) Guess/1");
    world.form(0, at(21, 3, 0), "61.9.3.7", true, "Mozilla/5.0 (X11) Guess/1");
    let result = world.investigate();
    only(&result, IncidentKind::PasswordGuessing);
    let incident = &result.outcome.incidents[0];
    assert_eq!(incident.scope.entered.len(), 1);
    assert_eq!(incident.scope.entered[0].from, Some(ip("61.9.3.7")));
    assert_eq!(incident.severity, Severity::High);
}

#[test]
fn a_crowd_behind_one_address_is_not_accused() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    for day in 0..20 {
        for n in 0..8 {
            let agent = format!("{CHROME} build {}", n % 5);
            world.visit(0, at(day, 8 + n, 0), "61.5.5.5", &agent);
            if n % 2 == 0 {
                world.form(0, at(day, 8 + n, 30), "61.5.5.5", false, &agent);
                world.form(0, at(day, 8 + n, 31), "61.5.5.5", false, &agent);
            }
        }
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), [], "{:?}", result.outcome.incidents);
    assert!(result.reasons().contains("many people share"), "{}", result.reasons());
}

#[test]
fn a_guesser_among_a_crowd_behind_one_address_is_told_by_its_agent() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    for day in 0..10 {
        for n in 0..8 {
            world.visit(0, at(day, 8 + n, 0), "61.5.5.5", &format!("{CHROME} build {}", n % 5));
            for k in 0..4 {
                world.form(0, at(day, 8 + n, 20 + k), "61.5.5.5", false, "guess/3");
            }
        }
    }
    let result = world.investigate();
    only(&result, IncidentKind::PasswordGuessing);
    for (row, claimed) in world.rows.iter().zip(&result.claimed) {
        let guilty = row.agent.as_deref() == Some("guess/3");
        assert_eq!(claimed.is_some(), guilty, "{row:?}");
    }
}

#[test]
fn people_who_forgot_are_not_accused() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    for n in 0..9 {
        world.form(0, at(3, 9, n), "61.7.7.7", false, FIREFOX);
    }
    world.visit(0, at(3, 9, 30), "61.7.7.7", FIREFOX);
    for n in 0..5 {
        world.form(0, at(5, 9, n), "61.7.7.8", false, SAFARI); // gave up
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), [], "{:?}", result.outcome.incidents);
    assert!(result.reasons().contains("mistype or forget"));
}

#[test]
fn a_program_with_an_old_password_is_not_accused() {
    let mut world = World::default();
    for day in 0..20 {
        for hour in 0..24 {
            let time = at(day, hour, 0);
            world.login(0, Stream::Sshd, time, "10.0.0.9", "backup", false);
            world.web(0, time, "10.0.0.8", "POST /login.php", 200, "monitor/1");
        }
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), []);
    assert!(result.reasons().contains("old password"), "{}", result.reasons());
}

#[test]
fn a_permitted_scanner_is_set_aside_with_its_reason() {
    let mut world = World::default();
    for n in 0..200 {
        world.form(0, at(n % 5, 2, n % 60), "80.4.4.4", false, "scanner");
        let row = world.web(0, at(n % 5, 2, n % 60), "80.4.4.4", "GET /.env", 404, "scanner");
        world.flag(row, IncidentKind::Scanning, Severity::Medium);
    }
    world.permitted.push(Permitted {
        addresses: vec!["80.4.4.0/28".parse().unwrap()],
        reason: "national scan, order 7 of 2025".to_owned(),
        from: None,
        until: None,
    });
    let result = world.investigate();
    assert_eq!(result.kinds(), []);
    assert!(result.reasons().contains("order 7 of 2025"));
    world.permitted[0].until = Some(at(-1, 0, 0));
    let after = world.investigate();
    assert!(!after.outcome.incidents.is_empty(), "a permission that has ended excuses nothing");
}

#[test]
fn few_passwords_on_many_accounts_is_spraying_and_many_on_few_is_guessing() {
    let mut world = World::default();
    for host in 0..6 {
        for n in 0..20 {
            let from = format!("80.2.{host}.1");
            let account = format!("person{n}@a.example");
            let time = at(n, host + 1, n);
            world.login(0, Stream::WorkspaceLogin, time, &from, &account, false);
            let account = format!("boss{}@b.example", n % 2);
            world.login(1, Stream::WorkspaceLogin, time, &from, &account, false);
        }
    }
    let result = world.investigate();
    assert_eq!(
        result.kinds(),
        [(0, IncidentKind::PasswordSpraying), (1, IncidentKind::PasswordGuessing)]
    );
    let spray = &result.outcome.incidents.iter().find(|i| i.agency.0 == 0).unwrap().scope;
    assert_eq!((spray.tried_count, spray.tries), (20, 120));
}

#[test]
fn names_of_administrators_tried_once_each_are_looking_for_them() {
    let mut world = World::default();
    for (n, name) in ["admin", "it", "postmaster", "superadmin", "helpdesk"].iter().enumerate() {
        for k in 0..2 {
            let account = format!("{name}@a.example");
            let time = at(n as i64, 4, k);
            let row = world.login(0, Stream::WorkspaceLogin, time, "81.3.3.3", &account, false);
            world.flag(row, IncidentKind::AdminDiscovery, Severity::Medium);
        }
    }
    let result = world.investigate();
    only(&result, IncidentKind::AdminDiscovery);
    assert_eq!(result.outcome.incidents[0].lines, 10);
}

#[test]
fn two_hands_with_other_habits_in_one_agency_are_two_incidents() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    for day in 0..15 {
        for n in 0..6 {
            let (night, noon) = (at(day, 1, n), at(day, 13, n));
            world.form(0, night, &format!("61.9.{n}.7"), false, "Mozilla/5.0 (X11) One/1");
            world.form(0, noon, &format!("81.9.{n}.7"), false, "python-requests/2.31.0");
        }
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::PasswordGuessing); 2]);
    assert!(result.outcome.campaigns.is_empty());
}

#[test]
fn one_hand_with_addresses_of_two_networks_is_one_incident() {
    let mut world = World::default();
    subscribers(&mut world, 0);
    for day in 0..15 {
        for n in 0..6 {
            let agent = ["Mozilla/5.0 One/1", "Mozilla/5.0 Two/2"][n as usize % 2];
            world.form(0, at(day, 1, n), &format!("61.9.{n}.7"), false, agent);
            world.form(0, at(day, 2, n), &format!("81.9.{n}.7"), false, agent);
        }
    }
    let result = world.investigate();
    only(&result, IncidentKind::PasswordGuessing);
    assert_eq!(result.outcome.incidents[0].addresses.len(), 12);
}

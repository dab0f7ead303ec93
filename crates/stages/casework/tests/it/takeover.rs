//! Mailboxes entered by somebody else, and people who only travel, forward or read a lot.

use bakas_model::{Activity, IncidentKind, Severity, Stream};

use crate::world::{World, at};

const LOGIN: Stream = Stream::WorkspaceLogin;
const DRIVE: Stream = Stream::WorkspaceDrive;

/// An account signs in from home every day and reads a little.
fn ordinary(world: &mut World, agency: u16, account: &str, home: &str) {
    for day in 0..20 {
        world.login(agency, LOGIN, at(day, 0, 10), home, account, true);
        for n in 0..3 {
            world.act(
                agency,
                DRIVE,
                at(day, 1, n),
                home,
                account,
                ("view", Activity::Read, "plan"),
            );
        }
    }
}

fn forward(world: &mut World, agency: u16, hour: i64, from: &str, account: &str) -> usize {
    let what = ("email_forwarding_out_of_domain", Activity::Update, "drop@elsewhere.example");
    let row = world.act(agency, LOGIN, at(12, hour, 5), from, account, what);
    world.flag(row, IncidentKind::AccountTakeover, Severity::High);
    row
}

fn reading(world: &mut World, agency: u16, day: i64, from: &str, account: &str) {
    for n in 0..50 {
        let time = at(day, 15, n);
        let row =
            world.act(agency, DRIVE, time, from, account, ("download", Activity::Download, "d"));
        world.flag(row, IncidentKind::AccountTakeover, Severity::Medium);
    }
}

#[test]
fn a_record_of_several_acts_is_one_line() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    world.login(0, LOGIN, at(12, 14, 0), "80.7.7.7", "ana@a.example", true);
    let first = forward(&mut world, 0, 14, "80.7.7.7", "ana@a.example");
    let second = forward(&mut world, 0, 14, "80.7.7.7", "ana@a.example");
    world.same_record(first, second);
    let result = world.investigate();
    let incident = &result.outcome.incidents[0];
    assert_eq!(incident.lines, 2, "a sign-in, and one record of two acts");
    assert_eq!(incident.addresses.iter().map(|used| used.lines).sum::<u64>(), 2);
    assert_eq!(incident.scope.after[0].lines, 2, "both acts are told");
}

#[test]
fn the_headline_counts_the_accounts_that_the_scope_names() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    ordinary(&mut world, 0, "ben@a.example", "61.1.1.2");
    world.login(0, LOGIN, at(12, 14, 0), "80.7.7.7", "ana@a.example", true);
    forward(&mut world, 0, 14, "80.7.7.7", "ana@a.example");
    // By a stolen session: no sign-in is on record.
    forward(&mut world, 0, 15, "80.7.7.7", "ben@a.example");
    let result = world.investigate();
    let incident = &result.outcome.incidents[0];
    let named: Vec<&str> = incident.scope.entered.iter().map(|e| e.account.as_str()).collect();
    assert_eq!(named, ["ana@a.example", "ben@a.example"], "who must act is told of both");
    assert!(incident.title.en.starts_with("2 accounts"), "{}", incident.title.en);
    assert!(incident.scope.entered[1].how.en.contains("no sign-in"), "{:?}", incident.scope);
}

#[test]
fn forwarding_set_from_a_rented_server_is_a_takeover() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    ordinary(&mut world, 0, "ben@a.example", "61.1.1.2");
    world.login(0, LOGIN, at(12, 14, 0), "80.7.7.7", "Ana@a.example", true);
    forward(&mut world, 0, 14, "80.7.7.7", "ana@a.example");
    world.act(0, DRIVE, at(12, 14, 9), "80.7.7.7", "ana@a.example", ("view", Activity::Read, "x"));
    // The token log has no address.
    let token = ("authorize", Activity::Create, "MailSync");
    world.act(0, Stream::WorkspaceToken, at(12, 14, 12), "", "ana@a.example", token);
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::AccountTakeover)], "{}", result.reasons());
    let incident = &result.outcome.incidents[0];
    assert_eq!(incident.lines, 4, "sign-in, forwarding, reading, grant; nothing of the home");
    assert_eq!(incident.scope.entered[0].account, "ana@a.example");
    assert_eq!(incident.severity, Severity::Critical);
    let after: Vec<&str> = incident.scope.after.iter().map(|m| m.text.en.as_str()).collect();
    assert!(after[0].contains("drop@elsewhere.example"), "{after:?}");
    assert!(after.iter().any(|text| text.contains("MailSync")), "{after:?}");
}

#[test]
fn all_mailboxes_of_one_hand_are_one_incident() {
    let mut world = World::default();
    for (n, name) in ["ana", "ben", "cora"].iter().enumerate() {
        let account = format!("{name}@a.example");
        ordinary(&mut world, 0, &account, &format!("61.1.1.{n}"));
        for k in 0..3 {
            world.login(0, LOGIN, at(10, 3, k), "80.7.7.7", &account, false);
        }
        world.login(0, LOGIN, at(11, 15, n as i64), "80.7.7.7", &account, true);
        reading(&mut world, 0, 11, "80.7.7.7", &account);
    }
    let result = world.investigate();
    let takeovers: Vec<_> = result
        .outcome
        .incidents
        .iter()
        .filter(|i| i.kind == IncidentKind::AccountTakeover)
        .collect();
    assert_eq!(takeovers.len(), 1, "{}", result.reasons());
    assert_eq!(takeovers[0].scope.entered.len(), 3);
    assert!(takeovers[0].scope.entered[0].how.en.contains("sign-in succeeded"));
}

#[test]
fn people_with_a_vpn_are_not_accused() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    for day in [4, 5, 13] {
        let row = world.login(0, LOGIN, at(day, 15, 0), "90.1.1.1", "ana@a.example", true);
        world.flag(row, IncidentKind::AccountTakeover, Severity::Low);
        for n in 0..6 {
            let what = ("view", Activity::Read, "plan");
            world.act(0, DRIVE, at(day, 15, n + 1), "90.1.1.1", "ana@a.example", what);
        }
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), [], "{:?}", result.outcome.incidents);
    assert!(result.reasons().contains("VPN"), "{}", result.reasons());
}

#[test]
fn diligent_readers_and_forwarders_at_home_are_not_accused() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    reading(&mut world, 0, 12, "61.1.1.1", "ana@a.example");
    forward(&mut world, 0, 2, "61.1.1.1", "ana@a.example");
    let result = world.investigate();
    assert_eq!(result.kinds(), [], "{:?}", result.outcome.incidents);
    assert!(result.reasons().contains("usual network"), "{}", result.reasons());
}

#[test]
fn an_intruder_behind_the_same_vpn_does_not_taint_its_honest_user() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    ordinary(&mut world, 0, "ben@a.example", "61.1.1.2");
    for day in [4, 12] {
        let row = world.login(0, LOGIN, at(day, 14, 0), "90.1.1.1", "ben@a.example", true);
        world.flag(row, IncidentKind::AccountTakeover, Severity::Low);
    }
    world.login(0, LOGIN, at(12, 14, 0), "90.1.1.1", "ana@a.example", true);
    forward(&mut world, 0, 14, "90.1.1.1", "ana@a.example");
    reading(&mut world, 0, 12, "90.1.1.1", "ana@a.example");
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::AccountTakeover)]);
    let entered = &result.outcome.incidents[0].scope.entered;
    assert_eq!(entered.len(), 1);
    assert_eq!(entered[0].account, "ana@a.example");
}

#[test]
fn a_guess_that_opened_a_mailbox_is_guessing_and_takeover() {
    let mut world = World::default();
    for n in 0..12 {
        ordinary(&mut world, 0, &format!("p{n}@a.example"), &format!("61.1.1.{n}"));
        for day in 3..9 {
            let account = format!("p{n}@a.example");
            world.login(0, LOGIN, at(day, 17, n), "80.6.6.6", &account, false);
        }
    }
    world.login(0, LOGIN, at(9, 17, 30), "80.6.6.6", "p4@a.example", true);
    for n in 0..5 {
        let what = ("view", Activity::Read, "budget");
        world.act(0, DRIVE, at(9, 17, 31 + n), "80.6.6.6", "p4@a.example", what);
    }
    let result = world.investigate();
    assert_eq!(
        result.kinds(),
        [(0, IncidentKind::PasswordSpraying), (0, IncidentKind::AccountTakeover)]
    );
    let takeover =
        result.outcome.incidents.iter().find(|i| i.kind == IncidentKind::AccountTakeover).unwrap();
    assert_eq!(takeover.lines, 6);
    assert_eq!(result.outcome.campaigns.len(), 1, "one follows from the other");
}

#[test]
fn the_owner_of_an_entered_mailbox_on_the_same_day_is_not_the_intruder() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    world.login(0, LOGIN, at(12, 14, 0), "80.7.7.7", "ana@a.example", true);
    forward(&mut world, 0, 14, "80.7.7.7", "ana@a.example");
    // On the way home, from a telco that the account did not use before.
    let row = world.login(0, LOGIN, at(12, 18, 0), "62.3.3.3", "ana@a.example", true);
    world.flag(row, IncidentKind::AccountTakeover, Severity::Low);
    let what = ("view", Activity::Read, "plan");
    world.act(0, DRIVE, at(12, 18, 5), "62.3.3.3", "ana@a.example", what);
    // The intruder comes back through another rented server, and only looks.
    let row = world.login(0, LOGIN, at(12, 20, 0), "81.7.7.7", "ana@a.example", true);
    world.flag(row, IncidentKind::AccountTakeover, Severity::Low);
    let result = world.investigate();
    let accused: Vec<String> = result.accused().iter().map(ToString::to_string).collect();
    assert_eq!(accused, ["80.7.7.7", "81.7.7.7"]);
}

#[test]
fn a_harmless_application_granted_on_a_journey_is_no_takeover() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    world.login(0, LOGIN, at(12, 14, 0), "80.7.7.7", "ana@a.example", true);
    let what = ("authorize", Activity::Create, "Agenda");
    let token = Stream::WorkspaceToken;
    let row = world.act(0, token, at(12, 14, 2), "80.7.7.7", "ana@a.example", what);
    world.flag(row, IncidentKind::AccountTakeover, Severity::Low);
    assert_eq!(world.investigate().kinds(), []);
}

#[test]
fn an_address_that_looked_for_administrators_and_then_got_in_did_both() {
    let mut world = World::default();
    ordinary(&mut world, 0, "ana@a.example", "61.1.1.1");
    for (n, name) in ["admin", "it", "postmaster", "helpdesk"].iter().enumerate() {
        for k in 0..3 {
            let account = format!("{name}@a.example");
            world.login(0, LOGIN, at(2 + n as i64, 4, k), "80.3.3.3", &account, false);
        }
    }
    for day in 10..14 {
        world.login(0, LOGIN, at(day, 14, 0), "80.3.3.3", "ana@a.example", true);
        reading(&mut world, 0, day, "80.3.3.3", "ana@a.example");
    }
    let result = world.investigate();
    assert_eq!(
        result.kinds(),
        [(0, IncidentKind::AdminDiscovery), (0, IncidentKind::AccountTakeover)],
        "{}",
        result.reasons()
    );
    assert!(!result.reasons().contains("80.3.3.3"), "nobody accused is excused as well");
    assert_eq!(result.outcome.campaigns.len(), 1);
}

#[test]
fn an_administrator_at_the_office_is_not_accused() {
    let mut world = World::default();
    for n in 0..12 {
        ordinary(&mut world, 0, &format!("p{n}@a.example"), "62.1.1.1");
    }
    for day in 0..20 {
        world.login(0, LOGIN, at(day, 1, 0), "61.4.4.4", "helpdesk@a.example", true);
    }
    for n in 0..6 {
        world.login(0, LOGIN, at(9, 2, n), "62.1.1.1", "helpdesk@a.example", true);
        let what = ("CHANGE_PASSWORD", Activity::Update, "");
        let admin = Stream::WorkspaceAdmin;
        let row = world.act(0, admin, at(9, 2, n + 1), "62.1.1.1", "helpdesk@a.example", what);
        world.flag(row, IncidentKind::AccountTakeover, Severity::Medium);
    }
    assert_eq!(world.investigate().kinds(), []);
}

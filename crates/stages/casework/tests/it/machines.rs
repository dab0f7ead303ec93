//! Password tries at machines: counted once, fast from one address, and the guess that came true.

use bakas_model::{Activity, Class, IncidentKind, Severity, Stream, Timestamp};

use crate::world::{Result, World, at};

const SECOND: i64 = 1_000_000;

/// A failure as the OpenSSH server tells it.
fn fails(world: &mut World, time: Timestamp, from: &str, account: &str, told: &str) {
    let row = world.login(0, Stream::Sshd, time, from, account, false);
    world.rows[row].operation = told.to_owned();
}

fn enters(world: &mut World, time: Timestamp, from: &str, account: &str) -> usize {
    let row = world.login(0, Stream::Sshd, time, from, account, true);
    world.rows[row].operation = "Accepted password".to_owned();
    row
}

/// That many failures of one account, one every three seconds.
fn burst(world: &mut World, start: Timestamp, from: &str, account: &str, count: i64) {
    for n in 0..count {
        fails(world, start.plus_micros(n * 3 * SECOND), from, account, "Failed password");
    }
}

fn only_guessing(result: &Result) {
    assert_eq!(result.kinds(), [(0, IncidentKind::PasswordGuessing)], "{}", result.reasons());
}

#[test]
fn a_try_that_the_server_tells_twice_is_one_try() {
    let mut world = World::default();
    for n in 0..60 {
        let time = at(0, 3, n);
        let account = ["oracle", "test"][n as usize % 2];
        fails(&mut world, time, "80.1.1.1", account, "Invalid user");
        let later = time.plus_micros(2 * SECOND);
        fails(&mut world, later, "80.1.1.1", account, "Failed password");
    }
    // Asked for without a password being sent.
    fails(&mut world, at(0, 4, 1), "80.1.1.1", "pi", "Invalid user");
    let result = world.investigate();
    only_guessing(&result);
    let incident = &result.outcome.incidents[0];
    assert_eq!(incident.scope.tries, 61);
    let tried = &incident.scope.tried;
    assert_eq!(tried.iter().map(|tally| tally.count).collect::<Vec<_>>(), [30, 30, 1]);
    assert_eq!(incident.lines, 121, "both records are evidence");
}

#[test]
fn records_told_twice_do_not_accuse_who_mistypes() {
    let mut world = World::default();
    for n in 0..20 {
        let time = at(0, 9, n * 2);
        fails(&mut world, time, "61.1.1.1", "jaun", "Invalid user");
        fails(&mut world, time.plus_micros(SECOND), "61.1.1.1", "jaun", "Failed password");
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), []);
    assert!(result.reasons().contains("mistype or forget"), "{}", result.reasons());
}

#[test]
fn one_address_that_hammers_one_account_is_guessing() {
    let mut world = World::default();
    burst(&mut world, at(0, 3, 0), "61.1.1.1", "root", 120);
    let result = world.investigate();
    only_guessing(&result);
    let incident = &result.outcome.incidents[0];
    assert_eq!((incident.scope.tries, incident.severity), (120, Severity::Medium));
    assert!(!incident.summary.en.contains("slowly"), "{}", incident.summary.en);
    assert!(
        incident.summary.en.contains("120 sign-ins failed, up to 20 within one minute"),
        "{}",
        incident.summary.en
    );
    assert!(incident.summary.fil.contains("hanggang 20 sa loob ng isang minuto"));
}

#[test]
fn a_program_that_lost_its_password_at_home_is_not_guessing() {
    let mut world = World::default();
    // It signed in from the same network for days, through another address.
    for day in 0..5 {
        enters(&mut world, at(day, 8, 0), "61.1.2.2", "backup");
    }
    burst(&mut world, at(6, 3, 0), "61.1.1.1", "backup", 60);
    let result = world.investigate();
    assert_eq!(result.kinds(), [], "{:?}", result.outcome.incidents);
}

#[test]
fn slow_tries_are_told_with_their_rate() {
    let mut world = World::default();
    for day in 0..20 {
        for host in 0..6 {
            for n in 0..3 {
                let from = format!("80.2.2.{host}");
                fails(&mut world, at(day, n * 7, host), &from, "root", "Failed password");
            }
        }
    }
    let result = world.investigate();
    only_guessing(&result);
    let summary = &result.outcome.incidents[0].summary;
    assert!(
        summary.en.contains(
            "360 sign-ins failed, slowly and spread over the addresses, about 3 a day from each"
        ),
        "{}",
        summary.en
    );
}

/// Ten accounts that live at one address; one of them then fails so often and gets in.
fn office(fails: i64) -> World {
    let mut world = World::default();
    for day in 0..5 {
        for n in 0..10 {
            enters(&mut world, at(day, 8, n), "61.1.1.1", &format!("user{n}"));
        }
    }
    let start = at(6, 15, 0);
    burst(&mut world, start, "61.1.1.1", "user0", fails);
    enters(&mut world, start.plus_micros((fails * 3 + 1) * SECOND), "61.1.1.1", "user0");
    for n in 1..10 {
        enters(&mut world, at(7, 8, n), "61.1.1.1", &format!("user{n}"));
    }
    world
}

#[test]
fn a_guess_that_came_true_is_told_also_where_others_sign_in() {
    let world = office(147);
    let result = world.investigate();
    only_guessing(&result);
    let incident = &result.outcome.incidents[0];
    assert_eq!(incident.severity, Severity::High);
    assert_eq!((incident.scope.tries, incident.lines), (147, 148), "nobody else is in it");
    let [entered] = &incident.scope.entered[..] else { panic!("{:?}", incident.scope.entered) };
    assert_eq!(entered.account, "user0");
    assert!(entered.how.en.contains("after 147 tries that failed"), "{}", entered.how.en);
    // The honest explanation has its place.
    assert!(incident.summary.en.contains("program with an old password"));
    assert!(incident.summary.fil.contains("programang may lumang password"));
}

#[test]
fn somebody_who_forgot_and_then_remembered_is_not_a_guess() {
    let result = office(12).investigate();
    assert_eq!(result.kinds(), [], "{:?}", result.outcome.incidents);
    // Many failures, but over days and with sign-ins between them.
    let mut world = World::default();
    for day in 0..10 {
        burst(&mut world, at(day, 8, 0), "61.1.1.1", "juana", 4);
        enters(&mut world, at(day, 8, 2), "61.1.1.1", "juana");
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), [], "{:?}", result.outcome.incidents);
}

#[test]
fn who_guesses_for_days_and_gets_in_is_no_program_with_an_old_password() {
    let mut world = World::default();
    for day in 0..4 {
        burst(&mut world, at(day, 2, 0), "61.1.1.1", "root", 100);
    }
    enters(&mut world, at(3, 2, 30), "61.1.1.1", "root");
    let result = world.investigate();
    // The address attacks as a whole: what it entered is told as an account that was entered.
    assert_eq!(
        result.kinds(),
        [(0, IncidentKind::PasswordGuessing), (0, IncidentKind::AccountTakeover)]
    );
    let [guessed, taken] = &result.outcome.incidents[..] else { panic!("two incidents") };
    assert_eq!(guessed.scope.entered.len(), 0);
    assert!(guessed.summary.en.contains("1 account was entered from"), "{}", guessed.summary.en);
    assert_eq!(taken.scope.entered.len(), 1);
    let how = &taken.scope.entered[0].how.en;
    assert!(how.contains("after 400 tries that failed"), "{how}");
}

#[test]
fn a_try_that_two_logs_tell_is_one_try() {
    let check = |first: (Stream, &str), second: (Stream, &str)| {
        let mut world = World::default();
        for n in 0..60 {
            let account = ["ana@agency.example", "ben@agency.example"][n as usize % 2];
            for (stream, operation) in [first, second] {
                let row = world.login(0, stream, at(0, 3, n), "80.1.1.1", account, false);
                world.rows[row].operation = operation.to_owned();
            }
        }
        let result = world.investigate();
        only_guessing(&result);
        let incident = &result.outcome.incidents[0];
        assert_eq!((incident.scope.tries, incident.lines), (60, 120), "{first:?} {second:?}");
    };
    check((Stream::M365, "UserLoginFailed"), (Stream::EntraSignIn, "Sign-in activity"));
    check((Stream::Windows, "Failed logon"), (Stream::Windows, "NTLM validation"));
    check((Stream::CiscoAsa, "113005"), (Stream::CiscoAsa, "716039"));
    check((Stream::FortiGate, "ssl-login-fail"), (Stream::FortiGate, "auth-logon"));
}

#[test]
fn what_windows_does_in_its_own_name_belongs_to_who_was_on_the_machine() {
    let mut world = World::default();
    burst(&mut world, at(0, 2, 0), "80.1.1.1", "x", 1);
    for n in 0..120 {
        let row = world.login(0, Stream::Windows, at(0, 3, n / 2), "80.1.1.1", "admin", false);
        world.rows[row].operation = "Failed logon".to_owned();
    }
    let on = |world: &mut World, row: usize, host: &str| {
        world.rows[row].host = Some(host.to_owned());
    };
    let row = world.login(0, Stream::Windows, at(0, 4, 10), "80.1.1.1", "admin", true);
    on(&mut world, row, "SRV1.agency.example");
    let service = |world: &mut World, time: Timestamp, host: &str, path: &str| {
        let what = ("Service installed", Activity::Create, path);
        let row = world.act(0, Stream::Windows, time, "", "LocalSystem", what);
        world.rows[row].class = Class::ScheduledJob;
        on(world, row, host);
    };
    service(&mut world, at(0, 4, 20), "srv1.agency.example", "C:\\x.exe");
    service(&mut world, at(0, 4, 20), "srv2.agency.example", "C:\\other-machine.exe");
    service(&mut world, at(0, 9, 20), "srv1.agency.example", "C:\\hours-later.exe");
    let result = world.investigate();
    let taken = result.outcome.incidents.iter().find(|i| i.kind == IncidentKind::AccountTakeover);
    let taken = taken.unwrap_or_else(|| panic!("{}", result.reasons()));
    let after: Vec<_> = taken.scope.after.iter().map(|m| m.text.en.as_str()).collect();
    assert_eq!(after, ["localsystem: service or task installed: C:\\x.exe"]);
}

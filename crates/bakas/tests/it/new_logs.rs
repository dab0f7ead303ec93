//! Attacks that only the newer kinds of logs show, investigated by the binary end to end: a mail
//! server, an identity provider, Windows machines, and a border with web mail, VPN, sensor and name
//! server. Asserted is what an analyst would notice.

mod input;

use std::fs;

use bakas_model::{Case, Incident, IncidentKind, Severity, Text, response::AskKind};

use crate::yard::Yard;

/// The only incident of that kind at an agency.
fn one<'c>(case: &'c Case, agency: &str, kind: IncidentKind) -> &'c Incident {
    let found: Vec<_> = at(case, agency).filter(|incident| incident.kind == kind).collect();
    let [one] = found[..] else { panic!("{agency} {kind:?}: {}", found.len()) };
    one
}

fn at<'c>(case: &'c Case, agency: &str) -> impl Iterator<Item = &'c Incident> {
    let ix = case.agencies.iter().position(|known| known.id == agency).unwrap();
    case.incidents.iter().filter(move |incident| usize::from(incident.agency.0) == ix)
}

/// What was done after the entry, in both languages.
fn tells(incident: &Incident, en: &str, fil: &str) {
    let told = incident.scope.after.iter().find(|moment| moment.text.en.contains(en));
    let told = told.unwrap_or_else(|| panic!("{en}: {:?}", incident.scope.after));
    assert!(told.text.fil.contains(fil), "{}", told.text.fil);
}

fn entered<'i>(incident: &'i Incident, account: &str, from: &str) -> &'i Text {
    let [entered] = &incident.scope.entered[..] else { panic!("{:?}", incident.scope.entered) };
    assert_eq!(entered.account, account);
    assert_eq!(entered.from, Some(from.parse().unwrap()));
    &entered.how
}

/// What an agency is asked to do, of one sort.
fn asked(case: &Case, agency: &str, kind: AskKind) -> String {
    let ix = case.agencies.iter().position(|known| known.id == agency).unwrap();
    let asks = case.asks.iter().filter(|ask| usize::from(ask.agency.0) == ix && ask.kind == kind);
    asks.map(|ask| format!("{}\n{}\n", ask.text.en, ask.text.fil)).collect()
}

#[test]
fn attacks_on_mail_identity_windows_and_border_are_told_and_nobody_else_is_accused() {
    let yard = Yard::new();
    input::write(&yard);
    let ran = yard.run(&["investigate", "logs", "--config", "bakas.toml", "--out", "case"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let case = yard.case();
    assert_eq!(case.sources.iter().map(|s| s.rejects.values().sum::<u64>()).sum::<u64>(), 0);
    mail_server(&case);
    identity(&case);
    windows(&case);
    border(&case);
    the_others(&case);
    the_report(&yard);
}

/// 480 tries, though Dovecot tells each twice; the account that gave in, and its 150 messages.
fn mail_server(case: &Case) {
    assert_eq!(at(case, "post").count(), 2);
    let sprayed = one(case, "post", IncidentKind::PasswordSpraying);
    assert_eq!((sprayed.scope.tries, sprayed.scope.tried_count), (480, 41));
    assert_eq!(sprayed.addresses.len(), input::GUESSERS.len());
    assert!(
        sprayed.summary.en.contains("1 account was entered from these"),
        "{}",
        sprayed.summary.en
    );
    let taken = one(case, "post", IncidentKind::AccountTakeover);
    let how = entered(taken, "m.cruz@post.example", input::GUESSERS[0]);
    assert!(how.en.contains("after 40 tries that failed"), "{}", how.en);
    tells(taken, "m.cruz@post.example: message sent ×150", "nagpadala ng mensahe ×150");
    let clean = asked(case, "post", AskKind::Clean);
    assert!(clean.contains("On the mail server") && clean.contains("Sa mail server"), "{clean}");
    let keep = asked(case, "post", AskKind::Preserve);
    assert!(!keep.contains("provider"), "it is the agency's own server: {keep}");
}

/// 240 tries, though Entra and Microsoft 365 both tell them; what was done in the mailbox and in
/// the tenant.
fn identity(case: &Case) {
    assert_eq!(at(case, "records").count(), 2);
    let guessed = one(case, "records", IncidentKind::PasswordGuessing);
    assert_eq!((guessed.scope.tries, guessed.scope.tried_count), (240, 8));
    let taken = one(case, "records", IncidentKind::AccountTakeover);
    assert_eq!(taken.severity, Severity::Critical);
    let how = entered(taken, "ana@records.example", input::GUESSERS[1]);
    assert!(how.en.contains("after 30 tries that failed"), "{}", how.en);
    tells(taken, "mail forwarding set: drop@mail.example.net", "pagpapasa ng mail");
    tells(taken, "access granted: Mail Helper Pro", "nagbigay ng access");
    tells(taken, "password or second factor changed", "ikalawang salik");
    assert!(asked(case, "records", AskKind::Preserve).contains("Ask the provider"));
    let both = case.campaigns.iter().find(|c| c.incidents.contains(&taken.id)).expect("a campaign");
    let sprayed = one(case, "post", IncidentKind::PasswordSpraying);
    assert!(both.incidents.contains(&sprayed.id), "the same network goes for both");
}

/// 360 tries, though the controller tells them again; the user, the administrator, the service that
/// Windows made in its own name, and the log that was cleared.
fn windows(case: &Case) {
    assert_eq!(at(case, "ports").count(), 2);
    let guessed = one(case, "ports", IncidentKind::PasswordGuessing);
    assert_eq!((guessed.scope.tries, guessed.scope.tried_count), (360, 3));
    let taken = one(case, "ports", IncidentKind::AccountTakeover);
    assert_eq!(taken.severity, Severity::Critical);
    entered(taken, "administrator", input::DESKTOP);
    tells(taken, "user or key made or removed: helper", "gumawa o nagtanggal ng user");
    tells(taken, "CN=helper, Administrators", "administrador");
    tells(taken, "service or task installed: C:\\Users\\Public\\h.exe", "service o task");
    tells(taken, "logging or watching lowered", "pagtatala o pagbabantay");
    let clean = asked(case, "ports", AskKind::Clean);
    assert!(clean.contains("krbtgt") && !clean.contains("forwarding"), "{clean}");
    assert!(asked(case, "ports", AskKind::SecondFactor).contains("remote desktop"));
}

/// Web mail and VPN guessed by one address, the VPN entered.
fn border(case: &Case) {
    assert_eq!(at(case, "labor").count(), 2);
    let guessed = one(case, "labor", IncidentKind::PasswordGuessing);
    assert_eq!(guessed.scope.tries, 440, "200 at the web mail, 240 at the VPN");
    let taken = one(case, "labor", IncidentKind::AccountTakeover);
    entered(taken, "dan", input::BORDER);
    assert!(asked(case, "labor", AskKind::Clean).contains("tunnels of dan"));
}

/// The person who mistypes, the monitor, the backup job, the telephone exchange, people at home.
fn the_others(case: &Case) {
    let attackers = [&input::GUESSERS[..], &[input::DESKTOP, input::BORDER]].concat();
    for incident in &case.incidents {
        for used in &incident.addresses {
            let address = used.address.to_string();
            assert!(attackers.contains(&address.as_str()), "{} {address}", incident.id.0);
            assert_eq!(used.legitimate_sessions, 0, "{address}");
        }
    }
    // What made no incident is told, the grave by itself and with what else is seen there.
    let told = |words: &str| {
        let found = case.set_aside.iter().find(|aside| aside.text.en.contains(words));
        found.unwrap_or_else(|| panic!("{words}: {:?}", case.set_aside))
    };
    let grave = told("says that an attack succeeded (high)");
    assert!(grave.text.en.contains(input::CALLER), "{}", grave.text.en);
    assert!(grave.text.en.contains("many long names of random look"), "{}", grave.text.en);
    assert!(grave.text.fil.contains("WALANG INSIDENTE"), "{}", grave.text.fil);
    let lesser = told("Seen, and by itself no attack");
    assert!(lesser.text.en.contains("connections in regular intervals"), "{}", lesser.text.en);
    let stale: Vec<_> =
        case.set_aside.iter().filter(|aside| aside.text.en.contains("10.9.0.200")).collect();
    assert_eq!(stale.len(), 1, "the backup job is told once: {stale:?}");
    assert!(stale[0].text.en.contains("old password"), "{}", stale[0].text.en);
}

fn the_report(yard: &Yard) {
    let report = fs::read_to_string(yard.path("case/report.html")).unwrap();
    for words in ["message sent ×150", "krbtgt", "NO INCIDENT", "WALANG INSIDENTE"] {
        assert!(report.contains(words), "{words}");
    }
}

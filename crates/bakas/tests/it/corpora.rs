//! Public logs of real and of simulated attacks, investigated by the binary: what a reader of the
//! case would notice. docs/field-notes.md tells how each answer was checked by hand. The logs are
//! not part of the project; where they are absent the tests say that they are skipped.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use bakas_model::{Case, Incident, IncidentKind, RejectReason, Severity};

use crate::yard::{Yard, events, write};

/// A folder of the public logs, or nothing, which is told.
fn corpus(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BAKAS_CORPORA").map(PathBuf::from).or_else(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().find(|folder| folder.join("Cargo.lock").exists())?;
        Some(root.parent()?.join("shared/corpora"))
    });
    let found = root.map(|root| root.join("logs").join(name)).filter(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: no public logs {name} (BAKAS_CORPORA names the folder of logs/)");
    }
    found
}

/// Investigates a folder, with a configuration where one is given.
fn investigate(yard: &Yard, logs: &Path, config: Option<&str>) -> (Case, String) {
    let logs = logs.to_str().unwrap();
    let mut arguments = vec!["investigate", logs, "--out", "case"];
    if let Some(text) = config {
        write(&yard.path("bakas.toml"), text.as_bytes());
        arguments.extend(["--config", "bakas.toml"]);
    }
    let ran = yard.run(&arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    (yard.case(), ran.out)
}

fn tries_passwords(incident: &Incident) -> bool {
    matches!(incident.kind, IncidentKind::PasswordGuessing | IncidentKind::PasswordSpraying)
}

fn from(incident: &Incident, address: &str) -> bool {
    let address: IpAddr = address.parse().unwrap();
    incident.addresses.iter().any(|used| used.address == address)
}

/// The bytes of every line of evidence, with the incident that claims it.
fn evidence(yard: &Yard, logs: &Path) -> Vec<(String, Vec<u8>)> {
    let text = fs::read_to_string(yard.path("case/evidence.ndjson")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let number = |value: &serde_json::Value| value.as_u64().unwrap() as usize;
    lines
        .map(|line| {
            let bytes = fs::read(logs.join(line["file"].as_str().unwrap())).unwrap();
            let start = number(&line["offset"]);
            let piece = bytes[start..start + number(&line["length"])].to_vec();
            (line["incident"].as_str().unwrap().to_owned(), piece)
        })
        .collect()
}

#[test]
fn openssh_guesses_are_told_and_the_one_sign_in_is_left_alone() {
    let Some(logs) = corpus("openssh-loghub") else { return };
    let yard = Yard::new();
    let config = "[[source]]\npath = \"OpenSSH_2k.log\"\nyear_reference = \"2016-12-11\"\n";
    let (case, out) = investigate(&yard, &logs, Some(config));
    // 2,000 lines, two of which say "message repeated 5 times".
    assert_eq!(events(&case, "OpenSSH_2k.log"), 2_008);
    let first = case.window.unwrap().0;
    assert!(first.to_string().starts_with("2016-12-10"), "{first}");
    let guessed = case.incidents.iter().find(|i| tries_passwords(i)).expect("guesses are told");
    for address in ["183.62.140.253", "187.141.143.180", "103.99.0.122", "112.95.230.3"] {
        assert!(from(guessed, address), "{address}");
    }
    let most = &guessed.addresses[0];
    assert_eq!((most.address.to_string().as_str(), most.asn.unwrap().0), ("183.62.140.253", 4134));
    assert!(guessed.scope.tried.iter().any(|tally| tally.value == "root"));
    // "Invalid user x" and then "Failed password for invalid user x" are one try: by grep, these
    // eight addresses failed 482 times.
    assert_eq!((guessed.addresses.len(), guessed.scope.tries), (8, 482));
    assert!(!guessed.summary.en.contains("slowly"), "{}", guessed.summary.en);
    // `grep Accepted`: one, of fztu from 119.137.62.142, which never failed.
    for incident in &case.incidents {
        assert!(incident.scope.entered.is_empty(), "{:?}", incident.scope.entered);
        assert!(!from(incident, "119.137.62.142"));
    }
    assert!(out.contains("nobody is known to have got in"), "{out}");
    // Every line of evidence is a line of an address that the incident names.
    for (_, line) in evidence(&yard, &logs) {
        let line = String::from_utf8(line).unwrap();
        let named = guessed.addresses.iter().any(|used| line.contains(&used.address.to_string()));
        assert!(named, "{line}");
    }
}

#[test]
fn auth_log_keeps_its_year_and_the_people_out_of_the_guessing() {
    let Some(logs) = corpus("auth-elastic") else { return };
    let yard = Yard::new();
    let config = "[[source]]\npath = \"auth.log\"\nyear_reference = \"2017-04-21\"\n";
    let (case, _) = investigate(&yard, &logs, Some(config));
    // 7,121 lines; 85 of them stand for several.
    assert_eq!(events(&case, "auth.log"), 7_446);
    let (first, last) = case.window.unwrap();
    assert!(first.to_string().starts_with("2017-03-27"), "{first}");
    assert!(last.to_string().starts_with("2017-04-20"), "{last}");
    let guesses: Vec<_> = case.incidents.iter().filter(|i| tries_passwords(i)).collect();
    for address in ["201.178.81.113", "181.26.186.35", "122.163.61.218"] {
        assert!(guesses.iter().any(|i| from(i, address)), "{address}");
    }
    // 120 tries of root within 17 minutes.
    let fast = guesses.iter().find(|i| from(i, "49.4.143.105")).expect("hammering is told");
    assert_eq!(fast.scope.tries, 120);
    // 147 failures of one account and then its success, where ten accounts sign in.
    let guessed = guesses.iter().find(|i| from(i, "24.151.103.17")).expect("the guess is told");
    assert_eq!((guessed.severity, guessed.scope.tries), (Severity::High, 147));
    let entered: Vec<_> = guessed.scope.entered.iter().map(|e| e.account.as_str()).collect();
    assert_eq!(entered, ["elastic_user_0"]);
    assert!(guessed.summary.en.contains("the owner can tell"), "{}", guessed.summary.en);
    // The owner's own address: 15 failures among 209 sign-ins.
    assert!(!case.incidents.iter().any(|i| from(i, "85.245.107.41")));
}

#[test]
fn workspace_names_the_mailbox_the_destinations_and_the_rented_servers() {
    let Some(logs) = corpus("google-workspace-invictus") else { return };
    let yard = Yard::new();
    let (case, out) = investigate(&yard, &logs, None);
    assert_eq!(case.sources.iter().map(|s| s.events).sum::<u64>(), 371);
    assert!(out.contains("Somebody got in at"), "{out}");
    let taken: Vec<_> =
        case.incidents.iter().filter(|i| i.kind == IncidentKind::AccountTakeover).collect();
    let [taken] = taken[..] else { panic!("one takeover: {}", taken.len()) };
    let entered = |name: &str| taken.scope.entered.iter().any(|e| e.account == name);
    assert!(entered("workspace@cloud-response.com") && entered("admin@cloud-response.com"));
    for destination in ["@throwawaymail.com", "@memsg.site", "@gmail.com"] {
        let told = taken.scope.after.iter().find(|m| m.text.en.contains(destination));
        let told = told.unwrap_or_else(|| panic!("{destination} is told"));
        assert!(told.text.en.starts_with("workspace@cloud-response.com: "), "{}", told.text.en);
    }
    // The login log repeats what the log of accounts says; a folder's maker is given it.
    let told =
        |words: &'static str| taken.scope.after.iter().filter(move |m| m.text.en.contains(words));
    assert_eq!(told("mail forwarding set").map(|m| m.lines).sum::<u64>(), 3);
    assert_eq!(told("second factor changed").map(|m| m.lines).sum::<u64>(), 1);
    let shared: Vec<_> = told("shared with others").map(|m| m.text.en.as_str()).collect();
    assert_eq!(shared.len(), 2, "{shared:?}");
    assert!(shared[0].ends_with(": Plan for world domination"), "{shared:?}");
    assert!(shared[1].ends_with(": Projects_FY2022"), "{shared:?}");
    for address in ["31.171.152.13", "37.46.122.130", "86.48.11.48", "122.155.174.97"] {
        assert!(from(taken, address), "{address}");
    }
    // The list of all users, downloaded from the same network an hour and a half later.
    let looked = case.incidents.iter().find(|i| i.kind == IncidentKind::AdminDiscovery);
    assert!(from(looked.expect("the user list is told"), "122.155.174.97"));
    assert_eq!(case.campaigns.len(), 1, "and belongs to the takeover");
}

#[test]
fn every_record_of_the_simulated_cloud_attacks_is_evidence() {
    let Some(logs) = corpus("aws-cloudtrail-invictus") else { return };
    let yard = Yard::new();
    let (case, _) = investigate(&yard, &logs, None);
    assert_eq!(case.sources.iter().map(|s| s.events).sum::<u64>(), 1_233);
    let incident = case.incidents.iter().find(|i| i.kind == IncidentKind::CloudAbuse).unwrap();
    assert!(from(incident, "192.168.10.20"));
    for call in ["StopLogging", "PutEventSelectors", "GetPasswordData", "ModifyDBSnapshotAttribute"]
    {
        assert!(incident.scope.after.iter().any(|m| m.text.en.contains(call)), "{call} is told");
    }
    // The tool names itself at the beginning of the user agent of what it does as an attack.
    let direct = evidence(&yard, &logs)
        .into_iter()
        .map(|(_, record)| serde_json::from_slice::<serde_json::Value>(&record).unwrap())
        .filter(|record| {
            let agent = record["userAgent"].as_str().unwrap_or_default();
            agent.trim_start_matches('[').starts_with("stratus-red-team_")
        })
        .count();
    assert_eq!(direct, 90);
    let findings = fs::read_to_string(yard.path("case/findings.ndjson")).unwrap();
    for title in [
        "Logging of the cloud account stopped or weakened",
        "Console entered without a second factor",
        "Secrets, passwords or start-up data read",
        "Resource opened to other accounts or to everybody",
        "Command or code placed on machines or functions",
    ] {
        assert!(findings.contains(title), "{title}");
    }
}

#[test]
fn a_quiet_site_stays_quiet() {
    let Some(logs) = corpus("web-apache-elastic") else { return };
    let yard = Yard::new();
    let (case, out) = investigate(&yard, &logs, None);
    assert_eq!(events(&case, "apache_logs"), 10_000);
    assert!(case.incidents.is_empty(), "{:?}", case.incidents);
    assert!(out.contains("No attack was found"), "{out}");
}

#[test]
fn what_is_not_read_is_named_for_what_it_is() {
    let said = |folder: &str, words: &str| {
        let Some(logs) = corpus(folder) else { return };
        let yard = Yard::new();
        let (case, out) = investigate(&yard, &logs, None);
        assert_eq!(case.sources.iter().map(|s| s.events).sum::<u64>(), 0, "{folder}");
        assert!(out.contains("Not read"), "{out}");
        assert!(out.contains("Nothing could be read"), "{out}");
        assert!(!out.contains("No attack was found"), "{out}");
        let told = case.rejects.iter().filter(|r| r.reason == RejectReason::UnknownFormat);
        let told: Vec<_> = told.map(|reject| reject.detail.as_str()).collect();
        assert!(told.iter().any(|detail| detail.contains(words)), "{folder}: {told:?}");
    };
    said("nginx-json-elastic", "status reports of nginx");
}

/// Both were named and left unread until their formats were described; now each record is read.
/// Neither shows an attack that went beyond knocking, and none is told.
#[test]
fn alarms_and_errors_are_read_and_accuse_nobody_by_themselves() {
    let read = |folder: &str, path: &str, format: &str, records: u64| {
        let Some(logs) = corpus(folder) else { return };
        let yard = Yard::new();
        let (case, out) = investigate(&yard, &logs, None);
        let source = case.sources.iter().find(|s| s.source.path == path).unwrap();
        assert_eq!((source.source.format.as_str(), source.events), (format, records), "{folder}");
        assert!(source.rejects.is_empty(), "{:?}", source.rejects);
        assert!(case.incidents.is_empty(), "{:?}", case.incidents);
        assert!(out.contains("No attack was found"), "{out}");
    };
    // `jq length`: 44 alarms, all of the second or third severity.
    read("suricata-eve-hassanabad", "honeypot-2018/alerts-only.json", "suricata-eve", 44);
    // `wc -l`: 2,000, of which 32 say "Directory index forbidden by rule".
    read("apache-error-loghub", "Apache_2k.log", "apache-error", 2_000);
}

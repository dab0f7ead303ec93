//! Real logs, read whole.

use std::{collections::BTreeMap, fs, io::Cursor};

use bakas_ingest::{Format, guess, unpack};
use bakas_model::{Activity, Class, RejectReason, Status, Stream};

use crate::kit::{Outcome, corpus, read};

fn whole(path: &str, format: Option<Format>) -> Option<(Vec<u8>, Outcome)> {
    let bytes = fs::read(corpus(path)?).unwrap();
    let head = &bytes[..bytes.len().min(256 << 10)];
    let found = guess(head, path);
    assert_eq!(found.format, format, "{path}: {}", found.why);
    let outcome = format.map(|format| read(format, &bytes)).unwrap_or_default();
    Some((bytes, outcome))
}

fn count(outcome: &Outcome, what: impl Fn(&crate::kit::Owned) -> bool) -> usize {
    outcome.events.iter().filter(|event| what(event)).count()
}

fn logons(outcome: &Outcome, status: Status) -> usize {
    count(outcome, |e| {
        (e.row.class, e.row.activity, e.row.status)
            == (Class::Authentication, Activity::Logon, status)
    })
}

#[test]
fn ten_thousand_apache_lines() {
    let Some((bytes, found)) = whole("web-apache-elastic/apache_logs", Some(Format::Combined))
    else {
        return;
    };
    assert_eq!((found.events.len(), found.rejects.len()), (10_000, 0), "{:#?}", found.rejects);
    assert!(found.events.iter().all(|e| e.row.src.is_some() && e.row.http_status.is_some()));
    let text = String::from_utf8_lossy(&bytes);
    let ok = text.lines().filter(|line| line.contains("\" 200 ")).count();
    assert_eq!(count(&found, |e| e.row.http_status == Some(200)), ok);
}

#[test]
fn ssh_guessing_of_loghub() {
    let path = "openssh-loghub/OpenSSH_2k.log";
    let Some((bytes, found)) = whole(path, Some(Format::Syslog)) else { return };
    assert!(found.rejects.is_empty(), "{:#?}", found.rejects);
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let distinct = found.events.iter().map(|e| e.line).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(distinct.len(), lines.len());
    // As often as grep says, with repeated messages as often as they came.
    let repeated = |line: &str| {
        let (_, rest) = line.split_once("message repeated ")?;
        rest.split_once(" times")?.0.parse::<usize>().ok()
    };
    let expect = |word: &str| -> usize {
        lines.iter().filter(|l| l.contains(word)).map(|l| repeated(l).unwrap_or(1)).sum()
    };
    let failed = count(&found, |e| e.row.operation.starts_with("Failed "));
    assert_eq!(failed, expect("Failed "));
    let invalid = count(&found, |e| e.row.operation == "Invalid user");
    assert_eq!(invalid, expect("]: Invalid user "));
    assert_eq!(logons(&found, Status::Failure), failed + invalid);
    assert_eq!(logons(&found, Status::Success), expect("Accepted "));
    assert!(found.events.iter().all(|e| e.row.stream == Stream::Sshd));
    let sourceless = count(&found, |e| {
        e.row.class == Class::Authentication
            && e.row.activity == Activity::Logon
            && e.row.src.is_none()
    });
    assert_eq!(sourceless, 0);
}

#[test]
fn auth_log_of_elastic() {
    let path = "auth-elastic/auth.log";
    let Some((bytes, found)) = whole(path, Some(Format::Syslog)) else { return };
    assert!(found.rejects.is_empty(), "{:#?}", found.rejects);
    let text = String::from_utf8_lossy(&bytes);
    let expect = |word: &str| text.lines().filter(|line| line.contains(word)).count();
    assert_eq!(logons(&found, Status::Success), expect("]: Accepted ") + expect("Successful su "));
    let streams = found.events.iter().fold(BTreeMap::new(), |mut counts, e| {
        *counts.entry(e.row.stream).or_insert(0) += 1;
        counts
    });
    assert_eq!(streams[&Stream::Sudo], expect(" sudo:"));
    assert_eq!(streams[&Stream::Su], expect(" su["));
    assert_eq!(count(&found, |e| e.row.operation == "new user"), expect(": new user: "));
    let commands =
        count(&found, |e| e.row.stream == Stream::Sudo && e.row.class == Class::ProcessActivity);
    assert_eq!(commands, expect(" ; COMMAND="));
}

#[test]
fn google_workspace_of_invictus() {
    let names = ["admin", "calendar", "drive", "groups_enterprise", "login", "user_accounts"];
    let mut forwards = Vec::new();
    for name in names {
        let path = format!("google-workspace-invictus/{name}.json");
        let Some((bytes, found)) = whole(&path, Some(Format::Workspace)) else { return };
        assert!(found.rejects.is_empty(), "{name}: {:#?}", found.rejects);
        let theirs: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let activities = theirs["activities"].as_array().unwrap();
        let events: usize = activities.iter().map(|a| a["events"].as_array().unwrap().len()).sum();
        assert_eq!(found.events.len(), events, "{name}");
        for (event, activity) in found
            .events
            .iter()
            .filter(|e| e.line <= 3)
            .map(|e| (e, &activities[e.line as usize - 1]))
        {
            let from = event.row.place.offset as usize;
            let record = &bytes[from..from + event.row.place.length as usize];
            assert_eq!(&serde_json::from_slice::<serde_json::Value>(record).unwrap(), activity);
        }
        forwards.extend(
            found
                .events
                .into_iter()
                .filter(|e| e.row.operation == "email_forwarding_out_of_domain"),
        );
        if name == "login" {
            assert_eq!(text_count(&bytes, "login_success"), 46);
        }
    }
    // Told twice each, among the log-ins and among the accounts.
    let destinations: Vec<_> = forwards.iter().filter_map(|e| e.row.object.as_deref()).collect();
    assert_eq!((forwards.len(), destinations.len()), (6, 6));
    assert!(
        forwards.iter().all(|e| e.row.target.as_deref() == Some("workspace@cloud-response.com"))
    );
}

fn text_count(bytes: &[u8], word: &str) -> usize {
    String::from_utf8_lossy(bytes).matches(&format!("\"{word}\"")).count()
}

#[test]
fn cloudtrail_of_invictus() {
    let Some(folder) = corpus("aws-cloudtrail-invictus") else { return };
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let found = guess(&bytes[..bytes.len().min(256 << 10)], "x");
        assert_eq!(found.format, Some(Format::CloudTrail), "{path:?}: {}", found.why);
        let outcome = read(Format::CloudTrail, &bytes);
        assert!(outcome.rejects.is_empty(), "{path:?}: {:#?}", outcome.rejects);
        let theirs: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let records = theirs["Records"].as_array().unwrap();
        assert_eq!(outcome.events.len(), records.len(), "{path:?}");
        for (event, record) in outcome.events.iter().zip(records) {
            assert_eq!(event.row.operation, record["eventName"].as_str().unwrap());
            assert!(
                event.row.account.is_some() || record["userIdentity"]["type"] == "Unknown",
                "{record}"
            );
        }
        seen += outcome.events.len();
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn error_log_of_loghub() {
    let format = bakas_ingest::Formats::builtin().from_name("apache-error");
    let Some((bytes, found)) = whole("apache-error-loghub/Apache_2k.log", format) else { return };
    assert!(found.rejects.is_empty(), "{:#?}", found.rejects);
    let text = String::from_utf8_lossy(&bytes);
    let lines = |word: &str| text.lines().filter(|line| line.contains(word)).count();
    assert_eq!(found.events.len(), text.lines().count());
    assert_eq!(count(&found, |e| e.row.src.is_some()), lines("[client "));
    let forbidden = count(&found, |e| e.row.status == Status::Failure);
    assert_eq!(forbidden, lines("Directory index forbidden by rule"));
}

#[test]
fn suricata_of_a_honeypot() {
    let format = bakas_ingest::Formats::builtin().from_name("suricata");
    let path = "suricata-eve-hassanabad/honeypot-2018/alerts-only.json";
    let Some((bytes, found)) = whole(path, format) else { return };
    assert!(found.rejects.is_empty(), "{:#?}", found.rejects);
    let theirs: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(found.events.len(), theirs.len());
    for (event, record) in found.events.iter().zip(&theirs) {
        assert_eq!(
            (event.row.stream, event.row.class),
            (Stream::Suricata, Class::DetectionFinding)
        );
        assert_eq!(event.row.object.as_deref(), record["alert"]["signature"].as_str());
        assert_eq!(event.row.src.map(|a| a.to_string()).as_deref(), record["src_ip"].as_str());
        assert_eq!(event.row.status, Status::Unknown, "a packet let through says nothing");
    }
}

#[test]
fn logs_that_are_not_read_say_why() {
    let check = |path: &str, why: &str| {
        let Some(path) = corpus(path) else { return };
        let bytes = fs::read(&path).unwrap();
        let found = guess(&bytes[..bytes.len().min(256 << 10)], "x");
        assert_eq!(found.format, None, "{}", found.why);
        assert!(found.why.contains(why), "{}", found.why);
    };
    check("nginx-json-elastic/nginxplus_json_logs", "status reports of nginx");
}

#[test]
fn a_status_report_read_all_the_same_is_all_rejects() {
    let Some(path) = corpus("nginx-json-elastic/nginxplus_json_logs") else { return };
    let bytes = fs::read(path).unwrap();
    let found = read(Format::WebJson, &bytes);
    let lines = bytes.split(|&b| b == b'\n').filter(|l| !l.is_empty()).count();
    assert_eq!((found.events.len(), found.rejects.len()), (0, lines));
    assert!(found.reasons().iter().all(|r| *r == RejectReason::Malformed));
}

#[test]
fn a_real_log_is_no_archive() {
    let Some(path) = corpus("web-apache-elastic/apache_logs") else { return };
    let bytes = fs::read(path).unwrap();
    let mut seen = Vec::new();
    let mut each = |member: bakas_ingest::Member<'_>| {
        seen.push((member.name, std::io::copy(member.reader, &mut std::io::sink())?));
        Ok(())
    };
    unpack("apache_logs", &mut Cursor::new(&bytes), &mut each, &mut |r| panic!("{r:?}")).unwrap();
    assert_eq!(seen, [(String::new(), bytes.len() as u64)]);
}

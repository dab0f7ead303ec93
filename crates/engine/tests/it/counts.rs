//! Figures that must agree, whatever the logs hold.

use std::{collections::BTreeMap, fs};

use crate::yard::Yard;

/// Two acts of one Workspace record by somebody from a rented server, after a sign-in.
fn record(time: &str, application: &str, events: &str, from: &str) -> String {
    format!(
        "{{\"kind\":\"admin#reports#activity\",\"id\":{{\"time\":\"{time}\",\"uniqueQualifier\":\"1\",\
         \"applicationName\":\"{application}\",\"customerId\":\"C0\"}},\"actor\":{{\"email\":\
         \"ana@a.example\",\"profileId\":\"1\"}},\"ipAddress\":\"{from}\",\"events\":[{events}]}}\n"
    )
}

#[test]
fn a_record_of_several_acts_is_one_line_everywhere() {
    let yard = Yard::new();
    let sign_in = r#"{"type":"login","name":"login_success","parameters":[]}"#;
    let forward = r#"{"type":"email_forwarding_change","name":"email_forwarding_out_of_domain","parameters":[{"name":"email_forwarding_destination_address","value":"x@evil.example"}]}"#;
    let mut log = String::new();
    for day in 10..28 {
        log += &record(&format!("2026-01-{day}T01:00:00.000Z"), "login", sign_in, "112.198.1.1");
    }
    log += &record("2026-01-20T14:00:00.000Z", "login", sign_in, "165.227.1.1");
    let twice = format!("{forward},{forward}");
    log += &record("2026-01-20T14:05:00.000Z", "login", &twice, "165.227.1.1");
    fs::create_dir_all(yard.path("logs/a")).unwrap();
    bakas_store::write_new(&yard.path("logs/a/login.json"), log.as_bytes()).unwrap();
    let case = yard.investigate(&[yard.path("logs")]);
    assert_eq!(case.counts.events, 21, "{:?}", case.rejects);
    assert_eq!(case.incidents.len(), 1, "{:?}", case.set_aside);
    let text = fs::read_to_string(yard.path("case/evidence.ndjson")).unwrap();
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        *lines.entry(line).or_insert(0) += 1;
    }
    assert!(lines.values().all(|n| *n == 1), "no line twice: {text}");
    assert_eq!(case.incidents[0].lines, lines.len() as u64);
    assert_eq!(case.counts.evidence_lines, lines.len() as u64);
    assert_eq!(case.lines_per_day.iter().map(|day| day.lines).sum::<u64>(), lines.len() as u64);
}

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

#[test]
fn every_record_and_byte_of_a_case_is_accounted_for() {
    let yard = Yard::new();
    let line = crate::yard::LINE;
    let write = |name: &str, bytes: &[u8]| {
        let path = yard.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        bakas_store::write_new(&path, bytes).unwrap();
    };
    write("logs/a/access.log", format!("{line}\n\n{line}no log line\n{line}").as_bytes());
    let w3c = "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip \
        cs-method cs-uri-stem sc-status\n2026-01-05 00:00:00 192.0.2.7 GET / 200\n";
    write("logs/a/iis/u_ex260105.log", w3c.as_bytes());
    write("logs/a/sign-ins.json", br#"[ {"a":1}, {"b":2} ]"#);
    let case = yard.investigate(&[yard.path("logs")]);
    let account = |path: &str| {
        let summary = case.sources.iter().find(|s| s.source.path == path).unwrap();
        assert!(summary.account.is_exact(), "{path}: {:?}", summary.account);
        let read = !summary.source.format.is_empty();
        assert_eq!(summary.account.bytes, if read { summary.bytes } else { 0 }, "{path}");
        let counted = summary.account;
        (counted.records, counted.events, counted.rejects, counted.furniture)
    };
    assert_eq!(account("a/access.log"), (6, 3, 1, 2));
    assert_eq!(account("a/iis/u_ex260105.log"), (3, 1, 0, 2));
    assert_eq!(account("a/sign-ins.json"), (0, 0, 0, 0));
}

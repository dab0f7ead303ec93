//! Headers as they are written by servers, relays and network devices.

use bakas_model::{Day, SourceClock};

use super::*;

fn check(line: &str, expected: (&str, Option<&str>, &str, Option<&str>, &str)) {
    let source = SourceClock { year_reference: Some(Day(20_485)), ..SourceClock::default() };
    let header = Header::parse(line, &mut Clock::new(&source)).unwrap().carried;
    let time = header.time.map(|time| time.to_string()).unwrap_or_default();
    let found = (time.as_str(), header.host, header.program, header.pid, header.message);
    assert_eq!(found, expected, "{line}");
}

#[test]
fn headers_of_every_kind() {
    let at = "2026-01-05T06:55:46Z";
    check(
        "Jan  5 06:55:46 web1 sshd[24200]: hello",
        (at, Some("web1"), "sshd", Some("24200"), "hello"),
    );
    check("<38>Jan 05 06:55:46 web1 su: hello", (at, Some("web1"), "su", None, "hello"));
    check("Jan 5 2026 06:55:46 web1 su: hello", (at, Some("web1"), "su", None, "hello"));
    check(
        "2026-01-05T14:55:46.000000+08:00 web1 sudo:   bob : x",
        (at, Some("web1"), "sudo", None, "bob : x"),
    );
    check("2026-01-05T14:55:46+0800 web1 sshd[1]: x", (at, Some("web1"), "sshd", Some("1"), "x"));
    check("2026-01-05 06:55:46 web1 sshd[1]: x", (at, Some("web1"), "sshd", Some("1"), "x"));
    check(
        "<34>1 2026-01-05T06:55:46Z web1 sshd 24 ID47 - \u{feff}hello",
        (at, Some("web1"), "sshd", Some("24"), "hello"),
    );
    check(
        "<34>1 2026-01-05T06:55:46Z web1 sshd - - [a@1 b=\"x]\\\"\"][c] hello",
        (at, Some("web1"), "sshd", None, "hello"),
    );
    check(
        "Jan  5 06:55:46 web1 last message repeated 2 times",
        (at, Some("web1"), "", None, "last message repeated 2 times"),
    );
    check(
        "Jan  5 06:55:46 web1 systemd-logind[9]: New session 5 of user bob.",
        (at, Some("web1"), "systemd-logind", Some("9"), "New session 5 of user bob."),
    );
}

#[test]
fn other_lines_are_refused() {
    let clock = &mut Clock::new(&SourceClock::default());
    for line in [
        "",
        "hello",
        "Jan",
        "Foo  5 06:55:46 h p: m",
        "Jan  5 06:55 h p: m",
        "2026-01-05",
        "<34>1 x y z",
    ] {
        assert!(Header::parse(line, clock).is_err(), "{line}");
    }
    let fault = Header::parse("Feb 31 06:55:46 h p: m", clock).unwrap_err();
    assert_eq!(fault.reason, bakas_model::RejectReason::BadTime);
}

#[test]
fn headers_of_network_devices() {
    let at = "2026-01-05T06:55:46Z";
    let asa = "%ASA-6-302013: Built";
    let fine = "2026-01-05T06:55:46.123Z";
    check("<166>Jan 05 2026 06:55:46: %ASA-6-302013: Built", (at, None, "", None, asa));
    check("<166>Jan 05 2026 06:55:46 fw1 : %ASA-6-302013: Built", (at, Some("fw1"), "", None, asa));
    check("Jan  5 06:55:46 fw1 %ASA-6-302013: Built", (at, Some("fw1"), "", None, asa));
    check("<166>Jan  5 06:55:46 %ASA-6-302013: Built", (at, None, "", None, asa));
    check("<189>33: *Jan  5 06:55:46.123: %SYS-5-A: b", (fine, None, "", None, "%SYS-5-A: b"));
    check(
        "<189>33: r1: Jan  5 06:55:46.123 UTC: %SYS-5-A: b",
        (fine, None, "", None, "%SYS-5-A: b"),
    );
    check(
        "Jan  5 06:55:46 192.0.2.1 33: *Mar  1 00:00:00.123: %SYS-5-A: b",
        (at, Some("192.0.2.1"), "", None, "%SYS-5-A: b"),
    );
    check(
        "<134>Jan  5 06:55:46 filterlog[12]: 5,,,1",
        (at, None, "filterlog", Some("12"), "5,,,1"),
    );
    check("<38>Jan  5 06:55:46 2026 web1 su: hello", (at, Some("web1"), "su", None, "hello"));
    check("81 <38>Jan  5 06:55:46 web1 su: hello", (at, Some("web1"), "su", None, "hello"));
    let kv = "date=2026-01-05 time=06:55:46 devname=\"fg1\"";
    check(&format!("<189>{kv}"), ("", None, "", None, kv));
    check("<34>1 - - - - - - hello", ("", None, "", None, "hello"));
    check(
        "Jan  5 06:55:46 fw1 1,2026/01/05 06:55:46,0123,TRAFFIC",
        (at, Some("fw1"), "", None, "1,2026/01/05 06:55:46,0123,TRAFFIC"),
    );
}

#[test]
fn an_envelope_gives_fields() {
    let clock = &mut Clock::new(&SourceClock::default());
    let arena = Bump::new();
    let mut of = |line| {
        let mut found = Vec::new();
        Header::parse(line, clock).unwrap().fields(&mut found, &arena);
        found.iter().map(|f| format!("{}={}", f.name, f.value.as_text())).collect::<Vec<_>>()
    };
    assert_eq!(
        of("<165>1 2026-01-05T06:55:46Z h p - ID47 [x@1 a=\"1\"] m"),
        ["facility=local4", "severity=notice", "msgid=ID47", "x@1.a=1"]
    );
    assert_eq!(
        of("<189>33: *Jan  5 06:55:46: %A: b"),
        ["facility=local7", "severity=notice", "clock_mark=*"]
    );
    assert_eq!(of("Jan  5 06:55:46 h p: m"), [""; 0]);
}

//! A plain, slow twin of the system log's header, made of two regular expressions: where it reads a
//! line, the decoder says the same.

use std::sync::LazyLock;

use bakas_ingest::Format;
use bakas_model::Stream;
use proptest::prelude::*;
use regex::Regex;

use crate::kit::read;

static BSD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:\d{1,7} )?(?:<\d{1,3}>)?(?P<month>Jan|Feb) (?P<day> \d|\d\d) (?P<clock>\d\d:\d\d:\d\d) ",
        r"(?P<host>[a-z][a-z0-9.\-]*) (?P<program>[a-z][a-z/\-]*)(?:\[(?P<pid>\d+)\])?: (?P<message>.*)$"
    ))
    .unwrap()
});
static IETF: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:\d{1,7} )?<\d{1,3}>1 (?P<date>\d{4}-\d\d-\d\d)T(?P<clock>\d\d:\d\d:\d\d)Z (?P<host>\S+) ",
        r#"(?P<program>\S+) (?P<pid>\S+) (?P<id>\S+) (?:-|(?:\[[^\]"]*(?:"[^"\\]*"[^\]"]*)*\])+)(?: (?P<message>.*))?$"#
    ))
    .unwrap()
});

/// Time, host, program, pid and message.
fn slow(line: &str) -> Option<[String; 5]> {
    let part = |found: &regex::Captures<'_>, name: &str| {
        found
            .name(name)
            .map(|m| m.as_str())
            .filter(|text| *text != "-")
            .unwrap_or_default()
            .to_owned()
    };
    let rest =
        |found: &regex::Captures<'_>| ["host", "program", "pid"].map(|name| part(found, name));
    let said = |found: &regex::Captures<'_>| {
        found.name("message").map(|m| m.as_str().to_owned()).unwrap_or_default()
    };
    if let Some(found) = BSD.captures(line) {
        let month = if &found["month"] == "Jan" { 1 } else { 2 };
        let day: u8 = found["day"].trim().parse().unwrap();
        // The source's last day is 1 February 2026, and one day more is believed.
        let year = if month == 2 && day > 2 { 2025 } else { 2026 };
        let time = format!("{year}-{month:02}-{day:02}T{}Z", &found["clock"]);
        let [host, program, pid] = rest(&found);
        return Some([time, host, program, pid, said(&found).trim_start().to_owned()]);
    }
    let found = IETF.captures(line)?;
    let time = format!("{}T{}Z", &found["date"], &found["clock"]);
    let [host, program, pid] = rest(&found);
    Some([time, host, program, pid, said(&found)])
}

prop_compose! {
    fn line()(
        count in prop_oneof![Just(""), Just("64 ")],
        is_bsd in any::<bool>(),
        (month, day) in (prop::sample::select(vec!["Jan", "Feb"]), 1..=28_u8),
        (hour, minute, second) in (0..24_u8, 0..60_u8, 0..60_u8),
        host in "[a-z][a-z0-9.\\-]{0,8}",
        program in "app|nginx|a/b|x-y",
        pid in prop::option::of("[0-9]{1,5}"),
        data in prop::sample::select(vec!["-", "[a@1 b=\"c\"]", "[a@1 b=\"]\" d=\"\"][e]", "[x]"]),
        message in "[ -~é]{0,30}",
    ) -> String {
        let clock = format!("{hour:02}:{minute:02}:{second:02}");
        if is_bsd {
            let pid = pid.map(|pid| format!("[{pid}]")).unwrap_or_default();
            let count = if count.is_empty() { "" } else { "64 <13>" };
            format!("{count}{month} {day:2} {clock} {host} {program}{pid}: {message}")
        } else {
            let pid = pid.unwrap_or_else(|| "-".into());
            format!("{count}<13>1 2026-01-{day:02}T{clock}Z {host} {program} {pid} - {data} {message}")
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn twins_agree(line in line()) {
        let plain = slow(&line);
        prop_assert!(plain.is_some(), "the twin reads what is generated: {line}");
        let [time, host, program, pid, message] = plain.unwrap();
        // What a definition or a special message makes of it is not the header's affair.
        prop_assume!(!message.starts_with("message repeated") && !message.contains("pam_"));
        let found = read(Format::Syslog, &line);
        prop_assert_eq!(found.events.len(), 1, "{}", line);
        let event = &found.events[0];
        prop_assert_eq!(event.row.time.to_string(), time, "{}", line);
        prop_assert_eq!(event.field("host"), host);
        // A definition may be for the program; then the message is its affair.
        if event.row.stream == Stream::Syslog {
            let found = ["program", "pid", "message"].map(|name| event.field(name));
            prop_assert_eq!(found, [program, pid, message], "{}", line);
        }
    }
}

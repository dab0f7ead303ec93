//! A plain, slow twin of the access log decoder, made of one regular expression: where both read a
//! line they say the same, and what the twin reads the decoder reads.

use std::{fs, sync::LazyLock};

use bakas_ingest::Format;
use bakas_model::Timestamp;
use proptest::prelude::*;
use regex::Regex;

use crate::kit::{Owned, corpus, read};

fn pattern() -> &'static Regex {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
        r#"^(?P<client>[0-9a-fA-F.:]+) \S+ (?P<user>.+?) \[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):"#,
        r#"(?P<clock>\d\d:\d\d:\d\d) (?P<sign>[+-])(?P<zone>\d{4})\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}|-) "#,
        r#"(?P<bytes>\d+|-)(?: "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?$"#
    ))
    .unwrap()
    });
    &PATTERN
}

#[derive(Debug, PartialEq)]
struct Plain {
    client: String,
    user: Option<String>,
    time: Timestamp,
    method: String,
    uri: String,
    status: Option<u16>,
    bytes: Option<u64>,
    agent: Option<String>,
    referer: String,
}

fn slow(pattern: &Regex, line: &str) -> Option<Plain> {
    let found = pattern.captures(line)?;
    let part = |name: &str| found.name(name).map(|m| m.as_str());
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|m| Some(*m) == part("month"))? + 1;
    let (sign, zone) = (part("sign")?, part("zone")?);
    let written = format!(
        "{}-{month:02}-{}T{}{sign}{}:{}",
        part("year")?,
        part("day")?,
        part("clock")?,
        &zone[..2],
        &zone[2..]
    );
    let request = unescape(part("request")?);
    let (method, uri) = match request.split_once(' ') {
        Some((method, rest))
            if method.len() <= 32
                && !method.is_empty()
                && method.chars().all(|c| c.is_ascii_alphabetic() || "-_".contains(c)) =>
        {
            let uri = match rest.rsplit_once(' ') {
                Some((uri, version)) if version.starts_with("HTTP/") => uri,
                None if rest.starts_with("HTTP/") => "",
                _ => rest,
            };
            (method.to_owned(), uri.to_owned())
        }
        _ if request == "-" => ("-".into(), String::new()),
        _ => ("-".into(), request),
    };
    let given = |name: &str| part(name).filter(|v| !matches!(*v, "-" | ""));
    Some(Plain {
        client: part("client")?.to_owned(),
        user: given("user")
            .map(|u| u.trim().to_owned())
            .filter(|u| !matches!(u.as_str(), "" | "-" | "\"\"")),
        time: written.parse().ok()?,
        method,
        uri,
        status: part("status")?.parse().ok(),
        bytes: part("bytes")?.parse().ok(),
        agent: given("agent").map(unescape),
        referer: given("referer").map(unescape).unwrap_or_default(),
    })
}

fn unescape(text: &str) -> String {
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"\\(x[0-9a-fA-F]{2}|["\\nrtbv])"#).unwrap());
    let mut bytes = Vec::new();
    let mut at = 0;
    for found in PATTERN.find_iter(text) {
        bytes.extend_from_slice(&text.as_bytes()[at..found.start()]);
        let code = &found.as_str()[1..];
        bytes.push(match code {
            "n" => b'\n',
            "r" => b'\r',
            "t" => b'\t',
            "b" => 8,
            "v" => 11,
            "\"" => b'"',
            "\\" => b'\\',
            hex => u8::from_str_radix(&hex[1..], 16).unwrap(),
        });
        at = found.end();
    }
    bytes.extend_from_slice(&text.as_bytes()[at..]);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn fast(event: &Owned) -> Plain {
    Plain {
        client: event.field("c-ip"),
        user: event.row.account.clone(),
        time: event.row.time,
        method: event.row.operation.clone(),
        uri: event.field("cs-uri"),
        status: event.row.http_status,
        bytes: event.bytes_out,
        agent: event.row.agent.clone(),
        referer: event.field("cs-referer"),
    }
}

#[test]
fn twins_agree_on_real_lines() {
    let Some(path) = corpus("web-apache-elastic/apache_logs") else { return };
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let found = read(Format::Combined, &bytes);
    let pattern = pattern();
    let mut both = 0;
    for (line, event) in text.lines().zip(&found.events) {
        if let Some(plain) = slow(pattern, line) {
            assert_eq!(fast(event), plain, "{line}");
            both += 1;
        }
    }
    assert!(both >= 9_990, "{both}");
}

prop_compose! {
    fn access_line()(
        client in prop_oneof!["[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}", Just("2001:db8::1".to_owned()), Just("::1".to_owned())],
        user in prop_oneof![Just("-".to_owned()), "[a-z]{1,8}( [a-z]{1,4})?"],
        (day, month, year) in (1..=31_u8, prop::sample::select(vec!["Jan", "Feb", "Apr", "Dec", "Foo"]), 1970..2100_i32),
        (hour, minute, second) in (0..25_u8, 0..61_u8, prop_oneof![0..60_u8, Just(61)]),
        zone in prop_oneof!["[+-](0[0-9]|1[0-4])(00|30|45)"],
        request in prop_oneof![
            "(GET|POST|HEAD|-|get) /[a-z0-9/.?=&%éü ]{0,30}( HTTP/1\\.[01])?",
            r#"(\\x[0-9a-f]{2}|\\"|\\\\|[A-Z]| ){0,12}"#,
            Just("-".to_owned()),
        ],
        status in prop_oneof!["[1-5][0-9]{2}", Just("-".to_owned())],
        bytes in prop_oneof!["[0-9]{1,12}", Just("-".to_owned())],
        tail in prop_oneof![Just(String::new()), r#" "[a-z:/.\-]{0,20}" "([A-Za-z0-9/().; ]|\\"|\\x41){0,40}""#],
    ) -> String {
        format!("{client} - {user} [{day:02}/{month}/{year}:{hour:02}:{minute:02}:{second:02} {zone}] \"{request}\" {status} {bytes}{tail}")
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn twins_agree_on_generated_lines(line in access_line()) {
        let found = read(Format::Combined, &line);
        let plain = slow(pattern(), &line);
        match (found.events.first(), plain) {
            (Some(event), Some(plain)) => prop_assert_eq!(fast(event), plain),
            (event, plain) => prop_assert_eq!(event.is_some(), plain.is_some(), "{}", line),
        }
    }
}

//! The account of bytes: every record of the input is an event or a reject, at its right place,
//! however the input is cut on its way.

use bakas_ingest::Format;
use proptest::prelude::*;

use crate::kit::{Outcome, Slowly, read, read_from, source};

/// Pieces that lines are made of: sound records of all kinds, and broken ones.
const LINES: &[&str] = &[
    r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0800] "GET /a?b HTTP/1.1" 200 5 "-" "curl""#,
    r#"2001:db8::1 - ana [05/Jan/2026:09:00:00 +0800] "POST /é HTTP/1.1" 302 - "https://x/" "a \"b\"""#,
    "Jan  5 08:00:00 web1 sshd[1]: Failed password for root from 203.0.113.7 port 5 ssh2",
    "<34>1 2026-01-05T06:55:46Z web1 sudo - - - bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls",
    r#"{"time_iso8601":"2026-01-05T08:00:00Z","remote_addr":"203.0.113.7","request":"GET / HTTP/1.1","status":"200"}"#,
    r#"{"eventTime":"2026-01-05T08:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","sourceIPAddress":"203.0.113.7","userIdentity":{"type":"Root"},"requestParameters":{"userName":"eve"}}"#,
    r#"{"id":{"time":"2026-01-05T08:00:00Z","applicationName":"login"},"actor":{"email":"a@b"},"events":[{"name":"login_failure"}]}"#,
    r#"{"CreationTime":"2026-01-05T08:00:00","Operation":"Send","Workload":"Exchange","UserId":"a@b"}"#,
    r#"{"a":[1,2,{"b":null}]}"#,
    r#"{"a":"#,
    r#"{"a":"open"#,
    r#"{"a":{"b":[}"#,
    "}}]",
    "hello",
    "a\0b",
    "",
    "   ",
];

fn places(outcome: &Outcome) -> Vec<(u64, u64)> {
    let events = outcome.events.iter().map(|e| e.row.place);
    let mut places: Vec<_> = events
        .chain(outcome.rejects.iter().map(|r| r.place))
        .map(|p| (p.offset, p.offset + u64::from(p.length)))
        .collect();
    places.sort_unstable();
    places.dedup();
    places
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Every line that is not blank is one place, and nothing else is.
    #[test]
    fn every_line_is_accounted_for(
        picks in prop::collection::vec(0..LINES.len(), 0..40),
        ends in prop::bool::ANY,
        returns in prop::bool::ANY,
        syslog in prop::bool::ANY,
    ) {
        let end = if returns { "\r\n" } else { "\n" };
        let mut text: String = picks.iter().map(|p| format!("{}{end}", LINES[*p])).collect();
        if !ends {
            text.truncate(text.len().saturating_sub(end.len()));
        }
        let format = if syslog { Format::Syslog } else { Format::Combined };
        let outcome = read(format, &text);
        let mut expected = Vec::new();
        let mut at = 0;
        for line in text.split('\n') {
            let bare = line.strip_suffix('\r').unwrap_or(line);
            if !bare.trim_ascii().is_empty() {
                expected.push((at, at + bare.len() as u64));
            }
            at += line.len() as u64 + 1;
        }
        prop_assert_eq!(places(&outcome), expected);
    }

    /// In a JSON stream every byte that is no space, comma or array bracket belongs to a place.
    #[test]
    fn every_json_record_is_accounted_for(picks in prop::collection::vec(0..LINES.len(), 0..40)) {
        let text: String = picks.iter().map(|p| format!("{}\n", LINES[*p])).collect();
        let outcome = read(Format::CloudTrail, &text);
        let mut covered = vec![false; text.len()];
        for (from, to) in places(&outcome) {
            covered[from as usize..to as usize].fill(true);
        }
        for (at, byte) in text.bytes().enumerate() {
            prop_assert!(
                covered[at] || b" \r\n,[]".contains(&byte),
                "byte {} ({:?}) of {:?} is lost", at, byte as char, text
            );
        }
        let sound = picks.iter().filter(|p| (2..8).contains(*p) || **p < 2).count();
        prop_assert!(outcome.events.len() <= sound);
    }

    /// Sound records in an array come out as on lines, whatever stands between them.
    #[test]
    fn arrays_give_what_lines_give(
        picks in prop::collection::vec(5..8_usize, 1..20),
        blank in "[ \n\t]{0,3}",
    ) {
        let records: Vec<_> = picks.iter().map(|p| LINES[*p]).collect();
        let lines = read(Format::M365, records.join("\n"));
        let array = read(Format::M365, format!("[{blank}{}{blank}]", records.join(&format!(",{blank}"))));
        prop_assert!(lines.rejects.is_empty() && array.rejects.is_empty());
        prop_assert_eq!(lines.events.len(), array.events.len());
        for (a, b) in lines.events.iter().zip(&array.events) {
            prop_assert_eq!((&a.row.operation, &a.fields, a.line), (&b.row.operation, &b.fields, b.line));
        }
    }

    /// Bytes of any kind: nothing crashes, and places stay within the input.
    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..2000), which in 0..Format::ALL.len()) {
        let outcome = read(Format::ALL[which], &bytes);
        for (from, to) in places(&outcome) {
            prop_assert!(from <= to && to <= 3 * bytes.len() as u64 + 3);
        }
    }

    /// Texts of the bytes that formats are made of reach deeper.
    #[test]
    fn any_punctuation_is_taken(text in r#"[\[\]{}":,\\ a0\n<>()=.\-]{0,300}"#, which in 0..Format::ALL.len()) {
        read(Format::ALL[which], &text);
    }

    /// However the reader cuts the stream, the outcome is the same.
    #[test]
    fn cuts_change_nothing(
        picks in prop::collection::vec(0..LINES.len(), 1..30),
        step in 1..50_usize,
        which in 0..Format::ALL.len(),
    ) {
        let text: String = picks.iter().map(|p| format!("{}\n", LINES[*p])).collect();
        let format = Format::ALL[which];
        let whole = read(format, &text);
        let pieces = read_from(&source(), format, Slowly(text.as_bytes(), step));
        prop_assert_eq!(whole.events, pieces.events);
        prop_assert_eq!(whole.rejects, pieces.rejects);
    }
}

/// More than one chunk: records at the seams stay whole, and numbers go on.
#[test]
fn chunks_join_without_a_seam() {
    let check = |format: Format, head: &str, record: &str, between: &str, tail: &str| {
        let count = 3 * bakas_ingest::CHUNK_BYTES / 2 / record.len();
        let text = format!("{head}{}{tail}", vec![record; count].join(between));
        let found = read(format, &text);
        assert_eq!((found.events.len(), found.rejects.len()), (count, 0));
        for (event, line) in found.events.iter().zip(1..) {
            assert_eq!(event.line, line);
            let from = event.row.place.offset as usize;
            assert_eq!(&text[from..from + event.row.place.length as usize], record);
        }
    };
    check(Format::Combined, "", LINES[0], "\n", "\n");
    check(Format::Combined, "\u{feff}", LINES[1], "\r\n", "");
    check(Format::Syslog, "", LINES[2], "\n", "\n");
    check(Format::CloudTrail, "{\"Records\":[", LINES[5], ",", "]}");
    check(Format::CloudTrail, "", LINES[5], "\n", "\n");
    let row = "1,\"{\"\"CreationTime\"\":\"\"2026-01-05T08:00:00\"\",\n\"\"Operation\"\":\"\"Send\"\",\"\"Workload\"\":\"\"Exchange\"\"}\"";
    check(Format::M365Csv, "Id,AuditData\n", row, "\n", "\n");
}

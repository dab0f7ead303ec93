//! Input that is hostile or broken: a counted reject with its place, never a crash, never silence,
//! never unbounded memory.

use std::io::{self, Read};

use bakas_ingest::{Chunker, Decoder, Format};
use bakas_model::{
    RejectReason::{self, *},
    limits::{FIELDS_LIMIT, JSON_DEPTH_LIMIT, LINE_BYTES_LIMIT, RECORD_BYTES_LIMIT},
};
use bumpalo::Bump;

use crate::kit::{Outcome, read, read_from, source};

const LINE: &str =
    r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET /a HTTP/1.1" 200 5 "-" "curl""#;
const TRAIL: &str = r#"{"eventTime":"2026-01-05T08:00:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers"}"#;

/// Gives the same bytes again and again, up to a number of bytes.
struct Endless<'a> {
    bytes: &'a [u8],
    at: usize,
    left: usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = buffer.len().min(self.left).min(self.bytes.len() - self.at);
        buffer[..n].copy_from_slice(&self.bytes[self.at..self.at + n]);
        (self.at, self.left) = ((self.at + n) % self.bytes.len(), self.left - n);
        Ok(n)
    }
}

/// Reads and looks at the largest buffer on the way.
fn read_watched(format: Format, reader: impl Read) -> (Outcome, usize) {
    let mut chunker = Chunker::new(format, reader);
    let mut decoder = Decoder::new(&source(), format);
    let (mut arena, mut out, mut largest) = (Bump::new(), Outcome::default(), 0);
    while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
        largest = largest.max(chunk.bytes.capacity());
        decoder.decode(&chunk, &arena, &mut out);
        arena.reset();
    }
    (out, largest)
}

#[test]
fn nothing_at_all() {
    for &format in Format::ALL {
        for text in ["", "\n\n", "  \r\n\t\n", "\u{feff}"] {
            let found = read(format, text);
            assert_eq!((found.events.len(), found.rejects.len()), (0, 0), "{format:?} {text:?}");
        }
    }
}

#[test]
fn lines_at_the_bound_and_over_it() {
    let agent = |length: usize| {
        let rest = length - LINE.len();
        LINE.replace("curl", &format!("curl{}", "x".repeat(rest)))
    };
    let check = |length: usize, reasons: &[RejectReason]| {
        let text = format!("{LINE}\n{}\n{LINE}\n", agent(length));
        let found = read(Format::Combined, &text);
        assert_eq!(found.reasons(), reasons, "{length}");
        assert_eq!(found.events.len(), 3 - reasons.len());
        let last = found.events.last().unwrap();
        assert_eq!((last.line, last.row.place.offset), (3, (LINE.len() + length + 2) as u64));
        if let Some(reject) = found.rejects.first() {
            assert_eq!(
                (reject.place.offset, reject.place.length),
                (LINE.len() as u64 + 1, length as u32)
            );
            assert_eq!(reject.line, Some(2));
            assert!(reject.sample.starts_with("203.0.113.7 - - ["), "{}", reject.sample);
        }
    };
    check(LINE_BYTES_LIMIT, &[]);
    check(LINE_BYTES_LIMIT + 1, &[TooLong]);
    check(3 * bakas_ingest::CHUNK_BYTES + 17, &[TooLong]);
}

#[test]
fn a_line_of_a_gigabyte_is_skipped_in_bounded_memory() {
    let first = format!("{LINE}\n");
    let endless = Endless { bytes: &[b'x'; 65_536], at: 0, left: 1 << 30 };
    let last = format!("\n{LINE}\n");
    let reader = first.as_bytes().chain(endless).chain(last.as_bytes());
    let (found, largest) = read_watched(Format::Combined, reader);
    assert_eq!((found.events.len(), found.reasons()), (2, vec![TooLong]));
    assert_eq!(
        (found.rejects[0].place.offset, found.rejects[0].place.length),
        (first.len() as u64, 1 << 30)
    );
    assert_eq!((found.events[1].line, found.rejects[0].line), (3, Some(2)));
    assert_eq!(found.events[1].row.place.offset, (first.len() + (1 << 30) + 1) as u64);
    assert!(largest < 16 << 20, "{largest}");
}

#[test]
fn a_json_record_over_the_bound_is_skipped_in_bounded_memory() {
    for tail in ["\"}\n", "\n"] {
        let first = format!("{TRAIL}\n{{\"a\":\"");
        let endless = Endless { bytes: &[b'x'; 65_536], at: 0, left: 24 << 20 };
        let last = format!("{tail}{TRAIL}\n");
        let reader = first.as_bytes().chain(endless).chain(last.as_bytes());
        let (found, largest) = read_watched(Format::CloudTrail, reader);
        assert_eq!((found.events.len(), found.reasons()), (2, vec![TooLong]), "{tail:?}");
        assert!(found.rejects[0].place.length >= 24 << 20);
        assert!(largest < 4 * RECORD_BYTES_LIMIT, "{largest}");
    }
}

#[test]
fn json_that_never_ends_is_bounded() {
    for bytes in [&b"[{\"a\":"[..], b"[", b"{", b"{\"a\":[", b"1,", b"\""] {
        let endless = Endless { bytes, at: 0, left: 20 << 20 };
        let (found, largest) = read_watched(Format::Workspace, endless);
        assert!(found.events.is_empty());
        assert!(largest < 4 * RECORD_BYTES_LIMIT, "{largest}");
    }
}

#[test]
fn json_deeper_than_the_bound() {
    let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let check = |record: String, reason: RejectReason| {
        for text in
            [format!("{TRAIL}\n{record}\n{TRAIL}\n"), format!("[{TRAIL},{record},\n{TRAIL}]")]
        {
            let found = read(Format::CloudTrail, &text);
            assert_eq!(
                (found.events.len(), found.reasons()),
                (2, vec![reason]),
                "{}",
                record.len()
            );
            assert_eq!(found.rejects[0].place.length as usize, record.len());
        }
    };
    check(nested(JSON_DEPTH_LIMIT), Malformed);
    check(nested(JSON_DEPTH_LIMIT + 2), TooDeep);
    check(nested(10_000), TooDeep);
    // Without an end it goes up to the next line that starts a record.
    let found = read(Format::CloudTrail, format!("{}\n{TRAIL}\n", "{\"a\":".repeat(10_000)));
    assert_eq!((found.events.len(), found.reasons()), (1, vec![TooDeep]));
    let found = read(Format::Combined, format!("{}\n{LINE}\n", "[".repeat(10_000)));
    assert_eq!((found.events.len(), found.reasons()), (1, vec![Malformed]));
}

#[test]
fn fields_over_the_bound_are_told() {
    let members: String = (0..FIELDS_LIMIT + 10).map(|i| format!(",\"k{i}\":{i}")).collect();
    let text = TRAIL.replace('}', &format!("{members}}}"));
    let found = read(Format::CloudTrail, text);
    assert_eq!((found.events.len(), found.reasons()), (1, vec![TooManyFields]));
    assert_eq!(found.events[0].fields.len(), FIELDS_LIMIT);
}

#[test]
fn one_broken_json_line_costs_one_record() {
    for broken in
        [r#"{"a":1"#, r#"{"a":"open"#, r#"{"a":[1}"#, r#"{"a":1}}"#, "hello", r#"{"a" 1}"#, "]]"]
    {
        let text = format!("{TRAIL}\n{broken}\n{TRAIL}\n{TRAIL}\n");
        let found = read(Format::CloudTrail, &text);
        assert_eq!(found.events.len(), 3, "{broken}: {found:#?}");
        assert!(
            found.rejects.len() <= 2 && (broken == "]]" || !found.rejects.is_empty()),
            "{broken}"
        );
    }
}

#[test]
fn a_document_that_is_cut_off() {
    for cut in [
        format!("{{\"Records\":[{TRAIL},{}", &TRAIL[..50]),
        format!("{{\"Records\":[{TRAIL},"),
        format!("[{TRAIL},"),
    ] {
        let found = read(Format::CloudTrail, &cut);
        assert_eq!((found.events.len(), found.reasons()), (1, vec![Truncated]), "{cut}");
    }
    assert_eq!(read(Format::Combined, format!("{LINE}\n{}", &LINE[..60])).reasons(), [Truncated]);
}

#[test]
fn binary_and_bytes_that_are_no_text() {
    let found =
        read(Format::Combined, [b"\0\x01\x02\x03\x04\n".as_slice(), LINE.as_bytes()].concat());
    assert_eq!((found.events.len(), found.reasons()), (1, vec![Binary]));
    assert_eq!(found.rejects[0].sample, "\\u{0}\\u{1}\\u{2}\\u{3}\\u{4}");
    // Bytes that are no UTF-8 are no reason to refuse a line.
    let odd = LINE.replace("curl", "c\u{1}rl").replace('\u{1}', "?");
    let mut bytes = odd.into_bytes();
    let at = bytes.iter().position(|&b| b == b'?').unwrap();
    bytes[at] = 0xff;
    let found = read(Format::Combined, &bytes);
    assert_eq!((found.lossy, found.rejects.len()), (1, 0));
    let event = found.one();
    assert_eq!(event.row.agent.as_deref(), Some("c\u{fffd}rl"));
    assert_eq!(event.row.place.length as usize, bytes.len());
}

#[test]
fn line_ends_marks_and_utf16() {
    let plain = read(Format::Combined, format!("{LINE}\n{LINE}\n"));
    let line = LINE.len() as u64;
    // Places count the bytes of the source: of UTF-16 two a character.
    let check = |bytes: &[u8], first: u64, width: u64| {
        let found = read(Format::Combined, bytes);
        assert!(found.rejects.is_empty());
        assert_eq!(found.account.bytes, bytes.len() as u64, "the mark is in the account");
        assert_eq!(found.account.event_bytes, 2 * width * line);
        let places: Vec<_> = found.events.iter().map(|e| e.row.place).collect();
        let places: Vec<_> = places.iter().map(|p| (p.offset, u64::from(p.length))).collect();
        let second = first + width * (line + 2);
        assert_eq!(places, [(first, width * line), (second, width * line)]);
        for (a, b) in found.events.iter().zip(&plain.events) {
            assert_eq!((&a.fields, a.row.time, a.line), (&b.fields, b.row.time, b.line));
        }
    };
    let text = format!("{LINE}\r\n{LINE}\r\n");
    check(text.as_bytes(), 0, 1);
    check(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), 3, 1);
    let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(&[b"\xff\xfe", le.as_slice()].concat(), 2, 2);
    check(&[b"\xfe\xff", be.as_slice()].concat(), 2, 2);
    check(&le, 0, 2);
    check(&be, 0, 2);
    let mut chunker = Chunker::new(Format::Combined, b"\xff\xfea\0".as_slice());
    chunker.next(Vec::new()).unwrap();
    assert!(chunker.encoding().note().unwrap().contains("UTF-16"));
}

#[test]
fn a_wide_line_over_the_bound_keeps_its_place_and_its_words() {
    let text = format!("{LINE}\n203.0.113.7 é{}\n{LINE}\n", "é".repeat(bakas_ingest::CHUNK_BYTES));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = read(Format::Combined, [b"\xff\xfe", wide.as_slice()].concat());
    assert_eq!((found.events.len(), found.reasons()), (2, vec![TooLong]));
    let first = 2 + 2 * (LINE.len() as u64 + 1);
    let length = 2 * (13 + bakas_ingest::CHUNK_BYTES as u32);
    let reject = &found.rejects[0];
    assert_eq!((reject.place.offset, reject.place.length), (first, length));
    assert!(reject.sample.starts_with("203.0.113.7 éé"), "{}", reject.sample);
    let last = &found.events[1];
    assert_eq!((last.line, last.row.place.offset), (3, first + u64::from(length) + 2));
}

#[test]
fn formats_mixed_in_one_file() {
    let syslog = "Jan  5 08:00:00 web1 sshd[1]: Invalid user a from 203.0.113.7";
    let text = format!("{LINE}\n{syslog}\n{TRAIL}\nhello\n{LINE}\n");
    for format in [Format::Combined, Format::Syslog, Format::CloudTrail, Format::WebJson] {
        let found = read(format, &text);
        let operations: Vec<_> = found.events.iter().map(|e| e.row.operation.as_str()).collect();
        assert_eq!(operations, ["GET", "Invalid user", "ListUsers", "GET"], "{format:?}");
        assert_eq!(found.reasons(), [Malformed], "{format:?}");
        assert!(found.other_formats >= 2, "{format:?}");
    }
}

#[test]
fn times_far_away_are_kept() {
    let check = |time: &str, expected: &str| {
        let found = read(Format::Combined, LINE.replace("05/Jan/2026:08:00:00", time)).one();
        assert_eq!(found.row.time.to_string(), expected);
    };
    check("01/Jan/1970:00:00:00", "1970-01-01T00:00:00Z");
    check("31/Dec/9999:23:59:59", "9999-12-31T23:59:59Z");
    check("01/Jan/2038:00:00:00", "2038-01-01T00:00:00Z");
}

#[test]
fn csv_that_is_broken() {
    let good = r#"1,"{""CreationTime"":""2026-01-05T08:00:00"",""Operation"":""Send"",""Workload"":""Exchange""}""#;
    let check = |text: String, events: usize, reasons: &[RejectReason]| {
        let found = read(Format::M365Csv, &text);
        assert_eq!((found.events.len(), found.reasons().as_slice()), (events, reasons), "{text}");
    };
    check(format!("Id,AuditData\n{good}\nx\n{good}\n"), 2, &[Malformed]);
    check(format!("Id,AuditData\n{good}\n1,\"{{\"\"Operation\n"), 1, &[Truncated]);
    check("Id,Other\n1,2\n".into(), 0, &[Malformed]);
    check("Id,AuditData\n".into(), 0, &[]);
    let long = format!("Id,AuditData\n1,\"{}\n{good}\n", "x".repeat(RECORD_BYTES_LIMIT + 1));
    let found = read(Format::M365Csv, &long);
    assert_eq!((found.events.len(), found.reasons()), (1, vec![TooLong]));
}

#[test]
fn a_reader_that_fails_is_an_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let mut chunker = Chunker::new(Format::Combined, Failing);
    assert_eq!(chunker.next(Vec::new()).unwrap_err().to_string(), "the disk is gone");
    let _ = read_from(&source(), Format::Combined, io::empty());
}

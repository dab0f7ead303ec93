//! Which format a stream is, by its content: the line formats are tried on its first lines, a
//! document is asked for the members that only one format has. The name is not trusted.

use bakas_model::{SourceClock, limits::LINE_BYTES_LIMIT};
use bumpalo::Bump;

use crate::{
    Format,
    clock::Clock,
    decode::{identify, is_access_line, is_syslog_line},
    frame::{ALL_WRAPPERS, CsvHeader, Encoding, Found, JsonFrame, plain_head},
    json::Json,
};

/// What a stream seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The format, where one fits.
    pub format: Option<Format>,
    /// How sure that is, 0 to 100: of the records that were tried, how many it reads.
    pub certainty: u8,
    /// What speaks for it, or why none fits.
    pub why: String,
}

/// Records that are tried.
const TRIED_LIMIT: usize = 200;
/// Below this share a format does not fit.
const CERTAINTY_LEAST: usize = 20;

impl Guess {
    fn none(why: impl Into<String>) -> Self {
        Self { format: None, certainty: 0, why: why.into() }
    }

    fn of(format: Format, read: usize, tried: usize, what: &str) -> Self {
        let certainty = (read * 100 / tried.max(1)).min(100) as u8;
        let why = format!("{read} of the first {tried} {what} read as {}", format.name());
        Self { format: Some(format), certainty, why }
    }
}

/// Judges the first bytes of a stream after unpacking; 256 KiB are plenty. `name` stands in what
/// is said, and is not judged.
#[must_use]
pub fn guess(head: &[u8], name: &str) -> Guess {
    let (text, encoding) = plain_head(head);
    let mut guess = guess_plain(&text, name);
    if let Some(note) = encoding.note().filter(|_| encoding != Encoding::Plain) {
        guess.why = format!("{}; the file {note}", guess.why);
    }
    guess
}

fn guess_plain(head: &[u8], name: &str) -> Guess {
    if head.trim_ascii().is_empty() {
        return Guess::none(if head.is_empty() { "the file is empty" } else { "only white space" });
    }
    let zeros = memchr::memchr_iter(0, head).count();
    let text = String::from_utf8_lossy(head);
    if zeros * 100 > head.len() {
        // A log on a disk that lost power may hold a run of NULs between good lines.
        let guess = guess_lines(&text);
        let binary = || Guess::none("binary: it holds NUL bytes");
        return Some(guess).filter(|g| g.format.is_some()).unwrap_or_else(binary);
    }
    let first = text.trim_ascii_start();
    if first.starts_with('{') || is_json_array(first) {
        let guess = guess_json(head);
        if guess.format.is_some() || !first.starts_with('{') {
            return guess;
        }
        // Lines of other kinds may follow a JSON line.
        return Some(guess_lines(&text)).filter(|g| g.format.is_some()).unwrap_or(guess);
    }
    if let Some(guess) = guess_csv(first) {
        return guess;
    }
    let guess = guess_lines(&text);
    if guess.format.is_some() {
        return guess;
    }
    // Something else may stand before the JSON.
    let json = guess_json(head);
    if json.format.is_some() { json } else { Guess { why: known_but_unread(first, name), ..guess } }
}

/// Whether a text begins as an array of objects, and not as `[Sun Dec 04 …]`.
fn is_json_array(text: &str) -> bool {
    text.strip_prefix('[').is_some_and(|rest| rest.trim_ascii_start().starts_with(['{', ']']))
}

fn guess_lines(text: &str) -> Guess {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim_ascii().is_empty()).collect();
    // The last line may be cut off.
    if lines.len() > 1 && !text.ends_with('\n') {
        lines.pop();
    }
    lines.retain(|line| line.len() <= LINE_BYTES_LIMIT);
    lines.truncate(TRIED_LIMIT);
    let clock = &mut Clock::new(&SourceClock::default());
    let access = lines.iter().filter(|line| is_access_line(line)).count();
    let syslog = lines.iter().filter(|line| is_syslog_line(line, clock)).count();
    let (format, read) =
        if access >= syslog { (Format::Combined, access) } else { (Format::Syslog, syslog) };
    if read * 100 < lines.len() * CERTAINTY_LEAST || read == 0 {
        return Guess::none("no known line format");
    }
    Guess::of(format, read, lines.len(), "lines")
}

fn guess_csv(text: &str) -> Option<Guess> {
    let header = text.lines().find(|line| !line.starts_with('#'))?;
    let header = CsvHeader::parse(header);
    if header.columns.len() < 2 {
        return None;
    }
    if header.column("AuditData").is_some() {
        let has = |name: &str| header.column(name).is_some();
        let is_whole = has("Operation") || has("Operations") || has("RecordType");
        return Some(Guess {
            format: Some(Format::M365Csv),
            certainty: if is_whole { 100 } else { 80 },
            why: "a CSV file with a column AuditData, as Microsoft Purview exports it".into(),
        });
    }
    None
}

fn guess_json(head: &[u8]) -> Guess {
    let mut found = Found::default();
    let keep = JsonFrame::new(ALL_WRAPPERS).scan(head, 0, false, &mut found);
    let arena = Bump::new();
    let (mut counts, mut tried) = ([0_usize; Format::ALL.len()], 0);
    let mut unknown = None;
    for range in found.records.iter().take(TRIED_LIMIT) {
        let bytes = head.get(range.start as usize..range.end as usize).unwrap_or_default();
        tried += 1;
        let text: &str = arena.alloc_str(&String::from_utf8_lossy(bytes));
        let Ok(root) = Json::parse(text, &arena) else { continue };
        match identify(&root) {
            Some(format) => {
                let at = Format::ALL.iter().position(|f| *f == format).unwrap_or_default();
                counts[at] += 1;
            }
            None => unknown = unknown.or(Some(root)),
        }
    }
    let best = counts.iter().enumerate().max_by_key(|(at, n)| (**n, usize::MAX - at));
    if let Some((at, &read)) = best.filter(|(_, n)| **n * 100 >= tried * CERTAINTY_LEAST && **n > 0)
    {
        return Guess::of(Format::ALL[at], read, tried, "JSON records");
    }
    if tried == 0 {
        let rest = head.get(keep as usize..).unwrap_or_default();
        return by_markers(&String::from_utf8_lossy(rest));
    }
    Guess::none(unknown.map_or_else(|| "no sound JSON record".into(), |root| unknown_json(&root)))
}

/// For a first record longer than the head: names that only one format has.
fn by_markers(text: &str) -> Guess {
    const MARKERS: &[(Format, &[&str])] = &[
        (Format::CloudTrail, &["\"eventSource\"", "\"eventName\"", "\"awsRegion\""]),
        (Format::Workspace, &["\"applicationName\"", "\"uniqueQualifier\""]),
        (Format::M365, &["\"Operation\"", "\"Workload\""]),
    ];
    let fits = |(_, names): &&(Format, &[&str])| names.iter().all(|name| text.contains(name));
    match MARKERS.iter().find(fits) {
        Some((format, _)) => Guess {
            format: Some(*format),
            certainty: 60,
            why: format!("a long JSON record with the names of {}", format.name()),
        },
        None => Guess::none("JSON without a whole record at its beginning"),
    }
}

fn unknown_json(root: &Json<'_>) -> String {
    let has = |name: &str| root.get(name).is_some();
    let known = if has("nginx_version") && has("server_zones") {
        "these are status reports of nginx (counters), not its access log: "
    } else if has("event_type") && (has("flow_id") || has("src_ip")) {
        "these are Suricata EVE records, which are not read yet: "
    } else {
        ""
    };
    let names: Vec<&str> = root.members().iter().map(|(name, _)| *name).take(8).collect();
    let shown: String = names.join(", ").chars().filter(|c| !c.is_control()).take(160).collect();
    format!("{known}JSON records with the members {shown} fit no known format")
}

fn known_but_unread(first: &str, name: &str) -> String {
    let line: String = first
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(60)
        .collect();
    let is_error_log = line.starts_with('[') && line.contains("] [");
    if is_error_log {
        return "an error log of a web server, which is not read: it tells no client's request"
            .into();
    }
    let file = name.rsplit('/').next().unwrap_or_default();
    let file: String = file.chars().filter(|c| !c.is_control()).take(80).collect();
    format!("the first lines of {file} fit no known format: '{line}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &[u8], format: Option<Format>, certainty: u8, why: &str) {
        let found = guess(head, "a/b.log");
        assert_eq!((found.format, found.certainty), (format, certainty), "{}", found.why);
        assert!(found.why.contains(why), "{}", found.why);
    }

    const ACCESS: &str =
        "203.0.113.7 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\"\n";

    #[test]
    fn formats_are_told_by_content() {
        check(ACCESS.as_bytes(), Some(Format::Combined), 100, "1 of the first 1 lines");
        check(
            b"Dec 10 06:55:46 web1 sshd[1]: Invalid user a from 1.2.3.4\n",
            Some(Format::Syslog),
            100,
            "",
        );
        let trail =
            r#"{"Records":[{"eventSource":"iam.amazonaws.com","eventName":"A","eventTime":"x"}]}"#;
        check(trail.as_bytes(), Some(Format::CloudTrail), 100, "");
        let report = r#"[{"id":{"time":"x","applicationName":"login"},"events":[]}]"#;
        check(report.as_bytes(), Some(Format::Workspace), 100, "");
        let audit = "{\"Operation\":\"Send\",\"Workload\":\"Exchange\"}\n".repeat(3);
        check(audit.as_bytes(), Some(Format::M365), 100, "3 of the first 3");
        check(b"RecordId,CreationDate,Operation,AuditData\n", Some(Format::M365Csv), 100, "CSV");
        let web = r#"{"remote_addr":"1.2.3.4","request":"GET / HTTP/1.1","status":"200"}"#;
        check(web.as_bytes(), Some(Format::WebJson), 100, "");
    }

    #[test]
    fn mixed_and_marked_files() {
        let mixed = format!("{ACCESS}hello\n{ACCESS}{ACCESS}");
        check(mixed.as_bytes(), Some(Format::Combined), 75, "3 of the first 4");
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(ACCESS.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        check(&wide, Some(Format::Combined), 100, "UTF-16");
    }

    #[test]
    fn what_is_not_read_is_told_why() {
        check(b"", None, 0, "empty");
        check(b" \n\n", None, 0, "white space");
        check(b"\0\0\0\x01abc", None, 0, "NUL");
        check(b"[Sun Dec 04 04:47:44 2005] [error] x\n", None, 0, "error log");
        check(b"lorem ipsum\n", None, 0, "fit no known format");
        check(br#"{"a":1,"b":2}"#, None, 0, "members a, b");
        check(br#"{"nginx_version":"1","server_zones":{}}"#, None, 0, "status reports of nginx");
        check("[".repeat(10_000).as_bytes(), None, 0, "");
        check(br#"{"flow_id":1,"event_type":"alert"}"#, None, 0, "Suricata");
    }

    #[test]
    fn a_first_record_longer_than_the_head() {
        let text = format!(
            r#"{{"Operation":"MailItemsAccessed","Workload":"Exchange","Folders":["{}"#,
            "x".repeat(1000)
        );
        check(text.as_bytes(), Some(Format::M365), 60, "long JSON record");
    }
}

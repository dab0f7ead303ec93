//! Which format a stream is, by its content: the line formats are tried on its first lines, a
//! document is asked for the members that only one format has. The name is not trusted.

use bakas_model::{SourceClock, limits::LINE_BYTES_LIMIT};
use bumpalo::Bump;

use crate::{
    Format, Formats,
    catalogue::rank,
    clock::Clock,
    decode::{identify, is_access_line, is_syslog_line, told_by_structure},
    define::{Sight, without_priority},
    frame::{ALL_WRAPPERS, CsvHeader, Found, JsonFrame, plain_head},
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

/// So many NULs are a hole in a text, and no part of a number.
const HOLE_BYTES: usize = 32;

/// Judges the first bytes of a stream after unpacking, by our formats: see [`Formats::guess`].
#[must_use]
pub fn guess(head: &[u8], name: &str) -> Guess {
    Formats::builtin().guess(head, name)
}

impl Formats {
    /// Judges the first bytes of a stream after unpacking; 256 KiB are plenty. `name` stands in
    /// what is said; it is judged only where two formats are written alike.
    ///
    /// Of the formats that fit a record the one of the highest rank has it; the format that has
    /// the most records is the stream's.
    #[must_use]
    pub fn guess(self, head: &[u8], name: &str) -> Guess {
        let (text, encoding) = plain_head(head);
        let mut guess = guess_plain(self, &text, name);
        if let Some(note) = encoding.note() {
            guess.why = format!("{}; the file {note}", guess.why);
        }
        guess
    }
}

/// How many records fit each format, and how many it has as the highest of those that fit.
#[derive(Debug, Default)]
struct Tally {
    counts: Vec<(Format, usize, usize)>,
    /// Lines that say nothing in a format.
    skipped: Vec<(Format, usize)>,
    tried: usize,
}

impl Tally {
    /// Takes one record by the formats that fit it; of equal ranks the first has it.
    fn record(&mut self, fitting: impl Iterator<Item = Format>) {
        self.tried += 1;
        let mut best: Option<Format> = None;
        for format in fitting {
            self.at(format).1 += 1;
            if best.is_none_or(|best| rank(format) > rank(best)) {
                best = Some(format);
            }
        }
        if let Some(best) = best {
            self.at(best).2 += 1;
        }
    }

    fn at(&mut self, format: Format) -> &mut (Format, usize, usize) {
        let known = self.counts.iter().position(|(known, ..)| *known == format);
        let at = known.unwrap_or_else(|| {
            self.counts.push((format, 0, 0));
            self.counts.len() - 1
        });
        &mut self.counts[at]
    }

    /// The format that has the most records, with its share in thousandths.
    fn best(&self, what: &str) -> Option<(usize, Guess)> {
        let order = |(format, _, has): &&(Format, usize, usize)| (*has, rank(*format));
        let &(format, fit, has) = self.counts.iter().rev().max_by_key(order)?;
        let skipped = self.skipped.iter().find(|(of, _)| *of == format).map_or(0, |(_, n)| *n);
        let tried = self.tried.saturating_sub(skipped).max(fit);
        if has == 0 || fit * 100 < tried * CERTAINTY_LEAST {
            return None;
        }
        let mut guess = Guess::of(format, fit, tried, what);
        let also: Vec<_> = self
            .counts
            .iter()
            .filter(|(other, fit, _)| *other != format && fit * 100 >= self.tried * CERTAINTY_LEAST)
            .map(|(other, ..)| other.name())
            .collect();
        if !also.is_empty() {
            guess.why = format!("{}, which goes before {}", guess.why, also.join(", "));
        }
        Some((has * 1000 / self.tried.max(1), guess))
    }
}

fn guess_plain(formats: Formats, head: &[u8], name: &str) -> Guess {
    if head.trim_ascii().is_empty() {
        return Guess::none(if head.is_empty() { "the file is empty" } else { "only white space" });
    }
    if let Some((format, why)) = told_by_structure(head, name) {
        return Guess { format: Some(format), certainty: 100, why: why.into() };
    }
    let zeros = memchr::memchr_iter(0, head).count();
    let text = String::from_utf8_lossy(head);
    if zeros * 100 > head.len() {
        // A log on a disk that lost power may hold a run of NULs between good lines.
        let whole = without_holes(head);
        let guess = (whole.len() < head.len()).then(|| guess_plain(formats, &whole, name));
        let guess = guess.unwrap_or_else(|| guess_lines(formats, &text));
        let binary = || Guess::none("binary: it holds NUL bytes");
        return Some(guess).filter(|g| g.format.is_some()).unwrap_or_else(binary);
    }
    let first = text.trim_ascii_start();
    if first.starts_with('{') || is_json_array(first) {
        let guess = guess_json(formats, head);
        if guess.format.is_some() || !first.starts_with('{') {
            return guess;
        }
        // Lines of other kinds may follow a JSON line.
        return Some(guess_lines(formats, &text)).filter(|g| g.format.is_some()).unwrap_or(guess);
    }
    if let Some(guess) = guess_csv(first) {
        return guess;
    }
    let guess = guess_lines(formats, &text);
    if guess.format.is_some() {
        return guess;
    }
    // Something else may stand before the JSON.
    let json = guess_json(formats, head);
    if json.format.is_some() { json } else { Guess { why: unread(first, name), ..guess } }
}

/// The bytes without runs of NULs that are long enough to be holes.
fn without_holes(head: &[u8]) -> Vec<u8> {
    let runs = head.chunk_by(|a, b| (*a == 0) == (*b == 0));
    let is_hole = |run: &&[u8]| run.first() == Some(&0) && run.len() >= HOLE_BYTES;
    runs.filter(|run| !is_hole(run)).flatten().copied().collect()
}

/// Whether a text begins as an array of objects, and not as `[Sun Dec 04 …]`.
fn is_json_array(text: &str) -> bool {
    text.strip_prefix('[').is_some_and(|rest| rest.trim_ascii_start().starts_with(['{', ']']))
}

fn guess_lines(formats: Formats, text: &str) -> Guess {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim_ascii().is_empty()).collect();
    // The last line may be cut off.
    if lines.len() > 1 && !text.ends_with('\n') {
        lines.pop();
    }
    lines.retain(|line| line.len() <= LINE_BYTES_LIMIT);
    lines.truncate(TRIED_LIMIT);
    let clock = &mut Clock::new(&SourceClock::default());
    let headed: Vec<_> = formats.definitions().filter(|one| one.fits_header(text)).collect();
    let plain: Vec<_> =
        formats.definitions().filter(|one| one.is_carried_by_line() && !one.is_json()).collect();
    let mut tally = Tally::default();
    for line in &lines {
        // A header that names the columns says more than what a line looks like.
        let mut fitting: Vec<_> = headed.iter().map(|one| Format::Defined(one)).collect();
        if is_access_line(line) {
            fitting.push(Format::Combined);
        }
        if is_syslog_line(line, clock) || is_carried(formats, line) {
            fitting.push(Format::Syslog);
        }
        let of_line = plain.iter().filter(|one| one.fits(Sight::Line(line)));
        fitting.extend(of_line.map(|one| Format::Defined(one)));
        fitting.dedup();
        tally.record(fitting.into_iter());
    }
    for one in &plain {
        let skipped = lines.iter().filter(|line| one.skips(line)).count();
        tally.skipped.push((Format::Defined(one), skipped));
    }
    let Some((_, mut guess)) = tally.best("lines") else {
        return Guess::none("no known line format");
    };
    if headed.iter().any(|one| guess.format == Some(Format::Defined(one))) {
        guess.why = format!("its header names the columns; {}", guess.why);
    }
    guess
}

/// Whether a line with a priority and no header is a message that a definition takes.
fn is_carried(formats: Formats, line: &str) -> bool {
    let text = without_priority(line);
    text.len() < line.len() && formats.for_message("", text, text).is_some()
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

/// JSON records as one way of framing finds them, and the formats that frame so.
struct Pool<'a> {
    records: Vec<Option<Json<'a>>>,
    ranges: Vec<std::ops::Range<u64>>,
    has_natives: bool,
    definitions: Vec<Format>,
}

fn guess_json(formats: Formats, head: &[u8]) -> Guess {
    let arena = Bump::new();
    let (mut pools, mut scanned) = (Vec::<Pool<'_>>::new(), Vec::new());
    let (at, keep) = pool(head, ALL_WRAPPERS, &arena, &mut pools, &mut scanned);
    pools[at].has_natives = true;
    for definition in formats.definitions().filter(|one| one.is_json()) {
        let (at, _) = pool(head, definition.wrappers(), &arena, &mut pools, &mut scanned);
        pools[at].definitions.push(Format::Defined(definition));
    }
    let mut best: Option<(usize, Guess)> = None;
    let mut unknown = None;
    for pool in &pools {
        let mut tally = Tally::default();
        for root in &pool.records {
            let Some(root) = root else {
                tally.record(std::iter::empty());
                continue;
            };
            let native = pool.has_natives.then(|| identify(root)).flatten();
            let defined = pool.definitions.iter().copied().filter(
                |format| matches!(format, Format::Defined(one) if one.fits(Sight::Object(root))),
            );
            let before = tally.counts.iter().map(|(_, fit, _)| fit).sum::<usize>();
            tally.record(native.into_iter().chain(defined));
            if tally.counts.iter().map(|(_, fit, _)| fit).sum::<usize>() == before {
                unknown = unknown.or(Some(*root));
            }
        }
        let found = tally.best("JSON records");
        let order = |of: &(usize, Guess)| (of.0, of.1.format.map_or(0, rank));
        if found.as_ref().map(order) > best.as_ref().map(order) {
            best = found;
        }
    }
    if let Some((_, guess)) = best {
        return guess;
    }
    if pools.iter().all(|pool| pool.records.is_empty()) {
        let rest = head.get(keep as usize..).unwrap_or_default();
        return by_markers(formats, &String::from_utf8_lossy(rest));
    }
    Guess::none(unknown.map_or_else(|| "no sound JSON record".into(), |root| unknown_json(&root)))
}

/// The pool of that framing, new where none has the same records; and how far it was read.
fn pool<'a>(
    head: &[u8],
    wrappers: &'static [&'static str],
    arena: &'a Bump,
    pools: &mut Vec<Pool<'a>>,
    scanned: &mut Vec<(&'static [&'static str], usize, u64)>,
) -> (usize, u64) {
    if let Some((_, at, keep)) = scanned.iter().find(|(known, ..)| *known == wrappers) {
        return (*at, *keep);
    }
    let mut found = Found::default();
    let keep = JsonFrame::new(wrappers).scan(head, 0, false, &mut found);
    found.records.truncate(TRIED_LIMIT);
    let known = pools.iter().position(|pool| pool.ranges == found.records);
    let at = known.unwrap_or_else(|| {
        let records = found.records.iter().map(|range| {
            let bytes = head.get(range.start as usize..range.end as usize).unwrap_or_default();
            let text: &str = arena.alloc_str(&String::from_utf8_lossy(bytes));
            Json::parse(text, arena).ok()
        });
        pools.push(Pool {
            records: records.collect(),
            ranges: found.records.clone(),
            has_natives: false,
            definitions: Vec::new(),
        });
        pools.len() - 1
    });
    scanned.push((wrappers, at, keep));
    (at, keep)
}

/// For a first record longer than the head: names that only one format has.
fn by_markers(formats: Formats, text: &str) -> Guess {
    const MARKERS: &[(Format, &[&str])] = &[
        (Format::CloudTrail, &["\"eventSource\"", "\"eventName\"", "\"awsRegion\""]),
        (Format::Workspace, &["\"applicationName\"", "\"uniqueQualifier\""]),
        (Format::M365, &["\"Operation\"", "\"Workload\""]),
    ];
    let fits = |(_, names): &&(Format, &[&str])| names.iter().all(|name| text.contains(name));
    let native = MARKERS.iter().find(fits).map(|(format, _)| *format);
    let defined = || {
        let fitting = formats.definitions().filter(|one| one.has_markers(text));
        fitting.max_by_key(|one| one.priority()).map(Format::Defined)
    };
    match native.or_else(defined) {
        Some(format) => Guess {
            format: Some(format),
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
    } else {
        ""
    };
    let names: Vec<&str> = root.members().iter().map(|(name, _)| *name).take(8).collect();
    let shown: String = names.join(", ").chars().filter(|c| !c.is_control()).take(160).collect();
    format!("{known}JSON records with the members {shown} fit no known format")
}

fn unread(first: &str, name: &str) -> String {
    let printable = |text: &str, most: usize| -> String {
        text.chars().filter(|c| !c.is_control()).take(most).collect()
    };
    let line = printable(first.lines().next().unwrap_or_default(), 60);
    let file = printable(name.rsplit('/').next().unwrap_or_default(), 80);
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
        check(b"[Sun Dec 04 04:47:44 2005] error x\n", None, 0, "of b.log fit no known format");
        check(b"lorem ipsum\n", None, 0, "fit no known format");
        check(br#"{"a":1,"b":2}"#, None, 0, "members a, b");
        check(br#"{"nginx_version":"1","server_zones":{}}"#, None, 0, "status reports of nginx");
        check("[".repeat(10_000).as_bytes(), None, 0, "");
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

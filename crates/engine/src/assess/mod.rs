//! `bakas assess`: what the case and its analysts say of where from, and who. The case stays as it was
//! sealed; beside it live `assessment.toml`, which people edit, and its history, which only grows.

mod check;
mod document;
mod entry;
mod history;
pub mod known;
mod live;
mod write;

use std::{
    collections::BTreeSet,
    fs,
    io::{self, BufRead as _, Read as _},
    path::{Path, PathBuf},
};

use bakas_model::{
    Assessment, Case, Judgements, Timestamp, Trace,
    assessment::{HistoryEntry, Numbers},
};
use bakas_store::{
    Appended,
    case_folder::{CASE_FILE, is_case},
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use self::{
    document::{Document, Fault},
    history::History,
};
use crate::{Error, clock::Clock};

pub use document::{
    DOCUMENT_BYTES_LIMIT, ENTRIES_LIMIT, ID_CHARS_LIMIT, TEXT_CHARS_LIMIT, WORDS_CHARS_LIMIT,
};
pub use entry::Entry;
pub use history::HISTORY_BYTES_LIMIT;
pub(crate) use live::{Live, carry, examine};

/// What analysts write.
pub const DOCUMENT_FILE: &str = "assessment.toml";
/// Its history.
pub const HISTORY_FILE: &str = "assessment-history.ndjson";
/// Every file that may lie in a case folder beside what is sealed.
pub const LIVE_FILES: [&str; 3] = [DOCUMENT_FILE, "assessment.toml.partial", HISTORY_FILE];
/// Version of what `--json` writes.
pub const ASSESS_SCHEMA: &str = "bakas-assess/1";
/// Largest `case.json` that is read (1 GiB).
const CASE_BYTES_LIMIT: u64 = 1 << 30;
/// Largest line of `traces.ndjson` that is read.
const TRACE_BYTES_LIMIT: u64 = 4 << 20;

/// A case and what was judged of it, as they lie in its folder.
#[derive(Debug)]
pub struct Opened {
    /// The case as it was sealed.
    pub case: Case,
    folder: PathBuf,
    case_sha256: String,
    traces: Vec<Trace>,
    document: Document,
    history: History,
}

/// The assessments with the judgements of a time.
#[derive(Debug, Serialize)]
pub struct Weighed {
    /// [`ASSESS_SCHEMA`].
    pub schema: &'static str,
    /// The case's name.
    pub case: String,
    /// As of when.
    pub as_of: Timestamp,
    /// Entries of `assessment.toml` that the history does not hold yet.
    pub unrecorded: usize,
    /// Each question about each subject.
    pub assessments: Vec<Assessment>,
    /// What analysts added.
    pub judgements: Judgements,
    /// What was changed up to then, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The numbers as they were sealed, before any change.
    pub sealed: Vec<Numbers>,
}

/// What came of a change.
#[derive(Debug, Serialize)]
pub struct Changed {
    /// The entries that were recorded.
    pub recorded: Vec<HistoryEntry>,
    /// The numbers before them.
    pub before: Vec<Numbers>,
    /// The assessments after it.
    pub weighed: Weighed,
}

/// Who judges, and why.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub why: &'a str,
}

/// Opens a case for reading.
///
/// # Errors
/// Where it is no case, `assessment.toml` is wrong, or its history does not hold.
pub fn open(folder: &Path, now: Timestamp) -> Result<Opened, Error> {
    let history = read(&folder.join(HISTORY_FILE), HISTORY_BYTES_LIMIT)?.unwrap_or_default();
    Opened::new(folder, &history, now)
}

/// Adds an entry to `assessment.toml` and records it; without one, records what was edited by hand.
///
/// # Errors
/// As [`open`]; where the entry is wrong, nothing is changed.
pub fn change(
    folder: &Path,
    judge: Judge<'_>,
    entry: Option<Entry>,
    clock: &dyn Clock,
) -> Result<Changed, Error> {
    if judge.by.trim().is_empty() {
        return Err(Error::Usage(
            "who judges? give --by NAME, BAKAS_BY, or [analyst] name in bakas.toml".into(),
        ));
    }
    // Nothing is made in a folder that is no case.
    if !is_case(folder) {
        return Err(no_case(&folder.join(CASE_FILE)));
    }
    let mut file = Appended::open(&folder.join(HISTORY_FILE))?;
    // Only now: others may have judged while we waited for them.
    let now = clock.now();
    let mut opened = Opened::new(folder, &file.read(HISTORY_BYTES_LIMIT)?, now)?;
    if opened.history.is_torn {
        // Its writer was ended before it could say that it was done.
        file.cut(opened.history.whole_bytes)?;
    }
    let before = opened.before();
    let mut recorded = Vec::new();
    let mut lines = Vec::new();
    let edited = opened.unrecorded();
    if !edited.is_empty() {
        let why = if entry.is_none() { judge.why } else { "edited by hand in assessment.toml" };
        lines.extend(opened.record(Judge { why, ..judge }, now, &mut recorded));
    }
    if let Some(mut entry) = entry {
        entry.sign(judge.by, now);
        let before = opened.document.text.clone();
        let text = opened.with(&entry, now)?;
        let there = read(&folder.join(DOCUMENT_FILE), DOCUMENT_BYTES_LIMIT)?.unwrap_or_default();
        if there != before.as_bytes() {
            let what = "assessment.toml was edited meanwhile: nothing was changed, run it again";
            return Err(Error::Taken(what.into()));
        }
        bakas_store::replace(&folder.join(DOCUMENT_FILE), text.as_bytes())?;
        lines.extend(opened.record(judge, now, &mut recorded));
    }
    if !lines.is_empty() {
        file.append(&lines)?;
    }
    Ok(Changed { recorded, before, weighed: opened.weighed(None, now)? })
}

impl Opened {
    fn new(folder: &Path, history: &[u8], now: Timestamp) -> Result<Self, Error> {
        let path = folder.join(CASE_FILE);
        let bytes = read(&path, CASE_BYTES_LIMIT)?.ok_or_else(|| no_case(&path))?;
        let case: Case = serde_json::from_slice(&bytes).map_err(|e| {
            Error::Usage(format!("{} is no case that this version reads: {e}", path.display()))
        })?;
        let history = History::read(history).map_err(|what| {
            Error::Seal(format!("{}: {what}", folder.join(HISTORY_FILE).display()))
        })?;
        let path = folder.join(DOCUMENT_FILE);
        let text = read(&path, DOCUMENT_BYTES_LIMIT)?.unwrap_or_default();
        let text = String::from_utf8(text)
            .map_err(|_| wrong(&path, Fault { line: None, what: "it is not UTF-8".into() }))?;
        let document = Document::parse(&text).map_err(|fault| wrong(&path, fault))?;
        let traces = traces(folder, &case)?;
        let opened = Self {
            case_sha256: sha256(&bytes),
            folder: folder.to_owned(),
            case,
            traces,
            document,
            history,
        };
        opened.check(&opened.document, now).map_err(|fault| wrong(&path, fault))?;
        Ok(opened)
    }

    fn check(&self, document: &Document, now: Timestamp) -> Result<(), Fault> {
        if document.entries.is_empty() {
            return Ok(());
        }
        let bare = self.assess(&Judgements::default(), None);
        check::check(document, &self.case, &bare, now)
    }

    fn assess(&self, judgements: &Judgements, as_of: Option<Timestamp>) -> Vec<Assessment> {
        bakas_assess::assess(&bakas_assess::Input {
            incidents: &self.case.incidents,
            campaigns: &self.case.campaigns,
            traces: &self.traces,
            agencies: &self.case.agencies,
            judgements,
            as_of,
        })
    }

    fn unrecorded(&self) -> Vec<entry::Change> {
        self.history.state.changes(&self.document.state())
    }

    /// The assessments: today with everything in `assessment.toml`, or as they were thought at a time
    /// with what the history held by then.
    ///
    /// # Errors
    /// Where there was no case at that time.
    pub fn weighed(&self, at: Option<Timestamp>, now: Timestamp) -> Result<Weighed, Error> {
        let (state, history, as_of, unrecorded);
        match at {
            Some(time) if time < self.begin() => {
                let made = self.begin();
                let what = format!("there was no case at {time}: it was made at {made}");
                return Err(Error::Usage(what));
            }
            Some(time) => {
                history = self.history.until(time);
                (state, as_of, unrecorded) = (history.state.clone(), time, 0);
            }
            None => {
                history = self.history.clone();
                (state, as_of, unrecorded) = (self.document.state(), now, self.unrecorded().len());
            }
        }
        let judgements = state.judgements(&history.recorded);
        Ok(Weighed {
            schema: ASSESS_SCHEMA,
            case: self.case.name.clone(),
            as_of,
            unrecorded,
            assessments: self.assess(&judgements, Some(as_of)),
            judgements,
            history: history.entries(),
            sealed: numbers(&self.case.assessments),
        })
    }

    /// The numbers that the next change starts from.
    fn before(&self) -> Vec<Numbers> {
        let mut before = numbers(&self.case.assessments);
        before.retain(|one| !self.history.results.contains_key(&(one.subject.clone(), one.level)));
        before.extend(self.history.results.values().flatten().cloned());
        before
    }

    /// When something was first thought: a case that was made anew may have an older history.
    fn begin(&self) -> Timestamp {
        let first = self.history.lines.first().map(|line| line.entry.at);
        first.map_or(self.case.created, |first| first.min(self.case.created))
    }

    /// The text of `assessment.toml` with a further entry, once it is found right.
    fn with(&mut self, entry: &Entry, now: Timestamp) -> Result<String, Error> {
        let path = self.folder.join(DOCUMENT_FILE);
        document::sound(entry).map_err(|(key, what)| Error::Usage(format!("{key}: {what}")))?;
        let mut text = self.document.text.clone();
        if text.trim().is_empty() {
            text = write::head();
        } else if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&write::lines(entry));
        if text.len() as u64 > DOCUMENT_BYTES_LIMIT {
            return Err(Error::Usage(format!(
                "{} would be over {DOCUMENT_BYTES_LIMIT} bytes",
                path.display()
            )));
        }
        let told = |fault: Fault| Error::Usage(fault.what);
        let document = Document::parse(&text).map_err(told)?;
        self.check(&document, now).map_err(told)?;
        self.document = document;
        Ok(text)
    }

    /// The line that records how the document differs from the history.
    fn record(
        &mut self,
        judge: Judge<'_>,
        now: Timestamp,
        recorded: &mut Vec<HistoryEntry>,
    ) -> Vec<u8> {
        let after = self.document.state();
        let what: Vec<String> =
            self.history.state.changes(&after).iter().map(entry::Change::words).collect();
        // A clock that was set back must not turn the history round.
        let at = self.history.lines.last().map_or(now, |line| line.entry.at.max(now));
        let judgements = after.judgements(&self.history.recorded);
        let entry = HistoryEntry {
            at,
            by: judge.by.to_owned(),
            what: what.join(", "),
            why: judge.why.to_owned(),
            results: numbers(&self.assess(&judgements, None)),
        };
        let bytes = self.history.append(entry, &after, &self.case_sha256);
        recorded.extend(self.history.lines.last().map(|line| line.entry.clone()));
        bytes
    }
}

/// The numbers of every hypothesis, rounded as they are kept.
fn numbers(assessments: &[Assessment]) -> Vec<Numbers> {
    let rounded = |share: f64| (share * 1e6).round() / 1e6;
    let of = |one: &Assessment| {
        let (subject, level) = (one.subject.clone(), one.level);
        let numbers = one.hypotheses.iter().map(move |hypothesis| Numbers {
            subject: subject.clone(),
            level,
            hypothesis: hypothesis.id.clone(),
            low: rounded(hypothesis.low),
            best: rounded(hypothesis.best),
            high: rounded(hypothesis.high),
        });
        numbers.collect::<Vec<_>>()
    };
    assessments.iter().flat_map(of).collect()
}

/// All traces of the case: `case.json` holds only the first of many.
fn traces(folder: &Path, case: &Case) -> Result<Vec<Trace>, Error> {
    let path = folder.join("traces.ndjson");
    let read = |source| Error::Read { path: path.clone(), source };
    let file = match fs::File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(case.traces.clone()),
        Err(source) => return Err(read(source)),
    };
    let used: BTreeSet<_> = case
        .incidents
        .iter()
        .flat_map(|incident| &incident.addresses)
        .map(|one| one.address)
        .collect();
    let mut lines = io::BufReader::new(file);
    let (mut traces, mut line) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        let bytes =
            (&mut lines).take(TRACE_BYTES_LIMIT).read_until(b'\n', &mut line).map_err(read)?;
        if bytes == 0 {
            return Ok(traces);
        }
        let trace: Trace = serde_json::from_slice(&line).map_err(|e| read(io::Error::other(e)))?;
        if used.contains(&trace.address) {
            traces.push(trace);
        }
    }
}

/// A plain file of at most so many bytes; none where it is not there.
fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let wrong = |source| Error::Read { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(wrong(io::Error::other("it is a link or no file"))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(wrong(e)),
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(wrong)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > limit {
        return Err(wrong(io::Error::other(format!("it is larger than {limit} bytes"))));
    }
    Ok(Some(bytes))
}

fn no_case(path: &Path) -> Error {
    let source = io::Error::new(io::ErrorKind::NotFound, "there is no case");
    Error::Read { path: path.to_owned(), source }
}

fn wrong(path: &Path, fault: Fault) -> Error {
    let what = match fault.line {
        Some(line) => format!("line {line}: {}", fault.what),
        None => fault.what,
    };
    Error::Judgements { path: path.to_owned(), what }
}

/// In lower-case hex.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

//! `bakas assess`: what the case and its analysts say of where from, and who. The case stays as it was
//! sealed; beside it live `assessment.toml`, which people edit, and its history, which only grows.

mod anchor;
mod check;
mod document;
mod entry;
mod files;
mod history;
pub mod known;
mod live;
mod opened;
mod taken;
mod write;

use std::path::Path;

use bakas_model::{
    Assessment, Judgements, Timestamp,
    assessment::{HistoryEntry, Numbers},
};
use bakas_store::{
    Appended,
    case_folder::{CASE_FILE, is_case},
};
use serde::Serialize;

use self::files::{no_case, read, sha256};
use crate::{Error, clock::Clock};

pub use anchor::{anchored, anchors};
pub use document::{
    DOCUMENT_BYTES_LIMIT, ENTRIES_LIMIT, ID_CHARS_LIMIT, TEXT_CHARS_LIMIT, WORDS_CHARS_LIMIT,
};
pub use entry::Entry;
pub use history::HISTORY_BYTES_LIMIT;
pub(crate) use live::{Live, carry, examine};
pub use opened::Opened;
pub use taken::{CANDIDATES_LIMIT, Candidate, Shift, Standing, Taken, TakenIn, take_in};

/// What analysts write.
pub const DOCUMENT_FILE: &str = "assessment.toml";
/// Its history.
pub const HISTORY_FILE: &str = "assessment-history.ndjson";
/// Every file that may lie in a case folder beside what is sealed.
pub const LIVE_FILES: [&str; 3] = [DOCUMENT_FILE, "assessment.toml.partial", HISTORY_FILE];
/// Version of what `--json` writes.
pub const ASSESS_SCHEMA: &str = "bakas-assess/1";
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
    /// Why the change is not in the log of the case, where it could not be put there: the next one
    /// that can speaks for it, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unanchored: Option<String>,
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
    edit(folder, judge, clock, |_, _| Ok(entry.into_iter().collect()))
}

/// Adds the entries that `add` finds for the case as it is, all of them or none, and records them
/// in one line; what was edited by hand before is recorded first.
fn edit(
    folder: &Path,
    judge: Judge<'_>,
    clock: &dyn Clock,
    add: impl FnOnce(&Opened, Timestamp) -> Result<Vec<Entry>, Error>,
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
    let spoken_for = spoken_for(folder)?;
    if opened.history.is_torn {
        // Its writer was ended before it could say that it was done.
        file.cut(opened.history.whole_bytes)?;
    }
    let mut entries = add(&opened, now)?;
    let before = opened.before();
    let mut recorded = Vec::new();
    let mut lines = Vec::new();
    if !opened.unrecorded().is_empty() {
        let why = if entries.is_empty() { judge.why } else { "edited by hand in assessment.toml" };
        lines.extend(opened.record(Judge { why, ..judge }, now, &mut recorded));
    }
    if !entries.is_empty() {
        entries.iter_mut().for_each(|entry| entry.sign(judge.by, now));
        let before = opened.document.text.clone();
        let text = opened.with(&entries, now)?;
        let there = read(&folder.join(DOCUMENT_FILE), DOCUMENT_BYTES_LIMIT)?.unwrap_or_default();
        if there != before.as_bytes() {
            let what = "assessment.toml was edited meanwhile: nothing was changed, run it again";
            return Err(Error::Taken(what.into()));
        }
        bakas_store::replace(&folder.join(DOCUMENT_FILE), text.as_bytes())?;
        lines.extend(opened.record(judge, now, &mut recorded));
    }
    let mut unanchored = None;
    if !lines.is_empty() {
        file.append(&lines)?;
    }
    // Also lines that could not be put into the log when they were written.
    if opened.history.lines.len() > spoken_for {
        // The history is on the disk; a case whose key lies elsewhere can be judged all the same.
        let told = anchor::append(folder, None, &opened.history, Vec::new());
        unanchored = told.err().map(|error| error.to_string());
    }
    Ok(Changed { recorded, before, weighed: opened.weighed(None, now)?, unanchored })
}

/// How many lines of the history the log of the case speaks for. Nothing is built upon a history that
/// is not the one in the log; a log that does not read is told by `bakas verify`.
fn spoken_for(folder: &Path) -> Result<usize, Error> {
    let leaves = anchors(folder).unwrap_or_default();
    match anchored(folder, &leaves).into_iter().next() {
        Some(problem) => Err(Error::Seal(problem)),
        None => Ok(anchor::spoken_for(&leaves)),
    }
}

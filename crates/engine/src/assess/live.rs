//! The files beside what is sealed: whether their history holds, and how they outlive a case that is
//! made anew.

use std::{fs, io, path::Path};

use bakas_store::Appended;
use serde::Serialize;

use super::{
    DOCUMENT_BYTES_LIMIT, DOCUMENT_FILE, HISTORY_BYTES_LIMIT, HISTORY_FILE, LIVE_FILES, anchor,
    anchor::spoken_for, anchored, anchors, document::Document, history::History, read,
};
use crate::Error;

/// What there is to say of the live files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Live {
    /// Whether there are any.
    pub(crate) there: bool,
    /// Changes that the history holds, one following from the other.
    pub(crate) recorded: usize,
    /// Entries of `assessment.toml` that it does not hold.
    pub(crate) unrecorded: usize,
    /// Changes at its end that the log of the case does not speak for.
    pub(crate) unanchored: usize,
    /// What does not fit.
    pub(crate) problems: Vec<String>,
}

/// Looks at the live files of a case. They are not sealed: people go on working with them.
pub(crate) fn examine(folder: &Path) -> Live {
    let there = LIVE_FILES.iter().any(|name| fs::symlink_metadata(folder.join(name)).is_ok());
    let mut live = Live { there, ..Live::default() };
    let mut told = |name: &str, what: String| live.problems.push(format!("{name}: {what}"));
    let history = match read(&folder.join(HISTORY_FILE), HISTORY_BYTES_LIMIT) {
        Ok(bytes) => History::read(&bytes.unwrap_or_default()),
        Err(e) => Err(said(&e)),
    };
    let text = read(&folder.join(DOCUMENT_FILE), DOCUMENT_BYTES_LIMIT);
    let text = text.map_err(|e| said(&e)).and_then(|bytes| {
        String::from_utf8(bytes.unwrap_or_default()).map_err(|_| "it is not UTF-8".to_owned())
    });
    let document = text.and_then(|text| Document::parse(&text).map_err(|fault| fault.what));
    if let Err(what) = &history {
        told(HISTORY_FILE, what.clone());
    }
    if let Err(what) = &document {
        told(DOCUMENT_FILE, what.clone());
    }
    if let (Ok(history), Ok(document)) = (history, document) {
        live.recorded = history.lines.len();
        live.unanchored = live.recorded;
        live.unrecorded = history.state.changes(&document.state()).len();
    }
    // A log that does not read is told by whoever checks the seal.
    if let Ok(leaves) = anchors(folder) {
        live.unanchored = live.recorded.saturating_sub(spoken_for(&leaves));
        live.problems.extend(anchored(folder, &leaves));
    }
    live
}

fn said(error: &Error) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Copies the live files of a case into the one that is to take its place, puts the history into the
/// log of that one, and keeps others from writing for as long as what is returned lives.
pub(crate) fn carry(from: &Path, to: &Path, key: Option<&Path>) -> Result<Option<Appended>, Error> {
    if !LIVE_FILES.iter().any(|name| from.join(name).exists()) {
        return Ok(None);
    }
    let lock = Appended::open(&from.join(HISTORY_FILE))?;
    for name in [DOCUMENT_FILE, HISTORY_FILE] {
        let (there, here) = (from.join(name), to.join(name));
        let write = |source| Error::Write { path: here.clone(), source };
        match fs::copy(&there, &here) {
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(write(source)),
        }
    }
    // What did not fit the older case's log would be gone with it.
    let misfits = anchored(from, &anchors(from).unwrap_or_default());
    let bytes = read(&to.join(HISTORY_FILE), HISTORY_BYTES_LIMIT)?.unwrap_or_default();
    if let Ok(history) = History::read(&bytes) {
        anchor::append(to, key, &history, misfits)?;
    }
    Ok(Some(lock))
}

//! A case with what was judged of it: weighed as of a time, checked, and recorded in its history.
//! Files are read in `files` and written in [`super::change`].

use std::path::{Path, PathBuf};

use bakas_assess::Ground;
use bakas_model::{
    Assessment, Case, Judgements, Timestamp,
    assessment::{HistoryEntry, Numbers},
};
use bakas_store::case_folder::CASE_FILE;

use super::{
    ASSESS_SCHEMA, DOCUMENT_BYTES_LIMIT, DOCUMENT_FILE, HISTORY_FILE, Judge, Weighed, check,
    document::{self, Document, Fault},
    entry::{self, Entry},
    files::{CASE_BYTES_LIMIT, no_case, read, sha256, wrong},
    history::History,
    write,
};
use crate::{Error, origins};

/// A case and what was judged of it, as they lie in its folder.
#[derive(Debug)]
pub struct Opened {
    /// The case as it was sealed.
    pub case: Case,
    pub(super) folder: PathBuf,
    case_sha256: String,
    ground: Ground,
    pub(super) document: Document,
    pub(super) history: History,
}

impl Opened {
    pub(super) fn new(folder: &Path, history: &[u8], now: Timestamp) -> Result<Self, Error> {
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
        let ground = origins::ground(folder, &case)?;
        let opened = Self {
            case_sha256: sha256(&bytes),
            folder: folder.to_owned(),
            case,
            ground,
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
            ground: &self.ground,
            agencies: &self.case.agencies,
            sources: &self.case.sources,
            judgements,
            as_of,
        })
    }

    pub(super) fn unrecorded(&self) -> Vec<entry::Change> {
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

    /// Whether somebody added an item of that id.
    pub(super) fn has_item(&self, id: &str) -> bool {
        self.document
            .entries
            .iter()
            .any(|(entry, _)| matches!(entry, Entry::Evidence(one) if one.item.id == id))
    }

    /// The numbers that the next change starts from.
    pub(super) fn before(&self) -> Vec<Numbers> {
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

    /// The text of `assessment.toml` with further entries, once they are found right.
    pub(super) fn with(&mut self, entries: &[Entry], now: Timestamp) -> Result<String, Error> {
        let path = self.folder.join(DOCUMENT_FILE);
        let mut text = self.document.text.clone();
        if text.trim().is_empty() {
            text = write::head();
        } else if !text.ends_with('\n') {
            text.push('\n');
        }
        for entry in entries {
            document::sound(entry).map_err(|(key, what)| Error::Usage(format!("{key}: {what}")))?;
            text.push_str(&write::lines(entry));
        }
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
    pub(super) fn record(
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

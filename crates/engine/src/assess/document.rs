//! `assessment.toml`: what it may hold, and errors that name file, line and key and say what to do.
//! See `docs/formats/assessment.md`. Whether the case has what an entry speaks of is checked in
//! `check`.

mod entries;
mod sound;

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use self::entries::{
    CellEntry, EvidenceEntry, HypothesisEntry, PriorEntry, RatingEntry, StatementEntry,
    WithdrawEntry,
};
use super::entry::{Entry, State};

pub(super) use self::sound::sound;

/// Version of the file.
pub(super) const DOCUMENT_SCHEMA: &str = "bakas-assessment/1";
/// Largest `assessment.toml`, in bytes (4 MiB).
pub const DOCUMENT_BYTES_LIMIT: u64 = 4 << 20;
/// Most entries of one file.
pub const ENTRIES_LIMIT: usize = 2_000;
/// Longest sentence of an entry, in characters.
pub const TEXT_CHARS_LIMIT: usize = 4_000;
/// Longest statement, in characters.
pub const WORDS_CHARS_LIMIT: usize = 40_000;
/// Longest id, in characters.
pub const ID_CHARS_LIMIT: usize = 60;

/// An `assessment.toml` that was read.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) text: String,
    pub(super) entries: Vec<(Entry, Range<usize>)>,
}

/// What is wrong in it, where, and what to do.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: Option<usize>,
    pub(super) what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Option<Spanned<String>>,
    #[serde(default)]
    hypothesis: Vec<Spanned<HypothesisEntry>>,
    #[serde(default)]
    prior: Vec<Spanned<PriorEntry>>,
    #[serde(default)]
    evidence: Vec<Spanned<EvidenceEntry>>,
    #[serde(default)]
    statement: Vec<Spanned<StatementEntry>>,
    #[serde(default)]
    cell: Vec<Spanned<CellEntry>>,
    #[serde(default)]
    withdraw: Vec<Spanned<WithdrawEntry>>,
    #[serde(default)]
    rating: Vec<Spanned<RatingEntry>>,
}

impl Document {
    /// Reads the text.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let file: File = toml::from_str(text)
            .map_err(|e| Fault { line: None, what: e.to_string().trim_end().to_owned() })?;
        let mut document = Self { text: text.to_owned(), entries: Vec::new() };
        if let Some(schema) = file.schema.filter(|schema| schema.get_ref() != DOCUMENT_SCHEMA) {
            let what = format!(
                "schema = \"{}\": this version of Bakas reads \"{DOCUMENT_SCHEMA}\"",
                schema.get_ref()
            );
            return Err(document.fault(&schema.span(), "schema", &what));
        }
        document.take(file.hypothesis, HypothesisEntry::entry)?;
        document.take(file.prior, PriorEntry::entry)?;
        document.take(file.evidence, EvidenceEntry::entry)?;
        document.take(file.statement, StatementEntry::entry)?;
        document.take(file.cell, CellEntry::entry)?;
        document.take(file.withdraw, WithdrawEntry::entry)?;
        document.take(file.rating, RatingEntry::entry)?;
        if document.entries.len() > ENTRIES_LIMIT {
            let what = format!(
                "over {ENTRIES_LIMIT} entries: withdraw what is no longer weighed, or split the case"
            );
            return Err(Fault { line: None, what });
        }
        document.check()?;
        Ok(document)
    }

    fn take<T>(
        &mut self,
        found: Vec<Spanned<T>>,
        entry: impl Fn(T) -> Result<Entry, (&'static str, String)>,
    ) -> Result<(), Fault> {
        for one in found {
            let span = one.span();
            let made =
                entry(one.into_inner()).map_err(|(key, what)| self.fault(&span, key, &what))?;
            self.entries.push((made, span));
        }
        Ok(())
    }

    /// The state that it stands for; of two entries for the same place the later one counts.
    pub(super) fn state(&self) -> State {
        State(self.entries.iter().map(|(entry, _)| (entry.key(), entry.clone())).collect())
    }

    /// A fault at a key of the entry that stands there.
    pub(super) fn fault(&self, span: &Range<usize>, key: &str, what: &str) -> Fault {
        let end = self.text.len();
        let (from, to) = (span.start.min(end), span.end.min(end));
        let rest = self.text.get(from..).unwrap_or_default();
        // The span of a table may end with its head, and the entry with the next one.
        let own =
            rest.get(1..).and_then(|after| after.find("\n[[")).map_or(rest.len(), |at| at + 1);
        let own = rest.get(..own.max(to - from).min(rest.len())).unwrap_or(rest);
        let mut begin = 0;
        for line in own.split_inclusive('\n') {
            let name = line.trim_start().split(['=', ' ', '\t']).next();
            if name == Some(key) {
                break;
            }
            begin += line.len();
        }
        let offset = if begin < own.len() { from + begin } else { from };
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Fault { line: Some(line), what: format!("{key}: {what}") }
    }

    /// Ids that stand twice and everything that an entry shows by itself to be wrong.
    fn check(&self) -> Result<(), Fault> {
        let mut seen = std::collections::BTreeMap::new();
        for (entry, span) in &self.entries {
            if let Err((key, what)) = sound(entry) {
                return Err(self.fault(span, key, &what));
            }
            let id = match entry {
                Entry::Evidence(one) => one.item.id.clone(),
                Entry::Statement(one) => one.id.clone(),
                Entry::Hypothesis(_) => entry.key(),
                _ => continue,
            };
            if seen.insert(id.clone(), ()).is_some() {
                let what =
                    format!("'{id}' stands twice: give one of the two another id, or delete it");
                return Err(self.fault(span, "id", &what));
            }
        }
        Ok(())
    }
}

/// The key that is wrong, and what to do.
type Wrong = (&'static str, String);

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;

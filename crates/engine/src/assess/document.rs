//! `assessment.toml`: what it may hold, and errors that name file, line and key and say what to do.
//! See `docs/formats/assessment.md`. Whether the case has what an entry speaks of is checked in
//! `check`.

use std::ops::Range;

use bakas_model::{
    AssessmentLevel, EvidenceItem, IncidentId, Statement, Text, Timestamp,
    assessment::{
        AddedHypothesis, AddedItem, Basis, CREDIBILITIES, CellSet, Cost, EvidenceKind, PriorSet,
        RELIABILITIES, StatementAbout, StatementKind, Withdrawal,
    },
};
use serde::Deserialize;
use toml::Spanned;

use super::entry::{Entry, State};
use crate::config::When;

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
}

/// One text, or the same in both languages.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Both(Both),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    en: String,
    #[serde(default)]
    fil: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HypothesisEntry {
    subject: Option<String>,
    level: AssessmentLevel,
    id: String,
    text: Words,
    prior: f64,
    reason: String,
    by: String,
    at: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriorEntry {
    subject: Option<String>,
    level: AssessmentLevel,
    hypothesis: String,
    prior: f64,
    reason: String,
    by: String,
    at: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvidenceEntry {
    subject: Option<String>,
    id: String,
    kind: EvidenceKind,
    text: Words,
    source: String,
    reliability: char,
    credibility: char,
    group: Option<String>,
    cost: Cost,
    #[serde(default)]
    interested: bool,
    observed: Option<When>,
    valid_from: Option<When>,
    valid_until: Option<When>,
    #[serde(default)]
    incidents: Vec<String>,
    #[serde(default)]
    techniques: Vec<String>,
    #[serde(default)]
    basis: Vec<Basis>,
    by: String,
    at: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementEntry {
    id: String,
    party: String,
    #[serde(default)]
    speaker: String,
    #[serde(default)]
    channel: String,
    date: Option<When>,
    words: String,
    #[serde(default)]
    language: String,
    translation: Option<Words>,
    kind: StatementKind,
    #[serde(default)]
    about: Vec<StatementAbout>,
    interested: Option<bool>,
    reliability: Option<char>,
    credibility: Option<char>,
    supersedes: Option<String>,
    #[serde(default)]
    borne_out_by: Vec<String>,
    #[serde(default)]
    contradicted_by: Vec<String>,
    #[serde(default)]
    basis: Vec<Basis>,
    by: String,
    at: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CellEntry {
    subject: Option<String>,
    level: AssessmentLevel,
    item: String,
    hypothesis: String,
    low: f64,
    best: f64,
    high: f64,
    reason: String,
    by: String,
    at: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithdrawEntry {
    id: String,
    reason: String,
    by: String,
    at: Option<When>,
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

type Wrong = (&'static str, String);

/// What an entry shows by itself to be wrong: the key, and what to do.
pub(super) fn sound(entry: &Entry) -> Result<(), Wrong> {
    if entry.by().trim().is_empty() {
        return Err(("by", "nobody is named: write who judges".into()));
    }
    short("by", entry.by(), ID_CHARS_LIMIT)?;
    match entry {
        Entry::Hypothesis(one) => {
            id("id", &one.id)?;
            sentence("text", &one.text.en)?;
            short("text", &one.text.fil, TEXT_CHARS_LIMIT)?;
            prior(one.prior)?;
            sentence("reason", &one.reason)
        }
        Entry::Prior(one) => {
            prior(one.prior)?;
            sentence("reason", &one.reason)
        }
        Entry::Evidence(one) => {
            let item = &one.item;
            id("id", &item.id)?;
            sentence("text", &item.text.en)?;
            short("text", &item.text.fil, TEXT_CHARS_LIMIT)?;
            sentence("source", &item.source)?;
            grade("reliability", item.reliability, &RELIABILITIES)?;
            grade("credibility", item.credibility, &CREDIBILITIES)
        }
        Entry::Statement(one) => {
            id("id", &one.id)?;
            sentence("party", &one.party)?;
            if one.words.trim().is_empty() {
                return Err(("words", "it is empty: write the party's own words".into()));
            }
            short("words", &one.words, WORDS_CHARS_LIMIT)?;
            short("translation", &one.translation.en, WORDS_CHARS_LIMIT)?;
            grade("reliability", one.reliability, &RELIABILITIES)?;
            grade("credibility", one.credibility, &CREDIBILITIES)
        }
        Entry::Cell(one) => {
            for (key, value) in [("low", one.low), ("best", one.best), ("high", one.high)] {
                share(key, value)?;
            }
            if one.low > one.best || one.best > one.high {
                return Err(("best", "the three must rise: low ≤ best ≤ high".into()));
            }
            sentence("reason", &one.reason)
        }
        Entry::Withdraw(one) => sentence("reason", &one.reason),
    }
}

fn id(key: &'static str, id: &str) -> Result<(), Wrong> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.chars().count() > ID_CHARS_LIMIT || !id.chars().all(plain) {
        return Err((
            key,
            format!("an id is 1 to {ID_CHARS_LIMIT} letters, digits, '-', '_' or '.'"),
        ));
    }
    Ok(())
}

fn short(key: &'static str, text: &str, limit: usize) -> Result<(), Wrong> {
    if text.chars().count() > limit {
        return Err((
            key,
            format!("over {limit} characters: shorten it, and name the document in basis"),
        ));
    }
    Ok(())
}

fn sentence(key: &'static str, text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err((key, "it is empty: say it in a sentence".into()));
    }
    short(key, text, TEXT_CHARS_LIMIT)
}

/// The others need room beside it.
fn prior(share: f64) -> Result<(), Wrong> {
    if !(0.01..=0.95).contains(&share) {
        let what = format!("{share} is not between 0.01 and 0.95: leave the others room beside it");
        return Err(("prior", what));
    }
    Ok(())
}

/// Nothing is ever ruled out or certain.
fn share(key: &'static str, share: f64) -> Result<(), Wrong> {
    if !(0.001..=0.999).contains(&share) {
        return Err((
            key,
            format!("{share} is no share between 0.001 and 0.999: nothing is ruled out or certain"),
        ));
    }
    Ok(())
}

fn grade(key: &'static str, grade: char, known: &[char]) -> Result<(), Wrong> {
    if !known.contains(&grade) {
        let known: String = known.iter().map(|one| format!(" {one}")).collect();
        return Err((
            key,
            format!("'{}' is none of{known} (Admiralty code)", grade.escape_default()),
        ));
    }
    Ok(())
}

/// Six digits are enough, and read back from JSON as they were written.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

fn when(key: &'static str, when: Option<When>) -> Result<Option<Timestamp>, Wrong> {
    when.map(|when| when.time().map_err(|what| (key, what))).transpose()
}

impl Words {
    fn text(self) -> Text {
        match self {
            Self::One(text) => Text::new(text, ""),
            Self::Both(both) => Text::new(both.en, both.fil),
        }
    }
}

impl HypothesisEntry {
    fn entry(self) -> Result<Entry, Wrong> {
        Ok(Entry::Hypothesis(AddedHypothesis {
            subject: self.subject,
            level: self.level,
            id: self.id,
            text: self.text.text(),
            prior: rounded(self.prior),
            reason: self.reason,
            by: self.by,
            at: when("at", self.at)?,
        }))
    }
}

impl PriorEntry {
    fn entry(self) -> Result<Entry, Wrong> {
        Ok(Entry::Prior(PriorSet {
            subject: self.subject,
            level: self.level,
            hypothesis: self.hypothesis,
            prior: rounded(self.prior),
            reason: self.reason,
            by: self.by,
            at: when("at", self.at)?,
        }))
    }
}

impl EvidenceEntry {
    fn entry(self) -> Result<Entry, Wrong> {
        let item = EvidenceItem {
            number: 0,
            id: self.id,
            kind: self.kind,
            text: self.text.text(),
            source: self.source,
            reliability: self.reliability,
            credibility: self.credibility,
            group: self.group,
            cost: self.cost,
            interested: self.interested,
            observed: when("observed", self.observed)?,
            valid_from: when("valid_from", self.valid_from)?,
            valid_until: when("valid_until", self.valid_until)?,
            incidents: self.incidents.into_iter().map(IncidentId).collect(),
            basis: self.basis,
            techniques: self.techniques,
        };
        let at = when("at", self.at)?;
        Ok(Entry::Evidence(Box::new(AddedItem { subject: self.subject, item, by: self.by, at })))
    }
}

impl StatementEntry {
    fn entry(self) -> Result<Entry, Wrong> {
        Ok(Entry::Statement(Box::new(Statement {
            id: self.id,
            party: self.party,
            speaker: self.speaker,
            channel: self.channel,
            date: when("date", self.date)?,
            words: self.words,
            language: self.language,
            translation: self.translation.map(Words::text).unwrap_or_default(),
            kind: self.kind,
            about: self.about,
            interested: self.interested.unwrap_or(true),
            reliability: self.reliability.unwrap_or('F'),
            credibility: self.credibility.unwrap_or('6'),
            supersedes: self.supersedes,
            borne_out_by: self.borne_out_by,
            contradicted_by: self.contradicted_by,
            basis: self.basis,
            by: self.by,
            at: when("at", self.at)?,
        })))
    }
}

impl CellEntry {
    fn entry(self) -> Result<Entry, Wrong> {
        Ok(Entry::Cell(CellSet {
            subject: self.subject,
            level: self.level,
            item: self.item,
            hypothesis: self.hypothesis,
            low: rounded(self.low),
            best: rounded(self.best),
            high: rounded(self.high),
            reason: self.reason,
            by: self.by,
            at: when("at", self.at)?,
        }))
    }
}

impl WithdrawEntry {
    fn entry(self) -> Result<Entry, Wrong> {
        let at = when("at", self.at)?;
        Ok(Entry::Withdraw(Withdrawal { id: self.id, reason: self.reason, by: self.by, at }))
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;

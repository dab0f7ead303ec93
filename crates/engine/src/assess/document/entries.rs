//! The tables of `assessment.toml` as they are written, and how each becomes an entry. What an entry
//! shows to be wrong is told in `sound`.

use bakas_model::{
    AssessmentLevel, EvidenceItem, IncidentId, Statement, Text, Timestamp,
    assessment::{
        AddedHypothesis, AddedItem, Basis, CellSet, Cost, EvidenceKind, PriorSet, Rated, RatingSet,
        StatementAbout, StatementKind, Withdrawal,
    },
};
use serde::Deserialize;

use super::Wrong;
use crate::{assess::entry::Entry, config::When};

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
pub(super) struct HypothesisEntry {
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
pub(super) struct PriorEntry {
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
pub(super) struct EvidenceEntry {
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
pub(super) struct StatementEntry {
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
pub(super) struct CellEntry {
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
pub(super) struct WithdrawEntry {
    id: String,
    reason: String,
    by: String,
    at: Option<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RatingEntry {
    item: Option<String>,
    party: Option<String>,
    reliability: char,
    credibility: Option<char>,
    interested: Option<bool>,
    reason: String,
    by: String,
    at: Option<When>,
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
    pub(super) fn entry(self) -> Result<Entry, Wrong> {
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
    pub(super) fn entry(self) -> Result<Entry, Wrong> {
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
    pub(super) fn entry(self) -> Result<Entry, Wrong> {
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
    pub(super) fn entry(self) -> Result<Entry, Wrong> {
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
    pub(super) fn entry(self) -> Result<Entry, Wrong> {
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
    pub(super) fn entry(self) -> Result<Entry, Wrong> {
        let at = when("at", self.at)?;
        Ok(Entry::Withdraw(Withdrawal { id: self.id, reason: self.reason, by: self.by, at }))
    }
}

impl RatingEntry {
    pub(super) fn entry(self) -> Result<Entry, Wrong> {
        let of = match (self.item, self.party) {
            (Some(item), None) => Rated::Item(item),
            (None, Some(party)) => Rated::Party(party),
            _ => return Err(("rating", "name one of the two: item or party".into())),
        };
        Ok(Entry::Rating(RatingSet {
            of,
            reliability: self.reliability,
            credibility: self.credibility,
            interested: self.interested,
            reason: self.reason,
            by: self.by,
            at: when("at", self.at)?,
        }))
    }
}

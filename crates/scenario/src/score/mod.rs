//! How near a case comes to the truth: incidents, their lines, and what was grouped together.
//! Reads a finished case folder and the truth; knows nothing of how either was made.

mod matching;
mod read;
mod reasons;
mod render;

use std::{
    io,
    path::{Path, PathBuf},
};

use bakas_model::{Case, IncidentKind};
use serde::Serialize;

use crate::truth::{Truth, TruthError};
use matching::Matched;
pub use read::EvidenceLine;

/// Right ones of those there are and of those raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// How many there really are.
    pub truth: u64,
    /// How many the case has.
    pub raised: u64,
    /// How many of these are right.
    pub right: u64,
    /// Of those raised, the right ones; 1 where none were raised.
    pub precision: f64,
    /// Of those there are, the ones found; 1 where there are none.
    pub recall: f64,
}

/// The tally of one kind of incident.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct KindTally {
    /// The kind.
    pub kind: IncidentKind,
    /// Its tally.
    pub tally: Tally,
}

/// How well incidents were grouped into campaigns, counted in pairs of incidents that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Grouping {
    /// Pairs: of one actor, put together, and both.
    pub pairs: Tally,
    /// Whether every pair is right.
    pub exact: bool,
}

/// Why an incident was missed or wrongly raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// None of its lines is in the evidence.
    NoDetection,
    /// Its lines were found, as something else.
    WrongKind,
    /// Its lines were found, in another agency.
    WrongAgency,
    /// One incident was raised as several.
    Split,
    /// Several incidents were raised as one.
    Merged,
    /// An innocent party was taken for an attacker.
    DecoyAccused(String),
    /// There is no attack in its lines.
    NoAttack,
}

/// An incident of the truth that has no match in the case, or of the case that has none in the
/// truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmatched {
    /// Its id.
    pub incident: String,
    /// Where.
    pub agency: String,
    /// What.
    pub kind: IncidentKind,
    /// Its lines.
    pub lines: u64,
    /// Why.
    pub reason: Reason,
    /// The nearest incident of the other side, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

/// A decoy that an incident of the case names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Accusation {
    /// The decoy.
    pub decoy: String,
    /// The incident of the case.
    pub incident: String,
    /// The address or account.
    pub what: String,
}

/// The score of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The seed of the truth.
    pub seed: u64,
    /// Incidents of every kind.
    pub incidents: Tally,
    /// Incidents by kind; kinds that neither side has are left out.
    pub kinds: Vec<KindTally>,
    /// Lines, whatever incident they were put into; copies count once.
    pub lines: Tally,
    /// Of all attacking lines, the share that stands in the incident matched to theirs.
    pub lines_in_place: f64,
    /// Campaigns.
    pub grouping: Grouping,
    /// Which incident of the truth was found as which of the case.
    pub matches: Vec<(String, String)>,
    /// What was missed.
    pub missed: Vec<Unmatched>,
    /// What was wrongly raised.
    pub wrong: Vec<Unmatched>,
    /// Decoys accused.
    pub accused: Vec<Accusation>,
}

/// Why there is no score.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// The truth could not be read.
    #[error("truth file '{}'", .path.display())]
    Truth {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TruthError,
    },
    /// A file of the case could not be read.
    #[error("cannot read '{}'", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the case is not what it should be.
    #[error("'{}' line {line} is not as the format says", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// Why.
        source: serde_json::Error,
    },
}

/// The least that is good enough.
pub const INCIDENT_GOAL: f64 = 0.95;
/// The least share of lines that is good enough.
pub const LINE_GOAL: f64 = 0.9;

/// Scores a case folder against a truth file.
///
/// # Errors
/// Where a file cannot be read or is not what it should be.
pub fn score(case_dir: &Path, truth_path: &Path) -> Result<Score, ScoreError> {
    let truth = Truth::read(truth_path)
        .map_err(|source| ScoreError::Truth { path: truth_path.to_owned(), source })?;
    let case = read::case(&case_dir.join("case.json"))?;
    let evidence = read::evidence(&case_dir.join("evidence.ndjson"))?;
    Ok(judge(&truth, &case, &evidence))
}

/// Scores a case and its evidence against a truth.
#[must_use]
pub fn judge(truth: &Truth, case: &Case, evidence: &[EvidenceLine]) -> Score {
    let matched = Matched::new(truth, case, evidence);
    let accused = reasons::accused(truth, &matched);
    Score {
        seed: truth.header.seed,
        incidents: matched.tally(None),
        kinds: IncidentKind::ALL
            .iter()
            .map(|&kind| KindTally { kind, tally: matched.tally(Some(kind)) })
            .filter(|k| k.tally.truth + k.tally.raised > 0)
            .collect(),
        lines: matched.lines(),
        lines_in_place: matched.lines_in_place(),
        grouping: matched.grouping(case),
        matches: matched
            .pairs()
            .map(|(t, c)| (truth.incidents[t].incident.clone(), matched.raised[c].id.clone()))
            .collect(),
        missed: reasons::missed(&matched),
        wrong: reasons::wrong(&matched, &accused),
        accused,
    }
}

impl Tally {
    pub(crate) fn new(truth: u64, raised: u64, right: u64) -> Self {
        let share = |whole| if whole == 0 { 1.0 } else { right as f64 / whole as f64 };
        Self { truth, raised, right, precision: share(raised), recall: share(truth) }
    }
}

impl Score {
    /// Whether it is good enough: incidents, lines, campaigns, and nobody innocent accused.
    #[must_use]
    pub fn meets_goal(&self) -> bool {
        let both = |tally: &Tally, goal| tally.precision >= goal && tally.recall >= goal;
        both(&self.incidents, INCIDENT_GOAL)
            && both(&self.lines, LINE_GOAL)
            && self.grouping.exact
            && self.accused.is_empty()
    }
}

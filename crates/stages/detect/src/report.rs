//! What became of each rule that was read: nothing is left out in silence.

use bakas_model::{RuleCounts, RuleIx};
use bakas_sigma::{Problem, pipeline::Mapping};

/// A rule, a pipeline, or part of a file, that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}, {problem}")]
pub struct LoadProblem {
    /// The file.
    pub path: String,
    /// The place in it, and what is wrong.
    pub problem: Problem,
}

/// What was loaded, and what was not.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// How many.
    pub counts: RuleCounts,
    /// Each rule, correlation and filter that was read, in the order of the files.
    pub rules: Vec<RuleReport>,
    /// Everything that could not be used, pipelines among it.
    pub problems: Vec<LoadProblem>,
}

/// What became of one rule.
#[derive(Clone, Debug)]
pub struct RuleReport {
    /// Its file.
    pub path: String,
    /// Its id, else its name; empty where it has neither.
    pub id: String,
    /// Its title; empty where a file could not be read that far.
    pub title: String,
    /// What became of it.
    pub status: RuleStatus,
    /// Which field became what, by which pipeline.
    pub mapped: Vec<Mapping>,
    /// Forms of it that a pipeline declined while others are asked.
    pub declined: Vec<(String, Problem)>,
    /// The titles of the filters laid over it.
    pub filters: Vec<String>,
    /// Whether it is evaluated for every event of its logs, because no text must stand in all
    /// that match.
    pub unprefiltered: bool,
}

/// What became of a rule.
#[derive(Clone, Debug)]
pub enum RuleStatus {
    /// It is asked.
    Loaded(RuleIx),
    /// No log here is of its log source: in words, which that is.
    NotApplicable(String),
    /// It cannot be used: where, and why.
    Unsupported(Problem),
    /// It is a filter, laid over so many rules.
    Filter(usize),
}

impl RuleReport {
    pub(crate) fn new(path: &str, id: &str, title: &str, status: RuleStatus) -> Self {
        Self {
            path: path.to_owned(),
            id: id.to_owned(),
            title: title.to_owned(),
            status,
            mapped: Vec::new(),
            declined: Vec::new(),
            filters: Vec::new(),
            unprefiltered: false,
        }
    }

    /// Its index, where it is asked.
    #[must_use]
    pub const fn rule(&self) -> Option<RuleIx> {
        match self.status {
            RuleStatus::Loaded(ix) => Some(ix),
            _ => None,
        }
    }

    /// What became of it, in a word or two.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self.status {
            RuleStatus::Loaded(_) if self.mapped.is_empty() => "loaded",
            RuleStatus::Loaded(_) => "mapped",
            RuleStatus::NotApplicable(_) => "not applicable",
            RuleStatus::Unsupported(_) => "unsupported",
            RuleStatus::Filter(_) => "filter",
        }
    }
}

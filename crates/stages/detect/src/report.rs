//! What became of each rule that was read: nothing is left out in silence.

use std::{
    ops::{Deref, Range},
    slice,
    sync::{Arc, OnceLock},
};

use bakas_model::{RuleCounts, RuleIx};
use bakas_sigma::{Problem, pipeline::Mapping};
use serde::{Deserialize, Serialize};

/// A rule, a pipeline, or part of a file, that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
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
    pub rules: Reports,
    /// Everything that could not be used, pipelines among it.
    pub problems: Vec<LoadProblem>,
}

/// What became of rules, one after another. Of rules that were kept as bytes it is read when
/// somebody first asks.
#[derive(Clone, Debug, Default)]
pub struct Reports {
    list: Arc<OnceLock<Vec<RuleReport>>>,
    bytes: Arc<Vec<u8>>,
    at: Range<usize>,
}

impl Reports {
    /// Of reports that lie in bytes. `None` where there are fewer bytes.
    pub(crate) fn kept(bytes: Arc<Vec<u8>>, at: Range<usize>) -> Option<Self> {
        let list = Arc::default();
        (at.end <= bytes.len()).then_some(Self { list, bytes, at })
    }
}

impl From<Vec<RuleReport>> for Reports {
    fn from(list: Vec<RuleReport>) -> Self {
        Self { list: Arc::new(OnceLock::from(list)), ..Self::default() }
    }
}

impl Deref for Reports {
    type Target = [RuleReport];

    fn deref(&self) -> &[RuleReport] {
        self.list.get_or_init(|| match self.bytes.get(self.at.clone()) {
            None | Some([]) => Vec::new(),
            Some(bytes) => postcard::from_bytes(bytes)
                .expect("their hash told that they are what this program wrote"),
        })
    }
}

impl<'r> IntoIterator for &'r Reports {
    type Item = &'r RuleReport;
    type IntoIter = slice::Iter<'r, RuleReport>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What became of one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    #[serde(with = "mappings")]
    pub mapped: Vec<Mapping>,
    /// Forms of it that a pipeline declined while others are asked.
    pub declined: Vec<(String, Problem)>,
    /// The titles of the filters laid over it.
    pub filters: Vec<String>,
    /// Whether it is evaluated for every event of its logs, because no text must stand in all
    /// that match.
    pub unprefiltered: bool,
}

/// Mappings as bytes: their names, one after another.
mod mappings {
    use bakas_sigma::pipeline::Mapping;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(all: &[Mapping], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(|m| (&m.from, &m.to, &m.pipeline)))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<Mapping>, D::Error> {
        let all = Vec::<(String, String, String)>::deserialize(from)?;
        let whole = |(from, to, pipeline)| Mapping { from, to, pipeline };
        Ok(all.into_iter().map(whole).collect())
    }
}

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

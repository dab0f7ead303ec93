//! What is wrong with a rule, where, and why: never only "invalid rule".

use serde::{Deserialize, Serialize};

use std::fmt;

/// A place in a rule file, both numbers from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// Why a document cannot be used: a short list, so that many failures can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Reason {
    /// The file is not YAML.
    Yaml,
    /// Something is larger or deeper than its bound.
    Bound,
    /// A part that the specification asks for is missing.
    Missing,
    /// A part has another shape than the specification asks for.
    Malformed,
    /// A modifier that is unknown, or does not go with its value or the other modifiers.
    Modifier,
    /// `expand`: a placeholder without values.
    Placeholder,
    /// The old `| count() by …` conditions, which correlations replaced.
    Aggregation,
    /// A condition that cannot be read or names what is not there.
    Condition,
    /// A regular expression that is wrong, too large, or beyond linear time.
    Regex,
    /// A filter that names a rule which is for other logs.
    Filter,
    /// A pipeline refuses the rule, or asks for what is not supported.
    Pipeline,
    /// A correlation names a rule that was not loaded.
    Reference,
    /// A correlation whose groups cannot be drawn from the correlation it builds on.
    Chain,
    /// The id or name was taken by an earlier rule.
    Duplicate,
}

/// One failure: the place, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{at}: {place}: {detail}")]
pub struct Problem {
    /// The class of the failure.
    pub reason: Reason,
    /// Where in the file.
    pub at: Position,
    /// Where in the document, for instance `detection.selection.cs-uri-query|re`.
    pub place: String,
    /// What exactly is wrong.
    pub detail: String,
}

impl Problem {
    /// A failure.
    #[must_use]
    pub fn new(
        reason: Reason,
        at: Position,
        place: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self { reason, at, place: place.into(), detail: detail.into() }
    }

    pub(crate) fn malformed(at: Position, place: &str, detail: impl Into<String>) -> Self {
        Self::new(Reason::Malformed, at, place, detail)
    }
}

impl Reason {
    /// A short name to count by.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Yaml => "not YAML",
            Self::Bound => "over a bound",
            Self::Missing => "part missing",
            Self::Malformed => "malformed part",
            Self::Modifier => "modifier",
            Self::Placeholder => "placeholder without values",
            Self::Aggregation => "aggregation in condition",
            Self::Condition => "condition",
            Self::Regex => "regular expression",
            Self::Filter => "filter for other logs",
            Self::Pipeline => "pipeline",
            Self::Reference => "referenced rule missing",
            Self::Chain => "correlation of correlations",
            Self::Duplicate => "duplicate id",
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

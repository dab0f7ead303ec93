//! What can go wrong in a use case: a small kind for exit codes and statuses, the words, the
//! source, and a hint as a separate value. A bad record is no error: it is a reject.

use std::{io, path::PathBuf};

use bakas_store::StoreError;

/// An error of a use case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path could not be read.
    #[error("cannot read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A path could not be written.
    #[error("cannot write {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing to read.
    #[error("no files below {0}")]
    Empty(String),
    /// The configuration is wrong.
    #[error("{path}: {what}")]
    Config {
        /// The file.
        path: PathBuf,
        /// Place and fault.
        what: String,
    },
    /// A file with sources of data sets is wrong.
    #[error("{path}: {what}")]
    Sources {
        /// The file.
        path: PathBuf,
        /// Place and fault.
        what: String,
    },
    /// An `assessment.toml` is wrong.
    #[error("{path}: {what}")]
    Judgements {
        /// The file.
        path: PathBuf,
        /// Line, key, fault, and what to do.
        what: String,
    },
    /// Somebody else was at it.
    #[error("{0}")]
    Taken(String),
    /// A file defines no format.
    #[error("{0}")]
    Format(bakas_ingest::DefinitionProblem),
    /// A value given by the user is wrong.
    #[error("{0}")]
    Usage(String),
    /// A store could not do its work.
    #[error("the case could not be kept")]
    Store(#[from] StoreError),
    /// The embedded address table is unusable.
    #[error("the embedded address table is unusable")]
    Table(#[from] bakas_trace::TableError),
    /// A file could not be imported.
    #[error("{0}")]
    Import(bakas_trace::import::ImportError),
    /// The world outside gave nothing.
    #[error("{0}")]
    Outside(bakas_model::outside::OutsideError),
    /// It would overwrite or lose something that nobody asked to lose.
    #[error("{0}")]
    Refused(String),
    /// The scenario could not be made.
    #[error("the scenario could not be made")]
    Scenario(#[from] bakas_scenario::ScenarioError),
    /// A case could not be scored.
    #[error("the case could not be scored")]
    Score(#[from] bakas_scenario::ScoreError),
    /// The report could not be made.
    #[error("the report could not be made")]
    Report(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A seal could not be made or is wrong in itself.
    #[error("{0}")]
    Seal(String),
    /// Stopped by the user.
    #[error("stopped before the end: no case was kept, the logs are untouched")]
    Interrupted,
    /// A worker ended unexpectedly.
    #[error("a worker thread ended unexpectedly: {0}")]
    Worker(String),
}

/// What sort of error it is, for exit codes and statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user asked for something that is not.
    Usage,
    /// Refused: nothing was changed.
    Refused,
    /// The work was stopped by the user.
    Interrupted,
    /// The machine or the program failed.
    Internal,
}

impl Error {
    /// Its sort.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Read { .. }
            | Self::Empty(_)
            | Self::Config { .. }
            | Self::Sources { .. }
            | Self::Judgements { .. }
            | Self::Format(_)
            | Self::Usage(_) => Kind::Usage,
            Self::Import(_) => Kind::Usage,
            Self::Refused(_) => Kind::Refused,
            Self::Store(StoreError::Taken { .. }) => Kind::Refused,
            Self::Seal(_) | Self::Taken(_) => Kind::Refused,
            Self::Interrupted => Kind::Interrupted,
            _ => Kind::Internal,
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Read { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => Some("check the path"),
                io::ErrorKind::PermissionDenied => Some("run as a user who may read it"),
                _ => None,
            },
            Self::Empty(_) => {
                Some("give a folder with one folder of logs per agency, or log files")
            }
            Self::Import(bakas_trace::import::ImportError::NoDate) => {
                Some("say it: --date YYYY-MM-DD, or --date today for data of today")
            }
            Self::Import(_) => Some("kinds and their formats are described in docs/manual/data.md"),
            Self::Format(_) => Some("format files are described in docs/formats.md"),
            Self::Judgements { .. } => {
                Some("assessment.toml is described in docs/formats/assessment.md")
            }
            Self::Sources { .. } => Some(
                "a file of sources (data.toml, --sources) is described in docs/manual/data.md; a \
                 bakas.toml with [[data.source]] is named with --config",
            ),
            Self::Config { .. } => Some("bakas.toml is described in docs/manual/configure.md"),
            Self::Store(error) if error.is_disk_full() => {
                Some("nothing was kept; an older case stayed as it was")
            }
            _ => None,
        }
    }
}

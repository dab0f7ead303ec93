//! What can go wrong while keeping things. A full disk is told apart from every other failure,
//! because a person can mend it. What stands in a record is never an error here.

use std::{io, path::PathBuf};

/// A store's failure, with the thing it happened to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no room left, or a quota or a size limit was reached.
    #[error("no room left to write {}: free some space and run again", path.display())]
    DiskFull {
        /// What was being written.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Any other failure of the file system.
    #[error("could not {action} {}", path.display())]
    Io {
        /// What was being done, as a verb.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The place a case should go to is taken.
    #[error("{} {why}", path.display())]
    Taken {
        /// The place.
        path: PathBuf,
        /// Why it was left alone, and what can be done.
        why: &'static str,
    },
    /// A name that would leave the case folder.
    #[error("not a name within a case folder: '{0}'")]
    BadName(String),
    /// Something could not be turned into bytes.
    #[error("could not encode {what}")]
    Encode {
        /// What.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What was written does not read back.
    #[error("{what} is damaged: {detail}")]
    Damaged {
        /// What.
        what: String,
        /// How that shows.
        detail: String,
    },
    /// The event lake's own failure.
    #[error("the event lake could not {action}")]
    Lake {
        /// What it was doing.
        action: &'static str,
        /// Why it could not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// A failure of the file system; tells a full disk from the rest.
    #[must_use]
    pub fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        if is_full(&source) {
            Self::DiskFull { path, source }
        } else {
            Self::Io { action, path, source }
        }
    }

    /// Whether there was no room left.
    #[must_use]
    pub const fn is_disk_full(&self) -> bool {
        matches!(self, Self::DiskFull { .. })
    }
}

/// Whether the system says that no more fits.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

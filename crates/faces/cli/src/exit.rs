//! Exit codes: the one place where an outcome becomes a number.

use bakas_engine::error::{Error, Kind};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Findings, where asked for.
    Findings = 1,
    /// Wrong usage or input that is not there.
    Usage = 2,
    /// Input partly unreadable, under `--strict`.
    Partly = 3,
    /// Refused, or a seal that does not hold.
    Refused = 4,
    /// The machine or the program failed.
    Internal = 5,
    /// Stopped by the user, as shells count it: 128 and the signal's number.
    Interrupted = 130,
}

impl Exit {
    /// Of an error.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        let Some(error) = error.downcast_ref::<Error>() else { return Self::Internal };
        match error.kind() {
            Kind::Usage => Self::Usage,
            Kind::Refused => Self::Refused,
            Kind::Interrupted => Self::Interrupted,
            Kind::Internal => Self::Internal,
        }
    }
}

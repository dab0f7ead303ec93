//! A piece of input that could not be read: data to be counted and shown, not an error.

use serde::{Deserialize, Serialize};

use crate::Place;

/// Why a piece of input became no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// The line fits none of the formats that were tried.
    Malformed,
    /// The record ended before it was complete.
    Truncated,
    /// A line, record or value over its bound.
    TooLong,
    /// A document nested deeper than the bound.
    TooDeep,
    /// More fields than the bound.
    TooManyFields,
    /// Bytes that are no text: NULs and other binary.
    Binary,
    /// A time that could not be read, or is no time.
    BadTime,
    /// An archive or compressed stream that is broken from this place on.
    BrokenArchive,
    /// An archive that unpacks to more than the bound, or nests too deep.
    ArchiveBound,
    /// A member whose name would escape the archive; its content was not read.
    UnsafePath,
    /// A file that could not be opened or read.
    Unreadable,
    /// A file whose content was already read under another name.
    Duplicate,
    /// A file whose format was not recognised.
    UnknownFormat,
}

/// One reject, with what a person needs to find and mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Where; length 0 where the whole rest of the source is meant.
    pub place: Place,
    /// The line number within its chunk or file, from 1, where lines are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Why.
    pub reason: RejectReason,
    /// What exactly was wrong, in a few words.
    pub detail: String,
    /// The first bytes, printable; control characters are escaped.
    pub sample: String,
}

impl RejectReason {
    /// What a person can do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Malformed => "check the format; fix it in bakas.toml with format = \"…\"",
            Self::Truncated => "ship the file again, complete",
            Self::TooLong => "look at the sample: such a line is seldom a log",
            Self::TooDeep | Self::TooManyFields => "look at the sample: it is seldom a log record",
            Self::Binary => "check that the file is a log and not damaged",
            Self::BadTime => {
                "check the clock and zone of the source; of a format of your own, its [time]"
            }
            Self::BrokenArchive => "ship the archive again; what came before the break was read",
            Self::ArchiveBound => "unpack it by hand and look what it is",
            Self::UnsafePath => "do not unpack this archive by hand; ask who made it",
            Self::Unreadable => "check permissions, then run again",
            Self::Duplicate => "nothing: the content was read once",
            Self::UnknownFormat => "name its format in bakas.toml with format = \"…\"",
        }
    }
}

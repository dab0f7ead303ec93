//! What every format has in common: what comes out of an encoder, what comes out of a decoder, how
//! much a decoder reads, and what it says when it cannot.

use bakas_model::exchange::{Package, Unknown, Words};

/// What an encoder made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// The message.
    pub bytes: Vec<u8>,
    /// What the format cannot carry, said before anything is sent.
    pub losses: Vec<Loss>,
}

/// Something that a format cannot carry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Loss {
    /// Where it stands in the package: `flows[F-001].clock`.
    pub place: String,
    /// What becomes of it: `left out`, `kept as words only`.
    pub what: String,
}

/// What a decoder understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// Packages, in the order of the message. Who sent them is what the message says, and no proof.
    pub packages: Vec<Package>,
    /// What could not be read, each with place and reason; the rest was.
    pub rejected: Vec<Words>,
    /// What belongs to no package and is kept as it came.
    pub unknown: Vec<Unknown>,
}

/// How much a decoder reads. Over a limit is an error that names it, never a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a message.
    pub bytes: u64,
    /// Objects, flows or rows.
    pub objects: usize,
    /// Levels within levels.
    pub depth: usize,
    /// Bytes of one text.
    pub text: usize,
    /// Rejects that are told one by one.
    pub rejects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1 << 30, objects: 1_000_000, depth: 64, text: 1 << 20, rejects: 1000 }
    }
}

/// Why a message could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{format}: {place}: {what}")]
pub struct DecodeError {
    /// The format that was read.
    pub format: &'static str,
    /// Line, byte or path within the message.
    pub place: String,
    /// What is wrong and what to do.
    pub what: String,
}

/// Why a format cannot hold a package at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{format}: {place}: {what}")]
pub struct EncodeError {
    /// The format that was asked for.
    pub format: &'static str,
    /// Where it stands in the package: `flows[3]`. Never content.
    pub place: String,
    /// What is wrong and what to do.
    pub what: String,
}

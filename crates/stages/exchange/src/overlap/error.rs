//! Why a check cannot go on: each cause by its name.

use bakas_seal::SealError;

use super::{MESSAGE_KIND, OWN_LEAST};

/// Why a check cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverlapError {
    /// A list is too long.
    #[error("a list of {count} elements is over the limit of {limit}")]
    TooMany {
        /// How many.
        count: usize,
        /// How many may be.
        limit: usize,
    },
    /// A list of ours is too short.
    #[error(
        "{count} observables are too few: {OWN_LEAST} are the least, for of fewer the answer tells which"
    )]
    TooFew {
        /// How many.
        count: usize,
    },
    /// It is something else.
    #[error("this is no message of an overlap check")]
    NotAMessage,
    /// It is of a version that is not known here.
    #[error("the message is of another version than {MESSAGE_KIND}")]
    Version,
    /// It uses another suite.
    #[error("the message uses another suite than ristretto255-SHA512")]
    Suite,
    /// A line of the head is missing or wrong.
    #[error("the head of the message is not right: {0}")]
    Head(&'static str),
    /// The body is cut off or too long.
    #[error("the body of the message has {found} bytes instead of {expected}")]
    Size {
        /// As the head says.
        expected: usize,
        /// As it is.
        found: usize,
    },
    /// The body is not that of the head.
    #[error("the body of the message is not the one that was signed")]
    Body,
    /// It is not signed by the party that was expected.
    #[error("the message is not by the party that was expected: {0}")]
    Signature(SealError),
    /// It is for somebody else.
    #[error("the message is addressed to another key: {0}")]
    Foreign(String),
    /// It is of another check.
    #[error("the message belongs to another check")]
    Session,
    /// It answers another message.
    #[error("the message answers another one than ours: an old one again, or one of another check")]
    Follows,
    /// It is not the message that comes next.
    #[error("this is not the message that comes next")]
    Step,
    /// It is of ourselves.
    #[error("the message is our own")]
    OurOwn,
    /// It answers another number than was asked, or shows another number than it asks with.
    #[error("the message has {found} {what} where {expected} belong")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many belong there.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An element is no point, or the neutral one.
    #[error("an element of batch {batch} is no element of the group")]
    Element {
        /// Which batch.
        batch: usize,
    },
    /// A proof does not hold.
    #[error(
        "the proof of batch {batch} does not hold: it was not evaluated with the key that the message names"
    )]
    Proof {
        /// Which batch.
        batch: usize,
    },
    /// The key is no element.
    #[error("the key that the message names is no key")]
    Key,
    /// The tags are not in order, or one stands twice.
    #[error("the tags of the message are not in order, or one stands twice")]
    Tags,
    /// Our own list or secret is not the one that was asked with.
    #[error("our own list is not the one that was asked with")]
    Own,
}

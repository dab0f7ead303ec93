//! Short messages about other messages: that one arrived, that a request is withdrawn.

use serde::{Deserialize, Serialize};

use super::{Party, Receipt};
use crate::Timestamp;

/// That a request is withdrawn: nobody need work on it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The request's name.
    pub request: String,
    /// Its version.
    pub version: u32,
    /// Who withdraws it.
    pub by: Party,
    /// When.
    pub at: Timestamp,
    /// Why, for the other side.
    pub why: String,
}

/// A message about a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "of")]
pub enum Notice {
    /// It arrived.
    Receipt(Receipt),
    /// It is withdrawn.
    Withdrawal(Withdrawal),
}

impl Notice {
    /// Who says it.
    #[must_use]
    pub const fn by(&self) -> &Party {
        match self {
            Self::Receipt(one) => &one.by,
            Self::Withdrawal(one) => &one.by,
        }
    }
}

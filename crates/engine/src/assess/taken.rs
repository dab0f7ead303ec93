//! A counterpart's answer taken in: it becomes an item of evidence with cells that anybody may edit,
//! and what it moved is told. It is believed by its rating alone, and it acts on nothing by itself.

mod entries;
mod shift;

use std::path::Path;

use bakas_model::{AssessmentLevel, Likelihood, Text, Timestamp, assessment::HistoryEntry};
use serde::{Deserialize, Serialize};

use super::{Judge, edit};
use crate::{Error, clock::Clock};

pub use shift::{Shift, Standing};

/// Most explanations that one answer may speak of.
pub const CANDIDATES_LIMIT: usize = 64;
/// Hex digits of the message's digest in the item's id.
const ID_DIGITS: usize = 16;

/// A counterpart's answer as far as it speaks of where from and who.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TakenIn {
    /// The request that was answered.
    pub request: String,
    /// SHA-256 of the answer's bytes, in hex: the same answer counts once.
    pub message: String,
    /// Who answers.
    pub party: String,
    /// What they say of it all, in their own words.
    pub words: String,
    /// The language of their words (BCP 47).
    pub language: String,
    /// When they answered.
    pub at: Option<Timestamp>,
    /// Reliability of who answers, `A` to `F`; `F` until a person rates it.
    pub reliability: char,
    /// Credibility of the answer, `1` to `6`; `6` until a person rates it.
    pub credibility: char,
    /// Whether the party has an interest in being believed; it has, unless a person says why not.
    pub interested: bool,
    /// Why it is taken in.
    pub why: String,
    /// What it says of explanations.
    pub candidates: Vec<Candidate>,
}

impl Default for TakenIn {
    /// Rated by nobody, and taken to have an interest.
    fn default() -> Self {
        Self {
            request: String::new(),
            message: String::new(),
            party: String::new(),
            words: String::new(),
            language: String::new(),
            at: None,
            reliability: 'F',
            credibility: '6',
            interested: true,
            why: String::new(),
            candidates: Vec::new(),
        }
    }
}

/// What an answer says of one explanation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Candidate {
    /// About which subject; none means every one.
    pub subject: Option<String>,
    /// In which question.
    pub level: AssessmentLevel,
    /// The explanation's id, in the case or new.
    pub hypothesis: String,
    /// What it says, where it is new.
    pub text: Option<Text>,
    /// The word that they gave.
    pub likelihood: Option<Likelihood>,
    /// How sure they are, in their own words.
    pub confidence: String,
    /// Why they think so, in their own words.
    pub basis: String,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Taken {
    /// The item's id.
    pub item: String,
    /// Whether the same answer was there already: then nothing was changed.
    pub already: bool,
    /// What was recorded.
    pub recorded: Vec<HistoryEntry>,
    /// What it did to each explanation of the questions that it speaks of, the most moved first.
    pub shifts: Vec<Shift>,
}

/// Takes an answer in: all of it, or nothing.
///
/// # Errors
/// As [`super::open`]; where it speaks of an explanation that is neither in the case nor described,
/// or bears no digest.
pub fn take_in(
    folder: &Path,
    taken: &TakenIn,
    who: &str,
    clock: &dyn Clock,
) -> Result<Taken, Error> {
    let item = id(taken)?;
    let judge = Judge { by: who, why: &taken.why };
    let (mut before, mut already) = (Vec::new(), false);
    let changed = edit(folder, judge, clock, |opened, now| {
        before = opened.weighed(None, now)?.assessments;
        already = opened.has_item(&item);
        if already { Ok(Vec::new()) } else { entries::entries(&before, taken, &item, who) }
    })?;
    let after = &changed.weighed.assessments;
    let shifts = if already { Vec::new() } else { shift::shifts(&before, after, &item) };
    Ok(Taken { item, already, recorded: changed.recorded, shifts })
}

/// The item's name: by the message, so that the same one is known again.
fn id(taken: &TakenIn) -> Result<String, Error> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let digits = taken.message.as_bytes();
    match digits.get(..ID_DIGITS) {
        Some(first) if digits.len() == 64 && digits.iter().all(|byte| hex(*byte)) => {
            Ok(format!("A-{}", String::from_utf8_lossy(first)))
        }
        _ => Err(Error::Usage("an answer is named by the SHA-256 of its bytes, in hex".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_whole_digest() {
        let of = |message: &str| TakenIn { message: message.into(), ..TakenIn::default() };
        assert_eq!(id(&of(&"0a".repeat(32))).unwrap(), "A-0a0a0a0a0a0a0a0a");
        for wrong in ["", "0a0a", &"0A".repeat(32), &"é".repeat(32), &"0a".repeat(33)] {
            assert!(id(&of(wrong)).is_err(), "{wrong}");
        }
    }
}

//! What became of every record of an import: taken, passed over by intent, or rejected; of the
//! rejected the first ones are kept, with file and place.

use std::collections::BTreeMap;

use bakas_model::Day;
use serde::{Deserialize, Serialize};

use super::{ImportError, Kind, RECORDS_LIMIT};

/// Rejects that are kept as samples.
pub const SAMPLES_LIMIT: usize = 20;
/// Longest sample, in characters.
const SAMPLE_CHARS_LIMIT: usize = 120;

/// The account of an import.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Account {
    /// Records that were taken.
    pub records: u64,
    /// Records that were understood and are of no use here, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passed: BTreeMap<String, u64>,
    /// Records that were not understood, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rejects: BTreeMap<String, u64>,
    /// The first rejects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// The newest day that the content bears.
    #[serde(skip)]
    pub(super) day: Option<Day>,
    #[serde(skip)]
    file: String,
    #[serde(skip)]
    kind: Option<Kind>,
}

/// One reject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The file.
    pub file: String,
    /// The line, or the number of the record where the format has no lines; from 1.
    pub line: u64,
    /// Why.
    pub why: String,
    /// How it begins.
    pub text: String,
}

impl Account {
    /// Records that were not understood.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejects.values().sum()
    }

    /// A new file begins.
    pub(super) fn begin(&mut self, file: &str, kind: Kind) {
        file.clone_into(&mut self.file);
        self.kind = Some(kind);
    }

    /// One record was taken.
    pub(super) fn take(&mut self) -> Result<(), ImportError> {
        self.records += 1;
        if self.records > RECORDS_LIMIT {
            return Err(ImportError::TooMany { file: self.file.clone() });
        }
        Ok(())
    }

    /// A record is of no use here.
    pub(super) fn pass(&mut self, why: &str) {
        count(&mut self.passed, why);
    }

    /// A record was not understood.
    pub(super) fn reject(&mut self, line: u64, why: &str, text: &str) {
        count(&mut self.rejects, why);
        if self.samples.len() < SAMPLES_LIMIT {
            let text = text.chars().take(SAMPLE_CHARS_LIMIT).collect();
            self.samples.push(Sample { file: self.file.clone(), line, why: why.to_owned(), text });
        }
    }

    /// The content bears a date; the newest of all counts.
    pub(super) fn dated(&mut self, day: Option<Day>) {
        self.day = self.day.max(day);
    }

    /// The file could not be read.
    pub(super) fn io(&self, source: std::io::Error) -> ImportError {
        ImportError::Io { file: self.file.clone(), source }
    }

    /// The file as a whole is not what it should be.
    pub(super) fn malformed(&self, why: impl Into<String>) -> ImportError {
        let kind = self.kind.expect("a file has begun");
        ImportError::Malformed { file: self.file.clone(), kind, why: why.into() }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, why: &str) {
    match counts.get_mut(why) {
        Some(number) => *number += 1,
        None => {
            counts.insert(why.to_owned(), 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_over_the_limit_is_refused() {
        let mut account = Account { records: RECORDS_LIMIT - 1, ..Account::default() };
        account.begin("long.txt", Kind::List);
        assert!(account.take().is_ok());
        let error = account.take().unwrap_err().to_string();
        assert!(error.contains("long.txt"), "{error}");
    }

    #[test]
    fn every_reject_is_counted_and_the_first_are_shown() {
        let mut account = Account::default();
        for line in 1..=SAMPLES_LIMIT as u64 + 5 {
            account.reject(line, "no address", &"x".repeat(1000));
        }
        assert_eq!(account.rejected(), SAMPLES_LIMIT as u64 + 5);
        assert_eq!(account.samples.len(), SAMPLES_LIMIT);
        assert!(account.samples.iter().all(|s| s.text.len() == SAMPLE_CHARS_LIMIT));
    }
}

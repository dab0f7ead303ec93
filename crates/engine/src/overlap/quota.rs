//! How many elements we evaluated for whom on which day: a file that only grows. An asker can test
//! as many guesses as we evaluate elements, and no more.

use std::path::{Path, PathBuf};

use bakas_model::Day;
use bakas_store::Appended;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Its name below the folder of overlap checks.
pub const QUOTA_FILE: &str = "quota.ndjson";
/// Elements that we evaluate for one counterpart on one day, where nobody says otherwise.
pub const QUOTA_USUAL: usize = 100_000;
/// Largest such file that is read, in bytes.
const FILE_BYTES_LIMIT: u64 = 64 << 20;

/// One evaluation.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    /// The day, in UTC.
    day: Day,
    /// Fingerprint of whose elements they were.
    party: String,
    /// Which check.
    session: String,
    /// How many.
    elements: usize,
}

/// Takes so many elements from a party's quota of a day, durably, before anything is evaluated.
/// Gives what it has used up on that day, these included.
pub(super) fn take(
    folder: &Path,
    (party, session): (&str, &str),
    day: Day,
    elements: usize,
    quota: usize,
) -> Result<usize, Error> {
    let path = folder.join(QUOTA_FILE);
    let mut file = Appended::open(&path)?;
    let mut bytes = file.read(FILE_BYTES_LIMIT)?;
    // A line that was not written to its end had not been acted upon.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        bytes.truncate(whole);
        file.cut(whole as u64)?;
    }
    let used = used(&path, &bytes, party, day)?;
    let sum = used.saturating_add(elements);
    if sum > quota {
        return Err(Error::Refused(format!(
            "{elements} elements are over the quota: {used} of {quota} are used up for this party \
             today (UTC); raise it with --quota, or answer tomorrow"
        )));
    }
    let line = Line { day, party: party.to_owned(), session: session.to_owned(), elements };
    let mut bytes = serde_json::to_vec(&line).expect("texts and numbers become JSON");
    bytes.push(b'\n');
    file.append(&bytes)?;
    Ok(sum)
}

fn used(path: &Path, bytes: &[u8], party: &str, day: Day) -> Result<usize, Error> {
    let mut used = 0usize;
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let line: Line = serde_json::from_slice(line).map_err(|e| damaged(path, number + 1, &e))?;
        if line.party == party && line.day == day {
            used = used.saturating_add(line.elements);
        }
    }
    Ok(used)
}

fn damaged(path: &Path, line: usize, error: &serde_json::Error) -> Error {
    let path = PathBuf::from(path);
    Error::Config {
        path,
        what: format!("line {line} is damaged, so that quotas cannot be kept: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_of_one_party_and_one_day() {
        let folder = tempfile::tempdir().unwrap();
        let take = |party: &str, day: i32, elements: usize| {
            super::take(folder.path(), (party, "s"), Day(day), elements, 250)
        };
        assert_eq!(take("a", 1, 100).unwrap(), 100);
        assert_eq!(take("a", 1, 150).unwrap(), 250);
        let error = take("a", 1, 1).unwrap_err().to_string();
        assert!(error.contains("250 of 250 are used up"), "{error}");
        assert_eq!(take("a", 2, 1).unwrap(), 1, "another day");
        assert_eq!(take("b", 1, 250).unwrap(), 250, "another party");
        assert!(take("b", 1, usize::MAX).is_err());
        // What was cut off by a crash does not count, what is damaged is not passed over.
        let path = folder.path().join(QUOTA_FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"day\":");
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(take("a", 2, 1).unwrap(), 2);
        assert_eq!(take("a", 2, 1).unwrap(), 3);
        bytes.extend_from_slice(b"\n{}\n");
        std::fs::write(&path, &bytes).unwrap();
        assert!(matches!(take("a", 2, 1), Err(Error::Config { .. })));
    }
}

//! `assessment-history.ndjson`: every change with what came of it, each line with the digest of the
//! line before, so that none can be altered or left out in the middle unseen. That lines are missing
//! at the end shows beside the log of the case: see `anchor`.

use std::collections::BTreeMap;

use bakas_model::{
    AssessmentLevel, Timestamp,
    assessment::{HistoryEntry, Numbers},
};
use serde::{Deserialize, Serialize};

use super::{
    entry::{Change, State},
    sha256,
};

/// Version of the file's lines.
pub(super) const HISTORY_SCHEMA: &str = "bakas-assessment-history/1";
/// Largest history, in bytes (256 MiB).
pub const HISTORY_BYTES_LIMIT: u64 = 256 << 20;
/// What stands for the line before the first one.
const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Changes smaller than this in a share are none.
const SHARE_GRAIN: f64 = 1e-6;

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) schema: String,
    /// From 1.
    pub(super) number: u64,
    /// SHA-256 of the line before, without its end.
    pub(super) previous: String,
    #[serde(flatten)]
    pub(super) entry: HistoryEntry,
    pub(super) changes: Vec<Change>,
    /// SHA-256 of everything judged after the change.
    pub(super) state_sha256: String,
    /// SHA-256 of the `case.json` that was weighed.
    pub(super) case_sha256: String,
    pub(super) tool_version: String,
}

/// The lines as far as they hold.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) lines: Vec<Line>,
    pub(super) state: State,
    /// When each entry of the state was recorded as it is.
    pub(super) recorded: BTreeMap<String, Timestamp>,
    /// The numbers after the last line.
    pub(super) results: Results,
    last: Option<String>,
    /// Bytes that hold; what stands behind them was left half written.
    pub(super) whole_bytes: u64,
    pub(super) is_torn: bool,
}

/// The share of each hypothesis, by question.
pub(super) type Results = BTreeMap<(String, AssessmentLevel), Vec<Numbers>>;

impl History {
    /// Reads what was appended; fails at the first line that does not fit.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut history = Self::default();
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let Some(text) = line.strip_suffix(b"\n") else {
                history.is_torn = true;
                break;
            };
            history.take(text).map_err(|what| format!("line {}: {what}", at + 1))?;
            history.whole_bytes += line.len() as u64;
        }
        Ok(history)
    }

    fn take(&mut self, text: &[u8]) -> Result<(), String> {
        let line: Line =
            serde_json::from_slice(text).map_err(|e| format!("it does not read: {e}"))?;
        if line.schema != HISTORY_SCHEMA {
            return Err("it is of another version".to_owned());
        }
        if line.number != self.lines.len() as u64 + 1 {
            return Err(format!("it says that it is number {}", line.number));
        }
        if line.previous != self.last.as_deref().unwrap_or(NOTHING_BEFORE) {
            return Err("it does not follow from the line before".to_owned());
        }
        for change in &line.changes {
            self.state.apply(change)?;
        }
        if self.state.digest() != line.state_sha256 {
            return Err("its changes do not give what it says".to_owned());
        }
        self.last = Some(sha256(text));
        self.follow(&line);
        self.lines.push(line);
        Ok(())
    }

    fn follow(&mut self, line: &Line) {
        for change in &line.changes {
            match change.after {
                Some(_) => self.recorded.insert(change.key.clone(), line.entry.at),
                None => self.recorded.remove(&change.key),
            };
        }
        self.results.extend(by_question(&line.entry.results));
    }

    /// The history as it was at a time.
    pub(super) fn until(&self, time: Timestamp) -> Self {
        let mut history = Self::default();
        for line in self.lines.iter().take_while(|line| line.entry.at <= time) {
            for change in &line.changes {
                history.state.apply(change).expect("it was applied before");
            }
            history.follow(line);
            history.lines.push(line.clone());
        }
        history
    }

    /// A further line, as bytes with its end. `results` are all numbers after it; only questions
    /// whose numbers moved are kept.
    pub(super) fn append(
        &mut self,
        entry: HistoryEntry,
        after: &State,
        case_sha256: &str,
    ) -> Vec<u8> {
        let moved = by_question(&entry.results)
            .into_iter()
            .filter(|(key, numbers)| !self.results.get(key).is_some_and(|old| same(old, numbers)));
        let results = moved.flat_map(|(_, numbers)| numbers).collect();
        let line = Line {
            schema: HISTORY_SCHEMA.to_owned(),
            number: self.lines.len() as u64 + 1,
            previous: self.last.clone().unwrap_or_else(|| NOTHING_BEFORE.to_owned()),
            entry: HistoryEntry { results, ..entry },
            changes: self.state.changes(after),
            state_sha256: after.digest(),
            case_sha256: case_sha256.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut bytes = serde_json::to_vec(&line).expect("a line is JSON");
        self.last = Some(sha256(&bytes));
        self.follow(&line);
        self.state = after.clone();
        self.lines.push(line);
        bytes.push(b'\n');
        self.whole_bytes += bytes.len() as u64;
        bytes
    }

    /// SHA-256 of the last line, where there is one.
    pub(super) fn last_digest(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// The lines as the model has them.
    pub(super) fn entries(&self) -> Vec<HistoryEntry> {
        self.lines.iter().map(|line| line.entry.clone()).collect()
    }
}

fn by_question(results: &[Numbers]) -> Results {
    let mut all = Results::new();
    for numbers in results {
        all.entry((numbers.subject.clone(), numbers.level)).or_default().push(numbers.clone());
    }
    for numbers in all.values_mut() {
        numbers.sort_by(|a, b| a.hypothesis.cmp(&b.hypothesis));
    }
    all
}

fn same(old: &[Numbers], new: &[Numbers]) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < SHARE_GRAIN;
    old.len() == new.len()
        && old.iter().zip(new).all(|(a, b)| {
            a.hypothesis == b.hypothesis
                && near(a.low, b.low)
                && near(a.best, b.best)
                && near(a.high, b.high)
        })
}

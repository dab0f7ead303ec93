//! Which records go into a bag: some of an incident's, spread over its time, or those that are named.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

use bakas_model::Case;
use serde::Deserialize;

use super::RECORDS_LIMIT;
use crate::Error;

/// The evidence, by place, within the case.
const EVIDENCE_FILE: &str = "evidence.ndjson";

/// Which records.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Of these incidents: `I-01`.
    pub incidents: Vec<String>,
    /// So many of each incident, spread over its lines; all where absent.
    pub count: Option<u64>,
    /// Named ones: `FILE:OFFSET`.
    pub records: Vec<String>,
}

/// A record that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Chosen {
    pub(super) source: u32,
    pub(super) offset: u64,
    pub(super) file: String,
    pub(super) incident: String,
}

/// A line of the evidence.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) incident: String,
    pub(super) file: String,
    pub(super) offset: u64,
    pub(super) length: u32,
}

/// The records, by source and place, each once.
pub(super) fn choose(folder: &Path, case: &Case, choice: &Choice) -> Result<Vec<Chosen>, Error> {
    let sources: BTreeMap<&str, u32> =
        case.sources.iter().map(|one| (one.source.path.as_str(), one.source.ix.0)).collect();
    let source = |file: &str| {
        let known = sources.get(file).copied();
        known.ok_or_else(|| Error::Usage(format!("the case has no log '{file}'")))
    };
    for id in &choice.incidents {
        if !case.incidents.iter().any(|incident| incident.id.to_string() == *id) {
            return Err(Error::Usage(format!("the case has no incident {id}")));
        }
    }
    let mut chosen = Vec::new();
    let mut add = |file: &str, offset, incident: &str| {
        let (file, incident) = (file.to_owned(), incident.to_owned());
        chosen.push(Chosen { source: source(&file)?, offset, file, incident });
        if chosen.len() > RECORDS_LIMIT {
            return Err(Error::Refused(format!(
                "over {RECORDS_LIMIT} records: take fewer (--count), or several bags"
            )));
        }
        Ok(())
    };
    for named in &choice.records {
        let place = named.rsplit_once(':').and_then(|(file, at)| Some((file, at.parse().ok()?)));
        let (file, offset) = place.ok_or_else(|| {
            Error::Usage(format!(
                "not a record: '{named}' (write FILE:OFFSET as evidence.ndjson does)"
            ))
        })?;
        add(file, offset, "")?;
    }
    if !choice.incidents.is_empty() {
        let picks = picks(folder, choice)?;
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        each(folder, &mut |line| {
            let Some(picks) = picks.get(&line.incident) else { return Ok(()) };
            let number = seen.entry(line.incident.clone()).or_default();
            *number += 1;
            if picks.takes(*number - 1) {
                add(&line.file, line.offset, &line.incident)
            } else {
                Ok(())
            }
        })?;
    }
    chosen.sort();
    chosen.dedup_by_key(|one| (one.source, one.offset));
    if chosen.is_empty() {
        let what = "no record was chosen: name incidents (--incident I-01), a request (--request) or records (--record FILE:OFFSET)";
        return Err(Error::Usage(what.to_owned()));
    }
    Ok(chosen)
}

/// How many lines there are, and how many of them are taken.
#[derive(Clone, Copy, Debug)]
struct Picks {
    lines: u64,
    take: u64,
}

impl Picks {
    /// Whether the line of that number is one of those that stand evenly among all.
    const fn takes(self, number: u64) -> bool {
        let before = number as u128 * self.take as u128 / self.lines as u128;
        let after = (number + 1) as u128 * self.take as u128 / self.lines as u128;
        after > before
    }
}

fn picks(folder: &Path, choice: &Choice) -> Result<BTreeMap<String, Picks>, Error> {
    let mut counts: BTreeMap<String, u64> =
        choice.incidents.iter().map(|id| (id.clone(), 0)).collect();
    each(folder, &mut |line| {
        if let Some(count) = counts.get_mut(&line.incident) {
            *count += 1;
        }
        Ok(())
    })?;
    let pick = |lines: u64| Picks { lines, take: choice.count.unwrap_or(lines).min(lines) };
    Ok(counts.into_iter().map(|(id, lines)| (id, pick(lines))).collect())
}

/// Calls with each line of the evidence.
pub(super) fn each(
    folder: &Path,
    take: &mut dyn FnMut(&Line) -> Result<(), Error>,
) -> Result<(), Error> {
    let path = folder.join(EVIDENCE_FILE);
    let failed = |source| Error::Read { path: path.clone(), source };
    let file = BufReader::new(File::open(&path).map_err(failed)?);
    for (number, line) in file.lines().enumerate() {
        let line = line.map_err(failed)?;
        let line: Line = serde_json::from_str(&line).map_err(|e| Error::Config {
            path: path.clone(),
            what: format!("line {}: {e}", number + 1),
        })?;
        take(&line)?;
    }
    Ok(())
}

/// Numbers as runs: `[[3, 5], [9, 9]]`.
pub(super) fn runs(numbers: &[u64]) -> Vec<[u64; 2]> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let mut runs: Vec<[u64; 2]> = Vec::new();
    for number in sorted {
        match runs.last_mut() {
            Some([_, last]) if number <= *last + 1 => *last = number,
            _ => runs.push([number, number]),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_evenly_and_as_many_as_asked() {
        for lines in 1..60_u64 {
            for take in 0..=lines {
                let picks = Picks { lines, take };
                let taken: Vec<u64> = (0..lines).filter(|&n| picks.takes(n)).collect();
                assert_eq!(taken.len() as u64, take, "{lines} {take}");
                let most = lines.div_ceil(take.max(1));
                assert!(taken.windows(2).all(|two| two[1] - two[0] <= most), "{taken:?}");
            }
        }
    }

    #[test]
    fn numbers_become_runs() {
        assert_eq!(runs(&[5, 3, 4, 9, 9]), [[3, 5], [9, 9]]);
        assert_eq!(runs(&[]), Vec::<[u64; 2]>::new());
    }
}

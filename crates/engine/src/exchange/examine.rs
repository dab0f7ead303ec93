//! Whether an exchange is as it was: the chain of its journal, the digests of its messages, and
//! what the log of the case says of it. For `bakas verify`.

use std::{collections::BTreeMap, fs, path::Path};

use bakas_exchange::machine::Act;
use serde_json::Value;

use super::{
    IN_FOLDER, JOURNAL_BYTES_LIMIT, JOURNAL_FILE, OUT_FOLDER,
    journal::{Event, Read},
    look, read_limited,
};

/// Everything that does not fit; `leaves` are the values of the log's leaves.
#[must_use]
pub fn examine(case: &Path, leaves: &[Value]) -> Vec<String> {
    let sealed: BTreeMap<u64, &str> = leaves
        .iter()
        .filter(|value| value.get("what").and_then(Value::as_str) == Some("exchange"))
        .filter_map(|value| {
            Some((value.get("line")?.as_u64()?, value.get("line_sha256")?.as_str()?))
        })
        .collect();
    let path = case.join(JOURNAL_FILE);
    if !path.exists() {
        let lost = !sealed.is_empty();
        return lost.then(|| format!("{JOURNAL_FILE}: missing")).into_iter().collect();
    }
    let read = read_limited(&path, JOURNAL_BYTES_LIMIT)
        .map_err(|e| e.to_string())
        .and_then(|bytes| Read::of(&bytes));
    let read = match read {
        Ok(read) => read,
        Err(what) => return vec![format!("{JOURNAL_FILE}: {what}")],
    };
    let mut problems = Vec::new();
    for (digest, number) in read.digests.iter().zip(1..) {
        match sealed.get(&number) {
            None => problems.push(format!("{JOURNAL_FILE}: line {number} is not in the log")),
            Some(there) if there != digest => {
                problems.push(format!("{JOURNAL_FILE}: line {number} is not the one in the log"));
            }
            Some(_) => {}
        }
    }
    let last = sealed.keys().max().copied().unwrap_or(0);
    if last > read.digests.len() as u64 {
        problems.push(format!("{JOURNAL_FILE}: lines are missing after {}", read.digests.len()));
    }
    problems.extend(messages(case, &read));
    problems
}

/// Messages that are gone or are not what they were.
fn messages(case: &Path, read: &Read) -> Vec<String> {
    let mut problems = Vec::new();
    let mut look = |folder: &str, name: String, digest: Option<&str>| {
        let path = case.join(folder).join(&name);
        match (fs::metadata(&path), digest) {
            (Err(_), _) => problems.push(format!("{folder}/{name}: missing")),
            (Ok(_), Some(digest)) => {
                let same = look::digest(&path).is_ok_and(|there| there == digest);
                if !same {
                    problems.push(format!("{folder}/{name}: it is not what it was"));
                }
            }
            (Ok(_), None) => {}
        }
    };
    for event in &read.events {
        match event {
            Event::Came(came) if !came.from.is_empty() => {
                look(IN_FOLDER, format!("{}.msg", came.message), Some(&came.message));
                if let Some(within) = &came.within {
                    look(IN_FOLDER, format!("{}.within", came.message), Some(&within.sha256));
                }
            }
            Event::Made { package, .. } => {
                look(OUT_FOLDER, format!("{package}.json"), Some(package));
            }
            Event::Done { facts } => {
                for noted in facts {
                    let package = match &noted.fact.act {
                        Act::Requested { request } => &request.package,
                        Act::AnswerMade { answer } => &answer.package,
                        _ => continue,
                    };
                    look(OUT_FOLDER, format!("{package}.json"), Some(package));
                }
            }
            _ => {}
        }
    }
    problems
}

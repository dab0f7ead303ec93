//! What the log of a case holds of the history of judgements: after each change the number of its
//! lines and the digest of the last one. The lines follow from one another, so this speaks for all
//! of them: a cut end and a history written anew show beside it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{HISTORY_BYTES_LIMIT, HISTORY_FILE, files::read, history::History, sha256};
use crate::{
    Error,
    seal::{self, Leaf, LeafKind},
    sealing,
};

/// A leaf of the kind `assessment`.
#[derive(Debug, Serialize, Deserialize)]
struct Anchor {
    /// How many lines there were.
    history_lines: u64,
    /// SHA-256 of the last of them, without its end.
    last_line_sha256: String,
    /// Where it was carried over from a case that was made anew: what did not fit there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    carried_with: Vec<String>,
}

/// Puts the history as it is into the log.
pub(super) fn append(
    case: &Path,
    key: Option<&Path>,
    history: &History,
    carried_with: Vec<String>,
) -> Result<(), Error> {
    let Some(last) = history.last_digest() else { return Ok(()) };
    let anchor = Anchor {
        history_lines: history.lines.len() as u64,
        last_line_sha256: last.to_owned(),
        carried_with,
    };
    // A folder that nobody sealed gets no log for the sake of a judgement.
    sealing::public_key(case)?;
    let json = serde_json::to_value(&anchor).expect("an anchor is JSON");
    seal::append_with(case, key, &[Leaf::new(LeafKind::Assessment, json)]).map(drop)
}

/// What the log of a case holds of its history.
///
/// # Errors
/// When the log cannot be read, or does not hold.
pub fn anchors(case: &Path) -> Result<Vec<Value>, Error> {
    let leaves = seal::leaves(case)?.into_iter();
    let own = leaves.filter(|(_, leaf)| leaf.kind == LeafKind::Assessment);
    Ok(own.map(|(_, leaf)| leaf.json).collect())
}

/// How many lines the leaves speak for.
pub(super) fn spoken_for(leaves: &[Value]) -> usize {
    let lines = |leaf: &Value| leaf["history_lines"].as_u64();
    let most = leaves.iter().filter_map(lines).max().unwrap_or(0);
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// What in the history does not fit the leaves of its case's log, each with what and where.
#[must_use]
pub fn anchored(case: &Path, leaves: &[Value]) -> Vec<String> {
    let bytes = match read(&case.join(HISTORY_FILE), HISTORY_BYTES_LIMIT) {
        Ok(bytes) => bytes.unwrap_or_default(),
        // That it does not read is told where it is looked at.
        Err(_) => return Vec::new(),
    };
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let whole: Vec<&[u8]> = lines.into_iter().map_while(|line| line.strip_suffix(b"\n")).collect();
    let mut problems: Vec<String> = leaves.iter().flat_map(|leaf| misfits(&whole, leaf)).collect();
    // A history that was cut to its first line misses all that follows: once is enough.
    problems.dedup();
    problems
}

fn misfits(lines: &[&[u8]], leaf: &Value) -> Vec<String> {
    let Ok(anchor) = serde_json::from_value::<Anchor>(leaf.clone()) else {
        return vec![format!("{HISTORY_FILE}: a leaf of the log that speaks of it does not read")];
    };
    let carried = anchor.carried_with.iter().map(|what| format!("{what} (in the older case)"));
    let mut problems: Vec<String> = carried.collect();
    let there = lines.len() as u64;
    let number = anchor.history_lines;
    if number > there {
        problems.push(format!(
            "{HISTORY_FILE}: line {} is missing: the log of the case says that there were {number}",
            there + 1
        ));
        return problems;
    }
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let line = at.and_then(|at| lines.get(at));
    if line.is_none_or(|line| sha256(line) != anchor.last_line_sha256) {
        problems.push(format!(
            "{HISTORY_FILE}: line {number} is not the one that the log of the case holds: it was \
             written anew"
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;

    fn leaf(lines: u64, last: &[u8]) -> Value {
        json!({"history_lines": lines, "last_line_sha256": sha256(last)})
    }

    #[test]
    fn a_cut_end_and_another_line_are_told_by_number() {
        let folder = tempfile::tempdir().unwrap();
        let history = folder.path().join(HISTORY_FILE);
        let leaves = [leaf(1, b"one"), leaf(2, b"two"), leaf(3, b"three")];
        let told = |text: &str| {
            fs::write(&history, text).unwrap();
            anchored(folder.path(), &leaves)
        };
        assert_eq!(told("one\ntwo\nthree\n"), [""; 0]);
        assert_eq!(told("one\ntwo\nthree\nfour\n"), [""; 0], "what came since is not in it yet");
        assert_eq!(told("one\ntwo\nthree\nfo"), [""; 0], "half a line was told to nobody");
        let cut = told("one\ntwo\n");
        assert_eq!(cut.len(), 1, "{cut:?}");
        assert!(cut[0].contains("line 3 is missing") && cut[0].contains("there were 3"), "{cut:?}");
        let cut = told("one\ntwo\nthree");
        assert!(cut[0].contains("line 3 is missing"), "{cut:?}");
        let anew = told("one\ntwo\nother\n");
        assert!(anew.len() == 1 && anew[0].contains("line 3 is not the one"), "{anew:?}");
        let all = told("x\ny\nz\n");
        assert_eq!(all.len(), 3, "{all:?}");
        fs::remove_file(&history).unwrap();
        let gone = anchored(folder.path(), &leaves);
        assert!(gone[0].contains("line 1 is missing"), "{gone:?}");
        let odd = anchored(folder.path(), &[json!({"history_lines": -1}), leaf(0, b"")]);
        assert!(odd[0].contains("does not read") && odd[1].contains("line 0"), "{odd:?}");
    }

    #[test]
    fn what_did_not_fit_in_an_older_case_is_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(HISTORY_FILE), "one\n").unwrap();
        let mut carried = leaf(1, b"one");
        carried["carried_with"] = json!(["line 2 is missing"]);
        assert_eq!(anchored(folder.path(), &[carried]), ["line 2 is missing (in the older case)"]);
    }
}

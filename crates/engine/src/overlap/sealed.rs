//! What a case keeps of a check: the transcripts and what came of it, below `overlap/`, each with a
//! leaf in the log that names its digest.

use std::{collections::BTreeMap, fs, path::Path};

use bakas_seal::{Leaf, LeafKind};
use bakas_store::replace;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::kept;
use crate::{Error, input::hex, seal};

/// The folder of a case that holds them.
pub const CASE_FOLDER: &str = "overlap";
/// Largest file of it that is compared, in bytes.
const FILE_BYTES_LIMIT: u64 = 1 << 30;

/// One file for a case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exhibit<'a> {
    /// Which step: ask, answer, closing or result.
    pub(super) step: &'a str,
    /// Whether we sent it, received it, or found it.
    pub(super) direction: &'a str,
    pub(super) bytes: &'a [u8],
}

/// Puts files into a case and their leaves into its log. What is there already is left as it is.
pub(super) fn keep(
    case: &Path,
    key: Option<&Path>,
    (session, party): (&str, &str),
    exhibits: &[Exhibit<'_>],
) -> Result<(), Error> {
    let folder = case.join(CASE_FOLDER);
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    let known = leaves(case)?;
    let mut fresh = Vec::new();
    for one in exhibits {
        let ending = if one.step == "result" { "json" } else { "overlap" };
        let name = format!("{CASE_FOLDER}/{session}-{}.{ending}", one.step);
        let sha256 = hex(&Sha256::digest(one.bytes));
        let there = kept::read(&case.join(&name), FILE_BYTES_LIMIT)?;
        if there.as_deref() != Some(one.bytes) {
            replace(&case.join(&name), one.bytes)?;
        }
        if known.get(&name).is_none_or(|digests| !digests.contains(&sha256)) {
            let value = json!({
                "what": "overlap", "step": one.step, "direction": one.direction, "path": name,
                "bytes": one.bytes.len(), "sha256": sha256, "session": session, "party": party,
            });
            fresh.push(Leaf::new(LeafKind::Package, value));
        }
    }
    if !fresh.is_empty() {
        seal::append_with(case, key, &fresh)?;
    }
    Ok(())
}

/// The digests that the log names for each file.
fn leaves(case: &Path) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let leaves = seal::leaves(case)?;
    let packages = leaves.iter().filter(|(_, leaf)| leaf.kind == LeafKind::Package);
    Ok(named(packages.map(|(_, leaf)| &leaf.json)))
}

fn named<'a>(values: impl Iterator<Item = &'a Value>) -> BTreeMap<String, Vec<String>> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for value in values.filter(|value| value["what"] == "overlap") {
        if let (Some(path), Some(sha256)) = (value["path"].as_str(), value["sha256"].as_str()) {
            named.entry(path.to_owned()).or_default().push(sha256.to_owned());
        }
    }
    named
}

/// What does not fit between the files of a case's overlap checks and the leaves of its log: each
/// with what and where. `leaves` are the values of its leaves of the kind `package`.
#[must_use]
pub fn examine(case: &Path, leaves: &[Value]) -> Vec<String> {
    let named = named(leaves.iter());
    let mut problems = Vec::new();
    for (path, digests) in &named {
        let inside = path.strip_prefix(CASE_FOLDER).and_then(|rest| rest.strip_prefix('/'));
        if inside.is_none_or(|name| name.contains(['/', '\\']) || name.starts_with('.')) {
            problems
                .push(format!("{path:?}: the log names a file that is not of an overlap check"));
            continue;
        }
        match kept::read(&case.join(path), FILE_BYTES_LIMIT) {
            Ok(Some(bytes)) if digests.last() == Some(&hex(&Sha256::digest(&bytes))) => {}
            Ok(Some(_)) => {
                problems.push(format!("{path}: it is not the one whose digest is in the log"));
            }
            Ok(None) => problems.push(format!("{path}: missing, its digest is in the log")),
            Err(error) => problems.push(format!("{path}: {error}")),
        }
    }
    let Ok(entries) = fs::read_dir(case.join(CASE_FOLDER)) else { return problems };
    for entry in entries.flatten() {
        let path = format!("{CASE_FOLDER}/{}", crate::plan::readable(&entry.file_name()));
        if !named.contains_key(&path) {
            problems.push(format!("{path}: no leaf of the log names it"));
        }
    }
    problems.sort();
    problems
}

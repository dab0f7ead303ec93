//! Registries' answers in a case: the raw bytes as they came, below `outside/rdap/`, and a leaf in the
//! case's log with their digest, so that nobody can change or lose them unseen. It asks nobody.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use bakas_model::Trace;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Tracer;
use crate::{
    Error,
    input::hex,
    seal::{self, Leaf, LeafKind},
};

/// The folder of a case that keeps what strangers answered.
pub const OUTSIDE_FOLDER: &str = "outside";
/// Where registries' answers lie in it.
const RDAP_FOLDER: &str = "outside/rdap";
/// Largest answer that is kept: that of the gateway.
const ANSWER_BYTES_LIMIT: u64 = 1 << 20;
/// What a leaf calls such an answer.
const WHAT: &str = "rdap";

/// An answer that a case keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCase {
    /// Its file, within the case.
    pub file: String,
    /// Its leaf in the log of the case.
    pub leaf: u64,
    /// Whether it was there before.
    pub already: bool,
}

impl Tracer {
    /// Copies the registry's raw answer from the data folder into a case, and puts its digest into
    /// the log of the case. The same answer a second time changes nothing.
    ///
    /// # Errors
    /// Where the trace holds no kept answer, the kept one is not what was read, or the case cannot
    /// be written to.
    pub fn keep_in_case(&self, case: &Path, trace: &Trace) -> Result<InCase, Error> {
        let rdap = trace.rdap.as_ref();
        let kept = rdap.and_then(|rdap| Some((self.keep.as_ref()?, rdap.file.as_ref()?)));
        let (Some(rdap), Some((folder, name))) = (rdap, kept) else {
            return Err(Error::Usage(format!(
                "{}: there is no kept answer of a registry (the data folder keeps them: --data)",
                trace.address
            )));
        };
        let raw = read(&folder.join(name))?;
        if digest(&raw) != rdap.sha256 {
            return Err(Error::Usage(format!(
                "{name} of the data folder is not what was read: ask the registry anew"
            )));
        }
        let stem = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = format!("{RDAP_FOLDER}/{stem}");
        if let Some(leaf) = leaf_of(case, &file, &rdap.sha256)? {
            return Ok(InCase { file, leaf, already: true });
        }
        let path = case.join(&file);
        let failed = |source| Error::Write { path: case.join(RDAP_FOLDER), source };
        if !case.is_dir() {
            return Err(Error::Usage(format!("{} is no case folder", case.display())));
        }
        fs::create_dir_all(case.join(RDAP_FOLDER)).map_err(failed)?;
        // A file that an ended run left without its leaf gets one now, if it is the same.
        if path.exists() {
            if read(&path)? != raw {
                return Err(Error::Usage(format!("{file} of the case holds another answer")));
            }
        } else {
            bakas_store::write_new(&path, &raw)?;
        }
        let value = json!({
            "what": WHAT,
            "address": trace.address.to_string(),
            "url": rdap.url,
            "asked": rdap.asked.to_string(),
            "file": file,
            "bytes": raw.len(),
            "sha256": rdap.sha256,
        });
        let range = seal::append(case, &[Leaf::new(LeafKind::Outside, value)])?;
        Ok(InCase { file, leaf: range.first, already: false })
    }
}

/// What does not fit between the answers that a case keeps and the leaves of its log.
#[must_use]
pub(crate) fn examine(case: &Path, leaves: &[Value]) -> Vec<String> {
    let mut problems = Vec::new();
    let ours: Vec<(&str, &str)> =
        leaves.iter().filter(|leaf| leaf["what"] == WHAT).filter_map(file_and_digest).collect();
    for &(file, sha256) in &ours {
        // A name that leads out of the folder is none of ours.
        let plain = file.strip_prefix(RDAP_FOLDER).is_some_and(|name| {
            name.starts_with('/') && !name.contains("..") && name.matches('/').count() == 1
        });
        match plain.then(|| read(&case.join(file))) {
            Some(Ok(raw)) if digest(&raw) == sha256 => {}
            Some(Ok(_)) => problems.push(format!("changed: {file:?}: not the answer in the log")),
            Some(Err(error)) => problems.push(format!("missing: {file:?}: {error}")),
            None => problems.push(format!("the log names {file:?} as a registry's answer")),
        }
    }
    let entries = fs::read_dir(case.join(RDAP_FOLDER)).into_iter().flatten().flatten();
    for entry in entries {
        let file = format!("{RDAP_FOLDER}/{}", entry.file_name().to_string_lossy());
        if !ours.iter().any(|(known, _)| *known == file) {
            problems.push(format!("not in the log: {file:?}"));
        }
    }
    problems
}

/// The leaf that speaks of a file with that digest.
fn leaf_of(case: &Path, file: &str, sha256: &str) -> Result<Option<u64>, Error> {
    let leaves = seal::leaves(case)?;
    let same = |leaf: &Leaf| {
        leaf.kind == LeafKind::Outside
            && leaf.json["what"] == WHAT
            && file_and_digest(&leaf.json) == Some((file, sha256))
    };
    Ok(leaves.iter().find(|(_, leaf)| same(leaf)).map(|(index, _)| *index))
}

fn file_and_digest(leaf: &Value) -> Option<(&str, &str)> {
    Some((leaf["file"].as_str()?, leaf["sha256"].as_str()?))
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A plain file that is no larger than an answer may be.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    if !fs::symlink_metadata(path).map_err(failed)?.is_file() {
        return Err(Error::Usage(format!("{}: no plain file", path.display())));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(ANSWER_BYTES_LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > ANSWER_BYTES_LIMIT {
        return Err(Error::Usage(format!("{}: larger than an answer may be", path.display())));
    }
    Ok(bytes)
}

//! The scenario and its score from outside: what a user of the two commands would notice.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generated;
mod operator;
mod scored;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bakas_scenario::{Options, Summary, generate, truth::Truth};
use tempfile::TempDir;

/// A scenario on the disk.
struct Made {
    _folder: TempDir,
    root: PathBuf,
    summary: Summary,
    truth: Truth,
}

fn make(seed: u64, lines: u64) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("scenario");
    let summary = generate(&Options { seed, lines, out: root.clone() }).unwrap();
    let truth = Truth::read(&summary.truth).unwrap();
    Made { _folder: folder, root, summary, truth }
}

/// Every file below a folder with its bytes, by its path with `/`.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The bytes of a log after unpacking; of a truncated one, what can be had.
fn unpacked(name: &str, bytes: &[u8]) -> Vec<u8> {
    if !name.ends_with(".gz") {
        return bytes.to_vec();
    }
    assert_eq!(&bytes[..4], [0x1f, 0x8b, 8, 0], "{name} is gzip without extras");
    match miniz_oxide::inflate::decompress_to_vec(&bytes[10..]) {
        Ok(whole) => whole,
        Err(partial) => partial.output,
    }
}

//! Files read whole, each noted with its SHA-256 for the provenance.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::provenance::Provenance;

/// Reads a text file of a data set.
pub(super) fn read(path: &Path, data_set: &str, seen: &mut Provenance) -> Result<String> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let name = path.file_name().context("a file has a name")?.to_string_lossy();
    seen.note(data_set, &name, &sha256(&bytes));
    String::from_utf8(bytes).with_context(|| format!("{}: not UTF-8", path.display()))
}

/// SHA-256 in hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string");
        hex
    })
}

//! The manifest: what went in, what came out, by which tool, when. It says nothing of what the
//! files hold.

use std::{
    collections::HashSet,
    io::{self, Read},
};

use bakas_model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{KEY_FILE, MANIFEST_FILE, NOTE_FILE, SealError, canonical::to_canonical, digits::hex};

/// Version of the manifest's schema.
pub const MANIFEST_SCHEMA: &str = "bakas-seal/1";
/// What the paths of the log's files begin with.
const LOG_PREFIX: &str = "seal/log/";
/// What the paths of kept checkpoints, cosignatures and time stamps begin with.
const CHECKPOINTS_PREFIX: &str = "seal/checkpoints/";
/// Bytes hashed at a time.
const BUFFER_BYTES: usize = 1 << 18;

/// One file as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Path below its root, with `/`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hex.
    pub sha256: String,
}

/// The clock that the times of the manifest come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The host's time zone, as it calls it.
    pub zone: String,
    /// Whether the host's clock was synchronised; `None` where that is not known.
    pub synchronised: Option<bool>,
    /// The same in words.
    pub note: String,
}

/// Everything that one signature speaks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// The tool's name.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// Its arguments, without the program.
    pub arguments: Vec<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it was done.
    pub finished: Timestamp,
    /// By which clock.
    pub clock: Clock,
    /// The logs, by their path below the input root, as shipped.
    pub inputs: Vec<FileDigest>,
    /// The case, by path within its folder, without the seal's own files.
    pub outputs: Vec<FileDigest>,
}

impl FileDigest {
    /// Of everything that a reader gives.
    ///
    /// # Errors
    /// The reader's own.
    pub fn read(path: impl Into<String>, reader: &mut dyn Read) -> io::Result<Self> {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut bytes = 0;
        loop {
            let n = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            hasher.update(&buffer[..n]);
            bytes += n as u64;
        }
        Ok(Self { path: path.into(), bytes, sha256: hex(&hasher.finalize()) })
    }
}

impl Clock {
    /// A clock of which only the zone is known.
    #[must_use]
    pub fn of_zone(zone: impl Into<String>) -> Self {
        Self {
            zone: zone.into(),
            synchronised: None,
            note: "whether the host's clock was synchronised is unknown".to_owned(),
        }
    }
}

impl Manifest {
    /// As canonical JSON: members sorted by name, no blanks, only whole numbers (RFC 8785).
    ///
    /// # Panics
    /// Never: a manifest holds texts, whole numbers, lists and truth values.
    #[must_use]
    pub fn to_canonical(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).expect("a manifest is JSON");
        to_canonical(&value)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is no JSON, has members it should not, names a file twice or outside its folder.
    pub fn parse(bytes: &[u8]) -> Result<Self, SealError> {
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|e| SealError::Manifest(e.to_string()))?;
        if manifest.schema != MANIFEST_SCHEMA {
            let schema: String = manifest.schema.chars().take(64).collect();
            return Err(SealError::Manifest(format!("its schema is '{schema}'")));
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// Checks paths and digests.
    pub(crate) fn check(&self) -> Result<(), SealError> {
        for list in [&self.inputs, &self.outputs] {
            let mut seen = HashSet::new();
            for file in list {
                if !is_inside(&file.path) {
                    return Err(SealError::Path(file.path.clone()));
                }
                if !is_hex_digest(&file.sha256) {
                    return Err(SealError::Digest(file.sha256.clone()));
                }
                if !seen.insert(&file.path) {
                    return Err(SealError::Twice(file.path.clone()));
                }
            }
        }
        match self.outputs.iter().find(|file| is_own(&file.path)) {
            Some(file) => Err(SealError::Path(file.path.clone())),
            None => Ok(()),
        }
    }
}

/// Whether it is one of the seal's own files, which cannot hold their own digest.
pub(crate) fn is_own(path: &str) -> bool {
    [MANIFEST_FILE, NOTE_FILE, KEY_FILE].contains(&path) || is_log(path)
}

/// Whether it is a file of the log, which goes on when the manifest is signed. It is checked by
/// itself.
#[must_use]
pub fn is_log(path: &str) -> bool {
    path.starts_with(LOG_PREFIX) || path.starts_with(CHECKPOINTS_PREFIX)
}

/// Whether a path stays below its root.
fn is_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\0')
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn is_hex_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The SHA-256 of some bytes, in lower-case hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_sha_256() {
        // FIPS 180-4, example of one block.
        let digest = FileDigest::read("abc", &mut "abc".as_bytes()).expect("a slice can be read");
        assert_eq!(digest.bytes, 3);
        assert_eq!(
            digest.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn paths_stay_below_their_root() {
        for path in ["a", "a/b.log", "a.zip!/b", "..a"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/a", "a/", "a//b", "./a", "../a", "a/../b", "a\0b"] {
            assert!(!is_inside(path), "{path:?}");
        }
    }
}

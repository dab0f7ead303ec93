//! `bakas verify`: whether a case is as it was sealed.

use std::{
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use bakas_seal::{FileDigest, Folder, PublicKey, Report};
use serde::Serialize;

use crate::Error;

/// Problems that are shown one by one.
const SHOWN_LIMIT: usize = 50;

/// What verifying came to.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// Whether the seal holds in every point.
    pub holds: bool,
    /// Everything that does not fit, each with what and where.
    pub problems: Vec<String>,
    /// The key's name.
    pub key: Option<String>,
    /// SHA-256 of the key, to be compared over another channel.
    pub key_fingerprint: Option<String>,
    /// Whether the key is the one that was asked for; where none was, anybody may have signed.
    pub key_expected: bool,
    /// Outputs sealed.
    pub outputs: usize,
    /// Inputs sealed.
    pub inputs: usize,
    /// Whether the inputs were read and compared.
    pub inputs_checked: bool,
}

/// Verifies a case and, where they are given, the logs it was made from.
///
/// # Errors
/// Where there is no such case or key, or the key is none. A broken seal is no error.
pub fn run(case: &Path, inputs: Option<&Path>, key: Option<&Path>) -> Result<Verified, Error> {
    let folder = Disk::new(case)?;
    let inputs = inputs.map(Disk::new).transpose()?;
    let expected = key.map(read_key).transpose()?;
    let checked = inputs.is_some();
    let inputs = inputs.as_ref().map(|disk| disk as &dyn Folder);
    Ok(Verified::of(bakas_seal::verify(&folder, inputs, expected.as_ref()), checked))
}

fn read_key(path: &Path) -> Result<PublicKey, Error> {
    let text =
        fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    PublicKey::parse(&text).map_err(|e| Error::Usage(format!("{}: {e}", path.display())))
}

/// A folder on the disk.
struct Disk(PathBuf);

impl Disk {
    fn new(path: &Path) -> Result<Self, Error> {
        let meta = fs::metadata(path);
        match meta {
            Ok(meta) if meta.is_dir() => Ok(Self(path.to_owned())),
            Ok(_) => Err(Error::Usage(format!("{} is no folder", path.display()))),
            Err(source) => Err(Error::Read { path: path.to_owned(), source }),
        }
    }
}

impl Folder for Disk {
    fn list(&self) -> io::Result<Vec<String>> {
        let files = bakas_store::case_folder::list_files(&self.0);
        let files = files.map_err(|e| io::Error::other(e.to_string()))?;
        Ok(files.into_iter().map(|(name, _)| name).collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(fs::File::open(self.0.join(path))?))
    }
}

impl Verified {
    fn of(report: Report, inputs_checked: bool) -> Self {
        let manifest = report.manifest.as_ref();
        let count = |list: fn(&bakas_seal::Manifest) -> &Vec<FileDigest>| {
            manifest.map_or(0, |manifest| list(manifest).len())
        };
        Self {
            holds: report.is_right(),
            problems: report.problems.iter().map(ToString::to_string).collect(),
            key: report.key.as_ref().map(|key| key.name().to_owned()),
            key_fingerprint: report.key.as_ref().map(PublicKey::fingerprint),
            key_expected: report.key_expected,
            outputs: count(|m| &m.outputs),
            inputs: count(|m| &m.inputs),
            inputs_checked,
        }
    }

    /// Whether the seal holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in self.problems.iter().take(SHOWN_LIMIT) {
            writeln!(f, "- {problem}")?;
        }
        if self.problems.len() > SHOWN_LIMIT {
            writeln!(f, "- and {} more", self.problems.len() - SHOWN_LIMIT)?;
        }
        if !self.holds {
            return writeln!(f, "the seal does NOT hold: {} problems", self.problems.len());
        }
        writeln!(f, "the seal holds: {} files are as they were sealed", self.outputs)?;
        if self.inputs_checked {
            writeln!(f, "the {} logs are those that were read", self.inputs)?;
        } else {
            writeln!(f, "the {} logs were not compared: give them with --inputs", self.inputs)?;
        }
        if let (Some(key), Some(fingerprint)) = (&self.key, &self.key_fingerprint) {
            writeln!(f, "signed with the key {key}, fingerprint {fingerprint}")?;
        }
        if !self.key_expected {
            writeln!(f, "compare this fingerprint with the signer's over another channel")?;
        }
        Ok(())
    }
}

//! Whether a bag holds: it came whole, it is signed, and every record that it shows stands in the log
//! whose head it carries.

use std::{fmt, fs, path::Path};

use bakas_seal::{
    Folder as _, Proof, PublicKey, bagit,
    record::Opening,
    sshsig::{self, BAG_NAMESPACE},
};
use serde::Serialize;

use super::{RECORDS_LIMIT, SIGNATURE_FILE, SIGNED_FILE};
use crate::{
    Error,
    verify::{Disk, read_key},
};

/// Bytes of one opening or proof that are read.
const PART_BYTES_LIMIT: u64 = 64 << 20;
/// Problems that are told one by one.
const PROBLEMS_LIMIT: usize = 100;

/// What looking at a bag came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Checked {
    /// Whether everything holds.
    pub holds: bool,
    /// What does not.
    pub problems: Vec<String>,
    /// Records that are shown and proved.
    pub records: usize,
    /// Which log they stand in.
    pub log: String,
    /// Leaves that the head speaks for.
    pub leaves: u64,
    /// Fingerprint of the key.
    pub key_fingerprint: String,
    /// Whether the key is the one that was asked for.
    pub key_expected: bool,
    /// Whether the head bears a time stamp. Its authority's signature is for `openssl ts -verify`.
    pub stamped: bool,
}

/// Whether a folder is a bag.
#[must_use]
pub fn is_bag(path: &Path) -> bool {
    path.join("bagit.txt").is_file()
}

/// Looks at a bag; with the signer's key, where it is known over another channel.
///
/// # Errors
/// Where there is no such bag, or it names no key. A bag that does not hold is no error.
pub fn run(path: &Path, key: Option<&Path>) -> Result<Checked, Error> {
    let expected = key.map(read_key).transpose()?;
    let disk = Disk::new(path, false)?;
    let read = |name: &str| -> Result<String, Error> {
        let failed = |source| Error::Read { path: path.join(name), source };
        let meta = fs::symlink_metadata(path.join(name)).map_err(failed)?;
        if !meta.is_file() || meta.len() > PART_BYTES_LIMIT {
            let what = format!("{name} is no file, or over {PART_BYTES_LIMIT} bytes");
            return Err(Error::Seal(what));
        }
        let bytes = fs::read(path.join(name)).map_err(failed)?;
        String::from_utf8(bytes).map_err(|_| Error::Seal(format!("{name} is not UTF-8")))
    };
    let own = PublicKey::parse(&read("data/log/key.pub")?)
        .map_err(|e| Error::Seal(format!("data/log/key.pub: {e}")))?;
    let key_expected = expected.is_some();
    let key = expected.as_ref().unwrap_or(&own);
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut checked = Checked {
        problems: bagit::check(&disk).map_err(failed)?,
        key_fingerprint: key.fingerprint(),
        key_expected,
        stamped: path.join("data/log/checkpoint.tsr").is_file(),
        ..Checked::default()
    };
    let signature = read(SIGNATURE_FILE).and_then(|signature| {
        let signed = read(SIGNED_FILE)?;
        sshsig::verify(key, BAG_NAMESPACE, signed.as_bytes(), &signature)
            .map_err(|e| Error::Seal(e.to_string()))
    });
    if let Err(e) = signature {
        checked.problems.push(format!("{SIGNATURE_FILE}: {e}"));
    }
    let names: Vec<String> = disk.list().map_err(failed)?;
    let records = names.iter().filter_map(|name| {
        name.strip_prefix("data/records/").and_then(|name| name.strip_suffix(".json"))
    });
    for number in records.take(RECORDS_LIMIT) {
        match record(&read, number, key) {
            Ok(head) => {
                checked.records += 1;
                (checked.log, checked.leaves) = (head.origin, head.size);
            }
            Err(e) => checked.problems.push(format!("data/records/{number}.json: {e}")),
        }
    }
    checked.holds = checked.problems.is_empty();
    checked.problems.truncate(PROBLEMS_LIMIT);
    Ok(checked)
}

fn record(
    read: &impl Fn(&str) -> Result<String, Error>,
    number: &str,
    key: &PublicKey,
) -> Result<bakas_seal::Checkpoint, Error> {
    let wrong = |e: &dyn fmt::Display| Error::Seal(e.to_string());
    let opening: Opening = serde_json::from_str(&read(&format!("data/records/{number}.json"))?)
        .map_err(|e| wrong(&e))?;
    let proof =
        Proof::parse(&read(&format!("data/proofs/{number}.tlog-proof"))?).map_err(|e| wrong(&e))?;
    opening.verify(&proof, key).map_err(|e| wrong(&e))
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "- {problem}")?;
        }
        if !self.holds {
            return writeln!(f, "the bag does NOT hold");
        }
        writeln!(
            f,
            "the bag holds: {} records stand in the log {} as it was with {} leaves",
            self.records, self.log, self.leaves
        )?;
        match self.stamped {
            true => writeln!(f, "its head bears a time stamp: check it with openssl ts -verify")?,
            false => writeln!(f, "its head bears no time stamp of others")?,
        }
        writeln!(f, "signed with the key of fingerprint {}", self.key_fingerprint)?;
        if !self.key_expected {
            writeln!(
                f,
                "anybody may have signed: give the signer's key with --key, or compare this fingerprint \
                 with theirs over another channel"
            )?;
        }
        Ok(())
    }
}

//! Keys that open what came: ours for age and OpenPGP, from files that a person names, and those of
//! the parties we know, by which a signature is somebody's. Nothing secret is kept or shown.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use bakas_exchange::envelope::{Keys, Opened, PgpKeys, fingerprint};

use super::{Known, Parties, read_limited};
use crate::Error;

/// Largest file with a key, in bytes.
pub const KEY_FILE_BYTES_LIMIT: u64 = 1 << 20;

/// Files with keys of ours.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyFiles<'a> {
    /// For age: files as `age-keygen` makes them, or OpenSSH private keys without a password.
    pub age: &'a [PathBuf],
    /// For OpenPGP: secret keys without a password, armoured or not.
    pub openpgp: &'a [PathBuf],
}

/// What opens messages, and whose signatures are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Opening {
    pub(super) keys: Keys,
    /// Fingerprint of a key that seals, and the party.
    seals: Vec<(String, String)>,
    /// Fingerprint of a certificate, and the party.
    certificates: Vec<(String, String)>,
}

impl Opening {
    /// Reads the keys.
    pub(super) fn read(files: KeyFiles<'_>, parties: &Parties) -> Result<Self, Error> {
        let mut opening = Self::default();
        for path in files.age {
            let text = String::from_utf8(read_limited(path, KEY_FILE_BYTES_LIMIT)?);
            let text = text.map_err(|_| no_key(path, "no text"))?;
            let keys = of_age(&text);
            if keys.is_empty() {
                return Err(no_key(path, "no age or SSH key stands in it"));
            }
            opening.keys.age.extend(keys);
        }
        let mut pgp = PgpKeys::default();
        for path in files.openpgp {
            pgp.secret.push(Arc::new(read_limited(path, KEY_FILE_BYTES_LIMIT)?));
        }
        for known in parties.known() {
            opening.knows(known, &mut pgp)?;
        }
        opening.keys.openpgp = pgp;
        Ok(opening)
    }

    fn knows(&mut self, known: &Known, pgp: &mut PgpKeys) -> Result<(), Error> {
        let id = &known.party.id;
        if let Some(key) = &known.key {
            self.seals.push((key.fingerprint(), id.clone()));
            self.keys.seal.push(key.clone());
        }
        if let Some(certificate) = &known.certificate {
            let name = fingerprint(certificate)
                .map_err(|e| Error::Usage(format!("parties.toml, pgp of {id}: {e}")))?;
            self.certificates.push((name, id.clone()));
            pgp.certificates.push(certificate.clone());
        }
        Ok(())
    }

    /// The party whose key signed what was opened. Of a seal and a signature the seal counts: it
    /// names the recipient.
    pub(super) fn signer(&self, opened: &Opened) -> Option<&str> {
        let of = |list: &'_ [(String, String)], fingerprint: &str| {
            list.iter().position(|(one, _)| one == fingerprint)
        };
        if !opened.sealed_by.is_empty() {
            let at = of(&self.seals, &opened.sealed_by)?;
            return self.seals.get(at).map(|(_, id)| id.as_str());
        }
        let at = opened.signed_by.iter().find_map(|one| of(&self.certificates, one))?;
        self.certificates.get(at).map(|(_, id)| id.as_str())
    }
}

fn no_key(path: &Path, what: &str) -> Error {
    Error::Usage(format!("{}: {what}", path.display()))
}

/// The keys of a file: an OpenSSH key whole, or a line each.
fn of_age(text: &str) -> Vec<String> {
    if text.contains("-----BEGIN") {
        return vec![text.to_owned()];
    }
    let is_key = |line: &&str| line.starts_with("AGE-SECRET-KEY-");
    text.lines().map(str::trim).filter(is_key).map(str::to_owned).collect()
}

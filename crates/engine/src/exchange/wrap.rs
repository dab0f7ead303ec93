//! What is put around a message before it leaves: our signature over it and its labels, and
//! encryption to those who may read it. The message itself passed the gate before.

use bakas_exchange::{
    Cleared,
    envelope::{EnvelopeError, Outside, encrypt_age, encrypt_openpgp, seal},
};

use super::{Known, Post};
use crate::Error;

/// What is put around a message.
#[derive(Clone, Debug, Default)]
pub struct Wrap {
    /// An envelope with our signature.
    pub envelope: bool,
    /// Encrypted with age to these: `age1…`, `ssh-ed25519 …`.
    pub age: Vec<String>,
    /// Encrypted with OpenPGP to these certificates.
    pub openpgp: Vec<Vec<u8>>,
    /// Our OpenPGP secret key to sign with, where the other side checks that.
    pub openpgp_signer: Option<Vec<u8>>,
    /// Whether the labels stand outside of what is encrypted, for whoever handles the mail.
    pub labels_outside: bool,
}

impl Wrap {
    /// Whether anything is put around.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        !self.envelope && self.age.is_empty() && self.openpgp.is_empty()
    }

    /// What is put around, in words.
    pub(super) fn names(&self) -> Vec<String> {
        let parts = [
            ("envelope", self.envelope),
            ("age", !self.age.is_empty()),
            ("openpgp", !self.openpgp.is_empty()),
        ];
        parts.iter().filter(|(_, is)| *is).map(|(name, _)| (*name).to_owned()).collect()
    }
}

impl Post<'_> {
    /// Whom we encrypt to for a party, by its id; `None` where it is nobody in `parties.toml`.
    #[must_use]
    pub fn reads(&self, id: &str) -> Option<&Known> {
        self.parties.find(id)
    }

    /// Puts around a message what is asked for.
    pub(super) fn wrapped(
        &self,
        cleared: &Cleared,
        format: &str,
        message: Vec<u8>,
        wrap: &Wrap,
    ) -> Result<Vec<u8>, Error> {
        if !wrap.age.is_empty() && !wrap.openpgp.is_empty() {
            let what = "encrypt with age or with OpenPGP, not with both: one of them is enough";
            return Err(Error::Usage(what.into()));
        }
        let now = self.clock.now();
        let mut bytes = message;
        if wrap.envelope {
            bytes = seal(cleared, format, &bytes, &self.key, now).map_err(told)?;
        }
        let outside = if wrap.labels_outside {
            Outside::Labels(cleared.handling.tlp, cleared.handling.pap)
        } else {
            Outside::Nothing
        };
        if !wrap.age.is_empty() {
            let to: Vec<&str> = wrap.age.iter().map(String::as_str).collect();
            bytes = encrypt_age(&bytes, &to, outside).map_err(told)?;
        }
        if !wrap.openpgp.is_empty() {
            let to: Vec<&[u8]> = wrap.openpgp.iter().map(Vec::as_slice).collect();
            let signer = wrap.openpgp_signer.as_deref();
            bytes = encrypt_openpgp(&bytes, &to, signer, now, outside).map_err(told)?;
        }
        Ok(bytes)
    }
}

/// A key that is none is the fault of who named it.
fn told(error: EnvelopeError) -> Error {
    match error {
        EnvelopeError::Key { .. } | EnvelopeError::Text(_) => Error::Usage(error.to_string()),
        other => Error::Refused(other.to_string()),
    }
}

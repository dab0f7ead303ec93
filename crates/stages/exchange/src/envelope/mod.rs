//! One file that survives a mail: what is sent, signed with the sender's key, and where wanted
//! encrypted. Signed: a C2SP signed note over the digest of what is sent, with its labels, in an
//! armour of seven bits and lines of 64 letters. Encrypted: that armour as the plain text of an age
//! file (C2SP age) or of an OpenPGP message (RFC 9580).
//!
//! No key is kept here, and nothing opened here is trusted by that: a signature says who sealed it.

mod age_file;
mod armour;
mod note;
mod openpgp;

use bakas_model::{
    Timestamp,
    exchange::{Pap, Tlp},
};

pub use self::{
    age_file::encrypt_age,
    armour::ARMOUR_COLUMNS,
    openpgp::{PgpKeys, encrypt_openpgp, fingerprint},
};
use crate::{Cleared, Limits};

/// Layers within layers that are opened.
pub const LAYERS_LIMIT: usize = 3;
/// Bytes of an envelope: it is held in memory.
pub const ENVELOPE_BYTES_LIMIT: u64 = 256 << 20;

/// Why an envelope could not be made or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// There is none.
    #[error("no envelope: none of the lines that begin one stands in it")]
    None,
    /// It is larger than what is read.
    #[error("the envelope is larger than {0} bytes; ask for it in parts")]
    TooLarge(u64),
    /// Lines of it are missing or were changed.
    #[error("the envelope is damaged (line {line}): {what}; ask for it again")]
    Damaged {
        /// From 1, within the message.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The signature does not fit.
    #[error("the signature of '{name}' is wrong: {what}; do not use it")]
    Signature {
        /// The key that it names.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// What is signed is not what came.
    #[error("what came is not what '{0}' signed; do not use it")]
    Content(String),
    /// The labels on the outside are not those that were signed.
    #[error("its outside says another label than what was signed; the outside was changed")]
    Labels,
    /// No key of ours opens it.
    #[error(
        "it is encrypted, and none of the {0} keys given opens it; give ours that it was made for, or ask whom it was made for"
    )]
    NotForUs(usize),
    /// It could not be decrypted though a key fits.
    #[error("the encrypted part is damaged: {0}; ask for it again")]
    Cipher(String),
    /// Layers within layers.
    #[error("more than {LAYERS_LIMIT} layers")]
    Layers,
    /// A key that cannot be used.
    #[error("{of}: {what}")]
    Key {
        /// Which: by its place in the list.
        of: String,
        /// What is wrong with it.
        what: String,
    },
    /// A text that cannot stand in what is signed.
    #[error("{0} holds blanks or line ends and cannot be signed over")]
    Text(&'static str),
}

/// What a person may see on the outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outside {
    /// Nothing: a file that `age -d` or `gpg -d` takes as it is.
    #[default]
    Nothing,
    /// TLP and PAP, on lines above, so that whoever handles the mail knows how.
    Labels(Tlp, Pap),
}

impl Outside {
    /// The lines that stand above an encrypted part.
    fn lines(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Labels(tlp, pap) => format!("{tlp} {pap}\nEncrypted. / Naka-encrypt.\n\n"),
        }
    }
}

/// Who sealed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sealed {
    /// Nobody: a bare message within an encrypted one.
    #[default]
    ByNobody,
    /// A key of this name that is not known here; nothing was checked.
    ByUnknown(String),
    /// A known key, and the signature is right.
    By(String),
}

/// An opened envelope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// What was sent.
    pub payload: Vec<u8>,
    /// Its format, as the sender named it: `stix`, `misp`, `iodef`, `native`.
    pub format: String,
    /// Who sealed it.
    pub sealed: Sealed,
    /// Fingerprint of the known key that sealed it; empty where none did.
    pub sealed_by: String,
    /// Labels that were signed.
    pub labels: Option<(Tlp, Pap)>,
    /// The party that it was sealed for: another one was not meant to get it.
    pub to: String,
    /// When it was sealed.
    pub made: Option<Timestamp>,
    /// Whether it was encrypted.
    pub encrypted: bool,
    /// Fingerprints of OpenPGP keys whose signatures were right.
    pub signed_by: Vec<String>,
}

/// Keys to open with.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Of parties that seal.
    pub seal: Vec<bakas_seal::PublicKey>,
    /// Ours for age: `AGE-SECRET-KEY-1…`, or an OpenSSH private key without a password.
    pub age: Vec<String>,
    /// Ours and others' for OpenPGP.
    pub openpgp: PgpKeys,
}

/// Seals what an encoder made of a cleared package.
///
/// # Errors
/// Where a name cannot be signed over.
pub fn seal(
    cleared: &Cleared,
    format: &str,
    payload: &[u8],
    key: &bakas_seal::SigningKey,
    made: Timestamp,
) -> Result<Vec<u8>, EnvelopeError> {
    let signed = note::Signed {
        format: format.to_owned(),
        bytes: payload.len() as u64,
        sha256: note::digest(payload),
        to: cleared.recipient().party.id.clone(),
        labels: (cleared.handling.tlp, cleared.handling.pap),
        made,
    };
    let note = key.sign_note(&signed.text()?).map_err(|error| EnvelopeError::Signature {
        name: key.name().to_owned(),
        what: error.to_string(),
    })?;
    Ok(armour::write(&signed, key.name(), &note, payload).into_bytes())
}

/// Whether an envelope begins somewhere in a message.
#[must_use]
pub fn is_envelope(bytes: &[u8]) -> bool {
    armour::kind(bytes).is_some()
}

/// Opens an envelope, layer by layer.
///
/// # Errors
/// By name: damaged, wrongly signed, not for us, over a limit.
pub fn open(bytes: &[u8], keys: &Keys, limits: &Limits) -> Result<Opened, EnvelopeError> {
    let most = limits.bytes.min(ENVELOPE_BYTES_LIMIT);
    if bytes.len() as u64 > most {
        return Err(EnvelopeError::TooLarge(most));
    }
    let mut opened = Opened::default();
    let mut bytes = bytes.to_vec();
    for layer in 0..=LAYERS_LIMIT {
        let kind = armour::kind(&bytes);
        if kind.is_some() && layer == LAYERS_LIMIT {
            return Err(EnvelopeError::Layers);
        }
        match kind {
            Some(armour::Kind::Sealed) => {
                armour::open(&bytes, &keys.seal, &mut opened)?;
                return Ok(opened);
            }
            Some(armour::Kind::Age) => bytes = age_file::decrypt(&bytes, &keys.age, most)?,
            Some(armour::Kind::OpenPgp) => {
                let (plain, signers) = openpgp::decrypt(&bytes, &keys.openpgp, most)?;
                bytes = plain;
                opened.signed_by.extend(signers);
            }
            None if layer == 0 => return Err(EnvelopeError::None),
            // A counterpart without our program encrypts the message itself.
            None => {
                opened.payload = bytes;
                return Ok(Opened { encrypted: true, ..opened });
            }
        }
        opened.encrypted = true;
    }
    Err(EnvelopeError::Layers)
}

/// Reads at most so many bytes of what was decrypted or unpacked.
fn read_most(mut from: impl std::io::Read, most: u64) -> Result<Vec<u8>, EnvelopeError> {
    use std::io::Read as _;
    let mut out = Vec::new();
    (&mut from)
        .take(most.saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|error| EnvelopeError::Cipher(error.to_string()))?;
    if out.len() as u64 > most { Err(EnvelopeError::TooLarge(most)) } else { Ok(out) }
}

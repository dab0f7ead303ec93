//! Ed25519 keys with a name, in the C2SP text form. Where a secret is kept is the caller's affair.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signer, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::{SealError, digits::hex};

/// The signature type of Ed25519 in C2SP signed notes.
const ED25519: u8 = 1;
/// Bytes of the number that a signature names its key by.
pub(crate) const KEY_ID_BYTES: usize = 4;

/// Signs. It is wiped from memory when dropped.
pub struct SigningKey {
    name: String,
    secret: ed25519_dalek::SigningKey,
}

/// Verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

impl SigningKey {
    /// The key of 32 secret bytes, which must come from the system's source of randomness.
    /// Its name says whose it is, as a host and path without a scheme: `cert.example/bakas`.
    ///
    /// # Errors
    /// When the name is empty or holds blanks, control characters or `+`.
    pub fn new(name: &str, secret: &[u8; 32]) -> Result<Self, SealError> {
        check_name(name)?;
        let secret = ed25519_dalek::SigningKey::from_bytes(secret);
        Ok(Self { name: name.to_owned(), secret })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey { name: self.name.clone(), key: self.secret.verifying_key() }
    }

    /// The signature of bytes, for forms that say themselves what they are for.
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.secret.sign(bytes).to_bytes().to_vec()
    }

    /// A signed note over a text of the caller's, every line of it ended and none empty. Its first line
    /// must say what it is; those of manifests and checkpoints are not signed here.
    ///
    /// # Errors
    /// When it is no such text, or could be taken for a manifest's note or a checkpoint.
    pub fn sign_note(&self, text: &str) -> Result<String, SealError> {
        crate::note::check_own_text(text)?;
        Ok(self.sign(text))
    }

    /// A signed note of a text that ends with a line feed.
    pub(crate) fn sign(&self, text: &str) -> String {
        let signature = self.secret.sign(text.as_bytes());
        let mut bytes = self.public().id().to_vec();
        bytes.extend_from_slice(&signature.to_bytes());
        format!("{text}\n\u{2014} {} {}\n", self.name, STANDARD.encode(bytes))
    }
}

impl PublicKey {
    /// Reads the text form, with or without a line feed at its end.
    ///
    /// # Errors
    /// When it is no Ed25519 key in that form, or its parts do not belong together.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let wrong = |why| SealError::Key(why);
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it is not of the form NAME+ID+KEY"));
        };
        check_name(name)?;
        let data = STANDARD.decode(data).map_err(|_| wrong("its last part is not base64"))?;
        let Some((&ED25519, key)) = data.split_first() else {
            return Err(wrong("it is not an Ed25519 key"));
        };
        let key: [u8; 32] = key.try_into().map_err(|_| wrong("it has not 32 bytes"))?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| wrong("it is no point"))?;
        let public = Self { name: name.to_owned(), key };
        // Written out again it must be the same: so the id is checked, and no second spelling of
        // one key passes.
        if public.to_line() == text { Ok(public) } else { Err(wrong("its id does not fit it")) }
    }

    /// The text form, as a line: `NAME+ID+KEY`.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_line() + "\n"
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number that signatures name it by.
    #[must_use]
    pub fn id(&self) -> [u8; KEY_ID_BYTES] {
        let mut hash = Sha256::new();
        hash.update(&self.name);
        hash.update([b'\n', ED25519]);
        hash.update(self.key.as_bytes());
        let hash = hash.finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// What a person compares by telephone: the SHA-256 of the key's 32 bytes, in hex.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.key.as_bytes()))
    }

    /// The key's 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The key of 32 bytes under a name.
    pub(crate) fn of_bytes(name: &str, key: &[u8; 32]) -> Result<Self, SealError> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| SealError::Key("it is no point"))?;
        Ok(Self { name: name.to_owned(), key })
    }

    pub(crate) fn verifies(&self, text: &str, signature: &[u8; 64]) -> bool {
        self.verifies_bytes(text.as_bytes(), signature)
    }

    pub(crate) fn verifies_bytes(&self, signed: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.key.verify_strict(signed, &signature).is_ok()
    }

    fn to_line(&self) -> String {
        let mut data = vec![ED25519];
        data.extend_from_slice(self.key.as_bytes());
        format!("{}+{}+{}", self.name, hex(&self.id()), STANDARD.encode(data))
    }
}

fn check_name(name: &str) -> Result<(), SealError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.chars().any(bad) {
        return Err(SealError::KeyName(name.chars().take(64).collect()));
    }
    Ok(())
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out of every message.
        f.debug_struct("SigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the Go checksum database, as the Go tools carry it: made by another hand.
    #[test]
    fn the_text_form_is_that_of_c2sp() {
        let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        let key = PublicKey::parse(text).expect("a key in use");
        assert_eq!(key.id(), [0x03, 0x3d, 0xe0, 0xae]);
        assert_eq!(key.to_text(), format!("{text}\n"));
        let other = text.replace("033de0ae", "033de0af");
        assert_eq!(PublicKey::parse(&other), Err(SealError::Key("its id does not fit it")));
    }

    /// The note that the documentation of Go's package `note` shows: made by another hand.
    #[test]
    fn a_signature_of_go_verifies() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let text = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n";
        let signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng\
            otpRZb6KE6RyyBwJnAM=";
        let key = PublicKey::parse(key).expect("a key");
        let bytes = STANDARD.decode(signature).expect("base64");
        let (id, signature) = bytes.split_first_chunk::<KEY_ID_BYTES>().expect("an id");
        assert_eq!(*id, key.id());
        let signature = signature.try_into().expect("64 bytes");
        assert!(key.verifies(text, signature));
        assert!(!key.verifies("another text\n", signature));
    }

    #[test]
    fn a_key_reads_back() {
        let key = SigningKey::new("cert.example/bakas", &[3; 32]).expect("a good name");
        let text = key.public().to_text();
        assert_eq!(PublicKey::parse(&text), Ok(key.public()));
        assert_eq!(PublicKey::parse(text.trim_end()), Ok(key.public()));
        assert!(format!("{key:?}").starts_with("SigningKey { name: \"cert.example/bakas\""));
    }

    #[test]
    fn names_have_no_blanks() {
        for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b"] {
            let refused = SigningKey::new(name, &[0; 32]).expect_err("not a name");
            assert_eq!(refused, SealError::KeyName(name.to_owned()));
        }
    }
}

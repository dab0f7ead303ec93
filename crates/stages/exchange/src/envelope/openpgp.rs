//! OpenPGP: encryption to certificates, with a signature where a key is given.

use std::{io::Cursor, sync::Arc};

use bakas_model::Timestamp;
use pgp::{
    composed::{
        ArmorOptions, Deserializable, Message, MessageBuilder, SignedPublicKey, SignedPublicSubKey,
        SignedSecretKey,
    },
    crypto::{hash::HashAlgorithm, sym::SymmetricKeyAlgorithm},
    packet::{Signature, SignatureType},
    types::{KeyDetails, Password, SigningKey, VerifyingKey},
};
use rand::rngs::OsRng;

use super::{EnvelopeError, Outside, armour, read_most};

const BEGIN: &str = "-----BEGIN PGP MESSAGE-----";
const END: &str = "-----END PGP MESSAGE-----";

/// Keys for OpenPGP, armoured or not.
#[derive(Clone, Default)]
pub struct PgpKeys {
    /// Our secret keys, without a password.
    pub secret: Vec<Arc<Vec<u8>>>,
    /// Certificates of parties, whose signatures are checked.
    pub certificates: Vec<Vec<u8>>,
}

impl std::fmt::Debug for PgpKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret stays out of every message.
        f.debug_struct("PgpKeys")
            .field("certificates", &self.certificates.len())
            .finish_non_exhaustive()
    }
}

fn key(of: &str, number: usize, what: &str) -> EnvelopeError {
    EnvelopeError::Key { of: format!("{of} {}", number + 1), what: what.to_owned() }
}

fn certificate(bytes: &[u8], number: usize) -> Result<SignedPublicKey, EnvelopeError> {
    let (certificate, _) = SignedPublicKey::from_reader_single(Cursor::new(bytes))
        .map_err(|error| key("certificate", number, &error.to_string()))?;
    certificate
        .verify_bindings()
        .map_err(|error| key("certificate", number, &error.to_string()))?;
    Ok(certificate)
}

fn secret(bytes: &[u8], number: usize) -> Result<SignedSecretKey, EnvelopeError> {
    let (secret, _) = SignedSecretKey::from_reader_single(Cursor::new(bytes))
        .map_err(|error| key("secret key", number, &error.to_string()))?;
    Ok(secret)
}

/// The fingerprint of a certificate, as [`super::Opened::signed_by`] names it.
///
/// # Errors
/// Where it is no certificate.
pub fn fingerprint(bytes: &[u8]) -> Result<String, EnvelopeError> {
    Ok(certificate(bytes, 0)?.fingerprint().to_string())
}

/// Whether the newest binding holds at a time: not run out and not revoked.
fn holds(signatures: &[Signature], created: u64, now: Timestamp) -> bool {
    let is_revoked = signatures.iter().any(|one| {
        matches!(one.typ(), Some(SignatureType::SubkeyRevocation | SignatureType::KeyRevocation))
    });
    let newest = signatures.iter().max_by_key(|one| one.created());
    let until = newest.and_then(Signature::key_expiration_time).map(std::time::Duration::from);
    let is_over = until.is_some_and(|until| {
        until.as_secs() > 0 && created.saturating_add(until.as_secs()) < seconds(now)
    });
    !is_revoked && !is_over
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_seconds()).unwrap_or_default()
}

fn born(key: &impl KeyDetails) -> u64 {
    let born: std::time::SystemTime = key.created_at().into();
    born.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The subkeys that a certificate wants messages encrypted to.
fn for_encryption(of: &SignedPublicKey, now: Timestamp) -> Vec<&SignedPublicSubKey> {
    if !of.details.revocation_signatures.is_empty() {
        return Vec::new();
    }
    let primary: Vec<Signature> =
        of.details.users.iter().flat_map(|user| user.signatures.iter().cloned()).collect();
    if !holds(&primary, born(&of.primary_key), now) {
        return Vec::new();
    }
    let is_for_it = |subkey: &&SignedPublicSubKey| {
        let flags = subkey.signatures.iter().map(Signature::key_flags);
        flags.into_iter().any(|flags| flags.encrypt_comms() || flags.encrypt_storage())
            && subkey.key.algorithm().can_encrypt()
            && holds(&subkey.signatures, born(&subkey.key), now)
    };
    of.public_subkeys.iter().filter(is_for_it).collect()
}

/// Encrypts to certificates, and signs with a secret key where one is given.
///
/// # Errors
/// Where a certificate or key is none, or has no subkey for it that holds at `now`.
pub fn encrypt_openpgp(
    bytes: &[u8],
    certificates: &[&[u8]],
    signer: Option<&[u8]>,
    now: Timestamp,
    outside: Outside,
) -> Result<Vec<u8>, EnvelopeError> {
    let failed = |error: pgp::errors::Error| EnvelopeError::Cipher(error.to_string());
    if certificates.is_empty() {
        return Err(key("certificate", 0, "there is none to encrypt to"));
    }
    let signer = signer.map(|bytes| secret(bytes, 0)).transpose()?;
    let no_password = Password::from("");
    let mut builder = MessageBuilder::from_bytes("", bytes.to_vec())
        .seipd_v1(OsRng, SymmetricKeyAlgorithm::AES256);
    for (number, bytes) in certificates.iter().enumerate() {
        let certificate = certificate(bytes, number)?;
        let keys = for_encryption(&certificate, now);
        if keys.is_empty() {
            let what = "no subkey for encryption that holds now; ask for a new certificate";
            return Err(key("certificate", number, what));
        }
        for subkey in keys {
            builder.encrypt_to_key(OsRng, subkey).map_err(failed)?;
        }
    }
    if let Some(signer) = &signer {
        builder.sign(for_signing(signer), no_password, HashAlgorithm::Sha512);
    }
    let options = ArmorOptions::default();
    let armoured = builder.to_armored_string(OsRng, options).map_err(failed)?;
    Ok((outside.lines() + &armoured).into_bytes())
}

/// The subkey for signatures, or the primary key.
fn for_signing(of: &SignedSecretKey) -> &dyn SigningKey {
    let signs = |signatures: &[Signature]| signatures.iter().any(|one| one.key_flags().sign());
    let subkey = of.secret_subkeys.iter().find(|subkey| signs(&subkey.signatures));
    subkey.map_or(&of.primary_key as &dyn SigningKey, |subkey| &subkey.key)
}

/// Decrypts, and tells whose signatures are right.
pub(super) fn decrypt(
    bytes: &[u8],
    keys: &PgpKeys,
    most: u64,
) -> Result<(Vec<u8>, Vec<String>), EnvelopeError> {
    let failed = |error: pgp::errors::Error| EnvelopeError::Cipher(error.to_string());
    let secrets: Result<Vec<SignedSecretKey>, EnvelopeError> =
        keys.secret.iter().enumerate().map(|(number, bytes)| secret(bytes, number)).collect();
    let secrets = secrets?;
    let armoured = armour::cut(bytes, BEGIN, END).ok_or(EnvelopeError::None)?;
    let (mut message, _) = Message::from_armor(Cursor::new(armoured)).map_err(failed)?;
    if message.is_encrypted() {
        let no_password = Password::from("");
        message = message.decrypt_with_keys(vec![&no_password], secrets.iter().collect()).map_err(
            |error| match error {
                pgp::errors::Error::MissingKey => EnvelopeError::NotForUs(secrets.len()),
                error => EnvelopeError::Cipher(error.to_string()),
            },
        )?;
    }
    if message.is_compressed() {
        message = message.decompress().map_err(failed)?;
    }
    let plain = read_most(&mut message, most)?;
    let is_signed = message.is_signed() || message.is_one_pass_signed();
    let mut signers = Vec::new();
    for (number, bytes) in keys.certificates.iter().enumerate() {
        if !is_signed {
            break;
        }
        let certificate = certificate(bytes, number)?;
        let subkeys = certificate.public_subkeys.iter().map(|one| &one.key as &dyn VerifyingKey);
        let all: Vec<&dyn VerifyingKey> =
            std::iter::once(&certificate.primary_key as &dyn VerifyingKey).chain(subkeys).collect();
        let results = message.verify_nested(&all).map_err(failed)?;
        let is_right = |one: &pgp::composed::VerificationResult| {
            matches!(one, pgp::composed::VerificationResult::Valid(_))
        };
        if results.iter().any(is_right) {
            signers.push(certificate.fingerprint().to_string());
        }
    }
    Ok((plain, signers))
}

//! Encryption with age: to X25519 recipients and to SSH keys of the kind Ed25519.

use std::io::{BufReader, Write};

use age::{
    DecryptError, Decryptor, Encryptor, Identity, Recipient,
    armor::{ArmoredReader, ArmoredWriter, Format},
    ssh, x25519,
};

use super::{EnvelopeError, Outside, armour, read_most};

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";

fn key(number: usize, what: &str) -> EnvelopeError {
    EnvelopeError::Key { of: format!("key {}", number + 1), what: what.to_owned() }
}

/// Encrypts to recipients: `age1…` or `ssh-ed25519 …`. Only they can open it, not even we.
///
/// # Errors
/// Where a recipient is none, or there is none at all.
pub fn encrypt_age(
    bytes: &[u8],
    recipients: &[&str],
    outside: Outside,
) -> Result<Vec<u8>, EnvelopeError> {
    let mut to: Vec<Box<dyn Recipient + Send>> = Vec::new();
    for (number, text) in recipients.iter().enumerate() {
        let text = text.trim();
        if let Ok(recipient) = text.parse::<x25519::Recipient>() {
            to.push(Box::new(recipient));
        } else if text.starts_with("ssh-ed25519 ")
            && let Ok(recipient) = text.parse::<ssh::Recipient>()
        {
            to.push(Box::new(recipient));
        } else {
            return Err(key(number, "no recipient (age1… or ssh-ed25519 …)"));
        }
    }
    let failed = |error: &dyn std::fmt::Display| EnvelopeError::Cipher(error.to_string());
    let encryptor = Encryptor::with_recipients(to.iter().map(|one| &**one as &dyn Recipient))
        .map_err(|error| failed(&error))?;
    let out = outside.lines().into_bytes();
    let armour =
        ArmoredWriter::wrap_output(out, Format::AsciiArmor).map_err(|error| failed(&error))?;
    let mut writer = encryptor.wrap_output(armour).map_err(|error| failed(&error))?;
    writer.write_all(bytes).map_err(|error| failed(&error))?;
    let armour = writer.finish().map_err(|error| failed(&error))?;
    armour.finish().map_err(|error| failed(&error))
}

fn identities(texts: &[String]) -> Result<Vec<Box<dyn Identity>>, EnvelopeError> {
    let mut all: Vec<Box<dyn Identity>> = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let text = text.trim();
        if let Ok(identity) = text.parse::<x25519::Identity>() {
            all.push(Box::new(identity));
            continue;
        }
        match ssh::Identity::from_buffer(BufReader::new(text.as_bytes()), None) {
            Ok(ssh::Identity::Encrypted(_)) => {
                return Err(key(number, "the SSH key has a password; give one without"));
            }
            Ok(identity @ ssh::Identity::Unencrypted(_)) => all.push(Box::new(identity)),
            _ => return Err(key(number, "no age or SSH key")),
        }
    }
    Ok(all)
}

/// Decrypts with the first key that fits.
pub(super) fn decrypt(bytes: &[u8], keys: &[String], most: u64) -> Result<Vec<u8>, EnvelopeError> {
    let identities = identities(keys)?;
    let armour = if bytes.starts_with(armour::AGE_BINARY) {
        bytes.to_vec()
    } else {
        armour::cut(bytes, BEGIN, END).ok_or(EnvelopeError::None)?
    };
    let of = |error: DecryptError| match error {
        DecryptError::NoMatchingKeys => EnvelopeError::NotForUs(keys.len()),
        other => EnvelopeError::Cipher(other.to_string()),
    };
    let decryptor = Decryptor::new(ArmoredReader::new(armour.as_slice())).map_err(of)?;
    if decryptor.is_scrypt() {
        // A password costs its reader as much work as the sender likes.
        return Err(EnvelopeError::Cipher("it is encrypted with a password; use keys".into()));
    }
    let reader = decryptor.decrypt(identities.iter().map(|one| &**one)).map_err(of)?;
    read_most(reader, most)
}

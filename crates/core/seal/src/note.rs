//! The C2SP signed note over a manifest. It is not a transparency log's checkpoint, and cannot be
//! read as one: its first line says what it is.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{MANIFEST_SCHEMA, PublicKey, SealError, key::KEY_ID_BYTES, manifest::sha256_hex};

/// What stands before a signature line.
const SIGNATURE: &str = "\u{2014} ";

/// What a verified note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Size of the manifest.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

impl Opened {
    /// Whether the note was made over exactly these bytes.
    #[must_use]
    pub fn covers(&self, manifest: &[u8]) -> bool {
        self.bytes == manifest.len() as u64 && self.sha256 == sha256_hex(manifest)
    }
}

/// The text that is signed: schema, origin, size and digest, each on its line.
pub(crate) fn text_over(origin: &str, manifest: &[u8]) -> String {
    let (bytes, sha256) = (manifest.len(), sha256_hex(manifest));
    format!("{MANIFEST_SCHEMA}\n{origin}\nmanifest.json {bytes}\nsha256 {sha256}\n")
}

/// Verifies a note with a key and reads it.
///
/// # Errors
/// When it is no note over a manifest, or its signature is not by this key.
pub fn open(note: &str, key: &PublicKey) -> Result<Opened, SealError> {
    let wrong = |why| SealError::Note(why);
    let (text, line) = note.split_once("\n\n").ok_or(wrong("it has no signature"))?;
    let text = format!("{text}\n");
    let line = line
        .strip_prefix(SIGNATURE)
        .and_then(|line| line.strip_suffix('\n'))
        .ok_or(wrong("its signature is not on one line of its own"))?;
    let (name, encoded) = line.split_once(' ').ok_or(wrong("its signature has no name"))?;
    if name != key.name() {
        return Err(wrong("it is signed under another name"));
    }
    let bytes = STANDARD.decode(encoded).map_err(|_| wrong("its signature is not base64"))?;
    let Some((id, signature)) = bytes.split_first_chunk::<KEY_ID_BYTES>() else {
        return Err(wrong("its signature is too short"));
    };
    if *id != key.id() {
        return Err(wrong("it is signed by another key"));
    }
    let signature = signature.try_into().map_err(|_| wrong("its signature has not 64 bytes"))?;
    if !key.verifies(&text, signature) {
        return Err(wrong("its signature is not right"));
    }
    read_text(&text, key.name())
}

fn read_text(text: &str, origin: &str) -> Result<Opened, SealError> {
    let wrong = |why| SealError::Note(why);
    let lines: Vec<&str> = text.lines().collect();
    let [schema, from, size, digest] = lines.as_slice() else {
        return Err(wrong("it has not four lines"));
    };
    if *schema != MANIFEST_SCHEMA {
        return Err(wrong("it is not of a case"));
    }
    if *from != origin {
        return Err(wrong("it names another origin than its key"));
    }
    let bytes = size
        .strip_prefix("manifest.json ")
        .and_then(|size| size.parse().ok())
        .ok_or(wrong("it names no size"))?;
    let sha256 = digest.strip_prefix("sha256 ").ok_or(wrong("it names no digest"))?;
    Ok(Opened { bytes, sha256: sha256.to_owned() })
}

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
    read_text(&open_text(note, key)?, key.name())
}

/// Verifies a note with one signature and gives its text.
///
/// # Errors
/// When it is no note, or its signature is not by this key.
pub fn open_text(note: &str, key: &PublicKey) -> Result<String, SealError> {
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
    Ok(text)
}

/// Whether a text may be signed for others: it says itself what it is, `NAME/VERSION`, and is
/// neither a manifest's text nor a checkpoint, whose second line is a number.
pub(crate) fn check_own_text(text: &str) -> Result<(), SealError> {
    let wrong = |why| Err(SealError::Note(why));
    let Some(body) = text.strip_suffix('\n') else {
        return wrong("its last line is not ended");
    };
    if body.split('\n').any(str::is_empty) || body.chars().any(|c| c.is_control() && c != '\n') {
        return wrong("it has empty lines or control characters");
    }
    let mut lines = body.split('\n');
    let first = lines.next().unwrap_or_default();
    let version = first.rsplit_once('/').map(|(_, version)| version);
    let is_named = version.is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
    if !is_named || first == MANIFEST_SCHEMA {
        return wrong("its first line does not say what it is");
    }
    match lines.next() {
        Some(second) if second.bytes().all(|b| b.is_ascii_digit()) => {
            wrong("it could be taken for a checkpoint")
        }
        _ => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    #[test]
    fn texts_of_others_are_signed_and_those_of_the_seal_are_not() {
        let key = SigningKey::new("cert.example/bakas", &[3; 32]).expect("a good name");
        let note = key.sign_note("bakas-overlap/1\nx 7\n").expect("an own text");
        assert_eq!(open_text(&note, &key.public()), Ok("bakas-overlap/1\nx 7\n".to_owned()));
        let bad = note.replace("x 7", "x 8");
        assert_eq!(
            open_text(&bad, &key.public()),
            Err(SealError::Note("its signature is not right"))
        );
        for text in
            ["a/1\n7\nroot\n", "bakas-seal/1\na\n", "a\n", "a/1", "a/1\n\nb\n", "a/1\nb\r\n"]
        {
            assert!(key.sign_note(text).is_err(), "{text:?}");
        }
    }
}

//! The head of a case's log, signed (C2SP tlog-checkpoint, signed-note), and what witnesses add to it
//! (C2SP tlog-cosignature). What a witness refuses is said in [`crate::witness`].

use base64::{Engine, engine::general_purpose::STANDARD};
use signed_note::{Note, Signature, Verifier, VerifierList};

use crate::{PublicKey, SealError, SigningKey, leaf::Hash, tree::TREE_SIZE_LIMIT};

/// Largest checkpoint with all signatures that is read.
pub const CHECKPOINT_BYTES_LIMIT: usize = 64 << 10;

/// The head of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Its leaves.
    pub size: u64,
    /// The hash of its tree.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size and hash, each on its line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Signs it.
    ///
    /// # Errors
    /// When the origin is no line.
    pub fn sign(&self, key: &SigningKey) -> Result<String, SealError> {
        let note = key.sign(&self.text());
        // Read back as anybody would read it.
        match Self::open(&note, &key.public()) {
            Ok(read) if read == *self => Ok(note),
            _ => Err(SealError::Checkpoint("its origin is no line of text".to_owned())),
        }
    }

    /// Verifies the log's own signature and reads it; signatures by others are not looked at.
    ///
    /// # Errors
    /// When it is no checkpoint, or not signed by this key.
    pub fn open(note: &str, key: &PublicKey) -> Result<Self, SealError> {
        let parsed = parse(note)?;
        let known = VerifierList::new(vec![Box::new(LogKey(key.clone()))]);
        parsed.verify(&known).map_err(|e| SealError::Checkpoint(e.to_string()))?;
        Self::of_text(parsed.text())
    }

    /// Reads it without looking at any signature.
    ///
    /// # Errors
    /// When it is no checkpoint.
    pub fn peek(note: &str) -> Result<Self, SealError> {
        Self::of_text(parse(note)?.text())
    }

    fn of_text(text: &[u8]) -> Result<Self, SealError> {
        let wrong = |why: &str| SealError::Checkpoint(why.to_owned());
        let read =
            tlog_tiles::Checkpoint::from_bytes(text).map_err(|_| wrong("it is malformed"))?;
        if read.size() > TREE_SIZE_LIMIT {
            return Err(SealError::TreeSize(read.size()));
        }
        let (origin, size, root) = (read.origin().to_owned(), read.size(), read.hash().0);
        let checkpoint = Self { origin, size, root };
        // One spelling; and an extension would be signed without anybody knowing what it says.
        let is_plain = checkpoint.text().as_bytes() == text;
        if is_plain { Ok(checkpoint) } else { Err(wrong("it has more than three lines")) }
    }
}

/// Reads a note, which must have one spelling only.
pub(crate) fn parse(note: &str) -> Result<Note, SealError> {
    let wrong = |why: String| SealError::Checkpoint(why);
    if note.len() > CHECKPOINT_BYTES_LIMIT {
        return Err(wrong(format!("it is over {CHECKPOINT_BYTES_LIMIT} bytes")));
    }
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|e| wrong(e.to_string()))?;
    if parsed.to_bytes() == note.as_bytes() {
        Ok(parsed)
    } else {
        Err(wrong("it is not written as notes are".to_owned()))
    }
}

/// The signature lines of a note.
pub(crate) fn signatures(note: &str) -> Result<Vec<Signature>, SealError> {
    parse(note)?;
    let (_, lines) = note.rsplit_once("\n\n").expect("a note has signatures");
    let signature = |line: &str| {
        Signature::from_bytes(line.as_bytes()).map_err(|e| SealError::Checkpoint(e.to_string()))
    };
    lines.lines().map(signature).collect()
}

/// Verifies the log's own signatures.
struct LogKey(PublicKey);

impl Verifier for LogKey {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn key_id(&self) -> u32 {
        u32::from_be_bytes(self.0.id())
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.0.verifies_bytes(text, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::new("cert.example/bakas", &[3; 32]).expect("a good name")
    }

    #[test]
    fn it_reads_back_and_nothing_else_does() {
        let checkpoint =
            Checkpoint { origin: "cert.example/case-1".to_owned(), size: 7, root: [9; 32] };
        let note = checkpoint.sign(&key()).expect("a good origin");
        assert_eq!(Checkpoint::open(&note, &key().public()), Ok(checkpoint.clone()));
        let other = SigningKey::new("cert.example/bakas", &[4; 32]).expect("a good name");
        assert!(Checkpoint::open(&note, &other.public()).is_err());
        for n in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[n] ^= 1;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            assert!(Checkpoint::open(&text, &key().public()).is_err(), "byte {n} of {note}");
        }
        for origin in ["", "a\nb", "a\n\nb"] {
            let wrong = Checkpoint { origin: origin.to_owned(), ..checkpoint.clone() };
            assert!(wrong.sign(&key()).is_err(), "{origin:?}");
        }
    }

    #[test]
    fn one_that_is_too_large_is_refused() {
        let checkpoint =
            Checkpoint { origin: "x".to_owned(), size: TREE_SIZE_LIMIT + 1, root: [9; 32] };
        let note = key().sign(&checkpoint.text());
        let refused = Checkpoint::open(&note, &key().public());
        assert_eq!(refused, Err(SealError::TreeSize(TREE_SIZE_LIMIT + 1)));
        let note = format!("{note}{}", "x".repeat(CHECKPOINT_BYTES_LIMIT));
        assert!(Checkpoint::peek(&note).is_err());
    }
}

//! The checkpoint that proofs are given under: the one with the most behind it.

use std::path::Path;

use bakas_seal::{Checkpoint, Proof};

use super::{broken, disk::Disk, kept, kept::Kept, stamp};
use crate::{Error, sealing};

/// A checkpoint with what others added to it.
#[derive(Clone, Debug)]
pub struct Anchor {
    head: Checkpoint,
    note: String,
    key_name: String,
    stamp: Option<(Vec<u8>, Vec<u8>)>,
}

impl Anchor {
    /// The strongest checkpoint that speaks for the leaf of that number: one with a time stamp before
    /// one without, one with more signatures before one with fewer, a later one before an earlier.
    ///
    /// # Errors
    /// When the case has no log, or it is damaged.
    pub fn strongest(case: &Path, leaf: u64) -> Result<Self, Error> {
        let (_, note, head) = super::read(case)?;
        let key_name = sealing::public_key(case)?.name().to_owned();
        let mut best = Self { head, note, key_name, stamp: None };
        for (size, kind) in kept::list(case)? {
            if kind != Kept::Note || size <= leaf {
                continue;
            }
            let Some(note) = kept::read(case, size, Kept::Note)? else { continue };
            let note = String::from_utf8_lossy(&note).into_owned();
            let Ok(head) = Checkpoint::open(&note, &sealing::public_key(case)?) else { continue };
            let stamp = match (
                kept::read(case, size, Kept::Request)?,
                kept::read(case, size, Kept::Stamp)?,
            ) {
                (Some(request), Some(stamp))
                    if stamp::check_stamp(note.as_bytes(), Some(&request), &stamp).is_ok() =>
                {
                    Some((request, stamp))
                }
                _ => None,
            };
            let other = Self { head, note, key_name: best.key_name.clone(), stamp };
            if other.weight() > best.weight() {
                best = other;
            }
        }
        Ok(best)
    }

    fn weight(&self) -> (bool, usize, u64) {
        (self.stamp.is_some(), self.note.lines().count(), self.head.size)
    }

    /// The proof that a leaf stands in the log under this checkpoint.
    ///
    /// # Errors
    /// When there is no such leaf, or the log is damaged.
    pub fn prove(&self, case: &Path, index: u64) -> Result<Proof, Error> {
        let disk = Disk::read(case)?;
        let path = bakas_seal::tree::inclusion(&disk, self.head.size, &self.head.root, index)
            .map_err(broken)?;
        Ok(Proof { index, path, checkpoint: self.note.clone() })
    }

    /// The head that it signs.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.head
    }

    /// Leaves that it speaks for.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.head.size
    }

    /// Which log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.head.origin
    }

    /// It with all signatures, as text.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Name of the key that signed it.
    #[must_use]
    pub fn key_name(&self) -> &str {
        &self.key_name
    }

    /// Request and response of its time stamp.
    #[must_use]
    pub fn stamp(&self) -> Option<(&[u8], &[u8])> {
        self.stamp.as_ref().map(|(request, stamp)| (request.as_slice(), stamp.as_slice()))
    }

    /// What its time stamp was made over.
    ///
    /// # Errors
    /// When it is no checkpoint.
    pub fn body(&self) -> Result<Vec<u8>, Error> {
        stamp::body(self.note.as_bytes()).map_err(Error::Seal)
    }
}

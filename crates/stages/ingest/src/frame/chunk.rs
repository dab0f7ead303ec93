//! What a chunker hands out: whole records of one source, with what a decoder must know of the rest
//! of it to read them alone.

use std::{ops::Range, sync::Arc};

use bakas_model::Reject;

use super::{CsvHeader, Headed, Origin};
use crate::year::Years;

/// Whole records, next to one another as they lie in the source.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Offset of the first byte in the source after unpacking.
    pub base: u64,
    /// Which bytes of the source these are made of.
    pub origin: Origin,
    /// Number of the first line or record, from 1.
    pub first_record: u64,
    /// The bytes; what lies between records is the document's own punctuation.
    pub bytes: Vec<u8>,
    /// Where the records lie in `bytes`; `None` where each line is one.
    pub records: Option<Vec<Range<usize>>>,
    /// What could not become a record, with the source's index still to be set. The decoder hands
    /// on what it finds here, so whoever takes these out beforehand gets them once.
    pub rejects: Vec<Reject>,
    /// What the framer left out of `records`, told in `rejects`.
    pub skipped: Skipped,
    /// The column names of a CSV file.
    pub header: Option<Arc<CsvHeader>>,
    /// What lines before this chunk said of its columns.
    pub headed: Option<Arc<Headed>>,
    /// The year of its first line, where times have none and somebody counted.
    pub(crate) years: Option<Years>,
    /// Whether the source ends with this chunk.
    pub is_last: bool,
}

/// How much of a chunk belongs to records that its framer rejected. It stands apart from the
/// rejects, for they may have been taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Rejects of the chunk.
    pub records: u64,
    /// Their bytes in the source, as far as they lie in this chunk.
    pub bytes: u64,
}

impl Chunk {
    /// The bytes of the source that part of the text stands for.
    #[must_use]
    pub fn place(&self, part: Range<usize>) -> Range<u64> {
        self.origin.place(&self.bytes, part)
    }

    /// The part of the text that stands for bytes of the source, where they begin in this chunk.
    #[must_use]
    pub fn part(&self, place: Range<u64>) -> Option<&[u8]> {
        self.origin.part(&self.bytes, place)
    }
}

//! A stream of bytes cut into chunks of whole records. It knows where records end, not what they
//! say: that is the decoders' part.

mod csv;
mod encoding;
mod json;
mod lines;

use std::{
    io::{self, Read},
    ops::Range,
    sync::Arc,
};

use bakas_model::{Place, Reject, RejectReason};

pub use self::csv::CsvHeader;
pub use self::encoding::Encoding;
pub(crate) use self::{
    csv::cells,
    encoding::plain_head,
    json::{ALL_WRAPPERS, JsonFrame, wrappers},
};

use crate::{
    Format,
    fault::{length, reject, sample},
    format::Framing,
};

/// A chunk is cut when it has grown to about this size.
pub const CHUNK_BYTES: usize = 4 << 20;
/// Bytes asked from the reader at once.
const READ_BYTES: usize = 1 << 20;

/// Whole records, next to one another as they lie in the source.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Offset of the first byte in the source after unpacking.
    pub base: u64,
    /// Number of the first line or record, from 1.
    pub first_record: u64,
    /// The bytes; what lies between records is the document's own punctuation.
    pub bytes: Vec<u8>,
    /// Where the records lie in `bytes`; `None` where each line is one.
    pub records: Option<Vec<Range<usize>>>,
    /// What could not become a record, with the source's index still to be set. The decoder hands
    /// on what it finds here, so whoever takes these out beforehand gets them once.
    pub rejects: Vec<Reject>,
    /// The column names of a CSV file.
    pub header: Option<Arc<CsvHeader>>,
    /// Whether the source ends with this chunk.
    pub is_last: bool,
}

/// Cuts a stream into chunks.
#[derive(Debug)]
pub struct Chunker<R> {
    reader: encoding::Decoded<R>,
    framer: Framer,
    /// The beginning of a record whose end is not read yet.
    carry: Vec<u8>,
    /// Offset of the first byte that is not handed out yet.
    base: u64,
    next_record: u64,
    /// The reader gave its last byte.
    is_read: bool,
    /// The last chunk was handed out.
    is_over: bool,
}

#[derive(Debug)]
enum Framer {
    Lines(lines::LineFrame),
    Json(JsonFrame),
    Csv(csv::CsvFrame),
}

/// What a framer found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Records, by their place in the source.
    pub(crate) records: Vec<Range<u64>>,
    pub(crate) rejects: Vec<Reject>,
}

impl Found {
    pub(crate) fn reject(&mut self, at: Range<u64>, reason: RejectReason, detail: &str) {
        let place =
            Place { offset: at.start, length: length(at.end - at.start), ..Place::default() };
        self.rejects.push(reject(place, None, reason, detail, b""));
    }
}

impl<R: Read> Chunker<R> {
    /// Cuts what `reader` gives, which must be unpacked already. A byte order mark is skipped;
    /// UTF-16 is transcoded, and offsets then count the transcoded bytes.
    pub fn new(format: Format, reader: R) -> Self {
        let framer = match format.framing() {
            Framing::Lines => Framer::Lines(lines::LineFrame::default()),
            Framing::Json => Framer::Json(JsonFrame::new(wrappers(format))),
            Framing::Csv => Framer::Csv(csv::CsvFrame::default()),
        };
        Self {
            reader: encoding::Decoded::new(reader),
            framer,
            carry: Vec::new(),
            base: 0,
            next_record: 1,
            is_read: false,
            is_over: false,
        }
    }

    /// How the source's text is encoded; known after the first chunk.
    pub fn encoding(&self) -> Encoding {
        self.reader.encoding()
    }

    /// The next chunk, made in `buffer`, or `None` at the end.
    ///
    /// # Errors
    /// When the reader fails.
    pub fn next(&mut self, mut buffer: Vec<u8>) -> io::Result<Option<Chunk>> {
        if self.is_over {
            return Ok(None);
        }
        buffer.clear();
        buffer.append(&mut self.carry);
        let mut found = Found::default();
        let mut target = CHUNK_BYTES;
        loop {
            self.is_read = self.is_read || self.fill(&mut buffer, target)?;
            let keep = self.scan(&buffer, &mut found);
            if keep == 0 && found.rejects.is_empty() && !self.is_read {
                target = buffer.len() + CHUNK_BYTES;
                continue;
            }
            self.is_over = self.is_read && keep == buffer.len();
            self.carry.extend_from_slice(buffer.get(keep..).unwrap_or_default());
            buffer.truncate(keep);
            return Ok(Some(self.cut(buffer, found)));
        }
    }

    /// Reads until the buffer has `target` bytes; says whether the source is over.
    fn fill(&mut self, buffer: &mut Vec<u8>, target: usize) -> io::Result<bool> {
        while buffer.len() < target {
            let have = buffer.len();
            let want = (target - have).min(READ_BYTES);
            let read = self.reader.by_ref().take(want as u64).read_to_end(buffer)?;
            if have == 0 && self.base == 0 {
                self.base = self.reader.skipped();
            }
            if read < want {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Scans what is new; returns how many bytes can be handed out.
    fn scan(&mut self, buffer: &[u8], found: &mut Found) -> usize {
        let keep = match &mut self.framer {
            Framer::Lines(frame) => frame.scan(buffer, self.base, self.is_read, found),
            Framer::Json(frame) => frame.scan(buffer, self.base, self.is_read, found),
            Framer::Csv(frame) => frame.scan(buffer, self.base, self.is_read, found),
        };
        usize::try_from(keep.saturating_sub(self.base)).unwrap_or(usize::MAX).min(buffer.len())
    }

    fn cut(&mut self, bytes: Vec<u8>, found: Found) -> Chunk {
        let base = self.base;
        let Found { records, mut rejects } = found;
        for reject in &mut rejects {
            let at = reject.place.offset.saturating_sub(base);
            let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..));
            if reject.sample.is_empty() {
                reject.sample = sample(rest.unwrap_or_default());
            }
        }
        let (first_record, records, header) = match &mut self.framer {
            Framer::Lines(frame) => {
                let (first, records) = frame.take();
                (first, records, None)
            }
            Framer::Json(_) => (self.next_record, Some(within(&records, base)), None),
            Framer::Csv(frame) => (self.next_record, Some(within(&records, base)), frame.header()),
        };
        self.next_record += records.as_ref().map_or(0, |r| r.len() as u64);
        self.base += bytes.len() as u64;
        let is_last = self.is_over;
        Chunk { base, first_record, bytes, records, rejects, header, is_last }
    }
}

fn within(records: &[Range<u64>], base: u64) -> Vec<Range<usize>> {
    let at = |offset: u64| (offset - base) as usize;
    records.iter().map(|r| at(r.start)..at(r.end)).collect()
}

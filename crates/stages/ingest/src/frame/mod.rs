//! A stream of bytes cut into chunks of whole records. It knows where records end, not what they
//! say: that is the decoders' part.

mod blocks;
mod container;
mod csv;
mod encoding;
mod groups;
mod headed;
mod journal;
mod json;
mod lines;
mod octets;
mod overlong;
mod xml;

use std::{
    io::{self, Read},
    ops::Range,
    sync::Arc,
};

use bakas_model::{Place, Reject, RejectReason};

pub use self::csv::CsvHeader;
pub use self::encoding::Encoding;
pub use self::headed::Headed;
pub(crate) use self::{
    csv::cells,
    encoding::plain_head,
    journal::{Cut, field as journal_field},
    json::{ALL_WRAPPERS, JsonFrame, wrappers},
};

use crate::{
    Format,
    fault::{length, reject, sample},
    format::Framing,
    year::{Turns, Years},
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

/// How a definition's lines make records.
#[derive(Debug)]
pub(crate) enum Multiline {
    /// A line that begins with a blank belongs to the record before.
    Indented,
    /// A line that does not fit belongs to the record before.
    Until(regex::bytes::Regex),
}

/// How much of a chunk belongs to records that its framer rejected. It stands apart from the
/// rejects, for they may have been taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Rejects of the chunk.
    pub records: u64,
    /// Their bytes, as far as they lie in this chunk.
    pub bytes: u64,
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
    /// Messages may have their length before them: asked of the first bytes, once.
    may_be_counted: bool,
    /// The years of lines whose times have none.
    years: Option<Years>,
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
    Headed(headed::HeadedFrame),
    Other(Box<dyn Frame>),
}

/// A framer that lists its records.
trait Frame: std::fmt::Debug + Send {
    /// Finds records in what is read so far; returns the offset before which everything can be
    /// handed out. What is kept back is given again.
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64;
}

/// What a framer found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Records, by their place in the source.
    pub(crate) records: Vec<Range<u64>>,
    pub(crate) rejects: Vec<Reject>,
    /// Where those lie, whatever their length; and what is being skipped, without its reject yet.
    skipped: Vec<Range<u64>>,
}

impl Found {
    pub(crate) fn reject(&mut self, at: Range<u64>, reason: RejectReason, detail: &str) {
        let place =
            Place { offset: at.start, length: length(at.end - at.start), ..Place::default() };
        self.rejects.push(reject(place, None, reason, detail, b""));
        self.skipped.push(at);
    }

    /// Says that a record over a bound has begun there and is being skipped.
    pub(crate) fn skipping(&mut self, from: u64) {
        self.skipped.push(from..u64::MAX);
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
            Framing::Headed(definition) => Framer::Headed(headed::HeadedFrame::new(definition)),
            Framing::Groups(rule) => Framer::Other(Box::new(groups::GroupFrame::new(rule))),
            Framing::Evtx => Framer::Other(Box::new(blocks::Evtx)),
            Framing::Utmp => Framer::Other(Box::new(blocks::Utmp::default())),
            Framing::Xml => Framer::Other(Box::new(xml::XmlFrame::default())),
            Framing::Journal => Framer::Other(Box::new(journal::JournalFrame::default())),
            Framing::Container => Framer::Other(Box::new(container::ContainerFrame::default())),
        };
        Self {
            reader: encoding::Decoded::new(reader),
            framer,
            carry: Vec::new(),
            base: 0,
            next_record: 1,
            may_be_counted: format == Format::Syslog,
            years: None,
            is_read: false,
            is_over: false,
        }
    }

    /// Says in which year the first record lies, for times without a year ([`crate::first_year`]):
    /// later years are then told by the dates' order, however many there are.
    #[must_use]
    pub fn beginning_in(mut self, year: i32) -> Self {
        self.years = Some(Years { first: year, turns: Turns::default() });
        self
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
        if std::mem::take(&mut self.may_be_counted) && octets::looks_like(buffer) {
            self.framer = Framer::Other(Box::new(octets::OctetFrame::default()));
        }
        let keep = match &mut self.framer {
            Framer::Lines(frame) => frame.scan(buffer, self.base, self.is_read, found),
            Framer::Json(frame) => frame.scan(buffer, self.base, self.is_read, found),
            Framer::Csv(frame) => frame.scan(buffer, self.base, self.is_read, found),
            Framer::Headed(frame) => frame.lines.scan(buffer, self.base, self.is_read, found),
            Framer::Other(frame) => frame.scan(buffer, self.base, self.is_read, found),
        };
        usize::try_from(keep.saturating_sub(self.base)).unwrap_or(usize::MAX).min(buffer.len())
    }

    fn cut(&mut self, bytes: Vec<u8>, found: Found) -> Chunk {
        let base = self.base;
        let Found { records, mut rejects, skipped } = found;
        let end = base + bytes.len() as u64;
        let within_chunk = |r: &Range<u64>| r.end.min(end).saturating_sub(r.start.max(base));
        let skipped = Skipped {
            records: rejects.len() as u64,
            bytes: skipped.iter().map(within_chunk).sum(),
        };
        for reject in &mut rejects {
            let at = reject.place.offset.saturating_sub(base);
            let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..));
            if reject.sample.is_empty() {
                reject.sample = sample(rest.unwrap_or_default());
            }
        }
        let mut headed = None;
        let (first_record, records, header) = match &mut self.framer {
            Framer::Lines(frame) => {
                let (first, records) = frame.take();
                (first, records, None)
            }
            Framer::Headed(frame) => {
                headed = frame.take(&bytes);
                let (first, records) = frame.lines.take();
                (first, records, None)
            }
            Framer::Json(_) | Framer::Other(_) => {
                (self.next_record, Some(within(&records, base)), None)
            }
            Framer::Csv(frame) => (self.next_record, Some(within(&records, base)), frame.header()),
        };
        self.next_record += records.as_ref().map_or(0, |r| r.len() as u64);
        self.base += bytes.len() as u64;
        let is_last = self.is_over;
        let years = self.years;
        if let Some(years) = &mut self.years {
            years.turns.lines(&bytes);
        }
        Chunk {
            base,
            first_record,
            bytes,
            records,
            rejects,
            skipped,
            header,
            headed,
            years,
            is_last,
        }
    }
}

fn within(records: &[Range<u64>], base: u64) -> Vec<Range<usize>> {
    let at = |offset: u64| (offset - base) as usize;
    records.iter().map(|r| at(r.start)..at(r.end)).collect()
}

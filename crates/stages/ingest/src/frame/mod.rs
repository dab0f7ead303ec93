//! A stream of bytes cut into chunks of whole records. It knows where records end, not what they
//! say: that is the decoders' part.

mod blocks;
mod chunk;
mod container;
mod csv;
mod encoding;
mod groups;
mod headed;
mod journal;
mod json;
mod lines;
mod octets;
mod origin;
mod overlong;
mod utf16;
mod xml;
mod zeros;

use std::{
    io::{self, Read},
    ops::Range,
};

use bakas_model::{Place, Reject, RejectReason};

pub use self::chunk::{Chunk, Skipped};
pub use self::csv::CsvHeader;
pub use self::encoding::Encoding;
pub use self::headed::Headed;
pub use self::origin::Origin;
pub(crate) use self::{
    csv::cells,
    encoding::{Decoded, plain_head},
    journal::{Cut, field as journal_field},
    json::{ALL_WRAPPERS, JsonFrame, wrappers},
    zeros::leading as leading_zeros,
};

use crate::{
    Format,
    define::Expression,
    fault::{length, reject, sample},
    format::Framing,
    year::{Turns, Years},
};

/// A chunk is cut when it has grown to about this size.
pub const CHUNK_BYTES: usize = 4 << 20;
/// Bytes asked from the reader at once.
const READ_BYTES: usize = 1 << 20;

/// How a definition's lines make records.
#[derive(Debug)]
pub(crate) enum Multiline {
    /// A line that begins with a blank belongs to the record before.
    Indented,
    /// A line that does not fit belongs to the record before.
    Until(Box<Expression>),
}

/// Cuts a stream into chunks.
#[derive(Debug)]
pub struct Chunker<R> {
    reader: Decoded<R>,
    framer: Framer,
    /// The beginning of a record whose end is not read yet.
    carry: Vec<u8>,
    /// Offset in the text of the first byte that is not handed out yet.
    base: u64,
    /// Of the last chunk.
    origin: Origin,
    /// The record over its bound that is being skipped.
    skipping: Option<Skipping>,
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

/// The beginning of a record that chunks before handed out.
#[derive(Debug)]
struct Skipping {
    /// Offset in the text.
    text: u64,
    /// Offset in the source.
    source: u64,
    sample: String,
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
    /// Cuts what `reader` gives, which must be unpacked already. A byte order mark is skipped and
    /// UTF-16 transcoded; each chunk tells which bytes of the source its text is made of.
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
            reader: Decoded::new(reader),
            framer,
            carry: Vec::new(),
            base: 0,
            origin: Origin::default(),
            skipping: None,
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
        let origin = self.origin(&bytes);
        let Found { records, mut rejects, skipped } = found;
        let skipped = self.told(&bytes, &mut rejects, &skipped);
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
        let is_whole = origin.end == self.reader.taken();
        assert!(is_whole || !is_last, "the chunks are made of all bytes of the source");
        let years = self.years;
        if let Some(years) = &mut self.years {
            years.turns.lines(&bytes);
        }
        Chunk {
            base: origin.start,
            origin,
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

impl<R: Read> Chunker<R> {
    /// Where the next text of the source lies in it.
    fn origin(&mut self, text: &[u8]) -> Origin {
        let mark = if self.origin.end == 0 { self.reader.mark() } else { 0 };
        let before = Origin { end: self.origin.end + mark, ..self.origin };
        let is_wide = self.reader.encoding().is_wide();
        self.origin = Origin { mark, ..Origin::after(before, text, is_wide, self.reader.taken()) };
        self.origin
    }

    /// Gives rejects their places in the source and their samples; says how much of the chunk they
    /// and the record that is being skipped take.
    fn told(&mut self, bytes: &[u8], rejects: &mut [Reject], skipped: &[Range<u64>]) -> Skipped {
        let (base, origin, end) = (self.base, self.origin, self.base + bytes.len() as u64);
        let mut walk = origin.walk();
        let mut at = |text: u64| walk.at(bytes, (text.clamp(base, end) - base) as usize);
        let mut sum = 0;
        let mut rejects_left = rejects.iter_mut();
        for range in skipped {
            let (from, to) = (at(range.start), at(range.end));
            sum += to - from;
            let begun = self.skipping.take_if(|begun| begun.text == range.start);
            let rest = || bytes.get((range.start.max(base) - base) as usize..).unwrap_or_default();
            let begun = begun.unwrap_or_else(|| Skipping {
                text: range.start,
                source: from,
                sample: sample(rest()),
            });
            if range.end == u64::MAX {
                self.skipping = Some(begun);
            } else if let Some(reject) = rejects_left.next() {
                reject.place.offset = begun.source;
                reject.place.length = length(to - begun.source);
                if reject.sample.is_empty() {
                    reject.sample = begun.sample;
                }
            }
        }
        Skipped { records: rejects.len() as u64, bytes: sum }
    }
}

fn within(records: &[Range<u64>], base: u64) -> Vec<Range<usize>> {
    let at = |offset: u64| (offset - base) as usize;
    records.iter().map(|r| at(r.start)..at(r.end)).collect()
}

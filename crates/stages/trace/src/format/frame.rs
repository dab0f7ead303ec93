//! The frame of a table: letters, version, checksum, length, and the directory of its sections. A
//! table that does not hold together is refused here, by name. Knows no content.

use super::{
    Why,
    columns::{FIELDS_LIMIT, Rows, TAIL_BYTES, pack},
};
use crate::TableError;

/// Version of the format; a program reads one.
pub const FORMAT_VERSION: u32 = 2;

/// The first bytes of every table.
const LETTERS: &[u8; 8] = b"BAKASIPT";
/// Letters, version, checksum, length of the whole, number of sections.
const HEADER_BYTES: usize = 8 + 4 + 4 + 8 + 4;
/// Where the checksum begins to count.
const CHECKED_FROM: usize = 16;
/// Tag, widths of the fields, where it begins, how many rows.
const ENTRY_BYTES: usize = 4 + FIELDS_LIMIT + 8 + 8;
/// Sections begin where a cache line does.
const ALIGNMENT: usize = 64;
/// The most sections that a table may have.
const SECTIONS_LIMIT: usize = 256;

/// The name of a section.
pub(crate) type Tag = [u8; 4];

/// Sections as they are written, in order.
#[derive(Debug, Default)]
pub(super) struct Writer {
    entries: Vec<(Tag, [u8; FIELDS_LIMIT], usize, Vec<u8>)>,
}

/// The sections of a table that holds together.
#[derive(Debug)]
pub(crate) struct Directory {
    table: String,
    entries: Vec<(Tag, Rows)>,
}

impl Writer {
    /// Adds rows, each field as wide as it needs; nothing where there are none.
    pub(super) fn rows(&mut self, tag: Tag, fields: &[&[u32]]) {
        self.wide_rows(tag, fields, &[]);
    }

    /// Adds rows, fields as wide as told, or as they need where 0 is told.
    pub(super) fn wide_rows(&mut self, tag: Tag, fields: &[&[u32]], fixed: &[u8]) {
        let count = fields.first().map_or(0, |field| field.len());
        if count > 0 {
            let (widths, bytes) = pack(fields, fixed);
            self.entries.push((tag, widths, count, bytes));
        }
    }

    /// Adds bytes as they are; nothing where there are none.
    pub(super) fn bytes(&mut self, tag: Tag, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            let mut widths = [0; FIELDS_LIMIT];
            widths[0] = 1;
            self.entries.push((tag, widths, bytes.len(), bytes));
        }
    }

    /// The whole table.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut at = aligned(HEADER_BYTES + self.entries.len() * ENTRY_BYTES);
        let mut head = Vec::with_capacity(at);
        for (tag, widths, count, bytes) in &self.entries {
            head.extend_from_slice(tag);
            head.extend_from_slice(widths);
            head.extend_from_slice(&(at as u64).to_le_bytes());
            head.extend_from_slice(&(*count as u64).to_le_bytes());
            at = aligned(at + bytes.len());
        }
        let mut whole = Vec::with_capacity(at + TAIL_BYTES);
        whole.extend_from_slice(LETTERS);
        whole.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        whole.extend_from_slice(&[0; 4]);
        whole.extend_from_slice(&((at + TAIL_BYTES) as u64).to_le_bytes());
        let count = u32::try_from(self.entries.len()).expect("a few dozen sections");
        whole.extend_from_slice(&count.to_le_bytes());
        whole.extend_from_slice(&head);
        for (_, _, _, bytes) in &self.entries {
            whole.resize(aligned(whole.len()), 0);
            whole.extend_from_slice(bytes);
        }
        whole.resize(at + TAIL_BYTES, 0);
        let checksum = crc32fast::hash(&whole[CHECKED_FROM..]);
        whole[12..16].copy_from_slice(&checksum.to_le_bytes());
        whole
    }
}

impl Directory {
    /// Checks the frame and reads the directory; `table` names the table in errors.
    pub(super) fn read(table: &str, bytes: &[u8]) -> Result<Self, TableError> {
        let name = || table.to_owned();
        let Some(header) = bytes.get(..HEADER_BYTES).filter(|header| header.starts_with(LETTERS))
        else {
            return Err(TableError::NotATable { table: name() });
        };
        let found = word(header, 8);
        if found != FORMAT_VERSION {
            return Err(TableError::Version { table: name(), found, known: FORMAT_VERSION });
        }
        let (expected, found) = (long(header, 16), bytes.len() as u64);
        if expected != found {
            return Err(TableError::Length { table: name(), expected, found });
        }
        let (expected, found) = (word(header, 12), crc32fast::hash(&bytes[CHECKED_FROM..]));
        if expected != found {
            return Err(TableError::Checksum { table: name(), expected, found });
        }
        let count = word(header, 24) as usize;
        let entries = entries(bytes, count).map_err(|why| TableError::Section {
            table: name(),
            section: "head".to_owned(),
            why,
        })?;
        Ok(Self { table: name(), entries })
    }

    /// A section's rows, which must have these fields (a width of 0 stands for any); no rows where
    /// the table has no such section.
    pub(crate) fn rows(&self, tag: Tag, widths: &[u8]) -> Result<Rows, TableError> {
        let found = self.entries.iter().find(|(known, _)| *known == tag);
        let rows = found.map_or(Rows { at: 0, count: 0, ..Rows::default() }, |&(_, rows)| rows);
        if found.is_some() && !rows.is_shaped(widths) {
            return Err(self.wrong(tag, "fields of another width".to_owned()));
        }
        Ok(rows)
    }

    /// The sections, each by its tag with the bytes that it takes.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (String, usize)> {
        self.entries
            .iter()
            .map(|(tag, rows)| (tag.escape_ascii().to_string(), rows.stride() * rows.count))
    }

    /// The refusal of a section.
    pub(crate) fn wrong(&self, tag: Tag, why: Why) -> TableError {
        let section = tag.escape_ascii().to_string();
        TableError::Section { table: self.table.clone(), section, why }
    }

    /// Makes a reason into the refusal of a section.
    pub(crate) fn in_section<T>(&self, tag: Tag, read: Result<T, Why>) -> Result<T, TableError> {
        read.map_err(|why| self.wrong(tag, why))
    }
}

/// The directory's entries: each within the bytes, in order, none twice.
fn entries(bytes: &[u8], count: usize) -> Result<Vec<(Tag, Rows)>, Why> {
    if count > SECTIONS_LIMIT {
        return Err(format!("{count} sections"));
    }
    let mut behind = HEADER_BYTES + count * ENTRY_BYTES;
    let directory = bytes.get(HEADER_BYTES..behind).ok_or("the directory ends too early")?;
    let end = bytes.len().checked_sub(TAIL_BYTES).ok_or("it has no tail")?;
    let mut entries: Vec<(Tag, Rows)> = Vec::with_capacity(count);
    for entry in directory.chunks_exact(ENTRY_BYTES) {
        let tag: Tag = entry[..4].try_into().expect("four bytes are four bytes");
        let shown = tag.escape_ascii();
        let widths = entry[4..4 + FIELDS_LIMIT].try_into().expect("the widths have a fixed length");
        let at = usize::try_from(long(entry, 4 + FIELDS_LIMIT)).map_err(|e| e.to_string())?;
        let rows = usize::try_from(long(entry, 12 + FIELDS_LIMIT)).map_err(|e| e.to_string())?;
        let rows = Rows { at, count: rows, widths };
        let stride = rows.stride();
        if stride == 0 || widths.iter().any(|&width| width > 4) {
            return Err(format!("section {shown} has fields that cannot be"));
        }
        let length = stride.checked_mul(rows.count).ok_or("a section too long")?;
        let until = at.checked_add(length).filter(|&until| at >= behind && until <= end);
        behind = until.ok_or_else(|| format!("section {shown} lies outside the table"))?;
        if rows.count > u32::MAX as usize {
            return Err(format!("section {shown} has {} rows", rows.count));
        }
        if entries.iter().any(|(known, _)| *known == tag) {
            return Err(format!("section {shown} is there twice"));
        }
        entries.push((tag, rows));
    }
    Ok(entries)
}

const fn aligned(at: usize) -> usize {
    at.next_multiple_of(ALIGNMENT)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes are four bytes"))
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes are eight bytes"))
}

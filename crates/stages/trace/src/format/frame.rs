//! The frame around the sections: letters, version, lengths, checksum, packing. A table that does
//! not hold together is refused here or at its first bad section, by name. Knows no content.

use super::{Reader, Why, limits::UNPACKED_BYTES_LIMIT};
use crate::TableError;

/// Version of the format; a program reads one.
pub const FORMAT_VERSION: u32 = 1;

/// The first bytes of every table.
const LETTERS: &[u8; 8] = b"BAKASIPT";
/// Letters, version, checksum, packed length, unpacked length.
const HEADER_BYTES: usize = 8 + 4 + 4 + 8 + 8;
/// How hard to pack: the slowest, since it is done once and read often.
const PACKING_LEVEL: i32 = 22;

/// Packs sections and writes the header.
pub(super) fn pack(sections: &[u8]) -> Vec<u8> {
    let packed = zstd::bulk::compress(sections, PACKING_LEVEL).expect("memory to memory");
    let lengths = lengths(packed.len() as u64, sections.len() as u64);
    let mut bytes = Vec::with_capacity(HEADER_BYTES + packed.len());
    bytes.extend_from_slice(LETTERS);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&checksum(&lengths, &packed).to_le_bytes());
    bytes.extend_from_slice(&lengths);
    bytes.extend_from_slice(&packed);
    bytes
}

/// Checks the header and unpacks the sections.
pub(super) fn unpack(table: &str, bytes: &[u8]) -> Result<Vec<u8>, TableError> {
    let table = || table.to_owned();
    let Some((header, packed)) = bytes.split_at_checked(HEADER_BYTES) else {
        return Err(TableError::NotATable { table: table() });
    };
    let (letters, header) = header.split_at(LETTERS.len());
    if letters != LETTERS {
        return Err(TableError::NotATable { table: table() });
    }
    let found = u32::from_le_bytes(part(header, 0));
    if found != FORMAT_VERSION {
        return Err(TableError::Version { table: table(), found, known: FORMAT_VERSION });
    }
    let packed_length = u64::from_le_bytes(part(header, 8));
    if packed_length != packed.len() as u64 {
        let (expected, found) = (packed_length, packed.len() as u64);
        return Err(TableError::Length { table: table(), expected, found });
    }
    let expected = u32::from_le_bytes(part(header, 4));
    let found = checksum(&header[8..], packed);
    if found != expected {
        return Err(TableError::Checksum { table: table(), expected, found });
    }
    let length = u64::from_le_bytes(part(header, 16));
    let packing = |why: String| TableError::Packing { table: table(), why };
    if length > UNPACKED_BYTES_LIMIT {
        return Err(packing(format!(
            "{length} bytes are over the limit of {UNPACKED_BYTES_LIMIT}"
        )));
    }
    let capacity = usize::try_from(length).map_err(|e| packing(e.to_string()))?;
    let unpacked = zstd::bulk::decompress(packed, capacity).map_err(|e| packing(e.to_string()))?;
    if unpacked.len() != capacity {
        return Err(packing(format!("{length} bytes announced, {} came out", unpacked.len())));
    }
    Ok(unpacked)
}

/// CRC-32 of the lengths and the packed sections: it tells damage, not forgery.
fn checksum(lengths: &[u8], packed: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(lengths);
    hasher.update(packed);
    hasher.finalize()
}

fn lengths(packed: u64, unpacked: u64) -> [u8; 16] {
    let mut lengths = [0; 16];
    lengths[..8].copy_from_slice(&packed.to_le_bytes());
    lengths[8..].copy_from_slice(&unpacked.to_le_bytes());
    lengths
}

fn part<const N: usize>(header: &[u8], at: usize) -> [u8; N] {
    header[at..at + N].try_into().expect("the header has a fixed length")
}

/// Sections read one after another, in the order in which they must stand.
pub(super) struct Sections<'a> {
    table: &'a str,
    rest: Reader<'a>,
}

impl<'a> Sections<'a> {
    pub(super) fn new(table: &'a str, bytes: &'a [u8]) -> Self {
        Self { table, rest: Reader::new(bytes) }
    }

    /// Reads the next section, which must have this tag and be used up.
    pub(super) fn read<T>(
        &mut self,
        tag: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, Why>,
    ) -> Result<T, TableError> {
        self.body(tag)
            .and_then(|mut body| {
                let value = read(&mut body)?;
                if body.is_empty() { Ok(value) } else { Err("bytes are left over".to_owned()) }
            })
            .map_err(|why| TableError::Section { table: self.table.to_owned(), section: tag, why })
    }

    /// Checks that nothing follows.
    pub(super) fn finish(self) -> Result<(), TableError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let (table, why) = (self.table.to_owned(), "bytes after the last section".to_owned());
        Err(TableError::Section { table, section: "end", why })
    }

    fn body(&mut self, tag: &str) -> Result<Reader<'a>, Why> {
        let found = self.rest.take(4)?;
        if found != tag.as_bytes() {
            return Err(format!("found section {} instead", found.escape_ascii()));
        }
        let length = u32::from_le_bytes(part(self.rest.take(4)?, 0));
        self.rest.take(length as usize).map(Reader::new)
    }
}

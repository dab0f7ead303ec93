//! zip archives by their central directory (PKWARE APPNOTE 6.3), read one entry at a time: stored,
//! deflate, bzip2, zstd and xz; ZIP64. Encrypted entries are told, not read.

use std::io::{self, Read, Seek, SeekFrom};

use bakas_model::{RejectReason, limits::ARCHIVE_MEMBERS_LIMIT};

use super::{Capped, Depth, Walk, is_unsafe, joined};

/// Largest zip within another archive: it must be held in memory, for a zip is read from its end.
pub const NESTED_ZIP_BYTES_LIMIT: u64 = 128 << 20;

const END_SIGNATURE: [u8; 4] = *b"PK\x05\x06";
const END64_SIGNATURE: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64_SIGNATURE: [u8; 4] = *b"PK\x06\x07";
const ENTRY_SIGNATURE: [u8; 4] = *b"PK\x01\x02";
const LOCAL_SIGNATURE: [u8; 4] = *b"PK\x03\x04";
const END_BYTES: usize = 22;
/// The end record may be followed by a comment of up to 64 KiB.
const END_SEARCH_BYTES: u64 = END_BYTES as u64 + 0xffff;

/// One entry of the central directory.
#[derive(Debug)]
struct Entry {
    name: String,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    unpacked: u64,
    local: u64,
}

/// Where the central directory is.
struct Directory {
    entries: u64,
    at: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}

fn broken(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl Walk<'_> {
    /// Holds a zip that lies within something else.
    pub(super) fn buffer(
        &mut self,
        name: &str,
        reader: &mut dyn Read,
    ) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let result = reader.take(NESTED_ZIP_BYTES_LIMIT + 1).read_to_end(&mut bytes);
        if let Err(error) = result {
            self.broken(name, bytes.len() as u64, &error)?;
            return Ok(None);
        }
        if bytes.len() as u64 > NESTED_ZIP_BYTES_LIMIT {
            let detail = "a zip larger than 128 MiB within another archive";
            self.tell(name, 0, RejectReason::ArchiveBound, detail);
            return Ok(None);
        }
        Ok(Some(bytes))
    }

    /// Hands on every entry.
    pub(super) fn zip(
        &mut self,
        outer: String,
        depth: usize,
        file: &mut (impl Read + Seek),
    ) -> io::Result<()> {
        let directory = match find_directory(file) {
            Ok(directory) => directory,
            Err(error) => return self.broken(&outer, 0, &error),
        };
        if directory.entries > ARCHIVE_MEMBERS_LIMIT as u64 {
            let detail = "an archive with more than 100,000 members";
            self.tell(&outer, 0, RejectReason::ArchiveBound, detail);
            return Ok(());
        }
        let mut at = directory.at;
        for _ in 0..directory.entries {
            let entry = match read_entry(file, at) {
                Ok((entry, next)) => {
                    at = next;
                    entry
                }
                Err(error) => return self.broken(&outer, 0, &error),
            };
            if entry.name.ends_with('/') && entry.unpacked == 0 {
                continue;
            }
            let path = joined(&outer, &entry.name);
            if is_unsafe(&entry.name) {
                let detail = "a name that would escape the archive; its content was not read";
                self.tell(&path, 0, RejectReason::UnsafePath, detail);
                continue;
            }
            match content(file, &entry) {
                Ok(unpacked) => {
                    let checked = Checked::new(unpacked, &entry);
                    let mut capped = Capped::new(checked, self.budget);
                    let depth = Depth { archives: depth, compressions: 0 };
                    self.stream(path, depth, &mut capped)?;
                }
                Err(error) => self.broken(&path, 0, &error)?,
            }
            if self.is_spent() {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn find_directory(file: &mut (impl Read + Seek)) -> io::Result<Directory> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(END_SEARCH_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(END_SEARCH_BYTES).read_to_end(&mut tail)?;
    let at = memchr::memmem::rfind(&tail, &END_SIGNATURE)
        .ok_or_else(|| broken("the zip's directory is missing: the file is cut off"))?;
    let end = tail.get(at..).unwrap_or_default();
    let short = || broken("the zip's directory is cut off");
    let entries = u64::from(u16_at(end, 10).ok_or_else(short)?);
    let offset = u64::from(u32_at(end, 16).ok_or_else(short)?);
    if entries != 0xffff && offset != 0xffff_ffff {
        return Ok(Directory { entries, at: offset });
    }
    let locator = at.checked_sub(20).and_then(|at| tail.get(at..)).unwrap_or_default();
    if !locator.starts_with(&LOCATOR64_SIGNATURE) {
        return Ok(Directory { entries, at: offset });
    }
    let mut end64 = [0; 56];
    file.seek(SeekFrom::Start(u64_at(locator, 8).ok_or_else(short)?))?;
    file.read_exact(&mut end64)?;
    if !end64.starts_with(&END64_SIGNATURE) {
        return Err(broken("the zip's 64-bit directory is broken"));
    }
    let entries = u64_at(&end64, 32).ok_or_else(short)?;
    let at = u64_at(&end64, 48).ok_or_else(short)?;
    Ok(Directory { entries, at })
}

/// The entry at that place of the directory, and where the next one is.
fn read_entry(file: &mut (impl Read + Seek), at: u64) -> io::Result<(Entry, u64)> {
    file.seek(SeekFrom::Start(at))?;
    let mut head = [0; 46];
    file.read_exact(&mut head)?;
    if !head.starts_with(&ENTRY_SIGNATURE) {
        return Err(broken("the zip's directory is broken"));
    }
    let short = || broken("the zip's directory is cut off");
    let half = |at| u16_at(&head, at).ok_or_else(short);
    let word = |at| u32_at(&head, at).ok_or_else(short);
    let (name_bytes, extra_bytes, comment_bytes) = (half(28)?, half(30)?, half(32)?);
    let mut rest = vec![0; usize::from(name_bytes) + usize::from(extra_bytes)];
    file.read_exact(&mut rest)?;
    let (name, extra) = rest.split_at(name_bytes.into());
    let mut entry = Entry {
        name: String::from_utf8_lossy(name).into_owned(),
        flags: half(8)?,
        method: half(10)?,
        crc: word(16)?,
        packed: word(20)?.into(),
        unpacked: word(24)?.into(),
        local: word(42)?.into(),
    };
    widen(&mut entry, extra);
    let bytes = 46 + rest.len() as u64 + u64::from(comment_bytes);
    Ok((entry, at + bytes))
}

/// Takes the 64-bit values of the ZIP64 extra field for those that did not fit.
fn widen(entry: &mut Entry, mut extra: &[u8]) {
    while let (Some(id), Some(bytes)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let end = 4 + usize::from(bytes);
        if id == 1 {
            let mut at = 4;
            for value in [&mut entry.unpacked, &mut entry.packed, &mut entry.local] {
                if *value == 0xffff_ffff
                    && let Some(wide) = u64_at(extra.get(..end).unwrap_or_default(), at)
                {
                    *value = wide;
                    at += 8;
                }
            }
            return;
        }
        extra = extra.get(end..).unwrap_or_default();
    }
}

/// A reader of the entry's content, decompressed.
fn content<'a>(file: &'a mut (impl Read + Seek), entry: &Entry) -> io::Result<Box<dyn Read + 'a>> {
    if entry.flags & 1 == 1 {
        return Err(broken("the entry is encrypted: unpack it with its password"));
    }
    file.seek(SeekFrom::Start(entry.local))?;
    let mut head = [0; 30];
    file.read_exact(&mut head)?;
    if !head.starts_with(&LOCAL_SIGNATURE) {
        return Err(broken("the zip's entry is not where its directory says"));
    }
    let (name, extra) = (u16_at(&head, 26), u16_at(&head, 28));
    let skip = i64::from(name.unwrap_or(0)) + i64::from(extra.unwrap_or(0));
    file.seek(SeekFrom::Current(skip))?;
    let packed = io::BufReader::with_capacity(64 << 10, file.take(entry.packed));
    Ok(match entry.method {
        0 => Box::new(packed),
        8 => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
        12 => Box::new(bzip2::bufread::BzDecoder::new(packed)),
        93 => {
            let mut decoder = zstd::Decoder::with_buffer(packed)?;
            decoder.window_log_max(super::ZSTD_WINDOW_LOG_LIMIT)?;
            Box::new(decoder)
        }
        95 => {
            let limit = super::XZ_MEMORY_LIMIT;
            let stream = liblzma::stream::Stream::new_stream_decoder(limit, 0)?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(packed, stream))
        }
        _ => return Err(broken("the entry is packed in a way that is not read")),
    })
}

/// Checks size and checksum at the end.
struct Checked<R> {
    reader: R,
    crc: flate2::Crc,
    expected: u32,
    left: u64,
}

impl<R> Checked<R> {
    fn new(reader: R, entry: &Entry) -> Self {
        Self { reader, crc: flate2::Crc::new(), expected: entry.crc, left: entry.unpacked }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(broken("the entry is shorter than its directory says"));
            }
            if self.crc.sum() != self.expected {
                return Err(broken("the entry's checksum is wrong"));
            }
            return Ok(0);
        }
        self.crc.update(buffer.get(..read).unwrap_or_default());
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| broken("the entry is longer than its directory says"))?;
        Ok(read)
    }
}

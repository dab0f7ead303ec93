//! What was shipped into the streams it holds: gzip, zstd, xz, bzip2, zip and tar, within one
//! another up to a bound, everything through readers that stop at a bound. Nothing is written
//! anywhere, and a member's name is only ever a label.

mod budget;
mod tar;
mod zip;

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use bakas_model::{Place, Reject, RejectReason, limits::ARCHIVE_DEPTH_LIMIT};

use self::budget::{Budget, Capped, Counted};
pub use self::zip::NESTED_ZIP_BYTES_LIMIT;
use crate::fault::reject;

/// Most layers of compression, apart from archives.
const COMPRESSION_DEPTH_LIMIT: usize = 3;
/// Largest window that a zstd frame may ask for, as a power of two (128 MiB).
const ZSTD_WINDOW_LOG_LIMIT: u32 = 27;
/// Most memory that an xz stream may ask for (192 MiB: its strongest preset asks for 65).
const XZ_MEMORY_LIMIT: u64 = 192 << 20;
/// Enough of a stream to tell what it is: a tar header is one block of 512 bytes.
const HEAD_BYTES: usize = 512;

/// One stream of what was shipped.
pub struct Member<'a> {
    /// Its path within the archive, `""` for the file itself; within an archive in the archive,
    /// the paths are joined by `!/`.
    pub name: String,
    /// Its bytes. It never fails: what is broken or over a bound ends it, and is told as a reject
    /// once the member was handed back.
    pub reader: &'a mut dyn Read,
}

impl std::fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a stream is packed as, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Zip,
    Tar,
}

impl Packing {
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            // A skippable frame may come first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => {
                Some(Self::Bzip2)
            }
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            _ => tar::is_header(head).then_some(Self::Tar),
        }
    }
}

/// Hands every stream of a shipped file to `each`, in the order of the file, and to `reject` what
/// could not be unpacked: its sample is the member's name. `name` is the file's, for messages.
///
/// `each` need not read a member to its end. What is left of it is passed over.
///
/// # Errors
/// When the file itself cannot be read, or when `each` fails.
pub fn unpack(
    name: &str,
    input: &mut (impl Read + Seek),
    each: &mut dyn FnMut(Member<'_>) -> io::Result<()>,
    reject: &mut dyn FnMut(Reject),
) -> io::Result<()> {
    let mut head = [0; HEAD_BYTES];
    let filled = read_head(input, &mut head)?;
    let bytes = input.seek(SeekFrom::End(0))?;
    input.seek(SeekFrom::Start(0))?;
    let head = head.get(..filled).unwrap_or_default();
    let budget = Budget::new();
    let mut walk = Walk { file: name, budget: &budget, each, reject };
    match Packing::of(head) {
        Some(Packing::Zip) => {
            budget.packed(bytes);
            walk.zip(String::new(), 1, input)
        }
        packing => {
            let mut counted = Counted::new(input, &budget);
            walk.packed(String::new(), Depth::default(), packing, &mut counted)
        }
    }
}

/// Whether a file that begins like this holds its streams packed: an offset into a stream is then
/// no offset into the file.
#[must_use]
pub fn is_packed(head: &[u8]) -> bool {
    Packing::of(head).is_some()
}

fn read_head(input: &mut dyn Read, head: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < head.len() {
        match input.read(head.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// How many archives and layers of compression are around a stream.
#[derive(Clone, Copy, Debug, Default)]
struct Depth {
    archives: usize,
    compressions: usize,
}

/// One way through one shipped file.
struct Walk<'a> {
    file: &'a str,
    budget: &'a Budget,
    each: &'a mut dyn FnMut(Member<'_>) -> io::Result<()>,
    reject: &'a mut dyn FnMut(Reject),
}

impl Walk<'_> {
    /// A stream of unknown content, within something else.
    fn stream(&mut self, name: String, depth: Depth, reader: &mut dyn Read) -> io::Result<()> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        // What broke within the head is told when the head was read, like any other break.
        let fault = Read::take(&mut *reader, HEAD_BYTES as u64).read_to_end(&mut head).err();
        let packing = Packing::of(&head);
        let mut rest = Rest { fault, reader };
        let mut whole = Cursor::new(head).chain(&mut rest);
        self.packed(name, depth, packing, &mut whole)
    }

    fn packed(
        &mut self,
        name: String,
        depth: Depth,
        packing: Option<Packing>,
        reader: &mut dyn Read,
    ) -> io::Result<()> {
        let Some(packing) = packing else { return self.member(name, reader) };
        let is_archive = matches!(packing, Packing::Zip | Packing::Tar);
        let next = Depth {
            archives: depth.archives + usize::from(is_archive),
            compressions: depth.compressions + usize::from(!is_archive),
        };
        if next.archives > ARCHIVE_DEPTH_LIMIT || next.compressions > COMPRESSION_DEPTH_LIMIT {
            let detail = "archives within archives, deeper than 3";
            self.tell(&name, 0, RejectReason::ArchiveBound, detail);
            return Ok(());
        }
        match packing {
            Packing::Tar => tar::walk(self, &name, next, reader),
            Packing::Zip => {
                let Some(bytes) = self.buffer(&name, reader)? else { return Ok(()) };
                self.zip(name, next.archives, &mut Cursor::new(bytes))
            }
            _ => match decompressor(packing, reader) {
                Ok(unpacked) => {
                    let mut capped = Capped::new(unpacked, self.budget);
                    self.stream(name, next, &mut capped)
                }
                Err(error) => self.broken(&name, 0, &error),
            },
        }
    }

    /// A stream that is no archive: the caller's. It is read through a reader that ends where it
    /// breaks.
    fn member(&mut self, name: String, reader: &mut dyn Read) -> io::Result<()> {
        let mut ending = Ending { reader, read: 0, fault: None };
        let member = Member { name: name.clone(), reader: &mut ending };
        let result = (self.each)(member);
        let Ending { read, fault, .. } = ending;
        result?;
        match fault {
            Some(fault) => self.broken(&name, read, &fault),
            None => Ok(()),
        }
    }

    /// Tells what broke, by what kind of error it was.
    fn broken(&mut self, name: &str, read: u64, error: &io::Error) -> io::Result<()> {
        match budget::bound(error) {
            Some(detail) => self.tell(name, read, RejectReason::ArchiveBound, detail),
            None if budget::is_outer(error) => {
                self.tell(name, read, RejectReason::Unreadable, &error.to_string());
            }
            None => {
                let detail = format!("{error}; what came before was read");
                self.tell(name, read, RejectReason::BrokenArchive, &detail);
            }
        }
        Ok(())
    }

    fn tell(&mut self, name: &str, offset: u64, reason: RejectReason, detail: &str) {
        let place = Place { offset, ..Place::default() };
        let name = if name.is_empty() { self.file } else { name };
        (self.reject)(reject(place, None, reason, detail, name.as_bytes()));
    }

    /// Whether nothing more may be unpacked.
    fn is_spent(&self) -> bool {
        self.budget.is_spent()
    }
}

fn decompressor<'a>(packing: Packing, reader: &'a mut dyn Read) -> io::Result<Box<dyn Read + 'a>> {
    let reader = BufReader::with_capacity(64 << 10, reader);
    Ok(match packing {
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
        Packing::Zstd => {
            let mut decoder = zstd::Decoder::with_buffer(reader)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_LIMIT)?;
            Box::new(decoder)
        }
        Packing::Xz => {
            let flags = liblzma::stream::CONCATENATED;
            let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY_LIMIT, flags)?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(reader, stream))
        }
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(reader)),
        Packing::Zip | Packing::Tar => {
            return Err(io::Error::other("an archive is not a compressed stream"));
        }
    })
}

/// Whether a member's name would escape a folder it is unpacked into.
fn is_unsafe(name: &str) -> bool {
    let bytes = name.as_bytes();
    let has_drive = bytes.get(1) == Some(&b':') && bytes[0].is_ascii_alphabetic();
    name.starts_with(['/', '\\'])
        || has_drive
        || name.contains('\0')
        || name.split(['/', '\\']).any(|part| part == "..")
}

fn joined(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}!/{inner}") }
}

/// Fails with what is known to be broken, else reads on.
struct Rest<'a> {
    fault: Option<io::Error>,
    reader: &'a mut dyn Read,
}

impl Read for Rest<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => self.reader.read(buffer),
        }
    }
}

/// Ends where its reader fails, and keeps the fault.
struct Ending<'a> {
    reader: &'a mut dyn Read,
    read: u64,
    fault: Option<io::Error>,
}

impl Read for Ending<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_some() {
            return Ok(0);
        }
        loop {
            match self.reader.read(buffer) {
                Ok(n) => {
                    self.read += n as u64;
                    return Ok(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.fault = Some(error);
                    return Ok(0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_escape_are_told() {
        for name in ["../a", "a/../../b", "/etc/passwd", "\\\\host\\a", "C:\\a", "a\\..\\b", "a\0b"]
        {
            assert!(is_unsafe(name), "{name:?}");
        }
        for name in ["a", "a/b.log", "a..b/..c", "./a", ""] {
            assert!(!is_unsafe(name), "{name:?}");
        }
    }
}

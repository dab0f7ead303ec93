//! tar archives (POSIX ustar and pax, GNU long names) read as a stream. Only regular files are
//! handed on; links, devices and folders have no content to read.

use std::io::{self, Read};

use bakas_model::{RejectReason, limits::ARCHIVE_MEMBERS_LIMIT};

use super::{Depth, Walk, is_unsafe, joined};

const BLOCK: usize = 512;
/// Longest header text (a long name, pax records) that is read.
const HEADER_TEXT_LIMIT: u64 = 1 << 20;

/// Whether these first bytes are a tar header: its checksum must be right.
pub(super) fn is_header(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<BLOCK>() else { return false };
    block.get(257..262) == Some(b"ustar") && checksum_is_right(block)
}

fn checksum_is_right(block: &[u8; BLOCK]) -> bool {
    let written = octal(&block[148..156]);
    let sum: u64 = block
        .iter()
        .enumerate()
        .map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u64::from(b) })
        .sum();
    written == Some(sum)
}

/// Hands on every regular file of the archive.
pub(super) fn walk(
    walk: &mut Walk<'_>,
    outer: &str,
    depth: Depth,
    mut reader: &mut dyn Read,
) -> io::Result<()> {
    let (mut long_name, mut pax_size) = (None, None);
    let mut members = 0;
    loop {
        let mut block = [0; BLOCK];
        let filled = match super::read_head(&mut reader, &mut block) {
            Ok(filled) => filled,
            Err(error) => return walk.broken(outer, 0, &error),
        };
        if filled == 0 || block.iter().all(|&b| b == 0) {
            return Ok(());
        }
        if filled < BLOCK || !checksum_is_right(&block) {
            let detail = "a broken tar header; what came before was read";
            walk.tell(outer, 0, RejectReason::BrokenArchive, detail);
            return Ok(());
        }
        let Some(size) = pax_size.take().or_else(|| number(&block[124..136])) else {
            walk.tell(outer, 0, RejectReason::BrokenArchive, "a tar member without a size");
            return Ok(());
        };
        members += 1;
        if members > ARCHIVE_MEMBERS_LIMIT {
            let detail = "an archive with more than 100,000 members";
            walk.tell(outer, 0, RejectReason::ArchiveBound, detail);
            return Ok(());
        }
        let mut content = Read::take(&mut reader, size);
        let result = match block[156] {
            b'L' => text(&mut content).map(|name| long_name = Some(name)),
            b'x' => text(&mut content).map(|records| {
                long_name = pax(&records, "path").map(str::to_owned).or(long_name.take());
                pax_size = pax(&records, "size").and_then(|s| s.parse().ok());
            }),
            b'0' | 0 | b'7' => {
                let name = long_name.take().unwrap_or_else(|| name_of(&block));
                file(walk, &joined(outer, &name), &name, depth, &mut content)?;
                Ok(())
            }
            // Links, devices, folders, global headers, sparse files of old GNU tar.
            kind => {
                if kind == b'S' {
                    let name = joined(outer, &name_of(&block));
                    let detail = "a sparse file, which is not read";
                    walk.tell(&name, 0, RejectReason::BrokenArchive, detail);
                }
                long_name = None;
                Ok(())
            }
        };
        if walk.is_spent() {
            return Ok(());
        }
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        let passed = result.and_then(|()| pass(&mut content)).and_then(|left| {
            if left > 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            pass(&mut Read::take(&mut reader, padding))
        });
        if let Err(error) = passed {
            return walk.broken(outer, 0, &error);
        }
    }
}

fn file(
    walk: &mut Walk<'_>,
    path: &str,
    name: &str,
    depth: Depth,
    content: &mut dyn Read,
) -> io::Result<()> {
    if is_unsafe(name) {
        let detail = "a name that would escape the archive; its content was not read";
        walk.tell(path, 0, RejectReason::UnsafePath, detail);
        return Ok(());
    }
    walk.stream(path.to_owned(), depth, content)
}

/// Reads past what is left; returns how much of it was missing.
fn pass(content: &mut io::Take<impl Read>) -> io::Result<u64> {
    io::copy(content, &mut io::sink())?;
    Ok(content.limit())
}

fn text(content: &mut impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    content.take(HEADER_TEXT_LIMIT).read_to_end(&mut bytes)?;
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The value of a pax record: `length key=value\n`.
fn pax<'a>(records: &'a str, key: &str) -> Option<&'a str> {
    records.lines().find_map(|record| {
        let (_, pair) = record.split_once(' ')?;
        pair.strip_prefix(key)?.strip_prefix('=')
    })
}

fn name_of(block: &[u8; BLOCK]) -> String {
    let field = |bytes: &[u8]| {
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
    };
    let (name, prefix) = (field(&block[..100]), field(&block[345..500]));
    // GNU tar keeps times where ustar keeps the prefix.
    let is_posix = block.get(257..263) == Some(b"ustar\0");
    if is_posix && !prefix.is_empty() { format!("{prefix}/{name}") } else { name }
}

/// A number in octal, or in base 256 where its first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, rest @ ..] => rest
            .iter()
            .try_fold(0_u64, |sum, &b| sum.checked_mul(256).map(|sum| sum | u64::from(b))),
        [first, ..] if first & 0x80 != 0 => None,
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_matches(|c| c == ' ' || c == '\0');
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_both_writings() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\x01\0\0\0\0"), Some(1 << 32));
        assert_eq!(number(b"12x45678"), None);
        assert_eq!(number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), None);
    }

    #[test]
    fn pax_records() {
        let records = "20 path=a/b/c.log\n12 size=99\n";
        assert_eq!(pax(records, "path"), Some("a/b/c.log"));
        assert_eq!(pax(records, "size"), Some("99"));
        assert_eq!(pax(records, "linkpath"), None);
    }
}

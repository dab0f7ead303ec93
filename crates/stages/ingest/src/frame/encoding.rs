//! Byte order marks and UTF-16: whatever comes in, UTF-8 goes on. Other bytes go on as they are;
//! whether they are text is the decoders' question.

use std::io::{self, Read};

use super::utf16::Utf16Reader;

/// How many of the first bytes tell the encoding.
const HEAD_BYTES: usize = 8;

/// How a source's text is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes as they are, without a mark.
    #[default]
    Plain,
    /// UTF-8 with a byte order mark, which is no text.
    Utf8Marked,
    /// UTF-16, little end first; transcoded.
    Utf16Le,
    /// UTF-16, big end first; transcoded.
    Utf16Be,
}

impl Encoding {
    /// The encoding that the first bytes of a source tell of: by a byte order mark, or by four
    /// characters of ASCII in two bytes each.
    #[must_use]
    pub fn of(head: &[u8]) -> Self {
        Self::marked(head).0
    }

    /// The encoding, and the length of its mark.
    fn marked(head: &[u8]) -> (Self, usize) {
        let is_text = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        match *head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8Marked, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            [a, 0, b, 0, c, 0, d, 0, ..] if [a, b, c, d].into_iter().all(is_text) => {
                (Self::Utf16Le, 0)
            }
            [0, a, 0, b, 0, c, 0, d, ..] if [a, b, c, d].into_iter().all(is_text) => {
                (Self::Utf16Be, 0)
            }
            _ => (Self::Plain, 0),
        }
    }

    /// Whether a source's bytes are not those of the text that is made of it.
    #[must_use]
    pub const fn is_wide(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    /// What to say of it, where there is something to say.
    #[must_use]
    pub const fn note(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Utf8Marked => Some("starts with a byte order mark"),
            Self::Utf16Le => Some("is UTF-16, little end first"),
            Self::Utf16Be => Some("is UTF-16, big end first"),
        }
    }
}

/// The head of a source as UTF-8, with what there is to say of its encoding.
pub(crate) fn plain_head(head: &[u8]) -> (Vec<u8>, Encoding) {
    let mut plain = Vec::with_capacity(head.len());
    Decoded::new(head).read_to_end(&mut plain).expect("a slice can be read");
    (plain, Encoding::of(head))
}

/// Reads the text of a source as UTF-8.
#[derive(Debug)]
pub(crate) struct Decoded<R> {
    inner: Inner<R>,
    encoding: Encoding,
    mark: u64,
    /// Bytes handed on that are the source's own.
    plain: u64,
}

#[derive(Debug)]
enum Inner<R> {
    /// Nothing was read yet.
    New(R),
    /// The first bytes, and how many of them were handed on, then the rest.
    Plain {
        head: [u8; HEAD_BYTES],
        at: usize,
        filled: usize,
        rest: R,
    },
    Utf16(Utf16Reader<R>),
    /// Only while one state is exchanged for another.
    Taken,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { inner: Inner::New(reader), encoding: Encoding::Plain, mark: 0, plain: 0 }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The length of the byte order mark.
    pub(crate) fn mark(&self) -> u64 {
        self.mark
    }

    /// Bytes of the source that what was handed on is made of, or more where it waits for the rest
    /// of a character; at the end all of them.
    pub(crate) fn taken(&self) -> u64 {
        let behind =
            if let Inner::Utf16(reader) = &self.inner { reader.taken() } else { self.plain };
        self.mark + behind
    }

    fn open(&mut self) -> io::Result<()> {
        let Inner::New(mut reader) = std::mem::replace(&mut self.inner, Inner::Taken) else {
            return Ok(());
        };
        let mut head = [0; HEAD_BYTES];
        let mut filled = 0;
        while filled < head.len() {
            match reader.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let first = &head[..filled];
        let (encoding, mark) = Encoding::marked(first);
        (self.encoding, self.mark) = (encoding, mark as u64);
        self.inner = if encoding.is_wide() {
            let is_big = encoding == Encoding::Utf16Be;
            Inner::Utf16(Utf16Reader::new(reader, is_big, &first[mark..]))
        } else {
            Inner::Plain { head, at: mark, filled, rest: reader }
        };
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.inner, Inner::New(_)) {
            self.open()?;
        }
        let read = match &mut self.inner {
            Inner::Plain { head, at, filled, rest } => {
                if *at < *filled {
                    let n = (&head[*at..*filled]).read(buffer)?;
                    *at += n;
                    n
                } else {
                    rest.read(buffer)?
                }
            }
            Inner::Utf16(reader) => reader.read(buffer)?,
            Inner::New(_) | Inner::Taken => 0,
        };
        self.plain += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str, encoding: Encoding, mark: u64) {
        let mut reader = Decoded::new(bytes);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        let told = (text.as_str(), reader.encoding(), reader.mark(), reader.taken());
        assert_eq!(told, (expected, encoding, mark, bytes.len() as u64), "{bytes:?}");
    }

    fn le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn be(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn marks_are_no_text_and_utf16_is_transcoded() {
        check(b"", "", Encoding::Plain, 0);
        check(b"ab", "ab", Encoding::Plain, 0);
        check(b"\xef\xbb\xbfab", "ab", Encoding::Utf8Marked, 3);
        check(b"\xef\xbb\xbf", "", Encoding::Utf8Marked, 3);
        check(b"\xff\xfe", "", Encoding::Utf16Le, 2);
        let long = "péso ₱ 😀\n".repeat(3000);
        check(&[b"\xff\xfe", le(&long).as_slice()].concat(), &long, Encoding::Utf16Le, 2);
        check(&[b"\xfe\xff", be(&long).as_slice()].concat(), &long, Encoding::Utf16Be, 2);
    }

    #[test]
    fn four_wide_characters_are_a_sign_too() {
        check(&le("<Event>😀"), "<Event>😀", Encoding::Utf16Le, 0);
        check(&be("{\r\n\t"), "{\r\n\t", Encoding::Utf16Be, 0);
        check(&le("abc"), "a\0b\0c\0", Encoding::Plain, 0);
        check(b"a\0b\0c\0\x01\0", "a\0b\0c\0\x01\0", Encoding::Plain, 0);
    }

    #[test]
    fn what_is_no_character_stands_for_its_bytes() {
        check(b"\xff\xfea\0b", "a\u{fffd}", Encoding::Utf16Le, 2);
        check(b"\xff\xfe\x3d\xd8a\0", "\u{fffd}a", Encoding::Utf16Le, 2);
        check(b"\xff\xfe\x3d\xd8", "\u{fffd}", Encoding::Utf16Le, 2);
        check(b"\xff\xfe\x3d\xd8\x00", "\u{fffd}\u{fffd}", Encoding::Utf16Le, 2);
        check(
            b"\xff\xfe\x00\xdc\x3d\xd8\x3d\xd8\x00\xde",
            "\u{fffd}\u{fffd}😀",
            Encoding::Utf16Le,
            2,
        );
    }
}

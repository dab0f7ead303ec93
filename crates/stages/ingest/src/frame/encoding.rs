//! Byte order marks and UTF-16: whatever comes in, UTF-8 goes on. Without a mark the bytes go on as
//! they are; whether they are text is the decoders' question.

use std::io::{self, Read};

/// How a source's text is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes as they are, without a mark.
    #[default]
    Plain,
    /// UTF-8 with a byte order mark, which was skipped.
    Utf8Marked,
    /// UTF-16, little end first; transcoded, so that offsets count transcoded bytes.
    Utf16Le,
    /// UTF-16, big end first; transcoded, so that offsets count transcoded bytes.
    Utf16Be,
}

impl Encoding {
    /// The encoding that the first bytes tell of, and the length of its mark.
    pub(crate) fn of(head: &[u8]) -> (Self, usize) {
        match head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8Marked, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            _ => (Self::Plain, 0),
        }
    }

    /// What to say of it, where there is something to say.
    #[must_use]
    pub const fn note(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Utf8Marked => Some("starts with a byte order mark"),
            Self::Utf16Le | Self::Utf16Be => {
                Some("is UTF-16: offsets count the bytes of its UTF-8 form")
            }
        }
    }
}

/// The head of a source as UTF-8, with what there is to say of its encoding.
pub(crate) fn plain_head(head: &[u8]) -> (Vec<u8>, Encoding) {
    let (encoding, _) = Encoding::of(head);
    let mut plain = Vec::with_capacity(head.len());
    Decoded::new(head).read_to_end(&mut plain).expect("a slice can be read");
    (plain, encoding)
}

/// Reads the text of a source as UTF-8.
#[derive(Debug)]
pub(crate) struct Decoded<R> {
    inner: Inner<R>,
    encoding: Encoding,
    skipped: u64,
}

#[derive(Debug)]
enum Inner<R> {
    /// Nothing was read yet.
    New(R),
    /// The first bytes, and how many of them were handed on, then the rest.
    Plain {
        head: [u8; 3],
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
        Self { inner: Inner::New(reader), encoding: Encoding::Plain, skipped: 0 }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes of the source before the first that is handed on.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }

    fn open(&mut self) -> io::Result<()> {
        let Inner::New(mut reader) = std::mem::replace(&mut self.inner, Inner::Taken) else {
            return Ok(());
        };
        let mut head = [0; 3];
        let mut filled = 0;
        while filled < head.len() {
            match reader.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let (encoding, mark) = Encoding::of(&head[..filled]);
        self.encoding = encoding;
        self.inner = match encoding {
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let first = (filled == 3).then_some(head[2]);
                Inner::Utf16(Utf16Reader::new(reader, encoding == Encoding::Utf16Be, first))
            }
            Encoding::Plain | Encoding::Utf8Marked => {
                self.skipped = mark as u64;
                Inner::Plain { head, at: mark, filled, rest: reader }
            }
        };
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.inner, Inner::New(_)) {
            self.open()?;
        }
        match &mut self.inner {
            Inner::Plain { head, at, filled, rest } => {
                if *at < *filled {
                    let n = (&head[*at..*filled]).read(buffer)?;
                    *at += n;
                    return Ok(n);
                }
                rest.read(buffer)
            }
            Inner::Utf16(reader) => reader.read(buffer),
            Inner::New(_) | Inner::Taken => Ok(0),
        }
    }
}

/// Transcodes UTF-16 into UTF-8; what is no character becomes U+FFFD.
#[derive(Debug)]
struct Utf16Reader<R> {
    reader: R,
    is_big: bool,
    /// The first byte of a unit whose second is not read yet.
    half: Option<u8>,
    /// The first unit of a pair whose second is not read yet.
    high: Option<u16>,
    ready: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl<R: Read> Utf16Reader<R> {
    fn new(reader: R, is_big: bool, half: Option<u8>) -> Self {
        Self { reader, is_big, half, high: None, ready: Vec::new(), at: 0, is_over: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut raw = [0; 8192];
        let read = loop {
            match self.reader.read(&mut raw) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.ready.clear();
        self.at = 0;
        if read == 0 {
            self.is_over = true;
            if self.half.take().is_some() || self.high.take().is_some() {
                self.push(char::REPLACEMENT_CHARACTER);
            }
            return Ok(());
        }
        for &byte in &raw[..read] {
            match self.half.take() {
                None => self.half = Some(byte),
                Some(first) if self.is_big => self.unit(u16::from_be_bytes([first, byte])),
                Some(first) => self.unit(u16::from_le_bytes([first, byte])),
            }
        }
        Ok(())
    }

    fn unit(&mut self, unit: u16) {
        let is_low = (0xdc00..0xe000).contains(&unit);
        if let Some(high) = self.high.take() {
            let pair = char::decode_utf16([high, unit]).next();
            if is_low {
                self.push(pair.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER));
                return;
            }
            self.push(char::REPLACEMENT_CHARACTER);
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            self.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }

    fn push(&mut self, c: char) {
        self.ready.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.is_over {
            self.refill()?;
        }
        let n = self.ready.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str, encoding: Encoding, skipped: u64) {
        let mut reader = Decoded::new(bytes);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(
            (text.as_str(), reader.encoding(), reader.skipped()),
            (expected, encoding, skipped)
        );
    }

    #[test]
    fn marks_are_skipped_and_utf16_transcoded() {
        let le = |t: &str| {
            [&[0xff, 0xfe][..], &t.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()]
                .concat()
        };
        let be = |t: &str| {
            [&[0xfe, 0xff][..], &t.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()]
                .concat()
        };
        check(b"", "", Encoding::Plain, 0);
        check(b"ab", "ab", Encoding::Plain, 0);
        check(b"\xef\xbb\xbfab", "ab", Encoding::Utf8Marked, 3);
        let long = "péso ₱ 😀\n".repeat(3000);
        check(&le(&long), &long, Encoding::Utf16Le, 0);
        check(&be(&long), &long, Encoding::Utf16Be, 0);
        check(b"\xff\xfea\0b", "a\u{fffd}", Encoding::Utf16Le, 0);
        check(b"\xff\xfe\x3d\xd8a\0", "\u{fffd}a", Encoding::Utf16Le, 0);
    }
}

//! UTF-16 into UTF-8. What is no character becomes U+FFFD, one for each unit, so that the length of
//! the text tells the length of the source; one byte too many at the end is one more.

use std::io::{self, Read};

/// Bytes asked from the source at once.
const READ_BYTES: usize = 8192;

/// Transcodes a source.
#[derive(Debug)]
pub(super) struct Utf16Reader<R> {
    reader: R,
    is_big: bool,
    /// The first byte of a unit whose second is not read yet.
    half: Option<u8>,
    /// The first unit of a pair whose second is not read yet.
    high: Option<u16>,
    ready: Vec<u8>,
    at: usize,
    /// Bytes taken from the source.
    taken: u64,
    is_over: bool,
}

impl<R: Read> Utf16Reader<R> {
    /// Reads on after `first`, the source's first bytes behind its mark.
    pub(super) fn new(reader: R, is_big: bool, first: &[u8]) -> Self {
        let (half, high, ready) = (None, None, Vec::new());
        let mut fresh = Self { reader, is_big, half, high, ready, at: 0, taken: 0, is_over: false };
        fresh.take_in(first);
        fresh
    }

    /// Bytes of the source that were taken so far, without its mark.
    pub(super) const fn taken(&self) -> u64 {
        self.taken
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut raw = [0; READ_BYTES];
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
            let left =
                usize::from(self.high.take().is_some()) + usize::from(self.half.take().is_some());
            (0..left).for_each(|_| self.push(char::REPLACEMENT_CHARACTER));
            return Ok(());
        }
        self.take_in(raw.get(..read).unwrap_or_default());
        Ok(())
    }

    fn take_in(&mut self, raw: &[u8]) {
        self.taken += raw.len() as u64;
        for &byte in raw {
            match self.half.take() {
                None => self.half = Some(byte),
                Some(first) if self.is_big => self.unit(u16::from_be_bytes([first, byte])),
                Some(first) => self.unit(u16::from_le_bytes([first, byte])),
            }
        }
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

//! Which bytes of its source a chunk's text stands for. The text is UTF-8, the source need not be:
//! places and the account speak of the source.

use std::ops::Range;

/// Where the text of a chunk lies in its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The length of the byte order mark before the text: of a source's first chunk, else 0.
    pub mark: u64,
    /// Offset in the source of the first byte of the text.
    pub start: u64,
    /// Offset in the source behind the last one.
    pub end: u64,
    /// Whether the source is UTF-16.
    pub is_wide: bool,
}

impl Origin {
    /// The origin of a text that lies behind `before`; `taken` bytes of the source were read.
    pub(super) fn after(before: Self, text: &[u8], is_wide: bool, taken: u64) -> Self {
        let start = before.end;
        let length = if is_wide { wide_length(text) } else { text.len() as u64 };
        // Of an odd number of bytes the last one became a whole character.
        let end = (start + length).min(taken);
        Self { mark: 0, start, end, is_wide }
    }

    /// How many bytes of the source the chunk stands for.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.mark + self.end - self.start
    }

    /// Goes through the places of a text in their order.
    pub(crate) const fn walk(self) -> Walk {
        Walk { origin: self, text: 0, source: self.start }
    }

    /// The bytes of the source that part of the text stands for.
    #[must_use]
    pub fn place(&self, text: &[u8], part: Range<usize>) -> Range<u64> {
        let mut walk = self.walk();
        walk.at(text, part.start)..walk.at(text, part.end)
    }

    /// The part of the text that stands for bytes of the source; `None` where they begin elsewhere.
    #[must_use]
    pub fn part<'a>(&self, text: &'a [u8], place: Range<u64>) -> Option<&'a [u8]> {
        let index = |offset: u64| {
            let into = offset.min(self.end).checked_sub(self.start)?;
            if !self.is_wide {
                return usize::try_from(into).ok();
            }
            let mut passed = 0;
            let at = text.iter().position(|byte| {
                let is_there = passed >= into && !is_inner(*byte);
                passed += units(*byte) * 2;
                is_there
            });
            Some(at.unwrap_or(text.len()))
        };
        if place.start >= self.end {
            return None;
        }
        text.get(index(place.start)?..index(place.end)?)
    }
}

/// A place in a chunk, in both counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    origin: Origin,
    text: usize,
    source: u64,
}

impl Walk {
    /// The offset in the source of a byte of the text.
    #[inline]
    pub(crate) fn at(&mut self, text: &[u8], to: usize) -> u64 {
        if !self.origin.is_wide {
            return self.origin.start + to as u64;
        }
        if to < self.text {
            *self = self.origin.walk();
        }
        self.source += wide_length(text.get(self.text..to).unwrap_or_default());
        self.text = to;
        self.source.min(self.origin.end)
    }
}

/// The length of a text in UTF-16. Each character counts at its first byte, so that parts add up
/// wherever it is cut.
fn wide_length(text: &[u8]) -> u64 {
    text.iter().map(|byte| units(*byte)).sum::<u64>() * 2
}

/// Units of UTF-16 of the character that begins with a byte.
const fn units(byte: u8) -> u64 {
    (!is_inner(byte)) as u64 + (byte >= 0xf0) as u64
}

const fn is_inner(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_wide_text() {
        let text = "a₱😀\nb".as_bytes();
        let before = Origin { end: 2, ..Origin::default() };
        let origin = Origin::after(before, text, true, 100);
        assert_eq!((origin.start, origin.end, origin.bytes()), (2, 14, 12));
        assert_eq!(origin.place(text, 0..4), 2..6);
        assert_eq!(origin.place(text, 4..8), 6..10);
        assert_eq!(origin.place(text, 9..10), 12..14);
        assert_eq!(origin.part(text, 6..10), Some("😀".as_bytes()));
        assert_eq!(origin.part(text, 12..14), Some(b"b".as_slice()));
        assert_eq!(origin.part(text, 2..99), Some(text));
        assert_eq!(origin.part(text, 14..15), None);
        assert_eq!(origin.part(text, 0..4), None);
        let mut walk = origin.walk();
        assert_eq!((walk.at(text, 9), walk.at(text, 1)), (12, 4), "back again");
    }

    #[test]
    fn an_odd_byte_at_the_end_counts_once() {
        let origin = Origin::after(Origin::default(), "a\u{fffd}".as_bytes(), true, 3);
        assert_eq!((origin.end, origin.place("a\u{fffd}".as_bytes(), 1..4)), (3, 2..3));
    }

    #[test]
    fn plain_text_is_its_source() {
        let before = Origin { end: 3, ..Origin::default() };
        let origin = Origin::after(before, b"abc", false, 6);
        assert_eq!((origin.place(b"abc", 1..2), origin.end), (4..5, 6));
        assert_eq!(origin.part(b"abc", 4..5), Some(b"b".as_slice()));
    }
}

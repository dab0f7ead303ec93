//! Just enough DER to read a time stamp: elements with one-byte tags and definite lengths. Every
//! length is held against what is there.

use crate::SealError;

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) bytes: &'a [u8],
}

/// Reads elements one after another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The contents of the one element there is.
    pub(super) fn only(self, tag: u8) -> Result<Self, SealError> {
        self.only_bytes(tag).map(Self)
    }

    /// The bytes of the one element there is.
    pub(super) fn only_bytes(mut self, tag: u8) -> Result<&'a [u8], SealError> {
        let bytes = self.take(tag)?;
        self.end()?;
        Ok(bytes)
    }

    /// The bytes of the next element, which must have that tag.
    pub(super) fn take(&mut self, tag: u8) -> Result<&'a [u8], SealError> {
        let element = self.any()?;
        if element.tag == tag {
            Ok(element.bytes)
        } else {
            Err(wrong("another element stands there"))
        }
    }

    /// The next element.
    pub(super) fn any(&mut self) -> Result<Element<'a>, SealError> {
        self.next_any()?.ok_or(wrong("an element is missing"))
    }

    /// The next element; `None` at the end.
    pub(super) fn next_any(&mut self) -> Result<Option<Element<'a>>, SealError> {
        let Some((&tag, rest)) = self.0.split_first() else { return Ok(None) };
        if tag & 0x1f == 0x1f {
            return Err(wrong("a tag of several bytes"));
        }
        let (&first, mut rest) = rest.split_first().ok_or(wrong("it is cut"))?;
        let length = match first {
            0..=0x7f => usize::from(first),
            0x81..=0x84 => {
                let (digits, behind) =
                    rest.split_at_checked(usize::from(first & 0x7f)).ok_or(wrong("it is cut"))?;
                rest = behind;
                digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit))
            }
            _ => return Err(wrong("a length that is not definite")),
        };
        let (bytes, rest) = rest.split_at_checked(length).ok_or(wrong("it is cut"))?;
        self.0 = rest;
        Ok(Some(Element { tag, bytes }))
    }

    /// Nothing may follow.
    pub(super) fn end(self) -> Result<(), SealError> {
        if self.0.is_empty() { Ok(()) } else { Err(wrong("something follows behind its end")) }
    }
}

fn wrong(why: &'static str) -> SealError {
    SealError::Stamp(why)
}

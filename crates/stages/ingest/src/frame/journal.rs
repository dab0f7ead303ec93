//! Entries of the journal's export format: fields line by line, an empty line after each entry.
//! A field whose value holds line ends or control characters is written as its name, a length of
//! eight bytes, and so many bytes. Described by systemd, "Journal Export Formats".

use std::ops::Range;

use bakas_model::limits::RECORD_BYTES_LIMIT;
use memchr::{memchr, memmem};

use super::{Found, Frame, overlong::Overlong};

#[derive(Debug, Default)]
pub(super) struct JournalFrame(Overlong);

impl Frame for JournalFrame {
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        if let Some(keep) = self.0.skip(buffer, base, is_over, found) {
            return keep;
        }
        let mut at = 0;
        loop {
            let rest = buffer.get(at..).unwrap_or_default();
            at += rest.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            let rest = buffer.get(at..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            let (length, is_whole) = entry(rest);
            if !is_whole && !is_over {
                break;
            }
            found.records.push(base + at as u64..base + (at + length) as u64);
            at += length;
        }
        if at == 0 && !is_over {
            return self.0.begin(buffer, base, found);
        }
        base + at as u64
    }
}

/// The length of the entry at the start, without its last line end, and whether its end was seen.
fn entry(text: &[u8]) -> (usize, bool) {
    let mut at = 0;
    loop {
        match field(text.get(at..).unwrap_or_default()) {
            Cut::Field(field) => {
                at += field.value.end;
                match text.get(at) {
                    Some(b'\n') if text.get(at + 1) == Some(&b'\n') => return (at, true),
                    Some(b'\n') if at + 1 < text.len() => at += 1,
                    _ => return (at, false),
                }
            }
            Cut::Open => return (text.len(), false),
            // It goes on after the next empty line.
            Cut::Broken => {
                let end = memmem::find(text.get(at..).unwrap_or_default(), b"\n\n");
                return end.map_or((text.len(), false), |end| (at + end, true));
            }
        }
    }
}

/// A field at the start of a text: where its name ends, and where its value stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JournalField {
    pub(crate) name: usize,
    pub(crate) value: Range<usize>,
}

/// What stands at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Field(JournalField),
    /// Its end is not there.
    Open,
    /// No field.
    Broken,
}

/// The field at the start of a text, which may end the text or be followed by a line end.
pub(crate) fn field(text: &[u8]) -> Cut {
    let is_name = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let name = text.iter().take_while(|b| is_name(b)).count();
    if name > 64 {
        return Cut::Broken;
    }
    match text.get(name) {
        None => Cut::Open,
        _ if name == 0 => Cut::Broken,
        Some(b'=') => {
            let rest = text.get(name + 1..).unwrap_or_default();
            let end = name + 1 + memchr(b'\n', rest).unwrap_or(rest.len());
            Cut::Field(JournalField { name, value: name + 1..end })
        }
        Some(b'\n') => {
            let Some(length) = text.get(name + 1..name + 9) else { return Cut::Open };
            let length = u64::from_le_bytes(length.try_into().unwrap_or_default());
            let Some(length) = usize::try_from(length).ok().filter(|n| *n <= RECORD_BYTES_LIMIT)
            else {
                return Cut::Broken;
            };
            let value = name + 9..name + 9 + length;
            match text.get(value.end) {
                Some(b'\n') => Cut::Field(JournalField { name, value }),
                None if value.end == text.len() => Cut::Field(JournalField { name, value }),
                None => Cut::Open,
                Some(_) => Cut::Broken,
            }
        }
        Some(_) => Cut::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_both_kinds() {
        let check = |text: &[u8], expected| assert_eq!(field(text), expected, "{text:?}");
        let at = |name, value| Cut::Field(JournalField { name, value });
        check(b"A=b\nC=d", at(1, 2..3));
        check(b"A=", at(1, 2..2));
        check(b"AB\n\x03\0\0\0\0\0\0\0x\ny\nC=d", at(2, 11..14));
        check(b"AB\n\x03\0\0\0\0\0\0\0x", Cut::Open);
        check(b"AB\n\x03\0", Cut::Open);
        check(b"AB\n\xff\xff\xff\xff\xff\xff\xff\xffx", Cut::Broken);
        check(b"hello=x", Cut::Broken);
        check(b"", Cut::Open);
    }

    #[test]
    fn entries_end_at_an_empty_line() {
        assert_eq!(entry(b"A=b\nC=d\n\nE=f"), (7, true));
        assert_eq!(entry(b"A\n\x02\0\0\0\0\0\0\0\n\n\n\nE=f"), (12, true));
        assert_eq!(entry(b"A=b\nC=d\n"), (7, false));
        assert_eq!(entry(b"A=b\nno field\n\nE=f"), (12, true));
    }
}

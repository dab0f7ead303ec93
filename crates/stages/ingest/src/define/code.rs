//! Values that a log writes in code: hex of the Linux audit system, percent signs of requests,
//! base64, backslashes. What is no such code stays as it is.

use std::borrow::Cow;

use bumpalo::Bump;

use super::{glob::Glob, schema::Coding, term::When};

/// One `[[decode]]`.
#[derive(Debug)]
pub(super) struct Decoding {
    pub(super) fields: Vec<Glob>,
    pub(super) coding: Coding,
    pub(super) when: When,
}

impl Decoding {
    pub(super) fn is_for(&self, name: &str) -> bool {
        self.fields.iter().any(|glob| glob.fits(name))
    }

    /// What the code stands for; text in quotes is no hex.
    pub(super) fn read<'a>(&self, text: &str, is_quoted: bool, arena: &'a Bump) -> Option<&'a str> {
        let bytes = match self.coding {
            Coding::Hex if is_quoted => return None,
            Coding::Hex => hex(text)?,
            Coding::Percent => return percent(text, arena),
            Coding::Base64 => base64(text)?,
            Coding::Backslash => backslash(text)?,
        };
        printable(bytes, arena)
    }
}

/// Text out of decoded bytes: NULs at its end fall away, others stand for blanks between words.
fn printable(mut bytes: Vec<u8>, arena: &Bump) -> Option<&str> {
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    for byte in &mut bytes {
        if *byte == 0 {
            *byte = b' ';
        }
    }
    let text = String::from_utf8(bytes).ok().filter(|text| !text.is_empty())?;
    Some(arena.alloc_str(&text))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Percent signs taken back, once; `None` where there is none.
pub(super) fn percent<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    memchr::memchr(b'%', text.as_bytes())?;
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%')
            .then(|| Some(digit(*bytes.get(at + 1)?)? << 4 | digit(*bytes.get(at + 2)?)?))
            .flatten();
        plain.push(code.unwrap_or(byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    Some(match String::from_utf8_lossy(&plain) {
        Cow::Borrowed(text) => arena.alloc_str(text),
        Cow::Owned(text) => arena.alloc_str(&text),
    })
}

/// `\xHH` and `\\` taken back; `None` where there is none.
fn backslash(text: &str) -> Option<Vec<u8>> {
    memchr::memchr(b'\\', text.as_bytes())?;
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(&byte) = bytes.get(at) {
        let (value, length) = match bytes.get(at..).unwrap_or_default() {
            [b'\\', b'\\', ..] => (b'\\', 2),
            [b'\\', b'x', high, low, ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 4),
                _ => (byte, 1),
            },
            _ => (byte, 1),
        };
        plain.push(value);
        at += length;
    }
    Some(plain)
}

/// RFC 4648, sections 4 and 5: both alphabets, with or without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let body = text.trim_end_matches('=').as_bytes();
    if body.len() < 2 || body.len() % 4 == 1 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(body.len()), 0_u32, 0);
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_taken_back() {
        let arena = Bump::new();
        let check = |coding: Coding, text: &str, expected: Option<&str>| {
            let decoding = Decoding { fields: Vec::new(), coding, when: When::default() };
            assert_eq!(decoding.read(text, false, &arena), expected, "{text}");
        };
        check(Coding::Hex, "2F62696E2F6C73002D6C61", Some("/bin/ls -la"));
        check(Coding::Hex, "6c730000", Some("ls"));
        for text in ["", "6", "xx", "FF", "00", "7ffd5"] {
            check(Coding::Hex, text, None);
        }
        check(Coding::Percent, "a%20b%zz%4", Some("a b%zz%4"));
        check(Coding::Percent, "plain", None);
        check(Coding::Base64, "aGVsbG8=", Some("hello"));
        check(Coding::Base64, "aGVsbG8", Some("hello"));
        check(Coding::Base64, "a b", None);
        check(Coding::Backslash, r"\\\\fs1\\ADMIN$\x09\q", Some("\\\\fs1\\ADMIN$\t\\q"));
        check(Coding::Backslash, "plain", None);
    }

    #[test]
    fn what_stands_in_quotes_is_no_hex() {
        let decoding =
            Decoding { fields: vec![Glob::new("a*")], coding: Coding::Hex, when: When::default() };
        assert_eq!(decoding.read("6c73", true, &Bump::new()), None);
        assert!(decoding.is_for("a0") && !decoding.is_for("exe"));
    }
}

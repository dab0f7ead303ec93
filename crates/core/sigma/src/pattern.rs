//! Text with wildcards, and the encodings that modifiers apply to it. It matches nothing itself.

use serde::{Deserialize, Serialize};

/// A part of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// These characters.
    Literal(String),
    /// `?`: any one character.
    One,
    /// `*`: any characters, or none.
    Many,
}

/// Text in which `*` and `?` are wildcards (Sigma rules specification, "String Wildcard" and
/// "Escaping"). The empty pattern is the empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pattern {
    /// Its parts; never two literals nor two `*` in a row.
    pub parts: Vec<Part>,
}

/// The characters that start an option on a Windows command line.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

impl Pattern {
    /// Reads text as rules write it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut literal = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.peek() {
                    Some(&next @ ('\\' | '*' | '?')) => {
                        literal.push(next);
                        chars.next();
                    }
                    _ => literal.push('\\'),
                },
                '*' | '?' => {
                    pattern.push(Part::Literal(std::mem::take(&mut literal)));
                    pattern.push(if c == '*' { Part::Many } else { Part::One });
                }
                _ => literal.push(c),
            }
        }
        pattern.push(Part::Literal(literal));
        pattern
    }

    /// Text without wildcards.
    #[must_use]
    pub fn literal(text: impl Into<String>) -> Self {
        let mut pattern = Self::default();
        pattern.push(Part::Literal(text.into()));
        pattern
    }

    /// The text, where there are no wildcards.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text as a rule would write it: what is read back is the same.
    #[must_use]
    pub fn source(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Many => text.push('*'),
                Part::One => text.push('?'),
                Part::Literal(literal) => {
                    for c in literal.chars() {
                        if matches!(c, '*' | '?' | '\\') {
                            text.push('\\');
                        }
                        text.push(c);
                    }
                }
            }
        }
        text
    }

    /// With each run of plain characters replaced.
    #[must_use]
    pub(crate) fn with_literals(&self, change: impl Fn(&str) -> String) -> Self {
        let mut pattern = Self::default();
        for part in &self.parts {
            pattern.push(match part {
                Part::Literal(text) => Part::Literal(change(text)),
                other => other.clone(),
            });
        }
        pattern
    }

    /// With `*` before it.
    #[must_use]
    pub fn open_before(self) -> Self {
        let mut pattern = Self::default();
        pattern.push(Part::Many);
        for part in self.parts {
            pattern.push(part);
        }
        pattern
    }

    /// With `*` after it.
    #[must_use]
    pub fn open_after(mut self) -> Self {
        self.push(Part::Many);
        self
    }

    fn push(&mut self, part: Part) {
        match (self.parts.last_mut(), part) {
            (_, Part::Literal(text)) if text.is_empty() => {}
            (Some(Part::Literal(last)), Part::Literal(text)) => last.push_str(&text),
            (Some(Part::Many), Part::Many) => {}
            (_, part) => self.parts.push(part),
        }
    }

    /// Every way to write the option dashes in it, or `None` where there are more than `limit`.
    pub(crate) fn dashes(&self, limit: usize) -> Option<Vec<Self>> {
        let mut all = vec![Self::default()];
        let mut before: Option<char> = None;
        for part in &self.parts {
            let Part::Literal(text) = part else {
                all.iter_mut().for_each(|p| p.push(part.clone()));
                before = None;
                continue;
            };
            let mut chars = text.chars().peekable();
            while let Some(c) = chars.next() {
                let word = |c: &char| c.is_alphanumeric() || *c == '_';
                let starts_option = DASHES.contains(&c)
                    && !before.as_ref().is_some_and(word)
                    && chars.peek().is_some_and(word);
                if starts_option {
                    if all.len().saturating_mul(DASHES.len()) > limit {
                        return None;
                    }
                    all = all.iter().flat_map(|p| DASHES.map(|dash| p.with(dash))).collect();
                } else {
                    all.iter_mut().for_each(|p| p.push(Part::Literal(c.into())));
                }
                before = Some(c);
            }
        }
        Some(all)
    }

    fn with(&self, c: char) -> Self {
        let mut longer = self.clone();
        longer.push(Part::Literal(c.into()));
        longer
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 (RFC 4648, section 4) with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0_u32, |all, &b| all << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= chunk.len() { BASE64[index].into() } else { '=' });
        }
    }
    text
}

/// What stays of the Base64 of these bytes at each of the three offsets within longer data.
pub(crate) fn base64_offsets(bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let mut shifted = vec![b' '; offset];
        shifted.extend_from_slice(bytes);
        let text = base64(&shifted);
        let start = [0, 2, 3][offset];
        let cut = [0, 3, 2][shifted.len() % 3];
        let end = text.len().saturating_sub(cut).max(start);
        text.get(start..end).unwrap_or_default().to_owned()
    })
}

/// How text becomes bytes before it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wide {
    LittleEndian,
    BigEndian,
    /// Little endian after a byte order mark.
    Marked,
}

pub(crate) fn wide(text: &str, order: Wide) -> Vec<u8> {
    let units = text.encode_utf16();
    match order {
        Wide::LittleEndian => units.flat_map(u16::to_le_bytes).collect(),
        Wide::BigEndian => units.flat_map(u16::to_be_bytes).collect(),
        Wide::Marked => std::iter::once(0xfeff).chain(units).flat_map(u16::to_le_bytes).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[Part]) {
        assert_eq!(Pattern::parse(text).parts, expected, "{text}");
    }

    fn lit(text: &str) -> Part {
        Part::Literal(text.to_owned())
    }

    #[test]
    fn escapes_are_those_of_the_specification() {
        check(r"C:\Windows", &[lit(r"C:\Windows")]);
        check(r"C:\\Windows", &[lit(r"C:\Windows")]);
        check(r"\*", &[lit("*")]);
        check(r"\\*", &[lit(r"\"), Part::Many]);
        check(r"\\\*", &[lit(r"\*")]);
        check(r"\\\a", &[lit(r"\\a")]);
        check(r"\\\\a", &[lit(r"\\a")]);
        check("a?c*", &[lit("a"), Part::One, lit("c"), Part::Many]);
        check("**", &[Part::Many]);
        check("", &[]);
        check(r"end\", &[lit(r"end\")]);
    }

    #[test]
    fn a_pattern_is_written_as_it_is_read() {
        for text in [r"C:\\\*.exe", r"a\\*b?", "", "*", r"\\srv\\x", r"\?\*"] {
            let pattern = Pattern::parse(text);
            assert_eq!(Pattern::parse(&pattern.source()), pattern, "{text}");
        }
    }

    #[test]
    fn dashes_vary_only_where_an_option_starts() {
        let all = Pattern::literal("cmd -a x-y").dashes(100).unwrap();
        assert_eq!(all.len(), 5);
        assert!(all.contains(&Pattern::literal("cmd /a x-y")));
        assert!(all.contains(&Pattern::literal("cmd \u{2014}a x-y")));
        assert!(Pattern::literal("-a -b -c -d").dashes(100).is_none());
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        let [a, b, c] = base64_offsets(b"foobar");
        assert!(base64(b"foobar").contains(&a));
        assert!(base64(b"1foobar and more").contains(&b));
        assert!(base64(b"12foobar and more").contains(&c));
    }

    #[test]
    fn wide_text_has_its_order() {
        assert_eq!(wide("cm", Wide::LittleEndian), b"c\0m\0");
        assert_eq!(wide("cm", Wide::BigEndian), b"\0c\0m");
        assert_eq!(wide("c", Wide::Marked), b"\xff\xfec\0");
    }
}

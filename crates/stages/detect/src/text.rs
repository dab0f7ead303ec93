//! Comparing text the way Sigma does: in any case unless told otherwise, with wildcards. ASCII
//! letters fold to ASCII letters only and other characters by their single lower-case character,
//! so that looking for the ASCII parts of a text first never misses a match.

use std::{borrow::Cow, sync::OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use bakas_sigma::{Part, Pattern};
use memchr::memmem::Finder;

/// The character in the form in which characters are compared.
pub(crate) fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) if !only.is_ascii() => only,
        _ => c,
    }
}

/// The text in the form in which texts are compared.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(fold_char).collect())
    }
}

/// A pattern, compiled.
#[derive(Clone, Debug)]
pub(crate) struct TextTest {
    shape: Shape,
    case: Case,
}

/// How the value must be prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// The case counts.
    Same,
    /// It does not, and the pattern is all ASCII: bytes are compared.
    Ascii,
    /// It does not, and the pattern is not all ASCII: the value is folded first.
    Folded,
}

#[derive(Clone, Debug)]
enum Shape {
    Anything,
    Whole(Box<str>),
    Start(Box<str>),
    End(Box<str>),
    Contains(Box<Needle>),
    Glob(Box<[Part]>),
}

/// A text to be found in others.
#[derive(Clone, Debug)]
struct Needle {
    text: Box<str>,
    finder: Finder<'static>,
    /// The place and the two cases of the byte that is looked for first, when case does not count.
    rare: (usize, u8, u8),
}

impl TextTest {
    pub(crate) fn new(pattern: &Pattern, cased: bool) -> Self {
        let ascii = pattern.parts.iter().all(|part| match part {
            Part::Literal(text) => text.is_ascii(),
            Part::One | Part::Many => true,
        });
        let case = match (cased, ascii) {
            (true, _) => Case::Same,
            (false, true) => Case::Ascii,
            (false, false) => Case::Folded,
        };
        let prepared: Vec<Part> = pattern
            .parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) if !cased => Part::Literal(fold(text).into_owned()),
                other => other.clone(),
            })
            .collect();
        Self { shape: Shape::new(&prepared), case }
    }

    /// Whether the text fits.
    pub(crate) fn fits(&self, text: &str) -> bool {
        match self.case {
            Case::Same => self.shape.fits(text, false),
            Case::Ascii => self.shape.fits(text, true),
            Case::Folded => self.shape.fits(&fold(text), false),
        }
    }

    /// The text that it looks for anywhere, in any case of ASCII; `None` where it asks for more.
    fn contained(&self) -> Option<&str> {
        match (&self.shape, self.case) {
            (Shape::Contains(needle), Case::Ascii) => Some(&*needle.text).filter(|t| !t.is_empty()),
            _ => None,
        }
    }

    /// How costly a comparison is, roughly.
    pub(crate) fn cost(&self) -> u32 {
        let by_case = if self.case == Case::Folded { 10 } else { 0 };
        by_case
            + match self.shape {
                Shape::Anything => 0,
                Shape::Whole(_) | Shape::Start(_) | Shape::End(_) => 1,
                Shape::Contains(_) => 4,
                Shape::Glob(_) => 8,
            }
    }
}

/// Many texts of which one is to be found anywhere: all are looked for at once.
#[derive(Debug)]
pub(crate) struct Among {
    texts: Vec<TextTest>,
    /// Built when it is first asked; `None` where it would be too large.
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Among {
    /// So many texts are looked for one by one sooner.
    pub(crate) const LEAST: usize = 4;

    /// Whether a test can be part of one.
    pub(crate) fn takes(test: &TextTest) -> bool {
        test.contained().is_some()
    }

    /// Of tests that can be part.
    pub(crate) const fn new(texts: Vec<TextTest>) -> Self {
        Self { texts, automaton: OnceLock::new() }
    }

    /// Whether one of them fits.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let build = || {
            AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .kind(Some(AhoCorasickKind::DFA))
                .prefilter(false)
                .build(self.texts.iter().filter_map(TextTest::contained))
                .ok()
        };
        match self.automaton.get_or_init(build) {
            Some(automaton) => automaton.is_match(text),
            None => self.texts.iter().any(|test| test.fits(text)),
        }
    }
}

impl Shape {
    fn new(parts: &[Part]) -> Self {
        match parts {
            [] => Self::Whole("".into()),
            [Part::Many] => Self::Anything,
            [Part::Literal(text)] => Self::Whole(text.as_str().into()),
            [Part::Literal(text), Part::Many] => Self::Start(text.as_str().into()),
            [Part::Many, Part::Literal(text)] => Self::End(text.as_str().into()),
            [Part::Many, Part::Literal(text), Part::Many] => {
                Self::Contains(Box::new(Needle::new(text)))
            }
            parts => Self::Glob(parts.into()),
        }
    }

    fn fits(&self, text: &str, any_case: bool) -> bool {
        let same = |a: &[u8], b: &str| {
            if any_case { a.eq_ignore_ascii_case(b.as_bytes()) } else { a == b.as_bytes() }
        };
        let bytes = text.as_bytes();
        match self {
            Self::Anything => true,
            Self::Whole(whole) => same(bytes, whole),
            Self::Start(start) => bytes.get(..start.len()).is_some_and(|b| same(b, start)),
            Self::End(end) => {
                let from = bytes.len().checked_sub(end.len());
                from.and_then(|from| bytes.get(from..)).is_some_and(|b| same(b, end))
            }
            Self::Contains(needle) if any_case => needle.found_in_any_case(bytes),
            Self::Contains(needle) => needle.finder.find(bytes).is_some(),
            Self::Glob(parts) => glob(parts, text, any_case),
        }
    }
}

impl Needle {
    fn new(text: &str) -> Self {
        let finder = Finder::new(text.as_bytes()).into_owned();
        let at =
            text.bytes().enumerate().min_by_key(|&(_, b)| commonness(b)).map_or(0, |(at, _)| at);
        let byte = text.as_bytes().get(at).copied().unwrap_or_default();
        let rare = (at, byte.to_ascii_lowercase(), byte.to_ascii_uppercase());
        Self { text: text.into(), finder, rare }
    }

    fn found_in_any_case(&self, bytes: &[u8]) -> bool {
        let needle = self.text.as_bytes();
        let (at, lower, upper) = self.rare;
        let Some(last) = bytes.len().checked_sub(needle.len()) else { return false };
        let Some(window) = bytes.get(at..=last + at) else { return needle.is_empty() };
        let fits = |start: usize| {
            bytes.get(start..start + needle.len()).is_some_and(|b| b.eq_ignore_ascii_case(needle))
        };
        if lower == upper {
            memchr::memchr_iter(lower, window).any(fits)
        } else {
            memchr::memchr2_iter(lower, upper, window).any(fits)
        }
    }
}

/// How often a byte stands in logs, roughly: letters of common words most.
pub(crate) const fn commonness(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'/' | b'.' | b' ' => 9,
        b'l' | b'c' | b'd' | b'm' | b'p' | b'h' | b'0' | b'1' | b'2' | b'-' => 8,
        b'u' | b'g' | b'w' | b'b' | b'f' | b'5' | b'3' | b';' | b'(' | b')' | b'_' => 7,
        b'a'..=b'z' | b'0'..=b'9' | b'=' | b'&' | b'%' | b'?' | b':' | b',' => 5,
        _ => 2,
    }
}

/// Wildcards by the book: a `*` takes as little as will do and takes more when the rest fails.
fn glob(parts: &[Part], text: &str, any_case: bool) -> bool {
    let (mut part, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match parts.get(part) {
            None if at == text.len() => return true,
            None => None,
            Some(Part::Many) if part + 1 == parts.len() => return true,
            Some(Part::Many) => {
                retry = Some((part + 1, at));
                part += 1;
                continue;
            }
            Some(Part::One) => char_length(text, at),
            Some(Part::Literal(literal)) => {
                let found = text.as_bytes().get(at..at + literal.len());
                found.and_then(|found| {
                    let same = if any_case {
                        found.eq_ignore_ascii_case(literal.as_bytes())
                    } else {
                        found == literal.as_bytes()
                    };
                    same.then_some(literal.len())
                })
            }
        };
        match (step, retry) {
            (Some(length), _) => {
                at += length;
                part += 1;
            }
            (None, None) => return false,
            (None, Some((resume, from))) => {
                let Some(length) = char_length(text, from) else { return false };
                retry = Some((resume, from + length));
                (part, at) = (resume, from + length);
            }
        }
    }
}

/// The bytes of the character that begins here.
fn char_length(text: &str, at: usize) -> Option<usize> {
    match text.as_bytes().get(at)? {
        0..0x80 => Some(1),
        0x80..0xe0 => Some(2),
        0xe0..0xf0 => Some(3),
        0xf0.. => Some(4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        let test = TextTest::new(&Pattern::parse(pattern), false);
        assert_eq!(test.fits(text), expected, "{pattern} on {text}");
    }

    #[test]
    fn case_does_not_count() {
        check("WhoAmI", "whoami", true);
        check("*SELECT*", "union select 1", true);
        check("*\u{c9}cole*", "l'\u{e9}COLE", true);
        check("*k*", "\u{212a}", false); // The Kelvin sign is no k.
        check("stra\u{df}e", "STRA\u{1e9e}E", true);
        let cased = TextTest::new(&Pattern::parse("*Select*"), true);
        assert!(cased.fits("a Select b") && !cased.fits("a select b"));
    }

    #[test]
    fn wildcards_take_what_they_must() {
        check("a*b*c", "aXXbYYc", true);
        check("a*b*c", "aXXbYY", false);
        check("a?c", "a\u{20ac}c", true);
        check("a?c", "ac", false);
        check("*.aspx", "/x.ASPX", true);
        check("*.aspx", "/x.aspx?a", false);
        check("*a?b*", "aab", true);
        check("*aab", "aaab", true);
        check("?*", "", false);
        check("", "", true);
        check("", "x", false);
        check("*", "", true);
        check("**a", "ba", true);
    }

    #[test]
    fn needles_are_found_at_both_ends() {
        check("*abc*", "abc", true);
        check("*abc*", "xxABC", true);
        check("*abc*", "ABcxx", true);
        check("*abc*", "ab", false);
        check("*=c*", "x=C", true);
    }

    #[test]
    fn many_at_once_find_what_each_finds() {
        let patterns = ["*WhoAmI*", "*/../*", "*=c*", "*%00*", "*union?select*", "*\u{e9}*", "x*"];
        let tests = || patterns.map(|p| TextTest::new(&Pattern::parse(p), false));
        let taken: Vec<_> = tests().into_iter().filter(Among::takes).collect();
        assert_eq!(taken.len(), 4, "wildcards within, other letters and ends ask for more");
        let cased = TextTest::new(&Pattern::parse("*a*"), true);
        assert!(
            !Among::takes(&cased) && !Among::takes(&TextTest::new(&Pattern::parse("**"), false))
        );
        let among = Among::new(taken.clone());
        for text in ["", "WHOAMI", "a/../b", "x=C", "%00", "\u{e9}=c\u{e9}", "who ami", "/.", "%0"]
        {
            assert_eq!(among.fits(text), taken.iter().any(|t| t.fits(text)), "{text}");
        }
    }
}

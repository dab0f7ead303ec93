//! One scan over the raw bytes of many records for the texts that rules need. It tells where texts
//! stand, exactly; which record that is, and whether a rule matches, others tell.
//!
//! Every text is represented by two grams of four bytes in lower case, of which one lies at an even
//! place wherever the text begins. The grams at the even places of the input are looked up in a
//! bitmap, of which nearly all turn out empty; what is left is compared with the texts.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::text::commonness;

/// A text stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Where it begins.
    pub(crate) at: u32,
    /// Which text, or [`ESCAPE`].
    pub(crate) text: u32,
}

/// In place of a text: an escape that may hide one.
pub(crate) const ESCAPE: u32 = u32::MAX;

/// Bytes of a gram.
const GRAM: usize = 4;
/// Bytes that are looked at together before anything is decided.
const BLOCK: usize = 32;
/// Every so many bytes a gram is looked up.
const STRIDE: usize = 2;
/// The shortest text that can be looked for.
pub(crate) const TEXT_BYTES_LEAST: usize = 3;
/// Words of the bitmap: 16 KiB, half of the fastest memory.
const WORDS: usize = 4096;
/// How far a hash is moved down to number a bit of the bitmap.
const SHIFT: u32 = 32 - (WORDS * 64).trailing_zeros();
/// Bit 5 of each byte: set, letters of ASCII are in lower case. Other bytes coincide, too: what the
/// bitmap lets pass is compared exactly.
const LOWER: u32 = 0x2020_2020;
const LOWER_WORD: u64 = 0x2020_2020_2020_2020;

/// The scanner for some texts.
#[derive(Debug)]
pub(crate) struct Sieve {
    /// In lower case.
    texts: Vec<Box<[u8]>>,
    bitmap: Box<[u64; WORDS]>,
    /// By gram: the texts that it stands for, as a range of `grams`.
    ranges: FxHashMap<u32, (u32, u32)>,
    /// A text, and how far in it the gram stands; one byte before it, where that is -1.
    grams: Vec<(u32, i32)>,
}

impl Sieve {
    /// For these texts: of ASCII in lower case, none shorter than [`TEXT_BYTES_LEAST`].
    pub(crate) fn new(texts: &[&str]) -> Self {
        let mut found: Vec<(u32, u32, i32)> = Vec::new();
        for (number, text) in (0_u32..).zip(texts) {
            let from = rarest_window(text.as_bytes());
            for offset in from..from + STRIDE as i32 {
                each_gram(text.as_bytes(), offset, |gram| found.push((gram, number, offset)));
            }
        }
        found.sort_unstable();
        let mut bitmap = Box::new([0_u64; WORDS]);
        let (mut ranges, mut grams) = (FxHashMap::default(), Vec::new());
        for (gram, text, offset) in found {
            let bit = (hash(gram) >> SHIFT) as usize;
            bitmap[bit / 64] |= 1 << (bit % 64);
            let end = grams.len() as u32;
            ranges.entry(gram).or_insert((end, end)).1 = end + 1;
            grams.push((text, offset));
        }
        let texts = texts.iter().map(|text| text.as_bytes().into()).collect();
        Self { texts, bitmap, ranges, grams }
    }

    /// Appends every place where a text stands, and every escape that may hide one, by place.
    pub(crate) fn scan(&self, bytes: &[u8], hits: &mut Vec<Hit>) {
        let from = hits.len();
        let mut at = 0;
        while let Some(block) = bytes.get(at..).and_then(|b| b.first_chunk::<{ BLOCK + 8 }>()) {
            let mut words = [0_u64; BLOCK / 8 + 1];
            let (eights, _) = block.as_chunks::<8>();
            for (word, eight) in words.iter_mut().zip(eights) {
                *word = u64::from_le_bytes(*eight) | LOWER_WORD;
            }
            let may_hold = self.may_hold_grams(&words);
            if may_hold.iter().fold(0, |all, one| all | one) & 1 == 1 {
                for (eighth, _) in may_hold.iter().enumerate().filter(|(_, any)| **any & 1 == 1) {
                    let from = at + eighth * 8;
                    self.grams_of(bytes, from, from + 8, hits);
                }
            }
            at += BLOCK;
        }
        self.grams_of(bytes, at, bytes.len(), hits);
        for at in memchr::memchr_iter(b'\\', bytes) {
            if hides(bytes, at) {
                hits.push(Hit { at: at as u32, text: ESCAPE });
            }
        }
        let new = hits.get_mut(from..).unwrap_or_default();
        if !new.is_sorted() {
            new.sort_unstable();
        }
    }

    /// For each eight bytes of a block: whether one of the grams at their sampled places may be
    /// known. The lowest bit tells.
    #[inline(always)]
    fn may_hold_grams(&self, words: &[u64; BLOCK / 8 + 1]) -> [u64; BLOCK / 8] {
        let mut any = [0; BLOCK / 8];
        for at in 0..BLOCK / 8 {
            let (word, next) = (words[at], words[at + 1]);
            any[at] = self.bit(word as u32)
                | self.bit((word >> 16) as u32)
                | self.bit((word >> 32) as u32)
                | self.bit((word >> 48 | next << 16) as u32);
        }
        any
    }

    /// The gram's bit of the bitmap, lowest.
    #[inline(always)]
    fn bit(&self, gram: u32) -> u64 {
        let bit = hash(gram) >> SHIFT;
        self.bitmap[bit as usize / 64] >> (bit % 64)
    }

    /// Looks up the grams that begin in a range.
    #[inline(never)]
    fn grams_of(&self, bytes: &[u8], from: usize, to: usize, hits: &mut Vec<Hit>) {
        for at in (from..to).step_by(STRIDE) {
            let rest = bytes.get(at..).unwrap_or_default();
            let word = rest.first_chunk::<GRAM>().copied().unwrap_or_else(|| padded(rest));
            let gram = u32::from_le_bytes(word) | LOWER;
            if self.bit(gram) & 1 == 1 {
                self.compare(bytes, at, gram, hits);
            }
        }
    }

    /// Appends the texts that a gram stands for, where they stand with it at a place.
    fn compare(&self, bytes: &[u8], at: usize, gram: u32, hits: &mut Vec<Hit>) {
        let Some(&(from, to)) = self.ranges.get(&gram) else { return };
        for &(text, offset) in self.grams.get(from as usize..to as usize).unwrap_or_default() {
            let needle = &self.texts[text as usize];
            let start = at.checked_add_signed(-offset as isize);
            let found = start.and_then(|start| bytes.get(start..start + needle.len()));
            if let (Some(start), Some(found)) = (start, found)
                && found.eq_ignore_ascii_case(needle)
            {
                hits.push(Hit { at: start as u32, text });
            }
        }
    }
}

/// What is left at the end, with nothing after it.
#[cold]
fn padded(rest: &[u8]) -> [u8; GRAM] {
    std::array::from_fn(|at| rest.get(at).copied().unwrap_or_default())
}

/// Whether an escape may stand for a character of a text: `\x41` of access logs, `\u0041` and `\/`
/// of JSON. The quote and the backslash are in no text.
fn hides(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at + 1) {
        Some(b'x' | b'/') => true,
        Some(b'u') => bytes.get(at + 2..at + 4) == Some(b"00"),
        _ => false,
    }
}

fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1)
}

/// The gram at a place of a text: every one that may stand there, where it reaches over an end.
fn each_gram(bytes: &[u8], at: i32, mut each: impl FnMut(u32)) {
    let byte = |step: i32| usize::try_from(at + step).ok().and_then(|at| bytes.get(at)).copied();
    let [first, second, third, last] = [byte(0), byte(1), byte(2), byte(3)];
    let (Some(second), Some(third)) = (second, third) else { return };
    let lower = |byte: &u8| byte & 0x20 != 0;
    let any = |known: Option<u8>| match known {
        Some(byte) => byte | 0x20..=byte | 0x20,
        None => 0..=u8::MAX,
    };
    for first in any(first).filter(lower) {
        for last in any(last).filter(lower) {
            each(u32::from_le_bytes([first, second, third, last]) | LOWER);
        }
    }
}

/// Where the first gram of a text is taken: this and the next are seldom in logs.
fn rarest_window(bytes: &[u8]) -> i32 {
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    let rarity = |at: i32| {
        let from = usize::try_from(at).unwrap_or(0);
        let to = bytes.len().min(usize::try_from(at + GRAM as i32).unwrap_or(0));
        let gram = bytes.get(from..to).unwrap_or_default();
        let sum = gram.iter().map(|&b| 11 - u32::from(commonness(b))).sum::<u32>();
        if is_common(gram) { 0 } else { sum }
    };
    // Reaching over an end costs many bits of the bitmap: only short texts must.
    let (first, last) = match length {
        ..=3 => (-1, -1),
        4 => (-1, 0),
        _ => (0, length - 5),
    };
    (first..=last).max_by_key(|&at| rarity(at).min(rarity(at + 1))).unwrap_or(0)
}

fn is_common(gram: &[u8]) -> bool {
    static GRAMS: OnceLock<FxHashSet<&[u8]>> = OnceLock::new();
    let windows = |text: &'static &str| (GRAM - 1..=GRAM).flat_map(|n| text.as_bytes().windows(n));
    GRAMS.get_or_init(|| COMMON.iter().flat_map(windows).collect()).contains(gram)
}

/// Texts that stand in a large part of all logs: grams within them tell nothing.
const COMMON: [&str; 28] = [
    "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/1",
    "mozilla/5.0 (x11; linux x86_64) safari/537.36 gecko/20100101 firefox/",
    "mozilla/5.0 (macintosh; intel mac os x 10_15) version/",
    "mozilla/4.0 (compatible; msie 7.0; .net clr bot.html)",
    "http/1.1",
    "http/1.0",
    "https://www.",
    "http://www.google.com/search",
    "index.html",
    "index.php",
    "get /",
    "post /",
    "head /",
    ".com/",
    "en-us",
    "/images/",
    "/static/",
    "/assets/",
    "/media/",
    "/files/",
    "/docs/",
    "/image.png.jpg.gif.css.js.ico.svg",
    ".amazonaws.com",
    "\"useridentity\":{\"type\":\"assumedrole\",\"principalid\":\"accountid\",\"accesskeyid\":\"arn:aws:iam::",
    "\"eventversion\":\"eventtime\":\"eventsource\":\"eventname\":\"awsregion\":\"sourceipaddress\":",
    "\"useragent\":\"requestparameters\":{\"responseelements\":null,\"requestid\":\"eventid\":\"readonly\":",
    "\"kind\":\"admin#reports#activity\",\"id\":{\"time\":\"uniquequalifier\":\"applicationname\":\"customerid\":",
    "\"actor\":{\"email\":\"profileid\":\"events\":[{\"type\":\"name\":\"parameters\":[{\"value\":\"boolvalue\":false}",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(texts: &[&str], bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for at in 0..bytes.len() {
            let rest = &bytes[at..];
            for (number, text) in (0_u32..).zip(texts) {
                if rest.len() >= text.len()
                    && rest[..text.len()].eq_ignore_ascii_case(text.as_bytes())
                {
                    hits.push(Hit { at: at as u32, text: number });
                }
            }
            if rest.starts_with(b"\\x") || rest.starts_with(b"\\/") || rest.starts_with(b"\\u00") {
                hits.push(Hit { at: at as u32, text: ESCAPE });
            }
        }
        hits.sort_unstable();
        hits
    }

    fn check(texts: &[&str], bytes: &[u8]) {
        let mut hits = Vec::new();
        Sieve::new(texts).scan(bytes, &mut hits);
        assert_eq!(hits, plain(texts, bytes), "{texts:?} in {}", bytes.escape_ascii());
    }

    #[test]
    fn texts_are_found_wherever_they_stand() {
        let texts = ["=${", "select ", "/wp-login.php", "../../../etc/", "${ab", "whoami"];
        for fill in 0..80 {
            for text in texts {
                let mut line = vec![b'.'; fill];
                line.extend(text.to_ascii_uppercase().bytes());
                check(&texts, &line);
                line.extend(b" and more of the same line, which is long, up to here: ");
                line.extend(text.bytes());
                check(&texts, &line);
            }
        }
    }

    #[test]
    fn escapes_that_hide_are_told() {
        check(&["select "], br#"{"a":"\u0073elect ","b":"\/","c":"\u00e9\u20ac\"","d":"\x41"} \"#);
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_plain_search(
            texts in proptest::collection::vec("[abA=/]{3,9}", 1..12),
            bytes in proptest::collection::vec(
                prop_oneof![10 => proptest::sample::select(b"abAB=/.\\xu0".to_vec()), 1 => any::<u8>()],
                0..300,
            ),
        ) {
            let lower: Vec<String> = texts.iter().map(|text| text.to_ascii_lowercase()).collect();
            let texts: Vec<&str> = lower.iter().map(String::as_str).collect();
            check(&texts, &bytes);
        }
    }
}

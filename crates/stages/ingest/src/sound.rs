//! A JSON object gone through without building anything: where it ends, and that it is sound. It
//! says so only of what [`crate::json::Json`] certainly reads, of moderate size and without odd
//! bytes; of everything else it says nothing, and whoever asked takes the long way.

use memchr::memchr3;

/// More values than this, and it is not said that the object is sound: so few are never more
/// fields than an event may hold.
pub(crate) const VALUES_LIMIT: usize = 1000;
/// Deeper, and it is not said.
const DEPTH_LIMIT: u32 = 60;

/// What stands under a member that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen<'a> {
    /// A text without escapes.
    Text(&'a [u8]),
    /// A text with escapes, a number, or a word.
    Scalar,
    Object,
    Array,
}

/// Watches members of an object and of its objects. `None` anywhere: nothing is to be said.
pub(crate) trait Watch<'a> {
    /// A number for a member of the object, where it is to be watched.
    fn member(&mut self, name: &'a [u8]) -> Option<u8>;
    /// A number for a member of a watched member.
    fn inner(&mut self, _outer: u8, _name: &'a [u8]) -> Option<u8> {
        None
    }
    /// What stands under a watched member; false to give up.
    fn value(&mut self, _member: u8, _seen: Seen<'a>) -> bool {
        true
    }
    /// Another element of the array under a watched member.
    fn element(&mut self, _member: u8) {}
}

/// Where the object that begins with the first byte ends.
#[inline]
pub(crate) fn object<'a, W: Watch<'a>>(bytes: &'a [u8], watch: &mut W) -> Option<usize> {
    if bytes.first() != Some(&b'{') {
        return None;
    }
    // One bit for each open bracket, the lowest the innermost: set for an object.
    let (mut open, mut depth) = (1_u64, 1_u32);
    let (mut at, mut values, mut is_first) = (1, 1, true);
    // The watched member at hand: of the object, and of the object in it.
    let (mut outer, mut inner) = (None, None);
    loop {
        at = blank(bytes, at);
        let is_object = open & 1 == 1;
        let mut is_value = true;
        if is_first && *bytes.get(at)? == if is_object { b'}' } else { b']' } {
            is_value = false;
        } else if is_object {
            let (end, is_plain) = string(bytes, at)?;
            if depth <= 2 {
                // What a name with escapes says, only the long way tells.
                let name = bytes.get(at + 1..end - 1).filter(|_| is_plain)?;
                match depth {
                    1 => (outer, inner) = (watch.member(name), None),
                    _ => inner = outer.and_then(|outer| watch.inner(outer, name)),
                }
            }
            at = blank(bytes, end);
            if *bytes.get(at)? != b':' {
                return None;
            }
            at = blank(bytes, at + 1);
        } else if depth == 2
            && let Some(outer) = outer
        {
            watch.element(outer);
        }
        if is_value {
            values += 1;
            let watched = match depth {
                1 => outer,
                2 if is_object => inner,
                _ => None,
            };
            let (end, seen) = value(bytes, at)?;
            if let Some(member) = watched
                && !watch.value(member, seen)
            {
                return None;
            }
            at = end;
            if matches!(seen, Seen::Object | Seen::Array) {
                depth += 1;
                open = open << 1 | u64::from(seen == Seen::Object);
                is_first = true;
                if depth > DEPTH_LIMIT {
                    return None;
                }
                continue;
            }
        }
        (at, is_first) = (after(bytes, at, &mut open, &mut depth)?, false);
        if depth == 0 || values > VALUES_LIMIT {
            return (depth == 0).then_some(at);
        }
    }
}

/// Goes past the brackets that close here and the comma after them.
#[inline(always)]
fn after(bytes: &[u8], mut at: usize, open: &mut u64, depth: &mut u32) -> Option<usize> {
    loop {
        at = blank(bytes, at);
        let byte = *bytes.get(at)?;
        at += 1;
        if byte == b',' {
            return Some(at);
        }
        if byte != if *open & 1 == 1 { b'}' } else { b']' } {
            return None;
        }
        *open >>= 1;
        *depth -= 1;
        if *depth == 0 {
            return Some(at);
        }
    }
}

#[inline(always)]
fn blank(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The end of a scalar, or what is just within an object or array.
#[inline(always)]
fn value(bytes: &[u8], at: usize) -> Option<(usize, Seen<'_>)> {
    let word = |word: &[u8]| {
        let end = at + word.len();
        (bytes.get(at..end)? == word).then_some((end, Seen::Scalar))
    };
    match *bytes.get(at)? {
        b'"' => {
            let (end, is_plain) = string(bytes, at)?;
            let text = bytes.get(at + 1..end - 1)?;
            Some((end, if is_plain { Seen::Text(text) } else { Seen::Scalar }))
        }
        b'{' => Some((at + 1, Seen::Object)),
        b'[' => Some((at + 1, Seen::Array)),
        b't' => word(b"true"),
        b'f' => word(b"false"),
        b'n' => word(b"null"),
        b'-' | b'0'..=b'9' => Some((number(bytes, at)?, Seen::Scalar)),
        _ => None,
    }
}

/// The end of a number as JSON writes it.
fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        (length > 0).then_some(from + length)
    };
    at = digits(at + usize::from(bytes.get(at) == Some(&b'-')))?;
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at = digits(at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-'))))?;
    }
    Some(at)
}

/// The end of the string whose quote stands here, and whether it is without escapes.
#[inline(always)]
fn string(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let (mut at, mut is_plain) = (at + 1, true);
    loop {
        at = stop(bytes, at)?;
        match bytes[at] {
            b'"' => return Some((at + 1, is_plain)),
            b'\\' => (at, is_plain) = (escape(bytes, at + 1)?, false),
            _ => return None,
        }
    }
}

/// The first quote, backslash or control character from here on.
#[inline(always)]
fn stop(bytes: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut at = from;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | control) & ONES << 7;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
        if at - from >= LONG {
            break;
        }
    }
    long_stop(bytes, at)
}

/// After so many bytes a string is a long one.
const LONG: usize = 48;

fn long_stop(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let end = memchr3(b'"', b'\\', b'\n', rest)?;
    Some(from + end)
}

/// The end of an escape after its backslash.
fn escape(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
        b'u' => {
            let digits = bytes.get(at + 1..at + 5)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(at + 5)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;
    use proptest::prelude::*;

    use super::*;
    use crate::json::Json;

    #[derive(Default)]
    struct Names<'a>(Vec<(&'a [u8], Option<&'a [u8]>)>, usize);

    impl<'a> Watch<'a> for Names<'a> {
        fn member(&mut self, name: &'a [u8]) -> Option<u8> {
            self.0.push((name, None));
            Some(u8::try_from(self.0.len() - 1).unwrap())
        }

        fn value(&mut self, member: u8, seen: Seen<'a>) -> bool {
            if let Seen::Text(text) = seen {
                self.0[usize::from(member)].1 = Some(text);
            }
            true
        }

        fn element(&mut self, _member: u8) {
            self.1 += 1;
        }
    }

    fn check(text: &str, end: Option<usize>) {
        assert_eq!(object(text.as_bytes(), &mut Names::default()), end, "{text}");
    }

    #[test]
    fn sound_objects_end_where_they_end() {
        check("{}", Some(2));
        check("{} {", Some(2));
        let text = r#"{"a":[1,-2.5e+3,{"b":[]},{}],"c" : "x\"\u00e9", "d":null,"e":true}"#;
        check(text, Some(text.len()));
        let text = r#"{"a":"a text that is longer than fifty bytes, to be gone through quickly"}"#;
        check(text, Some(text.len()));
    }

    #[test]
    fn nothing_is_said_of_the_rest() {
        for text in [
            "",
            "[",
            "{",
            r#"{"a"#,
            r#"{"a":1"#,
            r#"{"a":1,}"#,
            r#"{,}"#,
            r#"{"a" 1}"#,
            r#"{"a":01x}"#,
            r#"{"a":-}"#,
            r#"{"a":1.}"#,
            r#"{"a":tru}"#,
            r#"{"a":"\q"}"#,
            r#"{"a":"\u12g4"}"#,
            r#"{"a":[}"#,
            r#"{"a":{]}"#,
            "{\"a\":\"\n\"}",
            r#"{"\u0061":1}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":}"#,
        ] {
            check(text, None);
        }
        check(&format!("{{\"a\":{}1{}}}", "[".repeat(70), "]".repeat(70)), None);
        check(&format!("{{\"a\":[{}1]}}", "1,".repeat(1000)), None);
    }

    #[test]
    fn members_are_watched() {
        let mut names = Names::default();
        object(br#"{"a":"x","b":[1,[2,3],"y"],"c":{"d":"z"},"e":"\n"}"#, &mut names).unwrap();
        let Names(members, elements) = names;
        assert_eq!(elements, 3);
        let found: Vec<_> = members.iter().map(|(name, text)| (name[0], *text)).collect();
        assert_eq!(found, [(b'a', Some(&b"x"[..])), (b'b', None), (b'c', None), (b'e', None)]);
    }

    proptest! {
        #[test]
        fn what_it_calls_sound_is_read(text in r#"\{("[ab\\u0"]{0,12}":|[0-9.,e+-]|[\[\]{}:"]|true|null| ){0,16}\}"#) {
            if let Some(end) = object(text.as_bytes(), &mut Names::default()) {
                let arena = Bump::new();
                let whole = text.get(..end).unwrap();
                prop_assert!(Json::parse(whole, &arena).is_ok(), "{whole}");
            }
        }
    }
}

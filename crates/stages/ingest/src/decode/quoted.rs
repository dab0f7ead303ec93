//! Items of an access log line: quoted ones with their escapes, and those up to a blank.

use bumpalo::Bump;
use memchr::memchr;

use super::web::{cut, rest};

/// The next item: quoted, or up to a blank.
#[inline]
pub(super) fn item(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('"') {
        return quoted(inner);
    }
    if text.is_empty() {
        return None;
    }
    let end = memchr(b' ', text.as_bytes()).unwrap_or(text.len());
    Some((cut(text, 0, end), rest(text, end + 1)))
}

/// As [`item`], where an unquoted list of addresses with blanks after its commas is one item, and
/// an item whose quote never closes goes to the end.
pub(super) fn extra(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_ascii_start();
    let (first, mut after) = match item(text) {
        Some(found) => found,
        None if text.is_empty() => return None,
        None => return Some((text, "")),
    };
    if text.starts_with('"') {
        return Some((first, after));
    }
    let mut last = first;
    while last.ends_with(',') {
        let Some((next, left)) = item(after) else { break };
        (last, after) = (next, left);
    }
    let end = text.len() - after.len();
    Some((cut(text, 0, end).trim_ascii_end(), after))
}

/// The text up to the closing quote, and what follows it and a blank. A quote closes where it is
/// not escaped and a blank or the end follows: some servers write quotes of a client as they are.
#[inline]
pub(super) fn quoted(text: &str) -> Option<(&str, &str)> {
    let end = quoted_end(text.as_bytes())?;
    Some((cut(text, 0, end), rest(text, end + 2)))
}

/// Where the closing quote stands.
#[inline]
pub(super) fn quoted_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr(b'"', bytes.get(from..)?)?;
        from = at + 1;
        let closes = matches!(bytes.get(from), None | Some(b' '));
        if closes && (at == 0 || bytes.get(at - 1) != Some(&b'\\') || !is_escaped(bytes, at)) {
            return Some(at);
        }
    }
}

/// Whether an odd number of backslashes stands before this place.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1
}

/// Takes Apache's and nginx's escapes back: `\"`, `\\`, `\xhh`, `\n` and its kin.
#[inline]
pub(super) fn unescaped<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    match memchr(b'\\', text.as_bytes()) {
        None => text,
        Some(first) => unescape(text, first, arena),
    }
}

fn unescape<'a>(text: &'a str, first: usize, arena: &'a Bump) -> &'a str {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    plain.extend_from_slice(bytes.get(..first).unwrap_or_default());
    let mut at = first;
    while let Some(&byte) = bytes.get(at) {
        let hex = |at: usize| text.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok());
        let (out, step) = match (byte, bytes.get(at + 1)) {
            (b'\\', Some(b'x')) => match hex(at + 2) {
                Some(code) => (code, 4),
                None => (b'\\', 1),
            },
            (b'\\', Some(&c @ (b'"' | b'\\'))) => (c, 2),
            (b'\\', Some(b'n')) => (b'\n', 2),
            (b'\\', Some(b'r')) => (b'\r', 2),
            (b'\\', Some(b't')) => (b'\t', 2),
            (b'\\', Some(b'b')) => (8, 2),
            (b'\\', Some(b'v')) => (11, 2),
            (byte, _) => (byte, 1),
        };
        plain.push(out);
        at += step;
    }
    arena.alloc_str(&String::from_utf8_lossy(&plain))
}

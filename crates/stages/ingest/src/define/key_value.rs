//! Pairs of a key and a value in one line.

use bakas_model::FieldId;
use bumpalo::Bump;
use memchr::{memchr, memchr2};

use super::Definition;
use crate::{decode::Out, fault::Fault};

/// How the pairs are written.
#[derive(Debug)]
pub(crate) struct KeyValue {
    pub(super) separator: Separator,
    pub(super) assign: &'static str,
    pub(super) quote: Option<u8>,
    /// Keys whose value, in single quotes, is pairs again.
    pub(super) nested: Vec<&'static str>,
}

/// What stands between pairs.
#[derive(Debug)]
pub(super) enum Separator {
    /// Any of these bytes.
    Any(Box<[bool; 256]>),
    Text(&'static str),
}

impl Separator {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut table = Box::new([false; 256]);
        for &byte in bytes {
            table[usize::from(byte)] = true;
        }
        Self::Any(table)
    }

    /// Where the next separator begins.
    #[inline]
    fn find(&self, text: &str) -> Option<usize> {
        match self {
            Self::Any(table) => text.bytes().position(|byte| table[usize::from(byte)]),
            Self::Text(separator) => text.find(separator),
        }
    }

    /// Whether a text begins with a separator.
    #[inline]
    fn stands_first(&self, text: &[u8]) -> bool {
        match self {
            Self::Any(table) => text.first().is_some_and(|byte| table[usize::from(*byte)]),
            Self::Text(separator) => text.starts_with(separator.as_bytes()),
        }
    }

    /// The text after separators and blanks at its beginning.
    #[inline]
    fn skip<'a>(&self, mut text: &'a str) -> &'a str {
        match self {
            Self::Any(table) => text.trim_start_matches(|c: char| {
                c.is_ascii_whitespace() || (c.is_ascii() && table[c as usize])
            }),
            Self::Text(separator) => loop {
                text = text.trim_ascii_start();
                match text
                    .strip_prefix(separator)
                    .or_else(|| text.strip_prefix(separator.trim_end()))
                {
                    Some(rest) if rest.len() < text.len() => text = rest,
                    _ => return text,
                }
            },
        }
    }
}

const NO_PAIRS: Fault = Fault::malformed("no pair of a key and a value");

impl KeyValue {
    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let count = self.pairs(definition, text, arena, out);
        if count == 0 && definition.head.is_none() { Err(NO_PAIRS) } else { Ok(()) }
    }

    /// Takes the pairs of a text; says how many there were.
    fn pairs<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> usize {
        let (mut left, mut count) = (text, 0);
        loop {
            left = self.separator.skip(left);
            if left.is_empty() {
                return count;
            }
            let Some((key, after)) = self.key(left) else {
                // A word that is no pair.
                let end = self.separator.find(left).unwrap_or(left.len());
                left = left.get(end.max(1)..).unwrap_or_default();
                continue;
            };
            count += 1;
            if after.starts_with('\'') && self.nested.contains(&key) {
                let inner = after.get(1..).unwrap_or_default();
                let (inner, rest) = inner.split_once('\'').unwrap_or((inner, ""));
                self.pairs(definition, inner, arena, out);
                left = rest;
                continue;
            }
            let (value, rest) = self.value(after, arena);
            definition.put_id(FieldId::of(key), key, value, arena, out);
            left = rest;
        }
    }

    /// The key at the beginning, and what follows what assigns.
    #[inline]
    fn key<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str)> {
        if let Some(quote) = self.quote
            && text.as_bytes().first() == Some(&quote)
        {
            let inner = text.get(1..)?;
            let end = memchr(quote, inner.as_bytes())?;
            let after = inner.get(end + 1..)?.trim_ascii_start();
            let key = inner.get(..end).filter(|key| !key.is_empty())?;
            return Some((key, after.strip_prefix(self.assign)?.trim_ascii_start()));
        }
        // Only up to what assigns or separates, whichever comes first: neither a text without pairs
        // nor one of nothing but pairs may be searched again and again.
        let assign = self.assign.as_bytes();
        let separates = |rest: &[u8]| self.separator.stands_first(rest);
        let mut rest = text.as_bytes();
        while !rest.starts_with(assign) {
            if rest.is_empty() || separates(rest) {
                return None;
            }
            rest = rest.get(1..)?;
        }
        if (0..assign.len()).any(|at| rest.get(at..).is_some_and(separates)) {
            return None;
        }
        let end = text.len() - rest.len();
        let key = text.get(..end)?.trim_ascii();
        if key.is_empty() {
            return None;
        }
        Some((key, text.get(end + self.assign.len()..)?))
    }

    /// The value at the beginning, whether it stood in quotes, and what follows.
    #[inline]
    fn value<'a>(&self, text: &'a str, arena: &'a Bump) -> ((&'a str, bool), &'a str) {
        let blank_after =
            !matches!(&self.separator, Separator::Any(table) if table[usize::from(b' ')]);
        let text = if blank_after { text.trim_ascii_start() } else { text };
        if let Some(quote) = self.quote
            && text.as_bytes().first() == Some(&quote)
            && let Some((value, rest)) = quoted(text, quote, false, arena)
        {
            return ((value, true), rest);
        }
        let end = self.separator.find(text).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        ((value.trim_ascii_end(), false), rest)
    }
}

/// The text in quotes at the beginning, with backslashes before quotes and backslashes taken back,
/// and what follows; where quotes may be doubled, two stand for one. Without a closing quote the
/// rest is the value.
pub(super) fn quoted<'a>(
    text: &'a str,
    quote: u8,
    doubles: bool,
    arena: &'a Bump,
) -> Option<(&'a str, &'a str)> {
    let inner = text.get(1..)?;
    let bytes = inner.as_bytes();
    let (mut at, mut has_escape) = (0, false);
    let end = loop {
        match memchr2(quote, b'\\', bytes.get(at..)?) {
            None => break bytes.len(),
            Some(found) if bytes.get(at + found) == Some(&quote) => {
                if !doubles || bytes.get(at + found + 1) != Some(&quote) {
                    break at + found;
                }
                has_escape = true;
                at += found + 2;
            }
            Some(found) => {
                has_escape = true;
                at = (at + found + 2).min(bytes.len());
            }
        }
    };
    let value = inner.get(..end)?;
    let rest = inner.get(end + 1..).unwrap_or_default();
    if !has_escape {
        return Some((value, rest));
    }
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(&next)
                if (c == '\\' && (next == '\\' || next == char::from(quote)))
                    || (doubles && c == char::from(quote) && next == c) =>
            {
                plain.push(next);
                chars.next();
            }
            _ => plain.push(c),
        }
    }
    Some((arena.alloc_str(&plain), rest))
}

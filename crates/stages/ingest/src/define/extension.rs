//! CEF (ArcSight Common Event Format 25, "Header information", "Extension dictionary") and LEEF
//! (IBM QRadar DSM guide, "LEEF event components"): a header cut by bars, then pairs.

use bakas_model::{FieldId, Value};
use bumpalo::Bump;
use memchr::{memchr, memrchr};

use super::{
    Definition,
    row::{Names, Slot},
};
use crate::{decode::Out, fault::Fault};

const CEF_HEADER: [&str; 7] = [
    "cefVersion",
    "deviceVendor",
    "deviceProduct",
    "deviceVersion",
    "deviceEventClassId",
    "name",
    "severity",
];
const LEEF_HEADER: [&str; 5] =
    ["leefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "eventId"];

/// Longest key of an extension.
const KEY_BYTES_LIMIT: usize = 256;
/// Most labels of one record.
const LABELS_LIMIT: usize = 64;

#[derive(Debug)]
pub(crate) struct Cef([Slot; 7]);

#[derive(Debug)]
pub(crate) struct Leef([Slot; 5]);

/// The part up to the next bar that no backslash stands before, and what follows.
fn part(text: &str) -> Option<(&str, &str)> {
    let (bytes, mut at) = (text.as_bytes(), 0);
    loop {
        let bar = at + memchr(b'|', bytes.get(at..)?)?;
        if !is_escaped(bytes, bar) {
            return Some((text.get(..bar)?, text.get(bar + 1..)?));
        }
        at = bar + 1;
    }
}

/// Whether an odd number of backslashes stands before that byte.
fn is_escaped(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}

/// Backslashes before bars, backslashes and equals signs taken back, and those of line ends.
fn plain<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if memchr(b'\\', text.as_bytes()).is_none() {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some(special @ ('\\' | '|' | '=')) => plain.push(special),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    arena.alloc_str(&plain)
}

impl Cef {
    pub(super) fn new(names: &mut Names) -> Self {
        Self(CEF_HEADER.map(|name| names.slot(name)))
    }

    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        const NO_CEF: Fault = Fault::malformed("no CEF header");
        let (_, mut rest) = text.split_once("CEF:").ok_or(NO_CEF)?;
        for slot in self.0 {
            let (value, after) = part(rest).ok_or(NO_CEF)?;
            definition.put_slot(slot, plain(value.trim_ascii(), arena), arena, out);
            rest = after;
        }
        let from = out.event.fields.len();
        pairs(rest, &mut |key, value| {
            definition.put(key, plain(value, arena), arena, out);
        });
        labels(definition, from, out);
        Ok(())
    }
}

/// `key=value key=value`, where values hold blanks: a key is the word before an equals sign.
fn pairs<'a>(text: &'a str, each: &mut dyn FnMut(&'a str, &'a str)) {
    let bytes = text.as_bytes();
    let mut key: Option<(&str, usize)> = None;
    let mut at = 0;
    while let Some(found) = memchr(b'=', bytes.get(at..).unwrap_or_default()) {
        let equals = at + found;
        at = equals + 1;
        if is_escaped(bytes, equals) {
            continue;
        }
        let from = key.map_or(0, |(_, from)| from);
        let least = from.max(equals.saturating_sub(KEY_BYTES_LIMIT));
        let before = bytes.get(least..equals).unwrap_or_default();
        let start = match memrchr(b' ', before) {
            Some(blank) => least + blank + 1,
            None if least == from => from,
            None => continue,
        };
        let word = text.get(start..equals).unwrap_or_default();
        let is_key = !word.is_empty()
            && (start > from || key.is_none())
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-[]:".contains(&b));
        if !is_key {
            continue;
        }
        if let Some((name, from)) = key {
            each(name, text.get(from..start).unwrap_or_default().trim_ascii_end());
        }
        key = Some((word, equals + 1));
    }
    if let Some((name, from)) = key {
        each(name, text.get(from..).unwrap_or_default().trim_ascii_end());
    }
}

/// A value whose label is written beside it is also there under the label's text.
fn labels(definition: &Definition, from: usize, out: &mut Out<'_, '_>) {
    let mut labels = 0;
    for at in from..out.event.fields.len() {
        let label = out.event.fields[at];
        let (Some(name), Value::Text(text)) = (label.name.strip_suffix("Label"), label.value)
        else {
            continue;
        };
        labels += 1;
        if labels > LABELS_LIMIT {
            return;
        }
        let id = FieldId::of(name);
        let mut fields = out.event.fields.get(from..).unwrap_or_default().iter();
        let value = fields.find(|field| field.id == id && field.name == name);
        if let Some(value) = value.map(|field| field.value) {
            definition.names.put_named(text, value, out);
        }
    }
}

impl Leef {
    pub(super) fn new(names: &mut Names) -> Self {
        Self(LEEF_HEADER.map(|name| names.slot(name)))
    }

    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        const NO_LEEF: Fault = Fault::malformed("no LEEF header");
        let (_, mut rest) = text.split_once("LEEF:").ok_or(NO_LEEF)?;
        let mut version = "";
        for slot in self.0 {
            let (value, after) = part(rest).ok_or(NO_LEEF)?;
            let value = plain(value.trim_ascii(), arena);
            if version.is_empty() {
                version = value;
            }
            definition.put_slot(slot, value, arena, out);
            rest = after;
        }
        let mut delimiter = '\t';
        if version.starts_with('2')
            && let Some((written, after)) = rest.split_once('|')
            && let Some(found) = leef_delimiter(written)
        {
            (delimiter, rest) = (found, after);
        }
        for pair in rest.split(delimiter) {
            if let Some((key, value)) = pair.split_once('=')
                && !key.trim_ascii().is_empty()
            {
                definition.put(key.trim_ascii(), value.trim_ascii(), arena, out);
            }
        }
        Ok(())
    }
}

/// One character, or its code as `x09` or `0x09`; nothing stands for the tab.
fn leef_delimiter(written: &str) -> Option<char> {
    let mut chars = written.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Some('\t'),
        (Some(only), None) => Some(only),
        _ => {
            let hex = written.strip_prefix("0x").or_else(|| written.strip_prefix('x'))?;
            char::from_u32(u32::from_str_radix(hex, 16).ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let mut found = Vec::new();
        pairs(text, &mut |key, value| found.push((key, value)));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_hold_blanks_and_escaped_signs() {
        check(
            "src=192.0.2.1 msg=a b c dst=192.0.2.2",
            &[("src", "192.0.2.1"), ("msg", "a b c"), ("dst", "192.0.2.2")],
        );
        check(r"request=/a?b\=c act=x", &[("request", r"/a?b\=c"), ("act", "x")]);
        check("url=/a?b=c act=x", &[("url", "/a?b=c"), ("act", "x")]);
        check("a= b=", &[("a", ""), ("b", "")]);
        check("nothing", &[]);
        check("=x a=1", &[("a", "1")]);
    }

    #[test]
    fn delimiters_of_leef() {
        assert_eq!(leef_delimiter("x09"), Some('\t'));
        assert_eq!(leef_delimiter("0x7c"), Some('|'));
        assert_eq!(leef_delimiter("^"), Some('^'));
        assert_eq!(leef_delimiter("a=b"), None);
    }
}

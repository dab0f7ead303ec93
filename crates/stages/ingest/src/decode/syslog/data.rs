//! The structured data of RFC 5424 (section 6.3): `[id name="value" …][…]`. Each value becomes a
//! field `id.name`.

use bakas_model::{Field, Value};
use bumpalo::Bump;

use crate::decode::event::join;

/// The structured data at the start of a text, and what follows it and a blank.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(("", rest.strip_prefix(' ').unwrap_or(rest)));
    }
    if !text.starts_with('[') {
        return None;
    }
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => {
                let (data, rest) = text.split_at_checked(at + 1)?;
                if !rest.starts_with('[') {
                    return Some((data, rest.strip_prefix(' ').unwrap_or(rest)));
                }
            }
            _ => {}
        }
    }
    None
}

/// The values as fields; what is malformed ends the list.
pub(super) fn fields<'a>(data: &'a str, into: &mut Vec<Field<'a>>, arena: &'a Bump) {
    let mut rest = data;
    while let Some(inner) = rest.strip_prefix('[') {
        let Some(end) = inner.find([' ', ']']) else { return };
        let (id, mut pairs) = inner.split_at_checked(end).unwrap_or((inner, ""));
        while let Some((name, text)) = pairs.trim_ascii_start().split_once("=\"") {
            if name.contains(']') {
                break;
            }
            let Some((value, after)) = quoted(text, arena) else { return };
            into.push(Field::new(join(&[id, ".", name], arena), Value::Text(value)));
            pairs = after;
        }
        let Some((_, after)) = pairs.split_once(']') else { return };
        rest = after;
    }
}

/// A value up to its closing quote, with `\"`, `\\` and `\]` taken back, and what follows.
fn quoted<'a>(text: &'a str, arena: &'a Bump) -> Option<(&'a str, &'a str)> {
    let mut escaped = false;
    let end = text.bytes().position(|b| {
        let ends = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        ends
    })?;
    let (value, rest) = (text.get(..end)?, text.get(end + 1..)?);
    if !value.contains('\\') {
        return Some((value, rest));
    }
    let mut plain = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let is_escape = c == '\\' && matches!(chars.peek(), Some('"' | '\\' | ']'));
        plain.extend(if is_escape { chars.next() } else { Some(c) });
    }
    Some((arena.alloc_str(&plain), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_fields() {
        let arena = Bump::new();
        let (data, rest) = split(r#"[a@1 x="1" y="q\"\]\\z"][b c=""] hello"#).unwrap();
        assert_eq!(rest, "hello");
        let mut found = Vec::new();
        fields(data, &mut found, &arena);
        let found: Vec<_> = found.iter().map(|f| (f.name, f.value)).collect();
        let text = Value::Text;
        assert_eq!(found, [("a@1.x", text("1")), ("a@1.y", text("q\"]\\z")), ("b.c", text(""))]);
        assert_eq!(split("- hello"), Some(("", "hello")));
        assert_eq!(split("[open x=\"1\""), None);
    }
}

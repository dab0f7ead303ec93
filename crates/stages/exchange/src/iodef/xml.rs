//! XML to a tree and back. It expands no entity but the five of XML itself, reads no document type
//! and follows no reference: those are refused by name.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use super::{FORMAT, tree::Element};
use crate::{DecodeError, Limits};

/// Attributes of one element.
pub const ATTRIBUTES_LIMIT: usize = 64;

/// Whether XML 1.0 can hold a text at all: it has no place for most control characters.
pub(super) fn can_hold(text: &str) -> bool {
    text.chars().all(|c| match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        c => c >= ' ',
    })
}

/// Writes a tree. Every text in it is one that XML can hold.
pub(super) fn write(root: &Element, namespace: &str) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(root, Some(namespace), 0, &mut out);
    out.into_bytes()
}

fn element(one: &Element, namespace: Option<&str>, depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', depth));
    out.push('<');
    out.push_str(&one.name);
    if let Some(namespace) = namespace {
        out.push_str(" xmlns=\"");
        out.push_str(namespace);
        out.push('"');
    }
    for (name, value) in &one.attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(value, true, out);
        out.push('"');
    }
    if one.children.is_empty() && one.text.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push('>');
    escape(&one.text, false, out);
    if !one.children.is_empty() {
        out.push('\n');
        for child in &one.children {
            element(child, None, depth + 1, out);
        }
        out.extend(std::iter::repeat_n(' ', depth));
    }
    out.push_str("</");
    out.push_str(&one.name);
    out.push_str(">\n");
}

/// Line ends and tabs are written as references where a reader would otherwise change them.
fn escape(text: &str, is_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if is_attribute => out.push_str("&#10;"),
            '\t' if is_attribute => out.push_str("&#9;"),
            c if can_hold(c.encode_utf8(&mut [0; 4])) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
}

struct Walk<'a> {
    limits: &'a Limits,
    open: Vec<Element>,
    elements: usize,
    root: Option<Element>,
}

/// Reads a document into a tree.
///
/// # Errors
/// Where the document is not well-formed, over a limit, or holds what is refused.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Element, DecodeError> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk { limits, open: Vec::new(), elements: 0, root: None };
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| wrong(at, &format!("{error}")))?;
        match event {
            Event::Start(start) => walk.start(&start, at)?,
            Event::Empty(start) => {
                walk.start(&start, at)?;
                walk.end();
            }
            Event::End(_) => walk.end(),
            Event::Text(text) => walk.text(&text.xml10_content(), at)?,
            Event::CData(text) => walk.text(&text.xml10_content(), at)?,
            Event::GeneralRef(name) => {
                let text = reference(&name, at)?;
                walk.text(text.encode_utf8(&mut [0; 4]), at)?;
            }
            Event::DocType(_) => {
                return Err(wrong(
                    at,
                    "a document type (DOCTYPE) is refused: it can define \
                    entities that read files or grow without end; send the document without it",
                ));
            }
            Event::PI(_) => {
                return Err(wrong(
                    at,
                    "a processing instruction is refused; send the document \
                    without it",
                ));
            }
            Event::Decl(decl) => declaration(decl.encoding(), at)?,
            Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    match (walk.open.is_empty(), walk.root) {
        (true, Some(root)) => Ok(root),
        _ => Err(wrong(text.len() as u64, "the document ends before its elements do")),
    }
}

fn declaration<E>(
    encoding: Option<Result<std::borrow::Cow<'_, str>, E>>,
    at: u64,
) -> Result<(), DecodeError> {
    match encoding {
        None => Ok(()),
        Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") => Ok(()),
        Some(_) => Err(wrong(at, "another encoding than UTF-8 is refused; send it as UTF-8")),
    }
}

fn reference(name: &BytesRef<'_>, at: u64) -> Result<char, DecodeError> {
    if name.is_char_ref() {
        let held = |c: &char| can_hold(c.encode_utf8(&mut [0; 4]));
        return name
            .resolve_char_ref()
            .ok()
            .flatten()
            .filter(held)
            .ok_or_else(|| wrong(at, "a reference to a character that XML does not allow"));
    }
    match &**name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(wrong(at, "an entity that XML itself does not have is refused")),
    }
}

impl Walk<'_> {
    fn start(&mut self, start: &BytesStart<'_>, at: u64) -> Result<(), DecodeError> {
        self.elements += 1;
        if self.elements > self.limits.objects.saturating_mul(ELEMENTS_AN_OBJECT) {
            return Err(wrong(at, "more elements than the limit allows"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(wrong(at, &format!("nested deeper than {}", self.limits.depth)));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(wrong(at, "a second document after the first"));
        }
        let mut element = Element::new(start.local_name().into_inner());
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| wrong(at, &format!("{error}")))?;
            if element.attributes.len() >= ATTRIBUTES_LIMIT {
                return Err(wrong(at, "more attributes than the limit allows"));
            }
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| wrong(at, &format!("{error}")))?;
            if value.len() > self.limits.text {
                return Err(wrong(
                    at,
                    &format!("an attribute of more than {} bytes", self.limits.text),
                ));
            }
            let key = attribute.key;
            let name =
                if key.as_ref() == "xml:lang" { "lang" } else { key.local_name().into_inner() };
            element.attributes.push((name.to_owned(), value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        // The reader has checked that every end has its start.
        let Some(mut element) = self.open.pop() else { return };
        if !element.children.is_empty() && element.text.trim().is_empty() {
            element.text.clear();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, text: &str, at: u64) -> Result<(), DecodeError> {
        let Some(element) = self.open.last_mut() else {
            let is_blank = text.trim_start_matches('\u{feff}').trim().is_empty();
            return if is_blank { Ok(()) } else { Err(wrong(at, "text outside of the document")) };
        };
        if element.text.len() + text.len() > self.limits.text {
            return Err(wrong(at, &format!("a text of more than {} bytes", self.limits.text)));
        }
        element.text.push_str(text);
        Ok(())
    }
}

/// Elements of XML for one object of ours, at most: a flow with all that describes it.
pub const ELEMENTS_AN_OBJECT: usize = 64;

pub(super) fn wrong(at: u64, what: &str) -> DecodeError {
    let what: String = what.chars().filter(|c| !c.is_control()).take(300).collect();
    DecodeError { format: FORMAT, place: format!("byte {at}"), what }
}

//! What access logs share, as text and as JSON: the names of their fields, and the request line.

use bakas_model::{Field, FieldId, Value};
use memchr::{memchr, memrchr};

use super::Out;

macro_rules! names {
    ($($constant:ident $name:literal)*) => {
        $(pub(crate) const $constant: (FieldId, &str) = (FieldId::of($name), $name);)*
    };
}

names! {
    CLIENT "c-ip"
    USER "cs-username"
    METHOD "cs-method"
    URI "cs-uri"
    STEM "cs-uri-stem"
    EXTENSION "c-uri-extension"
    VERSION "cs-version"
    STATUS "sc-status"
    BYTES "sc-bytes"
    REFERER "cs-referer"
    AGENT "cs-user-agent"
    HOST "cs-host"
    FORWARDED "x-forwarded-for"
    TAKEN "time-taken"
    TAIL "x-tail"
    COOKIE "cs-cookie"
}

/// A field's name with its number.
pub(crate) type Part = (FieldId, &'static str);

pub(crate) fn field<'a>((id, name): Part, value: Value<'a>) -> Field<'a> {
    Field { id, name, value }
}

/// A part of a text between two bytes that are ASCII, or its ends.
pub(super) fn cut(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

pub(super) fn rest(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// Method, target and protocol. What is no request line stays whole, as the target: scanners send
/// anything.
#[inline]
pub(crate) fn request_line<'a>(request: &'a str, out: &mut Out<'_, 'a>) {
    let bytes = request.as_bytes();
    let method_end = memchr(b' ', bytes).unwrap_or(bytes.len());
    let is_method = method_end > 0
        && method_end <= 32
        && bytes.iter().take(method_end).all(|b| b.is_ascii_alphabetic() || b"-_".contains(b));
    if !is_method || method_end == bytes.len() || request == "-" {
        out.event.operation = "-";
        if !matches!(request, "" | "-") {
            out.event.object = Some(request);
            out.push(field(URI, Value::Text(request)));
            out.push(field(STEM, Value::Text(request)));
        }
        return;
    }
    let method = cut(request, 0, method_end);
    out.event.operation = method;
    out.push(field(METHOD, Value::Text(method)));
    let (mut to, from) = (bytes.len(), method_end + 1);
    if let Some(at) = memrchr(b' ', bytes)
        && at >= method_end
        && rest(request, at + 1).starts_with("HTTP/")
    {
        out.push(field(VERSION, Value::Text(rest(request, at + 1))));
        to = at;
    }
    target(cut(request, from, to), out);
}

/// The request's target: whole, its path, and the extension of its last segment.
#[inline]
pub(crate) fn target<'a>(target: &'a str, out: &mut Out<'_, 'a>) {
    out.push(field(URI, Value::Text(target)));
    let mut path = match memchr(b'?', target.as_bytes()) {
        Some(at) => cut(target, 0, at),
        None => target,
    };
    if !path.starts_with('/')
        && let Some((_, after)) = path.split_once("://")
    {
        let (host, from) = match memchr(b'/', after.as_bytes()) {
            Some(at) => (cut(after, 0, at), rest(after, at)),
            None => (after, "/"),
        };
        if out.event.host.is_none() {
            out.event.host = Some(host);
            out.push(field(HOST, Value::Text(host)));
        }
        path = from;
    }
    out.event.object = Some(path);
    out.push(field(STEM, Value::Text(path)));
    let dot = path.bytes().rev().take(12).position(|b| !b.is_ascii_alphanumeric());
    if let Some(back) = dot
        && back > 0
        && path.as_bytes().get(path.len() - back - 1) == Some(&b'.')
    {
        out.push(field(EXTENSION, Value::Text(rest(path, path.len() - back))));
    }
}

//! Access logs as text: Apache's common, combined and vhost_combined, nginx's combined and main,
//! with more at the end. The hot path: a line is read in one pass, borrowing everything.
//!
//! ```text
//! [vhost[:port]] client ident user [time] "request" status bytes ["referer" "agent" …]
//! ```

use bakas_model::{Activity, Class, Field, FieldId, Status, Stream, Value};
use bumpalo::Bump;
use memchr::{memchr, memrchr};

use super::{Context, Out, Record};
use crate::{address, fault::Fault};

const NOT_ACCESS: Fault = Fault::malformed("not an access log line");
const NO_REQUEST: Fault = Fault::malformed("an access log line without a quoted request");
const NO_STATUS: Fault = Fault::malformed("an access log line without a status");
const NO_TIME: Fault = Fault::bad_time("not a time of an access log");

macro_rules! names {
    ($($constant:ident $name:literal)*) => {
        $(const $constant: (FieldId, &str) = (FieldId::of($name), $name);)*
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
}

fn field<'a>((id, name): (FieldId, &'static str), value: Value<'a>) -> Field<'a> {
    Field { id, name, value }
}

/// A part of a text between two bytes that are ASCII, or its ends.
fn cut(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

fn rest(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// Whether a line has the shape of an access log line up to the request.
pub(crate) fn looks_like(line: &str) -> bool {
    split_time(line).is_some_and(|(head, time, rest)| {
        head.contains(' ') && time.len() >= 20 && rest.starts_with('"')
    })
}

/// What stands before the time, the time without its brackets, and what follows.
fn split_time(line: &str) -> Option<(&str, &str, &str)> {
    let bytes = line.as_bytes();
    let mut from = 0;
    // A user name may hold a bracket; a time is `[05/…` or `[2026-…`.
    let open = loop {
        let found = from + memchr(b'[', bytes.get(from..)?)?;
        if bytes.get(found + 3) == Some(&b'/') || bytes.get(found + 5) == Some(&b'-') {
            break found;
        }
        from = found + 1;
    };
    let close = match bytes.get(open + 27) {
        Some(b']') => open + 27,
        _ => open + memchr(b']', bytes.get(open..)?)?,
    };
    let after = rest(line, close + 1);
    Some((cut(line, 0, open), cut(line, open + 1, close), after.strip_prefix(' ').unwrap_or(after)))
}

pub(crate) fn decode<'a>(
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let (head, time, after) = split_time(record.text).ok_or(NOT_ACCESS)?;
    let (request, after) = quoted(after.strip_prefix('"').ok_or(NO_REQUEST)?).ok_or(NO_REQUEST)?;
    let at = context.clock.access(time).ok_or(NO_TIME)?;
    out.start(Stream::Web);
    out.is(Class::HttpActivity, Activity::Request, Status::Unknown);
    out.event.time = at;
    out.event.time_raw = time;
    let tail = numbers(after, out)?;
    let forwarded = client(head, out)?;
    request_line(unescaped(request, record.arena), out);
    let forwarded = texts(tail, record.arena, out).or(forwarded);
    if let Some(list) = forwarded {
        out.push(field(FORWARDED, Value::Text(list)));
        let peer = out.event.src;
        (out.event.src, out.event.src_claimed) =
            address::through_proxies(peer, Some(list), &context.trusted);
        if out.event.src != peer {
            out.event.src_port = None;
        }
    }
    out.emit();
    Ok(())
}

/// Status and bytes; returns what follows.
#[inline]
fn numbers<'a>(after: &'a str, out: &mut Out<'_, 'a>) -> Result<&'a str, Fault> {
    let bytes = after.as_bytes();
    let (status, next) = match *bytes {
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] => {
            let number = |d: u8| u16::from(d - b'0');
            (Some(number(a) * 100 + number(b) * 10 + number(c)), 3)
        }
        [b'-', ..] => (None, 1),
        // Apache writes 000 where the client went away before there was an answer.
        [b'0', b'0', b'0', ..] => (None, 3),
        _ => return Err(NO_STATUS),
    };
    let mut at = next;
    match bytes.get(at) {
        Some(b' ') => at += 1,
        None => {}
        Some(_) => return Err(NO_STATUS),
    }
    let (mut size, from) = (0_u64, at);
    while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
        size = size.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
        at += 1;
    }
    let has_size = at > from;
    if !has_size && bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    if let Some(status) = status {
        out.event.http_status = Some(status);
        out.event.status = if status < 400 { Status::Success } else { Status::Failure };
        out.push(field(STATUS, Value::Int(status.into())));
    }
    if has_size {
        out.event.bytes_out = Some(size);
        out.push(field(BYTES, Value::Int(i64::try_from(size).unwrap_or(i64::MAX))));
    }
    let tail = rest(after, at);
    Ok(tail.strip_prefix(' ').unwrap_or(tail))
}

/// Client, user and virtual host; returns a list of forwarded addresses that stands first.
#[inline]
fn client<'a>(head: &'a str, out: &mut Out<'_, 'a>) -> Result<Option<&'a str>, Fault> {
    let head = head.trim_ascii();
    let first_end = memchr(b' ', head.as_bytes()).ok_or(NOT_ACCESS)?;
    let (first, after) = (cut(head, 0, first_end), rest(head, first_end + 1));
    if let Some((address, port)) = address::parse(first) {
        (out.event.src, out.event.src_port) = (Some(address), port);
        out.push(field(CLIENT, Value::Text(first)));
        user(after, out);
        return Ok(None);
    }
    if first.ends_with(',') {
        return Ok(Some(forwarded_first(head, out)));
    }
    let second_end = memchr(b' ', after.as_bytes()).unwrap_or(after.len());
    let second = cut(after, 0, second_end);
    if let Some((address, port)) = address::parse(second) {
        if first != "-" {
            let host = first.rsplit_once(':').map_or(first, |(host, _)| host);
            out.event.host = Some(host);
            out.push(field(HOST, Value::Text(host)));
        }
        (out.event.src, out.event.src_port) = (Some(address), port);
        out.push(field(CLIENT, Value::Text(second)));
        user(rest(after, second_end + 1), out);
        return Ok(None);
    }
    // The server looked names up: the client is a name, or nothing at all.
    let is_name = first.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:".contains(&b));
    if !is_name {
        return Err(NOT_ACCESS);
    }
    out.push(field(CLIENT, Value::Text(first)));
    user(after, out);
    Ok(None)
}

/// `a, b, c - user`: the header stands where the client should, and no peer is written.
fn forwarded_first<'a>(head: &'a str, out: &mut Out<'_, 'a>) -> &'a str {
    let mut end = 0;
    for hop in head.split(' ') {
        end += hop.len() + 1;
        if !hop.ends_with(',') {
            break;
        }
    }
    user(rest(head, end), out);
    cut(head, 0, end - 1)
}

/// The user, after the ident that nobody writes any more. It may hold blanks.
#[inline]
fn user<'a>(text: &'a str, out: &mut Out<'_, 'a>) {
    if text == "- -" {
        return;
    }
    let name = match memchr(b' ', text.as_bytes()) {
        Some(at) => rest(text, at + 1).trim_ascii(),
        None => "",
    };
    if !matches!(name, "" | "-" | "\"\"") {
        out.event.account = Some(name);
        out.push(field(USER, Value::Text(name)));
    }
}

/// Method, target and protocol. What is no request line stays whole, as the target: scanners send
/// anything.
#[inline]
pub(super) fn request_line<'a>(request: &'a str, out: &mut Out<'_, 'a>) {
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
        && at > method_end
        && rest(request, at + 1).starts_with("HTTP/")
    {
        out.push(field(VERSION, Value::Text(rest(request, at + 1))));
        to = at;
    }
    target(cut(request, from, to), out);
}

/// The request's target: whole, its path, and the extension of its last segment.
#[inline]
pub(super) fn target<'a>(target: &'a str, out: &mut Out<'_, 'a>) {
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

/// Referer, agent and what else follows; returns a list of forwarded addresses.
#[inline]
fn texts<'a>(tail: &'a str, arena: &'a Bump, out: &mut Out<'_, 'a>) -> Option<&'a str> {
    let (referer, after) = item(tail)?;
    let is_pair = tail.starts_with(['"', '-']);
    if !is_pair {
        return extras(tail, arena, out);
    }
    if !matches!(referer, "-" | "") {
        out.push(field(REFERER, Value::Text(unescaped(referer, arena))));
    }
    let (agent, after) = item(after)?;
    if !matches!(agent, "-" | "") {
        let agent = unescaped(agent, arena);
        out.event.agent = Some(agent);
        out.push(field(AGENT, Value::Text(agent)));
    }
    if after.is_empty() { None } else { extras(after, arena, out) }
}

/// What stands after the agent: forwarded addresses, times taken, and whatever a site adds.
fn extras<'a>(tail: &'a str, arena: &'a Bump, out: &mut Out<'_, 'a>) -> Option<&'a str> {
    out.push(field(TAIL, Value::Text(tail)));
    let (mut left, mut forwarded, mut has_taken) = (tail, None, false);
    while let Some((value, after)) = extra(left) {
        left = after;
        let named = value.split_once('=').filter(|_| !left.starts_with('='));
        let (name, value) = named.map_or(("", value), |(name, value)| (name, value.trim_matches('"')));
        if forwarded.is_none() && address::is_forwarded_list(value) {
            forwarded = Some(unescaped(value, arena));
        } else if !has_taken
            && matches!(name, "" | "rt" | "request_time" | "time" | "D" | "T")
            && let Some(taken) = number(value)
        {
            has_taken = true;
            out.push(field(TAKEN, taken));
        }
    }
    forwarded
}

fn number(text: &str) -> Option<Value<'static>> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let whole = text.parse().ok().map(Value::Int);
    whole.or_else(|| text.parse().ok().filter(|n: &f64| n.is_finite()).map(Value::Float))
}

/// The next item: quoted, or up to a blank.
#[inline]
fn item(text: &str) -> Option<(&str, &str)> {
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
fn extra(text: &str) -> Option<(&str, &str)> {
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
fn quoted(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr(b'"', bytes.get(from..)?)?;
        from = at + 1;
        let closes = matches!(bytes.get(from), None | Some(b' '));
        if closes && (at == 0 || bytes.get(at - 1) != Some(&b'\\') || !is_escaped(bytes, at)) {
            return Some((cut(text, 0, at), rest(text, from + 1)));
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
fn unescaped<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
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

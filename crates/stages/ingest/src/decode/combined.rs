//! Access logs as text: Apache's common, combined and vhost_combined, nginx's combined and main,
//! with more at the end. The hot path: a line is read in one pass, borrowing everything.
//!
//! ```text
//! [vhost[:port]] client ident user [time] "request" status bytes ["referer" "agent" …]
//! ```

use bakas_model::{Activity, Class, Status, Stream, Value};
use bumpalo::Bump;
use memchr::memchr;

use super::{
    Context, Out, Record,
    quoted::{extra, item, quoted, unescaped},
    web::{
        AGENT, BYTES, CLIENT, FORWARDED, HOST, REFERER, STATUS, TAIL, TAKEN, USER, cut, field,
        request_line, rest,
    },
};
use crate::{address, fault::Fault};

const NOT_ACCESS: Fault = Fault::malformed("not an access log line");
const NO_REQUEST: Fault = Fault::malformed("an access log line without a quoted request");
const NO_STATUS: Fault = Fault::malformed("an access log line without a status");
const NO_TIME: Fault = Fault::bad_time("not a time of an access log");

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

/// An address without the port that was written after it: rules and correlations mean the address.
fn alone(written: &str, port: Option<u16>) -> &str {
    let host = port.and_then(|_| written.rsplit_once(':')).map_or(written, |(host, _)| host);
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Client, user and virtual host; returns a list of forwarded addresses that stands first.
#[inline]
fn client<'a>(head: &'a str, out: &mut Out<'_, 'a>) -> Result<Option<&'a str>, Fault> {
    let head = head.trim_ascii();
    let first_end = memchr(b' ', head.as_bytes()).ok_or(NOT_ACCESS)?;
    let (first, after) = (cut(head, 0, first_end), rest(head, first_end + 1));
    if let Some((address, port)) = address::parse(first) {
        (out.event.src, out.event.src_port) = (Some(address), port);
        out.push(field(CLIENT, Value::Text(alone(first, port))));
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
        out.push(field(CLIENT, Value::Text(alone(second, port))));
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
        let (name, value) =
            named.map_or(("", value), |(name, value)| (name, value.trim_matches('"')));
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

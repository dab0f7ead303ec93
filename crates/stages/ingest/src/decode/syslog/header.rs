//! What stands before a system log's message: length, priority, time, host, program and its
//! number (RFC 3164, RFC 5424, RFC 6587), and what network devices make of it.

use bakas_model::{Field, Timestamp, Value};
use bumpalo::Bump;

use super::data;
use crate::{
    clock::{self, Clock},
    decode::carried::Carried,
    fault::Fault,
};

const NO_HEADER: Fault = Fault::malformed("not a system log line");
const NO_TIME: Fault = Fault::bad_time("not a time of a system log");
/// A priority alone does not make a line of a system log readable.
pub(super) const NO_TIME_AT_ALL: Fault =
    Fault::bad_time("a system log line with a priority and without a time");

/// The parts of a line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header<'a> {
    pub(crate) carried: Carried<'a>,
    /// Facility times eight plus severity (RFC 5424, 6.2.1).
    priority: Option<u8>,
    id: Option<&'a str>,
    /// The structured data of RFC 5424 with its brackets.
    data: &'a str,
    /// `*` or `.`: a Cisco device whose clock is not set, or not synchronised.
    clock_mark: Option<&'a str>,
}

impl<'a> Header<'a> {
    pub(crate) fn parse(line: &'a str, clock: &mut Clock) -> Result<Self, Fault> {
        let (priority, rest) = priority(without_length(line));
        if priority.is_some()
            && let Some(rest) = rest.strip_prefix("1 ")
        {
            return Self::rfc5424(priority, rest, clock);
        }
        let (mark, dated) = before_time(rest, priority.is_some());
        let (time, time_raw, rest) = match time(dated, clock) {
            // `<189>date=2026-01-05 time=…`: the message has its time itself.
            Err(fault) if fault == NO_HEADER && priority.is_some() => {
                let carried = Carried { message: rest, after_header: rest, ..Carried::default() };
                return Ok(Self { carried, priority, ..Self::default() });
            }
            other => other?,
        };
        let (host, after_header) = host(rest)?;
        let (program, pid, message) = tag(after_header)?;
        let message = if program.is_empty() { cisco_message(message) } else { message };
        let carried =
            Carried { time: Some(time), time_raw, host, program, pid, message, after_header };
        Ok(Self { carried, priority, clock_mark: mark, ..Self::default() })
    }

    /// `TIMESTAMP HOST APP PROCID MSGID [DATA] MESSAGE`; `-` stands for what is absent.
    fn rfc5424(priority: Option<u8>, text: &'a str, clock: &Clock) -> Result<Self, Fault> {
        let mut parts = text.splitn(6, ' ');
        let mut part = || parts.next().ok_or(NO_HEADER);
        let (time_raw, host, program, pid, id) = (part()?, part()?, part()?, part()?, part()?);
        let given = |text: &'a str| (text != "-").then_some(text);
        let time = match given(time_raw) {
            Some(time) => Some(clock.iso(time).ok_or(NO_TIME)?),
            None => None,
        };
        let (data, message) = data::split(part()?).ok_or(NO_HEADER)?;
        let message = message.trim_start_matches('\u{feff}');
        let carried = Carried {
            time,
            time_raw: given(time_raw).unwrap_or_default(),
            host: given(host),
            program: given(program).unwrap_or_default(),
            pid: given(pid),
            message,
            after_header: message,
        };
        Ok(Self { carried, priority, id: given(id), data, clock_mark: None })
    }

    /// What the envelope says beyond the carried message, as fields.
    pub(super) fn fields(&self, into: &mut Vec<Field<'a>>, arena: &'a Bump) {
        if let Some(priority) = self.priority {
            let facility = FACILITIES.get(usize::from(priority >> 3)).copied().unwrap_or("unknown");
            into.push(Field::new("facility", Value::Text(facility)));
            into.push(Field::new("severity", Value::Text(SEVERITIES[usize::from(priority & 7)])));
        }
        if let Some(id) = self.id {
            into.push(Field::new("msgid", Value::Text(id)));
        }
        if let Some(mark) = self.clock_mark {
            into.push(Field::new("clock_mark", Value::Text(mark)));
        }
        data::fields(self.data, into, arena);
    }
}

/// RFC 5424, table 1.
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv",
    "ftp", "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4",
    "local5", "local6", "local7",
];
/// RFC 5424, table 2.
const SEVERITIES: [&str; 8] =
    ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// A line without the length that octet counting (RFC 6587, 3.4.1) puts before it.
fn without_length(line: &str) -> &str {
    let digits = line.bytes().take(8).take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..).unwrap_or_default();
    match rest.strip_prefix(' ') {
        Some(rest) if digits > 0 && rest.starts_with('<') => rest,
        _ => line,
    }
}

/// The priority `<34>` where it stands first, and what follows.
fn priority(line: &str) -> (Option<u8>, &str) {
    let inner = || {
        let (digits, rest) = line.strip_prefix('<')?.split_once('>')?;
        let is_number =
            (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse().ok().filter(|n| is_number && *n < 192);
        number.map(|number| (Some(number), rest))
    };
    inner().unwrap_or((None, line))
}

/// What Cisco devices put before the time: a sequence number, the host with a colon, and a mark of
/// the clock's state. Gives the mark, and what follows.
fn before_time(text: &str, has_priority: bool) -> (Option<&str>, &str) {
    let is_month = |text: &str| {
        let bytes = text.as_bytes();
        bytes.get(3) == Some(&b' ') && bytes.get(..3).and_then(clock::month).is_some()
    };
    let mut rest = text.trim_ascii_start();
    for _ in 0..3 {
        let (mark, dated) = match rest.as_bytes() {
            [b'*' | b'.', ..] => (rest.get(..1), rest.get(1..).unwrap_or_default()),
            _ => (None, rest),
        };
        if is_month(dated) {
            return (mark, dated);
        }
        let Some((word, after)) = rest.split_once(": ") else { break };
        let is_number = word.bytes().all(|b| b.is_ascii_digit());
        let is_word = !word.is_empty() && word.len() < 64 && !word.contains([' ', '%', '[']);
        if !is_word || !(is_number || has_priority) {
            break;
        }
        rest = after.trim_ascii_start();
    }
    (None, text)
}

/// The time at the start of a line, as written, and what follows it and a blank.
fn time<'a>(text: &'a str, clock: &mut Clock) -> Result<(Timestamp, &'a str, &'a str), Fault> {
    let bytes = text.as_bytes();
    match bytes {
        [m1, m2, m3, b' ', ..] if clock::month(&[*m1, *m2, *m3]).is_some() => rfc3164(text, clock),
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..] => {
            let separator = bytes.get(10).copied().ok_or(NO_HEADER)?;
            let from = if separator == b' ' { 11 } else { 0 };
            let rest = text.get(from..).ok_or(NO_HEADER)?;
            let length = from + rest.find(' ').ok_or(NO_HEADER)?;
            let (raw, after) = text.split_at_checked(length).ok_or(NO_HEADER)?;
            let raw = raw.strip_suffix(':').unwrap_or(raw);
            let time = clock.iso(raw).ok_or(NO_TIME)?;
            Ok((time, raw, after.strip_prefix(' ').unwrap_or(after)))
        }
        _ => Err(NO_HEADER),
    }
}

/// `Dec 10 06:55:46`, also with a year before or after the time of day, with a fraction, with the
/// name of a zone before a colon.
fn rfc3164<'a>(text: &'a str, clock: &mut Clock) -> Result<(Timestamp, &'a str, &'a str), Fault> {
    let bytes = text.as_bytes();
    let month = bytes.get(..3).and_then(clock::month).ok_or(NO_HEADER)?;
    let (day, at) = match *bytes.get(4..).unwrap_or_default() {
        [b' ', d, b' ', ..] => (clock::two(b'0', d), 7),
        [d, b' ', ..] => (clock::two(b'0', d), 6),
        [d1, d2, b' ', ..] => (clock::two(d1, d2), 7),
        _ => return Err(NO_HEADER),
    };
    let day = day.ok_or(NO_HEADER)?;
    let (year, at) =
        year(bytes.get(at..).unwrap_or_default()).map_or((None, at), |y| (Some(y), at + 5));
    let [h1, h2, b':', m1, m2, b':', s1, s2, ..] = *bytes.get(at..).unwrap_or_default() else {
        return Err(NO_HEADER);
    };
    let (hour, minute, second) = (clock::two(h1, h2), clock::two(m1, m2), clock::two(s1, s2));
    let (Some(hour), Some(minute), Some(second)) = (hour, minute, second) else {
        return Err(NO_HEADER);
    };
    let (micros, rest) = clock::fraction(bytes.get(at + 8..).unwrap_or_default());
    let mut end = bytes.len() - rest.len();
    let mut year = year;
    if year.is_none()
        && let Some(after) = rest.strip_prefix(b" ")
        && let Some(found) = self::year(after)
    {
        (year, end) = (Some(found), end + 5);
    }
    let (raw, after) = text.split_at_checked(end).ok_or(NO_HEADER)?;
    let (is_utc, after) = zone_name(after);
    let of_day = (hour, minute, second);
    let time = match year {
        Some(year) => clock.with_year((year, month, day), of_day, micros, is_utc),
        None => clock.yearless((month, day), of_day, micros),
    };
    let after = after.strip_prefix(':').unwrap_or(after);
    let after = after.strip_prefix(' ').ok_or(NO_HEADER)?;
    Ok((time.ok_or(NO_TIME)?, raw, after))
}

/// A year of four digits before a blank or colon.
fn year(bytes: &[u8]) -> Option<i32> {
    let [y1, y2, y3, y4, b' ' | b':', ..] = *bytes else { return None };
    let (century, year) = clock::two(y1, y2).zip(clock::two(y3, y4))?;
    (19..=21).contains(&century).then(|| i32::from(century) * 100 + i32::from(year))
}

/// Cisco's ` UTC:` after the time: whether it names UTC, and what follows. Other names are not
/// unique, so that the source's zone counts.
fn zone_name(after: &str) -> (bool, &str) {
    let inner = || {
        let (name, _) = after.strip_prefix(' ')?.split_once(':')?;
        let is_name = (3..=5).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_uppercase());
        let rest = after.get(1 + name.len()..)?;
        (is_name && rest.starts_with(": ")).then_some((matches!(name, "UTC" | "GMT"), rest))
    };
    inner().unwrap_or((false, after))
}

/// The host, where one stands, and what follows it.
fn host(rest: &str) -> Result<(Option<&str>, &str), Fault> {
    let (first, after) = rest.split_once(' ').ok_or(NO_HEADER)?;
    // Without a host the program follows at once, as `program[1]:`, or a Cisco code, `%ASA-6-…`.
    let is_tag = (first.ends_with(':') && !first.contains("::")) || first.starts_with('%');
    if first == ":" {
        return Ok((None, after.trim_ascii_start()));
    }
    if is_tag {
        return Ok((None, rest));
    }
    let after = after.trim_ascii_start();
    // `fw1 : %ASA-6-…`.
    let after = after.strip_prefix(": ").unwrap_or(after);
    Ok((Some(first), after.trim_ascii_start()))
}

/// `program[pid]: message`.
fn tag(text: &str) -> Result<(&str, Option<&str>, &str), Fault> {
    let end = text.find([':', '[', ' ']).ok_or(NO_HEADER)?;
    let (program, rest) = text.split_at_checked(end).ok_or(NO_HEADER)?;
    if program.is_empty() || program.len() > 64 {
        return Err(NO_HEADER);
    }
    let is_number = program.bytes().all(|b| b.is_ascii_digit());
    if program.starts_with(['%', '*']) || is_number {
        return Ok(("", None, text));
    }
    if let Some(inner) = rest.strip_prefix('[') {
        let (pid, after) = inner.split_once(']').ok_or(NO_HEADER)?;
        let message = after.strip_prefix(':').unwrap_or(after);
        return Ok((program, Some(pid), message.trim_ascii_start()));
    }
    match rest.strip_prefix(':') {
        Some(message) => Ok((program, None, message.trim_ascii_start())),
        // No tag at all: the whole is the message.
        None => Ok(("", None, text)),
    }
}

/// A Cisco message that a relay took in with its number and time: `123: *Mar  1 00:00:00.123: %…`
/// from the `%` on.
fn cisco_message(message: &str) -> &str {
    let starts = |b: &u8| b.is_ascii_digit() || matches!(b, b'*' | b'.');
    let is_dated = message.as_bytes().first().is_some_and(starts);
    match message.split_once(": %") {
        Some((before, _)) if is_dated && before.len() < 80 => {
            message.get(before.len() + 2..).unwrap_or(message)
        }
        _ => message,
    }
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;

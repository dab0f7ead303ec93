//! What stands before a system log's message: priority, time, host, program and its number.

use bakas_model::Timestamp;

use crate::{
    clock::{self, Clock},
    fault::Fault,
};

const NO_HEADER: Fault = Fault::malformed("not a system log line");
const NO_TIME: Fault = Fault::bad_time("not a time of a system log");

/// The parts of a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header<'a> {
    pub(crate) time: Timestamp,
    pub(crate) time_raw: &'a str,
    pub(crate) host: Option<&'a str>,
    pub(crate) program: &'a str,
    pub(crate) pid: Option<&'a str>,
    pub(crate) message: &'a str,
}

impl<'a> Header<'a> {
    pub(crate) fn parse(line: &'a str, clock: &mut Clock) -> Result<Self, Fault> {
        let (has_priority, rest) = priority(line);
        if has_priority && let Some(rest) = rest.strip_prefix("1 ") {
            return Self::rfc5424(rest, clock);
        }
        let (time, time_raw, rest) = time(rest, clock)?;
        let (first, after) = rest.split_once(' ').ok_or(NO_HEADER)?;
        // Without a host the program follows at once, as `program[1]:`.
        let is_tag = first.ends_with(':') && !first.contains("::");
        let (host, rest) = if is_tag { (None, rest) } else { (Some(first), after) };
        let (program, pid, message) = tag(rest.trim_ascii_start())?;
        Ok(Self { time, time_raw, host, program, pid, message })
    }

    /// `TIMESTAMP HOST APP PROCID MSGID [DATA] MESSAGE`; `-` stands for what is absent.
    fn rfc5424(text: &'a str, clock: &Clock) -> Result<Self, Fault> {
        let mut parts = text.splitn(6, ' ');
        let mut part = || parts.next().ok_or(NO_HEADER);
        let (time_raw, host, program, pid, _id) = (part()?, part()?, part()?, part()?, part()?);
        let time = clock.iso(time_raw).ok_or(NO_TIME)?;
        let message = after_data(part()?).ok_or(NO_HEADER)?;
        let given = |text: &'a str| (text != "-").then_some(text);
        Ok(Self {
            time,
            time_raw,
            host: given(host),
            program: given(program).unwrap_or_default(),
            pid: given(pid),
            message: message.trim_start_matches('\u{feff}'),
        })
    }
}

/// Whether `<34>` stands first, and what follows.
fn priority(line: &str) -> (bool, &str) {
    let inner = || {
        let (digits, rest) = line.strip_prefix('<')?.split_once('>')?;
        let is_number =
            (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then_some(rest)
    };
    inner().map_or((false, line), |rest| (true, rest))
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
            let time = clock.iso(raw).ok_or(NO_TIME)?;
            Ok((time, raw, after.strip_prefix(' ').unwrap_or(after)))
        }
        _ => Err(NO_HEADER),
    }
}

/// `Dec 10 06:55:46`, also with a year before or after the time of day, or with a fraction.
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
    let (year, at) = match *bytes.get(at..).unwrap_or_default() {
        [y1, y2, y3, y4, b' ', ..] if [y1, y2, y3, y4].iter().all(u8::is_ascii_digit) => {
            (clock::two(y1, y2).zip(clock::two(y3, y4)), at + 5)
        }
        _ => (None, at),
    };
    let [h1, h2, b':', m1, m2, b':', s1, s2, ..] = *bytes.get(at..).unwrap_or_default() else {
        return Err(NO_HEADER);
    };
    let (hour, minute, second) = (clock::two(h1, h2), clock::two(m1, m2), clock::two(s1, s2));
    let (Some(hour), Some(minute), Some(second)) = (hour, minute, second) else {
        return Err(NO_HEADER);
    };
    let (micros, rest) = clock::fraction(bytes.get(at + 8..).unwrap_or_default());
    let end = bytes.len() - rest.len();
    let time = match year {
        Some((century, year)) => {
            let year = i32::from(century) * 100 + i32::from(year);
            clock.with_year((year, month, day), (hour, minute, second))
        }
        None => clock.yearless((month, day), (hour, minute, second), micros),
    };
    let (raw, after) = text.split_at_checked(end).ok_or(NO_HEADER)?;
    let after = after.strip_prefix(':').unwrap_or(after);
    let after = after.strip_prefix(' ').ok_or(NO_HEADER)?;
    Ok((time.ok_or(NO_TIME)?, raw, after))
}

/// `program[pid]: message`.
fn tag(text: &str) -> Result<(&str, Option<&str>, &str), Fault> {
    let end = text.find([':', '[', ' ']).ok_or(NO_HEADER)?;
    let (program, rest) = text.split_at_checked(end).ok_or(NO_HEADER)?;
    if program.is_empty() || program.len() > 64 {
        return Err(NO_HEADER);
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

/// What follows the structured data of RFC 5424.
fn after_data(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(rest.strip_prefix(' ').unwrap_or(rest));
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
                let rest = text.get(at + 1..)?;
                if !rest.starts_with('[') {
                    return Some(rest.strip_prefix(' ').unwrap_or(rest));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use bakas_model::{Day, SourceClock};

    use super::*;

    fn check(line: &str, expected: (&str, Option<&str>, &str, Option<&str>, &str)) {
        let source = SourceClock { year_reference: Some(Day(20_485)), ..SourceClock::default() };
        let header = Header::parse(line, &mut Clock::new(&source)).unwrap();
        let time = header.time.to_string();
        let found = (time.as_str(), header.host, header.program, header.pid, header.message);
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn headers_of_every_kind() {
        let at = "2026-01-05T06:55:46Z";
        check(
            "Jan  5 06:55:46 web1 sshd[24200]: hello",
            (at, Some("web1"), "sshd", Some("24200"), "hello"),
        );
        check("<38>Jan 05 06:55:46 web1 su: hello", (at, Some("web1"), "su", None, "hello"));
        check("Jan 5 2026 06:55:46 web1 su: hello", (at, Some("web1"), "su", None, "hello"));
        check(
            "2026-01-05T14:55:46.000000+08:00 web1 sudo:   bob : x",
            (at, Some("web1"), "sudo", None, "bob : x"),
        );
        check(
            "2026-01-05T14:55:46+0800 web1 sshd[1]: x",
            (at, Some("web1"), "sshd", Some("1"), "x"),
        );
        check("2026-01-05 06:55:46 web1 sshd[1]: x", (at, Some("web1"), "sshd", Some("1"), "x"));
        check(
            "<34>1 2026-01-05T06:55:46Z web1 sshd 24 ID47 - \u{feff}hello",
            (at, Some("web1"), "sshd", Some("24"), "hello"),
        );
        check(
            "<34>1 2026-01-05T06:55:46Z web1 sshd - - [a@1 b=\"x]\\\"\"][c] hello",
            (at, Some("web1"), "sshd", None, "hello"),
        );
        check(
            "Jan  5 06:55:46 web1 last message repeated 2 times",
            (at, Some("web1"), "", None, "last message repeated 2 times"),
        );
        check(
            "Jan  5 06:55:46 web1 systemd-logind[9]: New session 5 of user bob.",
            (at, Some("web1"), "systemd-logind", Some("9"), "New session 5 of user bob."),
        );
    }

    #[test]
    fn other_lines_are_refused() {
        let clock = &mut Clock::new(&SourceClock::default());
        for line in [
            "",
            "hello",
            "Jan",
            "Foo  5 06:55:46 h p: m",
            "Jan  5 06:55 h p: m",
            "2026-01-05",
            "<34>1 x y z",
        ] {
            assert!(Header::parse(line, clock).is_err(), "{line}");
        }
        let fault = Header::parse("Feb 31 06:55:46 h p: m", clock).unwrap_err();
        assert_eq!(fault.reason, bakas_model::RejectReason::BadTime);
    }
}

//! Lines of a container's log. A runtime cuts a long line into partial records; they are put
//! together here, so that a decoder sees all of them at once. A hole of zero bytes, as a machine
//! leaves that stopped while it wrote, is a record of its own and takes no line with it.

use std::ops::Range;

use bakas_model::limits::LINE_BYTES_LIMIT;
use memchr::{memchr, memchr2};

use super::{Found, Frame, overlong::Overlong, zeros};

#[derive(Debug, Default)]
pub(super) struct ContainerFrame(Overlong);

impl Frame for ContainerFrame {
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        if let Some(keep) = self.0.skip(buffer, base, is_over, found) {
            return keep;
        }
        let place = |range: Range<usize>| base + range.start as u64..base + range.end as u64;
        let mut at = 0;
        // Lines that are parts of one, without the last line's end.
        let mut open: Option<Range<usize>> = None;
        while at < buffer.len() {
            let rest = buffer.get(at..).unwrap_or_default();
            let newline = memchr(b'\n', rest);
            let line = rest.get(..newline.unwrap_or(rest.len())).unwrap_or_default();
            if let Some(hole) = hole(line).filter(|hole| hole.end < rest.len() || is_over) {
                let torn = (hole.start > 0).then(|| at..at + hole.start);
                found.records.extend(open.take().into_iter().chain(torn).map(place));
                found.records.push(place(at + hole.start..at + hole.end));
                at += hole.end;
                continue;
            }
            if newline.is_none() && !is_over {
                break;
            }
            let bare = line.strip_suffix(b"\r").unwrap_or(line);
            let whole = open.take().map_or(at, |open| open.start)..at + bare.len();
            at += line.len() + usize::from(newline.is_some());
            if is_partial(bare)
                && whole.len() < LINE_BYTES_LIMIT
                && !(is_over && at >= buffer.len())
            {
                open = Some(whole);
            } else {
                found.records.push(place(whole));
            }
        }
        let keep = open.map_or(at, |open| open.start);
        if keep > 0 || is_over {
            return base + keep as u64;
        }
        zeros::hand_out(buffer, base, found).unwrap_or_else(|| self.0.begin(buffer, base, found))
    }
}

/// Zero bytes in a line: at its beginning, or where another record begins behind them.
fn hole(line: &[u8]) -> Option<Range<usize>> {
    let leading = zeros::leading(line);
    if leading > 0 {
        return Some(0..leading);
    }
    if line.first() != Some(&b'{') {
        return None;
    }
    let start = memchr(0, line)?;
    let rest = line.get(start..).unwrap_or_default();
    let end = start + zeros::leading(rest);
    (line.get(end) == Some(&b'{')).then_some(start..end)
}

/// Whether the rest of a line's text follows in the next.
fn is_partial(line: &[u8]) -> bool {
    if line.starts_with(b"{") {
        return log(line).is_some_and(|text| !text.is_whole);
    }
    // `TIME STREAM P text`.
    let mut words = line.splitn(4, |b| *b == b' ');
    let (time, stream, tags) = (words.next(), words.next(), words.next());
    time.is_some_and(|t| t.get(4) == Some(&b'-'))
        && matches!(stream, Some(b"stdout" | b"stderr"))
        && tags.is_some_and(|tags| tags == b"P" || tags.starts_with(b"P:"))
}

/// A JSON string.
struct Text<'a> {
    inner: &'a [u8],
    /// Whether the last character is a line end.
    is_whole: bool,
    /// What follows the closing quote.
    rest: &'a [u8],
}

/// The text of the member `log` of an object, wherever it stands and however it is spaced.
fn log(line: &[u8]) -> Option<Text<'_>> {
    let (mut rest, mut depth, mut before) = (line, 0_usize, 0);
    let mut is_log = false;
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b' ' | b'\t' => continue,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            b':' if before == b'"' && is_log => {
                let value = rest.trim_ascii_start();
                return string(value.strip_prefix(b"\"")?);
            }
            b'"' => {
                let text = string(rest)?;
                is_log = depth == 1 && matches!(before, b'{' | b',') && text.inner == b"log";
                rest = text.rest;
            }
            _ => {}
        }
        before = byte;
    }
}

/// The string whose opening quote stands before the text.
fn string(text: &[u8]) -> Option<Text<'_>> {
    let mut at = 0;
    // Behind the last line end that is written as an escape.
    let mut line_end = None;
    loop {
        let found = at + memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(found) == Some(&b'"') {
            let (inner, rest) = (text.get(..found)?, text.get(found + 1..)?);
            return Some(Text { inner, is_whole: line_end == Some(found), rest });
        }
        let is_end = match text.get(found + 1)? {
            b'n' => Some(found + 2),
            b'u' => text
                .get(found + 2..found + 6)
                .is_some_and(|code| code.eq_ignore_ascii_case(b"000a"))
                .then_some(found + 6),
            _ => None,
        };
        line_end = is_end.or(line_end);
        at = found + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_lines_are_told() {
        let check =
            |line: &str, expected| assert_eq!(is_partial(line.as_bytes()), expected, "{line}");
        check(r#"{"log":"whole\n","stream":"stdout"}"#, false);
        check(r#"{"log":"part","stream":"stdout"}"#, true);
        check(r#"{"log":"a \" b","stream":"stdout"}"#, true);
        check(r#"{"log":"line end before\n the last","stream":"stdout"}"#, true);
        // A backslash and an `n` are no line end; a backslash before one is.
        check(r#"{"log":"back\\n","stream":"stdout"}"#, true);
        check(r#"{"log":"back\\\n","stream":"stdout"}"#, false);
        check(r#"{"log":"coded\u000A"}"#, false);
        check(r#"{"log":"coded\\u000a"}"#, true);
        check(r#"{"log":"open"#, false);
        check(r#"{ "log" : "part" , "stream": "stdout" }"#, true);
        check(r#"{ "log" :	"whole\n" }"#, false);
        check(r#"{"stream":"stdout","log":"part"}"#, true);
        check(r#"{"attrs":{"log":"part"},"stream":"log","log": "whole\n"}"#, false);
        check(r#"{"attrs":["log"],"x":"log"}"#, false);
        check("2026-01-05T08:00:00Z stdout P part", true);
        check("2026-01-05T08:00:00Z stdout F whole", false);
        check("2026-01-05T08:00:00Z stdout", false);
    }

    #[test]
    fn holes_are_records_of_their_own() {
        let check = |text: &str, expected: &[&str]| {
            let mut found = Found::default();
            let keep = ContainerFrame::default().scan(text.as_bytes(), 0, true, &mut found);
            let at = |r: &Range<u64>| text.get(r.start as usize..r.end as usize).unwrap();
            let records: Vec<_> = found.records.iter().map(at).collect();
            assert_eq!((records.as_slice(), keep), (expected, text.len() as u64), "{text:?}");
        };
        check("\0\0{\"log\":\"a\\n\"}\n", &["\0\0", "{\"log\":\"a\\n\"}"]);
        check("{\"log\":\"a\"}\n\0{\"log\":\"b\"}", &["{\"log\":\"a\"}", "\0", "{\"log\":\"b\"}"]);
        check("{\"log\":\"to\0\0{\"log\":\"b\"}", &["{\"log\":\"to", "\0\0", "{\"log\":\"b\"}"]);
        check("{\"log\":\"a\0b\"}\n\0", &["{\"log\":\"a\0b\"}", "\0"]);
    }
}

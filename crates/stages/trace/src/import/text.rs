//! Lines and fields of text formats: read with bounds, and never guessed. Which field means what is
//! the affair of each reader.

use std::{
    io::{self, BufRead},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use bakas_model::{Country, Day, Timestamp, time::days_from_civil};
use ipnet::IpNet;

use super::{Account, ImportError};
use crate::Range;

/// Longest line, in bytes. A longer one is a reject, and reading goes on behind it.
pub const LINE_BYTES_LIMIT: usize = 64 << 10;
/// Most lines that one quoted CSV record may have.
pub const RECORD_LINES_LIMIT: usize = 200;
/// Longest name that is kept, in characters; the rest is cut off.
pub const TEXT_CHARS_LIMIT: usize = 200;
/// Longest passage that is quoted, in characters; the rest is cut off, and the cut is marked.
pub const PASSAGE_CHARS_LIMIT: usize = 1_000;

const TOO_LONG: &str = "the line is too long";
const NOT_UTF8: &str = "the line is not UTF-8";
const OPEN_QUOTE: &str = "a quote is not closed";

/// The lines of an input, one at a time.
pub(super) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    number: u64,
    buffer: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, number: 0, buffer: Vec::new() }
    }

    /// The next line that can be read, with its number from 1, without its end. What cannot be
    /// read is counted.
    pub(super) fn next(
        &mut self,
        account: &mut Account,
    ) -> Result<Option<(u64, &str)>, ImportError> {
        loop {
            let Some(whole) = self.fill().map_err(|error| account.io(error))? else {
                return Ok(None);
            };
            if !whole {
                account.reject(self.number, TOO_LONG, &String::from_utf8_lossy(&self.buffer));
            } else if std::str::from_utf8(&self.buffer).is_err() {
                account.reject(self.number, NOT_UTF8, &String::from_utf8_lossy(&self.buffer));
            } else {
                break;
            }
        }
        let text = std::str::from_utf8(&self.buffer).expect("looked at above");
        let text = if self.number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        Ok(Some((self.number, text)))
    }

    /// Reads one line into the buffer: `None` at the end, `false` where it was too long.
    fn fill(&mut self) -> io::Result<Option<bool>> {
        self.buffer.clear();
        let (mut seen, mut whole) = (false, true);
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            if !seen {
                (seen, self.number) = (true, self.number + 1);
            }
            let end = chunk.iter().position(|&byte| byte == b'\n');
            let taken = end.unwrap_or(chunk.len());
            let room = LINE_BYTES_LIMIT - self.buffer.len();
            whole &= taken <= room;
            self.buffer.extend(chunk.iter().take(taken.min(room)));
            let used = taken + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                break;
            }
        }
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        Ok(seen.then_some(whole))
    }

    /// The next CSV record (RFC 4180) with the number of its first line and its fields: quotes may
    /// hold separators and line ends. Blank lines and comments are passed over.
    pub(super) fn record(
        &mut self,
        separator: char,
        account: &mut Account,
    ) -> Result<Option<(u64, Vec<String>)>, ImportError> {
        loop {
            let Some((number, line)) = self.next(account)? else { return Ok(None) };
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let mut text = line.to_owned();
            let mut lines = 1;
            while text.matches('"').count() % 2 == 1 {
                if lines == RECORD_LINES_LIMIT || text.len() > LINE_BYTES_LIMIT {
                    break;
                }
                let Some((_, more)) = self.next(account)? else { break };
                text.push('\n');
                text.push_str(more);
                lines += 1;
            }
            match fields(&text, separator) {
                Some(fields) => return Ok(Some((number, fields))),
                None => account.reject(number, OPEN_QUOTE, &text),
            }
        }
    }
}

/// The fields of one record; `None` where a quote is not closed. A blank before a quote is
/// forgiven, for lists that people write by hand.
pub(super) fn fields(text: &str, separator: char) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let (mut quoted, mut was_quoted) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.trim().is_empty() && !was_quoted => {
                field.clear();
                (quoted, was_quoted) = (true, true);
            }
            c if c == separator && !quoted => {
                fields.push(std::mem::take(&mut field));
                was_quoted = false;
            }
            c => field.push(c),
        }
    }
    fields.push(field);
    (!quoted).then_some(fields)
}

/// A name as it is kept: without control characters, blanks at its ends, or great length.
pub(super) fn name(text: &str) -> String {
    let plain = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(TEXT_CHARS_LIMIT).collect()
}

/// A passage as it is kept: in one line, and cut, visibly, where it is long.
pub(super) fn passage(text: &str) -> String {
    let mut plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    plain.retain(|c| !c.is_control());
    if let Some((cut, _)) = plain.char_indices().nth(PASSAGE_CHARS_LIMIT) {
        plain.truncate(cut);
        plain.push_str(" […]");
    }
    plain
}

/// An address, a CIDR block, or two addresses with `-` between them.
pub(super) fn range(text: &str) -> Option<Range> {
    let text = text.trim();
    if let Some((first, last)) = text.split_once('-') {
        return Range::new(address(first)?, address(last)?);
    }
    network(text).map(Range::from)
}

/// An address or a CIDR block; bits behind the prefix are dropped.
pub(super) fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    net.ok().map(|net| net.trunc())
}

/// An address, also written as one decimal number: up to 32 bits it is IPv4.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u128 = text.parse().ok()?;
    Some(match u32::try_from(number) {
        Ok(number) => Ipv4Addr::from_bits(number).into(),
        Err(_) => Ipv6Addr::from_bits(number).into(),
    })
}

/// A network's number, with or without `AS`, plain or in the older dotted form (RFC 5396).
pub(super) fn asn(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = match text.get(..2) {
        Some(letters) if letters.eq_ignore_ascii_case("as") => text.get(2..)?.trim_start(),
        _ => text,
    };
    if digits.starts_with('+') {
        return None;
    }
    if let Some((high, low)) = digits.split_once('.') {
        let (high, low): (u16, u16) = (high.parse().ok()?, low.parse().ok()?);
        return Some(u32::from(high) << 16 | u32::from(low));
    }
    digits.parse().ok()
}

/// A country's two letters. `ZZ` stands for "unknown" in the registries' files.
pub(super) fn country(text: &str) -> Option<Country> {
    Country::new(text.trim()).filter(|country| country.as_str() != "ZZ")
}

/// A day as `20260105`, `2026-01-05`, or the beginning of a time that begins so.
pub(super) fn day(text: &str) -> Option<Day> {
    let text = text.trim();
    let part = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i32>().ok())?
    };
    let (year, month, day, end) = match text.as_bytes().get(4) {
        Some(b'-' | b'/' | b'_') if text.as_bytes().get(7) == text.as_bytes().get(4) => {
            (part(0, 4)?, part(5, 7)?, part(8, 10)?, 10)
        }
        _ => (part(0, 4)?, part(4, 6)?, part(6, 8)?, 8),
    };
    // Hours, minutes and seconds may follow; other digits make it another number.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if end == 8 && !matches!(digits, 8 | 10 | 12 | 14) {
        return None;
    }
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    if !(1970..2200).contains(&year) {
        return None;
    }
    Timestamp::from_civil(year, month, day, 0, 0, 0)?;
    Some(Day(days_from_civil(year, month, day)))
}

/// The day of a number of seconds since 1970.
pub(super) fn day_of_seconds(seconds: u64) -> Option<Day> {
    let seconds = i64::try_from(seconds).ok().filter(|&seconds| seconds < 7_258_118_400)?;
    (seconds > 0).then(|| Timestamp::from_seconds(seconds).day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_may_hold_quotes_separators_and_line_ends() {
        let text = "a,\"b, \"\"c\"\"\",d\n# comment\n\n1, \"x\ny\",3\nbad,\"open\n";
        let mut account = Account::default();
        let mut bytes = text.as_bytes();
        let mut lines = Lines::new(&mut bytes);
        let mut seen = Vec::new();
        while let Some(record) = lines.record(',', &mut account).unwrap() {
            seen.push(record);
        }
        let expected = |fields: &[&str]| fields.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>();
        assert_eq!(seen[0], (1, expected(&["a", "b, \"c\"", "d"])));
        assert_eq!(seen[1], (4, expected(&["1", "x\ny", "3"])));
        assert_eq!(seen.len(), 2);
        assert_eq!(account.samples[0].line, 6);
        assert_eq!(account.rejects[OPEN_QUOTE], 1);
    }

    #[test]
    fn a_line_that_is_too_long_is_counted_and_the_next_one_is_read() {
        let check = |length: usize, rejects: u64| {
            let text = format!("{}\nnext\n", "x".repeat(length));
            let mut account = Account::default();
            let mut bytes = text.as_bytes();
            let mut lines = Lines::new(&mut bytes);
            let mut last = String::new();
            while let Some((_, line)) = lines.next(&mut account).unwrap() {
                line.clone_into(&mut last);
            }
            assert_eq!((account.rejected(), last.as_str()), (rejects, "next"), "{length}");
        };
        check(LINE_BYTES_LIMIT, 0);
        check(LINE_BYTES_LIMIT + 1, 1);
        check(LINE_BYTES_LIMIT * 3, 1);
    }

    #[test]
    fn a_quote_that_swallows_the_file_is_bounded() {
        let text = format!("\"{}", "line\n".repeat(RECORD_LINES_LIMIT + 1));
        let mut account = Account::default();
        let mut bytes = text.as_bytes();
        let mut lines = Lines::new(&mut bytes);
        let mut records = 0;
        while lines.record(',', &mut account).unwrap().is_some() {
            records += 1;
        }
        assert_eq!((account.rejected(), records), (1, 1), "reading goes on behind the bound");
    }

    #[test]
    fn fields_are_what_they_say_or_nothing() {
        assert_eq!(asn(" AS64500 "), Some(64500));
        assert_eq!(asn("1.10"), Some(65546));
        for wrong in ["", "AS", "AS-1", "+5", "4294967296", "1.70000", "é1"] {
            assert_eq!(asn(wrong), None, "{wrong}");
        }
        assert_eq!(address("16777216").unwrap().to_string(), "1.0.0.0");
        assert_eq!(
            address("42540766411282592856903984951653826560").unwrap().to_string(),
            "2001:db8::"
        );
        assert!(address("010.0.0.1").is_none() && address("-1").is_none());
        assert_eq!(network("192.0.2.77/24").unwrap().to_string(), "192.0.2.0/24");
        assert_eq!(range("192.0.2.9-192.0.2.20").unwrap().span(), 11);
        assert!(range("192.0.2.9-192.0.2.1").is_none());
        for (text, shown) in [
            ("20260105", Some("2026-01-05")),
            ("2026-01-05T08:00:00Z", Some("2026-01-05")),
            ("20260105.1200", Some("2026-01-05")),
            ("20260105120000", Some("2026-01-05")),
            ("202601051", None),
            ("20260230", None),
            ("2026-13-01", None),
            ("00000000", None),
        ] {
            assert_eq!(day(text).map(|day| day.to_string()).as_deref(), shown, "{text}");
        }
        assert_eq!(name(" a\x1b[2Jb "), "a [2Jb");
        assert_eq!(name(&"x".repeat(TEXT_CHARS_LIMIT + 1)).len(), TEXT_CHARS_LIMIT);
        assert!(country("ZZ").is_none() && country("ph").is_some());
    }
}

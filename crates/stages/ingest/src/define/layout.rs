//! Times by a layout of conversions such as `%d/%b/%Y %H:%M:%S%.f %z` (the letters of POSIX
//! strptime, and `%f`, `%.f`, `%z`). Compiled once; read without allocation.

use bakas_model::Timestamp;

use crate::clock::{Clock, Written, fraction, month};

/// A compiled layout.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    parts: Vec<Part>,
    infer_year: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Byte(u8),
    /// Blanks, any number.
    Blank,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Hour,
    Hour12,
    Minute,
    Second,
    /// Digits of a second's fraction, with their point where it stands before them.
    Fraction {
        with_point: bool,
    },
    Half,
    Zone,
    ZoneName,
    Weekday,
    Epoch,
}

impl Layout {
    /// The layout that a text spells.
    pub(crate) fn compile(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut bytes = text.bytes().peekable();
        while let Some(byte) = bytes.next() {
            if byte.is_ascii_whitespace() {
                parts.push(Part::Blank);
                continue;
            }
            if byte != b'%' {
                parts.push(Part::Byte(byte));
                continue;
            }
            let code = bytes.next().ok_or("the layout ends with %")?;
            let found: &[Part] = match code {
                b'Y' => &[Part::Year],
                b'y' => &[Part::ShortYear],
                b'm' => &[Part::Month],
                b'b' | b'B' | b'h' => &[Part::MonthName],
                b'd' | b'e' => &[Part::Day],
                b'j' => &[Part::DayOfYear],
                b'H' | b'k' => &[Part::Hour],
                b'I' | b'l' => &[Part::Hour12],
                b'M' => &[Part::Minute],
                b'S' => &[Part::Second],
                b'f' | b'N' => &[Part::Fraction { with_point: false }],
                b'.' if bytes.next() == Some(b'f') => &[Part::Fraction { with_point: true }],
                b'p' | b'P' => &[Part::Half],
                b'z' | b':' => {
                    if code == b':' && bytes.next() != Some(b'z') {
                        return Err("'%:' is followed by z".to_owned());
                    }
                    &[Part::Zone]
                }
                b'Z' => &[Part::ZoneName],
                b'a' | b'A' => &[Part::Weekday],
                b's' => &[Part::Epoch],
                b'T' => {
                    &[Part::Hour, Part::Byte(b':'), Part::Minute, Part::Byte(b':'), Part::Second]
                }
                b'R' => &[Part::Hour, Part::Byte(b':'), Part::Minute],
                b'F' => &[Part::Year, Part::Byte(b'-'), Part::Month, Part::Byte(b'-'), Part::Day],
                b'D' => {
                    &[Part::Month, Part::Byte(b'/'), Part::Day, Part::Byte(b'/'), Part::ShortYear]
                }
                b'n' | b't' => &[Part::Blank],
                b'%' => &[Part::Byte(b'%')],
                _ => return Err(format!("the layout '{text}' has a conversion that is not known")),
            };
            parts.extend_from_slice(found);
        }
        let has = |wanted: &[Part]| parts.iter().any(|part| wanted.contains(part));
        let has_day =
            has(&[Part::DayOfYear]) || (has(&[Part::Day]) && has(&[Part::Month, Part::MonthName]));
        let has_clock = has(&[Part::Hour, Part::Hour12]);
        if !(has(&[Part::Epoch]) || has_day && has_clock) {
            return Err(format!("the layout '{text}' has no month, day and hour"));
        }
        Ok(Self { parts, infer_year: false })
    }

    /// Whether a year may be missing, and is then inferred.
    pub(crate) fn inferring_year(mut self, infer: bool) -> Result<Self, String> {
        let has_year =
            self.parts.iter().any(|p| matches!(p, Part::Year | Part::ShortYear | Part::Epoch));
        if !has_year && !infer {
            return Err("the layout has no year: say year = \"infer\"".to_owned());
        }
        self.infer_year = infer && !has_year;
        Ok(self)
    }

    /// The time that a text writes in this layout, whole.
    pub(crate) fn read(&self, text: &str, clock: &mut Clock) -> Option<Timestamp> {
        let mut written = Written::default();
        let (mut is_afternoon, mut day_of_year, mut epoch) = (None, None, None);
        let mut left = text.trim_ascii().as_bytes();
        for part in &self.parts {
            match part {
                Part::Byte(byte) => left = left.strip_prefix(&[*byte])?,
                Part::Blank => left = left.trim_ascii_start(),
                Part::Year => written.year = Some(number(&mut left, 4, 4)?),
                Part::ShortYear => {
                    let year = number(&mut left, 2, 2)?;
                    written.year = Some(if year < 69 { 2000 + year } else { 1900 + year });
                }
                Part::Month => written.month = number(&mut left, 1, 2)? as u8,
                Part::MonthName => written.month = month_name(&mut left)?,
                Part::Day => {
                    left = left.trim_ascii_start();
                    written.day = number(&mut left, 1, 2)? as u8;
                }
                Part::DayOfYear => day_of_year = Some(number(&mut left, 1, 3)?),
                Part::Hour | Part::Hour12 => {
                    left = left.trim_ascii_start();
                    written.hour = number(&mut left, 1, 2)? as u8;
                }
                Part::Minute => written.minute = number(&mut left, 2, 2)? as u8,
                Part::Second => written.second = number(&mut left, 2, 2)? as u8,
                Part::Fraction { with_point } => {
                    written.micros = second_fraction(&mut left, *with_point)?;
                }
                Part::Half => is_afternoon = Some(half(&mut left)?),
                Part::Zone => written.east = Some(zone(&mut left)?),
                Part::ZoneName => {
                    let name = word(&mut left)?;
                    if matches!(name, b"UTC" | b"GMT" | b"Z") {
                        written.east = Some(0);
                    }
                }
                Part::Weekday => {
                    word(&mut left)?;
                }
                Part::Epoch => epoch = Some(seconds(&mut left)?),
            }
        }
        if !left.trim_ascii_start().is_empty() {
            return None;
        }
        if let Some(seconds) = epoch {
            return clock
                .epoch_micros(seconds.checked_mul(1_000_000)?.checked_add(written.micros)?);
        }
        if let Some(afternoon) = is_afternoon {
            if !(1..=12).contains(&written.hour) {
                return None;
            }
            written.hour = written.hour % 12 + if afternoon { 12 } else { 0 };
        }
        if let Some(day) = day_of_year {
            (written.month, written.day) = month_and_day(written.year?, day)?;
        }
        if !self.infer_year && written.year.is_none() {
            return None;
        }
        clock.civil(&written)
    }
}

fn number(left: &mut &[u8], least: usize, most: usize) -> Option<i32> {
    let count = left.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = left.split_at_checked(count).filter(|_| count >= least)?;
    *left = rest;
    Some(digits.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')))
}

fn word<'t>(left: &mut &'t [u8]) -> Option<&'t [u8]> {
    let count = left.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, rest) = left.split_at_checked(count).filter(|_| count > 0)?;
    *left = rest;
    Some(word)
}

/// A month's English name, whole or its first three letters.
fn month_name(left: &mut &[u8]) -> Option<u8> {
    const WHOLE: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word(left)?;
    let number = month(word.get(..3)?)?;
    let whole = WHOLE.get(usize::from(number) - 1)?;
    (word.len() == 3 || word.eq_ignore_ascii_case(whole.as_bytes())).then_some(number)
}

fn half(left: &mut &[u8]) -> Option<bool> {
    let word = word(left)?;
    if word.eq_ignore_ascii_case(b"pm") {
        Some(true)
    } else {
        word.eq_ignore_ascii_case(b"am").then_some(false)
    }
}

fn second_fraction(left: &mut &[u8], with_point: bool) -> Option<i64> {
    if with_point {
        let (micros, rest) = fraction(left);
        *left = rest;
        return Some(micros);
    }
    let count = left.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = left.split_at_checked(count).filter(|_| count > 0)?;
    *left = rest;
    let at = |i: usize| digits.get(i).map_or(0, |digit| i64::from(digit - b'0'));
    Some((0..6).fold(0, |sum, i| sum * 10 + at(i)))
}

/// Seconds east of UTC: `+0800`, `+08:00`, `+08`, `Z`.
fn zone(left: &mut &[u8]) -> Option<i64> {
    let (sign, rest) = left.split_first()?;
    *left = rest;
    let east = match sign {
        b'Z' | b'z' => return Some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = number(left, 2, 2)?;
    *left = left.strip_prefix(b":").unwrap_or(left);
    let minutes =
        if left.first().is_some_and(u8::is_ascii_digit) { number(left, 2, 2)? } else { 0 };
    (hours <= 18 && minutes <= 59).then(|| east * i64::from(hours * 3600 + minutes * 60))
}

fn seconds(left: &mut &[u8]) -> Option<i64> {
    let count = left.iter().take(12).take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = left.split_at_checked(count).filter(|_| count > 0)?;
    *left = rest;
    Some(digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}

fn month_and_day(year: i32, day: i32) -> Option<(u8, u8)> {
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let february = if is_leap { 29 } else { 28 };
    let mut left = day;
    for (days, month) in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().zip(1..)
    {
        if left <= days {
            return (left > 0).then_some((month, left as u8));
        }
        left -= days;
    }
    None
}

#[cfg(test)]
mod tests {
    use bakas_model::{Day, SourceClock};

    use super::*;

    fn read(layout: &str, text: &str, infer: bool) -> Option<String> {
        let layout = Layout::compile(layout).unwrap().inferring_year(infer).unwrap();
        let source = SourceClock {
            zone: Some("+08:00".into()),
            year_reference: Some(Day(20_485)),
            ..SourceClock::default()
        };
        layout.read(text, &mut Clock::new(&source)).map(|time| time.to_string())
    }

    #[test]
    fn layouts_read_what_they_spell() {
        let check = |layout: &str, text: &str, expected: Option<&str>| {
            let infer = !layout.contains(['Y', 'y', 's', 'F', 'D']);
            assert_eq!(read(layout, text, infer).as_deref(), expected, "{layout} {text}");
        };
        let at = Some("2026-01-05T08:07:06Z");
        check("%d/%b/%Y:%H:%M:%S %z", "05/Jan/2026:16:07:06 +0800", at);
        check("%Y-%m-%d %H:%M:%S%.f", "2026-01-05 16:07:06", at);
        check("%Y-%m-%d %H:%M:%S%.f", "2026-01-05 16:07:06.25", Some("2026-01-05T08:07:06.250Z"));
        check("%b %e %H:%M:%S", "Jan  5 16:07:06", at);
        check(
            "%a %b %d %H:%M:%S.%f %Y",
            "Mon Jan 05 16:07:06.000001 2026",
            Some("2026-01-05T08:07:06.000001Z"),
        );
        check("%m/%d/%Y %I:%M:%S %p", "1/5/2026 4:07:06 PM", at);
        check("%m/%d/%y %I:%M:%S %p", "1/5/26 12:07:06 am", Some("2026-01-04T16:07:06Z"));
        check("%F %T %Z", "2026-01-05 08:07:06 UTC", at);
        check("%B %d, %Y %R", "January 5, 2026 16:07", Some("2026-01-05T08:07:00Z"));
        check("%Y %j %T", "2026 005 16:07:06", at);
        check("%s.%f", "1767600426.5", Some("2026-01-05T08:07:06.500Z"));
        check(
            "%Y-%m-%dT%H:%M:%S%.f%:z",
            "2026-01-05T16:07:06,5+08:00",
            Some("2026-01-05T08:07:06.500Z"),
        );
        for wrong in
            ["2026-13-05 16:07:06", "2026-01-05 16:07:06 x", "2026-01-05", "", "26-1-5 1:1:1"]
        {
            check("%Y-%m-%d %H:%M:%S", wrong, None);
        }
        check("%b %e %H:%M:%S", "Foo  5 16:07:06", None);
        check("%m/%d/%Y %I:%M:%S %p", "1/5/2026 16:07:06 PM", None);
        check("%Y %j %T", "2026 366 16:07:06", None);
    }

    #[test]
    fn other_layouts_are_refused() {
        for text in ["%Q", "%", "%Y-%m-%d", "%H:%M:%S", "%:x %s", "%.x %s"] {
            assert!(Layout::compile(text).is_err(), "{text}");
        }
        assert!(Layout::compile("%b %e %T").unwrap().inferring_year(false).is_err());
    }
}

//! Parts of a date, as it is written: zones are neither read nor applied (Sigma modifiers
//! appendix, "Time Modifiers").

use bakas_model::{Timestamp, time::days_from_civil};
use bakas_sigma::TimePart;

/// A date and perhaps a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    year: i32,
    month: u8,
    day: u8,
    /// Hour and minute, where they are written.
    clock: Option<(u8, u8)>,
}

impl Date {
    /// The date of a moment, in UTC.
    pub(crate) fn of(time: Timestamp) -> Self {
        let (year, month, day, hour, minute, _) = time.civil();
        Self { year, month, day, clock: Some((hour, minute)) }
    }

    /// The date at the start of a text: `2026-01-31`, and the time after `T` or a blank.
    pub(crate) fn written(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| -> Option<i32> {
            let digits = bytes.get(from..to)?;
            let all = digits.iter().all(u8::is_ascii_digit);
            all.then(|| digits.iter().fold(0, |sum, b| sum * 10 + i32::from(b - b'0')))
        };
        let small = |from, to| number(from, to).and_then(|n| u8::try_from(n).ok());
        if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        let (year, month, day) = (number(0, 4)?, small(5, 7)?, small(8, 10)?);
        Timestamp::from_civil(year, month, day, 0, 0, 0)?;
        let clock = match (bytes.get(10), bytes.get(13)) {
            (Some(b'T' | b't' | b' '), Some(b':')) => small(11, 13).zip(small(14, 16)),
            _ => None,
        };
        Some(Self { year, month, day, clock: clock.filter(|&(h, m)| h < 24 && m < 60) })
    }

    /// A part; 0 for a part of a day that is not written.
    pub(crate) fn part(self, part: TimePart) -> i64 {
        self.part_if_written(part).unwrap_or_default()
    }

    /// A part, where it is written.
    pub(crate) fn part_if_written(self, part: TimePart) -> Option<i64> {
        Some(match part {
            TimePart::Minute => self.clock?.1.into(),
            TimePart::Hour => self.clock?.0.into(),
            TimePart::Day => self.day.into(),
            TimePart::Week => self.week(),
            TimePart::Month => self.month.into(),
            TimePart::Year => self.year.into(),
        })
    }

    /// The week of ISO 8601: the one that holds the year's first Thursday is the first.
    fn week(self) -> i64 {
        let days = i64::from(days_from_civil(self.year, self.month, self.day));
        // 1970-01-01 was a Thursday; Monday is 0.
        let thursday = days - (days + 3).rem_euclid(7) + 3;
        let (year, ..) = bakas_model::Day(i32::try_from(thursday).unwrap_or_default()).civil();
        (thursday - i64::from(days_from_civil(year, 1, 1))) / 7 + 1
    }
}

/// A moment from a number that counts seconds, milliseconds or microseconds since 1970: whichever
/// gives a date of our time.
pub(crate) fn epoch(number: i64) -> Timestamp {
    let micros = match number.unsigned_abs() {
        0..100_000_000_000 => number.saturating_mul(1_000_000),
        100_000_000_000..100_000_000_000_000 => number.saturating_mul(1000),
        _ => number,
    };
    Timestamp::default().plus_micros(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_written() {
        let check = |text: &str, part, expected| {
            let found = Date::written(text).and_then(|date| date.part_if_written(part));
            assert_eq!(found, expected, "{text} {part:?}");
        };
        check("2026-01-05T23:59:01+08:00", TimePart::Hour, Some(23));
        check("2026-01-05 08:07", TimePart::Minute, Some(7));
        check("2026-01-05", TimePart::Hour, None);
        check("2026-01-05", TimePart::Day, Some(5));
        check("2026-01-01", TimePart::Week, Some(1));
        check("2027-01-01", TimePart::Week, Some(53));
        check("2024-12-30", TimePart::Week, Some(1));
        check("05/Jan/2026", TimePart::Year, None);
        check("2026-02-30", TimePart::Day, None);
    }

    #[test]
    fn epochs_of_any_unit_give_the_same_day() {
        for number in [1_767_571_200, 1_767_571_200_000, 1_767_571_200_000_000] {
            assert_eq!(epoch(number).to_string(), "2026-01-05T00:00:00Z");
        }
    }
}

//! Points in time and days, in UTC. Clocks and zones of sources are in [`crate::source`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Microseconds since 1970-01-01T00:00:00Z; written and read as RFC 3339.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Whole days since 1970-01-01, in UTC.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i32);

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Seconds in a day.
pub const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    /// The earliest time that is kept: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800 * MICROS_PER_SECOND);
    /// The latest time that is kept: 9999-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_402_300_799 * MICROS_PER_SECOND);

    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// From a proleptic Gregorian date and time of day, in UTC, or `None` where there is no such
    /// time. A leap second (60) is read as the first moment of the next minute.
    #[must_use]
    pub const fn from_civil(
        year: i32,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
    ) -> Option<Self> {
        if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 {
            return None;
        }
        if day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let days = days_from_civil(year, month, day) as i64;
        let seconds =
            days * SECONDS_PER_DAY + hour as i64 * 3600 + minute as i64 * 60 + second as i64;
        Some(Self(seconds * MICROS_PER_SECOND))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// The day it falls on, in UTC.
    #[must_use]
    pub const fn day(self) -> Day {
        Day(self.as_seconds().div_euclid(SECONDS_PER_DAY) as i32)
    }

    /// This time moved by microseconds, held within [`Self::MIN`] and [`Self::MAX`].
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds from `earlier` to this time; negative where it is later.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Year, month, day, hour, minute, second in UTC.
    #[must_use]
    pub const fn civil(self) -> (i32, u8, u8, u8, u8, u8) {
        let (year, month, day) = self.day().civil();
        let second = self.as_seconds().rem_euclid(SECONDS_PER_DAY);
        (year, month, day, (second / 3600) as u8, (second / 60 % 60) as u8, (second % 60) as u8)
    }
}

impl Day {
    /// Year, month and day of month.
    #[must_use]
    pub const fn civil(self) -> (i32, u8, u8) {
        // Howard Hinnant's days-to-civil arithmetic over 400-year eras.
        let z = self.0 as i64 + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u8;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u8;
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year as i32, month, day)
    }

    /// Its first moment.
    #[must_use]
    pub const fn start(self) -> Timestamp {
        Timestamp::from_seconds(self.0 as i64 * SECONDS_PER_DAY)
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian date.
#[must_use]
pub const fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let year = if month <= 2 { year - 1 } else { year } as i64;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month as i64 - 3 } else { month as i64 + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day as i64 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) as i32
}

/// Days in a month of the Gregorian calendar.
#[must_use]
pub const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let micros = self.0.rem_euclid(MICROS_PER_SECOND);
        match micros {
            0 => f.write_str("Z"),
            m if m % 1000 == 0 => write!(f, ".{:03}Z", m / 1000),
            m => write!(f, ".{m:06}Z"),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// What is wrong with a text that should be a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time or a date: '{0}' (write 2026-01-31T08:00:00+08:00 or 2026-01-31)")]
pub struct TimeParseError(pub String);

impl FromStr for Timestamp {
    type Err = TimeParseError;

    /// Reads RFC 3339, with `T` or a blank between date and time, or a date alone (its start, UTC).
    fn from_str(text: &str) -> Result<Self, TimeParseError> {
        let wrong = || TimeParseError(text.chars().take(64).collect());
        if let Ok(date) = text.parse::<jiff::civil::Date>()
            && text.len() == 10
        {
            return Self::from_civil(
                date.year().into(),
                date.month() as u8,
                date.day() as u8,
                0,
                0,
                0,
            )
            .ok_or_else(wrong);
        }
        let parsed: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        Ok(Self(parsed.as_microsecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_round_trips_over_eras() {
        for days in (-719_162..2_932_896).step_by(97) {
            let (y, m, d) = Day(days).civil();
            assert_eq!(days_from_civil(y, m, d), days);
        }
    }

    #[test]
    fn agrees_with_jiff() {
        for seconds in (-60_000_000_000_i64..250_000_000_000).step_by(123_456_789) {
            let ours = Timestamp::from_seconds(seconds).to_string();
            let theirs = jiff::Timestamp::from_second(seconds).unwrap().to_string();
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn reads_what_people_write() {
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), expected);
        };
        check("2026-01-31", "2026-01-31T00:00:00Z");
        check("2026-01-31T08:00:00+08:00", "2026-01-31T00:00:00Z");
        check("2026-01-31 08:00:00.25+08:00", "2026-01-31T00:00:00.250Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert!("2026-01-31T08:00:00".parse::<Timestamp>().is_err(), "a time needs its zone");
    }

    #[test]
    fn refuses_times_that_are_not() {
        assert!(Timestamp::from_civil(2026, 2, 29, 0, 0, 0).is_none());
        assert!(Timestamp::from_civil(2024, 2, 29, 0, 0, 0).is_some());
        assert!(Timestamp::from_civil(2026, 1, 1, 24, 0, 0).is_none());
        let leap = Timestamp::from_civil(2016, 12, 31, 23, 59, 60).unwrap();
        assert_eq!(leap.to_string(), "2017-01-01T00:00:00Z");
    }
}

//! Written times into UTC by a source's clock: the zone of records that carry none, the year of
//! records that carry none, the offset of a clock that is off. It never asks the machine's clock.

use bakas_model::{Day, SourceClock, Timestamp, time::MICROS_PER_SECOND};
use jiff::{civil, tz::TimeZone};

use crate::year::Years;

/// Reads a source's times. It remembers the last hour it read, for lines come in order.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: Zone,
    offset_micros: i64,
    year_reference: Option<Day>,
    /// `17/May/2015:10` and ` +0000` of the last access log line, with the start of that hour.
    hour: ([u8; 14], [u8; 6], i64),
    /// Month, day, hour and minute of the last line without a year, with the start of that minute.
    minute: Option<([u8; 4], i64)>,
    /// Years that were counted, where they were.
    years: Option<Years>,
}

#[derive(Clone, Debug)]
enum Zone {
    /// Seconds east of UTC.
    Fixed(i64),
    Named(TimeZone),
}

/// A civil time with microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Civil {
    year: i32,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    micros: i64,
}

/// Whether a zone is known: `UTC`, a fixed offset such as `+08:00`, or an IANA name.
#[must_use]
pub fn is_known_zone(name: &str) -> bool {
    Zone::parse(name).is_some()
}

impl Zone {
    fn parse(name: &str) -> Option<Self> {
        let trimmed = name.trim();
        if trimmed.is_empty() || trimmed.eq_ignore_ascii_case("utc") || trimmed == "Z" {
            return Some(Self::Fixed(0));
        }
        let offset = trimmed.strip_prefix("UTC").or_else(|| trimmed.strip_prefix("GMT"));
        if let Some(seconds) = fixed_offset(offset.unwrap_or(trimmed).as_bytes()) {
            return Some(Self::Fixed(seconds));
        }
        TimeZone::get(trimmed).ok().map(Self::Named)
    }

    fn to_utc(&self, c: Civil) -> Option<i64> {
        let as_if_utc =
            Timestamp::from_civil(c.year, c.month, c.day, c.hour, c.minute, c.second)?.as_micros();
        let micros = match self {
            Self::Fixed(seconds) => as_if_utc - seconds * MICROS_PER_SECOND,
            Self::Named(zone) => {
                let seconds = as_if_utc.div_euclid(MICROS_PER_SECOND);
                // Minutes are enough: no zone changes within one.
                let minute = seconds - seconds.rem_euclid(60);
                let (y, mo, d, h, mi, _) = Timestamp::from_seconds(minute).civil();
                let local = civil::DateTime::new(
                    y.try_into().ok()?,
                    mo.try_into().ok()?,
                    d.try_into().ok()?,
                    h.try_into().ok()?,
                    mi.try_into().ok()?,
                    0,
                    0,
                )
                .ok()?;
                let at = zone.to_ambiguous_timestamp(local).compatible().ok()?;
                at.as_microsecond() + (seconds - minute) * MICROS_PER_SECOND
            }
        };
        Some(micros + c.micros)
    }
}

impl Clock {
    /// A zone that is not known counts as UTC; whoever reads configuration asks [`is_known_zone`].
    pub(crate) fn new(clock: &SourceClock) -> Self {
        let zone = clock.zone.as_deref().and_then(Zone::parse).unwrap_or(Zone::Fixed(0));
        Self {
            zone,
            offset_micros: clock.offset_micros,
            year_reference: clock.year_reference,
            hour: ([0; 14], [0; 6], 0),
            minute: None,
            years: None,
        }
    }

    /// Begins a chunk: what lines before it said of the year.
    pub(crate) fn begin(&mut self, years: Option<Years>) {
        (self.years, self.minute) = (years, None);
    }

    /// A time that is in UTC already, corrected by the source's offset.
    pub(crate) fn shifted(&self, time: Timestamp) -> Timestamp {
        self.correct(time.as_micros())
    }

    fn correct(&self, micros: i64) -> Timestamp {
        let in_range = micros.clamp(Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros());
        Timestamp::from_micros(in_range).plus_micros(self.offset_micros)
    }

    /// An access log's time without its brackets: `17/May/2015:10:05:03 +0000`, also with a
    /// fraction of a second, without a zone, or as ISO 8601.
    pub(crate) fn access(&mut self, text: &str) -> Option<Timestamp> {
        let bytes = text.as_bytes();
        if let Some(bytes) = bytes.first_chunk::<26>()
            && text.len() == 26
            && bytes[14] == b':'
            && bytes[17] == b':'
        {
            let minute = two(bytes[15], bytes[16])?;
            let second = two(bytes[18], bytes[19])?;
            if minute > 59 || second > 60 {
                return None;
            }
            if bytes[..14] != self.hour.0 || bytes[20..] != self.hour.1 {
                self.read_hour(bytes)?;
            }
            let within = i64::from(minute) * 60 + i64::from(second);
            return Some(self.correct(self.hour.2 + within * MICROS_PER_SECOND));
        }
        self.access_slow(text)
    }

    fn read_hour(&mut self, bytes: &[u8; 26]) -> Option<()> {
        if bytes[20] != b' ' {
            return None;
        }
        let mut civil = access_date(&bytes[..14])?;
        (civil.minute, civil.second) = (0, 0);
        let east = fixed_offset(&bytes[21..])?;
        let start = Zone::Fixed(east).to_utc(civil)?;
        self.hour.0.copy_from_slice(&bytes[..14]);
        self.hour.1.copy_from_slice(&bytes[20..]);
        self.hour.2 = start;
        Some(())
    }

    fn access_slow(&self, text: &str) -> Option<Timestamp> {
        let bytes = text.as_bytes();
        let Some(mut civil) = bytes.get(..14).and_then(access_date) else { return self.iso(text) };
        let rest = bytes.get(14..)?;
        let [b':', m1, m2, b':', s1, s2, ..] = *rest else { return None };
        (civil.minute, civil.second) = (two(m1, m2)?, two(s1, s2)?);
        let (micros, rest) = fraction(rest.get(6..)?);
        civil.micros = micros;
        let micros = match rest {
            [] => self.zone.to_utc(civil)?,
            [b' ', zone @ ..] => Zone::Fixed(fixed_offset(zone)?).to_utc(civil)?,
            _ => return None,
        };
        Some(self.correct(micros))
    }

    /// ISO 8601 and RFC 3339, with `T` or a blank, with or without fraction and zone.
    pub(crate) fn iso(&self, text: &str) -> Option<Timestamp> {
        let (civil, rest) = iso_civil(text.as_bytes())?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let micros = match rest {
            [] => self.zone.to_utc(civil)?,
            b"Z" | b"z" | b"UTC" => Zone::Fixed(0).to_utc(civil)?,
            zone => Zone::Fixed(fixed_offset(zone)?).to_utc(civil)?,
        };
        Some(self.correct(micros))
    }

    /// As [`Self::iso`], but in UTC where no zone is written: what cloud providers mean.
    pub(crate) fn iso_utc(&self, text: &str) -> Option<Timestamp> {
        let (civil, rest) = iso_civil(text.as_bytes())?;
        if matches!(rest, [] | [b' ']) {
            return Some(self.correct(Zone::Fixed(0).to_utc(civil)?));
        }
        self.iso(text)
    }

    /// Seconds since 1970 with a fraction; from 1e11 on milliseconds, from 1e14 on microseconds,
    /// from 1e17 on nanoseconds.
    pub(crate) fn epoch(&self, number: f64) -> Option<Timestamp> {
        // Divided where it can be: a thousandth has no exact form, and is off by microseconds.
        let (times, by) = match number.abs() {
            n if !n.is_finite() || n >= 1e20 => return None,
            n if n >= 1e17 => (1.0, 1e3),
            n if n >= 1e14 => (1.0, 1.0),
            n if n >= 1e11 => (1e3, 1.0),
            _ => (1e6, 1.0),
        };
        let scaled = |part: f64| part * times / by;
        // Whole and fraction apart, for their product needs more digits than there are.
        let micros = scaled(number.trunc()) as i64 + scaled(number.fract()).round() as i64;
        self.epoch_micros(micros)
    }

    /// A time of RFC 3164, without a year: it lies at most one day after the reference, else in
    /// the year before. Without a reference the year is 1970, for any other would be invented.
    pub(crate) fn yearless(
        &mut self,
        (month, day): (u8, u8),
        (hour, minute, second): (u8, u8, u8),
        micros: i64,
    ) -> Option<Timestamp> {
        if second > 60 {
            return None;
        }
        let key = [month, day, hour, minute];
        let start = match self.minute {
            Some((known, start)) if known == key => start,
            _ => {
                let year = self.counted_year(month, day).or_else(|| self.year_of(month, day))?;
                let civil = Civil { year, month, day, hour, minute, second: 0, micros: 0 };
                let start = self.zone.to_utc(civil)?;
                self.minute = Some((key, start));
                start
            }
        };
        Some(self.correct(start + i64::from(second) * MICROS_PER_SECOND + micros))
    }

    /// The year by the order of dates, where the first record's is known.
    fn counted_year(&mut self, month: u8, day: u8) -> Option<i32> {
        let years = self.years.as_mut()?;
        let year = years.first + years.turns.step(month, day);
        Timestamp::from_civil(year, month, day, 0, 0, 0).map(|_| year)
    }

    pub(crate) fn year_of(&self, month: u8, day: u8) -> Option<i32> {
        let fits = |year| Timestamp::from_civil(year, month, day, 0, 0, 0);
        let Some(reference) = self.year_reference else {
            // 29 February needs a leap year.
            return [1970, 1972].into_iter().find(|&year| fits(year).is_some());
        };
        let last = Day(reference.0.saturating_add(1));
        let year = last.civil().0;
        (year - 8..=year).rev().find(|&y| fits(y).is_some_and(|t| t.day() <= last))
    }

    /// As [`Self::yearless`], with the year written; `is_utc` where a zone is written and UTC.
    pub(crate) fn with_year(
        &self,
        (year, month, day): (i32, u8, u8),
        (hour, minute, second): (u8, u8, u8),
        micros: i64,
        is_utc: bool,
    ) -> Option<Timestamp> {
        let civil = Civil { year, month, day, hour, minute, second, micros };
        let zone = if is_utc { &Zone::Fixed(0) } else { &self.zone };
        Some(self.correct(zone.to_utc(civil)?))
    }
}

/// A written time, part by part.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    /// `None`: to be inferred as in RFC 3164.
    pub(crate) year: Option<i32>,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
    pub(crate) micros: i64,
    /// Seconds east of UTC, where the record says so; else the source's zone counts.
    pub(crate) east: Option<i64>,
}

impl Clock {
    /// The time of written parts.
    pub(crate) fn civil(&mut self, written: &Written) -> Option<Timestamp> {
        let Written { year, month, day, hour, minute, second, micros, east } = *written;
        if second > 60 || minute > 59 {
            return None;
        }
        let Some(year) = year else {
            if east.is_none() {
                return self.yearless((month, day), (hour, minute, second), micros);
            }
            let year = self.counted_year(month, day).or_else(|| self.year_of(month, day))?;
            return self.civil(&Written { year: Some(year), ..*written });
        };
        let civil = Civil { year, month, day, hour, minute, second, micros };
        let micros = match east {
            Some(east) => Zone::Fixed(east).to_utc(civil)?,
            None => self.zone.to_utc(civil)?,
        };
        Some(self.correct(micros))
    }

    /// Microseconds since 1970; a number before the year 1 or behind 9999 is no time.
    pub(crate) fn epoch_micros(&self, micros: i64) -> Option<Timestamp> {
        let is_time = (Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()).contains(&micros);
        is_time.then(|| self.correct(micros))
    }
}

/// Two decimal digits.
pub(crate) fn two(tens: u8, ones: u8) -> Option<u8> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| tens * 10 + ones)
}

/// A month by its English abbreviation.
pub(crate) fn month(name: &[u8]) -> Option<u8> {
    const NAMES: [&[u8; 3]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)).map(|at| at as u8 + 1)
}

/// `17/May/2015:10` as the start of that hour.
fn access_date(bytes: &[u8]) -> Option<Civil> {
    let [d1, d2, b'/', m1, m2, m3, b'/', y1, y2, y3, y4, b':', h1, h2] = *bytes else {
        return None;
    };
    Some(Civil {
        year: i32::from(two(y1, y2)?) * 100 + i32::from(two(y3, y4)?),
        month: month(&[m1, m2, m3])?,
        day: two(d1, d2)?,
        hour: two(h1, h2)?,
        minute: 0,
        second: 0,
        micros: 0,
    })
}

/// The civil time at the start, and what follows it.
fn iso_civil(bytes: &[u8]) -> Option<(Civil, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<16>()?;
    let [y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, sep, h1, h2, b':', mi1, mi2] = *head else {
        return None;
    };
    if !matches!(sep, b'T' | b't' | b' ') {
        return None;
    }
    let (second, rest) = match rest {
        [b':', s1, s2, rest @ ..] => (two(*s1, *s2)?, rest),
        _ => (0, rest),
    };
    let (micros, rest) = fraction(rest);
    let civil = Civil {
        year: i32::from(two(y1, y2)?) * 100 + i32::from(two(y3, y4)?),
        month: two(mo1, mo2)?,
        day: two(d1, d2)?,
        hour: two(h1, h2)?,
        minute: two(mi1, mi2)?,
        second,
        micros,
    };
    Some((civil, rest))
}

/// Microseconds of `.123456789` at the start, and what follows.
pub(crate) fn fraction(bytes: &[u8]) -> (i64, &[u8]) {
    let [b'.' | b',', digits @ ..] = bytes else { return (0, bytes) };
    let length = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = digits.split_at(length);
    let micros = (0..6)
        .fold(0, |sum, at| sum * 10 + digits.get(at).map_or(0, |digit| i64::from(digit - b'0')));
    (micros, rest)
}

/// Seconds east of UTC: `+08:00`, `+0800`, `+8`, `-03`.
fn fixed_offset(bytes: &[u8]) -> Option<i64> {
    let (east, digits) = match bytes {
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match *digits {
        [h] => (two(b'0', h)?, 0),
        [h1, h2] => (two(h1, h2)?, 0),
        [h1, h2, m1, m2] | [h1, h2, b':', m1, m2] => (two(h1, h2)?, two(m1, m2)?),
        _ => return None,
    };
    if hours > 18 || minutes > 59 {
        return None;
    }
    Some(east * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: Option<&str>, reference: Option<&str>) -> Clock {
        let year_reference = reference.map(|r| r.parse::<Timestamp>().unwrap().day());
        Clock::new(&SourceClock {
            zone: zone.map(str::to_owned),
            year_reference,
            ..SourceClock::default()
        })
    }

    #[test]
    fn access_times() {
        let mut clock = clock(Some("+08:00"), None);
        let mut check = |text: &str, expected: Option<&str>| {
            let found = clock.access(text).map(|t| t.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("17/May/2015:10:05:03 +0000", Some("2015-05-17T10:05:03Z"));
        check("17/May/2015:10:06:60 +0000", Some("2015-05-17T10:07:00Z"));
        check("17/May/2015:10:06:59 +0800", Some("2015-05-17T02:06:59Z"));
        check("17/May/2015:10:06:59 -0330", Some("2015-05-17T13:36:59Z"));
        check("17/May/2015:10:05:03.25 +0000", Some("2015-05-17T10:05:03.250Z"));
        check("17/May/2015:10:05:03", Some("2015-05-17T02:05:03Z"));
        check("2015-05-17T10:05:03+00:00", Some("2015-05-17T10:05:03Z"));
        check("01/Jan/1970:00:00:00 +0000", Some("1970-01-01T00:00:00Z"));
        for wrong in [
            "17/Mai/2015:10:05:03 +0000",
            "31/Feb/2015:10:05:03 +0000",
            "17/May/2015:25:05:03 +0000",
            "17/May/2015:10:61:03 +0000",
            "17/May/2015:10:05:03 +9900",
            "17/May/2015:1x:05:03 +0000",
            "17/May/2015:10:\u{7f}\u{7f}:03 +0000",
            "",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn iso_times() {
        let clock = clock(Some("Asia/Manila"), None);
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(clock.iso(text).map(|t| t.to_string()).as_deref(), expected, "{text}");
        };
        check("2026-01-05T08:00:00Z", Some("2026-01-05T08:00:00Z"));
        check("2026-01-05T08:00:00.123456789+08:00", Some("2026-01-05T00:00:00.123456Z"));
        check("2026-01-05T08:00:00+0800", Some("2026-01-05T00:00:00Z"));
        check("2026-01-05 08:00:00", Some("2026-01-05T00:00:00Z"));
        check("2026-01-05 08:00:00 UTC", Some("2026-01-05T08:00:00Z"));
        check("2026-01-05", None);
        check("2026-13-05T08:00:00Z", None);
        for written in ["2026-01-05T08:00:00", "2026-01-05T08:00:00 ", "2026-01-05T08:00:00Z"] {
            assert_eq!(clock.iso_utc(written).unwrap().to_string(), "2026-01-05T08:00:00Z");
        }
    }

    #[test]
    fn epochs_in_any_unit() {
        let clock = clock(None, None);
        for number in [1_767_600_000.0, 1_767_600_000_000.0, 1_767_600_000_000_000.0, 1.7676e18] {
            assert_eq!(clock.epoch(number).unwrap().to_string(), "2026-01-05T08:00:00Z");
        }
        assert_eq!(
            clock.epoch(1_646_861_401.524_102_4).unwrap().as_micros(),
            1_646_861_401_524_102
        );
        let nanos = clock.epoch(17_676_000_020_767_600_062.0).unwrap();
        assert_eq!(nanos.as_micros(), 17_676_000_020_767_600);
        assert!(clock.epoch(f64::NAN).is_none());
        assert!(clock.epoch(-67_600_001_000.0).is_none(), "before the year 1");
        assert!(clock.epoch(-62_135_596_800.0).is_some());
    }

    #[test]
    fn years_are_inferred_from_the_reference() {
        let check = |reference: Option<&str>, month_day, expected: &str| {
            let found = clock(None, reference).yearless(month_day, (6, 7, 8), 0).unwrap();
            assert_eq!(found.to_string(), expected);
        };
        check(Some("2026-02-01"), (1, 31), "2026-01-31T06:07:08Z");
        check(Some("2026-02-01"), (2, 2), "2026-02-02T06:07:08Z");
        check(Some("2026-02-01"), (2, 3), "2025-02-03T06:07:08Z");
        check(Some("2026-02-01"), (12, 31), "2025-12-31T06:07:08Z");
        check(Some("2025-12-31"), (1, 1), "2026-01-01T06:07:08Z");
        check(Some("2026-02-01"), (2, 29), "2024-02-29T06:07:08Z");
        check(None, (12, 10), "1970-12-10T06:07:08Z");
        check(None, (2, 29), "1972-02-29T06:07:08Z");
    }

    #[test]
    fn zones_and_offsets_are_applied() {
        let manila = SourceClock {
            zone: Some("Asia/Manila".into()),
            offset_micros: -420 * MICROS_PER_SECOND,
            year_reference: Some(Day(20_485)),
            ..SourceClock::default()
        };
        let mut clock = Clock::new(&manila);
        let found = clock.yearless((1, 5), (8, 7, 0), 0).unwrap();
        assert_eq!(found.to_string(), "2026-01-05T00:00:00Z");
        // Summer time begins on 29 March 2026 at 02:00: 02:30 is read as 03:30 summer time.
        let berlin = self::clock(Some("Europe/Berlin"), None);
        assert_eq!(berlin.iso("2026-03-29T02:30:30").unwrap().to_string(), "2026-03-29T01:30:30Z");
        assert!(is_known_zone("Asia/Manila") && is_known_zone("UTC+8") && is_known_zone("-03:30"));
        assert!(!is_known_zone("Mars/Olympus"));
    }
}

//! The scenario's window and the ways in which its logs write a time. Times are milliseconds since
//! 1970 in UTC; nothing here asks what time it is.

use bakas_model::Timestamp;

/// 2025-12-01T00:00:00 in Manila.
pub(crate) const START: i64 = 1_764_518_400_000;
/// Days of the window: all of December 2025 and January 2026.
pub(crate) const DAYS: i64 = 62;
/// The first day of January 2026, counted from the window's start.
pub(crate) const JANUARY: i64 = 31;

/// Milliseconds in a second.
pub(crate) const SECOND: i64 = 1000;
/// Milliseconds in a minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// Milliseconds in an hour.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Offset of Manila from UTC, in hours, all the year.
pub(crate) const MANILA: i64 = 8;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment in Manila: day from the window's start, hour, and milliseconds within the hour.
pub(crate) const fn at(day: i64, hour: i64, millis: i64) -> i64 {
    START + day * DAY + hour * HOUR + millis
}

/// Hour of the day where the clock is `zone` hours ahead of UTC.
pub(crate) const fn local_hour(time: i64, zone: i64) -> usize {
    (time + zone * HOUR).rem_euclid(DAY).div_euclid(HOUR) as usize
}

/// Day of the week in Manila, 0 for Monday.
pub(crate) const fn weekday(time: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    ((time + MANILA * HOUR).div_euclid(DAY) + 3).rem_euclid(7)
}

fn civil(time: i64, zone: i64) -> (i32, u8, u8, u8, u8, u8) {
    Timestamp::from_micros((time + zone * HOUR) * 1000).civil()
}

/// Appends a number in decimal.
pub(crate) fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a number with leading zeros.
pub(crate) fn padded(out: &mut Vec<u8>, value: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (value / 10_u64.pow(place) % 10) as u8);
    }
}

fn hms(out: &mut Vec<u8>, hour: u8, minute: u8, second: u8) {
    padded(out, hour.into(), 2);
    out.push(b':');
    padded(out, minute.into(), 2);
    out.push(b':');
    padded(out, second.into(), 2);
}

/// `05/Jan/2026:08:00:00 +0800`.
pub(crate) fn common(out: &mut Vec<u8>, time: i64, zone: i64) {
    let (year, month, day, hour, minute, second) = civil(time, zone);
    padded(out, day.into(), 2);
    out.push(b'/');
    out.extend_from_slice(MONTHS[usize::from(month) - 1].as_bytes());
    out.push(b'/');
    padded(out, year as u64, 4);
    out.push(b':');
    hms(out, hour, minute, second);
    out.extend_from_slice(b" +");
    padded(out, zone as u64, 2);
    out.extend_from_slice(b"00");
}

/// `2026-01-05T08:00:00`, with as many decimals as asked for (0, 3 or 6) and no zone.
pub(crate) fn iso(out: &mut Vec<u8>, time: i64, zone: i64, decimals: u32) {
    let (year, month, day, hour, minute, second) = civil(time, zone);
    padded(out, year as u64, 4);
    out.push(b'-');
    padded(out, month.into(), 2);
    out.push(b'-');
    padded(out, day.into(), 2);
    out.push(b'T');
    hms(out, hour, minute, second);
    if decimals > 0 {
        out.push(b'.');
        padded(out, time.rem_euclid(SECOND) as u64, 3);
    }
    if decimals == 6 {
        padded(out, crate::rng::mix(time as u64) % 1000, 3);
    }
}

/// `Jan  5 08:00:00` (RFC 3164).
pub(crate) fn bsd(out: &mut Vec<u8>, time: i64, zone: i64) {
    let (_, month, day, hour, minute, second) = civil(time, zone);
    out.extend_from_slice(MONTHS[usize::from(month) - 1].as_bytes());
    out.push(b' ');
    out.push(if day < 10 { b' ' } else { b'0' + day / 10 });
    out.push(b'0' + day % 10);
    out.push(b' ');
    hms(out, hour, minute, second);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_times_as_logs_do() {
        let t = at(35, 8, 9 * SECOND + 7);
        assert_eq!(text(|o| common(o, t, 8)), "05/Jan/2026:08:00:09 +0800");
        assert_eq!(text(|o| iso(o, t, 0, 3)), "2026-01-05T00:00:09.007");
        assert_eq!(text(|o| bsd(o, t, 8)), "Jan  5 08:00:09");
        assert_eq!(weekday(t), 0, "it was a Monday");
        assert_eq!(text(|o| iso(o, START, 8, 0)), "2025-12-01T00:00:00");
        assert_eq!(text(|o| iso(o, at(DAYS, 0, 0), 8, 0)), "2026-02-01T00:00:00");
    }
}

//! Parts of dates, counted out day by day: slow, and on no one's word but the calendar's.

use bakas_sigma::TimePart;

use super::Plain;

struct Date {
    year: i64,
    month: i64,
    day: i64,
    clock: Option<(i64, i64)>,
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A part of the date that a value is.
pub(super) fn part(value: &Plain, part: TimePart) -> Option<i64> {
    let date = match value {
        Plain::Text(text) => written(text)?,
        Plain::Int(number) => counted(match number.unsigned_abs() {
            0..100_000_000_000 => *number,
            100_000_000_000..100_000_000_000_000 => number.div_euclid(1000),
            _ => number.div_euclid(1_000_000),
        }),
        Plain::Float(number) if number.is_finite() => counted(number.floor() as i64),
        Plain::Time(micros) => counted(micros.div_euclid(1_000_000)),
        _ => return None,
    };
    Some(match part {
        TimePart::Minute => date.clock?.1,
        TimePart::Hour => date.clock?.0,
        TimePart::Day => date.day,
        TimePart::Week => week(&date),
        TimePart::Month => date.month,
        TimePart::Year => date.year,
    })
}

/// The date of a second since 1970, by taking off years and months one by one.
fn counted(second: i64) -> Date {
    let (mut days, rest) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    let (mut year, mut month) = (1970, 1);
    let length = |year| if is_leap(year) { 366 } else { 365 };
    while days < 0 {
        year -= 1;
        days += length(year);
    }
    while days >= length(year) {
        days -= length(year);
        year += 1;
    }
    while days >= days_of(year, month) {
        days -= days_of(year, month);
        month += 1;
    }
    Date { year, month, day: days + 1, clock: Some((rest / 3600, rest / 60 % 60)) }
}

/// `2026-01-31`, then perhaps `T08:00` or ` 08:00`.
fn written(text: &str) -> Option<Date> {
    let chars: Vec<char> = text.chars().collect();
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits: String = chars.get(from..to)?.iter().collect();
        if digits.chars().all(|c| c.is_ascii_digit()) { digits.parse().ok() } else { None }
    };
    if chars.get(4) != Some(&'-') || chars.get(7) != Some(&'-') {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_of(year, month) {
        return None;
    }
    let joint = matches!(chars.get(10), Some('T' | 't' | ' ')) && chars.get(13) == Some(&':');
    let clock = if joint { number(11, 13).zip(number(14, 16)) } else { None };
    Some(Date { year, month, day, clock: clock.filter(|&(h, m)| h < 24 && m < 60) })
}

/// Days since the first of January of the year 1.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (1..year).map(|y| if is_leap(y) { 366 } else { 365 }).sum();
    years + (1..month).map(|m| days_of(year, m)).sum::<i64>() + day - 1
}

/// The week of ISO 8601: that of the year to which its Thursday belongs.
fn week(date: &Date) -> i64 {
    // The first of January of the year 1 was a Monday.
    let monday = days(date.year, date.month, date.day) / 7 * 7;
    let thursday = monday + 3;
    let year = if thursday < days(date.year, 1, 1) {
        date.year - 1
    } else if thursday >= days(date.year + 1, 1, 1) {
        date.year + 1
    } else {
        date.year
    };
    (thursday - days(year, 1, 1)) / 7 + 1
}

//! The twin's times: `[time]` read by plain expressions and by the calendar of `jiff`.

use bakas_model::Timestamp;
use jiff::civil;
use serde_json::Value;

use super::{World, map::Source, regex_of, text};

/// What a record's time is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Time {
    /// As `expected.ndjson` writes it.
    pub(crate) at: String,
    pub(crate) raw: String,
}

/// The parts of a time that was written.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    year: Option<i16>,
    month: i8,
    day: i8,
    hour: i8,
    minute: i8,
    second: i8,
    micros: i64,
    east: Option<i32>,
}

/// The time of a record by what its definition says; `None` where it cannot be told.
pub(super) fn time(
    rule: Option<&toml::Value>,
    source: &Source<'_>,
    world: &World<'_>,
) -> Option<Time> {
    let carried = || world.carried.map(|carried| carried.time.clone());
    let Some(rule) = rule else { return carried() };
    let formats = match rule.get("format") {
        None => vec!["iso".to_owned()],
        Some(toml::Value::Array(all)) => {
            all.iter().map(|f| f.as_str().unwrap().to_owned()).collect()
        }
        Some(one) => vec![one.as_str().unwrap().to_owned()],
    };
    if formats == ["none"] {
        return carried();
    }
    let value = match (rule.get("field"), rule.get("any")) {
        (Some(toml::Value::Array(parts)), _) => {
            let parts: Option<Vec<_>> =
                parts.iter().map(|part| source.value(part).map(|v| text(&v))).collect();
            parts.map(|parts| parts.join(" ").into())
        }
        (Some(one), _) => source.value(one),
        (None, any) => source.value(any.unwrap()),
    };
    let Some(value) = value else { return carried() };
    let infer = rule.get("year").is_some();
    let found = formats.iter().find_map(|format| read(format, &value, infer, world.east))?;
    Some(Time { at: Timestamp::from_micros(found).to_string(), raw: text(&value) })
}

/// A time of a system log's header.
pub(super) fn of_header(raw: &str, east: i32) -> Option<Time> {
    let micros = iso(raw, east).or_else(|| layout("%b %e %H:%M:%S", raw, true, east))?;
    Some(Time { at: Timestamp::from_micros(micros).to_string(), raw: raw.to_owned() })
}

fn read(format: &str, value: &Value, infer: bool, east: i32) -> Option<i64> {
    if format == "epoch" {
        let number = if value.is_boolean() { None } else { text(value).trim().parse::<f64>().ok() };
        return epoch(number.filter(|number| number.is_finite())?);
    }
    let text = value.as_str()?;
    match format {
        "iso" => iso(text, 0),
        "iso-local" => iso(text, east),
        "access" => access(text.trim_matches(['[', ']']), east),
        _ => layout(format, text, infer, east),
    }
}

fn epoch(number: f64) -> Option<i64> {
    let size = number.abs();
    let (up, down) = match size {
        n if n >= 1e20 => return None,
        n if n >= 1e17 => (1.0, 1000.0),
        n if n >= 1e14 => (1.0, 1.0),
        n if n >= 1e11 => (1e3, 1.0),
        _ => (1e6, 1.0),
    };
    let part = |number: f64| number * up / down;
    within(part(number.trunc()) as i64 + part(number.fract()).round() as i64)
}

/// A number of microseconds between the years 1 and 9999.
fn within(micros: i64) -> Option<i64> {
    (Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros()).contains(&micros).then_some(micros)
}

fn iso(written: &str, east: i32) -> Option<i64> {
    let pattern = concat!(
        r"^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?",
        r"(?:[.,]([0-9]*))? ?(?:(Z|z|UTC)|([+-][0-9:]+))?$"
    );
    let found = regex_of(pattern).captures(written).filter(|_| !written.ends_with('\n'))?;
    let of = |at: usize| found.get(at).map(|m| m.as_str());
    let number = |at: usize| of(at).map_or(0, |digits| digits.parse().unwrap());
    Parts {
        year: Some(of(1)?.parse().unwrap()),
        month: number(2),
        day: number(3),
        hour: number(4),
        minute: number(5),
        second: number(6),
        micros: micros(of(7).unwrap_or_default()),
        east: Some(match (of(8), of(9)) {
            (Some(_), _) => 0,
            (None, Some(zone)) => offset(zone)?,
            (None, None) => east,
        }),
    }
    .instant(0)
}

fn access(written: &str, east: i32) -> Option<i64> {
    let day = regex_of(r"^[0-9]{2}/([A-Za-z]{3})/[0-9]{4}:[0-9]{2}");
    let is_day = day.captures(written).is_some_and(|found| month(&found[1]).is_some());
    if !is_day {
        return iso(written, east);
    }
    let pattern = concat!(
        r"^([0-9]{2})/([A-Za-z]{3})/([0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2})",
        r"(?:[.,]([0-9]*))?(?: ([+-][0-9:]+))?$"
    );
    let found = regex_of(pattern).captures(written)?;
    let number = |at: usize| found[at].parse().unwrap();
    Parts {
        day: number(1),
        month: month(&found[2])?,
        year: Some(found[3].parse().unwrap()),
        hour: number(4),
        minute: number(5),
        second: number(6),
        micros: micros(found.get(7).map_or("", |m| m.as_str())),
        east: Some(found.get(8).map_or(Some(east), |zone| offset(zone.as_str()))?),
    }
    .instant(0)
}

fn micros(digits: &str) -> i64 {
    format!("{digits:0<6}")[..6].parse().unwrap()
}

fn offset(zone: &str) -> Option<i32> {
    let found = regex_of(r"^([+-])([0-9]{1,2})$|^([+-])([0-9]{2}):?([0-9]{2})$").captures(zone)?;
    let of = |at: usize| found.get(at).map(|m| m.as_str());
    let (sign, hours) = (of(1).or(of(3))?, of(2).or(of(4))?.parse::<i32>().unwrap());
    let minutes = of(5).map_or(0, |minutes| minutes.parse().unwrap());
    let seconds = hours * 3600 + minutes * 60;
    (hours <= 18 && minutes < 60).then_some(if sign == "-" { -seconds } else { seconds })
}

fn month(name: &str) -> Option<i8> {
    let all = "jan feb mar apr may jun jul aug sep oct nov dec";
    all.split(' ').zip(1..).find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, at)| at)
}

impl Parts {
    /// Microseconds since 1970; `reference` is the last year that may be inferred.
    fn instant(self, east: i32) -> Option<i64> {
        let Some(year) = self.year else {
            // The tests' sources end on 1 February 2026; a day more is believed.
            let last = civil::date(2026, 2, 2);
            let fits = |year: &i16| {
                civil::Date::new(*year, self.month, self.day).is_ok_and(|date| date <= last)
            };
            let year = (2018..=2026).rev().find(fits)?;
            return Self { year: Some(year), ..self }.instant(east);
        };
        if self.second > 60 {
            return None;
        }
        let day = civil::Date::new(year, self.month, self.day).ok().filter(|_| year > 0)?;
        let time = civil::Time::new(self.hour, self.minute, 0, 0).ok()?;
        let days = i64::from((day - civil::date(1970, 1, 1)).get_days());
        let minutes = (days * 24 + i64::from(time.hour())) * 60 + i64::from(time.minute());
        let seconds = minutes * 60 + i64::from(self.second) - i64::from(self.east.unwrap_or(east));
        let micros = seconds * 1_000_000 + self.micros;
        // A zone may carry a time over the edge.
        Some(micros.clamp(Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros()))
    }
}

/// Takes digits off the front.
fn digits(left: &mut &str, least: usize, most: usize) -> Option<i64> {
    let count = left.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (found, rest) = left.split_at(count);
    *left = rest;
    (count >= least).then(|| found.parse().unwrap())
}

fn word<'t>(left: &mut &'t str) -> Option<&'t str> {
    let count = left.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (found, rest) = left.split_at(count);
    *left = rest;
    (count > 0).then_some(found)
}

fn layout(layout: &str, written: &str, infer: bool, east: i32) -> Option<i64> {
    let whole = layout
        .replace("%T", "%H:%M:%S")
        .replace("%R", "%H:%M")
        .replace("%F", "%Y-%m-%d")
        .replace("%D", "%m/%d/%y");
    let mut parts = Parts::default();
    let (mut afternoon, mut of_year, mut seconds) = (None, None, None);
    let mut left = written.trim_ascii();
    let mut signs = whole.chars();
    while let Some(sign) = signs.next() {
        if sign.is_ascii_whitespace() {
            left = left.trim_ascii_start();
            continue;
        }
        if sign != '%' {
            left = left.strip_prefix(sign)?;
            continue;
        }
        match signs.next()? {
            'Y' => parts.year = Some(digits(&mut left, 4, 4)? as i16),
            'y' => {
                let year = digits(&mut left, 2, 2)? as i16;
                parts.year = Some(year + if year < 69 { 2000 } else { 1900 });
            }
            'm' => parts.month = digits(&mut left, 1, 2)? as i8,
            'b' | 'B' | 'h' => {
                let name = word(&mut left)?;
                let number = month(name.get(..3)?)?;
                let names = "january february march april may june july august september october \
                             november december";
                let long = names.split(' ').nth(number as usize - 1)?;
                if name.len() > 3 && !name.eq_ignore_ascii_case(long) {
                    return None;
                }
                parts.month = number;
            }
            'd' | 'e' => {
                left = left.trim_ascii_start();
                parts.day = digits(&mut left, 1, 2)? as i8;
            }
            'j' => of_year = Some(digits(&mut left, 1, 3)?),
            'H' | 'k' | 'I' | 'l' => {
                left = left.trim_ascii_start();
                parts.hour = digits(&mut left, 1, 2)? as i8;
            }
            'M' => parts.minute = digits(&mut left, 2, 2)? as i8,
            'S' => parts.second = digits(&mut left, 2, 2)? as i8,
            '.' => {
                signs.next();
                if let Some(after) = left.strip_prefix(['.', ',']) {
                    let count = after.bytes().take_while(u8::is_ascii_digit).count();
                    parts.micros = micros(&after[..count]);
                    left = &after[count..];
                }
            }
            'f' | 'N' => {
                let count = left.bytes().take_while(u8::is_ascii_digit).count();
                parts.micros = micros(left.get(..count).filter(|digits| !digits.is_empty())?);
                left = &left[count..];
            }
            'p' | 'P' => afternoon = Some(half(word(&mut left)?)?),
            'z' => parts.east = Some(zone(&mut left)?),
            ':' => {
                signs.next();
                parts.east = Some(zone(&mut left)?);
            }
            'Z' => {
                if matches!(word(&mut left)?, "UTC" | "GMT" | "Z") {
                    parts.east = Some(0);
                }
            }
            'a' | 'A' => drop(word(&mut left)?),
            's' => seconds = Some(digits(&mut left, 1, 12)?),
            'n' | 't' => left = left.trim_ascii_start(),
            other => left = left.strip_prefix(other)?,
        }
    }
    if !left.trim_ascii().is_empty() {
        return None;
    }
    if let Some(seconds) = seconds {
        return within(seconds * 1_000_000 + parts.micros);
    }
    if let Some(is_afternoon) = afternoon {
        parts.hour = if (1..=12).contains(&parts.hour) { parts.hour % 12 } else { return None };
        parts.hour += if is_afternoon { 12 } else { 0 };
    }
    if let Some(day) = of_year {
        let first = civil::Date::new(parts.year?, 1, 1).ok()?;
        let date = first.checked_add(jiff::Span::new().days(day - 1)).ok()?;
        if day < 1 || date.year() != first.year() {
            return None;
        }
        (parts.month, parts.day) = (date.month(), date.day());
    }
    if parts.year.is_none() && !infer {
        return None;
    }
    parts.instant(east)
}

fn half(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "am" => Some(false),
        "pm" => Some(true),
        _ => None,
    }
}

fn zone(left: &mut &str) -> Option<i32> {
    if let Some(after) = left.strip_prefix(['Z', 'z']) {
        *left = after;
        return Some(0);
    }
    let found = regex_of(r"^([+-])([0-9]{2}):?([0-9]{2})?").captures(left)?;
    let rest = &left[found[0].len()..];
    let minutes = found.get(3).map_or(0, |m| m.as_str().parse().unwrap());
    if found.get(3).is_none() && rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    *left = rest;
    let seconds = found[2].parse::<i32>().unwrap() * 3600 + minutes * 60;
    (seconds < 19 * 3600 && minutes < 60).then_some(if &found[1] == "-" {
        -seconds
    } else {
        seconds
    })
}

//! How values are put before people: numbers, dates, and text from logs with everything that a
//! terminal, a browser or a reader's eye could be misled by made visible. It does not escape HTML;
//! the templates do.

use std::borrow::Cow;

use bakas_model::{Day, Text, Timestamp};

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const MONTHS_FIL: [&str; 12] = [
    "Enero",
    "Pebrero",
    "Marso",
    "Abril",
    "Mayo",
    "Hunyo",
    "Hulyo",
    "Agosto",
    "Setyembre",
    "Oktubre",
    "Nobyembre",
    "Disyembre",
];

/// Whether a character would act instead of being seen: controls, direction overrides, and
/// characters without width.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every hidden character written out, as `\u{202e}` or `\n`; those in `kept` stay.
pub(crate) fn visible_but<'t>(text: &'t str, kept: &[char]) -> Cow<'t, str> {
    let hidden = |c: char| is_hidden(c) && !kept.contains(&c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            _ if !hidden(c) => out.push(c),
            '\n' | '\r' | '\t' => out.extend(c.escape_default()),
            _ => out.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// The text with every hidden character written out.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    visible_but(text, &[])
}

/// At most `limit` characters, the last of them `…` where something was cut.
pub(crate) fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if text.chars().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    Cow::Owned(short)
}

/// With a comma between thousands, as English and Filipino write it.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in bytes, in the unit that leaves at most three digits before the point.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if n < 1000 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if value < 9.95 {
        format!("{value:.1} {}", UNITS[unit])
    } else {
        format!("{value:.0} {}", UNITS[unit])
    }
}

/// `5 January 2026`, `5 Enero 2026`.
pub(crate) fn day(day: Day) -> Text {
    let (year, month, date) = day.civil();
    let month = usize::from(month - 1);
    Text::new(
        format!("{date} {} {year}", MONTHS_EN[month]),
        format!("{date} {} {year}", MONTHS_FIL[month]),
    )
}

/// The two ends of a time, with what they share written once: `3–9 January 2026`.
pub(crate) fn span(first: Timestamp, last: Timestamp) -> Text {
    let (a, b) = (first.day(), last.day());
    if a == b {
        return day(a);
    }
    let ((ya, ma, da), (yb, mb, _)) = (a.civil(), b.civil());
    let end = day(b);
    let (en, fil) = (MONTHS_EN[usize::from(ma - 1)], MONTHS_FIL[usize::from(ma - 1)]);
    match (ya == yb, ma == mb) {
        (true, true) => Text::new(format!("{da}–{}", end.en), format!("{da}–{}", end.fil)),
        (true, false) => {
            Text::new(format!("{da} {en} – {}", end.en), format!("{da} {fil} – {}", end.fil))
        }
        _ => Text::new(
            format!("{da} {en} {ya} – {}", end.en),
            format!("{da} {fil} {ya} – {}", end.fil),
        ),
    }
}

/// `2026-01-05 08:13`, in UTC.
pub(crate) fn minute(time: Timestamp) -> String {
    let (year, month, day, hour, minute, _) = time.civil();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

/// A stretch of microseconds, in the largest unit that keeps it honest: `+7 min`, `−420 ms`.
pub(crate) fn shift(micros: i64) -> String {
    let sign = if micros < 0 { '−' } else { '+' };
    format!("{sign}{}", stretch(micros.unsigned_abs()))
}

/// A length of time without a sign.
pub(crate) fn stretch(micros: u64) -> String {
    let seconds = micros as f64 / 1e6;
    match seconds {
        s if s < 1.0 => format!("{:.0} ms", s * 1000.0),
        s if s < 120.0 => format!("{s:.1} s"),
        s if s < 7200.0 => format!("{:.1} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} d", s / 86_400.0),
    }
}

/// English small numbers as words, as a newspaper writes them.
pub(crate) fn words_en(n: u64) -> String {
    const WORDS: [&str; 10] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    usize::try_from(n)
        .ok()
        .and_then(|n| WORDS.get(n))
        .map_or_else(|| number(n), |w| (*w).to_owned())
}

/// The noun in the number asked for.
pub(crate) fn plural(n: u64, one: &'static str, many: &'static str) -> &'static str {
    if n == 1 { one } else { many }
}

/// `a, b and c`; beyond `limit` the rest is counted. The second language joins with `at`.
pub(crate) fn list(items: &[String], limit: usize) -> Text {
    let shown = items.len().min(limit);
    let rest = items.len() - shown;
    let join = |and: &str, more: &str| {
        let mut out = String::new();
        let parts = shown + usize::from(rest > 0);
        for (at, item) in items.iter().take(shown).enumerate() {
            if at > 0 {
                out.push_str(if at + 1 == parts { and } else { ", " });
            }
            out.push_str(item);
        }
        if rest > 0 {
            out += &format!("{and}{} {more}", number(rest as u64));
        }
        out
    };
    Text::new(join(" and ", "more"), join(" at ", "pa"))
}

/// The first letter as a capital.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_is_written_out() {
        let check = |text: &str, expected: &str| assert_eq!(visible(text), expected);
        check("plain ñ text", "plain ñ text");
        check("\u{1b}[31mred", "\\u{1b}[31mred");
        check("gnp\u{202e}exe.", "gnp\\u{202e}exe.");
        check("a\nb\tc\r", "a\\nb\\tc\\r");
        check("\u{9b}2J\0", "\\u{9b}2J\\u{0}");
        check("zero\u{200b}width", "zero\\u{200b}width");
        assert_eq!(visible_but("a\n\u{7}", &['\n']), "a\n\\u{7}");
    }

    #[test]
    fn numbers_and_sizes_read_well() {
        let check = |n: u64, expected: &str| assert_eq!(number(n), expected);
        check(0, "0");
        check(999, "999");
        check(17_312, "17,312");
        check(1_000_000, "1,000,000");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_234_000), "1.2 MB");
        assert_eq!(bytes(999_900_000), "1.0 GB");
        assert_eq!(shift(-420_000_000), "−7.0 min");
    }

    #[test]
    fn lists_and_spans_say_each_thing_once() {
        let items: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert_eq!(list(&items, 5).en, "a, b and c");
        assert_eq!(list(&items, 2).en, "a, b and 1 more");
        assert_eq!(list(&items, 2).fil, "a, b at 1 pa");
        assert_eq!(list(&items[..1], 2).en, "a");
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let check = |a: &str, b: &str, expected: &str| {
            assert_eq!(span(time(a), time(b)).en, expected);
        };
        check("2026-01-03", "2026-01-09", "3–9 January 2026");
        check("2026-01-03", "2026-02-09", "3 January – 9 February 2026");
        check("2025-12-03", "2026-01-09", "3 December 2025 – 9 January 2026");
        check("2026-01-03", "2026-01-03", "3 January 2026");
    }

    #[test]
    fn a_cut_says_that_it_cut() {
        assert_eq!(cut("ñandú", 5), "ñandú");
        assert_eq!(cut("ñandúes", 5), "ñand…");
    }
}

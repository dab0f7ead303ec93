//! The years of a file whose times have none (RFC 3164) and that runs over more than one. Lines
//! come in order, but for a few: where the date jumps far back, a new year has begun. It counts
//! turns; which year the last one is, the source's reference says.

use std::io::{self, BufRead, BufReader, Read};

use bakas_model::{Day, SourceClock};
use memchr::memchr;

use crate::{
    clock::{self, Clock},
    frame::Decoded,
};

/// Lines may come this many days late, or out of order, without a new year.
const LATE_DAYS: i32 = 45;
/// A year here: twelve months of 31 days, which is enough to compare.
const YEAR_DAYS: i32 = 372;
/// Bytes of a line that are looked at.
const HEAD_BYTES: usize = 64;

/// How often the year has turned, as far as lines were seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turns {
    count: i32,
    last: Option<i32>,
    /// The dates before and after the last turn.
    turn: Option<(i32, i32)>,
}

/// The year of a source's first record, and the turns since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Years {
    pub(crate) first: i32,
    pub(crate) turns: Turns,
}

impl Turns {
    /// Takes the next date; says which year it lies in, from the first record's.
    pub(crate) fn step(&mut self, month: u8, day: u8) -> i32 {
        let date = (i32::from(month) - 1) * 31 + i32::from(day);
        if let Some(last) = self.last {
            let back_at = |(before, after): (i32, i32)| {
                last <= after + 3 && date + LATE_DAYS >= before && date <= before + LATE_DAYS
            };
            if date + LATE_DAYS < last {
                self.count += 1;
                self.turn = Some((last, date));
            } else if date > last + YEAR_DAYS - LATE_DAYS {
                // A late line of the old year.
                self.count -= 1;
                self.turn = None;
            } else if date > last + LATE_DAYS && self.turn.is_some_and(back_at) {
                // A device that began with an unset clock, until it was set.
                self.count -= 1;
                self.turn = None;
            }
        }
        self.last = Some(date);
        self.count
    }

    /// Takes the lines of a chunk.
    pub(crate) fn lines(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            if let Some((month, day)) = date(rest.get(..end.min(HEAD_BYTES)).unwrap_or_default()) {
                self.step(month, day);
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }
}

/// Month and day of `Dec 10 06:55:46` at the start of a line, behind a priority.
fn date(line: &[u8]) -> Option<(u8, u8)> {
    let line = match line {
        [b'<', rest @ ..] => rest.get(rest.iter().take(4).position(|b| *b == b'>')? + 1..)?,
        _ => line,
    };
    let &[m1, m2, m3, b' ', d1, d2, b' ', h1, h2, b':', n1, n2, b':', s1, s2, ..] = line else {
        return None;
    };
    let day = clock::two(if d1 == b' ' { b'0' } else { d1 }, d2)?;
    let is_time = [(h1, h2), (n1, n2), (s1, s2)].iter().all(|(a, b)| clock::two(*a, *b).is_some());
    Some((clock::month(&[m1, m2, m3])?, day)).filter(|_| is_time && (1..=31).contains(&day))
}

/// The year of the first record of a system log whose times have no year: the year of the last by
/// the reference, less the turns between. `None` where no line has such a time. It reads all.
///
/// # Errors
/// When the reader fails.
pub fn first_year(reader: impl Read, reference: Day) -> io::Result<Option<i32>> {
    let mut reader = BufReader::with_capacity(1 << 20, Decoded::new(reader));
    let (mut turns, mut last) = (Turns::default(), None);
    let mut head = Vec::with_capacity(HEAD_BYTES);
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() && head.is_empty() {
            break;
        }
        let is_over = buffer.is_empty();
        let newline = memchr(b'\n', buffer);
        let piece = buffer.get(..newline.unwrap_or(buffer.len())).unwrap_or_default();
        let wanted = piece.get(..HEAD_BYTES.saturating_sub(head.len())).unwrap_or(piece);
        head.extend_from_slice(wanted);
        let used = newline.map_or(buffer.len(), |at| at + 1);
        reader.consume(used);
        if newline.is_none() && !is_over {
            continue;
        }
        if let Some((month, day)) = date(&head) {
            turns.step(month, day);
            last = Some((month, day));
        }
        head.clear();
    }
    let clock =
        Clock::new(&SourceClock { year_reference: Some(reference), ..SourceClock::default() });
    Ok(last.and_then(|(month, day)| Some(clock.year_of(month, day)? - turns.count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted() {
        let check = |dates: &[(u8, u8)], expected: &[i32]| {
            let mut turns = Turns::default();
            let found: Vec<_> = dates.iter().map(|(m, d)| turns.step(*m, *d)).collect();
            assert_eq!(found, expected, "{dates:?}");
        };
        check(&[(12, 30), (12, 31), (1, 1), (6, 1), (12, 31), (1, 2)], &[0, 0, 1, 1, 1, 2]);
        // Late lines around the new year.
        check(&[(12, 31), (1, 1), (12, 31), (1, 1)], &[0, 1, 0, 1]);
        check(&[(3, 10), (3, 1), (3, 11)], &[0, 0, 0]);
        // A long silence.
        check(&[(1, 5), (10, 3), (2, 1)], &[0, 0, 1]);
        // A device that starts in January until its clock is set.
        check(&[(7, 14), (1, 1), (1, 1), (7, 14), (7, 15)], &[0, 1, 1, 0, 0]);
        check(&[(7, 14), (1, 1), (2, 1), (3, 1), (7, 14)], &[0, 1, 1, 1, 1]);
    }

    #[test]
    fn dates_at_the_start_of_a_line() {
        let check = |line: &str, expected| assert_eq!(date(line.as_bytes()), expected, "{line}");
        check("Dec 10 06:55:46 web1 x: y", Some((12, 10)));
        check("<38>Jan  5 06:55:46 web1 x: y", Some((1, 5)));
        check("Jan  5 2026 06:55:46 web1 x: y", None);
        check("Jan foo", None);
        check("2026-01-05T06:55:46Z web1 x: y", None);
        check("<389999>Jan  5 06:55:46", None);
    }
}

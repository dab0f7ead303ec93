//! Records of several lines: a line that begins with a blank, or does not begin a record by the
//! definition's own sign, belongs to the record before. Stack traces and statements over several
//! lines stay with what they explain.

use bakas_model::limits::LINE_BYTES_LIMIT;
use memchr::memchr;

use super::{Found, Frame, Multiline, overlong::Overlong};

#[derive(Debug)]
pub(super) struct GroupFrame {
    rule: &'static Multiline,
    overlong: Overlong,
}

impl GroupFrame {
    pub(super) fn new(rule: &'static Multiline) -> Self {
        Self { rule, overlong: Overlong::default() }
    }
}

impl Frame for GroupFrame {
    /// A record grows to the bound of a line at most: what would make it longer begins a new one,
    /// so that one sign that never comes does not swallow a file.
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        if let Some(keep) = self.overlong.skip(buffer, base, is_over, found) {
            return keep;
        }
        // The record that is open: its beginning, and its end so far, without line ends and blank
        // lines after it.
        let mut open: Option<(usize, usize)> = None;
        let mut at = 0;
        while at < buffer.len() {
            let rest = buffer.get(at..).unwrap_or_default();
            let newline = memchr(b'\n', rest);
            if newline.is_none() && !is_over {
                break;
            }
            let line = rest.get(..newline.unwrap_or(rest.len())).unwrap_or_default();
            let bare = line.strip_suffix(b"\r").unwrap_or(line);
            let end = at + bare.len();
            let is_blank = bare.trim_ascii().is_empty();
            open = match open {
                Some(open) if is_blank => Some(open),
                Some((start, _))
                    if self.rule.continues(bare) && end - start <= LINE_BYTES_LIMIT =>
                {
                    Some((start, end))
                }
                other => {
                    found.records.extend(other.map(|(start, end)| span(base, start, end)));
                    (!is_blank).then_some((at, end))
                }
            };
            at += line.len() + usize::from(newline.is_some());
        }
        match open {
            Some((start, end)) if is_over => {
                found.records.push(span(base, start, end));
                base + buffer.len() as u64
            }
            // It may go on in what is not read yet.
            Some((0, _)) => self.overlong.begin(buffer, base, found),
            Some((start, _)) => base + start as u64,
            None if at == 0 && !is_over => self.overlong.begin(buffer, base, found),
            None => base + at as u64,
        }
    }
}

fn span(base: u64, start: usize, end: usize) -> std::ops::Range<u64> {
    base + start as u64..base + end as u64
}

impl Multiline {
    /// Whether a line belongs to the record before.
    fn continues(&self, line: &[u8]) -> bool {
        match self {
            Self::Indented => matches!(line.first(), Some(b' ' | b'\t')),
            Self::Until(begins) => !begins.is_match(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static INDENTED: Multiline = Multiline::Indented;

    fn check(text: &str, is_over: bool, expected: &[&str], keep: u64) {
        let mut found = Found::default();
        let kept = GroupFrame::new(&INDENTED).scan(text.as_bytes(), 0, is_over, &mut found);
        let records: Vec<_> = found
            .records
            .iter()
            .map(|r| text.get(r.start as usize..r.end as usize).unwrap())
            .collect();
        assert_eq!((records.as_slice(), kept), (expected, keep), "{text:?}");
    }

    #[test]
    fn what_is_indented_belongs_to_the_line_before() {
        check("a\n b\n\tc\nd\n", true, &["a\n b\n\tc", "d"], 10);
        check("a\n b\n\tc\nd\n", false, &["a\n b\n\tc"], 8);
        check("a\n b\n", false, &[], 0);
        check("a\r\n b\r\nd", true, &["a\r\n b", "d"], 8);
        check("\n\n a\n\n\n b\nc\n\n", true, &[" a\n\n\n b", "c"], 13);
        check("\n\n", false, &[], 2);
        check("", true, &[], 0);
    }

    #[test]
    fn a_record_is_bounded() {
        let text = format!("a\n{}", " b\n".repeat(LINE_BYTES_LIMIT / 2));
        let mut found = Found::default();
        GroupFrame::new(&INDENTED).scan(text.as_bytes(), 0, true, &mut found);
        assert_eq!(found.records.len(), 2);
        assert!(found.records.iter().all(|r| r.end - r.start <= LINE_BYTES_LIMIT as u64));
    }
}

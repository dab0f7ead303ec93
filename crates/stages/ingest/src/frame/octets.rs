//! Messages of a system log with their length before each (RFC 6587, 3.4.1, octet counting), as a
//! receiver that keeps a stream's bytes has them: `81 <34>1 … 75 <34>1 …`. A message may hold line
//! ends. Where a length does not come out, the rest of the line is one record.

use memchr::memchr;

use super::{Found, Frame, overlong::Overlong};

/// Most digits of a length.
const DIGITS_LIMIT: usize = 7;

#[derive(Debug, Default)]
pub(super) struct OctetFrame(Overlong);

/// Whether a stream begins so: a length that comes out, with another message right after it, or
/// with a line end within it.
pub(super) fn looks_like(head: &[u8]) -> bool {
    let Some((digits, length)) = counted(head) else { return false };
    let message = head.get(digits..digits + length);
    match head.get(digits + length..) {
        Some(rest) if !rest.is_empty() => {
            counted(rest).is_some() || {
                let inner = message.unwrap_or_default();
                rest.starts_with(b"\n") && inner.contains(&b'\n')
            }
        }
        _ => false,
    }
}

/// The length of what stands before the message, and the message's, at the start of a text.
fn counted(text: &[u8]) -> Option<(usize, usize)> {
    let digits = text.iter().take(DIGITS_LIMIT + 1).take_while(|b| b.is_ascii_digit()).count();
    let is_counted = (1..=DIGITS_LIMIT).contains(&digits)
        && text.first() != Some(&b'0')
        && text.get(digits..digits + 2) == Some(b" <");
    let number = std::str::from_utf8(text.get(..digits)?).ok()?;
    is_counted.then_some((digits + 1, number.parse().ok()?))
}

impl Frame for OctetFrame {
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        if let Some(keep) = self.0.skip(buffer, base, is_over, found) {
            return keep;
        }
        let mut at = 0;
        while let Some(rest) = buffer.get(at..).filter(|rest| !rest.is_empty()) {
            if matches!(rest.first(), Some(b'\n' | b'\r')) {
                at += 1;
                continue;
            }
            let end = match counted(rest).map(|(digits, length)| digits + length) {
                Some(end) if end > rest.len() && !is_over => break,
                Some(end) if ends_here(rest, end) => end,
                _ => match memchr(b'\n', rest) {
                    Some(newline) => newline,
                    None if is_over => rest.len(),
                    None => break,
                },
            };
            let record = rest.get(..end).unwrap_or_default();
            let bare = record.len()
                - record.iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            found.records.push(base + at as u64..base + (at + bare) as u64);
            at += end;
        }
        if at == 0 && !is_over {
            return self.0.begin(buffer, base, found);
        }
        base + at as u64
    }
}

/// Whether a message may end there: at the end, a line's end, or before another length.
fn ends_here(text: &[u8], end: usize) -> bool {
    match text.get(end..) {
        Some([]) => true,
        Some([b'\n' | b'\r', ..]) => true,
        Some(rest) => rest.first().is_some_and(u8::is_ascii_digit),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut found = Found::default();
        let keep = OctetFrame::default().scan(text.as_bytes(), 0, true, &mut found);
        let records: Vec<_> = found
            .records
            .iter()
            .map(|r| text.get(r.start as usize..r.end as usize).unwrap())
            .collect();
        assert_eq!((records.as_slice(), keep), (expected, text.len() as u64), "{text:?}");
    }

    #[test]
    fn messages_are_cut_by_their_length() {
        check("7 <34>a\nb7 <34>c d", &["7 <34>a\nb", "7 <34>c d"]);
        check("6 <34>ab\n6 <34>cd\n", &["6 <34>ab", "6 <34>cd"]);
        check("99 <34>ab\n6 <34>cd\n", &["99 <34>ab", "6 <34>cd"]);
        check("hello\n6 <34>cd", &["hello", "6 <34>cd"]);
        assert!(looks_like(b"6 <34>ab6 <34>cd") && looks_like(b"7 <34>a\nb\n"));
        assert!(!looks_like(b"6 <34>ab\nx") && !looks_like(b"<34>ab") && !looks_like(b""));
    }
}

//! Lines of a container's log. A runtime cuts a long line into partial records; they are put
//! together here, so that a decoder sees all of them at once.

use bakas_model::limits::LINE_BYTES_LIMIT;
use memchr::{memchr, memchr2};

use super::{Found, Frame, overlong::Overlong};

#[derive(Debug, Default)]
pub(super) struct ContainerFrame(Overlong);

impl Frame for ContainerFrame {
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        if let Some(keep) = self.0.skip(buffer, base, is_over, found) {
            return keep;
        }
        let (mut start, mut at) = (0, 0);
        while at < buffer.len() {
            let rest = buffer.get(at..).unwrap_or_default();
            let newline = memchr(b'\n', rest);
            if newline.is_none() && !is_over {
                break;
            }
            let line = rest.get(..newline.unwrap_or(rest.len())).unwrap_or_default();
            let bare = line.strip_suffix(b"\r").unwrap_or(line);
            let end = at + bare.len();
            at += line.len() + usize::from(newline.is_some());
            let is_last = is_over && at >= buffer.len();
            if is_partial(bare) && end - start < LINE_BYTES_LIMIT && !is_last {
                continue;
            }
            found.records.push(base + start as u64..base + end as u64);
            start = at;
        }
        if start == 0 && !is_over {
            return self.0.begin(buffer, base, found);
        }
        base + start as u64
    }
}

/// Whether the rest of a line's text follows in the next.
fn is_partial(line: &[u8]) -> bool {
    if let Some(rest) = line.strip_prefix(b"{\"log\":\"") {
        return log_end(rest)
            .is_some_and(|end| !rest.get(..end).unwrap_or_default().ends_with(b"\\n"));
    }
    // `TIME STREAM P text`.
    let mut words = line.splitn(4, |b| *b == b' ');
    let (time, stream, tags) = (words.next(), words.next(), words.next());
    time.is_some_and(|t| t.get(4) == Some(&b'-'))
        && matches!(stream, Some(b"stdout" | b"stderr"))
        && tags.is_some_and(|tags| tags == b"P" || tags.starts_with(b"P:"))
}

/// Where a JSON string ends.
fn log_end(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(found) == Some(&b'"') {
            return Some(found);
        }
        at = found + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_lines_are_told() {
        let check =
            |line: &str, expected| assert_eq!(is_partial(line.as_bytes()), expected, "{line}");
        check(r#"{"log":"whole\n","stream":"stdout"}"#, false);
        check(r#"{"log":"part","stream":"stdout"}"#, true);
        check(r#"{"log":"a \" b","stream":"stdout"}"#, true);
        check(r#"{"log":"back\\n","stream":"stdout"}"#, false);
        check(r#"{"log":"open"#, false);
        check("2026-01-05T08:00:00Z stdout P part", true);
        check("2026-01-05T08:00:00Z stdout F whole", false);
        check("2026-01-05T08:00:00Z stdout", false);
    }
}

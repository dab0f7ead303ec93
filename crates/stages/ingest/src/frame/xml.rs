//! Elements `Event` out of a stream of XML: one document, many, or elements side by side. It looks
//! for their beginning and end alone; what else stands there must be a document's own markup, or
//! it becomes a record that the decoder rejects.

use memchr::{memchr, memmem};

use super::{Found, Frame, overlong::Overlong};

#[derive(Debug, Default)]
pub(super) struct XmlFrame(Overlong);

/// What stands at a place between records.
enum Piece {
    /// The document's own: so many bytes.
    Markup(usize),
    /// A record of so many bytes.
    Record(usize),
    /// Its end is not there yet.
    Open,
}

impl Frame for XmlFrame {
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        if let Some(keep) = self.0.skip(buffer, base, is_over, found) {
            return keep;
        }
        let mut at = 0;
        loop {
            let rest = buffer.get(at..).unwrap_or_default();
            at += rest.len() - rest.trim_ascii_start().len();
            let rest = rest.trim_ascii_start();
            if rest.is_empty() {
                break;
            }
            match piece(rest) {
                Piece::Markup(length) => at += length,
                Piece::Record(length) => {
                    let bare = rest.get(..length).unwrap_or_default().trim_ascii_end().len();
                    found.records.push(base + at as u64..base + (at + bare) as u64);
                    at += length;
                }
                Piece::Open if is_over => {
                    let bare = rest.trim_ascii_end().len();
                    found.records.push(base + at as u64..base + (at + bare) as u64);
                    at = buffer.len();
                }
                Piece::Open => break,
            }
        }
        if at == 0 && !is_over {
            return self.0.begin(buffer, base, found);
        }
        base + at as u64
    }
}

fn piece(rest: &[u8]) -> Piece {
    let up_to = |end: &[u8]| match memmem::find(rest, end) {
        Some(at) => Piece::Markup(at + end.len()),
        None => Piece::Open,
    };
    if rest.starts_with(b"<?") {
        return up_to(b"?>");
    }
    if rest.starts_with(b"<!--") {
        return up_to(b"-->");
    }
    if rest.starts_with(b"<Events") || rest.starts_with(b"</Events") || rest.starts_with(b"<!") {
        return up_to(b">");
    }
    if is_event(rest) {
        return after_event(rest).map_or(Piece::Open, Piece::Record);
    }
    // What may still become markup when more of it is read.
    if rest.len() < 8 && (b"<Events>".starts_with(rest) || b"</Events".starts_with(rest)) {
        return Piece::Open;
    }
    let newline = memchr(b'\n', rest);
    // No further than this line: a file of other lines would be searched through for each of them.
    let line = newline.and_then(|end| rest.get(..=end)).unwrap_or(rest);
    next_event(line).or(newline).map_or(Piece::Open, Piece::Record)
}

fn is_event(text: &[u8]) -> bool {
    text.strip_prefix(b"<Event").is_some_and(|rest| {
        matches!(rest.first(), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n' | b'/'))
    })
}

/// Where an element ends, or where the next begins if that comes first: one whose end is lost must
/// not take the next one with it.
fn after_event(text: &[u8]) -> Option<usize> {
    memmem::find_iter(text, b"Event").find_map(|at| {
        let before = text.get(..at)?;
        if before.ends_with(b"</") && text.get(at + 5) == Some(&b'>') {
            return Some(at + 6);
        }
        let is_next = at > 1 && before.ends_with(b"<") && is_event(text.get(at - 1..)?);
        is_next.then_some(at - 1)
    })
}

/// Where the next element begins, after the first byte.
fn next_event(text: &[u8]) -> Option<usize> {
    memmem::find_iter(text, b"<Event").find(|&at| at > 0 && is_event(&text[at..]))
}

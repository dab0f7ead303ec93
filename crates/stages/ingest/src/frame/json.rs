//! JSON objects out of a stream: one a line, one after another, or the elements of a document's
//! array. It tracks strings and brackets alone; whether a record is sound JSON, its decoder says.
//! After something broken it goes on at the next line, so that one bad record costs one record.

use std::ops::Range;

use bakas_model::{
    RejectReason,
    limits::{JSON_DEPTH_LIMIT, RECORD_BYTES_LIMIT},
};
use memchr::{memchr, memchr3};

use super::{Found, zeros};
use crate::{
    Format,
    sound::{self, Seen, Watch},
};

/// Names under which documents keep their array of records.
pub(crate) fn wrappers(format: Format) -> &'static [&'static str] {
    match format {
        Format::CloudTrail => &["Records"],
        Format::Workspace => &["activities", "items", "entries"],
        Format::M365 => &["value"],
        Format::Defined(definition) => definition.wrappers(),
        _ => &[],
    }
}

/// The names of all formats.
pub(crate) const ALL_WRAPPERS: &[&str] = &["Records", "activities", "items", "entries", "value"];

/// Gives up where an object turns out to be a document that holds records.
struct Wrappers(&'static [&'static str]);

impl<'a> Watch<'a> for Wrappers {
    #[inline]
    fn member(&mut self, name: &'a [u8]) -> Option<u8> {
        self.0.iter().any(|wrapper| wrapper.as_bytes() == name).then_some(0)
    }

    fn value(&mut self, _member: u8, seen: Seen<'a>) -> bool {
        seen != Seen::Array
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Between records.
    Between,
    /// In an object; a document's own when `start` is none.
    Inside { start: Option<u64> },
    /// In a record over a bound, which is skipped.
    Skipping { start: u64, reason: RejectReason },
    /// In a line that is no JSON.
    Junk { start: u64 },
}

#[derive(Debug)]
pub(crate) struct JsonFrame {
    wrappers: &'static [&'static str],
    mode: Mode,
    /// Everything before this offset is scanned.
    at: u64,
    /// Open brackets within the record.
    depth: usize,
    /// One bit for each open bracket, the lowest the innermost: set for an object.
    objects: u128,
    in_string: bool,
    /// The byte before was a backslash within a string.
    escaped: bool,
    /// The last byte that is no white space and not within a string.
    last: u8,
    /// The last string at depth 1, by its place between the quotes.
    name: Range<u64>,
    /// The last line end within the record.
    newline: Option<u64>,
    /// Documents that wait for their array's end.
    documents: usize,
    /// Something other than white space was seen.
    has_begun: bool,
    /// The source is an array that has not ended.
    array_is_open: bool,
}

impl JsonFrame {
    pub(crate) fn new(wrappers: &'static [&'static str]) -> Self {
        Self {
            wrappers,
            mode: Mode::Between,
            at: 0,
            depth: 0,
            objects: 0,
            in_string: false,
            escaped: false,
            last: 0,
            name: 0..0,
            newline: None,
            documents: 0,
            has_begun: false,
            array_is_open: false,
        }
    }

    /// Returns the offset before which everything can be handed out.
    pub(crate) fn scan(
        &mut self,
        buffer: &[u8],
        base: u64,
        is_over: bool,
        found: &mut Found,
    ) -> u64 {
        let end = base + buffer.len() as u64;
        self.at = self.at.max(base);
        while self.at < end {
            let rest = buffer.get((self.at - base) as usize..).unwrap_or_default();
            match self.mode {
                Mode::Between => self.between(rest, found),
                Mode::Inside { start } => self.inside(rest, buffer, base, start, found),
                Mode::Skipping { start, reason } => self.skip(rest, start, reason, found),
                Mode::Junk { start } => self.junk(rest, start, found),
            }
        }
        if is_over {
            self.finish(end, found);
        }
        match self.mode {
            Mode::Inside { start: Some(start) } | Mode::Junk { start } => start,
            Mode::Skipping { start, .. } => {
                found.skipping(start);
                end
            }
            _ => end,
        }
    }

    fn between(&mut self, rest: &[u8], found: &mut Found) {
        let mut i = 0;
        while let Some(&b) = rest.get(i) {
            let at = self.at + i as u64;
            i += 1;
            match b {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => {}
                b'[' => self.array_is_open |= !std::mem::replace(&mut self.has_begun, true),
                b']' if self.documents > 0 => {
                    // The array of records is over; what follows belongs to the document.
                    self.documents -= 1;
                    self.open(None);
                    self.last = b']';
                    self.at = at + 1;
                    return;
                }
                b']' => self.array_is_open = false,
                b'{' => {
                    self.has_begun = true;
                    // Mostly a sound record that lies in the buffer whole.
                    let begun = rest.get(i - 1..).unwrap_or_default();
                    if let Some(end) = sound::object(begun, &mut Wrappers(self.wrappers)) {
                        found.records.push(at..at + end as u64);
                        i += end - 1;
                        continue;
                    }
                    self.open(Some(at));
                    self.at = at + 1;
                    return;
                }
                0 => {
                    let hole = zeros::leading(rest.get(i - 1..).unwrap_or_default());
                    found.records.push(at..at + hole as u64);
                    i += hole - 1;
                }
                _ => {
                    self.has_begun = true;
                    self.array_is_open = false;
                    self.mode = Mode::Junk { start: at };
                    self.at = at;
                    return;
                }
            }
        }
        self.at += rest.len() as u64;
    }

    fn open(&mut self, start: Option<u64>) {
        self.mode = Mode::Inside { start };
        (self.depth, self.objects) = (1, 1);
        (self.in_string, self.escaped, self.last) = (false, false, b'{');
        (self.name, self.newline) = (0..0, None);
    }

    fn inside(
        &mut self,
        rest: &[u8],
        buffer: &[u8],
        base: u64,
        start: Option<u64>,
        found: &mut Found,
    ) {
        let from = self.at;
        let mut i = 0;
        while let Some(&b) = rest.get(i) {
            let at = from + i as u64;
            if self.in_string {
                i += self.string(rest.get(i..).unwrap_or_default(), at);
                let broken = rest.get(i).is_some_and(|&b| b == b'\n' && self.in_string);
                self.at = from + i as u64;
                if broken {
                    return self.broken(self.at, start, found);
                }
                continue;
            }
            i += 1;
            self.at = at + 1;
            match b {
                b' ' | b'\t' | b'\r' => continue,
                b'\n' => {
                    self.newline = Some(at);
                    if start.is_some_and(|start| at - start > RECORD_BYTES_LIMIT as u64) {
                        return self.give_up(start, RejectReason::TooLong);
                    }
                    continue;
                }
                b'"' => {
                    self.in_string = true;
                    if self.depth == 1 {
                        self.name = at + 1..at + 1;
                    }
                }
                b'{' | b'[' => {
                    if b == b'[' && self.is_wrapper(buffer, base) {
                        self.mode = Mode::Between;
                        self.documents += 1;
                        return;
                    }
                    let in_object = self.objects & 1 == 1;
                    let fits =
                        if in_object { self.last == b':' } else { b"[,".contains(&self.last) };
                    if !fits {
                        return self.broken(at, start, found);
                    }
                    if self.depth > JSON_DEPTH_LIMIT {
                        self.depth += 1;
                        return self.give_up(start, RejectReason::TooDeep);
                    }
                    self.depth += 1;
                    self.objects = self.objects << 1 | u128::from(b == b'{');
                }
                b'}' | b']' => {
                    if (self.objects & 1 == 1) != (b == b'}') {
                        return self.broken(at, start, found);
                    }
                    self.depth -= 1;
                    self.objects >>= 1;
                    if self.depth == 0 {
                        self.mode = Mode::Between;
                        found.records.extend(start.map(|start| start..at + 1));
                        return;
                    }
                }
                _ => {}
            }
            self.last = b;
        }
        let is_long = start.is_some_and(|start| self.at - start > RECORD_BYTES_LIMIT as u64);
        if is_long {
            self.give_up(start, RejectReason::TooLong);
        }
    }

    /// Goes through a string; stops after its end, or before a line end, which no string may hold.
    fn string(&mut self, rest: &[u8], at: u64) -> usize {
        let mut i = 0;
        if std::mem::take(&mut self.escaped) {
            i = 1;
        }
        while let Some(found) = memchr3(b'"', b'\\', b'\n', rest.get(i..).unwrap_or_default()) {
            i += found;
            match rest.get(i) {
                Some(b'"') => {
                    self.in_string = false;
                    self.last = b'"';
                    if self.depth == 1 {
                        self.name.end = at + i as u64;
                    }
                    return i + 1;
                }
                Some(b'\\') if i + 1 < rest.len() => i += 2,
                Some(b'\\') => {
                    self.escaped = true;
                    return i + 1;
                }
                _ => return i,
            }
        }
        rest.len()
    }

    fn is_wrapper(&self, buffer: &[u8], base: u64) -> bool {
        if self.depth != 1
            || self.last != b':'
            || self.wrappers.is_empty()
            || self.name.start < base
        {
            return false;
        }
        let name = buffer.get((self.name.start - base) as usize..(self.name.end - base) as usize);
        name.is_some_and(|name| self.wrappers.iter().any(|w| w.as_bytes() == name))
    }

    /// Something stands where it cannot. The record ends at the last line end before it, where one
    /// is; else with its line.
    fn broken(&mut self, at: u64, start: Option<u64>, found: &mut Found) {
        let Some(start) = start else {
            // What follows a document's records is of no use; go on looking for records.
            self.mode = Mode::Between;
            return;
        };
        match self.newline.filter(|&newline| newline > start) {
            Some(newline) => {
                found.records.push(start..newline);
                self.mode = Mode::Between;
                self.at = newline + 1;
            }
            None => {
                self.mode = Mode::Junk { start };
                self.at = at;
            }
        }
    }

    fn give_up(&mut self, start: Option<u64>, reason: RejectReason) {
        self.mode = Mode::Skipping { start: start.unwrap_or(self.at), reason };
        self.last = 0;
    }

    /// Skips to the end of the record: where its brackets close, or where a line starts with one.
    fn skip(&mut self, rest: &[u8], start: u64, reason: RejectReason, found: &mut Found) {
        let mut i = 0;
        while let Some(&b) = rest.get(i) {
            let at = self.at + i as u64;
            if self.in_string && b != b'\n' {
                let passed = self.string(rest.get(i..).unwrap_or_default(), at);
                i += passed;
                continue;
            }
            (self.in_string, self.escaped) = (false, false);
            i += 1;
            match b {
                b'"' => self.in_string = true,
                b'{' if self.last == b'\n' => {
                    self.skipped(start..at, reason, found);
                    self.at = at;
                    return;
                }
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.skipped(start..at + 1, reason, found);
                        self.at = at + 1;
                        return;
                    }
                }
                _ => {}
            }
            self.last = b;
        }
        self.at += rest.len() as u64;
    }

    fn skipped(&mut self, at: Range<u64>, reason: RejectReason, found: &mut Found) {
        let detail = match reason {
            RejectReason::TooDeep => "a JSON record nested deeper than 64",
            _ => "a JSON record longer than 16 MiB",
        };
        found.reject(at, reason, detail);
        self.mode = Mode::Between;
    }

    fn junk(&mut self, rest: &[u8], start: u64, found: &mut Found) {
        match memchr(b'\n', rest) {
            Some(i) => {
                let end = self.at + i as u64;
                found.records.push(start..end);
                self.mode = Mode::Between;
                self.at = end + 1;
            }
            None => {
                self.at += rest.len() as u64;
                if self.at - start > RECORD_BYTES_LIMIT as u64 {
                    (self.depth, self.in_string) = (usize::MAX / 2, false);
                    self.give_up(Some(start), RejectReason::TooLong);
                }
            }
        }
    }

    fn finish(&mut self, end: u64, found: &mut Found) {
        match self.mode {
            Mode::Inside { start: Some(start) } => found.records.push(start..end),
            Mode::Junk { start } => found.records.push(start..end),
            Mode::Skipping { start, reason } => self.skipped(start..end, reason, found),
            Mode::Inside { start: None } | Mode::Between => {
                let is_cut = self.documents > 0 || self.array_is_open;
                if is_cut || self.mode != Mode::Between {
                    found.reject(end..end, RejectReason::Truncated, "the JSON document is cut off");
                }
            }
        }
        self.mode = Mode::Between;
    }
}

//! CSV records (RFC 4180): quoted cells may hold separators, line ends and doubled quotes. The
//! first record names the columns.

use std::{borrow::Cow, sync::Arc};

use bakas_model::{
    RejectReason,
    limits::{FIELDS_LIMIT, RECORD_BYTES_LIMIT},
};
use memchr::{memchr, memchr2};

use super::Found;

/// What the first record of a CSV file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvHeader {
    /// The columns, in their order.
    pub columns: Vec<String>,
    /// What stands between cells.
    pub separator: u8,
}

impl CsvHeader {
    pub(crate) fn parse(record: &str) -> Self {
        let separator = [b',', b';', b'\t'].into_iter().max_by_key(|&s| count_unquoted(record, s));
        let separator = separator.unwrap_or(b',');
        let columns = cells(record, separator)
            .take(FIELDS_LIMIT)
            .map(|cell| cell.trim().trim_start_matches('\u{feff}').to_owned())
            .collect();
        Self { columns, separator }
    }

    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }
}

fn count_unquoted(text: &str, separator: u8) -> usize {
    let mut quoted = false;
    text.bytes()
        .filter(|&b| {
            quoted ^= b == b'"';
            !quoted && b == separator
        })
        .count()
}

/// The cells of one record; doubled quotes within quotes stand for one.
pub(crate) fn cells(record: &str, separator: u8) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = Some(record);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(quoted) = text.strip_prefix('"') else {
            let end = memchr(separator, text.as_bytes());
            rest = end.and_then(|end| text.get(end + 1..));
            return Some(Cow::Borrowed(end.and_then(|end| text.get(..end)).unwrap_or(text)));
        };
        let bytes = quoted.as_bytes();
        let (mut at, mut doubled) = (0, false);
        while let Some(found) = memchr(b'"', bytes.get(at..).unwrap_or_default()) {
            at += found;
            if bytes.get(at + 1) != Some(&b'"') {
                let after = quoted.get(at + 1..).unwrap_or_default();
                rest = memchr(separator, after.as_bytes()).and_then(|i| after.get(i + 1..));
                return Some(unquoted(quoted.get(..at).unwrap_or_default(), doubled));
            }
            (at, doubled) = (at + 2, true);
        }
        rest = None;
        Some(unquoted(quoted, doubled))
    })
}

fn unquoted(text: &str, doubled: bool) -> Cow<'_, str> {
    if doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
}

#[derive(Debug, Default)]
pub(super) struct CsvFrame {
    header: Option<Arc<CsvHeader>>,
    start: u64,
    at: u64,
    quoted: bool,
    /// The record is over its bound and skipped up to the next line end.
    skipping: bool,
}

impl CsvFrame {
    pub(super) fn header(&self) -> Option<Arc<CsvHeader>> {
        self.header.as_ref().map(Arc::clone)
    }

    /// Returns the offset before which everything can be handed out.
    pub(super) fn scan(
        &mut self,
        buffer: &[u8],
        base: u64,
        is_over: bool,
        found: &mut Found,
    ) -> u64 {
        let end = base + buffer.len() as u64;
        if self.at < base {
            (self.at, self.start) = (base, base);
        }
        while self.at < end {
            let rest = buffer.get((self.at - base) as usize..).unwrap_or_default();
            let stop = if self.skipping { memchr(b'\n', rest) } else { memchr2(b'"', b'\n', rest) };
            let Some(i) = stop else {
                self.at = end;
                break;
            };
            self.at += i as u64 + 1;
            match rest.get(i) {
                Some(b'"') => self.quoted = !self.quoted,
                // A quote that never closes must not swallow the rest of the file.
                _ if self.quoted && !self.is_long() && !self.skipping => {}
                _ => self.record(self.at - 1, buffer, base, found),
            }
        }
        if is_over && self.start < end {
            self.record(end, buffer, base, found);
        }
        self.skipping |= self.is_long();
        if self.skipping {
            found.skipping(self.start);
            return end;
        }
        self.start
    }

    fn is_long(&self) -> bool {
        self.at.saturating_sub(self.start) > RECORD_BYTES_LIMIT as u64 + 1
    }

    fn record(&mut self, stop: u64, buffer: &[u8], base: u64, found: &mut Found) {
        let record = self.start..stop;
        self.start = stop + 1;
        self.quoted = false;
        let is_long = record.end - record.start > RECORD_BYTES_LIMIT as u64;
        if std::mem::take(&mut self.skipping) || is_long {
            found.reject(record, RejectReason::TooLong, "a CSV record longer than 16 MiB");
            return;
        }
        let within = (record.start - base) as usize..(record.end - base) as usize;
        let bytes = buffer.get(within).unwrap_or_default();
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        if self.header.is_none() {
            // PowerShell writes the type of what it exports before the header.
            if !bytes.starts_with(b"#") {
                let text = String::from_utf8_lossy(bytes);
                self.header = Some(Arc::new(CsvHeader::parse(&text)));
            }
            return;
        }
        found.records.push(record.start..record.start + bytes.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_a_record() {
        let check = |record: &str, expected: &[&str]| {
            assert_eq!(cells(record, b',').collect::<Vec<_>>(), expected, "{record}");
        };
        check("a,b,c", &["a", "b", "c"]);
        check("a,,", &["a", "", ""]);
        check(r#""a,b","c""d""e",f"#, &["a,b", "c\"d\"e", "f"]);
        check("\"a\nb\",c", &["a\nb", "c"]);
        check(r#""open"#, &["open"]);
        check("", &[""]);
    }

    #[test]
    fn headers_tell_their_separator() {
        let header = CsvHeader::parse("CreationDate;UserIds;\"Operations\";AuditData");
        assert_eq!(header.separator, b';');
        assert_eq!(header.column("auditdata"), Some(3));
    }
}

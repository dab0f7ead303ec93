//! Why a record became no event, and how that is told. A fault knows the reason; only the caller
//! knows the place.

use bakas_model::{Place, Reject, RejectReason, limits::REJECT_SAMPLE_BYTES_LIMIT};

/// A reason with what exactly was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) reason: RejectReason,
    pub(crate) detail: &'static str,
}

impl Fault {
    pub(crate) const fn malformed(detail: &'static str) -> Self {
        Self { reason: RejectReason::Malformed, detail }
    }

    pub(crate) const fn bad_time(detail: &'static str) -> Self {
        Self { reason: RejectReason::BadTime, detail }
    }
}

/// A reject; `bytes` are the record's first.
pub(crate) fn reject(
    place: Place,
    line: Option<u64>,
    reason: RejectReason,
    detail: impl Into<String>,
    bytes: &[u8],
) -> Reject {
    Reject { place, line, reason, detail: detail.into(), sample: sample(bytes) }
}

/// The first bytes, printable: control characters are escaped, bytes that are no UTF-8 stand as
/// U+FFFD.
pub(crate) fn sample(bytes: &[u8]) -> String {
    let head = bytes.get(..REJECT_SAMPLE_BYTES_LIMIT).unwrap_or(bytes);
    let mut text = String::with_capacity(head.len());
    for c in String::from_utf8_lossy(head).chars() {
        if text.len() >= REJECT_SAMPLE_BYTES_LIMIT {
            break;
        }
        if c.is_control() {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text
}

/// A length as a place keeps it.
pub(crate) fn length(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_printable_and_bounded() {
        assert_eq!(sample(b"a\0b\x1b[31m\xff"), "a\\u{0}b\\u{1b}[31m\u{fffd}");
        assert!(sample(&[0; 4096]).len() <= REJECT_SAMPLE_BYTES_LIMIT + 8);
    }
}

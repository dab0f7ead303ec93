//! A record over its bound, for framers that list their records: it is skipped up to the next line
//! end without being kept, and becomes one reject.

use bakas_model::{RejectReason, limits::RECORD_BYTES_LIMIT};
use memchr::memchr;

use super::Found;

#[derive(Debug, Default)]
pub(super) struct Overlong {
    /// Where the record that is being skipped begins.
    start: Option<u64>,
}

impl Overlong {
    /// Goes on skipping, where something is being skipped; returns what can be handed out.
    pub(super) fn skip(
        &mut self,
        buffer: &[u8],
        base: u64,
        is_over: bool,
        found: &mut Found,
    ) -> Option<u64> {
        let start = self.start?;
        let end = base + buffer.len() as u64;
        let newline = memchr(b'\n', buffer).map(|at| base + at as u64);
        if newline.is_none() && !is_over {
            found.skipping(start);
            return Some(end);
        }
        self.start = None;
        found.reject(
            start..newline.unwrap_or(end),
            RejectReason::TooLong,
            "a record longer than 16 MiB",
        );
        Some(newline.unwrap_or(end))
    }

    /// Where the record at the start of the buffer is over its bound: begins to skip it.
    pub(super) fn begin(&mut self, buffer: &[u8], base: u64, found: &mut Found) -> u64 {
        if buffer.len() <= RECORD_BYTES_LIMIT {
            return base;
        }
        self.start = Some(base);
        found.skipping(base);
        base + buffer.len() as u64
    }
}

//! Lines: whole ones go on, one that is too long is skipped up to its end without being kept.

use std::ops::Range;

use bakas_model::{RejectReason, limits::LINE_BYTES_LIMIT};
use memchr::{memchr, memchr_iter, memrchr};

use super::{Found, zeros};
use crate::fault::sample;

#[derive(Debug)]
pub(super) struct LineFrame {
    /// Number of the line at the start of the next chunk.
    line: u64,
    /// Number of the first line of the chunk being made.
    first: u64,
    /// The line that is being skipped: its start and its first bytes.
    skipping: Option<(u64, String)>,
    /// Whether the chunk being made is a piece of a skipped line.
    is_piece: bool,
}

impl Default for LineFrame {
    fn default() -> Self {
        Self { line: 1, first: 1, skipping: None, is_piece: false }
    }
}

impl LineFrame {
    /// The number of the chunk's first line, and its records: none where it is a piece of a
    /// skipped line, else every line.
    pub(super) fn take(&mut self) -> (u64, Option<Vec<Range<usize>>>) {
        let first = std::mem::replace(&mut self.first, self.line);
        (first, std::mem::take(&mut self.is_piece).then(Vec::new))
    }

    /// Returns the offset before which everything can be handed out.
    ///
    /// A line over the bound that fits a buffer is left to the decoder, which sees its length. A
    /// longer one is handed out in pieces that hold no record.
    pub(super) fn scan(
        &mut self,
        buffer: &[u8],
        base: u64,
        is_over: bool,
        found: &mut Found,
    ) -> u64 {
        let end = base + buffer.len() as u64;
        if let Some((start, sample)) = self.skipping.take() {
            self.is_piece = true;
            let newline = memchr(b'\n', buffer);
            if newline.is_none() && !is_over {
                self.skipping = Some((start, sample));
                found.skipping(start);
                return end;
            }
            let stop = newline.map_or(end, |at| base + at as u64);
            found.reject(start..stop, RejectReason::TooLong, "a line longer than 1 MiB");
            if let Some(reject) = found.rejects.last_mut() {
                (reject.line, reject.sample) = (Some(self.line), sample);
            }
            self.line += 1;
            return stop + u64::from(newline.is_some());
        }
        match memrchr(b'\n', buffer) {
            _ if is_over => end,
            Some(at) => {
                self.line += memchr_iter(b'\n', buffer).count() as u64;
                base + at as u64 + 1
            }
            None if zeros::leading(buffer) > LINE_BYTES_LIMIT => {
                // The line begins behind them.
                let hole = base..base + zeros::leading(buffer) as u64;
                found.reject(hole.clone(), RejectReason::Binary, "zero bytes");
                self.is_piece = true;
                hole.end
            }
            None if buffer.len() > LINE_BYTES_LIMIT => {
                self.skipping = Some((base, sample(buffer)));
                found.skipping(base);
                self.is_piece = true;
                end
            }
            None => base,
        }
    }
}

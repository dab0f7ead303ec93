//! Zero bytes at the beginning of a line: what a file system gives back where a machine stopped
//! before it had written. The line behind them is whole, so they are no part of it.

use bakas_model::limits::LINE_BYTES_LIMIT;

use super::Found;

/// How many zero bytes a text begins with.
pub(crate) fn leading(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == 0).count()
}

/// Hands the zero bytes at the start of a buffer out as a record, where they are longer than a line
/// may be and the line behind them has no end yet; says up to where.
pub(super) fn hand_out(buffer: &[u8], base: u64, found: &mut Found) -> Option<u64> {
    let hole = base..base + leading(buffer) as u64;
    let is_long = hole.end - hole.start > LINE_BYTES_LIMIT as u64;
    is_long.then(|| {
        found.records.push(hole.clone());
        hole.end
    })
}

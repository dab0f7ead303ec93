//! Binary files of blocks: event logs of Windows (a header, then chunks of 64 KiB), and utmp files
//! (records of one length). A record that is cut off or not sound is left to the decoder, which
//! rejects it.

use super::{Found, Frame};
use crate::decode::{evtx, utmp};

/// Event records within 64 KiB blocks. A block is handed out whole, for its records share names
/// and templates.
#[derive(Debug)]
pub(super) struct Evtx;

impl Frame for Evtx {
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        let mut at = if base == 0 { evtx::header_length(buffer) } else { 0 };
        while at < buffer.len() {
            let rest = buffer.get(at..).unwrap_or_default();
            let block = rest.get(..evtx::BLOCK_BYTES).unwrap_or(rest);
            if block.len() < evtx::BLOCK_BYTES && !is_over {
                break;
            }
            let start = base + at as u64;
            evtx::walk(block, |r| {
                found.records.push(start + r.start as u64..start + r.end as u64);
            });
            at += block.len();
        }
        base + at.min(buffer.len()) as u64
    }
}

/// Records of a utmp file.
#[derive(Debug, Default)]
pub(super) struct Utmp {
    /// The length of a record, told from the first bytes.
    length: Option<usize>,
}

impl Frame for Utmp {
    fn scan(&mut self, buffer: &[u8], base: u64, is_over: bool, found: &mut Found) -> u64 {
        let length = *self.length.get_or_insert_with(|| utmp::record_length(buffer));
        let mut at = 0;
        while at < buffer.len() {
            let end = (at + length).min(buffer.len());
            if end - at < length && !is_over {
                break;
            }
            found.records.push(base + at as u64..base + end as u64);
            at = end;
        }
        base + at as u64
    }
}

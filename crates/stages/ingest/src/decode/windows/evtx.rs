//! Event logs as Windows keeps them: a file's header, then blocks of 64 KiB that stand alone, each
//! with its header, its names and templates, and records of binary XML. The `evtx` crate reads a
//! block; here records are found and their rendering handed on as JSON, in the shape of its own
//! `evtx_dump`. Described by Microsoft, "[MS-EVEN6]: EventLog Remoting Protocol", 2.2.12 (binary
//! XML), and libyal's "Windows XML Event Log (EVTX) format".

use std::{ops::Range, sync::Arc};

use ::evtx::{EvtxChunkData, ParserSettings};
use bumpalo::Bump;
use rustc_hash::FxHashMap;

use crate::frame::Chunk;

/// Length of a block.
pub(crate) const BLOCK_BYTES: usize = 64 << 10;
const FILE_MARK: &[u8] = b"ElfFile\0";
const BLOCK_MARK: &[u8] = b"ElfChnk\0";
const RECORD_MARK: &[u8] = b"**\0\0";
/// Length of a block's header.
const HEADER_BYTES: usize = 512;
/// A record's header, and the copy of its length at its end.
const RECORD_BYTES_LEAST: usize = 28;
/// Where a record's binary XML begins.
const RECORD_HEADER_BYTES: u64 = 24;

pub(crate) fn looks_like(head: &[u8]) -> bool {
    head.starts_with(FILE_MARK) || head.starts_with(BLOCK_MARK)
}

/// The length of the file's header; 0 where the blocks stand without one.
pub(crate) fn header_length(head: &[u8]) -> usize {
    if !head.starts_with(FILE_MARK) {
        return 0;
    }
    let written = head.get(0x28..0x2a).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]])));
    written.filter(|length| *length >= 128).unwrap_or(4096)
}

/// Tells the records of a block, and what stands there and is none. An empty block tells nothing.
pub(crate) fn walk(block: &[u8], mut each: impl FnMut(Range<usize>)) {
    if block.iter().all(|b| *b == 0) {
        return;
    }
    if !block.starts_with(BLOCK_MARK) || block.len() < HEADER_BYTES {
        each(0..block.len());
        return;
    }
    let (records, end) = live(block);
    for record in &records {
        each(record.clone());
    }
    let last = records.last().map_or(HEADER_BYTES, |record| record.end);
    if block.get(last..end).is_some_and(|rest| rest.iter().any(|b| *b != 0)) {
        each(last..end);
    }
}

/// The records one after another, and where the block says that they end. A block that was still
/// being written says too little: records with the next numbers belong to it as well.
fn live(block: &[u8]) -> (Vec<Range<usize>>, usize) {
    let free = u32_at(block, 48).map_or(0, |n| n as usize);
    let end = free.clamp(HEADER_BYTES, BLOCK_BYTES).min(block.len());
    let mut records: Vec<Range<usize>> = Vec::new();
    let (mut at, mut last) = (HEADER_BYTES, None);
    while let Some(length) = record_length(block, at) {
        let number = u64_at(block, at + 8);
        let follows =
            last.zip(number).is_some_and(|(last, n): (u64, u64)| n == last.wrapping_add(1));
        if at >= end && !follows {
            break;
        }
        records.push(at..at + length);
        (at, last) = (at + length, number);
    }
    (records, end.max(at))
}

fn record_length(block: &[u8], at: usize) -> Option<usize> {
    if block.get(at..at + 4)? != RECORD_MARK {
        return None;
    }
    let length = u32_at(block, at + 4)? as usize;
    (length >= RECORD_BYTES_LEAST && at + length <= block.len()).then_some(length)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

/// The records of a chunk as JSON texts, by where they begin in it. One that cannot be read is
/// absent.
pub(crate) fn texts<'a>(chunk: &Chunk, arena: &'a Bump) -> FxHashMap<usize, &'a str> {
    let mut texts = FxHashMap::default();
    let settings = Arc::new(ParserSettings::default());
    let mut start = if chunk.base == 0 { header_length(&chunk.bytes) } else { 0 };
    while let Some(rest) = chunk.bytes.get(start..).filter(|rest| !rest.is_empty()) {
        let block = rest.get(..BLOCK_BYTES).unwrap_or(rest);
        render(block, &settings, |at, text| {
            texts.insert(start + at, &*arena.alloc_str(text));
        });
        start += BLOCK_BYTES;
    }
    texts
}

fn render(block: &[u8], settings: &Arc<ParserSettings>, mut each: impl FnMut(usize, &str)) {
    if !block.starts_with(BLOCK_MARK) || block.len() < HEADER_BYTES {
        return;
    }
    let (records, _) = live(block);
    let Some(last) = records.last() else { return };
    let mut data = block.to_vec();
    data.resize(BLOCK_BYTES, 0);
    // The header of a block that was being written lags behind its records.
    if let Some(number) = data.get(last.start + 8..last.start + 16).map(<[u8]>::to_vec) {
        data[32..40].copy_from_slice(&number);
    }
    let end = u32::try_from(last.end).unwrap_or(BLOCK_BYTES as u32);
    data[48..52].copy_from_slice(&end.to_le_bytes());
    let Ok(mut data) = EvtxChunkData::new(data, false) else { return };
    let Ok(mut parsed) = data.parse(Arc::clone(settings)) else { return };
    for record in parsed.iter().flatten() {
        let at = record.binxml_offset.saturating_sub(RECORD_HEADER_BYTES) as usize;
        if let Ok(rendered) = record.into_json() {
            each(at, &rendered.data);
        }
    }
}

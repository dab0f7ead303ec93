//! One sorted run in an unnamed temporary file: blocks of postcard items, packed with LZ4.
//! It neither sorts nor compares.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// Bytes of items that are packed together.
const BLOCK_BYTES: usize = 64 << 10;
/// Largest block that is believed when read back: one item may be large.
const BLOCK_BYTES_LIMIT: usize = 1 << 30;
/// Two little-endian 32-bit numbers: bytes unpacked, bytes packed.
const HEADER_BYTES: usize = 8;

/// A written run.
#[derive(Debug)]
pub(super) struct Run {
    file: File,
    pub(super) items: u64,
    pub(super) bytes: u64,
}

/// Writes one run.
#[derive(Debug)]
pub(super) struct RunWriter {
    dir: PathBuf,
    file: File,
    block: Vec<u8>,
    packed: Vec<u8>,
    items: u64,
    bytes: u64,
}

/// Reads one run back, item by item.
#[derive(Debug)]
pub(super) struct RunReader<T> {
    dir: PathBuf,
    file: File,
    left_items: u64,
    left_bytes: u64,
    block: Vec<u8>,
    packed: Vec<u8>,
    at: usize,
    item: PhantomData<fn() -> T>,
}

impl RunWriter {
    pub(super) fn new(dir: &Path) -> Result<Self, StoreError> {
        let file = tempfile::tempfile_in(dir)
            .map_err(|e| StoreError::io("make a temporary file in", dir, e))?;
        Ok(Self {
            dir: dir.to_owned(),
            file,
            block: Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 8),
            packed: Vec::new(),
            items: 0,
            bytes: 0,
        })
    }

    pub(super) fn push(&mut self, item: &impl Serialize) -> Result<(), StoreError> {
        let block = std::mem::take(&mut self.block);
        self.block = postcard::to_extend(item, block).map_err(|e| StoreError::Encode {
            what: "an item of a temporary file".to_owned(),
            source: Box::new(e),
        })?;
        self.items += 1;
        if self.block.len() >= BLOCK_BYTES { self.flush() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<Run, StoreError> {
        self.flush()?;
        Ok(Run { file: self.file, items: self.items, bytes: self.bytes })
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        if self.block.is_empty() {
            return Ok(());
        }
        let bound = lz4_flex::block::get_maximum_output_size(self.block.len());
        self.packed.resize(HEADER_BYTES + bound, 0);
        let packed = lz4_flex::block::compress_into(&self.block, &mut self.packed[HEADER_BYTES..])
            .map_err(|e| StoreError::Encode {
                what: "a block of a temporary file".to_owned(),
                source: Box::new(e),
            })?;
        let size = |n: usize| u32::try_from(n).map_err(|_| too_large());
        self.packed[..4].copy_from_slice(&size(self.block.len())?.to_le_bytes());
        self.packed[4..HEADER_BYTES].copy_from_slice(&size(packed)?.to_le_bytes());
        self.file
            .write_all(&self.packed[..HEADER_BYTES + packed])
            .map_err(|e| StoreError::io("write a temporary file in", &self.dir, e))?;
        self.bytes += (HEADER_BYTES + packed) as u64;
        self.block.clear();
        Ok(())
    }
}

impl<T: DeserializeOwned> RunReader<T> {
    pub(super) fn new(run: Run, dir: &Path) -> Result<Self, StoreError> {
        let mut file = run.file;
        file.seek(SeekFrom::Start(0))
            .map_err(|e| StoreError::io("read a temporary file in", dir, e))?;
        Ok(Self {
            dir: dir.to_owned(),
            file,
            left_items: run.items,
            left_bytes: run.bytes,
            block: Vec::new(),
            packed: Vec::new(),
            at: 0,
            item: PhantomData,
        })
    }

    /// The next item, or `None` when all that were written have come back.
    pub(super) fn next(&mut self) -> Result<Option<T>, StoreError> {
        if self.left_items == 0 {
            return if self.left_bytes == 0 && self.at == self.block.len() {
                Ok(None)
            } else {
                Err(damaged("it holds more than was written"))
            };
        }
        if self.at == self.block.len() {
            self.load()?;
        }
        let rest = &self.block[self.at..];
        let (item, left) = postcard::take_from_bytes(rest).map_err(|e| damaged(&e.to_string()))?;
        self.at = self.block.len() - left.len();
        self.left_items -= 1;
        Ok(Some(item))
    }

    fn load(&mut self) -> Result<(), StoreError> {
        let mut header = [0; HEADER_BYTES];
        let read = |e: io::Error| StoreError::io("read a temporary file in", &self.dir, e);
        self.file.read_exact(&mut header).map_err(read)?;
        let [a, b, c, d, e, f, g, h] = header;
        let unpacked = u32::from_le_bytes([a, b, c, d]) as usize;
        let packed = u32::from_le_bytes([e, f, g, h]) as usize;
        let all = (HEADER_BYTES + packed) as u64;
        if unpacked > BLOCK_BYTES_LIMIT || all > self.left_bytes {
            return Err(damaged("a block is longer than what was written"));
        }
        self.packed.resize(packed, 0);
        self.file.read_exact(&mut self.packed).map_err(read)?;
        self.block.resize(unpacked, 0);
        let got = lz4_flex::block::decompress_into(&self.packed, &mut self.block)
            .map_err(|e| damaged(&e.to_string()))?;
        if got != unpacked {
            return Err(damaged("a block unpacks to another size"));
        }
        self.left_bytes -= all;
        self.at = 0;
        Ok(())
    }
}

fn damaged(detail: &str) -> StoreError {
    StoreError::Damaged { what: "a temporary file".to_owned(), detail: detail.to_owned() }
}

fn too_large() -> StoreError {
    StoreError::Encode {
        what: "an item of a temporary file".to_owned(),
        source: "it is over 4 GiB".into(),
    }
}

//! Table files held in memory by the system, not copied: the one place of the engine that maps.

use std::{fs::File, io};

use memmap2::Mmap;

/// Maps a table file for reading.
#[expect(
    unsafe_code,
    reason = "a mapped file must not shrink or change: Bakas replaces its tables by renaming and \
              never writes into one, and each was checked when it was opened"
)]
pub(super) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: see the reason above; nobody else is meant to write into the data folder.
    unsafe { Mmap::map(file) }
}

//! The log as a folder that any server can hand out (C2SP tlog-tiles): the checkpoint and the tiles of
//! hashes. There are no entries: a record's leaf is made of what only the case and its logs hold, and
//! whoever is shown one gets it as an opening.

use std::{fs, path::Path};

use bakas_seal::{
    leaf::HASH_BYTES,
    tree::{Growth, LEVELS, Levels as _, TILE_HASHES, hashes_of, tile_path, tile_root},
};

use super::{broken, disk::Disk, level_file};
use crate::Error;

/// The name of the checkpoint in the folder, as C2SP has it.
const CHECKPOINT: &str = "checkpoint";

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Leaves that the checkpoint speaks for.
    pub leaves: u64,
    /// Tiles that were written.
    pub tiles: u64,
}

/// Writes the log into a new folder. Every full tile must give the hash above it, and the last ones the
/// checkpoint's root; the checkpoint is written last, so that a folder without one is none.
///
/// # Errors
/// When there is no log, it is damaged, or the folder is there already or cannot be written.
pub fn export(case: &Path, out: &Path) -> Result<Exported, Error> {
    let (disk, note, head) = super::read(case)?;
    let write = |source| Error::Write { path: out.to_owned(), source };
    let growth = Growth::of(&disk, head.size).map_err(broken)?;
    if growth.root() != head.root {
        return Err(Error::Seal("the log is damaged: see `bakas verify`".to_owned()));
    }
    fs::create_dir(out).map_err(write)?;
    let inside = fs::canonicalize(out).and_then(|out| Ok(out.starts_with(fs::canonicalize(case)?)));
    if inside.map_err(write)? {
        fs::remove_dir(out).map_err(write)?;
        return Err(Error::Usage("the folder must not lie in the case".to_owned()));
    }
    let mut tiles = 0;
    for level in 0..LEVELS {
        let hashes = hashes_of(level, head.size);
        for number in 0..hashes.div_ceil(TILE_HASHES) {
            let width = TILE_HASHES.min(hashes - number * TILE_HASHES);
            tile(&disk, out, (level, number, width))?;
            tiles += 1;
        }
    }
    bakas_store::write_new(&out.join(CHECKPOINT), note.as_bytes())?;
    Ok(Exported { leaves: head.size, tiles })
}

fn tile(disk: &Disk, out: &Path, (level, number, width): (u8, u64, u64)) -> Result<(), Error> {
    let count = usize::try_from(width).expect("a tile has 256 hashes at most");
    let read = |source| Error::Read { path: level_file(level).into(), source };
    let bytes = disk.read(level, number * TILE_HASHES, count).map_err(read)?;
    let (hashes, _) = bytes.as_chunks::<HASH_BYTES>();
    if width == TILE_HASHES
        && level + 1 < LEVELS
        && tile_root(hashes) != disk.hash(level + 1, number)?
    {
        let what = format!("the log is damaged: tile {number} of {}", level_file(level));
        return Err(Error::Seal(what));
    }
    let path = out.join(tile_path(level, number, u32::try_from(width).expect("256 at most")));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    }
    fs::write(&path, &bytes).map_err(|source| Error::Write { path: path.clone(), source })
}

//! The log as a folder that any server can hand out (C2SP tlog-tiles): the checkpoint and the tiles of
//! hashes. There are no entries: a record's leaf is made of what only the case and its logs hold, and
//! whoever is shown one gets it as an opening.

use std::{fs, path::Path};

use bakas_seal::{
    leaf::HASH_BYTES,
    tree::{Growth, LEVELS, Levels as _, TILE_HASHES, hashes_of, tile_path, tile_root},
};
use bakas_store::CaseFolder;

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

/// Writes the log into a new folder, all of it or nothing. Every full tile must give the hash above it,
/// and the last ones the checkpoint's root.
///
/// # Errors
/// When there is no log, it is damaged, or the folder is there already or cannot be written.
pub fn export(case: &Path, out: &Path) -> Result<Exported, Error> {
    let (disk, note, head) = super::read(case)?;
    let growth = Growth::of(&disk, head.size).map_err(broken)?;
    if growth.root() != head.root {
        return Err(Error::Seal("the log is damaged: see `bakas verify`".to_owned()));
    }
    refuse_within(case, out)?;
    let folder = CaseFolder::create(out, false)?;
    let mut tiles = 0;
    for level in 0..LEVELS {
        let hashes = hashes_of(level, head.size);
        for number in 0..hashes.div_ceil(TILE_HASHES) {
            let width = TILE_HASHES.min(hashes - number * TILE_HASHES);
            tile(&disk, &folder, (level, number, width))?;
            tiles += 1;
        }
    }
    folder.write_bytes(CHECKPOINT, note.as_bytes())?;
    folder.commit()?;
    Ok(Exported { leaves: head.size, tiles })
}

/// What lies in the case would no longer be the case that was sealed.
fn refuse_within(case: &Path, out: &Path) -> Result<(), Error> {
    let read = |path: &Path| {
        fs::canonicalize(path).map_err(|source| Error::Read { path: path.to_owned(), source })
    };
    let above = out.parent().filter(|above| !above.as_os_str().is_empty());
    if read(above.unwrap_or(Path::new(".")))?.starts_with(read(case)?) {
        return Err(Error::Usage("the folder must not lie in the case".to_owned()));
    }
    Ok(())
}

fn tile(
    disk: &Disk,
    folder: &CaseFolder,
    (level, number, width): (u8, u64, u64),
) -> Result<(), Error> {
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
    let name = tile_path(level, number, u32::try_from(width).expect("256 at most"));
    Ok(folder.write_bytes(&name, &bytes)?)
}

//! The places a case folder moves between, and what may be moved away for it. Nothing here writes
//! a case's content.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{CASE_FILE, is_absent};
use crate::StoreError;

/// Every file below a folder with its size, sorted by path with `/`. Links are listed, and not
/// followed.
///
/// # Errors
/// When a folder cannot be read, or a name is no UTF-8.
pub fn list_files(dir: &Path) -> Result<Vec<(String, u64)>, StoreError> {
    let mut found = Vec::new();
    let mut todo = vec![(dir.to_owned(), String::new())];
    while let Some((folder, prefix)) = todo.pop() {
        let read = |e| StoreError::io("list", &folder, e);
        for entry in fs::read_dir(&folder).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = entry.file_name().into_string().map_err(|name| {
                read(io::Error::other(format!("a name is not UTF-8: {}", name.display())))
            })?;
            let meta = entry.metadata().map_err(read)?;
            let name = format!("{prefix}{name}");
            if meta.is_dir() {
                todo.push((entry.path(), format!("{name}/")));
            } else {
                found.push((name, meta.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a folder holds a case of Bakas, of whatever version.
#[must_use]
pub fn is_case(dir: &Path) -> bool {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let Ok(file) = File::open(dir.join(CASE_FILE)) else { return false };
    let head: Result<Head, _> = serde_json::from_reader(BufReader::new(file));
    head.is_ok_and(|head| head.schema.starts_with("bakas-case/"))
}

/// The path from the root, so that a later change of the working folder does no harm.
pub(super) fn absolute(out: &Path) -> Result<PathBuf, StoreError> {
    let path = std::path::absolute(out).map_err(|e| StoreError::io("find", out, e))?;
    if path.file_name().is_none() {
        return Err(taken(&path, "is no place for a case: name a new folder"));
    }
    Ok(path)
}

/// `OUT.partial` for `OUT`.
pub(super) fn beside(out: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(out.file_name().unwrap_or_default());
    name.push(suffix);
    out.with_file_name(name)
}

/// Refuses a place that holds anything but a case that may be replaced.
pub(super) fn check_free(out: &Path, replace: bool) -> Result<(), StoreError> {
    let meta = match fs::symlink_metadata(out) {
        Ok(meta) => meta,
        Err(e) if is_absent(&e) => return Ok(()),
        Err(e) => return Err(StoreError::io("look at", out, e)),
    };
    if !meta.is_dir() {
        return Err(taken(out, "is not a folder: choose another name"));
    }
    if is_empty(out)? {
        return Ok(());
    }
    match (is_case(out), replace) {
        (true, true) => Ok(()),
        (true, false) => {
            Err(taken(out, "holds a case already: choose another name, or replace it"))
        }
        (false, _) => Err(taken(out, "is not empty and holds no case: choose another name")),
    }
}

/// Makes the partial folder ours: what an interrupted run left is removed first. The returned
/// file is locked for as long as it is open.
pub(super) fn claim(partial: &Path, marker: &str) -> Result<File, StoreError> {
    if let Some(parent) = partial.parent() {
        fs::create_dir_all(parent).map_err(|e| StoreError::io("make", parent, e))?;
    }
    match fs::create_dir(partial) {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            remove_leftover(partial, marker)?;
            fs::create_dir(partial).map_err(|e| StoreError::io("make", partial, e))?;
        }
        Err(e) => return Err(StoreError::io("make", partial, e)),
    }
    let path = partial.join(marker);
    let file = File::create_new(&path).map_err(|e| StoreError::io("create", &path, e))?;
    lock(&file, partial)?;
    Ok(file)
}

fn remove_leftover(partial: &Path, marker: &str) -> Result<(), StoreError> {
    let marker = partial.join(marker);
    match File::open(&marker) {
        Ok(file) => lock(&file, partial)?,
        Err(e) if is_absent(&e) => {
            // A run that ended between the last two steps leaves a case without its marker.
            if !is_case(partial) && !is_empty(partial)? {
                return Err(taken(partial, "is in the way and not ours: move it elsewhere"));
            }
        }
        Err(e) => return Err(StoreError::io("open", marker, e)),
    }
    fs::remove_dir_all(partial).map_err(|e| StoreError::io("remove what was left in", partial, e))
}

fn lock(file: &File, partial: &Path) -> Result<(), StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(taken(
            partial,
            "is being written by another run: wait for it, or choose another name",
        )),
        Err(TryLockError::Error(e)) => Err(StoreError::io("lock", partial, e)),
    }
}

/// Makes every file and folder below durable, and then the folder itself.
///
/// A lake has thousands of small files, and the system takes some ten milliseconds to make one
/// durable: where it can be asked for the whole file system at once, it is (`syncfs`, which tells
/// of failed writes since Linux 5.8).
pub(super) fn make_durable(dir: &Path) -> Result<(), StoreError> {
    #[cfg(target_os = "linux")]
    {
        let folder = File::open(dir).map_err(|e| StoreError::io("open", dir, e))?;
        if rustix::fs::syncfs(&folder).is_ok() {
            return Ok(());
        }
    }
    one_by_one(dir)
}

fn one_by_one(dir: &Path) -> Result<(), StoreError> {
    let list = |e| StoreError::io("list", dir, e);
    for entry in fs::read_dir(dir).map_err(list)? {
        let entry = entry.map_err(list)?;
        if entry.file_type().map_err(list)?.is_dir() {
            one_by_one(&entry.path())?;
        } else {
            sync(&entry.path())?;
        }
    }
    sync(dir)
}

/// Puts `partial` where `out` is. What was there is moved aside first and removed last; where the
/// move fails it is put back.
pub(super) fn exchange(partial: &Path, out: &Path) -> Result<(), StoreError> {
    let aside = free_name(out);
    let had = match fs::rename(out, &aside) {
        Ok(()) => true,
        Err(e) if is_absent(&e) => false,
        Err(e) => return Err(StoreError::io("move aside", out, e)),
    };
    if let Err(e) = fs::rename(partial, out) {
        if had && let Err(back) = fs::rename(&aside, out) {
            return Err(StoreError::io("put the older case back from", aside, back));
        }
        return Err(StoreError::io("move the case to", out, e));
    }
    if let Some(parent) = out.parent() {
        sync(parent)?;
    }
    if had {
        fs::remove_dir_all(&aside)
            .map_err(|e| StoreError::io("remove the older case", aside, e))?;
    }
    Ok(())
}

fn free_name(out: &Path) -> PathBuf {
    (0_u32..)
        .map(|n| beside(out, &format!(".old{n}")))
        .find(|path| fs::symlink_metadata(path).is_err())
        .unwrap_or_else(|| beside(out, ".old"))
}

fn sync(path: &Path) -> Result<(), StoreError> {
    let file = File::open(path).map_err(|e| StoreError::io("open", path, e))?;
    file.sync_all().map_err(|e| StoreError::io("make durable", path, e))
}

fn is_empty(dir: &Path) -> Result<bool, StoreError> {
    let mut entries = fs::read_dir(dir).map_err(|e| StoreError::io("list", dir, e))?;
    Ok(entries.next().is_none())
}

fn taken(path: &Path, why: &'static str) -> StoreError {
    StoreError::Taken { path: path.to_owned(), why }
}

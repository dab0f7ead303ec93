//! A case folder, staged beside its place and moved there whole. It knows how files get to the
//! disk and nothing of what stands in them.
//!
//! Everything is written into `OUT.partial`; [`CaseFolder::commit`] makes it durable and renames
//! it to `OUT`. So a folder that bears the case's name is complete, whatever happened.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

use crate::StoreError;

mod ndjson;
mod place;

pub use ndjson::NdjsonWriter;
pub use place::{is_case, list_files};

/// The case's document.
pub const CASE_FILE: &str = "case.json";
/// The events, as Parquet.
pub const EVENTS_DIR: &str = "events";
/// Says that a partial folder is ours; locked while somebody writes it.
const MARKER: &str = ".bakas-partial";
/// Temporary files, gone before the case is complete.
const TEMP_DIR: &str = ".temp";

/// Names of files that are being written.
type Unfinished = Arc<Mutex<BTreeSet<String>>>;

/// A case that is being written. Dropped before it is committed, it is removed; see
/// [`CaseFolder::abandon`] to learn whether that worked.
#[derive(Debug)]
pub struct CaseFolder {
    out: PathBuf,
    partial: PathBuf,
    marker: Option<File>,
    unfinished: Unfinished,
}

impl CaseFolder {
    /// Begins a case that shall become `out`. With `replace`, a case that is there already gives
    /// way when the new one is complete; anything else that is there stays, and is an error.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where `out` or the folder beside it is in use; else what the file
    /// system says.
    pub fn create(out: &Path, replace: bool) -> Result<Self, StoreError> {
        let out = place::absolute(out)?;
        place::check_free(&out, replace)?;
        let partial = place::beside(&out, ".partial");
        let marker = place::claim(&partial, MARKER)?;
        let folder = Self { out, partial, marker: Some(marker), unfinished: Unfinished::default() };
        let temp = folder.temp_dir();
        fs::create_dir(&temp).map_err(|e| StoreError::io("make", temp, e))?;
        Ok(folder)
    }

    /// Where the files lie until the case is complete.
    #[must_use]
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Where the case will be.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// A folder for temporary files; it is gone when the case is complete.
    #[must_use]
    pub fn temp_dir(&self) -> PathBuf {
        self.partial.join(TEMP_DIR)
    }

    /// The folder of the event lake.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn events_dir(&self) -> Result<PathBuf, StoreError> {
        let events = self.partial.join(EVENTS_DIR);
        fs::create_dir_all(&events).map_err(|e| StoreError::io("make", &events, e))?;
        Ok(events)
    }

    /// Writes a document as indented JSON.
    ///
    /// # Errors
    /// When the name is taken or no name, the value is not JSON, or the disk is full.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), StoreError> {
        let (path, file) = self.create_file(name)?;
        let mut file = BufWriter::with_capacity(1 << 16, file);
        let written = serde_json::to_writer_pretty(&mut file, value)
            .map_err(|e| ndjson::json_error(e, name, &path));
        written?;
        file.write_all(b"\n")
            .and_then(|()| file.flush())
            .map_err(|e| StoreError::io("write", &path, e))?;
        self.finished(name);
        Ok(())
    }

    /// Writes a file as it is.
    ///
    /// # Errors
    /// When the name is taken or no name, or the disk is full.
    pub fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let (path, mut file) = self.create_file(name)?;
        file.write_all(bytes).map_err(|e| StoreError::io("write", path, e))?;
        self.finished(name);
        Ok(())
    }

    /// Begins a file of one JSON document a line.
    ///
    /// # Errors
    /// When the name is taken or no name.
    pub fn ndjson(&self, name: &str) -> Result<NdjsonWriter, StoreError> {
        let (path, file) = self.create_file(name)?;
        Ok(NdjsonWriter::new(name, path, file, Arc::clone(&self.unfinished)))
    }

    /// Opens what was written, for instance to seal it.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn open(&self, name: &str) -> Result<File, StoreError> {
        let path = self.path_of(name)?;
        File::open(&path).map_err(|e| StoreError::io("open", path, e))
    }

    /// Every file written so far with its size, temporary ones left out; sorted by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut files = list_files(&self.partial)?;
        files.retain(|(name, _)| name != MARKER && !name.starts_with(".temp/"));
        Ok(files)
    }

    /// Makes everything durable and puts the case in its place.
    ///
    /// # Errors
    /// When a file was not finished, or the file system refuses; the partial folder is then
    /// removed, and an older case stays as it was.
    pub fn commit(mut self) -> Result<PathBuf, StoreError> {
        if let Some(name) = self.names().first() {
            return Err(StoreError::Damaged {
                what: name.clone(),
                detail: "it was begun and not finished".to_owned(),
            });
        }
        let temp = self.temp_dir();
        fs::remove_dir_all(&temp).map_err(|e| StoreError::io("remove", temp, e))?;
        let marker = self.partial.join(MARKER);
        fs::remove_file(&marker).map_err(|e| StoreError::io("remove", marker, e))?;
        place::make_durable(&self.partial)?;
        place::exchange(&self.partial, &self.out)?;
        self.marker = None;
        Ok(std::mem::take(&mut self.out))
    }

    /// Gives the case up and removes what was written.
    ///
    /// # Errors
    /// When that fails; the error names the folder that is left.
    pub fn abandon(mut self) -> Result<(), StoreError> {
        self.remove()
    }

    fn remove(&mut self) -> Result<(), StoreError> {
        let Some(_marker) = self.marker.take() else { return Ok(()) };
        fs::remove_dir_all(&self.partial)
            .map_err(|e| StoreError::io("remove the unfinished case", &self.partial, e))
    }

    fn path_of(&self, name: &str) -> Result<PathBuf, StoreError> {
        let inside = !name.is_empty()
            && !name.contains('\\')
            && !name.starts_with('.')
            && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if inside { Ok(self.partial.join(name)) } else { Err(StoreError::BadName(name.to_owned())) }
    }

    fn create_file(&self, name: &str) -> Result<(PathBuf, File), StoreError> {
        let path = self.path_of(name)?;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| StoreError::io("make", parent, e))?;
        }
        let file = File::create_new(&path).map_err(|e| StoreError::io("create", &path, e))?;
        self.names().insert(name.to_owned());
        Ok((path, file))
    }

    fn finished(&self, name: &str) {
        self.names().remove(name);
    }

    fn names(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        // A set of names is whole whatever a panicking thread was doing.
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for CaseFolder {
    fn drop(&mut self) {
        // Nobody is left to be told: who wants to know calls `abandon`.
        drop(self.remove());
    }
}

/// Whether the system says that something is not there.
fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

//! A file of one JSON document a line. It does not say what the documents are.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::PoisonError,
};

use serde::Serialize;

use super::Unfinished;
use crate::StoreError;

/// Writes JSON documents, one a line. A file that was not finished cannot become part of a case.
#[derive(Debug)]
pub struct NdjsonWriter {
    name: String,
    path: PathBuf,
    file: BufWriter<File>,
    line: Vec<u8>,
    lines: u64,
    unfinished: Unfinished,
}

impl NdjsonWriter {
    pub(super) fn new(name: &str, path: PathBuf, file: File, unfinished: Unfinished) -> Self {
        Self {
            name: name.to_owned(),
            path,
            file: BufWriter::with_capacity(1 << 18, file),
            line: Vec::new(),
            lines: 0,
            unfinished,
        }
    }

    /// Adds one line.
    ///
    /// # Errors
    /// When the document is no JSON, or the disk is full.
    pub fn write(&mut self, document: &impl Serialize) -> Result<(), StoreError> {
        // Serialised aside first, so that a document that fails leaves no half line.
        self.line.clear();
        serde_json::to_writer(&mut self.line, document)
            .map_err(|e| json_error(e, &self.name, &self.path))?;
        self.line.push(b'\n');
        self.file.write_all(&self.line).map_err(|e| StoreError::io("write", &self.path, e))?;
        self.lines += 1;
        Ok(())
    }

    /// How many lines were written.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// Completes the file and says how many lines it has.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn finish(mut self) -> Result<u64, StoreError> {
        self.file.flush().map_err(|e| StoreError::io("write", &self.path, e))?;
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
        Ok(self.lines)
    }
}

/// The file system's failure where there was one, else that the value is no JSON.
pub(super) fn json_error(error: serde_json::Error, name: &str, path: &Path) -> StoreError {
    if error.is_io() {
        return StoreError::io("write", path, io::Error::from(error));
    }
    StoreError::Encode { what: name.to_owned(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_such() {
        let full = Path::new("/dev/full");
        let Ok(file) = File::options().write(true).open(full) else {
            return;
        };
        let mut writer =
            NdjsonWriter::new("x.ndjson", full.to_owned(), file, Unfinished::default());
        writer.write(&"held back in memory").expect("one line stays in memory");
        let failed = writer.finish().expect_err("nothing fits");
        assert!(failed.is_disk_full(), "{failed:?}");
        assert!(failed.to_string().contains("free some space"), "{failed}");
    }
}

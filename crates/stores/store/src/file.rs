//! One file outside a case, written whole or not at all. Files of a case go through
//! [`crate::CaseFolder`].

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use crate::StoreError;

/// Writes a new file and makes it durable; the folder above it must be there. A file that is there
/// already is left alone, and one that could not be completed is removed.
///
/// # Errors
/// When there is such a file already, or it cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = File::create_new(path).map_err(|e| StoreError::io("create", path, e))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(|e| {
        // What is half written is of no use; that it could not be written is what is told.
        drop(fs::remove_file(path));
        StoreError::io("write", path, e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("x");
        write_new(&path, b"1").expect("a new file");
        let refused = write_new(&path, b"2").expect_err("it is there");
        assert!(refused.to_string().starts_with("could not create "), "{refused}");
        assert_eq!(fs::read(&path).expect("a file"), b"1");
    }
}

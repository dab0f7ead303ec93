//! Single files, written whole or not at all: new ones, ones that replace others, and ones that only
//! grow. Files of a case that is being made go through [`crate::CaseFolder`].

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek as _, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::StoreError;

/// Writes a new file and makes it durable; the folder above it must be there. A file that is there
/// already is left alone, and one that could not be completed is removed.
///
/// # Errors
/// When there is such a file already, or it cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    write_new_from(path, &mut &bytes[..])
}

fn write_new_from(path: &Path, from: &mut dyn Read) -> Result<(), StoreError> {
    let mut file = File::create_new(path).map_err(|e| StoreError::io("create", path, e))?;
    let written = io::copy(from, &mut file).and_then(|_| file.sync_all());
    written.map_err(|e| {
        // What is half written is of no use; that it could not be written is what is told.
        drop(fs::remove_file(path));
        StoreError::io("write", path, e)
    })
}

/// Puts a file in the place of another, or of none: whoever reads sees the old or the new one whole.
/// It is written beside its place under its name with `.partial`.
///
/// # Errors
/// When it cannot be written; the file that was there stays.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace_from(path, &mut &bytes[..])
}

/// The same with bytes that come one after the other, and need not fit into memory. The caller
/// bounds them.
///
/// # Errors
/// When they cannot be read or written; the file that was there stays.
pub fn replace_from(path: &Path, from: &mut dyn Read) -> Result<(), StoreError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = path.with_file_name(name);
    match fs::remove_file(&partial) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(StoreError::io("remove what was left in", &partial, e));
        }
        _ => {}
    }
    write_new_from(&partial, from)?;
    fs::rename(&partial, path).map_err(|e| StoreError::io("put in place", path, e))?;
    make_folder_durable(path)
}

/// A file that only grows, open and locked: nobody else appends meanwhile.
#[derive(Debug)]
pub struct Appended {
    file: File,
    path: PathBuf,
}

impl Appended {
    /// Opens the file, making it where it is not there, and waits until nobody else holds it.
    ///
    /// # Errors
    /// When it is no plain file, or cannot be opened or locked.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let wrong = |e| StoreError::io("open", path, e);
        loop {
            match fs::symlink_metadata(path) {
                Ok(meta) if !meta.is_file() => {
                    return Err(wrong(io::Error::other("it is a link or no file")));
                }
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(wrong(e)),
                _ => {}
            }
            let mut options = OpenOptions::new();
            let file = options.read(true).append(true).create(true).open(path).map_err(wrong)?;
            file.lock().map_err(|e| StoreError::io("lock", path, e))?;
            // While we waited, the folder may have been exchanged for a new one.
            if is_same(&file, path) {
                return Ok(Self { file, path: path.to_owned() });
            }
        }
    }

    /// What stands in it, at most so many bytes.
    ///
    /// # Errors
    /// When it cannot be read or is larger.
    pub fn read(&mut self, limit: u64) -> Result<Vec<u8>, StoreError> {
        let read = |e| StoreError::io("read", &self.path, e);
        self.file.seek(SeekFrom::Start(0)).map_err(read)?;
        let mut bytes = Vec::new();
        (&self.file).take(limit + 1).read_to_end(&mut bytes).map_err(read)?;
        if bytes.len() as u64 > limit {
            return Err(read(io::Error::other(format!("it is larger than {limit} bytes"))));
        }
        Ok(bytes)
    }

    /// Appends, and makes it durable before it returns.
    ///
    /// # Errors
    /// When it cannot be written; what was written of it is taken back.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let write = |e| StoreError::io("append to", &self.path, e);
        let before = self.file.metadata().map_err(write)?.len();
        let written = self.file.write_all(bytes).and_then(|()| self.file.sync_all());
        written.map_err(|e| {
            // Where this fails too, the end of the file is half a line, and its reader says so.
            drop(self.file.set_len(before));
            write(e)
        })?;
        make_folder_durable(&self.path)
    }

    /// Takes back what a writer that was ended left half written.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn cut(&mut self, bytes: u64) -> Result<(), StoreError> {
        self.file.set_len(bytes).map_err(|e| StoreError::io("cut", &self.path, e))
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(ours), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_same(_file: &File, path: &Path) -> bool {
    path.exists()
}

fn make_folder_durable(path: &Path) -> Result<(), StoreError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let opened = File::open(folder).and_then(|folder| folder.sync_all());
    opened.map_err(|e| StoreError::io("make durable", folder, e))
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

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("x.toml");
        fs::write(dir.path().join("x.toml.partial"), b"left by a run that was ended")
            .expect("a file");
        for text in ["one", "two"] {
            replace(&path, text.as_bytes()).expect("a file");
            assert_eq!(fs::read_to_string(&path).expect("a file"), text);
        }
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn many_writers_lose_no_line() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("x.ndjson");
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for line in 0..25 {
                        let mut file = Appended::open(path).expect("a file");
                        let before = file.read(1 << 20).expect("a file");
                        let count = before.iter().filter(|byte| **byte == b'\n').count();
                        let text = format!("{count} {writer} {line}\n");
                        file.append(text.as_bytes()).expect("a line");
                    }
                });
            }
        });
        let text = fs::read_to_string(&path).expect("a file");
        let numbers: Vec<usize> =
            text.lines().map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_link_is_not_followed_and_a_large_file_not_read() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("x.ndjson");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(dir.path().join("elsewhere"), &path).expect("a link");
            assert!(Appended::open(&path).is_err());
            fs::remove_file(&path).expect("the link");
        }
        let mut file = Appended::open(&path).expect("a file");
        file.append(&[b'x'; 11]).expect("bytes");
        assert!(file.read(10).is_err());
        assert_eq!(file.read(11).expect("bytes").len(), 11);
    }
}

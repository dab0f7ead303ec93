//! Files that a user gives beside the logs — rules, pipelines, formats — as text with their names.
//! What stands in them is read elsewhere.

use std::{
    fs,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
    thread,
};

use crate::Error;

/// So many files are read sooner by one thread.
const SHARED_LEAST: usize = 200;
/// Most threads that read.
const THREADS_LIMIT: usize = 4;
/// Most files are smaller, and are read at once.
const READ_BYTES: usize = 64 << 10;

/// A file that is given: where it is, and its path below what was given.
pub(crate) type Listed = (PathBuf, String);

/// Reads files, and of folders every file below with one of these extensions. Of a file that is
/// larger than `limit` one byte more is read than that, so that its reader sees, and says, that
/// it is over.
pub(crate) fn gather(
    paths: &[PathBuf],
    extensions: &[&str],
    limit: u64,
    texts: &mut Vec<(String, String)>,
) -> Result<(), Error> {
    texts.extend(read(&list(paths, extensions)?, limit)?);
    Ok(())
}

/// Finds files, and of folders every file below with one of these extensions.
pub(crate) fn list(paths: &[PathBuf], extensions: &[&str]) -> Result<Vec<Listed>, Error> {
    let mut walk = Walk { extensions, found: Vec::new() };
    paths.iter().try_for_each(|path| walk.path(path, path))?;
    Ok(walk.found)
}

/// Reads files, as [`gather`] does: the texts of all, in their order, with their names.
pub(crate) fn read(files: &[Listed], limit: u64) -> Result<Vec<(String, String)>, Error> {
    let read = |part: &[Listed]| {
        let mut room = vec![0; READ_BYTES];
        part.iter().map(|(path, name)| Ok((name.clone(), file(path, limit, &mut room)?))).collect()
    };
    let parts: Vec<Result<Vec<_>, Error>> = shared(files, &read);
    let mut texts = Vec::with_capacity(files.len());
    for part in parts {
        texts.extend(part?);
    }
    Ok(texts)
}

/// Does something to files, many at once on several threads: what each part came to, in order.
pub(crate) fn shared<T: Send>(files: &[Listed], work: &(impl Fn(&[Listed]) -> T + Sync)) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_LIMIT);
    let threads = if files.len() < SHARED_LEAST { 1 } else { threads };
    let mut parts = files.chunks(files.len().div_ceil(threads).max(1));
    let first = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let others: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let first = std::iter::once(work(first));
        first.chain(others.into_iter().map(|o| o.join().expect("reading does not panic"))).collect()
    })
}

/// These files, and those below these folders with one of these extensions, in order.
pub(crate) fn paths(given: &[PathBuf], extensions: &[&str]) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = given.to_vec();
    while let Some(path) = open.pop() {
        let read = |source| Error::Read { path: path.clone(), source };
        if fs::metadata(&path).map_err(read)?.is_dir() {
            for entry in fs::read_dir(&path).map_err(read)? {
                let inner = entry.map_err(read)?.path();
                if inner.is_dir() || has_extension(&inner, extensions) {
                    open.push(inner);
                }
            }
        } else if has_extension(&path, extensions) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file is called so.
pub(crate) fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|own| extensions.iter().any(|extension| own == *extension))
}

/// Finds files, each with its path below what was given.
struct Walk<'a> {
    extensions: &'a [&'a str],
    found: Vec<Listed>,
}

impl Walk<'_> {
    fn path(&mut self, root: &Path, path: &Path) -> Result<(), Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        if fs::metadata(path).map_err(read)?.is_dir() {
            for entry in fs::read_dir(path).map_err(read)? {
                let entry = entry.map_err(read)?;
                let (inner, kind) = (entry.path(), entry.file_type().map_err(read)?);
                let is_asked = has_extension(&inner, self.extensions);
                match (kind.is_file(), is_asked) {
                    (true, true) => self.file(root, inner),
                    (true, false) => {}
                    // A folder, or a link to whatever.
                    (false, _) if is_asked || inner.is_dir() => self.path(root, &inner)?,
                    (false, _) => {}
                }
            }
            return Ok(());
        }
        self.file(root, path.to_owned());
        Ok(())
    }

    fn file(&mut self, root: &Path, path: PathBuf) {
        let below = path.strip_prefix(root).ok().filter(|below| below.components().count() > 0);
        let name = below.map_or_else(|| path.display().to_string(), |b| b.display().to_string());
        self.found.push((path, name));
    }
}

/// The text of a file; `room` is there so that small files need none of their own until their size
/// is known.
fn file(path: &Path, limit: u64, room: &mut [u8]) -> Result<String, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut file = fs::File::open(path).map_err(read)?.take(limit + 1);
    let mut filled = 0;
    let bytes = loop {
        let more = match file.read(room.get_mut(filled..).unwrap_or_default()) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            other => other.map_err(read)?,
        };
        match more {
            0 if filled < room.len() => break room.get(..filled).unwrap_or_default().to_vec(),
            0 => {
                let mut bytes = room.to_vec();
                file.read_to_end(&mut bytes).map_err(read)?;
                break bytes;
            }
            more => filled += more,
        }
    };
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(folder: &Path, limit: u64) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        gather(&[folder.to_owned()], &["yml"], limit, &mut texts).unwrap();
        texts.sort();
        texts
    }

    #[test]
    fn files_are_read_whole_whatever_their_size_and_number() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        let size = |number: usize| match number {
            0 => 0,
            1 => READ_BYTES - 1,
            2 => READ_BYTES,
            3 => READ_BYTES + 1,
            4 => 3 * READ_BYTES + 7,
            other => other,
        };
        for count in [5, 2 * SHARED_LEAST + 3] {
            for number in 0..count {
                let path = folder.path().join(format!("inner/{number:03}.yml"));
                fs::write(path, "x".repeat(size(number))).unwrap();
            }
            fs::write(folder.path().join("other.txt"), "other").unwrap();
            let texts = gathered(folder.path(), u64::MAX - 1);
            assert_eq!(texts.len(), count);
            for (number, (name, text)) in texts.iter().enumerate() {
                assert_eq!(*name, format!("inner/{number:03}.yml"));
                assert_eq!(text.len(), size(number), "{name}");
            }
        }
    }

    #[test]
    fn of_a_file_over_the_limit_one_byte_more_is_read() {
        let folder = tempfile::tempdir().unwrap();
        for limit in [10, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1] {
            for (over, read) in [(0, limit), (1, limit + 1), (2, limit + 1)] {
                fs::write(folder.path().join("a.yml"), "x".repeat(limit + over)).unwrap();
                assert_eq!(gathered(folder.path(), limit as u64)[0].1.len(), read);
            }
        }
    }

    #[test]
    fn what_is_no_text_is_shown_as_such() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.yml"), b"a\xffb").unwrap();
        assert_eq!(gathered(folder.path(), 99)[0].1, "a\u{fffd}b");
    }
}

//! Files that a user gives beside the logs — rules, pipelines, formats — as text with their names.
//! What stands in them is read elsewhere.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use crate::Error;

/// Reads files, and of folders every file below with one of these extensions. Of a file that is
/// larger than `limit` one byte more is read than that, so that its reader sees, and says, that
/// it is over.
pub(crate) fn gather(
    paths: &[PathBuf],
    extensions: &[&str],
    limit: u64,
    texts: &mut Vec<(String, String)>,
) -> Result<(), Error> {
    let mut walk = Walk { extensions, limit, texts };
    paths.iter().try_for_each(|path| walk.path(path, path))
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

struct Walk<'a> {
    extensions: &'a [&'a str],
    limit: u64,
    texts: &'a mut Vec<(String, String)>,
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
                    (true, true) => self.file(root, &inner)?,
                    (true, false) => {}
                    // A folder, or a link to whatever.
                    (false, _) if is_asked || inner.is_dir() => self.path(root, &inner)?,
                    (false, _) => {}
                }
            }
            return Ok(());
        }
        self.file(root, path)
    }

    fn file(&mut self, root: &Path, path: &Path) -> Result<(), Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(read)?;
        file.take(self.limit + 1).read_to_end(&mut bytes).map_err(read)?;
        let below = path.strip_prefix(root).ok().filter(|below| below.components().count() > 0);
        let name = below.map_or_else(|| path.display().to_string(), |b| b.display().to_string());
        self.texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        Ok(())
    }
}

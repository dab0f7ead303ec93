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
                let inner = entry.map_err(read)?.path();
                if inner.is_dir() || has_extension(&inner, self.extensions) {
                    self.path(root, &inner)?;
                }
            }
            return Ok(());
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(read)?;
        file.take(self.limit + 1).read_to_end(&mut bytes).map_err(read)?;
        let below = path.strip_prefix(root).ok().filter(|below| below.components().count() > 0);
        let name = below.map_or_else(|| path.display().to_string(), |b| b.display().to_string());
        self.texts.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        Ok(())
    }
}

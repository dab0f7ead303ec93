//! Which formats are read: ours, and those that a user's files define.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use bakas_ingest::Formats;
pub use bakas_ingest::{Definition, DefinitionProblem};

use crate::{Error, files};

const EXTENSIONS: &[&str] = &["toml"];
/// Largest format file, in bytes.
const FORMAT_BYTES_LIMIT: u64 = 4 << 20;

/// Our formats and those of these files and folders.
///
/// # Errors
/// Where a file cannot be read, or defines no format: the first fault, by file and line.
pub fn load(paths: &[PathBuf]) -> Result<Formats, Error> {
    let (formats, problems) = look(paths)?;
    match problems.into_iter().next() {
        None => Ok(formats),
        Some(problem) => Err(Error::Format(problem)),
    }
}

/// As [`load`], with every fault beside the formats that are sound.
///
/// # Errors
/// Where a file cannot be read.
pub fn look(paths: &[PathBuf]) -> Result<(Formats, Vec<DefinitionProblem>), Error> {
    if paths.is_empty() {
        return Ok((Formats::builtin(), Vec::new()));
    }
    let mut named = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => named.extend(below(std::slice::from_ref(path))?),
            false => named.push(path.clone()),
        }
    }
    // A file may be named by the configuration and on the command line: it is one format.
    let mut seen = BTreeSet::new();
    named.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    let mut texts = Vec::new();
    files::gather(&named, EXTENSIONS, FORMAT_BYTES_LIMIT, &mut texts)?;
    texts.sort();
    Ok(Formats::with(texts))
}

/// The format files among these files and below these folders.
///
/// # Errors
/// Where a folder cannot be read.
pub fn below(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    files::paths(paths, EXTENSIONS)
}

/// Whether a file is one that defines a format.
#[must_use]
pub fn is_format_file(path: &Path) -> bool {
    files::has_extension(path, EXTENSIONS)
}

//! Which files lie below the inputs, under names that are theirs alone. It opens none of them.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use bakas_model::{Day, Timestamp};

use super::CONFIG_NAME;
use crate::Error;

/// A file found, before it is opened.
pub(super) struct Found {
    pub(super) path: PathBuf,
    /// Its path below the input root; with several inputs, after the input's own name.
    pub(super) name: String,
    /// The folder that names the agency.
    pub(super) agency: String,
    pub(super) bytes: u64,
    /// When it was last written to: no record in it is later.
    pub(super) written: Option<Day>,
    /// Why it is not to be opened.
    pub(super) fault: Option<String>,
}

/// An input, and what its files are called by.
pub(super) struct Root<'a> {
    pub(super) path: &'a Path,
    /// What stands before the names of its files: nothing where it is the only input.
    pub(super) prefix: String,
}

/// The inputs, each once, with prefixes that differ.
pub(super) fn roots(inputs: &[PathBuf]) -> Vec<Root<'_>> {
    let mut seen = BTreeSet::new();
    let once: Vec<&Path> = inputs
        .iter()
        .filter(|input| seen.insert(input.canonicalize().unwrap_or_else(|_| (*input).clone())))
        .map(PathBuf::as_path)
        .collect();
    let mut taken = BTreeSet::new();
    let several = once.len() > 1;
    let prefix = |path: &Path| {
        let name = base_name(path);
        let numbered = (2_u32..).map(|n| format!("{name}~{n}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|n| taken.insert(n.clone()));
        format!("{}/", free.unwrap_or(name))
    };
    let prefixes: Vec<String> =
        if several { once.iter().copied().map(prefix).collect() } else { vec![String::new()] };
    once.into_iter().zip(prefixes).map(|(path, prefix)| Root { path, prefix }).collect()
}

/// Finds the files below an input. The first folder below it names the agency. What lies below
/// one of the paths in `except` is not looked at: the case that is being made.
pub(super) fn find(
    root: &Root<'_>,
    except: &[PathBuf],
    found: &mut Vec<Found>,
) -> Result<(), Error> {
    let input = root.path;
    let read = |source| Error::Read { path: input.to_owned(), source };
    if fs::metadata(input).map_err(read)?.is_dir() {
        let own = base_name(input);
        let mut walk = Walk { own: &own, except, found };
        walk.folder(input, &root.prefix, None).map_err(read)
    } else {
        let canonical = input.canonicalize().map_err(read)?;
        let agency = canonical.parent().map_or_else(|| "unnamed".to_owned(), base_name);
        // A single file is called by its own name.
        let name = match root.prefix.strip_suffix('/') {
            Some(own) if !own.is_empty() => own.to_owned(),
            _ => base_name(input),
        };
        found.push(one(input.to_owned(), name, agency));
        Ok(())
    }
}

/// Gives each file a name of its own: what is written of one must not be read as of another.
pub(super) fn tell_apart(found: &mut [Found]) {
    found.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for file in found {
        let name = &file.name;
        let numbered = (2_u32..).map(|n| format!("{name}~{n}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|n| !taken.contains(n));
        file.name = free.unwrap_or_default();
        taken.insert(file.name.clone());
    }
}

struct Walk<'a> {
    /// The input's own name: the agency of what lies in it directly.
    own: &'a str,
    except: &'a [PathBuf],
    found: &'a mut Vec<Found>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, agency: Option<&str>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = readable(&entry.file_name());
            let path = entry.path();
            let kind = entry.file_type()?;
            let below = format!("{prefix}{name}");
            let whose = agency.unwrap_or(if kind.is_dir() { &name } else { self.own }).to_owned();
            if kind.is_dir() {
                if self.is_excepted(&path) {
                    continue;
                }
                if let Err(error) = self.folder(&path, &format!("{below}/"), Some(&whose)) {
                    self.found.push(unread(path, below, whose, error.to_string()));
                }
            } else if self.is_excepted(&path) {
                // A format file that the configuration names: it lies among the logs, and is none.
            } else if name != CONFIG_NAME {
                self.found.push(one(path, below, whose));
            } else if agency.is_some() {
                let why = "a configuration is read from the input folder only: move it there";
                self.found.push(unread(path, below, whose, why.to_owned()));
            }
        }
        Ok(())
    }

    fn is_excepted(&self, path: &Path) -> bool {
        !self.except.is_empty() && path.canonicalize().is_ok_and(|path| self.except.contains(&path))
    }
}

fn unread(path: PathBuf, name: String, agency: String, why: String) -> Found {
    Found { path, name, agency, bytes: 0, written: None, fault: Some(why) }
}

fn one(path: PathBuf, name: String, agency: String) -> Found {
    let meta = fs::metadata(&path);
    let written = meta.as_ref().ok().and_then(|meta| written_on(meta.modified().ok()?));
    let (bytes, fault) = match meta {
        Ok(meta) if meta.is_file() => (meta.len(), None),
        Ok(meta) if meta.is_dir() => (0, Some("a link to a folder, which is not followed".into())),
        Ok(_) => (0, Some("neither a file nor a folder".into())),
        Err(error) => (0, Some(error.to_string())),
    };
    Found { path, name, agency, bytes, written, fault }
}

fn written_on(modified: std::time::SystemTime) -> Option<Day> {
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?).day())
}

/// A name as text: bytes that are no UTF-8 as `\xff`. [`crate::verify`] finds the file again.
pub(crate) fn readable(name: &OsStr) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            write!(text, "\\x{byte:02x}").expect("a String takes any text");
        }
    }
    text
}

fn base_name(path: &Path) -> String {
    let named = path.file_name().map(readable);
    named
        .or_else(|| path.canonicalize().ok()?.file_name().map(readable))
        .unwrap_or_else(|| "unnamed".to_owned())
}

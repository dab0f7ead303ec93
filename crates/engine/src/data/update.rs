//! `bakas data update`: each source that is written down is looked at again, and imported where it
//! changed. What was imported before stays: it is the history.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use bakas_model::outside::{Outside, Page};

use super::{
    folder::{Folder, sha256},
    gather::{self, Outcome, Request},
    provenance::{DataFile, Provenance},
    section::SourceOfData,
};
use crate::{
    Error,
    clock::Clock,
    input::HashedFile,
    observer::{Observer, Quiet, Stop},
};

/// Most bytes that one page may have.
pub const FETCH_BYTES_LIMIT: u64 = 1 << 30;
/// Most time that one page may take.
pub const FETCH_TIME_LIMIT: Duration = Duration::from_secs(15 * 60);

/// What became of one source.
#[derive(Debug)]
pub struct Updated {
    /// The source's name.
    pub name: String,
    /// What was done, or why it could not be done: one source never keeps the others back.
    pub how: Result<UpdatedHow, Error>,
}

/// What was done with a source.
#[derive(Debug)]
pub enum UpdatedHow {
    /// It changed and was imported.
    Imported(Box<Outcome>),
    /// It is as it was; this is what was imported then.
    Unchanged(Box<Provenance>),
}

/// Looks at every source.
///
/// # Errors
/// Where the data folder cannot be read. Sources that fail are told one by one.
pub fn update(
    folder: &Folder,
    sources: &[SourceOfData],
    outside: &dyn Outside,
    clock: &dyn Clock,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Vec<Updated>, Error> {
    let known = folder.provenances()?;
    let one = |source: &SourceOfData| {
        let known: Vec<&Provenance> = known.iter().filter(|k| k.name == source.name).collect();
        let how = match source_files(source) {
            Ok(Origin::Files(files)) => {
                of_files(folder, source, &files, &known, clock, observer, stop)
            }
            Ok(Origin::Page(url)) => of_page(folder, source, url, &known, outside, clock, stop),
            Err(error) => Err(error),
        };
        Updated { name: source.name.clone(), how }
    };
    let mut updated = Vec::with_capacity(sources.len());
    for source in sources {
        if stop.is_asked() {
            return Err(Error::Interrupted);
        }
        updated.push(one(source));
    }
    Ok(updated)
}

enum Origin<'a> {
    Files(Vec<PathBuf>),
    Page(&'a str),
}

fn source_files(source: &SourceOfData) -> Result<Origin<'_>, Error> {
    let files: Vec<PathBuf> = source.path.iter().chain(&source.paths).cloned().collect();
    match (files.is_empty(), &source.url) {
        (false, None) => Ok(Origin::Files(files)),
        (true, Some(url)) => Ok(Origin::Page(url)),
        (true, None) => {
            Err(Error::Usage(format!("source '{}' says neither path nor url", source.name)))
        }
        (false, Some(_)) => Err(Error::Usage(format!(
            "source '{}' says both path and url: make two of it",
            source.name
        ))),
    }
}

fn of_files(
    folder: &Folder,
    source: &SourceOfData,
    files: &[PathBuf],
    known: &[&Provenance],
    clock: &dyn Clock,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<UpdatedHow, Error> {
    let digests = files.iter().map(|path| digest(path)).collect::<Result<Vec<_>, _>>()?;
    if let Some(same) = known.iter().find(|known| known.is_of(&digests)) {
        return Ok(UpdatedHow::Unchanged(Box::new((*same).clone())));
    }
    take(folder, source, files, &[], clock, observer, stop)
}

fn of_page(
    folder: &Folder,
    source: &SourceOfData,
    url: &str,
    known: &[&Provenance],
    outside: &dyn Outside,
    clock: &dyn Clock,
    stop: &Stop,
) -> Result<UpdatedHow, Error> {
    let page = Page { url, bytes_limit: FETCH_BYTES_LIMIT, time_limit: FETCH_TIME_LIMIT };
    let fetched = outside.fetch(&page).map_err(Error::Outside)?;
    let bytes = fetched.bytes.len() as u64;
    let digest = DataFile { path: url.to_owned(), bytes, sha256: sha256(&fetched.bytes) };
    if let Some(same) = known.iter().find(|known| known.is_of(std::slice::from_ref(&digest))) {
        return Ok(UpdatedHow::Unchanged(Box::new((*same).clone())));
    }
    let write = |source| Error::Write { path: std::env::temp_dir(), source };
    // Under the page's own name, which may tell its kind and its day.
    let place = tempfile::tempdir().map_err(write)?;
    let file = place.path().join(file_name(url));
    std::fs::File::create_new(&file)
        .and_then(|mut file| file.write_all(&fetched.bytes))
        .map_err(write)?;
    drop(fetched);
    take(folder, source, &[file], &[url.to_owned()], clock, &Quiet, stop)
}

fn take(
    folder: &Folder,
    source: &SourceOfData,
    files: &[PathBuf],
    origins: &[String],
    clock: &dyn Clock,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<UpdatedHow, Error> {
    let request = Request {
        files,
        origins,
        kind: source.kind,
        name: Some(source.name.clone()),
        date: source.day()?,
        gathered: Some(clock.now().day()),
        licence: source.licence.clone(),
        attribution: source.attribution.clone(),
        what: source.what.clone(),
        says: source.says,
        columns: source.columns()?,
        registration: source.registration,
        // The same day twice: the later state of that day stands.
        replace: true,
        strict: false,
    };
    let outcome = gather::import(folder, &request, clock, observer, stop)?;
    Ok(UpdatedHow::Imported(Box::new(outcome)))
}

fn digest(path: &Path) -> Result<DataFile, Error> {
    let file = HashedFile::open(path, &Quiet)?;
    let (bytes, sha256) =
        file.finish().map_err(|source| Error::Read { path: path.to_owned(), source })?;
    Ok(DataFile { path: path.display().to_string(), bytes, sha256 })
}

/// The last part of a page's address, as a plain file name.
fn file_name(url: &str) -> String {
    const CHARS_LIMIT: usize = 100;
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = last.chars().map(plain).take(CHARS_LIMIT).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "page".to_owned() } else { name.to_owned() }
}

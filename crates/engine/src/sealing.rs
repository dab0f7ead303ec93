//! Seals a case: the hash of every input and every output, the tool, its arguments and its clock,
//! in one manifest, signed.

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use bakas_model::{Case, SourceSummary, Timestamp};
use bakas_seal::{
    FileDigest, KEY_FILE, Leaf, LeafKind, MANIFEST_FILE, Manifest, NOTE_FILE, PublicKey, SealError,
    SigningKey, verify::NOTE_BYTES_LIMIT,
};
use bakas_store::{CaseFolder, case_folder::EVENTS_DIR};

use crate::{
    Error, keyfile,
    plan::{Plan, PlannedFile},
};

/// Name of a key that nobody gave a name.
pub(crate) const KEY_NAME: &str = "bakas.local";

/// The signing key of this installation.
pub(crate) fn key(path: Option<&Path>) -> Result<SigningKey, Error> {
    let secret = match path {
        Some(path) => keyfile::read_or_make(path)?,
        None => keyfile::read_or_make(&keyfile::default_path()?)?,
    };
    SigningKey::new(KEY_NAME, &secret).map_err(sealing)
}

/// The public key of a case.
pub(crate) fn public_key(case: &Path) -> Result<PublicKey, Error> {
    let path = case.join(KEY_FILE);
    let text = read_small(&path)?.ok_or_else(|| {
        Error::Usage(format!("{} has no {KEY_FILE}: it is no sealed case", case.display()))
    })?;
    let text = String::from_utf8_lossy(&text);
    PublicKey::parse(&text).map_err(|e| Error::Seal(format!("{KEY_FILE}: {e}")))
}

/// The leaf that speaks for a case's manifest; `None` where it has none.
pub(crate) fn manifest_leaf(case: &Path) -> Result<Option<Leaf>, Error> {
    let Some(note) = read_small(&case.join(NOTE_FILE))? else { return Ok(None) };
    let opened = bakas_seal::note::open(&String::from_utf8_lossy(&note), &public_key(case)?);
    let opened = opened.map_err(|e| Error::Seal(format!("{NOTE_FILE}: {e}")))?;
    let value = serde_json::json!({
        "path": MANIFEST_FILE, "bytes": opened.bytes, "sha256": opened.sha256,
    });
    Ok(Some(Leaf::new(LeafKind::Manifest, value)))
}

fn read_small(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(read(source)),
    };
    let mut bytes = Vec::new();
    file.take(NOTE_BYTES_LIMIT).read_to_end(&mut bytes).map_err(read)?;
    Ok(Some(bytes))
}

/// Reads back the events, once they are all written and while others still work: they are most of
/// a case.
pub(crate) fn events(folder: &CaseFolder) -> Result<Vec<FileDigest>, Error> {
    let mut digests = Vec::new();
    for (name, _) in folder.files()? {
        if name.split_once('/').is_some_and(|(first, _)| first == EVENTS_DIR) {
            digests.push(digest(folder, name)?);
        }
    }
    Ok(digests)
}

fn digest(folder: &CaseFolder, name: String) -> Result<FileDigest, Error> {
    let mut file = folder.open(&name)?;
    let read = FileDigest::read(name.clone(), &mut file);
    let digest = read.map_err(|source| Error::Read { path: name.into(), source })?;
    Ok(digest)
}

/// Reads back every file that was written and is not among the digests yet, and seals all of them
/// with the inputs.
pub(crate) fn seal(
    folder: &CaseFolder,
    key: &SigningKey,
    case: &Case,
    (inputs, mut outputs): (Vec<FileDigest>, Vec<FileDigest>),
    (started, finished): (Timestamp, Timestamp),
) -> Result<(), Error> {
    let known: HashSet<String> = outputs.iter().map(|digest| digest.path.clone()).collect();
    for (name, _) in folder.files()? {
        if !known.contains(&name) && !bakas_seal::manifest::is_log(&name) {
            outputs.push(digest(folder, name)?);
        }
    }
    // As `files` lists them.
    outputs.sort();
    let manifest = Manifest {
        tool: "bakas".to_owned(),
        version: case.tool_version.clone(),
        arguments: case.arguments.clone(),
        started,
        finished,
        clock: bakas_seal::Clock::of_zone(zone()),
        inputs,
        outputs,
        ..Manifest::default()
    };
    let sealed = bakas_seal::seal(manifest, key).map_err(sealing)?;
    for (name, bytes) in sealed.files() {
        folder.write_bytes(name, bytes)?;
    }
    Ok(())
}

/// The files as shipped: the members of an archive are in one.
pub(crate) fn inputs(plan: &Plan, sources: &[SourceSummary]) -> Vec<FileDigest> {
    let digest = |file: &PlannedFile| {
        let member = file.members.first()?;
        let summary = sources.get(member.source.0 as usize)?;
        (!summary.sha256.is_empty()).then(|| FileDigest {
            path: file.name.clone(),
            bytes: summary.bytes_shipped,
            sha256: summary.sha256.clone(),
        })
    };
    let mut inputs: Vec<_> = plan.files.iter().filter_map(digest).collect();
    inputs.sort();
    inputs
}

fn zone() -> String {
    jiff::tz::TimeZone::system().iana_name().unwrap_or("unknown").to_owned()
}

fn sealing(error: SealError) -> Error {
    Error::Seal(error.to_string())
}

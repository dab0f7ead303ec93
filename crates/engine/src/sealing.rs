//! Seals a case: the hash of every input and every output, the tool, its arguments and its clock,
//! in one manifest, signed.

use std::{collections::HashSet, path::Path};

use bakas_model::{Case, SourceSummary, Timestamp};
use bakas_seal::{FileDigest, Manifest, SealError, SigningKey};
use bakas_store::{CaseFolder, case_folder::EVENTS_DIR};

use crate::{
    Error, keyfile,
    plan::{Plan, PlannedFile},
};

/// Name of a key that nobody gave a name.
const KEY_NAME: &str = "bakas.local";

/// The signing key of this installation.
pub(crate) fn key(path: Option<&Path>) -> Result<SigningKey, Error> {
    let secret = match path {
        Some(path) => keyfile::read_or_make(path)?,
        None => keyfile::read_or_make(&keyfile::default_path()?)?,
    };
    SigningKey::new(KEY_NAME, &secret).map_err(sealing)
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
        if !known.contains(&name) {
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

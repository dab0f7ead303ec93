//! Reads what a score needs from a case folder.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use bakas_model::Case;
use serde::Deserialize;

use super::ScoreError;

/// One line of `evidence.ndjson`; fields that a score does not need are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EvidenceLine {
    /// The incident of the case.
    pub incident: String,
    /// Path of the source.
    pub file: String,
    /// First byte, in the unpacked file.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
}

fn open(path: &Path) -> Result<BufReader<File>, ScoreError> {
    File::open(path)
        .map(BufReader::new)
        .map_err(|source| ScoreError::Read { path: path.to_owned(), source })
}

pub(super) fn case(path: &Path) -> Result<Case, ScoreError> {
    serde_json::from_reader(open(path)?).map_err(|source| ScoreError::Format {
        path: path.to_owned(),
        line: source.line() as u64,
        source,
    })
}

pub(super) fn evidence(path: &Path) -> Result<Vec<EvidenceLine>, ScoreError> {
    (1..)
        .zip(open(path)?.lines())
        .map(|(line, text)| {
            let text = text.map_err(|source| ScoreError::Read { path: path.to_owned(), source })?;
            serde_json::from_str(&text).map_err(|source| ScoreError::Format {
                path: path.to_owned(),
                line,
                source,
            })
        })
        .collect()
}

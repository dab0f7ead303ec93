//! What `assess` reads from a case folder, each file within its bound, and the words for what is not
//! there. It judges nothing.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use super::document::Fault;
use crate::Error;

/// Largest `case.json` that is read (1 GiB).
pub(super) const CASE_BYTES_LIMIT: u64 = 1 << 30;
/// A plain file of at most so many bytes; none where it is not there.
pub(super) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let wrong = |source| Error::Read { path: path.to_owned(), source };
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Err(wrong(io::Error::other("it is a link or no file"))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(wrong(e)),
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(wrong)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > limit {
        return Err(wrong(io::Error::other(format!("it is larger than {limit} bytes"))));
    }
    Ok(Some(bytes))
}

pub(super) fn no_case(path: &Path) -> Error {
    let source = io::Error::new(io::ErrorKind::NotFound, "there is no case");
    Error::Read { path: path.to_owned(), source }
}

pub(super) fn wrong(path: &Path, fault: Fault) -> Error {
    let what = match fault.line {
        Some(line) => format!("line {line}: {}", fault.what),
        None => fault.what,
    };
    Error::Judgements { path: path.to_owned(), what }
}

/// In lower-case hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

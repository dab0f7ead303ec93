//! Where the secrets of a case are kept: one file for each source below `secret/`, which its owner
//! alone may read and which never leaves the case.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::Path,
};

use bakas_seal::record::{SECRET_BYTES, Secret};

use super::records::{RecordRange, Secrets};
use crate::{Error, input::hex};

/// The folder of secrets, within the case.
pub const SECRET_FOLDER: &str = "secret";

/// The file of a source's secret, within the case.
#[must_use]
pub fn secret_file(source: u32) -> String {
    format!("{SECRET_FOLDER}/source-{source}.key")
}

/// Keeps the secrets of those sources that have records.
pub(crate) fn keep(case: &Path, secrets: &Secrets, ranges: &[RecordRange]) -> Result<(), Error> {
    let folder = case.join(SECRET_FOLDER);
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|source| Error::Write { path: folder, source })?;
    let all = secrets.all().iter().zip(ranges).zip(0..);
    for ((secret, _), source) in all.filter(|((_, range), _)| range.count > 0) {
        let path = case.join(secret_file(source));
        let write = |source| Error::Write { path: path.clone(), source };
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(write)?;
        let text = hex(secret.bytes()) + "\n";
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(write)?;
    }
    Ok(())
}

/// The secret of a source; `None` where it is gone.
///
/// # Errors
/// When it cannot be read or is none.
pub fn secret(case: &Path, source: u32) -> Result<Option<Secret>, Error> {
    let path = case.join(secret_file(source));
    let read = |source| Error::Read { path: path.clone(), source };
    let file = match fs::File::open(&path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(read(source)),
    };
    let mut text = String::new();
    file.take(256).read_to_string(&mut text).map_err(read)?;
    let bytes = text.strip_suffix('\n').and_then(bytes_of);
    match bytes {
        Some(bytes) => Ok(Some(Secret::new(bytes))),
        None => Err(Error::Seal(format!("{} holds no secret", secret_file(source)))),
    }
}

fn bytes_of(text: &str) -> Option<[u8; SECRET_BYTES]> {
    let is_hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 2 * SECRET_BYTES || !text.bytes().all(is_hex) {
        return None;
    }
    let byte = |n: usize| u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..SECRET_BYTES).map(byte).collect::<Option<_>>()?;
    bytes.try_into().ok()
}

//! The signing key of this installation: 32 secret bytes in a file that only its owner may read,
//! made on first use.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::Error;

/// Bytes of an Ed25519 secret.
const SECRET_BYTES: usize = 32;

/// Where the key is kept where nobody says otherwise: `$XDG_CONFIG_HOME/bakas/signing.key`, or
/// below `~/.config`.
///
/// # Errors
/// Where the environment names no home.
pub(crate) fn default_path() -> Result<PathBuf, Error> {
    let config = env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
    let config = config.ok_or_else(|| {
        Error::Usage("no home folder for the signing key: give one with --key FILE".into())
    })?;
    Ok(config.join("bakas").join("signing.key"))
}

/// Reads the key, or makes it.
///
/// # Errors
/// Where the file cannot be read or made, or is no key.
pub(crate) fn read_or_make(path: &Path) -> Result<[u8; SECRET_BYTES], Error> {
    match fs::File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(path),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

fn read(path: &Path, file: fs::File) -> Result<[u8; SECRET_BYTES], Error> {
    let mut text = String::new();
    let read = file.take(256).read_to_string(&mut text);
    read.map_err(|source| Error::Read { path: path.to_owned(), source })?;
    decode(text.trim()).ok_or_else(|| {
        Error::Seal(format!("{} holds no signing key: 64 hexadecimal digits", path.display()))
    })
}

fn make(path: &Path) -> Result<[u8; SECRET_BYTES], Error> {
    let write = |source| Error::Write { path: path.to_owned(), source };
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret)
        .map_err(|e| Error::Seal(format!("the system gives no random bytes: {e}")))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(write)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let text = crate::input::hex(&secret) + "\n";
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(write)?;
            Ok(secret)
        }
        // Somebody else made it in between: theirs is the key.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            read(path, fs::File::open(path).map_err(write)?)
        }
        Err(source) => Err(write(source)),
    }
}

fn decode(text: &str) -> Option<[u8; SECRET_BYTES]> {
    let bytes = text.as_bytes();
    if bytes.len() != SECRET_BYTES * 2 {
        return None;
    }
    let mut secret = [0; SECRET_BYTES];
    for (byte, digits) in secret.iter_mut().zip(bytes.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_comes_back_and_another_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join("signing.key");
        let made = read_or_make(&path).unwrap();
        assert_eq!(read_or_make(&path).unwrap(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let wrong = folder.path().join("wrong");
        bakas_store::write_new(&wrong, b"hello").unwrap();
        assert!(read_or_make(&wrong).unwrap_err().to_string().contains("no signing key"));
    }
}

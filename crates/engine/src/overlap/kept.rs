//! What is kept of a check between its steps, below the data folder: the transcripts, and as long
//! as the check is open the secret that takes the blinds off. No case folder ever holds the secret.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use bakas_exchange::overlap::{
    Claimed, MESSAGE_BYTES_LIMIT, Message, Observable, Own, Seed, Session,
};
use bakas_seal::PublicKey;
use bakas_store::replace;
use serde::{Deserialize, Serialize};

use super::{From, refused};
use crate::{Error, input::hex};

/// The folder of overlap checks, below the data folder.
const OVERLAP_FOLDER: &str = "overlap";
/// What a check needs to go on.
const OPEN_FILE: &str = "open.json";
/// What came of it.
const RESULT_FILE: &str = "result.json";
/// Largest of either, in bytes: 250,000 observables of usual length have 30 MB.
const OPEN_BYTES_LIMIT: u64 = 1 << 30;

/// The folder of all checks of this installation.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
}

/// The folder of one check.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
}

/// What a check needs to go on; it is removed when the check is done.
#[derive(Serialize, Deserialize)]
pub(super) struct Open {
    /// The secret, in hex.
    seed: String,
    /// The other's public key.
    other: String,
    /// Where our observables came from.
    pub(super) from: From,
    /// Our observables, as they were.
    own: Vec<String>,
}

/// Which transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transcript {
    Ask,
    Answer,
    Closing,
}

impl Transcript {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Answer => "answer",
            Self::Closing => "closing",
        }
    }
}

impl Folder {
    /// Makes the folder where it is not there; nobody else may look into it.
    pub(super) fn open(data: &Path) -> Result<Self, Error> {
        let path = data.join(OVERLAP_FOLDER);
        private_folder(&path)?;
        Ok(Self { path })
    }

    /// The folder of a check.
    pub(super) fn of(&self, session: Session) -> Result<Kept, Error> {
        let path = self.path.join(session.to_hex());
        private_folder(&path)?;
        Ok(Kept { path })
    }
}

impl Kept {
    /// Begins a check; where one is open already, that is the one that goes on.
    pub(super) fn begin(&self, open: &Open) -> Result<(), Error> {
        let bytes = serde_json::to_vec(open).expect("texts become JSON");
        let path = self.path.join(OPEN_FILE);
        replace(&path, &bytes)?;
        Ok(())
    }

    /// What the check needs to go on; none where it was never begun, or is done.
    pub(super) fn open(&self) -> Result<Option<Open>, Error> {
        let path = self.path.join(OPEN_FILE);
        let Some(bytes) = read(&path, OPEN_BYTES_LIMIT)? else { return Ok(None) };
        let wrong = |e| Error::Read { path: path.clone(), source: io::Error::other(e) };
        serde_json::from_slice(&bytes).map(Some).map_err(wrong)
    }

    /// Keeps a transcript; the same one may be kept again, another one not.
    pub(super) fn keep(&self, what: Transcript, bytes: &[u8]) -> Result<(), Error> {
        match self.transcript(what)? {
            Some(there) if there == bytes => Ok(()),
            Some(_) => Err(Error::Refused(format!(
                "another {} of this check is there already: {}",
                what.word(),
                self.at(what).display()
            ))),
            None => Ok(replace(&self.at(what), bytes)?),
        }
    }

    /// A transcript; none where it is not there.
    pub(super) fn transcript(&self, what: Transcript) -> Result<Option<Vec<u8>>, Error> {
        read(&self.at(what), MESSAGE_BYTES_LIMIT as u64)
    }

    /// A transcript of ours, read.
    pub(super) fn message(&self, what: Transcript, by: &PublicKey) -> Result<Message, Error> {
        let bytes = self.transcript(what)?.ok_or_else(|| {
            let source = io::Error::new(io::ErrorKind::NotFound, "the check was not begun here");
            Error::Read { path: self.at(what), source }
        })?;
        Claimed::read(&bytes).and_then(|claimed| claimed.verified(by)).map_err(refused)
    }

    /// What came of the check; none where it is not done.
    pub(super) fn result<T: for<'a> Deserialize<'a>>(&self) -> Result<Option<T>, Error> {
        let path = self.path.join(RESULT_FILE);
        let Some(bytes) = read(&path, OPEN_BYTES_LIMIT)? else { return Ok(None) };
        let wrong = |e| Error::Read { path: path.clone(), source: io::Error::other(e) };
        serde_json::from_slice(&bytes).map(Some).map_err(wrong)
    }

    /// Keeps what came of the check.
    pub(super) fn finish(&self, result: &[u8]) -> Result<(), Error> {
        Ok(replace(&self.path.join(RESULT_FILE), result)?)
    }

    /// Removes the secret: nobody can take the blinds off any more, we neither.
    pub(super) fn close(&self) -> Result<(), Error> {
        let path = self.path.join(OPEN_FILE);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(Error::Write { path, source })
            }
            _ => Ok(()),
        }
    }

    fn at(&self, what: Transcript) -> PathBuf {
        self.path.join(format!("{}.overlap", what.word()))
    }
}

impl Open {
    pub(super) fn new(seed: &Seed, other: &PublicKey, from: &From, own: &Own) -> Self {
        let own = own.observables().iter().map(ToString::to_string).collect();
        Self { seed: hex(&seed.0), other: other.to_text(), from: from.clone(), own }
    }

    pub(super) fn other(&self) -> Result<PublicKey, Error> {
        PublicKey::parse(&self.other).map_err(|e| Error::Seal(e.to_string()))
    }

    pub(super) fn seed(&self) -> Result<Seed, Error> {
        let digits = self.seed.as_bytes().as_chunks::<2>().0.iter();
        let byte = |two: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.map(byte).collect();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Seed).ok_or_else(|| Error::Seal("the secret of the check is damaged".into()))
    }

    pub(super) fn own(&self) -> Result<Own, Error> {
        let read: Result<Vec<_>, _> = self.own.iter().map(|one| Observable::parse(one)).collect();
        let read = read.map_err(|e| Error::Seal(format!("our list of the check is damaged: {e}")));
        Own::new(read?).map_err(refused)
    }
}

/// A file of at most so many bytes; none where it is not there.
pub(super) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Error> {
    let wrong = |source| Error::Read { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(wrong(source)),
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > limit {
        return Err(wrong(io::Error::other(format!("it is larger than {limit} bytes"))));
    }
    Ok(Some(bytes))
}

/// A folder that only its owner may look into.
fn private_folder(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|source| Error::Write { path: path.to_owned(), source })
}

//! A file as shipped, read once and hashed on the way: what the seal says of an input is what the
//! decoders saw.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

use sha2::{Digest, Sha256, Sha512};

pub(crate) use bakas_seal::hex;

use crate::{Error, observer::Observer};

const READ_BYTES: usize = 1 << 20;

/// A file whose SHA-256 is known once it was read to its end: the end that it had when it was
/// opened. What is written to a growing file afterwards belongs to the next reading.
pub(crate) struct HashedFile<'a> {
    file: BufReader<File>,
    observer: &'a dyn Observer,
    /// Hash of the bytes before `hashed`, while reading stays in order; `None` where nobody asks.
    hash: Option<Sha256>,
    /// The same, where a seal is to name both.
    second: Option<Sha512>,
    hashed: u64,
    position: u64,
    end: u64,
}

impl<'a> HashedFile<'a> {
    /// Opens it; `observer` hears of every byte once.
    pub(crate) fn open(path: &Path, observer: &'a dyn Observer) -> Result<Self, Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        // Opening a pipe would wait for somebody to write into it.
        if !std::fs::metadata(path).map_err(read)?.is_file() {
            return Err(read(io::Error::other("it is no file any more")));
        }
        let file = File::open(path).map_err(read)?;
        let end = file.metadata().map_err(read)?.len();
        Ok(Self {
            file: BufReader::with_capacity(READ_BYTES, file),
            observer,
            hash: Some(Sha256::new()),
            second: None,
            hashed: 0,
            position: 0,
            end,
        })
    }

    /// Spares the hash: it will be empty.
    pub(crate) fn forgo_hash(&mut self) {
        self.hash = None;
    }

    /// Hashes with SHA-512 beside SHA-256. To be said before anything is read.
    pub(crate) fn hash_twice(&mut self) {
        assert_eq!(self.hashed, 0, "nothing was read yet");
        self.second = Some(Sha512::new());
    }

    /// Reads what is left and returns the number of bytes and the hash of all of them.
    pub(crate) fn finish(self) -> io::Result<(u64, String)> {
        self.finish_twice().map(|(bytes, hash, _)| (bytes, hash))
    }

    /// The same with SHA-512 behind, empty where it was not asked for.
    pub(crate) fn finish_twice(mut self) -> io::Result<(u64, String, String)> {
        self.seek(SeekFrom::Start(self.hashed))?;
        let mut buffer = vec![0; READ_BYTES];
        while self.read(&mut buffer)? > 0 {}
        let hash = self.hash.map(|hash| hex(&hash.finalize()));
        let second = self.second.map(|hash| hex(&hash.finalize()));
        Ok((self.hashed, hash.unwrap_or_default(), second.unwrap_or_default()))
    }
}

impl Read for HashedFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let read = self.file.read(&mut buffer[..most])?;
        let end = self.position + read as u64;
        // Archives are read out of order: only what continues the hashed part is added to it.
        if self.position <= self.hashed && end > self.hashed {
            let fresh = (self.hashed - self.position) as usize;
            if let Some(hash) = &mut self.hash {
                hash.update(&buffer[fresh..read]);
            }
            if let Some(hash) = &mut self.second {
                hash.update(&buffer[fresh..read]);
            }
            self.observer.read(end - self.hashed);
            self.hashed = end;
        }
        self.position = end;
        Ok(read)
    }
}

impl Seek for HashedFile<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::End(by) => match self.end.checked_add_signed(by) {
                Some(at) => SeekFrom::Start(at),
                None => return Err(io::ErrorKind::InvalidInput.into()),
            },
            other => other,
        };
        // A seek to where it stands must not throw the buffer away.
        if to == SeekFrom::Current(0) || to == SeekFrom::Start(self.position) {
            return Ok(self.position);
        }
        self.position = self.file.seek(to)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observer::Quiet;

    #[test]
    fn the_hash_is_of_the_whole_file_however_it_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| (i * 7 % 251) as u8).collect();
        bakas_store::write_new(&path, &bytes).unwrap();
        let expected = hex(&Sha256::digest(&bytes));
        let check = |steps: &[(u64, usize)]| {
            let mut file = HashedFile::open(&path, &Quiet).unwrap();
            for &(at, length) in steps {
                file.seek(SeekFrom::Start(at)).unwrap();
                let mut buffer = vec![0; length];
                file.read_exact(&mut buffer).unwrap();
                assert_eq!(buffer, &bytes[at as usize..at as usize + length]);
            }
            assert_eq!(file.finish().unwrap(), (bytes.len() as u64, expected.clone()));
        };
        check(&[]);
        check(&[(0, 3_000_000)]);
        check(&[(2_999_000, 1000), (0, 10), (5, 500_000), (400_000, 100)]);
    }

    #[test]
    fn a_growing_file_ends_where_it_ended_when_it_was_opened() {
        use std::io::Write as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        bakas_store::write_new(&path, b"one\ntwo\n").unwrap();
        let mut file = HashedFile::open(&path, &Quiet).unwrap();
        let mut more = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        more.write_all(b"three\n").unwrap();
        assert_eq!(file.seek(SeekFrom::End(-4)).unwrap(), 4);
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "two\n");
        assert_eq!(file.finish().unwrap(), (8, hex(&Sha256::digest(b"one\ntwo\n"))));
    }
}

//! The log's files. Rows of hashes and leaves only grow; the checkpoint is exchanged as the last
//! step, so that whatever lies beyond it was never said.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use bakas_seal::{
    Hash,
    checkpoint::CHECKPOINT_BYTES_LIMIT,
    leaf::{HASH_BYTES, LEAF_BYTES_LIMIT},
    tree::{LEVELS, Levels, hashes_of},
};

use crate::Error;

/// The log, within the case.
pub const LOG_FOLDER: &str = "seal/log";
/// Its signed head.
pub const CHECKPOINT_FILE: &str = "seal/log/checkpoint";
/// The leaves that are JSON, one a line.
pub const LEAVES_FILE: &str = "seal/log/leaves.ndjson";
/// Held by whoever appends.
pub const LOCK_FILE: &str = "seal/log/lock";
/// Hashes that are written at once.
const WRITE_BYTES: usize = 1 << 18;
/// What a line has beside its leaf, at most.
const LINE_FRAME_BYTES: usize = 64;

/// The file of a level of tiles.
#[must_use]
pub fn level_file(level: u8) -> String {
    format!("{LOG_FOLDER}/level-{level}")
}

/// A leaf as it stands in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) index: u64,
    pub(crate) text: Vec<u8>,
}

/// The files of one log.
#[derive(Debug)]
pub(crate) struct Disk {
    case: PathBuf,
    /// Locked while it lives; `None` where nothing is written.
    lock: Option<File>,
    /// What is to be appended to each level.
    rows: [Vec<u8>; LEVELS as usize],
    /// What is to be appended to the leaves.
    lines: Vec<u8>,
}

impl Disk {
    /// For reading.
    pub(crate) fn read(case: &Path) -> Result<Self, Error> {
        Ok(Self { case: case.to_owned(), lock: None, rows: Default::default(), lines: Vec::new() })
    }

    /// For appending; waits until nobody else does.
    pub(crate) fn lock(case: &Path) -> Result<Self, Error> {
        let folder = case.join(LOG_FOLDER);
        fs::create_dir_all(&folder)
            .map_err(|source| Error::Write { path: folder.clone(), source })?;
        let path = case.join(LOCK_FILE);
        let write = |source| Error::Write { path: path.clone(), source };
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(&path).map_err(write)?;
        file.lock().map_err(write)?;
        Ok(Self { lock: Some(file), ..Self::read(case)? })
    }

    /// The checkpoint; `None` where there is none.
    pub(crate) fn checkpoint(&self) -> Result<Option<String>, Error> {
        let path = self.case.join(CHECKPOINT_FILE);
        let read = |source| Error::Read { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(read(source)),
        };
        let mut text = String::new();
        file.take(CHECKPOINT_BYTES_LIMIT as u64 + 1).read_to_string(&mut text).map_err(read)?;
        Ok(Some(text))
    }

    /// Cuts off what lies beyond a tree of that size.
    pub(crate) fn cut(&mut self, size: u64) -> Result<(), Error> {
        for level in 0..LEVELS {
            let bytes = hashes_of(level, size) * HASH_BYTES as u64;
            self.cut_file(&level_file(level), bytes)?;
        }
        let bytes = self.lines_within(size)?;
        self.cut_file(LEAVES_FILE, bytes)
    }

    fn cut_file(&self, name: &str, bytes: u64) -> Result<(), Error> {
        let path = self.case.join(name);
        let write = |source| Error::Write { path: path.clone(), source };
        let length = match fs::metadata(&path) {
            Ok(meta) => meta.len(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => 0,
            Err(source) => return Err(write(source)),
        };
        if length < bytes {
            return Err(Error::Seal(format!(
                "the log is damaged: {name} has {length} bytes, and the checkpoint speaks for {bytes}"
            )));
        }
        if length > bytes {
            let file = OpenOptions::new().write(true).open(&path).map_err(write)?;
            file.set_len(bytes).and_then(|()| file.sync_all()).map_err(write)?;
        }
        Ok(())
    }

    /// How many bytes of the leaves belong to a tree of that size.
    fn lines_within(&self, size: u64) -> Result<u64, Error> {
        let mut bytes = 0;
        self.each_line(&mut |line, length| {
            let is_within = line.is_some_and(|line| line.index < size);
            bytes += if is_within { length } else { 0 };
            Ok(is_within)
        })?;
        Ok(bytes)
    }

    /// The leaves of a tree of that size.
    pub(crate) fn leaves(&self, size: u64) -> Result<Vec<Line>, Error> {
        let mut leaves = Vec::new();
        self.each_line(&mut |line, _| match line {
            Some(line) if line.index < size => {
                leaves.push(line);
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(Error::Seal(format!(
                "{LEAVES_FILE}: line {} is none of a leaf",
                leaves.len() + 1
            ))),
        })?;
        Ok(leaves)
    }

    /// The same, going on behind lines that are none, which are told.
    pub(crate) fn leaves_told(
        &self,
        size: u64,
        tell: &mut dyn FnMut(String),
    ) -> Result<Vec<Line>, Error> {
        let (mut leaves, mut number) = (Vec::new(), 0);
        self.each_line(&mut |line, _| {
            number += 1;
            match line {
                Some(line) if line.index < size => leaves.push(line),
                Some(_) => tell(format!("{LEAVES_FILE}: line {number} is beyond the checkpoint")),
                None => tell(format!("{LEAVES_FILE}: line {number} is none of a leaf")),
            }
            Ok(true)
        })?;
        Ok(leaves)
    }

    /// Calls with each line and its length, until told to stop; with `None` where a line is none.
    fn each_line(
        &self,
        each: &mut dyn FnMut(Option<Line>, u64) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let path = self.case.join(LEAVES_FILE);
        let read = |source| Error::Read { path: path.clone(), source };
        let mut file = match File::open(&path) {
            Ok(file) => BufReader::new(file),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(read(source)),
        };
        let mut line = Vec::new();
        loop {
            line.clear();
            let most = (LEAF_BYTES_LIMIT + LINE_FRAME_BYTES) as u64;
            let length =
                file.by_ref().take(most).read_until(b'\n', &mut line).map_err(read)? as u64;
            if length == 0 || !each(parse_line(&line), length)? {
                return Ok(());
            }
        }
    }

    /// One hash.
    pub(crate) fn hash(&self, level: u8, number: u64) -> Result<Hash, Error> {
        let bytes = Levels::read(self, level, number, 1);
        let bytes = bytes
            .map_err(|source| Error::Read { path: self.case.join(level_file(level)), source })?;
        Ok(bytes.try_into().expect("one hash was asked for"))
    }

    /// A leaf, to be written.
    pub(crate) fn leaf(&mut self, index: u64, text: &[u8]) {
        self.lines.extend_from_slice(format!("{{\"index\":{index},\"leaf\":").as_bytes());
        self.lines.extend_from_slice(text);
        self.lines.extend_from_slice(b"}\n");
    }

    /// A hash, to be written.
    pub(crate) fn keep(&mut self, level: u8, hash: &Hash) -> io::Result<()> {
        let row = &mut self.rows[usize::from(level)];
        row.extend_from_slice(hash);
        if row.len() >= WRITE_BYTES {
            let row = std::mem::take(row);
            self.append(&level_file(level), &row, false)?;
        }
        Ok(())
    }

    /// Writes what is left, makes all of it durable, and puts the new checkpoint in its place.
    pub(crate) fn commit(&mut self, note: &str) -> Result<(), Error> {
        for level in 0..LEVELS {
            let row = std::mem::take(&mut self.rows[usize::from(level)]);
            let name = level_file(level);
            self.append(&name, &row, true)
                .map_err(|source| Error::Write { path: self.case.join(&name), source })?;
        }
        let lines = std::mem::take(&mut self.lines);
        self.append(LEAVES_FILE, &lines, true)
            .map_err(|source| Error::Write { path: self.case.join(LEAVES_FILE), source })?;
        bakas_store::replace(&self.case.join(CHECKPOINT_FILE), note.as_bytes())?;
        Ok(())
    }

    fn append(&self, name: &str, bytes: &[u8], is_last: bool) -> io::Result<()> {
        assert!(self.lock.is_some(), "only whoever holds the lock appends");
        let path = self.case.join(name);
        if bytes.is_empty() && !(is_last && path.exists()) {
            return Ok(());
        }
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(bytes)?;
        if is_last { file.sync_all() } else { Ok(()) }
    }
}

impl Levels for Disk {
    fn read(&self, level: u8, first: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count * HASH_BYTES];
        let mut file = File::open(self.case.join(level_file(level)))?;
        file.seek(SeekFrom::Start(first * HASH_BYTES as u64))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// `{"index":N,"leaf":TEXT}` and a line feed.
fn parse_line(line: &[u8]) -> Option<Line> {
    let rest = line.strip_prefix(b"{\"index\":")?.strip_suffix(b"}\n")?;
    let digits = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    let (number, rest) = rest.split_at(digits);
    let text = rest.strip_prefix(b",\"leaf\":")?.to_vec();
    let number = std::str::from_utf8(number).ok()?;
    let index: u64 = number.parse().ok()?;
    (index.to_string() == number).then_some(Line { index, text })
}

//! Whether each record of the logs is the one that was sealed: reads the logs again, record by
//! record, and says which file, byte and leaf does not fit. It needs the secrets, for it makes the
//! salted digests anew.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bakas_ingest::Encoding;
use bakas_seal::{
    Hash, LeafKind,
    lanes::Messages,
    leaf::{HASH_BYTES, LEAF_TAG},
    record::{Digests, RecordPlace, Salts, Secret, record_leaf},
};

use super::{
    RECORDS_FILE, ROW_BYTES,
    check::{Checked, range_of},
    level_file,
    records::RecordRange,
    secrets,
};
use crate::Error;

/// Bytes read at once.
const READ_BYTES: usize = 1 << 20;
/// Records whose digests are made at once, and bytes from which on fewer are.
const TOGETHER: usize = 48;
const TOGETHER_BYTES: usize = 1 << 16;
/// Records of a source that are told one by one.
const TOLD: u64 = 3;

/// What reading the logs again came to.
#[derive(Debug, Default)]
pub(crate) struct Rechecked {
    pub(crate) problems: Vec<String>,
    /// Records that are as sealed.
    pub(crate) right: u64,
    /// Records whose secret is gone or whose log is not there.
    pub(crate) unchecked: u64,
}

impl Rechecked {
    fn add(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.right += other.right;
        self.unchecked += other.unchecked;
    }
}

/// A source with records.
#[derive(Clone, Debug)]
struct Wanted {
    source: u32,
    path: String,
    range: RecordRange,
}

/// Reads all logs again; `find` gives the file of a name below the inputs.
pub(crate) fn recheck(
    case: &Path,
    checked: &Checked,
    find: &(dyn Fn(&str) -> io::Result<std::path::PathBuf> + Sync),
) -> Rechecked {
    let mut files: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
    for value in checked.of(LeafKind::Source) {
        let text = |name: &str| value.get(name).and_then(|text| text.as_str()).map(str::to_owned);
        let Some((source, range)) = range_of(value).filter(|(_, range)| range.count > 0) else {
            continue;
        };
        let path = text("path").unwrap_or_default();
        let file = text("file").unwrap_or_else(|| path.clone());
        files.entry(file).or_default().push(Wanted { source, path, range });
    }
    let files: Vec<_> = files.into_iter().collect();
    let (next, sum) = (AtomicUsize::new(0), Mutex::new(Rechecked::default()));
    let threads = thread::available_parallelism().map_or(1, usize::from).min(files.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((file, wanted)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = one_file(case, file, wanted, find);
                    sum.lock().unwrap_or_else(PoisonError::into_inner).add(done);
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    sum.problems.sort_unstable();
    sum
}

fn one_file(
    case: &Path,
    file: &str,
    wanted: &[Wanted],
    find: &(dyn Fn(&str) -> io::Result<std::path::PathBuf> + Sync),
) -> Rechecked {
    let mut done = Rechecked::default();
    let opened = find(file).and_then(|path| {
        // What is no file may never end.
        if std::fs::metadata(&path)?.is_file() {
            File::open(path)
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    });
    let Ok(shipped) = opened else {
        // The manifest's check names the file that is missing.
        done.unchecked = wanted.iter().map(|source| source.range.count).sum();
        return done;
    };
    let mut seen = Vec::new();
    let mut each = |member: bakas_ingest::Member<'_>| {
        let path = match member.name.as_str() {
            "" => file.to_owned(),
            inner => format!("{file}!/{inner}"),
        };
        if let Some(source) = wanted.iter().find(|source| source.path == path)
            && !seen.contains(&source.source)
        {
            seen.push(source.source);
            done.add(one_source(case, source, member.reader));
        }
        Ok(())
    };
    let mut shipped = BufReader::with_capacity(READ_BYTES, shipped);
    let unpacked = bakas_ingest::unpack(file, &mut shipped, &mut each, &mut |_| {});
    if let Err(e) = unpacked {
        done.problems.push(format!("cannot be read: {file:?}: {e}"));
    }
    for source in wanted.iter().filter(|source| !seen.contains(&source.source)) {
        let (path, count) = (&source.path, source.range.count);
        done.problems.push(format!("missing: {path:?}: its {count} records are not there"));
    }
    done
}

fn one_source(case: &Path, wanted: &Wanted, reader: &mut dyn Read) -> Rechecked {
    let mut done = Rechecked::default();
    match secrets::secret(case, wanted.source) {
        Ok(Some(secret)) => {
            if let Err(e) = records(case, wanted, &secret, reader, &mut done) {
                done.problems.push(format!("{:?}: {e}", wanted.path));
            }
        }
        Ok(None) => done.unchecked = wanted.range.count,
        Err(e) => {
            done.problems.push(e.to_string());
            done.unchecked = wanted.range.count;
        }
    }
    done
}

fn records(
    case: &Path,
    wanted: &Wanted,
    secret: &Secret,
    reader: &mut dyn Read,
    done: &mut Rechecked,
) -> Result<(), Error> {
    let range = wanted.range;
    let mut rows = part(case, RECORDS_FILE, range.first * ROW_BYTES as u64)?;
    let mut leaves = part(case, &level_file(0), range.first * HASH_BYTES as u64)?;
    let mut reader = BufReader::with_capacity(READ_BYTES, reader);
    let failed = |source| Error::Read { path: wanted.path.clone().into(), source };
    let encoding = Encoding::of(io::BufRead::fill_buf(&mut reader).map_err(failed)?);
    let (mut at, mut raw, mut together) = (0, Vec::new(), Together::new(wanted, secret));
    for index in range.first..range.first + range.count {
        let mut row = [0; ROW_BYTES];
        let mut sealed: Hash = [0; HASH_BYTES];
        let read = rows.read_exact(&mut row).and_then(|()| leaves.read_exact(&mut sealed));
        read.map_err(|source| Error::Read { path: case.join(RECORDS_FILE), source })?;
        let place = place_of(wanted.source, &row);
        let found = take(&mut reader, &mut at, place, &mut raw).map_err(failed)?;
        if !found {
            let left = range.first + range.count - index;
            together.end(done);
            done.problems.push(format!(
                "cut: {:?}: the record at byte {} (leaf {index}) and {} behind it are not there",
                wanted.path,
                place.offset,
                left - 1
            ));
            return Ok(());
        }
        let text = as_sealed(encoding, &mut raw);
        let fields = row[12..].try_into().expect("a row ends with a digest");
        together.add((index, place), text, (fields, sealed), done);
    }
    together.end(done);
    Ok(())
}

/// Records whose digests are made at once.
struct Together<'a> {
    wanted: &'a Wanted,
    salts: Salts,
    waiting: Vec<Waiting>,
    messages: Messages,
    digests: Vec<Hash>,
    wrong: u64,
}

/// A record that was read: its leaf and place, the digest of its fields, and the leaf's hash.
type Waiting = ((u64, RecordPlace), (Hash, Hash));

impl<'a> Together<'a> {
    fn new(wanted: &'a Wanted, secret: &Secret) -> Self {
        Self {
            wanted,
            salts: secret.salts(),
            waiting: Vec::new(),
            messages: Messages::default(),
            digests: Vec::new(),
            wrong: 0,
        }
    }

    fn add(
        &mut self,
        (index, place): (u64, RecordPlace),
        text: &[u8],
        sealed: (Hash, Hash),
        done: &mut Rechecked,
    ) {
        self.messages.push(&[&self.salts.raw(place.offset), text]);
        self.waiting.push(((index, place), sealed));
        if self.waiting.len() >= TOGETHER || self.messages.bytes() >= TOGETHER_BYTES {
            self.compare(done);
        }
    }

    fn compare(&mut self, done: &mut Rechecked) {
        self.messages.digests(&mut self.digests);
        self.messages.clear();
        for (((_, place), (fields, _)), raw) in self.waiting.iter().zip(&self.digests) {
            let leaf = record_leaf(*place, &Digests { raw: *raw, fields: *fields });
            self.messages.push(&[&[LEAF_TAG], &leaf]);
        }
        self.messages.digests(&mut self.digests);
        self.messages.clear();
        for (((index, place), (_, sealed)), leaf) in self.waiting.drain(..).zip(&self.digests) {
            if *leaf == sealed {
                done.right += 1;
                continue;
            }
            self.wrong += 1;
            if self.wrong <= TOLD {
                done.problems.push(format!(
                    "changed: {:?}: the record at byte {} of {} bytes (leaf {index}) is not as sealed",
                    self.wanted.path, place.offset, place.length
                ));
            }
        }
    }

    fn end(&mut self, done: &mut Rechecked) {
        self.compare(done);
        if self.wrong > TOLD {
            let more = self.wrong - TOLD;
            done.problems.push(format!("changed: {:?}: and {more} more records", self.wanted.path));
        }
    }
}

fn part(case: &Path, name: &str, from: u64) -> Result<BufReader<File>, Error> {
    let path = case.join(name);
    let read = |source| Error::Read { path: path.clone(), source };
    let mut file = File::open(&path).map_err(read)?;
    file.seek(SeekFrom::Start(from)).map_err(read)?;
    Ok(BufReader::with_capacity(READ_BYTES, file))
}

/// Offset and length of a row.
pub(crate) fn place_of(source: u32, row: &[u8; ROW_BYTES]) -> RecordPlace {
    let offset = u64::from_be_bytes(row[..8].try_into().expect("eight bytes"));
    let length = u32::from_be_bytes(row[8..12].try_into().expect("four bytes"));
    RecordPlace { source, offset, length }
}

/// Reads a record's bytes; `false` where the stream ends before their end.
fn take(
    reader: &mut impl Read,
    at: &mut u64,
    place: RecordPlace,
    raw: &mut Vec<u8>,
) -> io::Result<bool> {
    let Some(gap) = place.offset.checked_sub(*at) else { return Ok(false) };
    let skipped = io::copy(&mut reader.by_ref().take(gap), &mut io::sink())?;
    raw.clear();
    let read = reader.by_ref().take(u64::from(place.length)).read_to_end(raw)?;
    *at = place.offset + u64::from(place.length);
    Ok(skipped == gap && read == place.length as usize)
}

/// The bytes that were sealed: UTF-8 where the source is UTF-16.
fn as_sealed(encoding: Encoding, raw: &mut Vec<u8>) -> &[u8] {
    if encoding.is_wide() {
        let unit = |pair: &[u8; 2]| match encoding {
            Encoding::Utf16Be => u16::from_be_bytes(*pair),
            _ => u16::from_le_bytes(*pair),
        };
        let (pairs, rest) = raw.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(unit).collect();
        let mut text = String::from_utf16_lossy(&units);
        if !rest.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        *raw = text.into_bytes();
    }
    raw
}

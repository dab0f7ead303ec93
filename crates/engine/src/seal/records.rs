//! Every record that the sweep passes becomes a leaf. Workers hash what they decode and put it aside;
//! afterwards all of it goes into the log in the order of sources and records, so that the number of
//! threads leaves no trace. Memory does not grow with the records.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use bakas_model::{Event, Place};
use bakas_seal::{
    Hash,
    leaf::HASH_BYTES,
    record::{Field, SECRET_BYTES, Sealed, Sealer, Secret},
};
use bakas_store::StoreError;
use sha2::{Digest as _, Sha256};

use super::{Log, fields::Fields};
use crate::Error;

/// What is kept of each record, in the order of their leaves: offset, length, digest of its fields.
pub const RECORDS_FILE: &str = "seal/records";
/// Bytes of a row of [`RECORDS_FILE`].
pub const ROW_BYTES: usize = 8 + 4 + HASH_BYTES;
/// Bytes of what is put aside for a record: offset, length, fields, leaf.
const ASIDE_BYTES: usize = ROW_BYTES + HASH_BYTES;
/// Bytes read and written at once.
const BUFFER_BYTES: usize = 1 << 18;

type Aside = [u8; ASIDE_BYTES];

/// One secret for each source.
#[derive(Debug)]
pub(crate) struct Secrets(Vec<Secret>);

impl Secrets {
    /// New ones, from the system's source of randomness or, for a repetition, from a seed that must
    /// have come from there.
    pub(crate) fn new(sources: usize, seed: Option<[u8; SECRET_BYTES]>) -> Result<Self, Error> {
        let seed = match seed {
            Some(seed) => seed,
            None => {
                let mut seed = [0; SECRET_BYTES];
                getrandom::fill(&mut seed)
                    .map_err(|e| Error::Seal(format!("the system gives no random bytes: {e}")))?;
                seed
            }
        };
        // One from the other cannot be found, so that one can be destroyed and the others kept. The
        // seed is forgotten here.
        let secret = |source: usize| {
            let mut hash = Sha256::new();
            hash.update(b"bakas-source-secret/1\n");
            hash.update(seed);
            hash.update((source as u64).to_be_bytes());
            Secret::new(hash.finalize().into())
        };
        Ok(Self((0..sources).map(secret).collect()))
    }

    /// By source.
    pub(crate) fn all(&self) -> &[Secret] {
        &self.0
    }
}

/// Hashes the records of one worker.
pub(crate) struct Batcher<'a> {
    secrets: &'a Secrets,
    sealers: BTreeMap<u32, Sealer>,
    /// Of the chunk at hand.
    sealer: Option<Sealer>,
    fields: Fields,
    chunk: Vec<Aside>,
    is_open: bool,
    events: u8,
    file: BufWriter<File>,
    put: u64,
    batches: Vec<Batch>,
}

/// The records of one chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Batch {
    source: u32,
    /// Offset of the first one.
    offset: u64,
    /// Which file, and the number of its first row there.
    part: usize,
    row: u64,
    count: u64,
}

/// What a worker put aside.
#[derive(Debug)]
pub(crate) struct Batches {
    file: File,
    batches: Vec<Batch>,
}

/// Which leaves are the records of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RecordRange {
    pub(crate) first: u64,
    pub(crate) count: u64,
}

impl<'a> Batcher<'a> {
    pub(crate) fn new(secrets: &'a Secrets, temp: &Path) -> Result<Self, Error> {
        let file = tempfile::tempfile_in(temp)
            .map_err(|source| Error::Write { path: temp.to_owned(), source })?;
        Ok(Self {
            secrets,
            sealers: BTreeMap::new(),
            sealer: None,
            fields: Fields::default(),
            chunk: Vec::new(),
            is_open: false,
            events: 0,
            file: BufWriter::with_capacity(BUFFER_BYTES, file),
            put: 0,
            batches: Vec::new(),
        })
    }

    /// Begins a chunk of a source.
    pub(crate) fn begin(&mut self, source: u32) {
        let secret = &self.secrets.all()[source as usize];
        let kept = self.sealers.remove(&source);
        self.sealer = Some(kept.unwrap_or_else(|| Sealer::new(source, secret)));
    }

    /// Begins a record; one that is blank says nothing and is none.
    pub(crate) fn record(&mut self, place: Place, bytes: &[u8]) {
        (self.is_open, self.events) = (!bytes.trim_ascii().is_empty(), 0);
        if let Some(sealer) = self.sealer.as_mut().filter(|_| self.is_open) {
            sealer.begin(place.offset, place.length, bytes);
        }
    }

    /// An event of the record that was begun.
    pub(crate) fn event(&mut self, event: &Event<'_>) {
        if !self.is_open {
            return;
        }
        let (Some(sealer), number) = (&mut self.sealer, self.events) else { return };
        self.fields.of(event, &mut |field: Field, text: &[u8]| {
            sealer.field(field, number, |out| out.extend_from_slice(text));
        });
        self.events = self.events.saturating_add(1);
    }

    /// Ends the chunk and puts its records aside.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        self.is_open = false;
        let Some(mut sealer) = self.sealer.take() else { return Ok(()) };
        let source = sealer.source();
        self.chunk.extend(sealer.finish().map(aside_of));
        self.sealers.insert(source, sealer);
        // What a framer rejected comes before the rest of its chunk.
        if !self.chunk.is_sorted() {
            self.chunk.sort_unstable();
        }
        // One offset has one salt, and so one record.
        self.chunk.dedup_by(|a, b| a[..8] == b[..8]);
        let Some(first) = self.chunk.first() else { return Ok(()) };
        let (count, row) = (self.chunk.len() as u64, self.put);
        self.batches.push(Batch { source, offset: offset_of(first), part: 0, row, count });
        self.put += count;
        let written = self.file.write_all(self.chunk.as_flattened());
        self.chunk.clear();
        written.map_err(aside_failed)
    }

    pub(crate) fn finish(self) -> Result<Batches, Error> {
        let file = self.file.into_inner().map_err(|e| aside_failed(e.into_error()))?;
        Ok(Batches { file, batches: self.batches })
    }
}

fn aside_of(record: Sealed) -> Aside {
    let mut aside = [0; ASIDE_BYTES];
    aside[..8].copy_from_slice(&record.place.offset.to_be_bytes());
    aside[8..12].copy_from_slice(&record.place.length.to_be_bytes());
    aside[12..ROW_BYTES].copy_from_slice(&record.fields);
    aside[ROW_BYTES..].copy_from_slice(&record.leaf);
    aside
}

fn offset_of(aside: &Aside) -> u64 {
    let bytes = aside.first_chunk::<8>().expect("a row begins with an offset");
    u64::from_be_bytes(*bytes)
}

fn aside_failed(source: io::Error) -> Error {
    StoreError::io("write", "a temporary file of the case", source).into()
}

/// Puts all records into the log, and their rows into the case at `folder`. Gives the leaves of each
/// source.
pub(crate) fn merge(
    parts: Vec<Batches>,
    sources: usize,
    log: &mut Log,
    folder: &Path,
) -> Result<Vec<RecordRange>, Error> {
    let mut files = Vec::new();
    let mut batches = Vec::new();
    for (part, put) in parts.into_iter().enumerate() {
        files.push(put.file);
        batches.extend(put.batches.into_iter().map(|batch| Batch { part, ..batch }));
    }
    batches.sort_unstable();
    let path = folder.join(RECORDS_FILE);
    let write = |source| Error::from(StoreError::io("write", &path, source));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(write)?;
    }
    let mut rows = BufWriter::with_capacity(BUFFER_BYTES, File::create_new(&path).map_err(write)?);
    let mut ranges = vec![RecordRange::default(); sources];
    for batch in batches {
        let range = &mut ranges[batch.source as usize];
        if range.count == 0 {
            range.first = log.size();
        }
        range.count += batch.count;
        let file = &mut files[batch.part];
        file.seek(SeekFrom::Start(batch.row * ASIDE_BYTES as u64)).map_err(aside_failed)?;
        let most = batch.count * ASIDE_BYTES as u64;
        let mut aside = BufReader::with_capacity(BUFFER_BYTES, (&*file).take(most));
        for _ in 0..batch.count {
            let mut row: Aside = [0; ASIDE_BYTES];
            aside.read_exact(&mut row).map_err(aside_failed)?;
            rows.write_all(&row[..ROW_BYTES]).map_err(write)?;
            let hash: Hash = row[ROW_BYTES..].try_into().expect("a row ends with a hash");
            log.push_hash(hash)?;
        }
    }
    rows.into_inner().map_err(|e| write(e.into_error()))?.sync_all().map_err(write)?;
    Ok(ranges)
}

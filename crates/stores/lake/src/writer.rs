//! Spreads the events of one worker over partitions, in bounded memory. Each file is written once
//! and whole.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use bakas_model::{Event, Location};
use bakas_store::{EventWriter, StoreError, Written};
use hashbrown::HashMap;

use crate::{
    partition::Key,
    table::{Scratch, Table},
};

/// Rows of one file.
const ROWS_LIMIT: usize = 1 << 16;
/// Bytes that all writers together hold in their tables, about; over its share each writes its
/// largest.
const HELD_BYTES_LIMIT: usize = 48 << 20;
/// Writers among whom it is shared at least.
const WRITERS_LEAST: usize = 2;
/// Partitions that one writer keeps apart; events of further days share one folder.
const PARTITIONS_LIMIT: usize = 2048;

/// The rows of one partition that are not written yet.
#[derive(Debug)]
struct Partition {
    key: Key,
    /// `None` where nothing is held, so that an idle partition takes no room.
    table: Option<Table>,
    held_bytes: usize,
}

/// Writes for one worker.
#[derive(Debug)]
pub(crate) struct LakeWriter {
    dir: PathBuf,
    agencies: Arc<[String]>,
    worker: u32,
    /// How many writers there are.
    writers: Arc<AtomicU32>,
    partitions: Vec<Partition>,
    by_key: HashMap<Key, usize, ahash::RandomState>,
    last: usize,
    /// An empty table that keeps its room for the next partition.
    spare: Option<Table>,
    scratch: Scratch,
    held_bytes: usize,
    written: Written,
}

impl LakeWriter {
    pub(crate) fn new(dir: &Path, agencies: Arc<[String]>, writers: &Arc<AtomicU32>) -> Self {
        let worker = writers.fetch_add(1, Ordering::Relaxed);
        Self {
            dir: dir.to_owned(),
            agencies,
            worker,
            writers: Arc::clone(writers),
            partitions: Vec::new(),
            by_key: HashMap::default(),
            last: 0,
            spare: None,
            scratch: Scratch::default(),
            held_bytes: 0,
            written: Written::default(),
        }
    }

    /// Bytes that this writer may hold.
    fn share(&self) -> usize {
        let writers = self.writers.load(Ordering::Relaxed) as usize;
        HELD_BYTES_LIMIT / writers.max(WRITERS_LEAST)
    }

    fn partition_of(&mut self, event: &Event<'_>) -> usize {
        let mut key = Key { class: event.class, agency: event.agency, day: Some(event.time.day()) };
        if self.partitions.get(self.last).is_some_and(|last| last.key == key) {
            return self.last;
        }
        if self.partitions.len() >= PARTITIONS_LIMIT && !self.by_key.contains_key(&key) {
            key.day = None;
        }
        let next = self.partitions.len();
        let at = *self.by_key.entry(key).or_insert(next);
        if at == next {
            self.partitions.push(Partition { key, table: None, held_bytes: 0 });
        }
        self.last = at;
        at
    }

    /// Writes what a partition holds as one file.
    fn flush(&mut self, at: usize) -> Result<(), StoreError> {
        let partition = &mut self.partitions[at];
        let Some(mut table) = partition.table.take() else { return Ok(()) };
        self.held_bytes -= std::mem::take(&mut partition.held_bytes);
        let rows = table.rows() as u64;
        let bytes = table
            .take_file(&mut self.scratch)
            .map_err(|e| StoreError::Lake { action: "encode events", source: Box::new(e) })?;
        let folder = partition.key.folder(&self.agencies);
        let name = format!("{folder}/part-{}-{}.parquet", self.worker, self.written.files.len());
        self.write_file(&name, &bytes)?;
        self.written.events += rows;
        self.written.bytes += bytes.len() as u64;
        self.written.files.push(name);
        self.spare = Some(table);
        Ok(())
    }

    fn write_file(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.dir.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| StoreError::io("make", parent, e))?;
        }
        let mut file = File::create_new(&path).map_err(|e| StoreError::io("create", &path, e))?;
        file.write_all(bytes).map_err(|e| StoreError::io("write", &path, e))
    }

    /// Writes the largest partitions until half of the bound is free.
    fn make_room(&mut self) -> Result<(), StoreError> {
        self.spare = None;
        let mut order: Vec<usize> = (0..self.partitions.len()).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(self.partitions[at].held_bytes));
        for at in order {
            if self.held_bytes <= self.share() / 2 {
                break;
            }
            self.flush(at)?;
            self.spare = None;
        }
        Ok(())
    }
}

impl EventWriter for LakeWriter {
    fn write(&mut self, event: &Event<'_>, location: Location) -> Result<(), StoreError> {
        let at = self.partition_of(event);
        let partition = &mut self.partitions[at];
        let table =
            partition.table.get_or_insert_with(|| self.spare.take().unwrap_or_else(Table::new));
        table.push(event, location, &mut self.scratch);
        let weight = table.weight();
        self.held_bytes += weight - partition.held_bytes;
        partition.held_bytes = weight;
        if table.rows() >= ROWS_LIMIT {
            self.flush(at)?;
        }
        if self.held_bytes > self.share() {
            self.make_room()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written, StoreError> {
        for at in 0..self.partitions.len() {
            self.flush(at)?;
            // Room of a large table is of no use to the small ones that are left.
            self.spare = None;
        }
        Ok(self.written)
    }
}

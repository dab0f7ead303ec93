//! External sort: items pushed in any order come back sorted, in bounded memory. It knows nothing
//! of what the items mean, and keeps nothing after it is dropped.
//!
//! Items are held until their estimated size reaches the bound, then written as one sorted run
//! into an unnamed temporary file. Sorted iteration merges the runs. Many runs are first merged
//! into fewer, so that the number of open files is bounded too.

use std::{
    mem,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

mod merge;
mod run;

pub use merge::Sorted;
use run::{Run, RunWriter};

/// Runs that are merged at once: bounds open files and read buffers.
const RUNS_LIMIT: usize = 64;

/// Sorts more items than fit in memory.
#[derive(Debug)]
pub struct Spool<T> {
    dir: PathBuf,
    memory_bytes_limit: usize,
    weight: fn(&T) -> usize,
    held: Vec<T>,
    held_bytes: usize,
    runs: Vec<Run>,
    len: u64,
    spilled_bytes: u64,
}

impl<T: Serialize + DeserializeOwned + Ord> Spool<T> {
    /// A spool that holds about `memory_bytes_limit` in memory and writes what is more into
    /// `dir`. `weight` estimates the bytes that one item takes in memory, all its parts counted.
    ///
    /// ```
    /// # use bakas_store::Spool;
    /// let mut spool = Spool::new(&std::env::temp_dir(), 1 << 20, |name: &String| 24 + name.len());
    /// spool.push("b".to_owned())?;
    /// spool.push("a".to_owned())?;
    /// let sorted: Result<Vec<_>, _> = spool.into_sorted()?.collect();
    /// assert_eq!(sorted?, ["a", "b"]);
    /// # Ok::<(), bakas_store::StoreError>(())
    /// ```
    #[must_use]
    pub fn new(dir: &Path, memory_bytes_limit: usize, weight: fn(&T) -> usize) -> Self {
        Self {
            dir: dir.to_owned(),
            memory_bytes_limit,
            weight,
            held: Vec::new(),
            held_bytes: 0,
            runs: Vec::new(),
            len: 0,
            spilled_bytes: 0,
        }
    }

    /// Adds one item.
    ///
    /// # Errors
    /// When a run cannot be written: the disk is full, or the folder is gone.
    pub fn push(&mut self, item: T) -> Result<(), StoreError> {
        let bytes = (self.weight)(&item).max(size_of::<T>());
        // Growing the vector doubles it; where that would pass the bound, the run ends here.
        let growth = if self.held.len() == self.held.capacity() {
            self.held.capacity() * size_of::<T>()
        } else {
            0
        };
        if !self.held.is_empty() && self.held_bytes + bytes + growth > self.memory_bytes_limit {
            self.spill()?;
        }
        self.held.push(item);
        self.held_bytes += bytes;
        self.len += 1;
        Ok(())
    }

    /// Takes over everything in another spool, for instance that of another thread.
    ///
    /// # Errors
    /// When a run cannot be written.
    pub fn absorb(&mut self, mut other: Self) -> Result<(), StoreError> {
        if self.held_bytes + other.held_bytes > self.memory_bytes_limit {
            if other.held_bytes >= self.held_bytes {
                mem::swap(&mut self.held, &mut other.held);
                mem::swap(&mut self.held_bytes, &mut other.held_bytes);
            }
            let run = write_run(&self.dir, &mut other.held)?;
            self.spilled_bytes += run.bytes;
            self.runs.push(run);
        } else {
            self.held.append(&mut other.held);
            self.held_bytes += other.held_bytes;
        }
        self.runs.append(&mut other.runs);
        self.len += other.len;
        self.spilled_bytes += other.spilled_bytes;
        self.fold_runs()
    }

    /// How many items were pushed.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was pushed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Everything in the order in which it was pushed, where it all fitted in memory.
    #[must_use]
    pub fn held(&self) -> Option<&[T]> {
        self.runs.is_empty().then_some(self.held.as_slice())
    }

    /// Sorts what is held, so that less is left to do when several spools were absorbed by one:
    /// then each is one sorted stretch.
    pub fn sort(&mut self) {
        self.held.sort_unstable();
    }

    /// Bytes written to temporary files so far, those of merged runs included.
    #[must_use]
    pub const fn spilled_bytes(&self) -> u64 {
        self.spilled_bytes
    }

    /// Everything, sorted. Items that compare equal come in no particular order.
    ///
    /// # Errors
    /// When a run cannot be read back.
    pub fn into_sorted(mut self) -> Result<Sorted<T>, StoreError> {
        // This one finds sorted stretches and merges them; mostly there is one of each thread.
        self.held.sort();
        Sorted::new(self.held, self.runs, self.dir, self.len)
    }

    fn spill(&mut self) -> Result<(), StoreError> {
        let run = write_run(&self.dir, &mut self.held)?;
        self.held_bytes = 0;
        self.spilled_bytes += run.bytes;
        self.runs.push(run);
        self.fold_runs()
    }

    /// Merges the oldest runs into one while there are too many.
    fn fold_runs(&mut self) -> Result<(), StoreError> {
        while self.runs.len() > RUNS_LIMIT {
            // The smallest runs first: the same item is copied as seldom as may be.
            self.runs.sort_by_key(|run| run.items);
            let some: Vec<Run> = self.runs.drain(..RUNS_LIMIT / 2).collect();
            let items = some.iter().map(|run| run.items).sum();
            let mut writer = RunWriter::new(&self.dir)?;
            for item in Sorted::<T>::new(Vec::new(), some, self.dir.clone(), items)? {
                writer.push(&item?)?;
            }
            let run = writer.finish()?;
            self.spilled_bytes += run.bytes;
            self.runs.push(run);
        }
        Ok(())
    }
}

/// Sorts the items and writes them as one run; the vector keeps its room.
fn write_run<T: Serialize + Ord>(dir: &Path, items: &mut Vec<T>) -> Result<Run, StoreError> {
    items.sort_unstable();
    let mut writer = RunWriter::new(dir)?;
    for item in items.drain(..) {
        writer.push(&item)?;
    }
    writer.finish()
}

//! Merges sorted runs into one sorted sequence. It writes nothing.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, binary_heap::PeekMut},
    path::{Path, PathBuf},
    vec,
};

use serde::de::DeserializeOwned;

use super::run::{Run, RunReader};
use crate::StoreError;

/// All items of a spool, in order. After an error there is nothing more.
#[derive(Debug)]
pub struct Sorted<T> {
    heads: BinaryHeap<Head<T>>,
    runs: Vec<Feed<T>>,
    left: u64,
    failed: bool,
}

#[derive(Debug)]
enum Feed<T> {
    Held(vec::IntoIter<T>),
    Run(RunReader<T>),
}

/// The smallest item of a run that was not given out yet.
#[derive(Debug)]
struct Head<T> {
    item: T,
    run: usize,
}

impl<T: DeserializeOwned + Ord> Sorted<T> {
    pub(super) fn new(
        held: Vec<T>,
        runs: Vec<Run>,
        dir: PathBuf,
        len: u64,
    ) -> Result<Self, StoreError> {
        let dir: &Path = &dir;
        let mut feeds = vec![Feed::Held(held.into_iter())];
        for run in runs {
            feeds.push(Feed::Run(RunReader::new(run, dir)?));
        }
        let mut heads = BinaryHeap::with_capacity(feeds.len());
        for (run, feed) in feeds.iter_mut().enumerate() {
            if let Some(item) = feed.next()? {
                heads.push(Head { item, run });
            }
        }
        Ok(Self { heads, runs: feeds, left: len, failed: false })
    }

    /// How many items are still to come.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.left
    }

    fn take(&mut self) -> Result<Option<T>, StoreError> {
        let Some(mut top) = self.heads.peek_mut() else {
            if self.left == 0 {
                return Ok(None);
            }
            return Err(StoreError::Damaged {
                what: "a sorted sequence".to_owned(),
                detail: format!("{} items did not come back", self.left),
            });
        };
        let item = match self.runs[top.run].next()? {
            Some(next) => std::mem::replace(&mut top.item, next),
            None => PeekMut::pop(top).item,
        };
        self.left -= 1;
        Ok(Some(item))
    }
}

impl<T: DeserializeOwned + Ord> Iterator for Sorted<T> {
    type Item = Result<T, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let taken = self.take();
        self.failed = taken.is_err();
        taken.transpose()
    }
}

impl<T: DeserializeOwned> Feed<T> {
    fn next(&mut self) -> Result<Option<T>, StoreError> {
        match self {
            Self::Held(items) => Ok(items.next()),
            Self::Run(reader) => reader.next(),
        }
    }
}

// A heap gives its largest first, so the order is turned round: the smallest item, of equal ones
// that of the lowest run.
impl<T: Ord> Ord for Head<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.item.cmp(&self.item).then(other.run.cmp(&self.run))
    }
}

impl<T: Ord> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> PartialEq for Head<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Ord> Eq for Head<T> {}

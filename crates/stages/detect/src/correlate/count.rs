//! Counts of hits and of values in a sliding window, up to the number beyond which the condition
//! no longer tells them apart.

use std::collections::VecDeque;

use bakas_model::Timestamp;
use rustc_hash::FxHashMap;

use crate::input::Digest;

/// The times of the latest hits.
#[derive(Debug)]
pub(crate) struct Recent {
    times: VecDeque<Timestamp>,
    limit: usize,
}

impl Recent {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { times: VecDeque::new(), limit }
    }

    /// Takes a hit and gives how many there are since then, at most the limit.
    pub(crate) fn take(&mut self, time: Timestamp, since: Timestamp) -> usize {
        while self.times.front().is_some_and(|&first| first < since) {
            self.times.pop_front();
        }
        if self.times.len() == self.limit {
            self.times.pop_front();
        }
        self.times.push_back(time);
        self.times.len()
    }
}

/// The latest values, each with its latest time: which ones those are follows from those before
/// and the new one alone, so that nothing else need be kept.
#[derive(Debug)]
pub(crate) struct Distinct {
    /// By value: the number of its latest hit.
    latest: FxHashMap<Digest, u64>,
    /// Hits in order; those that are not their value's latest are passed over.
    queue: VecDeque<(Timestamp, u64, Digest)>,
    next: u64,
    limit: usize,
}

/// Hits that wait in the queue before it is looked through for outdated ones.
const QUEUE_SLACK: usize = 1024;

impl Distinct {
    pub(crate) fn new(limit: usize) -> Self {
        Self { latest: FxHashMap::default(), queue: VecDeque::new(), next: 0, limit }
    }

    /// Takes a value and gives how many different ones there are since then, at most the limit.
    pub(crate) fn take(&mut self, value: Digest, time: Timestamp, since: Timestamp) -> usize {
        let number = self.next;
        self.next += 1;
        self.latest.insert(value, number);
        self.queue.push_back((time, number, value));
        while let Some(&(first, number, value)) = self.queue.front() {
            let is_latest = self.latest.get(&value) == Some(&number);
            if is_latest && first >= since && self.latest.len() <= self.limit {
                break;
            }
            if is_latest {
                self.latest.remove(&value);
            }
            self.queue.pop_front();
        }
        if self.queue.len() > 2 * self.latest.len() + QUEUE_SLACK {
            let latest = &self.latest;
            self.queue.retain(|(_, number, value)| latest.get(value) == Some(number));
        }
        self.latest.len()
    }
}

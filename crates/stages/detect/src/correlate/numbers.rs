//! Sums, means, percentiles and shares of what a field holds in a sliding window.

use std::collections::{BTreeMap, VecDeque};

use bakas_model::Timestamp;
use rustc_hash::FxHashMap;

use super::{
    judge::WINDOW_HITS_LIMIT,
    steps::{Amount, STEPS_LIMIT, Steps},
};
use crate::input::Digest;

/// Numbers are added up in millionths, so that what is added can be taken away again exactly.
const PARTS: f64 = 1e6;
/// Larger numbers count as this one: sums of ten billion of them still fit.
const NUMBER_LIMIT: f64 = 1e21;

/// The sum and the mean of numbers.
#[derive(Debug)]
pub(crate) struct Sums {
    steps: Steps<Sum>,
    all: Sum,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    parts: i128,
    count: u64,
}

impl Amount for Sum {
    fn add(&mut self, other: Self) {
        self.parts = self.parts.saturating_add(other.parts);
        self.count += other.count;
    }
}

impl Sums {
    pub(crate) fn new() -> Self {
        Self { steps: Steps::new(STEPS_LIMIT), all: Sum::default() }
    }

    pub(crate) fn take(&mut self, number: f64, time: Timestamp, since: Timestamp) {
        while let Some(gone) = self.steps.pop_before(since) {
            self.all.parts -= gone.parts;
            self.all.count -= gone.count;
        }
        let number = number.clamp(-NUMBER_LIMIT, NUMBER_LIMIT);
        let new = Sum { parts: (number * PARTS).round() as i128, count: 1 };
        self.steps.push(time, new);
        self.all.add(new);
    }

    pub(crate) const fn sum(&self) -> f64 {
        self.all.parts as f64 / PARTS
    }

    pub(crate) const fn mean(&self) -> f64 {
        self.sum() / self.all.count as f64
    }
}

/// A percentile of numbers, linear between ranks: the numbers in two halves, the lower one up to
/// the rank.
#[derive(Debug)]
pub(crate) struct Ranks {
    percentile: f64,
    queue: VecDeque<(Timestamp, Sortable)>,
    low: Half,
    high: Half,
}

/// A number's bits, turned so that they sort as the numbers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sortable(u64);

impl Sortable {
    const fn of(number: f64) -> Self {
        let bits = number.to_bits();
        Self(if bits >> 63 == 0 { bits | 1 << 63 } else { !bits })
    }

    const fn number(self) -> f64 {
        f64::from_bits(if self.0 >> 63 == 0 { !self.0 } else { self.0 & !(1 << 63) })
    }
}

#[derive(Debug, Default)]
struct Half {
    numbers: BTreeMap<Sortable, usize>,
    count: usize,
}

impl Half {
    fn add(&mut self, number: Sortable) {
        *self.numbers.entry(number).or_default() += 1;
        self.count += 1;
    }

    fn remove(&mut self, number: Sortable) -> bool {
        let Some(count) = self.numbers.get_mut(&number) else { return false };
        *count -= 1;
        if *count == 0 {
            self.numbers.remove(&number);
        }
        self.count -= 1;
        true
    }

    fn first(&self) -> Option<Sortable> {
        self.numbers.first_key_value().map(|(&number, _)| number)
    }

    fn last(&self) -> Option<Sortable> {
        self.numbers.last_key_value().map(|(&number, _)| number)
    }
}

impl Ranks {
    pub(crate) fn new(percentile: f64) -> Self {
        Self { percentile, queue: VecDeque::new(), low: Half::default(), high: Half::default() }
    }

    /// Takes a number and gives the percentile of those since then.
    pub(crate) fn take(&mut self, number: f64, time: Timestamp, since: Timestamp) -> f64 {
        while let Some(&(first, number)) = self.queue.front()
            && (first < since || self.queue.len() >= WINDOW_HITS_LIMIT)
        {
            if !self.low.remove(number) {
                self.high.remove(number);
            }
            self.queue.pop_front();
        }
        let number = Sortable::of(number);
        self.queue.push_back((time, number));
        match self.low.last() {
            Some(last) if number <= last => self.low.add(number),
            _ => self.high.add(number),
        }
        let rank = self.percentile / 100.0 * (self.queue.len() - 1) as f64;
        let wanted = rank as usize + 1;
        while self.low.count < wanted
            && let Some(first) = self.high.first()
        {
            self.high.remove(first);
            self.low.add(first);
        }
        while self.low.count > wanted
            && let Some(last) = self.low.last()
        {
            self.low.remove(last);
            self.high.add(last);
        }
        let below = self.low.last().map_or(0.0, Sortable::number);
        let above = self.high.first().map_or(below, Sortable::number);
        below + rank.fract() * (above - below)
    }
}

/// The share that a value has among all, in percent.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    queue: VecDeque<(Timestamp, Digest)>,
    counts: FxHashMap<Digest, u32>,
}

impl Shares {
    /// Takes a value and gives its share since then.
    pub(crate) fn take(&mut self, value: Digest, time: Timestamp, since: Timestamp) -> f64 {
        while let Some(&(first, value)) = self.queue.front()
            && (first < since || self.queue.len() >= WINDOW_HITS_LIMIT)
        {
            if let Some(count) = self.counts.get_mut(&value) {
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(&value);
                }
            }
            self.queue.pop_front();
        }
        self.queue.push_back((time, value));
        let count = self.counts.entry(value).or_default();
        *count += 1;
        100.0 * f64::from(*count) / self.queue.len() as f64
    }
}

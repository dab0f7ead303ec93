//! An hour or a day in which a group has far more hits, or far more different values, than in its
//! others: a robust z-score over the group's own history.
//!
//! The score of a count is (count − median) / spread. The spread is 1.4826 times the median of the
//! absolute deviations from the median (which for normal noise is one standard deviation), and
//! never less than the square root of the median or than one, so that steady and small counts do
//! not make everything an outlier. Hours and days are those of UTC; between the first and the last
//! with a hit, those without one count as zero.

use bakas_model::Timestamp;
use bakas_sigma::Problem;
use rustc_hash::FxHashSet;

use super::{Begin, settings::Reader};
use crate::{
    correlate::Burst,
    input::{Digest, Input, Measure},
};

/// Most outliers of one group that are told.
const FINDINGS_LIMIT: usize = 8;
/// Most different values that are told apart in one hour or day.
const VALUES_LIMIT: usize = 1_000_000;
/// Longest history, in buckets: later ones push out the earliest.
const HISTORY_LIMIT: usize = 20_000;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    /// An hour or a day.
    per_micros: i64,
    /// The least score.
    score: f64,
    /// The least count.
    least: u64,
    /// The least number of hours or days in the history.
    history: usize,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        reader.fields(0, 1)?;
        Ok(Self {
            per_micros: reader.micros("per", 24 * 3600 * 1_000_000)?,
            score: reader.number("score", 8.0, 3.0, 1000.0)?,
            least: reader.count("least", 20, 2, 1_000_000)?.into(),
            history: reader.count("history", 7, 5, 10_000)? as usize,
        })
    }
}

/// The counts of one group.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    buckets: Vec<u64>,
    /// The number of the bucket that is filled now.
    bucket: Option<i64>,
    burst: Option<Burst>,
    count: u64,
    values: FxHashSet<Digest>,
    /// The highest so far, each with its count.
    highest: Vec<(u64, Burst)>,
}

impl Counts {
    pub(super) fn take(&mut self, input: Input, settings: &Settings, begin: &Begin<'_>) {
        let bucket = number(input.time(), settings.per_micros);
        if let Some(before) = self.bucket.replace(bucket)
            && before != bucket
        {
            self.close(settings);
            let empty = usize::try_from(bucket - before - 1).unwrap_or(HISTORY_LIMIT);
            let empty = empty.min(HISTORY_LIMIT);
            self.buckets.extend(std::iter::repeat_n(0, empty));
            let over = self.buckets.len().saturating_sub(HISTORY_LIMIT);
            self.buckets.drain(..over);
        }
        self.count += match input.measure() {
            Measure::Value(value) => {
                u64::from(self.values.len() < VALUES_LIMIT && self.values.insert(value))
            }
            _ => 1,
        };
        self.burst.get_or_insert_with(|| begin.burst(&input)).add(input);
    }

    fn close(&mut self, settings: &Settings) {
        let count = std::mem::take(&mut self.count);
        self.values.clear();
        self.buckets.push(count);
        let Some(burst) = self.burst.take() else { return };
        if count < settings.least {
            return;
        }
        self.highest.push((count, burst));
        if self.highest.len() > FINDINGS_LIMIT {
            let least = (0..self.highest.len()).min_by_key(|&at| self.highest[at].0);
            self.highest.remove(least.expect("there are some"));
        }
    }

    pub(super) fn end(mut self, settings: &Settings) -> Vec<Burst> {
        self.close(settings);
        if self.buckets.len() < settings.history {
            return Vec::new();
        }
        let (median, spread) = middle(&self.buckets);
        let told = |(count, mut burst): (u64, Burst)| {
            let score = (count as f64 - median) / spread;
            burst.note("count", count.to_string());
            burst.note("median", format!("{median:.1}"));
            burst.note("score", format!("{score:.1}"));
            (score >= settings.score).then_some(burst)
        };
        self.highest.into_iter().filter_map(told).collect()
    }
}

/// The number of an hour or day since the epoch.
pub(super) const fn number(time: Timestamp, per_micros: i64) -> i64 {
    time.as_micros().div_euclid(per_micros)
}

/// The median, and the spread around it.
fn middle(counts: &[u64]) -> (f64, f64) {
    let mut sorted: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
    let median = median(&mut sorted);
    let mut apart: Vec<f64> = sorted.iter().map(|count| (count - median).abs()).collect();
    let spread = 1.4826 * self::median(&mut apart);
    (median, spread.max(median.sqrt()).max(1.0))
}

pub(super) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let half = numbers.len() / 2;
    match numbers.len() {
        0 => 0.0,
        len if len % 2 == 1 => numbers[half],
        _ => f64::midpoint(numbers[half - 1], numbers[half]),
    }
}

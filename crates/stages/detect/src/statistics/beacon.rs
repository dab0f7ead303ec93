//! Hits in regular intervals, as of a program that asks its master for orders. Each window of time
//! (an hour, a day: those of UTC) is judged by itself; windows that follow one another are one
//! finding.
//!
//! Hits closer together than the shortest interval are one. Of the intervals between the others
//! the median is taken, and the median of the absolute deviations from it: their ratio is the
//! jitter. Half of the intervals may be anything. For hits that come at random (a Poisson process)
//! the ratio is near 0.69; for a sleep with 20 % of jitter either way it is 0.1. The intervals are
//! kept as a histogram in steps of one per cent, whatever their number.
//!
//! What more than a few sources do alike, towards the same place, is how things are there (an
//! update server, a time server), and not told.

use bakas_model::Timestamp;
use bakas_sigma::Problem;

use super::{Begin, outlier::number, settings::Reader};
use crate::{correlate::Burst, input::Input};

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    window_micros: i64,
    /// Fewest intervals in a window.
    intervals: u32,
    /// Highest jitter.
    jitter: f64,
    /// Shortest interval.
    shortest_micros: i64,
    /// Most sources that do it towards one place.
    pub(super) most_sources: usize,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        reader.fields(0, 0)?;
        Ok(Self {
            window_micros: reader.micros("window", 24 * 3600 * 1_000_000)?,
            intervals: reader.count("intervals", 24, 8, 1_000_000)?,
            jitter: reader.number("jitter", 0.2, 0.0, 0.5)?,
            shortest_micros: reader.micros("shortest", 10 * 1_000_000)?,
            most_sources: reader.count("sources", 3, 1, 10_000)? as usize,
        })
    }
}

/// The intervals of one window, and the finding so far.
#[derive(Debug, Default)]
pub(crate) struct Intervals {
    window: Option<i64>,
    last: Option<Timestamp>,
    /// By step of one per cent: how many.
    histogram: Vec<(u16, u32)>,
    count: u32,
    /// The hits of this window.
    hits: Option<Burst>,
    open: Option<Finding>,
}

#[derive(Debug)]
struct Finding {
    burst: Burst,
    window: i64,
    interval_seconds: f64,
    jitter: f64,
}

/// One per cent.
const STEP: f64 = 1.01;

fn step(micros: i64) -> u16 {
    ((micros.max(1) as f64).ln() / STEP.ln()).round() as u16
}

fn middle(step: u16) -> f64 {
    STEP.powi(step.into())
}

impl Intervals {
    pub(super) fn take(
        &mut self,
        input: Input,
        settings: &Settings,
        begin: &Begin<'_>,
    ) -> Option<Burst> {
        let time = input.time();
        let window = number(time, settings.window_micros);
        let mut done = None;
        if let Some(before) = self.window.replace(window)
            && before != window
        {
            done = self.close(before, settings);
            self.last = None;
        }
        match self.last {
            Some(last) if time.micros_since(last) < settings.shortest_micros => {}
            last => {
                if let Some(last) = last {
                    self.count = self.count.saturating_add(1);
                    let step = step(time.micros_since(last));
                    match self.histogram.binary_search_by_key(&step, |&(step, _)| step) {
                        Ok(at) => self.histogram[at].1 += 1,
                        Err(at) => self.histogram.insert(at, (step, 1)),
                    }
                }
                self.last = Some(time);
            }
        }
        self.hits.get_or_insert_with(|| begin.burst(&input)).add(input);
        done
    }

    /// Judges a window, and gives the finding that it does not continue.
    fn close(&mut self, window: i64, settings: &Settings) -> Option<Burst> {
        let hits = self.hits.take()?;
        let histogram = std::mem::take(&mut self.histogram);
        let count = std::mem::take(&mut self.count);
        if count < settings.intervals {
            return None;
        }
        let (interval, jitter) = regularity(&histogram, count);
        if jitter > settings.jitter {
            return None;
        }
        if let Some(open) = &mut self.open
            && open.window + 1 == window
        {
            open.window = window;
            open.burst.join(hits);
            return None;
        }
        let interval_seconds = interval / 1e6;
        let new = Finding { burst: hits, window, interval_seconds, jitter };
        self.open.replace(new).map(Finding::told)
    }

    pub(super) fn end(mut self, settings: &Settings) -> Vec<Burst> {
        let before = self.window.and_then(|window| self.close(window, settings));
        before.into_iter().chain(self.open.map(Finding::told)).collect()
    }
}

impl Finding {
    fn told(mut self) -> Burst {
        self.burst.note("interval", format!("{:.0} s", self.interval_seconds));
        self.burst.note("jitter", format!("{:.0} %", self.jitter * 100.0));
        self.burst
    }
}

/// The median interval in microseconds, and the jitter.
fn regularity(histogram: &[(u16, u32)], count: u32) -> (f64, f64) {
    let half = u64::from(count).div_ceil(2);
    let median = ranked(histogram.iter().map(|&(step, count)| (middle(step), count)), half);
    let mut apart: Vec<(f64, u32)> =
        histogram.iter().map(|&(step, count)| ((middle(step) - median).abs(), count)).collect();
    apart.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    (median, ranked(apart.into_iter(), half) / median.max(1.0))
}

/// The value of this rank among values in order, each so many times.
fn ranked(values: impl Iterator<Item = (f64, u32)>, rank: u64) -> f64 {
    let mut below = 0;
    let mut values = values;
    let at = values.find(|&(_, count)| {
        below += u64::from(count);
        below >= rank
    });
    at.map_or(0.0, |(value, _)| value)
}

//! One source that touches many targets, each only once or twice: whoever looks for what is open.
//! A busy client touches few targets often, and a server answers many; neither is told. Windows of
//! time are hours or days of UTC; windows that follow one another are one finding.

use bakas_sigma::Problem;
use rustc_hash::FxHashSet;

use super::{Begin, outlier::number, settings::Reader};
use crate::{
    correlate::Burst,
    input::{Digest, Input, Measure},
};

/// Most targets that are told apart in a window.
const TARGETS_LIMIT: usize = 1_000_000;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    window_micros: i64,
    /// Fewest targets in a window.
    targets: usize,
    /// Most hits for each target, on average.
    hits_per_target: f64,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        reader.fields(1, 4)?;
        Ok(Self {
            window_micros: reader.micros("window", 3600 * 1_000_000)?,
            targets: reader.count("targets", 100, 2, TARGETS_LIMIT as u32)? as usize,
            hits_per_target: reader.number("hits-per-target", 3.0, 1.0, 1e6)?,
        })
    }
}

/// The targets of one window, and the finding so far.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    window: Option<i64>,
    targets: FxHashSet<Digest>,
    seen: u64,
    hits: Option<Burst>,
    open: Option<(i64, usize, Burst)>,
}

impl Targets {
    pub(super) fn take(
        &mut self,
        input: Input,
        settings: &Settings,
        begin: &Begin<'_>,
    ) -> Option<Burst> {
        let window = number(input.time(), settings.window_micros);
        let mut done = None;
        if let Some(before) = self.window.replace(window)
            && before != window
        {
            done = self.close(before, settings);
        }
        self.seen += 1;
        if let Measure::Value(target) = input.measure()
            && self.targets.len() < TARGETS_LIMIT
        {
            self.targets.insert(target);
        }
        self.hits.get_or_insert_with(|| begin.burst(&input)).add(input);
        done
    }

    fn close(&mut self, window: i64, settings: &Settings) -> Option<Burst> {
        let hits = self.hits.take()?;
        let seen = std::mem::take(&mut self.seen);
        let targets = self.targets.len();
        self.targets.clear();
        let is_scan =
            targets >= settings.targets && seen as f64 <= settings.hits_per_target * targets as f64;
        if !is_scan {
            return None;
        }
        if let Some((last, most, burst)) = &mut self.open
            && *last + 1 == window
        {
            *last = window;
            *most = targets.max(*most);
            burst.join(hits);
            return None;
        }
        self.open.replace((window, targets, hits)).map(told)
    }

    pub(super) fn end(mut self, settings: &Settings) -> Vec<Burst> {
        let before = self.window.and_then(|window| self.close(window, settings));
        before.into_iter().chain(self.open.map(told)).collect()
    }
}

fn told((_, targets, mut burst): (i64, usize, Burst)) -> Burst {
    burst.note("targets", targets.to_string());
    burst
}

//! A value that a group with a settled habit never had before: the new network of an account that
//! always came from the same few.

use bakas_model::Timestamp;
use bakas_sigma::Problem;

use super::{Begin, settings::Reader};
use crate::{
    correlate::Burst,
    input::{Digest, Input, Measure},
};

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    /// Hits that make a habit.
    hits: u64,
    /// Time over which they must be spread.
    days_micros: i64,
    /// Most values that a habit has; whoever has more roams, and nothing is new to them.
    values: usize,
    /// For how long hits of the new value belong to one finding.
    hold_micros: i64,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        reader.fields(1, 1)?;
        Ok(Self {
            hits: reader.count("hits", 10, 2, 1_000_000)?.into(),
            days_micros: reader.micros("habit", 7 * 24 * 3600 * 1_000_000)?,
            values: reader.count("values", 3, 1, 64)? as usize,
            hold_micros: reader.micros("hold", 24 * 3600 * 1_000_000)?,
        })
    }
}

/// What one group is used to.
#[derive(Debug, Default)]
pub(crate) struct Habit {
    first: Option<Timestamp>,
    hits: u64,
    values: Vec<Digest>,
    open: Option<(Digest, Timestamp, Burst)>,
}

impl Habit {
    pub(super) fn take(
        &mut self,
        input: Input,
        settings: &Settings,
        begin: &Begin<'_>,
    ) -> Option<Burst> {
        let Measure::Value(value) = input.measure() else { return None };
        let time = input.time();
        let first = *self.first.get_or_insert(time);
        self.hits += 1;
        if let Some((new, since, burst)) = &mut self.open
            && *new == value
            && time.micros_since(*since) <= settings.hold_micros
        {
            burst.add(input);
            return None;
        }
        // One more than a habit may have tells that there is none.
        if self.values.contains(&value) || self.values.len() > settings.values {
            return None;
        }
        let settled = !self.values.is_empty()
            && self.values.len() <= settings.values
            && self.hits > settings.hits
            && time.micros_since(first) >= settings.days_micros;
        self.values.push(value);
        if !settled {
            return None;
        }
        let mut burst = begin.burst(&input);
        burst.add(input);
        self.open.replace((value, time, burst)).map(|(.., burst)| burst)
    }

    pub(super) fn end(self) -> Vec<Burst> {
        self.open.map(|(.., burst)| burst).into_iter().collect()
    }
}

//! Many different long names of random look below one registered domain: data carried out, or
//! orders carried in, as queries for names. Only names that are long and random enough reach this
//! place. Windows of time are hours or days of UTC; windows that follow one another are one
//! finding.

use bakas_sigma::Problem;
use rustc_hash::FxHashSet;

use super::{Begin, outlier::number, settings::Reader};
use crate::{
    correlate::Burst,
    input::{Digest, Input, Measure},
};

/// Most names that are told apart in a window.
const NAMES_LIMIT: usize = 1_000_000;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    window_micros: i64,
    /// Fewest different names in a window.
    names: usize,
    /// Fewest bytes that these names hold.
    bytes: u64,
    /// Shortest name that counts.
    pub(super) name_bytes: u16,
    /// Least entropy of a name that counts, in bits a character.
    pub(super) name_bits: f64,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        reader.fields(1, 1)?;
        Ok(Self {
            window_micros: reader.micros("window", 3600 * 1_000_000)?,
            names: reader.count("names", 50, 2, NAMES_LIMIT as u32)? as usize,
            bytes: reader.count("bytes", 2000, 1, u32::MAX)?.into(),
            name_bytes: u16::try_from(reader.count("name-bytes", 24, 4, 250)?).unwrap_or(250),
            name_bits: reader.number("name-bits", 3.5, 0.0, 8.0)?,
        })
    }
}

/// The names of one window, and the finding so far.
#[derive(Debug, Default)]
pub(crate) struct Names {
    window: Option<i64>,
    names: FxHashSet<Digest>,
    bytes: u64,
    hits: Option<Burst>,
    open: Option<Finding>,
}

#[derive(Debug)]
struct Finding {
    window: i64,
    names: usize,
    bytes: u64,
    burst: Burst,
}

impl Names {
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
        if let Measure::Name(name, bytes) = input.measure()
            && self.names.len() < NAMES_LIMIT
            && self.names.insert(name)
        {
            self.bytes += u64::from(bytes);
        }
        self.hits.get_or_insert_with(|| begin.burst(&input)).add(input);
        done
    }

    fn close(&mut self, window: i64, settings: &Settings) -> Option<Burst> {
        let burst = self.hits.take()?;
        let (names, bytes) = (self.names.len(), std::mem::take(&mut self.bytes));
        self.names.clear();
        if names < settings.names || bytes < settings.bytes {
            return None;
        }
        if let Some(open) = &mut self.open
            && open.window + 1 == window
        {
            open.window = window;
            open.names = open.names.max(names);
            open.bytes = open.bytes.max(bytes);
            open.burst.join(burst);
            return None;
        }
        self.open.replace(Finding { window, names, bytes, burst }).map(Finding::told)
    }

    pub(super) fn end(mut self, settings: &Settings) -> Vec<Burst> {
        let before = self.window.and_then(|window| self.close(window, settings));
        before.into_iter().chain(self.open.map(Finding::told)).collect()
    }
}

impl Finding {
    fn told(mut self) -> Burst {
        self.burst.note("names", self.names.to_string());
        self.burst.note("name bytes", self.bytes.to_string());
        self.burst
    }
}

//! A value that few hits and few others have in a whole agency: the program that ran on one
//! machine once. Where much is rare, rarity says nothing, and nothing is told.

use bakas_sigma::Problem;
use rustc_hash::FxHashSet;

use super::{Begin, settings::Reader};
use crate::{
    correlate::Burst,
    input::{Digest, Input, Measure},
};

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    /// Most hits.
    hits: u64,
    /// Most different values of the field: machines, accounts.
    holders: usize,
    /// Most findings of an agency; with more none is told.
    pub(super) findings: usize,
    /// Fewest groups of an agency.
    pub(super) population: u64,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        reader.fields(0, 1)?;
        Ok(Self {
            hits: reader.count("hits", 3, 1, 10_000)?.into(),
            holders: reader.count("holders", 1, 1, 1000)? as usize,
            findings: reader.count("findings", 20, 1, 10_000)? as usize,
            population: reader.count("population", 50, 1, 10_000_000)?.into(),
        })
    }
}

/// Who has one value.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    seen: u64,
    holders: FxHashSet<Digest>,
    burst: Option<Burst>,
}

impl Holders {
    pub(super) fn take(&mut self, input: Input, settings: &Settings, begin: &Begin<'_>) {
        self.seen += 1;
        if let Measure::Value(holder) = input.measure()
            && self.holders.len() <= settings.holders
        {
            self.holders.insert(holder);
        }
        if self.seen > settings.hits || self.holders.len() > settings.holders {
            self.burst = None;
        } else {
            self.burst.get_or_insert_with(|| begin.burst(&input)).add(input);
        }
    }

    pub(super) fn end(self, settings: &Settings) -> Vec<Burst> {
        let few = self.seen <= settings.hits && self.holders.len() <= settings.holders;
        self.burst.filter(|_| few).into_iter().collect()
    }
}

//! Findings that are only one when few others are like them: they wait for the end of their
//! agency. What many machines do alike is how things are there, and what is rare everywhere is not
//! rare.

use std::collections::BTreeMap;

use bakas_model::AgencyIx;

use super::{Kind, Statistic};
use crate::correlate::{Burst, Emit};

/// Most findings that wait; beyond it none of the agency is told.
const WAITING_LIMIT: usize = 20_000;

/// The findings of one statistic that wait.
#[derive(Debug)]
pub(crate) struct Settling<'s> {
    statistic: &'s Statistic,
    agency: Option<AgencyIx>,
    waiting: Vec<Burst>,
    /// Whether there were too many.
    too_many: bool,
    /// Groups of the agency so far.
    groups: u64,
}

impl<'s> Settling<'s> {
    pub(crate) const fn new(statistic: &'s Statistic) -> Self {
        Self { statistic, agency: None, waiting: Vec::new(), too_many: false, groups: 0 }
    }

    /// A group of this agency begins.
    pub(crate) fn begin(&mut self, agency: AgencyIx, emit: &mut Emit<'_>) {
        if self.agency.replace(agency) != Some(agency) {
            self.settle(emit);
        }
    }

    /// Counts a group.
    pub(crate) const fn counted(&mut self) {
        self.groups += 1;
    }

    /// Takes a finding: it is told at once or waits.
    pub(crate) fn offer(&mut self, burst: Burst, emit: &mut Emit<'_>) {
        let limit = match &self.statistic.kind {
            Kind::Beacon(_) => WAITING_LIMIT,
            Kind::Rare(settings) => settings.findings,
            _ => return emit.detection(burst),
        };
        if self.waiting.len() >= limit {
            self.too_many = true;
            self.waiting.clear();
        }
        if !self.too_many {
            self.waiting.push(burst);
        }
    }

    /// Ends the agency.
    pub(crate) fn settle(&mut self, emit: &mut Emit<'_>) {
        let waiting = std::mem::take(&mut self.waiting);
        let groups = std::mem::take(&mut self.groups);
        if std::mem::take(&mut self.too_many) {
            return;
        }
        match &self.statistic.kind {
            Kind::Beacon(settings) => {
                // All but the first of a group's values: where it goes.
                let to = |burst: &Burst| -> Vec<String> {
                    let values =
                        burst.group().iter().skip(1).take(self.statistic.group_by.len() - 1);
                    values.map(|(_, value)| value.clone()).collect()
                };
                let from = |burst: &Burst| burst.group().first().map(|(_, value)| value.clone());
                let mut sources: BTreeMap<Vec<String>, Vec<Option<String>>> = BTreeMap::new();
                for burst in &waiting {
                    let known = sources.entry(to(burst)).or_default();
                    let source = from(burst);
                    if !known.contains(&source) && known.len() <= settings.most_sources {
                        known.push(source);
                    }
                }
                let few = |burst: &Burst| sources[&to(burst)].len() <= settings.most_sources;
                waiting.into_iter().filter(few).for_each(|burst| emit.detection(burst));
            }
            Kind::Rare(settings) if groups < settings.population => {}
            _ => waiting.into_iter().for_each(|burst| emit.detection(burst)),
        }
    }
}

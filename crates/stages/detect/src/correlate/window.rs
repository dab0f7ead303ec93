//! One group of a correlation under a sliding window. After each hit the window that ends with it
//! is judged; what satisfying windows cover, overlapping ones together, is one detection.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hasher},
};

use bakas_model::{AgencyIx, Hit, Place, RuleIx, Timestamp};
use bakas_sigma::CorrelationKind;

use super::{Correlation, Emit, burst::Burst};
use crate::input::Input;

/// Most hits that a window holds; beyond it the oldest leave early. No condition may ask for more.
pub(crate) const WINDOW_HITS_LIMIT: usize = 1_000_000;
/// Most hits that a window keeps whole while its condition does not hold; of older ones only the
/// time is kept.
const WINDOW_DETAILS_LIMIT: usize = 50_000;

/// The hits of the last time span.
#[derive(Debug)]
pub(crate) struct Window<'c> {
    correlation: &'c Correlation,
    rule: RuleIx,
    agency: AgencyIx,
    group: Vec<String>,
    entries: VecDeque<Entry>,
    /// The number of the first entry in the window; numbers rise by one.
    base: u64,
    /// Entries before this number are in the detection already, or will never be.
    covered: u64,
    /// Entries before this number have lost their details.
    detailed: u64,
    counts: HashMap<u64, u32>,
    /// Of an ordered correlation: by member, the entry with which the latest chain of all members
    /// up to it began.
    chains: Vec<Option<(u64, Timestamp)>>,
    last_place: Option<Place>,
    /// By chain: when it was told last.
    told: Vec<Option<Timestamp>>,
    open: Option<Burst>,
}

#[derive(Debug)]
struct Entry {
    time: Timestamp,
    /// What is counted: the value or the member.
    key: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Hit(Box<Hit>),
    /// It lost its details.
    Unseen,
    /// The event of the entry before, under another rule.
    Same,
}

/// The hash by which values are told apart: the same on every machine.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl<'c> Window<'c> {
    pub(crate) fn new(correlation: &'c Correlation, first: &Input) -> Self {
        Self {
            correlation,
            rule: first.rule,
            agency: first.hit.agency,
            group: first.group.clone(),
            entries: VecDeque::new(),
            base: 0,
            covered: 0,
            detailed: 0,
            counts: HashMap::new(),
            chains: vec![None; correlation.members.into()],
            last_place: None,
            told: vec![None; correlation.chains.len()],
            open: None,
        }
    }

    pub(crate) fn take(&mut self, input: Input, emit: &mut Emit<'_>) {
        let again = self.last_place.replace(input.hit.place) == Some(input.hit.place);
        let by_value = matches!(
            self.correlation.kind,
            CorrelationKind::EventCount | CorrelationKind::ValueCount
        );
        // An event that matches several of the rules is one event.
        if again && by_value {
            return;
        }
        self.leave(input.hit.time);
        let key = match self.correlation.kind {
            CorrelationKind::ValueCount => input.value.as_deref().map_or(0, hash),
            CorrelationKind::EventCount => 0,
            CorrelationKind::Temporal | CorrelationKind::TemporalOrdered => input.member.into(),
        };
        let time = input.hit.time;
        self.chain(input.member, time);
        *self.counts.entry(key).or_default() += 1;
        let told = (!self.told.is_empty()).then(|| input.hit.clone());
        let what = if again { What::Same } else { What::Hit(Box::new(input.hit)) };
        self.entries.push_back(Entry { time, key, what });
        match self.satisfied_from() {
            Some(from) => {
                self.cover(from, emit);
                if let Some(hit) = told {
                    self.tell(&hit, emit);
                }
            }
            None => self.forget_details(),
        }
    }

    /// Lets entries go that are older than the time span.
    fn leave(&mut self, now: Timestamp) {
        let span = self.correlation.timespan_micros;
        while let Some(front) = self.entries.front()
            && (now.micros_since(front.time) > span || self.entries.len() >= WINDOW_HITS_LIMIT)
        {
            if let Some(count) = self.counts.get_mut(&front.key) {
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(&front.key);
                }
            }
            self.entries.pop_front();
            self.base += 1;
        }
        let base = self.base;
        self.chains.iter_mut().for_each(|chain| *chain = chain.filter(|&(from, _)| from >= base));
    }

    /// Follows the chains of an ordered correlation: this entry continues the latest one that has
    /// all members before.
    fn chain(&mut self, member: u8, time: Timestamp) {
        let number = self.base + self.entries.len() as u64;
        let member = usize::from(member);
        let begun = match member.checked_sub(1) {
            None => Some((number, time)),
            Some(before) => self.chains[before],
        };
        if begun.is_some() {
            self.chains[member] = begun;
        }
    }

    /// The entry with which the window that ends now begins, where it satisfies the condition.
    fn satisfied_from(&self) -> Option<u64> {
        let holds = |count: usize| {
            let every = usize::from(self.correlation.members);
            self.correlation
                .condition
                .as_ref()
                .map_or(count >= every, |condition| condition.holds(count as u64))
        };
        let satisfied = match self.correlation.kind {
            CorrelationKind::EventCount => holds(self.entries.len()),
            CorrelationKind::ValueCount | CorrelationKind::Temporal => holds(self.counts.len()),
            CorrelationKind::TemporalOrdered => {
                let last = usize::from(self.correlation.members) - 1;
                let ended = self.entries.back().is_some_and(|e| e.key == last as u64);
                return self.chains[last].filter(|_| ended).map(|(from, _)| from);
            }
        };
        satisfied.then_some(self.base)
    }

    /// Adds what the window holds from this entry on to the detection, or to a new one where the
    /// window shares nothing with the last.
    fn cover(&mut self, from: u64, emit: &mut Emit<'_>) {
        if from >= self.covered
            && let Some(done) = self.open.take()
            && self.correlation.speaks
        {
            emit.detection(done);
        }
        let start = from.max(self.covered);
        let skip = usize::try_from(start - self.base).unwrap_or(usize::MAX);
        for entry in self.entries.iter_mut().skip(skip) {
            let what = std::mem::replace(&mut entry.what, What::Unseen);
            let burst = self.open.get_or_insert_with(|| {
                let names = self.correlation.group_by.iter().cloned();
                let group = names.zip(self.group.iter().cloned()).collect();
                Burst::new(self.rule, self.agency, entry.time, group)
            });
            match what {
                What::Hit(hit) => burst.add(*hit),
                What::Unseen => burst.add_unseen(entry.time),
                What::Same => {}
            }
        }
        self.covered = self.base + self.entries.len() as u64;
        self.detailed = self.covered;
    }

    /// Keeps the details of the latest entries only.
    fn forget_details(&mut self) {
        let end = self.base + self.entries.len() as u64;
        self.detailed = self.detailed.max(self.base);
        while end - self.detailed > WINDOW_DETAILS_LIMIT as u64 {
            let at = usize::try_from(self.detailed - self.base).unwrap_or(usize::MAX);
            if let Some(entry) = self.entries.get_mut(at)
                && matches!(entry.what, What::Hit(_))
            {
                entry.what = What::Unseen;
            }
            self.detailed += 1;
        }
    }

    /// Tells the correlations that build on this one that its condition holds.
    fn tell(&mut self, hit: &Hit, emit: &mut Emit<'_>) {
        for (chain, told) in self.correlation.chains.iter().zip(&mut self.told) {
            if told.is_some_and(|told| hit.time.micros_since(told) < chain.rest_micros) {
                continue;
            }
            *told = Some(hit.time);
            emit.chain(Input {
                rule: chain.correlation,
                group: chain.group.iter().map(|&of| self.group[of].clone()).collect(),
                value: chain.value.map(|of| self.group[of].clone()),
                member: chain.member,
                hit: hit.clone(),
            });
        }
    }

    pub(crate) fn end(self, emit: &mut Emit<'_>) {
        if let Some(burst) = self.open
            && self.correlation.speaks
        {
            emit.detection(burst);
        }
    }
}

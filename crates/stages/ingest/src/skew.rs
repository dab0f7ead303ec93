//! How far the clocks of an agency's sources are apart, from events that two of them saw: the same
//! address doing the same to the same thing. It proposes; a person decides.
//!
//! Every source keeps the events whose key has the smallest hashes (bottom-k). So memory is
//! bounded, all sources keep the same keys as far as both saw them, and parts merge in any order.

use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
    net::IpAddr,
};

use bakas_model::{
    AgencyIx, ClockBasis, Event, Source, SourceIx, case::ClockProposal, time::MICROS_PER_SECOND,
};
use rustc_hash::{FxHashMap, FxHasher};

/// Keys that one source keeps.
const KEYS_LIMIT: usize = 8192;
/// Times kept of one key. A key seen more often says nothing.
const TIMES_LIMIT: usize = 16;
/// A key that is seen again within this time in one source is not clear.
const CLEAR_MICROS: i64 = 15 * 60 * MICROS_PER_SECOND;
/// Widest difference that is looked for: a wrong zone, but not a wrong day.
const WIDEST_MICROS: i64 = 26 * 3600 * MICROS_PER_SECOND;
/// Fewest events seen by both that a proposal rests on.
const SHARED_LEAST: usize = 20;
/// Smallest difference that is proposed.
const OFFSET_LEAST_MICROS: i64 = 2 * MICROS_PER_SECOND;
/// Widest spread that a proposal may have.
const SPREAD_LIMIT_MICROS: i64 = 60 * MICROS_PER_SECOND;

/// Samples events by what was done, over sources, to compare their clocks.
#[derive(Clone, Debug, Default)]
pub struct SkewSampler {
    sources: FxHashMap<SourceIx, Sample>,
}

/// The sample of one source: times by key, the keys with the smallest hashes.
#[derive(Clone, Debug)]
struct Sample {
    agency: AgencyIx,
    /// Up to twice as many as are kept in the end: they are thinned out seldom.
    keys: FxHashMap<u64, Times>,
    /// The largest hash that is still taken. It only falls, so that a key once out never comes
    /// back with half of its times.
    bound: u64,
}

/// The times of one key, unordered; empty where they were too many.
#[derive(Clone, Debug)]
struct Times(Vec<i64>);

impl Times {
    fn add(&mut self, more: &[i64]) {
        if self.0.is_empty() || self.0.len() + more.len() > TIMES_LIMIT || more.is_empty() {
            self.0 = Vec::new();
        } else {
            self.0.extend_from_slice(more);
        }
    }

    /// The times that stand alone.
    fn clear(&self) -> Vec<i64> {
        let mut times = self.0.clone();
        times.sort_unstable();
        let is_near = |a: Option<&i64>, b: i64| a.is_some_and(|a| (a - b).abs() <= CLEAR_MICROS);
        let before = |at: usize| at.checked_sub(1).and_then(|at| times.get(at));
        let is_clear =
            |at: usize, time: i64| !is_near(before(at), time) && !is_near(times.get(at + 1), time);
        times.iter().enumerate().filter(|(at, t)| is_clear(*at, **t)).map(|(_, t)| *t).collect()
    }
}

impl Sample {
    fn new(agency: AgencyIx) -> Self {
        Self { agency, keys: FxHashMap::default(), bound: u64::MAX }
    }

    fn add(&mut self, key: u64, times: &[i64]) {
        // Most keys end here, once the sample is full.
        if key > self.bound {
            return;
        }
        if let Some(known) = self.keys.get_mut(&key) {
            known.add(times);
            return;
        }
        self.keys.insert(key, Times(times.to_vec()));
        if self.keys.len() > 2 * KEYS_LIMIT {
            self.thin();
        }
    }

    /// Drops all but the smallest [`KEYS_LIMIT`].
    fn thin(&mut self) {
        if self.keys.len() > KEYS_LIMIT {
            let mut keys: Vec<u64> = self.keys.keys().copied().collect();
            let (_, largest, _) = keys.select_nth_unstable(KEYS_LIMIT - 1);
            self.lower(*largest);
        }
    }

    /// Drops what lies above another part's bound.
    fn lower(&mut self, bound: u64) {
        if bound < self.bound {
            self.bound = bound;
            self.keys.retain(|key, _| *key <= bound);
        }
    }
}

impl SkewSampler {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at an event.
    pub fn observe(&mut self, event: &Event<'_>) {
        let Some(what) = event.object.or(event.account) else { return };
        let sample =
            self.sources.entry(event.place.source).or_insert_with(|| Sample::new(event.agency));
        let time = [event.time.as_micros()];
        // Behind a proxy that nobody configured, the claimed address is the client's. Both stand
        // for the event: a claim that is a lie finds no partner.
        for address in [event.src, event.src_claimed].into_iter().flatten() {
            sample.add(key(address, what, event.operation), &time);
        }
    }

    /// Adds what another sampler saw.
    pub fn merge(&mut self, other: Self) {
        for (source, theirs) in other.sources {
            let ours = self.sources.entry(source).or_insert_with(|| Sample::new(theirs.agency));
            for (key, times) in theirs.keys {
                ours.add(key, &times.0);
            }
            // What the other part dropped, this one may hold in part only.
            ours.lower(theirs.bound);
            ours.thin();
        }
    }

    /// The clocks that seem to be off, by source. A source is compared with every other of its
    /// agency; of two that differ, the one is named that fewer agree with.
    #[must_use]
    pub fn propose(&self, sources: &[Source]) -> Vec<ClockProposal> {
        let mut kept = self.sources.clone();
        kept.values_mut().for_each(Sample::thin);
        let mut order: Vec<_> = kept.iter().map(|(ix, sample)| (*ix, sample)).collect();
        order.sort_unstable_by_key(|(ix, _)| *ix);
        let mut pairs = Vec::new();
        let mut agreeing: FxHashMap<SourceIx, usize> = FxHashMap::default();
        for (at, (a, first)) in order.iter().enumerate() {
            for (b, second) in order.iter().skip(at + 1) {
                if first.agency != second.agency {
                    continue;
                }
                let Some(found) = compare(first, second) else { continue };
                if found.offset.abs() <= OFFSET_LEAST_MICROS {
                    *agreeing.entry(*a).or_default() += 1;
                    *agreeing.entry(*b).or_default() += 1;
                } else {
                    pairs.push((*a, *b, found));
                }
            }
        }
        let trust = |ix: SourceIx| {
            let source = sources.iter().find(|source| source.ix == ix);
            let is_set = source.is_some_and(|s| s.clock.basis == ClockBasis::Configured);
            let is_provider = source.is_some_and(|s| s.provider.is_some());
            (is_set, is_provider, agreeing.get(&ix).copied().unwrap_or(0))
        };
        let doubt = |ix: SourceIx| {
            sources.iter().find(|s| s.ix == ix).map_or(0, |s| s.clock.uncertainty_micros)
        };
        let mut proposals: BTreeMap<SourceIx, ClockProposal> = BTreeMap::new();
        for (a, b, found) in pairs {
            if found.offset.unsigned_abs() <= doubt(a).saturating_add(doubt(b)) {
                continue;
            }
            // `offset` is what has to be added to the second to meet the first.
            let (source, against, offset_micros) =
                if trust(a) < trust(b) { (a, b, -found.offset) } else { (b, a, found.offset) };
            let proposal = ClockProposal {
                source,
                against,
                offset_micros,
                shared_events: found.shared as u64,
                spread_micros: found.spread.unsigned_abs(),
            };
            let best = proposals.entry(source).or_insert_with(|| proposal.clone());
            if proposal.shared_events > best.shared_events {
                *best = proposal;
            }
        }
        proposals.into_values().collect()
    }
}

/// How the second source differs from the first.
struct Difference {
    /// Median, in microseconds.
    offset: i64,
    /// Half-width of the interval of nine in ten.
    spread: i64,
    shared: usize,
}

fn compare(first: &Sample, second: &Sample) -> Option<Difference> {
    let (few, many, sign) = if first.keys.len() <= second.keys.len() {
        (first, second, 1)
    } else {
        (second, first, -1)
    };
    let mut differences = Vec::new();
    for (key, times) in &few.keys {
        let Some(others) = many.keys.get(key) else { continue };
        differences.extend(pair(&times.clear(), &others.clear()).map(|d| d * sign));
    }
    if differences.len() < SHARED_LEAST {
        return None;
    }
    differences.sort_unstable();
    let at = |part: usize| differences.get((differences.len() - 1) * part / 100).copied();
    let (low, offset, high) = (at(5)?, at(50)?, at(95)?);
    let spread = (high - low) / 2;
    let is_narrow = spread <= SPREAD_LIMIT_MICROS
        && (spread <= offset.abs() / 2 || offset.abs() <= OFFSET_LEAST_MICROS);
    is_narrow.then_some(Difference { offset, spread, shared: differences.len() })
}

/// What has to be added to the second time to meet the first, where both are clear: each seen
/// once, or seen as often and each near its partner.
fn pair(first: &[i64], second: &[i64]) -> impl Iterator<Item = i64> {
    let single = match (first, second) {
        ([a], [b]) => Some(a - b).filter(|d| d.abs() <= WIDEST_MICROS),
        _ => None,
    };
    let is_several = first.len() == second.len() && first.len() > 1;
    let several = first.iter().zip(second).map(|(a, b)| a - b);
    let near = several.filter(move |d| is_several && d.abs() <= CLEAR_MICROS);
    single.into_iter().chain(near.collect::<Vec<_>>())
}

fn key(address: IpAddr, what: &str, operation: &str) -> u64 {
    let mut hasher = FxHasher::default();
    address.hash(&mut hasher);
    what.hash(&mut hasher);
    operation.hash(&mut hasher);
    // The finalizer of MurmurHash3, for the smallest hashes must be a fair sample.
    let mut hash = hasher.finish();
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

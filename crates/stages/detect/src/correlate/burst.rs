//! A detection in the making: hits are counted as they come, and only a few are kept.

use std::{hash::Hash, net::IpAddr};

use bakas_model::{
    AgencyIx, Asn, Detection, DetectionId, Hit, RuleIx, Timestamp, detection::Tally,
    limits::DETECTION_SAMPLES_LIMIT,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Most accounts that a detection names.
const ACCOUNTS_LIMIT: usize = 1000;
/// Most objects and agents that a detection names.
const NAMES_LIMIT: usize = 100;
/// Most distinct names that are counted one by one.
const TALLIED_LIMIT: usize = 100_000;
/// Most distinct names that are told apart at all.
const DISTINCT_LIMIT: usize = 1_000_000;

/// Hits that make one detection.
#[derive(Debug)]
pub(crate) struct Burst {
    rule: RuleIx,
    agency: AgencyIx,
    group: Vec<(String, String)>,
    first: Timestamp,
    last: Timestamp,
    count: u64,
    addresses: FxHashMap<IpAddr, u64>,
    networks: FxHashMap<Asn, u64>,
    accounts: Names,
    objects: Names,
    agents: Names,
    samples: Samples,
}

impl Burst {
    /// One that begins with a hit of this time, which is yet to be added.
    pub(crate) fn new(
        rule: RuleIx,
        agency: AgencyIx,
        first: Timestamp,
        group: Vec<(String, String)>,
    ) -> Self {
        Self {
            rule,
            agency,
            group,
            first,
            last: first,
            count: 0,
            addresses: FxHashMap::default(),
            networks: FxHashMap::default(),
            accounts: Names::default(),
            objects: Names::default(),
            agents: Names::default(),
            samples: Samples::default(),
        }
    }

    pub(crate) const fn last(&self) -> Timestamp {
        self.last
    }

    /// Adds a hit, not earlier than those before.
    pub(crate) fn add(&mut self, hit: Hit) {
        self.add_unseen(hit.time);
        if let Some(address) = hit.src {
            *self.addresses.entry(address).or_default() += 1;
        }
        if let Some(network) = hit.asn {
            *self.networks.entry(network).or_default() += 1;
        }
        if let Some(account) = hit.account.as_deref().or(hit.target.as_deref()) {
            self.accounts.add(account);
        }
        if let Some(object) = &hit.object {
            self.objects.add(object);
        }
        if let Some(agent) = &hit.agent {
            self.agents.add(agent);
        }
        self.samples.add(hit);
    }

    /// Adds a hit of which only the time is left.
    pub(crate) fn add_unseen(&mut self, time: Timestamp) {
        self.count += 1;
        self.last = self.last.max(time);
    }

    pub(crate) fn finish(self, id: DetectionId) -> Detection {
        let account_count = self.accounts.distinct();
        Detection {
            id,
            rule: self.rule,
            agency: self.agency,
            group: self.group,
            first: self.first,
            last: self.last,
            count: self.count,
            addresses: most_first(self.addresses, usize::MAX),
            networks: most_first(self.networks, usize::MAX),
            accounts: most_first(self.accounts.counts, ACCOUNTS_LIMIT),
            account_count,
            objects: most_first(self.objects.counts, NAMES_LIMIT),
            agents: most_first(self.agents.counts, NAMES_LIMIT),
            samples: self.samples.finish(),
        }
    }
}

fn most_first<T: Ord + Hash>(counts: FxHashMap<T, u64>, limit: usize) -> Vec<Tally<T>> {
    let mut all: Vec<Tally<T>> =
        counts.into_iter().map(|(value, count)| Tally { value, count }).collect();
    all.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    all.truncate(limit);
    all
}

/// Names and how often each came.
#[derive(Debug, Default)]
struct Names {
    counts: FxHashMap<String, u64>,
    /// Hashes of the names beyond those that are counted.
    beyond: FxHashSet<u64>,
}

impl Names {
    fn add(&mut self, name: &str) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
        } else if self.counts.len() < TALLIED_LIMIT {
            self.counts.insert(name.to_owned(), 1);
        } else if self.beyond.len() < DISTINCT_LIMIT {
            self.beyond.insert(super::window::hash(name));
        }
    }

    fn distinct(&self) -> u64 {
        (self.counts.len() + self.beyond.len()) as u64
    }
}

/// A few hits, evenly spread: the first, every so manyth, and the last.
#[derive(Debug, Default)]
struct Samples {
    kept: Vec<(u64, Hit)>,
    seen: u64,
    /// Every 2^this-th is kept.
    stride_bits: u32,
    last: Option<Hit>,
}

impl Samples {
    fn add(&mut self, hit: Hit) {
        let number = self.seen;
        self.seen += 1;
        // One place is the last hit's.
        if self.kept.len() + 1 >= DETECTION_SAMPLES_LIMIT && self.is_due(number) {
            self.stride_bits += 1;
            let bits = self.stride_bits;
            self.kept.retain(|(number, _)| number.trailing_zeros() >= bits);
        }
        if let Some(before) = self.last.replace(hit)
            && let Some(number) = number.checked_sub(1)
            && self.is_due(number)
        {
            self.kept.push((number, before));
        }
    }

    const fn is_due(&self, number: u64) -> bool {
        number.trailing_zeros() >= self.stride_bits
    }

    fn finish(self) -> Vec<Hit> {
        self.kept.into_iter().map(|(_, hit)| hit).chain(self.last).collect()
    }
}

//! A detection in the making: hits are counted as they come, and only a few are kept. Of names and
//! addresses the first so many are counted one by one; the number of hits is always exact.

use std::{hash::Hash, net::IpAddr};

use bakas_model::{
    AgencyIx, Asn, Detection, DetectionId, RuleIx, Timestamp, detection::Tally,
    limits::DETECTION_SAMPLES_LIMIT,
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    gather::digest,
    input::{self, Digest, Identity, Input},
};

/// Most addresses that a detection names: the first to come.
const ADDRESSES_LIMIT: usize = 100_000;
/// Most accounts that a detection names.
const ACCOUNTS_LIMIT: usize = 1000;
/// Most objects and agents that a detection names.
const NAMES_LIMIT: usize = 100;
/// Most distinct names that are counted one by one: the first to come.
const TALLIED_LIMIT: usize = 100_000;
/// Most bytes of such names.
const TALLIED_BYTES_LIMIT: usize = 16 << 20;
/// Most distinct accounts that are told apart at all.
const DISTINCT_LIMIT: usize = 1_000_000;

/// Hits that make one detection.
#[derive(Debug)]
pub(crate) struct Burst {
    rule: RuleIx,
    agency: AgencyIx,
    group: Vec<(String, String)>,
    span: Option<(Timestamp, Timestamp)>,
    count: u64,
    addresses: FxHashMap<IpAddr, u64>,
    networks: FxHashMap<Asn, u64>,
    accounts: Names,
    /// Accounts beyond those that are counted one by one.
    accounts_beyond: FxHashSet<Digest>,
    objects: Names,
    agents: Names,
    samples: Samples,
}

impl Burst {
    /// One to which hits are yet to be added.
    pub(crate) fn new(rule: RuleIx, agency: AgencyIx, group: Vec<(String, String)>) -> Self {
        Self {
            rule,
            agency,
            group,
            span: None,
            count: 0,
            addresses: FxHashMap::default(),
            networks: FxHashMap::default(),
            accounts: Names::default(),
            accounts_beyond: FxHashSet::default(),
            objects: Names::default(),
            agents: Names::default(),
            samples: Samples::default(),
        }
    }

    /// One for the group of this input, which is yet to be added, under these names.
    pub(crate) fn of_group(first: &Input, names: &[String]) -> Self {
        let group = names.iter().cloned().zip(input::group(first.prefix())).collect();
        Self::new(first.rule(), first.agency(), group)
    }

    pub(crate) fn last(&self) -> Timestamp {
        self.span.map_or(Timestamp::MIN, |(_, last)| last)
    }

    /// The record that was added last.
    pub(crate) fn last_place(&self) -> Option<Identity> {
        self.samples.last.as_ref().map(Input::identity)
    }

    /// What the group is called by: names and values.
    pub(crate) fn group(&self) -> &[(String, String)] {
        &self.group
    }

    /// Adds a value to what the group is called by.
    pub(crate) fn note(&mut self, name: &str, value: String) {
        self.group.push((name.to_owned(), value));
    }

    /// Adds a hit, not earlier than those before.
    pub(crate) fn add(&mut self, input: Input) {
        self.add_unseen(input.time(), 1);
        let hit = input.rest();
        if let Some(address) = hit.src {
            add_to(&mut self.addresses, address, 1);
        }
        if let Some(network) = hit.asn {
            add_to(&mut self.networks, network, 1);
        }
        if let Some(account) = hit.account.or(hit.target) {
            self.account(account, 1);
        }
        if let Some(object) = hit.object {
            self.objects.add(object, 1);
        }
        if let Some(agent) = hit.agent {
            self.agents.add(agent, 1);
        }
        self.samples.add(input);
    }

    /// Adds hits of which only the time is left.
    pub(crate) fn add_unseen(&mut self, time: Timestamp, count: u64) {
        self.count += count;
        let (first, _) = *self.span.get_or_insert((time, time));
        self.span = Some((first, time));
    }

    /// Adds all of another, which is later.
    pub(crate) fn join(&mut self, other: Self) {
        if let Some((first, last)) = other.span {
            self.add_unseen(first, other.count);
            self.add_unseen(last, 0);
        }
        other.addresses.into_iter().for_each(|(value, n)| add_to(&mut self.addresses, value, n));
        other.networks.into_iter().for_each(|(value, n)| add_to(&mut self.networks, value, n));
        for (name, n) in other.accounts.counts {
            self.account(&name, n);
        }
        for beyond in other.accounts_beyond {
            if self.accounts_beyond.len() < DISTINCT_LIMIT {
                self.accounts_beyond.insert(beyond);
            }
        }
        for (name, n) in other.objects.counts {
            self.objects.add(&name, n);
        }
        for (name, n) in other.agents.counts {
            self.agents.add(&name, n);
        }
        for (_, input) in other.samples.spread {
            self.samples.add(input);
        }
        if let Some(last) = other.samples.last {
            self.samples.add(last);
        }
    }

    fn account(&mut self, account: &str, count: u64) {
        if !self.accounts.add(account, count) && self.accounts_beyond.len() < DISTINCT_LIMIT {
            self.accounts_beyond.insert(digest(account));
        }
    }

    pub(crate) fn finish(self, id: DetectionId) -> Detection {
        let (first, last) = self.span.unwrap_or_default();
        let account_count = (self.accounts.counts.len() + self.accounts_beyond.len()) as u64;
        Detection {
            id,
            rule: self.rule,
            agency: self.agency,
            group: self.group,
            first,
            last,
            count: self.count,
            addresses: most_first(self.addresses, usize::MAX),
            networks: most_first(self.networks, usize::MAX),
            accounts: most_first(self.accounts.counts, ACCOUNTS_LIMIT),
            account_count,
            objects: most_first(self.objects.counts, NAMES_LIMIT),
            agents: most_first(self.agents.counts, NAMES_LIMIT),
            samples: self.samples.kept().map(Input::hit).collect(),
        }
    }
}

fn add_to<T: Eq + Hash>(counts: &mut FxHashMap<T, u64>, value: T, more: u64) {
    if let Some(count) = counts.get_mut(&value) {
        *count += more;
    } else if counts.len() < ADDRESSES_LIMIT {
        counts.insert(value, more);
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
    bytes: usize,
}

impl Names {
    /// Counts one, or tells that it is beyond those that are counted.
    fn add(&mut self, name: &str, more: u64) -> bool {
        if let Some(count) = self.counts.get_mut(name) {
            *count += more;
            return true;
        }
        let is_room =
            self.counts.len() < TALLIED_LIMIT && self.bytes + name.len() <= TALLIED_BYTES_LIMIT;
        if is_room {
            self.bytes += name.len();
            self.counts.insert(name.to_owned(), more);
        }
        is_room
    }
}

/// A few hits, evenly spread: the first, every so manyth, and the last.
#[derive(Debug, Default)]
struct Samples {
    spread: Vec<(u64, Input)>,
    seen: u64,
    /// Every 2^this-th is kept.
    stride_bits: u32,
    last: Option<Input>,
}

impl Samples {
    fn add(&mut self, input: Input) {
        let number = self.seen;
        self.seen += 1;
        // One place is the last hit's.
        if self.spread.len() + 1 >= DETECTION_SAMPLES_LIMIT && self.is_due(number) {
            self.stride_bits += 1;
            let bits = self.stride_bits;
            self.spread.retain(|(number, _)| number.trailing_zeros() >= bits);
        }
        if let Some(before) = self.last.replace(input)
            && let Some(number) = number.checked_sub(1)
            && self.is_due(number)
        {
            self.spread.push((number, before));
        }
    }

    const fn is_due(&self, number: u64) -> bool {
        number.trailing_zeros() >= self.stride_bits
    }

    fn kept(&self) -> impl Iterator<Item = &Input> {
        self.spread.iter().map(|(_, input)| input).chain(&self.last)
    }
}

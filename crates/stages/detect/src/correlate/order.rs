//! Which of a correlation's rules are in a sliding window, and whether they come in order.

use std::collections::VecDeque;

use bakas_model::Timestamp;

use super::{Correlation, judge::Seen};

/// Most hits of one rule that are kept to follow an order under a condition in words.
const POSITIONS_LIMIT: usize = 4096;

/// The latest hit of each rule.
#[derive(Debug)]
pub(crate) struct Presence {
    latest: Vec<Option<Timestamp>>,
}

impl Presence {
    pub(crate) fn new(members: u8) -> Self {
        Self { latest: vec![None; members.into()] }
    }

    pub(crate) fn take(&mut self, member: u8, time: Timestamp, since: Timestamp) {
        self.latest[usize::from(member)] = Some(time);
        for latest in &mut self.latest {
            *latest = latest.filter(|&time| time >= since);
        }
    }

    /// A bit for each rule that is there.
    pub(crate) fn members(&self) -> u64 {
        (0..).zip(&self.latest).fold(0, |bits, (n, at)| bits | u64::from(at.is_some()) << n)
    }
}

/// The rules of an ordered correlation.
#[derive(Debug)]
pub(crate) enum Order {
    /// All are needed. By rule: where the latest chain of all rules up to it began.
    All(Vec<Option<(u64, Timestamp)>>),
    /// Those that a condition in words asks for. By rule: its latest hits.
    Some(Vec<VecDeque<(u64, Timestamp)>>),
}

impl Order {
    pub(crate) fn new(members: u8, in_words: bool) -> Self {
        if in_words {
            Self::Some(vec![VecDeque::new(); members.into()])
        } else {
            Self::All(vec![None; members.into()])
        }
    }

    /// Takes a hit: it continues the latest chain that has all rules before.
    pub(crate) fn take(&mut self, seen: &Seen, since: Timestamp) {
        let member = usize::from(seen.member);
        match self {
            Self::All(chains) => {
                for chain in &mut *chains {
                    *chain = chain.filter(|&(_, begun)| begun >= since);
                }
                let begun = match member.checked_sub(1) {
                    None => Some((seen.number, seen.time)),
                    Some(before) => chains[before],
                };
                if begun.is_some() {
                    chains[member] = begun;
                }
            }
            Self::Some(positions) => {
                for hits in &mut *positions {
                    while hits.front().is_some_and(|&(_, time)| time < since) {
                        hits.pop_front();
                    }
                }
                if positions[member].len() == POSITIONS_LIMIT {
                    positions[member].pop_front();
                }
                positions[member].push_back((seen.number, seen.time));
            }
        }
    }

    /// The event with which the chain began that the latest hit, of this rule, ended.
    pub(crate) fn chain(&self, member: u8, correlation: &Correlation) -> Option<u64> {
        match self {
            Self::All(chains) => {
                let ended = usize::from(member) + 1 == chains.len();
                chains.last().copied().flatten().filter(|_| ended).map(|(number, _)| number)
            }
            Self::Some(positions) => {
                let there = (0..)
                    .zip(positions)
                    .fold(0, |bits, (n, hits)| bits | u64::from(!hits.is_empty()) << n);
                let last = 63_u32.checked_sub(there.leading_zeros())?;
                if u32::from(member) != last || !correlation.accepts(there) {
                    return None;
                }
                latest_chain(positions)
            }
        }
    }
}

/// The beginning of the latest chain of one hit of each rule that is there, in their order.
fn latest_chain(positions: &[VecDeque<(u64, Timestamp)>]) -> Option<u64> {
    let mut before = u64::MAX;
    for hits in positions.iter().rev().filter(|hits| !hits.is_empty()) {
        // One event may stand for two rules.
        let at = hits.partition_point(|&(number, _)| number <= before);
        before = hits.get(at.checked_sub(1)?)?.0;
    }
    Some(before)
}

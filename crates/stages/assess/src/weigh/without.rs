//! What the answer would be without some items, and the fewest items that carry it. At the best
//! values, without draws.

use super::{Bench, Ready, Scale};

/// Up to so many telling items, sets of three are all tried.
pub const TRIPLES_ITEMS_LIMIT: usize = 60;

/// Shares closer than this are level.
pub(crate) const LEVEL_SHARE: f64 = 0.005;

/// The fewest items without which another hypothesis would be first, or level with the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Places of the items in the scale.
    pub items: Vec<usize>,
    /// Place of the hypothesis that would be first or level.
    pub to: usize,
    /// Its share then.
    pub share: f64,
    /// Whether every smaller set was tried.
    pub smallest: bool,
}

/// Asks again and again with items left out.
#[derive(Debug)]
pub(crate) struct Without<'a> {
    ready: Ready<'a>,
    bench: Bench,
}

/// The strongest rival of the leader, where the leader is no longer ahead of it.
pub(crate) fn ahead_or_level(shares: &[f64], leader: usize) -> Option<usize> {
    let rivals = (0..shares.len()).filter(|at| *at != leader);
    // Of equal ones the first.
    let rival = rivals.rev().max_by(|a, b| shares[*a].total_cmp(&shares[*b]))?;
    (shares[rival] > shares[leader] - LEVEL_SHARE).then_some(rival)
}

impl<'a> Without<'a> {
    pub(crate) fn new(scale: &'a Scale) -> Self {
        let ready = Ready::new(scale);
        let mut bench = Bench::default();
        ready.fill_best(&mut bench);
        Self { ready, bench }
    }

    /// The shares without the items at these places of the scale.
    pub(crate) fn shares(&mut self, left_out: &[usize]) -> Vec<f64> {
        let order = &self.ready.order;
        self.ready.weigh(&mut self.bench, |at| left_out.contains(&order[at])).to_vec()
    }

    fn turns(&mut self, left_out: &[usize], leader: usize, smallest: bool) -> Option<Turn> {
        let order = &self.ready.order;
        let shares = self.ready.weigh(&mut self.bench, |at| left_out.contains(&order[at]));
        let to = ahead_or_level(shares, leader)?;
        Some(Turn { items: left_out.to_vec(), to, share: shares[to], smallest })
    }

    /// Of the sets of one size the one that turns the answer most clearly.
    fn turning_set(&mut self, size: usize, leader: usize) -> Option<Turn> {
        let order = self.ready.order.clone();
        let mut found: Option<Turn> = None;
        let mut chosen: Vec<usize> = (0..size).collect();
        while chosen.last().is_some_and(|last| *last < order.len()) {
            let items: Vec<usize> = chosen.iter().map(|at| order[*at]).collect();
            let turn = self.turns(&items, leader, true);
            if turn.as_ref().is_some_and(|t| found.as_ref().is_none_or(|f| t.share > f.share)) {
                found = turn;
            }
            if !advance(&mut chosen, order.len()) {
                break;
            }
        }
        found
    }

    /// One after another, always the item that takes most from the leader.
    fn greedy(&mut self, leader: usize) -> Option<Turn> {
        let order = self.ready.order.clone();
        let mut out: Vec<usize> = Vec::new();
        while out.len() < order.len() {
            let rest: Vec<usize> = order.iter().copied().filter(|at| !out.contains(at)).collect();
            let lead = |shares: &[f64]| {
                let others = shares.iter().enumerate().filter(|(at, _)| *at != leader);
                shares[leader] - others.map(|(_, share)| *share).fold(0.0, f64::max)
            };
            let next = rest
                .into_iter()
                .map(|at| {
                    let mut tried = out.clone();
                    tried.push(at);
                    (lead(&self.shares(&tried)), at)
                })
                .min_by(|a, b| a.0.total_cmp(&b.0))?;
            out.push(next.1);
            if let Some(turn) = self.turns(&out, leader, false) {
                return Some(turn);
            }
        }
        None
    }

    /// The fewest items without which another hypothesis than the leader is first: all sets of one,
    /// two and, where there are not too many items, three; then one by one.
    pub(crate) fn fewest(&mut self, leader: usize) -> Option<Turn> {
        let count = self.ready.order.len();
        let tried = if count <= TRIPLES_ITEMS_LIMIT { 3 } else { 2 };
        for size in 1..=tried.min(count) {
            if let Some(turn) = self.turning_set(size, leader) {
                return Some(turn);
            }
        }
        let mut turn = self.greedy(leader)?;
        turn.smallest = turn.items.len() == tried + 1;
        Some(turn)
    }
}

/// The next set of places in order; false after the last.
fn advance(chosen: &mut [usize], count: usize) -> bool {
    let size = chosen.len();
    for at in (0..size).rev() {
        if chosen[at] < count - (size - at) {
            chosen[at] += 1;
            for later in at + 1..size {
                chosen[later] = chosen[later - 1] + 1;
            }
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_is_no_lead() {
        assert_eq!(ahead_or_level(&[0.35, 0.35, 0.30], 0), Some(1));
        assert_eq!(ahead_or_level(&[0.36, 0.34, 0.30], 0), None);
        assert_eq!(ahead_or_level(&[0.30, 0.35, 0.35], 0), Some(1), "of equal ones the first");
        assert_eq!(ahead_or_level(&[1.0], 0), None);
    }

    #[test]
    fn every_pair_is_tried_once() {
        let mut chosen = vec![0, 1];
        let mut seen = vec![chosen.clone()];
        while advance(&mut chosen, 4) {
            seen.push(chosen.clone());
        }
        assert_eq!(seen, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
    }
}

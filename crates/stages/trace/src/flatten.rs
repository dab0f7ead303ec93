//! Overlapping ranges made into ranges that do not overlap. Where two claim an address, the more
//! specific one is believed; where lists are laid over one another, all of them are kept. The order
//! of the input never matters.

use std::collections::{BTreeSet, HashMap};

use crate::range::Range;

/// A stretch of addresses with one value, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) first: u128,
    pub(crate) last: u128,
    pub(crate) value: u32,
}

/// The rank among the ranges that hold an address; the least is believed: the shortest, of equally
/// long ones the one that begins later, of the very same range the lowest value.
type Rank = (u128, std::cmp::Reverse<u128>, u32);

/// The value of the most specific range for every address that any range holds. All ranges are of
/// one family.
pub(crate) fn most_specific(rows: &[(Range, u32)]) -> Vec<Stretch> {
    let rank = |&(range, value): &(Range, u32)| -> Rank {
        (range.span(), std::cmp::Reverse(range.first), value)
    };
    sweep(rows, rank, |active: &BTreeSet<Rank>| active.first().map(|rank| rank.2))
}

/// The union of the masks of all ranges for every address that any range holds. All ranges are of
/// one family.
pub(crate) fn union(rows: &[(Range, u32)]) -> Vec<Stretch> {
    let rank = |&(range, mask): &(Range, u32)| (range.span(), range.first, mask);
    sweep(rows, rank, |active| {
        active.iter().map(|&(_, _, mask)| mask).reduce(|all, mask| all | mask)
    })
}

/// Attributes laid over one another: every stretch on which none of them changes, with what `value`
/// makes of all their values, in which 0 is none.
pub(crate) fn combine(
    attributes: &[&[Stretch]],
    mut value: impl FnMut(&[u32]) -> u32,
) -> Vec<Stretch> {
    let mut left: Vec<&[Stretch]> = attributes.to_vec();
    let mut values = vec![0; left.len()];
    let mut combined: Vec<Stretch> = Vec::new();
    let mut at = 0;
    // `at` is where what is left begins; stretches that began before it go on.
    while let Some(first) = left.iter().filter_map(|rest| Some(rest.first()?.first.max(at))).min() {
        let mut last = u128::MAX;
        for (rest, value) in left.iter().zip(&mut values) {
            *value = 0;
            match rest.first() {
                Some(stretch) if stretch.first <= first => {
                    *value = stretch.value;
                    last = last.min(stretch.last);
                }
                Some(stretch) => last = last.min(stretch.first - 1),
                None => {}
            }
        }
        let value = value(&values);
        match combined.last_mut() {
            Some(before) if before.value == value && before.last.checked_add(1) == Some(first) => {
                before.last = last;
            }
            _ => combined.push(Stretch { first, last, value }),
        }
        for rest in &mut left {
            if rest.first().is_some_and(|stretch| stretch.last == last) {
                *rest = &rest[1..];
            }
        }
        let Some(behind) = last.checked_add(1) else { break };
        at = behind;
    }
    combined
}

/// The set of all ranges that hold an address, the largest first, for every address that any range
/// holds: the value is one more than the position of the set. All ranges are of one family; their
/// values say which they are.
pub(crate) fn sets(rows: &[(Range, u32)], sets: &mut Sets) -> Vec<Stretch> {
    let rank = |&(range, value): &(Range, u32)| -> Rank {
        (range.span(), std::cmp::Reverse(range.first), value)
    };
    sweep(rows, rank, |active: &BTreeSet<Rank>| {
        (!active.is_empty())
            .then(|| sets.number(active.iter().rev().map(|&(_, _, value)| value).collect()))
    })
}

/// Sets of numbers, each once.
#[derive(Debug, Default)]
pub(crate) struct Sets {
    known: HashMap<Vec<u32>, u32>,
    /// Where each set begins in `members`; the end of the last one is the last.
    pub(crate) starts: Vec<u32>,
    pub(crate) members: Vec<u32>,
}

impl Sets {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// One more than the position of a set, which is added where it is new.
    fn number(&mut self, set: Vec<u32>) -> u32 {
        if let Some(&number) = self.known.get(&set) {
            return number;
        }
        let count =
            |members: &[u32]| u32::try_from(members.len()).expect("fewer than 2^32 members");
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.members.extend_from_slice(&set);
        self.starts.push(count(&self.members));
        let number = u32::try_from(self.starts.len() - 1).expect("fewer sets than members");
        self.known.insert(set, number);
        number
    }
}

/// Walks over the borders in order and asks at each what holds from there on.
fn sweep<R: Ord>(
    rows: &[(Range, u32)],
    rank: impl Fn(&(Range, u32)) -> R,
    mut value: impl FnMut(&BTreeSet<R>) -> Option<u32>,
) -> Vec<Stretch> {
    // A range that reaches the last number of all has no border behind it.
    let mut ends: Vec<(u128, usize)> = (0..)
        .zip(rows)
        .filter_map(|(at, (range, _))| Some((range.last.checked_add(1)?, at)))
        .collect();
    let mut begins: Vec<(u128, usize)> =
        (0..).zip(rows).map(|(at, (range, _))| (range.first, at)).collect();
    ends.sort_unstable();
    begins.sort_unstable();
    let (mut ends, mut begins) = (ends.into_iter().peekable(), begins.into_iter().peekable());
    let mut stretches: Vec<Stretch> = Vec::with_capacity(rows.len());
    let mut active = BTreeSet::new();
    let mut open: Option<(u128, u32)> = None;
    while let Some(border) = [ends.peek(), begins.peek()].into_iter().flatten().map(|b| b.0).min() {
        while let Some((_, at)) = ends.next_if(|end| end.0 == border) {
            active.remove(&rank(&rows[at]));
        }
        // The very same row twice is one rank; it ends at the same border, so nothing is lost.
        while let Some((_, at)) = begins.next_if(|begin| begin.0 == border) {
            active.insert(rank(&rows[at]));
        }
        let now = value(&active);
        if open.map(|(_, value)| value) == now {
            continue;
        }
        if let Some((first, value)) = open {
            stretches.push(Stretch { first, last: border - 1, value });
        }
        open = now.map(|value| (border, value));
    }
    if let Some((first, value)) = open {
        let last = rows.iter().map(|(range, _)| range.last).max().unwrap_or(first);
        stretches.push(Stretch { first, last, value });
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[(&str, &str, u32)]) -> Vec<(Range, u32)> {
        text.iter()
            .map(|(first, last, value)| {
                (Range::new(first.parse().unwrap(), last.parse().unwrap()).unwrap(), *value)
            })
            .collect()
    }

    fn shown(stretches: &[Stretch]) -> Vec<(String, String, u32)> {
        let text = |n: u128| std::net::Ipv4Addr::from_bits(n as u32).to_string();
        stretches.iter().map(|s| (text(s.first), text(s.last), s.value)).collect()
    }

    #[test]
    fn the_overlap_in_the_published_table_goes_to_the_more_specific_row() {
        let mut rows = rows(&[
            ("214.95.0.0", "215.0.255.255", 749),
            ("215.0.0.0", "215.1.3.255", 721),
            ("215.1.4.0", "215.1.7.255", 749),
        ]);
        let expected = [
            ("214.95.0.0".to_owned(), "214.255.255.255".to_owned(), 749),
            ("215.0.0.0".to_owned(), "215.1.3.255".to_owned(), 721),
            ("215.1.4.0".to_owned(), "215.1.7.255".to_owned(), 749),
        ];
        assert_eq!(shown(&most_specific(&rows)), expected);
        rows.reverse();
        assert_eq!(shown(&most_specific(&rows)), expected, "the order does not matter");
    }

    #[test]
    fn the_last_address_of_all_is_kept() {
        let stretches = most_specific(&rows(&[("255.0.0.0", "255.255.255.255", 7)]));
        assert_eq!(stretches.last().unwrap().last, u128::from(u32::MAX));
        let all =
            Range::new("::".parse().unwrap(), std::net::Ipv6Addr::from_bits(u128::MAX).into());
        assert_eq!(most_specific(&[(all.unwrap(), 3)])[0].last, u128::MAX);
    }

    #[test]
    fn two_attributes_change_where_either_does() {
        let stretch = |first, last, value| Stretch { first, last, value };
        let a = [stretch(0, 9, 1), stretch(20, 29, 2), stretch(90, u128::MAX, 3)];
        let b = [stretch(5, 24, 7), stretch(95, u128::MAX, 8)];
        let mut known = Vec::new();
        let combined = combine(&[&a, &b], |values| {
            known.push(values.to_vec());
            u32::try_from(known.len()).unwrap()
        });
        let shown: Vec<_> = combined
            .iter()
            .zip(&known)
            .map(|(s, values)| (s.first, s.last, values[0], values[1]))
            .collect();
        let expected = [
            (0, 4, 1, 0),
            (5, 9, 1, 7),
            (10, 19, 0, 7),
            (20, 24, 2, 7),
            (25, 29, 2, 0),
            (90, 94, 3, 0),
            (95, u128::MAX, 3, 8),
        ];
        assert_eq!(shown, expected);
        assert!(combine(&[&[], &[]], |_| 1).is_empty());
        let same = combine(&[&a], |_| 9);
        assert_eq!(same.len(), 3, "equal neighbours become one, gaps stay: {same:?}");
    }

    #[test]
    fn lists_are_laid_over_one_another() {
        let stretches =
            union(&rows(&[("10.0.0.0", "10.0.0.255", 0b01), ("10.0.0.128", "10.0.1.255", 0b10)]));
        let masks: Vec<_> = stretches.iter().map(|s| s.value).collect();
        assert_eq!(masks, [0b01, 0b11, 0b10]);
    }
}

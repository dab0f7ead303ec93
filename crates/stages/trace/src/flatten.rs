//! Overlapping ranges made into ranges that do not overlap. Where two claim an address, the more
//! specific one is believed; where lists are laid over one another, all of them are kept. The order
//! of the input never matters.

use std::collections::{BTreeMap, BTreeSet};

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

/// Two attributes laid over one another: every stretch on which neither changes, with both values,
/// 0 for none.
pub(crate) fn overlay(a: &[Stretch], b: &[Stretch]) -> Vec<(Stretch, u32)> {
    let mut both = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut at = 0;
    // What is left of the two stretches at hand, and the end of what holds on both sides.
    while let Some(first) =
        [a.peek(), b.peek()].into_iter().flatten().map(|s| s.first.max(at)).min()
    {
        let value = |s: Option<&Stretch>| s.filter(|s| s.first <= first).map_or(0, |s| s.value);
        let end =
            |s: Option<&Stretch>| s.map(|s| if s.first <= first { s.last } else { s.first - 1 });
        let (of_a, of_b) = (value(a.peek()), value(b.peek()));
        let last = [end(a.peek()), end(b.peek())].into_iter().flatten().min();
        let last = last.expect("one of the two has a stretch here");
        both.push((Stretch { first, last, value: of_a }, of_b));
        a.next_if(|s| s.last == last);
        b.next_if(|s| s.last == last);
        let Some(behind) = last.checked_add(1) else { break };
        at = behind;
    }
    both
}

/// Walks over the borders in order and asks at each what holds from there on.
fn sweep<R: Ord>(
    rows: &[(Range, u32)],
    rank: impl Fn(&(Range, u32)) -> R,
    value: impl Fn(&BTreeSet<R>) -> Option<u32>,
) -> Vec<Stretch> {
    let mut borders: BTreeMap<u128, Border> = BTreeMap::new();
    for (at, (range, _)) in rows.iter().enumerate() {
        borders.entry(range.first).or_default().begin.push(at);
        // A range that reaches the last number of all has no border behind it.
        if let Some(behind) = range.last.checked_add(1) {
            borders.entry(behind).or_default().end.push(at);
        }
    }
    let mut stretches: Vec<Stretch> = Vec::with_capacity(rows.len());
    let mut active = BTreeSet::new();
    let mut open: Option<(u128, u32)> = None;
    for (&border, change) in &borders {
        for &at in &change.end {
            active.remove(&rank(&rows[at]));
        }
        // The very same row twice is one rank; it ends at the same border, so nothing is lost.
        active.extend(change.begin.iter().map(|&at| rank(&rows[at])));
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

/// The rows that begin and end at one border.
#[derive(Default)]
struct Border {
    begin: Vec<usize>,
    end: Vec<usize>,
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
        let shown: Vec<_> =
            overlay(&a, &b).iter().map(|(s, of_b)| (s.first, s.last, s.value, *of_b)).collect();
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
        assert!(overlay(&[], &[]).is_empty());
    }

    #[test]
    fn lists_are_laid_over_one_another() {
        let stretches =
            union(&rows(&[("10.0.0.0", "10.0.0.255", 0b01), ("10.0.0.128", "10.0.1.255", 0b10)]));
        let masks: Vec<_> = stretches.iter().map(|s| s.value).collect();
        assert_eq!(masks, [0b01, 0b11, 0b10]);
    }
}

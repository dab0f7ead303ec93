//! Small sets and maps in one piece of memory, and the room that all of them share. Most suspects
//! have one user agent and try one account: a hash table for each would be mostly air. What is
//! remembered by name is remembered by the name's hash, so that long names cost no more than short
//! ones. It knows nothing of what is counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use bakas_model::AgencyIx;

use crate::reading::Family;

/// A sorted map of few entries; a set where the values are nothing.
#[derive(Clone, Debug)]
pub(crate) struct Few<K, V = ()>(Vec<(K, V)>);

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Entries of each sort that are remembered even where the room is used up: so that in a flood
/// every suspect still has its first ones.
const FREE: usize = 2;

/// Memory that many small maps share, in bytes. What finds no room is not remembered, and counted.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    left: usize,
    /// Whose records are heard.
    pub(crate) agency: AgencyIx,
    /// How often something was not remembered.
    pub(crate) refused: BTreeMap<AgencyIx, u64>,
}

impl Room {
    pub(crate) const fn new(bytes: usize) -> Self {
        Self { left: bytes, agency: AgencyIx(0), refused: BTreeMap::new() }
    }

    /// Takes so many bytes, where there are that many left.
    pub(crate) fn take(&mut self, bytes: usize) -> bool {
        let is_left = bytes <= self.left;
        if is_left {
            self.left -= bytes;
        } else {
            self.refuse();
        }
        is_left
    }

    /// Counts something that is not remembered.
    pub(crate) fn refuse(&mut self) {
        *self.refused.entry(self.agency).or_default() += 1;
    }
}

impl<K: Ord + Copy, V: Default> Few<K, V> {
    /// The value of a key, which is made where it is new and there are fewer than `limit` and room
    /// for it.
    pub(crate) fn entry(&mut self, key: K, limit: usize, room: &mut Room) -> Option<&mut V> {
        let at = match self.0.binary_search_by_key(&key, |(known, _)| *known) {
            Ok(at) => at,
            Err(_) if self.0.len() >= limit => return None,
            Err(_) if self.0.len() >= FREE && !room.take(size_of::<(K, V)>()) => return None,
            Err(at) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (key, V::default()));
                at
            }
        };
        Some(&mut self.0[at].1)
    }
}

impl<K: Ord + Copy, V> Few<K, V> {
    /// The value of a key, made where it is new. For keys of which there cannot be many: it asks for
    /// no room.
    pub(crate) fn entry_or(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let at = match self.0.binary_search_by_key(&key, |(known, _)| *known) {
            Ok(at) => at,
            Err(at) => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.insert(at, (key, make()));
                at
            }
        };
        &mut self.0[at].1
    }

    pub(crate) fn contains(&self, key: K) -> bool {
        self.0.binary_search_by_key(&key, |(known, _)| *known).is_ok()
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        let at = self.0.binary_search_by_key(&key, |(known, _)| *known).ok()?;
        Some(&self.0[at].1)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = K> {
        self.0.iter().map(|(key, _)| *key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    /// How many keys stand in either.
    pub(crate) fn union_len<W>(&self, other: &Few<K, W>) -> usize {
        self.len() + other.keys().filter(|key| !self.contains(*key)).count()
    }

    /// Whether a key stands in both.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.keys().any(|key| other.contains(key))
    }
}

/// Counts by hour of the day; most addresses are active in few of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hours(Vec<(u8, u32)>);

impl Hours {
    pub(crate) fn hear(&mut self, hour: u8) {
        match self.0.iter_mut().find(|(known, _)| *known == hour) {
            Some((_, count)) => *count += 1,
            None => {
                if self.0.is_empty() {
                    self.0.reserve_exact(1);
                }
                self.0.push((hour, 1));
            }
        }
    }

    pub(crate) fn all(&self) -> [u32; 24] {
        let mut all = [0; 24];
        for (hour, count) in &self.0 {
            all[usize::from(*hour)] = *count;
        }
        all
    }
}

/// A set of kinds of places that logs are kept for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Families(u8);

impl Families {
    const fn bit(family: Family) -> u8 {
        1 << family as u8
    }

    pub(crate) const fn insert(&mut self, family: Family) {
        self.0 |= Self::bit(family);
    }

    pub(crate) const fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(crate) const fn contains(self, family: Family) -> bool {
        self.0 & Self::bit(family) != 0
    }

    pub(crate) const fn is_disjoint(self, other: Self) -> bool {
        self.0 & other.0 == 0
    }
}

/// The smallest of some names, to be shown, and how many there were, told apart by their hashes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    pub(crate) shown: BTreeSet<String>,
    all: rustc_hash::FxHashSet<u64>,
}

impl Named {
    /// Notes a name, of which the smallest `limit` are kept to be shown.
    pub(crate) fn insert(&mut self, name: &str, limit: usize) {
        self.all.insert(crate::ledger::name_hash(name));
        let is_small =
            self.shown.len() < limit || self.shown.last().is_some_and(|last| name < last.as_str());
        if is_small && self.shown.insert(name.to_owned()) && self.shown.len() > limit {
            self.shown.pop_last();
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.all.len() as u64
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (few, many) =
            if self.all.len() <= other.all.len() { (self, other) } else { (other, self) };
        few.all.iter().any(|name| many.all.contains(name))
    }
}

/// The hours of the day that a count was heard at, of a time.
pub(crate) fn hour(time: bakas_model::Timestamp) -> u8 {
    (time.as_seconds().rem_euclid(86_400) / 3600) as u8
}

impl<K: Ord + Copy> FromIterator<K> for Few<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut all: Vec<(K, ())> = keys.into_iter().zip(iter::repeat(())).collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted_and_the_first_ones_always_find_some() {
        let mut room = Room::new(3 * size_of::<u64>());
        let (mut one, mut other) = (Few::<u64>::default(), Few::<u64>::default());
        for key in 0..10 {
            one.entry(key, 100, &mut room);
        }
        for key in 0..10 {
            other.entry(key, 100, &mut room);
        }
        assert_eq!((one.len(), other.len()), (FREE + 3, FREE));
        assert_eq!(room.refused[&AgencyIx(0)], 5 + 8);
        assert!(one.entry(0, 100, &mut room).is_some(), "what is known is known");
    }

    #[test]
    fn a_limit_holds_whatever_room_there_is() {
        let mut room = Room::new(1 << 20);
        let mut few = Few::<u64>::default();
        assert_eq!((0..10).filter(|key| few.entry(*key, 4, &mut room).is_some()).count(), 4);
        assert_eq!(few.union_len(&(2..6).collect::<Few<u64>>()), 6);
    }

    #[test]
    fn the_smallest_names_are_shown_and_all_are_counted() {
        let mut named = Named::default();
        for name in ["d", "b", "a", "c", "a"] {
            named.insert(name, 2);
        }
        assert_eq!(named.shown.into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(named.all.len(), 4);
    }
}

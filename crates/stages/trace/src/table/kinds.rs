//! What lists, names and owners say of the kind of network, and what stands beside an address or an
//! operator at no date: contexts and traits. Where several kinds are claimed, the one counts that
//! tells most of where the user is not.

use bakas_model::{Country, Day, NetworkKind};

use super::records;
use crate::{
    TableError,
    format::{
        self, Directory, Meta, kind_of_code,
        sections::{CONTEXTS, KINDS, TRAITS},
    },
};

/// Registration country and lists of an address.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Context {
    pub(super) country: Option<Country>,
    pub(super) lists: u32,
    /// What the lists without days say of the kind: its rank.
    pub(super) rank: u8,
}

/// What does not change with the epoch about an operator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trait {
    pub(crate) lists: u32,
    /// One more than the position in [`Meta::states`], or 0.
    pub(crate) state: u32,
}

impl format::ListMeta {
    /// Whether the list speaks for a day.
    pub(crate) fn speaks_for(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// The lists for which something holds.
pub(super) fn mask_of(meta: &Meta, holds: impl Fn(&format::ListMeta) -> bool) -> u32 {
    let lists = (0..).zip(&meta.lists).filter(|(_, list)| holds(list));
    lists.fold(0, |mask, (bit, _)| mask | 1 << bit)
}

/// What the lists of a mask say of the kind: the highest rank.
pub(super) fn rank_of_lists(meta: &Meta, mask: u32) -> u8 {
    let lists = (0..).zip(&meta.lists).filter(|(bit, _)| mask >> bit & 1 == 1);
    lists.filter_map(|(_, list)| list.kind).map(rank).max().unwrap_or(0)
}

/// The same, where they speak for every day.
fn lasting_rank(meta: &Meta, mask: u32) -> u8 {
    rank_of_lists(meta, mask & mask_of(meta, |list| list.from.is_none() && list.until.is_none()))
}

/// The contexts that occur, with nothing known at position 0.
pub(super) fn contexts(
    directory: &Directory,
    bytes: &[u8],
    meta: &Meta,
) -> Result<Vec<Context>, TableError> {
    let (tag, shape) = CONTEXTS;
    let rows = directory.rows(tag, shape)?;
    let mut contexts = vec![Context::default()];
    for (letters, lists) in rows.column(0).iter(bytes).zip(rows.column(1).iter(bytes)) {
        if u64::from(lists) >> meta.lists.len() != 0 {
            return Err(directory.wrong(tag, "a list that is not named".to_owned()));
        }
        let rank = lasting_rank(meta, lists);
        contexts.push(Context { country: records::country(letters), lists, rank });
    }
    Ok(contexts)
}

pub(super) fn traits(
    directory: &Directory,
    bytes: &[u8],
    meta: &Meta,
) -> Result<Vec<Trait>, TableError> {
    let (tag, shape) = TRAITS;
    let rows = directory.rows(tag, shape)?;
    let pairs = rows.column(0).iter(bytes).zip(rows.column(1).iter(bytes));
    let traits: Vec<_> = pairs.map(|(lists, state)| Trait { lists, state }).collect();
    let sound = traits.iter().all(|of| {
        u64::from(of.lists) >> meta.lists.len() == 0 && of.state as usize <= meta.states.len()
    });
    if sound { Ok(traits) } else { Err(directory.wrong(tag, "reference to nothing".to_owned())) }
}

/// For each trait and epoch what the operator alone says of the kind — lists that name it, its own
/// name, and whether it is known as a state-owned access provider — and what its name says.
pub(super) fn kinds(
    directory: &Directory,
    bytes: &[u8],
    meta: &Meta,
    traits: &[Trait],
) -> Result<Vec<[u8; 2]>, TableError> {
    let (tag, shape) = KINDS;
    let codes = directory.rows(tag, shape)?.column(0);
    let epochs = meta.epochs.len().max(1);
    if codes.len() != traits.len() * epochs {
        return Err(directory.wrong(tag, "columns of different length".to_owned()));
    }
    let mut kinds = Vec::with_capacity(codes.len());
    for (at, code) in codes.iter(bytes).enumerate() {
        let by_name = kind_of_code(code)
            .map(rank)
            .ok_or_else(|| directory.wrong(tag, format!("kind {code} is unknown")))?;
        let of = traits[at / epochs];
        let by_owner = if of.state == 0 { 0 } else { rank(NetworkKind::Telco) };
        kinds.push([lasting_rank(meta, of.lists).max(by_name).max(by_owner), by_name]);
    }
    Ok(kinds)
}

/// Where several kinds are claimed, the one that tells most of where the user is not.
pub(crate) trait ByRank {
    fn max_by_rank(self, other: Self) -> Self;
}

impl ByRank for NetworkKind {
    fn max_by_rank(self, other: Self) -> Self {
        if rank(other) > rank(self) { other } else { self }
    }
}

/// Kinds in the order in which they count where several are claimed: the one that tells most of
/// where the user is not comes last.
const RANKED: [NetworkKind; 11] = [
    NetworkKind::Unknown,
    NetworkKind::Telco,
    NetworkKind::Education,
    NetworkKind::Government,
    NetworkKind::Hosting,
    NetworkKind::Cloud,
    NetworkKind::Content,
    NetworkKind::Vpn,
    NetworkKind::PrivateRelay,
    NetworkKind::Tor,
    NetworkKind::Special,
];

fn rank(kind: NetworkKind) -> u8 {
    let at = RANKED.iter().position(|&known| known == kind).expect("every kind has a rank");
    u8::try_from(at).expect("fewer than 256 kinds")
}

#[inline]
pub(super) fn kind_of_rank(rank: u8) -> NetworkKind {
    RANKED.get(usize::from(rank)).copied().unwrap_or_default()
}

//! The opened table and its short answers, asked for every event. The long ones, with words, are
//! in [`crate::answer`].

use std::net::IpAddr;

use bakas_model::{Asn, Country, DataSet, Location, NetworkKind, Networks, Timestamp, Trace};
use ipnet::IpNet;

use crate::{
    TableError, caveat,
    format::{self, Contexts, Layers, Meta, Names, Operators},
    layer::{Layer, Number},
    range::{Family, Range, number},
    special,
};

/// The table that is part of the program.
static EMBEDDED: &[u8] = include_bytes!("../data/address-table.bin");

/// Dated tables of networks, ready to be asked.
#[derive(Debug)]
pub struct Table {
    pub(crate) meta: Meta,
    pub(crate) names: Names,
    pub(crate) operators: Operators,
    origins: Vec<Layers>,
    contexts: Vec<Context>,
    surroundings: Layers,
    special: Layers,
    /// For each first octet of IPv4 whether anything in it is set apart, to spare the look-up.
    special_octets: [bool; 256],
    /// For each epoch and operator what the operator alone says of the kind.
    kinds: Vec<Vec<NetworkKind>>,
}

/// Registration country and lists of an address.
#[derive(Clone, Copy, Debug, Default)]
struct Context {
    country: Option<Country>,
    lists: u32,
}

/// Everything the layers say of one address at one epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Position of the operator.
    pub(crate) operator: Option<usize>,
    pub(crate) country: Option<Country>,
    /// Lists with the address or the operator.
    pub(crate) lists: u32,
    /// Position in [`special::BLOCKS`].
    pub(crate) special: Option<usize>,
}

impl Table {
    /// The table that is part of the program.
    pub fn embedded() -> Result<Self, TableError> {
        Self::from_bytes("the embedded address table", EMBEDDED)
    }

    /// Opens a table; `name` names it in errors.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, TableError> {
        let read = format::decode(name, bytes)?;
        let kinds = (0..read.meta.epochs.len())
            .map(|epoch| operator_kinds(&read.meta, &read.names, &read.operators, epoch))
            .collect();
        let special = Layers {
            v4: Layer::new(special::stretches(Family::V4)),
            v6: Layer::new(special::stretches(Family::V6)),
        };
        Ok(Self {
            meta: read.meta,
            names: read.names,
            operators: read.operators,
            origins: read.origins,
            contexts: contexts(&read.contexts),
            surroundings: read.surroundings,
            special,
            special_octets: special::octets(),
            kinds,
        })
    }

    /// Every data set that answers may rest on.
    #[must_use]
    pub fn data_sets(&self) -> Vec<DataSet> {
        self.meta.data_sets.clone()
    }

    /// The dates of the epochs, oldest first.
    pub fn epochs(&self) -> impl Iterator<Item = bakas_model::Day> {
        self.meta.epochs.iter().map(|epoch| epoch.day)
    }

    /// The blocks that a network announced at that time, IPv4 first, the fewest that make them up.
    #[must_use]
    pub fn prefixes_of(&self, asn: Asn, at: Timestamp) -> Vec<IpNet> {
        let Ok(operator) = self.operators.asns.binary_search(&asn.0) else { return Vec::new() };
        let value = u32::try_from(operator + 1).expect("operators are numbered in 32 bits");
        let origins = &self.origins[self.epoch_at(at)];
        let ranges = origins.v4.ranges_of(value).chain(origins.v6.ranges_of(value));
        ranges.flat_map(Range::blocks).collect()
    }

    /// The newest epoch at or before a time, else the earliest.
    pub(crate) fn epoch_at(&self, at: Timestamp) -> usize {
        let day = at.day();
        self.meta.epochs.iter().rposition(|epoch| epoch.day <= day).unwrap_or(0)
    }

    /// What the layers say of an address.
    pub(crate) fn find(&self, address: IpAddr, epoch: usize) -> Found {
        let (family, number) = number(address);
        let origins = &self.origins[epoch];
        let (origin, context, special) = match family {
            Family::V4 => {
                let number = u32::from_wide(number);
                let special = match self.special_octets[(number >> 24) as usize] {
                    true => self.special.v4.value(number),
                    false => 0,
                };
                (origins.v4.value(number), self.surroundings.v4.value(number), special)
            }
            Family::V6 => (
                origins.v6.value(number),
                self.surroundings.v6.value(number),
                self.special.v6.value(number),
            ),
        };
        let operator = (origin as usize).checked_sub(1);
        // Position 0 stands for "nothing known".
        let context = self.contexts[context as usize];
        let lists = context.lists | operator.map_or(0, |at| self.operators.lists[at]);
        let special = (special as usize).checked_sub(1);
        Found { operator, country: context.country, lists, special }.apart()
    }

    /// The block around an address that the same operator announced in an epoch.
    pub(crate) fn block(&self, address: IpAddr, epoch: usize) -> IpNet {
        let (family, number) = number(address);
        let around = match family {
            Family::V4 => self.origins[epoch].v4.around(u32::from_wide(number)),
            Family::V6 => self.origins[epoch].v6.around(number),
        };
        around.block_around(number)
    }

    /// What lists and the operator say of the kind: the one that tells most of where the user is.
    pub(crate) fn kind(&self, found: &Found, epoch: usize) -> NetworkKind {
        if let Some(at) = found.special
            && !special::BLOCKS[at].reachable
        {
            return NetworkKind::Special;
        }
        let of_operator = found.operator.map_or(NetworkKind::Unknown, |at| self.kinds[epoch][at]);
        kind_of_lists(&self.meta, found.lists).max_by_rank(of_operator)
    }

    /// What the operator's name says of the kind at an epoch.
    pub(crate) fn kind_by_name(&self, operator: usize, epoch: usize) -> NetworkKind {
        name_at(&self.operators, operator, epoch)
            .map_or(NetworkKind::Unknown, |at| self.names.kinds[at])
    }

    /// The operator's name at an epoch, else at the newest one that has a name.
    pub(crate) fn name_of(&self, operator: usize, epoch: usize) -> Option<&str> {
        name_at(&self.operators, operator, epoch).and_then(|at| self.names.get(at))
    }
}

impl Found {
    /// An address that cannot be met on the Internet has no operator, whatever a table says.
    fn apart(self) -> Self {
        match self.special {
            Some(at) if !special::BLOCKS[at].reachable => {
                Self { operator: None, country: None, lists: 0, ..self }
            }
            _ => self,
        }
    }
}

impl Networks for Table {
    fn locate(&self, address: IpAddr, at: Timestamp) -> Location {
        let epoch = self.epoch_at(at);
        let found = self.find(address, epoch);
        Location {
            asn: found.operator.map(|at| Asn(self.operators.asns[at])),
            country: found.country,
            kind: self.kind(&found, epoch),
        }
    }

    fn operator(&self, asn: Asn, at: Timestamp) -> Option<&str> {
        let operator = self.operators.asns.binary_search(&asn.0).ok()?;
        self.name_of(operator, self.epoch_at(at))
    }

    fn trace(&self, address: IpAddr, at: Timestamp, now: Timestamp) -> Trace {
        let then = self.network(address, self.epoch_at(at), at);
        let newest = self.network(address, self.meta.epochs.len() - 1, now);
        let caveat = caveat::sentence(&then);
        let now = (!crate::answer::same(&then, &newest)).then_some(newest);
        Trace { address, at, then, now, caveat }
    }
}

/// What each operator alone says of the kind of network in an epoch: lists that name it, its own
/// name, and whether it is known as a state-owned access provider.
fn operator_kinds(
    meta: &Meta,
    names: &Names,
    operators: &Operators,
    epoch: usize,
) -> Vec<NetworkKind> {
    (0..operators.asns.len())
        .map(|at| {
            let by_name = name_at(operators, at, epoch).map(|name| names.kinds[name]);
            let by_owner = match operators.states[at] {
                0 => NetworkKind::Unknown,
                _ => NetworkKind::Telco,
            };
            kind_of_lists(meta, operators.lists[at])
                .max_by_rank(by_name.unwrap_or_default())
                .max_by_rank(by_owner)
        })
        .collect()
}

fn name_at(operators: &Operators, operator: usize, epoch: usize) -> Option<usize> {
    let named = |names: &Vec<u32>| (names[operator] as usize).checked_sub(1);
    let at_epoch = operators.names.get(epoch).and_then(named);
    at_epoch.or_else(|| operators.names.iter().rev().find_map(named))
}

fn kind_of_lists(meta: &Meta, mut mask: u32) -> NetworkKind {
    let mut kind = NetworkKind::Unknown;
    while mask != 0 {
        let bit = mask.trailing_zeros();
        mask &= mask - 1;
        if let Some(says) = meta.lists.get(bit as usize).and_then(|list| list.kind) {
            kind = kind.max_by_rank(says);
        }
    }
    kind
}

/// Where several kinds are claimed, the one that tells most of where the user is not.
trait ByRank {
    fn max_by_rank(self, other: Self) -> Self;
}

impl ByRank for NetworkKind {
    fn max_by_rank(self, other: Self) -> Self {
        if rank(other) > rank(self) { other } else { self }
    }
}

const fn rank(kind: NetworkKind) -> u8 {
    match kind {
        NetworkKind::Unknown => 0,
        NetworkKind::Telco => 1,
        NetworkKind::Education => 2,
        NetworkKind::Government => 3,
        NetworkKind::Hosting => 4,
        NetworkKind::Cloud => 5,
        NetworkKind::Content => 6,
        NetworkKind::Vpn => 7,
        NetworkKind::PrivateRelay => 8,
        NetworkKind::Tor => 9,
        NetworkKind::Special => 10,
    }
}

/// The contexts that occur, with nothing known at position 0.
fn contexts(read: &Contexts) -> Vec<Context> {
    let pairs = read.countries.iter().zip(&read.lists);
    let known = pairs.map(|(&letters, &lists)| Context { country: country_of(letters), lists });
    std::iter::once(Context::default()).chain(known).collect()
}

fn country_of(letters: u32) -> Option<Country> {
    let letters = [(letters >> 8) as u8, letters as u8];
    std::str::from_utf8(&letters).ok().and_then(Country::new)
}

//! The opened table and its short answers, asked for every event. Nothing is unpacked or copied at
//! opening: the sections are checked and then read where they lie. The long answers are in
//! [`crate::said`].

mod bytes;
mod kinds;
mod records;

use std::{fmt, net::IpAddr, sync::OnceLock};

use bakas_model::{Asn, Country, DataSet, Day, Location, NetworkKind, Timestamp};
use ipnet::IpNet;

use crate::{
    TableError,
    format::{
        self, Column, Directory, Main, Meta, Texts, layers,
        sections::{COMBINATIONS, HISTORIES, OPERATORS, TEXT},
    },
    layer::Layer,
    range::{Family, Range, number},
    special,
};
use bytes::Bytes;
pub(crate) use kinds::{ByRank, Trait};
use kinds::{Context, contexts, kind_of_rank, kinds, mask_of, rank_of_lists, traits};
pub(crate) use records::{Records, country, day_number, day_of_number, letters};

/// The table that is part of the program.
static EMBEDDED: &[u8] = include_bytes!("../data/address-table.bin");

/// Dated tables of networks, ready to be asked.
pub struct Table {
    bytes: Bytes,
    directory: Directory,
    pub(crate) meta: Meta,
    /// The dates of the epochs.
    days: Vec<Day>,
    main: Layer,
    /// History and context of each combination.
    combinations: [Column; 2],
    histories: Column,
    contexts: Vec<Context>,
    /// AS number and trait of each operator, by AS number.
    operators: [Column; 2],
    traits: Vec<Trait>,
    /// For each trait and epoch in turn what the operator alone says of the kind, and what its name
    /// says: ranks.
    kinds: Vec<[u8; 2]>,
    /// The lists that speak only for some days.
    dated: u32,
    pub(crate) records: Records,
    packed: format::Rows,
    texts: OnceLock<Texts>,
}

/// What the main layer says of an address, to be asked for each epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    history: u32,
    context: Context,
}

impl Table {
    /// The table that is part of the program.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn embedded() -> Result<Self, TableError> {
        Self::open("the embedded address table", Bytes::Static(EMBEDDED))
    }

    /// Opens a table from a copy of its bytes; `name` names it in errors.
    ///
    /// # Errors
    /// Where the bytes are no sound table.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, TableError> {
        Self::from_owner(name, bytes.to_vec())
    }

    /// Opens a table whose bytes somebody holds, a mapped file for example; they are kept as long
    /// as the table is, must not change, and are not copied. `name` names the table in errors.
    ///
    /// # Errors
    /// Where the bytes are no sound table.
    pub fn from_owner(
        name: &str,
        owner: impl AsRef<[u8]> + Send + Sync + 'static,
    ) -> Result<Self, TableError> {
        let table = Self::open(name, Bytes::Owner(Box::new(owner)))?;
        // What is built in was tested; of others the words are checked at once.
        let bytes = table.bytes();
        let texts = Texts::unpack(table.packed.bytes(bytes));
        let refuse =
            |why| TableError::Section { table: name.to_owned(), section: "TEXT".to_owned(), why };
        let texts = texts.map_err(refuse)?;
        if texts.operators() > 0 && texts.operators() != table.operators[0].len() {
            return Err(refuse("names of other operators".to_owned()));
        }
        if table.records.words(bytes).any(|word| word as usize > texts.len()) {
            return Err(refuse("a record refers to no word".to_owned()));
        }
        drop(table.texts.set(texts));
        Ok(table)
    }

    fn open(name: &str, bytes: Bytes) -> Result<Self, TableError> {
        let held = bytes.get();
        let (directory, meta) = format::open(name, held)?;
        let combinations = directory.rows(COMBINATIONS.0, COMBINATIONS.1)?;
        let operators = directory.rows(OPERATORS.0, OPERATORS.1)?;
        let histories = directory.rows(HISTORIES.0, HISTORIES.1)?.column(0);
        let contexts = contexts(&directory, held, &meta)?;
        let Main { shift, limit } = meta.main;
        let changed = histories.len().checked_div(meta.epochs.len()).unwrap_or(0);
        let highest = operators.len() + changed;
        let main = Layer::read(&directory, held, layers::MAIN, limit, |value| match shift {
            None => value as usize <= combinations.len(),
            Some(shift) => {
                let (context, history) = split(value, shift);
                context < contexts.len() && history as usize <= highest
            }
        })?;
        let traits = traits(&directory, held, &meta)?;
        let kinds = kinds(&directory, held, &meta, &traits)?;
        let records = Records::read(&directory, held)?;
        let packed = directory.rows(TEXT.0, TEXT.1)?;
        let table = Self {
            dated: mask_of(&meta, |list| list.from.is_some() || list.until.is_some()),
            main,
            combinations: [combinations.column(0), combinations.column(1)],
            histories,
            contexts,
            operators: [operators.column(0), operators.column(1)],
            traits,
            kinds,
            records,
            packed,
            texts: OnceLock::new(),
            days: meta.epochs.iter().map(|epoch| epoch.day).collect(),
            meta,
            directory,
            bytes,
        };
        table.check()?;
        Ok(table)
    }

    /// Every data set that answers may rest on.
    #[must_use]
    pub fn data_sets(&self) -> Vec<DataSet> {
        self.meta.data_sets.clone()
    }

    /// The data set with that name.
    #[must_use]
    pub fn data_set(&self, name: &str) -> Option<&DataSet> {
        self.meta.data_sets.iter().find(|set| set.name == name)
    }

    /// The dates of the epochs, oldest first.
    pub fn epochs(&self) -> impl ExactSizeIterator<Item = Day> + '_ {
        self.meta.epochs.iter().map(|epoch| epoch.day)
    }

    /// Which epoch answers for a time: the newest at or before it, else the earliest; `None` where
    /// the table has none.
    #[must_use]
    pub fn epoch_at(&self, at: Timestamp) -> Option<usize> {
        self.epoch_on(at.day())
    }

    /// The same for a day.
    #[inline]
    fn epoch_on(&self, day: Day) -> Option<usize> {
        let before = self.days.iter().rposition(|&epoch| epoch <= day);
        before.or((!self.days.is_empty()).then_some(0))
    }

    /// Who announced an address in an epoch, by its position; the fastest answer there is.
    #[inline]
    #[must_use]
    pub fn announced_by(&self, address: IpAddr, epoch: usize) -> Option<Asn> {
        if epoch >= self.days.len() {
            return None;
        }
        let operator = self.operator_in(&self.found(self.value(address)), epoch)?;
        Some(self.asn(operator))
    }

    /// The same for many addresses, in their order: faster than one by one, as the loads of one do
    /// not wait for those of another.
    pub fn announced_by_each(
        &self,
        addresses: &[IpAddr],
        epoch: usize,
        mut each: impl FnMut(Option<Asn>),
    ) {
        const TOGETHER: usize = 16;
        let (groups, rest) = addresses.as_chunks::<TOGETHER>();
        for group in groups {
            let numbers = group.map(|address| match address {
                IpAddr::V4(v4) => Some(v4.to_bits()),
                IpAddr::V6(_) => None,
            });
            if epoch >= self.days.len() || numbers.contains(&None) {
                group.iter().for_each(|&address| each(self.announced_by(address, epoch)));
                continue;
            }
            let numbers = numbers.map(Option::unwrap_or_default);
            let values = self.main.v4.values(self.bytes(), &numbers);
            let operators = values.map(|value| self.operator_in(&self.found(value), epoch));
            let asns = operators.map(|operator| operator.map(|operator| self.asn(operator)));
            asns.into_iter().for_each(&mut each);
        }
        rest.iter().for_each(|&address| each(self.announced_by(address, epoch)));
    }

    /// The main layer's value of an address; a mapped IPv4 address counts as IPv4.
    #[inline]
    fn value(&self, address: IpAddr) -> u32 {
        match address {
            IpAddr::V4(v4) => self.main.v4.value(self.bytes(), v4.to_bits()),
            IpAddr::V6(_) => self.value_v6(address),
        }
    }

    /// The same apart, so that IPv4 does not pay for it.
    #[inline(never)]
    fn value_v6(&self, address: IpAddr) -> u32 {
        let (family, number) = number(address);
        self.main.value(self.bytes(), family, number)
    }

    /// The short answer: who announced the address, where it is registered, and what kind of
    /// network it is, by this table alone.
    #[must_use]
    #[inline]
    pub fn locate(&self, address: IpAddr, at: Timestamp) -> Location {
        if special::is_apart(address) {
            // Whatever a table says, such an address cannot be met on the Internet.
            return Location { asn: None, country: None, kind: NetworkKind::Special };
        }
        let day = at.day();
        let found = self.found(self.value(address));
        let epoch = self.epoch_on(day);
        let operator = epoch.and_then(|epoch| self.operator_in(&found, epoch));
        Location {
            asn: operator.map(|operator| self.asn(operator)),
            country: found.context.country,
            kind: self.kind(&found, operator, epoch.unwrap_or(0), day),
        }
    }

    /// What an operator was called at a time: at the epoch that answers for it, else at the newest
    /// epoch that has a name for it.
    #[must_use]
    pub fn operator(&self, asn: Asn, at: Timestamp) -> Option<&str> {
        self.name_at(self.position(asn)?, self.epoch_at(at)?)
    }

    /// The blocks that a network announced at that time, IPv4 first, the fewest that make them up.
    #[must_use]
    pub fn prefixes_of(&self, asn: Asn, at: Timestamp) -> Vec<IpNet> {
        let Some(epoch) = self.epoch_at(at) else { return Vec::new() };
        let ranges = self.origins(epoch).filter(|&(_, origin)| origin == asn);
        ranges.flat_map(|(range, _)| range.blocks()).collect()
    }

    /// Every range that somebody announced in an epoch, IPv4 first, in order.
    pub fn origins(&self, epoch: usize) -> impl Iterator<Item = (Range, Asn)> + '_ {
        let operator = move |value| {
            (epoch < self.meta.epochs.len())
                .then(|| self.operator_in(&self.found(value), epoch))
                .flatten()
        };
        [Family::V4, Family::V6]
            .into_iter()
            .flat_map(move |family| self.main.ranges(self.bytes(), family, operator))
            .filter_map(|(range, operator)| Some((range, self.asn(operator?))))
    }

    /// Every range that is registered in some country, IPv4 first, in order.
    pub fn registrations(&self) -> impl Iterator<Item = (Range, Country)> + '_ {
        let country = |value| self.found(value).context.country;
        [Family::V4, Family::V6]
            .into_iter()
            .flat_map(move |family| self.main.ranges(self.bytes(), family, country))
            .filter_map(|(range, country)| Some((range, country?)))
    }

    /// The sections of the table, each by its tag with the bytes that it takes.
    pub fn sections(&self) -> impl Iterator<Item = (String, usize)> + '_ {
        self.directory.sizes()
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get()
    }

    /// The words of the table, unpacked when they are asked for first.
    pub(crate) fn texts(&self) -> &Texts {
        let unpack = || Texts::unpack(self.packed.bytes(self.bytes())).unwrap_or_default();
        self.texts.get_or_init(unpack)
    }

    /// What the main layer says of an address.
    #[inline]
    pub(crate) fn find(&self, family: Family, number: u128) -> Found {
        self.found(self.main.value(self.bytes(), family, number))
    }

    /// A combination by its number.
    #[inline]
    fn found(&self, value: u32) -> Found {
        if let Some(shift) = self.meta.main.shift {
            let (context, history) = split(value, shift);
            return Found { history, context: self.contexts[context] };
        }
        let Some(row) = (value as usize).checked_sub(1) else {
            return Found { history: 0, context: Context::default() };
        };
        let bytes = self.bytes();
        let context = self.combinations[1].get(bytes, row) as usize;
        // Position 0 stands for "nothing known".
        let context = self.contexts[context];
        Found { history: self.combinations[0].get(bytes, row), context }
    }

    /// Position of the operator that announced an address in an epoch.
    #[inline]
    pub(crate) fn operator_in(&self, found: &Found, epoch: usize) -> Option<usize> {
        let always = self.operators[0].len() as u32;
        let history = found.history;
        // Loaded in either case and then chosen: guessing which it is would cost more.
        let row = history.saturating_sub(always + 1) as usize;
        let changed = self.histories.get(self.bytes(), row * self.days.len() + epoch);
        let reference = if history > always { changed } else { history };
        (reference as usize).checked_sub(1)
    }

    /// The largest range around an address that the same operator announced in an epoch.
    pub(crate) fn announced(&self, family: Family, number: u128, epoch: usize) -> Range {
        let operator = |value| self.operator_in(&self.found(value), epoch);
        self.main.around(self.bytes(), family, number, operator)
    }

    /// Registration country of an address.
    pub(crate) fn country(&self, found: &Found) -> Option<Country> {
        found.context.country
    }

    /// Lists with the address itself.
    pub(crate) fn lists(&self, found: &Found) -> u32 {
        found.context.lists
    }

    /// What lists and the operator say of the kind: the one that tells most of where the user is.
    #[inline]
    fn kind(&self, found: &Found, operator: Option<usize>, epoch: usize, day: Day) -> NetworkKind {
        let mut rank = found.context.rank;
        let mut lists = found.context.lists;
        if let Some(operator) = operator {
            let at = self.operators[1].get(self.bytes(), operator) as usize;
            rank = rank.max(self.kinds[at * self.days.len().max(1) + epoch][0]);
            lists |= self.traits[at].lists;
        }
        if lists & self.dated != 0 {
            let speaks = mask_of(&self.meta, |list| list.speaks_for(day));
            rank = rank.max(rank_of_lists(&self.meta, lists & self.dated & speaks));
        }
        kind_of_rank(rank)
    }

    /// The number of an operator.
    #[inline]
    pub(crate) fn asn(&self, operator: usize) -> Asn {
        Asn(self.operators[0].get(self.bytes(), operator))
    }

    /// Position of an operator.
    pub(crate) fn position(&self, asn: Asn) -> Option<usize> {
        self.operators[0].find(self.bytes(), asn.0)
    }

    /// What does not change with the epoch about an operator.
    pub(crate) fn trait_of(&self, operator: usize) -> Trait {
        self.traits[self.operators[1].get(self.bytes(), operator) as usize]
    }

    /// What the operator's name says of the kind at an epoch.
    pub(crate) fn kind_by_name(&self, operator: usize, epoch: usize) -> NetworkKind {
        let at = self.operators[1].get(self.bytes(), operator) as usize;
        kind_of_rank(self.kinds[at * self.days.len().max(1) + epoch][1])
    }

    /// The operator's name at an epoch, else at the newest one that has a name.
    pub(crate) fn name_at(&self, operator: usize, epoch: usize) -> Option<&str> {
        let texts = self.texts();
        texts.name(epoch, operator).or_else(|| {
            (0..self.meta.epochs.len()).rev().find_map(|epoch| texts.name(epoch, operator))
        })
    }

    /// Every reference within the main sections leads somewhere, and operators are in order.
    fn check(&self) -> Result<(), TableError> {
        let (bytes, directory) = (self.bytes(), &self.directory);
        let none = || "reference to nothing".to_owned();
        let epochs = self.meta.epochs.len();
        let [asns, traits] = self.operators;
        if !asns.iter(bytes).is_sorted_by(|a, b| a < b) {
            return Err(directory.wrong(OPERATORS.0, "operators out of order".to_owned()));
        }
        if traits.iter(bytes).any(|at| at as usize >= self.traits.len()) {
            return Err(directory.wrong(OPERATORS.0, none()));
        }
        if !self.histories.len().is_multiple_of(epochs) {
            return Err(directory.wrong(HISTORIES.0, "histories of other epochs".to_owned()));
        }
        if self.histories.iter(bytes).any(|operator| operator as usize > asns.len()) {
            return Err(directory.wrong(HISTORIES.0, none()));
        }
        let highest = asns.len() + self.histories.len().checked_div(epochs).unwrap_or(0);
        let [histories, contexts] = self.combinations;
        let beyond = histories.iter(bytes).any(|history| history as usize > highest)
            || contexts.iter(bytes).any(|context| context as usize >= self.contexts.len());
        if beyond { Err(directory.wrong(COMBINATIONS.0, none())) } else { Ok(()) }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes().len();
        f.debug_struct("Table")
            .field("bytes", &bytes)
            .field("days", &self.days)
            .finish_non_exhaustive()
    }
}

/// Context and history of a value in which they are joined.
#[inline]
const fn split(value: u32, shift: u8) -> (usize, u32) {
    ((value >> shift) as usize, value & ((1 << shift) - 1))
}

//! Several dated tables asked as one: the embedded one and those that a user imported, each whole in
//! itself. The nearest in time answers; what the others say stands beside it and is never mixed in.

use std::net::IpAddr;

use bakas_model::{Asn, Country, DataSet, Day, Location, NetworkKind, Networks, Timestamp, Trace};
use ipnet::IpNet;

use crate::{ListSaid, Origin, Said, Table, TableError, answer, table::ByRank as _};

/// The source of the table that is part of the program.
pub(crate) const EMBEDDED: &str = "embedded";

/// The embedded table and imported ones.
#[derive(Debug)]
pub struct Tables {
    /// The embedded one first.
    pub(crate) tables: Vec<Named>,
    /// All epochs, in time order; of one day those of imported tables last.
    epochs: Vec<Epoch>,
    /// All tables that know countries of registration, by date in the same way.
    registrations: Vec<Epoch>,
}

/// A table with the source that it came from.
#[derive(Debug)]
pub(crate) struct Named {
    /// Its name without the date: tables of one source replace one another in time.
    pub(crate) source: String,
    /// The date that its name says, else that of its newest data set.
    pub(crate) date: Day,
    pub(crate) table: Table,
}

/// One table at one date.
#[derive(Clone, Copy, Debug)]
struct Epoch {
    day: Day,
    table: usize,
    epoch: usize,
}

impl Tables {
    /// The embedded table alone.
    ///
    /// # Errors
    /// Where it is damaged.
    pub fn embedded() -> Result<Self, TableError> {
        Ok(Self::new(Table::embedded()?, []))
    }

    /// A table that knows all addresses, and others beside it, each with its name
    /// (`routeviews@2026-01-05`: the source, and the date).
    #[must_use]
    pub fn new(embedded: Table, imported: impl IntoIterator<Item = (String, Table)>) -> Self {
        let first = Named::new(EMBEDDED, embedded);
        let others = imported.into_iter().map(|(name, table)| Named::new(&name, table));
        let tables: Vec<Named> = std::iter::once(first).chain(others).collect();
        let mut epochs = Vec::new();
        let mut registrations = Vec::new();
        for (at, named) in tables.iter().enumerate() {
            let days = named.table.epochs().enumerate();
            epochs.extend(days.map(|(epoch, day)| Epoch { day, table: at, epoch }));
            if named.table.registrations().next().is_some() {
                let day = named.day_of(&named.table.meta.country_data_set);
                registrations.push(Epoch { day, table: at, epoch: 0 });
            }
        }
        epochs.sort_by_key(|epoch| (epoch.day, epoch.table));
        registrations.sort_by_key(|epoch| (epoch.day, epoch.table));
        Self { tables, epochs, registrations }
    }

    /// Every data set that answers may rest on.
    #[must_use]
    pub fn data_sets(&self) -> Vec<DataSet> {
        let mut sets: Vec<DataSet> =
            self.tables.iter().flat_map(|named| named.table.data_sets()).collect();
        let mut seen = std::collections::HashSet::new();
        sets.retain(|set| seen.insert((set.name.clone(), set.date)));
        sets
    }

    /// The dates of all tables of origins, oldest first, each with its source.
    pub fn epochs(&self) -> impl Iterator<Item = (Day, &str)> {
        self.epochs.iter().map(|epoch| (epoch.day, self.tables[epoch.table].source.as_str()))
    }

    /// The blocks that a network announced at that time, IPv4 first, the fewest that make them up:
    /// by the embedded table, which knows all, else by the first that knows the network.
    #[must_use]
    pub fn prefixes_of(&self, asn: Asn, at: Timestamp) -> Vec<IpNet> {
        let mut blocks = self.tables.iter().map(|named| named.table.prefixes_of(asn, at));
        blocks.find(|blocks| !blocks.is_empty()).unwrap_or_default()
    }

    /// The short answer with the operator's name, for many addresses.
    #[must_use]
    pub fn brief(&self, address: IpAddr, at: Timestamp) -> Brief<'_> {
        let location = self.locate(address, at);
        let Some((_, origin)) = self.chosen(address, at) else {
            return Brief { location, ..Brief::default() };
        };
        let brief = Brief { location, epoch: origin.day, ..Brief::default() };
        let Some(asn) = location.asn else { return brief };
        let operator = origin.operator().or_else(|| self.operator(asn, at));
        let first = origin.of_operator().and_then(|of| of.state());
        let others = || {
            let others = self.tables.iter().filter(|_| self.tables.len() > 1);
            others.filter_map(|named| named.table.said_of(asn).state()).next()
        };
        let owned = first.or_else(others).filter(|said| said.state.majority);
        Brief { operator, state: owned.map(|said| said.state.owner), ..brief }
    }

    /// Who announced an address at a time: the newest epoch at or before it that knows, else the
    /// earliest after. The embedded table knows all addresses: what it does not have, nobody
    /// announced. An imported table may know some only.
    pub(crate) fn chosen(&self, address: IpAddr, at: Timestamp) -> Option<(usize, Origin<'_>)> {
        let origins = nearest(&self.epochs, at.day()).filter_map(|epoch| {
            let said = self.tables[epoch.table].table.said(address, at);
            Some((epoch.table, said.origins().nth(epoch.epoch)?))
        });
        let mut known = origins.filter(|(table, origin)| *table == 0 || origin.asn.is_some());
        known.next()
    }

    /// Where the block of an address was registered, by the nearest table that knows.
    pub(crate) fn registration(&self, address: IpAddr, at: Timestamp) -> Option<(usize, Country)> {
        nearest(&self.registrations, at.day()).find_map(|epoch| {
            let said = self.tables[epoch.table].table.said(address, at).registration()?;
            Some((epoch.table, said.country))
        })
    }

    /// For each source the table that is nearest to a time.
    pub(crate) fn sources(&self, at: Timestamp) -> Vec<&Named> {
        let day = at.day();
        let mut near: Vec<&Named> = Vec::new();
        for named in &self.tables {
            match near.iter_mut().find(|other| other.source == named.source) {
                None => near.push(named),
                Some(other) if distance(named.date, day) < distance(other.date, day) => {
                    *other = named;
                }
                Some(_) => (),
            }
        }
        near
    }

    /// How a list that names the address itself bears on a time. One without days counts as long as
    /// the network that announced the address when the list was gathered is that of the time.
    pub(crate) fn bearing(
        &self,
        named: &Named,
        list: &ListSaid<'_>,
        address: IpAddr,
        asn: Option<Asn>,
        at: Timestamp,
    ) -> Bearing {
        if list.from.is_some() || list.until.is_some() {
            return if speaks(list, at.day()) { Bearing::InForce } else { Bearing::OtherDays };
        }
        let gathered = named.day_of(list.data_set).start();
        let then = self.chosen(address, gathered).and_then(|(_, origin)| origin.asn);
        match (asn, then) {
            (Some(asn), Some(then)) if asn != then => Bearing::OtherHands(then),
            _ => Bearing::InForce,
        }
    }

    /// Lists that count for an address at a time, and for its operator.
    pub(crate) fn lists<'a>(
        &'a self,
        named: &'a Named,
        said: &Said<'a>,
        address: IpAddr,
        asn: Option<Asn>,
        at: Timestamp,
    ) -> impl Iterator<Item = ListSaid<'a>> + use<'a> {
        let of_operator = asn.into_iter().flat_map(|asn| named.table.said_of(asn).lists());
        let of_operator = of_operator.filter(move |list| speaks(list, at.day()));
        said.lists()
            .filter(move |list| self.bearing(named, list, address, asn, at) == Bearing::InForce)
            .chain(of_operator)
    }

    fn kind(&self, address: IpAddr, origin: Option<Origin<'_>>, at: Timestamp) -> NetworkKind {
        let asn = origin.and_then(|origin| origin.asn);
        let by_name = origin.map(|origin| origin.kind_by_name()).unwrap_or_default();
        let of_table = |named: &&Named| {
            let said = named.table.said(address, at);
            let lists = self.lists(named, &said, address, asn, at);
            let kinds = lists.filter_map(|list| list.kind);
            let owned = asn.and_then(|asn| named.table.said_of(asn).state());
            let owner = owned.map_or(NetworkKind::Unknown, |_| NetworkKind::Telco);
            kinds.fold(owner, NetworkKind::max_by_rank)
        };
        let near = self.sources(at);
        let kind = near.iter().map(of_table).fold(by_name, NetworkKind::max_by_rank);
        if kind != NetworkKind::Unknown {
            return kind;
        }
        // What an organisation says of itself counts where nobody else says anything.
        let organisations = asn.into_iter().flat_map(|asn| {
            near.iter().flat_map(move |named| named.table.said_of(asn).organisations())
        });
        organisations.filter_map(|said| said.kind).fold(kind, NetworkKind::max_by_rank)
    }
}

/// The short answer for one address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brief<'a> {
    /// Origin, country of registration, kind.
    pub location: Location,
    /// The operator's name.
    pub operator: Option<&'a str>,
    /// The state that owns the operator for the most part.
    pub state: Option<Country>,
    /// The date of the table that answers for the origin.
    pub epoch: Day,
}

impl Named {
    fn new(name: &str, table: Table) -> Self {
        let (source, date) = name.rsplit_once('@').unwrap_or((name, ""));
        let said = date.parse::<Timestamp>().ok().map(Timestamp::day);
        let newest = || table.meta.data_sets.iter().map(|set| set.date).max().unwrap_or_default();
        Self { source: source.to_owned(), date: said.unwrap_or_else(newest), table }
    }

    /// The date of one of its data sets.
    pub(crate) fn day_of(&self, data_set: &str) -> Day {
        self.table.data_set(data_set).map_or(self.date, |set| set.date)
    }
}

impl Networks for Tables {
    fn locate(&self, address: IpAddr, at: Timestamp) -> Location {
        if let [only] = self.tables.as_slice()
            && only.table.said(address, at).lists().next().is_none()
        {
            return only.table.locate(address, at);
        }
        if answer::is_apart(&self.tables[0].table.said(address, at)) {
            return Location { kind: NetworkKind::Special, ..Location::default() };
        }
        let origin = self.chosen(address, at).map(|(_, origin)| origin);
        Location {
            asn: origin.and_then(|origin| origin.asn),
            country: self.registration(address, at).map(|(_, country)| country),
            kind: self.kind(address, origin, at),
        }
    }

    fn operator(&self, asn: Asn, at: Timestamp) -> Option<&str> {
        if let [only] = self.tables.as_slice() {
            return only.table.operator(asn, at);
        }
        nearest(&self.epochs, at.day())
            .find_map(|epoch| self.tables[epoch.table].table.said_of(asn).name_at(epoch.epoch))
    }

    fn trace(&self, address: IpAddr, at: Timestamp, now: Timestamp) -> Trace {
        answer::trace(self, address, at, now)
    }
}

/// How a list bears on a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bearing {
    /// It counts.
    InForce,
    /// It speaks for other days.
    OtherDays,
    /// It was gathered when another network announced the address.
    OtherHands(Asn),
}

/// Whether a list speaks for a day.
fn speaks(list: &ListSaid<'_>, day: Day) -> bool {
    list.from.is_none_or(|from| from <= day) && list.until.is_none_or(|until| day <= until)
}

/// The newest at or before a day, then older ones, then the earliest after it, and later ones.
fn nearest(epochs: &[Epoch], day: Day) -> impl Iterator<Item = Epoch> {
    let (before, after) = epochs.split_at(epochs.partition_point(|epoch| epoch.day <= day));
    // Of one day the last comes first: what a user brought.
    let after = after.chunk_by(|a, b| a.day == b.day).flat_map(|same| same.iter().rev());
    before.iter().rev().chain(after).copied()
}

/// The order in which dates answer for a day: the newest at or before it first.
fn distance(date: Day, day: Day) -> (bool, u32) {
    (date > day, date.0.abs_diff(day.0))
}

//! What one table says of an address or an operator, part by part, borrowed from the table: nothing
//! is copied, and a part that the table does not have costs nothing. How tables are weighed
//! against one another is not known here.

mod operator;
mod parts;

use std::net::IpAddr;

use bakas_model::{Asn, Country, Day, NetworkKind, Timestamp, network::ContactRole};
use ipnet::IpNet;

use crate::{
    Table,
    draft::ContactOf,
    layer::Layer,
    range::{Family, Range, number},
    special,
    table::{Found, country as country_of, day_of_number, letters},
};
pub use parts::{
    ContactSaid, ListSaid, OrganisationSaid, PlaceSaid, RegistrantSaid, Registration,
    RouteOriginSaid, SetApart, StateSaid,
};

/// What a table says of an address. Cheap to make and to copy; each method looks up its own part.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    table: &'a Table,
    at: Timestamp,
    family: Family,
    number: u128,
    found: Found,
}

/// What a table says of an operator, whatever addresses it has.
#[derive(Clone, Copy, Debug)]
pub struct SaidOfOperator<'a> {
    table: &'a Table,
    asn: Asn,
    position: Option<usize>,
}

/// Who announced an address at a date.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The date.
    pub day: Day,
    /// The data set that says so.
    pub data_set: &'a str,
    /// Who announced it; `None` where nobody did.
    pub asn: Option<Asn>,
    said: Said<'a>,
    epoch: usize,
    operator: Option<usize>,
}

/// The roles by their number in a table; the order is part of the format.
pub(crate) const ROLES: [ContactRole; 4] =
    [ContactRole::Abuse, ContactRole::Noc, ContactRole::Cert, ContactRole::Registry];

impl Table {
    /// What this table says of an address; `at` chooses the epoch of [`Said::origin`].
    #[must_use]
    pub fn said(&self, address: IpAddr, at: Timestamp) -> Said<'_> {
        let (family, number) = number(address);
        Said { table: self, at, family, number, found: self.find(family, number) }
    }

    /// What this table says of an operator.
    #[must_use]
    pub fn said_of(&self, asn: Asn) -> SaidOfOperator<'_> {
        SaidOfOperator { table: self, asn, position: self.position(asn) }
    }

    /// Whom to ask in a country, by this table.
    pub fn contacts_of(&self, country: Country) -> impl Iterator<Item = ContactSaid<'_>> {
        let records = &self.records;
        let before = records.contact_range[0].len() + records.contact_asn.len();
        let rows = records.contact_country.equal(self.bytes(), letters(country));
        rows.map(move |at| self.contact(before + at, ContactOf::Country(country)))
    }

    /// The lists of a mask.
    fn lists_of(&self, mask: u32) -> impl Iterator<Item = ListSaid<'_>> {
        let lists = (0..).zip(&self.meta.lists).filter(move |(bit, _)| mask >> bit & 1 == 1);
        lists.map(|(_, list)| ListSaid {
            name: &list.name,
            kind: list.kind,
            from: list.from,
            until: list.until,
            data_set: &list.data_set,
        })
    }

    /// A contact by its row.
    fn contact(&self, row: usize, of: ContactOf) -> ContactSaid<'_> {
        let [role, name, address, data_set, date] =
            self.records.contact.map(|column| column.get(self.bytes(), row));
        let texts = self.texts();
        let data_set = match data_set {
            0 => self.meta.contact_data_set.as_str(),
            word => texts.get(word),
        };
        ContactSaid {
            of,
            role: ROLES.get(role as usize).copied().unwrap_or(ContactRole::Registry),
            name: texts.get(name),
            address: texts.get(address),
            date: day_of_number(date).unwrap_or_default(),
            data_set,
        }
    }
}

impl<'a> Said<'a> {
    /// The block that IANA sets apart; the same for every table. Where it cannot be met on the
    /// Internet, what tables say of the address does not count.
    #[must_use]
    pub fn set_apart(&self) -> Option<SetApart> {
        let (block, net) = special::with_net(self.family, self.number)?;
        Some(SetApart { name: block.name, net, reachable: block.reachable })
    }

    /// Who announced it at the newest epoch at or before the time, else at the earliest; `None`
    /// where the table has no epoch.
    #[must_use]
    pub fn origin(&self) -> Option<Origin<'a>> {
        self.origin_in(self.table.epoch_at(self.at)?)
    }

    /// Who announced it at each epoch, oldest first.
    pub fn origins(&self) -> impl Iterator<Item = Origin<'a>> + use<'a> {
        let said = *self;
        (0..said.table.meta.epochs.len()).filter_map(move |epoch| said.origin_in(epoch))
    }

    /// Where its block is registered.
    #[must_use]
    pub fn registration(&self) -> Option<Registration<'a>> {
        let country = self.table.country(&self.found)?;
        Some(Registration { country, data_set: &self.table.meta.country_data_set })
    }

    /// Where it is said to be used.
    #[must_use]
    pub fn place(&self) -> Option<PlaceSaid<'a>> {
        let (table, records) = (self.table, &self.table.records);
        let row = self.row(&records.places)?;
        let [country, region, city] = records.place.map(|column| column.get(table.bytes(), row));
        let texts = table.texts();
        Some(PlaceSaid {
            country: country_of(country),
            region: texts.get(region),
            city: texts.get(city),
            data_set: &table.meta.place_data_set,
        })
    }

    /// To whom its block is registered.
    #[must_use]
    pub fn registrant(&self) -> Option<RegistrantSaid<'a>> {
        let (table, records) = (self.table, &self.table.records);
        let row = self.row(&records.registrants)?;
        let [registry, status, date, holder] =
            records.registrant.map(|column| column.get(table.bytes(), row));
        let (family, number) = (self.family, self.number);
        let range = records.registrants.around(table.bytes(), family, number, |value| value);
        let texts = table.texts();
        Some(RegistrantSaid {
            registry: texts.get(registry),
            status: texts.get(status),
            date: day_of_number(date),
            holder: texts.get(holder),
            net: range.block_around(number),
            data_set: &table.meta.registrant_data_set,
        })
    }

    /// Every authorisation whose block holds it, the largest block first.
    pub fn route_origins(&self) -> impl Iterator<Item = RouteOriginSaid<'a>> + use<'a> {
        let (table, records) = (self.table, &self.table.records);
        let set = records.route_origins.value(table.bytes(), self.family, self.number);
        let family = self.family;
        records.route_origin_sets.get(table.bytes(), set).map(move |row| {
            let [_, length, a, b, c, d, asn, max_length] =
                records.route_origin.map(|column| column.get(table.bytes(), row));
            let length = u8::try_from(length).unwrap_or_default();
            RouteOriginSaid {
                net: family.block(from_words([a, b, c, d]), length.min(family.bits())),
                asn: Asn(asn),
                max_length: u8::try_from(max_length).unwrap_or(u8::MAX),
                data_set: &table.meta.route_origin_data_set,
            }
        })
    }

    /// The lists that name the address itself (not its operator), whatever their dates.
    pub fn lists(&self) -> impl Iterator<Item = ListSaid<'a>> + use<'a> {
        self.table.lists_of(self.table.lists(&self.found))
    }

    /// Whom to ask about the address itself, the smallest range first.
    pub fn contacts(&self) -> impl Iterator<Item = ContactSaid<'a>> + use<'a> {
        let (table, records) = (self.table, &self.table.records);
        let set = records.contacts.value(table.bytes(), self.family, self.number);
        let family = self.family;
        records.contact_sets.get(table.bytes(), set).rev().map(move |row| {
            let [_, a, b, c, d, e, f, g, h] =
                records.contact_range.map(|column| column.get(table.bytes(), row));
            let (first, last) = (from_words([a, b, c, d]), from_words([e, f, g, h]));
            let range = Range { family, first, last: last.max(first) };
            table.contact(row, ContactOf::Range(range))
        })
    }

    fn origin_in(&self, epoch: usize) -> Option<Origin<'a>> {
        let meta = self.table.meta.epochs.get(epoch)?;
        let operator = self.table.operator_in(&self.found, epoch);
        Some(Origin {
            day: meta.day,
            data_set: &meta.data_set,
            asn: operator.map(|at| self.table.asn(at)),
            said: *self,
            epoch,
            operator,
        })
    }

    /// The record of an address in a layer.
    fn row(&self, layer: &Layer) -> Option<usize> {
        let value = layer.value(self.table.bytes(), self.family, self.number);
        (value as usize).checked_sub(1)
    }
}

impl<'a> Origin<'a> {
    /// The operator's name at that date, else at the newest date that has one for it.
    #[must_use]
    pub fn operator(&self) -> Option<&'a str> {
        self.said.table.name_at(self.operator?, self.epoch)
    }

    /// The largest block around the address that the same operator announced: found by walking to
    /// its ends, so ask only where it is shown.
    #[must_use]
    pub fn prefix(&self) -> Option<IpNet> {
        let Said { table, family, number, .. } = self.said;
        self.operator.map(|_| table.announced(family, number, self.epoch).block_around(number))
    }

    /// What this table says of the operator, without looking for it by its number.
    #[must_use]
    pub fn of_operator(&self) -> Option<SaidOfOperator<'a>> {
        let (position, asn) = (Some(self.operator?), self.asn?);
        Some(SaidOfOperator { table: self.said.table, asn, position })
    }

    /// What the operator's name plainly says of the kind of network, by our own rules.
    #[must_use]
    pub fn kind_by_name(&self) -> NetworkKind {
        self.operator
            .map_or(NetworkKind::Unknown, |at| self.said.table.kind_by_name(at, self.epoch))
    }
}

/// The number of an address from four words, the highest first.
fn from_words(words: [u32; 4]) -> u128 {
    words.iter().fold(0, |number, &word| number << 32 | u128::from(word))
}

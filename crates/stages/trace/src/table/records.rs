//! The parts of a table beside origins, countries and lists: places, registrants, authorisations,
//! organisations and contacts. A table has any of them or none.

use bakas_model::{Country, Day};

use crate::{
    TableError,
    format::{
        self, Column, Directory, Rows, Tag, layers,
        sections::{
            CONTACT_ASNS, CONTACT_COUNTRIES, CONTACT_RANGES, CONTACT_SETS, CONTACTS, ORGANISATIONS,
            PLACES, REGISTRANTS, ROUTE_ORIGIN_SETS, ROUTE_ORIGINS, Section,
        },
    },
    layer::Layer,
};

/// The records of a table.
#[derive(Debug)]
pub(crate) struct Records {
    pub(crate) places: Layer,
    /// Country, region, city.
    pub(crate) place: [Column; 3],
    pub(crate) registrants: Layer,
    /// Registry, status, date, holder.
    pub(crate) registrant: [Column; 4],
    pub(crate) route_origins: Layer,
    pub(crate) route_origin_sets: Sets,
    /// Family, length, four words of address, AS number, longest length.
    pub(crate) route_origin: [Column; 8],
    /// AS number, name, parent, country, kind.
    pub(crate) organisation: [Column; 5],
    pub(crate) contacts: Layer,
    pub(crate) contact_sets: Sets,
    /// Role, name, address, data set, date.
    pub(crate) contact: [Column; 5],
    /// Family, four words of the first address, four of the last.
    pub(crate) contact_range: [Column; 9],
    pub(crate) contact_asn: Column,
    pub(crate) contact_country: Column,
}

/// Sets of records, each a row of references.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sets {
    starts: Column,
    members: Column,
}

impl Records {
    pub(super) fn read(directory: &Directory, bytes: &[u8]) -> Result<Self, TableError> {
        let places = rows(directory, PLACES)?;
        let registrants = rows(directory, REGISTRANTS)?;
        let route_origins = rows(directory, ROUTE_ORIGINS)?;
        let organisations = rows(directory, ORGANISATIONS)?;
        let contacts = rows(directory, CONTACTS)?;
        let ranges = rows(directory, CONTACT_RANGES)?;
        let route_origin_sets =
            Sets::read(directory, bytes, &ROUTE_ORIGIN_SETS, route_origins.len())?;
        let contact_sets = Sets::read(directory, bytes, &CONTACT_SETS, ranges.len())?;
        let layer = |letter, limit| format::layer(directory, bytes, letter, limit);
        let this = Self {
            places: layer(layers::PLACES, places.len())?,
            place: columns(&places),
            registrants: layer(layers::REGISTRANTS, registrants.len())?,
            registrant: columns(&registrants),
            route_origins: layer(layers::ROUTE_ORIGINS, route_origin_sets.len())?,
            route_origin_sets,
            route_origin: columns(&route_origins),
            organisation: columns(&organisations),
            contacts: layer(layers::CONTACTS, contact_sets.len())?,
            contact_sets,
            contact: columns(&contacts),
            contact_range: columns(&ranges),
            contact_asn: rows(directory, CONTACT_ASNS)?.column(0),
            contact_country: rows(directory, CONTACT_COUNTRIES)?.column(0),
        };
        let wrong = |tag: Tag, why: &str| Err(directory.wrong(tag, why.to_owned()));
        let sorted = |column: Column| column.iter(bytes).is_sorted();
        if !sorted(this.organisation[0]) {
            return wrong(ORGANISATIONS.0, "operators out of order");
        }
        if !sorted(this.contact_asn) || !sorted(this.contact_country) {
            return wrong(CONTACTS.0, "contacts out of order");
        }
        if ranges.len() + this.contact_asn.len() + this.contact_country.len() != contacts.len() {
            return wrong(CONTACTS.0, "columns of different length");
        }
        let long = |family: u32, length: u32| length > if family == 4 { 32 } else { 128 };
        let [families, lengths, ..] = this.route_origin;
        if families
            .iter(bytes)
            .zip(lengths.iter(bytes))
            .any(|(family, length)| long(family, length))
        {
            return wrong(ROUTE_ORIGINS.0, "a length beyond that of an address");
        }
        Ok(this)
    }

    /// Every reference to a word.
    pub(super) fn words<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = u32> + use<'a> {
        let columns = [
            self.place[1],
            self.place[2],
            self.registrant[0],
            self.registrant[1],
            self.registrant[3],
            self.organisation[1],
            self.organisation[2],
            self.contact[1],
            self.contact[2],
            self.contact[3],
        ];
        columns.into_iter().flat_map(move |column| column.iter(bytes))
    }
}

impl Sets {
    fn read(
        directory: &Directory,
        bytes: &[u8],
        [starts, members]: &[Section; 2],
        limit: usize,
    ) -> Result<Self, TableError> {
        let this = Self {
            starts: rows(directory, *starts)?.column(0),
            members: rows(directory, *members)?.column(0),
        };
        let last = this.starts.iter(bytes).last().unwrap_or(0) as usize;
        if !this.starts.iter(bytes).is_sorted() || last != this.members.len() {
            return Err(directory.wrong(starts.0, "sets out of order".to_owned()));
        }
        if this.members.iter(bytes).any(|member| member as usize >= limit) {
            return Err(directory.wrong(members.0, "reference to nothing".to_owned()));
        }
        Ok(this)
    }

    /// How many there are.
    fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The members of a set by its number, of which 0 is the empty one.
    pub(crate) fn get<'a>(
        &self,
        bytes: &'a [u8],
        number: u32,
    ) -> impl DoubleEndedIterator<Item = usize> + use<'a> {
        let range = match (number as usize).checked_sub(1) {
            Some(at) => {
                self.starts.get(bytes, at) as usize..self.starts.get(bytes, at + 1) as usize
            }
            None => 0..0,
        };
        let members = self.members;
        range.map(move |at| members.get(bytes, at) as usize)
    }
}

fn rows(directory: &Directory, (tag, shape): Section) -> Result<Rows, TableError> {
    directory.rows(tag, shape)
}

fn columns<const N: usize>(rows: &Rows) -> [Column; N] {
    std::array::from_fn(|field| rows.column(field))
}

/// A country's letters as a number; never 0.
pub(crate) fn letters(country: Country) -> u32 {
    let letters = country.as_str().as_bytes();
    u32::from(letters[0]) << 8 | u32::from(letters[1])
}

/// A country from its letters as a number.
pub(crate) fn country(letters: u32) -> Option<Country> {
    let letters = [(letters >> 8) as u8, letters as u8];
    std::str::from_utf8(&letters).ok().and_then(Country::new)
}

/// The day that is written as 1; 0 is "not said".
const FIRST_DAY: i32 = -1_000_000;

/// A day as a number.
pub(crate) fn day_number(day: Option<Day>) -> u32 {
    day.map_or(0, |day| {
        let after = i64::from(day.0) - i64::from(FIRST_DAY) + 1;
        u32::try_from(after.max(1)).expect("a day has 32 bits")
    })
}

/// A day from its number.
pub(crate) fn day_of_number(number: u32) -> Option<Day> {
    let after = i64::from(number.checked_sub(1)?) + i64::from(FIRST_DAY);
    i32::try_from(after).ok().map(Day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_countries_come_back() {
        for day in [None, Some(Day(0)), Some(Day(-3000)), Some(Day(20_000)), Some(Day(i32::MAX))] {
            assert_eq!(day_of_number(day_number(day)), day);
        }
        let country = Country::new("PH").unwrap();
        assert_eq!(super::country(letters(country)), Some(country));
        assert_eq!(super::country(0), None);
    }
}

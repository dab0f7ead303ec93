//! CSV whose columns somebody describes, a header names, or their content gives away beyond doubt.
//! Quotes and line ends are read in `text`; fixed formats have readers of their own.

use std::{io::BufRead, str::FromStr};

use bakas_model::{
    Country,
    network::{Place, Registrant},
};

use super::{Account, ImportError, Reader, Settled, iptoasn, text};
use crate::{Draft, OriginRow, Range};

macro_rules! columns {
    ($($variant:ident $name:literal [$($alias:literal),*] $doc:literal;)*) => {
        /// What stands in a column.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Column { $(#[doc = $doc] $variant,)* }

        impl Column {
            /// Every column, with its name for `--columns` and what it holds.
            pub const ALL: &[(Self, &'static str, &'static str)] =
                &[$((Self::$variant, $name, $doc),)*];

            /// The column that a header's word names.
            fn of_header(word: &str) -> Option<Self> {
                match word {
                    $($name $(| $alias)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

columns! {
    First "first" ["start", "start ip", "ip start", "range start", "ip range start", "from"] "First address.";
    Last "last" ["end", "end ip", "ip end", "range end", "ip range end", "to"] "Last address.";
    Network "network" ["prefix", "ip prefix", "cidr", "ip", "address", "range"] "Address, CIDR block, or first-last.";
    Asn "asn" ["as", "as number", "autonomous system number", "origin", "origin asn"] "Number of the network that announced it.";
    Operator "operator" ["as name", "asname", "as organization", "autonomous system organization", "as org", "isp"] "That network's name.";
    Country "country" ["country code", "cc", "registered country", "registered country iso code"] "Country of registration.";
    PlaceCountry "place-country" ["geo country", "country iso code"] "Country where it is said to be used.";
    Region "region" ["state", "state1", "stateprov", "subdivision", "subdivision 1 iso code", "region name"] "Region where it is said to be used.";
    City "city" ["city name"] "City where it is said to be used.";
    Registry "registry" ["rir"] "Registry that gave the block.";
    Status "status" [] "What the registry says of the block.";
    Given "given" ["allocated", "registered"] "Day on which it was given.";
    Holder "holder" ["registrant", "opaque id", "org id"] "To whom it was given.";
    Skip "-" [] "Anything else.";
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(_, name, _)| *name == text.trim());
        known.map(|(column, _, _)| *column).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(_, name, _)| *name).collect();
            format!("unknown column '{}'; known are {}", text.trim(), names.join(", "))
        })
    }
}

/// The words of a header, plain.
pub(super) struct Header(Vec<String>);

impl Header {
    pub(super) fn new(fields: &[String]) -> Self {
        let plain = |field: &String| {
            let words = field.trim().to_lowercase();
            let words: Vec<_> =
                words.split(['_', ' ', '-']).filter(|word| !word.is_empty()).collect();
            words.join(" ")
        };
        Self(fields.iter().map(plain).collect())
    }

    /// The column with one of these names.
    pub(super) fn at(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.0.iter().position(|word| word == name))
    }

    /// Whether a word is among them.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|word| word == name)
    }

    /// What the words say of the columns, where they say where the addresses are.
    pub(super) fn columns(&self) -> Option<Vec<Column>> {
        let named = |word: &String| match word.as_str() {
            "place country" => Column::PlaceCountry,
            word => Column::of_header(word).unwrap_or(Column::Skip),
        };
        let mut columns: Vec<_> = self.0.iter().map(named).collect();
        // A country beside a region or a city is where the addresses are used.
        if columns.iter().any(|column| matches!(column, Column::Region | Column::City)) {
            for column in columns.iter_mut().filter(|column| **column == Column::Country) {
                *column = Column::PlaceCountry;
            }
        }
        is_addressed(&columns).then_some(columns)
    }
}

/// Whether columns say where the addresses are, and anything of them.
fn is_addressed(columns: &[Column]) -> bool {
    let has = |column| columns.contains(&column);
    let says = |column: &Column| {
        !matches!(column, Column::First | Column::Last | Column::Network | Column::Skip)
    };
    (has(Column::Network) || has(Column::First) && has(Column::Last)) && columns.iter().any(says)
}

/// What the fields of a first row give away: ranges or blocks, then a network with its name, or a
/// country, or a country with regions and a city as in the files of ip-location-db.
pub(super) fn guess(fields: &[String]) -> Option<Vec<Column>> {
    let is_address = |field: &String| text::address(field).is_some();
    let (mut columns, rest) = match fields {
        [first, last, rest @ ..] if is_address(first) && is_address(last) => {
            (vec![Column::First, Column::Last], rest)
        }
        [network, rest @ ..] if text::network(network).is_some() => (vec![Column::Network], rest),
        _ => return None,
    };
    let is_country = |field: &str| field.is_empty() || Country::new(field.trim()).is_some();
    match rest {
        [asn] if text::asn(asn).is_some() => columns.push(Column::Asn),
        [asn, _] if text::asn(asn).is_some() => columns.extend([Column::Asn, Column::Operator]),
        [country] if is_country(country) => columns.push(Column::Country),
        [country, _, _, _, _, _, _, _] if is_country(country) => {
            columns.extend([Column::PlaceCountry, Column::Region, Column::Skip, Column::City]);
        }
        _ => return None,
    }
    Some(columns)
}

/// The separator of the first line.
pub(super) fn separator(head: &[u8]) -> char {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count =
        |separator: char| line.iter().filter(|&&byte| char::from(byte) == separator).count();
    [',', '\t', ';'].into_iter().rev().max_by_key(|&separator| count(separator)).unwrap_or(',')
}

/// The rows read so far.
pub(super) struct Described {
    columns: Vec<Column>,
    /// Whether a country is that of registration, whatever stands beside it.
    registration: bool,
    rows: Vec<OriginRow>,
    countries: Vec<(Range, Country)>,
    places: Vec<(Range, Place)>,
    registrants: Vec<(Range, Registrant)>,
}

/// What one record says.
#[derive(Default)]
struct Row {
    first: Option<std::net::IpAddr>,
    last: Option<std::net::IpAddr>,
    range: Option<Range>,
    asn: Option<u32>,
    operator: String,
    country: Option<Country>,
    place: Place,
    registrant: Registrant,
}

impl Described {
    pub(super) fn new(columns: Vec<Column>, registration: bool) -> Self {
        let (rows, countries, places) = (Vec::new(), Vec::new(), Vec::new());
        Self { columns, registration, rows, countries, places, registrants: Vec::new() }
    }

    fn take(&mut self, mut row: Row) -> bool {
        let range = row.range.or_else(|| Range::new(row.first?, row.last?));
        let Some(range) = range else { return false };
        if let Some(asn) = row.asn.filter(|&asn| asn != 0) {
            self.rows.push(OriginRow { range, asn, operator: row.operator });
        }
        if self.registration {
            row.country = row.country.or(row.place.country.take());
        }
        self.countries.extend(row.country.map(|country| (range, country)));
        if row.place != Place::default() {
            self.places.push((range, row.place));
        }
        if row.registrant != Registrant::default() {
            self.registrants.push((range, row.registrant));
        }
        true
    }
}

impl Reader for Described {
    fn read(&mut self, input: &mut dyn BufRead, account: &mut Account) -> Result<(), ImportError> {
        let head = input.fill_buf().map_err(|error| account.io(error))?;
        let separator = separator(head);
        let mut lines = text::Lines::new(input);
        let mut first = lines.record(separator, account)?;
        let Some((_, fields)) = &first else { return Ok(()) };
        let header = Header::new(fields).columns();
        let columns = match (self.columns.is_empty(), header, guess(fields)) {
            (false, header, _) if is_addressed(&self.columns) => {
                if header.is_some() {
                    first = None;
                }
                self.columns.clone()
            }
            (true, Some(header), _) => {
                first = None;
                header
            }
            (true, None, Some(guessed)) => guessed,
            _ => {
                return Err(account.malformed(
                    "its columns are not described: name them with --columns, for instance \
                     --columns first,last,asn,operator",
                ));
            }
        };
        while let Some((number, fields)) = match first.take() {
            Some(first) => Some(first),
            None => lines.record(separator, account)?,
        } {
            match row(&columns, &fields) {
                Ok(row) => match self.take(row) {
                    true => account.take()?,
                    false => account.reject(number, "no range of addresses", &fields.join(",")),
                },
                Err(why) => account.reject(number, why, &fields.join(",")),
            }
        }
        Ok(())
    }

    fn finish(
        self: Box<Self>,
        settled: &Settled<'_>,
        draft: &mut Draft,
        _: &mut Account,
    ) -> Result<(), ImportError> {
        let name = &settled.about.name;
        iptoasn::put(settled, draft, self.rows, self.countries);
        if !self.places.is_empty() {
            draft.place_data_set.clone_from(name);
            draft.places = self.places;
        }
        if !self.registrants.is_empty() {
            draft.registrant_data_set.clone_from(name);
            draft.registrants = self.registrants;
        }
        Ok(())
    }
}

/// One record by its columns. An empty field says nothing.
fn row(columns: &[Column], fields: &[String]) -> Result<Row, &'static str> {
    let mut row = Row::default();
    for (column, field) in columns.iter().zip(fields) {
        let field = field.trim();
        if field.is_empty() {
            continue;
        }
        match column {
            Column::First => row.first = Some(text::address(field).ok_or("no first address")?),
            Column::Last => row.last = Some(text::address(field).ok_or("no last address")?),
            Column::Network => row.range = Some(text::range(field).ok_or("no network")?),
            Column::Asn => row.asn = Some(text::asn(field).ok_or("no network's number")?),
            Column::Operator => row.operator = text::name(field),
            Column::Country => row.country = country(field)?,
            Column::PlaceCountry => row.place.country = country(field)?,
            Column::Region => row.place.region = text::name(field),
            Column::City => row.place.city = text::name(field),
            Column::Registry => row.registrant.registry = text::name(field),
            Column::Status => row.registrant.status = text::name(field),
            Column::Given => row.registrant.date = Some(text::day(field).ok_or("no day")?),
            Column::Holder => row.registrant.holder = text::name(field),
            Column::Skip => {}
        }
    }
    Ok(row)
}

fn country(field: &str) -> Result<Option<Country>, &'static str> {
    match text::country(field) {
        None if !field.eq_ignore_ascii_case("ZZ") => Err("no country"),
        country => Ok(country),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        text::fields(text, ',').unwrap()
    }

    #[test]
    fn headers_and_contents_give_columns_away_or_nothing_does() {
        use Column::{
            Asn, City, Country, First, Last, Network, Operator, PlaceCountry, Region, Skip,
        };
        let header = |text: &str| Header::new(&fields(text)).columns();
        assert_eq!(header("start_ip,end_ip,ASN,as_name"), Some(vec![First, Last, Asn, Operator]));
        assert_eq!(header("network,country,city,x"), Some(vec![Network, PlaceCountry, City, Skip]));
        assert_eq!(header("network,x"), None, "nothing is said of the addresses");
        assert_eq!(header("asn,operator"), None, "no addresses");
        let check = |text: &str, expected: Option<&[Column]>| {
            assert_eq!(guess(&fields(text)).as_deref(), expected, "{text}");
        };
        check("192.0.2.0,192.0.2.255,64500,\"Net, Ltd\"", Some(&[First, Last, Asn, Operator]));
        check("3221225984,3221226239,PH", Some(&[First, Last, Country]));
        check("2001:db8::/32,AS64500", Some(&[Network, Asn]));
        let city = "192.0.2.0,192.0.2.255,PH,Manila,,Quezon,1100,14.6,121.0,Asia/Manila";
        check(city, Some(&[First, Last, PlaceCountry, Region, Skip, City]));
        check("192.0.2.0,192.0.2.255,what,is,this", None);
        check("one,two", None);
    }
}

//! `bakas data diff`: what changed between two tables of origins or registrations — for each
//! operator and each country, what it gained, lost, and took from or gave to others.

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{Asn, Country, Timestamp};
use bakas_trace::Table;
use serde::Serialize;

use super::folder::{Folder, Imported};
use crate::Error;

/// What the embedded table's epochs are called.
const EMBEDDED: &str = "embedded";

/// One of the two sides: a table, and which of its epochs.
#[derive(Clone, Copy, Debug)]
pub struct Epoch<'a> {
    table: &'a Table,
    /// `None` where the table has no origins.
    epoch: Option<usize>,
}

/// How much of the address space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Totals {
    /// IPv4 addresses.
    pub ipv4: u64,
    /// Blocks of IPv6 of 64 bits (`/64`), rounded down.
    pub ipv6_64: u64,
}

/// What changed for one operator or country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `AS64500`, or a country's letters.
    pub of: String,
    /// An operator's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What nobody had before.
    pub gained: Totals,
    /// What nobody has after.
    pub lost: Totals,
    /// What somebody else had before.
    pub moved_in: Totals,
    /// What somebody else has after.
    pub moved_out: Totals,
}

/// Everything that changed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// The first side, as `name@date`.
    pub before: String,
    /// The second side.
    pub after: String,
    /// For each operator, the largest changes first.
    pub operators: Vec<Change>,
    /// For each country, the same. Where both sides have origins, it counts addresses that were
    /// announced; else those that were registered.
    pub countries: Vec<Change>,
    /// What changed in all, counted once.
    pub changed: Totals,
    /// What stayed as it was.
    pub same: Totals,
}

/// Compares two epochs by their names: `2025-04-11` or `embedded@2025-04-11` for the embedded
/// table, `name@date` for an imported one.
///
/// # Errors
/// Where there is none of that name, or a table cannot be read.
pub fn diff(folder: Option<&Folder>, before: &str, after: &str) -> Result<Changes, Error> {
    let embedded = Table::embedded()?;
    let imported = folder.map(Folder::open).transpose()?.unwrap_or_default().tables;
    let (a_name, a) = epoch(before, &embedded, &imported)?;
    let (b_name, b) = epoch(after, &embedded, &imported)?;
    if a.epoch.is_some() != b.epoch.is_some() {
        let (without, with) =
            if a.epoch.is_some() { (&b_name, &a_name) } else { (&a_name, &b_name) };
        return Err(Error::Usage(format!(
            "{without} says nothing of origins, and {with} does: they cannot be compared"
        )));
    }
    let mut changes = compare(&embedded, a, b);
    (changes.before, changes.after) = (a_name, b_name);
    Ok(changes)
}

/// An epoch by its name, and its full name.
///
/// # Errors
/// Where there is none; those that are there are named.
pub fn epoch<'a>(
    name: &str,
    embedded: &'a Table,
    imported: &'a [Imported],
) -> Result<(String, Epoch<'a>), Error> {
    let own = embedded
        .epochs()
        .enumerate()
        .map(|(at, day)| (format!("{EMBEDDED}@{day}"), Epoch { table: embedded, epoch: Some(at) }));
    let others = imported.iter().filter_map(|imported| {
        let table = &imported.table;
        let epoch = table.epochs().next().map(|_| 0);
        let useful = epoch.is_some() || table.registrations().next().is_some();
        useful.then(|| (imported.provenance.id(), Epoch { table, epoch }))
    });
    let all: Vec<_> = own.chain(others).collect();
    let by_day = |full: &str| full.split_once('@').is_some_and(|(_, day)| day == name);
    let mut found: Vec<&(String, Epoch<'a>)> =
        all.iter().filter(|(full, _)| full == name).collect();
    if found.is_empty() {
        found = all.iter().filter(|(full, _)| by_day(full)).collect();
    }
    match found.as_slice() {
        [(full, epoch)] => Ok((full.clone(), *epoch)),
        [] => {
            let names: Vec<&str> = all.iter().map(|(full, _)| full.as_str()).collect();
            Err(Error::Usage(format!(
                "there are no origins or registrations '{name}'; there are {}",
                names.join(", ")
            )))
        }
        several => {
            let names: Vec<&str> = several.iter().map(|(full, _)| full.as_str()).collect();
            Err(Error::Usage(format!("'{name}' may be {}: say which", names.join(" or "))))
        }
    }
}

/// A stretch of addresses of one family with a value.
#[derive(Clone, Copy)]
struct Stretch {
    first: u128,
    last: u128,
    value: u32,
}

/// Sizes of what changed, by what it changed for. IPv6 is summed in single addresses.
#[derive(Default)]
struct Tally {
    keys: BTreeMap<u32, [[u128; 2]; 4]>,
}

const GAINED: usize = 0;
const LOST: usize = 1;
const MOVED_IN: usize = 2;
const MOVED_OUT: usize = 3;

impl Tally {
    fn count(&mut self, before: u32, after: u32, family: usize, size: u128) {
        let mut add = |key: u32, what: usize| {
            let sum = &mut self.keys.entry(key).or_default()[what][family];
            *sum = sum.saturating_add(size);
        };
        match (before, after) {
            (before, after) if before == after => {}
            (0, after) => add(after, GAINED),
            (before, 0) => add(before, LOST),
            (before, after) => {
                add(before, MOVED_OUT);
                add(after, MOVED_IN);
            }
        }
    }

    fn changes(self, describe: impl Fn(u32) -> (String, Option<String>)) -> Vec<Change> {
        let mut changes: Vec<Change> = self
            .keys
            .into_iter()
            .map(|(key, sums)| {
                let (of, name) = describe(key);
                let [gained, lost, moved_in, moved_out] = sums.map(totals);
                Change { of, name, gained, lost, moved_in, moved_out }
            })
            .collect();
        changes.sort_by_key(|change| (std::cmp::Reverse(size(change)), change.of.clone()));
        changes
    }
}

fn totals([ipv4, ipv6]: [u128; 2]) -> Totals {
    let count = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
    Totals { ipv4: count(ipv4), ipv6_64: count(ipv6 >> 64) }
}

/// How large a change is, for its place in the list: a /48 of IPv6 weighs like an IPv4 address.
fn size(change: &Change) -> u64 {
    [change.gained, change.lost, change.moved_in, change.moved_out]
        .iter()
        .map(|total| total.ipv4.saturating_add(total.ipv6_64 >> 16))
        .fold(0, u64::saturating_add)
}

fn compare(embedded: &Table, a: Epoch<'_>, b: Epoch<'_>) -> Changes {
    let (mut operators, mut countries) = (Tally::default(), Tally::default());
    let (mut changed, mut same) = ([0_u128; 2], [0_u128; 2]);
    let origins = [origins(a), origins(b)];
    let registered = [registered(embedded, a), registered(embedded, b)];
    let announced = a.epoch.is_some();
    for family in [0, 1] {
        let layers = [
            &origins[0][family],
            &origins[1][family],
            &registered[0][family],
            &registered[1][family],
        ];
        overlay(layers.map(Vec::as_slice), |size, [a, b, in_a, in_b]| {
            operators.count(a, b, family, size);
            // A country has what was announced in it; where nothing is known of that, what is
            // registered in it.
            let (in_a, in_b) = match announced {
                true => (if a == 0 { 0 } else { in_a }, if b == 0 { 0 } else { in_b }),
                false => (in_a, in_b),
            };
            countries.count(in_a, in_b, family, size);
            let differs = a != b || in_a != in_b;
            let known = a != 0 || b != 0 || !announced && (in_a != 0 || in_b != 0);
            match (differs, known) {
                (true, _) => changed[family] = changed[family].saturating_add(size),
                (false, true) => same[family] = same[family].saturating_add(size),
                (false, false) => {}
            }
        });
    }
    let name = |key: u32| {
        let asn = Asn(key - 1);
        let of = |side: Epoch<'_>| {
            side.epoch.and_then(|epoch| side.table.said_of(asn).name_at(epoch)).map(str::to_owned)
        };
        let name = of(b).or_else(|| of(a));
        (
            asn.to_string(),
            name.or_else(|| embedded.operator(asn, Timestamp::MAX).map(str::to_owned)),
        )
    };
    Changes {
        operators: operators.changes(name),
        countries: countries.changes(|key| (letters(key), None)),
        changed: totals(changed),
        same: totals(same),
        ..Changes::default()
    }
}

/// Who announced what, for both families; one more than the network's number.
fn origins(side: Epoch<'_>) -> [Vec<Stretch>; 2] {
    let mut both = [Vec::new(), Vec::new()];
    let Some(epoch) = side.epoch else { return both };
    for (range, asn) in side.table.origins(epoch) {
        push(&mut both, range.first(), range.last(), asn.0.saturating_add(1));
    }
    both
}

/// What is registered where by the table itself, else by the embedded one.
fn registered(embedded: &Table, side: Epoch<'_>) -> [Vec<Stretch>; 2] {
    let own = side.table.registrations().next().is_some();
    let table = if own { side.table } else { embedded };
    let mut both = [Vec::new(), Vec::new()];
    for (range, country) in table.registrations() {
        push(&mut both, range.first(), range.last(), number(country));
    }
    both
}

fn push(both: &mut [Vec<Stretch>; 2], first: IpAddr, last: IpAddr, value: u32) {
    let number = |address: IpAddr| match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    };
    let family = usize::from(first.is_ipv6());
    both[family].push(Stretch { first: number(first), last: number(last), value });
}

/// Lays layers over one another: every stretch on which none changes, with its size and the value
/// of each layer, 0 for none. Layers are sorted and do not overlap within themselves.
fn overlay<const N: usize>(layers: [&[Stretch]; N], mut each: impl FnMut(u128, [u32; N])) {
    let mut cursors = [0; N];
    let mut at = 0_u128;
    loop {
        let mut values = [0; N];
        let mut end: Option<u128> = None;
        for ((layer, cursor), value) in layers.iter().zip(&mut cursors).zip(&mut values) {
            while layer.get(*cursor).is_some_and(|stretch| stretch.last < at) {
                *cursor += 1;
            }
            let Some(stretch) = layer.get(*cursor) else { continue };
            let border = match stretch.first <= at {
                true => {
                    *value = stretch.value;
                    stretch.last
                }
                false => stretch.first - 1,
            };
            end = Some(end.map_or(border, |end| end.min(border)));
        }
        let Some(end) = end else { return };
        if values.iter().any(|&value| value != 0) {
            each((end - at).saturating_add(1), values);
        }
        let Some(next) = end.checked_add(1) else { return };
        at = next;
    }
}

/// A country's letters as a number that is not 0.
fn number(country: Country) -> u32 {
    country.as_str().bytes().fold(0, |number, byte| number << 8 | u32::from(byte))
}

fn letters(number: u32) -> String {
    [(number >> 8) as u8, number as u8].iter().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_cut_where_any_of_them_changes() {
        let stretch = |first, last, value| Stretch { first, last, value };
        let a = [stretch(0, 9, 1), stretch(20, u128::MAX, 2)];
        let b = [stretch(5, 24, 7)];
        let mut seen = Vec::new();
        overlay([&a, &b], |size, values| seen.push((size, values)));
        let expected =
            [(5, [1, 0]), (5, [1, 7]), (10, [0, 7]), (5, [2, 7]), (u128::MAX - 24, [2, 0])];
        assert_eq!(seen, expected);
        overlay::<2>([&[], &[]], |_, _| panic!("there is nothing"));
    }

    #[test]
    fn what_moves_is_given_by_one_and_taken_by_another() {
        let mut tally = Tally::default();
        tally.count(1, 2, 0, 256);
        tally.count(0, 2, 1, 3 << 64);
        tally.count(1, 0, 0, 10);
        tally.count(1, 1, 0, 1000);
        let changes = tally.changes(|key| (key.to_string(), None));
        let of = |key: &str| changes.iter().find(|change| change.of == key).unwrap();
        assert_eq!((of("1").moved_out.ipv4, of("1").lost.ipv4), (256, 10));
        assert_eq!((of("2").moved_in.ipv4, of("2").gained.ipv6_64), (256, 3));
        assert_eq!(changes[0].of, "1", "the largest change comes first");
    }
}

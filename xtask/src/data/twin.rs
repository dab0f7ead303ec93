//! The new table against the rows it was made from: for a million addresses of each epoch and family,
//! all rows that hold the address are looked through, and the most specific one must be the table's
//! answer. Knows nothing of how the table is laid out.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::{Result, ensure};
use bakas_model::{Asn, Country};
use bakas_trace::{Draft, Range, Table};

/// Addresses of each family and epoch.
const COUNT: u64 = 1 << 20;

/// Rows of one family in the order of their beginnings.
struct Rows<T> {
    rows: Vec<(u128, u128, T)>,
    /// The furthest end of any row up to here.
    reach: Vec<u128>,
}

/// Compares origins and countries.
pub(super) fn check(draft: &Draft, table: &Table) -> Result<u64> {
    let mut numbers = Numbers(7);
    let mut asked = 0;
    for v6 in [false, true] {
        for (epoch, day) in table.epochs().enumerate() {
            let drafts = draft.epochs.iter().filter(|draft| draft.day == day);
            let rows =
                Rows::new(v6, drafts.flat_map(|draft| &draft.rows).map(|row| (row.range, row.asn)));
            for _ in 0..COUNT {
                let (address, number) = numbers.address(v6, &rows);
                let (found, expected) =
                    (table.announced_by(address, epoch), rows.slow(number).map(Asn));
                ensure!(
                    found == expected,
                    "{address} on {day}: {found:?}, by the rows {expected:?}"
                );
                asked += 1;
            }
        }
        let rows = Rows::new(v6, draft.countries.iter().copied());
        for _ in 0..COUNT {
            let (address, number) = numbers.address(v6, &rows);
            let said = table.said(address, bakas_model::Timestamp::default());
            let found: Option<Country> =
                said.registration().map(|registration| registration.country);
            let expected = rows.slow(number);
            ensure!(found == expected, "{address}: {found:?}, by the rows {expected:?}");
            asked += 1;
        }
    }
    Ok(asked)
}

impl<T: Copy + Ord> Rows<T> {
    fn new(v6: bool, rows: impl Iterator<Item = (Range, T)>) -> Self {
        let family = rows.filter(|(range, _)| range.first().is_ipv6() == v6);
        let mut rows: Vec<_> = family
            .map(|(range, value)| (number(range.first()), number(range.last()), value))
            .collect();
        rows.sort_unstable();
        let furthest = rows.iter().scan(0, |reach, row| {
            *reach = row.1.max(*reach);
            Some(*reach)
        });
        let reach = furthest.collect();
        Self { rows, reach }
    }

    /// The shortest row that holds a number, of equally long ones the one that begins later, of the
    /// very same ones the lowest value.
    fn slow(&self, number: u128) -> Option<T> {
        let behind = self.rows.partition_point(|row| row.0 <= number);
        let near = (0..behind).rev().take_while(|&at| self.reach[at] >= number);
        let holding = near.map(|at| self.rows[at]).filter(|row| row.1 >= number);
        holding.min_by_key(|row| (row.1 - row.0, std::cmp::Reverse(row.0), row.2)).map(|row| row.2)
    }
}

/// Numbers that are the same in every run (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Half of them anywhere, half of them at the ends of rows and beside them.
    fn address<T>(&mut self, v6: bool, rows: &Rows<T>) -> (IpAddr, u128) {
        let random = u128::from(self.next()) << 64 | u128::from(self.next());
        let choice = self.next();
        let beside = u128::from(choice >> 32) % 3;
        let number = match (choice % 4, rows.rows.get(random as usize % rows.rows.len().max(1))) {
            (2, Some(row)) => row.0.wrapping_add(beside).wrapping_sub(1),
            (3, Some(row)) => row.1.wrapping_add(beside).wrapping_sub(1),
            _ => random,
        };
        if v6 {
            // All public addresses are in 2000::/3; what is mapped into IPv6 counts as IPv4.
            let number = if choice % 4 < 2 { number >> 3 | 1 << 125 } else { number };
            let address = Ipv6Addr::from_bits(number);
            match address.to_ipv4_mapped() {
                None => (address.into(), number),
                Some(_) => (Ipv6Addr::UNSPECIFIED.into(), 0),
            }
        } else {
            let bits = number as u32;
            (Ipv4Addr::from_bits(bits).into(), bits.into())
        }
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

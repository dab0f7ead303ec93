//! Addresses for the people and machines of the scenario, taken from announced blocks by a fixed
//! rule: a number, mixed from the seed, counts into the block, and the last octet is never 0 or 255.
//! Not a tracing table.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::rng::{Rng, mix};

mod table;
pub(crate) use table::{AMERICA, ASIA, EU, GULF, HK, HOSTING, MOVED, PH, STATE};

/// A network of [`table`].
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) asn: u32,
    pub(crate) operator: &'static str,
    /// First address and number of addresses.
    pub(crate) v4: &'static [([u8; 4], u32)],
    /// Upper half of the first address, and number of /48.
    pub(crate) v6: &'static [(u64, u32)],
}

/// Blocks of VPN exits, by the public lists X4BNet/lists_vpn and MISP warning lists.
pub(crate) const VPN: &[([u8; 4], u32)] = &[
    ([2, 56, 16, 0], 1024),
    ([2, 58, 44, 0], 1024),
    ([5, 180, 76, 0], 1024),
    ([31, 209, 64, 0], 4096),
];
/// Addresses that were Tor exits in February 2024.
pub(crate) const TOR: &[[u8; 4]] = &[
    [185, 220, 101, 1],
    [185, 220, 101, 10],
    [185, 220, 101, 100],
    [185, 220, 100, 240],
    [171, 25, 193, 20],
    [171, 25, 193, 77],
    [104, 244, 72, 115],
    [103, 251, 167, 10],
];
/// Where search engines crawl from.
pub(crate) const CRAWLERS: &[([u8; 4], u32)] =
    &[([66, 249, 64, 0], 4096), ([157, 55, 39, 0], 256), ([17, 58, 96, 0], 4096)];
/// Where the scanner with a permission stands: a /28 of a Manila hosting house.
pub(crate) const PERMITTED: [u8; 4] = [116, 93, 16, 32];
/// The permitted block as it is written in `bakas.toml`.
pub(crate) const PERMITTED_NET: &str = "116.93.16.32/28";
/// The agencies' offices: fixed lines of a Philippine telco, one /28 each.
pub(crate) const OFFICES: [u8; 4] = [203, 167, 72, 0];
/// The monitor that asks for `/healthz`.
pub(crate) const MONITOR: IpAddr = IpAddr::V4(Ipv4Addr::new(52, 70, 114, 29));
/// The welfare agency's reverse proxy.
pub(crate) const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 20, 0, 5));

/// The address that a number counts to in a block.
pub(crate) fn within(block: ([u8; 4], u32), number: u64) -> IpAddr {
    let first = u32::from_be_bytes(block.0);
    let at = first + (mix(number) % u64::from(block.1)) as u32;
    let [a, b, c, d] = at.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(a, b, c, d.clamp(1, 254)))
}

/// The n-th office address of the agency with that number.
pub(crate) fn office(agency: usize, n: u64) -> IpAddr {
    let [a, b, c, _] = OFFICES;
    IpAddr::V4(Ipv4Addr::new(a, b, c, (agency as u8) * 16 + 2 + (n % 12) as u8))
}

impl Network {
    /// Whether an IPv4 address lies in one of its blocks.
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        let IpAddr::V4(v4) = address else { return false };
        let at = u32::from(v4);
        self.v4.iter().any(|&(first, count)| {
            let first = u32::from_be_bytes(first);
            (first..=first + (count - 1)).contains(&at)
        })
    }

    /// An IPv4 address of this network.
    pub(crate) fn v4(&self, number: u64) -> IpAddr {
        let block = self.v4[(mix(number ^ 0x5eed) % self.v4.len() as u64) as usize];
        within(block, number)
    }

    /// An IPv6 address of this network, or an IPv4 address where it has no such block.
    pub(crate) fn v6(&self, number: u64) -> IpAddr {
        let Some(&(first, subnets)) = self.v6.first() else { return self.v4(number) };
        let hash = mix(number);
        let upper = first + ((hash % u64::from(subnets)) << 16) + (mix(hash) & 0xff);
        IpAddr::V6(Ipv6Addr::from((u128::from(upper) << 64) | u128::from(mix(hash ^ 6))))
    }
}

/// Distinct addresses, drawn one after the other.
pub(crate) fn distinct(
    rng: &mut Rng,
    count: usize,
    mut draw: impl FnMut(u64) -> IpAddr,
) -> Vec<IpAddr> {
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let address = draw(rng.next());
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// Appends an address as logs write it.
pub(crate) fn push_address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(v4) => {
            for (i, octet) in v4.octets().into_iter().enumerate() {
                if i > 0 {
                    out.push(b'.');
                }
                crate::clock::number(out, octet.into());
            }
        }
        IpAddr::V6(v6) => out.extend_from_slice(v6.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_lies_apart_from_the_others_kinds() {
        let range = |b: &([u8; 4], u32)| {
            let first = u32::from_be_bytes(b.0);
            (first, first + b.1 - 1)
        };
        let legitimate: Vec<_> = [PH, GULF, HK, EU, ASIA, AMERICA]
            .iter()
            .flat_map(|g| g.iter())
            .flat_map(|n| n.v4.iter().map(range))
            .collect();
        let hosting = HOSTING.iter().chain([&MOVED]);
        for block in hosting.flat_map(|n| n.v4).chain(VPN) {
            let (first, last) = range(block);
            assert!(legitimate.iter().all(|&(a, b)| last < a || first > b), "{block:?}");
        }
    }

    #[test]
    fn addresses_stay_within_their_block() {
        for number in 0..10_000 {
            let IpAddr::V4(v4) = within(VPN[0], number) else { panic!("an IPv4 block") };
            let [a, b, c, d] = v4.octets();
            assert!((a, b) == (2, 56) && (16..20).contains(&c) && d != 0 && d != 255);
        }
    }
}

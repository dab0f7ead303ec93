//! Ranges of addresses and the CIDR blocks in them. Knows nothing of networks or lists.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Which of the two numberings an address belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Family {
    V4,
    V6,
}

/// From one address to another of the same family, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    pub(crate) family: Family,
    pub(crate) first: u128,
    pub(crate) last: u128,
}

impl Family {
    /// Bits of an address.
    pub(crate) const fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// The highest address.
    pub(crate) const fn max(self) -> u128 {
        match self {
            Self::V4 => u32::MAX as u128,
            Self::V6 => u128::MAX,
        }
    }

    /// The address with that number.
    fn address(self, number: u128) -> IpAddr {
        match self {
            Self::V4 => {
                let number = u32::try_from(number).expect("an IPv4 number has 32 bits");
                Ipv4Addr::from_bits(number).into()
            }
            Self::V6 => Ipv6Addr::from_bits(number).into(),
        }
    }

    /// The block of that length that holds the address.
    pub(crate) fn block(self, address: u128, length: u8) -> IpNet {
        match self {
            Self::V4 => {
                let address = u32::try_from(address).expect("an IPv4 number has 32 bits");
                Ipv4Net::new_assert(Ipv4Addr::from_bits(address), length).trunc().into()
            }
            Self::V6 => Ipv6Net::new_assert(Ipv6Addr::from_bits(address), length).trunc().into(),
        }
    }
}

/// An address as family and number; an IPv4 address mapped into IPv6 counts as IPv4.
#[inline]
pub(crate) fn number(address: IpAddr) -> (Family, u128) {
    match address.to_canonical() {
        IpAddr::V4(v4) => (Family::V4, u128::from(v4.to_bits())),
        IpAddr::V6(v6) => (Family::V6, v6.to_bits()),
    }
}

impl Range {
    /// Both ends included; `None` where they are of two families or in the wrong order.
    #[must_use]
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        let ((family, first), (other, last)) = (raw(first), raw(last));
        (family == other && first <= last).then_some(Self { family, first, last })
    }

    /// The first address.
    #[must_use]
    pub fn first(self) -> IpAddr {
        self.family.address(self.first)
    }

    /// The last address.
    #[must_use]
    pub fn last(self) -> IpAddr {
        self.family.address(self.last)
    }

    /// How many addresses, less one (so that all of IPv6 fits).
    pub(crate) const fn span(self) -> u128 {
        self.last - self.first
    }

    /// The largest CIDR block within the range that holds the address.
    pub(crate) fn block_around(self, address: u128) -> IpNet {
        debug_assert!(self.first <= address && address <= self.last);
        let bits = self.family.bits();
        let fits = |length: u8| {
            let host = host_mask(bits, length);
            let start = address & !host;
            start >= self.first && start | host <= self.last
        };
        let length = (0..=bits).find(|&length| fits(length)).expect("one address always fits");
        self.family.block(address, length)
    }

    /// The fewest CIDR blocks that make up the range.
    #[must_use]
    pub fn blocks(self) -> Vec<IpNet> {
        let bits = self.family.bits();
        let mut blocks = Vec::new();
        let mut at = self.first;
        loop {
            let aligned = (at.trailing_zeros() as u8).min(bits);
            let host_bits =
                (0..=aligned).rev().find(|&n| at | host_mask(bits, bits - n) <= self.last);
            let host_bits = host_bits.expect("one address always fits");
            blocks.push(self.family.block(at, bits - host_bits));
            let end = at | host_mask(bits, bits - host_bits);
            if end == self.last {
                return blocks;
            }
            at = end + 1;
        }
    }
}

impl From<IpNet> for Range {
    fn from(net: IpNet) -> Self {
        let ((family, first), (_, last)) = (raw(net.network()), raw(net.broadcast()));
        Self { family, first, last }
    }
}

/// An address as it stands: what a table says of mapped addresses is kept apart from IPv4.
const fn raw(address: IpAddr) -> (Family, u128) {
    match address {
        IpAddr::V4(v4) => (Family::V4, v4.to_bits() as u128),
        IpAddr::V6(v6) => (Family::V6, v6.to_bits()),
    }
}

/// Ones where the host part of a prefix of that length stands.
const fn host_mask(bits: u8, length: u8) -> u128 {
    match bits - length {
        128 => u128::MAX,
        host_bits => (1 << host_bits) - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first: &str, last: &str) -> Range {
        Range::new(first.parse().unwrap(), last.parse().unwrap()).unwrap()
    }

    #[test]
    fn blocks_make_up_the_range() {
        let check = |first, last, expected: &[&str]| {
            let blocks: Vec<_> =
                range(first, last).blocks().iter().map(ToString::to_string).collect();
            assert_eq!(blocks, expected, "{first} – {last}");
        };
        check("0.0.0.0", "255.255.255.255", &["0.0.0.0/0"]);
        check("1.0.128.0", "1.0.196.255", &["1.0.128.0/18", "1.0.192.0/22", "1.0.196.0/24"]);
        check("10.0.0.5", "10.0.0.5", &["10.0.0.5/32"]);
        check("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", &["::/0"]);
        check(
            "2001:200::",
            "2001:200:1b9:ffff:ffff:ffff:ffff:ffff",
            &[
                "2001:200::/40",
                "2001:200:100::/41",
                "2001:200:180::/43",
                "2001:200:1a0::/44",
                "2001:200:1b0::/45",
                "2001:200:1b8::/47",
            ],
        );
    }

    #[test]
    fn the_block_around_an_address_stays_within_the_range() {
        let check = |first, last, address: &str, expected: &str| {
            let (_, number) = number(address.parse().unwrap());
            assert_eq!(range(first, last).block_around(number).to_string(), expected);
        };
        check("1.0.128.0", "1.0.196.255", "1.0.129.7", "1.0.128.0/18");
        check("1.0.128.0", "1.0.196.255", "1.0.196.9", "1.0.196.0/24");
        check("0.0.0.0", "255.255.255.255", "8.8.8.8", "0.0.0.0/0");
        check("2001:db8::1", "2001:db8::2", "2001:db8::2", "2001:db8::2/128");
    }

    #[test]
    fn refuses_a_range_that_is_none() {
        assert!(Range::new("10.0.0.2".parse().unwrap(), "10.0.0.1".parse().unwrap()).is_none());
        assert!(Range::new("10.0.0.2".parse().unwrap(), "::1".parse().unwrap()).is_none());
    }
}

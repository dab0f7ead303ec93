//! The blocks that IANA sets apart (RFC 6890 and later), written down by hand from the two
//! special-purpose registries and the RFCs named beside each, with multicast (RFC 5771, RFC 4291)
//! added. Whoever has such an address is not somewhere on the Internet. Knows no operator.

use std::{net::IpAddr, sync::LazyLock};

use bakas_model::{DataSet, Day, time::days_from_civil};
use ipnet::IpNet;

use crate::{
    flatten,
    range::{Family, Range, number},
};

/// Name of the data set.
pub(crate) const DATA_SET: &str = "iana-special-purpose";

/// The date up to which RFCs were taken into account: RFC 9780 is the newest.
const DATE: Day = Day(days_from_civil(2025, 5, 1));

/// A block that is set apart.
#[derive(Debug)]
pub(crate) struct Special {
    net: &'static str,
    /// Its name, with the RFC.
    pub(crate) name: &'static str,
    /// Whether it can be met on the public Internet all the same: then tables speak of it too.
    pub(crate) reachable: bool,
}

const fn apart(net: &'static str, name: &'static str) -> Special {
    Special { net, name, reachable: false }
}

const fn reachable(net: &'static str, name: &'static str) -> Special {
    Special { net, name, reachable: true }
}

/// All of them; the more specific one is believed.
pub(crate) const BLOCKS: &[Special] = &[
    apart("0.0.0.0/8", "this network (RFC 791)"),
    apart("0.0.0.0/32", "this host on this network (RFC 1122)"),
    apart("10.0.0.0/8", "private use (RFC 1918)"),
    apart("100.64.0.0/10", "shared address space of carrier-grade NAT (RFC 6598)"),
    apart("127.0.0.0/8", "loopback (RFC 1122)"),
    apart("169.254.0.0/16", "link local (RFC 3927)"),
    apart("172.16.0.0/12", "private use (RFC 1918)"),
    apart("192.0.0.0/24", "IETF protocol assignments (RFC 6890)"),
    apart("192.0.0.0/29", "IPv4 service continuity prefix (RFC 7335)"),
    apart("192.0.0.8/32", "IPv4 dummy address (RFC 7600)"),
    reachable("192.0.0.9/32", "port control protocol anycast (RFC 7723)"),
    reachable("192.0.0.10/32", "TURN anycast (RFC 8155)"),
    apart("192.0.0.170/31", "NAT64/DNS64 discovery (RFC 8880, RFC 7050)"),
    apart("192.0.2.0/24", "documentation TEST-NET-1 (RFC 5737)"),
    reachable("192.31.196.0/24", "AS112-v4 (RFC 7535)"),
    reachable("192.52.193.0/24", "AMT (RFC 7450)"),
    apart("192.88.99.0/24", "6to4 relay anycast, deprecated (RFC 7526)"),
    apart("192.88.99.2/32", "6a44 relay anycast (RFC 6751)"),
    apart("192.168.0.0/16", "private use (RFC 1918)"),
    reachable("192.175.48.0/24", "direct delegation AS112 service (RFC 7534)"),
    apart("198.18.0.0/15", "benchmarking (RFC 2544)"),
    apart("198.51.100.0/24", "documentation TEST-NET-2 (RFC 5737)"),
    apart("203.0.113.0/24", "documentation TEST-NET-3 (RFC 5737)"),
    apart("224.0.0.0/4", "multicast (RFC 5771)"),
    apart("240.0.0.0/4", "reserved (RFC 1112)"),
    apart("255.255.255.255/32", "limited broadcast (RFC 919)"),
    apart("::/128", "unspecified address (RFC 4291)"),
    apart("::1/128", "loopback address (RFC 4291)"),
    apart("::ffff:0:0/96", "IPv4-mapped address (RFC 4291)"),
    reachable("64:ff9b::/96", "IPv4-IPv6 translation (RFC 6052)"),
    apart("64:ff9b:1::/48", "IPv4-IPv6 translation, local (RFC 8215)"),
    apart("100::/64", "discard-only (RFC 6666)"),
    apart("100:0:0:1::/64", "dummy IPv6 prefix (RFC 9780)"),
    apart("2001::/23", "IETF protocol assignments (RFC 2928)"),
    apart("2001::/32", "Teredo (RFC 4380)"),
    reachable("2001:1::1/128", "port control protocol anycast (RFC 7723)"),
    reachable("2001:1::2/128", "TURN anycast (RFC 8155)"),
    reachable("2001:1::3/128", "DNS-SD service registration anycast (RFC 9665)"),
    apart("2001:2::/48", "benchmarking (RFC 5180)"),
    reachable("2001:3::/32", "AMT (RFC 7450)"),
    reachable("2001:4:112::/48", "AS112-v6 (RFC 7535)"),
    apart("2001:10::/28", "ORCHID, deprecated (RFC 4843)"),
    reachable("2001:20::/28", "ORCHIDv2 (RFC 7343)"),
    reachable("2001:30::/28", "drone remote identification (RFC 9374)"),
    apart("2001:db8::/32", "documentation (RFC 3849)"),
    apart("2002::/16", "6to4 (RFC 3056)"),
    reachable("2620:4f:8000::/48", "direct delegation AS112 service (RFC 7534)"),
    apart("3fff::/20", "documentation (RFC 9637)"),
    apart("5f00::/16", "segment routing identifiers (RFC 9602)"),
    apart("fc00::/7", "unique local (RFC 4193)"),
    apart("fe80::/10", "link local (RFC 4291)"),
    apart("ff00::/8", "multicast (RFC 4291)"),
];

/// The blocks laid out for look-ups; the same for every table.
struct Laid {
    nets: Vec<IpNet>,
    /// Of each family where a new block begins, and one more than its position, or 0.
    cuts: [Vec<(u128, usize)>; 2],
    /// For the first 16 bits of an address of each family a bit: whether anything there is set
    /// apart, to spare the look-up.
    beginnings: [Vec<u64>; 2],
}

static LAID: LazyLock<Laid> = LazyLock::new(|| {
    let net = |block: &Special| block.net.parse().expect("the table above holds CIDR blocks");
    let nets: Vec<IpNet> = BLOCKS.iter().map(net).collect();
    let mut beginnings = [vec![0_u64; 1 << 10], vec![0_u64; 1 << 10]];
    let cuts = [Family::V4, Family::V6].map(|family| {
        let rows: Vec<_> = (1..).zip(&nets).map(|(at, &net)| (Range::from(net), at)).collect();
        let rows: Vec<_> = rows.into_iter().filter(|(range, _)| range.family == family).collect();
        let mut cuts = vec![(0, 0)];
        for stretch in flatten::most_specific(&rows) {
            cuts.pop_if(|cut| cut.0 == stretch.first);
            cuts.push((stretch.first, stretch.value as usize));
            cuts.extend(stretch.last.checked_add(1).map(|behind| (behind, 0)));
            let (first, last) = (beginning(family, stretch.first), beginning(family, stretch.last));
            for beginning in first..=last {
                beginnings[family as usize][beginning >> 6] |= 1 << (beginning & 63);
            }
        }
        cuts
    });
    Laid { nets, cuts, beginnings }
});

/// Whether an address cannot be met on the public Internet.
#[inline]
pub(crate) fn is_apart(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) if !may_be(Family::V4, (v4.to_bits() >> 16) as usize) => false,
        _ => is_apart_by_block(address),
    }
}

#[inline(never)]
fn is_apart_by_block(address: IpAddr) -> bool {
    let (family, number) = number(address);
    at(family, number).is_some_and(|at| !BLOCKS[at].reachable)
}

/// The most specific block that holds an address.
pub(crate) fn with_net(family: Family, number: u128) -> Option<(&'static Special, IpNet)> {
    at(family, number).map(|at| (&BLOCKS[at], LAID.nets[at]))
}

fn at(family: Family, number: u128) -> Option<usize> {
    if !may_be(family, beginning(family, number)) {
        return None;
    }
    let cuts = &LAID.cuts[family as usize];
    cuts[cuts.partition_point(|cut| cut.0 <= number) - 1].1.checked_sub(1)
}

/// Whether any address with these first 16 bits is set apart.
#[inline]
fn may_be(family: Family, beginning: usize) -> bool {
    LAID.beginnings[family as usize][beginning >> 6 & 0x3ff] >> (beginning & 63) & 1 == 1
}

/// The first 16 bits of an address.
const fn beginning(family: Family, number: u128) -> usize {
    (number >> (family.bits() - 16)) as usize & 0xffff
}

/// The data set as it is shown.
pub(crate) fn data_set() -> DataSet {
    DataSet {
        name: DATA_SET.to_owned(),
        what: "blocks that are set apart: private, shared, documentation, loopback, multicast …"
            .to_owned(),
        source: "IANA IPv4 and IPv6 special-purpose address registries (RFC 6890), transcribed"
            .to_owned(),
        date: DATE,
        licence: "CC0-1.0".to_owned(),
        attribution: "Internet Assigned Numbers Authority, https://www.iana.org/assignments/\
                      iana-ipv4-special-registry, …/iana-ipv6-special-registry"
            .to_owned(),
        records: BLOCKS.len() as u64,
        sha256: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_written_as_its_network() {
        for block in BLOCKS {
            let net: IpNet = block.net.parse().unwrap();
            assert_eq!(net, net.trunc(), "{}", block.net);
            assert!(block.name.contains("(RFC "), "{} names its source", block.net);
        }
    }
}

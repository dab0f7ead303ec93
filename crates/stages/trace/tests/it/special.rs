//! IANA's special-purpose registries, written down a second time: every block is known, with whether
//! it can be met on the Internet (RFC 6890 and the RFCs that added to it; multicast beside them).

use bakas_model::{NetworkKind, Timestamp};
use bakas_trace::Table;
use ipnet::IpNet;

/// Not globally reachable, or for 6to4 and Teredo not to be met as they stand.
const APART: &[&str] = &[
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.170/31",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.88.99.2/32",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];
/// Globally reachable.
const REACHABLE: &[&str] = &[
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.175.48.0/24",
    "64:ff9b::/96",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
    "2620:4f:8000::/48",
];

#[test]
fn every_block_of_the_registries_is_known_to_its_last_address() {
    let table = Table::embedded().expect("the embedded table is sound");
    let at = Timestamp::default();
    let all: Vec<(IpNet, bool)> = [(APART, false), (REACHABLE, true)]
        .iter()
        .flat_map(|(nets, reachable)| nets.iter().map(|net| (net.parse().unwrap(), *reachable)))
        .collect();
    for &(net, reachable) in &all {
        for address in [net.network(), net.broadcast()] {
            let known = table.said(address, at).set_apart();
            let known = known.unwrap_or_else(|| panic!("{address} of {net} is not known"));
            // More specific blocks lie in some; the most specific one answers.
            let (expected, reachable) = all
                .iter()
                .copied()
                .filter(|(other, _)| other.contains(&address))
                .max_by_key(|(other, _)| other.prefix_len())
                .unwrap_or((net, reachable));
            assert_eq!((known.net, known.reachable), (expected, reachable), "{address}");
            let kind = table.locate(address, at).kind;
            assert_eq!(kind == NetworkKind::Special, !reachable, "{address}");
        }
    }
}

#[test]
fn addresses_beside_the_blocks_are_not_set_apart() {
    let table = Table::embedded().expect("the embedded table is sound");
    let beside = [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "::2",
        "64:ff9b::1:0:0",
        "100:0:0:2::",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2000:ffff::",
        "2003::",
        "2620:4f:8001::",
        "3ffe:ffff::",
        "3fff:1000::",
        "5eff::",
        "fbff::",
        "fe7f::",
        "fec0::",
    ];
    for address in beside {
        let said = table.said(address.parse().unwrap(), Timestamp::default());
        assert_eq!(said.set_apart(), None, "{address}");
    }
}

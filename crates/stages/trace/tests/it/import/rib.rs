//! RIB dumps (MRT): made by a plain writer, read by ours and by an independent reader.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use bakas_trace::import::{Import, ImportError, Imported, Kind, MRT_RECORD_BYTES_LIMIT, recognise};
use bgpkit_parser::{
    BgpkitParser,
    models::{MrtMessage, TableDumpV2Message},
};
use ipnet::IpNet;
use proptest::prelude::*;

use super::about;

/// 2026-01-05T00:00:00Z.
const SECONDS: u32 = 1_767_571_200;

/// A path as segments of a kind (1 set, 2 sequence, 3 confederation) with networks.
type Path = Vec<(u8, Vec<u32>)>;

fn record(kind: u16, subtype: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = SECONDS.to_be_bytes().to_vec();
    bytes.extend(kind.to_be_bytes());
    bytes.extend(subtype.to_be_bytes());
    bytes.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
    bytes.extend(body);
    bytes
}

fn peers(number: u16) -> Vec<u8> {
    let mut body = vec![0; 6];
    body.extend(number.to_be_bytes());
    for peer in 0..number {
        // IPv4 peers with numbers of 32 bits.
        body.push(2);
        body.extend([192, 0, 2, peer as u8, 192, 0, 2, peer as u8]);
        body.extend((64_500 + u32::from(peer)).to_be_bytes());
    }
    record(13, 1, &body)
}

fn as_path(kind: u8, path: &Path, wide: bool) -> Vec<u8> {
    let mut value = Vec::new();
    for (kind, networks) in path {
        value.extend([*kind, u8::try_from(networks.len()).unwrap()]);
        for network in networks {
            let bytes = network.to_be_bytes();
            value.extend(if wide { &bytes[..] } else { &bytes[2..] });
        }
    }
    let mut attribute = vec![0x50, kind];
    attribute.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    attribute.extend(value);
    attribute
}

/// One prefix with a path from each peer.
fn entry(net: IpNet, paths: &[(u16, Path)], add_path: bool) -> Vec<u8> {
    let mut body = vec![0; 4];
    body.push(net.prefix_len());
    let bytes = usize::from(net.prefix_len().div_ceil(8));
    match net.network() {
        IpAddr::V4(v4) => body.extend(&v4.octets()[..bytes]),
        IpAddr::V6(v6) => body.extend(&v6.octets()[..bytes]),
    }
    body.extend(u16::try_from(paths.len()).unwrap().to_be_bytes());
    for (peer, path) in paths {
        body.extend(peer.to_be_bytes());
        body.extend(SECONDS.to_be_bytes());
        if add_path {
            body.extend([0, 0, 0, 1]);
        }
        // ORIGIN, AS_PATH, NEXT_HOP.
        let mut attributes = vec![0x40, 1, 1, 0];
        attributes.extend(as_path(2, path, true));
        attributes.extend([0x40, 3, 4, 192, 0, 2, 1]);
        body.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
        body.extend(attributes);
    }
    let subtype = if net.network().is_ipv4() { 2 } else { 4 } + if add_path { 6 } else { 0 };
    record(13, subtype, &body)
}

fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut import = Import::new(Kind::Mrt, about());
    import.read("rib", &mut &*bytes)?;
    import.finish()
}

fn origins(imported: &Imported) -> BTreeMap<(IpAddr, IpAddr), u32> {
    let rows = imported.draft.epochs.iter().flat_map(|epoch| &epoch.rows);
    rows.map(|row| ((row.range.first(), row.range.last()), row.asn)).collect()
}

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn sequence(networks: &[u32]) -> Path {
    vec![(2, networks.to_vec())]
}

#[test]
fn the_origin_that_most_peers_saw_is_taken() {
    let mut dump = peers(3);
    assert_eq!(recognise(&dump, "rib"), Some(Kind::Mrt));
    let a = sequence(&[64496, 64500]);
    let b = sequence(&[64497, 64501]);
    dump.extend(entry(
        net("192.0.2.0/24"),
        &[(0, a.clone()), (1, b.clone()), (2, b.clone())],
        false,
    ));
    let set = vec![(2, vec![64496]), (1, vec![64500, 64501])];
    dump.extend(entry(net("198.51.100.0/24"), &[(0, set), (1, a.clone())], false));
    let set_of_one = vec![(2, vec![64496]), (1, vec![4_200_000_000])];
    dump.extend(entry(net("2001:db8::/32"), &[(0, set_of_one)], false));
    dump.extend(entry(net("0.0.0.0/0"), &[(0, a.clone())], false));
    // Several paths of one peer are one vote.
    dump.extend(entry(net("203.0.113.0/24"), &[(0, a.clone()), (0, a), (1, b)], true));
    dump.extend(record(16, 4, &[0; 20]));
    let done = read(&dump).unwrap();
    assert_eq!(done.date.to_string(), "2026-01-05");
    let of = |net: &str| {
        let net = self::net(net);
        origins(&done).get(&(net.network(), net.broadcast())).copied()
    };
    assert_eq!(of("192.0.2.0/24"), Some(64501));
    assert_eq!(of("198.51.100.0/24"), Some(64500), "a set of two names no origin");
    assert_eq!(of("2001:db8::/32"), Some(4_200_000_000));
    assert_eq!(of("203.0.113.0/24"), Some(64500), "of as many, the lower number");
    assert_eq!(of("0.0.0.0/0"), None, "a default route announces nothing");
    assert_eq!((done.account.records, done.account.passed.values().sum::<u64>()), (4, 2));
}

#[test]
fn several_dumps_are_counted_together() {
    let (a, b) = (sequence(&[64500]), sequence(&[64501]));
    let one = [peers(2), entry(net("192.0.2.0/24"), &[(0, a)], false)].concat();
    let two = [peers(2), entry(net("192.0.2.0/24"), &[(0, b.clone()), (1, b)], false)].concat();
    let mut import = Import::new(Kind::Mrt, about());
    import.read("one", &mut one.as_slice()).unwrap();
    import.read("two", &mut two.as_slice()).unwrap();
    let done = import.finish().unwrap();
    assert_eq!(origins(&done).into_values().collect::<Vec<_>>(), [64501]);
}

#[test]
fn the_older_form_has_a_record_a_peer_and_short_numbers() {
    let old = |path: &Path, wide: Option<&Path>| {
        let mut body = vec![0, 0, 0, 1, 192, 0, 2, 0, 24, 1];
        body.extend(SECONDS.to_be_bytes());
        body.extend([192, 0, 2, 9, 0xfb, 0xf0]);
        let mut attributes = as_path(2, path, false);
        if let Some(wide) = wide {
            attributes.extend(as_path(17, wide, true));
        }
        body.extend(u16::try_from(attributes.len()).unwrap().to_be_bytes());
        body.extend(attributes);
        record(12, 1, &body)
    };
    let long = sequence(&[64496, 4_200_000_000]);
    let dump = [
        old(&sequence(&[64496, 64500]), None),
        old(&sequence(&[64496, 23456]), Some(&long)),
        old(&sequence(&[64497, 23456]), Some(&long)),
    ]
    .concat();
    let done = read(&dump).unwrap();
    assert_eq!(origins(&done).into_values().collect::<Vec<_>>(), [4_200_000_000]);
    assert_eq!(done.account.records, 1);
}

#[test]
fn what_is_broken_is_counted_and_the_rest_is_read() {
    let good = entry(net("192.0.2.0/24"), &[(0, sequence(&[64500]))], false);
    let mut cut = entry(net("198.51.100.0/24"), &[(0, sequence(&[64501]))], false);
    let last = cut.len() - 1;
    // The record is shorter than its entries say.
    cut.truncate(last);
    cut[8..12].copy_from_slice(&u32::try_from(last - 12).unwrap().to_be_bytes());
    let dump = [peers(1), cut, good.clone(), good[..30].to_vec()].concat();
    let done = read(&dump).unwrap();
    assert_eq!((done.account.records, done.account.rejected()), (1, 2));
    let why: Vec<_> = done.account.samples.iter().map(|s| (s.line, s.why.as_str())).collect();
    assert_eq!(why[0].0, 2);
    assert_eq!(why[1].1, "the file ends within a record");
    assert!(read(b"not a dump at all, not at all").is_err());
}

#[test]
fn a_record_over_the_limit_is_passed_and_the_next_one_is_read() {
    let long = vec![0; MRT_RECORD_BYTES_LIMIT + 1];
    let good = entry(net("192.0.2.0/24"), &[(0, sequence(&[64500]))], false);
    let done = read(&[peers(1), record(13, 2, &long), good].concat()).unwrap();
    assert_eq!((done.account.records, done.account.rejected()), (1, 1));
    assert_eq!(done.account.samples[0].line, 2);
}

/// The origins by the independent reader: for each prefix the votes of its peers.
fn by_the_other(dump: &[u8]) -> BTreeMap<(IpAddr, IpAddr), u32> {
    let mut votes: BTreeMap<(IpAddr, IpAddr), BTreeMap<u32, u32>> = BTreeMap::new();
    for record in BgpkitParser::from_reader(dump).into_record_iter() {
        let MrtMessage::TableDumpV2Message(TableDumpV2Message::RibAfi(entries)) = record.message
        else {
            continue;
        };
        let net = entries.prefix.prefix;
        for entry in entries.rib_entries {
            if let Some(origin) = entry.attributes.as_path().and_then(|path| path.get_origin_opt())
            {
                let of_net = votes.entry((net.network(), net.broadcast())).or_default();
                *of_net.entry(origin.into()).or_default() += 1;
            }
        }
    }
    let most = |votes: BTreeMap<u32, u32>| {
        votes.into_iter().max_by_key(|&(asn, votes)| (votes, std::cmp::Reverse(asn))).unwrap().0
    };
    votes.into_iter().map(|(net, votes)| (net, most(votes))).collect()
}

fn any_net() -> impl Strategy<Value = IpNet> {
    let v4 = (any::<u32>(), 1_u8..=32).prop_map(|(bits, length)| {
        IpNet::new(Ipv4Addr::from_bits(bits).into(), length).unwrap().trunc()
    });
    let v6 = (any::<u128>(), 1_u8..=128).prop_map(|(bits, length)| {
        IpNet::new(Ipv6Addr::from_bits(bits).into(), length).unwrap().trunc()
    });
    prop_oneof![v4, v6]
}

fn any_path() -> impl Strategy<Value = Path> {
    let network = prop_oneof![1_u32..20, Just(23456), Just(4_200_000_000)];
    let segment = (1_u8..=2, proptest::collection::vec(network.clone(), 1..4));
    let confederation = proptest::option::of(proptest::collection::vec(network, 1..3));
    (confederation, proptest::collection::vec(segment, 0..3)).prop_map(|(inner, mut path)| {
        if let Some(inner) = inner
            && !path.is_empty()
        {
            path.insert(0, (3, inner));
        }
        path
    })
}

proptest! {
    #[test]
    fn agrees_with_an_independent_reader(
        prefixes in proptest::collection::btree_map(
            any_net(),
            proptest::collection::vec(any_path(), 1..6),
            1..12,
        ),
    ) {
        let mut dump = peers(8);
        for (net, paths) in &prefixes {
            let paths: Vec<(u16, Path)> = (0..).zip(paths.iter().cloned()).collect();
            dump.extend(entry(*net, &paths, false));
        }
        let ours = read(&dump).map(|done| origins(&done)).unwrap_or_default();
        prop_assert_eq!(ours, by_the_other(&dump));
    }
}

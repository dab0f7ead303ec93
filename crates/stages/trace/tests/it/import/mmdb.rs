//! MaxMind DB files: made by a plain writer after the format's description, in the shapes of
//! several vendors.

use bakas_model::{Country, NetworkKind};
use bakas_trace::import::{About, ImportError, Imported, Kind, recognise};
use ipnet::IpNet;

use super::{about, import_as};

/// A value of the data section.
pub(super) enum Value<'a> {
    Text(&'a str),
    Short(u16),
    Number(u32),
    Long(u64),
    Truth(bool),
    List(Vec<Self>),
    Map(Vec<(&'a str, Self)>),
}

use Value::{List, Long, Map, Number, Short, Text, Truth};

fn encode(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Text(text) => {
            let bytes = text.as_bytes();
            match u8::try_from(bytes.len()).unwrap() {
                length @ 0..=28 => out.push(2 << 5 | length),
                length => out.extend([2 << 5 | 29, length - 29]),
            }
            out.extend(bytes);
        }
        Number(number) => {
            out.push(6 << 5 | 4);
            out.extend(number.to_be_bytes());
        }
        Short(number) => {
            out.push(5 << 5 | 2);
            out.extend(number.to_be_bytes());
        }
        Long(number) => {
            out.extend([8, 9 - 7]);
            out.extend(number.to_be_bytes());
        }
        Truth(truth) => out.extend([u8::from(*truth), 14 - 7]),
        List(values) => {
            out.extend([u8::try_from(values.len()).unwrap(), 11 - 7]);
            values.iter().for_each(|value| encode(value, out));
        }
        Map(pairs) => {
            out.push(7 << 5 | u8::try_from(pairs.len()).unwrap());
            for (key, value) in pairs {
                encode(&Text(key), out);
                encode(value, out);
            }
        }
    }
}

/// A database of IPv6 with IPv4 below `::/96`, as vendors make them.
pub(super) fn database(kind: &str, records: &[(&str, Value<'_>)]) -> Vec<u8> {
    const EMPTY: usize = usize::MAX;
    let mut data: Vec<u8> = Vec::new();
    let mut known = std::collections::HashMap::new();
    let mut nodes: Vec<[(usize, bool); 2]> = vec![[(EMPTY, false); 2]];
    for (net, value) in records {
        let net: IpNet = net.parse().unwrap();
        let (bits, length) = match net {
            IpNet::V4(v4) => (u128::from(v4.network().to_bits()), v4.prefix_len() + 96),
            IpNet::V6(v6) => (v6.network().to_bits(), v6.prefix_len()),
        };
        // The same record is written once.
        let mut record = Vec::new();
        encode(value, &mut record);
        let mut at = 0;
        let offset = *known.entry(record).or_insert_with_key(|record| {
            data.extend(record);
            data.len() - record.len()
        });
        for depth in 0..length {
            let bit = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == length {
                nodes[at][bit] = (offset, true);
            } else {
                if nodes[at][bit].0 == EMPTY {
                    nodes.push([(EMPTY, false); 2]);
                    nodes[at][bit] = (nodes.len() - 1, false);
                }
                at = nodes[at][bit].0;
            }
        }
    }
    let mut file = Vec::new();
    for record in nodes.iter().flatten() {
        let number = match record {
            (EMPTY, _) => nodes.len(),
            (node, false) => *node,
            (offset, true) => nodes.len() + 16 + offset,
        };
        file.extend(&u32::try_from(number).unwrap().to_be_bytes()[1..]);
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    let meta = Map(vec![
        ("binary_format_major_version", Short(2)),
        ("binary_format_minor_version", Short(0)),
        ("build_epoch", Long(1_767_571_200)),
        ("database_type", Text(kind)),
        ("description", Map(vec![("en", Text("made up"))])),
        ("ip_version", Short(6)),
        ("languages", List(vec![Text("en")])),
        ("node_count", Number(u32::try_from(nodes.len()).unwrap())),
        ("record_size", Short(24)),
    ]);
    encode(&meta, &mut file);
    file
}

fn read(bytes: &[u8]) -> Imported {
    assert_eq!(recognise(bytes, "x"), Some(Kind::Mmdb));
    import_as(Kind::Mmdb, about(), bytes).unwrap()
}

fn country(letters: &str) -> Option<Country> {
    Country::new(letters)
}

#[test]
fn origins_are_read_and_neighbours_joined() {
    let net = || {
        Map(vec![
            ("autonomous_system_number", Number(64500)),
            ("autonomous_system_organization", Text("Example Telecom")),
        ])
    };
    let done = read(&database(
        "Example-ASN",
        &[
            ("192.0.2.0/25", net()),
            ("192.0.2.128/25", net()),
            ("2001:db8::/32", Map(vec![("asn", Text("AS64501")), ("as_name", Text("NET-B"))])),
            ("198.51.100.0/24", Map(vec![("autonomous_system_number", Number(0))])),
        ],
    ));
    assert_eq!(done.date.to_string(), "2026-01-05");
    let rows: Vec<_> = done.draft.epochs[0]
        .rows
        .iter()
        .map(|row| (row.range.first().to_string(), row.range.last().to_string(), row.asn))
        .collect();
    assert_eq!(
        rows,
        [
            ("192.0.2.0".into(), "192.0.2.255".into(), 64500),
            ("2001:db8::".into(), "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".into(), 64501),
        ]
    );
    assert_eq!(done.draft.epochs[0].rows[0].operator, "Example Telecom");
}

#[test]
fn a_place_and_a_registration_are_two_things() {
    let code = |letters| Map(vec![("iso_code", Text(letters))]);
    let names = |name| Map(vec![("names", Map(vec![("de", Text("Anders")), ("en", Text(name))]))]);
    let place = || {
        Map(vec![
            ("country", code("PH")),
            ("registered_country", code("JP")),
            ("subdivisions", List(vec![names("Metro Manila"), names("Second")])),
            ("city", names("Manila")),
        ])
    };
    let done = read(&database("Example-City", &[("192.0.2.0/24", place())]));
    assert_eq!(done.draft.countries[0].1, country("JP").unwrap());
    let (_, found) = &done.draft.places[0];
    assert_eq!(
        (found.country, found.region.as_str(), found.city.as_str()),
        (country("PH"), "Metro Manila", "Manila")
    );
    // A flat country is a place, unless the database or somebody says that it is a registration.
    let flat = || Map(vec![("country_code", Text("PH"))]);
    let bytes = database("Example-Country", &[("192.0.2.0/24", flat())]);
    assert_eq!(read(&bytes).draft.places.len(), 1);
    let said = About { registration: true, ..about() };
    let done = import_as(Kind::Mmdb, said, &bytes).unwrap();
    assert_eq!((done.draft.places.len(), done.draft.countries.len()), (0, 1));
    assert_eq!(
        read(&database("asn-country", &[("192.0.2.0/24", flat())])).draft.countries.len(),
        1
    );
}

#[test]
fn what_is_said_of_relays_becomes_lists() {
    let done = read(&database(
        "Example-Anonymous",
        &[
            (
                "192.0.2.7/32",
                Map(vec![("is_anonymous", Truth(true)), ("is_tor_exit_node", Truth(true))]),
            ),
            ("192.0.2.8/32", Map(vec![("traits", Map(vec![("is_anonymous_vpn", Truth(true))]))])),
            (
                "192.0.2.9/32",
                Map(vec![("is_hosting_provider", Truth(false)), ("is_public_proxy", Truth(true))]),
            ),
        ],
    ));
    let lists: Vec<_> = done
        .draft
        .lists
        .iter()
        .map(|l| (l.name.as_str(), l.kind, l.networks[0].to_string()))
        .collect();
    assert_eq!(
        lists,
        [
            ("sample:tor", Some(NetworkKind::Tor), "192.0.2.7/32".to_owned()),
            ("sample:vpn", Some(NetworkKind::Vpn), "192.0.2.8/32".to_owned()),
            ("sample:proxy", None, "192.0.2.9/32".to_owned()),
        ]
    );
    assert!(done.draft.lists.iter().all(|list| list.from == Some(done.date)));
}

#[test]
fn a_tree_that_leads_in_circles_is_refused_in_good_time() {
    let mut bytes =
        database("Example-ASN", &[("2001:db8::/32", Map(vec![("asn", Number(64500))]))]);
    // Both ways out of every node lead to the next one: 2^n ways to the end.
    let nodes = 32;
    for node in 0..nodes - 1 {
        for side in 0..2 {
            let at = node * 6 + side * 3;
            bytes[at..at + 3].copy_from_slice(&u32::to_be_bytes(node as u32 + 1)[1..]);
        }
    }
    let began = std::time::Instant::now();
    let error = import_as(Kind::Mmdb, about(), &bytes).unwrap_err();
    assert!(
        matches!(&error, ImportError::Malformed { why, .. } if why.contains("leaves")),
        "{error}"
    );
    assert!(began.elapsed().as_secs() < 5);
}

#[test]
fn a_database_without_anything_of_use_is_told() {
    let bytes = database("Example-Weather", &[("192.0.2.0/24", Map(vec![("sky", Text("blue"))]))]);
    assert!(matches!(import_as(Kind::Mmdb, about(), &bytes), Err(ImportError::Nothing { .. })));
    let error = import_as(Kind::Mmdb, about(), &bytes[..bytes.len() / 2]).unwrap_err();
    assert!(error.to_string().contains("metadata"), "{error}");
}

//! The bytes of an address table: a damaged one is refused by name, one that opens can be asked
//! everything, and neither is ever a crash. The input is bytes as they are, and once more changes to a
//! sound table (where, and what), with a checksum that fits them.
#![no_main]

use std::{net::IpAddr, sync::LazyLock};

use bakas_model::{Asn, Country, DataSet, Day, NetworkKind, network};
use bakas_trace::{
    ContactDraft, ContactOf, Draft, EpochDraft, ListDraft, OrganisationDraft, OriginRow, Range,
    RouteOrigin, StateDraft, Table,
};

/// A small table with something in every part.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| draft().encode().expect("a sound draft"));

fn draft() -> Draft {
    let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
    let range = |first, last| Range::new(ip(first), ip(last)).expect("in order");
    let (wide, narrow) = (range("2400::", "2400:ffff::"), range("2400:1::8", "2400:1::ff"));
    let v4 = range("8.8.8.0", "8.8.9.77");
    let row = |range, asn| OriginRow { range, asn, operator: format!("Operator {asn}") };
    let epoch = |day, asn| EpochDraft {
        day: Day(day),
        data_set: "all".into(),
        rows: vec![row(wide, asn), row(narrow, 64497), row(v4, 64498)],
    };
    let country = Country::new("PH").expect("two letters");
    let contact = network::Contact {
        role: network::ContactRole::Noc,
        name: "Desk".into(),
        address: "mailto:noc@example.net".into(),
        data_set: String::new(),
        date: Day(20_000),
    };
    let of = [
        ContactOf::Range(wide),
        ContactOf::Range(narrow),
        ContactOf::Asn(64497),
        ContactOf::Country(country),
    ];
    let place =
        network::Place { country: Some(country), city: "Cebu".into(), ..Default::default() };
    let registrant = network::Registrant { registry: "rir".into(), ..Default::default() };
    let all = || "all".to_owned();
    Draft {
        epochs: vec![epoch(20_000, 64496), epoch(20_100, 64499)],
        countries: vec![(wide, country), (v4, country)],
        country_data_set: all(),
        places: vec![(narrow, place)],
        place_data_set: all(),
        registrants: vec![(wide, registrant)],
        registrant_data_set: all(),
        route_origins: vec![
            RouteOrigin { net: "2400::/12".parse().expect("a block"), asn: 64496, max_length: 48 },
            RouteOrigin { net: "2400:1::/32".parse().expect("a block"), asn: 0, max_length: 128 },
        ],
        route_origin_data_set: all(),
        organisations: vec![OrganisationDraft {
            asn: 64496,
            organisation: "One".into(),
            ..Default::default()
        }],
        organisation_data_set: all(),
        contacts: of.map(|of| ContactDraft { of, contact: contact.clone() }).to_vec(),
        contact_data_set: all(),
        lists: vec![ListDraft {
            name: "exits".into(),
            kind: Some(NetworkKind::Tor),
            data_set: all(),
            networks: vec!["2400:1::9/128".parse().expect("a block")],
            asns: vec![64498],
            from: Some(Day(20_000)),
            until: None,
        }],
        states: vec![StateDraft {
            asn: 64496,
            state: network::StateOwned::new(country, true, None),
        }],
        state_data_set: all(),
        data_sets: vec![DataSet { name: all(), ..DataSet::default() }],
    }
}

fn open(bytes: &[u8]) {
    match Table::from_bytes("fuzz", bytes) {
        Err(error) => {
            assert!(error.to_string().contains("fuzz"), "the error names the table: {error}");
        }
        Ok(table) => ask(&table),
    }
}

fn ask(table: &Table) {
    let time = Day(20_050).start();
    for address in ["8.8.8.8", "8.8.9.78", "0.0.0.0", "255.255.255.255", "2400:1::9", "ffff::"] {
        let address = address.parse().expect("an address");
        let said = table.said(address, time);
        for origin in said.origins() {
            if let Some(prefix) = origin.prefix() {
                assert!(prefix.contains(&address), "{prefix} holds {address}");
            }
            std::hint::black_box((origin.operator(), origin.of_operator()));
        }
        std::hint::black_box((table.locate(address, time), said.registration(), said.place()));
        std::hint::black_box((said.registrant(), said.route_origins().count()));
        std::hint::black_box((said.lists().count(), said.contacts().count()));
    }
    let said = table.said_of(Asn(64496));
    std::hint::black_box((said.name(time), said.state(), said.lists().count()));
    std::hint::black_box((said.organisations().count(), said.contacts().count()));
    std::hint::black_box((table.prefixes_of(Asn(64497), time), table.registrations().count()));
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    open(bytes);
    let mut changed = SOUND.clone();
    for change in bytes.chunks_exact(4) {
        let at = u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize;
        // The first 16 bytes are letters, version and checksum.
        let at = 16 + at % (changed.len() - 16);
        changed[at] = change[3];
    }
    let checksum = crc32fast::hash(&changed[16..]);
    changed[12..16].copy_from_slice(&checksum.to_le_bytes());
    open(&changed);
});

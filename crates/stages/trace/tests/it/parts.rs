//! The parts beside origins: what goes into a draft comes out of the table, each with its data set,
//! and ranges that overlap are resolved as a plain reading of all rows would.

use std::net::{IpAddr, Ipv4Addr};

use bakas_model::{
    Asn, Country, DataSet, Day, NetworkKind, Timestamp,
    network::{Contact, ContactRole, Place, Registrant},
};
use bakas_trace::{
    ContactDraft, ContactOf, Draft, EpochDraft, ListDraft, OrganisationDraft, OriginRow, Range,
    RouteOrigin, Table,
};
use ipnet::IpNet;
use proptest::prelude::*;

fn opened(mut draft: Draft) -> Table {
    let set = |name: &str| DataSet { name: name.to_owned(), ..DataSet::default() };
    draft.data_sets =
        ["origins", "places", "registrants", "roas", "organisations", "contacts", "lists"]
            .map(set)
            .to_vec();
    draft.place_data_set = "places".to_owned();
    draft.registrant_data_set = "registrants".to_owned();
    draft.route_origin_data_set = "roas".to_owned();
    draft.organisation_data_set = "organisations".to_owned();
    draft.contact_data_set = "contacts".to_owned();
    Table::from_bytes("a test table", &draft.encode().expect("a sound draft")).expect("it opens")
}

fn range(first: &str, last: &str) -> Range {
    let ends = (first.parse().expect("an address"), last.parse().expect("an address"));
    Range::new(ends.0, ends.1).expect("in order")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn contact(address: &str) -> Contact {
    Contact {
        role: ContactRole::Abuse,
        name: "Desk".to_owned(),
        address: address.to_owned(),
        data_set: String::new(),
        date: Day(20_000),
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn a_table_without_origins_says_what_it_has_and_nothing_else() {
    let place =
        Place { country: Country::new("PH"), region: String::new(), city: "Cebu".to_owned() };
    let table =
        opened(Draft { places: vec![(range("8.8.8.0", "8.8.8.255"), place)], ..Draft::default() });
    let said = table.said(ip("8.8.8.8"), at("2026-01-01"));
    let place = said.place().unwrap();
    assert_eq!((place.country, place.region, place.city), (Country::new("PH"), "", "Cebu"));
    assert_eq!(place.data_set, "places");
    assert!(said.origin().is_none() && said.origins().next().is_none());
    assert!(said.registration().is_none() && said.registrant().is_none());
    assert!(table.said(ip("8.8.9.8"), at("2026-01-01")).place().is_none());
    assert!(table.said(ip("2400::1"), at("2026-01-01")).place().is_none());
    assert_eq!(table.locate(ip("8.8.8.8"), at("2026-01-01")).asn, None);
}

#[test]
fn a_registrant_comes_with_its_block_and_day() {
    let registrant = |holder: &str, date| Registrant {
        registry: "apnic".to_owned(),
        status: "allocated".to_owned(),
        date,
        holder: holder.to_owned(),
    };
    let table = opened(Draft {
        registrants: vec![
            (range("8.8.0.0", "8.8.255.255"), registrant("A1", Some(Day(4000)))),
            (range("8.8.8.0", "8.8.9.255"), registrant("B2", None)),
        ],
        ..Draft::default()
    });
    let said = |address| table.said(ip(address), at("2026-01-01")).registrant().unwrap();
    let outer = said("8.8.7.1");
    assert_eq!((outer.holder, outer.registry, outer.status), ("A1", "apnic", "allocated"));
    assert_eq!((outer.date, outer.net.to_string().as_str()), (Some(Day(4000)), "8.8.0.0/21"));
    let inner = said("8.8.9.1");
    assert_eq!((inner.holder, inner.date), ("B2", None));
    assert_eq!(inner.net.to_string(), "8.8.8.0/23");
}

#[test]
fn every_authorisation_that_covers_an_address_is_told() {
    let roa =
        |net: &str, asn, max_length| RouteOrigin { net: net.parse().unwrap(), asn, max_length };
    let table = opened(Draft {
        route_origins: vec![
            roa("8.8.0.0/16", 64496, 20),
            roa("8.8.8.0/24", 64497, 24),
            roa("8.8.8.0/24", 0, 32),
            roa("8.8.8.0/24", 64497, 24),
            roa("2400::/12", 64498, 48),
        ],
        ..Draft::default()
    });
    let told = |address| -> Vec<(String, u32, u8)> {
        let said = table.said(ip(address), at("2026-01-01"));
        said.route_origins().map(|of| (of.net.to_string(), of.asn.0, of.max_length)).collect()
    };
    let wide = ("8.8.0.0/16".to_owned(), 64496, 20);
    assert_eq!(told("8.8.7.1"), std::slice::from_ref(&wide));
    let all = told("8.8.8.1");
    assert_eq!(all.len(), 3, "the same one twice counts once: {all:?}");
    assert_eq!(all[0], wide, "the largest block comes first");
    assert!(all.contains(&("8.8.8.0/24".to_owned(), 0, 32)));
    assert_eq!(told("2400:1::"), [("2400::/12".to_owned(), 64498, 48)]);
    assert!(told("8.9.0.0").is_empty());
}

#[test]
fn contacts_are_found_by_address_operator_and_country() {
    let own = Contact { data_set: "origins".to_owned(), ..contact("mailto:whole@example.net") };
    let draft = |of, contact| ContactDraft { of, contact };
    let whole = ContactOf::Range(range("8.8.0.0", "8.8.255.255"));
    let part = ContactOf::Range(range("8.8.8.0", "8.8.8.99"));
    let ph = Country::new("PH").unwrap();
    let table = opened(Draft {
        contacts: vec![
            draft(ContactOf::Country(ph), contact("https://cert.example.org")),
            draft(ContactOf::Asn(64496), contact("tel:+1")),
            draft(whole, own),
            draft(part, contact("mailto:part@example.net")),
        ],
        ..Draft::default()
    });
    let said = table.said(ip("8.8.8.8"), at("2026-01-01"));
    let told: Vec<_> = said.contacts().map(|of| (of.of, of.address, of.data_set)).collect();
    let expected = [
        (part, "mailto:part@example.net", "contacts"),
        (whole, "mailto:whole@example.net", "origins"),
    ];
    assert_eq!(told, expected, "the smallest range first, each with its own data set");
    let of_operator: Vec<_> = table.said_of(Asn(64496)).contacts().collect();
    assert_eq!(
        (of_operator.len(), of_operator[0].address, of_operator[0].name),
        (1, "tel:+1", "Desk")
    );
    assert_eq!(table.said_of(Asn(64497)).contacts().count(), 0);
    let of_country: Vec<_> = table.contacts_of(ph).map(|of| of.address).collect();
    assert_eq!(of_country, ["https://cert.example.org"]);
    assert_eq!(table.contacts_of(Country::new("KE").unwrap()).count(), 0);
}

#[test]
fn an_operator_has_every_organisation_that_sources_give_it() {
    let organisation = |asn, name: &str, parent: Option<&str>| OrganisationDraft {
        asn,
        organisation: name.to_owned(),
        parent: parent.map(str::to_owned),
        country: Country::new("PH"),
        kind: Some(NetworkKind::Telco),
    };
    let table = opened(Draft {
        organisations: vec![
            organisation(64497, "Other", None),
            organisation(64496, "Telco", Some("Group")),
            organisation(64496, "Telco Mobile", None),
        ],
        ..Draft::default()
    });
    let told: Vec<_> = table.said_of(Asn(64496)).organisations().collect();
    let names: Vec<_> = told.iter().map(|of| (of.organisation, of.parent)).collect();
    assert_eq!(names, [("Telco", Some("Group")), ("Telco Mobile", None)]);
    assert_eq!((told[0].country, told[0].kind), (Country::new("PH"), Some(NetworkKind::Telco)));
    assert_eq!(told[0].data_set, "organisations");
}

#[test]
fn a_dated_list_tells_the_kind_only_for_its_days_and_is_named_always() {
    let table = opened(Draft {
        lists: vec![ListDraft {
            name: "exits".to_owned(),
            kind: Some(NetworkKind::Tor),
            data_set: "lists".to_owned(),
            networks: vec!["8.8.8.8/32".parse().unwrap()],
            asns: vec![64499],
            from: Some(at("2026-01-01").day()),
            until: Some(at("2026-01-31").day()),
        }],
        ..Draft::default()
    });
    let check = |time, kind| {
        assert_eq!(table.locate(ip("8.8.8.8"), at(time)).kind, kind, "{time}");
        let said = table.said(ip("8.8.8.8"), at(time));
        let list = said.lists().next().unwrap();
        assert_eq!((list.name, list.from), ("exits", Some(at("2026-01-01").day())));
    };
    check("2025-12-31T23:59:59Z", NetworkKind::Unknown);
    check("2026-01-01", NetworkKind::Tor);
    check("2026-01-31T23:59:59Z", NetworkKind::Tor);
    check("2026-02-01", NetworkKind::Unknown);
    assert_eq!(
        table.said_of(Asn(64499)).lists().count(),
        1,
        "an operator of no epoch is known too"
    );
    assert_eq!(table.said(ip("8.8.8.9"), at("2026-01-01")).lists().count(), 0);
}

#[test]
fn ranges_come_out_as_they_went_in() {
    let row =
        |first, last, asn| OriginRow { range: range(first, last), asn, operator: String::new() };
    let ph = Country::new("PH").unwrap();
    let rows = [
        ("0.0.0.0", "0.0.0.255", 64496),
        ("8.8.8.8", "8.8.9.255", 64497),
        ("255.255.255.255", "255.255.255.255", 64498),
        ("2400::1", "2400:0:0:1::", 64499),
    ];
    let mut draft = Draft {
        epochs: vec![EpochDraft {
            day: Day(20_000),
            data_set: "origins".to_owned(),
            rows: rows.map(|(first, last, asn)| row(first, last, asn)).to_vec(),
        }],
        ..Draft::default()
    };
    // A country that changes within an announcement does not cut it.
    draft.countries = vec![(range("8.8.8.0", "8.8.8.99"), ph)];
    draft.country_data_set = "origins".to_owned();
    let table = opened(draft);
    let told: Vec<_> = table.origins(0).collect();
    assert_eq!(told, rows.map(|(first, last, asn)| (range(first, last), Asn(asn))));
    assert_eq!(table.origins(1).count(), 0, "there is no second epoch");
    assert_eq!(table.registrations().collect::<Vec<_>>(), [(range("8.8.8.0", "8.8.8.99"), ph)]);
    assert_eq!(
        table.prefixes_of(Asn(64498), at("2026-01-01")),
        ["255.255.255.255/32".parse::<IpNet>().unwrap()]
    );
}

/// A table that a mapped file would hold: many tables are open at once and asked from many threads.
#[test]
fn an_owner_of_bytes_is_kept_and_shared() {
    struct Owner(Vec<u8>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    let draft = Draft {
        places: vec![(
            range("8.8.8.0", "8.8.8.255"),
            Place { city: "Cebu".to_owned(), ..Place::default() },
        )],
        place_data_set: "p".to_owned(),
        data_sets: vec![DataSet { name: "p".to_owned(), ..DataSet::default() }],
        ..Draft::default()
    };
    let table = Table::from_owner("mapped", Owner(draft.encode().unwrap())).unwrap();
    let city = std::thread::scope(|scope| {
        let ask =
            || table.said(ip("8.8.8.8"), Timestamp::default()).place().unwrap().city.to_owned();
        scope.spawn(ask).join().unwrap()
    });
    assert_eq!(city, "Cebu");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Places, authorisations and contacts on ranges that overlap, against reading all rows.
    #[test]
    fn overlapping_ranges_are_resolved_as_by_reading_all_rows(
        rows in prop::collection::vec((0_u32..600, 0_u32..80, 0_u32..5), 0..24),
        nets in prop::collection::vec((0_u32..600, 22_u8..=32, 0_u32..3), 0..12),
        probes in prop::collection::vec(0_u32..700, 20),
    ) {
        const BASE: u32 = 0x0808_0700;
        let ip = |n: u32| IpAddr::V4(Ipv4Addr::from_bits(BASE + n));
        let ranges: Vec<_> = rows.iter().map(|&(first, size, value)| (first, first + size, value)).collect();
        let net = |n: u32, length| IpNet::new(ip(n), length).unwrap().trunc();
        let mut draft = Draft::default();
        for &(first, last, value) in &ranges {
            let range = Range::new(ip(first), ip(last)).unwrap();
            let city = value.to_string();
            draft.places.push((range, Place { city: city.clone(), ..Place::default() }));
            draft.contacts.push(ContactDraft { of: ContactOf::Range(range), contact: contact(&city) });
        }
        for &(n, length, asn) in &nets {
            draft.route_origins.push(RouteOrigin { net: net(n, length), asn, max_length: length });
        }
        let table = opened(draft);
        for n in probes {
            let said = table.said(ip(n), Timestamp::default());
            let holding = ranges.iter().filter(|&&(first, last, _)| first <= n && n <= last);
            // Of the very same range the first in order.
            let best = holding.clone().min_by_key(|&&(first, last, value)| (last - first, std::cmp::Reverse(first), value));
            prop_assert_eq!(said.place().map(|place| place.city.to_owned()), best.map(|row| row.2.to_string()));
            let mut expected: Vec<_> = holding.map(|&(first, last, value)| (ip(first), ip(last), value.to_string())).collect();
            let mut told: Vec<_> = said.contacts().map(|of| match of.of {
                ContactOf::Range(range) => (range.first(), range.last(), of.address.to_owned()),
                _ => unreachable!("these contacts are for ranges"),
            }).collect();
            expected.sort();
            expected.dedup();
            told.sort();
            prop_assert_eq!(told, expected);
            let mut expected: Vec<_> = nets.iter().map(|&(n, length, asn)| (net(n, length), asn)).filter(|(net, _)| net.contains(&ip(n))).collect();
            let mut told: Vec<_> = said.route_origins().map(|of| (of.net, of.asn.0)).collect();
            expected.sort();
            expected.dedup();
            told.sort();
            prop_assert_eq!(told, expected);
        }
    }
}

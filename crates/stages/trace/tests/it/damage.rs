//! A damaged table is refused by name, wherever the damage is, and never makes the program fall.

use bakas_model::{
    Country, DataSet, Day, NetworkKind,
    network::{Contact, ContactRole, Place, Registrant, StateOwned},
};
use bakas_trace::{
    ContactDraft, ContactOf, Draft, EpochDraft, FORMAT_VERSION, ListDraft, OrganisationDraft,
    OriginRow, Range, RouteOrigin, StateDraft, Table, TableError,
};
use proptest::prelude::*;

/// Where the directory begins, and how long an entry is: tag, widths, offset, count.
const DIRECTORY: usize = 28;
const ENTRY: usize = 32;

fn range(first: &str, last: &str) -> Range {
    let ends = (first.parse().expect("an address"), last.parse().expect("an address"));
    Range::new(ends.0, ends.1).expect("in order")
}

/// A small table of IPv6 alone, whose every byte can be tried.
fn small() -> Draft {
    let row = |first, last, asn, operator: &str| OriginRow {
        range: range(first, last),
        asn,
        operator: operator.to_owned(),
    };
    Draft {
        epochs: vec![EpochDraft {
            day: Day(20_000),
            data_set: "all".to_owned(),
            rows: vec![
                row("2400::", "2400:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 64496, "One"),
                row("2400:1::8", "2400:1::9", 64497, "Two"),
            ],
        }],
        data_sets: vec![DataSet { name: "all".to_owned(), ..DataSet::default() }],
        ..Draft::default()
    }
}

/// A table with something in every part.
fn whole() -> Draft {
    let mut draft = small();
    let v4 = range("8.8.8.0", "8.8.8.77");
    let rows = &mut draft.epochs[0].rows;
    rows.push(OriginRow { range: v4, asn: 64498, operator: "Three".to_owned() });
    let mut later = draft.epochs[0].clone();
    later.day = Day(20_100);
    later.rows[0].asn = 64499;
    draft.epochs.push(later);
    let v6 = range("2400:1::", "2400:1::ffff");
    draft.countries = vec![(v4, Country::new("PH").expect("two letters"))];
    draft.country_data_set = "all".to_owned();
    draft.places = vec![(v4, Place { city: "Here".to_owned(), ..Place::default() })];
    draft.place_data_set = "all".to_owned();
    draft.registrants =
        vec![(v6, Registrant { registry: "rir".to_owned(), ..Registrant::default() })];
    draft.registrant_data_set = "all".to_owned();
    let net = "8.8.8.0/24".parse().expect("a block");
    draft.route_origins = vec![RouteOrigin { net, asn: 64498, max_length: 24 }];
    draft.route_origin_data_set = "all".to_owned();
    let organisation = "An organisation".to_owned();
    draft.organisations =
        vec![OrganisationDraft { asn: 64498, organisation, ..OrganisationDraft::default() }];
    draft.organisation_data_set = "all".to_owned();
    let contact = Contact {
        role: ContactRole::Abuse,
        name: String::new(),
        address: "mailto:abuse@example.net".to_owned(),
        data_set: "all".to_owned(),
        date: Day(20_000),
    };
    let of =
        [ContactOf::Range(v6), ContactOf::Asn(64498), ContactOf::Country(draft.countries[0].1)];
    draft.contacts = of.map(|of| ContactDraft { of, contact: contact.clone() }).to_vec();
    draft.lists = vec![ListDraft {
        name: "exits".to_owned(),
        kind: Some(NetworkKind::Tor),
        data_set: "all".to_owned(),
        networks: vec![net],
        asns: vec![64496],
        from: Some(Day(20_000)),
        until: Some(Day(20_001)),
    }];
    let state = StateOwned::new(draft.countries[0].1, true, None);
    draft.states = vec![StateDraft { asn: 64496, state }];
    draft.state_data_set = "all".to_owned();
    draft
}

fn bytes(draft: &Draft) -> Vec<u8> {
    draft.encode().expect("a sound draft")
}

fn refusal(bytes: &[u8]) -> TableError {
    Table::from_bytes("table.bin", bytes).expect_err("a damaged table is refused")
}

/// Bytes with a checksum that fits them.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = crc32fast::hash(&bytes[16..]);
    bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Where in the directory a section stands, and where its rows begin.
fn section(bytes: &[u8], tag: &[u8; 4]) -> (usize, usize) {
    let entries = bytes[DIRECTORY..].chunks_exact(ENTRY);
    let at = entries.take(64).position(|entry| entry.starts_with(tag)).expect("such a section");
    let entry = DIRECTORY + at * ENTRY;
    let rows = u64::from_le_bytes(bytes[entry + 16..entry + 24].try_into().expect("eight bytes"));
    (entry, rows as usize)
}

/// Asks everything that can be asked.
fn ask(table: &Table) {
    let time = Day(20_000).start();
    for address in ["8.8.8.8", "8.8.9.0", "2400:1::8", "0.0.0.0", "255.255.255.255", "ffff::"] {
        let address = address.parse().expect("an address");
        std::hint::black_box(format!("{:?}", table.locate(address, time)));
        let said = table.said(address, time);
        for origin in said.origins() {
            std::hint::black_box((
                origin.prefix(),
                origin.operator().map(str::len),
                origin.of_operator(),
            ));
        }
        std::hint::black_box((
            said.registration(),
            said.place(),
            said.registrant(),
            said.set_apart(),
        ));
        std::hint::black_box((
            said.route_origins().count(),
            said.lists().count(),
            said.contacts().count(),
        ));
    }
    for asn in [64496, 64498] {
        let said = table.said_of(bakas_model::Asn(asn));
        std::hint::black_box((
            said.name(time),
            said.state(),
            said.lists().count(),
            said.contacts().count(),
        ));
        std::hint::black_box((
            said.organisations().count(),
            table.prefixes_of(bakas_model::Asn(asn), time),
        ));
    }
    let country = Country::new("PH").expect("two letters");
    std::hint::black_box((table.contacts_of(country).count(), table.registrations().count()));
    std::hint::black_box(table.origins(1).count());
}

#[test]
fn a_sound_table_opens_and_answers() {
    for draft in [small(), whole(), Draft::default()] {
        ask(&Table::from_bytes("table.bin", &bytes(&draft)).expect("a sound table"));
    }
}

#[test]
fn a_truncated_table_is_refused_at_every_length() {
    let bytes = bytes(&small());
    for length in 0..bytes.len() {
        let error = refusal(&bytes[..length]);
        assert!(error.to_string().starts_with("table.bin "), "{error}");
        if length >= DIRECTORY {
            assert!(matches!(error, TableError::Length { .. }), "{length}: {error}");
        }
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(refusal(&longer), TableError::Length { .. }));
}

#[test]
fn a_flipped_bit_is_refused_wherever_it_is() {
    let check = |bytes: &[u8], step: usize| {
        for at in (0..bytes.len()).step_by(step) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 1 << (at % 8);
            let error = refusal(&damaged);
            assert!(error.to_string().starts_with("table.bin "), "{at}: {error}");
        }
    };
    check(&bytes(&small()), 1);
    check(&bytes(&whole()), 9973);
}

#[test]
fn another_version_is_refused_with_both_numbers() {
    for found in [1_u8, 3] {
        let mut bytes = bytes(&small());
        bytes[8] = found;
        let error = refusal(&sealed(bytes));
        let table = "table.bin".to_owned();
        assert_eq!(
            error,
            TableError::Version { table, found: found.into(), known: FORMAT_VERSION }
        );
        let said =
            format!("table.bin has format version {found}, and this program reads version 2");
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn what_is_no_table_at_all_is_told_so() {
    for bytes in [&b""[..], b"PK\x03\x04", &[0; 4096]] {
        assert!(matches!(refusal(bytes), TableError::NotATable { .. }));
    }
}

#[test]
fn a_section_that_is_wrong_is_named() {
    let check = |tag: &[u8; 4], change: &dyn Fn(&mut [u8], usize, usize), why: &str| {
        let mut bytes = bytes(&whole());
        let (entry, rows) = section(&bytes, tag);
        change(&mut bytes, entry, rows);
        let error = refusal(&sealed(bytes)).to_string();
        assert!(error.starts_with("table.bin is damaged: section "), "{error}");
        assert!(error.contains(why), "{error} names {why}");
    };
    check(b"META", &|bytes, _, rows| bytes[rows] = b'x', "section META: ");
    check(b"OPER", &|bytes, entry, _| bytes[entry] = b'X', "reference to nothing");
    check(
        b"OPER",
        &|bytes, entry, _| bytes[entry..entry + 4].copy_from_slice(b"HIST"),
        "HIST is there twice",
    );
    check(b"OPER", &|bytes, entry, _| bytes[entry + 23] = 1, "section OPER lies outside");
    check(
        b"OPER",
        &|bytes, entry, _| bytes[entry + 4] = 9,
        "section OPER has fields that cannot be",
    );
    check(
        b"M6CU",
        &|bytes, entry, _| bytes[entry + 5] = 3,
        "section M6CU: fields of another width",
    );
    check(b"M6CU", &|bytes, _, rows| bytes[rows] = 1, "section M6CU: cuts out of order");
    check(b"M4CU", &|bytes, _, rows| bytes[rows] = 1, "section M4CU: cuts out of order");
    check(b"M4IX", &|bytes, _, rows| bytes[rows + 400] = 9, "section M4CU: cuts out of order");
    check(b"M6PA", &|bytes, _, rows| bytes[rows] = 1, "section M6PA: finer cuts out of order");
    check(b"M4VA", &|bytes, _, rows| bytes[rows] = 0xff, "section M4VA: reference to nothing");
    check(b"HIST", &|bytes, _, rows| bytes[rows] = 99, "section HIST: reference to nothing");
    check(b"KIND", &|bytes, _, rows| bytes[rows] = 99, "section KIND: kind 99 is unknown");
    check(b"TRAI", &|bytes, _, rows| bytes[rows + 1] = 99, "section TRAI: reference to nothing");
    check(b"AMEM", &|bytes, _, rows| bytes[rows] = 99, "section AMEM: reference to nothing");
    check(
        b"CONT",
        &|bytes, _, rows| bytes[rows + 2] = 99,
        "section TEXT: a record refers to no word",
    );
    check(b"TEXT", &|bytes, _, rows| bytes[rows + 7] = 1, "section TEXT: ");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// With a right checksum over wrong content the reader meets every kind of nonsense.
    #[test]
    fn nonsense_with_a_right_checksum_is_refused_or_can_be_asked(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = bytes(&whole());
        let count = usize::from(bytes[24]);
        for (which, at, byte) in &changes {
            // The directory, or what a section holds; the long index of IPv4 is one among many.
            let which = which.index(count + 1);
            let entry = DIRECTORY + which * ENTRY;
            let long = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
            let part = match which == count {
                true => DIRECTORY..DIRECTORY + count * ENTRY,
                false if long(entry + 16) < bytes.len() => {
                    long(entry + 16)..(long(entry + 16) + long(entry + 24).clamp(1, 4096)).min(bytes.len())
                }
                false => 0..bytes.len(),
            };
            let at = part.start + at.index(part.len());
            bytes[at] = *byte;
        }
        if let Ok(table) = Table::from_bytes("table.bin", &sealed(bytes)) {
            ask(&table);
        }
    }
}

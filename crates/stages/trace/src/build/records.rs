//! The parts beside origins, countries and lists: places, registrants, authorisations, organisations,
//! contacts. Each record stands once; layers of addresses refer to records or to sets of them.

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::network::ContactRole;

use super::{by_family, reference};
use crate::{
    ContactDraft, ContactOf, Draft,
    flatten::{self, Sets},
    format::{
        Collector, Writer, kind_code, layers,
        sections::{
            CONTACT_ASNS, CONTACT_COUNTRIES, CONTACT_RANGES, CONTACT_SETS, CONTACTS, ORGANISATIONS,
            PLACES, REGISTRANTS, ROUTE_ORIGIN_SETS, ROUTE_ORIGINS, Section,
        },
    },
    range::{Family, Range},
    table::{day_number, letters},
};

/// Adds the records of every part.
pub(super) fn write(draft: &Draft, words: &mut Collector, out: &mut Writer) {
    places(draft, words, out);
    registrants(draft, words, out);
    route_origins(draft, out);
    organisations(draft, words, out);
    contacts(draft, words, out);
}

fn places(draft: &Draft, words: &mut Collector, out: &mut Writer) {
    let (records, rows) = once(&draft.places);
    let fields = transposed(records.iter().map(|place| {
        let country = place.country.map_or(0, letters);
        [country, words.number(&place.region), words.number(&place.city)]
    }));
    out.layer(layers::PLACES, &by_family(&rows, flatten::most_specific), records.len());
    write_fields(out, PLACES, &fields);
}

fn registrants(draft: &Draft, words: &mut Collector, out: &mut Writer) {
    let (records, rows) = once(&draft.registrants);
    let fields = transposed(records.iter().map(|of| {
        let date = day_number(of.date);
        [words.number(&of.registry), words.number(&of.status), date, words.number(&of.holder)]
    }));
    out.layer(layers::REGISTRANTS, &by_family(&rows, flatten::most_specific), records.len());
    write_fields(out, REGISTRANTS, &fields);
}

fn route_origins(draft: &Draft, out: &mut Writer) {
    let mut records = draft.route_origins.clone();
    records.sort_unstable();
    records.dedup();
    let rows: Vec<(Range, u32)> = (0..).zip(&records).map(|(at, of)| (of.net.into(), at)).collect();
    let mut sets = Sets::default();
    let stretches = by_family(&rows, |rows| flatten::sets(rows, &mut sets));
    let fields = transposed(records.iter().map(|of| {
        let (family, [a, b, c, d]) = address_words(of.net.network());
        let lengths = (u32::from(of.net.prefix_len()), u32::from(of.max_length));
        [family, lengths.0, a, b, c, d, of.asn, lengths.1]
    }));
    out.layer(layers::ROUTE_ORIGINS, &stretches, sets.len());
    write_fields(out, ROUTE_ORIGINS, &fields);
    write_sets(out, ROUTE_ORIGIN_SETS, &sets);
}

fn organisations(draft: &Draft, words: &mut Collector, out: &mut Writer) {
    let mut records = draft.organisations.clone();
    records.sort_unstable();
    records.dedup();
    let fields = transposed(records.iter().map(|of| {
        let parent = of.parent.as_deref().map_or(0, |parent| words.number(parent));
        let kind = of.kind.map_or(0, |kind| kind_code(kind) + 1);
        let country = of.country.map_or(0, letters);
        [of.asn, words.number(&of.organisation), parent, country, kind]
    }));
    write_fields(out, ORGANISATIONS, &fields);
}

fn contacts(draft: &Draft, words: &mut Collector, out: &mut Writer) {
    let mut drafts: Vec<&ContactDraft> = draft.contacts.iter().collect();
    // Ranges come first, then operators, then countries.
    drafts.sort_by(|a, b| (&a.of, &a.contact).cmp(&(&b.of, &b.contact)));
    drafts.dedup();
    let fields = transposed(drafts.iter().map(|draft| {
        let contact = &draft.contact;
        let (name, address) = (words.number(&contact.name), words.number(&contact.address));
        let set = words.number(&contact.data_set);
        [role_code(contact.role), name, address, set, day_number(Some(contact.date))]
    }));
    let ranges: Vec<Range> = drafts
        .iter()
        .filter_map(|draft| match draft.of {
            ContactOf::Range(range) => Some(range),
            _ => None,
        })
        .collect();
    let rows: Vec<(Range, u32)> = (0..).zip(&ranges).map(|(at, &range)| (range, at)).collect();
    let mut sets = Sets::default();
    let stretches = by_family(&rows, |rows| flatten::sets(rows, &mut sets));
    let ends = transposed(ranges.iter().map(|range| {
        let (family, [a, b, c, d]) = address_words(range.first());
        let (_, [e, f, g, h]) = address_words(range.last());
        [family, a, b, c, d, e, f, g, h]
    }));
    let asns: Vec<u32> = drafts
        .iter()
        .filter_map(|draft| match draft.of {
            ContactOf::Asn(asn) => Some(asn),
            _ => None,
        })
        .collect();
    let countries: Vec<u32> = drafts
        .iter()
        .filter_map(|draft| match draft.of {
            ContactOf::Country(country) => Some(letters(country)),
            _ => None,
        })
        .collect();
    out.layer(layers::CONTACTS, &stretches, sets.len());
    write_fields(out, CONTACTS, &fields);
    write_fields(out, CONTACT_RANGES, &ends);
    out.records(CONTACT_ASNS, &[&asns]);
    out.records(CONTACT_COUNTRIES, &[&countries]);
    write_sets(out, CONTACT_SETS, &sets);
}

/// Records, each once and in order, and for each range one more than the position of its record.
fn once<T: Ord>(rows: &[(Range, T)]) -> (Vec<&T>, Vec<(Range, u32)>) {
    let mut positions: BTreeMap<&T, u32> = rows.iter().map(|(_, record)| (record, 0)).collect();
    for (at, position) in positions.values_mut().enumerate() {
        *position = reference(at);
    }
    let rows = rows.iter().map(|(range, record)| (*range, positions[record])).collect();
    (positions.into_keys().collect(), rows)
}

/// Rows as columns.
fn transposed<const N: usize>(rows: impl Iterator<Item = [u32; N]>) -> [Vec<u32>; N] {
    let mut columns: [Vec<u32>; N] = std::array::from_fn(|_| Vec::new());
    for row in rows {
        for (column, number) in columns.iter_mut().zip(row) {
            column.push(number);
        }
    }
    columns
}

fn write_fields<const N: usize>(out: &mut Writer, section: Section, fields: &[Vec<u32>; N]) {
    let fields: Vec<&[u32]> = fields.iter().map(Vec::as_slice).collect();
    out.records(section, &fields);
}

fn write_sets(out: &mut Writer, [starts, members]: [Section; 2], sets: &Sets) {
    out.records(starts, &[&sets.starts]);
    out.records(members, &[&sets.members]);
}

/// An address as its family and four words, the highest first.
fn address_words(address: IpAddr) -> (u32, [u32; 4]) {
    let range = Range::from(ipnet::IpNet::from(address));
    let word = |shift: u32| (range.first >> shift) as u32;
    let family = if range.family == Family::V4 { 4 } else { 6 };
    (family, [word(96), word(64), word(32), word(0)])
}

/// A role as a number; the order is part of the format.
fn role_code(role: ContactRole) -> u32 {
    let at = crate::said::ROLES.iter().position(|&known| known == role);
    u32::try_from(at.expect("every role has a number")).expect("fewer than 256 roles")
}

//! A MaxMind DB of the same blocks (specification 2.0: <https://maxmind.github.io/MaxMind-DB/>),
//! written by the bench so that the peer answers from the same data.

use std::{collections::HashMap, net::IpAddr};

use bakas_model::Timestamp;
use bakas_trace::Table;
use ipnet::IpNet;
use maxminddb::Reader;
use serde::Deserialize;

/// What is taken from a record.
#[derive(Deserialize)]
struct Record {
    autonomous_system_number: u32,
}

/// Nothing lies here yet.
const EMPTY: u32 = u32::MAX;
/// From here on a child is a record, not a node.
const RECORDS: u32 = 1 << 31;

/// The origin that the peer finds.
pub(crate) fn origin(reader: &Reader<Vec<u8>>, address: IpAddr) -> u32 {
    let found =
        reader.lookup(address).ok().and_then(|found| found.decode::<Record>().ok().flatten());
    found.map_or(0, |record| record.autonomous_system_number)
}

/// Peer and table must say the same before they are timed.
pub(crate) fn agree(reader: &Reader<Vec<u8>>, table: &Table, at: Timestamp, asked: &[IpAddr]) {
    for &address in asked.iter().step_by(101) {
        let said = table.said(address, at).origin().and_then(|origin| origin.asn);
        assert_eq!(said.map_or(0, |asn| asn.0), origin(reader, address), "{address}");
    }
}

/// The file's bytes.
pub(crate) fn write(rows: &[(IpNet, u32)], family: u16) -> Vec<u8> {
    let mut nodes: Vec<[u32; 2]> = vec![[EMPTY; 2]];
    let mut data: Vec<u8> = Vec::new();
    let mut known: HashMap<u32, u32> = HashMap::new();
    for (net, asn) in rows {
        let offset = *known.entry(*asn).or_insert_with(|| record(&mut data, *asn));
        insert(&mut nodes, *net, RECORDS | offset);
    }
    let count = u32::try_from(nodes.len()).expect("fewer nodes than 2^28");
    let mut file = Vec::with_capacity(nodes.len() * 7 + data.len());
    for node in &nodes {
        let [left, right] = node.map(|child| match child {
            EMPTY => count,
            record if record >= RECORDS => count + 16 + (record - RECORDS),
            node => node,
        });
        assert!(left.max(right) < 1 << 28, "records have 28 bits");
        // 28 bits each: the upper four of both share the byte in the middle.
        file.extend_from_slice(&left.to_be_bytes()[1..]);
        file.push((left >> 24 << 4 | right >> 24) as u8);
        file.extend_from_slice(&right.to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    metadata(&mut file, count, family);
    file
}

fn insert(nodes: &mut Vec<[u32; 2]>, net: IpNet, record: u32) {
    let (bits, width) = match net {
        IpNet::V4(net) => (u128::from(net.network().to_bits()) << 96, net.prefix_len()),
        IpNet::V6(net) => (net.network().to_bits(), net.prefix_len()),
    };
    let mut node = 0;
    for depth in 0..width {
        let side = (bits >> (127 - depth) & 1) as usize;
        if depth + 1 == width {
            nodes[node][side] = record;
        } else {
            if nodes[node][side] == EMPTY {
                nodes[node][side] = u32::try_from(nodes.len()).expect("fewer nodes than 2^31");
                nodes.push([EMPTY; 2]);
            }
            node = nodes[node][side] as usize;
        }
    }
}

/// Adds a record and tells where it begins.
fn record(data: &mut Vec<u8>, asn: u32) -> u32 {
    let at = u32::try_from(data.len()).expect("records stay far below 2^28 bytes");
    data.push(7 << 5 | 1);
    text(data, "autonomous_system_number");
    number(data, 6, asn);
    at
}

fn metadata(file: &mut Vec<u8>, nodes: u32, family: u16) {
    file.push(7 << 5 | 9);
    text(file, "node_count");
    number(file, 6, nodes);
    text(file, "record_size");
    number(file, 5, 28);
    text(file, "ip_version");
    number(file, 5, family.into());
    text(file, "database_type");
    text(file, "Bench");
    text(file, "languages");
    file.extend_from_slice(&[0, 11 - 7]);
    text(file, "binary_format_major_version");
    number(file, 5, 2);
    text(file, "binary_format_minor_version");
    number(file, 5, 0);
    text(file, "build_epoch");
    file.extend_from_slice(&[1, 9 - 7, 1]);
    text(file, "description");
    file.push(7 << 5);
}

fn text(out: &mut Vec<u8>, text: &str) {
    assert!(text.len() < 29, "short texts only");
    out.push(2 << 5 | text.len() as u8);
    out.extend_from_slice(text.as_bytes());
}

fn number(out: &mut Vec<u8>, kind: u8, number: u32) {
    let bytes = number.to_be_bytes();
    let used = &bytes[number.leading_zeros() as usize / 8..];
    out.push(kind << 5 | used.len() as u8);
    out.extend_from_slice(used);
}

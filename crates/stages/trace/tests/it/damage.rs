//! A damaged table is refused by name, wherever the damage is, and never makes the program fall.

use bakas_model::{DataSet, Day};
use bakas_trace::{Draft, EpochDraft, FORMAT_VERSION, OriginRow, Table, TableError};
use proptest::prelude::*;

fn bytes() -> Vec<u8> {
    let row = |first: &str, last: &str, asn, name| {
        let (first, last) = (first.parse().expect("an address"), last.parse().expect("an address"));
        OriginRow::new(first, last, asn, name).expect("in order")
    };
    let draft = Draft {
        epochs: vec![EpochDraft {
            day: Day(20_000),
            data_set: "origins".to_owned(),
            rows: vec![
                row("8.8.8.0", "8.8.8.255", 64496, "One"),
                row("2400::", "2400:ffff::", 64497, "Two"),
            ],
        }],
        data_sets: vec![DataSet { name: "origins".to_owned(), ..DataSet::default() }],
        ..Draft::default()
    };
    draft.encode().expect("a sound draft")
}

fn refusal(bytes: &[u8]) -> TableError {
    Table::from_bytes("table.bin", bytes).expect_err("a damaged table is refused")
}

#[test]
fn a_sound_table_opens() {
    assert!(Table::from_bytes("table.bin", &bytes()).is_ok());
}

#[test]
fn a_truncated_table_is_refused_at_every_length() {
    let bytes = bytes();
    for length in 0..bytes.len() {
        let error = refusal(&bytes[..length]);
        assert!(error.to_string().starts_with("table.bin "), "{error}");
        if length >= 32 {
            assert!(matches!(error, TableError::Length { .. }), "{length}: {error}");
        }
    }
}

#[test]
fn a_flipped_bit_is_refused_wherever_it_is() {
    let bytes = bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            let error = refusal(&damaged);
            assert!(error.to_string().starts_with("table.bin "), "{at}.{bit}: {error}");
        }
    }
}

#[test]
fn another_version_is_refused_with_both_numbers() {
    let mut bytes = bytes();
    bytes[8] = 9;
    let error = refusal(&bytes);
    assert_eq!(
        error,
        TableError::Version { table: "table.bin".to_owned(), found: 9, known: FORMAT_VERSION }
    );
    assert_eq!(
        error.to_string(),
        "table.bin has format version 9, and this program reads version 1"
    );
}

#[test]
fn what_is_no_table_at_all_is_told_so() {
    for bytes in [&b""[..], b"PK\x03\x04", &[0; 4096]] {
        assert!(matches!(refusal(bytes), TableError::NotATable { .. }));
    }
}

#[test]
fn more_than_the_limit_is_refused_before_memory_is_asked_for() {
    let mut bytes = bytes();
    bytes[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
    let crc = crc32fast::hash(&bytes[16..]);
    bytes[12..16].copy_from_slice(&crc.to_le_bytes());
    let error = refusal(&bytes);
    assert!(error.to_string().contains("over the limit"), "{error}");
}

/// The unpacked sections, and a table made of other ones with a right checksum.
fn repacked(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let bytes = bytes();
    let mut sections =
        zstd::bulk::decompress(&bytes[32..], 1 << 20).expect("packed by the builder");
    change(&mut sections);
    let packed = zstd::bulk::compress(&sections, 1).expect("memory to memory");
    let mut header = bytes[..12].to_vec();
    let mut lengths = (packed.len() as u64).to_le_bytes().to_vec();
    lengths.extend_from_slice(&(sections.len() as u64).to_le_bytes());
    let crc = crc32fast::hash(&[lengths.clone(), packed.clone()].concat());
    header.extend_from_slice(&crc.to_le_bytes());
    [header, lengths, packed].concat()
}

#[test]
fn a_section_in_the_wrong_place_is_named() {
    let error = refusal(&repacked(|sections| sections[..4].copy_from_slice(b"OPER")));
    let text = error.to_string();
    assert_eq!(text, "table.bin is damaged: section META: found section OPER instead");
    let error = refusal(&repacked(|sections| sections.push(0)));
    assert!(error.to_string().contains("bytes after the last section"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// With a right checksum over wrong content the reader meets every kind of nonsense.
    #[test]
    fn nonsense_with_a_right_checksum_is_refused_or_can_be_asked(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let table = Table::from_bytes("table.bin", &repacked(|sections| {
            for (at, byte) in &changes {
                let at = at.index(sections.len());
                sections[at] = *byte;
            }
        }));
        if let Ok(table) = table {
            use bakas_model::Networks;
            for address in ["8.8.8.8", "2400::1", "0.0.0.0", "ffff::"] {
                let time = Day(20_000).start();
                drop(table.trace(address.parse().unwrap(), time, time));
            }
        }
    }
}

//! Tables: what a spreadsheet shows, that no cell is a formula, that flows come back exactly, and
//! that what has no column is told.

use bakas_exchange::{
    Limits,
    csv::{self, COLUMNS_LIMIT, Options},
};
use bakas_model::exchange::*;
use proptest::prelude::*;

use crate::made;

const FOREIGN: &str = "src_ip,src_port,timestamp,proto\r\n\
    192.0.2.7,40001,2026-01-20T11:00:00.123+08:00,tcp\r\n\
    192.0.2.8,,2026-01-20 11:00:01+08:00,tcp\r\n\
    192.0.2.9,40002,2026-01-20,tcp\r\n\
    192.0.2.10,40003,2026-01-20T11:00:00,tcp\r\n\
    not an address,1,2026-01-20T11:00:00Z,tcp\r\n\
    192.0.2.11,70000,2026-01-20T11:00:00Z,tcp\r\n\
    192.0.2.12\r\n\
    2001:db8::1,53,2026-01-20T11:00:00Z,udp\r\n";

fn read(text: &str) -> Result<bakas_exchange::Taken, bakas_exchange::DecodeError> {
    csv::decode(text.as_bytes(), &Limits::default())
}

fn flows(taken: &bakas_exchange::Taken) -> &[Flow] {
    assert_eq!(taken.packages.len(), 1);
    let Content::Request(request) = &taken.packages[0].content else { panic!("a request") };
    &request.flows
}

#[test]
fn a_foreign_table_is_read_and_what_cannot_be_is_told_by_line() {
    let taken = read(FOREIGN).expect("it can be read");
    let sources: Vec<String> = flows(&taken).iter().map(|flow| flow.source.to_string()).collect();
    assert_eq!(sources, ["192.0.2.7", "192.0.2.8", "2001:db8::1"]);
    assert_eq!(flows(&taken)[0].start.to_string(), "2026-01-20T03:00:00.123Z");
    assert_eq!(flows(&taken)[0].source_port, Port::Known(40001));
    assert_eq!(flows(&taken)[1].source_port, Port::Missing(String::new()));
    let rejected: Vec<&str> = taken.rejected.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(rejected.len(), 5, "{rejected:?}");
    for (text, (line, word)) in rejected.iter().zip([
        ("line 4:", "zone"),
        ("line 5:", "start"),
        ("line 6:", "IP address"),
        ("line 7:", "70000"),
        ("line 8:", "1 cells under 4 columns"),
    ]) {
        assert!(text.starts_with(line) && text.contains(word), "{text}");
    }
}

#[test]
fn tables_that_are_none_are_refused_by_name() {
    for (text, word) in [
        ("a,b\r\n1,2\r\n", "source and start"),
        ("source,source,start\r\n", "two columns"),
        ("", "source and start"),
        ("{\"json\": 1}", "source and start"),
    ] {
        let error = read(text).expect_err(word);
        assert!(error.what.contains(word), "{error}");
    }
    let error = csv::decode(b"source,start\r\n\xff,1\r\n", &Limits::default()).expect_err("no");
    assert!(error.what.contains("UTF-8"), "{error}");
}

#[test]
fn every_limit_refuses_one_more() {
    let most = |limits: Limits| csv::decode(FOREIGN.as_bytes(), &limits);
    let length = FOREIGN.len() as u64;
    assert!(most(Limits { bytes: length, ..Limits::default() }).is_ok());
    assert!(most(Limits { bytes: length - 1, ..Limits::default() }).is_err());
    assert!(most(Limits { objects: 8, ..Limits::default() }).is_ok());
    let error = most(Limits { objects: 7, ..Limits::default() }).expect_err("a row too many");
    assert!(error.place.contains("line 9") && error.what.contains("7 rows"), "{error}");
    let rejects = |limits: Limits| most(limits).expect("it can be read").rejected.len();
    let longest = "2026-01-20T11:00:00.123+08:00".len();
    assert_eq!(rejects(Limits { text: longest, ..Limits::default() }), 5);
    assert_eq!(rejects(Limits { text: longest - 1, ..Limits::default() }), 6);
    assert_eq!(rejects(Limits { rejects: 2, ..Limits::default() }), 2);
    let wide = |count: usize| {
        let names: Vec<String> = (2..count).map(|number| format!("c{number}")).collect();
        read(&format!("source,start,{}\r\n", names.join(",")))
    };
    assert!(wide(COLUMNS_LIMIT).is_ok());
    assert!(wide(COLUMNS_LIMIT + 1).expect_err("too wide").what.contains("columns"));
}

#[test]
fn the_strictest_label_among_the_rows_counts() {
    let text = "package,source,start,tlp\r\nx,192.0.2.1,2026-01-20T11:00:00Z,TLP:GREEN\r\n\
        x,192.0.2.2,2026-01-20T11:00:00Z,TLP:RED\r\ny,192.0.2.3,2026-01-20T11:00:00Z,TLP:CLEAR\r\n";
    let taken = read(text).expect("it can be read");
    let labels: Vec<Tlp> = taken.packages.iter().map(|one| one.handling.tlp).collect();
    assert_eq!(labels, [Tlp::Red, Tlp::Clear]);
}

#[test]
fn a_byte_order_mark_is_written_where_asked_for_and_read_anyway() {
    let package = made::packages(50).into_iter().find_map(|one| made::cleared(&one));
    let cleared = package.expect("one may leave");
    let plain = csv::encode(&cleared).expect("it can be written");
    let marked = csv::encode_with(&cleared, Options { byte_order_mark: true }).expect("written");
    assert_eq!(marked.bytes, [b"\xef\xbb\xbf", plain.bytes.as_slice()].concat());
    let read = |bytes: &[u8]| csv::decode(bytes, &Limits::default()).expect("it can be read");
    assert_eq!(read(&marked.bytes), read(&plain.bytes));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_come_back_and_the_rest_is_told(package in made::package()) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        let encoded = csv::encode(&cleared).expect("it can be written");
        let taken = csv::decode(&encoded.bytes, &Limits::default()).expect("it can be read");
        prop_assert_eq!(&taken.rejected, &[]);
        let back = &taken.packages[0];
        prop_assert_eq!(&back.id, &package.id);
        prop_assert_eq!((back.handling.tlp, back.handling.pap), (package.handling.tlp, package.handling.pap));
        match (&back.content, &package.content) {
            (Content::Request(back), Content::Request(of)) => {
                prop_assert_eq!(&back.flows, &of.flows);
                prop_assert_eq!(&back.facts, &of.facts);
            }
            (Content::Answer(back), Content::Answer(of)) => {
                prop_assert_eq!(back.flows.len(), of.flows.len());
                prop_assert_eq!(&back.in_reply_to, &of.in_reply_to);
            }
            (Content::Extract(back), Content::Extract(of)) => {
                prop_assert_eq!(&back.observables, &of.observables);
            }
            _ => prop_assert!(false, "another kind"),
        }
        prop_assert_eq!(encoded.losses.is_empty(), back == &package, "{:?}", encoded.losses);
        let told = |place: &str| encoded.losses.iter().any(|loss| loss.place.starts_with(place));
        prop_assert_eq!(told("redaction"), !package.redaction.is_empty());
        if let Content::Request(request) = &package.content {
            prop_assert_eq!(told("content.of.preservation"), request.preservation.is_some());
        }
    }

    #[test]
    fn no_cell_is_a_formula(package in made::package()) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        let bytes = csv::encode(&cleared).expect("it can be written").bytes;
        let mut reader = ::csv::ReaderBuilder::new().from_reader(bytes.as_slice());
        for record in reader.records() {
            for cell in &record.expect("a row") {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(csv::decode(&bytes, &Limits::default()));
        drop(csv::decode(&[b"source,start\r\n", bytes.as_slice()].concat(), &Limits::default()));
    }
}

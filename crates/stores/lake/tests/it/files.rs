//! Every column of the files, through Parquet's own reader of rows: an independent judge of what
//! the lake encodes by hand.

use std::{fs::File, net::IpAddr};

use bakas_lake::{COLUMNS, ParquetLake};
use bakas_model::{Asn, Country, Field, Location, NetworkKind, Stream, Value};
use bakas_store::EventLake;
use parquet::{
    file::{reader::FileReader, serialized_reader::SerializedFileReader},
    record::{Field as Cell, Row},
};

use crate::lake::{agencies, event};

const ROWS: u64 = 1000;

fn text(text: impl Into<String>) -> Cell {
    Cell::Str(text.into())
}

/// Row `n` as it should stand in the file.
fn expected(n: u64) -> Vec<(&'static str, Cell)> {
    let some = |is: bool, cell: Cell| if is { cell } else { Cell::Null };
    let v6 = n.is_multiple_of(5);
    let ip = if v6 { format!("2001:db8::{:x}", n % 7) } else { format!("192.0.2.{}", n % 200) };
    let address: IpAddr = ip.parse().unwrap();
    let octets = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    };
    vec![
        ("time", Cell::TimestampMicros(20_458 * 86_400_000_000)),
        ("time_raw", text(format!("raw {n}"))),
        ("source", Cell::Int(0)),
        ("offset", Cell::Long(n as i64)),
        ("length", Cell::Int(1)),
        ("stream", text(if n < 500 { "web" } else { "m365" })),
        ("activity", text("request")),
        ("status", text("Unknown")),
        ("src", Cell::Bytes(octets.to_vec().into())),
        ("src_ip", text(address.to_string())),
        ("src_port", some(n.is_multiple_of(3), Cell::Int(60_000))),
        ("src_claimed", some(n.is_multiple_of(50), text("10.0.0.1"))),
        ("dst_ip", some(n.is_multiple_of(40), text("2001:db8::5"))),
        ("dst_port", some(n.is_multiple_of(40), Cell::Int(443))),
        ("asn", some(n > 100, Cell::Long(4_200_000_000))),
        ("country", some(n > 100, text("PH"))),
        ("account", some(n.is_multiple_of(2), text(format!("u{}", n % 20)))),
        ("target", Cell::Null),
        ("object", text("/é")),
        ("agent", Cell::Null),
        ("operation", text("GET")),
        ("host", Cell::Null),
        ("http_status", some(n.is_multiple_of(4), Cell::Int(404))),
        ("bytes_out", some(n.is_multiple_of(9), Cell::Long(1 << 40))),
        ("query", some(n < 500, text("q=1"))),
        ("referer", some(n < 500, text("https://x.example/"))),
        ("version", some(n < 500, text("HTTP/1.1"))),
        (
            "fields",
            some(
                n >= 500,
                text(
                    r#"{"cs-uri":"/é?q=1","cs-referer":"https://x.example/","cs-version":"HTTP/1.1"}"#,
                ),
            ),
        ),
    ]
}

fn write(lake: &ParquetLake) -> String {
    let mut writer = lake.writer().unwrap();
    for n in 0..ROWS {
        let (raw, account) = (format!("raw {n}"), format!("u{}", n % 20));
        let mut event = event(n, 20_458);
        event.time_raw = &raw;
        event.stream = if n < 500 { Stream::Web } else { Stream::M365 };
        if n.is_multiple_of(5) {
            event.src = Some(format!("2001:db8::{:x}", n % 7).parse().unwrap());
        }
        event.src_port = n.is_multiple_of(3).then_some(60_000);
        event.src_claimed = n.is_multiple_of(50).then_some(IpAddr::from([10, 0, 0, 1]));
        if n.is_multiple_of(40) {
            event.dst = Some("2001:db8::5".parse().unwrap());
            event.dst_port = Some(443);
        }
        event.account = n.is_multiple_of(2).then_some(account.as_str());
        event.object = Some("/é");
        event.http_status = n.is_multiple_of(4).then_some(404);
        event.bytes_out = n.is_multiple_of(9).then_some(1 << 40);
        event.fields = vec![
            Field::new("cs-uri", Value::Text("/é?q=1")),
            Field::new("cs-referer", Value::Text("https://x.example/")),
            Field::new("cs-version", Value::Text("HTTP/1.1")),
        ];
        let location = Location {
            asn: (n > 100).then_some(Asn(4_200_000_000)),
            country: Country::new("ph").filter(|_| n > 100),
            kind: NetworkKind::Unknown,
        };
        writer.write(&event, location).unwrap();
    }
    writer.finish().unwrap().files.remove(0)
}

#[test]
fn an_independent_reader_finds_every_value() {
    let dir = tempfile::tempdir().unwrap();
    let lake = ParquetLake::new(dir.path(), &agencies());
    let name = write(&lake);
    let file = File::open(dir.path().join(name)).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let rows: Vec<Row> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len() as u64, ROWS);
    for (n, row) in (0..).zip(&rows) {
        let found: Vec<(&str, &Cell)> =
            row.get_column_iter().map(|(name, cell)| (name.as_str(), cell)).collect();
        let expected = expected(n);
        let expected: Vec<(&str, &Cell)> =
            expected.iter().map(|(name, cell)| (*name, cell)).collect();
        assert_eq!(found, expected, "row {n}");
    }
    assert_eq!(expected(0).len(), COLUMNS.len());
}

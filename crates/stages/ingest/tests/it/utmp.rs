//! Sign-ins of `wtmp` and `btmp`: records made here, byte by byte.

use bakas_ingest::{Format, guess};
use bakas_model::{Activity::*, Class::*, RejectReason, Status::*, Stream::Wtmp};

use crate::kit::{Slowly, read, read_from, source};

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// A record of that length.
fn record(length: usize, kind: i16, user: &str, host: &str, address: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; length];
    put(&mut bytes, 0, &kind.to_le_bytes());
    put(&mut bytes, 4, &4711_i32.to_le_bytes());
    put(&mut bytes, 8, b"pts/0");
    put(&mut bytes, 40, b"ts/0");
    put(&mut bytes, 44, user.as_bytes());
    put(&mut bytes, 76, host.as_bytes());
    let seconds = 1_767_600_000_u32;
    if length == 384 {
        put(&mut bytes, 340, &seconds.to_le_bytes());
        put(&mut bytes, 344, &250_000_i32.to_le_bytes());
        put(&mut bytes, 348, address);
    } else {
        put(&mut bytes, 344, &i64::from(seconds).to_le_bytes());
        put(&mut bytes, 352, &250_000_i64.to_le_bytes());
        put(&mut bytes, 360, address);
    }
    bytes
}

fn a_day(length: usize) -> Vec<u8> {
    [
        record(length, 2, "reboot", "6.1.0", &[]),
        record(length, 7, "ana", "198.51.100.23", &[198, 51, 100, 23]),
        record(length, 8, "", "", &[]),
        record(length, 7, "ben", "host.example", &[]),
    ]
    .concat()
}

#[test]
fn sign_ins_of_both_widths() {
    for length in [384, 400] {
        let bytes = a_day(length);
        let told = guess(&bytes, "var/log/wtmp");
        assert_eq!((told.format, told.certainty), (Some(Format::Wtmp), 100), "{}", told.why);
        let found = read(Format::Wtmp, &bytes);
        assert_eq!((found.events.len(), found.rejects.len()), (4, 0), "{length}");
        let is: Vec<_> =
            found.events.iter().map(|e| (e.row.class, e.row.activity, e.row.status)).collect();
        assert_eq!(
            is,
            [
                (Base, Other, Unknown),
                (Authentication, Logon, Success),
                (Authentication, Logoff, Success),
                (Authentication, Logon, Success)
            ]
        );
        let ana = &found.events[1];
        assert_eq!((ana.row.stream, ana.who().as_str()), (Wtmp, "198.51.100.23 ana - pts/0"));
        assert_eq!(ana.row.time.to_string(), "2026-01-05T08:00:00.250Z");
        assert_eq!(
            (ana.time_raw.as_str(), ana.row.operation.as_str()),
            ("1767600000.250000", "USER_PROCESS")
        );
        assert_eq!(ana.row.place.offset as usize, length);
        assert_eq!(read_from(&source(), Format::Wtmp, Slowly(&bytes, 11)).events, found.events);
    }
}

#[test]
fn every_record_of_a_btmp_is_a_failure() {
    let bytes = record(384, 6, "root", "203.0.113.7", &[203, 0, 113, 7]);
    assert_eq!(guess(&bytes, "web1/btmp.1").format, Some(Format::Btmp));
    let found = read(Format::Btmp, &bytes).one();
    assert_eq!(found.is(), (Wtmp, Authentication, Logon, Failure));
    assert_eq!(found.who(), "203.0.113.7 root - pts/0");
}

#[test]
fn addresses_of_both_kinds() {
    let six = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    let found = read(Format::Wtmp, record(384, 7, "ana", "laptop", &six)).one();
    assert_eq!(found.row.src.map(|a| a.to_string()).as_deref(), Some("2001:db8::7"));
    let by_name = read(Format::Wtmp, record(384, 7, "ana", "203.0.113.9", &[])).one();
    assert_eq!(by_name.row.src.map(|a| a.to_string()).as_deref(), Some("203.0.113.9"));
}

#[test]
fn what_is_broken_is_told() {
    let mut bytes = a_day(384);
    bytes.truncate(3 * 384 + 100);
    let found = read(Format::Wtmp, &bytes);
    assert_eq!((found.events.len(), found.reasons()), (3, vec![RejectReason::Truncated]));
    let mut odd = a_day(384);
    odd[384] = 77;
    let found = read(Format::Wtmp, &odd);
    assert_eq!((found.events.len(), found.reasons()), (3, vec![RejectReason::Malformed]));
    // A slot that is not in use is no event.
    let found = read(Format::Wtmp, [a_day(384), vec![0; 384]].concat());
    assert_eq!((found.events.len(), found.account.furniture), (4, 1));
    assert_eq!(guess(&[0; 4000], "wtmp").format, None, "NULs alone are no sign-ins");
}

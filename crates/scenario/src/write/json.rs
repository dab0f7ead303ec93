//! Pieces of JSON text, appended byte by byte: fast, and the same everywhere.

use std::net::IpAddr;

use crate::{clock, networks::push_address, rng::mix};

/// Appends a string in quotes; what the scenario writes needs only quotes and backslashes escaped.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Appends text as it stands within a JSON string.
pub(crate) fn escaped(out: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\')) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.push(byte),
        }
    }
}

/// Appends `,"name":"text"`.
pub(crate) fn field(out: &mut Vec<u8>, name: &str, text: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    string(out, text);
}

/// Appends `,"name":"address"`.
pub(crate) fn address(out: &mut Vec<u8>, name: &str, address: IpAddr) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":\"");
    push_address(out, address);
    out.push(b'"');
}

/// Appends `,"name":"2026-01-05T00:00:00.000Z"`.
pub(crate) fn time(out: &mut Vec<u8>, name: &str, time: i64, decimals: u32) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":\"");
    clock::iso(out, time, 0, decimals);
    out.extend_from_slice(b"Z\"");
}

/// Appends a UUID made from a number.
pub(crate) fn uuid(out: &mut Vec<u8>, number: u64) {
    let (a, b) = (mix(number), mix(number ^ 0x0DDB_1A5E));
    for i in 0..32 {
        if matches!(i, 8 | 12 | 16 | 20) {
            out.push(b'-');
        }
        let word = if i < 16 { a >> (60 - 4 * i) } else { b >> (60 - 4 * (i - 16)) };
        let digit = match i {
            12 => 4,
            16 => 8 + (word & 3),
            _ => word & 15,
        };
        out.push(b"0123456789abcdef"[digit as usize]);
    }
}

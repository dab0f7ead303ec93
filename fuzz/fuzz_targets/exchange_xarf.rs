//! Abuse reports from anybody: nothing but a reading or a refusal.
#![no_main]

use bakas_exchange::{Limits, xarf};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(xarf::decode(bytes, &Limits::default())));

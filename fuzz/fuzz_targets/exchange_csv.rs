//! Tables from anybody: nothing but a reading or a refusal.
#![no_main]

use bakas_exchange::{Limits, csv};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(csv::decode(bytes, &Limits::default())));

//! Files to import as `contacts`: see [`bakas_fuzz::import`].
#![no_main]

use bakas_trace::import::Kind;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bakas_fuzz::import::run(Kind::Contacts, bytes));

//! Docker's JSON logs.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bakas_fuzz::decode(bakas_ingest::Format::Docker, bytes));

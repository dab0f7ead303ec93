//! Microsoft 365 audit as CSV.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bakas_fuzz::decode(
    bakas_ingest::Format::M365Csv,
    bytes
));

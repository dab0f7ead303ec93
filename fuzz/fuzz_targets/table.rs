//! The bytes of an address table: a damaged one is refused by name, never a crash.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = bakas_trace::Table::from_bytes("fuzz", bytes) {
        assert!(error.to_string().contains("fuzz"), "the error names the table: {error}");
    }
});

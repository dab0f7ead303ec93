//! MISP events from anybody: see [`bakas_fuzz::exchange`].
#![no_main]

use bakas_exchange::misp;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bakas_fuzz::exchange::run(
    misp::decode,
    misp::encode,
    bytes
));

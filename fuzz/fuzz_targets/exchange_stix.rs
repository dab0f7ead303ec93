//! STIX bundles from anybody: see [`bakas_fuzz::exchange`].
#![no_main]

use bakas_exchange::stix;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bakas_fuzz::exchange::run(
    stix::decode,
    stix::encode,
    bytes
));

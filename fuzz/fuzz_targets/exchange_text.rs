//! Plain text from anybody, also quoted and replied to: see [`bakas_fuzz::exchange`].
#![no_main]

use bakas_exchange::text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bakas_fuzz::exchange::run(
    text::decode,
    text::encode,
    bytes
));

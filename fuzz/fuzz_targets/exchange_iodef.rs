//! IODEF in both forms from anybody: see [`bakas_fuzz::exchange`].
#![no_main]

use bakas_exchange::iodef;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| match bytes.first() {
    Some(b'{') => bakas_fuzz::exchange::run(iodef::decode_json, iodef::encode_json, bytes),
    _ => bakas_fuzz::exchange::run(iodef::decode, iodef::encode, bytes),
});

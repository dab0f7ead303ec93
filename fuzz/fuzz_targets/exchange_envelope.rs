//! Envelopes from anybody, with a key of ours: nothing but an opening or a refusal.
#![no_main]

use bakas_exchange::{
    Limits,
    envelope::{Keys, open},
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    drop(open(bytes, &Keys::default(), &Limits::default()));
});

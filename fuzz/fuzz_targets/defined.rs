//! Records by definitions: the first byte chooses one of ours.
#![no_main]

use bakas_ingest::{Format, Formats};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let definitions: Vec<_> = Formats::builtin().definitions().collect();
    let definition = definitions[usize::from(*choice) % definitions.len()];
    let _guess = bakas_ingest::guess(rest, "x");
    bakas_fuzz::decode(Format::Defined(definition), rest);
});

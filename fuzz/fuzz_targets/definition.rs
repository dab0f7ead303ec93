//! Any text as a definition is refused or loaded; what is loaded reads its own text as a log.
#![no_main]

use bakas_ingest::Formats;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // A definition lives as long as the process; what was loaded once is enough.
    if let Ok(definition) = bakas_ingest::Definition::parse("x", text) {
        let definition = Box::leak(Box::new(definition));
        static KEPT: std::sync::Mutex<Vec<&bakas_ingest::Definition>> = std::sync::Mutex::new(Vec::new());
        KEPT.lock().expect("no run panics and goes on").push(definition);
        bakas_fuzz::decode(bakas_ingest::Format::Defined(definition), bytes);
    }
    assert!(Formats::builtin().definitions().count() > 0);
});

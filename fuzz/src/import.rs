//! What the targets of imports share: whatever the bytes are, the reader ends, its account adds up,
//! and what it took becomes a sound table.

use bakas_trace::import::{About, Import, Kind, SAMPLES_LIMIT, recognise};

/// Imports the bytes as one kind, and as the kind that they are taken for.
pub fn run(kind: Kind, bytes: &[u8]) {
    one(kind, bytes);
    if let Some(found) = recognise(bytes, "fuzz").filter(|found| *found != kind) {
        one(found, bytes);
    }
}

fn one(kind: Kind, bytes: &[u8]) {
    let about =
        About { name: "fuzz".into(), date: Some(bakas_model::Day(20_000)), ..About::default() };
    let mut import = Import::new(kind, about);
    if import.read("fuzz", &mut &*bytes).is_err() {
        return;
    }
    let Ok(done) = import.finish() else { return };
    assert!(done.account.records > 0, "nothing is no success");
    assert!(done.account.samples.len() <= SAMPLES_LIMIT, "samples are bounded");
    assert!(done.account.samples.len() as u64 <= done.account.rejected(), "each was counted");
    let table = done.draft.encode().expect("what was read becomes a table");
    bakas_trace::Table::from_bytes("fuzz", &table).expect("and the table is sound");
}

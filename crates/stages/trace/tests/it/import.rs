//! Importing files: made-up samples of each format and what a user would notice, independent
//! readers beside ours, hostile files, and real lists where they are at hand.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

#[path = "import/corpora.rs"]
mod corpora;
#[path = "import/hostile.rs"]
mod hostile;
#[path = "import/mmdb.rs"]
mod mmdb;
#[path = "import/rib.rs"]
mod rib;
#[path = "import/samples.rs"]
mod samples;

use bakas_model::Day;
use bakas_trace::import::{About, Import, ImportError, Imported, Kind, recognise};

/// What is said of every sample.
fn about() -> About {
    About { name: "sample".to_owned(), date_of_name: Some(Day(20_000)), ..About::default() }
}

/// Imports one file.
fn import_as(kind: Kind, about: About, bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut import = Import::new(kind, about);
    import.read("sample.txt", &mut &*bytes)?;
    import.finish()
}

/// Imports a file of the kind that it is recognised as.
fn import(kind: Kind, text: &str) -> Imported {
    assert_eq!(recognise(text.as_bytes(), "sample.txt"), Some(kind), "{text}");
    let imported = import_as(kind, about(), text.as_bytes()).unwrap();
    // Whatever was read can become a table, and the table names it.
    let bytes = imported.draft.encode().unwrap();
    let table = bakas_trace::Table::from_bytes("sample", &bytes).unwrap();
    assert!(table.data_sets().iter().any(|set| set.name == "sample"));
    imported
}

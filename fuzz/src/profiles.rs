//! What the targets of profiles share: whatever a file says of groups, the reader ends, keeps within its
//! bounds, and a comparison with what it read names a similarity between nothing and all.

use bakas_assess::known::{GROUPS_LIMIT, HABITS_LIMIT, Library, compare};

/// Objects that tie together what the input brings, so that a small change reaches every branch.
pub struct Shelf {
    /// What stands before the input's objects.
    pub head: &'static str,
    /// And behind them.
    pub tail: &'static str,
}

/// Reads the bytes as a file, and once more as objects among sound ones.
pub fn run(shelf: &Shelf, bytes: &[u8]) {
    read(&[bytes]);
    let among = [shelf.head.as_bytes(), bytes, shelf.tail.as_bytes()].concat();
    // Ties may stand in a file of their own, read before or after.
    read(&[&among]);
    read(&[&among, &[shelf.head.trim_end_matches(',').as_bytes(), shelf.tail.as_bytes()].concat()]);
}

fn read(files: &[&[u8]]) {
    let mut library = Library::default();
    for (number, bytes) in files.iter().enumerate() {
        let name = format!("file-{number}");
        match library.read(&name, bytes) {
            Ok(told) => assert!(told.groups <= GROUPS_LIMIT, "groups are bounded: {told:?}"),
            Err(error) => {
                assert!(error.to_string().contains(&name), "the error names the file: {error}");
            }
        }
    }
    let profiles = library.profiles();
    for profile in &profiles {
        assert!(profile.habits.len() <= 2 * HABITS_LIMIT, "habits are bounded");
        assert!(profile.name.chars().count() <= 121, "names are bounded: {}", profile.name);
    }
    let Some(first) = profiles.first() else { return };
    let told = compare("fuzz", &first.habits, &profiles);
    for similar in &told.similar {
        assert!((0.0..=1.000_001).contains(&similar.similarity), "{}", similar.similarity);
        assert!(similar.at_least_as_similar >= 1, "it is as similar as itself");
    }
    assert!((0.0..=1.0).contains(&told.by_chance), "{}", told.by_chance);
    assert!(!told.text.en.is_empty() && !told.text.fil.is_empty(), "it is always said what it means");
}

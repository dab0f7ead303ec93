//! `PROVENANCE.toml`: of each data set what it says, who made it, when, under which licence, and the
//! files it was read from; of the table its own checksum.

use std::{collections::BTreeMap, fmt::Write};

use bakas_model::DataSet;

use super::inputs::sha256;

/// Files read so far, by data set.
#[derive(Default)]
pub(crate) struct Provenance {
    files: BTreeMap<String, Vec<(String, String)>>,
}

impl Provenance {
    /// Notes a file that was read for a data set.
    pub(super) fn note(&mut self, data_set: &str, file: &str, sha256: &str) {
        let files = self.files.entry(data_set.to_owned()).or_default();
        files.push((file.to_owned(), sha256.to_owned()));
    }

    /// The checksum of a data set's file, where it has just one.
    pub(super) fn single(&self, data_set: &str) -> String {
        match self.files.get(data_set).map(Vec::as_slice) {
            Some([(_, sha256)]) => sha256.clone(),
            _ => String::new(),
        }
    }

    /// The file's text.
    pub(super) fn text(&self, data_sets: &[DataSet], table: &[u8]) -> String {
        let mut text =
            "# Where the embedded address table comes from. Written by `cargo xtask data`.\n\n"
                .to_owned();
        let mut line = |line: String| writeln!(text, "{line}").expect("writing to a string");
        line("[table]".to_owned());
        line(format!("file = {}", quoted("address-table.bin")));
        line(format!("bytes = {}", table.len()));
        line(format!("format_version = {}", bakas_trace::FORMAT_VERSION));
        line(format!("sha256 = {}", quoted(&sha256(table))));
        for set in data_sets {
            line(String::new());
            line("[[data_set]]".to_owned());
            line(format!("name = {}", quoted(&set.name)));
            line(format!("what = {}", quoted(&set.what)));
            line(format!("source = {}", quoted(&set.source)));
            line(format!("date = {}", quoted(&set.date.to_string())));
            line(format!("licence = {}", quoted(&set.licence)));
            line(format!("attribution = {}", quoted(&set.attribution)));
            line(format!("records = {}", set.records));
            for (file, sha256) in self.files.get(&set.name).into_iter().flatten() {
                line("[[data_set.input]]".to_owned());
                line(format!("file = {}", quoted(file)));
                line(format!("sha256 = {}", quoted(sha256)));
            }
        }
        text
    }
}

/// A basic string of TOML; JSON's escapes are among those that TOML knows.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text is JSON")
}

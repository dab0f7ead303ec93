//! What is known of an imported data set beside its table: the `.toml` file. It says where every
//! record came from, and what was not taken.

use std::path::Path;

use bakas_model::{Day, NetworkKind, Timestamp};
use bakas_trace::import::{Account, DateFrom, Kind};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Error;

/// Largest provenance file, in bytes.
pub(super) const PROVENANCE_BYTES_LIMIT: u64 = 1 << 20;

/// Where an imported data set comes from, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provenance {
    /// Short name.
    pub name: String,
    /// What it says.
    pub what: String,
    /// The kind of its files.
    pub kind: Kind,
    /// Its date.
    #[serde(with = "day")]
    pub date: Day,
    /// Where the date was learned.
    pub date_from: DateFrom,
    /// When it was imported.
    pub imported: Timestamp,
    /// Its licence, as whoever imported it said.
    pub licence: String,
    /// The attribution that the licence asks for.
    #[serde(default)]
    pub attribution: String,
    /// For lists: what being on it says of the kind of network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<NetworkKind>,
    /// What was read.
    pub file: Vec<DataFile>,
    /// The table that was made.
    pub table: TableFile,
    /// What became of each record.
    pub account: Account,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Its path or page, as it was given.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of them, in hex.
    pub sha256: String,
}

/// The table beside the provenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of them, in hex.
    pub sha256: String,
}

impl Provenance {
    /// `name@date`: what it is called on the command line and on disk.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.date)
    }

    /// Reads the text of a provenance file.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        toml::from_str(text)
            .map_err(|error| Error::Config { path: path.to_owned(), what: error.to_string() })
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        let head = "# Where this data set comes from. Written by `bakas data import`.\n\n";
        let body = toml::to_string_pretty(self).expect("provenance has nothing that TOML lacks");
        format!("{head}{body}")
    }

    /// Whether it was made from these very files.
    pub(super) fn is_of(&self, files: &[DataFile]) -> bool {
        let digests = |files: &[DataFile]| -> std::collections::BTreeSet<String> {
            files.iter().map(|file| file.sha256.clone()).collect()
        };
        digests(&self.file) == digests(files)
    }
}

/// A day as `2026-01-05`.
mod day {
    use super::{Day, Deserialize, Deserializer, Serialize, Serializer, Timestamp};

    pub(super) fn serialize<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
        day.to_string().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse::<Timestamp>().map(Timestamp::day).map_err(serde::de::Error::custom)
    }
}

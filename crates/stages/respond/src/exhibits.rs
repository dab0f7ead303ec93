//! The index of a dossier for people: exhibits with their numbers, what each figure rests on, and who
//! handled the evidence. What it is made of is counted and proved elsewhere; here it is told.

use bakas_model::Timestamp;

/// What a dossier holds.
#[derive(Clone, Debug, Default)]
pub struct Exhibits {
    /// The case's name.
    pub case: String,
    /// When it was made.
    pub made: Timestamp,
    /// For whom.
    pub to: String,
    /// What for.
    pub purpose: String,
    /// Its TLP label.
    pub tlp: String,
    /// Whether the logs were generated.
    pub synthetic: bool,
    /// Name of the log, its leaves and its root hash.
    pub log: (String, u64, String),
    /// The signing key's name and fingerprint.
    pub key: (String, String),
    /// Time stamps by others, in words; empty where there is none.
    pub stamps: Vec<String>,
    /// Witnesses that cosigned.
    pub witnesses: Vec<String>,
    /// The exhibits.
    pub exhibits: Vec<Exhibit>,
    /// Figures and what they rest on.
    pub figures: Vec<Figure>,
    /// Acts of custody, in their order.
    pub custody: Vec<Handled>,
    /// What is late or missing in the custody.
    pub gaps: Vec<String>,
    /// The tool's version.
    pub tool: String,
}

/// One record that is shown.
#[derive(Clone, Debug, Default)]
pub struct Exhibit {
    /// Its number: `X-001`.
    pub number: String,
    /// The log file.
    pub file: String,
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u32,
    /// Its leaf.
    pub leaf: u64,
    /// Its incident.
    pub incident: String,
    /// Fields that are shown, by name.
    pub shown: Vec<(String, String)>,
    /// The whole record, where it is shown.
    pub line: Option<String>,
    /// Fields that stay hidden.
    pub hidden: usize,
}

/// A figure with the bytes it was counted from.
#[derive(Clone, Debug, Default)]
pub struct Figure {
    /// What was counted: `I-01: lines`.
    pub what: String,
    /// The number.
    pub value: u64,
    /// Runs of bytes: file, first byte, byte after the last, records.
    pub ranges: Vec<(String, u64, u64, u64)>,
    /// Runs that are not listed here.
    pub more: usize,
}

/// An act of custody in a line.
#[derive(Clone, Debug, Default)]
pub struct Handled {
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: String,
    /// By whom, for whom.
    pub who: String,
    /// Under which authority; empty where none was named.
    pub authority: String,
    /// Its leaf.
    pub leaf: u64,
}

//! Bounds on everything that comes from outside. Over a bound is a counted reject or a clear
//! refusal, never a crash and never silence.

/// Longest line that is read as one record, in bytes (1 MiB). The rest of a longer line is skipped
/// and counted as one reject.
pub const LINE_BYTES_LIMIT: usize = 1 << 20;
/// Longest record of a structured document (one JSON element, one CSV row), in bytes (16 MiB).
pub const RECORD_BYTES_LIMIT: usize = 16 << 20;
/// Deepest nesting of a JSON document.
pub const JSON_DEPTH_LIMIT: usize = 64;
/// Most fields that one event keeps.
pub const FIELDS_LIMIT: usize = 4096;
/// Most bytes that one packed byte may become.
pub const ARCHIVE_RATIO_LIMIT: u64 = 200;
/// Bytes unpacked before the ratio is judged: small members may compress well.
pub const ARCHIVE_RATIO_GRACE_BYTES: u64 = 16 << 20;
/// Most bytes that one archive or compressed file may become in all (64 GiB).
pub const UNPACKED_BYTES_LIMIT: u64 = 64 << 30;
/// Deepest nesting of archives within archives.
pub const ARCHIVE_DEPTH_LIMIT: usize = 3;
/// Most members read from one archive.
pub const ARCHIVE_MEMBERS_LIMIT: usize = 100_000;
/// Largest rule file, in bytes (512 KiB): the largest public rule has 295,078.
pub const RULE_BYTES_LIMIT: usize = 512 << 10;
/// Most compiled bytes that one regular expression may take.
pub const REGEX_BYTES_LIMIT: usize = 8 << 20;
/// Samples of unreadable input that are kept per source and reason.
pub const REJECT_SAMPLES_LIMIT: usize = 20;
/// Longest sample of unreadable input, in bytes.
pub const REJECT_SAMPLE_BYTES_LIMIT: usize = 200;
/// Longest text kept of any one value taken from a log into a hit, in bytes.
pub const VALUE_BYTES_LIMIT: usize = 2048;
/// Example lines that one detection carries; all lines stand in the evidence file.
pub const DETECTION_SAMPLES_LIMIT: usize = 20;
/// Distinct accounts and agents that one address profile remembers by name hash.
pub const PROFILE_NAMES_LIMIT: usize = 32;

//! A message taken out of its envelope: a syslog line, a journal entry, a container's log. The
//! envelope says when, where and which program; what the message says is read elsewhere.

use bakas_model::Timestamp;

/// A message with what its envelope says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carried<'a> {
    /// When, where the envelope says so.
    pub(crate) time: Option<Timestamp>,
    /// The same as written.
    pub(crate) time_raw: &'a str,
    /// The host that wrote it.
    pub(crate) host: Option<&'a str>,
    /// The program that wrote it; empty where none is named.
    pub(crate) program: &'a str,
    /// The program's process.
    pub(crate) pid: Option<&'a str>,
    /// What it wrote.
    pub(crate) message: &'a str,
    /// Everything after time and host, the program's name included: some devices put no program
    /// there, and what looks like one is the message's beginning.
    pub(crate) after_header: &'a str,
}

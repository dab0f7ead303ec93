//! `exchange/journal.ndjson`: everything that happened, one line each, each with the digest of the
//! line before. A line is the smallest thing that happens: what a crash leaves of half a line is
//! cut off when the journal is opened next, and what a line says holds whole.

use std::path::Path;

use bakas_exchange::machine::Fact;
use bakas_store::Appended;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::crash;
use crate::{Error, input::hex};

/// The file, within the folder of an exchange.
pub const JOURNAL_FILE: &str = "exchange/journal.ndjson";
/// Version of its lines.
const SCHEMA: &str = "bakas-exchange/1";
/// Largest journal, in bytes (1 GiB).
pub const JOURNAL_BYTES_LIMIT: u64 = 1 << 30;
/// What stands for the line before the first one.
const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A fact about one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Noted {
    /// The request.
    pub(super) request: String,
    pub(super) fact: Fact,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub(super) enum Event {
    /// We did something.
    Done { facts: Vec<Noted> },
    /// A message came.
    Came(Came),
    /// A person trusts a message that waited.
    Trusted { message: String, by: String, why: String, at: String, facts: Vec<Noted> },
    /// A person threw a message out. It stays where it is.
    Dismissed { message: String, by: String, why: String, at: String },
}

/// A message that came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Came {
    /// SHA-256 of it.
    pub(super) message: String,
    pub(super) at: String,
    /// Which format it was read as; empty where none fits.
    pub(super) format: String,
    /// Who sent it, as it says.
    pub(super) from: String,
    /// What it is: request, answer, extract, receipt, withdrawal; empty where it could not be read.
    pub(super) kind: String,
    /// Why it waits for a person; empty where it does not.
    pub(super) waits: String,
    /// What it means; nothing while it waits.
    pub(super) facts: Vec<Noted>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    schema: String,
    /// From 1.
    number: u64,
    /// SHA-256 of the line before, without its end.
    previous: String,
    #[serde(flatten)]
    event: Event,
}

/// The journal, open and locked.
#[derive(Debug)]
pub(super) struct Journal {
    file: Appended,
    read: Read,
}

/// What stands in a journal.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) events: Vec<Event>,
    /// SHA-256 of each line, without its end.
    pub(super) digests: Vec<String>,
    /// Bytes that hold.
    whole: u64,
}

impl Journal {
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let mut file = Appended::open(&folder.join(JOURNAL_FILE))?;
        let bytes = file.read(JOURNAL_BYTES_LIMIT)?;
        let read = Read::of(&bytes)
            .map_err(|what| Error::Seal(format!("{JOURNAL_FILE}: {what}; it was altered")))?;
        if read.whole < bytes.len() as u64 {
            file.cut(read.whole)?;
        }
        Ok(Self { file, read })
    }

    pub(super) fn events(&self) -> &[Event] {
        &self.read.events
    }

    pub(super) fn digests(&self) -> &[String] {
        &self.read.digests
    }

    /// Appends what happened; it is on the disk when this returns.
    pub(super) fn append(&mut self, event: Event) -> Result<(), Error> {
        let last = self.read.digests.last().map_or(NOTHING_BEFORE, String::as_str);
        let line = Line {
            schema: SCHEMA.into(),
            number: self.read.events.len() as u64 + 1,
            previous: last.to_owned(),
            event,
        };
        let mut bytes = serde_json::to_vec(&line).expect("a line is plain data");
        let digest = hex(&Sha256::digest(&bytes));
        bytes.push(b'\n');
        crash::point();
        self.file.append(&bytes)?;
        crash::point();
        self.read.digests.push(digest);
        self.read.events.push(line.event);
        Ok(())
    }
}

impl Read {
    /// Reads the lines; fails at the first whole line that does not follow.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, String> {
        let mut read = Self::default();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(text) = line.strip_suffix(b"\n") else { break };
            let number = read.events.len() as u64 + 1;
            let wrong = |what: &str| format!("line {number}: {what}");
            let parsed: Line = serde_json::from_slice(text)
                .map_err(|e| wrong(&format!("it does not read: {e}")))?;
            if parsed.schema != SCHEMA {
                return Err(wrong("it is of another version"));
            }
            let last = read.digests.last().map_or(NOTHING_BEFORE, String::as_str);
            if parsed.number != number || parsed.previous != last {
                return Err(wrong("it does not follow from the line before"));
            }
            read.digests.push(hex(&Sha256::digest(text)));
            read.events.push(parsed.event);
            read.whole += line.len() as u64;
        }
        Ok(read)
    }
}

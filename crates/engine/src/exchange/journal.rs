//! `exchange/journal.ndjson`: everything that happened, one line each, each with the digest of the
//! line before. A line is the smallest thing that happens: what a crash leaves of half a line is
//! cut off when the journal is opened next, and what a line says holds whole.

use std::{collections::BTreeMap, path::Path};

use bakas_exchange::machine::Fact;
use bakas_model::exchange::{Handling, Pap, Tlp};
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
pub struct Noted {
    /// The request.
    pub request: String,
    /// What happened.
    pub fact: Fact,
}

impl Event {
    /// What it means for dialogues.
    pub(super) fn facts(&self) -> &[Noted] {
        match self {
            Self::Done { facts } | Self::Trusted { facts, .. } => facts,
            Self::Came(came) => &came.facts,
            Self::Left(exit) => &exit.facts,
            Self::Dismissed { .. } | Self::Made { .. } | Self::Delivered { .. } => &[],
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub(super) enum Event {
    /// We did something.
    Done { facts: Vec<Noted> },
    /// We made a part of a case for somebody: digest of its package, and the party.
    Made { package: String, to: String, by: String, at: String },
    /// Something left.
    Left(Box<Exit>),
    /// What a server said of what was handed in there.
    Delivered { package: String, exit: String, at: String, counts: Counts },
    /// A message came.
    Came(Box<Came>),
    /// A person trusts a message that waited.
    Trusted { message: String, by: String, why: String, at: String, facts: Vec<Noted> },
    /// A person threw a message out. It stays where it is.
    Dismissed { message: String, by: String, why: String, at: String },
}

/// Something that left: to whom, as what, under which labels, with whose consent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// When.
    pub at: String,
    /// The person who let it go.
    pub by: String,
    /// Request, answer or extract.
    pub kind: String,
    /// Digest of the package.
    pub package: String,
    /// SHA-256 of the message.
    pub message: String,
    /// Bytes of it.
    pub bytes: u64,
    /// Its format.
    pub format: String,
    /// What was put around it: `envelope`, `age`, `openpgp`; empty for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub around: Vec<String>,
    /// The party.
    pub to: String,
    /// Which way: `file NAME`, or a server.
    pub exit: String,
    /// How it is to be handled, at that time.
    pub handling: Handling,
    /// The label that each incident in it had then, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, (Tlp, Pap)>,
    /// Consents of originators that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Consented>,
    /// Why personal data of victims went along, where they did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub personal_because: String,
    /// What the format could not carry: how many things.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub losses: u64,
    /// What it means for its dialogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) facts: Vec<Noted>,
}

/// A consent that was obeyed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consented {
    /// Whose information it is.
    pub originator: String,
    /// To whom it may go.
    pub to: String,
    /// On what paper it stands.
    pub on: String,
}

/// What became of what was handed in at a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Things that were to be handed in.
    pub offered: u64,
    /// Those that the server took now.
    pub taken: u64,
    /// Those that it had taken earlier.
    pub already: u64,
    /// Those that it refused.
    pub refused: u64,
    /// Those that it had not decided.
    pub undecided: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A message that came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Whether it waits because something signed in it is not what was signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) broken: bool,
    /// What was taken off it, and what was within.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) within: Option<Within>,
    /// What could not be read of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rejected: Vec<String>,
    /// What it means; nothing while it waits.
    pub(super) facts: Vec<Noted>,
}

/// What stood within mails and envelopes. Its bytes are kept beside the message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Within {
    /// SHA-256 of it.
    pub(super) sha256: String,
    /// Where it stood.
    pub(super) place: String,
    /// Whether it was encrypted.
    pub(super) encrypted: bool,
    /// The party whose key signed it; empty where nobody's did that we know.
    pub(super) signer: String,
    /// The party that it was sealed for.
    pub(super) to: String,
    /// Labels that were signed.
    pub(super) labels: String,
    /// The address that its mail says it is from.
    pub(super) from: String,
    /// When its mail says that it was written.
    pub(super) date: String,
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

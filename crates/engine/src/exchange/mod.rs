//! The exchange with counterparts: requests out, answers in, and the other way round. All of it lies
//! below `exchange/` of a case folder (or of any folder, for a side that has no case): messages as
//! they came and as they went, and a journal of all that happened.
//!
//! Every step is one line of the journal, written after the files that it speaks of; a process that
//! ends between two steps leaves nothing half done that the next one does not see. A message counts
//! once, by its digest. Nothing that comes in acts by itself: a person sends, trusts, discloses and
//! takes in.

mod about;
mod answer;
mod ask;
mod crash;
mod deliver;
mod examine;
mod fetch;
mod formats;
mod journal;
mod labels;
mod look;
mod opening;
mod operator;
mod parties;
mod post;
mod receive;
mod reread;
mod send;
mod share;
mod waits;
mod wrap;

use std::{fs, io::Read as _, path::Path};

pub use answer::{Decision, Proposal, ProposedFlow};
pub use ask::{Ask, LOOKED_AT_LIMIT, RECORDS_LIMIT};
pub use bakas_exchange::{
    Consent, Loss, Refusal, Rules,
    candidates::{Disclose, Held},
    check::Fault,
    machine::{
        Act, Contradiction, Counted, Dialogue, Due, DueKind, Fact, Side, Stage, Standing, Thread,
    },
};
pub use bakas_model::exchange as nouns;
pub use deliver::{Delivered, SERVERS_FOLDER, format_of};
pub use examine::examine;
pub use fetch::Fetched;
pub use formats::Format;
pub use journal::{Consented, Counts, Exit, JOURNAL_BYTES_LIMIT, JOURNAL_FILE, Noted};
pub use look::WHOLE_BYTES_LIMIT;
pub use opening::{KEY_FILE_BYTES_LIMIT, KeyFiles};
pub use parties::{Defaults, Known, PARTIES_BYTES_LIMIT, PARTIES_FILE, PARTIES_LIMIT, Parties};
pub use post::{Gone, Post, Shown, Waiting};
pub use receive::{Arrival, TakenIn};
pub use reread::Logs;
pub use send::{Leave, Left, Out};
pub use share::{ADDRESSES_LIMIT, Share};
pub use wrap::Wrap;

use crate::Error;

/// The folder of an exchange, within a case or any other folder.
pub const FOLDER: &str = "exchange";
/// Messages as they went, by digest of their packages.
pub const OUT_FOLDER: &str = "exchange/out";
/// Messages as they came, by SHA-256.
pub const IN_FOLDER: &str = "exchange/in";
/// Largest message that is taken (512 MiB).
pub const MESSAGE_BYTES_LIMIT: u64 = 512 << 20;

/// The name of a package: SHA-256 in hex of its canonical form.
#[must_use]
pub fn digest(package: &nouns::Package) -> String {
    bakas_exchange::native::digest(package)
}

/// Writes a message that is to be handed over, in the place of one that was there.
fn hand_over(out: &Path, message: &[u8]) -> Result<(), Error> {
    crash::point();
    bakas_store::replace(out, message)?;
    crash::point();
    Ok(())
}

/// Reads a file that must not be larger.
fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(read)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(read)?;
    if bytes.len() as u64 > limit {
        return Err(Error::Usage(format!("{} is larger than {limit} bytes", path.display())));
    }
    Ok(bytes)
}

/// All that stands against something, one a line.
fn listed<T: std::fmt::Display>(head: &str, all: &[T]) -> Error {
    let mut text = head.to_owned();
    for one in all.iter().take(50) {
        text.push_str("\n  ");
        text.push_str(&one.to_string());
    }
    if all.len() > 50 {
        text.push_str(&format!("\n  and {} more", all.len() - 50));
    }
    Error::Refused(text)
}

//! What a message is: mails and envelopes are taken off it, its format is found, and who signed it
//! is told. Nothing is decided here about whether it is let in.

use std::{
    fs::File,
    io::{BufReader, Read as _},
    path::Path,
};

use bakas_exchange::{
    Limits, Taken, native, notice, stix,
    unwrap::{Inner, unwrap},
};
use bakas_model::{
    Timestamp,
    exchange::{Notice, Package, Words},
};
use sha2::{Digest as _, Sha256};

use super::{
    Format, MESSAGE_BYTES_LIMIT,
    formats::{self, Guess},
    journal::Within,
    opening::Opening,
};
use crate::{Error, input::hex};

/// Messages up to this size are held in memory (64 MiB); larger ones are read as they come, which
/// only STIX bundles can be.
pub const WHOLE_BYTES_LIMIT: u64 = 64 << 20;
/// Things of one message that could not be read and are told one by one.
pub(super) const REJECTS_TOLD: usize = 50;

/// What a message holds.
#[derive(Debug)]
pub(super) enum Held {
    /// Packages, and the signed note that came with a single one.
    Packages(Vec<Package>, Option<String>),
    /// A notice, and its signed note.
    Notice(Box<Notice>, Option<String>),
}

/// A message, looked at.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) format: &'static str,
    pub(super) held: Held,
    /// What could not be read of it.
    pub(super) rejected: Vec<String>,
    /// What was taken off, and the bytes that were within.
    pub(super) within: Option<(Within, Vec<u8>)>,
}

/// Why a message is of no use as it is.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Place, what, and what to do.
    pub(super) what: String,
    /// Whether something signed is not what was signed.
    pub(super) is_broken: bool,
}

/// Looks at a message in a file.
pub(super) fn message(path: &Path, opening: &Opening) -> Result<Result<Seen, Trouble>, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(read)?;
    let size = file.metadata().map_err(read)?.len();
    if size > WHOLE_BYTES_LIMIT {
        return Ok(large(file));
    }
    let mut bytes = Vec::new();
    file.take(WHOLE_BYTES_LIMIT).read_to_end(&mut bytes).map_err(read)?;
    Ok(whole(&bytes, opening))
}

/// Reads a message that is too large for memory: a bundle of STIX, one object at a time.
fn large(file: File) -> Result<Seen, Trouble> {
    let limits = Limits { bytes: MESSAGE_BYTES_LIMIT, ..Limits::default() };
    let taken = stix::decode_stream(BufReader::with_capacity(1 << 20, file), &limits);
    let taken = taken.map_err(|error| Trouble {
        what: format!(
            "{error} (messages over {} MiB are read as STIX bundles alone; ask for others in parts)",
            WHOLE_BYTES_LIMIT >> 20
        ),
        is_broken: false,
    })?;
    if taken.packages.is_empty() {
        let what = "no package could be read".to_owned() + &first(&taken.rejected);
        return Err(Trouble { what, is_broken: false });
    }
    let rejected = told(&taken.rejected);
    Ok(Seen { format: "stix", held: Held::Packages(taken.packages, None), rejected, within: None })
}

fn first(rejected: &[Words]) -> String {
    rejected.first().map_or_else(String::new, |words| format!(": {}", words.text))
}

fn told(rejected: &[Words]) -> Vec<String> {
    let mut all: Vec<String> =
        rejected.iter().take(REJECTS_TOLD).map(|words| words.text.clone()).collect();
    if rejected.len() > REJECTS_TOLD {
        all.push(format!("{} more could not be read", rejected.len() - REJECTS_TOLD));
    }
    all
}

/// Looks at a message in memory.
pub(super) fn whole(bytes: &[u8], opening: &Opening) -> Result<Seen, Trouble> {
    let limits = Limits { bytes: WHOLE_BYTES_LIMIT, ..Limits::default() };
    let mut seen: Option<Seen> = None;
    let mut troubles: Vec<Trouble> = Vec::new();
    let mut also: Vec<String> = Vec::new();
    for one in unwrap(bytes, &opening.keys, &limits) {
        let inner = match one {
            Ok(inner) => inner,
            Err(error) => {
                let is_broken = error.is_broken;
                troubles.push(Trouble { what: error.to_string(), is_broken });
                continue;
            }
        };
        match (decoded(&inner.opened.payload, inner.date), &seen) {
            (Ok(_), Some(_)) => also.push(format!(
                "{}: a second message in one mail is not read; save it by itself",
                inner.place
            )),
            (Ok((format, held, rejected)), None) => {
                let within = inner.is_wrapped.then(|| within(inner, opening));
                seen = Some(Seen { format, held, rejected, within });
            }
            (Err(what), _) => {
                let what =
                    if inner.place.is_empty() { what } else { format!("{}: {what}", inner.place) };
                troubles.push(Trouble { what, is_broken: false });
            }
        }
    }
    match seen {
        // Somebody's words beside a message that was read are no trouble; a broken seal is.
        Some(_) if troubles.iter().any(|one| one.is_broken) => Err(joined(troubles)),
        Some(mut seen) => {
            seen.rejected.extend(also);
            Ok(seen)
        }
        None => Err(joined(troubles)),
    }
}

fn joined(troubles: Vec<Trouble>) -> Trouble {
    let is_broken = troubles.iter().any(|one| one.is_broken);
    let shown = troubles.iter().filter(|one| one.is_broken == is_broken);
    let what: Vec<&str> = shown.take(5).map(|one| one.what.as_str()).collect();
    Trouble { what: what.join("; "), is_broken }
}

fn within(inner: Inner, opening: &Opening) -> (Within, Vec<u8>) {
    let opened = inner.opened;
    let within = Within {
        sha256: hex(&Sha256::digest(&opened.payload)),
        place: inner.place,
        encrypted: opened.encrypted,
        signer: opening.signer(&opened).unwrap_or_default().to_owned(),
        to: opened.to,
        labels: opened.labels.map(|(tlp, pap)| format!("{tlp} {pap}")).unwrap_or_default(),
        from: inner.from,
        date: inner.date.map(|date| date.to_string()).unwrap_or_default(),
    };
    (within, opened.payload)
}

/// Reads what is left when nothing is around it any more.
pub(super) fn decoded(
    bytes: &[u8],
    date: Option<Timestamp>,
) -> Result<(&'static str, Held, Vec<String>), String> {
    let limits = Limits { bytes: WHOLE_BYTES_LIMIT, ..Limits::default() };
    match formats::guess(bytes) {
        Guess::Notice => notice::decode(bytes, &limits)
            .map(|(notice, note)| ("notice", Held::Notice(Box::new(notice), note), Vec::new()))
            .map_err(|error| error.to_string()),
        Guess::Formats([Format::Native]) => native::open(bytes, &limits)
            .map(|document| {
                let Taken { packages, rejected, .. } = document.taken;
                ("native", Held::Packages(packages, document.note), told(&rejected))
            })
            .map_err(|error| error.to_string()),
        Guess::Formats(formats) => formats::decode(bytes, formats, &limits, date)
            .map(|(format, taken)| {
                (format.name(), Held::Packages(taken.packages, None), told(&taken.rejected))
            })
            .map_err(|errors| errors.join("; ")),
        Guess::Unknown => Err(
            "json: /: no format that is known here; ask for native, STIX, MISP, IODEF, XARF, CSV or text"
                .into(),
        ),
    }
}

/// SHA-256 in hex of a file, whatever its size.
pub(super) fn digest(path: &Path) -> Result<String, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(read)?;
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut part).map_err(read)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(part.get(..count).unwrap_or_default());
    }
}

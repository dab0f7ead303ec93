//! Handing a message in at a counterpart's server, and going on where it broke off. What the server
//! took is written down batch by batch, so that nothing is handed in twice and every object is
//! accounted for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use bakas_exchange::Cleared;
use bakas_model::{
    exchange::Tlp,
    transport::{Became, ObjectVersion, Outcome, Push, Server, Service, Transport},
};
use bakas_store::Appended;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    Format, Leave, Post, crash,
    journal::{Counts, Event},
};
use crate::{Error, input::hex};

/// What is kept of servers, within the folder of an exchange.
pub const SERVERS_FOLDER: &str = "exchange/servers";
/// Largest record of what a server took, in bytes (1 GiB).
const TAKEN_BYTES_LIMIT: u64 = 1 << 30;
/// Refusals that are told one by one.
const REFUSALS_TOLD: usize = 20;

/// What a server said of what was handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Delivered {
    /// How many; `offered` = `taken` + `already` + `refused` + `undecided`.
    pub counts: Counts,
    /// The first of those that it refused, and why.
    pub refusals: Vec<(String, String)>,
}

/// One line of what a server took.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    object: ObjectVersion,
    became: Became,
}

/// The format that a server takes.
#[must_use]
pub const fn format_of(server: &Server) -> Format {
    match server.service {
        Service::Taxii => Format::Stix,
        Service::Misp => Format::Misp,
    }
}

/// Whether something may go to a server at all: many may read there.
pub(super) fn may(cleared: &Cleared, leave: &Leave<'_>, server: &Server) -> Result<(), Error> {
    let format = format_of(server);
    if leave.format != format {
        return Err(Error::Usage(format!("{server} takes the format {} alone", format.name())));
    }
    if !leave.wrap.is_none() {
        return Err(Error::Usage(format!(
            "{server} takes no envelope: write a file (--out) and send that"
        )));
    }
    if super::send::strictest(cleared) == Tlp::Red {
        return Err(Error::Refused(format!(
            "TLP:RED is for single persons, and several may read at {server}: write an encrypted file (--out) for each"
        )));
    }
    Ok(())
}

/// What of a message a server gets. Of a bundle, the definition of our extension stays: OASIS' own
/// server takes the `version` of such an object for a time, and then gives nobody anything of the
/// collection any more. It is published with the format.
pub(super) fn for_server(server: &Server, message: Vec<u8>) -> Result<Vec<u8>, Error> {
    if server.service != Service::Taxii {
        return Ok(message);
    }
    let wrong = |e: serde_json::Error| Error::Seal(format!("our bundle does not read: {e}"));
    let mut bundle: serde_json::Value = serde_json::from_slice(&message).map_err(wrong)?;
    if let Some(serde_json::Value::Array(objects)) = bundle.get_mut("objects") {
        objects.retain(|one| {
            one.get("type").and_then(serde_json::Value::as_str) != Some("extension-definition")
        });
    }
    serde_json::to_vec(&bundle).map_err(wrong)
}

/// Where something about a server is kept; its name tells nobody which.
pub(super) fn folder_of(exchange: &Path, server: &Server) -> PathBuf {
    let digest = hex(&Sha256::digest(server.to_string().as_bytes()));
    exchange.join(SERVERS_FOLDER).join(digest.get(..32).unwrap_or(&digest))
}

impl Post<'_> {
    /// Hands a message in; what the server took earlier is left out.
    pub(super) fn deliver(
        &mut self,
        package: &str,
        message: &[u8],
        server: &Server,
        transport: &dyn Transport,
    ) -> Result<Delivered, Error> {
        let folder = folder_of(&self.folder, server);
        fs::create_dir_all(&folder)
            .map_err(|source| Error::Write { path: folder.clone(), source })?;
        let mut taken = Taken::open(&folder.join("taken.ndjson"))?;
        let done = taken.done.clone();
        let mut refusals = BTreeMap::new();
        let mut failed = None;
        let push = Push { document: message, done: &done };
        let pushed = transport.push(server, &push, &mut |outcomes| {
            for one in outcomes {
                if let Became::Failure(why) = &one.became {
                    refusals.insert(one.object.id.clone(), why.clone());
                }
            }
            if let Err(error) = taken.note(outcomes) {
                failed.get_or_insert(error);
            }
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let delivery = pushed.map_err(|error| {
            let kept = taken.done.len() - done.len();
            Error::Outside(bakas_model::outside::OutsideError::Unreachable {
                url: server.to_string(),
                why: format!(
                    "{error}; {kept} objects were taken before, do it again to go on with the rest"
                ),
            })
        })?;
        let counts = Counts {
            offered: delivery.offered,
            taken: delivery.success,
            already: delivery.left_out,
            refused: delivery.failure,
            undecided: delivery.pending,
        };
        if !delivery.adds_up() {
            return Err(Error::Seal(format!("the counts of {server} do not add up: {counts:?}")));
        }
        let event = Event::Delivered {
            package: package.to_owned(),
            exit: server.to_string(),
            at: self.clock.now().to_string(),
            counts,
        };
        self.note(event)?;
        let refusals = refusals.into_iter().take(REFUSALS_TOLD).collect();
        Ok(Delivered { counts, refusals })
    }
}

/// What a server took, on disk.
struct Taken {
    file: Appended,
    done: BTreeSet<ObjectVersion>,
}

impl Taken {
    fn open(path: &Path) -> Result<Self, Error> {
        let mut file = Appended::open(path)?;
        let bytes = file.read(TAKEN_BYTES_LIMIT)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole < bytes.len() {
            file.cut(whole as u64)?;
        }
        let mut done = BTreeSet::new();
        for line in bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n') {
            // A line that does not read is an object that is handed in once more.
            if let Ok(Line { object, became: Became::Success }) = serde_json::from_slice(line) {
                done.insert(object);
            }
        }
        Ok(Self { file, done })
    }

    fn note(&mut self, outcomes: &[Outcome]) -> Result<(), Error> {
        let mut lines = Vec::new();
        for one in outcomes {
            let line = Line { object: one.object.clone(), became: one.became.clone() };
            lines.extend(serde_json::to_vec(&line).expect("a line is plain data"));
            lines.push(b'\n');
            if one.became == Became::Success {
                self.done.insert(one.object.clone());
            }
        }
        crash::point();
        self.file.append(&lines)?;
        crash::point();
        Ok(())
    }
}

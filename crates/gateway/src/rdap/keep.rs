//! Where registries' answers are kept: the raw bytes as they came, beside them what was read from
//! them and their digest. A raw answer is never written anew. It asks nobody.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::IpAddr,
    path::{Path, PathBuf},
};

use bakas_model::outside::{OutsideError, Registered};
use bakas_model::{
    Timestamp,
    network::{Contact, Rdap},
};
use serde::{Deserialize, Serialize};

use super::digest;
use crate::{
    BOOTSTRAP_BYTES_LIMIT, BOOTSTRAP_FRESH_SECONDS, KEPT_ANSWERS_LIMIT, RDAP_BYTES_LIMIT,
    RDAP_FRESH_SECONDS,
};

/// The folder's name below the data folder.
const FOLDER: &str = "rdap";
/// How a file with what was read ends.
const READ_ENDING: &str = ".read.json";

/// Kept answers.
#[derive(Debug)]
pub(super) struct Shelf {
    folder: Option<PathBuf>,
    answers: Vec<Kept>,
}

/// An answer with the block that it speaks of.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    first: IpAddr,
    last: IpAddr,
    rdap: Rdap,
    contacts: Vec<Contact>,
}

impl Shelf {
    /// The answers of a folder that still hold together; without one they last as long as the
    /// program.
    pub(super) fn open(keep: Option<&Path>) -> Self {
        let folder = keep.map(|keep| keep.join(FOLDER));
        let entries = folder.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let ours = paths.filter(|path| path.to_string_lossy().ends_with(READ_ENDING));
        let answers = ours.take(KEPT_ANSWERS_LIMIT).filter_map(|path| kept(&path)).collect();
        Self { folder, answers }
    }

    /// The newest fresh answer about an address.
    pub(super) fn get(&self, address: IpAddr, now: Timestamp) -> Option<Registered> {
        let holds = |kept: &&Kept| {
            kept.first.is_ipv4() == address.is_ipv4()
                && (kept.first..=kept.last).contains(&address)
                && is_fresh(kept.rdap.asked, now, RDAP_FRESH_SECONDS)
        };
        let kept = self.answers.iter().filter(holds).max_by_key(|kept| kept.rdap.asked)?;
        let Kept { rdap, contacts, .. } = kept.clone();
        Some(Registered { rdap, contacts, cached: true })
    }

    /// Keeps an answer.
    pub(super) fn put(
        &mut self,
        address: IpAddr,
        (first, last): (IpAddr, IpAddr),
        mut registered: Registered,
        raw: &[u8],
        now: Timestamp,
    ) -> Result<Registered, OutsideError> {
        if let Some(folder) = &self.folder {
            let stem = format!("{}@{}", address.to_string().replace(':', "-"), now.as_seconds());
            let name = format!("{stem}.json");
            write(&folder.join(&name), raw)?;
            registered.rdap.file = Some(format!("{FOLDER}/{name}"));
            let Registered { rdap, contacts, .. } = registered.clone();
            let read = serde_json::to_vec(&Kept { first, last, rdap, contacts });
            let read = read.expect("texts and numbers become JSON");
            write(&folder.join(format!("{stem}{READ_ENDING}")), &read)?;
        }
        let Registered { rdap, contacts, .. } = registered.clone();
        self.answers.push(Kept { first, last, rdap, contacts });
        Ok(registered)
    }

    /// A kept list of registries, where it is fresh.
    pub(super) fn list(&self, name: &str, now: Timestamp) -> Option<Vec<u8>> {
        let folder = self.folder.as_ref()?;
        let asked = read(&folder.join(format!("{name}.asked")), 64)?;
        let asked: Timestamp = String::from_utf8(asked).ok()?.trim().parse().ok()?;
        let fresh = is_fresh(asked, now, BOOTSTRAP_FRESH_SECONDS);
        fresh.then(|| read(&folder.join(name), BOOTSTRAP_BYTES_LIMIT))?
    }

    /// Keeps a list of registries in place of an older one.
    pub(super) fn put_list(
        &self,
        name: &str,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), OutsideError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let path = folder.join(name);
        // Another run's list is as good as ours: the last one stands.
        let fresh = folder.join(format!("{name}.{}.part", std::process::id()));
        drop(fs::remove_file(&fresh));
        write(&fresh, bytes)?;
        let moved = fs::rename(&fresh, &path);
        moved.map_err(|source| OutsideError::Keep { path, source })?;
        let asked = folder.join(format!("{name}.asked"));
        drop(fs::remove_file(&asked));
        write(&asked, now.to_string().as_bytes())
    }
}

/// An answer whose raw bytes are still those that were read.
fn kept(path: &Path) -> Option<Kept> {
    let kept: Kept = serde_json::from_slice(&read(path, RDAP_BYTES_LIMIT)?).ok()?;
    let stem = path.to_str()?.strip_suffix(READ_ENDING)?;
    let raw = read(Path::new(&format!("{stem}.json")), RDAP_BYTES_LIMIT)?;
    (digest(&raw) == kept.rdap.sha256).then_some(kept)
}

fn is_fresh(asked: Timestamp, now: Timestamp, seconds: i64) -> bool {
    (0..=seconds).contains(&now.as_seconds().saturating_sub(asked.as_seconds()))
}

/// A file that is no larger than the bound.
fn read(path: &Path, limit: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(limit + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= limit).then_some(bytes)
}

/// A new file; one that is there stays, since an answer is evidence.
fn write(path: &Path, bytes: &[u8]) -> Result<(), OutsideError> {
    let failed = |source| OutsideError::Keep { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    match File::create_new(path) {
        Ok(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

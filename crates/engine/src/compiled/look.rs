//! How files look from outside: where they are, how large, and when they or their names last
//! changed. Files that look the same hold the same, as far as a file system can tell: whoever
//! writes into a file changes its times. It reads no file of rules.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bakas_detect::LoadOptions;
use sha2::{Digest as _, Sha256};

use super::{EXTENSIONS, HASH_BYTES, add, folder, hash, named, read};
use crate::{
    clock::Clock,
    files::{self, Listed},
};

/// A file that changed so shortly before it was looked at may change again and look the same: the
/// clocks of some file systems count no smaller steps.
const UNSETTLED_SECONDS: u64 = 3;

/// How files look, and what they are loaded with but for the formats of users.
#[derive(Clone)]
pub(super) struct Look {
    hash: Sha256,
    is_settled: bool,
}

impl Look {
    /// Looks. `None` where a file cannot be looked at so.
    pub(super) fn at(
        carried: &[(String, String)],
        listed: &[Listed],
        options: &LoadOptions,
        clock: &dyn Clock,
    ) -> Option<Self> {
        let now = clock.now().as_micros().div_euclid(1_000_000);
        let settled = u64::try_from(now).ok()?.checked_sub(UNSETTLED_SECONDS)?;
        let mut hash = hash(carried, options)?;
        let mut is_settled = true;
        let look = |part: &[Listed]| part.iter().map(|(path, _)| look(path)).collect();
        let looks: Vec<Option<Vec<[u64; 7]>>> = files::shared(listed, &look);
        let looks = looks.into_iter().collect::<Option<Vec<_>>>()?;
        for ((_, name), look) in listed.iter().zip(looks.into_iter().flatten()) {
            add(&mut hash, name);
            look.iter().for_each(|part| hash.update(part.to_le_bytes()));
            let [.., written, _, changed, _] = look;
            is_settled &= written.max(changed) < settled;
        }
        Some(Self { hash, is_settled })
    }

    /// Where it would stand what files that look so hold.
    pub(super) fn place(&self) -> Option<PathBuf> {
        Some(folder()?.join(named(self.hash.clone(), EXTENSIONS[1])))
    }

    /// Whether files that look so were read before.
    pub(super) fn is_known(&self) -> bool {
        self.place().is_some_and(|place| place.exists())
    }

    /// Whether no file can change and look the same.
    pub(super) const fn is_settled(&self) -> bool {
        self.is_settled
    }
}

/// Device, number, bytes, and the seconds and nanoseconds of both times.
#[cfg(unix)]
fn look(path: &Path) -> Option<[u64; 7]> {
    use std::os::unix::fs::MetadataExt as _;
    let seen = fs::metadata(path).ok()?;
    let times = [seen.mtime(), seen.mtime_nsec(), seen.ctime(), seen.ctime_nsec()];
    let [written, written_ns, changed, changed_ns] = times.map(|time| u64::try_from(time).ok());
    Some([seen.dev(), seen.ino(), seen.len(), written?, written_ns?, changed?, changed_ns?])
}

/// Elsewhere files do not tell when they changed for sure.
#[cfg(not(unix))]
fn look(_: &Path) -> Option<[u64; 7]> {
    None
}

/// The content of files whose look stands in this place.
pub(super) fn content_of(seen: &Path) -> Option<[u8; HASH_BYTES]> {
    read(seen).ok()??.try_into().ok()
}

//! One try that a log tells twice is counted once. The OpenSSH server writes `Invalid user x from …`
//! and then `Failed password for invalid user x from …` for one try at a password; either may also
//! stand alone. It reads nothing else into a record.

use std::net::IpAddr;

use bakas_model::{EventRow, Stream};
use rustc_hash::FxHashMap;

/// The ways in which the OpenSSH server tells that a sign-in failed: an answer to a password or
/// key, and three announcements.
const WAYS: usize = 4;

/// Failures told so far, by address, account (lower case) and way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Once {
    told: FxHashMap<(Option<IpAddr>, String), [u64; WAYS]>,
}

/// In which way a record of the OpenSSH server tells of a failure.
fn way(operation: &str) -> usize {
    match operation {
        "Invalid user" => 1,
        "User not allowed" => 2,
        "PAM: Authentication failure" => 3,
        _ => 0,
    }
}

impl Once {
    /// Hears a failure, and says whether it is a try that was not told before: of each account from
    /// each address there were as many tries as its most frequent way tells. Names beyond `limit`
    /// are taken together.
    pub(crate) fn is_new(&mut self, row: &EventRow, limit: usize) -> bool {
        if row.stream != Stream::Sshd {
            return true;
        }
        let name = row.account.as_deref().unwrap_or_default().to_lowercase();
        let mut key = (row.src, name);
        if self.told.len() >= limit && !self.told.contains_key(&key) {
            key.1.clear();
        }
        let told = self.told.entry(key).or_default();
        let most = told.iter().copied().max().unwrap_or_default();
        let here = &mut told[way(&row.operation)];
        *here += 1;
        *here > most
    }
}

//! One try that logs tell twice is counted once. The OpenSSH server writes `Invalid user x from …`
//! and then `Failed password for invalid user x from …` for one try at a password, and the audit
//! system and btmp tell it again; Entra and the unified audit of Microsoft 365 tell the same
//! sign-ins; Windows tells one by the machine and by the controller of the domain; a firewall by
//! the server it asked and by itself. Either may also stand alone. It reads nothing else into a
//! record.

use std::hash::BuildHasher as _;

use bakas_model::{EventRow, Stream};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::few::Room;

/// Most ways in which one product tells that a sign-in failed.
const WAYS: usize = 8;

/// Who tells the same tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Teller {
    /// A machine with Linux or its kin: sshd, its audit system, btmp.
    Machine,
    /// Entra and Microsoft 365.
    Microsoft,
    Windows,
    Asa,
    FortiGate,
}

/// Failures told so far, by way and by the hash of teller, address and account (lower case).
#[derive(Clone, Debug, Default)]
pub(crate) struct Once {
    told: FxHashMap<u64, [u32; WAYS]>,
}

/// What one account at one address takes, in bytes.
const TOLD_BYTES: usize = 64;

/// Who tells of a failure and in which way, where one try may be told in several.
fn way(row: &EventRow) -> Option<(Teller, usize)> {
    let ssh = |operation: &str| match operation {
        "Invalid user" => 1,
        "User not allowed" => 2,
        "PAM: Authentication failure" => 3,
        _ => 0,
    };
    match row.stream {
        Stream::Sshd => Some((Teller::Machine, ssh(&row.operation))),
        Stream::Wtmp => Some((Teller::Machine, 4)),
        Stream::Auditd => {
            Some((Teller::Machine, if row.operation == "USER_LOGIN" { 5 } else { 6 }))
        }
        Stream::M365 => Some((Teller::Microsoft, 0)),
        Stream::EntraSignIn => Some((Teller::Microsoft, 1)),
        Stream::Windows => {
            let at = match row.operation.as_str() {
                "Failed logon" => 0,
                "NTLM validation" => 1,
                "Kerberos ticket" => 2,
                _ => 3,
            };
            Some((Teller::Windows, at))
        }
        // 113005 and its kin are the answer of the server asked, 716039 and 605004 the firewall's.
        Stream::CiscoAsa => {
            let at = match row.operation.as_str() {
                "113004" | "113005" | "113012" | "113015" | "113016" | "113017" => 0,
                "113006" => 1,
                "605004" => 2,
                "611102" => 3,
                _ => 4,
            };
            Some((Teller::Asa, at))
        }
        Stream::FortiGate => {
            let vpn = row.operation.starts_with("ssl-") || row.operation == "auth-fail";
            Some((Teller::FortiGate, usize::from(vpn)))
        }
        _ => None,
    }
}

impl Once {
    /// Hears a failure, and says whether it is a try that was not told before: of each account from
    /// each address there were as many tries as its most frequent way tells. Names beyond `limit`,
    /// and those for which there is no room, are taken together.
    pub(crate) fn is_new(&mut self, row: &EventRow, limit: usize, room: &mut Room) -> bool {
        let Some((teller, way)) = way(row) else { return true };
        let name = row.account.as_deref().unwrap_or_default().to_lowercase();
        let of = |name: &str| FxBuildHasher.hash_one((teller, row.src, name));
        let mut key = of(&name);
        if !self.told.contains_key(&key)
            && (self.told.len() >= limit || (!self.told.is_empty() && !room.take(TOLD_BYTES)))
        {
            key = of("");
        }
        let told = self.told.entry(key).or_default();
        let most = told.iter().copied().max().unwrap_or_default();
        let here = &mut told[way];
        *here = here.saturating_add(1);
        *here > most
    }
}

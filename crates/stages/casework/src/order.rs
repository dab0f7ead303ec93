//! Which kind of incident a record goes to where its address has several: the kinds in order, best
//! first, by what the record means.

use bakas_model::IncidentKind::{
    AccountTakeover as Takeover, AdminDiscovery as Admin, LateralMovement as Lateral,
    PasswordGuessing as Guess, PasswordSpraying as Spray, Scanning as Scan,
    WebExploitation as Exploit, WebShell as Shell,
};
use bakas_model::{Class, EventRow, IncidentKind, Status};

use crate::reading::{self, Act, Meaning};

pub(crate) const SHELL_FIRST: &[IncidentKind] = &[Shell, Exploit, Scan, Admin, Guess, Spray];
pub(crate) const TRIES_FIRST: &[IncidentKind] = &[Guess, Spray, Admin, Exploit, Scan, Shell];
pub(crate) const EXPLOITS_FIRST: &[IncidentKind] = &[Exploit, Scan, Guess, Spray, Admin, Shell];
pub(crate) const ADMIN_FIRST: &[IncidentKind] = &[Admin, Scan, Exploit, Guess, Spray, Shell];
pub(crate) const SCANS_FIRST: &[IncidentKind] = &[Scan, Exploit, Admin, Guess, Spray, Shell];
pub(crate) const ENTERED_FIRST: &[IncidentKind] = &[Takeover, Guess, Spray, Admin];
pub(crate) const LISTING_FIRST: &[IncidentKind] = &[Admin, Takeover, Guess, Spray];
pub(crate) const FAILED_FIRST: &[IncidentKind] = &[Guess, Spray, Admin, Takeover];
pub(crate) const FAILED_ADMIN_FIRST: &[IncidentKind] = &[Admin, Guess, Spray, Takeover];
/// What failed at a machine or a gate, and what is no sign-in.
const SYSTEM: &[IncidentKind] = &[Lateral, Guess, Spray, Takeover];
/// Who got in at a machine or a gate, and what was done there.
const SYSTEM_ENTERED: &[IncidentKind] = &[Lateral, Takeover, Guess, Spray];
/// Connections, names and alarms on the wire: they tell of an address, not of an account.
const WIRE: &[IncidentKind] = &[Guess, Spray, Exploit, Scan, Shell, Takeover, Admin];

/// The order for a machine's record.
pub(crate) fn system_order(meaning: Meaning) -> &'static [IncidentKind] {
    match meaning {
        Meaning::TryOk | Meaning::Act(_) => SYSTEM_ENTERED,
        _ => SYSTEM,
    }
}

/// The order for a record of a firewall, sensor or name server.
pub(crate) fn network_order(row: &EventRow, meaning: Meaning) -> &'static [IncidentKind] {
    if row.class == Class::Authentication || matches!(meaning, Meaning::Act(_)) {
        return system_order(meaning);
    }
    WIRE
}

pub(crate) fn mail_order(row: &EventRow, meaning: Meaning) -> &'static [IncidentKind] {
    match meaning {
        // A challenge or refusal on the way in goes with the tries.
        Meaning::TryFailed | Meaning::Refused | Meaning::Other
            if row.class == Class::Authentication
                && row.account.as_deref().is_some_and(reading::is_admin_name) =>
        {
            FAILED_ADMIN_FIRST
        }
        Meaning::Refused | Meaning::Other
            if row.class == Class::Authentication && row.status != Status::Success =>
        {
            FAILED_FIRST
        }
        Meaning::TryFailed if row.account.as_deref().is_some_and(reading::is_admin_name) => {
            FAILED_ADMIN_FIRST
        }
        Meaning::TryFailed => FAILED_FIRST,
        Meaning::Act(Act::Directory) => LISTING_FIRST,
        _ => ENTERED_FIRST,
    }
}

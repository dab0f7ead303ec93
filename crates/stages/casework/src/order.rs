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
pub(crate) const SYSTEM: &[IncidentKind] = &[Lateral, Guess, Spray, Takeover];

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

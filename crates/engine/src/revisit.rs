//! The second look: what the suspects of casework did, row by row in time order, from the lake.

use std::collections::HashSet;

use bakas_casework::{Drafts, Findings, Wanted};
use bakas_model::{IncidentId, Place, Timestamp};
use bakas_store::{CaseFolder, EventLake, InTimeOrder, Sorted, Spool, StoreError};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Memory for the rows of suspects, in bytes.
const ROWS_BYTES_LIMIT: usize = 128 << 20;

/// The file that holds every line of every incident.
pub(crate) const EVIDENCE_FILE: &str = "evidence.ndjson";

/// A line of `evidence.ndjson`: `docs/formats/case-folder.md`.
#[derive(Serialize)]
pub(crate) struct EvidenceLine<'a> {
    pub(crate) incident: &'a IncidentId,
    pub(crate) file: &'a str,
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) time: Timestamp,
}

/// A row that casework gave to a draft, in the order of drafts and time.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Claimed {
    pub(crate) draft: usize,
    pub(crate) time: Timestamp,
    pub(crate) place: Place,
}

/// Surveys the suspects' rows, lets casework settle, and gives each row to its draft.
pub(crate) fn suspects(
    drafts: &mut Drafts,
    findings: &Findings<'_>,
    lake: &dyn EventLake,
    folder: &CaseFolder,
) -> Result<Spool<Claimed>, Error> {
    for row in rows(lake, drafts.wanted(), folder)? {
        drafts.survey(&row?.0);
    }
    drafts.settle(findings);
    let mut claimed =
        Spool::new(&folder.temp_dir(), ROWS_BYTES_LIMIT, |_: &Claimed| size_of::<Claimed>());
    for row in rows(lake, drafts.wanted(), folder)? {
        let row = row?.0;
        if let Some(draft) = drafts.claim(&row) {
            claimed.push(Claimed { draft, time: row.time, place: row.place })?;
        }
    }
    Ok(claimed)
}

fn rows(
    lake: &dyn EventLake,
    wanted: &Wanted,
    folder: &CaseFolder,
) -> Result<Sorted<InTimeOrder>, StoreError> {
    let asked = bakas_store::Wanted {
        addresses: wanted.addresses.iter().map(|(_, address)| *address).collect::<HashSet<_>>(),
        accounts: wanted.accounts.iter().cloned().collect(),
    };
    let mut spool = Spool::new(&folder.temp_dir(), ROWS_BYTES_LIMIT, InTimeOrder::weight);
    if !asked.is_empty() {
        lake.scan(&asked, &mut |row| {
            if wanted.has(row.agency, row.src, row.account.as_deref()) {
                spool.push(InTimeOrder(row))?;
            }
            Ok(())
        })?;
    }
    spool.into_sorted()
}

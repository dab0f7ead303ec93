//! The second look: what the suspects of casework did, row by row in time order, from the lake.

use std::{collections::HashSet, mem, path::Path, thread};

use bakas_casework::{Drafts, Findings, Wanted};
use bakas_model::{EventRow, IncidentId, Place, Timestamp};
use bakas_store::{CaseFolder, EventLake, Spool, StoreError};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use serde::{Deserialize, Serialize};

use crate::{Error, held::Carried};

/// Memory for the places of claimed rows, in bytes.
const CLAIMED_BYTES_LIMIT: usize = 64 << 20;
/// Memory for the rows of the survey, in bytes: those that fit are not read a second time.
const KEPT_BYTES_LIMIT: usize = 64 << 20;
/// Rows that are handed from the lake's thread to casework's at once.
const BATCH_ROWS: usize = 2048;
/// Batches that wait.
const QUEUE_BATCHES: usize = 4;

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
) -> Result<(Spool<Claimed>, Carried), Error> {
    let temp = folder.temp_dir();
    let first = drafts.wanted().clone();
    let mut kept = Kept::default();
    let mut survey = |row: &EventRow| {
        drafts.survey(row);
        Ok(())
    };
    each_row(lake, &first, &temp, &mut survey, &mut |batch| kept.keep(batch))?;
    drafts.settle(findings);
    let wanted = drafts.wanted().clone();
    let mut claimed = Spool::new(&temp, CLAIMED_BYTES_LIMIT, |_: &Claimed| size_of::<Claimed>());
    let mut carried = Carried::default();
    let mut claim = |row: &EventRow| match drafts.claim(row) {
        Some(draft) => {
            carried.line(row);
            claimed.push(Claimed { draft, time: row.time, place: row.place })
        }
        None => Ok(()),
    };
    match kept.batches.filter(|_| is_among(&wanted, &first)) {
        Some(batches) => {
            let rows = batches.iter().flatten();
            let has = |row: &&EventRow| wanted.has(row.agency, row.src, row.account.as_deref());
            rows.filter(has).try_for_each(claim)?;
        }
        None => each_row(lake, &wanted, &temp, &mut claim, &mut Some)?,
    }
    Ok((claimed, carried))
}

/// Rows of the survey, for the time after it, as long as they are not too many.
struct Kept {
    /// `None` where they were.
    batches: Option<Vec<Vec<EventRow>>>,
    bytes: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self { batches: Some(Vec::new()), bytes: 0 }
    }
}

impl Kept {
    /// Keeps a batch, or gives it back.
    fn keep(&mut self, batch: Vec<EventRow>) -> Option<Vec<EventRow>> {
        let Some(batches) = &mut self.batches else { return Some(batch) };
        self.bytes += batch.iter().map(weight).sum::<usize>();
        if self.bytes > KEPT_BYTES_LIMIT {
            self.batches = None;
            return Some(batch);
        }
        batches.push(batch);
        None
    }
}

/// Bytes that a row takes, about.
fn weight(row: &EventRow) -> usize {
    let texts = [&row.account, &row.target, &row.object, &row.agent, &row.host];
    let texts: usize = texts.into_iter().flatten().map(String::capacity).sum();
    size_of::<EventRow>() + texts + row.operation.capacity()
}

/// Whether every row that the one wants is wanted by the other.
fn is_among(one: &Wanted, other: &Wanted) -> bool {
    one.addresses.is_subset(&other.addresses) && one.accounts.is_subset(&other.accounts)
}

/// Calls `each` with every wanted row in time order, while another thread reads the next ones.
/// Then `keep` may keep them; what it gives back is room for others.
fn each_row(
    lake: &dyn EventLake,
    wanted: &Wanted,
    temp: &Path,
    each: &mut dyn FnMut(&EventRow) -> Result<(), StoreError>,
    keep: &mut dyn FnMut(Vec<EventRow>) -> Option<Vec<EventRow>>,
) -> Result<(), Error> {
    let (full_in, full_out) = bounded(QUEUE_BATCHES);
    let (empty_in, empty_out) = unbounded();
    thread::scope(|scope| {
        let reader = scope.spawn(move || read(lake, wanted, temp, full_in, &empty_out));
        let mut result = Ok(());
        // After a fault the receiver goes, and the reader ends for want of a taker.
        for batch in full_out {
            let batch: Vec<EventRow> = batch;
            result = batch.iter().try_for_each(&mut *each);
            if result.is_err() {
                break;
            }
            if let Some(batch) = keep(batch) {
                // The reader may be done; then the room is not needed again.
                drop(empty_in.send(batch));
            }
        }
        let read = reader.join().map_err(|_| Error::Worker("the lake's reader".into()))?;
        result?;
        Ok(read?)
    })
}

fn read(
    lake: &dyn EventLake,
    wanted: &Wanted,
    temp: &Path,
    full: Sender<Vec<EventRow>>,
    empty: &Receiver<Vec<EventRow>>,
) -> Result<(), StoreError> {
    let asked = bakas_store::Wanted {
        addresses: wanted.addresses.iter().map(|(_, address)| *address).collect::<HashSet<_>>(),
        accounts: wanted.accounts.iter().cloned().collect(),
    };
    if asked.is_empty() {
        return Ok(());
    }
    let gone =
        || StoreError::Damaged { what: "rows".to_owned(), detail: "nobody takes them".into() };
    let (mut batch, mut spare) = (Vec::with_capacity(BATCH_ROWS), Vec::new());
    lake.replay(&asked, temp, &mut |row| {
        if !wanted.has(row.agency, row.src, row.account.as_deref()) {
            return Ok(());
        }
        // The texts of a row that was looked at leave their room to the next one.
        let other = spare.pop().unwrap_or_else(|| row.clone());
        batch.push(mem::replace(row, other));
        if batch.len() < BATCH_ROWS {
            return Ok(());
        }
        if spare.is_empty() {
            spare = empty.try_recv().unwrap_or_default();
        }
        let next = Vec::with_capacity(BATCH_ROWS);
        full.send(mem::replace(&mut batch, next)).map_err(|_| gone())
    })?;
    full.send(batch).map_err(|_| gone())
}

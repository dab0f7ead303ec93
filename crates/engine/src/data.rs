//! `bakas data`: data sets that somebody adds to the embedded ones, each a table file of its own
//! with its provenance beside it. How their formats are read is decided in the trace stage.

mod diff;
mod folder;
mod gather;
mod map;
mod provenance;
mod section;
mod status;
mod update;

pub use bakas_trace::import::{Account, Column, DateFrom, Kind as DataKind, Sample};

pub use self::{
    diff::{Change, Changes, Epoch, Totals, diff, epoch},
    folder::{Damaged, Folder, Imported, Opened, folder},
    gather::{Outcome, Request, import},
    provenance::{DataFile, Provenance, TableFile},
    section::{SOURCES_BYTES_LIMIT, Section, SourceOfData, configured, sources},
    status::{Held, Standing, status},
    update::{FETCH_BYTES_LIMIT, FETCH_TIME_LIMIT, Updated, UpdatedHow, update},
};

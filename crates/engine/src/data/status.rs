//! `bakas data status`: every data set that answers may rest on, the embedded and the imported
//! ones, and what in the data folder cannot be used.

use bakas_model::{DataSet, Day};
use bakas_trace::Table;

use super::{
    folder::{Damaged, Folder},
    provenance::Provenance,
};
use crate::Error;

/// Every data set at hand.
#[derive(Debug, Default)]
pub struct Standing {
    /// The data sets, the embedded ones first.
    pub held: Vec<Held>,
    /// Files of the data folder that cannot be used.
    pub damaged: Vec<Damaged>,
}

/// A data set at hand.
#[derive(Debug)]
pub struct Held {
    /// What it is.
    pub set: DataSet,
    /// Days since its date.
    pub age_days: i32,
    /// Its provenance, where it was imported.
    pub provenance: Option<Provenance>,
}

/// What is at hand, as of a day. Every byte of the imported tables is looked at.
///
/// # Errors
/// Where the embedded table or the data folder cannot be read.
pub fn status(folder: Option<&Folder>, today: Day) -> Result<Standing, Error> {
    let held = |set: DataSet, provenance| Held {
        age_days: today.0.saturating_sub(set.date.0),
        set,
        provenance,
    };
    let mut standing = Standing {
        held: Table::embedded()?.data_sets().into_iter().map(|set| held(set, None)).collect(),
        damaged: Vec::new(),
    };
    let Some(folder) = folder else { return Ok(standing) };
    let opened = folder.open_checked()?;
    for imported in opened.tables {
        let provenance = imported.provenance;
        let set = DataSet {
            name: provenance.id(),
            what: provenance.what.clone(),
            source: provenance.file.iter().map(|f| f.path.as_str()).collect::<Vec<_>>().join(", "),
            date: provenance.date,
            licence: provenance.licence.clone(),
            attribution: provenance.attribution.clone(),
            records: provenance.account.records,
            sha256: provenance.table.sha256.clone(),
        };
        standing.held.push(held(set, Some(provenance)));
    }
    standing.damaged = opened.damaged;
    Ok(standing)
}

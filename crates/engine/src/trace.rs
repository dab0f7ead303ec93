//! `bakas trace`: which network announced an address at a time.

use std::net::IpAddr;

use bakas_model::{DataSet, Networks as _, Timestamp};
pub use bakas_model::{Network, Trace};
use bakas_trace::Table;

use crate::{
    Error,
    clock::{Clock as _, SystemClock},
};

/// Answers for one time.
#[derive(Debug)]
pub struct Tracer {
    table: Table,
    at: Timestamp,
    now: Timestamp,
}

/// The embedded table.
///
/// # Errors
/// Where it is damaged.
pub fn table() -> Result<Table, Error> {
    Ok(Table::embedded()?)
}

/// What the embedded table was made from.
///
/// # Errors
/// Where it is damaged.
pub fn data_sets() -> Result<Vec<DataSet>, Error> {
    Ok(table()?.data_sets())
}

impl Tracer {
    /// For a time; for now where none is given.
    ///
    /// # Errors
    /// Where the embedded table is damaged.
    pub fn new(at: Option<Timestamp>) -> Result<Self, Error> {
        let now = SystemClock.now();
        Ok(Self { table: table()?, at: at.unwrap_or(now), now })
    }

    /// The answer for one address, as text.
    ///
    /// # Errors
    /// Where the text is no address.
    pub fn trace(&self, address: &str) -> Result<Trace, Error> {
        let parsed: IpAddr = address.parse().map_err(|_| {
            let shown: String = address.chars().take(64).collect();
            Error::Usage(format!("'{shown}' is no IPv4 or IPv6 address"))
        })?;
        Ok(self.table.trace(parsed, self.at, self.now))
    }
}

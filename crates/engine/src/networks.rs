//! The address tables, opened when they are first asked: where no rule asks for networks, they are
//! not opened at all.

use std::{net::IpAddr, path::PathBuf, sync::OnceLock};

use bakas_model::{Asn, Location, Networks, Timestamp, Trace};
use bakas_trace::Tables;

use crate::trace;

/// The embedded table and those of a data folder, opened on demand.
#[derive(Debug, Default)]
pub struct OnDemand {
    folder: Option<PathBuf>,
    tables: OnceLock<Tables>,
}

impl OnDemand {
    /// With the tables of a data folder.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, tables: OnceLock::new() }
    }

    /// A folder that cannot be read is done without: answers for rules need no more.
    fn tables(&self) -> &Tables {
        self.tables.get_or_init(|| {
            let opened = trace::tables(self.folder.as_deref()).or_else(|_| trace::tables(None));
            opened.expect("the table that is built in is whole: its tests read it").tables
        })
    }
}

impl Networks for OnDemand {
    fn locate(&self, address: IpAddr, at: Timestamp) -> Location {
        self.tables().locate(address, at)
    }

    fn operator(&self, asn: Asn, at: Timestamp) -> Option<&str> {
        self.tables().operator(asn, at)
    }

    fn trace(&self, address: IpAddr, at: Timestamp, now: Timestamp) -> Trace {
        self.tables().trace(address, at, now)
    }
}

//! The embedded address table, loaded when it is first asked: where no rule asks for networks, it
//! is not loaded at all.

use std::{net::IpAddr, sync::OnceLock};

use bakas_model::{Asn, Location, Networks, Timestamp, Trace};
use bakas_trace::Table;

use crate::trace;

/// The embedded table, loaded on demand.
#[derive(Debug, Default)]
pub struct Embedded {
    table: OnceLock<Table>,
}

impl Embedded {
    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            trace::table().expect("the table that is built in is whole: its tests read it")
        })
    }
}

impl Networks for Embedded {
    fn locate(&self, address: IpAddr, at: Timestamp) -> Location {
        self.table().locate(address, at)
    }

    fn operator(&self, asn: Asn, at: Timestamp) -> Option<&str> {
        self.table().operator(asn, at)
    }

    fn trace(&self, address: IpAddr, at: Timestamp, now: Timestamp) -> Trace {
        self.table().trace(address, at, now)
    }
}

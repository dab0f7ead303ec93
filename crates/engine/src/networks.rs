//! The embedded address table, loaded beside other work: who asks it first waits for it.

use std::{
    fmt,
    net::IpAddr,
    sync::{Mutex, OnceLock, PoisonError},
    thread::{self, JoinHandle},
};

use bakas_model::{Asn, Location, Networks, Timestamp, Trace};
use bakas_trace::Table;

use crate::{Error, trace};

/// The embedded table, on its way.
pub struct Embedded {
    loading: Mutex<Option<JoinHandle<Result<Table, Error>>>>,
    table: OnceLock<Table>,
}

impl Embedded {
    /// Begins to load it.
    #[must_use]
    pub fn load() -> Self {
        let loading = Mutex::new(Some(thread::spawn(trace::table)));
        Self { loading, table: OnceLock::new() }
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let mut loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
            let loaded = loading.take().expect("it is taken once").join();
            let loaded = loaded.expect("loading does not panic");
            loaded.expect("the table that is built in is whole: its tests read it")
        })
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("is_loaded", &self.table.get().is_some()).finish()
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

//! The event lake as traits: every event is written once, and what certain addresses and accounts
//! did is read back. How a lake keeps its rows is its own affair.

use std::{cmp::Ordering, collections::HashSet, net::IpAddr, path::Path};

use bakas_model::{AccountKey, AgencyIx, Event, EventRow, Location};
use serde::{Deserialize, Serialize};

use crate::{Spool, StoreError};

/// Memory for rows that are sorted, in bytes.
const SORTED_BYTES_LIMIT: usize = 128 << 20;

/// Keeps events for one worker. What was written can be read after [`EventWriter::finish`];
/// without it, nothing of it is promised.
pub trait EventWriter: Send {
    /// Keeps one event; `location` is what is known of its source address at its time.
    ///
    /// # Errors
    /// When the lake cannot take it: a full disk, most likely.
    fn write(&mut self, event: &Event<'_>, location: Location) -> Result<(), StoreError>;

    /// Completes what was written.
    ///
    /// # Errors
    /// When the lake cannot take it.
    fn finish(self: Box<Self>) -> Result<Written, StoreError>;
}

/// A place that keeps events and gives back those that a case asks for.
pub trait EventLake: Send + Sync {
    /// A writer of its own for one worker.
    ///
    /// # Errors
    /// When the lake takes no more writers.
    fn writer(&self) -> Result<Box<dyn EventWriter>, StoreError>;

    /// Calls `each` with every row that is wanted, in no particular order: see [`InTimeOrder`].
    ///
    /// Addresses come back in canonical form: an IPv4 address mapped into IPv6 as IPv4.
    ///
    /// # Errors
    /// When the lake cannot be read, and whatever `each` returns, which ends the scan.
    fn scan(
        &self,
        wanted: &Wanted,
        each: &mut dyn FnMut(EventRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// The same rows in the order of their time and place. The row is lent: `each` may take it and
    /// leave any other in its place. `temp` is for what does not fit in memory.
    ///
    /// # Errors
    /// As those of [`EventLake::scan`], and when `temp` cannot be written.
    fn replay(
        &self,
        wanted: &Wanted,
        temp: &Path,
        each: &mut dyn FnMut(&mut EventRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        replay_sorted(self, wanted, temp, each)
    }
}

/// [`EventLake::replay`] for a lake that can only scan: rows are sorted on the disk.
///
/// # Errors
/// As those of [`EventLake::replay`].
pub fn replay_sorted(
    lake: &(impl EventLake + ?Sized),
    wanted: &Wanted,
    temp: &Path,
    each: &mut dyn FnMut(&mut EventRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut spool = Spool::new(temp, SORTED_BYTES_LIMIT, InTimeOrder::weight);
    lake.scan(wanted, &mut |row| spool.push(InTimeOrder(row)))?;
    for row in spool.into_sorted()? {
        each(&mut row?.0)?;
    }
    Ok(())
}

/// What one writer kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Events.
    pub events: u64,
    /// Bytes as they lie on the disk.
    pub bytes: u64,
    /// Files, by their path below the lake's folder, with `/`.
    pub files: Vec<String>,
}

/// The rows a case asks for: from one of these addresses, or with one of these accounts as the one
/// that acted or was acted upon.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Source addresses, in any agency.
    pub addresses: HashSet<IpAddr>,
    /// Accounts, each in its agency; however the name is written.
    pub accounts: HashSet<AccountKey>,
}

/// A row that sorts by its time and then its place, for a [`crate::Spool`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTimeOrder(pub EventRow);

impl Written {
    /// Adds what another writer kept.
    pub fn merge(&mut self, mut other: Self) {
        self.events += other.events;
        self.bytes += other.bytes;
        self.files.append(&mut other.files);
    }
}

impl Wanted {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.accounts.is_empty()
    }

    /// The same with mapped IPv4 addresses as IPv4 and names in lower case, as the other methods
    /// expect it. Every lake calls it first.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let lower =
            |key: &AccountKey| AccountKey { agency: key.agency, name: key.name.to_lowercase() };
        Self {
            addresses: self.addresses.iter().map(IpAddr::to_canonical).collect(),
            accounts: self.accounts.iter().map(lower).collect(),
        }
    }

    /// Whether this row is asked for.
    #[must_use]
    pub fn holds(&self, row: &EventRow) -> bool {
        row.src.is_some_and(|src| self.holds_address(src))
            || self.holds_account(row.agency, row.account.as_deref())
            || self.holds_account(row.agency, row.target.as_deref())
    }

    /// Whether rows from this address are asked for.
    #[must_use]
    pub fn holds_address(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address.to_canonical())
    }

    /// Whether rows of this account are asked for, however its name is written.
    #[must_use]
    pub fn holds_account(&self, agency: AgencyIx, name: Option<&str>) -> bool {
        let Some(name) = name else { return false };
        !self.accounts.is_empty()
            && self.accounts.contains(&AccountKey { agency, name: name.to_lowercase() })
    }
}

impl InTimeOrder {
    /// Bytes that the row takes in memory, for a [`crate::Spool`].
    #[must_use]
    pub fn weight(&self) -> usize {
        let text = |t: &Option<String>| t.as_ref().map_or(0, String::len);
        let row = &self.0;
        size_of::<Self>()
            + row.operation.len()
            + text(&row.account)
            + text(&row.target)
            + text(&row.object)
            + text(&row.agent)
    }
}

impl Ord for InTimeOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.time, self.0.place).cmp(&(other.0.time, other.0.place))
    }
}

impl PartialOrd for InTimeOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

//! A lake in memory, for tests and as the plain twin of every other. It is not bounded.

use std::sync::{Arc, Mutex, PoisonError};

use bakas_model::{Event, EventRow, Location};

use crate::{
    StoreError,
    lake::{EventLake, EventWriter, Wanted, Written},
};

/// Keeps every row in one vector.
#[derive(Clone, Debug, Default)]
pub struct MemoryLake {
    rows: Arc<Mutex<Vec<EventRow>>>,
}

struct MemoryWriter {
    lake: MemoryLake,
    rows: Vec<EventRow>,
}

impl MemoryLake {
    /// An empty lake.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, Vec<EventRow>> {
        // Rows are only ever appended whole, so what a panicking thread left is still right.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventLake for MemoryLake {
    fn writer(&self) -> Result<Box<dyn EventWriter>, StoreError> {
        Ok(Box::new(MemoryWriter { lake: self.clone(), rows: Vec::new() }))
    }

    fn scan(
        &self,
        wanted: &Wanted,
        each: &mut dyn FnMut(EventRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let wanted = wanted.canonical();
        // Copied first: `each` may take its time, and may write.
        let rows: Vec<EventRow> =
            self.rows().iter().filter(|row| wanted.holds(row)).cloned().collect();
        rows.into_iter().try_for_each(each)
    }
}

impl EventWriter for MemoryWriter {
    fn write(&mut self, event: &Event<'_>, location: Location) -> Result<(), StoreError> {
        let mut row = event.to_row(location.asn);
        row.src = row.src.map(|src| src.to_canonical());
        self.rows.push(row);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Written, StoreError> {
        let written = Written { events: self.rows.len() as u64, ..Written::default() };
        self.lake.rows().append(&mut self.rows);
        Ok(written)
    }
}

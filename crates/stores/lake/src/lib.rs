//! The event lake as Parquet files, laid out in folders by class, agency and day. It keeps and
//! gives back events; it asks nothing of them beyond what [`bakas_store::Wanted`] names.
//!
//! ```
//! use bakas_lake::ParquetLake;
//! use bakas_store::EventLake;
//! let dir = std::env::temp_dir().join("no-such-lake");
//! let lake = ParquetLake::new(&dir, &[]);
//! assert_eq!(lake.writer()?.finish()?.events, 0);
//! # Ok::<(), bakas_store::StoreError>(())
//! ```

mod chunk;
mod dictionary;
mod fields;
mod partition;
mod read;
mod replay;
mod rle;
mod rows;
mod scan;
mod schema;
mod table;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU32},
};

use bakas_model::{Agency, EventRow};
use bakas_store::{EventLake, EventWriter, StoreError, Wanted};

pub use partition::DEFAULT_DAY;
pub use schema::{COLUMNS, Column};

/// Events in a folder. The folder is made when the first event is written.
#[derive(Debug)]
pub struct ParquetLake {
    dir: PathBuf,
    agencies: Arc<[String]>,
    writers: Arc<AtomicU32>,
}

impl ParquetLake {
    /// The lake in this folder, of these agencies in the order of [`bakas_model::AgencyIx`].
    #[must_use]
    pub fn new(dir: &Path, agencies: &[Agency]) -> Self {
        let agencies = agencies.iter().map(|agency| agency.id.clone()).collect();
        Self { dir: dir.to_owned(), agencies, writers: Arc::default() }
    }
}

impl EventLake for ParquetLake {
    fn writer(&self) -> Result<Box<dyn EventWriter>, StoreError> {
        let agencies = Arc::clone(&self.agencies);
        Ok(Box::new(writer::LakeWriter::new(&self.dir, agencies, &self.writers)))
    }

    fn scan(
        &self,
        wanted: &Wanted,
        each: &mut dyn FnMut(EventRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        scan::scan(&self.dir, &self.agencies, &wanted.canonical(), each)
    }

    fn replay(
        &self,
        wanted: &Wanted,
        temp: &Path,
        each: &mut dyn FnMut(&mut EventRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if replay::replay(&self.dir, &self.agencies, &wanted.canonical(), each)? {
            return Ok(());
        }
        bakas_store::replay_sorted(self, wanted, temp, each)
    }
}

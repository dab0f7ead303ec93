//! Where things are kept, in the words of the model: sorted spools, the event lake's traits, the
//! case folder. It interprets nothing and names no database.
//!
//! ```
//! use bakas_store::{EventLake, MemoryLake, Wanted};
//! let lake = MemoryLake::new();
//! let written = lake.writer()?.finish()?;
//! assert_eq!(written.events, 0);
//! lake.scan(&Wanted::default(), &mut |row| unreachable!("nothing is asked for: {row:?}"))?;
//! # Ok::<(), bakas_store::StoreError>(())
//! ```

pub mod case_folder;
pub mod error;
mod file;
pub mod findings;
pub mod lake;
pub mod memory;
pub mod spool;
pub mod suite;

pub use case_folder::{CaseFolder, NdjsonWriter};
pub use error::StoreError;
pub use file::{Appended, replace, replace_from, write_new};
pub use lake::{EventLake, EventWriter, InTimeOrder, Wanted, Written, replay_sorted};
pub use memory::MemoryLake;
pub use spool::{Sorted, Spool};

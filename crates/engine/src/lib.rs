//! The use cases, one file each: they open the inputs, run the stages in order, and keep what
//! comes out. What a log line, a rule or an address means is decided in the stages; how a result
//! looks is decided in the faces.
//!
//! ```
//! use bakas_engine::{formats, rulebook};
//! let given = rulebook::Given { builtin: true, ..rulebook::Given::default() };
//! let book = rulebook::load(&given, formats::load(&[])?)?;
//! assert!(book.loaded.problems.is_empty(), "the built-in rules load without a remark");
//! # Ok::<(), bakas_engine::Error>(())
//! ```

pub mod assess;
mod atlas;
pub mod bag;
mod chained;
pub mod clock;
mod compiled;
pub mod config;
mod correlate;
pub mod data;
pub mod detect;
pub mod error;
pub mod exchange;
mod feed;
mod files;
pub mod formats;
mod held;
pub mod ingest;
mod input;
pub mod investigate;
mod keyfile;
mod merged;
pub mod networks;
pub mod observer;
mod ordered;
mod origins;
pub mod overlap;
mod pipeline;
pub mod plan;
mod profiles;
pub mod report;
mod request;
mod revisit;
pub mod rulebook;
mod samples;
pub mod scenario;
pub mod seal;
mod sealing;
mod summary;
mod sweep;
pub mod trace;
pub mod verify;
mod writing;

use std::path::Path;

pub use bakas_model::{Agency, Timestamp, outside};
pub use bakas_respond::screen;
pub use bakas_store::{EventLake, MemoryLake};
pub use error::Error;

/// Opens the event lake of a folder for some agencies: the binary's choice of store.
pub type LakeAt<'a> = dyn Fn(&Path, &[Agency]) -> Box<dyn EventLake> + Sync + 'a;

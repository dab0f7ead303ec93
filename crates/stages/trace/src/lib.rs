//! An address and a time in, a [`Trace`](bakas_model::Trace) out: who announced the address, in
//! which country it is registered, what kind of network it is and which state owns the operator,
//! as dated tables have it. It opens no socket and reads no file: the table is part of the
//! program, and whoever wants another one hands its bytes over.
//!
//! ```
//! use bakas_model::{Asn, Networks};
//! let table = bakas_trace::Table::embedded().unwrap();
//! let at = "2026-01-05T08:00:00+08:00".parse().unwrap();
//! let trace = table.trace("8.8.8.8".parse().unwrap(), at, at);
//! assert_eq!(trace.then.asn, Some(Asn(15169)));
//! assert!(trace.then.data_sets.contains(&"asn-2025-04-11".to_owned()));
//! ```

mod answer;
mod caveat;
mod draft;
mod error;
mod flatten;
mod format;
mod layer;
mod operator_names;
mod range;
mod special;
mod table;

pub use draft::{Draft, EpochDraft, ListDraft, OriginRow, StateDraft};
pub use error::TableError;
pub use format::FORMAT_VERSION;
pub use range::Range;
pub use table::Table;

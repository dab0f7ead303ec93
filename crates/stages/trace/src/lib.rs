//! An address and a time in, a [`Trace`](bakas_model::Trace) out: who announced the address, in
//! which country it is registered, what kind of network it is and which state owns the operator,
//! as dated tables have it. It opens no socket and reads no file: the table is part of the
//! program, and whoever wants another one hands its bytes over.
//!
//! ```
//! use bakas_model::{Asn, Networks};
//! let tables = bakas_trace::Tables::embedded().unwrap();
//! let at = "2026-01-05T08:00:00+08:00".parse().unwrap();
//! let trace = tables.trace("8.8.8.8".parse().unwrap(), at, at);
//! assert_eq!(trace.then.asn, Some(Asn(15169)));
//! assert!(trace.then.data_sets.contains(&"asn-2025-04-11".to_owned()));
//! ```

mod answer;
mod build;
mod caveat;
mod draft;
mod error;
mod flatten;
mod format;
pub mod import;
mod layer;
mod operator_names;
mod range;
mod registries;
mod said;
mod special;
mod table;
mod tables;

pub use draft::{
    ContactDraft, ContactOf, Draft, EpochDraft, ListDraft, OrganisationDraft, OriginRow,
    RouteOrigin, StateDraft,
};
pub use error::TableError;
pub use format::FORMAT_VERSION;
pub use range::Range;
pub use said::{
    ContactSaid, ListSaid, OrganisationSaid, Origin, PlaceSaid, RegistrantSaid, Registration,
    RouteOriginSaid, Said, SaidOfOperator, SetApart, StateSaid,
};
pub use table::Table;
pub use tables::{Brief, Tables};

//! MISP core format (draft-dulaunoy-misp-core-format): a package as one event and back. What MISP
//! has a word for stands in its own attributes, objects, tags and sharing group; the whole of every
//! part stands in objects of our template `bakas-part` beside it. Synchronising servers and their
//! REST interface are not here.
//!
//! `docs/formats/misp.md` says what stands where.

mod decode;
mod encode;
mod foreign;
mod tags;

pub use decode::{EVENT_BYTES_LIMIT, decode};
pub use encode::encode;

/// Name of the format in errors.
pub(crate) const FORMAT: &str = "MISP";
/// Our object template, `docs/formats/misp-objects/bakas-part/definition.json`.
pub const TEMPLATE: &str = "8f1d1f6e-4b7a-4c55-9a3e-2f60c1b7d9e4";
/// Version of our template.
pub const TEMPLATE_VERSION: u32 = 1;
/// Its name.
pub(crate) const TEMPLATE_NAME: &str = "bakas-part";
/// The member of our template that holds a part as JSON.
pub(crate) const MACHINE: &str = "machine";

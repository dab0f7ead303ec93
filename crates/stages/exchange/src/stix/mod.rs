//! STIX 2.1 (OASIS standard of 10 June 2021): a package as a bundle and back. What STIX has a
//! word for is said in STIX; the whole of every part stands in our property extension beside it,
//! and once more as lines of text in notes, because importers drop extensions that they do not
//! know. The TAXII transport and files are not here.
//!
//! `docs/formats/stix.md` says what stands where.

mod decode;
mod encode;
mod fit;
mod foreign;
mod id;
mod marking;
mod ours;
mod pattern;
mod read;
mod sco;
mod things;

pub use decode::{KEPT_BYTES_LIMIT, decode, decode_stream};
pub use encode::encode;
pub use read::{OBJECT_BYTES_LIMIT, OBJECT_VALUES_LIMIT};

/// Name of the format in errors.
pub(crate) const FORMAT: &str = "STIX";
/// Our extension definition. Its schema is `docs/formats/stix-extension.schema.json`.
pub const EXTENSION: &str = "extension-definition--6a3f5b52-2f0c-4d5e-9c3b-7d1e0f8a4b21";
/// Version of our extension definition.
pub const EXTENSION_VERSION: &str = "1.0.0";
/// Under this name our own ids stand among external references.
pub(crate) const SOURCE: &str = "bakas";

//! The case leaves as packages and comes back as evidence: the gate that every exit passes, trace
//! requests and answers with their state, one folder per standard, and the private overlap check.
//!
//! Nothing here opens a file or a socket. An encoder takes [`Cleared`] content only, and only the
//! gate makes it.
//!
//! ```
//! use bakas_model::exchange::Tlp;
//! let label: Tlp = "amber+strict".parse()?;
//! assert!(label > Tlp::Green, "the stricter label is the greater one");
//! # Ok::<(), bakas_model::exchange::handling::LabelError>(())
//! ```

pub mod candidates;
pub mod check;
pub mod csv;
pub mod envelope;
pub mod format;
pub mod gate;
pub mod iodef;
pub mod json;
pub mod machine;
pub mod mail;
pub mod misp;
pub mod native;
pub mod notice;
mod notices;
pub mod overlap;
pub(crate) mod parts;
mod remainder;
pub mod stix;
mod template;
pub mod text;
pub mod unwrap;
pub mod xarf;

pub use format::{DecodeError, EncodeError, Encoded, Limits, Loss, Taken};
pub use gate::{Cleared, Consent, Recipient, Redacted, Refusal, Rules, clear, clear_under, redact};

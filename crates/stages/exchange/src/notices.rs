//! What a reader tells and keeps beside the packages, within bounds: what it could not read, and
//! what it does not know, as it came.

use bakas_model::exchange::{Package, Unknown, Words};
use serde_json::Value;

use crate::{
    format::{Limits, Taken},
    parts::said,
};

/// Bytes of what is kept as it came.
pub(crate) const UNKNOWN_BYTES_LIMIT: usize = 16 << 20;
/// Things kept as they came, for each that may be rejected.
const UNKNOWN_PER_REJECT: usize = 10;

/// What is told and kept beside the packages.
#[derive(Debug)]
pub(crate) struct Notices {
    /// Stands before the place of what is kept.
    format: &'static str,
    most: usize,
    more: u64,
    rejected: Vec<Words>,
    unknown: Vec<Unknown>,
    unknown_bytes: usize,
}

impl Notices {
    /// Of one message in a format, by the name that its places begin with.
    pub(crate) fn new(format: &'static str, limits: &Limits) -> Self {
        let (rejected, unknown) = (Vec::new(), Vec::new());
        Self { format, most: limits.rejects, more: 0, rejected, unknown, unknown_bytes: 0 }
    }

    /// Tells that something could not be read.
    pub(crate) fn reject(&mut self, place: &str, what: &str) {
        if self.rejected.len() < self.most {
            self.rejected.push(said(format!("{place}: {what}")));
        } else {
            self.more += 1;
        }
    }

    /// Keeps something as it came; where that is too much, it is told.
    pub(crate) fn keep(&mut self, place: &str, value: &Value) {
        self.keep_raw(place, value.to_string());
    }

    /// Keeps a text as it came.
    pub(crate) fn keep_raw(&mut self, place: &str, raw: String) {
        self.unknown_bytes += raw.len() + place.len();
        let full = self.unknown.len() >= self.most.saturating_mul(UNKNOWN_PER_REJECT);
        if full || self.unknown_bytes > UNKNOWN_BYTES_LIMIT {
            self.too_much(place);
        } else {
            self.unknown.push(Unknown { place: format!("{}:{place}", self.format), raw });
        }
    }

    /// Tells that something could not be kept.
    pub(crate) fn too_much(&mut self, place: &str) {
        self.reject(place, "not known and too much to keep; look at the message itself");
    }

    /// The packages with all that is told and kept; what passed the bound is told by its number.
    pub(crate) fn beside(self, packages: Vec<Package>) -> Taken {
        let Self { mut rejected, unknown, more, .. } = self;
        if more > 0 {
            rejected.push(said(format!("{more} more could not be read")));
        }
        Taken { packages, rejected, unknown }
    }
}

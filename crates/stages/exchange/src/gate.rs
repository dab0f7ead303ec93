//! The gate that every exit passes, before encoding: TLP 2.0, PAP, to whom it may be released, what
//! the originator allows, personal data of victims. For each thing within a package the strictest
//! label of it and of all it stands in counts. It decides by labels and by what a person gave as
//! reasons ([`Rules`]); it reads no words and changes no label.
//!
//! What it says names places by number, never by content: a refusal may be read by those who may
//! not read the thing refused.

mod parts;
mod redact;
mod rules;

use std::ops::Deref;

use bakas_model::exchange::{Package, Party};

pub use redact::{Redacted, redact};
pub use rules::{Consent, Rules};

/// Id of the recipient that is everybody: a web page, a mailing list that anyone may join.
pub const PUBLIC: &str = "(public)";

/// Content that may leave, to the recipient that it was cleared for. Only [`clear`],
/// [`clear_under`] and [`redact`] make it, so that nothing can be encoded that did not pass.
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Refusal {
    /// Where it stands in the package: `content.flows[2]`, counted from 0. Never its content.
    pub place: String,
    /// Which rule, and what to do.
    pub what: String,
}

impl Recipient {
    /// Everybody.
    #[must_use]
    pub fn public() -> Self {
        Self { party: Party { id: PUBLIC.into(), ..Party::default() } }
    }

    pub(crate) fn is_public(&self) -> bool {
        self.party.id == PUBLIC
    }
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

/// Lets a package out to a recipient under the strictest rules, or says everything that stands
/// against it.
///
/// # Errors
/// Every reason why it may not leave.
pub fn clear(package: Package, recipient: Recipient) -> Result<Cleared, Vec<Refusal>> {
    clear_under(package, recipient, &Rules::default())
}

/// Lets a package out to a recipient, with what a person knows that labels do not say.
///
/// # Errors
/// Every reason why it may not leave.
pub fn clear_under(
    package: Package,
    recipient: Recipient,
    rules: &Rules,
) -> Result<Cleared, Vec<Refusal>> {
    let mut refusals = rules::of_package(&package, &recipient, rules);
    let parts = parts::of(&package, &rules.stood);
    for part in &parts {
        refusals.extend(rules::of_part(part, &package, &recipient, rules));
    }
    if refusals.is_empty() { Ok(Cleared { package, recipient }) } else { Err(refusals) }
}

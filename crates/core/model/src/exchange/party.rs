//! Who sends and who receives.

use serde::{Deserialize, Serialize};

use crate::Country;

/// What sort of body it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// A national computer emergency response team.
    NationalCert,
    /// Another team: of a sector, a company, a university.
    Cert,
    /// Police or a prosecutor.
    LawEnforcement,
    /// A court.
    Court,
    /// An agency of a government.
    Agency,
    /// A network operator, host or provider.
    Operator,
    /// A company that watches or sells.
    Vendor,
    /// Press, researchers, anybody else.
    #[default]
    Other,
}

/// How to reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContactPoint {
    /// Mail.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Telephone, as it is dialled from abroad.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Whether somebody is there at every hour.
    #[serde(default)]
    pub at_every_hour: bool,
    /// Fingerprint of the key that it signs with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_fingerprint: String,
}

/// Anyone with whom we exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Party {
    /// A short name without blanks, the same in every message: `cert.example`.
    pub id: String,
    /// Its name, in its own letters.
    pub name: String,
    /// What sort of body it is.
    #[serde(default)]
    pub kind: PartyKind,
    /// Its country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// How to reach it.
    #[serde(default)]
    pub contact: ContactPoint,
}

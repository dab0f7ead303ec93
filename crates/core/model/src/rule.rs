//! What the rest of the house needs to know of a detection rule, once it is loaded.

use serde::{Deserialize, Serialize};

use crate::IncidentKind;

/// Index of a rule among the loaded ones: plain rules and correlations share one numbering.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct RuleIx(pub u32);

/// Sigma's `level`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing, no alarm.
    #[default]
    Informational,
    /// Notable.
    Low,
    /// To be looked at.
    Medium,
    /// An attack, most likely.
    High,
    /// An attack that succeeded, most likely.
    Critical,
}

/// What a match of the rule is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It becomes a detection.
    #[default]
    Finding,
    /// It only feeds correlations (Sigma: a base rule without `generate`).
    Base,
    /// It tells that somebody signed in, and feeds the profiles (tag `bakas.sign-in`).
    SignIn,
    /// It tells that somebody failed to sign in (tag `bakas.sign-in-failed`).
    SignInFailed,
}

/// A loaded rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleMeta {
    /// Its index.
    pub ix: RuleIx,
    /// The rule's own id (a UUID), or its name where it has none.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    pub severity: Severity,
    /// What a match is for.
    pub role: Role,
    /// The kind of incident it points to (tag `bakas.kind-…`, or derived from ATT&CK tags).
    pub kind: Option<IncidentKind>,
    /// ATT&CK techniques, as `T1110.003`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub techniques: Vec<String>,
    /// Its other tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether it is a Sigma correlation.
    pub correlation: bool,
    /// Of a statistic: how often it speaks where nothing is wrong, as its document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_rate: Option<String>,
    /// The file it came from, below the rules folder.
    pub path: String,
}

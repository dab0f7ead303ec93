//! How information may be handled: TLP 2.0 (FIRST), PAP, to whom it may be released, onward sharing.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Traffic Light Protocol, version 2.0, from the freest to the strictest.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Tlp {
    /// No limit on disclosure.
    #[serde(rename = "TLP:CLEAR")]
    Clear,
    /// Within the community.
    #[serde(rename = "TLP:GREEN")]
    Green,
    /// The recipient's organisation and its clients, as needed.
    #[serde(rename = "TLP:AMBER")]
    #[default]
    Amber,
    /// The recipient's organisation only.
    #[serde(rename = "TLP:AMBER+STRICT")]
    AmberStrict,
    /// The eyes and ears of individual recipients only.
    #[serde(rename = "TLP:RED")]
    Red,
}

/// Permissible Actions Protocol, from the freest to the strictest.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Pap {
    /// No limit on use.
    #[serde(rename = "PAP:CLEAR")]
    Clear,
    /// Active use allowed: blocking, sinkholing after asking.
    #[serde(rename = "PAP:GREEN")]
    Green,
    /// Passive cross-checks only.
    #[serde(rename = "PAP:AMBER")]
    #[default]
    Amber,
    /// Not visible to anybody outside: no look-ups with third parties.
    #[serde(rename = "PAP:RED")]
    Red,
}

/// Whether the recipient may hand it on, within what TLP allows.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Onward {
    /// As its TLP label says.
    AsLabelled,
    /// Only after the originator said yes.
    #[default]
    WithConsent,
    /// To nobody.
    None,
}

/// How something is to be handled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Handling {
    /// With whom it may be shared.
    pub tlp: Tlp,
    /// What may be done with it.
    #[serde(default)]
    pub pap: Pap,
    /// Ids of the only parties it may go to; empty means whomever its label allows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub releasable_to: Vec<String>,
    /// Whether the recipient may hand it on.
    #[serde(default)]
    pub onward: Onward,
    /// What it may be used for: `network defence`, `criminal investigation`, `evidence in court`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permitted_use: Vec<String>,
    /// Ids of the parties whose information it is, where it came from others; empty means that it
    /// is the sender's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub originators: Vec<String>,
    /// Whether it holds personal data of victims.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
}

impl Handling {
    /// The stricter of two in every point: what stands in something else obeys both.
    #[must_use]
    pub fn strictest(&self, other: &Self) -> Self {
        Self {
            tlp: self.tlp.max(other.tlp),
            pap: self.pap.max(other.pap),
            releasable_to: Self::both(&self.releasable_to, &other.releasable_to, NOBODY),
            onward: self.onward.max(other.onward),
            permitted_use: Self::both(&self.permitted_use, &other.permitted_use, NO_USE),
            originators: Self::all(&self.originators, &other.originators),
            personal: self.personal || other.personal,
        }
    }

    /// Everybody on either list, each once.
    fn all(ours: &[String], theirs: &[String]) -> Vec<String> {
        let mut all: Vec<String> = ours.iter().chain(theirs).cloned().collect();
        all.sort();
        all.dedup();
        all
    }

    /// What both lists allow, where an empty list allows everything. Lists with nothing in common
    /// allow nothing, which `none` says.
    fn both(ours: &[String], theirs: &[String], none: &str) -> Vec<String> {
        match (ours.is_empty(), theirs.is_empty()) {
            (true, _) => theirs.to_vec(),
            (_, true) => ours.to_vec(),
            _ => {
                let both: Vec<String> =
                    ours.iter().filter(|&one| theirs.contains(one)).cloned().collect();
                if both.is_empty() { vec![none.to_owned()] } else { both }
            }
        }
    }
}

/// In [`Handling::releasable_to`]: no party at all. No party can have this id.
pub const NOBODY: &str = "(nobody)";
/// In [`Handling::permitted_use`]: nothing that both sides allow.
pub const NO_USE: &str = "(no use)";

/// A text that is no label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a label: '{0}' (write one of {1})")]
pub struct LabelError(pub String, pub &'static str);

impl Tlp {
    /// All labels, from the freest to the strictest.
    pub const ALL: [Self; 5] =
        [Self::Clear, Self::Green, Self::Amber, Self::AmberStrict, Self::Red];

    /// As the standard writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "TLP:CLEAR",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict => "TLP:AMBER+STRICT",
            Self::Red => "TLP:RED",
        }
    }
}

impl Pap {
    /// All labels, from the freest to the strictest.
    pub const ALL: [Self; 4] = [Self::Clear, Self::Green, Self::Amber, Self::Red];

    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "PAP:CLEAR",
            Self::Green => "PAP:GREEN",
            Self::Amber => "PAP:AMBER",
            Self::Red => "PAP:RED",
        }
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Pap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The label without its protocol's name, in upper case.
fn bare(text: &str, protocol: &str) -> String {
    let upper = text.trim().to_ascii_uppercase();
    upper.strip_prefix(protocol).unwrap_or(&upper).to_owned()
}

impl FromStr for Tlp {
    type Err = LabelError;

    /// With or without `TLP:`, in any case; `WHITE` of version 1 is `CLEAR`.
    fn from_str(text: &str) -> Result<Self, LabelError> {
        let wanted = bare(text, "TLP:");
        if wanted == "WHITE" {
            return Ok(Self::Clear);
        }
        let found = Self::ALL.into_iter().find(|one| bare(one.as_str(), "TLP:") == wanted);
        found.ok_or_else(|| {
            LabelError(text.chars().take(64).collect(), "CLEAR, GREEN, AMBER, AMBER+STRICT, RED")
        })
    }
}

impl FromStr for Pap {
    type Err = LabelError;

    /// With or without `PAP:`, in any case; `WHITE` is `CLEAR`.
    fn from_str(text: &str) -> Result<Self, LabelError> {
        let wanted = bare(text, "PAP:");
        if wanted == "WHITE" {
            return Ok(Self::Clear);
        }
        let found = Self::ALL.into_iter().find(|one| bare(one.as_str(), "PAP:") == wanted);
        found.ok_or_else(|| LabelError(text.chars().take(64).collect(), "CLEAR, GREEN, AMBER, RED"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_as_people_write_them() {
        assert_eq!("tlp:amber+strict".parse(), Ok(Tlp::AmberStrict));
        assert_eq!("WHITE".parse(), Ok(Tlp::Clear));
        assert_eq!("PAP:RED".parse(), Ok(Pap::Red));
        assert!("TLP:ORANGE".parse::<Tlp>().is_err());
    }

    #[test]
    fn the_strictest_of_both_counts() {
        let ours = Handling { releasable_to: vec!["a".into()], ..Handling::default() };
        let theirs = Handling {
            tlp: Tlp::Red,
            releasable_to: vec!["b".into()],
            onward: Onward::AsLabelled,
            ..Handling::default()
        };
        let both = ours.strictest(&theirs);
        assert_eq!(both.tlp, Tlp::Red);
        assert_eq!(both.onward, Onward::WithConsent);
        assert_eq!(both.releasable_to, [NOBODY], "no party is on both lists");
    }
}

//! The leaves of a case's log: small texts whose hashes stand in the tree. It knows their form, and
//! nothing of what they tell.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{SealError, canonical::to_canonical};

/// Bytes of a hash.
pub const HASH_BYTES: usize = 32;
/// Largest leaf, in bytes (4 MiB).
pub const LEAF_BYTES_LIMIT: usize = 4 << 20;

/// What is hashed before a leaf (RFC 6962, section 2.1).
pub const LEAF_TAG: u8 = 0;
/// What is hashed before the two halves of a node.
pub const NODE_TAG: u8 = 1;

/// A SHA-256.
pub type Hash = [u8; HASH_BYTES];

/// What a leaf speaks of. Records have a form of their own: see [`crate::record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeafKind {
    /// An act of custody.
    Custody,
    /// What a party said.
    Statement,
    /// A request that left or came.
    Request,
    /// An answer that left or came.
    Answer,
    /// A change of the assessment.
    Assessment,
    /// A figure of a report.
    Figure,
    /// A package that was released.
    Package,
    /// A source as it was read.
    Source,
    /// The manifest of all files of the case.
    Manifest,
    /// What was asked of the world outside, and what came.
    Outside,
}

/// A leaf as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// What it speaks of.
    pub kind: LeafKind,
    /// What it says.
    #[serde(rename = "value")]
    pub json: Value,
}

impl LeafKind {
    /// Its name, as leaves spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Custody => "custody",
            Self::Statement => "statement",
            Self::Request => "request",
            Self::Answer => "answer",
            Self::Assessment => "assessment",
            Self::Figure => "figure",
            Self::Package => "package",
            Self::Source => "source",
            Self::Manifest => "manifest",
            Self::Outside => "outside",
        }
    }
}

impl fmt::Display for LeafKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Leaf {
    /// A leaf.
    #[must_use]
    pub fn new(kind: LeafKind, json: Value) -> Self {
        Self { kind, json }
    }

    /// The text that is hashed: canonical JSON with the members `kind` and `value`.
    ///
    /// # Errors
    /// When it is over [`LEAF_BYTES_LIMIT`].
    pub fn text(&self) -> Result<Vec<u8>, SealError> {
        let value = serde_json::json!({"kind": self.kind.name(), "value": self.json});
        let text = to_canonical(&value);
        if text.len() > LEAF_BYTES_LIMIT { Err(SealError::LeafSize(text.len())) } else { Ok(text) }
    }

    /// Reads a leaf's text, which must be written exactly as [`Leaf::text`] writes it.
    ///
    /// # Errors
    /// When it is no such text.
    pub fn parse(text: &[u8]) -> Result<Self, SealError> {
        let leaf: Self =
            serde_json::from_slice(text).map_err(|e| SealError::Leaf(e.to_string()))?;
        if leaf.text()? == text {
            Ok(leaf)
        } else {
            Err(SealError::Leaf("it is not written canonically".to_owned()))
        }
    }
}

/// The hash of a leaf (RFC 6962, section 2.1).
#[must_use]
pub fn leaf_hash(text: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([LEAF_TAG]);
    hash.update(text);
    hash.finalize().into()
}

/// The hash of a node (RFC 6962, section 2.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [0; 1 + 2 * HASH_BYTES];
    bytes[0] = NODE_TAG;
    bytes[1..=HASH_BYTES].copy_from_slice(left);
    bytes[1 + HASH_BYTES..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_read_back_and_others_do_not() {
        let leaf = Leaf::new(LeafKind::Custody, serde_json::json!({"b": 1, "a": 0.5}));
        let text = leaf.text().expect("a small leaf");
        assert_eq!(text, br#"{"kind":"custody","value":{"a":0.5,"b":1}}"#);
        assert_eq!(Leaf::parse(&text), Ok(leaf));
        for wrong in [
            r#"{"kind":"custody", "value":1}"#,
            r#"{"value":1,"kind":"custody"}"#,
            r#"{"kind":"other","value":1}"#,
        ] {
            assert!(Leaf::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_leaf_over_the_limit_is_refused() {
        let frame = br#"{"kind":"figure","value":""}"#.len();
        let text = |n: usize| Leaf::new(LeafKind::Figure, Value::String("x".repeat(n))).text();
        assert_eq!(text(LEAF_BYTES_LIMIT - frame).expect("at the limit").len(), LEAF_BYTES_LIMIT);
        let refused = text(LEAF_BYTES_LIMIT - frame + 1);
        assert_eq!(refused, Err(SealError::LeafSize(LEAF_BYTES_LIMIT + 1)));
    }
}

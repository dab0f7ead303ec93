//! A log record as a leaf: its place, a salted digest of its bytes, and salted digests of its fields
//! (after the way of RFC 9901), so that some fields of one record can be shown and proved while the
//! others stay hidden. It knows names and texts, not what they mean.
//!
//! ```text
//! leaf    0x52 0x01 ‖ source (4) ‖ offset (8) ‖ length (4) ‖ raw ‖ fields        big end first
//! raw     SHA-256(salt ‖ the record's bytes)
//! fields  SHA-256(field₁ ‖ field₂ ‖ …), sorted
//! field   SHA-256(salt ‖ NAME ‖ "=" ‖ VALUE)
//! salt    AES-256 (FIPS 197) of offset (8) ‖ event (4) ‖ slot (4); key one secret per source
//! ```
//!
//! The functions here say each step plainly; [`Sealer`] does the same for many records at once.

use std::fmt;

use aes::{
    Aes256, Block,
    cipher::{BlockEncrypt as _, KeyInit as _},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::leaf::{HASH_BYTES, Hash};

mod opening;
mod sealer;

pub use opening::{Give, Opening, RawOpening};
pub use sealer::{Sealed, Sealer};

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// Bytes of a source's secret.
pub const SECRET_BYTES: usize = 32;
/// Whose salt that of a record's bytes is; fields have their own number.
const RAW_SLOT: u8 = 0;
/// Events of one record whose fields are sealed one by one; the bytes of the record hold them all.
pub const EVENTS_LIMIT: u8 = 32;
/// What a record's leaf begins with: no JSON does.
const TAG: [u8; 2] = [0x52, 1];
/// Bytes of a record's leaf.
pub const RECORD_LEAF_BYTES: usize = TAG.len() + 4 + 8 + 4 + 2 * HASH_BYTES;

/// The fields of a record that are sealed one by one. The order is part of the format: it says which
/// salt is whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
#[non_exhaustive]
pub enum Field {
    /// When: UTC, corrected by the source's clock, RFC 3339 with microseconds.
    Time = 1,
    /// The address it came from, `ADDRESS` or `ADDRESS:PORT`.
    Src = 2,
    /// The address it went to, written alike; `:PORT` where only that is known.
    Dst = 3,
    /// Who acted.
    Account = 4,
    /// The account acted upon.
    Target = 5,
    /// The host that logged or served it.
    Host = 6,
    /// The action in the log's own word and its result: `GET 200`, `login_failure Failure`.
    Action = 7,
    /// What was acted upon.
    Object = 8,
    /// The user agent or client.
    Agent = 9,
}

impl Field {
    /// Every field, in the order of the format.
    pub const ALL: [Self; 9] = [
        Self::Time,
        Self::Src,
        Self::Dst,
        Self::Account,
        Self::Target,
        Self::Host,
        Self::Action,
        Self::Object,
        Self::Agent,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Src => "src",
            Self::Dst => "dst",
            Self::Account => "account",
            Self::Target => "target",
            Self::Host => "host",
            Self::Action => "action",
            Self::Object => "object",
            Self::Agent => "agent",
        }
    }

    /// The field of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// Where a record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordPlace {
    /// The number of its source in the case.
    pub source: u32,
    /// First byte, after unpacking.
    pub offset: u64,
    /// Number of bytes.
    pub length: u32,
}

/// What all salts of a source come from. Whoever has it can open every record of the source; where
/// it is destroyed, nobody can.
#[derive(Clone)]
pub struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// The secret of 32 bytes, which must come from the system's source of randomness.
    #[must_use]
    pub const fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The salts of its source.
    #[must_use]
    pub fn salts(&self) -> Salts {
        Salts(Aes256::new(&self.0.into()))
    }

    /// Its bytes, to be kept.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It stays out of every message.
        f.write_str("Secret")
    }
}

/// The salts of a source. A block cipher gives different blocks for different places, so that no salt
/// comes twice; and without the key none can be told from chance.
#[derive(Clone)]
pub struct Salts(Aes256);

impl Salts {
    /// The salt of the bytes of the record at that offset.
    #[must_use]
    pub fn raw(&self, offset: u64) -> [u8; SALT_BYTES] {
        self.of(offset, 0, RAW_SLOT)
    }

    /// The salt of a field of an event, which is numbered from 0.
    #[must_use]
    pub fn field(&self, offset: u64, event: u8, field: Field) -> [u8; SALT_BYTES] {
        self.of(offset, event, field as u8)
    }

    fn of(&self, offset: u64, event: u8, slot: u8) -> [u8; SALT_BYTES] {
        let mut block = place_of_salt(offset, event, slot);
        self.0.encrypt_block(&mut block);
        block.into()
    }

    /// Makes salts of places, in their place.
    fn fill(&self, places: &mut [Block]) {
        self.0.encrypt_blocks(places);
    }
}

impl fmt::Debug for Salts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salts")
    }
}

/// What is encrypted to a salt.
fn place_of_salt(offset: u64, event: u8, slot: u8) -> Block {
    let mut block = [0; SALT_BYTES];
    block[..8].copy_from_slice(&offset.to_be_bytes());
    block[11] = event;
    block[15] = slot;
    block.into()
}

/// The two digests that a record's leaf is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digests {
    /// Of its bytes.
    pub raw: Hash,
    /// Of its fields.
    pub fields: Hash,
}

/// The text of a record's leaf.
#[must_use]
pub fn record_leaf(place: RecordPlace, digests: &Digests) -> [u8; RECORD_LEAF_BYTES] {
    let mut text = [0; RECORD_LEAF_BYTES];
    text[..2].copy_from_slice(&TAG);
    text[2..6].copy_from_slice(&place.source.to_be_bytes());
    text[6..14].copy_from_slice(&place.offset.to_be_bytes());
    text[14..18].copy_from_slice(&place.length.to_be_bytes());
    text[18..50].copy_from_slice(&digests.raw);
    text[50..].copy_from_slice(&digests.fields);
    text
}

/// The digest of a record's bytes.
#[must_use]
pub fn raw_digest(salt: &[u8; SALT_BYTES], raw: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(raw);
    hash.finalize().into()
}

/// The digest over all fields' digests, which it sorts: their order would tell which ones are hidden.
#[must_use]
pub fn fields_digest(fields: &mut [Hash]) -> Hash {
    fields.sort_unstable();
    Sha256::digest(fields.as_flattened()).into()
}

/// The digest of a field. A name holds no `=`: where it ends is certain.
#[must_use]
pub fn field_digest(salt: &[u8; SALT_BYTES], name: &str, value: &str) -> Hash {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(name);
    hash.update("=");
    hash.update(value);
    hash.finalize().into()
}

/// The name of a field of an event: that of a later event's ends in `#` and its number from 2.
fn write_name(out: &mut Vec<u8>, field: Field, event: u8) {
    out.extend_from_slice(field.name().as_bytes());
    if event > 0 {
        out.extend_from_slice(format!("#{}", event + 1).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 197, appendix C.3: its key, and a place that is its plain text.
    #[test]
    fn salts_are_aes_256() {
        let salts = Secret::new(std::array::from_fn(|n| n as u8)).salts();
        let mut block: Block = std::array::from_fn(|n| n as u8 * 0x11).into();
        salts.fill(std::slice::from_mut(&mut block));
        let expected = 0x8ea2_b7ca_5167_45bf_eafc_4990_4b49_6089_u128;
        assert_eq!(u128::from_be_bytes(block.into()), expected);
    }

    #[test]
    fn no_salt_comes_twice() {
        let mut seen = std::collections::HashSet::new();
        let salts = Secret::new([7; SECRET_BYTES]).salts();
        for offset in [0, 1, 2, 255, 256, 1 << 40] {
            assert!(seen.insert(salts.raw(offset)));
            for event in 0..EVENTS_LIMIT {
                for field in Field::ALL {
                    let salt = salts.field(offset, event, field);
                    assert!(seen.insert(salt), "{offset} {event} {field:?}");
                }
            }
        }
    }

    #[test]
    fn names_say_their_event() {
        let name = |field, event| {
            let mut name = Vec::new();
            write_name(&mut name, field, event);
            String::from_utf8(name).expect("a name")
        };
        assert_eq!(name(Field::Object, 0), "object");
        assert_eq!(name(Field::Src, 1), "src#2");
        assert_eq!(name(Field::Src, EVENTS_LIMIT - 1), "src#32");
    }
}

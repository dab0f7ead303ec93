//! A log record as a leaf: its place, a salted digest of its bytes, and salted digests of its fields
//! (after the way of RFC 9901), so that some fields of one record can be shown and proved while the
//! others stay hidden. It knows names and texts, not what they mean.
//!
//! ```text
//! leaf    0x52 0x01 ‖ source (4) ‖ offset (8) ‖ length (4) ‖ raw ‖ fields        big end first
//! raw     SHA-256(salt ‖ the record's bytes)
//! fields  SHA-256(field₁ ‖ field₂ ‖ …), sorted
//! field   SHA-256(["SALT","NAME","VALUE"])           JSON without blanks, salt in base64url
//! salt    16 bytes of ChaCha20 (RFC 8439): key one secret per source, nonce the offset
//! ```

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20::{
    ChaCha20,
    cipher::{KeyIvInit, StreamCipher, StreamCipherSeek},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::leaf::{HASH_BYTES, Hash};

mod opening;

pub use opening::{Give, Opening, RawOpening};

/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// Bytes of a source's secret.
pub const SECRET_BYTES: usize = 32;
/// Salts for each event of a record; the first one of the first event is that of the record's bytes.
const SLOTS: usize = 16;
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

    /// The salt of the bytes of the record at that offset.
    #[must_use]
    pub fn raw_salt(&self, offset: u64) -> [u8; SALT_BYTES] {
        let mut salt = [0; SALT_BYTES];
        cipher(self, offset).apply_keystream(&mut salt);
        salt
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

/// Seals the records of one source, one after another.
#[derive(Debug)]
pub struct Sealer {
    secret: Secret,
    source: u32,
    stream: Salts,
    fields: Vec<Hash>,
    text: Vec<u8>,
    place: RecordPlace,
    raw: Hash,
}

fn cipher(secret: &Secret, offset: u64) -> ChaCha20 {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&offset.to_le_bytes());
    ChaCha20::new(&secret.0.into(), &nonce.into())
}

/// The salts of one record.
struct Salts {
    cipher: Option<ChaCha20>,
    event: u8,
    bytes: [u8; SLOTS * SALT_BYTES],
}

impl Salts {
    fn begin(secret: &Secret, offset: u64) -> Self {
        let mut cipher = cipher(secret, offset);
        let mut bytes = [0; SLOTS * SALT_BYTES];
        cipher.apply_keystream(&mut bytes);
        Self { cipher: Some(cipher), event: 0, bytes }
    }

    const fn none() -> Self {
        Self { cipher: None, event: 0, bytes: [0; SLOTS * SALT_BYTES] }
    }

    /// The salt of a field of the event of that number.
    fn of(&mut self, event: u8, slot: usize) -> [u8; SALT_BYTES] {
        if event != self.event {
            self.event = event;
            self.bytes = [0; SLOTS * SALT_BYTES];
            let cipher = self.cipher.as_mut().expect("a record was begun");
            cipher.seek(u64::from(event) * (SLOTS * SALT_BYTES) as u64);
            cipher.apply_keystream(&mut self.bytes);
        }
        let at = slot * SALT_BYTES;
        self.bytes[at..at + SALT_BYTES].try_into().expect("a slot has a salt's bytes")
    }
}

impl fmt::Debug for Salts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salts")
    }
}

impl Sealer {
    /// For a source.
    #[must_use]
    pub fn new(source: u32, secret: Secret) -> Self {
        Self {
            secret,
            source,
            stream: Salts::none(),
            fields: Vec::new(),
            text: Vec::new(),
            place: RecordPlace { source, offset: 0, length: 0 },
            raw: [0; HASH_BYTES],
        }
    }

    /// The source.
    #[must_use]
    pub const fn source(&self) -> u32 {
        self.source
    }

    /// Begins a record. No two of a source may have the same offset.
    pub fn begin(&mut self, offset: u64, length: u32, raw: &[u8]) {
        self.place = RecordPlace { source: self.source, offset, length };
        self.stream = Salts::begin(&self.secret, offset);
        self.fields.clear();
        self.raw = raw_digest(&self.stream.of(0, 0), raw);
    }

    /// A field of the record that was begun; `value` writes its text, which must be UTF-8. Events are
    /// numbered from 0; those from [`EVENTS_LIMIT`] on are passed over.
    pub fn field(&mut self, field: Field, event: u8, value: impl FnOnce(&mut Vec<u8>)) {
        if event < EVENTS_LIMIT {
            let salt = self.stream.of(event, field as usize);
            write_field(&mut self.text, &salt, field, event, value);
            self.fields.push(Sha256::digest(&self.text).into());
        }
    }

    /// The text of the field that was given last: what opens it.
    #[must_use]
    pub fn field_text(&self) -> &[u8] {
        &self.text
    }

    /// The salt of the record's bytes.
    #[must_use]
    pub fn raw_salt(&mut self) -> [u8; SALT_BYTES] {
        self.stream.of(0, 0)
    }

    /// The place and the digests of the record that was begun.
    pub fn finish(&mut self) -> (RecordPlace, Digests) {
        let fields = fields_digest(&mut self.fields);
        (self.place, Digests { raw: self.raw, fields })
    }
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

/// `["SALT","NAME","VALUE"]`; the name of a later event's field ends in `#` and its number from 2.
fn write_field(
    text: &mut Vec<u8>,
    salt: &[u8; SALT_BYTES],
    field: Field,
    event: u8,
    value: impl FnOnce(&mut Vec<u8>),
) {
    /// Characters of a salt in base64url.
    const SALT_CHARS: usize = 22;
    text.clear();
    text.extend_from_slice(b"[\"");
    let at = text.len();
    text.resize(at + SALT_CHARS, 0);
    let written = URL_SAFE_NO_PAD.encode_slice(salt, &mut text[at..]);
    assert_eq!(written, Ok(SALT_CHARS), "16 bytes are 22 characters");
    text.extend_from_slice(b"\",\"");
    text.extend_from_slice(field.name().as_bytes());
    if event > 0 {
        text.extend_from_slice(format!("#{}", event + 1).as_bytes());
    }
    text.extend_from_slice(b"\",\"");
    let at = text.len();
    value(text);
    let needs_escape = |byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\');
    if text[at..].iter().any(needs_escape) {
        let value = String::from_utf8_lossy(&text[at..]).into_owned();
        text.truncate(at - 1);
        serde_json::to_writer(&mut *text, &value).expect("a vector takes any bytes");
        text.push(b']');
    } else {
        text.extend_from_slice(b"\"]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new(3, Secret::new([7; SECRET_BYTES]))
    }

    #[test]
    fn a_field_is_a_json_array_of_salt_name_and_value() {
        let mut sealer = sealer();
        sealer.begin(0, 1, b"x");
        sealer.field(Field::Object, 0, |out| out.extend_from_slice(b"/a?b=\"c\"\n\\"));
        let text = String::from_utf8(sealer.field_text().to_vec()).expect("JSON");
        let [salt, name, value]: [String; 3] = serde_json::from_str(&text).expect("JSON");
        assert_eq!((name.as_str(), value.as_str()), ("object", "/a?b=\"c\"\n\\"));
        assert_eq!(URL_SAFE_NO_PAD.decode(salt).expect("base64url").len(), SALT_BYTES);
        sealer.field(Field::Src, 1, |out| out.extend_from_slice("192.0.2.1".as_bytes()));
        let text = String::from_utf8(sealer.field_text().to_vec()).expect("JSON");
        assert!(text.ends_with(r#"","src#2","192.0.2.1"]"#), "{text}");
    }

    /// RFC 8439, section 2.4.2: the key stream of block 1 of its example begins so.
    #[test]
    fn salts_are_chacha20() {
        let key: [u8; 32] = std::array::from_fn(|n| n as u8);
        let mut salts =
            Salts::begin(&Secret::new(key), u64::from_le_bytes([0, 0, 0, 0x4a, 0, 0, 0, 0]));
        // The nonce of the example, 000000000000004a00000000, is ours of that offset.
        let block_1 = salts.of(0, 4);
        assert_eq!(block_1[..8], [0x22, 0x4f, 0x51, 0xf3, 0x40, 0x1b, 0xd9, 0xe1]);
    }

    #[test]
    fn no_salt_comes_twice() {
        let mut seen = std::collections::HashSet::new();
        let mut sealer = sealer();
        for offset in [0, 1, 2, 1 << 40] {
            sealer.begin(offset, 1, b"x");
            assert!(seen.insert(sealer.raw_salt()));
            assert_eq!(sealer.raw_salt(), sealer.secret.raw_salt(offset));
            for event in [0, 1, 2, 1, 0] {
                for field in Field::ALL {
                    let salt = sealer.stream.of(event, field as usize);
                    let is_new = seen.insert(salt);
                    assert!(is_new || matches!(event, 0 | 1), "{offset} {event} {field:?}");
                }
            }
        }
        assert_eq!(seen.len(), 4 * (1 + 3 * Field::ALL.len()));
    }

    #[test]
    fn records_differ_by_place_bytes_and_fields() {
        let leaf = |offset: u64, raw: &[u8], src: &str| {
            let mut sealer = sealer();
            sealer.begin(offset, raw.len() as u32, raw);
            sealer.field(Field::Src, 0, |out| out.extend_from_slice(src.as_bytes()));
            let (place, digests) = sealer.finish();
            record_leaf(place, &digests)
        };
        let one = leaf(5, b"abc", "192.0.2.1");
        assert_eq!(one, leaf(5, b"abc", "192.0.2.1"), "the same record gives the same leaf");
        for other in [
            leaf(6, b"abc", "192.0.2.1"),
            leaf(5, b"abd", "192.0.2.1"),
            leaf(5, b"abc", "192.0.2.2"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn events_over_the_limit_are_passed_over() {
        let mut sealer = sealer();
        sealer.begin(0, 1, b"x");
        sealer.field(Field::Src, EVENTS_LIMIT - 1, |out| out.push(b'a'));
        assert_eq!(sealer.fields.len(), 1);
        sealer.field(Field::Src, EVENTS_LIMIT, |out| out.push(b'a'));
        assert_eq!(sealer.fields.len(), 1);
    }
}

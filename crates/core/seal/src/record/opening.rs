//! What opens a record for somebody else: its place, the fields that are shown with their salts, and
//! the digests of those that stay hidden. Nothing of a hidden field can be found from it.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Digests, EVENTS_LIMIT, Field, RecordPlace, SALT_BYTES, Sealer, fields_digest, raw_digest,
    record_leaf,
};
use crate::{
    Checkpoint, Proof, PublicKey, SealError,
    digits::{hex, unhex},
    leaf::{Hash, leaf_hash},
};

/// Fields that an opening may have.
const FIELDS_LIMIT: usize = Field::ALL.len() * EVENTS_LIMIT as usize;

/// Takes a field, the number of its event, and its text.
pub type Give<'a> = &'a mut dyn FnMut(Field, u8, &str);

/// A record as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The number of its leaf.
    pub index: u64,
    /// Where it lies.
    #[serde(flatten)]
    pub place: RecordPlace,
    /// Its bytes, where they are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawOpening>,
    /// SHA-256 of its salted bytes, in hex.
    pub raw_sha256: String,
    /// The fields that are shown: each the text that was hashed, `["SALT","NAME","VALUE"]`.
    pub fields: Vec<String>,
    /// SHA-256 of each field that is hidden, in hex, sorted.
    pub hidden: Vec<String>,
}

/// The bytes of a record with their salt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOpening {
    /// The salt, in base64url.
    pub salt: String,
    /// The bytes, in base64.
    pub bytes: String,
}

/// Builds an opening beside a [`Sealer`].
impl Opening {
    /// Opens a record: `fill` gives every field to the sealer's `field` through the function it is
    /// handed, exactly as when the record was sealed. Shown are the bytes where `show_raw` says so,
    /// and the fields that `shows` picks by name.
    pub fn open(
        sealer: &mut Sealer,
        (index, place): (u64, RecordPlace),
        raw: &[u8],
        (show_raw, shows): (bool, &dyn Fn(Field, u8) -> bool),
        fill: &mut dyn FnMut(Give<'_>),
    ) -> Self {
        sealer.begin(place.offset, place.length, raw);
        let salt = sealer.raw_salt();
        let (mut fields, mut hidden) = (Vec::new(), Vec::new());
        fill(&mut |field, event, value| {
            if event >= EVENTS_LIMIT {
                return;
            }
            sealer.field(field, event, |out| out.extend_from_slice(value.as_bytes()));
            let text = sealer.field_text();
            if shows(field, event) {
                fields.push(String::from_utf8(text.to_vec()).expect("a field is UTF-8"));
            } else {
                hidden.push(hex(&Sha256::digest(text)));
            }
        });
        hidden.sort_unstable();
        let raw_sha256 = hex(&raw_digest(&salt, raw));
        let raw = show_raw.then(|| RawOpening {
            salt: URL_SAFE_NO_PAD.encode(salt),
            bytes: STANDARD.encode(raw),
        });
        Self { index, place, raw, raw_sha256, fields, hidden }
    }

    /// The hash of the leaf that this opens.
    ///
    /// # Errors
    /// When what is shown does not belong together.
    pub fn leaf(&self) -> Result<Hash, SealError> {
        let wrong = |why: &str| SealError::Leaf(why.to_owned());
        if self.fields.len() + self.hidden.len() > FIELDS_LIMIT {
            return Err(wrong("it has too many fields"));
        }
        let raw = unhex(&self.raw_sha256).ok_or(wrong("a digest is none"))?;
        if let Some(shown) = &self.raw {
            let salt = URL_SAFE_NO_PAD.decode(&shown.salt).ok();
            let salt = salt.and_then(|salt| <[u8; SALT_BYTES]>::try_from(salt).ok());
            let bytes = STANDARD.decode(&shown.bytes).ok();
            let (Some(salt), Some(bytes)) = (salt, bytes) else {
                return Err(wrong("its bytes or their salt are not base64"));
            };
            if raw_digest(&salt, &bytes) != raw {
                return Err(wrong("its bytes are not those that were sealed"));
            }
        }
        let mut digests = Vec::with_capacity(self.fields.len() + self.hidden.len());
        for text in &self.fields {
            self::parts(text).ok_or(wrong("a field is no [salt, name, value]"))?;
            digests.push(Sha256::digest(text.as_bytes()).into());
        }
        for text in &self.hidden {
            digests.push(unhex(text).ok_or(wrong("a digest is none"))?);
        }
        let fields = fields_digest(&mut digests);
        Ok(leaf_hash(&record_leaf(self.place, &Digests { raw, fields })))
    }

    /// Checks that the record stands in the log whose key this is, as it is shown; gives the log's
    /// head.
    ///
    /// # Errors
    /// When it does not.
    pub fn verify(&self, proof: &Proof, key: &PublicKey) -> Result<Checkpoint, SealError> {
        if proof.index != self.index {
            return Err(SealError::Proof("it is of another leaf"));
        }
        proof.check(&self.leaf()?, key)
    }

    /// The fields that are shown, as names and values.
    #[must_use]
    pub fn shown(&self) -> Vec<(String, String)> {
        self.fields.iter().filter_map(|text| parts(text)).collect()
    }
}

/// Name and value of a field's text.
fn parts(text: &str) -> Option<(String, String)> {
    let [_, name, value]: [String; 3] = serde_json::from_str(text).ok()?;
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SigningKey, record::Secret, tree::Growth};

    const LINE: &[u8] = b"192.0.2.1 ana GET /x";

    fn fill(give: &mut dyn FnMut(Field, u8, &str)) {
        give(Field::Src, 0, "192.0.2.1");
        give(Field::Account, 0, "ana");
        give(Field::Action, 0, "GET 200");
    }

    fn opened(show_raw: bool, shows: &dyn Fn(Field, u8) -> bool) -> Opening {
        let mut sealer = Sealer::new(0, Secret::new([7; 32]));
        let place = RecordPlace { source: 0, offset: 9, length: LINE.len() as u32 };
        Opening::open(&mut sealer, (0, place), LINE, (show_raw, shows), &mut fill)
    }

    #[test]
    fn every_choice_of_fields_opens_the_same_leaf() {
        let mut sealer = Sealer::new(0, Secret::new([7; 32]));
        sealer.begin(9, LINE.len() as u32, LINE);
        fill(&mut |field, event, value| {
            sealer.field(field, event, |out| out.extend_from_slice(value.as_bytes()));
        });
        let (place, digests) = sealer.finish();
        let leaf = leaf_hash(&record_leaf(place, &digests));
        for show_raw in [false, true] {
            for mask in 0..512_u16 {
                let shows = |field: Field, _: u8| mask & 1 << (field as u8 - 1) != 0;
                let opening = opened(show_raw, &shows);
                assert_eq!(opening.leaf(), Ok(leaf));
                let text = serde_json::to_string(&opening).expect("JSON");
                assert_eq!(text.contains("ana"), shows(Field::Account, 0), "{text}");
            }
        }
    }

    #[test]
    fn what_is_altered_is_refused() {
        let key = SigningKey::new("cert.example", &[1; 32]).expect("a name");
        let opening = opened(true, &|field, _| field == Field::Src);
        let mut growth = Growth::default();
        growth.push(opening.leaf().expect("it opens"), &mut |_, _| Ok(())).expect("room");
        let head = Checkpoint { origin: "cert.example/1".into(), size: 1, root: growth.root() };
        let proof =
            Proof { index: 0, path: Vec::new(), checkpoint: head.sign(&key).expect("a head") };
        assert_eq!(opening.verify(&proof, &key.public()), Ok(head));
        assert_eq!(opening.shown(), [("src".to_owned(), "192.0.2.1".to_owned())]);
        let alter = |change: &dyn Fn(&mut Opening)| {
            let mut other = opening.clone();
            change(&mut other);
            assert!(other.verify(&proof, &key.public()).is_err(), "{other:?}");
        };
        alter(&|o| o.place.offset += 1);
        alter(&|o| o.index = 1);
        alter(&|o| o.fields[0] = o.fields[0].replace("192.0.2.1", "192.0.2.2"));
        alter(&|o| o.hidden.truncate(1));
        alter(&|o| o.hidden[0] = o.hidden[0].replacen(|c: char| c != '0', "0", 1));
        alter(&|o| o.raw.as_mut().expect("shown").bytes = STANDARD.encode(b"other"));
        alter(&|o| o.raw_sha256 = "0".repeat(64));
        alter(&|o| o.raw_sha256.clear());
    }
}

//! What opens a record for somebody else: its place, the fields that are shown with their salts, and
//! the digests of those that stay hidden. Nothing of a hidden field can be found from it.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{Deserialize, Serialize};

use super::{
    Digests, EVENTS_LIMIT, Field, RecordPlace, SALT_BYTES, Secret, field_digest, fields_digest,
    raw_digest, record_leaf, write_name,
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
    /// The fields that are shown: salt in base64url, name and value of each.
    pub fields: Vec<[String; 3]>,
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

impl Opening {
    /// Opens a record: `fill` gives every field to the function it is handed, exactly as when the
    /// record was sealed. Shown are the bytes where `show_raw` says so, and the fields that `shows`
    /// picks by name.
    pub fn open(
        secret: &Secret,
        (index, place): (u64, RecordPlace),
        raw: &[u8],
        (show_raw, shows): (bool, &dyn Fn(Field, u8) -> bool),
        fill: &mut dyn FnMut(Give<'_>),
    ) -> Self {
        let salts = secret.salts();
        let (mut fields, mut hidden) = (Vec::new(), Vec::new());
        fill(&mut |field, event, value| {
            if event >= EVENTS_LIMIT {
                return;
            }
            let salt = salts.field(place.offset, event, field);
            let name = name_of(field, event);
            if shows(field, event) {
                fields.push([URL_SAFE_NO_PAD.encode(salt), name, value.to_owned()]);
            } else {
                hidden.push(hex(&field_digest(&salt, &name, value)));
            }
        });
        hidden.sort_unstable();
        let salt = salts.raw(place.offset);
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
            let bytes = STANDARD.decode(&shown.bytes).ok();
            let (Some(salt), Some(bytes)) = (salt_of(&shown.salt), bytes) else {
                return Err(wrong("its bytes or their salt are not base64"));
            };
            if raw_digest(&salt, &bytes) != raw {
                return Err(wrong("its bytes are not those that were sealed"));
            }
        }
        let mut digests = Vec::with_capacity(self.fields.len() + self.hidden.len());
        for [salt, name, value] in &self.fields {
            let salt = salt_of(salt).ok_or(wrong("the salt of a field is none"))?;
            if !is_name(name) {
                return Err(wrong("the name of a field is none"));
            }
            digests.push(field_digest(&salt, name, value));
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
        self.fields.iter().map(|[_, name, value]| (name.clone(), value.clone())).collect()
    }
}

fn name_of(field: Field, event: u8) -> String {
    let mut name = Vec::new();
    write_name(&mut name, field, event);
    String::from_utf8(name).expect("names are ASCII")
}

/// Whether a field may be named so. One with a `=` would be another field with another value.
fn is_name(name: &str) -> bool {
    let (field, event) = name
        .split_once('#')
        .map_or((name, 1), |(field, event)| (field, event.parse::<u8>().unwrap_or_default()));
    let Some(field) = Field::named(field) else { return false };
    (1..=EVENTS_LIMIT).contains(&event) && name_of(field, event - 1) == name
}

fn salt_of(text: &str) -> Option<[u8; SALT_BYTES]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SigningKey, record::Sealer, tree::Growth};

    const LINE: &[u8] = b"192.0.2.1 ana GET /x";

    fn fill(give: &mut dyn FnMut(Field, u8, &str)) {
        give(Field::Src, 0, "192.0.2.1");
        give(Field::Account, 0, "ana");
        give(Field::Action, 0, "GET 200");
    }

    fn opened(show_raw: bool, shows: &dyn Fn(Field, u8) -> bool) -> Opening {
        let place = RecordPlace { source: 0, offset: 9, length: LINE.len() as u32 };
        Opening::open(&Secret::new([7; 32]), (0, place), LINE, (show_raw, shows), &mut fill)
    }

    #[test]
    fn every_choice_of_fields_opens_the_same_leaf() {
        let mut sealer = Sealer::new(0, &Secret::new([7; 32]));
        sealer.begin(9, LINE.len() as u32, LINE);
        fill(&mut |field, event, value| {
            sealer.field(field, event, |out| out.extend_from_slice(value.as_bytes()));
        });
        let leaf = sealer.finish().next().expect("one record").leaf;
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
        alter(&|o| o.fields[0][2] = "192.0.2.2".to_owned());
        alter(&|o| o.fields[0][1] = "dst".to_owned());
        alter(&|o| o.fields[0][0] = URL_SAFE_NO_PAD.encode([0; SALT_BYTES]));
        alter(&|o| o.hidden.truncate(1));
        alter(&|o| o.hidden[0] = o.hidden[0].replacen(|c: char| c != '0', "0", 1));
        alter(&|o| o.raw.as_mut().expect("shown").bytes = STANDARD.encode(b"other"));
        alter(&|o| o.raw_sha256 = "0".repeat(64));
        alter(&|o| o.raw_sha256.clear());
    }

    #[test]
    fn a_name_cannot_reach_into_its_value() {
        assert!(is_name("src") && is_name("src#2") && is_name("agent#32"));
        for name in ["", "src=1", "src#", "src#1", "src#02", "src#33", "src#+2", "SRC", "src#2#3"] {
            assert!(!is_name(name), "{name}");
        }
        let mut opening = opened(false, &|field, _| field == Field::Action);
        assert!(opening.leaf().is_ok());
        // The same bytes, cut elsewhere.
        opening.fields[0][1] = "action=GET 200".to_owned();
        opening.fields[0][2] = String::new();
        assert!(opening.leaf().is_err());
    }
}

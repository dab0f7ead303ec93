//! Seals many records at once: what is hashed is gathered, and goes through the processor side by side.
//! It gives what the plain functions give for each record alone, and no more.

use aes::Block;

use super::{
    Digests, EVENTS_LIMIT, Field, RAW_SLOT, RecordPlace, SALT_BYTES, Salts, Secret, place_of_salt,
    record_leaf, write_name,
};
use crate::{
    lanes::Messages,
    leaf::{Hash, LEAF_TAG},
};

/// Records that are hashed together: what they come to stays in the processor's nearest memory.
const TOGETHER: usize = 48;
/// Bytes from which on fewer are hashed together.
const TOGETHER_BYTES: usize = 1 << 16;
/// Where a salt stands until it is known.
const NO_SALT: [u8; SALT_BYTES] = [0; SALT_BYTES];

/// A record as it was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Where it lies.
    pub place: RecordPlace,
    /// The digest of its fields.
    pub fields: Hash,
    /// The hash of its leaf.
    pub leaf: Hash,
}

/// Seals the records of one source, in their order.
#[derive(Debug)]
pub struct Sealer {
    source: u32,
    salts: Salts,
    /// Records not hashed yet: their places and the number of their first message.
    open: Vec<(RecordPlace, usize)>,
    /// For each record its bytes, then its fields.
    messages: Messages,
    /// For each message what its salt is made of.
    salted: Vec<Block>,
    digests: Vec<Hash>,
    gathered: Messages,
    fields: Vec<Hash>,
    leaves: Vec<Hash>,
    sealed: Vec<Sealed>,
}

impl Sealer {
    /// For a source.
    #[must_use]
    pub fn new(source: u32, secret: &Secret) -> Self {
        Self {
            source,
            salts: secret.salts(),
            open: Vec::with_capacity(TOGETHER),
            messages: Messages::default(),
            salted: Vec::new(),
            digests: Vec::new(),
            gathered: Messages::default(),
            fields: Vec::new(),
            leaves: Vec::new(),
            sealed: Vec::new(),
        }
    }

    /// The source.
    #[must_use]
    pub const fn source(&self) -> u32 {
        self.source
    }

    /// Begins a record. No two of a source may have the same offset.
    pub fn begin(&mut self, offset: u64, length: u32, raw: &[u8]) {
        if self.open.len() >= TOGETHER || self.messages.bytes() >= TOGETHER_BYTES {
            self.hash();
        }
        let place = RecordPlace { source: self.source, offset, length };
        self.open.push((place, self.messages.len()));
        self.salted.push(place_of_salt(offset, 0, RAW_SLOT));
        self.messages.push(&[&NO_SALT, raw]);
    }

    /// A field of the record that was begun; `value` writes its text, which must be UTF-8. Events are
    /// numbered from 0; those from [`EVENTS_LIMIT`] on are passed over.
    pub fn field(&mut self, field: Field, event: u8, value: impl FnOnce(&mut Vec<u8>)) {
        let Some((place, _)) = self.open.last().filter(|_| event < EVENTS_LIMIT) else { return };
        self.salted.push(place_of_salt(place.offset, event, field as u8));
        let text = self.messages.text();
        text.extend_from_slice(&NO_SALT);
        write_name(text, field, event);
        text.push(b'=');
        value(text);
        self.messages.end();
    }

    /// The records since the last time.
    pub fn finish(&mut self) -> impl Iterator<Item = Sealed> {
        self.hash();
        self.sealed.drain(..)
    }

    fn hash(&mut self) {
        self.salts.fill(&mut self.salted);
        for (number, salt) in self.salted.drain(..).enumerate() {
            *self.messages.head_mut(number) = salt.into();
        }
        self.messages.digests(&mut self.digests);
        let behind = self.messages.len();
        self.messages.clear();
        self.gathered.clear();
        let ends = self.open.iter().skip(1).map(|(_, first)| *first).chain([behind]);
        for ((_, first), end) in self.open.iter().zip(ends) {
            let fields = &mut self.digests[first + 1..end];
            sort(fields);
            self.gathered.push(&[fields.as_flattened()]);
        }
        self.gathered.digests(&mut self.fields);
        self.gathered.clear();
        for ((place, first), fields) in self.open.iter().zip(&self.fields) {
            let digests = Digests { raw: self.digests[*first], fields: *fields };
            let text = record_leaf(*place, &digests);
            self.gathered.push(&[&[LEAF_TAG], &text]);
        }
        self.gathered.digests(&mut self.leaves);
        let parts = self.open.drain(..).zip(&self.fields).zip(&self.leaves);
        let sealed = parts.map(|(((place, _), fields), leaf)| Sealed {
            place,
            fields: *fields,
            leaf: *leaf,
        });
        self.sealed.extend(sealed);
    }
}

/// Sorts digests: their first bytes nearly always decide.
fn sort(digests: &mut [Hash]) {
    let first =
        |digest: &Hash| u64::from_be_bytes(*digest.first_chunk().expect("a hash has eight bytes"));
    digests.sort_unstable_by(|a, b| first(a).cmp(&first(b)).then_with(|| a.cmp(b)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        leaf::leaf_hash,
        record::{SECRET_BYTES, field_digest, fields_digest, raw_digest},
    };

    type Record = (Vec<u8>, Vec<(usize, u8, String)>);

    /// The plain slow twin: one record after another, word for word the format.
    fn twin(offset: u64, (raw, fields): &Record) -> Sealed {
        let salts = Secret::new([7; SECRET_BYTES]).salts();
        let place = RecordPlace { source: 3, offset, length: raw.len() as u32 };
        let mut all: Vec<Hash> = fields
            .iter()
            .filter(|(_, event, _)| *event < EVENTS_LIMIT)
            .map(|(field, event, value)| {
                let field = Field::ALL[*field];
                let mut name = Vec::new();
                write_name(&mut name, field, *event);
                let name = String::from_utf8(name).expect("a name");
                field_digest(&salts.field(offset, *event, field), &name, value)
            })
            .collect();
        let digests =
            Digests { raw: raw_digest(&salts.raw(offset), raw), fields: fields_digest(&mut all) };
        let leaf = leaf_hash(&record_leaf(place, &digests));
        Sealed { place, fields: digests.fields, leaf }
    }

    fn seal(records: &[Record]) -> Vec<Sealed> {
        let mut sealer = Sealer::new(3, &Secret::new([7; SECRET_BYTES]));
        let mut offset = 0;
        for (raw, fields) in records {
            sealer.begin(offset, raw.len() as u32, raw);
            for (field, event, value) in fields {
                sealer.field(Field::ALL[*field], *event, |out| {
                    out.extend_from_slice(value.as_bytes());
                });
            }
            offset += raw.len() as u64 + 1;
        }
        let sealed = sealer.finish().collect();
        assert_eq!(sealer.finish().count(), 0, "each is given once");
        sealed
    }

    #[test]
    fn records_differ_by_place_bytes_and_fields() {
        let record = |raw: &str, src: &str| (raw.as_bytes().to_vec(), vec![(1, 0, src.to_owned())]);
        let all = seal(&[
            record("abc", "192.0.2.1"),
            record("abc", "192.0.2.1"),
            record("abd", "192.0.2.1"),
            record("abc", "192.0.2.2"),
        ]);
        let leaves: std::collections::HashSet<Hash> = all.iter().map(|one| one.leaf).collect();
        assert_eq!(leaves.len(), 4);
        assert_eq!(
            all,
            seal(&[
                record("abc", "192.0.2.1"),
                record("abc", "192.0.2.1"),
                record("abd", "192.0.2.1"),
                record("abc", "192.0.2.2"),
            ])
        );
    }

    #[test]
    fn events_over_the_limit_are_passed_over() {
        let with = |event: u8| seal(&[(b"x".to_vec(), vec![(1, event, "a".to_owned())])]);
        let without = seal(&[(b"x".to_vec(), Vec::new())]);
        assert_eq!(with(EVENTS_LIMIT), without);
        assert_ne!(with(EVENTS_LIMIT - 1), without);
    }

    #[test]
    fn a_large_record_is_hashed_too() {
        let record = (vec![7; 3 * TOGETHER_BYTES], vec![(7, 0, "x".repeat(1000))]);
        assert_eq!(seal(std::slice::from_ref(&record)), [twin(0, &record)]);
    }

    proptest! {
        #[test]
        fn many_at_once_give_what_each_gives_alone(
            records in prop::collection::vec((
                prop::collection::vec(any::<u8>(), 0..300),
                prop::collection::vec((0..Field::ALL.len(), 0_u8..40, ".{0,60}"), 0..12),
            ), 0..130),
        ) {
            let mut offset = 0;
            let mut expected = Vec::new();
            for record in &records {
                expected.push(twin(offset, record));
                offset += record.0.len() as u64 + 1;
            }
            prop_assert_eq!(seal(&records), expected);
        }
    }
}

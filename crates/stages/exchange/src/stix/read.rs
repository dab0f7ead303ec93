//! A bundle as a stream of objects, in bounded memory: one object at a time, no text longer, no
//! level deeper and no object larger than the limits. What the objects mean is not known here.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt,
    io::{self, Read},
};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{FORMAT, id::Id};
use crate::{
    format::{DecodeError, Limits},
    parts::short,
};

mod bounded;
mod guard;

use bounded::{Bounded, Budget};
use guard::{Guard, State};

/// Bytes of one object as it is written.
pub const OBJECT_BYTES_LIMIT: u64 = 128 << 20;
/// Values within one object, but for the list of what a report names, which is kept in short form.
pub const OBJECT_VALUES_LIMIT: usize = 100_000;
/// Bytes of all texts within one object, but for that list.
const OBJECT_TEXT_LIMIT: usize = 16 << 20;

/// An object of a bundle.
#[derive(Debug)]
pub(super) struct Object {
    /// How manieth it is, from 0.
    pub(super) number: usize,
    pub(super) members: Map<String, Value>,
    /// What `object_refs` names.
    pub(super) refs: Vec<Id>,
    /// Why it is not read any further.
    pub(super) wrong: Option<String>,
}

impl Object {
    /// A text member.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// Where it stands, for messages.
    pub(super) fn place(&self) -> String {
        match self.text("id") {
            Some(id) => format!("objects[{}] {}", self.number, short(id)),
            None => format!("objects[{}]", self.number),
        }
    }

    /// From what was made here.
    pub(super) fn of(mut members: Map<String, Value>) -> Self {
        let refs = match members.remove("object_refs") {
            Some(Value::Array(refs)) => {
                refs.iter().filter_map(|one| Id::parse(one.as_str()?)).collect()
            }
            _ => Vec::new(),
        };
        Self { number: 0, members, refs, wrong: None }
    }

    /// Sixteen bytes that two objects share only where they say the same in STIX's own words.
    pub(super) fn digest(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        feed_members(&mut hash, self.members.iter().filter(|(name, _)| *name != "extensions"));
        for one in &self.refs {
            hash.update(one.bytes());
        }
        let whole: [u8; 32] = hash.finalize().into();
        let mut half = [0; 16];
        half.copy_from_slice(&whole[..16]);
        half
    }
}

/// Feeds a value so that no two values feed the same bytes.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(truth) => hash.update(if *truth { b"t" } else { b"f" }),
        Value::Number(number) => feed_text(hash, b"d", &number.to_string()),
        Value::String(text) => feed_text(hash, b"s", text),
        Value::Array(items) => {
            hash.update(b"a");
            hash.update(items.len().to_be_bytes());
            items.iter().for_each(|item| feed(hash, item));
        }
        Value::Object(members) => feed_members(hash, members.iter()),
    }
}

/// Feeds members by the order of their names: an object has none of its own.
fn feed_members<'a>(hash: &mut Sha256, members: impl Iterator<Item = (&'a String, &'a Value)>) {
    let mut members: Vec<_> = members.collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    hash.update(b"o");
    hash.update(members.len().to_be_bytes());
    for (name, member) in members {
        feed_text(hash, b"m", name);
        feed(hash, member);
    }
}

fn feed_text(hash: &mut Sha256, kind: &[u8], text: &str) {
    hash.update(kind);
    hash.update(text.len().to_be_bytes());
    hash.update(text);
}

/// The members of a bundle beside its objects.
#[derive(Debug, Default)]
pub(super) struct Top {
    pub(super) members: BTreeMap<String, Value>,
}

/// Reads a bundle, handing over each object as it comes.
pub(super) fn stream(
    reader: impl Read,
    limits: &Limits,
    each: &mut dyn FnMut(Object) -> Result<(), DecodeError>,
) -> Result<Top, DecodeError> {
    let hit = RefCell::new(None);
    let guard = Guard { inner: reader, limits: *limits, hit: &hit, state: State::default() };
    let mut from =
        serde_json::Deserializer::from_reader(io::BufReader::with_capacity(1 << 16, guard));
    let failed = RefCell::new(None);
    let seed = Bundle { each, failed: &failed, objects: limits.objects };
    let read = from.deserialize_any(seed).and_then(|top| from.end().map(|()| top));
    read.map_err(|error| {
        if let Some(known) = failed.take() {
            return known;
        }
        let (place, what) = match hit.take() {
            Some((byte, what)) => (format!("byte {byte}"), what),
            None => explained(&error),
        };
        DecodeError { format: FORMAT, place, what }
    })
}

fn explained(error: &serde_json::Error) -> (String, String) {
    let place = format!("line {}, column {}", error.line(), error.column());
    let text = error.to_string();
    let words = text.rsplit_once(" at line ").map_or(text.as_str(), |(words, _)| words);
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early; ask for it again".to_owned(),
        serde_json::error::Category::Data => words.to_owned(),
        serde_json::error::Category::Io => format!("could not be read: {words}"),
        serde_json::error::Category::Syntax => format!("no JSON: {words}"),
    };
    (place, what)
}

/// The bundle itself.
struct Bundle<'a> {
    each: &'a mut dyn FnMut(Object) -> Result<(), DecodeError>,
    failed: &'a RefCell<Option<DecodeError>>,
    objects: usize,
}

impl<'de> Visitor<'de> for Bundle<'_> {
    type Value = Top;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a STIX bundle: an object with type 'bundle'")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top, A::Error> {
        let mut top = Top::default();
        let mut budget = Budget::default();
        let mut came = false;
        let Self { each, failed, objects } = self;
        while let Some(name) = map.next_key::<String>()? {
            if name == "objects" {
                if came {
                    return Err(A::Error::custom("'objects' stands there twice; it is not read"));
                }
                came = true;
                map.next_value_seed(Objects { each, failed, objects })?;
                continue;
            }
            let value = map.next_value_seed(Bounded { budget: &mut budget })?;
            if name == "spec_version" && value == "2.0" {
                return Err(A::Error::custom(OLD));
            }
            if top.members.insert(short(&name), value).is_some() {
                return Err(A::Error::custom("a member of the bundle stands there twice"));
            }
        }
        if budget.over {
            return Err(A::Error::custom("the bundle has too much beside its objects"));
        }
        Ok(top)
    }
}

/// What is said of a bundle of the version before.
pub(super) const OLD: &str = "a bundle of STIX 2.0; ask the sender for STIX 2.1, or convert it with \
                              another tool first";

/// The list of objects.
struct Objects<'a> {
    each: &'a mut dyn FnMut(Object) -> Result<(), DecodeError>,
    failed: &'a RefCell<Option<DecodeError>>,
    objects: usize,
}

impl<'de> DeserializeSeed<'de> for Objects<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'objects' to be a list of STIX objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(object) = seq.next_element_seed(One { number, refs: self.objects })? {
            number += 1;
            let over = (number > self.objects).then(|| DecodeError {
                format: FORMAT,
                place: format!("objects[{}]", self.objects),
                what: format!("more than {} objects; send it in parts", self.objects),
            });
            if let Err(error) = over.map_or_else(|| (self.each)(object), Err) {
                *self.failed.borrow_mut() = Some(error);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

/// One object, whatever stands in its place.
struct One {
    number: usize,
    refs: usize,
}

impl One {
    fn wrong(&self, what: &str) -> Object {
        let wrong = Some(format!("{what}; each must be a STIX object"));
        Object { number: self.number, members: Map::new(), refs: Vec::new(), wrong }
    }
}

impl<'de> DeserializeSeed<'de> for One {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Object, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a STIX object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let (mut members, mut refs) = (Map::new(), Vec::new());
        let mut budget = Budget::default();
        let mut wrong = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == "object_refs" {
                let list = Refs { most: self.refs, refs: &mut refs, wrong: &mut wrong };
                map.next_value_seed(list)?;
                continue;
            }
            let value = map.next_value_seed(Bounded { budget: &mut budget })?;
            if budget.over {
                wrong = Some(format!(
                    "more than {OBJECT_VALUES_LIMIT} values or {OBJECT_TEXT_LIMIT} bytes of text \
                     in one object; send it in parts"
                ));
                members.retain(|name, _| matches!(name.as_str(), "id" | "type"));
                continue;
            }
            if members.contains_key(&name) {
                wrong = Some(format!("'{}' stands there twice", short(&name)));
            }
            members.insert(name, value);
        }
        Ok(Object { number: self.number, members, refs, wrong })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Object, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.wrong("a list"))
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Object, E> {
        Ok(self.wrong("a text"))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Object, E> {
        Ok(self.wrong("a truth value"))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Object, E> {
        Ok(self.wrong("a number"))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Object, E> {
        Ok(self.wrong("a number"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Object, E> {
        Ok(self.wrong("a number"))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Object, E> {
        Ok(self.wrong("null"))
    }
}

/// A list of ids, kept in short form.
struct Refs<'a> {
    most: usize,
    refs: &'a mut Vec<Id>,
    wrong: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Refs<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Refs<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("'object_refs' to be a list of ids")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element_seed(Bounded { budget: &mut Budget::default() })? {
            match value.as_str().and_then(Id::parse) {
                Some(id) if self.refs.len() < self.most => self.refs.push(id),
                Some(_) => *self.wrong = Some(format!("names more than {} objects", self.most)),
                None => *self.wrong = Some("'object_refs' names something that is no id".into()),
            }
        }
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        *self.wrong = Some("'object_refs' is no list".into());
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        *self.wrong = Some("'object_refs' is no list".into());
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        *self.wrong = Some("'object_refs' is no list".into());
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.visit_unit()
    }
}

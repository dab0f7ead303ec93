//! What a format's file may write for a value or a condition: several forms of each, told apart as
//! they are read.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use toml::Spanned;

use super::schema::Word;

/// Where a value comes from.
#[derive(Debug)]
pub(super) enum Form {
    /// A field.
    Field(String),
    /// The first that is there.
    Any(Vec<Spanned<Self>>),
    /// Several, one after another.
    Join(Vec<Spanned<Self>>, String),
    /// A constant.
    Text(String),
    /// What a pattern finds in a field.
    Match(Box<Spanned<Self>>, Word),
    /// A JSON member's text as it stands.
    Raw(String),
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FormVisitor)
    }
}

struct FormVisitor;

impl<'de> Visitor<'de> for FormVisitor {
    type Value = Form;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a field's name, a list, or one of { join, with }, { text }, { field, match }, { raw }",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Form, E> {
        Ok(Form::Field(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Form, A::Error> {
        let mut list = Vec::new();
        while let Some(form) = seq.next_element()? {
            list.push(form);
        }
        Ok(Form::Any(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Form, A::Error> {
        let (mut join, mut with, mut text, mut field, mut pattern, mut raw) =
            (None, None, None, None, None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "join" => join = Some(map.next_value()?),
                "with" => with = Some(map.next_value()?),
                "text" => text = Some(map.next_value()?),
                "field" => field = Some(map.next_value()?),
                "match" => pattern = Some(map.next_value()?),
                "raw" => raw = Some(map.next_value()?),
                other => {
                    const KNOWN: &[&str] = &["join", "with", "text", "field", "match", "raw"];
                    return Err(de::Error::unknown_field(other, KNOWN));
                }
            }
        }
        match (join, with, text, field, pattern, raw) {
            (Some(parts), with, None, None, None, None) => {
                Ok(Form::Join(parts, with.unwrap_or_default()))
            }
            (None, None, Some(text), None, None, None) => Ok(Form::Text(text)),
            (None, None, None, Some(field), Some(pattern), None) => {
                Ok(Form::Match(Box::new(field), pattern))
            }
            (None, None, None, None, None, Some(raw)) => Ok(Form::Raw(raw)),
            _ => Err(de::Error::custom(
                "a value is { join, with }, { text }, { field, match } or { raw }",
            )),
        }
    }
}

/// What a field must be.
#[derive(Debug)]
pub(super) enum Condition {
    /// Any of these globs.
    Is(Vec<Scalar>),
    /// Not there, or null, or empty.
    Absent,
    /// There.
    Present,
    /// There, and none of these.
    Not(Vec<Scalar>),
    /// A number within these bounds.
    Within(Option<f64>, Option<f64>),
}

/// A text, a number or a truth value, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Plain;
        impl Visitor<'_> for Plain {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number or a truth value")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }
            fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Scalar, E> {
                Ok(Scalar(truth.to_string()))
            }
        }
        deserializer.deserialize_any(Plain)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ConditionVisitor)
    }
}

struct ConditionVisitor;

impl<'de> Visitor<'de> for ConditionVisitor {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list of values, or one of { absent }, { present }, { not }, { least, most }")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Condition, E> {
        Ok(Condition::Is(vec![Scalar(text.to_owned())]))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Condition, E> {
        Ok(Condition::Is(vec![Scalar(number.to_string())]))
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Condition, E> {
        Ok(Condition::Is(vec![Scalar(truth.to_string())]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Condition, A::Error> {
        let mut list = Vec::new();
        while let Some(scalar) = seq.next_element()? {
            list.push(scalar);
        }
        Ok(Condition::Is(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        const KNOWN: &[&str] = &["absent", "present", "not", "least", "most"];
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            found = Some(match (key.as_str(), found) {
                ("absent" | "present", None) => {
                    let is_absent = map.next_value::<bool>()? == (key == "absent");
                    if is_absent { Condition::Absent } else { Condition::Present }
                }
                ("not", None) => match map.next_value()? {
                    Condition::Is(list) => Condition::Not(list),
                    _ => return Err(de::Error::custom("'not' takes a value or a list of values")),
                },
                ("least", None) => Condition::Within(Some(map.next_value()?), None),
                ("most", None) => Condition::Within(None, Some(map.next_value()?)),
                ("least", Some(Condition::Within(_, most))) => {
                    Condition::Within(Some(map.next_value()?), most)
                }
                ("most", Some(Condition::Within(least, _))) => {
                    Condition::Within(least, Some(map.next_value()?))
                }
                (other, None) => return Err(de::Error::unknown_field(other, KNOWN)),
                _ => return Err(de::Error::custom("one condition a field")),
            });
        }
        found.ok_or_else(|| de::Error::custom("an empty condition"))
    }
}

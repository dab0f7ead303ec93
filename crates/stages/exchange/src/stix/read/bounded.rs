//! A JSON value that is built as long as a budget lasts and skipped from then on.

use std::fmt;

use serde::{
    Deserialize as _,
    de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use super::{OBJECT_TEXT_LIMIT, OBJECT_VALUES_LIMIT};

/// How much may still be built of one object.
pub(super) struct Budget {
    values: usize,
    text: usize,
    pub(super) over: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { values: OBJECT_VALUES_LIMIT, text: OBJECT_TEXT_LIMIT, over: false }
    }
}

impl Budget {
    fn take(&mut self, text: usize) {
        match (self.values.checked_sub(1), self.text.checked_sub(text)) {
            (Some(values), Some(text)) => (self.values, self.text) = (values, text),
            _ => self.over = true,
        }
    }
}

/// Any value, built as long as the budget lasts and skipped from then on.
pub(super) struct Bounded<'a> {
    pub(super) budget: &'a mut Budget,
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        if self.budget.over {
            return IgnoredAny::deserialize(from).map(|_| Value::Null);
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.budget.take(0);
        Ok(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.budget.take(0);
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.budget.take(0);
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.budget.take(0);
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        self.budget.take(0);
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.budget.take(value.len());
        Ok(if self.budget.over { Value::Null } else { Value::String(value.to_owned()) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        self.budget.take(0);
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Bounded { budget: self.budget })? {
            if !self.budget.over {
                items.push(item);
            }
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.budget.take(0);
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            self.budget.take(name.len());
            let value = map.next_value_seed(Bounded { budget: self.budget })?;
            if self.budget.over {
                continue;
            }
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands there twice; it is not read"));
            }
        }
        Ok(Value::Object(members))
    }
}

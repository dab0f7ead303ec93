//! JSON as it comes from outside, read strictly and within limits, and JSON in its one canonical
//! form (RFC 8785). What the members mean is each format's business.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

pub use bakas_seal::canonical::to_canonical as canonical;

use crate::format::{DecodeError, Limits};

/// Members in the order of their names. `serde_json` keeps them so only where no crate of the whole
/// build asks it to keep the order in which they came; messages must not hang on that.
pub(crate) fn in_order(mut value: Value) -> Value {
    value.sort_all_objects();
    value
}

/// Values of all kinds that may stand for one object of a format, on average.
pub const VALUES_PER_OBJECT_LIMIT: usize = 64;
/// The largest whole number that every reader of JSON holds exactly (RFC 7493, section 2.2).
pub const EXACT_NUMBER_LIMIT: u64 = (1 << 53) - 1;

/// Reads one JSON document. A name that occurs twice in an object is refused (RFC 7493, section
/// 2.3): two readers would see two different messages.
///
/// # Errors
/// Where it is no JSON, is followed by more, or passes a limit.
pub fn read(bytes: &[u8], limits: &Limits, format: &'static str) -> Result<Value, DecodeError> {
    if bytes.len() as u64 > limits.bytes {
        let what = format!("longer than {} bytes; send it in parts", limits.bytes);
        return Err(DecodeError { format, place: "whole message".into(), what });
    }
    let mut left = limits.objects.saturating_mul(VALUES_PER_OBJECT_LIMIT);
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let seed = Strict { limits, depth: 0, left: &mut left };
    let value = seed.deserialize(&mut from).map_err(|error| at(format, &error))?;
    from.end().map_err(|error| at(format, &error))?;
    Ok(value)
}

/// An error with its place; the message itself is not repeated.
fn at(format: &'static str, error: &serde_json::Error) -> DecodeError {
    let place = format!("line {}, column {}", error.line(), error.column());
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early; ask for it again".to_owned(),
        serde_json::error::Category::Data => bare(error),
        _ => format!("no JSON: {}", bare(error)),
    };
    DecodeError { format, place, what }
}

/// The error's words without the place that serde_json adds.
fn bare(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}

/// Builds a value and counts.
struct Strict<'a> {
    limits: &'a Limits,
    depth: usize,
    left: &'a mut usize,
}

impl Strict<'_> {
    fn count<E: serde::de::Error>(&mut self) -> Result<(), E> {
        *self.left = self.left.checked_sub(1).ok_or_else(|| {
            E::custom(format!("more than {} objects; send it in parts", self.limits.objects))
        })?;
        Ok(())
    }

    fn deeper<E: serde::de::Error>(&mut self) -> Result<Strict<'_>, E> {
        if self.depth >= self.limits.depth {
            return Err(E::custom(format!("deeper than {} levels", self.limits.depth)));
        }
        Ok(Strict { limits: self.limits, depth: self.depth + 1, left: self.left })
    }

    fn text<E: serde::de::Error>(&self, text: &str) -> Result<(), E> {
        if text.len() > self.limits.text {
            return Err(E::custom(format!("a text longer than {} bytes", self.limits.text)));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, from: D) -> Result<Value, D::Error> {
        self.count()?;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number without bound"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.text(text)?;
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper()?)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.text(&name)?;
            if object.contains_key(&name) {
                return Err(A::Error::custom("a name occurs twice in one object"));
            }
            let value = members.next_value_seed(self.deeper()?)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canon(text: &str) -> String {
        let value = read(text.as_bytes(), &Limits::default(), "test").unwrap();
        String::from_utf8(canonical(&value)).unwrap()
    }

    #[test]
    fn names_stand_in_the_order_of_their_code_units() {
        let given =
            r#"{"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3,"\r":4,"1":5,"\u0080":6,"\u00f6":7}"#;
        let expected = "{\"\\r\":4,\"1\":5,\"\u{80}\":6,\"ö\":7,\"€\":3,\"😀\":2,\"\u{fb33}\":1}";
        assert_eq!(canon(given), expected, "RFC 8785, section 3.2.3");
        assert_eq!(
            canon(r#" { "b" : [ 1.50 , 1E3 ] , "a" : "\u000f\/" } "#),
            "{\"a\":\"\\u000f/\",\"b\":[1.5,1000]}"
        );
    }

    #[test]
    fn every_limit_is_held() {
        let limits = Limits { bytes: 200, objects: 1, depth: 3, text: 5, rejects: 1 };
        let check = |text: &str, expected: Option<&str>| {
            let got = read(text.as_bytes(), &limits, "test").map_err(|error| error.what);
            match (got, expected) {
                (Ok(_), None) => {}
                (Err(what), Some(expected)) => assert!(what.contains(expected), "{text}: {what}"),
                (got, _) => panic!("{text}: {got:?}"),
            }
        };
        check("[[[1]]]", None);
        check("[[[[1]]]]", Some("deeper than 3"));
        check("\"12345\"", None);
        check("\"123456\"", Some("longer than 5"));
        check("{\"123456\":1}", Some("longer than 5"));
        check(&format!("[{}1]", "1,".repeat(62)), None);
        check(&format!("[{}1]", "1,".repeat(63)), Some("more than 1 objects"));
        check(&format!("[1{}]", " ".repeat(198)), Some("longer than 200"));
        check("{\"a\":1,\"a\":2}", Some("twice"));
        check("[1", Some("ends too early"));
        check("[1] [2]", Some("no JSON"));
        check("[1e999]", Some("no JSON"));
    }

    #[test]
    fn an_error_does_not_repeat_the_message() {
        let text = "{\"secret-marker\":\"x\",\"secret-marker\":2}";
        let error = read(text.as_bytes(), &Limits::default(), "test").unwrap_err();
        assert!(!error.to_string().contains("secret-marker"), "{error}");
    }
}

//! JSON documents read element by element, however long they are. What an element means is the
//! affair of each reader.

use std::{fmt, io::BufRead};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{Account, ImportError};

/// Largest JSON document, in bytes.
pub const JSON_BYTES_LIMIT: u64 = 2 << 30;

/// Hears of every element, with the keys that lead to it.
type Each<'a> = dyn FnMut(&[String], Value, &mut Account) -> Result<(), ImportError> + 'a;
/// The same without its account; an error says no more than that it is to end.
type Hand<'a> = dyn FnMut(&[String], Value) -> Result<(), ()> + 'a;

/// Hands every element of every list in a document to `each`, with the keys that lead to it; what
/// stands outside lists comes as it is. Lists within elements stay with them.
pub(super) fn elements(
    input: &mut dyn BufRead,
    account: &mut Account,
    wanted: &dyn Fn(&[String]) -> bool,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    elements_within(JSON_BYTES_LIMIT, input, account, wanted, each)
}

fn elements_within(
    limit: u64,
    input: &mut dyn BufRead,
    account: &mut Account,
    wanted: &dyn Fn(&[String]) -> bool,
    each: &mut Each<'_>,
) -> Result<(), ImportError> {
    let mut failed = None;
    let mut capped = std::io::Read::take(input, limit);
    let mut json = serde_json::Deserializer::from_reader(&mut capped);
    let mut path = Vec::new();
    let outcome = {
        let account = &mut *account;
        let mut hand = |path: &[String], value: Value| {
            each(path, value, account).map_err(|error| {
                failed = Some(error);
            })
        };
        Walk { path: &mut path, wanted, each: &mut hand }.deserialize(&mut json)
    };
    if let Some(error) = failed {
        return Err(error);
    }
    match outcome.and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        Err(error) if error.is_io() => Err(account.io(error.into())),
        Err(_) if capped.limit() == 0 => {
            Err(account.malformed(format!("it is larger than {limit} bytes")))
        }
        Err(error) => Err(account.malformed(error.to_string())),
    }
}

/// Walks down maps until a list or a value comes.
struct Walk<'a, 'h> {
    path: &'a mut Vec<String>,
    wanted: &'a dyn Fn(&[String]) -> bool,
    each: &'a mut Hand<'h>,
}

const STOPPED: &str = "stopped";

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.path.push(key);
            if (self.wanted)(self.path) {
                map.next_value_seed(Walk {
                    path: &mut *self.path,
                    wanted: self.wanted,
                    each: &mut *self.each,
                })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            self.path.pop();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<Value>()? {
            (self.each)(self.path, value).map_err(|()| serde::de::Error::custom(STOPPED))?;
        }
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        (self.each)(self.path, text.into()).map_err(|()| E::custom(STOPPED))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        (self.each)(self.path, number.into()).map_err(|()| E::custom(STOPPED))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        (self.each)(self.path, number.into()).map_err(|()| E::custom(STOPPED))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        (self.each)(self.path, number.into()).map_err(|()| E::custom(STOPPED))
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A text within an element.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// A network's number within an element, as a number or as text.
pub(super) fn asn(value: &Value, key: &str) -> Option<u32> {
    match value.get(key)? {
        Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        Value::String(text) => super::text::asn(text),
        _ => None,
    }
}

/// An element as it is shown among the rejects.
pub(super) fn shown(value: &Value) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::Kind;

    #[test]
    fn a_document_over_the_limit_is_refused_and_so_is_one_cut_off() {
        let check = |text: &str, limit: u64, expected: Result<usize, &str>| {
            let mut account = Account::default();
            account.begin("x.json", Kind::Roa);
            let mut seen = 0;
            let outcome = elements_within(
                limit,
                &mut text.as_bytes(),
                &mut account,
                &|_| true,
                &mut |_, _, _| {
                    seen += 1;
                    Ok(())
                },
            );
            match (outcome, expected) {
                (Ok(()), Ok(number)) => assert_eq!(seen, number, "{text}"),
                (Err(error), Err(why)) => {
                    let error = error.to_string();
                    assert!(error.contains("x.json") && error.contains(why), "{error}");
                }
                (outcome, _) => panic!("{text}: {outcome:?}"),
            }
        };
        let text = "{\"a\":[1,2],\"b\":{\"c\":[{\"d\":[]}]}}";
        check(text, text.len() as u64 + 1, Ok(3));
        check(text, text.len() as u64 - 1, Err("larger than"));
        check("{\"a\":[1,2", 100, Err("line 1"));
        check("{\"a\":[1]} more", 100, Err("trailing"));
        let deep = "[".repeat(10_000);
        check(&deep, 100_000, Err("recursion"));
    }
}

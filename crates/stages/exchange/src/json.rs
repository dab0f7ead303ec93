//! JSON as it comes from outside, read strictly and within limits, and JSON in its one canonical
//! form (RFC 8785). What the members mean is each format's business.

use std::{fmt, io};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::format::{DecodeError, Limits};

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

/// The canonical form: names in order of their UTF-16 code units, no blanks, numbers as ECMAScript
/// writes them (RFC 8785, section 3.2).
#[must_use]
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(value, &mut out);
    out
}

fn write_value(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => out.extend_from_slice(written(number).as_bytes()),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_value(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (at, name) in names.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write_value(&members[name], out);
            }
            out.push(b'}');
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    // serde_json escapes exactly what RFC 8785, section 3.2.2.2, asks for.
    let target: &mut dyn io::Write = out;
    serde_json::to_writer(target, text).expect("a text is written to memory");
}

/// A number as ECMAScript's Number::toString writes it.
fn written(number: &Number) -> String {
    let whole = number.as_i64().filter(|n| n.unsigned_abs() <= EXACT_NUMBER_LIMIT);
    if let Some(whole) = whole {
        return whole.to_string();
    }
    number.as_f64().map_or_else(|| number.to_string(), ecmascript)
}

/// ECMA-262, Number::toString, of the shortest digits that give the same number again.
fn ecmascript(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').expect("Rust writes an exponent");
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let count = i32::try_from(digits.len()).expect("17 digits at most");
    let point = exponent.parse::<i32>().expect("Rust writes a number") + 1;
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let split = |at: i32| digits.split_at(usize::try_from(at).unwrap_or(0));
    let body = if count <= point && point <= 21 {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        let (before, after) = split(point);
        format!("{before}.{after}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = split(1);
        let sign = if point > 0 { '+' } else { '-' };
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{sign}{}", (point - 1).abs())
    };
    if value < 0.0 { format!("-{body}") } else { body }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canon(text: &str) -> String {
        let value = read(text.as_bytes(), &Limits::default(), "test").unwrap();
        String::from_utf8(canonical(&value)).unwrap()
    }

    #[test]
    fn numbers_are_written_as_the_appendix_lists_them() {
        // RFC 8785, appendix B: bit patterns and their text.
        let check = |bits: u64, expected: &str| {
            assert_eq!(ecmascript(f64::from_bits(bits)), expected);
        };
        check(0x0000_0000_0000_0000, "0");
        check(0x8000_0000_0000_0000, "0");
        check(0x0000_0000_0000_0001, "5e-324");
        check(0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308");
        check(0x4340_0000_0000_0000, "9007199254740992");
        check(0x4430_0000_0000_0000, "295147905179352830000");
        check(0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22");
        check(0x44b5_2d02_c7e1_4af6, "1e+23");
        check(0x444b_1ae4_d6e2_ef4e, "999999999999999700000");
        check(0x444b_1ae4_d6e2_ef50, "1e+21");
        check(0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7");
        check(0x3eb0_c6f7_a0b5_ed8d, "0.000001");
        check(0x41b3_de43_5555_5555, "333333333.3333333");
        check(0xbecb_f647_612f_3696, "-0.0000033333333333333333");
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

//! JSON in the one form that everybody writes alike (RFC 8785): members by name, no blanks, numbers
//! as ECMAScript writes them. What is hashed or signed as JSON is hashed in this form.

use serde_json::{Number, Value};

/// A value as canonical JSON.
#[must_use]
pub fn to_canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

/// Members are sorted here and not by the map: whether a `Value` keeps their order is a feature
/// that any other crate may switch.
fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            // By units of UTF-16, as section 3.2.3 asks.
            names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (n, name) in names.into_iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                scalar(&Value::String(name.clone()), out);
                out.push(b':');
                write(&members[name], out);
            }
            out.push(b'}');
        }
        Value::Number(number) => out.extend_from_slice(number_text(number).as_bytes()),
        other => scalar(other, out),
    }
}

fn scalar(value: &Value, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("a vector takes any bytes");
}

/// Whole numbers beyond this are not exact in every reader (RFC 8785, appendix D; RFC 7493, section 2.2).
const EXACT_NUMBER_LIMIT: u64 = 1 << 53;

/// A number as ECMAScript writes it (`Number::toString`): what a double cannot hold is rounded to one.
fn number_text(number: &Number) -> String {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) if whole.unsigned_abs() <= EXACT_NUMBER_LIMIT => whole.to_string(),
        (_, Some(float)) => float_text(float),
        (_, None) => number.to_string(),
    }
}

fn float_text(float: f64) -> String {
    if float == 0.0 {
        return "0".to_owned();
    }
    // The shortest digits that read back as the same number.
    let text = format!("{:e}", float.abs());
    let (digits, exponent) = text.split_once('e').expect("the form has an exponent");
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().expect("the exponent is a number");
    let (count, point) = (digits.len() as i32, exponent + 1);
    let sign = if float < 0.0 { "-" } else { "" };
    let zeros = |n: i32| "0".repeat(n.max(0) as usize);
    if (count..=21).contains(&point) {
        format!("{sign}{digits}{}", zeros(point - count))
    } else if (1..=21).contains(&point) {
        let (whole, rest) = digits.split_at(point as usize);
        format!("{sign}{whole}.{rest}")
    } else if (-5..=0).contains(&point) {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
        let plus = if exponent < 0 { "-" } else { "+" };
        format!("{sign}{first}{rest}e{plus}{}", exponent.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &Value, expected: &str) {
        assert_eq!(String::from_utf8(to_canonical(value)), Ok(expected.to_owned()));
    }

    #[test]
    fn it_is_sorted_and_has_no_blanks() {
        let value =
            serde_json::json!({"b": [1, true, null, "é\u{1}\n\"\\/"], "a": {"z": 0, "y": ""}});
        check(&value, r#"{"a":{"y":"","z":0},"b":[1,true,null,"é\u0001\n\"\\/"]}"#);
        // By units of UTF-16 the emoji (D83D) comes before U+FB33.
        check(
            &serde_json::json!({"\u{fb33}": 1, "\u{1f600}": 2}),
            "{\"\u{1f600}\":2,\"\u{fb33}\":1}",
        );
    }

    /// Numbers of RFC 8785, appendix B.
    #[test]
    fn numbers_are_those_of_ecmascript() {
        for (bits, expected) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        ] {
            check(&serde_json::json!(f64::from_bits(bits)), expected);
        }
        for (float, expected) in [(1e-7, "1e-7"), (-0.5, "-0.5"), (4.5, "4.5")] {
            check(&serde_json::json!(float), expected);
        }
        check(&serde_json::json!(i64::MAX), "9223372036854776000");
        check(&serde_json::json!(-42), "-42");
    }
}

//! Globs: `*` stands for any text, letters count the same in both cases. Nothing else is special.

use bakas_model::Value;

/// One glob, compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    /// The texts between the stars, in lower case; the first and last may be empty.
    parts: Vec<Box<str>>,
    /// The number that it is, where it is one.
    number: Option<i64>,
}

impl Glob {
    pub(crate) fn new(text: &str) -> Self {
        let parts = text.split('*').map(|part| part.to_ascii_lowercase().into()).collect();
        Self { parts, number: text.parse().ok() }
    }

    /// The text in small letters that alone fits, where no star is in it.
    pub(crate) fn only(&self) -> Option<&str> {
        if let [only] = self.parts.as_slice() { Some(only) } else { None }
    }

    /// Whether a text fits.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let (first, rest) = match self.parts.as_slice() {
            [] => return text.is_empty(),
            [only] => return text.eq_ignore_ascii_case(only),
            [first, rest @ ..] => (first, rest),
        };
        let (last, middle) = rest.split_last().map_or(("", rest), |(last, middle)| (last, middle));
        let bytes = text.as_bytes();
        if bytes.len() < first.len() + last.len()
            || !starts(bytes, first)
            || !starts(bytes.get(bytes.len() - last.len()..).unwrap_or_default(), last)
        {
            return false;
        }
        let mut left = bytes.get(first.len()..bytes.len() - last.len()).unwrap_or_default();
        for part in middle {
            let Some(at) = find(left, part) else { return false };
            left = left.get(at + part.len()..).unwrap_or_default();
        }
        true
    }

    /// Whether a value fits; numbers and truth values by their text.
    pub(crate) fn fits_value(&self, value: Value<'_>) -> bool {
        match value {
            Value::Text(text) => self.fits(text),
            Value::Int(number) if self.parts.len() == 1 => self.number == Some(number),
            Value::Bool(truth) => self.fits(if truth { "true" } else { "false" }),
            Value::Null => false,
            other => self.fits(&other.as_text()),
        }
    }
}

fn starts(bytes: &[u8], lower: &str) -> bool {
    bytes.get(..lower.len()).is_some_and(|head| head.eq_ignore_ascii_case(lower.as_bytes()))
}

fn find(bytes: &[u8], lower: &str) -> Option<usize> {
    if lower.is_empty() {
        return Some(0);
    }
    bytes.windows(lower.len()).position(|window| window.eq_ignore_ascii_case(lower.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        let check = |glob: &str, text: &str, expected: bool| {
            assert_eq!(Glob::new(glob).fits(text), expected, "{glob} {text}");
        };
        for (glob, text) in [
            ("SUCCESS", "success"),
            ("allow*", "Allowed"),
            ("*ed", "ALLOWED"),
            ("*low*", "allowed"),
            ("*", ""),
            ("*", "x"),
            ("a*b*c", "aXbbYc"),
            ("a*a", "aa"),
            ("é*", "é!"),
            ("", ""),
        ] {
            check(glob, text, true);
        }
        for (glob, text) in [
            ("allow*", "disallow"),
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("", "x"),
            ("*b", "a"),
            ("É", "é"),
        ] {
            check(glob, text, false);
        }
        assert!(Glob::new("0").fits_value(Value::Int(0)));
        assert!(Glob::new("5*").fits_value(Value::Int(50_126)));
        assert!(!Glob::new("*").fits_value(Value::Null));
        assert!(Glob::new("TRUE").fits_value(Value::Bool(true)));
    }
}

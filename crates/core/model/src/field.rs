//! Native fields of a record under the names that Sigma rules use for them.

use std::borrow::Cow;

/// A field's name as a number: FNV-1a, 64 bits, of the exact name. The name stands beside it in
/// [`Field`], so that a collision can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(u64);

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

impl FieldId {
    /// Of a name.
    #[must_use]
    pub const fn of(name: &str) -> Self {
        Self(Self::fold(FNV_OFFSET, name.as_bytes()))
    }

    /// Of this name followed by `.` and another: the path into a nested document.
    #[must_use]
    pub const fn child(self, name: &str) -> Self {
        Self(Self::fold(Self::fold(self.0, b"."), name.as_bytes()))
    }

    const fn fold(mut hash: u64, bytes: &[u8]) -> u64 {
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(FNV_PRIME);
            i += 1;
        }
        hash
    }
}

/// A scalar value of a field, borrowed from the record or from its batch's arena.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Text. Bytes that were not UTF-8 stand as U+FFFD.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// Present and null.
    Null,
}

impl<'a> Value<'a> {
    /// The value as a rule sees it when it compares text.
    #[must_use]
    pub fn as_text(&self) -> Cow<'a, str> {
        match *self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(number.to_string()),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Null => Cow::Borrowed(""),
        }
    }
}

/// One native field: `a.b.c` for a value within objects. The elements of an array stand one after
/// another under the array's own name, so that a rule matches when any of them does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field<'a> {
    /// The name as a number.
    pub id: FieldId,
    /// The name.
    pub name: &'a str,
    /// The value.
    pub value: Value<'a>,
}

/// Other names under which rules ask for a native field: alias, and the name that events carry.
pub const ALIASES: &[(&str, &str)] = &[
    ("c-uri", "cs-uri"),
    ("c-uri-stem", "cs-uri-stem"),
    // What most tools call the query is the whole target of the request, and rules rely on it.
    ("cs-uri-query", "cs-uri"),
    ("c-uri-query", "cs-uri"),
    ("cs-uri-extension", "c-uri-extension"),
    ("c-useragent", "cs-user-agent"),
    ("cs(User-Agent)", "cs-user-agent"),
    ("cs(Referer)", "cs-referer"),
    ("cs-referrer", "cs-referer"),
    ("cs(Cookie)", "cs-cookie"),
    ("cs-uri-path", "cs-uri-stem"),
    ("src_ip", "c-ip"),
];

impl<'a> Field<'a> {
    /// A field of that name and value.
    #[must_use]
    pub const fn new(name: &'a str, value: Value<'a>) -> Self {
        Self { id: FieldId::of(name), name, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_name_of_its_parts() {
        assert_eq!(FieldId::of("userIdentity").child("arn"), FieldId::of("userIdentity.arn"));
    }
}

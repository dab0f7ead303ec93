//! JSON as a tree in an arena: strings without escapes borrow the text, others the arena. Depth and
//! the number of values are bounded. It does not judge what the document means.

use bakas_model::{RejectReason, limits::JSON_DEPTH_LIMIT};
use bumpalo::Bump;
use memchr::memchr2;

use crate::fault::Fault;

/// Most values in one record: what the tree of one record may take is bounded by it.
pub(crate) const VALUES_LIMIT: usize = 1 << 16;

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    /// The elements, and the text they stand in.
    Array(&'a [Self], &'a str),
    /// The members in their order, and the text they stand in.
    Object(&'a [(&'a str, Self)], &'a str),
}

impl<'a> Json<'a> {
    /// Reads one document; nothing but white space may follow it.
    pub(crate) fn parse(text: &'a str, arena: &'a Bump) -> Result<Self, Fault> {
        let mut parser =
            Parser { text, at: 0, arena, values: Vec::new(), members: Vec::new(), count: 0 };
        let root = parser.value(0)?;
        parser.blank();
        if parser.at < text.len() {
            return Err(Fault::malformed("something follows the JSON document"));
        }
        Ok(root)
    }

    /// The member of that name.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        self.members().iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    /// The member at the end of a path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(*self, |value, name| value.get(name))
    }

    /// The text of the member at the end of a path, where it is one and not empty.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&'a str> {
        self.at(path)?.text()
    }

    /// This text, where it is one and not empty.
    pub(crate) fn text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The members of an object; of anything else, none.
    pub(crate) fn members(&self) -> &'a [(&'a str, Self)] {
        if let Self::Object(members, _) = self { members } else { &[] }
    }

    /// The elements of an array; of anything else, none.
    pub(crate) fn elements(&self) -> &'a [Self] {
        if let Self::Array(elements, _) = self { elements } else { &[] }
    }

    /// As a whole number, also where it is written as text.
    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Some(*number as i64)
            }
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    arena: &'a Bump,
    values: Vec<Json<'a>>,
    members: Vec<(&'a str, Json<'a>)>,
    count: usize,
}

const ENDS_EARLY: Fault =
    Fault { reason: RejectReason::Truncated, detail: "the JSON document ends too early" };

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn cut(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, Fault> {
        self.count += 1;
        if self.count > VALUES_LIMIT {
            let detail = "more values than one record may hold";
            return Err(Fault { reason: RejectReason::TooManyFields, detail });
        }
        if depth > JSON_DEPTH_LIMIT {
            let detail = "nested deeper than 64";
            return Err(Fault { reason: RejectReason::TooDeep, detail });
        }
        self.blank();
        match self.peek().ok_or(ENDS_EARLY)? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Json::Text),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(Fault::malformed("no JSON value where one should stand")),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, Fault> {
        if !self.text.get(self.at..).unwrap_or_default().starts_with(word) {
            return Err(Fault::malformed("an unknown word in JSON"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Json<'a>, Fault> {
        let from = self.at;
        let mut whole = true;
        while let Some(b) = self.peek() {
            match b {
                b'0'..=b'9' | b'-' => {}
                b'+' | b'.' | b'e' | b'E' => whole = false,
                _ => break,
            }
            self.at += 1;
        }
        let text = self.cut(from);
        if whole && let Ok(number) = text.parse() {
            return Ok(Json::Int(number));
        }
        text.parse().map(Json::Float).map_err(|_| Fault::malformed("a broken number in JSON"))
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, Fault> {
        let (from, base) = (self.at, self.members.len());
        self.at += 1;
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(&[], self.cut(from)));
        }
        loop {
            self.blank();
            if self.peek().ok_or(ENDS_EARLY)? != b'"' {
                return Err(Fault::malformed("a JSON member has no name"));
            }
            let name = self.string()?;
            self.blank();
            if self.peek().ok_or(ENDS_EARLY)? != b':' {
                return Err(Fault::malformed("a JSON member has no value"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            self.members.push((name, value));
            self.blank();
            let next = self.peek().ok_or(ENDS_EARLY)?;
            self.at += 1;
            match next {
                b',' => {}
                b'}' => break,
                _ => return Err(Fault::malformed("no comma between JSON members")),
            }
        }
        let members = self.arena.alloc_slice_copy(self.members.get(base..).unwrap_or_default());
        self.members.truncate(base);
        Ok(Json::Object(members, self.cut(from)))
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, Fault> {
        let (from, base) = (self.at, self.values.len());
        self.at += 1;
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(&[], self.cut(from)));
        }
        loop {
            let value = self.value(depth + 1)?;
            self.values.push(value);
            self.blank();
            let next = self.peek().ok_or(ENDS_EARLY)?;
            self.at += 1;
            match next {
                b',' => {}
                b']' => break,
                _ => return Err(Fault::malformed("no comma between JSON elements")),
            }
        }
        let values = self.arena.alloc_slice_copy(self.values.get(base..).unwrap_or_default());
        self.values.truncate(base);
        Ok(Json::Array(values, self.cut(from)))
    }

    fn string(&mut self) -> Result<&'a str, Fault> {
        self.at += 1;
        let from = self.at;
        let bytes = self.text.as_bytes();
        let rest = bytes.get(from..).unwrap_or_default();
        let found = memchr2(b'"', b'\\', rest).ok_or(ENDS_EARLY)?;
        self.at = from + found;
        if bytes.get(self.at) == Some(&b'"') {
            let text = self.cut(from);
            self.at += 1;
            return Ok(text);
        }
        let mut text = String::from(self.cut(from));
        loop {
            match self.peek().ok_or(ENDS_EARLY)? {
                b'"' => break,
                b'\\' => self.escape(&mut text)?,
                _ => {
                    let from = self.at;
                    let rest = bytes.get(from..).unwrap_or_default();
                    self.at += memchr2(b'"', b'\\', rest).ok_or(ENDS_EARLY)?;
                    text.push_str(self.cut(from));
                }
            }
        }
        self.at += 1;
        Ok(self.arena.alloc_str(&text))
    }

    fn escape(&mut self, into: &mut String) -> Result<(), Fault> {
        let code = *self.text.as_bytes().get(self.at + 1).ok_or(ENDS_EARLY)?;
        self.at += 2;
        into.push(match code {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode()?,
            _ => return Err(Fault::malformed("an unknown escape in JSON")),
        });
        Ok(())
    }

    /// The character of `\uXXXX`, and of two of them where they are a surrogate pair.
    fn unicode(&mut self) -> Result<char, Fault> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) {
            let rest = self.text.get(self.at..).unwrap_or_default();
            if rest.starts_with("\\u") {
                let back = self.at;
                self.at += 2;
                let second = self.hex()?;
                if (0xdc00..0xe000).contains(&second) {
                    let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                self.at = back;
            }
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 4);
        let code = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
        self.at += 4;
        code.ok_or(Fault::malformed("a broken \\u escape in JSON"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, RejectReason>) {
        let arena = Bump::new();
        let found = Json::parse(text, &arena).map_err(|f| f.reason);
        match expected {
            Ok(expected) => {
                let theirs: serde_json::Value = serde_json::from_str(expected).unwrap();
                assert_eq!(plain(&found.unwrap()), theirs, "{text}");
            }
            Err(reason) => assert_eq!(found, Err(reason), "{text}"),
        }
    }

    fn plain(value: &Json<'_>) -> serde_json::Value {
        match value {
            Json::Null => serde_json::Value::Null,
            Json::Bool(b) => (*b).into(),
            Json::Int(n) => (*n).into(),
            Json::Float(n) => (*n).into(),
            Json::Text(t) => (*t).into(),
            Json::Array(elements, _) => elements.iter().map(plain).collect(),
            Json::Object(members, _) => {
                members.iter().map(|(k, v)| ((*k).to_owned(), plain(v))).collect()
            }
        }
    }

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            "{}",
            "[]",
            r#" {"a":[1,-2,3.5,1e3,true,false,null,"x"],"b":{"c":"d"}} "#,
            r#"{"q":"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00é"}"#,
            r#"{"big":1e30,"least":-9223372036854775808}"#,
            r#"[[],{},[[{"a":[]}]]]"#,
        ] {
            check(text, Ok(text));
        }
    }

    #[test]
    fn refuses_what_is_broken() {
        check("", Err(RejectReason::Truncated));
        check(r#"{"a":1"#, Err(RejectReason::Truncated));
        check(r#"{"a":"x"#, Err(RejectReason::Truncated));
        check(r#"{"a" 1}"#, Err(RejectReason::Malformed));
        check(r#"{a:1}"#, Err(RejectReason::Malformed));
        check(r#"{"a":1} {"#, Err(RejectReason::Malformed));
        check(r#"{"a":"\q"}"#, Err(RejectReason::Malformed));
        check("nil", Err(RejectReason::Malformed));
    }

    #[test]
    fn a_lone_surrogate_is_no_character() {
        let arena = Bump::new();
        let text = Json::parse(r#""\ud83dx""#, &arena).unwrap();
        assert_eq!(text, Json::Text("\u{fffd}x"));
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        check(&nested(JSON_DEPTH_LIMIT), Ok(&nested(JSON_DEPTH_LIMIT)));
        check(&nested(JSON_DEPTH_LIMIT + 2), Err(RejectReason::TooDeep));
        check(&"[".repeat(10_000), Err(RejectReason::TooDeep));
        let many = format!("[{}0]", "0,".repeat(VALUES_LIMIT));
        check(&many, Err(RejectReason::TooManyFields));
    }
}

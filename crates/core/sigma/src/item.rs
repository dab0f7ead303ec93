//! One line of a search: a field, its modifiers and its values → typed tests. The modifiers are
//! applied here once and for all (Sigma modifiers appendix 2.1), but for values that wait for
//! placeholders; nothing is matched here.

use ipnet::IpNet;

use serde::{Deserialize, Serialize};

use crate::{
    EXPANSION_LIMIT,
    detection::Search,
    modifier::{Encoding, Modifiers, Place, Type},
    pattern::{self, Pattern},
    placeholder::{self, Expanded, Pending},
    problem::{Position, Problem, Reason},
    yaml::{Kind, Node, Scalar},
};

/// A field, or the whole record, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The field; `None` for keywords, which are looked for in the whole record.
    pub field: Option<String>,
    /// Whether every test must hold (`all`) or one suffices.
    pub every: bool,
    /// Whether the outcome is reversed (`neq`).
    pub negated: bool,
    /// The tests; never empty.
    pub tests: Vec<Test>,
    /// Where it stands.
    pub at: Position,
    /// Its path in the document.
    pub place: String,
}

/// One question to a field's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// The value as text fits a pattern, in any case unless `cased`.
    Text {
        /// The pattern.
        pattern: Pattern,
        /// Whether the case must be the same.
        cased: bool,
    },
    /// A regular expression is found in the value (`re`).
    Regex {
        /// The expression.
        expression: String,
        /// `i`: in any case.
        insensitive: bool,
        /// `m`: `^` and `$` also mean the start and end of a line.
        multi_line: bool,
        /// `s`: `.` also means a line's end.
        dot_all: bool,
    },
    /// The value equals a number.
    Number(Number),
    /// The value is this truth value.
    Bool(bool),
    /// The field is absent or null.
    Null,
    /// The value is a number that compares so with another.
    Compare(Comparison, Number),
    /// A part of the date that the value is compares so with a number.
    Time(TimePart, Comparison, Number),
    /// The value is an address within a block (`cidr`).
    Cidr(IpNet),
    /// The value fits another field's (`fieldref`).
    Field {
        /// The other field.
        name: String,
        /// Whether the other value is to be the whole, or where it may stand.
        within: Within,
        /// Whether the case must be the same.
        cased: bool,
    },
    /// The field is there, whatever its value, or is not (`exists`).
    Exists(bool),
    /// A value with placeholders (`expand`), which whoever loads the rule gives values.
    Pending(Box<Pending>),
}

/// A number of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
    /// The value is less.
    Lt,
    /// The value is less or equal.
    Lte,
    /// The value is greater.
    Gt,
    /// The value is greater or equal.
    Gte,
}

impl Comparison {
    /// Whether a value that stands so to the bound is right.
    #[must_use]
    pub const fn accepts(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Neq => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Lte => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Gte => order.is_ge(),
        }
    }
}

impl Number {
    /// The number that a text is written as.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.parse::<i64>() {
            Ok(int) => Some(Self::Int(int)),
            Err(_) => text.parse().ok().filter(|f: &f64| f.is_finite()).map(Self::Float),
        }
    }

    /// As a floating number.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }
}

/// A part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TimePart {
    Minute,
    Hour,
    Day,
    /// The week by ISO 8601.
    Week,
    Month,
    Year,
}

impl TimePart {
    /// Its name, as modifiers say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Whether some date has this number here (modifiers appendix, "Time Modifiers", which knows
    /// of 52 weeks; some years have 53 by ISO 8601).
    fn may_be(self, number: Number) -> bool {
        let within = match self {
            Self::Minute => 0..=59,
            Self::Hour => 0..=23,
            Self::Day => 1..=31,
            Self::Week => 1..=53,
            Self::Month => 1..=12,
            Self::Year => 0..=9999,
        };
        match number {
            Number::Int(number) => within.contains(&number),
            Number::Float(number) => number.fract() == 0.0 && within.contains(&(number as i64)),
        }
    }
}

/// Where a text may stand in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Within {
    Whole,
    Anywhere,
    Start,
    End,
}

/// Reads `field|modifier|…` and its value or values.
pub(crate) fn parse(key: &str, node: &Node, at: Position, place: &str) -> Result<Search, Problem> {
    let mut words = key.split('|');
    let field = words.next().unwrap_or_default();
    let modifiers = Modifiers::parse(words, node.at, place)?;
    let field = if field.is_empty() { None } else { Some(field.to_owned()) };
    let values = match &node.kind {
        Kind::Scalar(scalar) => vec![(scalar, node.at)],
        Kind::List(elements) => list(elements, node, place)?,
        Kind::Map(_) => {
            return Err(Problem::malformed(node.at, place, "a field's value cannot be a map"));
        }
    };
    let mut groups = Vec::new();
    for (value, at) in values {
        let keyword = field.is_none();
        groups.push(match placeholder::expand(value, &modifiers, keyword, at) {
            Some(Expanded::Waits(pending)) => vec![Test::Pending(Box::new(pending))],
            Some(Expanded::Plain(value)) => convert(&value, &modifiers, keyword, at, place)?,
            None => convert(value, &modifiers, keyword, at, place)?,
        });
    }
    let Modifiers { every, negated, .. } = modifiers;
    let line = Item { field, every, negated, tests: Vec::new(), at, place: place.to_owned() };
    group(&line, groups)
}

/// Makes the search of an item whose values have become these groups of alternatives.
pub(crate) fn group(line: &Item, groups: Vec<Vec<Test>>) -> Result<Search, Problem> {
    if groups.iter().map(Vec::len).sum::<usize>() > EXPANSION_LIMIT {
        let detail = format!("it becomes more than {EXPANSION_LIMIT} values");
        return Err(Problem::new(Reason::Bound, line.at, &line.place, detail));
    }
    let item = |every, tests| Search::Item(Item { every, tests, ..line.clone() });
    if line.every && groups.iter().any(|tests| tests.len() > 1) {
        // The variants of one value are alternatives; the values themselves must all match. Where
        // the line is negated, one value that none of its variants matches is enough.
        let parts = groups.into_iter().map(|tests| item(false, tests)).collect();
        return Ok(if line.negated { Search::Any(parts) } else { Search::All(parts) });
    }
    Ok(item(line.every, groups.into_iter().flatten().collect()))
}

fn list<'a>(
    elements: &'a [Node],
    node: &Node,
    place: &str,
) -> Result<Vec<(&'a Scalar, Position)>, Problem> {
    if elements.is_empty() {
        return Err(Problem::malformed(node.at, place, "the list is empty"));
    }
    let scalar = |element: &'a Node| match &element.kind {
        Kind::Scalar(scalar) => Ok((scalar, element.at)),
        _ => {
            let detail = format!("an element is {}, not a single value", element.noun());
            Err(Problem::malformed(element.at, place, detail))
        }
    };
    elements.iter().map(scalar).collect()
}

/// What a value becomes under its modifiers: alternatives, mostly one.
pub(crate) fn convert(
    value: &Scalar,
    modifiers: &Modifiers,
    keyword: bool,
    at: Position,
    place: &str,
) -> Result<Vec<Test>, Problem> {
    let wrong = |detail: String| Problem::new(Reason::Modifier, at, place, detail);
    match modifiers.kind {
        Type::Plain => plain(value, modifiers, keyword).map_err(wrong),
        Type::Regex { insensitive, multi_line, dot_all } => {
            let expression = value.as_text().to_owned();
            Ok(vec![Test::Regex { expression, insensitive, multi_line, dot_all }])
        }
        Type::Exists => match value {
            Scalar::Bool(expected) => Ok(vec![Test::Exists(*expected)]),
            _ => Err(wrong("'exists' takes true or false".to_owned())),
        },
        Type::Cidr => {
            let net = cidr(value.as_text());
            let net = net
                .ok_or_else(|| wrong(format!("'{}' is no block of addresses", value.as_text())))?;
            Ok(vec![Test::Cidr(net)])
        }
        Type::Compare(comparison) => {
            let number = number(value)
                .ok_or_else(|| wrong(format!("'{}' is no number", value.as_text())))?;
            let Some(part) = modifiers.time else {
                return Ok(vec![Test::Compare(comparison, number)]);
            };
            if comparison == Comparison::Eq && !part.may_be(number) {
                let detail = format!("no date has {} for its {}", value.as_text(), part.name());
                return Err(Problem::malformed(at, place, detail));
            }
            Ok(vec![Test::Time(part, comparison, number)])
        }
        Type::Field => {
            let within = match modifiers.place {
                None => Within::Whole,
                Some(Place::Contains) => Within::Anywhere,
                Some(Place::Start) => Within::Start,
                Some(Place::End) => Within::End,
            };
            let name = value.as_text().to_owned();
            Ok(vec![Test::Field { name, within, cased: modifiers.cased }])
        }
    }
}

/// Values without a type modifier.
fn plain(value: &Scalar, modifiers: &Modifiers, keyword: bool) -> Result<Vec<Test>, String> {
    let textual = keyword || modifiers.place.is_some() || !modifiers.encodings.is_empty();
    match value {
        Scalar::Null if textual => return Err("null is no text".to_owned()),
        Scalar::Null => return Ok(vec![Test::Null]),
        Scalar::Bool(truth) if !textual => return Ok(vec![Test::Bool(*truth)]),
        Scalar::Int(int, _) if !textual => return Ok(vec![Test::Number(Number::Int(*int))]),
        Scalar::Float(float, _) if !textual => {
            return Ok(vec![Test::Number(Number::Float(*float))]);
        }
        _ => {}
    }
    let patterns = encode(value.as_text(), &modifiers.encodings)?;
    let placed = patterns.into_iter().map(|pattern| match modifiers.place {
        Some(Place::Contains) => pattern.open_before().open_after(),
        Some(Place::Start) => pattern.open_after(),
        Some(Place::End) => pattern.open_before(),
        None if keyword => pattern.open_before().open_after(),
        None => pattern,
    });
    Ok(placed.map(|pattern| Test::Text { pattern, cased: modifiers.cased }).collect())
}

/// What encodings have made of a value so far.
enum Coded {
    Text(Pattern),
    Bytes(Vec<u8>),
}

fn encode(text: &str, encodings: &[Encoding]) -> Result<Vec<Pattern>, String> {
    let mut values = vec![Coded::Text(Pattern::parse(text))];
    for encoding in encodings {
        let mut next = Vec::new();
        for value in values {
            match (encoding, value) {
                (Encoding::Dashes, Coded::Text(pattern)) => {
                    let all = pattern.dashes(EXPANSION_LIMIT);
                    let all = all.ok_or("'windash' makes too many variants of it")?;
                    next.extend(all.into_iter().map(Coded::Text));
                }
                (Encoding::Wide(order), Coded::Text(pattern)) => {
                    next.push(Coded::Bytes(pattern::wide(fixed(&pattern)?, *order)));
                }
                (Encoding::Base64, value) => {
                    let text = pattern::base64(&bytes(value)?);
                    next.push(Coded::Text(Pattern::literal(text)));
                }
                (Encoding::Base64Offset, value) => {
                    let bytes = bytes(value)?;
                    let all = pattern::base64_offsets(&bytes);
                    next.extend(all.map(|text| Coded::Text(Pattern::literal(text))));
                }
                (_, Coded::Bytes(_)) => {
                    return Err("only 'base64' and 'base64offset' can follow UTF-16".to_owned());
                }
            }
        }
        values = next;
    }
    let text = |value| match value {
        Coded::Text(pattern) => Ok(pattern),
        Coded::Bytes(bytes) => String::from_utf8(bytes)
            .map(Pattern::literal)
            .map_err(|_| "as UTF-16 it is no text; add 'base64' or 'base64offset'".to_owned()),
    };
    values.into_iter().map(text).collect()
}

fn fixed(pattern: &Pattern) -> Result<&str, String> {
    pattern.as_literal().ok_or_else(|| "a wildcard cannot be encoded".to_owned())
}

fn bytes(value: Coded) -> Result<Vec<u8>, String> {
    match value {
        Coded::Bytes(bytes) => Ok(bytes),
        Coded::Text(pattern) => fixed(&pattern).map(|text| text.as_bytes().to_vec()),
    }
}

fn number(value: &Scalar) -> Option<Number> {
    match value {
        Scalar::Int(int, _) => Some(Number::Int(*int)),
        Scalar::Float(float, _) => Some(Number::Float(*float)),
        Scalar::Text(text) => Number::parse(text),
        Scalar::Null | Scalar::Bool(_) => None,
    }
}

/// A block, or an address alone: the block of one.
fn cidr(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse::<IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}

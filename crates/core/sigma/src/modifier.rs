//! The modifiers of one key: which go together, and what they come to.

use serde::{Deserialize, Serialize};

use crate::{
    item::{Comparison, TimePart},
    pattern::Wide,
    problem::{Position, Problem, Reason},
};

/// What a key's modifiers ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Modifiers {
    pub(crate) kind: Type,
    pub(crate) place: Option<Place>,
    pub(crate) time: Option<TimePart>,
    /// In the order of the key.
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) every: bool,
    pub(crate) negated: bool,
    pub(crate) cased: bool,
    /// Whether `%name%` in a value is a placeholder.
    pub(crate) expands: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Type {
    Plain,
    Regex { insensitive: bool, multi_line: bool, dot_all: bool },
    Exists,
    Cidr,
    Compare(Comparison),
    Field,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    Contains,
    Start,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Encoding {
    Dashes,
    Wide(Wide),
    Base64,
    Base64Offset,
}

impl Modifiers {
    pub(crate) fn parse<'a>(
        words: impl Iterator<Item = &'a str>,
        at: Position,
        place: &str,
    ) -> Result<Self, Problem> {
        let mut all = Self {
            kind: Type::Plain,
            place: None,
            time: None,
            encodings: Vec::new(),
            every: false,
            negated: false,
            cased: false,
            expands: false,
        };
        for word in words {
            all.add(word).map_err(|(reason, detail)| Problem::new(reason, at, place, detail))?;
        }
        // A part of a date without a comparison is compared for equality.
        if all.time.is_some() && all.kind == Type::Plain {
            all.kind = Type::Compare(Comparison::Eq);
        }
        match all.conflict() {
            None => Ok(all),
            Some(detail) => Err(Problem::new(Reason::Modifier, at, place, detail)),
        }
    }

    fn add(&mut self, word: &str) -> Result<(), (Reason, String)> {
        match word {
            "all" => self.every = true,
            "neq" => self.negated = true,
            "cased" => self.cased = true,
            "contains" => self.place = Some(Place::Contains),
            "startswith" => self.place = Some(Place::Start),
            "endswith" => self.place = Some(Place::End),
            "windash" => self.encodings.push(Encoding::Dashes),
            "base64" => self.encodings.push(Encoding::Base64),
            "base64offset" => self.encodings.push(Encoding::Base64Offset),
            "wide" | "utf16le" => self.encodings.push(Encoding::Wide(Wide::LittleEndian)),
            "utf16be" => self.encodings.push(Encoding::Wide(Wide::BigEndian)),
            "utf16" => self.encodings.push(Encoding::Wide(Wide::Marked)),
            "re" => {
                return self.become_type(Type::Regex {
                    insensitive: false,
                    multi_line: false,
                    dot_all: false,
                });
            }
            "i" | "m" | "s" => return self.flag(word),
            "exists" => return self.become_type(Type::Exists),
            "cidr" => return self.become_type(Type::Cidr),
            "fieldref" => return self.become_type(Type::Field),
            "lt" => return self.become_type(Type::Compare(Comparison::Lt)),
            "lte" => return self.become_type(Type::Compare(Comparison::Lte)),
            "gt" => return self.become_type(Type::Compare(Comparison::Gt)),
            "gte" => return self.become_type(Type::Compare(Comparison::Gte)),
            "minute" => self.time = Some(TimePart::Minute),
            "hour" => self.time = Some(TimePart::Hour),
            "day" => self.time = Some(TimePart::Day),
            "week" => self.time = Some(TimePart::Week),
            "month" => self.time = Some(TimePart::Month),
            "year" => self.time = Some(TimePart::Year),
            "expand" => self.expands = true,
            _ => return Err((Reason::Modifier, format!("the modifier '{word}' is unknown"))),
        }
        Ok(())
    }

    fn become_type(&mut self, kind: Type) -> Result<(), (Reason, String)> {
        if self.kind != Type::Plain {
            let detail = "two modifiers that each fix the value's type".to_owned();
            return Err((Reason::Modifier, detail));
        }
        self.kind = kind;
        Ok(())
    }

    fn flag(&mut self, word: &str) -> Result<(), (Reason, String)> {
        let Type::Regex { insensitive, multi_line, dot_all } = &mut self.kind else {
            return Err((Reason::Modifier, format!("'{word}' goes only after 're'")));
        };
        match word {
            "i" => *insensitive = true,
            "m" => *multi_line = true,
            _ => *dot_all = true,
        }
        Ok(())
    }

    fn conflict(&self) -> Option<&'static str> {
        let encoded = !self.encodings.is_empty();
        match self.kind {
            Type::Plain => None,
            Type::Field if encoded => Some("'fieldref' does not go with an encoding"),
            Type::Field => None,
            _ if encoded => Some("an encoding goes only with text"),
            // What contains, starts or ends stands in the expression itself.
            Type::Regex { .. } => self
                .place
                .filter(|place| *place != Place::Contains)
                .map(|_| "write ^ or $ into the expression instead"),
            _ if self.place.is_some() => Some("'contains' and its like go only with text"),
            Type::Compare(_) | Type::Cidr | Type::Exists => None,
        }
    }
}

//! Values and conditions of a definition, compiled: which field, in which order, joined with what,
//! cut by which pattern.

use bakas_model::Value;
use bumpalo::Bump;

use super::{
    glob::Glob,
    pattern::Cut,
    row::{Row, Slot, is_there},
};
use crate::decode::Out;

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Slot(Slot),
    Any(Vec<Self>),
    Join(Vec<Self>, &'static str),
    Text(&'static str),
    Match(Box<Self>, Box<Cut>),
}

impl Term {
    /// Its value, where one is there and not empty.
    #[inline]
    pub(crate) fn value<'a>(&self, row: &Row<'a>, arena: &'a Bump) -> Option<Value<'a>> {
        match self {
            Self::Slot(slot) => row.get(*slot),
            Self::Any(terms) => terms.iter().find_map(|term| term.value(row, arena)),
            Self::Text(text) => Some(Value::Text(text)),
            Self::Join(terms, with) => joined(terms, with, row, arena).map(Value::Text),
            Self::Match(term, pattern) => {
                let text = text_of(term.value(row, arena)?, arena);
                pattern.read(text).map(Value::Text).filter(|&value| is_there(value))
            }
        }
    }

    /// Its value as text.
    #[inline]
    pub(crate) fn text<'a>(&self, row: &Row<'a>, arena: &'a Bump) -> Option<&'a str> {
        self.value(row, arena).map(|value| text_of(value, arena))
    }

    /// The field that its value is, where it is one field's as it stands.
    pub(crate) fn field(&self, row: &Row<'_>) -> Option<Slot> {
        match self {
            Self::Slot(slot) => row.get(*slot).map(|_| *slot),
            Self::Any(terms) => terms.iter().find_map(|term| term.field(row)),
            _ => None,
        }
    }

    /// Whether the fields that it names stand there as empty texts.
    pub(crate) fn is_blank(&self, row: &Row<'_>) -> bool {
        match self {
            Self::Slot(slot) => row.is_blank(*slot),
            Self::Any(terms) => terms.iter().any(|term| term.is_blank(row)),
            _ => false,
        }
    }

    /// The first of its values that is what is asked for.
    pub(crate) fn find<'a, T>(
        &self,
        row: &Row<'a>,
        arena: &'a Bump,
        wanted: &mut dyn FnMut(&'a str) -> Option<T>,
    ) -> Option<T> {
        match self {
            Self::Any(terms) => terms.iter().find_map(|term| term.find(row, arena, wanted)),
            other => wanted(other.text(row, arena)?),
        }
    }
}

/// The parts that are there, one after another; nothing where no field of them is.
fn joined<'a>(terms: &[Term], with: &str, row: &Row<'a>, arena: &'a Bump) -> Option<&'a str> {
    let mut text = String::new();
    let (mut is_first, mut has_field) = (true, false);
    for term in terms {
        let Some(part) = term.text(row, arena) else { continue };
        if !std::mem::take(&mut is_first) {
            text.push_str(with);
        }
        has_field |= !matches!(term, Term::Text(_));
        text.push_str(part);
    }
    has_field.then(|| &*arena.alloc_str(&text))
}

/// A value as text.
pub(crate) fn text_of<'a>(value: Value<'a>, arena: &'a Bump) -> &'a str {
    match value {
        Value::Text(text) => text,
        Value::Null => "",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        number => arena.alloc_str(&number.as_text()),
    }
}

/// A value as a number.
pub(crate) fn number_of(value: Value<'_>) -> Option<f64> {
    match value {
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Value::Bool(_) | Value::Null => None,
    }
}

/// What one field must be.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Is(Vec<Glob>),
    Not(Vec<Glob>),
    Absent,
    Present,
    Within(f64, f64),
}

impl Test {
    /// Whether a value that is there passes.
    #[inline]
    fn passes(&self, value: Value<'_>) -> bool {
        match self {
            Self::Is(globs) => globs.iter().any(|glob| glob.fits_value(value)),
            Self::Not(globs) => !globs.iter().any(|glob| glob.fits_value(value)),
            Self::Absent => false,
            Self::Present => true,
            Self::Within(least, most) => {
                number_of(value).is_some_and(|number| number >= *least && number <= *most)
            }
        }
    }

    /// Whether any of a field's values passes; a field that is not there has none.
    pub(crate) fn holds<'a>(&self, mut values: impl Iterator<Item = Value<'a>>) -> bool {
        match self {
            Self::Absent => !values.any(is_there),
            Self::Not(_) => {
                let mut has_any = false;
                let all = values.filter(|value| is_there(*value)).all(|value| {
                    has_any = true;
                    self.passes(value)
                });
                all && has_any
            }
            _ => values.any(|value| is_there(value) && self.passes(value)),
        }
    }
}

/// Tests that must all hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct When(pub(crate) Vec<(Slot, Test)>);

impl When {
    #[inline]
    pub(crate) fn holds(&self, names: &super::row::Names, out: &Out<'_, '_>) -> bool {
        self.0.iter().all(|(slot, test)| {
            let cell = match out.row.cells.get(*slot) {
                Some(cell) if cell.count > 0 => cell,
                _ => return matches!(test, Test::Absent),
            };
            if cell.count == 1 {
                return test.passes(cell.value);
            }
            let named = &names.list[*slot];
            test.holds(out.event.field(named.id, named.name))
        })
    }
}

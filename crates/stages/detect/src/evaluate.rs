//! A compiled rule asked of one event, exactly.

use std::{cell::RefCell, net::IpAddr};

use bakas_model::{Event, FieldId, Timestamp, Value};
use bakas_sigma::{Comparison, Number, TimePart, Within};
use rustc_hash::FxHashMap;

use crate::{
    date,
    field::{Context, Name, Operand},
    program::{ItemTest, Node, Program, ValueTest},
    text::fold,
};

/// The fields that rules name, and where their values may stand in an event.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) names: Vec<Name>,
    /// By name: the numbers of the native fields that may bear it, the first present counts.
    natives_of: Vec<Vec<u32>>,
    natives: Vec<Box<str>>,
    by_id: FxHashMap<FieldId, Vec<u32>>,
    numbers: FxHashMap<Box<str>, u32>,
}

/// No field, no value.
pub(crate) const NONE: u32 = u32::MAX;

impl Fields {
    pub(crate) fn new(names: Vec<Name>) -> Self {
        let mut fields = Self::default();
        for name in &names {
            let numbers = name.natives.iter().map(|native| fields.native(native)).collect();
            fields.natives_of.push(numbers);
        }
        fields.numbers = (0_u32..).zip(&names).map(|(n, name)| (name.text.clone(), n)).collect();
        fields.names = names;
        fields
    }

    /// The number of a name that some rule has.
    pub(crate) fn number_of(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    fn native(&mut self, text: &str) -> u32 {
        let same_id = self.by_id.entry(FieldId::of(text)).or_default();
        if let Some(&number) = same_id.iter().find(|&&n| &*self.natives[n as usize] == text) {
            return number;
        }
        let number = u32::try_from(self.natives.len()).expect("as few as names");
        self.natives.push(text.into());
        same_id.push(number);
        number
    }

    /// The number of a native field that some rule names.
    pub(crate) fn find(&self, id: FieldId, name: &str) -> u32 {
        let Some(same_id) = self.by_id.get(&id) else { return NONE };
        same_id.iter().copied().find(|&n| &*self.natives[n as usize] == name).unwrap_or(NONE)
    }

    /// How many native fields rules name.
    pub(crate) fn len(&self) -> usize {
        self.natives.len()
    }
}

/// Where the values of native fields stand in the event at hand. Kept from event to event.
#[derive(Debug, Default)]
pub(crate) struct Table {
    turn: u32,
    /// By native field: the turn it was last seen in, its first value.
    heads: Vec<(u32, u32)>,
    /// By value: the next one of the same field.
    next: Vec<u32>,
}

impl Table {
    /// Takes in an event: `native` says which native field each of its fields is.
    pub(crate) fn fill(&mut self, fields: &Fields, count: usize, native: impl Fn(usize) -> u32) {
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 || self.heads.len() != fields.len() {
            self.heads.clear();
            self.heads.resize(fields.len(), (0, NONE));
            self.turn = 1;
        }
        self.next.clear();
        self.next.resize(count, NONE);
        for index in (0..count).rev() {
            let Some(head) = self.heads.get_mut(native(index) as usize) else { continue };
            if head.0 == self.turn {
                self.next[index] = head.1;
            }
            *head = (self.turn, u32::try_from(index).unwrap_or(NONE));
        }
    }

    fn head(&self, native: u32) -> Option<u32> {
        let (turn, head) = *self.heads.get(native as usize)?;
        (turn == self.turn).then_some(head)
    }
}

/// An event with all that is needed to ask it.
#[derive(Debug)]
pub(crate) struct Scene<'a, 'e> {
    pub(crate) fields: &'a Fields,
    pub(crate) table: &'a Table,
    pub(crate) event: &'a Event<'e>,
    pub(crate) context: &'a Context<'e>,
    /// Room to write numbers out.
    pub(crate) scratch: &'a RefCell<String>,
}

impl Scene<'_, '_> {
    /// Whether the event matches.
    pub(crate) fn matches(&self, program: &Program) -> bool {
        self.node(&program.root)
    }

    fn node(&self, node: &Node) -> bool {
        match node {
            Node::All(parts) => parts.iter().all(|part| self.node(part)),
            Node::Any(parts) => parts.iter().any(|part| self.node(part)),
            Node::Not(inner) => !self.node(inner),
            Node::Item(item) => self.item(item),
        }
    }

    /// Whether a line of a search holds.
    pub(crate) fn item(&self, item: &ItemTest) -> bool {
        let mut tests = item.tests.iter();
        let found = match item.name {
            Some(name) => match self.single(name) {
                // Most fields have one value: it is looked up once for all tests.
                Some(value) if item.every => tests.all(|test| self.one(test, &value)),
                Some(value) => tests.any(|test| self.one(test, &value)),
                None if item.every => tests.all(|test| self.field(name, test)),
                None => tests.any(|test| self.field(name, test)),
            },
            None if item.every => tests.all(|test| self.keyword(test)),
            None => tests.any(|test| self.keyword(test)),
        };
        found != item.negated
    }

    /// The value of a field that has exactly one among the event's own.
    fn single(&self, name: u32) -> Option<Operand<'_>> {
        let natives = self.fields.natives_of[name as usize].iter();
        let mut heads = natives.filter_map(|&native| self.table.head(native));
        let at = heads.next()? as usize;
        let is_last = self.table.next.get(at).is_some_and(|&next| next == NONE);
        let field = self.event.fields.get(at).filter(|_| is_last)?;
        Some(Operand::Value(field.value))
    }

    /// Whether a test holds for a field whose only value this is.
    fn one(&self, test: &ValueTest, value: &Operand<'_>) -> bool {
        match test {
            ValueTest::Field { name: other, within, cased } => {
                self.any(*other, &mut |theirs| compare_texts(value, theirs, *within, *cased))
            }
            test => self.value(test, value),
        }
    }

    fn keyword(&self, test: &ValueTest) -> bool {
        self.event.fields.iter().any(|field| self.value(test, &Operand::Value(field.value)))
    }

    fn field(&self, name: u32, test: &ValueTest) -> bool {
        match test {
            ValueTest::Exists(expected) => self.any(name, &mut |_| true) == *expected,
            ValueTest::Null => {
                !self.any(name, &mut |value| !matches!(value, Operand::Value(Value::Null)))
                    || self.any(name, &mut |value| matches!(value, Operand::Value(Value::Null)))
            }
            ValueTest::Field { name: other, within, cased } => self.any(name, &mut |mine| {
                self.any(*other, &mut |theirs| compare_texts(mine, theirs, *within, *cased))
            }),
            test => self.any(name, &mut |value| self.value(test, value)),
        }
    }

    /// Whether any value of a field is right.
    fn any(&self, name: u32, right: &mut dyn FnMut(&Operand<'_>) -> bool) -> bool {
        for &native in &self.fields.natives_of[name as usize] {
            let Some(mut at) = self.table.head(native) else { continue };
            while let Some(field) = self.event.fields.get(at as usize) {
                if right(&Operand::Value(field.value)) {
                    return true;
                }
                at = self.table.next[at as usize];
            }
            return false;
        }
        let name = &self.fields.names[name as usize];
        let value = name.attribute.of_event(&name.text, self.event, self.context);
        value.is_some_and(|value| right(&value))
    }

    fn value(&self, test: &ValueTest, value: &Operand<'_>) -> bool {
        match test {
            ValueTest::Text(test) => self.text(value, |text| test.fits(text)),
            ValueTest::Among(among) => self.text(value, |text| among.fits(text)),
            ValueTest::Regex(regex) => self.text(value, |text| regex.is_match(text)),
            ValueTest::Number(number) => {
                number_of(value).is_some_and(|mine| compare(mine, Comparison::Eq, *number))
            }
            ValueTest::Bool(truth) => match value {
                Operand::Value(Value::Bool(mine)) => mine == truth,
                Operand::Value(Value::Text(text)) => {
                    text.eq_ignore_ascii_case(if *truth { "true" } else { "false" })
                }
                _ => false,
            },
            ValueTest::Compare(comparison, number) => {
                number_of(value).is_some_and(|mine| compare(mine, *comparison, *number))
            }
            ValueTest::Time(part, comparison, number) => date_part(value, *part)
                .is_some_and(|mine| compare(Number::Int(mine), *comparison, *number)),
            ValueTest::Cidr(net) => address_of(value).is_some_and(|mine| net.contains(&mine)),
            ValueTest::Null => matches!(value, Operand::Value(Value::Null)),
            ValueTest::Exists(expected) => *expected,
            ValueTest::Field { .. } => false,
        }
    }

    fn text(&self, value: &Operand<'_>, fits: impl FnOnce(&str) -> bool) -> bool {
        match value {
            Operand::Value(Value::Text(text)) => fits(text),
            // Null is no text, not even an empty one.
            Operand::Value(Value::Null) => false,
            other => other.with_text(&mut self.scratch.borrow_mut(), fits),
        }
    }
}

fn compare_texts(mine: &Operand<'_>, theirs: &Operand<'_>, within: Within, cased: bool) -> bool {
    if [mine, theirs].iter().any(|side| matches!(side, Operand::Value(Value::Null))) {
        return false;
    }
    let (mut a, mut b) = (String::new(), String::new());
    mine.with_text(&mut a, |mine| {
        theirs.with_text(&mut b, |theirs| {
            let (mine, theirs) =
                if cased { (mine.into(), theirs.into()) } else { (fold(mine), fold(theirs)) };
            match within {
                Within::Whole => mine == theirs,
                Within::Anywhere => mine.contains(&*theirs),
                Within::Start => mine.starts_with(&*theirs),
                Within::End => mine.ends_with(&*theirs),
            }
        })
    })
}

/// The value as a number; text that is written as one counts.
fn number_of(value: &Operand<'_>) -> Option<Number> {
    match value {
        Operand::Value(Value::Int(number)) => Some(Number::Int(*number)),
        Operand::Value(Value::Float(number)) => Some(Number::Float(*number)),
        Operand::Value(Value::Text(text)) => {
            let first = text.bytes().next()?;
            if !first.is_ascii_digit() && !matches!(first, b'-' | b'+' | b'.') {
                return None;
            }
            match text.parse() {
                Ok(number) => Some(Number::Int(number)),
                Err(_) => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Number::Float),
            }
        }
        // OCSF counts milliseconds.
        Operand::Time(micros) => Some(Number::Int(micros.div_euclid(1000))),
        Operand::Value(Value::Bool(_) | Value::Null)
        | Operand::Address(_)
        | Operand::Country(_) => None,
    }
}

fn compare(mine: Number, comparison: Comparison, bound: Number) -> bool {
    let float = |number| match number {
        Number::Int(int) => int as f64,
        Number::Float(float) => float,
    };
    let order = match (mine, bound) {
        (Number::Int(mine), Number::Int(bound)) => Some(mine.cmp(&bound)),
        (mine, bound) => float(mine).partial_cmp(&float(bound)),
    };
    order.is_some_and(|order| comparison.accepts(order))
}

pub(crate) fn date_part(value: &Operand<'_>, part: TimePart) -> Option<i64> {
    match value {
        Operand::Time(micros) => Some(date::Date::of(Timestamp::from_micros(*micros)).part(part)),
        Operand::Value(Value::Int(number)) => Some(date::Date::of(date::epoch(*number)).part(part)),
        Operand::Value(Value::Float(number)) if number.is_finite() => {
            Some(date::Date::of(date::epoch(number.floor() as i64)).part(part))
        }
        Operand::Value(Value::Text(text)) => date::Date::written(text)?.part_if_written(part),
        _ => None,
    }
}

fn address_of(value: &Operand<'_>) -> Option<IpAddr> {
    let address = match value {
        Operand::Address(address) => *address,
        Operand::Value(Value::Text(text)) => text.parse().ok()?,
        _ => return None,
    };
    Some(address.to_canonical())
}

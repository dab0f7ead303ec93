//! The way of one event through the rules. A matcher belongs to one thread and keeps its room from
//! event to event.

use std::cell::RefCell;

use bakas_model::{Event, FieldId, RuleIx};

use crate::{
    evaluate::{Scene, Table},
    field::Context,
    rules::Rules,
    seen::Seen,
    set::{FieldBits, Set, Texts},
};

/// Asks rules of events, one after another.
#[derive(Debug)]
pub struct Matcher<'r> {
    rules: &'r Rules,
    known: Vec<Known>,
    table: Table,
    texts: Texts<'static>,
    marks: Vec<u64>,
    matched: Vec<RuleIx>,
    scratch: RefCell<String>,
}

/// What is known of the last events of a set.
#[derive(Debug, Default)]
struct Known {
    /// By the number of fields: where one is lacking, those after it stand elsewhere.
    layouts: [Layout; LAYOUTS],
    seen: Seen,
}

/// Layouts that are kept of a set.
const LAYOUTS: usize = 8;

/// The fields of an event: the next one mostly has the same.
#[derive(Debug, Default)]
struct Layout {
    names: Vec<(FieldId, String)>,
    natives: Vec<u32>,
    bits: Vec<FieldBits>,
}

impl<'r> Matcher<'r> {
    pub(crate) fn new(rules: &'r Rules) -> Self {
        Self {
            rules,
            known: Vec::new(),
            table: Table::default(),
            texts: Texts::default(),
            marks: Vec::new(),
            matched: Vec::new(),
            scratch: RefCell::new(String::new()),
        }
    }

    /// The rules that match an event, in rising order.
    pub fn run(&mut self, event: &Event<'_>, context: &Context<'_>) -> &[RuleIx] {
        self.matched.clear();
        let (number, set) = self.rules.set(event.stream, event.class);
        if set.rules.is_empty() {
            return &self.matched;
        }
        if self.known.len() <= number {
            self.known.resize_with(number + 1, Known::default);
        }
        let Known { layouts, seen } = &mut self.known[number];
        let layout = &mut layouts[event.fields.len() % LAYOUTS];
        layout.learn(event, self.rules, set);
        let mut texts = std::mem::take(&mut self.texts).recycle();
        set.candidates(event, &layout.bits, seen, &mut texts, &mut self.marks);
        self.texts = texts.recycle();
        if self.marks.iter().any(|&word| word != 0) {
            let natives = &layout.natives;
            let count = event.fields.len();
            self.table.fill(&self.rules.fields, count, |index| natives[index]);
            self.evaluate(event, context, set);
        }
        &self.matched
    }

    fn evaluate(&mut self, event: &Event<'_>, context: &Context<'_>, set: &Set) {
        let scene = Scene {
            fields: &self.rules.fields,
            table: &self.table,
            event,
            context,
            scratch: &self.scratch,
        };
        for (word, &marks) in self.marks.iter().enumerate() {
            let mut left = marks;
            while left != 0 {
                let number = word * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                let rule = set.rules[number];
                let program = self.rules.programs[rule as usize].as_ref();
                if program.is_some_and(|program| scene.matches(program)) {
                    self.matched.push(RuleIx(rule));
                }
            }
        }
    }
}

impl Layout {
    /// Looks up the fields that the last event did not have at the same place.
    fn learn(&mut self, event: &Event<'_>, rules: &Rules, set: &Set) {
        for (index, field) in event.fields.iter().enumerate() {
            match self.names.get(index) {
                Some((id, name)) if *id == field.id && name == field.name => continue,
                _ => {}
            }
            let native = rules.fields.find(field.id, field.name);
            let bits = set.bits(native);
            if index == self.names.len() {
                self.names.push((field.id, field.name.into()));
                self.natives.push(native);
                self.bits.push(bits);
            } else {
                let (id, name) = &mut self.names[index];
                *id = field.id;
                name.clear();
                name.push_str(field.name);
                self.natives[index] = native;
                self.bits[index] = bits;
            }
        }
    }
}

//! The way of one event through the rules. A matcher belongs to one thread and keeps its room from
//! event to event.

use std::{cell::RefCell, ops::Range};

use bakas_model::{Event, FieldId, RuleIx};

use crate::{
    evaluate::{Scene, Table},
    field::Context,
    occurred::FieldsSeen,
    rules::Rules,
    screen::{Screening, Shape},
    seen::Seen,
    set::{FieldBits, Set, Texts},
};

/// Asks rules of events, one after another.
#[derive(Debug)]
pub struct Matcher<'r> {
    rules: &'r Rules,
    screening: Screening,
    occurred: FieldsSeen,
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
            screening: Screening::default(),
            occurred: FieldsSeen::default(),
            known: Vec::new(),
            table: Table::default(),
            texts: Texts::default(),
            marks: Vec::new(),
            matched: Vec::new(),
            scratch: RefCell::new(String::new()),
        }
    }

    /// Looks through the bytes of a chunk before it is decoded: [`Self::wants`] then tells which of
    /// its records may matter, and [`Self::run`] looks no further in those. `None` where the values
    /// of its format need not stand in its records; then every record may matter.
    pub fn screen(&mut self, shape: Option<Shape>, base: u64, bytes: &[u8]) {
        let screen = shape.and_then(|shape| self.rules.screen(shape));
        self.screening.begin(screen, base, bytes);
    }

    /// Whether a record of the screened chunk may match a rule. Records are asked for in the order
    /// in which they lie.
    pub fn wants(&mut self, record: Range<usize>) -> bool {
        self.screening.wants(record)
    }

    /// The record that was asked for last is of another format than that which was told.
    pub fn doubt(&mut self) {
        self.screening.doubt();
    }

    /// Which fields the events had that were looked into.
    #[must_use]
    pub fn fields_seen(&self) -> &FieldsSeen {
        &self.occurred
    }

    /// The rules that match an event, in rising order.
    pub fn run(&mut self, event: &Event<'_>, context: &Context<'_>) -> &[RuleIx] {
        self.matched.clear();
        let set = self.rules.set(event);
        if set.rules.is_empty() {
            return &self.matched;
        }
        if self.known.len() <= set.number {
            self.known.resize_with(set.number + 1, Known::default);
        }
        let Known { layouts, seen } = &mut self.known[set.number];
        let layout = &mut layouts[event.fields.len() % LAYOUTS];
        let mut is_new = self.screening.is_sample();
        match self.screening.rules_of(event) {
            Some(rules) => {
                set.mark_only(rules, &mut self.marks);
                is_new |= !rules.is_empty();
            }
            None => {
                layout.learn(event, self.rules, set, &mut self.occurred);
                let mut texts = std::mem::take(&mut self.texts).recycle();
                set.candidates(event, &layout.bits, seen, &mut texts, &mut self.marks);
                self.texts = texts.recycle();
                is_new = false;
            }
        }
        if is_new {
            layout.learn(event, self.rules, set, &mut self.occurred);
        }
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
                let program = self.rules.details.program(rule as usize, &self.rules.fields);
                if program.is_some_and(|program| scene.matches(program)) {
                    self.matched.push(RuleIx(rule));
                }
            }
        }
    }
}

impl Layout {
    /// Looks up the fields that the last event did not have at the same place.
    fn learn(&mut self, event: &Event<'_>, rules: &Rules, set: &Set, occurred: &mut FieldsSeen) {
        occurred.event(set.number);
        for (index, field) in event.fields.iter().enumerate() {
            match self.names.get(index) {
                Some((id, name)) if *id == field.id && name == field.name => continue,
                _ => {}
            }
            let native = rules.fields.find(field.id, field.name);
            let bits = set.bits(native);
            occurred.field(set.number, native);
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

//! The time of a record: from which field, written how.

use bakas_model::{Timestamp, Value};
use bumpalo::Bump;

use super::{
    layout::Layout,
    term::{Term, number_of, text_of},
};
use crate::{
    clock::Clock,
    decode::{Carried, Context, Out},
    fault::Fault,
};

/// What `[time]` says.
#[derive(Debug)]
pub(super) struct TimeRule {
    pub(super) from: From,
    /// Tried in order.
    pub(super) formats: Vec<TimeFormat>,
}

#[derive(Debug)]
pub(super) enum From {
    /// What carried the record.
    Carrier,
    Field(Term),
    /// Several fields with a blank between them; all must be there.
    Fields(Vec<Term>),
}

/// How a time is written.
#[derive(Debug)]
pub(super) enum TimeFormat {
    /// ISO 8601, in UTC where no zone is written.
    Iso,
    /// ISO 8601, in the source's zone where none is written.
    IsoLocal,
    Epoch,
    Access,
    Layout(Layout),
}

const NO_TIME: Fault = Fault::bad_time("no time in the field where its format has it");
const BAD_TIME: Fault = Fault::bad_time("the time is not written as its format says");

impl TimeRule {
    /// Sets the event's time.
    pub(super) fn read<'a>(
        &self,
        carried: Option<&Carried<'a>>,
        arena: &'a Bump,
        context: &mut Context,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let value = match &self.from {
            From::Carrier => None,
            From::Field(term) => term.value(&out.row, arena),
            From::Fields(terms) => both(terms, arena, out),
        };
        let Some(value) = value else {
            let carried = carried.ok_or(NO_TIME)?;
            out.event.time = carried.time.ok_or(NO_TIME)?;
            out.event.time_raw = carried.time_raw;
            return Ok(());
        };
        let found = self.formats.iter().find_map(|format| format.read(value, &mut context.clock));
        out.event.time = found.ok_or(BAD_TIME)?;
        out.event.time_raw = text_of(value, arena);
        Ok(())
    }
}

fn both<'a>(terms: &[Term], arena: &'a Bump, out: &Out<'_, 'a>) -> Option<Value<'a>> {
    let mut text = String::with_capacity(32);
    for term in terms {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(term.text(&out.row, arena)?);
    }
    Some(Value::Text(arena.alloc_str(&text)))
}

impl TimeFormat {
    /// The format of that name, or the layout that it spells.
    pub(super) fn compile(text: &str, infer_year: bool) -> Result<Self, String> {
        Ok(match text {
            "iso" => Self::Iso,
            "iso-local" => Self::IsoLocal,
            "epoch" => Self::Epoch,
            "access" => Self::Access,
            layout if layout.contains('%') => {
                Self::Layout(Layout::compile(layout)?.inferring_year(infer_year)?)
            }
            other => {
                return Err(format!(
                    "'{other}' is no format of a time: iso, iso-local, epoch, access, none, \
                     or a layout with % signs"
                ));
            }
        })
    }

    fn read(&self, value: Value<'_>, clock: &mut Clock) -> Option<Timestamp> {
        if let Self::Epoch = self {
            return clock.epoch(number_of(value)?);
        }
        let Value::Text(text) = value else { return None };
        match self {
            Self::Iso => clock.iso_utc(text),
            Self::IsoLocal => clock.iso(text),
            Self::Access => clock.access(text.trim_matches(['[', ']'])),
            Self::Layout(layout) => layout.read(text, clock),
            Self::Epoch => None,
        }
    }
}

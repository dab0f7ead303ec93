//! The way of one record through its definition: the fields that stand in it, those made of them,
//! its time, its case, the attributes.

use bakas_model::{FieldId, Value};
use bumpalo::Bump;

use super::{Definition, Kind, Slot};
use crate::{
    decode::{Carried, Context, Out},
    fault::Fault,
    json::Json,
};

/// A record: its text, or what was parsed of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input<'a> {
    Text(&'a str),
    Json(Json<'a>),
}

impl Definition {
    /// The way of a record: its fields, those made of them, its time, its case, the attributes.
    pub(super) fn fill<'a>(
        &'static self,
        input: Input<'a>,
        carried: Option<&Carried<'a>>,
        arena: &'a Bump,
        context: &mut Context,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        self.fields(input, carried, arena, out)?;
        self.time.read(carried, arena, context, out)?;
        let case = self.cases.iter().position(|case| case.when.holds(&self.names, out));
        out.row.read_by = Some((self, case));
        if let Some(carried) = carried {
            out.event.host = carried.host;
            out.event.operation = carried.program;
        }
        let of_case = case.and_then(|at| self.cases.get(at));
        match (&self.web, of_case) {
            (None, None) => self.base.apply(arena, context, out),
            (None, Some(case)) => case.whole.apply(arena, context, out),
            (Some(web), case) => {
                self.base.apply(arena, context, out);
                web.apply(self, arena, out);
                if let Some(case) = case {
                    case.own.clear(out);
                    case.own.apply(arena, context, out);
                }
            }
        }
        Ok(())
    }

    /// The fields of a record, into the event and into the cells of those that are named.
    pub(crate) fn fields<'a>(
        &self,
        input: Input<'a>,
        carried: Option<&Carried<'a>>,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        out.start(self.stream());
        out.row.clear(self.names.list.len());
        let mut input = input;
        if let (Some(head), Input::Text(text)) = (&self.head, input) {
            let end = head
                .read(self, text, arena, out)
                .ok_or(Fault::malformed("does not begin as its format says"))?;
            input = Input::Text(text.get(end..).unwrap_or_default());
        }
        match (&self.kind, input) {
            (Kind::Json(kind), input) => {
                let root = match input {
                    Input::Json(root) => root,
                    Input::Text(text) => object(text, arena)?,
                };
                kind.read(self, &root, arena, out);
            }
            (_, Input::Json(_)) => return Err(Fault::malformed("a JSON record in a text format")),
            (Kind::Delimited(kind), Input::Text(text)) => kind.read(self, text, arena, out)?,
            (Kind::KeyValue(kind), Input::Text(text)) => kind.read(self, text, arena, out)?,
            (Kind::Pattern(patterns, otherwise), Input::Text(text)) => {
                if !patterns.read(self, text, arena, out) && !otherwise {
                    return Err(Fault::malformed("fits none of its format's patterns"));
                }
                if out.row.get(self.envelope.message).is_none() {
                    self.names.put_at(self.envelope.message, Value::Text(text), out);
                }
            }
            (Kind::Cef(kind), Input::Text(text)) => kind.read(self, text, arena, out)?,
            (Kind::Leef(kind), Input::Text(text)) => kind.read(self, text, arena, out)?,
        }
        if let Some(carried) = carried {
            self.envelope(carried, out);
        }
        self.further(arena, out);
        Ok(())
    }

    /// The fields of the header that carried the record, where it has none of that name itself.
    fn envelope<'a>(&self, carried: &Carried<'a>, out: &mut Out<'_, 'a>) {
        let parts = [
            (self.envelope.message, Some(carried.message)),
            (self.envelope.program, Some(carried.program)),
            (self.envelope.pid, carried.pid),
            (self.envelope.host, carried.host),
        ];
        for (slot, text) in parts {
            if let Some(text) = text.filter(|text| !text.is_empty())
                && out.row.get(slot).is_none()
            {
                self.names.put_at(slot, Value::Text(text), out);
            }
        }
    }

    /// Fields made of fields: by patterns, by tables, under further names.
    fn further<'a>(&self, arena: &'a Bump, out: &mut Out<'_, 'a>) {
        for extract in &self.extracts {
            if extract.when.holds(&self.names, out)
                && let Some(text) = extract.field.text(&out.row, arena)
            {
                extract.patterns.iter().find_map(|pattern| pattern.read(self, text, arena, out));
            }
        }
        for table in &self.tables {
            if table.when.holds(&self.names, out)
                && let Some(key) = table.field.text(&out.row, arena)
                && let Some(value) = table.values.get(key)
                && out.row.get(table.to).is_none()
            {
                self.names.put_at(table.to, Value::Text(value), out);
            }
        }
        for further in &self.further {
            if out.row.get(further.to).is_some() {
                continue;
            }
            let value = further.term.value(&out.row, arena);
            let many = |slot: &Slot| out.row.cells.get(*slot).is_some_and(|cell| cell.count > 1);
            let field = further.term.field(&out.row).filter(many);
            // Of a list the first that is there counts, whatever its form.
            let is_its = |slot: &Slot| out.row.get(*slot) == value;
            if let Some(slot) = field.filter(is_its) {
                self.every_value(slot, further.to, out);
            } else if let Some(value) = value {
                self.names.put_at(further.to, value, out);
            } else if further.term.is_blank(&out.row) {
                self.names.put_at(further.to, Value::Text(""), out);
            }
        }
    }

    /// All values of a field under another name.
    fn every_value(&self, from: Slot, to: Slot, out: &mut Out<'_, '_>) {
        let named = &self.names.list[from];
        let end = out.event.fields.len();
        for at in 0..end {
            let field = out.event.fields[at];
            if field.id == named.id && field.name == named.name {
                self.names.put_at(to, field.value, out);
            }
        }
    }

    /// Whether a cell's text means that there is nothing.
    #[inline]
    pub(super) fn is_null(&self, text: &str) -> bool {
        text.is_empty() || self.null.contains(&text)
    }

    /// Takes a field of a text record.
    #[inline]
    pub(super) fn put<'a>(
        &self,
        name: &'a str,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        self.put_id(FieldId::of(name), name, (text, false), arena, out);
    }

    /// As [`Self::put`]; whether the text stood in quotes decides if it may be a code.
    #[inline]
    pub(super) fn put_id<'a>(
        &self,
        id: FieldId,
        name: &'a str,
        (text, is_quoted): (&'a str, bool),
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        if !self.is_null(text) {
            let text = self.decoded(name, (text, is_quoted), arena, out);
            self.names.put(id, name, Value::Text(text), out);
        }
    }

    /// As [`Self::put`], where the slot is known.
    #[inline]
    pub(super) fn put_slot<'a>(
        &self,
        slot: Slot,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        if !self.is_null(text) {
            let text = self.decoded(self.names.list[slot].name, (text, false), arena, out);
            self.names.put_at(slot, Value::Text(text), out);
        }
    }

    #[inline]
    pub(super) fn decoded<'a>(
        &self,
        name: &str,
        (text, is_quoted): (&'a str, bool),
        arena: &'a Bump,
        out: &Out<'_, 'a>,
    ) -> &'a str {
        if self.decodings.is_empty() {
            return text;
        }
        let decoding = self
            .decodings
            .iter()
            .find(|decoding| decoding.is_for(name) && decoding.when.holds(&self.names, out));
        decoding.and_then(|decoding| decoding.read(text, is_quoted, arena)).unwrap_or(text)
    }
}

/// A JSON object out of a text.
fn object<'a>(text: &'a str, arena: &'a Bump) -> Result<Json<'a>, Fault> {
    let text = text.trim_ascii();
    if !text.starts_with('{') {
        return Err(Fault::malformed("not a JSON object"));
    }
    Json::parse(text, arena)
}

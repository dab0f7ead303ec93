//! The fields of one record as a definition sees them: those that it names stand in numbered cells,
//! so that reading an attribute is an index and no search.

use bakas_model::{Field, FieldId, Value};
use rustc_hash::FxHashMap;

use crate::decode::Out;

/// Number of a named field.
pub(crate) type Slot = usize;

/// A field that a definition names.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) id: FieldId,
    pub(crate) name: &'static str,
    /// It is not handed on under its own name, for `[web]` hands it on under that name.
    pub(crate) is_silent: bool,
}

/// The fields that a definition names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) list: Vec<Named>,
    by_id: FxHashMap<FieldId, Slot>,
}

impl Names {
    /// The slot of a name, new where it has none.
    pub(crate) fn slot(&mut self, name: &str) -> Slot {
        let id = FieldId::of(name);
        if let Some(slot) = self.find(id, name) {
            return slot;
        }
        let slot = self.list.len();
        let name = super::intern::intern(name);
        self.list.push(Named { id, name, is_silent: false });
        self.by_id.insert(id, slot);
        slot
    }

    /// The slot of a name, where it has one.
    #[inline]
    pub(crate) fn find(&self, id: FieldId, name: &str) -> Option<Slot> {
        self.by_id.get(&id).copied().filter(|&slot| self.list[slot].name == name)
    }
}

impl Names {
    /// The slot of the name `parent.key`, where it has one.
    #[inline]
    pub(crate) fn find_path(&self, id: FieldId, parent: &str, key: &str) -> Option<Slot> {
        let slot = self.by_id.get(&id).copied()?;
        super::json::is_path(self.list[slot].name, parent, key).then_some(slot)
    }
}

/// One cell: the first value that is there, and how many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell<'a> {
    pub(crate) value: Value<'a>,
    pub(crate) count: u32,
    /// It stood there as an empty text.
    pub(crate) is_blank: bool,
}

/// A column of the header that is in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    pub(crate) id: FieldId,
    pub(crate) name: &'a str,
    /// A column that is not kept has neither name nor slot.
    pub(crate) slot: Option<Slot>,
}

/// What a definition keeps while it reads the records of a chunk.
#[derive(Debug, Default)]
pub(crate) struct Row<'a> {
    pub(crate) cells: Vec<Cell<'a>>,
    /// The columns of the header in force.
    pub(crate) columns: Vec<Column<'a>>,
    /// The header in force as written; empty where none is.
    pub(crate) header: &'a str,
    /// Fields that directives gave to all records from there on.
    pub(crate) given: Vec<(Column<'a>, &'a str)>,
    /// The cells of the record, kept for their room.
    pub(crate) parts: Vec<&'a str>,
    /// Paths that were put together in this chunk.
    pub(crate) paths: FxHashMap<FieldId, &'a str>,
    /// Room for patterns at work.
    pub(crate) scratch: super::pattern::Scratch,
    /// The definition and its case that the last event was read by.
    pub(crate) read_by: Option<(&'static super::Definition, Option<usize>)>,
}

/// Whether a value counts as there.
#[inline]
pub(crate) fn is_there(value: Value<'_>) -> bool {
    !matches!(value, Value::Null | Value::Text(""))
}

impl<'a> Row<'a> {
    /// Begins a record.
    #[inline]
    pub(crate) fn clear(&mut self, slots: usize) {
        self.cells.clear();
        self.cells.resize(slots, Cell { value: Value::Null, count: 0, is_blank: false });
    }

    /// The value of a slot, where it is there.
    #[inline]
    pub(crate) fn get(&self, slot: Slot) -> Option<Value<'a>> {
        self.cells.get(slot).filter(|cell| cell.count > 0).map(|cell| cell.value)
    }

    /// Whether a slot's field stood there as an empty text, and nothing else did.
    pub(crate) fn is_blank(&self, slot: Slot) -> bool {
        self.cells.get(slot).is_some_and(|cell| cell.count == 0 && cell.is_blank)
    }

    #[inline]
    pub(crate) fn set(&mut self, slot: Slot, value: Value<'a>) {
        let Some(cell) = self.cells.get_mut(slot) else { return };
        if is_there(value) {
            if cell.count == 0 {
                cell.value = value;
            }
            cell.count += 1;
        } else {
            cell.is_blank |= value == Value::Text("");
        }
    }
}

impl Names {
    /// Takes a field of the record: into its cell, and on to the event.
    #[inline]
    pub(crate) fn put<'a>(
        &self,
        id: FieldId,
        name: &'a str,
        value: Value<'a>,
        out: &mut Out<'_, 'a>,
    ) {
        match self.find(id, name) {
            Some(slot) => self.put_at(slot, value, out),
            None => out.push(Field { id, name, value }),
        }
    }

    /// As [`Self::put`], where the slot is known.
    #[inline]
    pub(crate) fn put_at<'a>(&self, slot: Slot, value: Value<'a>, out: &mut Out<'_, 'a>) {
        out.row.set(slot, value);
        let named = &self.list[slot];
        if !named.is_silent {
            out.push(Field { id: named.id, name: named.name, value });
        }
    }

    /// As [`Self::put`], by the name alone.
    pub(crate) fn put_named<'a>(&self, name: &'a str, value: Value<'a>, out: &mut Out<'_, 'a>) {
        self.put(FieldId::of(name), name, value, out);
    }
}

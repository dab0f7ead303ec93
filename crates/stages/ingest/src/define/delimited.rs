//! Cells between delimiters: names fixed by the definition, by the first line, or by directive
//! lines that stand anywhere.

use bakas_model::{Field, FieldId, Value};
use bumpalo::Bump;
use memchr::{memchr, memchr2};

use super::{
    Definition,
    key_value::quoted,
    row::{Column, Slot},
    term::Test,
};
use crate::{
    decode::Out,
    fault::Fault,
    frame::{Chunk, Headed},
};

/// How the cells lie.
#[derive(Debug)]
pub(crate) struct Delimited {
    pub(super) delimiter: Delimiter,
    pub(super) quote: Option<u8>,
    pub(super) brackets: bool,
    /// The slots of fixed columns; none for one that is not kept.
    pub(super) columns: Vec<Option<Slot>>,
    pub(super) layouts: Vec<Layout>,
    pub(super) header: Option<Header>,
    /// Columns that a header must hold to be one, where the fixed ones stand in otherwise.
    pub(super) header_columns: Vec<String>,
    pub(super) directives: Vec<(&'static str, &'static str)>,
    pub(super) least: usize,
    /// The records are CSV, which may hold line ends in quotes.
    pub(super) is_csv: bool,
}

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    One(u8),
    /// Runs of blanks and tabs.
    Blanks,
}

/// Where the names of the columns stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// In the first line.
    Line,
    /// After this word, in any line.
    Directive(&'static str),
}

/// One of several shapes.
#[derive(Debug)]
pub(super) struct Layout {
    /// Cells from 0 and what they must be.
    pub(super) when: Vec<(usize, Test)>,
    pub(super) columns: Vec<Option<Slot>>,
}

/// Most columns of a header.
const COLUMNS_LIMIT: usize = bakas_model::limits::FIELDS_LIMIT;

impl Delimited {
    /// The header of the file's lines, where they tell it and the chunk carries it.
    pub(crate) const fn header(&self) -> Option<Header> {
        self.header
    }

    /// Whether the framing is that of CSV.
    pub(crate) const fn is_csv(&self) -> bool {
        self.is_csv
    }

    /// The words that directive lines begin with.
    pub(crate) fn directives(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.directives.iter().map(|(word, _)| *word)
    }

    /// What is in force at the beginning of a chunk.
    pub(super) fn begin<'a>(
        &self,
        definition: &Definition,
        chunk: &'a Chunk,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        if let Some(header) = &chunk.header {
            out.row.columns = header.columns.iter().map(|name| column(definition, name)).collect();
        }
        if let Some(Headed { header, values }) = chunk.headed.as_deref() {
            if let Some(header) = header {
                self.take_header(definition, header, arena, out);
            }
            for (word, value) in values {
                self.take_value(definition, word, value, out);
            }
        }
    }

    /// Whether a line is a header, a directive or a comment; takes what it says.
    pub(super) fn furniture<'a>(
        &self,
        definition: &Definition,
        line: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> bool {
        match self.header {
            None => false,
            Some(Header::Line) => {
                if self.is_csv {
                    // The framing knows the header; another copy of it says nothing new.
                    return out
                        .row
                        .columns
                        .first()
                        .is_some_and(|first| line.starts_with(first.name))
                        && self.is_header_again(line, arena, out);
                }
                if !out.row.header.is_empty() {
                    return line == out.row.header;
                }
                let is_header = out.row.columns.is_empty() && self.is_header(line);
                if is_header {
                    self.take_header(definition, line, arena, out);
                }
                is_header
            }
            Some(Header::Directive(word)) => {
                if !line.starts_with('#') {
                    return false;
                }
                if let Some(rest) = after_word(line, word) {
                    self.take_header(definition, rest, arena, out);
                } else if let Some((word, rest)) = self
                    .directives
                    .iter()
                    .find_map(|(word, _)| Some((*word, after_word(line, word)?)))
                {
                    self.take_value(definition, word, rest, out);
                }
                true
            }
        }
    }

    /// Whether a first line names columns: all those that the definition wants, where it has
    /// columns to fall back to.
    pub(crate) fn is_header(&self, line: &str) -> bool {
        if line.trim_ascii().is_empty() || line.starts_with('#') {
            return false;
        }
        let has_fixed = !self.columns.is_empty() || !self.layouts.is_empty();
        !has_fixed || self.has_columns(line)
    }

    /// Whether a header line holds the columns by which the format is told.
    pub(crate) fn has_columns(&self, header: &str) -> bool {
        let arena = Bump::new();
        let mut names = Vec::new();
        self.split_header(header, &arena, &mut |name| names.push(name));
        !self.header_columns.is_empty()
            && self
                .header_columns
                .iter()
                .all(|wanted| names.iter().any(|name| name.eq_ignore_ascii_case(wanted)))
    }

    fn is_header_again<'a>(&self, line: &'a str, arena: &'a Bump, out: &Out<'_, 'a>) -> bool {
        let mut columns = out.row.columns.iter();
        let mut is_same = true;
        self.split_header(line, arena, &mut |name| {
            is_same &=
                columns.next().is_some_and(|column| column.name == name || column.name.is_empty());
        });
        is_same && columns.next().is_none()
    }

    /// The names of a header; by runs of blanks where the delimiter does not stand in it.
    fn split_header<'a>(&self, header: &'a str, arena: &'a Bump, each: &mut dyn FnMut(&'a str)) {
        let header = header.trim_ascii();
        match self.delimiter {
            Delimiter::One(byte) if memchr(byte, header.as_bytes()).is_some() => {
                self.cells(header, arena, &mut |name| each(name.trim_ascii()));
            }
            _ => header.split_ascii_whitespace().for_each(each),
        }
    }

    fn take_header<'a>(
        &self,
        definition: &Definition,
        header: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        let mut columns = std::mem::take(&mut out.row.columns);
        columns.clear();
        self.split_header(header, arena, &mut |name| {
            if columns.len() < COLUMNS_LIMIT {
                columns.push(column(definition, name));
            }
        });
        out.row.columns = columns;
        out.row.header = header;
    }

    fn take_value<'a>(
        &self,
        definition: &Definition,
        word: &str,
        value: &'a str,
        out: &mut Out<'_, 'a>,
    ) {
        let Some((_, name)) = self.directives.iter().find(|(known, _)| *known == word) else {
            return;
        };
        let column = column(definition, name);
        out.row.given.retain(|(known, _)| known.id != column.id);
        out.row.given.push((column, value.trim_ascii()));
    }

    pub(super) fn read<'a>(
        &self,
        definition: &Definition,
        text: &'a str,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let mut parts = std::mem::take(&mut out.row.parts);
        parts.clear();
        self.cells(text, arena, &mut |cell| parts.push(cell));
        let result = self.take(definition, &parts, arena, out);
        out.row.parts = parts;
        result
    }

    fn take<'a>(
        &self,
        definition: &Definition,
        parts: &[&'a str],
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        if parts.len() < self.least {
            return Err(Fault::malformed("fewer cells than its format has"));
        }
        // The columns in force are those of the source's own format; another has its own.
        if self.header().is_some() && !out.row.columns.is_empty() {
            self.take_headed(definition, parts, arena, out);
            return Ok(());
        }
        let fits = |layout: &&Layout| {
            layout.when.iter().all(|(at, test)| {
                let cell = parts.get(*at).copied().filter(|cell| !definition.is_null(cell));
                test.holds(cell.map(Value::Text).into_iter())
            })
        };
        let columns = self.layouts.iter().find(fits).map_or(&self.columns, |l| &l.columns);
        if columns.is_empty() {
            let detail = if self.layouts.is_empty() {
                "no header has named the columns yet"
            } else {
                "fits none of its format's layouts"
            };
            return Err(Fault::malformed(detail));
        }
        for (slot, cell) in columns.iter().zip(parts) {
            if let Some(slot) = slot {
                definition.put_slot(*slot, cell, arena, out);
            }
        }
        for cell in parts.get(columns.len()..).unwrap_or_default() {
            definition.put(EXTRA, cell, arena, out);
        }
        Ok(())
    }

    fn take_headed<'a>(
        &self,
        definition: &Definition,
        parts: &[&'a str],
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        for at in 0..out.row.given.len() {
            let (column, value) = out.row.given[at];
            put(definition, column, value, arena, out);
        }
        let columns = std::mem::take(&mut out.row.columns);
        for (column, cell) in columns.iter().zip(parts) {
            put(definition, *column, cell, arena, out);
        }
        for cell in parts.get(columns.len()..).unwrap_or_default() {
            definition.put(EXTRA, cell, arena, out);
        }
        out.row.columns = columns;
    }

    /// The cells of a record.
    #[inline]
    fn cells<'a>(&self, text: &'a str, arena: &'a Bump, each: &mut dyn FnMut(&'a str)) {
        let mut left = Some(match self.delimiter {
            Delimiter::One(_) => text,
            Delimiter::Blanks => text.trim_ascii(),
        });
        while let Some(text) = left {
            let (cell, rest) = self.cell(text, arena);
            each(cell);
            left = rest;
        }
    }

    /// The first cell, and what follows its delimiter.
    #[inline]
    fn cell<'a>(&self, text: &'a str, arena: &'a Bump) -> (&'a str, Option<&'a str>) {
        match text.as_bytes().first() {
            Some(first) if Some(*first) == self.quote => {
                let is_blank = !matches!(self.delimiter, Delimiter::One(b) if b != b' ');
                let found = if is_blank {
                    quoted(text, *first, true, arena)
                } else {
                    doubled(text, *first, arena)
                };
                let (cell, rest) = found.unwrap_or((text, ""));
                return (cell, self.after(rest));
            }
            Some(b'[') if self.brackets => {
                if let Some((cell, rest)) = text.get(1..).and_then(|inner| inner.split_once(']')) {
                    return (cell, self.after(rest));
                }
            }
            _ => {}
        }
        let end = match self.delimiter {
            Delimiter::One(byte) => memchr(byte, text.as_bytes()),
            Delimiter::Blanks => memchr2(b' ', b'\t', text.as_bytes()),
        };
        let Some(end) = end else { return (text, None) };
        let (cell, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        (cell, self.after(rest))
    }

    /// What follows the next delimiter.
    #[inline]
    fn after<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self.delimiter {
            Delimiter::One(byte) => {
                let at = memchr(byte, text.as_bytes())?;
                text.get(at + 1..)
            }
            Delimiter::Blanks => {
                let at = memchr2(b' ', b'\t', text.as_bytes())?;
                Some(text.get(at..)?.trim_ascii_start())
            }
        }
    }
}

/// The field of cells after the last column.
const EXTRA: &str = "extra";

/// The text in quotes at the beginning, where a quote within is doubled, and what follows.
fn doubled<'a>(text: &'a str, quote: u8, arena: &'a Bump) -> Option<(&'a str, &'a str)> {
    let inner = text.get(1..)?;
    let bytes = inner.as_bytes();
    let (mut at, mut is_doubled) = (0, false);
    loop {
        let Some(found) = memchr(quote, bytes.get(at..)?) else {
            return Some((inner, ""));
        };
        at += found;
        if bytes.get(at + 1) != Some(&quote) {
            break;
        }
        (at, is_doubled) = (at + 2, true);
    }
    let (value, rest) = (inner.get(..at)?, inner.get(at + 1..)?);
    if !is_doubled {
        return Some((value, rest));
    }
    let one = char::from(quote).to_string();
    Some((arena.alloc_str(&value.replace(&one.repeat(2), &one)), rest))
}

/// What follows a directive's word, where the line begins with it.
pub(crate) fn after_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let head = line.get(..word.len())?;
    let rest = line.get(word.len()..)?;
    let ends = word.ends_with(':') || rest.is_empty() || rest.starts_with([' ', '\t', ':', ',']);
    (head.eq_ignore_ascii_case(word) && ends)
        .then(|| rest.trim_start_matches([' ', '\t', ':', ',']).trim_ascii_end())
}

fn column<'a>(definition: &Definition, name: &'a str) -> Column<'a> {
    let id = FieldId::of(name);
    Column { id, name, slot: definition.names.find(id, name) }
}

#[inline]
fn put<'a>(
    definition: &Definition,
    column: Column<'a>,
    text: &'a str,
    arena: &'a Bump,
    out: &mut Out<'_, 'a>,
) {
    if definition.is_null(text) || column.name.is_empty() {
        return;
    }
    if let Some(slot) = column.slot {
        definition.put_slot(slot, text, arena, out);
    } else {
        let text = definition.decoded(column.name, (text, false), arena, out);
        out.push(Field { id: column.id, name: column.name, value: Value::Text(text) });
    }
}

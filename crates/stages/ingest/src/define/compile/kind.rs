//! `[record]` compiled: how the fields lie in a record.

use toml::Spanned;

use super::{Compiler, Result, intern_all};
use crate::{
    define::{
        Kind,
        delimited::{Delimited, Delimiter, Header, Layout},
        extension::{Cef, Leef},
        intern::intern,
        json::{Members, Pairs},
        key_value::{KeyValue, Separator},
        pattern::Patterns,
        row::Slot,
        schema::{self, Carrier, File, KindName, Otherwise, Word},
    },
    frame::Multiline,
};

impl Compiler<'_> {
    /// Keys that belong to another kind of record are mistakes.
    pub(super) fn keys_of_kind(&self, record: &Spanned<schema::Record>) -> Result<()> {
        use KindName::{Cef, Delimited, Json, KeyValue, Leef, Pattern};
        let r = record.get_ref();
        let keys: [(&str, bool, &[KindName]); 17] = [
            ("wrappers", !r.wrappers.is_empty(), &[Json]),
            ("pairs", !r.pairs.is_empty(), &[Json]),
            ("delimiter", r.delimiter.is_some(), &[Delimited]),
            ("brackets", r.brackets, &[Delimited]),
            ("columns", r.columns.is_some(), &[Delimited]),
            ("layout", !r.layout.is_empty(), &[Delimited]),
            ("header", r.header.is_some(), &[Delimited]),
            ("directives", !r.directives.is_empty(), &[Delimited]),
            ("least", r.least.is_some(), &[Delimited]),
            ("quote", r.quote.is_some(), &[Delimited, KeyValue]),
            ("separator", r.separator.is_some(), &[KeyValue]),
            ("separators", r.separators.is_some(), &[KeyValue]),
            ("assign", r.assign.is_some(), &[KeyValue]),
            ("nested", !r.nested.is_empty(), &[KeyValue]),
            ("patterns", !r.patterns.is_empty(), &[Pattern]),
            ("otherwise", r.otherwise.is_some(), &[Pattern]),
            ("multiline", r.multiline.is_some(), &[Pattern, KeyValue, Cef, Leef, Delimited]),
        ];
        match keys.iter().find(|(_, is_there, kinds)| *is_there && !kinds.contains(&r.kind)) {
            Some((key, ..)) => Err(self
                .problem(record.span(), format!("[record] '{key}' does not belong to this kind"))),
            None => Ok(()),
        }
    }

    pub(super) fn carriers(&self, record: &Spanned<schema::Record>) -> Result<(bool, bool)> {
        let r = record.get_ref();
        let carriers = r.carriers.as_deref().unwrap_or(&[Carrier::Line]);
        let by_syslog = carriers.contains(&Carrier::Syslog);
        let has_way = !r.programs.is_empty() || !r.starts.is_empty();
        if by_syslog != has_way {
            let what =
                "[record] carriers = [\"syslog\"] and 'programs' or 'starts' need one another";
            return Err(self.problem(record.span(), what));
        }
        Ok((carriers.contains(&Carrier::Line), by_syslog))
    }

    pub(super) fn kind(&mut self, file: &File) -> Result<Kind> {
        let record = file.record.get_ref();
        Ok(match record.kind {
            KindName::Json => {
                Kind::Json(Members { pairs: self.pairs(record)?, selects: Vec::new() })
            }
            KindName::Delimited => Kind::Delimited(self.delimited(file)?),
            KindName::KeyValue => Kind::KeyValue(self.key_value(record)?),
            KindName::Pattern => {
                if record.patterns.is_empty() {
                    let what = "kind = \"pattern\" needs [record] patterns";
                    return Err(self.problem(file.record.span(), what));
                }
                let is_event = record.otherwise == Some(Otherwise::Event);
                Kind::Pattern(Patterns::new(self.patterns(&record.patterns)?), is_event)
            }
            KindName::Cef => Kind::Cef(Cef::new(&mut self.names)),
            KindName::Leef => Kind::Leef(Leef::new(&mut self.names)),
        })
    }

    pub(super) fn pairs(&self, record: &schema::Record) -> Result<Vec<Pairs>> {
        let one = |(path, parts): (&String, &Spanned<Vec<String>>)| {
            let [key, values] = parts.get_ref().as_slice() else {
                let what = "'pairs' takes the member of the name and that of the value";
                return Err(self.problem(parts.span(), what));
            };
            let values = values.split('|').map(|at| intern(at.trim())).collect();
            let (name, key) = (intern(path), intern(key));
            Ok(Pairs { id: bakas_model::FieldId::of(name), name, key, values })
        };
        record.pairs.iter().map(one).collect()
    }

    /// One ASCII character of a key that takes one.
    pub(super) fn byte(&self, word: &Word) -> Result<u8> {
        match word.get_ref().as_bytes() {
            [byte] if byte.is_ascii() => Ok(*byte),
            _ => Err(self.problem(word.span(), "one ASCII character is wanted")),
        }
    }

    pub(super) fn columns(&mut self, columns: &[String]) -> Vec<Option<Slot>> {
        let slot = |name: &String| match name.as_str() {
            "" | "_" => None,
            name => Some(self.names.slot(name)),
        };
        columns.iter().map(slot).collect()
    }

    pub(super) fn delimited(&mut self, file: &File) -> Result<Delimited> {
        let record = file.record.get_ref();
        let delimiter = match record.delimiter.as_ref() {
            None => Delimiter::One(b','),
            Some(word) if word.get_ref() == "spaces" => Delimiter::Blanks,
            Some(word) => Delimiter::One(self.byte(word)?),
        };
        let quote = record.quote.as_ref().map(|word| self.byte(word)).transpose()?;
        let header = record.header.as_ref().map(|word| match word.get_ref().as_str() {
            "line" => Ok(Header::Line),
            word_text if word_text.starts_with('#') => Ok(Header::Directive(intern(word_text))),
            _ => Err(self.problem(word.span(), "[record] header is \"line\" or begins with #")),
        });
        let header = header.transpose()?;
        if !record.directives.is_empty() && !matches!(header, Some(Header::Directive(_))) {
            let what = "[record] directives need a header that is a directive itself";
            return Err(self.problem(file.record.span(), what));
        }
        let columns = record.columns.as_deref().unwrap_or_default();
        if header.is_none() && columns.is_empty() && record.layout.is_empty() {
            let what = "kind = \"delimited\" needs columns, layouts or a header";
            return Err(self.problem(file.record.span(), what));
        }
        let columns = self.columns(columns);
        let layouts = record.layout.iter().map(|layout| self.layout(layout));
        let layouts = layouts.collect::<Result<Vec<_>>>()?;
        let directives = record.directives.iter();
        let directives = directives.map(|(word, name)| (intern(word), intern(name))).collect();
        let may_hold_lines = quote.is_some() && matches!(delimiter, Delimiter::One(_));
        let signs = file.recognise.0.iter();
        Ok(Delimited {
            delimiter,
            quote,
            brackets: record.brackets,
            is_csv: header == Some(Header::Line) && may_hold_lines && columns.is_empty(),
            columns,
            layouts,
            header,
            header_columns: signs.flat_map(|sign| sign.columns.iter().cloned()).collect(),
            directives,
            least: record.least.unwrap_or(1),
        })
    }

    pub(super) fn layout(&mut self, layout: &Spanned<schema::Layout>) -> Result<Layout> {
        let mut when = Vec::new();
        for (at, condition) in &layout.get_ref().when {
            let at: usize =
                at.parse().ok().filter(|at| (1..=4096).contains(at)).ok_or_else(|| {
                    self.problem(
                        condition.span(),
                        "cells are counted from 1: when = { 4 = \"TRAFFIC\" }",
                    )
                })?;
            when.push((at - 1, self.test(condition)?));
        }
        Ok(Layout { when, columns: self.columns(&layout.get_ref().columns) })
    }

    pub(super) fn key_value(&self, record: &schema::Record) -> Result<KeyValue> {
        let separator = match (&record.separator, &record.separators) {
            (Some(word), Some(_)) => {
                return Err(self.problem(word.span(), "'separator' or 'separators', not both"));
            }
            (_, Some(word)) if !word.get_ref().is_empty() && word.get_ref().is_ascii() => {
                Separator::of(word.get_ref().as_bytes())
            }
            (_, Some(word)) => {
                return Err(self.problem(word.span(), "ASCII characters are wanted"));
            }
            (None, None) => Separator::of(b" \t\n\r\x1d"),
            (Some(word), None) => match word.get_ref().as_str() {
                "" => return Err(self.problem(word.span(), "a separator is not empty")),
                " " => Separator::of(b" \t\n\r\x1d"),
                one if one.len() == 1 => Separator::of(one.as_bytes()),
                text => Separator::Text(intern(text)),
            },
        };
        let assign = record.assign.as_ref().map_or("=", |word| word.get_ref());
        if assign.is_empty() {
            let span = record.assign.as_ref().map_or(0..0, Spanned::span);
            return Err(self.problem(span, "'assign' is not empty"));
        }
        let quote = record.quote.as_ref().map(|word| self.byte(word)).transpose()?;
        Ok(KeyValue {
            separator,
            assign: intern(assign),
            quote: quote.or(Some(b'"')),
            nested: intern_all(&record.nested),
        })
    }

    pub(super) fn multiline(&self, file: &File) -> Result<Option<Multiline>> {
        let Some(word) = &file.record.get_ref().multiline else { return Ok(None) };
        match word.get_ref() {
            schema::MultilineName::Indented => Ok(Some(Multiline::Indented)),
            schema::MultilineName::Until => {
                let line = file.recognise.0.iter().find_map(|sign| sign.line.as_ref());
                let begins = line.or(file.record.get_ref().patterns.first());
                let begins = begins.ok_or_else(|| {
                    self.problem(word.span(), "multiline = \"until\" needs [recognise] line")
                })?;
                Ok(Some(Multiline::Until(Box::new(self.expression(begins)?))))
            }
        }
    }
}

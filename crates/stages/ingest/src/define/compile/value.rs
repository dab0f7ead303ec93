//! Values, conditions and the fields made of fields, compiled.

use std::ops::Range;

use toml::Spanned;

use super::{Compiler, Conditions, Result};
use crate::define::{
    Extract, Further, Table,
    code::Decoding,
    glob::Glob,
    intern::intern,
    json::{Select, Step, steps},
    pattern::Cut,
    row::Slot,
    schema::{self, Condition, File, Form, Word},
    term::{Term, Test, When},
};

impl Compiler<'_> {
    pub(super) fn slot(&mut self, name: &str, span: Range<usize>) -> Result<Slot> {
        if name.is_empty() {
            return Err(self.problem(span, "a field's name is empty"));
        }
        let slot = self.names.slot(name);
        if self.is_json && name.contains('[') {
            let path = steps(name).ok_or_else(|| {
                self.problem(span.clone(), format!("'{name}': one element is written a[b=c].d"))
            })?;
            self.select(slot, path, false);
        }
        self.uses.push((slot, span));
        Ok(slot)
    }

    pub(super) fn select(&mut self, to: Slot, path: Vec<Step>, is_raw: bool) {
        if !self.selects.iter().any(|known| known.to == to) {
            self.selects.push(Select { to, path, is_raw });
        }
    }

    pub(super) fn term(&mut self, form: &Spanned<Form>) -> Result<Term> {
        let span = form.span();
        Ok(match form.get_ref() {
            Form::Field(name) => Term::Slot(self.slot(name, span)?),
            Form::Any(list) if list.is_empty() => {
                return Err(self.problem(span, "an empty list of fields"));
            }
            Form::Any(list) => Term::Any(self.terms(list)?),
            Form::Join(list, with) => Term::Join(self.terms(list)?, intern(with)),
            Form::Text(text) => Term::Text(intern(text)),
            Form::Match(field, pattern) => {
                let field = self.term(field)?;
                let cut = Cut::new(self.expression(pattern)?);
                Term::Match(Box::new(field), Box::new(cut))
            }
            Form::Raw(path) => {
                let path_steps = steps(path)
                    .filter(|_| self.is_json)
                    .ok_or_else(|| self.problem(span, "{ raw } takes the path of a JSON member"))?;
                let slot = self.names.slot(&format!("{{raw}}{path}"));
                self.select(slot, path_steps, true);
                Term::Slot(slot)
            }
        })
    }

    pub(super) fn terms(&mut self, list: &[Spanned<Form>]) -> Result<Vec<Term>> {
        list.iter().map(|form| self.term(form)).collect()
    }

    pub(super) fn optional(&mut self, form: &Option<Spanned<Form>>) -> Result<Option<Term>> {
        form.as_ref().map(|form| self.term(form)).transpose()
    }

    pub(super) fn test(&self, condition: &Spanned<Condition>) -> Result<Test> {
        let globs = |list: &[schema::Scalar]| list.iter().map(|s| Glob::new(&s.0)).collect();
        Ok(match condition.get_ref() {
            Condition::Is(list) | Condition::Not(list) if list.is_empty() => {
                return Err(self.problem(condition.span(), "an empty list of values"));
            }
            Condition::Is(list) => Test::Is(globs(list)),
            Condition::Not(list) => Test::Not(globs(list)),
            Condition::Absent => Test::Absent,
            Condition::Present => Test::Present,
            Condition::Within(least, most) => {
                Test::Within(least.unwrap_or(f64::MIN), most.unwrap_or(f64::MAX))
            }
        })
    }

    pub(super) fn when(&mut self, conditions: &Conditions) -> Result<When> {
        let mut tests = Vec::new();
        for (name, condition) in conditions {
            let slot = self.slot(name, condition.span())?;
            tests.push((slot, self.test(condition)?));
        }
        Ok(When(tests))
    }

    pub(super) fn decodings(&mut self, file: &File) -> Result<Vec<Decoding>> {
        let mut decodings = Vec::new();
        for decode in &file.decode {
            let decode = decode.get_ref();
            let fields = decode.fields.iter().map(|name| Glob::new(name)).collect();
            let when = self.when(&decode.when)?;
            decodings.push(Decoding { fields, coding: decode.coding, when });
        }
        Ok(decodings)
    }

    pub(super) fn extracts(&mut self, file: &File) -> Result<Vec<Extract>> {
        let mut extracts = Vec::new();
        for extract in &file.extract {
            let inner = extract.get_ref();
            let words: Vec<Word> = inner.pattern.iter().chain(&inner.patterns).cloned().collect();
            if words.is_empty() {
                return Err(self.problem(extract.span(), "[[extract]] needs a pattern"));
            }
            extracts.push(Extract {
                when: self.when(&inner.when)?,
                field: self.term(&inner.field)?,
                patterns: self.patterns(&words)?,
            });
        }
        Ok(extracts)
    }

    pub(super) fn tables(&mut self, file: &File) -> Result<Vec<Table>> {
        let mut tables = Vec::new();
        for (name, table) in &file.tables {
            let inner = table.get_ref();
            let values = inner.values.iter().map(|(key, value)| (intern(key), intern(value)));
            tables.push(Table {
                when: self.when(&inner.when)?,
                field: self.term(&inner.field)?,
                to: self.names.slot(name),
                values: values.collect(),
            });
        }
        Ok(tables)
    }

    pub(super) fn further(&mut self, file: &File) -> Result<Vec<Further>> {
        let mut further = Vec::new();
        for (name, form) in &file.names {
            let term = self.term(form)?;
            further.push(Further { to: self.names.slot(name), term });
        }
        Ok(further)
    }
}

//! A format's TOML file into a definition: everything that can be judged beforehand is judged
//! here, with the file, the line and the key in what is said.

mod attributes;
mod kind;
mod value;

use std::ops::Range;

use toml::Spanned;

use super::{
    Case, Definition, DefinitionProblem, Envelope, Kind,
    expression::Expression,
    glob::Glob,
    intern::{intern, intern_list},
    json::Select,
    pattern::Pattern,
    problem::Place,
    recognise::{PRIORITY, Recognise, Sign},
    row::{Names, Slot},
    schema::{Condition, File, Form, KindName, Word},
    term::Term,
    time::{From, TimeFormat, TimeRule},
};

/// Largest format file, in bytes.
const FILE_BYTES_LIMIT: usize = 256 << 10;

type Result<T> = std::result::Result<T, DefinitionProblem>;
type Conditions = std::collections::BTreeMap<String, Spanned<Condition>>;

struct Compiler<'f> {
    place: Place<'f>,
    names: Names,
    /// Where each field is asked for.
    uses: Vec<(Slot, Range<usize>)>,
    selects: Vec<Select>,
    is_json: bool,
    /// It is built in: what the tests have seen to is not asked again.
    is_ours: bool,
}

fn intern_all(texts: &[String]) -> Vec<&'static str> {
    texts.iter().map(|text| intern(text)).collect()
}

/// Reads and compiles a file.
pub(super) fn compile(path: &str, text: &str, is_ours: bool) -> Result<Definition> {
    let place = Place { path, text };
    if text.len() > FILE_BYTES_LIMIT {
        return Err(place.problem(None, "longer than 256 KiB"));
    }
    let file: File = toml::from_str(text)
        .map_err(|error| place.problem(error.span(), error.message().replace('\n', " ")))?;
    let is_json = file.record.get_ref().kind == KindName::Json;
    let mut compiler = Compiler {
        place,
        names: Names::default(),
        uses: Vec::new(),
        selects: Vec::new(),
        is_json,
        is_ours,
    };
    compiler.definition(&file)
}

impl Compiler<'_> {
    fn problem(&self, span: Range<usize>, what: impl Into<String>) -> DefinitionProblem {
        self.place.problem(Some(span), what)
    }

    fn definition(&mut self, file: &File) -> Result<Definition> {
        self.identity(file)?;
        let record = file.record.get_ref();
        self.keys_of_kind(&file.record)?;
        let (by_line, by_syslog) = self.carriers(&file.record)?;
        let head = record.head.as_ref().map(|word| self.pattern(word)).transpose()?;
        let mut kind = self.kind(file)?;
        let envelope = Envelope {
            program: self.names.slot("program"),
            pid: self.names.slot("pid"),
            host: self.names.slot("host"),
            message: self.names.slot("message"),
        };
        let decodings = self.decodings(file)?;
        let extracts = self.extracts(file)?;
        let tables = self.tables(file)?;
        let further = self.further(file)?;
        let mut base = self.mapping(&file.event)?;
        if let Some(extra) = file.event.when.values().next() {
            return Err(self.problem(extra.span(), "[event] has no 'when'; write a [[case]]"));
        }
        self.stream(file, &mut base)?;
        let mut cases = Vec::new();
        for case in &file.case {
            if case.get_ref().when.is_empty() {
                return Err(self.problem(case.span(), "a [[case]] needs 'when'"));
            }
            let when = self.when(&case.get_ref().when)?;
            let own = self.mapping(case.get_ref())?;
            cases.push(Case { when, whole: own.over(&base), own });
        }
        let web = file.web.as_ref().map(|web| self.web(web, &base)).transpose()?;
        let time = self.time(file, by_line)?;
        if let Kind::Json(members) = &mut kind {
            members.selects = std::mem::take(&mut self.selects);
        }
        let groups = head.iter().chain(extracts.iter().flat_map(|extract| &extract.patterns));
        let from: Vec<Slot> = groups.flat_map(Pattern::names).collect();
        let definition = Definition {
            name: intern(file.name.get_ref()),
            title: intern(file.title.get_ref()),
            source: intern(&file.source),
            notes: file.notes.as_deref().map(intern),
            aliases: file.aliases.iter().map(|alias| intern(alias.get_ref())).collect(),
            provider: file.provider.as_deref().map(intern),
            text: intern(self.place.text),
            by_line,
            by_syslog,
            programs: record.programs.iter().map(|word| Glob::new(word.get_ref())).collect(),
            starts: record.starts.iter().map(|word| intern(word.get_ref())).collect(),
            head,
            multiline: self.multiline(file)?,
            skip: self.expressions(&record.skip)?,
            wrappers: intern_list(&record.wrappers),
            null: intern_all(&record.null),
            envelope,
            decodings,
            extracts,
            tables,
            further,
            recognise: self.recognise(file)?,
            time,
            base,
            cases,
            web,
            kind,
            names: std::mem::take(&mut self.names),
        };
        self.fields_can_be_there(&definition, &from)?;
        Ok(definition)
    }

    fn identity(&self, file: &File) -> Result<()> {
        for (word, further) in
            std::iter::once((&file.name, "")).chain(file.aliases.iter().map(|word| (word, "._")))
        {
            let name = word.get_ref();
            let is_sound = (1..=64).contains(&name.len())
                && name.chars().all(|c| {
                    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || further.contains(c)
                });
            if !is_sound {
                let what = format!("'{name}' is no name: small letters, digits and hyphens");
                return Err(self.problem(word.span(), what));
            }
        }
        if file.title.get_ref().trim().is_empty() {
            return Err(self.problem(file.title.span(), "the title is empty"));
        }
        Ok(())
    }

    /// An expression; ours are checked by the tests, and compiled when they are first used.
    fn expression(&self, word: &Word) -> Result<Expression> {
        let text = intern(word.get_ref());
        if self.is_ours {
            return Ok(Expression::unchecked(text));
        }
        Expression::checked(text).map_err(|what| self.problem(word.span(), what))
    }

    fn expressions(&self, words: &[Word]) -> Result<Vec<Expression>> {
        words.iter().map(|word| self.expression(word)).collect()
    }

    fn pattern(&mut self, word: &Word) -> Result<Pattern> {
        Ok(Pattern::new(self.expression(word)?, &mut self.names))
    }

    fn patterns(&mut self, words: &[Word]) -> Result<Vec<Pattern>> {
        words.iter().map(|word| self.pattern(word)).collect()
    }

    fn time(&mut self, file: &File, by_line: bool) -> Result<TimeRule> {
        let by_line_alone = by_line
            && file.record.get_ref().programs.is_empty()
            && file.record.get_ref().starts.is_empty();
        let Some(time) = &file.time else {
            if by_line_alone {
                let what = "a record that is a line needs [time]";
                return Err(self.place.problem(None, what));
            }
            return Ok(TimeRule { from: From::Carrier, formats: Vec::new() });
        };
        let inner = time.get_ref();
        let names: Vec<String> = match inner.format.as_ref().map(Spanned::get_ref) {
            None => vec!["iso".to_owned()],
            Some(Condition::Is(list)) => list.iter().map(|scalar| scalar.0.clone()).collect(),
            Some(_) => return Err(self.problem(time.span(), "[time] format is a text or a list")),
        };
        if names == ["none"] {
            if by_line_alone {
                return Err(self.problem(time.span(), "a record that is a line has its own time"));
            }
            return Ok(TimeRule { from: From::Carrier, formats: Vec::new() });
        }
        let infer = match inner.year.as_ref().map(|word| word.get_ref().as_str()) {
            None => false,
            Some("infer") => true,
            Some(_) => return Err(self.problem(time.span(), "[time] year is \"infer\" or absent")),
        };
        let span = inner.format.as_ref().map_or(time.span(), Spanned::span);
        let formats = names.iter().map(|name| {
            TimeFormat::compile(name, infer).map_err(|what| self.problem(span.clone(), what))
        });
        let formats = formats.collect::<Result<Vec<_>>>()?;
        let from = match (&inner.field, &inner.any) {
            (Some(form), None) => match form.get_ref() {
                Form::Any(list) if !list.is_empty() => From::Fields(self.terms(list)?),
                _ => From::Field(self.term(form)?),
            },
            (None, Some(list)) if !list.is_empty() => From::Field(Term::Any(self.terms(list)?)),
            _ => return Err(self.problem(time.span(), "[time] needs 'field' or 'any'")),
        };
        Ok(TimeRule { from, formats })
    }

    fn recognise(&self, file: &File) -> Result<Recognise> {
        let mut recognise = Recognise { signs: Vec::new(), priority: PRIORITY };
        for sign in &file.recognise.0 {
            recognise.priority = sign.priority.unwrap_or(recognise.priority);
            let mut values = Vec::new();
            for (path, condition) in &sign.values {
                values.push((intern(path), self.test(condition)?));
            }
            recognise.signs.push(Sign {
                members: intern_all(&sign.members),
                values,
                line: sign.line.as_ref().map(|word| self.expression(word)).transpose()?,
            });
        }
        Ok(recognise)
    }

    /// Where the fields of a record are fixed, none but those can be asked for.
    fn fields_can_be_there(&self, definition: &Definition, from_patterns: &[Slot]) -> Result<()> {
        let mut known: Vec<Slot> = from_patterns.to_vec();
        match &definition.kind {
            Kind::Delimited(kind) if kind.header.is_none() => {
                let layouts = kind.layouts.iter().flat_map(|layout| &layout.columns);
                known.extend(kind.columns.iter().chain(layouts).flatten());
                known.extend(definition.names.find(bakas_model::FieldId::of("extra"), "extra"));
            }
            Kind::Pattern(patterns, _) => {
                known.extend(patterns.list.iter().flat_map(Pattern::names));
                known.push(definition.envelope.message);
            }
            _ => return Ok(()),
        }
        if definition.by_syslog {
            let e = definition.envelope;
            known.extend([e.program, e.pid, e.host, e.message]);
        }
        known.extend(definition.tables.iter().map(|table| table.to));
        known.extend(definition.further.iter().map(|further| further.to));
        let mappings = definition.cases.iter().map(|case| &case.own).chain([&definition.base]);
        known.extend(mappings.flat_map(|mapping| &mapping.fields).map(|(slot, ..)| *slot));
        match self.uses.iter().find(|(slot, _)| !known.contains(slot)) {
            Some((slot, span)) => {
                let name = definition.names.list[*slot].name;
                let what = format!("no column, group or name '{name}' can be in a record");
                Err(self.problem(span.clone(), what))
            }
            None => Ok(()),
        }
    }
}

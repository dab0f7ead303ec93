//! A format's TOML file into a definition: everything that can be judged beforehand is judged
//! here, with the file, the line and the key in what is said.

use std::ops::Range;

use bakas_model::{Activity, Class, LogSource, Status, Stream};
use toml::Spanned;

use super::{
    Case, Definition, DefinitionProblem, Envelope, Extract, Further, Kind, Table,
    code::Decoding,
    delimited::{Delimited, Delimiter, Header, Layout},
    extension::{Cef, Leef},
    glob::Glob,
    intern::{intern, intern_list},
    json::{Members, Pairs, Select, steps},
    key_value::{KeyValue, Separator},
    map::{Mapping, ResultRule},
    pattern::{self, Cut, Pattern},
    problem::Place,
    recognise::{PRIORITY, Recognise, Sign},
    row::{Names, Slot},
    schema::{self, Attributes, Carrier, Condition, File, Form, KindName, Otherwise, Word},
    term::{Term, Test, When},
    time::{From, TimeFormat, TimeRule},
    web::Web,
};
use crate::frame::Multiline;

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
}

fn intern_all(texts: &[String]) -> Vec<&'static str> {
    texts.iter().map(|text| intern(text)).collect()
}

/// Reads and compiles a file.
pub(super) fn compile(path: &str, text: &str) -> Result<Definition> {
    let place = Place { path, text };
    if text.len() > FILE_BYTES_LIMIT {
        return Err(place.problem(None, "longer than 256 KiB"));
    }
    let file: File = toml::from_str(text)
        .map_err(|error| place.problem(error.span(), error.message().replace('\n', " ")))?;
    let is_json = file.record.get_ref().kind == KindName::Json;
    let mut compiler =
        Compiler { place, names: Names::default(), uses: Vec::new(), selects: Vec::new(), is_json };
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
        let mut base = self.mapping(&file.event, &file.stream)?;
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
            let own = self.mapping(case.get_ref(), &file.stream)?;
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
            skip: self.regexes(&record.skip)?,
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

    /// Keys that belong to another kind of record are mistakes.
    fn keys_of_kind(&self, record: &Spanned<schema::Record>) -> Result<()> {
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

    fn carriers(&self, record: &Spanned<schema::Record>) -> Result<(bool, bool)> {
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

    fn regex(&self, word: &Word) -> Result<regex::bytes::Regex> {
        pattern::regex(word.get_ref()).map_err(|what| self.problem(word.span(), what))
    }

    fn regexes(&self, words: &[Word]) -> Result<Vec<regex::bytes::Regex>> {
        words.iter().map(|word| self.regex(word)).collect()
    }

    fn pattern(&mut self, word: &Word) -> Result<Pattern> {
        Pattern::new(word.get_ref(), &mut self.names)
            .map_err(|what| self.place.problem(Some(word.span()), what))
    }

    fn patterns(&mut self, words: &[Word]) -> Result<Vec<Pattern>> {
        words.iter().map(|word| self.pattern(word)).collect()
    }

    fn kind(&mut self, file: &File) -> Result<Kind> {
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
                Kind::Pattern(self.patterns(&record.patterns)?, is_event)
            }
            KindName::Cef => Kind::Cef(Cef::new(&mut self.names)),
            KindName::Leef => Kind::Leef(Leef::new(&mut self.names)),
        })
    }

    fn pairs(&self, record: &schema::Record) -> Result<Vec<Pairs>> {
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
    fn byte(&self, word: &Word) -> Result<u8> {
        match word.get_ref().as_bytes() {
            [byte] if byte.is_ascii() => Ok(*byte),
            _ => Err(self.problem(word.span(), "one ASCII character is wanted")),
        }
    }

    fn columns(&mut self, columns: &[String]) -> Vec<Option<Slot>> {
        let slot = |name: &String| match name.as_str() {
            "" | "_" => None,
            name => Some(self.names.slot(name)),
        };
        columns.iter().map(slot).collect()
    }

    fn delimited(&mut self, file: &File) -> Result<Delimited> {
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

    fn layout(&mut self, layout: &Spanned<schema::Layout>) -> Result<Layout> {
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

    fn key_value(&self, record: &schema::Record) -> Result<KeyValue> {
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

    fn multiline(&self, file: &File) -> Result<Option<Multiline>> {
        let Some(word) = &file.record.get_ref().multiline else { return Ok(None) };
        match word.get_ref() {
            schema::MultilineName::Indented => Ok(Some(Multiline::Indented)),
            schema::MultilineName::Until => {
                let line = file.recognise.0.iter().find_map(|sign| sign.line.as_ref());
                let begins = line.or(file.record.get_ref().patterns.first());
                let begins = begins.ok_or_else(|| {
                    self.problem(word.span(), "multiline = \"until\" needs [recognise] line")
                })?;
                Ok(Some(Multiline::Until(self.regex(begins)?)))
            }
        }
    }

    fn slot(&mut self, name: &str, span: Range<usize>) -> Result<Slot> {
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

    fn select(&mut self, to: Slot, path: Vec<super::json::Step>, is_raw: bool) {
        if !self.selects.iter().any(|known| known.to == to) {
            self.selects.push(Select { to, path, is_raw });
        }
    }

    fn term(&mut self, form: &Spanned<Form>) -> Result<Term> {
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
                let cut = Cut::new(pattern.get_ref());
                let cut = cut.map_err(|what| self.problem(pattern.span(), what))?;
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

    fn terms(&mut self, list: &[Spanned<Form>]) -> Result<Vec<Term>> {
        list.iter().map(|form| self.term(form)).collect()
    }

    fn optional(&mut self, form: &Option<Spanned<Form>>) -> Result<Option<Term>> {
        form.as_ref().map(|form| self.term(form)).transpose()
    }

    fn test(&self, condition: &Spanned<Condition>) -> Result<Test> {
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

    fn when(&mut self, conditions: &Conditions) -> Result<When> {
        let mut tests = Vec::new();
        for (name, condition) in conditions {
            let slot = self.slot(name, condition.span())?;
            tests.push((slot, self.test(condition)?));
        }
        Ok(When(tests))
    }

    fn decodings(&mut self, file: &File) -> Result<Vec<Decoding>> {
        let mut decodings = Vec::new();
        for decode in &file.decode {
            let decode = decode.get_ref();
            let fields = decode.fields.iter().map(|name| Glob::new(name)).collect();
            let when = self.when(&decode.when)?;
            decodings.push(Decoding { fields, coding: decode.coding, when });
        }
        Ok(decodings)
    }

    fn extracts(&mut self, file: &File) -> Result<Vec<Extract>> {
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

    fn tables(&mut self, file: &File) -> Result<Vec<Table>> {
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

    fn further(&mut self, file: &File) -> Result<Vec<Further>> {
        let mut further = Vec::new();
        for (name, form) in &file.names {
            let term = self.term(form)?;
            further.push(Further { to: self.names.slot(name), term });
        }
        Ok(further)
    }

    fn constant<T: Copy>(
        &self,
        word: &Option<Word>,
        kind: &str,
        all: &[T],
        name: impl Fn(T) -> String,
    ) -> Result<Option<T>> {
        let Some(word) = word else { return Ok(None) };
        let found = all.iter().copied().find(|one| name(*one) == *word.get_ref());
        if found.is_some() {
            return Ok(found);
        }
        let known: Vec<String> = all.iter().map(|one| name(*one)).collect();
        let what = format!("{kind} '{}' is none of: {}", word.get_ref(), known.join(", "));
        Err(self.problem(word.span(), what))
    }

    fn mapping(&mut self, attributes: &Attributes, _of: &Word) -> Result<Mapping> {
        let a = attributes;
        let stream = self.constant(&a.stream, "stream", Stream::ALL, |s| s.name().to_owned())?;
        if let (Some(word), Some(Stream::Custom)) = (&a.stream, stream) {
            return Err(self.problem(word.span(), "stream 'custom' stands at the file's head only"));
        }
        let fields = a.fields.iter().map(|(name, text)| {
            let name = intern(name);
            (self.names.slot(name), bakas_model::FieldId::of(name), name, intern(text))
        });
        let fields = fields.collect();
        Ok(Mapping {
            stream,
            custom: None,
            class: self.class(&a.class)?,
            activity: self.constant(&a.activity, "activity", ACTIVITIES, |x| x.name().into())?,
            status: self.status(&a.status)?,
            result: a.result.as_ref().map(|rule| self.result(rule)).transpose()?,
            operation: self.optional(&a.operation)?,
            account: self.optional(&a.account)?,
            target: self.optional(&a.target)?,
            object: self.optional(&a.object)?,
            src: self.optional(&a.src)?,
            src_port: self.optional(&a.src_port)?,
            dst: self.optional(&a.dst)?,
            dst_port: self.optional(&a.dst_port)?,
            host: self.optional(&a.host)?,
            agent: self.optional(&a.agent)?,
            http_status: self.optional(&a.http_status)?,
            bytes_out: self.optional(&a.bytes_out)?,
            forwarded: self.optional(&a.forwarded)?,
            fields,
        })
    }

    /// A class by the name that the model's code gives it, or by that of OCSF.
    fn class(&self, word: &Option<Word>) -> Result<Option<Class>> {
        if let Some(given) = word
            && let Some(class) = Class::ALL.iter().find(|c| c.name() == given.get_ref())
        {
            return Ok(Some(*class));
        }
        self.constant(word, "class", Class::ALL, |class| snake(&format!("{class:?}")))
    }

    fn status(&self, word: &Option<Word>) -> Result<Option<Status>> {
        let all = &[Status::Success, Status::Failure, Status::Unknown];
        self.constant(word, "status", all, |status| status.name().to_ascii_lowercase())
    }

    fn result(&mut self, rule: &Spanned<schema::ResultRule>) -> Result<ResultRule> {
        let inner = rule.get_ref();
        let globs = |list: &[schema::Scalar]| list.iter().map(|s| Glob::new(&s.0)).collect();
        if inner.success.is_empty()
            && inner.failure.is_empty()
            && inner.absent.is_none()
            && inner.otherwise.is_none()
        {
            return Err(self.problem(rule.span(), "[result] says neither success nor failure"));
        }
        Ok(ResultRule {
            field: self.term(&inner.field)?,
            success: globs(&inner.success),
            failure: globs(&inner.failure),
            absent: self.status(&inner.absent)?.unwrap_or_default(),
            otherwise: self.status(&inner.otherwise)?,
        })
    }

    fn stream(&self, file: &File, base: &mut Mapping) -> Result<()> {
        let given = Some(file.stream.clone());
        let stream = self.constant(&given, "stream", Stream::ALL, |s| s.name().to_owned())?;
        base.stream = base.stream.or(stream);
        match (stream, &file.logsource) {
            (Some(Stream::Custom), None) => {
                Err(self.problem(file.stream.span(), "stream = \"custom\" needs [logsource]"))
            }
            (Some(Stream::Custom), Some(source)) => {
                let inner = source.get_ref();
                let part = |text: &Option<String>| text.as_deref().map(intern);
                let custom = LogSource {
                    category: part(&inner.category),
                    product: part(&inner.product),
                    service: part(&inner.service),
                };
                if custom == LogSource::default() {
                    return Err(self.problem(source.span(), "[logsource] says nothing"));
                }
                base.custom = Some(custom);
                Ok(())
            }
            (_, Some(source)) => {
                let what = "[logsource] is for stream = \"custom\"; others have their own";
                Err(self.problem(source.span(), what))
            }
            (_, None) => Ok(()),
        }
    }

    fn web(&mut self, web: &Spanned<schema::Web>, base: &Mapping) -> Result<Web> {
        let w = web.get_ref();
        if w.method.is_none() && w.target.is_none() && w.stem.is_none() && w.request.is_none() {
            return Err(self.problem(web.span(), "[web] needs a method, a target, or a request"));
        }
        let mut compiled = Web {
            method: self.optional(&w.method)?,
            target: self.optional(&w.target)?,
            stem: self.optional(&w.stem)?,
            query: self.optional(&w.query)?,
            request: self.optional(&w.request)?,
            status: self.optional(&w.status)?,
            agent: self.optional(&w.agent)?,
            referer: self.optional(&w.referer)?,
            host: self.optional(&w.host)?,
            version: self.optional(&w.version)?,
            user: self.optional(&w.user)?,
            bytes: self.optional(&w.bytes)?,
            cookie: self.optional(&w.cookie)?,
            encoding: w.agent_encoding,
            silent: Vec::new(),
        };
        let client = [("c-ip", base.src.as_ref()), ("x-forwarded-for", base.forwarded.as_ref())];
        let mut silent = Vec::new();
        for (output, term) in compiled.outputs().into_iter().chain(client) {
            for slot in term.into_iter().flat_map(first_slots) {
                if self.names.list[slot].name == output {
                    self.names.list[slot].is_silent = true;
                    silent.push(slot);
                }
            }
        }
        compiled.silent = silent;
        Ok(compiled)
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
                line: sign.line.as_ref().map(|word| self.regex(word)).transpose()?,
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
                known.extend(patterns.iter().flat_map(Pattern::names));
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

/// The fields that a value may be, without those within joins.
fn first_slots(term: &Term) -> Vec<Slot> {
    match term {
        Term::Slot(slot) => vec![*slot],
        Term::Any(terms) => terms.iter().flat_map(first_slots).collect(),
        _ => Vec::new(),
    }
}

/// `HttpActivity` as `http_activity`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

const ACTIVITIES: &[Activity] = &[
    Activity::Logon,
    Activity::Logoff,
    Activity::Create,
    Activity::Read,
    Activity::Update,
    Activity::Delete,
    Activity::Send,
    Activity::Receive,
    Activity::Share,
    Activity::Download,
    Activity::Upload,
    Activity::Launch,
    Activity::Request,
    Activity::Other,
];

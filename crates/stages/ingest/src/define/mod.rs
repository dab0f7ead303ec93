//! Definitions: formats that a TOML file describes, ours and users'. A definition is read once,
//! compiled, and lives as long as the process; here is what it holds, and the way of one record
//! through it: fields, further fields, time, case, attributes.

mod code;
mod compile;
mod delimited;
mod expression;
mod extension;
mod fill;
mod forms;
mod glob;
mod intern;
mod json;
mod key_value;
mod layout;
mod map;
mod message;
mod pattern;
mod problem;
mod reading;
mod recognise;
mod row;
mod schema;
mod term;
mod time;
mod web;

use bakas_model::{LogSource, Stream};
use bumpalo::Bump;

use self::{
    code::Decoding,
    delimited::Delimited,
    key_value::KeyValue,
    map::Mapping,
    pattern::{Pattern, Patterns},
    recognise::Recognise,
    row::Names,
    term::{Term, When},
    time::TimeRule,
};
pub(crate) use self::{
    delimited::{Header, after_word},
    expression::Expression,
    fill::Input,
    glob::Glob,
    message::{for_line, read_message},
    recognise::Sight,
    row::{Row, Slot},
};
pub use self::{problem::DefinitionProblem, reading::Reading};
use crate::{
    decode::{Context, Out, Record},
    fault::Fault,
    format::Framing,
    frame::{Chunk, Multiline},
    json::Json,
};

/// A format that a TOML file describes. Two of the same name are the same.
pub struct Definition {
    name: &'static str,
    title: &'static str,
    source: &'static str,
    notes: Option<&'static str>,
    aliases: Vec<&'static str>,
    provider: Option<&'static str>,
    /// The file as written.
    text: &'static str,
    /// The line is the record.
    by_line: bool,
    /// The message of a system log's line is the record.
    by_syslog: bool,
    programs: Vec<Glob>,
    starts: Vec<&'static str>,
    head: Option<Pattern>,
    kind: Kind,
    multiline: Option<Multiline>,
    /// Lines that fit are furniture.
    skip: Vec<Expression>,
    wrappers: &'static [&'static str],
    null: Vec<&'static str>,
    names: Names,
    envelope: Envelope,
    decodings: Vec<Decoding>,
    extracts: Vec<Extract>,
    tables: Vec<Table>,
    further: Vec<Further>,
    recognise: Recognise,
    time: TimeRule,
    base: Mapping,
    cases: Vec<Case>,
    web: Option<web::Web>,
}

/// How the fields lie in a record.
#[derive(Debug)]
enum Kind {
    Json(json::Members),
    Delimited(Delimited),
    KeyValue(KeyValue),
    /// Whether a record that no pattern fits is an event all the same.
    Pattern(Patterns, bool),
    Cef(extension::Cef),
    Leef(extension::Leef),
}

/// The fields of a system log's header.
#[derive(Clone, Copy, Debug)]
struct Envelope {
    program: Slot,
    pid: Slot,
    host: Slot,
    message: Slot,
}

/// Named groups of patterns over one field.
#[derive(Debug)]
struct Extract {
    when: When,
    field: Term,
    patterns: Vec<Pattern>,
}

/// A field by look-up in a table.
#[derive(Debug)]
struct Table {
    when: When,
    field: Term,
    to: Slot,
    values: rustc_hash::FxHashMap<&'static str, &'static str>,
}

/// A further name of a value.
#[derive(Debug)]
struct Further {
    to: Slot,
    term: Term,
}

/// One `[[case]]`.
#[derive(Debug)]
struct Case {
    when: When,
    /// What it sets.
    own: Mapping,
    /// That over what `[event]` sets.
    whole: Mapping,
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Definition({})", self.name)
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Definition {}

impl PartialOrd for Definition {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Definition {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(other.name)
    }
}

impl std::hash::Hash for Definition {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Definition {
    /// Reads and compiles a format file; `path` stands in what is said of it.
    ///
    /// # Errors
    /// When it is no TOML, says something that no definition can say, or contradicts itself.
    pub fn parse(path: &str, text: &str) -> Result<Self, DefinitionProblem> {
        compile::compile(path, text, false)
    }

    /// Reads one of ours, which the tests have read before.
    pub(crate) fn ours(path: &str, text: &str) -> Result<Self, DefinitionProblem> {
        compile::compile(path, text, true)
    }

    /// The programs whose messages it reads, and how a message, or all behind time and host, begins
    /// that is its own whatever the program.
    pub(crate) fn carried_by(&self) -> (&[Glob], &[&'static str]) {
        (&self.programs, &self.starts)
    }

    /// Its name, as `bakas.toml` writes it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What people call it.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// Where its shape is defined.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// What else is to be said of it.
    #[must_use]
    pub const fn notes(&self) -> Option<&'static str> {
        self.notes
    }

    /// Other names for it.
    #[must_use]
    pub fn aliases(&self) -> &[&'static str] {
        &self.aliases
    }

    /// The cloud or mail provider whose records these are.
    #[must_use]
    pub const fn provider(&self) -> Option<&'static str> {
        self.provider
    }

    /// The stream of its events; a case may say another.
    #[must_use]
    pub fn stream(&self) -> Stream {
        self.base.stream.unwrap_or(Stream::Custom)
    }

    /// The Sigma log source of its events.
    #[must_use]
    pub fn log_source(&self) -> LogSource {
        self.base.custom.unwrap_or(self.stream().log_source())
    }

    /// How many `[[case]]`s it has.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases.len()
    }

    /// The file as written.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// Whether its records lie in the messages of system logs.
    #[must_use]
    pub const fn is_carried_by_syslog(&self) -> bool {
        self.by_syslog
    }

    /// Whether its records are lines, or documents, of a file.
    #[must_use]
    pub const fn is_carried_by_line(&self) -> bool {
        self.by_line
    }

    pub(crate) const fn is_json(&self) -> bool {
        matches!(self.kind, Kind::Json(_)) && self.head.is_none()
    }

    /// How its records lie in a file.
    pub(crate) fn framing(&'static self) -> Framing {
        match &self.kind {
            _ if self.is_json() && self.by_line => Framing::Json,
            Kind::Delimited(kind) if kind.is_csv() => Framing::Csv,
            Kind::Delimited(kind) if kind.header().is_some() => Framing::Headed(self),
            _ => self.multiline().map_or(Framing::Lines, Framing::Groups),
        }
    }

    pub(crate) const fn multiline(&self) -> Option<&Multiline> {
        self.multiline.as_ref()
    }

    pub(crate) const fn wrappers(&self) -> &'static [&'static str] {
        self.wrappers
    }

    pub(crate) const fn delimited(&self) -> Option<&Delimited> {
        if let Kind::Delimited(kind) = &self.kind { Some(kind) } else { None }
    }

    /// Whether a line is furniture whatever else it is.
    pub(crate) fn skips(&self, line: &str) -> bool {
        self.skip.iter().any(|skip| skip.is_match(line.as_bytes()))
    }

    /// Begins a chunk of a source of this format: the header that is in force at its beginning.
    pub(crate) fn begin<'a>(&self, chunk: &'a Chunk, arena: &'a Bump, out: &mut Out<'_, 'a>) {
        if let Kind::Delimited(kind) = &self.kind {
            kind.begin(self, chunk, arena, out);
        }
    }

    /// Reads a line of a source, and hands its event on.
    pub(crate) fn read_line<'a>(
        &'static self,
        record: Record<'a>,
        context: &mut Context,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        let is_furniture = self.skips(record.text)
            || self
                .delimited()
                .is_some_and(|kind| kind.furniture(self, record.text, record.arena, out));
        if is_furniture {
            out.furniture();
            return Ok(());
        }
        let text = if self.by_syslog { without_priority(record.text) } else { record.text };
        self.fill(Input::Text(text), None, record.arena, context, out)?;
        out.emit();
        Ok(())
    }

    /// Reads a document that is parsed already, and hands its event on.
    pub(crate) fn read_object<'a>(
        &'static self,
        root: &Json<'a>,
        record: Record<'a>,
        context: &mut Context,
        out: &mut Out<'_, 'a>,
    ) -> Result<(), Fault> {
        self.fill(Input::Json(*root), None, record.arena, context, out)?;
        out.emit();
        Ok(())
    }
}

/// The text after the `<34>` of a system log's line, where one stands there.
pub(crate) fn without_priority(text: &str) -> &str {
    let after = || {
        let (digits, rest) = text.strip_prefix('<')?.split_once('>')?;
        let fits = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(rest)
    };
    after().unwrap_or(text)
}

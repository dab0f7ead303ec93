//! `[event]`, `[[case]]` and `[web]`, compiled.

use bakas_model::{Activity, Class, LogSource, Status, Stream};
use toml::Spanned;

use super::{Compiler, Result};
use crate::define::{
    glob::Glob,
    intern::intern,
    map::{Mapping, ResultRule},
    row::Slot,
    schema::{self, Attributes, File, Word},
    term::Term,
    web::Web,
};

impl Compiler<'_> {
    pub(super) fn constant<T: Copy>(
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

    pub(super) fn mapping(&mut self, attributes: &Attributes) -> Result<Mapping> {
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
    pub(super) fn class(&self, word: &Option<Word>) -> Result<Option<Class>> {
        if let Some(given) = word
            && let Some(class) = Class::ALL.iter().find(|c| c.name() == given.get_ref())
        {
            return Ok(Some(*class));
        }
        self.constant(word, "class", Class::ALL, |class| snake(&format!("{class:?}")))
    }

    pub(super) fn status(&self, word: &Option<Word>) -> Result<Option<Status>> {
        let all = &[Status::Success, Status::Failure, Status::Unknown];
        self.constant(word, "status", all, |status| status.name().to_ascii_lowercase())
    }

    pub(super) fn result(&mut self, rule: &Spanned<schema::ResultRule>) -> Result<ResultRule> {
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

    pub(super) fn stream(&self, file: &File, base: &mut Mapping) -> Result<()> {
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

    pub(super) fn web(&mut self, web: &Spanned<schema::Web>, base: &Mapping) -> Result<Web> {
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

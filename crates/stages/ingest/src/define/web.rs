//! `[web]`: a record as a request, under the same names as those of access logs.

use bakas_model::{Activity, Class, Status, Value};
use bumpalo::Bump;

use super::{
    Definition, code,
    row::Slot,
    schema::AgentEncoding,
    term::{Term, number_of},
};
use crate::decode::{Out, join, web};

/// Where the parts of a request stand.
#[derive(Debug, Default)]
pub(super) struct Web {
    pub(super) method: Option<Term>,
    pub(super) target: Option<Term>,
    pub(super) stem: Option<Term>,
    pub(super) query: Option<Term>,
    pub(super) request: Option<Term>,
    pub(super) status: Option<Term>,
    pub(super) agent: Option<Term>,
    pub(super) referer: Option<Term>,
    pub(super) host: Option<Term>,
    pub(super) version: Option<Term>,
    pub(super) user: Option<Term>,
    pub(super) bytes: Option<Term>,
    pub(super) cookie: Option<Term>,
    pub(super) encoding: Option<AgentEncoding>,
    /// Fields that stand here under the name that access logs give them: they are handed on once.
    pub(super) silent: Vec<Slot>,
}

impl Web {
    /// Each part with the name of the field that it becomes.
    pub(super) fn outputs(&self) -> [(&'static str, Option<&Term>); 9] {
        [
            ("cs-method", self.method.as_ref()),
            ("cs-uri", self.target.as_ref()),
            ("cs-uri-stem", self.stem.as_ref()),
            ("sc-status", self.status.as_ref()),
            ("sc-bytes", self.bytes.as_ref()),
            ("cs-host", self.host.as_ref()),
            ("cs-version", self.version.as_ref()),
            ("cs-username", self.user.as_ref()),
            ("cs-cookie", self.cookie.as_ref()),
        ]
    }

    /// The attributes with the names that explanations give them.
    pub(super) fn attributes(&self) -> [(&'static str, Option<&Term>); 10] {
        [
            ("operation", self.method.as_ref()),
            ("operation", self.request.as_ref()),
            ("object", self.target.as_ref()),
            ("object", self.stem.as_ref()),
            ("object", self.request.as_ref()),
            ("account", self.user.as_ref()),
            ("host", self.host.as_ref()),
            ("agent", self.agent.as_ref()),
            ("http_status", self.status.as_ref()),
            ("bytes_out", self.bytes.as_ref()),
        ]
    }

    pub(super) fn apply<'a>(
        &self,
        definition: &Definition,
        arena: &'a Bump,
        out: &mut Out<'_, 'a>,
    ) {
        let text = |term: &Option<Term>, out: &Out<'_, 'a>| {
            term.as_ref().and_then(|term| term.text(&out.row, arena))
        };
        let (method, request) = (text(&self.method, out), text(&self.request, out));
        let target = text(&self.target, out).or_else(|| {
            let stem = text(&self.stem, out)?;
            Some(match text(&self.query, out) {
                Some(query) => join(&[stem, "?", query.trim_start_matches('?')], arena),
                None => stem,
            })
        });
        if method.is_none() && request.is_none() && target.is_none() {
            self.give_silent(definition, out);
            return;
        }
        out.is(Class::HttpActivity, Activity::Request, out.event.status);
        if let Some(host) = text(&self.host, out) {
            out.event.host = Some(host);
            if !definition.has_given(web::HOST, out) {
                out.push(web::field(web::HOST, Value::Text(host)));
            }
        }
        if let Some(request) = request {
            web::request_line(request, out);
        } else {
            out.event.operation = method.unwrap_or("-");
            if let Some(method) = method {
                out.push(web::field(web::METHOD, Value::Text(method)));
            }
            if let Some(version) = text(&self.version, out) {
                out.push(web::field(web::VERSION, Value::Text(version)));
            }
            if let Some(target) = target {
                web::target(target, out);
            }
        }
        self.client(definition, arena, out);
        self.answer(arena, out);
        self.give_silent(definition, out);
    }

    fn client<'a>(&self, definition: &Definition, arena: &'a Bump, out: &mut Out<'_, 'a>) {
        let text = |term: &Option<Term>, out: &Out<'_, 'a>| {
            term.as_ref().and_then(|term| term.text(&out.row, arena))
        };
        let put = |part: web::Part, text: Option<&'a str>, out: &mut Out<'_, 'a>| {
            if let Some(text) = text
                && !definition.has_given(part, out)
            {
                out.push(web::field(part, Value::Text(text)));
            }
        };
        put(web::CLIENT, text(&definition.base.src, out), out);
        put(web::FORWARDED, text(&definition.base.forwarded, out), out);
        let user = text(&self.user, out);
        put(web::USER, user, out);
        out.event.account = user.or(out.event.account);
        put(web::REFERER, text(&self.referer, out), out);
        put(web::COOKIE, text(&self.cookie, out), out);
        if let Some(agent) = text(&self.agent, out) {
            let plain = match self.encoding {
                None => None,
                Some(AgentEncoding::Percent) => code::percent(agent, arena),
                Some(AgentEncoding::Plus) => {
                    agent.contains('+').then(|| &*arena.alloc_str(&agent.replace('+', " ")))
                }
            };
            let agent = plain.unwrap_or(agent);
            out.event.agent = Some(agent);
            put(web::AGENT, Some(agent), out);
        }
    }

    fn answer<'a>(&self, arena: &'a Bump, out: &mut Out<'_, 'a>) {
        let number = |term: &Option<Term>, out: &Out<'_, 'a>| {
            let number = number_of(term.as_ref()?.value(&out.row, arena)?)?;
            (number.fract() == 0.0 && number >= 0.0).then_some(number)
        };
        if let Some(code) = number(&self.status, out).filter(|n| (1.0..1000.0).contains(n)) {
            let code = code as u16;
            out.event.http_status = Some(code);
            out.event.status = if code < 400 { Status::Success } else { Status::Failure };
            out.push(web::field(web::STATUS, Value::Int(code.into())));
        }
        if let Some(bytes) = number(&self.bytes, out) {
            out.event.bytes_out = Some(bytes as u64);
            out.push(web::field(web::BYTES, Value::Int(bytes as i64)));
        }
    }

    /// Hands on what was kept for the request, where the request has not given it.
    fn give_silent(&self, definition: &Definition, out: &mut Out<'_, '_>) {
        for &slot in &self.silent {
            let named = &definition.names.list[slot];
            if let Some(value) = out.row.get(slot)
                && out.event.field(named.id, named.name).next().is_none()
            {
                out.push(bakas_model::Field { id: named.id, name: named.name, value });
            }
        }
    }
}

impl Definition {
    /// Whether the record, or `[names]`, has given a field of that name already.
    fn has_given(&self, (id, name): web::Part, out: &Out<'_, '_>) -> bool {
        self.names
            .find(id, name)
            .is_some_and(|slot| out.row.get(slot).is_some() && !self.names.list[slot].is_silent)
    }
}

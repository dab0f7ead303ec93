//! Fields into the attributes of an event: what `[event]` and each `[[case]]` say.

use std::net::IpAddr;

use bakas_model::{Activity, Class, FieldId, LogSource, Status, Stream, Value};
use bumpalo::Bump;

use super::{
    glob::Glob,
    row::Slot,
    term::{Term, number_of},
};
use crate::{
    address,
    decode::{Context, Out},
};

/// What is set, and from where. What is absent is left as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping {
    pub(super) stream: Option<Stream>,
    pub(super) custom: Option<LogSource>,
    pub(super) class: Option<Class>,
    pub(super) activity: Option<Activity>,
    pub(super) status: Option<Status>,
    pub(super) result: Option<ResultRule>,
    pub(super) operation: Option<Term>,
    pub(super) account: Option<Term>,
    pub(super) target: Option<Term>,
    pub(super) object: Option<Term>,
    pub(super) src: Option<Term>,
    pub(super) src_port: Option<Term>,
    pub(super) dst: Option<Term>,
    pub(super) dst_port: Option<Term>,
    pub(super) host: Option<Term>,
    pub(super) agent: Option<Term>,
    pub(super) http_status: Option<Term>,
    pub(super) bytes_out: Option<Term>,
    pub(super) forwarded: Option<Term>,
    /// Constant fields.
    pub(super) fields: Vec<(Slot, FieldId, &'static str, &'static str)>,
}

/// The status by the text of a field.
#[derive(Clone, Debug)]
pub(super) struct ResultRule {
    pub(super) field: Term,
    pub(super) success: Vec<Glob>,
    pub(super) failure: Vec<Glob>,
    pub(super) absent: Status,
    pub(super) otherwise: Option<Status>,
}

impl Mapping {
    /// This over another: what it leaves open is as there.
    pub(super) fn over(&self, base: &Self) -> Self {
        // What a case names it decides, also where its field is not there.
        let both = |own: &Option<Term>, base: &Option<Term>| own.clone().or_else(|| base.clone());
        // A case that says the result, or the status, says it alone.
        let says_result = self.result.is_some() || self.status.is_some();
        let (status, result) = if says_result {
            (self.status, self.result.clone())
        } else {
            (base.status, base.result.clone())
        };
        Self {
            stream: self.stream.or(base.stream),
            custom: if self.stream.is_some() { self.custom } else { base.custom },
            class: self.class.or(base.class),
            activity: self.activity.or(base.activity),
            status,
            result,
            operation: both(&self.operation, &base.operation),
            account: both(&self.account, &base.account),
            target: both(&self.target, &base.target),
            object: both(&self.object, &base.object),
            src: both(&self.src, &base.src),
            src_port: both(&self.src_port, &base.src_port),
            dst: both(&self.dst, &base.dst),
            dst_port: both(&self.dst_port, &base.dst_port),
            host: both(&self.host, &base.host),
            agent: both(&self.agent, &base.agent),
            http_status: both(&self.http_status, &base.http_status),
            bytes_out: both(&self.bytes_out, &base.bytes_out),
            forwarded: both(&self.forwarded, &base.forwarded),
            fields: self.fields.iter().chain(&base.fields).copied().collect(),
        }
    }

    /// The attributes with the names that explanations give them.
    pub(super) fn attributes(&self) -> [(&'static str, Option<&Term>); 13] {
        [
            ("operation", self.operation.as_ref()),
            ("account", self.account.as_ref()),
            ("target", self.target.as_ref()),
            ("object", self.object.as_ref()),
            ("src", self.src.as_ref()),
            ("src_port", self.src_port.as_ref()),
            ("dst", self.dst.as_ref()),
            ("dst_port", self.dst_port.as_ref()),
            ("host", self.host.as_ref()),
            ("agent", self.agent.as_ref()),
            ("http_status", self.http_status.as_ref()),
            ("bytes_out", self.bytes_out.as_ref()),
            ("src_claimed", self.forwarded.as_ref()),
        ]
    }

    /// Takes away the attributes that it decides, so that nothing from before stays.
    pub(super) fn clear(&self, out: &mut Out<'_, '_>) {
        let event = &mut out.event;
        for (term, attribute) in [
            (&self.account, &mut event.account),
            (&self.target, &mut event.target),
            (&self.object, &mut event.object),
            (&self.host, &mut event.host),
            (&self.agent, &mut event.agent),
        ] {
            *attribute = attribute.filter(|_| term.is_none());
        }
        event.src = event.src.filter(|_| self.src.is_none());
        event.dst = event.dst.filter(|_| self.dst.is_none());
        event.http_status = event.http_status.filter(|_| self.http_status.is_none());
        event.bytes_out = event.bytes_out.filter(|_| self.bytes_out.is_none());
        if self.operation.is_some() {
            event.operation = "";
        }
    }

    /// Sets what it says.
    pub(super) fn apply<'a>(&self, arena: &'a Bump, context: &Context, out: &mut Out<'_, 'a>) {
        if let Some(stream) = self.stream {
            (out.event.stream, out.event.custom) = (stream, self.custom);
        }
        out.event.class = self.class.unwrap_or(out.event.class);
        out.event.activity = self.activity.unwrap_or(out.event.activity);
        out.event.status = self.status.unwrap_or(out.event.status);
        if let Some(result) = &self.result {
            let found = result.read(arena, out);
            if found != Status::Unknown || self.status.is_none() {
                out.event.status = found;
            }
        }
        // What a constant empty text is set to is taken away.
        let text = |term: &Option<Term>, now: Option<&'a str>, out: &Out<'_, 'a>| match term {
            Some(Term::Text("")) => None,
            Some(term) => term.text(&out.row, arena).or(now),
            None => now,
        };
        let operation = text(&self.operation, Some(out.event.operation), out);
        out.event.operation = operation.unwrap_or_default();
        out.event.account = text(&self.account, out.event.account, out);
        out.event.target = text(&self.target, out.event.target, out);
        out.event.object = text(&self.object, out.event.object, out);
        out.event.host = text(&self.host, out.event.host, out);
        out.event.agent = text(&self.agent, out.event.agent, out);
        self.endpoints(arena, context, out);
        let number = |term: &Option<Term>, out: &Out<'_, 'a>| {
            let value = term.as_ref()?.value(&out.row, arena)?;
            number_of(value).filter(|number| number.fract() == 0.0 && *number >= 0.0)
        };
        if let Some(code) = number(&self.http_status, out).filter(|n| (1.0..1000.0).contains(n)) {
            out.event.http_status = Some(code as u16);
        }
        if let Some(bytes) = number(&self.bytes_out, out) {
            out.event.bytes_out = Some(bytes as u64);
        }
        for &(slot, id, name, text) in &self.fields {
            if out.row.get(slot).is_none() {
                out.row.set(slot, Value::Text(text));
                out.push(bakas_model::Field { id, name, value: Value::Text(text) });
            }
        }
    }

    fn endpoints<'a>(&self, arena: &'a Bump, context: &Context, out: &mut Out<'_, 'a>) {
        let endpoint = |term: &Option<Term>, out: &Out<'_, 'a>| -> Option<(IpAddr, Option<u16>)> {
            term.as_ref()?.find(&out.row, arena, &mut |text| address::parse(text.trim()))
        };
        let port = |term: &Option<Term>, out: &Out<'_, 'a>| -> Option<u16> {
            term.as_ref()?.find(&out.row, arena, &mut |text| text.trim().parse().ok())
        };
        if matches!(self.src, Some(Term::Text(""))) {
            (out.event.src, out.event.src_port) = (None, None);
        }
        if matches!(self.dst, Some(Term::Text(""))) {
            (out.event.dst, out.event.dst_port) = (None, None);
        }
        if let Some((address, of_address)) = endpoint(&self.src, out) {
            (out.event.src, out.event.src_port) = (Some(address), of_address);
        }
        out.event.src_port = port(&self.src_port, out).or(out.event.src_port);
        if let Some((address, of_address)) = endpoint(&self.dst, out) {
            (out.event.dst, out.event.dst_port) = (Some(address), of_address);
        }
        out.event.dst_port = port(&self.dst_port, out).or(out.event.dst_port);
        let forwarded = self.forwarded.as_ref().and_then(|term| term.text(&out.row, arena));
        if let Some(list) = forwarded.filter(|list| address::is_forwarded_list(list)) {
            let peer = out.event.src;
            (out.event.src, out.event.src_claimed) =
                address::through_proxies(peer, Some(list), &context.trusted);
            if out.event.src != peer {
                out.event.src_port = None;
            }
        }
    }
}

impl ResultRule {
    fn read<'a>(&self, arena: &'a Bump, out: &Out<'_, 'a>) -> Status {
        let Some(value) = self.field.value(&out.row, arena) else { return self.absent };
        let fits = |globs: &[Glob]| globs.iter().any(|glob| glob.fits_value(value));
        if fits(&self.success) {
            Status::Success
        } else if fits(&self.failure) {
            Status::Failure
        } else {
            self.otherwise.unwrap_or_default()
        }
    }
}

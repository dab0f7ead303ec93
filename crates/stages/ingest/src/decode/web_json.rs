//! Access logs as JSON: nginx with `escape=json` under the names that people give its variables,
//! Caddy's `http.log.access`, and ECS-like documents. The fields come out under the same names as
//! those of text logs, beside the document's own.

use bakas_model::{Activity, Class, Status, Stream, Timestamp, Value};

use super::{
    Context, Out, Record,
    web::{request_line, target},
};
use crate::{address, clock::Clock, fault::Fault, json::Json};

/// Where a value may stand: the spellings of its name, the best first; dots lead into objects.
type Names = &'static [&'static str];

const ADDRESS: Names = &[
    "remote_addr",
    "request.remote_ip",
    "request.remote_addr",
    "client_ip",
    "clientip",
    "client",
    "remote_ip",
    "remoteAddr",
    "remote_address",
    "source.ip",
    "source.address",
    "client.ip",
    "nginx.access.remote_ip",
    "c-ip",
    "ip",
    "src_ip",
    "remote_host",
    "ClientHost",
];
const PORT: Names = &["remote_port", "request.remote_port", "source.port"];
const FORWARDED: Names = &[
    "http_x_forwarded_for",
    "x_forwarded_for",
    "request.headers.X-Forwarded-For",
    "xff",
    "forwarded_for",
    "x-forwarded-for",
    "proxy_add_x_forwarded_for",
];
const TIME: Names = &[
    "time_iso8601",
    "time_local",
    "@timestamp",
    "timestamp",
    "ts",
    "time",
    "msec",
    "date",
    "datetime",
    "nginx.access.time",
];
const REQUEST: Names = &["request", "request_line", "nginx.access.request"];
const METHOD: Names = &[
    "request_method",
    "request.method",
    "method",
    "verb",
    "http.request.method",
    "nginx.access.method",
    "cs-method",
    "RequestMethod",
];
const TARGET: Names = &[
    "request_uri",
    "request.uri",
    "uri",
    "url",
    "path",
    "request_path",
    "url.original",
    "nginx.access.url",
    "url.path",
    "cs-uri",
    "RequestPath",
];
const QUERY: Names = &["query_string", "args", "query", "url.query"];
const VERSION: Names =
    &["server_protocol", "request.proto", "protocol", "proto", "http_version", "http.version"];
const STATUS: Names = &[
    "status",
    "status_code",
    "response",
    "response_code",
    "http.response.status_code",
    "nginx.access.response_code",
    "code",
    "sc-status",
    "DownstreamStatus",
];
const BYTES: Names = &[
    "body_bytes_sent",
    "bytes_sent",
    "size",
    "bytes",
    "bytes_out",
    "http.response.body.bytes",
    "response_size",
    "DownstreamContentSize",
];
const REFERER: Names = &[
    "http_referer",
    "http_referrer",
    "referer",
    "referrer",
    "request.headers.Referer",
    "http.request.referrer",
];
const AGENT: Names = &[
    "http_user_agent",
    "user_agent",
    "agent",
    "request.headers.User-Agent",
    "useragent",
    "userAgent",
    "user_agent.original",
    "ua",
];
const HOST: Names = &[
    "http_host",
    "host",
    "request.host",
    "server_name",
    "vhost",
    "virtual_host",
    "domain",
    "url.domain",
];
const USER: Names = &["remote_user", "user_id", "user", "username", "user.name", "auth"];
const TAKEN: Names = &[
    "request_time",
    "duration",
    "upstream_response_time",
    "response_time",
    "latency",
    "time_taken",
];

/// Whether a document is such a record: it knows a client, a request and its status.
pub(crate) fn is_record(root: &Json<'_>) -> bool {
    let has_request = find(root, REQUEST).is_some_and(|r| r.text().is_some())
        || (find(root, METHOD).is_some() && find(root, TARGET).is_some());
    let has_status = find(root, STATUS).is_some_and(|status| status.int().is_some());
    let has_address = text(root, ADDRESS).is_some();
    has_request && has_status && has_address
}

/// The first value that stands under one of the names.
fn find<'a>(root: &Json<'a>, names: Names) -> Option<Json<'a>> {
    names.iter().find_map(|name| {
        let whole = root.get(name).filter(|v| !matches!(v, Json::Object(..) | Json::Null));
        whole.or_else(|| {
            let mut at = *root;
            for part in name.split('.') {
                at = at.get(part)?;
            }
            (!matches!(at, Json::Object(..) | Json::Null)).then_some(at)
        })
    })
}

/// As [`find`], as text; of an array, the first. `-` is none.
fn text<'a>(root: &Json<'a>, names: Names) -> Option<&'a str> {
    let value = find(root, names)?;
    let text = value.elements().first().unwrap_or(&value).text()?;
    Some(text).filter(|text| *text != "-")
}

pub(super) fn decode<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    if !is_record(root) {
        return Err(Fault::malformed("no client, request and status under any known name"));
    }
    let found = TIME.iter().find_map(|name| {
        let value = find(root, std::slice::from_ref(name))?;
        Some((value, time(&value, &mut context.clock)?))
    });
    let (written, at) = found.ok_or(Fault::bad_time("no time under any known name"))?;
    out.start(Stream::Web);
    out.is(Class::HttpActivity, Activity::Request, Status::Unknown);
    out.event.time = at;
    out.event.time_raw = match written {
        Json::Text(text) => text,
        Json::Int(number) => record.arena.alloc_str(&number.to_string()),
        Json::Float(number) => record.arena.alloc_str(&number.to_string()),
        _ => "",
    };
    if let Some(host) = text(root, HOST) {
        out.event.host = Some(host);
        out.text("cs-host", host);
    }
    request(root, record, out);
    answer(root, out);
    client(root, context, out);
    out.flatten_members(root, &[], record.arena);
    out.emit();
    Ok(())
}

fn time(value: &Json<'_>, clock: &mut Clock) -> Option<Timestamp> {
    match *value {
        Json::Int(number) => clock.epoch(number as f64),
        Json::Float(number) => clock.epoch(number),
        Json::Text(text) => {
            let as_number = || text.parse().ok().and_then(|number| clock.clone().epoch(number));
            clock.iso(text).or_else(as_number).or_else(|| clock.access(text))
        }
        _ => None,
    }
}

fn request<'a>(root: &Json<'a>, record: Record<'a>, out: &mut Out<'_, 'a>) {
    if let Some(line) = find(root, REQUEST).and_then(|value| value.text()) {
        request_line(line, out);
        return;
    }
    let method = text(root, METHOD).unwrap_or("-");
    out.event.operation = method;
    out.text("cs-method", method);
    if let Some(version) = text(root, VERSION) {
        out.text("cs-version", version);
    }
    if let Some(path) = text(root, TARGET) {
        let query = text(root, QUERY).filter(|_| !path.contains('?'));
        let whole = query.map(|query| {
            super::event::join(&[path, "?", query.trim_start_matches('?')], record.arena)
        });
        target(whole.unwrap_or(path), out);
    }
}

fn answer<'a>(root: &Json<'a>, out: &mut Out<'_, 'a>) {
    let status = find(root, STATUS).and_then(|value| value.int());
    if let Some(status) = status.and_then(|s| u16::try_from(s).ok()).filter(|s| *s > 0) {
        out.event.http_status = Some(status);
        out.event.status = if status < 400 { Status::Success } else { Status::Failure };
        out.field("sc-status", Value::Int(status.into()));
    }
    let bytes = find(root, BYTES).and_then(|value| value.int());
    if let Some(bytes) = bytes.and_then(|b| u64::try_from(b).ok()) {
        out.event.bytes_out = Some(bytes);
        out.field("sc-bytes", Value::Int(i64::try_from(bytes).unwrap_or(i64::MAX)));
    }
    if let Some(referer) = text(root, REFERER) {
        out.text("cs-referer", referer);
    }
    if let Some(agent) = text(root, AGENT) {
        out.event.agent = Some(agent);
        out.text("cs-user-agent", agent);
    }
    let taken = find(root, TAKEN).and_then(|value| match value {
        Json::Text(text) => text.parse().ok().map(Value::Float),
        other => super::event::scalar_of(&other),
    });
    if let Some(taken) = taken {
        out.field("time-taken", taken);
    }
}

fn client<'a>(root: &Json<'a>, context: &Context, out: &mut Out<'_, 'a>) {
    if let Some(user) = text(root, USER) {
        out.event.account = Some(user);
        out.text("cs-username", user);
    }
    let Some(written) = text(root, ADDRESS) else { return };
    out.text("c-ip", written);
    let found = address::parse(written);
    let peer = found.map(|(address, _)| address);
    let port = find(root, PORT).and_then(|value| value.int());
    let port = port.and_then(|port| u16::try_from(port).ok());
    let forwarded = text(root, FORWARDED);
    if let Some(list) = forwarded {
        out.text("x-forwarded-for", list);
    }
    (out.event.src, out.event.src_claimed) =
        address::through_proxies(peer, forwarded, &context.trusted);
    if out.event.src == peer {
        out.event.src_port = port.or(found.and_then(|(_, port)| port));
    }
}

//! An event as an OCSF document (schema.ocsf.io): the attributes of its class that Bakas knows,
//! and under `unmapped` every field of the record under its own name. It adds nothing of its own.

use std::{collections::BTreeMap, net::IpAddr};

use bakas_model::{Activity, Event, Source, Status, Value};
use bakas_store::findings::OCSF_VERSION;
use serde::Serialize;

/// OCSF `severity_id` 1: Informational. A log record is no judgement.
const INFORMATIONAL: u8 = 1;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    class_uid: u16,
    class_name: &'static str,
    category_uid: u8,
    activity_id: u8,
    activity_name: &'static str,
    type_uid: u32,
    severity_id: u8,
    status_id: u8,
    status: &'static str,
    /// Milliseconds since 1970, as OCSF's `timestamp_t`.
    time: i64,
    time_dt: String,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Actor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Endpoint::is_empty")]
    src_endpoint: Endpoint<'a>,
    #[serde(skip_serializing_if = "Endpoint::is_empty")]
    dst_endpoint: Endpoint<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_request: Option<HttpRequest<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_response: Option<HttpResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<Api<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Named<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unmapped: BTreeMap<&'a str, Values<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    version: &'static str,
    product: Product,
    log_name: &'a str,
    log_format: &'a str,
    /// Where the record lies: bytes of the source after unpacking.
    uid: String,
    original_time: &'a str,
    tenant_uid: &'a str,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Actor<'a> {
    user: Named<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Default, Serialize)]
struct Endpoint<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'a str>,
    /// Addresses that nobody vouches for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    intermediate_ips: Vec<IpAddr>,
}

#[derive(Serialize)]
struct HttpRequest<'a> {
    http_method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Url<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
}

#[derive(Serialize)]
struct Url<'a> {
    path: &'a str,
}

#[derive(Serialize)]
struct HttpResponse {
    code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

#[derive(Serialize)]
struct Api<'a> {
    operation: &'a str,
}

/// The values of a field: one, or as many as the record has.
#[derive(Serialize)]
#[serde(untagged)]
enum Values<'a> {
    One(Scalar<'a>),
    Many(Vec<Scalar<'a>>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Scalar<'a> {
    Text(&'a str),
    Int(i64),
    Float(f64),
    Bool(bool),
    Null(()),
}

impl<'a> Document<'a> {
    pub(super) fn of(event: &Event<'a>, source: &'a Source, agency: &'a str) -> Self {
        let activity_id = event.activity.ocsf_id(event.class);
        let named = |name| Named { name };
        let requests = event.activity == Activity::Request && event.http_status.is_some();
        Self {
            class_uid: event.class as u16,
            class_name: event.class.name(),
            category_uid: event.class.category_uid(),
            activity_id,
            activity_name: event.activity.name(),
            type_uid: u32::from(event.class as u16) * 100 + u32::from(activity_id),
            severity_id: INFORMATIONAL,
            status_id: status_id(event.status),
            status: event.status.name(),
            time: event.time.as_micros().div_euclid(1000),
            time_dt: event.time.to_string(),
            metadata: Metadata {
                version: OCSF_VERSION,
                product: Product { name: "Bakas", version: env!("CARGO_PKG_VERSION") },
                log_name: &source.path,
                log_format: &source.format,
                uid: format!("{}+{}", event.place.offset, event.place.length),
                original_time: event.time_raw,
                tenant_uid: agency,
            },
            actor: event.account.map(|name| Actor { user: named(name) }),
            user: event.target.map(named),
            src_endpoint: Endpoint {
                ip: event.src,
                port: event.src_port,
                hostname: None,
                intermediate_ips: event.src_claimed.into_iter().collect(),
            },
            dst_endpoint: Endpoint { ip: event.dst, port: event.dst_port, ..Endpoint::default() },
            device: event.host.map(|host| Endpoint { hostname: Some(host), ..Endpoint::default() }),
            http_request: requests.then(|| HttpRequest {
                http_method: event.operation,
                url: event.object.map(|path| Url { path }),
                user_agent: event.agent,
            }),
            http_response: event
                .http_status
                .map(|code| HttpResponse { code, length: event.bytes_out }),
            api: (!requests && !event.operation.is_empty())
                .then_some(Api { operation: event.operation }),
            resources: event.object.filter(|_| !requests).map(named).into_iter().collect(),
            unmapped: unmapped(event),
        }
    }
}

impl Endpoint<'_> {
    fn is_empty(&self) -> bool {
        self.ip.is_none() && self.port.is_none() && self.intermediate_ips.is_empty()
    }
}

/// OCSF `status_id`.
const fn status_id(status: Status) -> u8 {
    match status {
        Status::Unknown => 0,
        Status::Success => 1,
        Status::Failure => 2,
    }
}

fn unmapped<'a>(event: &Event<'a>) -> BTreeMap<&'a str, Values<'a>> {
    let mut fields: BTreeMap<&str, Vec<Scalar<'_>>> = BTreeMap::new();
    for field in &event.fields {
        fields.entry(field.name).or_default().push(scalar(field.value));
    }
    let one_or_many = |(name, mut values): (&'a str, Vec<Scalar<'a>>)| {
        let values = match values.len() {
            1 => values.pop().map_or(Values::Many(Vec::new()), Values::One),
            _ => Values::Many(values),
        };
        (name, values)
    };
    fields.into_iter().map(one_or_many).collect()
}

const fn scalar(value: Value<'_>) -> Scalar<'_> {
    match value {
        Value::Text(text) => Scalar::Text(text),
        Value::Int(number) => Scalar::Int(number),
        Value::Float(number) => Scalar::Float(number),
        Value::Bool(truth) => Scalar::Bool(truth),
        Value::Null => Scalar::Null(()),
    }
}

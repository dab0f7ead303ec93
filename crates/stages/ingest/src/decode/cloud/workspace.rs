//! Google Workspace audit, as the Reports API gives it (activities with their events) and as Cloud
//! Logging keeps it (`protoPayload.metadata.event`). An activity may hold several events; each
//! becomes one. Parameters are readable by their name.

use bakas_model::{Stream, Timestamp, Value};

use super::workspace_map::map;
use crate::{
    address,
    decode::{
        Context, Out, Record,
        event::{join, scalar_of},
    },
    fault::Fault,
    json::Json,
};

/// Deepest nesting of message parameters.
const MESSAGE_DEPTH_LIMIT: usize = 8;

/// What all events of a record share.
#[derive(Clone, Copy)]
struct Activity<'a> {
    application: &'a str,
    service: &'a str,
    time: Timestamp,
    time_raw: &'a str,
    account: Option<&'a str>,
    address: Option<&'a str>,
    agent: Option<&'a str>,
}

/// One event with its parameters.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) application: &'a str,
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) parameters: &'a [Json<'a>],
    pub(super) account: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// The first text of a parameter, by its name in any case.
    pub(super) fn parameter(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.text()
    }

    /// The first of these parameters that says something.
    pub(super) fn first(&self, names: &[&str]) -> Option<&'a str> {
        names.iter().find_map(|name| self.parameter(name))
    }

    /// A parameter's value; of several, the first.
    pub(super) fn value(&self, name: &str) -> Option<Json<'a>> {
        let (message, inner) = name.split_once('.').unwrap_or((name, ""));
        let parameter = named(self.parameters, message)?;
        let value = value_of(parameter)?;
        if inner.is_empty() {
            return Some(value.elements().first().copied().unwrap_or(value));
        }
        value_of(named(value.get("parameter")?.elements(), inner)?)
    }
}

fn named<'a>(parameters: &'a [Json<'a>], name: &str) -> Option<&'a Json<'a>> {
    parameters
        .iter()
        .find(|p| p.text_at(&["name"]).is_some_and(|known| known.eq_ignore_ascii_case(name)))
}

/// The value of a parameter, under whichever name its kind gives it.
fn value_of<'a>(parameter: &Json<'a>) -> Option<Json<'a>> {
    let is_value = |(name, _): &&(&str, Json<'_>)| {
        matches!(
            *name,
            "value"
                | "intValue"
                | "boolValue"
                | "multiValue"
                | "multiIntValue"
                | "multiBoolValue"
                | "multiStrValue"
                | "messageValue"
                | "multiMessageValue"
        )
    };
    parameter.members().iter().find(is_value).map(|(_, value)| *value)
}

/// Whether a document is such a record.
pub(super) fn is_record(root: &Json<'_>) -> bool {
    let is_report =
        root.text_at(&["id", "applicationName"]).is_some() && root.get("events").is_some();
    is_report || root.at(&["protoPayload", "metadata", "event"]).is_some()
}

pub(in crate::decode) fn decode<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    if !is_record(root) {
        return Err(Fault::malformed("no Google Workspace activity and no Cloud Logging entry"));
    }
    match root.get("protoPayload") {
        Some(payload) => entry(root, &payload, record, context, out),
        None => report(root, record, context, out),
    }
}

/// The Reports API's shape.
fn report<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let text = |path: &[&str]| root.text_at(path);
    let application = text(&["id", "applicationName"]).unwrap_or_default();
    let time_raw = text(&["id", "time"]).ok_or(Fault::bad_time("no time at id.time"))?;
    let time = context.clock.iso_utc(time_raw).ok_or(Fault::bad_time("id.time is no time"))?;
    let activity = Activity {
        application,
        service: join(&[service(application), ".googleapis.com"], record.arena),
        time,
        time_raw,
        account: text(&["actor", "email"]).or_else(|| text(&["actor", "key"])),
        address: text(&["ipAddress"]),
        agent: None,
    };
    let events = root.get("events").unwrap_or(Json::Null);
    let one = [events];
    let events = if matches!(events, Json::Object(..)) { &one[..] } else { events.elements() };
    if events.is_empty() {
        return Err(Fault::malformed("an activity without events"));
    }
    for event in events {
        let name = event.text_at(&["name"]).unwrap_or_default();
        let kind = event.text_at(&["type"]).unwrap_or_default();
        let parameters = parameters(event, "parameters");
        tell(activity, (name, kind, parameters), record, out);
        out.text("events.name", name);
        out.text("events.type", kind);
        out.flatten_members(root, &["events"], record.arena);
        out.emit();
    }
    Ok(())
}

/// Cloud Logging's shape.
fn entry<'a>(
    root: &Json<'a>,
    payload: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let text = |path: &[&str]| payload.text_at(path);
    let time_raw = root.text_at(&["timestamp"]).ok_or(Fault::bad_time("no time at timestamp"))?;
    let time = context.clock.iso_utc(time_raw).ok_or(Fault::bad_time("timestamp is no time"))?;
    let service = text(&["serviceName"]).unwrap_or_default();
    let events = payload.at(&["metadata", "event"]).unwrap_or(Json::Null);
    let one = [events];
    let events = if matches!(events, Json::Object(..)) { &one[..] } else { events.elements() };
    if events.is_empty() {
        return Err(Fault::malformed("an entry without events"));
    }
    let activity = Activity {
        application: application(service, text(&["methodName"]).unwrap_or_default()),
        service,
        time,
        time_raw,
        account: text(&["authenticationInfo", "principalEmail"]),
        address: text(&["requestMetadata", "callerIp"]),
        agent: text(&["requestMetadata", "callerSuppliedUserAgent"]),
    };
    for event in events {
        let name = event.text_at(&["eventName"]).unwrap_or_default();
        let kind = event.text_at(&["eventType"]).unwrap_or_default();
        let parameters = parameters(event, "parameter");
        tell(activity, (name, kind, parameters), record, out);
        out.flatten_members(root, &["protoPayload"], record.arena);
        for (key, value) in payload.members() {
            if !matches!(*key, "metadata" | "serviceName") {
                out.flatten(join(&["protoPayload.", key], record.arena), value, record.arena);
            }
        }
        out.emit();
    }
    Ok(())
}

fn parameters<'a>(event: &Json<'a>, name: &str) -> &'a [Json<'a>] {
    event.get(name).map(|list| list.elements()).unwrap_or_default()
}

/// What one event says, but for the fields of its record.
fn tell<'a>(
    activity: Activity<'a>,
    (name, kind, parameters): (&'a str, &'a str, &'a [Json<'a>]),
    record: Record<'a>,
    out: &mut Out<'_, 'a>,
) {
    let application = activity.application;
    out.start(stream(application));
    let event = &mut out.event;
    (event.time, event.time_raw, event.operation) = (activity.time, activity.time_raw, name);
    event.src = activity.address.and_then(address::ip);
    event.account = activity.account;
    event.agent = activity.agent;
    event.host = Some(activity.service);
    let told = Told { application, name, kind, parameters, account: activity.account };
    if event.agent.is_none() {
        event.agent = told.parameter("user_agent");
    }
    map(told, out);
    out.text("eventName", name);
    out.text("eventType", kind);
    out.text("eventService", activity.service);
    out.text("protoPayload.serviceName", activity.service);
    // The public rules write it so, too.
    out.text("protoPayload.Servicename", activity.service);
    out.text("protoPayload.metadata.event.eventName", name);
    out.text("protoPayload.metadata.event.eventType", kind);
    for parameter in parameters {
        let name = parameter.text_at(&["name"]).unwrap_or_default();
        if let Some(value) = value_of(parameter)
            && !name.is_empty()
        {
            let long = join(&["parameters.", name], record.arena);
            fields(name, long, &value, record, 0, out);
        }
    }
}

/// Adds a parameter under its name, under its name in lower case where that differs, and under
/// `parameters.` and its name.
fn fields<'a>(
    name: &'a str,
    long: &'a str,
    value: &Json<'a>,
    record: Record<'a>,
    depth: usize,
    out: &mut Out<'_, 'a>,
) {
    match value {
        Json::Array(elements, _) => {
            for element in *elements {
                fields(name, long, element, record, depth, out);
            }
        }
        Json::Object(..) if depth < MESSAGE_DEPTH_LIMIT => {
            for inner in value.get("parameter").map(|p| p.elements()).unwrap_or_default() {
                let inner_name = inner.text_at(&["name"]).unwrap_or_default();
                let Some(value) = value_of(inner) else { continue };
                let name = join(&[name, ".", inner_name], record.arena);
                let long = join(&[long, ".", inner_name], record.arena);
                fields(name, long, &value, record, depth + 1, out);
            }
        }
        _ => {
            let Some(value) = scalar_of(value) else { return };
            // Whole numbers are written as text.
            let value = match value {
                Value::Text(text) if is_int(text) => text.parse().map_or(value, Value::Int),
                other => other,
            };
            out.field(name, value);
            out.field(long, value);
            if name.bytes().any(|b| b.is_ascii_uppercase()) {
                out.field(record.arena.alloc_str(&name.to_ascii_lowercase()), value);
            }
        }
    }
}

fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=18).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

/// The host name that Cloud Logging gives the application's audit.
fn service(application: &str) -> &str {
    match application {
        "token" => "oauth2",
        "groups" | "groups_enterprise" => "cloudidentity",
        // What the Reports API files under accounts, Cloud Logging files under log-in.
        "user_accounts" => "login",
        other => other,
    }
}

/// The Reports API's application for a Cloud Logging service.
fn application<'a>(service: &'a str, method: &str) -> &'a str {
    match service.strip_suffix(".googleapis.com").unwrap_or(service) {
        "oauth2" => "token",
        "cloudidentity" => "groups_enterprise",
        "login" if method.contains("AccountService") => "user_accounts",
        other => other,
    }
}

fn stream(application: &str) -> Stream {
    match application {
        "login" | "saml" => Stream::WorkspaceLogin,
        "admin" => Stream::WorkspaceAdmin,
        "drive" => Stream::WorkspaceDrive,
        "gmail" => Stream::WorkspaceGmail,
        "token" => Stream::WorkspaceToken,
        "groups" | "groups_enterprise" => Stream::WorkspaceGroups,
        "user_accounts" => Stream::WorkspaceAccounts,
        _ => Stream::WorkspaceOther,
    }
}

//! Google Workspace audit records, in the shape of the Reports API and in that of Cloud Logging.

use crate::{
    clock,
    office::{Act, What, title},
    rng::mix,
};

use super::json;

/// Which of the two shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Reports,
    CloudLogging,
}

enum Value<'a> {
    Text(&'a str),
    Many(&'a str),
    Bool(bool),
    Int(u64),
    /// A nested message with one number in it.
    Message(&'a str, u64),
}

struct Shown<'a> {
    kind: &'static str,
    name: &'static str,
    parameters: Vec<(&'static str, Value<'a>)>,
}

/// Writes one activity; `customer` is the agency's number.
pub(crate) fn write(out: &mut Vec<u8>, shape: Shape, customer: usize, act: &Act) {
    let text = match &act.what {
        What::DocView(n)
        | What::DocEdit(n)
        | What::DocDownload(n)
        | What::MailOpened(n)
        | What::MailSent(n) => title(*n),
        _ => String::new(),
    };
    let id = match &act.what {
        What::DocView(n) | What::DocEdit(n) | What::DocDownload(n) => document_id(*n),
        What::MailOpened(n) | What::MailSent(n) => format!("<{:016x}@mail.example>", mix(*n)),
        _ => String::new(),
    };
    let shown = shown(act, &text, &id);
    match shape {
        Shape::Reports => reports(out, customer, act, &shown),
        Shape::CloudLogging => cloud_logging(out, customer, act, &shown),
    }
}

fn document_id(number: u64) -> String {
    format!("1{:016x}{:012x}", mix(number), mix(number ^ 1) >> 16)
}

fn shown<'a>(act: &'a Act, text: &'a str, id: &'a str) -> Shown<'a> {
    use Value::{Bool, Int, Message, Text};
    let drive = |name| Shown {
        kind: "access",
        name,
        parameters: vec![
            ("primary_event", Bool(true)),
            ("billable", Bool(true)),
            ("doc_id", Text(id)),
            ("doc_type", Text("document")),
            ("doc_title", Text(text)),
            ("visibility", Text("shared_internally")),
            ("owner", Text(&act.account)),
        ],
    };
    let mail = |event| Shown {
        kind: "delivery_type",
        name: "delivery",
        parameters: vec![
            ("event_info", Message("mail_event_type", event)),
            ("subject", Text(text)),
            ("rfc2822_message_id", Text(id)),
            ("mailbox", Text(&act.account)),
        ],
    };
    match &act.what {
        What::DocView(_) => drive("view"),
        What::DocEdit(_) => drive("edit"),
        What::DocDownload(_) => drive("download"),
        What::MailOpened(_) => mail(7),
        What::MailSent(_) => mail(1),
        What::AppMail(_) | What::Directory { .. } => {
            let mut shown = changed(&act.what);
            let size = Int(mix(act.time as u64) % 40_000);
            shown.parameters.push(("num_response_bytes", size));
            shown
        }
        What::SignIn { .. }
        | What::SignInFailed
        | What::Challenge { .. }
        | What::RecoveryFailed
        | What::SignOut => signed(&act.what),
        other => changed(other),
    }
}

/// What stands in the login log.
fn signed(what: &What) -> Shown<'_> {
    use Value::{Bool, Many, Text};
    let with = |name, more: [(&'static str, Value<'static>); 2]| {
        let mut parameters = vec![("login_type", Text("google_password"))];
        parameters.extend(more);
        Shown { kind: "login", name, parameters }
    };
    let password = ("login_challenge_method", Many("password"));
    let asked = |method, passed| {
        let status = if passed { "Challenge Passed." } else { "Challenge Failed." };
        with(
            "login_challenge",
            [("login_challenge_method", Many(method)), ("login_challenge_status", Text(status))],
        )
    };
    match what {
        What::SignIn { suspicious } => {
            with("login_success", [password, ("is_suspicious", Bool(*suspicious))])
        }
        What::SignInFailed => {
            let why = Text("login_failure_invalid_password");
            with("login_failure", [password, ("login_failure_type", why)])
        }
        What::Challenge { passed } => asked("google_prompt", *passed),
        What::RecoveryFailed => asked("knowledge_preregistered_email", false),
        _ => Shown {
            kind: "login",
            name: "logout",
            parameters: vec![("login_type", Text("google_password"))],
        },
    }
}

/// What changes settings, grants rights, or is done by an application.
fn changed(what: &What) -> Shown<'_> {
    use Value::{Many, Text};
    match what {
        What::PasswordReset { target } => Shown {
            kind: "USER_SETTINGS",
            name: "CHANGE_PASSWORD",
            parameters: vec![("USER_EMAIL", Text(target))],
        },
        What::UserAdded { target } => Shown {
            kind: "USER_SETTINGS",
            name: "CREATE_USER",
            parameters: vec![("USER_EMAIL", Text(target))],
        },
        What::GroupMemberAdded { group, target } => Shown {
            kind: "moderator_action",
            name: "add_member",
            parameters: vec![
                ("member_id", Text(target)),
                ("group_id", Text(group)),
                ("member_role", Many("member")),
            ],
        },
        What::Forward { to } => Shown {
            kind: "email_forwarding_change",
            name: "email_forwarding_out_of_domain",
            parameters: vec![("email_forwarding_destination_address", Text(to))],
        },
        What::Grant(app) => Shown {
            kind: "auth",
            name: "authorize",
            parameters: vec![
                ("client_id", Text(&app.client)),
                ("app_name", Text(&app.name)),
                ("client_type", Text("WEB")),
                ("scope", Many(app.scopes)),
            ],
        },
        What::AppMail(app) => Shown {
            kind: "auth",
            name: "activity",
            parameters: vec![
                ("client_id", Text(&app.client)),
                ("app_name", Text(&app.name)),
                ("api_name", Text("gmail")),
                ("method_name", Text("gmail.users.messages.get")),
                ("product_bucket", Text("GMAIL")),
            ],
        },
        What::Directory { app, query } => Shown {
            kind: "auth",
            name: "activity",
            parameters: vec![
                ("client_id", Text(&app.client)),
                ("app_name", Text(&app.name)),
                ("api_name", Text(if query.starts_with("people") { "people" } else { "admin" })),
                ("method_name", Text(query)),
                ("product_bucket", Text("OTHER")),
            ],
        },
        _ => unreachable!("every other act is shown by `shown`"),
    }
}

fn reports(out: &mut Vec<u8>, customer: usize, act: &Act, shown: &Shown<'_>) {
    out.extend_from_slice(b"{\"kind\":\"admin#reports#activity\",\"id\":{\"time\":\"");
    clock::iso(out, act.time, 0, 3);
    out.extend_from_slice(b"Z\",\"uniqueQualifier\":\"");
    clock::number(out, qualifier(act));
    out.push(b'"');
    json::field(out, "applicationName", act.what.application().name());
    out.extend_from_slice(b",\"customerId\":\"C03synth");
    clock::number(out, customer as u64);
    out.extend_from_slice(b"\"},\"etag\":\"\\\"");
    clock::number(out, mix(qualifier(act)));
    out.extend_from_slice(b"\\\"\",\"actor\":{\"callerType\":\"USER\"");
    json::field(out, "email", &act.account);
    out.extend_from_slice(b",\"profileId\":\"1");
    clock::padded(out, profile(&act.account), 20);
    out.extend_from_slice(b"\"}");
    json::address(out, "ipAddress", act.address);
    out.extend_from_slice(b",\"events\":[{\"type\":");
    json::string(out, shown.kind);
    json::field(out, "name", shown.name);
    out.extend_from_slice(b",\"parameters\":[");
    for (i, (name, value)) in shown.parameters.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",{\"name\":" } else { b"{\"name\":" });
        json::string(out, name);
        match value {
            Value::Text(text) => json::field(out, "value", text),
            Value::Many(texts) => {
                out.extend_from_slice(b",\"multiValue\":[");
                list(out, texts);
                out.push(b']');
            }
            Value::Bool(true) => out.extend_from_slice(b",\"boolValue\":true"),
            Value::Bool(false) => out.extend_from_slice(b",\"boolValue\":false"),
            Value::Int(number) => {
                out.extend_from_slice(b",\"intValue\":\"");
                clock::number(out, *number);
                out.push(b'"');
            }
            Value::Message(inner, number) => {
                out.extend_from_slice(b",\"messageValue\":{\"parameter\":[{\"name\":");
                json::string(out, inner);
                out.extend_from_slice(b",\"intValue\":\"");
                clock::number(out, *number);
                out.extend_from_slice(b"\"}]}");
            }
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}]}");
}

fn cloud_logging(out: &mut Vec<u8>, customer: usize, act: &Act, shown: &Shown<'_>) {
    let application = match shown.kind {
        "auth" => "oauth2",
        "USER_SETTINGS" => "admin",
        "moderator_action" => "cloudidentity",
        _ => "login",
    };
    let service = format!("{application}.googleapis.com");
    let method = match application {
        "oauth2" => format!("google.identity.oauth2.{}", capital(shown.name)),
        "admin" => "google.admin.AdminService.changePassword".to_owned(),
        "cloudidentity" => {
            "google.apps.cloudidentity.groups.v1.MembershipsService.CreateMembership".to_owned()
        }
        _ => format!("google.login.LoginService.{}", camel(shown.name)),
    };
    out.extend_from_slice(b"{\"protoPayload\":{\"@type\":\"type.googleapis.com/google.cloud.audit.AuditLog\",\"authenticationInfo\":{\"principalEmail\":");
    json::string(out, &act.account);
    out.extend_from_slice(b"},\"requestMetadata\":{\"callerIp\":\"");
    crate::networks::push_address(out, act.address);
    out.extend_from_slice(b"\",\"requestAttributes\":{},\"destinationAttributes\":{}}");
    json::field(out, "serviceName", &service);
    json::field(out, "methodName", &method);
    let organisation = format!("organizations/88001100{customer}");
    json::field(out, "resourceName", &organisation);
    out.extend_from_slice(b",\"metadata\":{\"event\":[{\"eventName\":");
    json::string(out, shown.name);
    json::field(out, "eventType", shown.kind);
    out.extend_from_slice(b",\"parameter\":[");
    for (i, (name, value)) in shown.parameters.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",{\"name\":" } else { b"{\"name\":" });
        json::string(out, name);
        cloud_value(out, value);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}],\"activityId\":{\"uniqQualifier\":\"");
    clock::number(out, qualifier(act));
    out.extend_from_slice(b"\",\"timeUsec\":\"");
    clock::number(out, act.time as u64 * 1000);
    out.extend_from_slice(b"\"},\"@type\":\"type.googleapis.com/ccc_hosted_reporting.ActivityProto\"}},\"insertId\":\"");
    out.extend_from_slice(format!("{:x}", qualifier(act)).as_bytes());
    out.extend_from_slice(
        b"\",\"resource\":{\"type\":\"audited_resource\",\"labels\":{\"service\":",
    );
    json::string(out, &service);
    json::field(out, "method", &method);
    out.extend_from_slice(b"}}");
    json::time(out, "timestamp", act.time, 6);
    json::field(out, "severity", "NOTICE");
    let log = format!("{organisation}/logs/cloudaudit.googleapis.com%2Fdata_access");
    json::field(out, "logName", &log);
    json::time(out, "receiveTimestamp", act.time + 1312, 6);
    out.push(b'}');
}

fn cloud_value(out: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Text(text) => {
            json::field(out, "type", "TYPE_STRING");
            json::field(out, "value", text);
        }
        Value::Many(texts) => {
            json::field(out, "type", "TYPE_STRING");
            out.extend_from_slice(b",\"label\":\"LABEL_REPEATED\",\"multiStrValue\":[");
            list(out, texts);
            out.push(b']');
        }
        Value::Bool(flag) => {
            json::field(out, "type", "TYPE_BOOL");
            out.extend_from_slice(if *flag {
                b",\"boolValue\":true"
            } else {
                b",\"boolValue\":false"
            });
        }
        Value::Int(number) | Value::Message(_, number) => {
            json::field(out, "type", "TYPE_INT64");
            out.extend_from_slice(b",\"intValue\":\"");
            clock::number(out, *number);
            out.push(b'"');
        }
    }
}

fn list(out: &mut Vec<u8>, texts: &str) {
    for (i, text) in texts.split(' ').enumerate() {
        if i > 0 {
            out.push(b',');
        }
        json::string(out, text);
    }
}

fn profile(account: &str) -> u64 {
    account.bytes().fold(17, |hash, byte| mix(hash ^ u64::from(byte)))
}

fn qualifier(act: &Act) -> u64 {
    mix(profile(&act.account) ^ act.time as u64) >> 2
}

fn camel(name: &str) -> String {
    let mut upper = false;
    let mut made = String::new();
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                made.extend(c.to_uppercase());
                upper = false;
            }
            c => made.push(c),
        }
    }
    made
}

fn capital(name: &str) -> String {
    let camel = camel(name);
    let mut letters = camel.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

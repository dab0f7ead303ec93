//! Windows events as JSON, in the shapes that people have: `evtx_dump` (the XML as a tree), Elastic's
//! winlogbeat, flat records as NXLog and many data sets have them, and PowerShell's
//! `Get-WinEvent | ConvertTo-Json`. All become fields under the names of the event's XML.

use bakas_model::{Field, FieldId, Stream, Timestamp, Value};

use super::{finish, order};
use crate::{
    clock::Clock,
    decode::{
        Context, Out, Record,
        event::{join, scalar_of},
    },
    fault::Fault,
    json::Json,
};

const NO_TIME: Fault = Fault::bad_time("a Windows event without a time that can be read");

/// The shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Tree,
    Beat,
    Flat,
    PowerShell,
}

/// Whether a document is a Windows event.
pub(crate) fn is_record(root: &Json<'_>) -> bool {
    shape(root).is_some()
}

fn shape(root: &Json<'_>) -> Option<Shape> {
    let has = |name: &str| root.get(name).is_some();
    if root.at(&["Event", "System"]).is_some() {
        return Some(Shape::Tree);
    }
    let is_beat = root.at(&["winlog", "event_id"]).is_some()
        || (has("event_id") && has("log_name") && has("source_name"));
    if is_beat {
        return Some(Shape::Beat);
    }
    if has("EventID")
        && ["Channel", "SourceName", "ProviderName", "Provider_Name"].iter().any(|n| has(n))
    {
        return Some(Shape::Flat);
    }
    let is_powershell = has("Id") && has("LogName") && has("ProviderName") && has("TimeCreated");
    is_powershell.then_some(Shape::PowerShell)
}

/// Whether a line is what `evtx_dump` writes between its records: `Record 5`.
pub(crate) fn is_separator(line: &str) -> bool {
    line.trim()
        .strip_prefix("Record ")
        .is_some_and(|n| !n.is_empty() && n.len() <= 20 && n.bytes().all(|b| b.is_ascii_digit()))
}

pub(crate) fn decode<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    let shape = shape(root).ok_or(Fault::malformed("not a Windows event"))?;
    out.start(Stream::Windows);
    let clock = &context.clock;
    let time = match shape {
        Shape::Tree => tree(root, record, clock, out),
        Shape::Beat => beat(root, record, clock, out),
        Shape::Flat => flat(root, record, clock, out),
        Shape::PowerShell => powershell(root, record, clock, out),
    };
    (out.event.time, out.event.time_raw) = time.ok_or(NO_TIME)?;
    finish(record.arena, out);
    out.emit();
    Ok(())
}

type When<'a> = Option<(Timestamp, &'a str)>;

/// A scalar under its name; of an element with attributes, its text.
fn put<'a>(name: &'a str, value: &Json<'a>, record: Record<'a>, out: &mut Out<'_, 'a>) {
    match value {
        Json::Object(..) => match value.get("#text").or_else(|| value.get("value")) {
            Some(text) => out.flatten(name, &text, record.arena),
            None => out.flatten(name, value, record.arena),
        },
        _ => out.flatten(name, value, record.arena),
    }
}

/// An attribute of an element, in both ways that `evtx_dump` writes them.
fn attribute<'a>(system: &Json<'a>, element: &str, name: &str) -> Option<Json<'a>> {
    system
        .at(&[element, "#attributes", name])
        .or_else(|| {
            let member = system.members().iter().find(|(key, _)| {
                key.strip_suffix("_attributes").is_some_and(|key| key == element)
            })?;
            member.1.get(name)
        })
        .or_else(|| system.at(&[element, &format!("@{name}")]))
        .or_else(|| system.at(&[element, name]))
}

/// Attributes of the System element: element, attribute, and the field's name.
const ATTRIBUTES: &[(&str, &str, &str)] = &[
    ("Provider", "Name", "Provider_Name"),
    ("Provider", "Guid", "Provider_Guid"),
    ("Correlation", "ActivityID", "Correlation_ActivityID"),
    ("Execution", "ProcessID", "Execution_ProcessID"),
    ("Execution", "ThreadID", "Execution_ThreadID"),
    ("Security", "UserID", "Security_UserID"),
];
/// Elements of the System element with a text.
pub(super) const ELEMENTS: &[&str] = &[
    "EventID",
    "Version",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "EventRecordID",
    "Channel",
    "Computer",
];

fn tree<'a>(root: &Json<'a>, record: Record<'a>, clock: &Clock, out: &mut Out<'_, 'a>) -> When<'a> {
    let event = root.get("Event")?;
    let system = event.get("System")?;
    for (element, name, field) in ATTRIBUTES {
        if let Some(value) = attribute(&system, element, name).as_ref().and_then(scalar_of) {
            out.field(field, value);
        }
    }
    for name in ELEMENTS {
        if let Some(value) = system.get(name) {
            put(name, &value, record, out);
        }
    }
    for part in ["EventData", "UserData"] {
        if let Some(data) = event.get(part) {
            leaves(&data, record, out);
        }
    }
    if let Some(message) = event.text_at(&["RenderingInfo", "Message"]) {
        out.text("Message", message);
    }
    let written = attribute(&system, "TimeCreated", "SystemTime")?.text()?;
    Some((clock.iso_utc(written)?, written))
}

/// What stands in `EventData` and `UserData`: the innermost elements by their own names.
fn leaves<'a>(data: &Json<'a>, record: Record<'a>, out: &mut Out<'_, 'a>) {
    for (name, value) in data.members() {
        if name.starts_with("#attr") || name.starts_with('@') || name.ends_with("_attributes") {
            continue;
        }
        match value {
            Json::Object(..) if value.get("#text").is_none() => leaves(value, record, out),
            _ => put(name, value, record, out),
        }
    }
}

/// winlogbeat's names within `winlog` (7 and later), or at the top (before), and ours.
const BEAT: &[(&str, &str)] = &[
    ("event_id", "EventID"),
    ("channel", "Channel"),
    ("log_name", "Channel"),
    ("provider_name", "Provider_Name"),
    ("source_name", "Provider_Name"),
    ("provider_guid", "Provider_Guid"),
    ("computer_name", "Computer"),
    ("record_id", "EventRecordID"),
    ("record_number", "EventRecordID"),
    ("version", "Version"),
    ("task", "Task"),
    ("opcode", "Opcode"),
    ("keywords", "Keywords"),
    ("activity_id", "Correlation_ActivityID"),
    ("level", "Level"),
    ("message", "Message"),
];

fn beat<'a>(root: &Json<'a>, record: Record<'a>, clock: &Clock, out: &mut Out<'_, 'a>) -> When<'a> {
    let log = root.get("winlog").unwrap_or(*root);
    for (theirs, ours) in BEAT {
        if let Some(value) = log.get(theirs) {
            number_or(ours, &value, record, out);
        }
    }
    for part in ["event_data", "user_data"] {
        if let Some(data) = log.get(part) {
            leaves(&data, record, out);
        }
    }
    if let Some(id) = log.at(&["user", "identifier"]).as_ref().and_then(scalar_of) {
        out.field("Security_UserID", id);
    }
    if log != *root {
        if let Some(text) = root.text_at(&["message"]) {
            out.text("Message", text);
        }
        out.flatten_members(root, &["winlog", "message"], record.arena);
        // The dotted names stay readable for rules that were written for them.
        out.flatten("winlog", &log, record.arena);
    }
    let written = log
        .text_at(&["time_created"])
        .or_else(|| root.text_at(&["@timestamp"]))
        .or_else(|| root.text_at(&["event", "created"]))?;
    Some((clock.iso_utc(written)?, written))
}

/// Flat records' other names for the system's values.
const FLAT: &[(&str, &str)] = &[
    ("Hostname", "Computer"),
    ("SourceName", "Provider_Name"),
    ("ProviderName", "Provider_Name"),
    ("ProviderGuid", "Provider_Guid"),
    ("RecordNumber", "EventRecordID"),
    ("ActivityID", "Correlation_ActivityID"),
    ("UserID", "Security_UserID"),
];

fn flat<'a>(root: &Json<'a>, record: Record<'a>, clock: &Clock, out: &mut Out<'_, 'a>) -> When<'a> {
    for (name, value) in root.members() {
        let ours = FLAT.iter().find(|(theirs, _)| theirs == name).map(|(_, ours)| *ours);
        match ours {
            Some(ours) if root.get(ours).is_none() => number_or(ours, value, record, out),
            _ => number_or(name, value, record, out),
        }
    }
    const TIMES: &[&str] =
        &["EventTime", "TimeCreated", "@timestamp", "SystemTime", "timestamp", "EventReceivedTime"];
    TIMES.iter().find_map(|name| when(&root.get(name)?, clock, record, *name == "EventTime"))
}

fn powershell<'a>(
    root: &Json<'a>,
    record: Record<'a>,
    clock: &Clock,
    out: &mut Out<'_, 'a>,
) -> When<'a> {
    const NAMES: &[(&str, &str)] = &[
        ("Id", "EventID"),
        ("LogName", "Channel"),
        ("ProviderName", "Provider_Name"),
        ("ProviderId", "Provider_Guid"),
        ("MachineName", "Computer"),
        ("RecordId", "EventRecordID"),
        ("Version", "Version"),
        ("Level", "Level"),
        ("Task", "Task"),
        ("Opcode", "Opcode"),
        ("Keywords", "Keywords"),
        ("ProcessId", "Execution_ProcessID"),
        ("ThreadId", "Execution_ThreadID"),
        ("ActivityId", "Correlation_ActivityID"),
        ("Message", "Message"),
    ];
    for (theirs, ours) in NAMES {
        if let Some(value) = root.get(theirs) {
            put(ours, &value, record, out);
        }
    }
    let user = root.get("UserId").map(|user| user.get("Value").unwrap_or(user));
    if let Some(user) = user.as_ref().and_then(scalar_of) {
        out.field("Security_UserID", user);
    }
    // The values come without their names; those of the commonest events are known by their order.
    let id = root.get("Id").and_then(|id| id.int()).unwrap_or_default();
    let names = order::names(root.text_at(&["LogName"]).unwrap_or_default(), id);
    let properties = root.get("Properties").unwrap_or(Json::Null);
    for (at, property) in properties.elements().iter().enumerate() {
        let value = property.get("Value").unwrap_or(*property);
        match names.get(at) {
            Some(name) => put(name, &value, record, out),
            None => put("Data", &value, record, out),
        }
    }
    when(&root.get("TimeCreated")?, clock, record, true)
}

/// A value under a name; a number written as text where only numbers make sense.
fn number_or<'a>(name: &'a str, value: &Json<'a>, record: Record<'a>, out: &mut Out<'_, 'a>) {
    let is_number = matches!(name, "EventID" | "EventRecordID" | "Version");
    match value.int().filter(|_| is_number) {
        Some(number) => out.push(Field { id: FieldId::of(name), name, value: Value::Int(number) }),
        None => put(name, value, record, out),
    }
}

/// A time as text (`is_local`: in the source's zone where none is written), as a number, or as
/// .NET writes it: `/Date(1767600000000)/`, also within an object.
fn when<'a>(value: &Json<'a>, clock: &Clock, record: Record<'a>, is_local: bool) -> When<'a> {
    match *value {
        Json::Text(text) => {
            if let Some(inner) = text.strip_prefix("/Date(") {
                let digits = inner.split([')', '+', '-']).next()?;
                return Some((clock.epoch(digits.parse().ok()?)?, text));
            }
            let time = if is_local { clock.iso(text) } else { clock.iso_utc(text) };
            Some((time?, text))
        }
        Json::Int(number) => {
            let text = join(&[&number.to_string()], record.arena);
            Some((clock.epoch(number as f64)?, text))
        }
        Json::Float(number) => {
            let text = join(&[&number.to_string()], record.arena);
            Some((clock.epoch(number)?, text))
        }
        Json::Object(..) => {
            let inner = value.get("value").or_else(|| value.get("DateTime"))?;
            (inner != *value).then(|| when(&inner, clock, record, is_local))?
        }
        _ => None,
    }
}

//! Windows events as XML, as Event Viewer, `wevtutil` and collectors export them: one `Event` at a
//! time. Described by Microsoft, "Event Schema" (Windows Event Log).

use bakas_model::{Stream, Value, limits::JSON_DEPTH_LIMIT};
use bumpalo::Bump;
use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};

use super::{finish, json::ELEMENTS};
use crate::{
    decode::{Context, Out, Record},
    fault::Fault,
};

const NO_XML: Fault = Fault::malformed("not sound XML");
const NO_EVENT: Fault = Fault::malformed("not a Windows event");

pub(crate) fn looks_like(head: &str) -> bool {
    let text = head.trim_ascii_start().trim_start_matches('\u{feff}');
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest).trim_ascii_start(),
        None => text,
    };
    let is_event = |text: &str| {
        text.strip_prefix("<Event").is_some_and(|rest| rest.starts_with([' ', '>', '\r', '\n']))
    };
    match text.strip_prefix("<Events").and_then(|rest| rest.split_once('>')) {
        Some((_, rest)) => is_event(rest.trim_ascii_start()),
        None => is_event(text) && text.contains("<System>"),
    }
}

/// Where in an event's XML the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    System,
    Data,
    Rendering,
    Other,
}

struct Walk<'a> {
    arena: &'a Bump,
    /// Names of the open elements.
    path: Vec<&'a str>,
    /// The `Name` of the open `Data` element.
    name: Option<&'a str>,
    /// The text of the open element, so far.
    text: String,
    /// Whether the open element holds another.
    is_leaf: bool,
    time: Option<&'a str>,
    has_system: bool,
}

pub(crate) fn decode<'a>(
    record: Record<'a>,
    context: &mut Context,
    out: &mut Out<'_, 'a>,
) -> Result<(), Fault> {
    out.start(Stream::Windows);
    let mut walk = Walk {
        arena: record.arena,
        path: Vec::new(),
        name: None,
        text: String::new(),
        is_leaf: false,
        time: None,
        has_system: false,
    };
    let mut reader = Reader::from_str(record.text);
    loop {
        match reader.read_event().map_err(|_| NO_XML)? {
            Event::Start(element) => walk.open(&element, out)?,
            Event::Empty(element) => {
                walk.open(&element, out)?;
                walk.close(out);
            }
            Event::End(_) => walk.close(out),
            Event::Text(text) => walk.text.push_str(&text),
            Event::CData(text) => walk.text.push_str(&text),
            Event::GeneralRef(name) => {
                let whole = format!("&{};", &*name);
                walk.text.push_str(&unescape(&whole).map_or(whole.clone(), Into::into));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !walk.has_system || !walk.path.is_empty() {
        return Err(NO_EVENT);
    }
    let time = walk.time.and_then(|time| Some((context.clock.iso_utc(time)?, time)));
    let no_time = Fault::bad_time("a Windows event without a time that can be read");
    (out.event.time, out.event.time_raw) = time.ok_or(no_time)?;
    finish(record.arena, out);
    out.emit();
    Ok(())
}

impl<'a> Walk<'a> {
    fn part(&self) -> Part {
        match self.path.get(1) {
            Some(&"System") => Part::System,
            Some(&("EventData" | "UserData")) => Part::Data,
            Some(&"RenderingInfo") => Part::Rendering,
            _ => Part::Other,
        }
    }

    fn keep(&self, text: &str) -> &'a str {
        self.arena.alloc_str(text)
    }

    fn open(&mut self, element: &BytesStart<'_>, out: &mut Out<'_, 'a>) -> Result<(), Fault> {
        if self.path.len() > JSON_DEPTH_LIMIT {
            return Err(Fault {
                reason: bakas_model::RejectReason::TooDeep,
                detail: "nested deeper than 64",
            });
        }
        let local = element.local_name();
        let name = local.into_inner();
        if self.path.is_empty() && name != "Event" {
            return Err(NO_EVENT);
        }
        self.path.push(self.arena.alloc_str(name));
        self.text.clear();
        (self.is_leaf, self.name) = (true, None);
        self.has_system |= self.path.len() == 2 && name == "System";
        for attribute in element.attributes().with_checks(false).take(64) {
            let attribute = attribute.map_err(|_| NO_XML)?;
            let value = unescape(&attribute.value).map_err(|_| NO_XML)?;
            self.attribute(attribute.key.local_name().into_inner(), &value, out);
        }
        Ok(())
    }

    fn attribute(&mut self, key: &str, value: &str, out: &mut Out<'_, 'a>) {
        let value = self.keep(value);
        match (self.part(), self.path.last().copied().unwrap_or_default(), key) {
            (Part::System, "TimeCreated", "SystemTime") => self.time = Some(value),
            (Part::System, "Provider", "Name") => out.text("Provider_Name", value),
            (Part::System, "Provider", "Guid") => out.text("Provider_Guid", value),
            (Part::System, "Correlation", "ActivityID") => {
                out.text("Correlation_ActivityID", value);
            }
            (Part::System, "Execution", "ProcessID") => number("Execution_ProcessID", value, out),
            (Part::System, "Execution", "ThreadID") => number("Execution_ThreadID", value, out),
            (Part::System, "Security", "UserID") => out.text("Security_UserID", value),
            (Part::Data, _, "Name") => self.name = Some(value),
            _ => {}
        }
    }

    fn close(&mut self, out: &mut Out<'_, 'a>) {
        let Some(element) = self.path.pop() else { return };
        let is_leaf = std::mem::replace(&mut self.is_leaf, false);
        let text = self.text.trim();
        if !is_leaf {
            self.text.clear();
            return;
        }
        self.path.push(element);
        let part = self.part();
        let depth = self.path.len();
        self.path.pop();
        match part {
            Part::System if depth == 3 => {
                if let Some(name) = ELEMENTS.iter().find(|name| **name == element) {
                    let text = self.keep(text);
                    match *name {
                        "EventID" | "EventRecordID" | "Version" | "Level" | "Task" | "Opcode" => {
                            number(name, text, out);
                        }
                        _ => out.text(name, text),
                    }
                }
            }
            Part::Data if depth > 2 => {
                let name = self.name.take().unwrap_or(element);
                out.text(name, self.keep(text));
            }
            Part::Rendering if element == "Message" => out.text("Message", self.keep(text)),
            _ => {}
        }
        self.text.clear();
    }
}

fn number<'a>(name: &'a str, text: &'a str, out: &mut Out<'_, 'a>) {
    match text.parse() {
        Ok(number) => out.field(name, Value::Int(number)),
        Err(_) => out.text(name, text),
    }
}

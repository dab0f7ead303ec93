//! A report as a package. A report of ours brings the flow, or the address with its incident, in its
//! evidence; anybody else's is read from its members.

use std::net::IpAddr;

use bakas_model::{
    IncidentKind, Timestamp,
    exchange::{
        Action, ContactPoint, Content, Extract, Flow, FlowClock, Handling, Package, Party, Port,
        SharedIncident, SharedObservable, TraceRequest, Unknown, Words,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{EVIDENCE_BYTES_LIMIT, out, types};

/// Members that are read.
const KNOWN: [&str; 20] = [
    "xarf_version",
    "report_id",
    "timestamp",
    "reporter",
    "sender",
    "source_identifier",
    "source_port",
    "category",
    "type",
    "evidence_source",
    "tags",
    "confidence",
    "description",
    "destination_ip",
    "destination_port",
    "protocol",
    "first_seen",
    "last_seen",
    "evidence",
    "_internal",
];
/// Members that a type requires and that we write the same for all.
const ADDED: [&str; 4] = ["scan_type", "probed_resources", "resource_categories", "threat_type"];

pub(super) fn package(report: &Value) -> Result<(Package, Vec<Unknown>), String> {
    let members = report.as_object().ok_or("a report is an object")?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("xarf_version") {
        version if version.starts_with("4.") => {}
        "" if members.contains_key("Version") => {
            return Err("XARF of version 3 or older is not read; ask for version 4".to_owned());
        }
        _ => return Err("xarf_version: no report of version 4".to_owned()),
    }
    let tags: Vec<&str> = members
        .get("tags")
        .and_then(Value::as_array)
        .map(|tags| tags.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let tag = |space: &str| {
        tags.iter().find_map(|tag| tag.split_once(':').filter(|(name, _)| *name == space))
    };
    let timestamp = time(text("timestamp")).ok_or("timestamp: no time with a zone")?;
    let kind = tag("bakas-kind")
        .and_then(|(_, name)| IncidentKind::from_name(name))
        .or_else(|| types::kind(text("category"), text("type")));
    let content = content(report, kind, timestamp)?;
    let handling = Handling {
        tlp: tag("tlp").and_then(|(_, label)| label.parse().ok()).unwrap_or_default(),
        pap: tag("pap").and_then(|(_, label)| label.parse().ok()).unwrap_or_default(),
        ..Handling::default()
    };
    let is_ours = tag("bakas-package");
    let package = Package {
        id: is_ours.map_or(text("report_id"), |(_, id)| id).to_owned(),
        created: timestamp,
        from: party(members.get("reporter")),
        to: Vec::new(),
        handling,
        redaction: Vec::new(),
        content,
        unknown: Vec::new(),
    };
    let has_own = ours(report).is_some();
    let kept = members.iter().filter(|(name, _)| match name.as_str() {
        // Evidence of others is kept as it came; `_internal` never leaves its owner (XARF 4).
        "evidence" => !has_own,
        name => !(KNOWN.contains(&name) || has_own && ADDED.contains(&name)),
    });
    let kept =
        kept.map(|(name, value)| Unknown { place: format!("/{name}"), raw: value.to_string() });
    Ok((package, kept.collect()))
}

fn time(text: &str) -> Option<Timestamp> {
    (text.len() > 10).then(|| text.parse().ok())?
}

fn party(contact: Option<&Value>) -> Party {
    let text = |name: &str| {
        contact.and_then(|one| one.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    Party {
        id: text("domain"),
        name: text("org"),
        contact: ContactPoint { email: text("contact"), ..ContactPoint::default() },
        ..Party::default()
    }
}

/// Our own evidence in a report.
enum Ours {
    Flow(Box<Flow>),
    Seen(Box<(SharedObservable, SharedIncident)>),
}

fn ours(report: &Value) -> Option<Ours> {
    let item = report.get("evidence")?.as_array()?.first()?;
    let of = |item: &Value| {
        let payload = item.get("payload")?.as_str()?;
        let bytes = STANDARD.decode(payload).ok()?;
        (bytes.len() <= EVIDENCE_BYTES_LIMIT).then_some(bytes)
    };
    match item.get("description")?.as_str()? {
        out::FLOW => Some(Ours::Flow(Box::new(parsed(&of(item)?)?))),
        out::SEEN => Some(Ours::Seen(Box::new(parsed(&of(item)?)?))),
        _ => None,
    }
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}

fn content(
    report: &Value,
    kind: Option<IncidentKind>,
    timestamp: Timestamp,
) -> Result<Content, String> {
    match ours(report) {
        Some(Ours::Seen(both)) => {
            let (observable, incident) = *both;
            let extract = Extract {
                incidents: vec![incident],
                observables: vec![observable],
                ..Extract::default()
            };
            return Ok(Content::Extract(extract));
        }
        Some(Ours::Flow(flow)) => {
            let read = self::flow(report, timestamp)?;
            // A report whose members say another address or time than its evidence was changed.
            let same = (read.source, read.start, read.end) == (flow.source, flow.start, flow.end);
            if !same {
                return Err("its evidence says another flow than its members".to_owned());
            }
            return Ok(Content::Request(request(report, kind, *flow)));
        }
        None => {}
    }
    let flow = self::flow(report, timestamp)?;
    Ok(Content::Request(request(report, kind, flow)))
}

/// A report asks an operator to look into what runs there and to stop it.
fn request(report: &Value, kind: Option<IncidentKind>, flow: Flow) -> TraceRequest {
    let text = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let facts = text("description");
    let words = Words { language: String::new(), text: facts };
    TraceRequest {
        id: text("report_id"),
        version: 1,
        reference: String::new(),
        authority: String::new(),
        action: Action::TakeDown,
        reply_by: flow.end,
        legal_basis: String::new(),
        offence: kind.map_or_else(
            || format!("{}/{}", text("category"), text("type")),
            |kind| kind.rsit().to_owned(),
        ),
        facts: if words.text.is_empty() { Vec::new() } else { vec![words] },
        preservation: None,
        flows: vec![flow],
    }
}

fn flow(report: &Value, timestamp: Timestamp) -> Result<Flow, String> {
    let text = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or_default();
    let port = |name: &str| {
        let number = report.get(name).and_then(Value::as_u64);
        number.and_then(|number| u16::try_from(number).ok())
    };
    let source: IpAddr = text("source_identifier").parse().map_err(|_| {
        "source_identifier: no IP address; reports on domains and others are not read".to_owned()
    })?;
    let missing = "the report does not hold it".to_owned();
    let start = time(text("first_seen")).unwrap_or(timestamp);
    Ok(Flow {
        id: "F-001".to_owned(),
        source,
        source_port: port("source_port").map_or(Port::Missing(missing), Port::Known),
        destination: text("destination_ip").parse().ok(),
        destination_port: port("destination_port"),
        protocol: text("protocol").to_owned(),
        start,
        end: time(text("last_seen")).unwrap_or(start),
        precision_micros: 1_000_000,
        precision_reason: String::new(),
        clock: FlowClock::default(),
        log_source: text("evidence_source").to_owned(),
        count: 1,
        evidence: Vec::new(),
        handling: None,
    })
}

/// Puts the reports of one extract together again.
pub(super) fn join(into: &mut Extract, of: Extract) {
    for incident in of.incidents {
        if !into.incidents.iter().any(|one| one.id == incident.id) {
            into.incidents.push(incident);
        }
    }
    for observable in of.observables {
        if !into.observables.iter().any(|one| one.id == observable.id) {
            into.observables.push(observable);
        }
    }
}

//! An incident of IODEF as a package: ours and other people's. What it does not know is kept as it
//! came; what it cannot read is told.

use std::net::IpAddr;

use bakas_model::{
    Timestamp,
    exchange::{
        Action, AnswerStatus, Candidate, Content, Flow, FlowAnswer, FlowClock, Handling, InReplyTo,
        Package, Port, Refusal, TraceAnswer, TraceRequest, Unknown, Words,
    },
};

use super::{
    back_extract,
    parts::{
        DIFFERENCE, NOTHING, OURS, extra_of, handling_of, id_of, of_word, party_of, time_of,
        words_of,
    },
    tree::Element,
    words as table, xml,
};
use crate::Limits;

/// Parts of an incident that are read.
const INCIDENT: [&str; 13] = [
    "IncidentID",
    "AlternativeID",
    "RelatedActivity",
    "DetectTime",
    "StartTime",
    "EndTime",
    "ReportTime",
    "GenerationTime",
    "Description",
    "Contact",
    "EventData",
    "IndicatorData",
    "History",
];
/// Parts of an event that are read.
const EVENT: [&str; 10] = [
    "Description",
    "DetectTime",
    "StartTime",
    "EndTime",
    "Contact",
    "Discovery",
    "Assessment",
    "Method",
    "Flow",
    "Expectation",
];

/// What is gathered while an incident is read.
pub(super) struct Notes<'a> {
    pub(super) limits: &'a Limits,
    pub(super) rejected: Vec<Words>,
    pub(super) unknown: Vec<Unknown>,
}

impl Notes<'_> {
    pub(super) fn reject(&mut self, place: &str, why: &str) {
        if self.rejected.len() < self.limits.rejects {
            let place: String = place.chars().filter(|c| !c.is_control()).take(100).collect();
            self.rejected.push(Words { language: "en".into(), text: format!("{place}: {why}") });
        }
    }

    fn keep_others(&mut self, element: &Element, place: &str, known: &[&str]) {
        for child in &element.children {
            let name = child.get("name").unwrap_or_default();
            let is_ours = child.name == "AdditionalData" && name.starts_with(OURS);
            if is_ours || known.contains(&child.name.as_str()) {
                continue;
            }
            if self.unknown.len() >= self.limits.objects {
                return;
            }
            let raw = xml::write(child, super::NAMESPACE);
            let raw = String::from_utf8_lossy(&raw).into_owned();
            self.unknown.push(Unknown { place: format!("{place}/{}", child.name), raw });
        }
    }
}

/// Reads an incident in IODEF's own words.
pub(super) fn package(incident: &Element, notes: &mut Notes<'_>) -> Package {
    notes.keep_others(incident, "Incident", &INCIDENT);
    for (number, event) in incident.all("EventData").enumerate() {
        notes.keep_others(event, &format!("Incident/EventData[{}]", number + 1), &EVENT);
    }
    let contacts: Vec<&Element> = incident.all("Contact").collect();
    let is_from = |one: &&Element| matches!(one.get("role"), Some("creator" | "reporter"));
    let sender = contacts.iter().position(is_from);
    let mut from = sender.map(|at| party_of(contacts[at])).unwrap_or_default();
    if from.id.is_empty() {
        from.id = incident.child("IncidentID").and_then(|id| id.get("name")).unwrap_or("").into();
    }
    let others = contacts.iter().enumerate().filter(|(at, _)| Some(*at) != sender);
    let created =
        ["GenerationTime", "ReportTime"].into_iter().find_map(|name| time_of(incident, name));
    if created.is_none() {
        notes.reject("Incident/GenerationTime", "no time with a zone; 1970-01-01 stands for it");
    }
    let created = created.unwrap_or_default();
    let content = match (incident.get("purpose"), incident.get("status")) {
        (Some("traceback"), status) => match status.and_then(table::status_of) {
            Some(status) => Content::Answer(answer(incident, status, notes)),
            None => Content::Request(request(incident, created, notes)),
        },
        _ => Content::Extract(back_extract::extract(incident, created, notes)),
    };
    Package {
        id: incident.text_of("IncidentID").unwrap_or_default().to_owned(),
        created,
        from,
        to: others.map(|(_, one)| party_of(one)).collect(),
        handling: handling(incident),
        redaction: Vec::new(),
        content,
        unknown: Vec::new(),
    }
}

/// An incident without a restriction is private (RFC 7970, section 3.2), which is RED.
fn handling(incident: &Element) -> Handling {
    let tlp = handling_of(incident).map_or(bakas_model::exchange::Tlp::Red, |one| one.tlp);
    let pap = extra_of(incident, "pap").and_then(|text| text.parse().ok()).unwrap_or_default();
    let onward = extra_of(incident, "onward").and_then(of_word).unwrap_or_default();
    Handling { tlp, pap, onward, ..Handling::default() }
}

/// The sender's own number.
pub(super) fn reference(incident: &Element) -> String {
    let id = incident.at(&["AlternativeID", "IncidentID"]);
    id.map(|one| one.text.clone()).unwrap_or_default()
}

fn version(id: Option<&Element>) -> u32 {
    id.and_then(|id| id.get("instance")).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// A text of ours among the extensions.
fn ours(element: &Element, name: &str) -> String {
    extra_of(element, name).unwrap_or_default().to_owned()
}

fn request(incident: &Element, created: Timestamp, notes: &mut Notes<'_>) -> TraceRequest {
    let id = incident.child("IncidentID");
    let expectations = || incident.all("EventData").flat_map(|event| event.all("Expectation"));
    let action = expectations().find_map(|one| {
        let word = (one.get("action")?, one.get("ext-action"));
        let found = table::ACTIONS.into_iter().find(|(_, action, ext)| (*action, *ext) == word);
        found.map(|(action, ..)| action)
    });
    let reply_by = expectations().find_map(|one| time_of(one, "EndTime"));
    let named = extra_of(incident, "reply-by").and_then(|text| text.parse().ok());
    let mut flows = Vec::new();
    for (number, event) in incident.all("EventData").enumerate() {
        match flow(event, number, incident) {
            Ok(flow) => flows.push(flow),
            Err(why) => notes.reject(&format!("Incident/EventData[{}]", number + 1), why),
        }
    }
    TraceRequest {
        id: id.map(|id| id.text.clone()).unwrap_or_default(),
        version: version(id),
        reference: reference(incident),
        authority: ours(incident, "authority"),
        action: action
            .or_else(|| extra_of(incident, "action").and_then(of_word::<Action>))
            .unwrap_or_default(),
        reply_by: reply_by.or(named).unwrap_or(created),
        legal_basis: ours(incident, "legal-basis"),
        offence: ours(incident, "offence"),
        facts: words_of(incident, "Description"),
        preservation: None,
        flows,
    }
}

fn system<'a>(event: &'a Element, category: &str) -> Option<&'a Element> {
    let mut systems = event.all("Flow").flat_map(|flow| flow.all("System"));
    systems.find(|one| one.get("category") == Some(category))
}

pub(super) fn address_of(system: &Element) -> Option<IpAddr> {
    let node = system.child("Node")?;
    node.all("Address").find_map(|one| one.text.trim().parse().ok())
}

fn port_of(system: &Element) -> Option<u16> {
    let mut services = system.all("Service");
    services.find_map(|one| one.text_of("Port")?.trim().parse().ok())
}

/// Events that a system stands for.
pub(super) fn count_of(element: &Element) -> Option<u64> {
    let is_count = |one: &&Element| one.get("type").is_none_or(|kind| kind == "count");
    element.all("Counter").filter(is_count).find_map(|one| one.text.trim().parse().ok())
}

fn flow(event: &Element, number: usize, incident: &Element) -> Result<Flow, &'static str> {
    let source = system(event, "source").ok_or("no system of the category source")?;
    let target = system(event, "target");
    let address = address_of(source).ok_or("its source has no address that can be read")?;
    let start = ["StartTime", "DetectTime"]
        .into_iter()
        .find_map(|name| time_of(event, name).or_else(|| time_of(incident, name)))
        .ok_or("no time with a zone")?;
    let end = time_of(event, "EndTime").unwrap_or(start);
    let reason = source.text_of("Description").unwrap_or_default();
    let protocol = |system: &Element| {
        let mut numbers = system.all("Service").filter_map(|one| one.get("ip-protocol"));
        numbers.find_map(table::protocol_keyword)
    };
    let protocol = protocol(source).or_else(|| target.and_then(protocol));
    let precision = extra_of(event, "precision").and_then(|text| text.parse().ok());
    Ok(Flow {
        id: id_of(event).unwrap_or_else(|| format!("F-{:03}", number + 1)),
        source: address,
        source_port: port_of(source).map_or_else(|| Port::Missing(reason.to_owned()), Port::Known),
        destination: target.and_then(address_of),
        destination_port: target.and_then(port_of),
        protocol: protocol.unwrap_or_default().to_owned(),
        start,
        end,
        precision_micros: precision.unwrap_or(1_000_000),
        precision_reason: String::new(),
        clock: FlowClock::default(),
        log_source: event
            .at(&["Discovery", "Description"])
            .map(|one| one.text.clone())
            .unwrap_or_default(),
        count: count_of(source).unwrap_or(1),
        evidence: Vec::new(),
        handling: handling_of(event),
    })
}

fn answer(incident: &Element, status: AnswerStatus, notes: &mut Notes<'_>) -> TraceAnswer {
    let id = incident.child("IncidentID");
    // An answer that is the request sent back with another status names the request itself.
    let asked = incident.at(&["RelatedActivity", "IncidentID"]).or(id);
    let mut flows = Vec::new();
    for (number, event) in incident.all("EventData").enumerate() {
        match id_of(event) {
            Some(name) => flows.push(outcome(event, name)),
            None => notes.reject(
                &format!("Incident/EventData[{}]", number + 1),
                "it does not say which flow it is about (observable-id)",
            ),
        }
    }
    let items = incident.all("History").flat_map(|history| history.all("HistoryItem"));
    let status = extra_of(incident, "status").and_then(of_word).unwrap_or(status);
    let ground = extra_of(incident, "refusal").and_then(of_word);
    TraceAnswer {
        id: id.map(|id| id.text.clone()).unwrap_or_default(),
        version: version(id),
        reference: reference(incident),
        in_reply_to: InReplyTo {
            id: asked.map(|id| id.text.clone()).unwrap_or_default(),
            version: version(asked),
            sha256: ours(incident, "in-reply-to"),
        },
        status,
        flows,
        refusal: ground.map(|ground| Refusal { ground, words: Vec::new() }),
        forwarded_to: None,
        needs: Vec::new(),
        attribution: Vec::new(),
        notes: items.flat_map(|item| words_of(item, "Description")).collect(),
    }
}

fn outcome(event: &Element, flow: String) -> FlowAnswer {
    let systems = event.all("Flow").flat_map(|flow| flow.all("System"));
    FlowAnswer {
        flow,
        outcome: extra_of(event, "outcome").and_then(of_word).unwrap_or_default(),
        candidates: systems.filter_map(candidate).collect(),
        allocation: extra_of(event, "allocation").and_then(of_word).unwrap_or_default(),
        next_hop: None,
        retention: None,
        disclosure: bakas_model::exchange::Disclosure::default(),
        notes: words_of(event, "Description"),
        handling: handling_of(event),
    }
}

fn candidate(system: &Element) -> Option<Candidate> {
    let ports = system.at(&["Service", "Portlist"]).and_then(|list| {
        let (first, last) = list.text.trim().split_once('-')?;
        Some((first.parse().ok()?, last.parse().ok()?))
    });
    let reference = system.text_of("AssetID")?.to_owned();
    Some(Candidate { reference, inner: address_of(system), ports, ..Candidate::default() })
}

/// The differences that stand in the extensions of an incident: place and JSON, or none.
pub(super) fn differences(incident: &Element) -> impl Iterator<Item = (&str, Option<&str>)> {
    incident.all("AdditionalData").filter_map(|one| {
        let place = one.get("meaning")?;
        match one.get("name")? {
            DIFFERENCE => Some((place, Some(one.text.as_str()))),
            NOTHING => Some((place, None)),
            _ => None,
        }
    })
}

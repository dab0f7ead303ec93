//! A package in IODEF's own words. What has no word there is not in it; the caller compares.

use bakas_model::{
    Timestamp,
    exchange::{
        Candidate, Content, Flow, FlowAnswer, Handling, Package, Port, TraceAnswer, TraceRequest,
    },
};

use super::{
    out_extract,
    parts::{Ids, contact, extra, extra_if, labelled, labelled_if, time, word, words},
    tree::Element,
    words as table,
    xml::can_hold,
};

/// The incident that stands for a package.
pub(super) fn incident(package: &Package) -> Element {
    let mut ids = Ids::default();
    let incident = match &package.content {
        Content::Request(request) => self::request(package, request, &mut ids),
        Content::Answer(answer) => self::answer(package, answer, &mut ids),
        Content::Extract(extract) => out_extract::incident(package, extract, &mut ids),
    };
    let incident = labelled(incident, package.handling.tlp);
    incident.with_all(handling(&package.handling))
}

fn handling(handling: &Handling) -> Vec<Element> {
    let pap = extra("pap", "Permissible Actions Protocol", handling.pap.as_str());
    let meaning = "whether the recipient may hand it on";
    vec![pap, extra("onward", meaning, &word(handling.onward))]
}

/// Who sends it and who is to read it.
pub(super) fn contacts(package: &Package) -> Vec<Element> {
    let to = package.to.iter().map(|party| contact(party, table::role(party.kind)));
    std::iter::once(contact(&package.from, "creator")).chain(to).collect()
}

pub(super) fn incident_id(name: &str, id: &str) -> Element {
    Element::leaf("IncidentID", id).attribute("name", name)
}

/// Another number for the same: the sender's own.
pub(super) fn alternative(package: &Package, reference: &str) -> Option<Element> {
    let id = incident_id(&package.from.id, reference);
    (!reference.is_empty()).then(|| Element::new("AlternativeID").with(id))
}

fn request(package: &Package, request: &TraceRequest, ids: &mut Ids) -> Element {
    let id = incident_id(&package.from.id, &request.id)
        .attribute("instance", request.version.to_string());
    let span = |pick: fn(&Flow) -> Timestamp| request.flows.iter().map(pick);
    let extras = [
        extra_if("authority", "authority under which the sender acts", &request.authority),
        extra_if("legal-basis", "the law that it is asked under", &request.legal_basis),
        extra_if("offence", "the offence looked into", &request.offence),
    ];
    Element::new("Incident")
        .attribute("purpose", "traceback")
        .attribute("status", "new")
        .with(id)
        .with_all(alternative(package, &request.reference))
        .with_all(span(|flow| flow.start).min().map(|at| time("StartTime", at)))
        .with_all(span(|flow| flow.end).max().map(|at| time("EndTime", at)))
        .with(time("GenerationTime", package.created))
        .with_all(words("Description", &request.facts))
        .with_all(contacts(package))
        .with_all(request.flows.iter().map(|flow| event(request, flow, ids)))
        .with_all(extras.into_iter().flatten())
        // Said once for all flows, and kept where there is none.
        .with(extra("reply-by", "by when an answer is hoped for", &request.reply_by.to_string()))
        .with(extra("action", "what is asked for", &word(request.action)))
}

fn event(request: &TraceRequest, flow: &Flow, ids: &mut Ids) -> Element {
    let discovery = Element::new("Discovery")
        .attribute("source", "application-log")
        .with(Element::leaf("Description", &flow.log_source));
    let (_, action, extension) = table::ACTIONS
        .into_iter()
        .find(|(action, ..)| *action == request.action)
        .expect("the table holds every action");
    let mut expectation = Element::new("Expectation").attribute("action", action);
    if let Some(extension) = extension {
        expectation = expectation.attribute("ext-action", extension);
    }
    let event = Element::new("EventData")
        .with(time("StartTime", flow.start))
        .with(time("EndTime", flow.end))
        .with(discovery)
        .with(Element::new("Flow").with(source(flow)).with_all(target(flow)))
        .with(expectation.with(time("EndTime", request.reply_by)));
    let precision = flow.precision_micros.to_string();
    let event = event.with(extra("precision", "microseconds between two ticks", &precision));
    labelled_if(ids.name(&flow.id, event), flow.handling.as_ref())
}

/// An address in its node.
pub(super) fn node(category: &str, value: &str) -> Element {
    Element::new("Node").with(Element::leaf("Address", value).attribute("category", category))
}

fn address(address: std::net::IpAddr) -> Element {
    node(if address.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" }, &address.to_string())
}

/// Events that something stands for.
pub(super) fn counter(count: u64) -> Element {
    Element::leaf("Counter", count.to_string())
        .attribute("type", "count")
        .attribute("unit", "event")
}

fn service(protocol: &str, port: Option<u16>) -> Option<Element> {
    let number = table::protocol_number(protocol);
    if number.is_none() && port.is_none() {
        return None;
    }
    let mut service = Element::new("Service");
    if let Some(number) = number {
        service = service.attribute("ip-protocol", number.to_string());
    }
    Some(service.with_all(port.map(|port| Element::leaf("Port", port.to_string()))))
}

fn source(flow: &Flow) -> Element {
    let (port, reason) = match &flow.source_port {
        Port::Known(port) => (Some(*port), None),
        Port::Missing(reason) => (None, Some(reason).filter(|reason| can_hold(reason))),
    };
    Element::new("System")
        .attribute("category", "source")
        .with(address(flow.source))
        .with_all(service(&flow.protocol, port))
        .with(counter(flow.count))
        .with_all(reason.map(|reason| Element::leaf("Description", reason)))
}

fn target(flow: &Flow) -> Option<Element> {
    let destination = flow.destination?;
    let service = service(&flow.protocol, flow.destination_port);
    let target = Element::new("System").attribute("category", "target");
    Some(target.with(address(destination)).with_all(service))
}

fn answer(package: &Package, answer: &TraceAnswer, ids: &mut Ids) -> Element {
    let id =
        incident_id(&package.from.id, &answer.id).attribute("instance", answer.version.to_string());
    let asked = package.to.first().map_or("", |party| party.id.as_str());
    let asked = incident_id(asked, &answer.in_reply_to.id)
        .attribute("instance", answer.in_reply_to.version.to_string());
    let history = Element::new("HistoryItem")
        .attribute("action", "status-new-info")
        .with(time("DateTime", package.created))
        .with_all(words("Description", &answer.notes));
    let digest = "SHA-256 of the request that is answered";
    let ground = answer.refusal.as_ref().map(|refusal| word(refusal.ground));
    Element::new("Incident")
        .attribute("purpose", "traceback")
        .attribute("status", table::status(answer.status))
        .with(id)
        .with_all(alternative(package, &answer.reference))
        .with(Element::new("RelatedActivity").with(asked))
        .with(time("GenerationTime", package.created))
        .with_all(contacts(package))
        .with_all(answer.flows.iter().map(|flow| outcome(flow, ids)))
        .with(Element::new("History").with(history))
        .with(extra("status", "where the request stands", &word(answer.status)))
        .with_all(extra_if("in-reply-to", digest, &answer.in_reply_to.sha256))
        .with_all(ground.map(|ground| extra("refusal", "ground of the refusal", &ground)))
}

fn outcome(flow: &FlowAnswer, ids: &mut Ids) -> Element {
    let systems: Vec<Element> = flow.candidates.iter().filter_map(candidate).collect();
    let systems = (!systems.is_empty()).then(|| Element::new("Flow").with_all(systems));
    let event = Element::new("EventData")
        .with_all(words("Description", &flow.notes))
        .with_all(systems)
        .with(extra("outcome", "what came of the flow of that name", &word(flow.outcome)))
        .with(extra("allocation", "how the address was given out", &word(flow.allocation)));
    labelled_if(ids.name(&flow.flow, event), flow.handling.as_ref())
}

/// Who fits, where an address of theirs is told.
fn candidate(candidate: &Candidate) -> Option<Element> {
    let ports = candidate.ports.map(|(first, last)| {
        Element::new("Service").with(Element::leaf("Portlist", format!("{first}-{last}")))
    });
    let system = Element::new("System").attribute("category", "source");
    Some(
        system
            .attribute("ownership", "customer")
            .with(address(candidate.inner?))
            .with_all(ports)
            .with(Element::leaf("AssetID", &candidate.reference)),
    )
}

//! An extract of a case in IODEF's own words.

use bakas_model::exchange::{
    Extract, ObservableKind, Package, SharedAction, SharedCampaign, SharedIncident,
    SharedObservable,
};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    out::{alternative, contacts, counter, incident_id, node},
    parts::{Ids, extra, labelled_if, time, words},
    tree::Element,
    words as table,
};

/// XML Signature, where IODEF has its digests from.
const SIGNATURES: &str = "http://www.w3.org/2000/09/xmldsig#";
/// SHA-256 in XML Encryption's words.
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

pub(super) fn incident(package: &Package, extract: &Extract, ids: &mut Ids) -> Element {
    let asks = !extract.actions.is_empty() || extract.observables.iter().any(|one| one.indicator);
    let related = (!extract.campaigns.is_empty())
        .then(|| Element::new("RelatedActivity").with_all(extract.campaigns.iter().map(campaign)));
    let (told, watched): (Vec<_>, Vec<_>) =
        extract.observables.iter().partition(|one| !one.indicator);
    let indicators: Vec<Element> =
        watched.into_iter().filter_map(|one| indicator(package, one, ids)).collect();
    let indicators =
        (!indicators.is_empty()).then(|| Element::new("IndicatorData").with_all(indicators));
    let first = extract.incidents.iter().map(|one| one.first).min();
    let last = extract.incidents.iter().map(|one| one.last).max();
    Element::new("Incident")
        .attribute("purpose", if asks { "mitigation" } else { "reporting" })
        .with(incident_id(&package.from.id, &package.id))
        .with_all(alternative(package, &extract.reference))
        .with_all(related)
        .with_all(first.map(|at| time("StartTime", at)))
        .with_all(last.map(|at| time("EndTime", at)))
        .with(time("GenerationTime", package.created))
        .with_all(words("Description", &extract.title))
        .with_all(contacts(package))
        .with_all(extract.incidents.iter().map(|one| event(one, ids)))
        .with_all(told.into_iter().filter_map(|one| observed(one, ids)))
        .with_all(extract.actions.iter().map(|one| action(one, ids)))
        .with_all(indicators)
}

fn campaign(campaign: &SharedCampaign) -> Element {
    let element = Element::new("Campaign")
        .with(Element::leaf("CampaignID", &campaign.id))
        .with_all(words("Description", &campaign.title));
    labelled_if(element, campaign.handling.as_ref())
}

fn event(incident: &SharedIncident, ids: &mut Ids) -> Element {
    let agency = incident.agency.as_ref().map(|agency| {
        Element::new("Contact")
            .attribute("role", "victim")
            .attribute("type", "organization")
            .with(Element::leaf("ContactName", agency))
    });
    let impact = Element::new("SystemImpact")
        .attribute("completion", if incident.entered { "succeeded" } else { "failed" })
        .attribute("type", table::impact(incident.kind));
    let assessment = Element::new("Assessment")
        .attribute("occurrence", "actual")
        .with(Element::leaf("IncidentCategory", incident.kind.rsit()))
        .with(impact)
        .with(counter(incident.count));
    let techniques = incident
        .techniques
        .iter()
        .map(|technique| Element::new("Reference").with(Element::leaf("Description", technique)));
    let techniques: Vec<Element> = techniques.collect();
    let method = (!techniques.is_empty()).then(|| Element::new("Method").with_all(techniques));
    let event = Element::new("EventData")
        .with_all(words("Description", &incident.title))
        .with(time("StartTime", incident.first))
        .with(time("EndTime", incident.last))
        .with_all(agency)
        .with(assessment)
        .with_all(method)
        .with(extra("kind", "what happened", incident.kind.name()));
    labelled_if(ids.name(&incident.id, event), incident.handling.as_ref())
}

fn action(action: &SharedAction, ids: &mut Ids) -> Element {
    let expectation = Element::new("Expectation")
        .attribute("action", "other")
        .with_all(words("Description", &action.text));
    let event = Element::new("EventData").with(expectation);
    labelled_if(ids.name(&action.id, event), action.handling.as_ref())
}

/// An observable that is not to be watched for stands as a source of an event, so that no reader
/// takes it for a list to block.
fn observed(one: &SharedObservable, ids: &mut Ids) -> Option<Element> {
    let value = &one.observable.value;
    let node = match table::address_category(one.observable.kind, value) {
        Some(category) => node(category, value),
        None if one.observable.kind == ObservableKind::Domain => {
            Element::new("Node").with(domain(value))
        }
        None => return None,
    };
    let system = Element::new("System").attribute("category", "source");
    let system = system.with(node).with(counter(one.count));
    let event = Element::new("EventData")
        .with(time("StartTime", one.first))
        .with(time("EndTime", one.last))
        .with(Element::new("Flow").with(system));
    Some(labelled_if(ids.name(&one.id, event), one.handling.as_ref()))
}

fn domain(name: &str) -> Element {
    Element::new("DomainData")
        .attribute("system-status", "unknown")
        .attribute("domain-status", "unknown")
        .with(Element::leaf("Name", name))
}

fn indicator(package: &Package, one: &SharedObservable, ids: &mut Ids) -> Option<Element> {
    let observable = Element::new("Observable").with(observable(one)?);
    let is_taken = ids.take(&one.id);
    let id = if is_taken { one.id.clone() } else { ids.made() };
    let id = Element::leaf("IndicatorID", id).attribute("name", &package.from.id);
    let confidence = one.confidence.map(|confidence| {
        Element::leaf("Confidence", confidence.to_string()).attribute("rating", "numeric")
    });
    let named = (!is_taken).then(|| extra("id", "its name within the message", &one.id));
    let indicator = Element::new("Indicator")
        .with(id.attribute("version", "1"))
        .with(time("StartTime", one.first))
        .with(time("EndTime", one.last))
        .with_all(confidence)
        .with(observable)
        .with_all(named);
    Some(labelled_if(indicator, one.handling.as_ref()))
}

fn observable(one: &SharedObservable) -> Option<Element> {
    let (kind, value) = (one.observable.kind, &one.observable.value);
    if let Some(category) = table::address_category(kind, value) {
        return Some(Element::leaf("Address", value).attribute("category", category));
    }
    if let Some((_, bulk)) = table::BULK.iter().find(|(one, _)| *one == kind) {
        let list = Element::leaf("BulkObservableList", value);
        return Some(Element::new("BulkObservable").attribute("type", *bulk).with(list));
    }
    let file = match kind {
        ObservableKind::Domain => return Some(domain(value)),
        ObservableKind::FileName => Element::leaf("FileName", value),
        ObservableKind::Sha256 => digest(value)?,
        _ => return None,
    };
    Some(Element::new("FileData").with(Element::new("File").with(file)))
}

fn digest(hex: &str) -> Option<Element> {
    let bytes = super::hex_bytes(hex)?;
    let method = Element::new("ds:DigestMethod").attribute("xmlns:ds", SIGNATURES);
    let value = Element::leaf("ds:DigestValue", STANDARD.encode(bytes));
    let hash = Element::new("Hash")
        .with(method.attribute("Algorithm", SHA256))
        .with(value.attribute("xmlns:ds", SIGNATURES));
    Some(Element::new("HashData").attribute("scope", "file-contents").with(hash))
}

//! Reports of a package.

use bakas_model::{
    IncidentKind, Timestamp,
    exchange::{
        Content, Extract, Flow, ObservableKind, Package, Party, Port, SharedIncident,
        SharedObservable, TraceRequest, Words,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{EVIDENCE_BYTES_LIMIT, VERSION, cannot, types};
use crate::EncodeError;

/// Letters of a description (XARF 4).
const DESCRIPTION_LIMIT: usize = 1000;
/// Letters of an organisation's name (XARF 4).
const NAME_LIMIT: usize = 200;
/// Says what our evidence is, so that we know it again.
pub(super) const FLOW: &str = "The flow as the sender holds it (Bakas, JSON)";
/// The same for an address that was seen in an incident.
pub(super) const SEEN: &str = "The address and the incident as the sender holds them (Bakas, JSON)";

pub(super) fn reports(
    package: &Package,
    kind: Option<IncidentKind>,
) -> Result<Vec<Value>, EncodeError> {
    let reporter = contact(&package.from).ok_or_else(|| {
        cannot("from.contact.email", "every report names an e-mail address; give the sender one")
    })?;
    let reports = match &package.content {
        Content::Request(request) => {
            let kind = kind.ok_or_else(|| {
                cannot("content", "every report says what happened; name the kind of incident")
            })?;
            requests(package, request, kind, &reporter)
        }
        Content::Extract(extract) => seen(package, extract, &reporter),
        Content::Answer(_) => {
            return Err(cannot("content", "a report of abuse holds no answer; send it as text"));
        }
    };
    if reports.is_empty() {
        let what = "nothing in it is an address or a domain that was seen in an incident";
        return Err(cannot("content", what));
    }
    Ok(reports)
}

/// Name, address and domain of a party.
fn contact(party: &Party) -> Option<Value> {
    let (name, domain) = party.contact.email.rsplit_once('@')?;
    let is_domain = domain.contains('.')
        && domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let org: String = party.name.chars().take(NAME_LIMIT).collect();
    (is_domain && !name.is_empty())
        .then(|| json!({"org": org, "contact": party.contact.email, "domain": domain}))
}

/// What every report has.
fn report(
    package: &Package,
    name: &str,
    kind: IncidentKind,
    reporter: &Value,
    (first, last): (Timestamp, Timestamp),
) -> Map<String, Value> {
    // The same report has the same name whenever it is written again (RFC 9562, version 5).
    let id =
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:bakas:{}:{name}", package.id).as_bytes());
    let mut report = Map::from_iter([
        ("xarf_version".to_owned(), json!(VERSION)),
        ("report_id".to_owned(), json!(id.to_string())),
        ("timestamp".to_owned(), json!(first)),
        ("reporter".to_owned(), reporter.clone()),
        ("sender".to_owned(), reporter.clone()),
        ("first_seen".to_owned(), json!(first)),
        ("last_seen".to_owned(), json!(last)),
        ("evidence_source".to_owned(), json!("traffic_analysis")),
    ]);
    report.insert("tags".to_owned(), json!(tags(package, kind)));
    report
}

/// Labels as tags; a package's name is one where it has the form of a tag.
fn tags(package: &Package, kind: IncidentKind) -> Vec<String> {
    let handling = &package.handling;
    let mut tags = vec![
        handling.tlp.as_str().to_ascii_lowercase(),
        handling.pap.as_str().to_ascii_lowercase(),
        format!("bakas-kind:{}", kind.name()),
    ];
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if package.id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && package.id.chars().all(is_word)
    {
        tags.push(format!("bakas-package:{}", package.id));
    }
    tags
}

fn describe(report: &mut Map<String, Value>, words: &[Words]) {
    if let Some(words) = words.first() {
        let text: String = words.text.chars().take(DESCRIPTION_LIMIT).collect();
        report.insert("description".to_owned(), json!(text));
    }
}

/// A piece of evidence; none where it is larger than reports may carry.
fn evidence(description: &str, of: &impl Serialize) -> Option<Value> {
    let bytes = serde_json::to_vec(of).ok().filter(|bytes| bytes.len() <= EVIDENCE_BYTES_LIMIT)?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(json!([{
        "content_type": "application/json",
        "description": description,
        "payload": STANDARD.encode(&bytes),
        "hash": format!("sha256:{digest}"),
        "size": bytes.len(),
    }]))
}

fn requests(
    package: &Package,
    request: &TraceRequest,
    kind: IncidentKind,
    reporter: &Value,
) -> Vec<Value> {
    let known = request.flows.iter().filter(|flow| types::can_say(kind, flow));
    known.map(|flow| Value::Object(of_flow(package, request, flow, kind, reporter))).collect()
}

fn of_flow(
    package: &Package,
    request: &TraceRequest,
    flow: &Flow,
    kind: IncidentKind,
    reporter: &Value,
) -> Map<String, Value> {
    let mut report = report(package, &flow.id, kind, reporter, (flow.start, flow.end));
    let (class, more) = types::of(kind);
    report.extend(more);
    report.insert("category".to_owned(), json!("connection"));
    report.insert("type".to_owned(), json!(class));
    report.insert("source_identifier".to_owned(), json!(flow.source));
    report.insert("protocol".to_owned(), json!(flow.protocol));
    if let Port::Known(port @ 1..) = flow.source_port {
        report.insert("source_port".to_owned(), json!(port));
    }
    if let Some(destination) = flow.destination {
        report.insert("destination_ip".to_owned(), json!(destination));
    }
    if let Some(port @ 1..) = flow.destination_port {
        report.insert("destination_port".to_owned(), json!(port));
    }
    describe(&mut report, &request.facts);
    if let Some(evidence) = evidence(FLOW, flow) {
        report.insert("evidence".to_owned(), evidence);
    }
    report
}

/// An address with each incident that it was seen in.
fn seen(package: &Package, extract: &Extract, reporter: &Value) -> Vec<Value> {
    let mut reports = Vec::new();
    for one in &extract.observables {
        if !matches!(one.observable.kind, ObservableKind::Address | ObservableKind::Domain) {
            continue;
        }
        for incident in extract.incidents.iter().filter(|of| one.incidents.contains(&of.id)) {
            reports.push(Value::Object(of_observable(package, one, incident, reporter)));
        }
    }
    reports
}

fn of_observable(
    package: &Package,
    one: &SharedObservable,
    incident: &SharedIncident,
    reporter: &Value,
) -> Map<String, Value> {
    let name = format!("{}:{}", one.id, incident.id);
    let mut report = report(package, &name, incident.kind, reporter, (one.first, one.last));
    report.insert("source_identifier".to_owned(), json!(one.observable.value));
    // An extract holds no ports and no protocols, which the types of connections require.
    report.insert("category".to_owned(), json!("reputation"));
    report.insert("type".to_owned(), json!("threat_intelligence"));
    report.insert("threat_type".to_owned(), json!(incident.kind.rsit()));
    // A confidence stands in the evidence only: the schema wants a fraction and the published Python
    // library a whole number, so that either way somebody could not read the report.
    describe(&mut report, &incident.title);
    if let Some(evidence) = evidence(SEEN, &(one, incident)) {
        report.insert("evidence".to_owned(), evidence);
    }
    report
}

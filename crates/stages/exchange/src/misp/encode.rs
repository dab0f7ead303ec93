//! A package as an event.

use std::collections::HashMap;

use bakas_model::{
    Timestamp,
    exchange::{
        Content, Flow, Handling, Observable, ObservableKind, Package, Port, SharedIncident,
        SharedObservable,
    },
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    MACHINE, TEMPLATE, TEMPLATE_NAME, TEMPLATE_VERSION,
    tags::{self, tag},
};
use crate::{
    format::{EncodeError, Encoded, Loss},
    gate::Cleared,
    parts::{
        Part, Place, present, split,
        words::{
            admiralty, answer_in_words, flow_in_words, handling_in_words, in_words,
            opinion_in_words, rsit, texts,
        },
    },
};

/// Namespace of the UUIDs that we make.
const OURS: Uuid = Uuid::from_u128(0x5be2_71c8_0f34_4d9a_b6e7_91a3_5c0d_e82f);
/// MISP's template of a network connection, and the version that is written.
const CONNECTION: (&str, u32) = ("af16764b-f8e5-4603-9de1-de34d272f80b", 7);
/// Bytes of one value: servers keep no more than 65,535.
const VALUE_BYTES_LIMIT: usize = 60_000;

/// Writes a package as an event.
///
/// # Errors
/// None: our objects hold every package.
pub fn encode(cleared: &Cleared) -> Result<Encoded, EncodeError> {
    let mut bytes =
        serde_json::to_vec(&crate::json::in_order(event(cleared))).expect("plain JSON into memory");
    bytes.push(b'\n');
    Ok(Encoded { bytes, losses: losses(cleared) })
}

/// Members that a reader finds only in objects of our template.
fn losses(package: &Package) -> Vec<Loss> {
    let mut places = vec!["to", "redaction", "handling.permitted_use", "handling.onward"];
    match &package.content {
        Content::Request(_) => places.extend([
            "content.authority",
            "content.legal_basis",
            "content.offence",
            "content.reply_by",
            "content.preservation",
            "content.flows[].source_port.missing",
            "content.flows[].precision_micros",
            "content.flows[].clock",
            "content.flows[].log_source",
            "content.flows[].evidence",
        ]),
        Content::Answer(_) => {
            places.extend(["content.in_reply_to", "content.status", "content.flows[]"]);
        }
        Content::Extract(_) => places.extend([
            "content.incidents[]",
            "content.campaigns[]",
            "content.actions[]",
            "content.opinions[]",
            "content.notes[]",
            "content.observables[].confidence",
        ]),
    }
    present(package, &places, "kept in objects of our template; MISP has no word for it")
}

/// The UUID of something that is ours: always the same for the same names.
pub(super) fn uuid(names: &[&str]) -> String {
    Uuid::new_v5(&OURS, names.join("\u{1f}").as_bytes()).to_string()
}

/// The event of a package.
pub(super) fn event(package: &Package) -> Value {
    let parts = split(package);
    let maker = Maker { package, parts: parts.len(), at: seconds(package.created) };
    let (mut attributes, mut objects) = (Vec::new(), Vec::new());
    for (number, part) in (1..).zip(&parts) {
        let mut object = maker.part(number, part);
        match part {
            Part::Flow(one) => {
                let connection = maker.connection(number, one);
                refer(&mut object, &connection, "describes");
                objects.push(connection);
            }
            Part::Observable(one) => {
                let attribute = maker.attribute(number, one);
                refer(&mut object, &attribute, "describes");
                attributes.push(attribute);
            }
            _ => {}
        }
        objects.push(object);
    }
    let (title, text) = in_words(package);
    let handling = &package.handling;
    let mut event = json!({
        "uuid": event_uuid(package),
        "info": title,
        "date": package.created.to_string().chars().take(10).collect::<String>(),
        "timestamp": maker.at,
        "threat_level_id": "4",
        "analysis": "2",
        "published": false,
        "distribution": tags::distribution(handling),
        "Orgc": organisation(&package.from.id, &package.from.name),
        "Tag": tags::of(handling),
        "Attribute": attributes,
        "Object": objects,
        "EventReport": [{
            "uuid": uuid(&[&package.id, "report"]),
            "name": title,
            "content": format!("{text}\n\n{}", handling_in_words(handling)),
            "timestamp": maker.at,
            "distribution": "5",
        }],
    });
    if !handling.releasable_to.is_empty() {
        event["SharingGroup"] = sharing_group(package);
    }
    json!({ "Event": event })
}

fn event_uuid(package: &Package) -> String {
    match Uuid::try_parse(&package.id) {
        Ok(own) if own.to_string() == package.id => package.id.clone(),
        _ => uuid(&["package", &package.id]),
    }
}

fn organisation(id: &str, name: &str) -> Value {
    json!({ "uuid": uuid(&["party", id]), "name": if name.is_empty() { id } else { name } })
}

/// The only parties to which an event may go.
fn sharing_group(package: &Package) -> Value {
    let releasable = &package.handling.releasable_to;
    let name_of = |id: &str| {
        let party = package.to.iter().find(|party| party.id == id);
        party.map_or(id, |party| party.name.as_str()).to_owned()
    };
    let members: Vec<Value> = std::iter::once((package.from.id.clone(), package.from.name.clone()))
        .chain(releasable.iter().map(|id| (id.clone(), name_of(id))))
        .map(|(id, name)| json!({ "extend": false, "Organisation": organisation(&id, &name) }))
        .collect();
    json!({
        "uuid": uuid(&["sharing group", &releasable.join("\u{1f}")]),
        "name": format!("Releasable to {}", releasable.join(", ")),
        "releasability": format!("Only to {}", releasable.join(", ")),
        "description": handling_in_words(&package.handling),
        "active": true,
        "roaming": false,
        "local": true,
        "SharingGroupOrg": members,
    })
}

/// Whole seconds, as MISP writes them.
fn seconds(at: Timestamp) -> String {
    at.as_seconds().to_string()
}

fn refer(object: &mut Value, to: &Value, how: &str) {
    let (Some(from), Some(to)) = (object["uuid"].as_str(), to["uuid"].as_str()) else { return };
    let reference = json!({
        "uuid": uuid(&[from, how, to]),
        "object_uuid": from,
        "referenced_uuid": to,
        "relationship_type": how,
    });
    object["ObjectReference"] = json!([reference]);
}

struct Maker<'a> {
    package: &'a Package,
    parts: usize,
    at: String,
}

impl Maker<'_> {
    /// The tags of a part that is handled more strictly than the whole.
    fn own_tags(&self, own: Option<&Handling>) -> Vec<Value> {
        own.map(|own| tags::of(&self.package.handling.strictest(own))).unwrap_or_default()
    }

    fn member(&self, object: &str, relation: &str, kind: &str, value: String) -> Value {
        json!({
            "uuid": uuid(&[object, relation]),
            "object_relation": relation,
            "type": kind,
            "category": category(kind),
            "value": value,
            "to_ids": false,
            "disable_correlation": !matches!(kind, "ip-src" | "ip-dst"),
            "distribution": "5",
            "timestamp": self.at,
        })
    }

    /// The object that holds a part.
    fn part(&self, number: usize, part: &Part) -> Value {
        let id = uuid(&[&self.package.id, "part", &number.to_string()]);
        let member =
            |relation: &str, kind: &str, value: String| self.member(&id, relation, kind, value);
        let mut members = vec![
            member("package", "text", self.package.id.clone()),
            member("part", "counter", number.to_string()),
            member("parts", "counter", self.parts.to_string()),
            member("kind", "text", part.kind().to_owned()),
        ];
        if let Some(words) = words(self.package, part).filter(|words| !words.trim().is_empty()) {
            let cut = words.chars().take(VALUE_BYTES_LIMIT / 4).collect::<String>();
            members.push(member("words", "text", cut.trim().to_owned()));
        }
        let place = Place { package: self.package.id.clone(), part: number, parts: self.parts };
        let pieces = machine(&place, part);
        for (at, piece) in (1..).zip(&pieces) {
            let mut member = member(MACHINE, "text", format!("{at}/{}:{piece}", pieces.len()));
            member["uuid"] = uuid(&[&id, MACHINE, &at.to_string()]).into();
            members.push(member);
        }
        let mut own = self.own_tags(part.handling().filter(|_| number > 1));
        if let Part::Incident(one) = part {
            own.extend(kinds(one));
        }
        for member in &mut members {
            if !own.is_empty() {
                member["Tag"] = json!(own);
            }
        }
        json!({
            "uuid": id,
            "name": TEMPLATE_NAME,
            "meta-category": "misc",
            "description": "One part of a Bakas package",
            "template_uuid": TEMPLATE,
            "template_version": TEMPLATE_VERSION.to_string(),
            "distribution": "5",
            "timestamp": self.at,
            "Attribute": members,
        })
    }

    /// A flow as MISP's own network connection.
    fn connection(&self, number: usize, flow: &Flow) -> Value {
        let id = uuid(&[&self.package.id, "connection", &number.to_string()]);
        let member =
            |relation: &str, kind: &str, value: String| self.member(&id, relation, kind, value);
        let mut members = vec![
            member("ip-src", "ip-src", flow.source.to_string()),
            member("layer4-protocol", "text", flow.protocol.to_ascii_uppercase()),
            member("first-packet-seen", "datetime", flow.start.min(flow.end).to_string()),
            member("count", "counter", flow.count.to_string()),
        ];
        if let Port::Known(port) = flow.source_port {
            members.push(member("src-port", "port", port.to_string()));
        }
        if let Some(address) = flow.destination {
            members.push(member("ip-dst", "ip-dst", address.to_string()));
        }
        if let Some(port) = flow.destination_port {
            members.push(member("dst-port", "port", port.to_string()));
        }
        let own = self.own_tags(flow.handling.as_ref());
        for member in &mut members {
            if !own.is_empty() {
                member["Tag"] = json!(own);
            }
        }
        json!({
            "uuid": id,
            "name": "network-connection",
            "meta-category": "network",
            "description": "A local or remote network connection.",
            "template_uuid": CONNECTION.0,
            "template_version": CONNECTION.1.to_string(),
            "distribution": "5",
            "timestamp": self.at,
            "first_seen": flow.start.min(flow.end),
            "last_seen": flow.end.max(flow.start),
            "Attribute": members,
        })
    }

    /// An observable as an attribute.
    fn attribute(&self, number: usize, one: &SharedObservable) -> Value {
        let kind = kind(one.observable.kind);
        let mut own = self.own_tags(one.handling.as_ref());
        own.extend(
            one.admiralty.as_deref().map(admiralty).unwrap_or_default().iter().map(|t| tag(t)),
        );
        own.extend(one.confidence.map(|confidence| tag(&tags::confidence_tag(confidence))));
        let mut attribute = object(json!({
            "uuid": uuid(&[&self.package.id, "attribute", &number.to_string()]),
            "type": kind,
            "category": category(kind),
            "value": value(&one.observable),
            "to_ids": one.indicator,
            "comment": format!("{}: seen {} times", one.id, one.count),
            "distribution": "5",
            "timestamp": self.at,
            "first_seen": one.first.min(one.last),
            "last_seen": one.last.max(one.first),
        }));
        if !own.is_empty() {
            attribute.insert("Tag".into(), json!(own));
        }
        Value::Object(attribute)
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => unreachable!("a literal object is one, not {other}"),
    }
}

/// A part as JSON in ASCII, in pieces that a server keeps whole.
fn machine(place: &Place, part: &Part) -> Vec<String> {
    let mut whole = object(part.to_json());
    whole.insert("package".into(), place.package.clone().into());
    whole.insert("part".into(), place.part.into());
    whole.insert("parts".into(), place.parts.into());
    let ascii = ascii(&crate::json::in_order(Value::Object(whole)).to_string());
    let bytes: Vec<char> = ascii.chars().collect();
    // A piece must neither begin nor end with a blank, which servers cut off.
    let mut pieces = Vec::new();
    let mut rest = bytes.as_slice();
    while rest.len() > VALUE_BYTES_LIMIT {
        let mut at = VALUE_BYTES_LIMIT;
        while at > 1 && (rest[at] == ' ' || rest[at - 1] == ' ') {
            at -= 1;
        }
        let (piece, after) = rest.split_at(at);
        pieces.push(piece.iter().collect());
        rest = after;
    }
    pieces.push(rest.iter().collect());
    pieces
}

/// JSON with every letter beyond ASCII escaped (RFC 8259, section 7): databases with narrow letters
/// keep it.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// A part in words.
fn words(package: &Package, part: &Part) -> Option<String> {
    match part {
        Part::Head(_) => Some(in_words(package).1),
        Part::Flow(one) => Some(flow_in_words(one)),
        Part::FlowAnswer(one) => Some(answer_in_words(one)),
        Part::Incident(one) => texts(&one.title),
        Part::Campaign(one) => texts(&[one.title.as_slice(), one.because.as_slice()].concat()),
        Part::Observable(one) => Some(one.observable.value.clone()),
        Part::Opinion(one) => Some(opinion_in_words(one)),
        Part::Action(one) => texts(&one.text),
        Part::Note(one) => texts(&one.text),
    }
}

/// The kind of an incident and its techniques, as tags.
fn kinds(one: &SharedIncident) -> Vec<Value> {
    let techniques = one.techniques.iter();
    let technique = |name: &String| tag(&format!("misp-galaxy:mitre-attack-pattern=\"{name}\""));
    std::iter::once(tag(&rsit(one.kind.rsit()))).chain(techniques.map(technique)).collect()
}

/// MISP's type of an observable.
pub(super) const fn kind(kind: ObservableKind) -> &'static str {
    match kind {
        ObservableKind::Address | ObservableKind::Prefix => "ip-src",
        ObservableKind::AutonomousSystem => "AS",
        ObservableKind::Domain => "domain",
        ObservableKind::Url => "url",
        ObservableKind::Email => "email",
        ObservableKind::Account => "target-user",
        ObservableKind::UserAgent => "user-agent",
        ObservableKind::Sha256 => "sha256",
        ObservableKind::FileName => "filename",
    }
}

/// The category that MISP gives to a type by itself.
fn category(kind: &str) -> &'static str {
    match kind {
        "ip-src" | "ip-dst" | "port" | "AS" | "domain" | "url" | "user-agent" => "Network activity",
        "email" => "Social network",
        "target-user" => "Targeting data",
        "sha256" | "filename" => "Payload delivery",
        _ => "Other",
    }
}

fn value(of: &Observable) -> String {
    match of.kind {
        ObservableKind::AutonomousSystem => format!("AS{}", of.value.trim_start_matches("AS")),
        _ => of.value.clone(),
    }
}

/// Values of everything in an event, by UUID.
pub(super) fn values(event: &Value) -> HashMap<String, String> {
    let list = |of: &Value, name: &str| of.get(name).and_then(Value::as_array).cloned();
    let mut all: Vec<Value> = list(event, "Attribute").unwrap_or_default();
    for object in list(event, "Object").unwrap_or_default() {
        all.extend(list(&object, "Attribute").unwrap_or_default());
    }
    let pair = |one: &Value| {
        Some((one.get("uuid")?.as_str()?.to_owned(), one.get("value")?.as_str()?.to_owned()))
    };
    all.iter().filter_map(pair).collect()
}

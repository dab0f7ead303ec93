//! Observables (STIX cyber-observable objects, section 6) from ours and back: addresses, domains,
//! files…, and the network traffic of a flow.

use std::net::IpAddr;

use bakas_model::{
    Timestamp,
    exchange::{Flow, Observable, ObservableKind, Port},
};
use serde_json::{Map, Value, json};

use super::{fit, id, marking::object};

/// An observable object, small enough to keep many of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sco {
    Plain(Observable),
    Traffic(Box<Traffic>),
}

/// One connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Traffic {
    pub(super) source: IpAddr,
    pub(super) source_port: Option<u16>,
    pub(super) destination: Option<IpAddr>,
    pub(super) destination_port: Option<u16>,
    pub(super) protocol: String,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Sco {
    /// An observable, where its value is one of its kind. Others stay words.
    pub(super) fn plain(of: &Observable) -> Option<Self> {
        properties(of).map(|_| Self::Plain(of.clone()))
    }

    /// An address.
    pub(super) fn address(address: IpAddr) -> Self {
        Self::Plain(Observable { kind: ObservableKind::Address, value: address.to_string() })
    }

    /// A flow's traffic.
    pub(super) fn traffic(flow: &Flow) -> Self {
        let source_port = match flow.source_port {
            Port::Known(port) => Some(port),
            Port::Missing(_) => None,
        };
        Self::Traffic(Box::new(Traffic {
            source: flow.source,
            source_port,
            destination: flow.destination,
            destination_port: flow.destination_port,
            protocol: flow.protocol.clone(),
            start: flow.start.min(flow.end),
            end: flow.end.max(flow.start),
        }))
    }

    /// Its id.
    pub(super) fn id(&self) -> String {
        match self {
            Self::Plain(of) => {
                let (kind, properties) = properties(of).expect("only fitting values are made");
                let contributing = |name: &str| match kind {
                    "email-addr" | "ipv4-addr" | "ipv6-addr" | "domain-name" | "url" => {
                        name == "value"
                    }
                    _ => true,
                };
                let properties =
                    properties.into_iter().filter(|(name, _)| contributing(name)).collect();
                id::observable(kind, properties)
            }
            Self::Traffic(traffic) => id::observable("network-traffic", traffic.properties()),
        }
    }

    /// The whole object but for its markings.
    pub(super) fn object(&self) -> Map<String, Value> {
        let (kind, mut members) = match self {
            Self::Plain(of) => properties(of).expect("only fitting values are made"),
            Self::Traffic(traffic) => ("network-traffic", traffic.properties()),
        };
        if kind == "network-traffic" {
            // What has an end is over (section 6.12), which readers want to be told.
            members.insert("is_active".into(), false.into());
        }
        members.insert("type".into(), kind.into());
        members.insert("spec_version".into(), "2.1".into());
        members.insert("id".into(), self.id().into());
        members
    }
}

impl Traffic {
    /// Everything that is said of it; all of it contributes to the id.
    fn properties(&self) -> Map<String, Value> {
        let mut members = object(json!({
            "start": shortest(self.start),
            "end": shortest(self.end),
            "src_ref": Sco::address(self.source).id(),
            "protocols": [self.protocol],
        }));
        if let Some(port) = self.source_port {
            members.insert("src_port".into(), port.into());
        }
        if let Some(address) = self.destination {
            members.insert("dst_ref".into(), Sco::address(address).id().into());
        }
        if let Some(port) = self.destination_port {
            members.insert("dst_port".into(), port.into());
        }
        members
    }
}

/// A time without zeros at its end: it contributes to an id, so there must be one way to write it.
fn shortest(at: Timestamp) -> String {
    let text = at.to_string();
    match text.strip_suffix('Z') {
        Some(digits) if digits.contains('.') => format!("{}Z", digits.trim_end_matches('0')),
        _ => text,
    }
}

/// Type and properties of an observable; `None` where the value is none of its kind.
fn properties(of: &Observable) -> Option<(&'static str, Map<String, Value>)> {
    let value = of.value.as_str();
    if value.is_empty() {
        return None;
    }
    let of_value = || object(json!({ "value": value }));
    Some(match of.kind {
        ObservableKind::Address => {
            let address: IpAddr = value.parse().ok()?;
            (family(address), object(json!({ "value": fit::address(address) })))
        }
        ObservableKind::Prefix => {
            let (address, length) = value.split_once('/')?;
            let address: IpAddr = address.parse().ok()?;
            let length: u8 = length.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let prefix = json!({ "value": format!("{}/{length}", fit::address(address)) });
            (length <= most).then(|| (family(address), object(prefix)))?
        }
        ObservableKind::AutonomousSystem => {
            let digits = value.trim_start_matches("AS");
            ("autonomous-system", object(json!({ "number": digits.parse::<u32>().ok()? })))
        }
        ObservableKind::Domain => fit::domain(value).then(|| ("domain-name", of_value()))?,
        ObservableKind::Url => fit::url(value).then(|| ("url", of_value()))?,
        ObservableKind::Email => fit::email(value).then(|| ("email-addr", of_value()))?,
        ObservableKind::Account => ("user-account", object(json!({ "account_login": value }))),
        ObservableKind::UserAgent => ("software", object(json!({ "name": value }))),
        ObservableKind::Sha256 => {
            let file = || ("file", object(json!({ "hashes": { "SHA-256": value } })));
            fit::sha256(value).then(file)?
        }
        ObservableKind::FileName => ("file", object(json!({ "name": value }))),
    })
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" }
}

/// What observables an object of another sender holds.
pub(super) fn read(kind: &str, object: &Map<String, Value>) -> Vec<Observable> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let of = |kind| move |value: String| Observable { kind, value };
    let one = match kind {
        "ipv4-addr" | "ipv6-addr" => text("value").map(|value| address(&value)),
        "domain-name" => text("value").map(of(ObservableKind::Domain)),
        "url" => text("value").map(of(ObservableKind::Url)),
        "email-addr" => text("value").map(of(ObservableKind::Email)),
        "user-account" => {
            text("account_login").or_else(|| text("user_id")).map(of(ObservableKind::Account))
        }
        "autonomous-system" => object
            .get("number")
            .and_then(Value::as_u64)
            .map(|number| of(ObservableKind::AutonomousSystem)(number.to_string())),
        "file" => {
            let hash = object.get("hashes").and_then(|hashes| hashes.get("SHA-256"));
            let hash = hash.and_then(Value::as_str).map(str::to_ascii_lowercase);
            return hash
                .map(of(ObservableKind::Sha256))
                .into_iter()
                .chain(text("name").map(of(ObservableKind::FileName)))
                .collect();
        }
        _ => None,
    };
    one.into_iter().collect()
}

/// An address or a prefix, as STIX keeps both in one type. A prefix of one address is the address.
pub(super) fn address(value: &str) -> Observable {
    if let Ok(address) = value.parse::<IpAddr>() {
        return Observable { kind: ObservableKind::Address, value: address.to_string() };
    }
    let alone = value.rsplit_once('/').and_then(|(address, length)| {
        let whole = if address.contains(':') { "128" } else { "32" };
        (length == whole).then_some(address)
    });
    match alone.and_then(|alone| alone.parse::<IpAddr>().ok()) {
        Some(address) => Observable { kind: ObservableKind::Address, value: address.to_string() },
        None => Observable { kind: ObservableKind::Prefix, value: value.to_owned() },
    }
}

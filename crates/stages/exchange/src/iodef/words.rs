//! IODEF's enumerations against ours (RFC 7970, sections 3 and 8; IANA's protocol numbers). Each
//! table is read in both directions, and what is not in it has no word there.

use bakas_model::{
    IncidentKind,
    exchange::{Action, AnswerStatus, ObservableKind, PartyKind, Tlp},
};

/// TLP as a restriction: the attribute, and the extension where IODEF has no such word. RFC 7970
/// (section 3.3.1) knows the four colours of TLP 1; AMBER+STRICT came later.
pub(super) const fn restriction(tlp: Tlp) -> (&'static str, Option<&'static str>) {
    match tlp {
        Tlp::Clear => ("white", None),
        Tlp::Green => ("green", None),
        Tlp::Amber => ("amber", None),
        Tlp::AmberStrict => ("ext-value", Some("TLP:AMBER+STRICT")),
        Tlp::Red => ("red", None),
    }
}

/// TLP of a restriction. RFC 7970 says that public is white, partner green, need-to-know amber and
/// private red. A word that nobody knows is handled as RED.
pub(super) fn tlp(restriction: &str, extension: Option<&str>) -> Tlp {
    match restriction {
        "white" | "public" => Tlp::Clear,
        "green" | "partner" => Tlp::Green,
        "amber" | "need-to-know" | "default" => Tlp::Amber,
        "ext-value" => extension.and_then(|text| text.parse().ok()).unwrap_or(Tlp::Red),
        _ => Tlp::Red,
    }
}

/// What a request asks for, as an Expectation's action (and its extension).
pub(super) const ACTIONS: [(Action, &str, Option<&str>); 4] = [
    (Action::Identify, "investigate", None),
    (Action::Preserve, "ext-value", Some("preserve")),
    (Action::Confirm, "ext-value", Some("confirm")),
    (Action::TakeDown, "remediate-other", None),
];

/// Where a request stands, as an Incident's status.
pub(super) const fn status(status: AnswerStatus) -> &'static str {
    match status {
        AnswerStatus::Received
        | AnswerStatus::Accepted
        | AnswerStatus::Preserved
        | AnswerStatus::Partial
        | AnswerStatus::NeedMore => "in-progress",
        AnswerStatus::Identified
        | AnswerStatus::NotFound
        | AnswerStatus::Ambiguous
        | AnswerStatus::Refused => "resolved",
        AnswerStatus::Forwarded => "forwarded",
    }
}

/// The status of an answer of which no more is known.
pub(super) fn status_of(word: &str) -> Option<AnswerStatus> {
    match word {
        "in-progress" => Some(AnswerStatus::Accepted),
        "resolved" => Some(AnswerStatus::Identified),
        "forwarded" => Some(AnswerStatus::Forwarded),
        _ => None,
    }
}

/// Transport protocols by IANA's number.
const PROTOCOLS: [(u8, &str); 9] = [
    (1, "icmp"),
    (6, "tcp"),
    (17, "udp"),
    (33, "dccp"),
    (47, "gre"),
    (50, "esp"),
    (58, "ipv6-icmp"),
    (132, "sctp"),
    (136, "udplite"),
];

pub(super) fn protocol_number(keyword: &str) -> Option<u8> {
    PROTOCOLS.iter().find(|(_, one)| *one == keyword).map(|(number, _)| *number)
}

pub(super) fn protocol_keyword(number: &str) -> Option<&'static str> {
    let number: u8 = number.trim().parse().ok()?;
    PROTOCOLS.iter().find(|(one, _)| *one == number).map(|(_, keyword)| *keyword)
}

/// The role of a contact, by what sort of body it is.
pub(super) const fn role(kind: PartyKind) -> &'static str {
    match kind {
        PartyKind::NationalCert | PartyKind::Cert => "irt",
        PartyKind::LawEnforcement | PartyKind::Court => "leo",
        PartyKind::Operator => "provider",
        PartyKind::Vendor => "vendor",
        PartyKind::Agency | PartyKind::Other => "cc",
    }
}

pub(super) fn kind_of_role(role: &str) -> PartyKind {
    match role {
        "irt" | "cc-irt" => PartyKind::Cert,
        "leo" => PartyKind::LawEnforcement,
        "provider" => PartyKind::Operator,
        "vendor" | "vendor-support" => PartyKind::Vendor,
        _ => PartyKind::Other,
    }
}

/// What an incident did to systems, as a SystemImpact's type.
pub(super) const fn impact(kind: IncidentKind) -> &'static str {
    match kind {
        IncidentKind::PasswordGuessing
        | IncidentKind::PasswordSpraying
        | IncidentKind::AccountTakeover => "takeover-account",
        IncidentKind::WebShell | IncidentKind::LateralMovement => "takeover-system",
        IncidentKind::WebExploitation => "takeover-service",
        IncidentKind::CloudAbuse => "breach-configuration",
        IncidentKind::AdminDiscovery | IncidentKind::Scanning => "policy",
    }
}

/// The kind of an incident by its class in the Reference Security Incident Taxonomy.
pub(super) fn kind_of_rsit(class: &str) -> Option<IncidentKind> {
    IncidentKind::ALL.iter().copied().find(|kind| kind.rsit() == class)
}

/// Observables that IODEF lists in bulk: the type of the list.
pub(super) const BULK: [(ObservableKind, &str); 3] = [
    (ObservableKind::Url, "site-uri"),
    (ObservableKind::Account, "user-name"),
    (ObservableKind::UserAgent, "http-user-agent"),
];

/// The category of an address.
pub(super) fn address_category(kind: ObservableKind, value: &str) -> Option<&'static str> {
    let is_six = value.contains(':');
    match kind {
        ObservableKind::Address if is_six => Some("ipv6-addr"),
        ObservableKind::Address => Some("ipv4-addr"),
        ObservableKind::Prefix if is_six => Some("ipv6-net"),
        ObservableKind::Prefix => Some("ipv4-net"),
        ObservableKind::AutonomousSystem => Some("asn"),
        ObservableKind::Email => Some("e-mail"),
        _ => None,
    }
}

pub(super) fn kind_of_category(category: &str) -> Option<ObservableKind> {
    match category {
        "ipv4-addr" | "ipv6-addr" => Some(ObservableKind::Address),
        "ipv4-net" | "ipv6-net" => Some(ObservableKind::Prefix),
        "asn" => Some(ObservableKind::AutonomousSystem),
        "e-mail" => Some(ObservableKind::Email),
        "site-uri" => Some(ObservableKind::Url),
        _ => None,
    }
}

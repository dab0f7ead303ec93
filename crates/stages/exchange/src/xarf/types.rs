//! XARF's categories and types against our kinds of incidents. XARF has no type for some of what
//! happens; the nearest stands there, and the description says it in words.

use bakas_model::{
    IncidentKind,
    exchange::{Flow, Port},
};
use serde_json::{Map, Value, json};

/// The type, of the category `connection`, and the members that it requires beside the common ones.
pub(super) fn of(kind: IncidentKind) -> (&'static str, Map<String, Value>) {
    let (name, more) = match kind {
        IncidentKind::PasswordGuessing
        | IncidentKind::PasswordSpraying
        | IncidentKind::AccountTakeover
        | IncidentKind::LateralMovement
        | IncidentKind::CloudAbuse => ("login_attack", json!({})),
        IncidentKind::AdminDiscovery => (
            "reconnaissance",
            json!({
                "probed_resources": ["names of administrators"],
                "resource_categories": ["admin_panels"],
            }),
        ),
        IncidentKind::WebExploitation | IncidentKind::WebShell => {
            ("vulnerability_scan", json!({"scan_type": "web_vuln_scan"}))
        }
        IncidentKind::Scanning => ("vulnerability_scan", json!({"scan_type": "mixed"})),
    };
    let more = more.as_object().cloned().unwrap_or_default();
    (name, more)
}

/// Whether a report of this kind can be made of a flow: all of these types know two protocols, and
/// an attack on log-ins is none without the port that it came from.
pub(super) fn can_say(kind: IncidentKind, flow: &Flow) -> bool {
    let needs_port = of(kind).0 == "login_attack";
    let has_port = matches!(flow.source_port, Port::Known(1..));
    matches!(flow.protocol.as_str(), "tcp" | "udp") && (has_port || !needs_port)
}

/// A kind of ours by its RSIT class (a tag of ours), else by XARF's type.
pub(super) fn kind(category: &str, name: &str) -> Option<IncidentKind> {
    match (category, name) {
        ("connection", "login_attack") => Some(IncidentKind::PasswordGuessing),
        ("connection", "sql_injection") => Some(IncidentKind::WebExploitation),
        ("connection", "reconnaissance" | "port_scan" | "vulnerability_scan" | "scraping") => {
            Some(IncidentKind::Scanning)
        }
        ("content", "remote_compromise") | ("infrastructure", "compromised_server") => {
            Some(IncidentKind::WebShell)
        }
        _ => None,
    }
}

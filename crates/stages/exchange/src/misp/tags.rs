//! Handling as tags of taxonomies (`tlp`, `PAP`, `rsit`, `admiralty-scale`) and as distribution;
//! and back: the strictest of all tags of something.

use bakas_model::exchange::{Handling, Pap, Tlp};
use serde_json::{Value, json};

use crate::parts::words::{handling_in_words, pap_in};

/// How far an event goes: to the own organisation alone.
const ORGANISATION: &str = "0";
/// To the community of the server.
const COMMUNITY: &str = "1";
/// To everybody.
const EVERYBODY: &str = "3";
/// To a sharing group.
const SHARING_GROUP: &str = "4";

/// A tag.
pub(super) fn tag(name: &str) -> Value {
    json!({ "name": name })
}

/// The tags of a handling.
pub(super) fn of(handling: &Handling) -> Vec<Value> {
    vec![
        tag(&handling.tlp.as_str().replace("TLP:", "tlp:").to_ascii_lowercase()),
        tag(handling.pap.as_str()),
        tag(&format!("bakas:handling=\"{}\"", handling_in_words(handling).replace('"', "'"))),
    ]
}

/// How far a server may carry an event.
pub(super) fn distribution(handling: &Handling) -> &'static str {
    if !handling.releasable_to.is_empty() {
        return SHARING_GROUP;
    }
    match handling.tlp {
        Tlp::Clear => EVERYBODY,
        Tlp::Green => COMMUNITY,
        Tlp::Amber | Tlp::AmberStrict | Tlp::Red => ORGANISATION,
    }
}

/// The names of the tags of something.
pub(super) fn names(of: &Value) -> impl Iterator<Item = &str> {
    let tags = of.get("Tag").and_then(Value::as_array);
    tags.into_iter().flatten().filter_map(|tag| tag.get("name")?.as_str())
}

/// The strictest labels that tags name.
pub(super) fn labels<'a>(names: impl Iterator<Item = &'a str>) -> (Option<Tlp>, Option<Pap>) {
    let (mut tlp, mut pap) = (None, None);
    for name in names {
        let upper = name.to_ascii_uppercase();
        if upper.starts_with("TLP:") {
            tlp = tlp.max(upper.parse().ok());
        } else if upper.starts_with("PAP") {
            pap = pap.max(pap_in(&upper));
        }
    }
    (tlp, pap)
}

/// The Admiralty code of tags.
pub(super) fn admiralty(of: &Value) -> Option<String> {
    let value = |start: &str| names(of).find_map(|name| name.strip_prefix(start)?.chars().next());
    let source = value("admiralty-scale:source-reliability=\"")?;
    let information = value("admiralty-scale:information-credibility=\"")?;
    Some(format!("{}{information}", source.to_ascii_uppercase()))
}

/// Confidence in MISP's five words, as the middle that its taxonomy gives.
pub(super) fn confidence(of: &Value) -> Option<u8> {
    let level = names(of).find_map(|name| name.strip_prefix("misp:confidence-level=\""))?;
    Some(match level.trim_end_matches('"') {
        "completely-confident" => 100,
        "usually-confident" => 75,
        "fairly-confident" => 50,
        "rarely-confident" => 25,
        "unconfident" => 0,
        _ => return None,
    })
}

/// A confidence in MISP's five words.
pub(super) fn confidence_tag(confidence: u8) -> String {
    let word = match confidence {
        100.. => "completely-confident",
        75.. => "usually-confident",
        50.. => "fairly-confident",
        25.. => "rarely-confident",
        _ => "unconfident",
    };
    format!("misp:confidence-level=\"{word}\"")
}

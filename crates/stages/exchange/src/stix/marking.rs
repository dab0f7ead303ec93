//! Handling as marking definitions: the five TLP 2.0 objects of the OASIS common object repository
//! under their fixed ids, and one statement marking (section 7.2.1.3) for what TLP does not say:
//! PAP, onward sharing, use, parties. And back: the strictest of all marks of an object.

use std::collections::HashMap;

use bakas_model::exchange::{Handling, Pap, Tlp};
use serde_json::{Map, Value, json};

use super::{
    EXTENSION,
    id::{self, Id},
};
use crate::parts::words::{handling_in_words, pap_in};

/// The extension definition of the TLP 2.0 markings.
const TLP_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
/// Marking definitions have no version: all of ours were made at one time.
const CREATED: &str = "2026-01-01T00:00:00.000Z";

/// Labels with the ids of their TLP 2.0 objects.
const TLP: [(Tlp, &str); 5] = [
    (Tlp::Clear, "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"),
    (Tlp::Green, "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"),
    (Tlp::Amber, "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"),
    (Tlp::AmberStrict, "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"),
    (Tlp::Red, "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"),
];
/// Labels with the ids that STIX 2.1 itself gives to TLP 1.0.
const TLP_1: [(Tlp, &str); 4] = [
    (Tlp::Clear, "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"),
    (Tlp::Green, "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"),
    (Tlp::Amber, "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"),
    (Tlp::Red, "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"),
];

/// Id of a label's marking definition.
pub(super) fn tlp_id(tlp: Tlp) -> &'static str {
    TLP.iter().find(|(one, _)| *one == tlp).map_or(TLP[4].1, |(_, id)| id)
}

/// Ids of a handling's two marking definitions.
pub(super) fn refs(handling: &Handling) -> [String; 2] {
    [tlp_id(handling.tlp).to_owned(), statement_id(handling)]
}

fn statement_id(handling: &Handling) -> String {
    let canonical = serde_json::to_string(handling).expect("handling is plain data");
    id::ours("marking-definition", &["handling", &canonical])
}

/// The marking definition of a label.
pub(super) fn tlp(tlp: Tlp) -> Map<String, Value> {
    let name = tlp.as_str();
    let level = name.trim_start_matches("TLP:").to_ascii_lowercase();
    object(json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": tlp_id(tlp),
        "created": "2022-10-01T00:00:00.000Z",
        "name": name,
        "extensions": {
            TLP_EXTENSION: { "extension_type": "property-extension", "tlp_2_0": level },
        },
    }))
}

/// The marking definition of everything that TLP does not say.
pub(super) fn statement(handling: &Handling) -> Map<String, Value> {
    object(json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": statement_id(handling),
        "created": CREATED,
        "definition_type": "statement",
        "definition": { "statement": handling_in_words(handling) },
        "object_marking_refs": [tlp_id(Tlp::Clear)],
        "extensions": {
            EXTENSION: { "extension_type": "property-extension", "handling": handling },
        },
    }))
}

/// What a marking definition says of handling, as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) tlp: Option<Tlp>,
    pub(super) pap: Option<Pap>,
    pub(super) whole: Option<Box<Handling>>,
}

/// The label that stands behind a well-known id.
pub(super) fn known(id: &str) -> Option<Mark> {
    let found = TLP.iter().chain(&TLP_1).find(|(_, one)| *one == id);
    found.map(|(tlp, _)| Mark { tlp: Some(*tlp), ..Mark::default() })
}

/// All labels behind well-known ids.
pub(super) fn all_known() -> HashMap<Id, Mark> {
    let mark = |tlp: Tlp| Mark { tlp: Some(tlp), ..Mark::default() };
    let all = TLP.iter().chain(&TLP_1);
    all.filter_map(|(tlp, id)| Some((Id::parse(id)?, mark(*tlp)))).collect()
}

/// Whether it is the extension of the TLP 2.0 markings.
pub(super) fn is_tlp_extension(name: &str) -> bool {
    name == TLP_EXTENSION
}

/// Reads a marking definition.
pub(super) fn read(object: &Map<String, Value>) -> Mark {
    let text = |path: &str| Value::as_str(Value::pointer_in(object, path)?);
    if let Some(mark) = text("/id").and_then(known) {
        return mark;
    }
    let handling = Value::pointer_in(object, &format!("/extensions/{EXTENSION}/handling"));
    let whole = handling.and_then(|value| serde_json::from_value(value.clone()).ok());
    let level = text(&format!("/extensions/{TLP_EXTENSION}/tlp_2_0"))
        .or_else(|| text("/definition/tlp"))
        .or_else(|| text("/name"));
    let statement = text("/definition/statement").or_else(|| text("/name")).unwrap_or_default();
    Mark {
        tlp: level.and_then(|level| level.parse().ok()),
        pap: pap_in(statement),
        whole: whole.map(Box::new),
    }
}

/// The strictest labels that marks name.
pub(super) fn labels<'a>(marks: impl Iterator<Item = &'a Mark>) -> (Option<Tlp>, Option<Pap>) {
    let whole = |mark: &Mark| mark.whole.as_ref().map(|whole| (whole.tlp, whole.pap));
    marks.fold((None, None), |(tlp, pap), mark| {
        let (more_tlp, more_pap) = whole(mark).unzip();
        (tlp.max(mark.tlp).max(more_tlp), pap.max(mark.pap).max(more_pap))
    })
}

/// The handling that marks give: the strictest of all, and the default where they do not speak.
pub(super) fn handling<'a>(marks: impl Iterator<Item = &'a Mark>) -> Option<Handling> {
    let (mut all, mut tlp, mut pap) = (None::<Handling>, None, None);
    for mark in marks {
        tlp = tlp.max(mark.tlp);
        pap = pap.max(mark.pap);
        if let Some(whole) = &mark.whole {
            // The label stands in a mark of its own; a statement alone says nothing of it.
            tlp = tlp.max(Some(whole.tlp));
            pap = pap.max(Some(whole.pap));
            all = Some(all.map_or_else(|| (**whole).clone(), |all| all.strictest(whole)));
        }
    }
    if all.is_none() && tlp.is_none() && pap.is_none() {
        return None;
    }
    let all = all.unwrap_or_default();
    Some(Handling { tlp: tlp.unwrap_or(all.tlp), pap: pap.unwrap_or(all.pap), ..all })
}

/// The members of a literal object.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => unreachable!("a literal object is one, not {other}"),
    }
}

/// Looking into an object that is not wrapped in a value.
trait Pointer {
    fn pointer_in<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value>;
}

impl Pointer for Value {
    fn pointer_in<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Self> {
        let (first, rest) = path.strip_prefix('/')?.split_once('/').map_or_else(
            || (path.trim_start_matches('/'), None),
            |(first, rest)| (first, Some(rest)),
        );
        let found = object.get(first)?;
        rest.map_or(Some(found), |rest| found.pointer(&format!("/{rest}")))
    }
}

//! A dossier as a graph in the words of CASE and UCO 1.x (JSON-LD): records as pieces of files, the
//! tool, acts of custody, exhibit numbers. It says what was seen and done, and of nobody that they
//! did anything else.

use bakas_model::{Timestamp, custody::CustodyAct};
use bakas_seal::{Leaf, LeafKind, record::Opening};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Material, choose::Chosen};

/// The graph.
pub(super) fn graph(of: &Material<'_>, leaves: &[(u64, Leaf)]) -> Value {
    let tool = id(of, "tool", "bakas");
    let mut nodes = vec![json!({
        "@id": tool,
        "@type": "uco-tool:Tool",
        "uco-core:name": "Bakas",
        "uco-tool:version": env!("CARGO_PKG_VERSION"),
    })];
    for (_, leaf) in leaves.iter().filter(|(_, leaf)| leaf.kind == LeafKind::Source) {
        nodes.push(source(of, &leaf.json));
    }
    let mut objects = vec![json!({"@id": tool})];
    for (number, (opening, chosen)) in (1..).zip(of.openings.iter().zip(&of.chosen)) {
        let added = record(of, (number, opening), chosen);
        objects.extend(added.iter().map(|node| json!({"@id": node["@id"]})));
        nodes.extend(added);
    }
    for (index, leaf) in leaves.iter().filter(|(_, leaf)| leaf.kind == LeafKind::Custody) {
        let Ok(act) = serde_json::from_value::<CustodyAct>(leaf.json.clone()) else { continue };
        let added = handled(of, *index, &act, &leaf.json["act"], &tool);
        objects.extend(added.iter().map(|node| json!({"@id": node["@id"]})));
        nodes.extend(added);
    }
    nodes.push(json!({
        "@id": id(of, "investigation", ""),
        "@type": "case-investigation:Investigation",
        "uco-core:name": of.case.name,
        "uco-core:description": "Records of sealed logs, disclosed as far as their owner shows them.",
        "uco-core:object": objects,
    }));
    json!({"@context": context(), "@graph": nodes})
}

fn context() -> Value {
    let uco = |name: &str| format!("https://ontology.unifiedcyberontology.org/uco/{name}/");
    json!({
        "kb": "urn:bakas:",
        "case-investigation": "https://ontology.caseontology.org/case/investigation/",
        "uco-action": uco("action"),
        "uco-core": uco("core"),
        "uco-identity": uco("identity"),
        "uco-observable": uco("observable"),
        "uco-tool": uco("tool"),
        "uco-types": uco("types"),
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// A name for a node: the same bag gives the same names, another log gives others. A UUID by name
/// (RFC 9562, version 5), as validators expect.
fn id(of: &Material<'_>, kind: &str, name: &str) -> String {
    let name = format!("bakas:{}\n{kind}\n{name}", of.head.origin());
    let uuid = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    format!("kb:{kind}-{uuid}")
}

fn facet(of: &Material<'_>, kind: &str, name: &str, mut body: Value) -> Value {
    body["@id"] = json!(id(of, kind, name));
    body
}

fn time(at: Timestamp) -> Value {
    json!({"@type": "xsd:dateTime", "@value": at.to_string()})
}

fn integer(value: u64) -> Value {
    json!({"@type": "xsd:integer", "@value": value.to_string()})
}

fn hash(of: &Material<'_>, name: &str, sha256: &str) -> Value {
    json!({
        "@id": id(of, "hash", name),
        "@type": "uco-types:Hash",
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256},
    })
}

/// A log file as it was read.
fn source(of: &Material<'_>, value: &Value) -> Value {
    let name = value["path"].as_str().unwrap_or_default();
    let sha256 = value["sha256"].as_str().unwrap_or_default();
    let bytes = value["bytes"].as_u64().unwrap_or_default();
    json!({
        "@id": id(of, "file", name),
        "@type": "uco-observable:File",
        "uco-core:hasFacet": [
            facet(of, "file-facet", name, json!({
                "@type": "uco-observable:FileFacet",
                "uco-observable:fileName": name.rsplit('/').next().unwrap_or(name),
                "uco-observable:filePath": name,
                "uco-observable:sizeInBytes": integer(bytes),
            })),
            facet(of, "content-facet", name, json!({
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:hash": [hash(of, name, sha256)],
            })),
        ],
    })
}

/// A record, its place in its file, and its exhibit number.
fn record(of: &Material<'_>, (number, opening): (usize, &Opening), chosen: &Chosen) -> Vec<Value> {
    let name = format!("{}:{}", chosen.file, chosen.offset);
    let shown: Vec<String> =
        opening.shown().iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let piece = id(of, "record", &name);
    let mut content = json!({
        "@type": "uco-observable:ContentDataFacet",
        "uco-observable:sizeInBytes": integer(opening.place.length.into()),
    });
    if let Some(raw) = &opening.raw {
        content["uco-observable:dataPayload"] = json!(raw.bytes);
    }
    vec![
        json!({
            "@id": piece,
            "@type": "uco-observable:ObservableObject",
            "uco-core:description": shown.join("; "),
            "uco-core:hasFacet": [facet(of, "record-facet", &name, content)],
        }),
        json!({
            "@id": id(of, "place", &name),
            "@type": "uco-observable:ObservableRelationship",
            "uco-core:source": {"@id": piece},
            "uco-core:target": {"@id": id(of, "file", &chosen.file)},
            "uco-core:kindOfRelationship": "Contained_Within",
            "uco-core:isDirectional": true,
            "uco-core:hasFacet": [facet(of, "range-facet", &name, json!({
                "@type": "uco-observable:DataRangeFacet",
                "uco-observable:rangeOffset": integer(opening.place.offset),
                "uco-observable:rangeSize": integer(opening.place.length.into()),
            }))],
        }),
        json!({
            "@id": id(of, "exhibit", &name),
            "@type": "case-investigation:ProvenanceRecord",
            "case-investigation:exhibitNumber": format!("X-{number:03}"),
            "uco-core:description": format!("leaf {} of {}", opening.index, of.head.origin()),
            "uco-core:object": [{"@id": piece}],
        }),
    ]
}

/// An act of custody and who did it.
fn handled(
    of: &Material<'_>,
    index: u64,
    act: &CustodyAct,
    kind: &Value,
    tool: &str,
) -> Vec<Value> {
    let person = id(of, "person", &format!("{}\n{}", act.person.name, act.person.agency));
    let position = [act.person.position.as_str(), &act.person.agency];
    let position: Vec<&str> = position.into_iter().filter(|text| !text.is_empty()).collect();
    let name = kind.as_str().unwrap_or_default().replace('_', " ");
    vec![
        json!({
            "@id": person,
            "@type": "uco-identity:Person",
            "uco-core:name": act.person.name,
            "uco-core:description": position.join(", "),
        }),
        json!({
            "@id": id(of, "act", &index.to_string()),
            "@type": "case-investigation:InvestigativeAction",
            "uco-core:name": name,
            "uco-core:description": format!("{} (leaf {index})", act.purpose),
            "uco-action:startTime": time(act.at),
            "uco-action:performer": {"@id": person},
            "uco-action:instrument": [{"@id": tool}],
        }),
    ]
}

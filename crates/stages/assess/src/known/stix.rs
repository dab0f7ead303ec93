//! STIX 2.1 bundles: intrusion sets, and what they use and target. Who is said to stand behind a
//! group is not read: here it is about habits.

use serde::Deserialize;

use super::{
    Habit, HabitKind, Profile, hours,
    library::{Lenient, Library, Told, tool},
    sector, techniques,
};

#[derive(Deserialize)]
pub(super) struct Object {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    x_mitre_deprecated: bool,
    #[serde(default)]
    external_references: Vec<Reference>,
    #[serde(default)]
    sectors: Vec<String>,
    #[serde(default)]
    infrastructure_types: Vec<String>,
    /// Not of the standard: when a group works, as `01-10`.
    #[serde(default)]
    x_active_hours_utc: Vec<String>,
    #[serde(default)]
    relationship_type: String,
    #[serde(default)]
    source_ref: String,
    #[serde(default)]
    target_ref: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    source_name: String,
    #[serde(default)]
    external_id: String,
}

pub(super) fn read(library: &mut Library, file: &str, objects: Vec<Lenient<Object>>) -> Told {
    let mut told = Told::default();
    for object in objects {
        match object {
            Lenient::Is(object) if object.revoked || object.x_mitre_deprecated => {}
            Lenient::Is(object) => one(library, file, object, &mut told),
            Lenient::Other(_) => told.unread += 1,
        }
    }
    told
}

fn one(library: &mut Library, file: &str, object: Object, told: &mut Told) {
    match object.kind.as_str() {
        "intrusion-set" => {
            told.groups += 1;
            let habits = object.x_active_hours_utc.iter().flat_map(|span| hours(span)).collect();
            let found = Profile {
                name: object.name,
                aliases: object.aliases,
                file: file.to_owned(),
                habits,
                ..Profile::default()
            };
            library.group(&object.id, found);
        }
        "attack-pattern" => {
            told.things += 1;
            let ids =
                object.external_references.iter().filter(|r| r.source_name.contains("attack"));
            library.thing(&object.id, ids.flat_map(|r| techniques(&r.external_id)));
        }
        "tool" | "malware" => {
            told.things += 1;
            library.thing(&object.id, tool(&object.name));
        }
        "identity" => {
            told.things += 1;
            library.thing(&object.id, object.sectors.iter().filter_map(|text| sector(text)));
        }
        "infrastructure" => {
            told.things += 1;
            let hides = object.infrastructure_types.iter().any(|kind| kind == "anonymization");
            let habit = hides.then(|| Habit::new(HabitKind::Infrastructure, "anonymiser"));
            library.thing(&object.id, habit);
        }
        "relationship" if matches!(object.relationship_type.as_str(), "uses" | "targets") => {
            told.ties += 1;
            library.tie(&object.source_ref, &object.target_ref);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_gives_habits_and_no_sponsor() {
        let text = r#"{"type":"bundle","id":"bundle--1","objects":[
            {"type":"intrusion-set","id":"intrusion-set--a","name":"Group A","aliases":["Alpha"],"x_active_hours_utc":["01-10"]},
            {"type":"intrusion-set","id":"intrusion-set--b","name":"Gone","revoked":true},
            {"type":"attack-pattern","id":"attack-pattern--p","name":"Spray","external_references":[
                {"source_name":"mitre-attack","external_id":"T1110.003"},{"source_name":"capec","external_id":"CAPEC-565"}]},
            {"type":"attack-pattern","id":"attack-pattern--v","external_references":[{"source_name":"mitre-attack","external_id":"T1583.003"}]},
            {"type":"tool","id":"tool--t","name":"SQLmap"},
            {"type":"identity","id":"identity--i","identity_class":"class","sectors":["government-national"]},
            {"type":"relationship","id":"r--1","relationship_type":"uses","source_ref":"intrusion-set--a","target_ref":"attack-pattern--p"},
            {"type":"relationship","id":"r--2","relationship_type":"uses","source_ref":"intrusion-set--a","target_ref":"tool--t"},
            {"type":"relationship","id":"r--3","relationship_type":"targets","source_ref":"intrusion-set--a","target_ref":"identity--i"},
            {"type":"relationship","id":"r--4","relationship_type":"uses","source_ref":"intrusion-set--a","target_ref":"attack-pattern--v"},
            {"type":"relationship","id":"r--5","relationship_type":"attributed-to","source_ref":"intrusion-set--a","target_ref":"identity--i"},
            {"type":"relationship","id":"r--6","relationship_type":"uses","source_ref":"intrusion-set--b","target_ref":"tool--t"},
            {"type":"tool","id":7}, "text"
        ]}"#;
        let mut library = Library::default();
        let told = library.read("a.json", text.as_bytes()).expect("a bundle");
        assert_eq!((told.groups, told.things, told.ties, told.unread), (1, 4, 5, 2));
        let profiles = library.profiles();
        assert_eq!(profiles.len(), 1);
        let values: Vec<&str> = profiles[0].habits.iter().map(|h| h.value.as_str()).collect();
        let expected = [
            "T1110",
            "T1110.003",
            "T1583",
            "T1583.003",
            "sqlmap",
            "00–04 UTC",
            "04–08 UTC",
            "08–12 UTC",
            "government",
            "rented",
        ];
        assert_eq!(values, expected);
        assert_eq!(profiles[0].aliases, ["Alpha"]);
    }
}

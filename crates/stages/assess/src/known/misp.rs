//! MISP galaxy clusters: threat actors and the clusters of techniques and tools that they are tied
//! to. Country and suspected sponsor are not read: here it is about habits.

use serde::Deserialize;

use super::{
    Profile, hours,
    library::{Lenient, Library, Told, tool},
    sector, techniques,
};

#[derive(Deserialize)]
pub(super) struct Value {
    value: String,
    uuid: String,
    #[serde(default)]
    meta: Meta,
    #[serde(default)]
    related: Vec<Related>,
}

#[derive(Default, Deserialize)]
struct Meta {
    #[serde(default)]
    external_id: OneOrMore,
    #[serde(default)]
    synonyms: OneOrMore,
    #[serde(default, rename = "cfr-target-category")]
    target_category: OneOrMore,
    #[serde(default, rename = "targeted-sector")]
    targeted_sector: OneOrMore,
    /// Not of any common cluster: when a group works, as `01-10`.
    #[serde(default, rename = "active-hours-utc")]
    active_hours: OneOrMore,
    #[serde(default)]
    status: OneOrMore,
}

/// Clusters write one text where others write a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
    Other(serde::de::IgnoredAny),
}

#[derive(Deserialize)]
struct Related {
    #[serde(default, rename = "dest-uuid")]
    target: String,
    #[serde(default, rename = "type")]
    kind: String,
}

impl Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl OneOrMore {
    fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
            Self::Other(_) => &[],
        }
    }
}

/// What sort of things a cluster is of, by its type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Groups,
    Techniques,
    Tools,
    Other,
}

fn sort(kind: &str) -> Sort {
    match kind {
        "threat-actor"
        | "mitre-intrusion-set"
        | "microsoft-activity-group"
        | "360net-threat-actor"
        | "tidal-groups" => Sort::Groups,
        "mitre-attack-pattern" | "tidal-technique" => Sort::Techniques,
        kind if kind.starts_with("mitre-")
            && (kind.ends_with("tool") || kind.ends_with("malware")) =>
        {
            Sort::Tools
        }
        "tool" | "malpedia" | "rat" | "ransomware" | "backdoor" | "botnet" | "banker"
        | "stealer" | "exploit-kit" | "tidal-software" | "cryptominers" => Sort::Tools,
        _ => Sort::Other,
    }
}

pub(super) fn read(
    library: &mut Library,
    file: &str,
    kind: &str,
    values: Vec<Lenient<Value>>,
) -> Told {
    let mut told = Told::default();
    let sort = sort(kind);
    for value in values {
        match value {
            Lenient::Is(value) => one(library, file, sort, &value, &mut told),
            Lenient::Other(_) => told.unread += 1,
        }
    }
    told
}

fn one(library: &mut Library, file: &str, sort: Sort, value: &Value, told: &mut Told) {
    let meta = &value.meta;
    if meta.status.texts().iter().any(|status| status == "revoked" || status == "deprecated") {
        return;
    }
    match sort {
        Sort::Groups => {
            told.groups += 1;
            let sectors = [&meta.target_category, &meta.targeted_sector];
            let mut habits: std::collections::BTreeSet<_> = sectors
                .iter()
                .flat_map(|list| list.texts())
                .filter_map(|text| sector(text))
                .collect();
            habits.extend(meta.active_hours.texts().iter().flat_map(|span| hours(span)));
            let found = Profile {
                name: value.value.clone(),
                aliases: meta.synonyms.texts().to_vec(),
                file: file.to_owned(),
                habits,
                ..Profile::default()
            };
            library.group(&value.uuid, found);
            for related in value.related.iter().filter(|r| r.kind == "uses" || r.kind == "deploys")
            {
                told.ties += 1;
                library.tie(&value.uuid, &related.target);
            }
        }
        Sort::Techniques => {
            told.things += 1;
            let named = value.value.rsplit_once(" - ").map(|(_, id)| id.to_owned());
            let ids = meta.external_id.texts().iter().cloned().chain(named);
            library.thing(&value.uuid, ids.flat_map(|id| techniques(&id).collect::<Vec<_>>()));
        }
        Sort::Tools => {
            told.things += 1;
            let name = value.value.split(" - S0").next().unwrap_or_default();
            library.thing(&value.uuid, tool(name));
        }
        Sort::Other => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_of_several_files_are_one_library() {
        let actors = r#"{"type":"threat-actor","name":"Threat Actor","values":[
            {"value":"Actor A","uuid":"u-a","description":"…","meta":{"synonyms":["Alpha"],"country":"XX",
             "cfr-suspected-state-sponsor":"Nowhere","cfr-target-category":["Government"],"active-hours-utc":"22-02"},
             "related":[{"dest-uuid":"U-P","type":"uses"},{"dest-uuid":"u-t","type":"uses"},{"dest-uuid":"u-x","type":"similar"}]},
            {"value":"No uuid"}]}"#;
        let patterns = r#"{"type":"mitre-attack-pattern","values":[{"value":"Password Spraying - T1110.003","uuid":"u-p","meta":{"external_id":"T1110.003"}}]}"#;
        let tools = r#"{"type":"mitre-tool","values":[{"value":"sqlmap - S0225","uuid":"u-t"}]}"#;
        let mut library = Library::default();
        let told = library.read("actors.json", actors.as_bytes()).expect("a cluster");
        assert_eq!((told.groups, told.ties, told.unread), (1, 2, 1));
        library.read("patterns.json", patterns.as_bytes()).expect("a cluster");
        library.read("tools.json", tools.as_bytes()).expect("a cluster");
        let profiles = library.profiles();
        let text = serde_json::to_string(&profiles).expect("JSON");
        assert!(!text.contains("XX") && !text.contains("Nowhere"), "no sponsor is kept: {text}");
        let values: Vec<&str> = profiles[0].habits.iter().map(|h| h.value.as_str()).collect();
        assert_eq!(
            values,
            ["T1110", "T1110.003", "sqlmap", "00–04 UTC", "20–24 UTC", "government"]
        );
    }
}

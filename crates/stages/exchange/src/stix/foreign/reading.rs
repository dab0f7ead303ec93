//! One object of another sender, as far as it is read.

use bakas_model::{
    IncidentKind, Timestamp,
    exchange::{ContactPoint, Observable, Party, Words},
};
use serde_json::Value;

use super::super::{SOURCE, id::Id, pattern, read::Object, sco};
use crate::parts::{short, words::rsit};

/// What an object is.
#[derive(Debug)]
pub(super) enum Thing {
    Identity(Box<Party>),
    Observables(Vec<Observable>),
    Traffic { ends: Vec<Id>, words: String },
    Observed { first: Timestamp, last: Timestamp, count: u64, refs: Box<[Id]> },
    Indicator { of: Vec<Observable>, from: Timestamp, until: Timestamp },
    Sighting { of: Id, first: Option<Timestamp>, last: Option<Timestamp>, count: u64 },
    Incident { kind: IncidentKind, title: Box<Words>, first: Timestamp, last: Timestamp },
    Campaign { title: Box<Words>, text: Option<String>, first: Timestamp, last: Timestamp },
    Action(Box<Words>),
    Note { about: Box<[Id]>, text: Box<Words> },
    Relation(Id, Id),
    Root { title: Box<Words>, text: Option<String>, names: Box<[Id]>, reference: String },
}

/// An object while it is read.
pub(super) struct Reading<'a> {
    pub(super) object: &'a Object,
}

impl Reading<'_> {
    pub(super) fn words(&self, name: &str) -> Option<Box<Words>> {
        let text = self.object.text(name)?.to_owned();
        let language = self.object.text("lang").unwrap_or_default().chars().take(35).collect();
        Some(Box::new(Words { language, text }))
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.object.text(name).map(str::to_owned)
    }

    /// A time that may be missing, but must be one where it is there.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        let wrong = || format!("'{name}' is no time (write 2026-01-31T08:00:00Z)");
        match self.object.members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| wrong()),
            Some(_) => Err(wrong()),
        }
    }

    pub(super) fn must(&self, name: &str) -> Result<Timestamp, String> {
        self.time(name)?.ok_or_else(|| format!("'{name}' is missing"))
    }

    pub(super) fn reference(&self, name: &str) -> Result<Option<Id>, String> {
        match self.object.members.get(name) {
            None => Ok(None),
            Some(value) => {
                let id = value.as_str().and_then(Id::parse);
                id.map(Some).ok_or_else(|| format!("'{name}' is no STIX id"))
            }
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, String> {
        match self.object.members.get(name) {
            None => Ok(None),
            Some(value) => {
                value.as_u64().map(Some).ok_or_else(|| format!("'{name}' is no whole number"))
            }
        }
    }

    pub(super) fn labels(&self) -> impl Iterator<Item = &str> {
        let labels = self.object.members.get("labels").and_then(Value::as_array);
        labels.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Our own name of it, or of a party.
    pub(super) fn external(&self) -> Option<String> {
        let list = self.object.members.get("external_references")?.as_array()?;
        let ours = list.iter().find(|one| one.get("source_name").is_some_and(|n| n == SOURCE))?;
        ours.get("external_id")?.as_str().map(str::to_owned)
    }

    /// The kind of an incident, where a label says it in RSIT.
    pub(super) fn incident_kind(&self) -> Option<IncidentKind> {
        const KINDS: [IncidentKind; 9] = [
            IncidentKind::PasswordGuessing,
            IncidentKind::PasswordSpraying,
            IncidentKind::AdminDiscovery,
            IncidentKind::AccountTakeover,
            IncidentKind::WebExploitation,
            IncidentKind::WebShell,
            IncidentKind::LateralMovement,
            IncidentKind::CloudAbuse,
            IncidentKind::Scanning,
        ];
        let mut labels = self.labels();
        labels.find_map(|label| KINDS.into_iter().find(|kind| rsit(kind.rsit()) == label))
    }

    /// The Admiralty code, where labels say it.
    pub(super) fn admiralty(&self) -> Option<String> {
        let value = |name: &str| {
            self.labels()
                .find_map(|label| label.strip_prefix(name)?.strip_suffix('"')?.chars().next())
        };
        let source = value("admiralty-scale:source-reliability=\"")?;
        let information = value("admiralty-scale:information-credibility=\"")?;
        Some(format!("{}{information}", source.to_ascii_uppercase()))
    }

    /// What it is; `None` where it is kept as it came.
    pub(super) fn thing(&self, kind: &str) -> Result<Option<Thing>, String> {
        let refs = || self.object.refs.clone().into_boxed_slice();
        Ok(Some(match kind {
            "identity" => Thing::Identity(Box::new(self.party())),
            "network-traffic" => {
                let ends = [self.reference("src_ref")?, self.reference("dst_ref")?];
                Thing::Traffic {
                    ends: ends.into_iter().flatten().collect(),
                    words: self.traffic_in_words()?,
                }
            }
            "observed-data" => Thing::Observed {
                first: self.must("first_observed")?,
                last: self.must("last_observed")?,
                count: self.number("number_observed")?.unwrap_or(1),
                refs: refs(),
            },
            "indicator" => {
                let simple = self.object.text("pattern_type") == Some("stix");
                let pattern = self.object.text("pattern").filter(|_| simple);
                let Some(of) = pattern.and_then(pattern::read) else { return Ok(None) };
                let from = self.must("valid_from")?;
                let until = self.time("valid_until")?.unwrap_or(from);
                Thing::Indicator { of, from, until }
            }
            "incident" => {
                let Some(kind) = self.incident_kind() else { return Ok(None) };
                let created = self.must("created")?;
                let title = self.words("name").ok_or("'name' is missing")?;
                Thing::Incident { kind, title, first: created, last: created }
            }
            "campaign" => {
                let first = self.time("first_seen")?;
                let created = self.must("created")?;
                Thing::Campaign {
                    title: self.words("name").ok_or("'name' is missing")?,
                    text: self.owned("description"),
                    first: first.unwrap_or(created),
                    last: self.time("last_seen")?.or(first).unwrap_or(created),
                }
            }
            "course-of-action" => {
                let text = self.words("description").or_else(|| self.words("name"));
                Thing::Action(text.ok_or("'name' is missing")?)
            }
            "report" | "grouping" => Thing::Root {
                title: self.words("name").unwrap_or_default(),
                text: self.owned("description"),
                names: refs(),
                reference: self.external().unwrap_or_default(),
            },
            kind => return self.said_of_others(kind),
        }))
    }

    /// What is said of other objects, and plain observables.
    pub(super) fn said_of_others(&self, kind: &str) -> Result<Option<Thing>, String> {
        let refs = || self.object.refs.clone().into_boxed_slice();
        Ok(Some(match kind {
            "sighting" => Thing::Sighting {
                of: self.reference("sighting_of_ref")?.ok_or("'sighting_of_ref' is missing")?,
                first: self.time("first_seen")?,
                last: self.time("last_seen")?,
                count: self.number("count")?.unwrap_or(1),
            },
            "note" => Thing::Note {
                about: refs(),
                text: self.words("content").ok_or("'content' is missing")?,
            },
            "opinion" => {
                let opinion = self.object.text("opinion").ok_or("'opinion' is missing")?;
                let mut text = self.words("explanation").unwrap_or_default();
                text.text = format!("{opinion}: {}", text.text);
                Thing::Note { about: refs(), text }
            }
            "relationship" => {
                let source = self.reference("source_ref")?.ok_or("'source_ref' is missing")?;
                let target = self.reference("target_ref")?.ok_or("'target_ref' is missing")?;
                Thing::Relation(source, target)
            }
            kind => {
                let of = sco::read(kind, &self.object.members);
                if of.is_empty() {
                    return Ok(None);
                }
                Thing::Observables(of)
            }
        }))
    }

    /// Ports, protocols and times of traffic, which have no place of their own in an extract.
    pub(super) fn traffic_in_words(&self) -> Result<String, String> {
        let mut words = String::from("Network traffic");
        for (name, member) in [("source port", "src_port"), ("destination port", "dst_port")] {
            if let Some(port) = self.number(member)? {
                words.push_str(&format!(", {name} {port}"));
            }
        }
        let protocols = self.object.members.get("protocols").and_then(Value::as_array);
        for protocol in protocols.into_iter().flatten().filter_map(Value::as_str) {
            words.push_str(&format!(", {}", short(protocol)));
        }
        for name in ["start", "end"] {
            if let Some(at) = self.time(name)? {
                words.push_str(&format!(", {name} {at}"));
            }
        }
        Ok(words)
    }

    pub(super) fn party(&self) -> Party {
        let id = self.object.text("id").unwrap_or_default();
        let contact = self.owned("contact_information").unwrap_or_default();
        let roles = self.object.members.get("roles").and_then(|roles| roles.get(0));
        let kind = roles.and_then(|role| serde_json::from_value(role.clone()).ok());
        let email = contact.split([' ', ';', ',', '<', '>']).find(|word| word.contains('@'));
        Party {
            id: self.external().unwrap_or_else(|| id.to_owned()),
            name: self.owned("name").unwrap_or_default(),
            kind: kind.unwrap_or_default(),
            country: None,
            contact: ContactPoint {
                email: email.unwrap_or_default().to_owned(),
                ..ContactPoint::default()
            },
        }
    }
}

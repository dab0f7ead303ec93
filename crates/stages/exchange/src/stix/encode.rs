//! A package as a bundle, one object after another. What each part becomes is in `things.rs`.

use std::collections::{BTreeMap, HashMap, HashSet};

use bakas_model::{
    Timestamp,
    exchange::{Content, Handling, Package, Tlp},
};
use serde_json::{Map, Value, json};

use super::{EXTENSION, EXTENSION_VERSION, SOURCE, id, marking, marking::object, sco::Sco, things};
use crate::{
    format::{EncodeError, Encoded, Loss},
    gate::Cleared,
    parts::{Part, Place, lines::to_lines, present, split},
};

/// Objects that are the same in every bundle were made at this time.
const FIXED: &str = "2026-01-01T00:00:00.000Z";
/// Bytes of lines after which a note is full.
const NOTE_BYTES: usize = 32 * 1024;

/// Writes a package as a bundle. Nothing of it is lost; what STIX has no word for is told, because
/// it stands in our extension and in notes as text alone.
///
/// # Errors
/// None: STIX holds every package.
pub fn encode(cleared: &Cleared) -> Result<Encoded, EncodeError> {
    let package: &Package = cleared;
    let bundle = id::ours("bundle", &[&package.id]);
    let mut bytes = format!("{{\"type\":\"bundle\",\"id\":\"{bundle}\",\"objects\":[").into_bytes();
    let mut first = true;
    emit(package, &mut |object| {
        bytes.extend_from_slice(if first { b"\n" } else { b",\n" });
        first = false;
        let object = crate::json::in_order(Value::Object(object));
        serde_json::to_writer(&mut bytes, &object).expect("plain JSON into memory");
    });
    bytes.extend_from_slice(b"\n]}\n");
    Ok(Encoded { bytes, losses: losses(package) })
}

/// Members that a reader finds only in our extension and in the notes.
fn losses(package: &Package) -> Vec<Loss> {
    let mut places = vec!["handling.releasable_to", "handling.permitted_use", "handling.onward"];
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
        Content::Answer(_) => places.extend([
            "content.in_reply_to",
            "content.status",
            "content.flows[]",
            "content.refusal",
            "content.forwarded_to",
        ]),
        Content::Extract(_) => places.extend([
            "content.incidents[].entered",
            "content.incidents[].count",
            "content.opinions[].likelihood",
        ]),
    }
    present(package, &places, "kept in our extension and as text in notes; STIX has no word for it")
}

/// Makes the objects of a package's bundle, always the same ones in the same order.
pub(super) fn emit(package: &Package, out: &mut dyn FnMut(Map<String, Value>)) {
    let parts = split(package);
    let mut maker = Maker::new(package, &parts, out);
    maker.preamble();
    for (number, part) in (1..).zip(&parts) {
        things::make(&mut maker, number, part);
    }
    maker.lines(&parts);
    maker.observables();
    maker.root(&parts);
    maker.markings();
}

/// What is needed while a bundle is made.
pub(super) struct Maker<'a> {
    pub(super) package: &'a Package,
    /// Id of the report or grouping.
    pub(super) root: String,
    /// Id of the sender.
    pub(super) from: String,
    /// Ids of objects by their names within the package.
    pub(super) names: HashMap<String, String>,
    created: String,
    parts: usize,
    handlings: Vec<Handling>,
    /// Numbers of handlings: there may be as many as parts, and they come from outside.
    numbers: HashMap<Handling, usize>,
    scos: BTreeMap<Sco, usize>,
    techniques: HashSet<String>,
    refs: Vec<String>,
    out: &'a mut dyn FnMut(Map<String, Value>),
}

impl<'a> Maker<'a> {
    fn new(
        package: &'a Package,
        parts: &[Part],
        out: &'a mut dyn FnMut(Map<String, Value>),
    ) -> Self {
        let root = match package.content {
            Content::Extract(_) => "report",
            Content::Request(_) | Content::Answer(_) => "grouping",
        };
        let mut names = HashMap::new();
        for (number, part) in (1..).zip(parts) {
            if let Some((name, kind)) = things::named(part) {
                let id = part_id(kind, package, number);
                names.entry(name.to_owned()).or_insert(id);
            }
        }
        Self {
            package,
            root: id::whole(root, &package.id),
            from: id::ours("identity", &["party", &package.from.id]),
            names,
            created: milliseconds(package.created),
            parts: parts.len(),
            handlings: vec![package.handling.clone()],
            numbers: HashMap::from([(package.handling.clone(), 0)]),
            scos: BTreeMap::new(),
            techniques: HashSet::new(),
            refs: Vec::new(),
            out,
        }
    }

    /// Number of a handling: that of the package and of the part, whichever is stricter.
    pub(super) fn handled(&mut self, own: Option<&Handling>) -> usize {
        match own {
            None => 0,
            Some(own) => self.number(self.package.handling.strictest(own)),
        }
    }

    fn number(&mut self, handling: Handling) -> usize {
        let next = self.handlings.len();
        let number = *self.numbers.entry(handling.clone()).or_insert(next);
        if number == next {
            self.handlings.push(handling);
        }
        number
    }

    fn marks(&self, handled: usize) -> Value {
        json!(self.handlings.get(handled).map(marking::refs))
    }

    /// Gives out an object with the members that all have in common.
    pub(super) fn give(&mut self, id: &str, handled: usize, extension: Value, of: Value) {
        let kind = id.split_once("--").map_or(id, |(kind, _)| kind);
        let mut members = object(json!({
            "type": kind,
            "spec_version": "2.1",
            "id": id,
            "created_by_ref": self.from,
            "created": self.created,
            "modified": self.created,
            "object_marking_refs": self.marks(handled),
            "extensions": { EXTENSION: extension },
        }));
        members.extend(object(of).into_iter().filter(|(_, value)| !value.is_null()));
        if id != self.root {
            self.refs.push(id.to_owned());
        }
        (self.out)(members);
    }

    /// The extension of an object that only repeats a part in STIX's own words.
    pub(super) fn repeats(&self) -> Value {
        json!({ "extension_type": "property-extension", "package": self.package.id })
    }

    /// The extension of the object that stands for a part.
    pub(super) fn whole(&self, number: usize, part: &Part) -> Value {
        let mut members = object(self.repeats());
        members.insert("part".into(), number.into());
        members.insert("parts".into(), self.parts.into());
        members.extend(object(part.to_json()));
        Value::Object(members)
    }

    /// Id of the object that stands for a part.
    pub(super) fn id(&self, kind: &str, number: usize) -> String {
        part_id(kind, self.package, number)
    }

    /// Notes an observable, handled as strictly as any part that speaks of it; gives its id.
    pub(super) fn observable(&mut self, sco: Sco, handled: usize) -> String {
        let id = sco.id();
        let handled = match self.scos.get(&sco) {
            Some(&before) if before != handled => {
                let both = self.handlings[before].strictest(&self.handlings[handled]);
                self.number(both)
            }
            _ => handled,
        };
        self.scos.insert(sco, handled);
        id
    }

    /// A relationship between two objects.
    pub(super) fn relate(&mut self, handled: usize, source: &str, how: &str, target: &str) {
        let names = [self.package.id.as_str(), source, how, target];
        let id = id::ours("relationship", &names);
        let of = json!({ "relationship_type": how, "source_ref": source, "target_ref": target });
        let extension = self.repeats();
        self.give(&id, handled, extension, of);
    }

    /// A technique of ATT&CK, which is the same object in every bundle; gives its id.
    pub(super) fn technique(&mut self, technique: &str) -> String {
        let id = id::ours("attack-pattern", &["technique", technique]);
        if self.techniques.insert(technique.to_owned()) {
            self.refs.push(id.clone());
            (self.out)(object(json!({
                "type": "attack-pattern",
                "spec_version": "2.1",
                "id": id,
                "created": FIXED,
                "modified": FIXED,
                "name": technique,
                "external_references": [
                    { "source_name": "mitre-attack", "external_id": technique },
                ],
                "object_marking_refs": [marking::tlp_id(Tlp::Clear)],
            })));
        }
        id
    }

    /// Our extension definition and its maker, the parties.
    fn preamble(&mut self) {
        let maker = id::ours("identity", &["bakas"]);
        (self.out)(object(json!({
            "type": "identity",
            "spec_version": "2.1",
            "id": maker,
            "created": FIXED,
            "modified": FIXED,
            "name": "Bakas",
            "identity_class": "system",
            "object_marking_refs": [marking::tlp_id(Tlp::Clear)],
        })));
        (self.out)(object(json!({
            "type": "extension-definition",
            "spec_version": "2.1",
            "id": EXTENSION,
            "created_by_ref": maker,
            "created": FIXED,
            "modified": FIXED,
            "name": "Bakas package",
            "description": "Parts of a package as Bakas holds them: trace requests, their \
                            answers, extracts of a case, and how they are to be handled.",
            "schema": "docs/formats/stix-extension.schema.json of Bakas, version 1.0.0",
            "version": EXTENSION_VERSION,
            "extension_types": ["property-extension"],
            "object_marking_refs": [marking::tlp_id(Tlp::Clear)],
        })));
        let package = self.package;
        let mut given: HashSet<&str> = HashSet::new();
        for party in std::iter::once(&package.from).chain(&package.to) {
            if given.insert(&party.id) {
                let (id, mut of) = things::party(party);
                // Versions of an object share the time at which it was made.
                of["created"] = self.created.as_str().min(FIXED).into();
                let extension = self.repeats();
                self.give(&id, 0, extension, of);
            }
        }
    }

    /// Every part as lines, in as few notes as their handling and size allow.
    fn lines(&mut self, parts: &[Part]) {
        let mut open: BTreeMap<usize, (usize, String)> = BTreeMap::new();
        for (number, part) in (1..).zip(parts) {
            let handled = self.handled(part.handling());
            let place =
                Place { package: self.package.id.clone(), part: number, parts: parts.len() };
            let (_, text) = open.entry(handled).or_insert_with(|| (number, String::new()));
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&to_lines(&place, part));
            if text.len() >= NOTE_BYTES
                && let Some((first, text)) = open.remove(&handled)
            {
                self.note_of_lines(handled, first, &text);
            }
        }
        for (handled, (first, text)) in open {
            self.note_of_lines(handled, first, &text);
        }
    }

    fn note_of_lines(&mut self, handled: usize, first: usize, text: &str) {
        let id = id::ours("note", &[&self.package.id, "lines", &first.to_string()]);
        let extension = self.repeats();
        let of = json!({
            "abstract": format!("Package {} in full, from part {first}", self.package.id),
            "content": text,
            "object_refs": [self.root],
        });
        self.give(&id, handled, extension, of);
    }

    fn observables(&mut self) {
        for (sco, handled) in std::mem::take(&mut self.scos) {
            let mut members = sco.object();
            members.insert("object_marking_refs".into(), self.marks(handled));
            self.refs.push(sco.id());
            (self.out)(members);
        }
    }

    fn root(&mut self, parts: &[Part]) {
        let Some(head) = parts.first() else { return };
        let extension = self.whole(1, head);
        let mut of = things::root(self.package);
        of["object_refs"] = json!(std::mem::take(&mut self.refs));
        let id = self.root.clone();
        self.give(&id, 0, extension, of);
    }

    fn markings(&mut self) {
        let mut labels: Vec<Tlp> = self.handlings.iter().map(|handling| handling.tlp).collect();
        labels.push(Tlp::Clear);
        labels.sort();
        labels.dedup();
        for label in labels {
            (self.out)(marking::tlp(label));
        }
        for handling in &self.handlings {
            // Two handlings that differ in the label alone have two statements.
            (self.out)(marking::statement(handling));
        }
    }
}

fn part_id(kind: &str, package: &Package, number: usize) -> String {
    id::ours(kind, &[&package.id, &number.to_string()])
}

/// A time with exactly three digits of its second, as `created` and `modified` have it.
pub(super) fn milliseconds(at: Timestamp) -> String {
    let whole = at.as_micros().div_euclid(1000);
    let text = Timestamp::from_micros(whole * 1000).to_string();
    if text.contains('.') { text } else { text.replace('Z', ".000Z") }
}

/// Our own name of something, where importers keep it.
pub(super) fn reference(name: &str) -> Value {
    if name.is_empty() {
        return Value::Null;
    }
    json!([{ "source_name": SOURCE, "external_id": name }])
}

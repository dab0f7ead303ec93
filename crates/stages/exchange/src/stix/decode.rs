//! A bundle as packages: what carries our extension is put together exactly; failing that, the
//! lines of its notes are; everything else is read as far as STIX's own words go (`foreign.rs`).
//! Nothing that was read acts by itself, and who sent it is what the message says.

use std::{collections::HashMap, io::Read};

use bakas_model::exchange::Package;
use serde_json::{Map, Value};

use super::{
    EXTENSION, FORMAT,
    foreign::Foreign,
    id::Id,
    marking::{self, Mark},
    ours::{self, Ours},
    read::{OLD, Object, Top, stream},
};
use crate::{
    format::{DecodeError, Limits, Taken},
    notices::Notices,
    parts::{Part, Place, lines::from_lines, short},
};

/// Bytes, about, that are kept of all objects together until the bundle's end. With one object at a
/// time beside them, this bounds the memory that a bundle of any size takes.
pub const KEPT_BYTES_LIMIT: usize = 512 << 20;
/// Things that are made of the objects of others, for each object that a message may have.
const MADE_PER_OBJECT: usize = 4;
/// What keeping an object costs beside its texts.
const KEPT_PER_OBJECT: usize = 160;

/// Types that are read; others are kept as they came.
const OBSERVABLES: [&str; 18] = [
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-addr",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "user-account",
    "windows-registry-key",
    "x509-certificate",
];

/// Reads a bundle from memory.
///
/// # Errors
/// Where it is no bundle of STIX 2.1, or passes a limit.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Taken, DecodeError> {
    decode_stream(bytes, limits)
}

/// Reads a bundle as it comes. Memory is bounded by [`KEPT_BYTES_LIMIT`] and one object
/// ([`super::OBJECT_VALUES_LIMIT`]), whatever its size.
///
/// # Errors
/// Where it is no bundle of STIX 2.1, or passes a limit.
pub fn decode_stream(reader: impl Read, limits: &Limits) -> Result<Taken, DecodeError> {
    let mut collector = Collector::new(limits);
    let top = stream(reader, limits, &mut |object| collector.take(object))?;
    match top.members.get("type") {
        Some(Value::String(kind)) if kind == "bundle" => collector.finish(&top),
        Some(Value::String(kind)) => Err(wrong(
            "/type",
            format!("no STIX bundle but '{}'; wrap single objects in a bundle", short(kind)),
        )),
        _ => Err(wrong("/type", "no STIX bundle: 'type' must be \"bundle\"".into())),
    }
}

fn wrong(place: &str, what: String) -> DecodeError {
    DecodeError { format: FORMAT, place: place.into(), what }
}

/// What is remembered of every object.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) digest: [u8; 16],
    /// Whether it carries our extension.
    pub(super) ours: bool,
    modified: String,
}

/// Everything that is kept while a bundle is read.
pub(super) struct Collector {
    /// Objects that a message may have.
    objects: usize,
    kept: usize,
    pub(super) seen: HashMap<Id, Seen>,
    pub(super) marks: HashMap<Id, Mark>,
    ours: Ours,
    foreign: Foreign,
    pub(super) notices: Notices,
}

impl Collector {
    fn new(limits: &Limits) -> Self {
        Self {
            objects: limits.objects,
            kept: 0,
            seen: HashMap::new(),
            marks: marking::all_known(),
            ours: Ours::default(),
            foreign: Foreign::default(),
            notices: Notices::new("stix", limits),
        }
    }

    /// Counts what is kept.
    fn charge(&mut self, bytes: usize, place: &str) -> Result<(), DecodeError> {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept <= KEPT_BYTES_LIMIT {
            return Ok(());
        }
        let most = KEPT_BYTES_LIMIT >> 20;
        let what = format!("more than {most} MiB would have to be kept; send it in parts");
        Err(wrong(place, what))
    }

    /// Takes the next object.
    fn take(&mut self, object: Object) -> Result<(), DecodeError> {
        let place = object.place();
        let id = match checked(&object) {
            Ok(id) => id,
            Err(what) => {
                self.notices.reject(&place, &what);
                return Ok(());
            }
        };
        self.charge(KEPT_PER_OBJECT + 20 * object.refs.len(), &place)?;
        let extension = extension(&object.members).cloned();
        if !self.is_news(id, &object, extension.is_some()) {
            return Ok(());
        }
        self.others(&object, &place);
        let kind = object.text("type").unwrap_or_default();
        if kind == "marking-definition" {
            self.marks.insert(id, marking::read(&object.members));
            return Ok(());
        }
        if let Some(extension) = extension {
            let size = ours::take(self, &object, extension);
            return self.charge(size, &place);
        }
        if kind == "note"
            && let Some(content) = object.text("content")
        {
            let blocks = from_lines(content);
            if !blocks.is_empty() {
                self.charge(content.len() * 2, &place)?;
                self.lines(blocks, &object);
                return Ok(());
            }
        }
        let size = self.foreign.take(id, object, &mut self.notices);
        self.charge(size, &place)
    }

    fn lines(&mut self, blocks: Vec<Result<(Place, Part), String>>, object: &Object) {
        let marks = ours::marks(&object.members);
        for block in blocks {
            match block {
                Ok((at, part)) => {
                    if at.part == 1 {
                        let roots = object.refs.iter().map(|root| (at.package.clone(), *root));
                        self.ours.roots.extend(roots);
                    }
                    let marked = self.ours.marked.entry((at.package.clone(), at.part));
                    marked.or_default().extend(&marks);
                    self.ours.lines.take(at, part);
                }
                Err(what) => self.notices.reject(&object.place(), &what),
            }
        }
    }

    /// Where our extension's parts go.
    pub(super) fn ours(&mut self) -> &mut Ours {
        &mut self.ours
    }

    /// Whether an object is new, or a newer version of one that came before.
    fn is_news(&mut self, id: Id, object: &Object, ours: bool) -> bool {
        let modified = object.text("modified").unwrap_or_default();
        let modified = modified.chars().take(32).collect::<String>();
        let digest = object.digest();
        let seen = Seen { digest, ours, modified };
        match self.seen.get(&id) {
            None => {}
            Some(before) if before.digest == seen.digest && before.ours == seen.ours => {
                return false;
            }
            Some(before) if before.modified < seen.modified && !before.ours => {}
            Some(before) if before.modified > seen.modified => return false,
            Some(_) => {
                let what = "its id stands there twice with two contents; the first counts, ask \
                            the sender which is meant";
                self.notices.reject(&object.place(), what);
                return false;
            }
        }
        self.seen.insert(id, seen);
        true
    }

    /// Keeps the extensions of others.
    fn others(&mut self, object: &Object, place: &str) {
        let Some(Value::Object(extensions)) = object.members.get("extensions") else { return };
        for (name, value) in extensions {
            let known = name == EXTENSION || marking::is_tlp_extension(name);
            // Extensions that the standard itself defines belong to observables' own words.
            if !known && name.starts_with("extension-definition--") {
                self.notices.keep(&format!("{place}/extensions/{}", short(name)), value);
            }
        }
    }

    /// The bundle is over: everything is put together.
    fn finish(mut self, top: &Top) -> Result<Taken, DecodeError> {
        for (name, value) in &top.members {
            if !matches!(name.as_str(), "type" | "id" | "spec_version") {
                self.notices.keep(&format!("/{name}"), value);
            }
        }
        let bundle = top.members.get("id").and_then(Value::as_str).unwrap_or_default();
        let packages = self.packages(bundle);
        Ok(self.notices.beside(packages))
    }

    fn packages(&mut self, bundle: &str) -> Vec<Package> {
        let ours = std::mem::take(&mut self.ours);
        let mut foreign = std::mem::take(&mut self.foreign);
        let packages = ours::join(self, ours, &foreign);
        if packages.is_empty() {
            let most = self.objects.saturating_mul(MADE_PER_OBJECT);
            return foreign.packages(bundle, &self.marks, most, &mut self.notices);
        }
        let beside = foreign.beside(&packages, &mut self.notices);
        if let Some((first, count)) = beside {
            let what = format!(
                "{count} objects of others stand beside the package, from this one on; they are \
                 not read, ask for them in a bundle of their own"
            );
            self.notices.reject(&first, &what);
        }
        packages
    }
}

/// Our extension of an object.
fn extension(members: &Map<String, Value>) -> Option<&Map<String, Value>> {
    members.get("extensions")?.get(EXTENSION)?.as_object()
}

/// The id of an object that can be read at all.
fn checked(object: &Object) -> Result<Id, String> {
    if let Some(wrong) = &object.wrong {
        return Err(wrong.clone());
    }
    let kind = object.text("type").ok_or("'type' is missing or no text")?;
    let text = object.text("id").ok_or("'id' is missing or no text")?;
    let id = Id::parse(text).ok_or("'id' is no STIX id; it must be its type, '--' and a UUID")?;
    if text.split_once("--").map(|(kind, _)| kind) != Some(kind) {
        return Err(format!("'type' is '{}' and 'id' says otherwise", short(kind)));
    }
    match object.members.get("spec_version") {
        Some(Value::String(version)) if version == "2.1" => Ok(id),
        None if OBSERVABLES.contains(&kind) => Ok(id),
        // The marking definitions of TLP are the same in both versions.
        None if marking::known(text).is_some() => Ok(id),
        None => Err(format!("no 'spec_version': {OLD}")),
        Some(version) => {
            Err(format!("of version {}; only 2.1 is read", short(&version.to_string())))
        }
    }
}

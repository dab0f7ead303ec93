//! Packages of ours within a bundle: put together from our extension, or from lines where that was
//! dropped, and held against what their objects say in STIX's own words.

use std::collections::{HashMap, HashSet};

use bakas_model::exchange::{Package, Unknown};
use serde_json::{Map, Value};

use super::{decode::Collector, encode::emit, foreign::Foreign, id::Id, marking, read::Object};
use crate::parts::{Gathered, placed, short};

/// What came of our packages.
#[derive(Debug, Default)]
pub(super) struct Ours {
    /// Parts from our extension.
    parts: Gathered,
    /// Parts from lines.
    pub(super) lines: Gathered,
    /// Marks of the objects that stand for parts.
    pub(super) marked: HashMap<(String, usize), Vec<Id>>,
    /// Which report or grouping the lines of a package speak of.
    pub(super) roots: Vec<(String, Id)>,
    /// Members of other versions, with their package.
    unknown: Vec<(String, Unknown)>,
}

/// Takes an object with our extension; gives about how many bytes are kept of it.
pub(super) fn take(
    collector: &mut Collector,
    object: &Object,
    extension: Map<String, Value>,
) -> usize {
    if !extension.contains_key("part") {
        // It repeats in STIX's words what stands in a part.
        return 0;
    }
    let place = object.place();
    let size = Value::Object(extension.clone()).to_string().len();
    match placed(extension) {
        Err(what) => {
            let what = format!("our extension cannot be read: {what}; ask for it again");
            collector.notices.reject(&place, &what);
            return 0;
        }
        Ok((at, part, unknown)) => {
            let marks = marks(&object.members);
            let ours = collector.ours();
            ours.marked.entry((at.package.clone(), at.part)).or_default().extend(marks);
            for one in unknown {
                let one = Unknown { place: format!("stix:part {} {}", at.part, one.place), ..one };
                ours.unknown.push((at.package.clone(), one));
            }
            ours.parts.take(at, part);
        }
    }
    size * 2
}

/// What `object_marking_refs` names.
pub(super) fn marks(members: &Map<String, Value>) -> Vec<Id> {
    let marks = members.get("object_marking_refs").and_then(Value::as_array);
    marks.into_iter().flatten().filter_map(|one| Id::parse(one.as_str()?)).collect()
}

/// Puts all packages together.
pub(super) fn join(collector: &mut Collector, ours: Ours, foreign: &Foreign) -> Vec<Package> {
    let Ours { mut parts, lines, mut marked, roots, mut unknown } = ours;
    let with_extension = !parts.is_empty();
    if !with_extension {
        let wrong = std::mem::replace(&mut parts, lines).wrong;
        parts.wrong.extend(wrong);
        for (package, root) in roots {
            marked.entry((package, 1)).or_default().extend(foreign.marks(root));
        }
    }
    parts.raise(|package, number| {
        let marks = marked.get(&(package.to_owned(), number));
        marking::labels(marks.into_iter().flatten().filter_map(|id| collector.marks.get(id)))
    });
    let (mut packages, wrong) = parts.join();
    let whole = wrong.is_empty();
    for words in wrong {
        collector.notices.reject("package", &words.text);
    }
    if with_extension && whole {
        for package in &packages {
            compare(collector, package);
        }
        strangers(collector, &packages);
    }
    for package in &mut packages {
        let (mine, rest) = unknown.into_iter().partition(|(of, _)| *of == package.id);
        let mine: Vec<(String, Unknown)> = mine;
        package.unknown.extend(mine.into_iter().map(|(_, one)| one));
        unknown = rest;
    }
    packages
}

/// Tells which objects say something else than the package that they repeat.
fn compare(collector: &mut Collector, package: &Package) {
    let mut changed = Vec::new();
    emit(package, &mut |members| {
        let object = Object::of(members);
        let Some(id) = object.text("id").and_then(Id::parse) else { return };
        if let Some(seen) = collector.seen.get(&id)
            && seen.digest != object.digest()
        {
            changed.push(object.text("id").unwrap_or_default().to_owned());
        }
    });
    for id in changed {
        let what = "says something else than the package of which it is a part, so somebody \
                    changed it on the way; our extension counts, compare with the sender";
        collector.notices.reject(&id, what);
    }
}

/// Tells which objects claim to be of a package that does not have them.
fn strangers(collector: &mut Collector, packages: &[Package]) {
    let mut expected = HashSet::new();
    for package in packages {
        emit(package, &mut |members| {
            let id = members.get("id").and_then(Value::as_str).and_then(Id::parse);
            expected.extend(id);
        });
    }
    let mut strange: Vec<String> = collector
        .seen
        .iter()
        .filter(|(id, seen)| seen.ours && !expected.contains(id))
        .map(|(id, _)| id.uuid().to_string())
        .collect();
    strange.sort();
    for uuid in strange {
        let what = "carries our extension and is of no package here; it is not read";
        collector.notices.reject(&short(&uuid), what);
    }
}

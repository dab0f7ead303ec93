//! What a format did not carry. A package is written in a standard's own words, read back, and what
//! came back is compared with what went in: the difference is what the standard has no place for.
//! A format with room for extensions carries the difference beside its own words; a format without
//! lists it as losses. So nothing is left out in silence, and no list of losses is written by hand.
//!
//! Elements of lists are named by their ids and not by their place, so that a list that somebody
//! sorted in between still gets back what belongs to each.

use std::collections::{BTreeSet, HashMap};

use bakas_model::exchange::Package;
use serde_json::{Map, Value};

use crate::Loss;

/// Members that name an element of a list, in the order in which they are tried.
const KEYS: [&str; 3] = ["id", "flow", "reference"];
/// Stands for the order of a list's elements.
const ORDER: &str = "#";

/// One difference: a place, and what stands there; nothing where nothing does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Where: `/content/of/flows/[F-001]/clock`, in the manner of RFC 6901.
    pub(crate) place: String,
    /// What.
    pub(crate) value: Option<Value>,
}

/// Everything in which `have` differs from `want`, so that [`apply`] makes the one from the other.
pub(crate) fn difference(have: &Value, want: &Value) -> Vec<Entry> {
    let mut entries = Vec::new();
    compare("", have, want, &mut entries);
    entries
}

/// What `have` lost of `want`, as an encoder tells it.
pub(crate) fn losses(have: &Package, want: &Package) -> Vec<Loss> {
    let entries = difference(&as_json(have), &as_json(want));
    entries.into_iter().map(loss).collect()
}

/// Every value of a package that nothing came back of.
pub(crate) fn all_lost(want: &Package) -> Vec<Loss> {
    let entries = difference(&Value::Object(Map::new()), &as_json(want));
    entries.into_iter().map(loss).collect()
}

fn loss(entry: Entry) -> Loss {
    let place = entry.place.replace("/[", "[").replace('/', ".");
    let place = place.trim_start_matches('.').replace("~1", "/").replace("~0", "~");
    let what = if entry.value.is_some() { "left out" } else { "filled in by the format" };
    Loss { place, what: what.to_owned() }
}

/// A package as JSON.
pub(crate) fn as_json(package: &Package) -> Value {
    let value = serde_json::to_value(package);
    crate::json::in_order(value.expect("a package has text keys and finite numbers only"))
}

fn compare(place: &str, have: &Value, want: &Value, out: &mut Vec<Entry>) {
    match (have, want) {
        _ if have == want => {}
        (Value::Object(have), Value::Object(want)) => objects(place, have, want, out),
        (Value::Array(have), Value::Array(want)) => arrays(place, have, want, out),
        _ => out.push(Entry { place: place.to_owned(), value: Some(want.clone()) }),
    }
}

fn objects(
    place: &str,
    have: &Map<String, Value>,
    want: &Map<String, Value>,
    out: &mut Vec<Entry>,
) {
    for name in have.keys().filter(|name| !want.contains_key(*name)) {
        out.push(Entry { place: below(place, name), value: None });
    }
    for (name, want) in want {
        let place = below(place, name);
        match have.get(name) {
            Some(have) => compare(&place, have, want, out),
            None => out.push(Entry { place, value: Some(want.clone()) }),
        }
    }
}

fn arrays(place: &str, have: &[Value], want: &[Value], out: &mut Vec<Entry>) {
    let key = KEYS.into_iter().find(|key| names(have, key).is_some() && names(want, key).is_some());
    let Some(key) = key else {
        if have.len() == want.len() {
            for (number, (have, want)) in have.iter().zip(want).enumerate() {
                compare(&format!("{place}/{number}"), have, want, out);
            }
        } else {
            out.push(Entry { place: place.to_owned(), value: Some(Value::from(want)) });
        }
        return;
    };
    let (had, wanted) =
        (names(have, key).unwrap_or_default(), names(want, key).unwrap_or_default());
    let there: HashMap<&str, &Value> = had.iter().copied().zip(have).collect();
    let kept: BTreeSet<&str> = wanted.iter().copied().collect();
    let mut order: Vec<&str> = had.iter().copied().filter(|name| kept.contains(name)).collect();
    for name in had.iter().filter(|name| !kept.contains(*name)) {
        out.push(Entry { place: named(place, name), value: None });
    }
    for (name, want) in wanted.iter().zip(want) {
        let place = named(place, name);
        match there.get(name) {
            Some(have) => compare(&place, have, want, out),
            None => {
                order.push(name);
                out.push(Entry { place, value: Some(want.clone()) });
            }
        }
    }
    if order != wanted {
        out.push(Entry { place: below(place, ORDER), value: Some(Value::from(wanted)) });
    }
}

/// The names of all elements, where every one has one and no two have the same.
fn names<'a>(list: &'a [Value], key: &str) -> Option<Vec<&'a str>> {
    let names: Option<Vec<&str>> = list.iter().map(|one| one.get(key)?.as_str()).collect();
    let names = names?;
    let distinct: BTreeSet<&&str> = names.iter().collect();
    (distinct.len() == names.len()).then_some(names)
}

fn below(place: &str, name: &str) -> String {
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn named(place: &str, name: &str) -> String {
    format!("{place}/[{}]", name.replace('~', "~0").replace('/', "~1"))
}

/// Why an entry was not taken.
pub(crate) type Refused = &'static str;

/// Puts one difference in. Where its place is not there, or holds something that the standard's own
/// words say already, nothing changes.
///
/// # Errors
/// Why it was not taken.
pub(crate) fn apply(into: &mut Value, entry: &Entry) -> Result<(), Refused> {
    let mut steps: Vec<String> = entry
        .place
        .split('/')
        .skip(1)
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect();
    let last = steps.pop().ok_or("it names no place")?;
    let mut at = into;
    for step in &steps {
        at = step_into(at, step).ok_or("there is no such place")?;
    }
    if PROTECTED.contains(&last.as_str()) && at.get(&last).is_some_and(|now| !is_nothing(now)) {
        return Err("the standard's own words say otherwise; they count");
    }
    match at {
        Value::Object(members) => {
            match &entry.value {
                Some(value) => members.insert(last, value.clone()),
                None => members.remove(&last),
            };
            Ok(())
        }
        Value::Array(list) => into_list(list, &last, entry.value.as_ref()),
        _ => Err("there is no such place"),
    }
}

/// What no extension changes where the standard's own words say it: a reader that knows the
/// standard only sees the same flow and the same label as we do.
const PROTECTED: [&str; 8] =
    ["source", "source_port", "destination", "destination_port", "protocol", "start", "end", "tlp"];

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        // A port whose absence has no reason yet.
        Value::Object(members) => members.get("missing").is_some_and(is_nothing),
        _ => false,
    }
}

fn step_into<'a>(at: &'a mut Value, step: &str) -> Option<&'a mut Value> {
    match at {
        Value::Object(members) => members.get_mut(step),
        Value::Array(list) => {
            let place = position(list, step)?;
            list.get_mut(place)
        }
        _ => None,
    }
}

fn position(list: &[Value], step: &str) -> Option<usize> {
    match step.strip_prefix('[').and_then(|step| step.strip_suffix(']')) {
        Some(name) => list.iter().position(|one| is_named(one, name)),
        None => step.parse().ok().filter(|place| *place < list.len()),
    }
}

fn is_named(one: &Value, name: &str) -> bool {
    KEYS.iter().find_map(|key| one.get(key)?.as_str()) == Some(name)
}

fn into_list(list: &mut Vec<Value>, step: &str, value: Option<&Value>) -> Result<(), Refused> {
    if step == ORDER {
        let order = value.and_then(Value::as_array).ok_or("an order is a list")?;
        let place: HashMap<&str, usize> =
            order.iter().enumerate().filter_map(|(at, name)| Some((name.as_str()?, at))).collect();
        let rank = |one: &Value| {
            let name = KEYS.iter().find_map(|key| one.get(key)?.as_str());
            name.and_then(|name| place.get(name)).copied().unwrap_or(usize::MAX)
        };
        list.sort_by_cached_key(rank);
        return Ok(());
    }
    match (position(list, step), value) {
        (Some(place), Some(value)) => list[place] = value.clone(),
        (Some(place), None) => drop(list.remove(place)),
        (None, Some(value)) if step.starts_with('[') => list.push(value.clone()),
        _ => return Err("there is no such place"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn made(have: &Value, want: &Value) -> Value {
        let mut have = have.clone();
        for entry in difference(&have.clone(), want) {
            apply(&mut have, &entry).expect("it can be put in");
        }
        have
    }

    #[test]
    fn what_is_missing_is_named_by_id_and_put_back() {
        let want = json!({"flows": [{"id": "F-2", "n": 1, "clock": {"a": "x/~"}}, {"id": "F-1"}]});
        let have = json!({"flows": [{"id": "F-1", "extra": 1}, {"id": "F-2", "clock": {}}]});
        let mut places: Vec<String> =
            difference(&have, &want).into_iter().map(|entry| entry.place).collect();
        // Members come in the order of the text or of the alphabet, as the library is built.
        places.sort();
        assert_eq!(
            places,
            ["/flows/#", "/flows/[F-1]/extra", "/flows/[F-2]/clock/a", "/flows/[F-2]/n"]
        );
        assert_eq!(made(&have, &want), want);
    }

    #[test]
    fn a_list_that_was_sorted_in_between_gets_back_what_belongs_to_each() {
        let want = json!({"flows": [{"id": "a", "n": 1}, {"id": "b", "n": 2}]});
        let have = json!({"flows": [{"id": "a"}, {"id": "b"}]});
        let entries = difference(&have, &want);
        let mut sorted = json!({"flows": [{"id": "b"}, {"id": "a"}]});
        for entry in &entries {
            apply(&mut sorted, entry).expect("it can be put in");
        }
        assert_eq!(sorted, json!({"flows": [{"id": "b", "n": 2}, {"id": "a", "n": 1}]}));
    }

    #[test]
    fn an_extension_does_not_contradict_the_standard() {
        let mut have = json!({"flows": [{"id": "a", "source": "192.0.2.1"}], "tlp": "TLP:RED"});
        let wrong = Entry { place: "/flows/[a]/source".into(), value: Some(json!("192.0.2.9")) };
        assert!(apply(&mut have, &wrong).is_err());
        let wrong = Entry { place: "/tlp".into(), value: Some(json!("TLP:CLEAR")) };
        assert!(apply(&mut have, &wrong).is_err());
        assert_eq!(have["flows"][0]["source"], "192.0.2.1");
    }

    /// Small documents with ids, without them, and with hostile names.
    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-c/~\\[\\]#]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-c/~]{1,2}", inner.clone(), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
                prop::collection::btree_map("[a-c/~\\[\\]#]{1,2}", inner, 0..4).prop_map(
                    |members| {
                        let one = |(id, rest): (String, Value)| json!({"id": id, "rest": rest});
                        Value::from(members.into_iter().map(one).collect::<Vec<_>>())
                    }
                ),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_difference_makes_the_one_from_the_other(a in document(), b in document()) {
            let (have, want) = (json!({"x": a}), json!({"x": b}));
            prop_assert_eq!(made(&have, &want), want);
        }
    }
}

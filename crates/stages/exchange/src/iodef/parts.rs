//! The small classes of IODEF that requests, answers and extracts share, both ways: times, words,
//! contacts, labels, ids and extensions.

use std::collections::BTreeSet;

use bakas_model::{
    Timestamp,
    exchange::{ContactPoint, Handling, Party, Tlp, Words},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{tree::Element, words, xml::can_hold};

/// What stands before the names of our own extensions.
pub(super) const OURS: &str = "bakas:";
/// Name of an extension that holds a difference: its meaning is the place, its text the JSON.
pub(super) const DIFFERENCE: &str = "bakas:member";
/// Name of an extension that says that nothing stands at a place.
pub(super) const NOTHING: &str = "bakas:no-member";

/// Ids that XML allows and that are not taken yet (`xs:ID`).
#[derive(Default)]
pub(super) struct Ids {
    taken: BTreeSet<String>,
}

impl Ids {
    /// Takes an id, if it can be one and nobody has it.
    pub(super) fn take(&mut self, id: &str) -> bool {
        let mut chars = id.chars();
        let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        let goes_on = chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
        starts && goes_on && self.taken.insert(id.to_owned())
    }

    /// One that is free.
    pub(super) fn made(&mut self) -> String {
        let free = (1..).map(|number| format!("made-{number}"));
        let free = free.into_iter().find(|id| !self.taken.contains(id)).unwrap_or_default();
        self.taken.insert(free.clone());
        free
    }

    /// Names an element, by its attribute or, where XML does not allow the id, by an extension that
    /// stands last in it.
    pub(super) fn name(&mut self, id: &str, element: Element) -> Element {
        if self.take(id) {
            return element.attribute("observable-id", id);
        }
        element.with(extra("id", "its name within the message", id))
    }
}

/// The name that [`Ids::name`] gave.
pub(super) fn id_of(element: &Element) -> Option<String> {
    extra_of(element, "id").or_else(|| element.get("observable-id")).map(str::to_owned)
}

pub(super) fn time(name: &str, at: Timestamp) -> Element {
    Element::leaf(name, at.to_string())
}

pub(super) fn time_of(element: &Element, name: &str) -> Option<Timestamp> {
    let text = element.text_of(name)?.trim();
    // A date without a time has no zone, and IODEF's DATETIME always has one.
    text.contains('T').then(|| text.parse().ok())?
}

/// Words in one language each.
pub(super) fn words(name: &str, words: &[Words]) -> Vec<Element> {
    let one = |words: &Words| {
        let leaf = Element::leaf(name, &words.text);
        if is_language(&words.language) {
            leaf.attribute("xml:lang", &words.language)
        } else {
            leaf
        }
    };
    words.iter().map(one).collect()
}

pub(super) fn words_of(element: &Element, name: &str) -> Vec<Words> {
    let one = |leaf: &Element| Words {
        language: leaf.get("lang").unwrap_or_default().to_owned(),
        text: leaf.text.clone(),
    };
    element.all(name).map(one).collect()
}

/// The form of a language tag (`xs:language`).
fn is_language(text: &str) -> bool {
    let fits = |part: &str, alone: bool| {
        (1..=8).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphabetic() || (!alone && b.is_ascii_digit()))
    };
    text.split('-').enumerate().all(|(number, part)| fits(part, number == 0))
}

/// Puts a label on an element.
pub(super) fn labelled(element: Element, tlp: Tlp) -> Element {
    match words::restriction(tlp) {
        (word, None) => element.attribute("restriction", word),
        (word, Some(text)) => {
            element.attribute("restriction", word).attribute("ext-restriction", text)
        }
    }
}

pub(super) fn labelled_if(element: Element, handling: Option<&Handling>) -> Element {
    match handling {
        Some(handling) => labelled(element, handling.tlp),
        None => element,
    }
}

pub(super) fn handling_of(element: &Element) -> Option<Handling> {
    let word = element.get("restriction")?;
    let tlp = words::tlp(word, element.get("ext-restriction"));
    Some(Handling { tlp, ..Handling::default() })
}

/// A text of ours that IODEF has no class for, in plain words.
pub(super) fn extra(name: &str, meaning: &str, text: &str) -> Element {
    Element::leaf("AdditionalData", text)
        .attribute("dtype", "string")
        .attribute("name", format!("{OURS}{name}"))
        .attribute("meaning", meaning)
}

/// The same where there is a text.
pub(super) fn extra_if(name: &str, meaning: &str, text: &str) -> Option<Element> {
    (!text.is_empty()).then(|| extra(name, meaning, text))
}

pub(super) fn extra_of<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    let is_it =
        |one: &&Element| one.get("name").and_then(|given| given.strip_prefix(OURS)) == Some(name);
    element.all("AdditionalData").find(is_it).map(|one| one.text.as_str())
}

/// The word of an enumeration, as our own JSON has it.
pub(super) fn word<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

pub(super) fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(Value::from(word)).ok()
}

/// A party as a contact.
pub(super) fn contact(party: &Party, role: &str) -> Element {
    let point = &party.contact;
    let mut contact = Element::new("Contact")
        .attribute("role", role)
        .attribute("type", "organization")
        .with(Element::leaf("ContactName", &party.name))
        .with(Element::leaf("RegistryHandle", &party.id).attribute("registry", "local"));
    if !point.email.is_empty() {
        contact.push(Element::new("Email").with(Element::leaf("EmailTo", &point.email)));
    }
    if !point.phone.is_empty() {
        let kind = if point.at_every_hour { "hotline" } else { "wired" };
        let number = Element::leaf("TelephoneNumber", &point.phone);
        contact.push(Element::new("Telephone").attribute("type", kind).with(number));
    }
    let meaning = "fingerprint of the key that it signs with";
    contact.with_all(extra_if("key-fingerprint", meaning, &point.key_fingerprint))
}

pub(super) fn party_of(contact: &Element) -> Party {
    let text = |names: &[&str]| contact.at(names).map(|one| one.text.clone()).unwrap_or_default();
    let telephone = contact.child("Telephone");
    let local = contact.all("RegistryHandle").find(|one| one.get("registry") == Some("local"));
    let email = text(&["Email", "EmailTo"]);
    Party {
        // A party that has no name with us goes by the host of its address.
        id: local.map_or_else(
            || email.rsplit_once('@').map(|(_, host)| host.to_owned()).unwrap_or_default(),
            |one| one.text.clone(),
        ),
        name: text(&["ContactName"]),
        kind: words::kind_of_role(contact.get("role").unwrap_or_default()),
        country: None,
        contact: ContactPoint {
            phone: text(&["Telephone", "TelephoneNumber"]),
            at_every_hour: telephone.and_then(|one| one.get("type")) == Some("hotline"),
            key_fingerprint: extra_of(contact, "key-fingerprint").unwrap_or_default().to_owned(),
            email,
        },
    }
}

/// JSON as a text that XML can hold.
pub(super) fn json_text(value: &Value) -> String {
    let text = value.to_string();
    if can_hold(&text) {
        return text;
    }
    // Within JSON these stand in strings only, where an escape means the same.
    text.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}

//! The JSON form of IODEF (RFC 8727): the same tree, with attributes and elements as members. Flow,
//! Record, IndicatorData and ApplicationHeader are not there: what stood in them stands in their
//! parent (section 3.2).

use serde_json::{Map, Value};

use super::{FORMAT, tree::Element};
use crate::DecodeError;

/// Classes that the JSON form leaves out.
const DISSOLVED: [&str; 4] = ["Flow", "Record", "IndicatorData", "ApplicationHeader"];
/// Parts of an Assessment that stand, each in an object of its own, in `Impact`.
const IMPACTS: [&str; 5] =
    ["SystemImpact", "BusinessImpact", "TimeImpact", "MonetaryImpact", "IntendedImpact"];
/// Members that are integers.
const INTEGERS: [&str; 8] = [
    "ip-protocol",
    "vlan-num",
    "Port",
    "ProtoCode",
    "ProtoType",
    "ProtoField",
    "FileSize",
    "specIndex",
];
/// Members that are numbers with a fraction.
const NUMBERS: [&str; 2] = ["Confidence", "Counter"];
/// Members that stand once wherever they stand; the others are lists (section 3.1).
const SINGLE: [&str; 45] = [
    "AlternativeID",
    "DetectTime",
    "StartTime",
    "EndTime",
    "RecoveryTime",
    "ReportTime",
    "GenerationTime",
    "History",
    "Timezone",
    "EmailTo",
    "TelephoneNumber",
    "PAddress",
    "DateTime",
    "Confidence",
    "Node",
    "PostalAddress",
    "ServiceName",
    "Port",
    "Portlist",
    "ProtoCode",
    "ProtoType",
    "ProtoField",
    "EmailData",
    "Application",
    "IANAService",
    "Name",
    "DateDomainWasChecked",
    "RegistrationDate",
    "ExpirationDate",
    "FileName",
    "FileSize",
    "FileType",
    "HashData",
    "BulkObservable",
    "BulkObservableFormat",
    "BulkObservableList",
    "DigestMethod",
    "DigestValue",
    "EmailFrom",
    "EmailSubject",
    "IndicatorExpression",
    "ReferenceName",
    "AssociatedSoftware",
    "DomainContacts",
    "HashTargetID",
];

fn is_single(parent: &str, child: &str) -> bool {
    match (parent, child) {
        ("AlternativeID" | "RelatedActivity", "IncidentID") => false,
        (_, "IncidentID" | "Observable") => parent != "IndicatorExpression",
        ("Indicator", "IndicatorID") | ("EventData", "Assessment") => true,
        ("HistoryItem" | "Expectation", "Contact") => true,
        // An observable is one of anything.
        ("Observable", child) => child != "AdditionalData",
        ("EmailData", "EmailTo" | "HashData") => false,
        (_, child) => SINGLE.contains(&child),
    }
}

/// The name of a class's own text.
fn text_member(class: &str) -> &'static str {
    match class {
        "IncidentID" | "IndicatorID" => "id",
        "RegistryHandle" => "handle",
        _ => "value",
    }
}

/// A tree as JSON.
pub(super) fn write(root: &Element) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(&crate::json::in_order(object(root)))
        .expect("text keys, finite numbers");
    bytes.push(b'\n');
    bytes
}

fn bare(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, bare)| bare)
}

fn scalar(name: &str, text: &str) -> Value {
    if INTEGERS.contains(&name)
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::from(number);
    }
    Value::from(text)
}

fn number(text: &str) -> Value {
    if let Ok(number) = text.parse::<u64>() {
        return Value::from(number);
    }
    text.parse::<f64>().map_or_else(|_| Value::from(text), Value::from)
}

fn object(element: &Element) -> Value {
    let class = bare(&element.name);
    let mut members = Map::new();
    for (name, value) in element.attributes.iter().filter(|(name, _)| !name.starts_with("xmlns")) {
        members.insert(bare(name).to_owned(), scalar(name, value));
    }
    if class == "DigestMethod" {
        return members.remove("Algorithm").unwrap_or_default();
    }
    if element.children.is_empty() && (!element.text.is_empty() || takes_text(class)) {
        if members.is_empty() && !always_object(class) {
            return scalar(class, &element.text);
        }
        let text = &element.text;
        let value =
            if NUMBERS.contains(&class) { number(text) } else { Value::from(text.as_str()) };
        members.insert(text_member(class).to_owned(), value);
        return Value::Object(members);
    }
    children(class, element, &mut members);
    Value::Object(members)
}

/// Classes that hold a text even where it is empty.
fn takes_text(class: &str) -> bool {
    always_object(class)
        || matches!(class, "Description" | "ContactName" | "AssetID" | "BulkObservableList")
        || (SINGLE.contains(&class) && !matches!(class, "History" | "Node" | "AlternativeID"))
}

/// Classes that hold a text and are an object all the same.
fn always_object(class: &str) -> bool {
    matches!(
        class,
        "IncidentID" | "IndicatorID" | "RegistryHandle" | "Address" | "AdditionalData" | "Counter"
    ) || class == "Confidence"
}

fn children(class: &str, element: &Element, members: &mut Map<String, Value>) {
    for child in &element.children {
        let name = bare(&child.name);
        if DISSOLVED.contains(&name) {
            children(class, child, members);
        } else if class == "Assessment" && IMPACTS.contains(&name) {
            let impact = Value::Object(Map::from_iter([(name.to_owned(), object(child))]));
            push(members, "Impact", impact);
        } else if is_single(class, name) {
            members.insert(name.to_owned(), object(child));
        } else {
            push(members, name, object(child));
        }
    }
}

fn push(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
        Value::Array(list) => list.push(value),
        other => *other = value,
    }
}

/// JSON as a tree.
///
/// # Errors
/// Where it is no document of IODEF.
pub(super) fn read(document: &Value) -> Result<Element, DecodeError> {
    let Value::Object(members) = document else {
        return Err(wrong("", "a document is an object"));
    };
    if !members.contains_key("Incident") {
        return Err(wrong("/Incident", "a document without incidents"));
    }
    let mut root = Element::new("IODEF-Document");
    fill(&mut root, members, "")?;
    Ok(root)
}

fn wrong(place: &str, what: &str) -> DecodeError {
    let place: String = place.chars().filter(|c| !c.is_control()).take(200).collect();
    DecodeError { format: FORMAT, place, what: what.to_owned() }
}

fn fill(
    element: &mut Element,
    members: &Map<String, Value>,
    place: &str,
) -> Result<(), DecodeError> {
    let own = text_member(&element.name);
    for (name, value) in members {
        let place = format!("{place}/{name}");
        // Attributes begin with a small letter and elements with a capital, in all of IODEF.
        if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
            let text = text_of(value).ok_or_else(|| wrong(&place, "a text or number is wanted"))?;
            if name == own {
                element.text = text;
            } else {
                element.attributes.push((name.clone(), text));
            }
            continue;
        }
        match value {
            Value::Array(list) => {
                for (number, one) in list.iter().enumerate() {
                    part(element, name, one, &format!("{place}/{number}"))?;
                }
            }
            one => part(element, name, one, &place)?,
        }
    }
    Ok(())
}

fn part(parent: &mut Element, name: &str, value: &Value, place: &str) -> Result<(), DecodeError> {
    let mut child = Element::new(name);
    match value {
        Value::Object(members) => fill(&mut child, members, place)?,
        other => {
            child.text = text_of(other).ok_or_else(|| wrong(place, "no text and no object"))?;
        }
    }
    let holder = match (parent.name.as_str(), name) {
        (_, "Impact") => {
            parent.children.append(&mut child.children);
            return Ok(());
        }
        ("EventData", "System") => "Flow",
        ("EventData", "RecordData") => "Record",
        ("Incident", "Indicator") => "IndicatorData",
        _ => {
            parent.push(child);
            return Ok(());
        }
    };
    match parent.children.iter_mut().find(|one| one.name == holder) {
        Some(holder) => holder.push(child),
        None => parent.push(Element::new(holder).with(child)),
    }
    Ok(())
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

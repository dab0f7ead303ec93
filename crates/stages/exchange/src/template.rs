//! JSON of packages in the making: putting values at places, and filling in what every package has.
//! For formats that people write by hand. It judges nothing.

use serde_json::{Map, Value, json};

/// Puts a value at a place, making what is missing on the way.
pub(crate) fn put(into: &mut Value, place: &str, value: Value) {
    let mut at = into;
    for step in place.split('/').skip(1) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(members) = at else { return };
        at = members.entry(step).or_insert(Value::Null);
    }
    *at = value;
}

/// Puts a value at the end of the list at a place.
pub(crate) fn push(into: &mut Value, place: &str, value: Value) {
    if let Some(Value::Array(list)) = into.pointer_mut(place) {
        list.push(value);
    } else {
        put(into, place, Value::Array(vec![value]));
    }
}

/// Puts in what is missing.
pub(crate) fn fill(value: &mut Value, defaults: &Value) {
    if let (Value::Object(members), Value::Object(defaults)) = (value, defaults) {
        for (name, default) in defaults {
            match members.get_mut(name) {
                Some(value) => fill(value, default),
                None => {
                    members.insert(name.clone(), default.clone());
                }
            }
        }
    }
}

/// What a package has at least. `is` is the word of its content.
pub(crate) fn package(is: &str) -> Value {
    let of = match is {
        "request" => json!({
            "id": "", "version": 1, "authority": "", "action": "identify",
            "reply_by": "1970-01-01T00:00:00Z", "legal_basis": "", "offence": "", "facts": [],
            "flows": [],
        }),
        "answer" => json!({
            "id": "", "version": 1, "status": "received",
            "in_reply_to": {"id": "", "version": 1, "sha256": ""}, "flows": [],
        }),
        _ => json!({"title": [], "observables": []}),
    };
    json!({
        "id": "",
        "created": "1970-01-01T00:00:00Z",
        "from": {"id": "", "name": ""},
        "to": [],
        "handling": {"tlp": "TLP:AMBER"},
        "content": {"is": is, "of": of},
    })
}

/// Fills in what a flow has at least.
pub(crate) fn flow(row: &mut Value, number: usize) {
    let end = row.get("start").cloned().unwrap_or_default();
    let mut defaults = json!({
        "id": format!("F-{number:03}"), "protocol": "", "end": end,
        "precision_micros": 1_000_000, "log_source": "",
    });
    match row.get_mut("source_port") {
        // Where a port is known no reason is needed.
        Some(Value::Object(port)) if port.contains_key("known") => drop(port.remove("missing")),
        Some(_) => {}
        None => put(&mut defaults, "/source_port", json!({"missing": ""})),
    }
    if row.get("clock").is_some() {
        put(&mut defaults, "/clock", json!({"source": ""}));
    }
    fill(row, &defaults);
}

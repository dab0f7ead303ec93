//! MISP out and in: nothing is lost in our own events, PyMISP reads them, events of others are read
//! as far as words meet, and what is hostile is refused by name.

use bakas_exchange::{Limits, misp};
use bakas_model::exchange::{Content, ObservableKind, Package, Pap, Tlp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{made, python};

fn encoded(package: &Package) -> Option<Vec<u8>> {
    let cleared = made::cleared(package)?;
    Some(misp::encode(&cleared).expect("MISP holds every package").bytes)
}

fn event(bytes: &[u8]) -> Value {
    serde_json::from_slice::<Value>(bytes).unwrap()["Event"].take()
}

fn bytes(event: &Value) -> Vec<u8> {
    serde_json::to_vec(&json!({ "Event": event })).unwrap()
}

proptest! {
    #[test]
    fn what_leaves_comes_back(package in made::package()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let taken = misp::decode(&bytes, &Limits::default()).expect("our own event");
        prop_assert_eq!(&taken.rejected, &vec![]);
        prop_assert_eq!(&taken.unknown, &vec![]);
        prop_assert_eq!(taken.packages, vec![package]);
    }

    #[test]
    fn what_a_server_keeps_is_within_its_bounds(package in made::package()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let event = event(&bytes);
        let mut uuids = vec![event["uuid"].as_str().unwrap().to_owned()];
        let mut check = |one: &Value| {
            let value = one["value"].as_str().unwrap();
            uuids.push(one["uuid"].as_str().unwrap().to_owned());
            value.len() <= 65_535 && !value.is_empty() && value.trim() == value
        };
        for attribute in event["Attribute"].as_array().unwrap() {
            prop_assert!(check(attribute), "{attribute}");
        }
        for object in event["Object"].as_array().unwrap() {
            for attribute in object["Attribute"].as_array().unwrap() {
                prop_assert!(check(attribute), "{attribute}");
            }
        }
        let all = uuids.len();
        uuids.sort();
        uuids.dedup();
        prop_assert_eq!(uuids.len(), all);
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(misp::decode(&bytes, &Limits::default()));
    }

    #[test]
    fn a_cut_event_is_refused(package in made::package(), at in any::<prop::sample::Index>()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let cut = &bytes[..at.index(bytes.trim_ascii_end().len())];
        let error = misp::decode(cut, &Limits::default()).expect_err("cut");
        prop_assert!(error.what.contains("ends too early"), "{error}");
    }
}

/// A request that the gate lets out.
fn request() -> Package {
    let all = made::packages(64);
    let is = |one: &&Package| matches!(one.content, Content::Request(_)) && encoded(one).is_some();
    all.iter().find(is).unwrap().clone()
}

#[test]
fn a_long_part_travels_in_pieces() {
    let mut package = request();
    let Content::Request(request) = &mut package.content else { panic!() };
    request.facts[0].text = "ñ𝔘 \"a\\b\" ".repeat(30_000).trim().to_owned();
    let encoded = encoded(&package).unwrap();
    let pieces = event(&encoded)["Object"][0]["Attribute"].as_array().unwrap().clone();
    assert!(pieces.iter().filter(|one| one["object_relation"] == "machine").count() > 5);
    let taken = misp::decode(&encoded, &Limits::default()).unwrap();
    assert_eq!(taken.packages, [package]);
}

#[test]
fn what_was_changed_on_the_way_is_told() {
    let package = request();
    let mut event = event(&encoded(&package).unwrap());
    let objects = event["Object"].as_array_mut().unwrap();
    let connection = objects.iter_mut().find(|one| one["name"] == "network-connection").unwrap();
    connection["Attribute"][0]["value"] = json!("203.0.113.99");
    event["Attribute"] = json!([{ "type": "comment", "value": "added", "uuid": "x" }]);
    let taken = misp::decode(&bytes(&event), &Limits::default()).unwrap();
    assert_eq!(taken.packages, [package]);
    assert!(taken.rejected[0].text.contains("changed it on the way"), "{:?}", taken.rejected);
    assert!(taken.unknown[0].raw.contains("added"));
}

#[test]
fn a_stricter_tag_on_the_way_counts() {
    let mut package = request();
    package.handling.tlp = Tlp::Green;
    package.handling.pap = Pap::Clear;
    let mut event = event(&encoded(&package).unwrap());
    let tags = event["Tag"].as_array_mut().unwrap();
    tags.extend([json!({ "name": "tlp:red" }), json!({ "name": "PAP:RED" })]);
    let taken = misp::decode(&bytes(&event), &Limits::default()).unwrap();
    assert_eq!(taken.packages[0].handling.tlp, Tlp::Red);
    assert_eq!(taken.packages[0].handling.pap, Pap::Red);
}

/// An event as a server of others hands it out.
fn foreign() -> Value {
    json!({
        "uuid": "0d6a3a1e-7f0c-4b3c-9d2a-5b1f6a7c8d90",
        "info": "Anmeldungen bei Gästen",
        "date": "2026-01-31",
        "timestamp": "1769846400",
        "Orgc": { "uuid": "5cf66e53-b5f8-43e7-be9a-49880a3b4631", "name": "Example CERT" },
        "Tag": [{ "name": "tlp:amber+strict" }, { "name": "PAP:GREEN" }],
        "Attribute": [
            { "uuid": "11111111-2222-4333-8444-555555555555", "type": "ip-src",
              "value": "198.51.100.7", "to_ids": "1", "timestamp": "1769846400",
              "first_seen": "2026-01-31T08:00:00.123456+00:00",
              "Tag": [{ "name": "admiralty-scale:source-reliability=\"b\"" },
                      { "name": "admiralty-scale:information-credibility=\"2\"" },
                      { "name": "misp:confidence-level=\"usually-confident\"" },
                      { "name": "tlp:red" }] },
            { "type": "domain|ip", "value": "a.example|192.0.2.4", "to_ids": false },
            { "type": "btc", "value": "x", "to_ids": true },
        ],
        "Object": [{ "name": "network-connection", "first_seen": "2026-01-30T00:00:00Z",
            "Attribute": [
                { "type": "ip-dst", "object_relation": "ip-dst", "value": "203.0.113.5" },
                { "type": "port", "object_relation": "dst-port", "value": "443" }] }],
        "EventReport": [{ "name": "r", "content": "Was geschah: 電信" }],
    })
}

#[test]
fn events_of_others_are_read_as_far_as_words_meet() {
    let taken = misp::decode(&bytes(&foreign()), &Limits::default()).unwrap();
    let package = &taken.packages[0];
    assert_eq!(package.from.name, "Example CERT");
    assert_eq!((package.handling.tlp, package.handling.pap), (Tlp::AmberStrict, Pap::Green));
    let Content::Extract(extract) = &package.content else { panic!() };
    let kinds: Vec<_> = extract.observables.iter().map(|one| one.observable.kind).collect();
    use ObservableKind::{Address, Domain};
    assert_eq!(kinds, [Address, Domain, Address, Address]);
    let first = &extract.observables[0];
    assert_eq!((first.confidence, first.admiralty.as_deref()), (Some(75), Some("B2")));
    assert_eq!(first.first.to_string(), "2026-01-31T08:00:00.123456Z");
    assert_eq!(first.handling.as_ref().map(|own| own.tlp), Some(Tlp::Red));
    assert!(first.indicator);
    assert_eq!(extract.observables[3].first.to_string(), "2026-01-30T00:00:00Z");
    assert_eq!(extract.notes[0].text[1].text, "Was geschah: 電信");
    let kept: Vec<&str> = taken.unknown.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(kept, ["misp:Event[0]/Attribute[2]", "misp:Event[0]/Object[0]"]);
}

#[test]
fn every_form_in_which_servers_hand_out_events_is_read() {
    let event = foreign();
    for whole in [
        json!({ "Event": event }),
        json!({ "response": [{ "Event": event }] }),
        json!({ "response": { "Event": event } }),
        json!([{ "Event": event }]),
        event,
    ] {
        let bytes = serde_json::to_vec(&whole).unwrap();
        assert_eq!(misp::decode(&bytes, &Limits::default()).unwrap().packages.len(), 1);
    }
}

#[test]
fn hostile_events_are_told() {
    let check = |change: &dyn Fn(&mut Value), expected: &str| {
        let mut event = foreign();
        change(&mut event);
        let taken = misp::decode(&bytes(&event), &Limits::default()).unwrap();
        let told: Vec<&str> = taken.rejected.iter().map(|words| words.text.as_str()).collect();
        assert!(told.iter().any(|one| one.contains(expected)), "{expected}: {told:?}");
    };
    check(&|event| event["Attribute"] = json!(5), "Event[0]/Attribute: must be a list");
    check(&|event| event["uuid"] = json!("x"), "'uuid' is missing or none");
    check(&|event| event["Attribute"][0]["first_seen"] = json!("soon"), "'first_seen' is no time");
    check(
        &|event| {
            event["date"] = json!(1);
            event["timestamp"] = json!([]);
        },
        "neither 'timestamp' nor 'date'",
    );
    check(
        &|event| {
            event["Object"][0]["name"] = json!("bakas-part");
            event["Object"][0]["Attribute"] =
                json!([{ "object_relation": "machine", "value": "1/2:{}" }]);
        },
        "1 of 2 pieces",
    );
    let refused = |text: &str, limits: &Limits, expected: &str| {
        let error = misp::decode(text.as_bytes(), limits).expect_err(text);
        assert!(error.to_string().contains(expected), "{error}");
    };
    let limits = Limits { bytes: 100, objects: 10, depth: 4, text: 10, rejects: 1 };
    refused("[1]", &limits, "a list, but not of MISP events");
    refused("{}", &limits, "no MISP event");
    refused(r#"{"objects":[]}"#, &limits, "looks like STIX");
    refused(r#"{"Event":{"a":1,"a":2}}"#, &limits, "a");
    refused(&format!(r#"{{"Event":"{}"}}"#, "x".repeat(11)), &limits, "text longer than 10");
    refused("[[[[[1]]]]]", &limits, "deeper than 4");
    refused(&" ".repeat(101), &limits, "longer than 100 bytes");
    let long = vec![b' '; misp::EVENT_BYTES_LIMIT as usize + 1];
    let error = misp::decode(&long, &Limits::default()).expect_err("one over");
    assert!(error.what.contains("longer than"), "{error}");
}

#[test]
fn pymisp_loads_ours_and_gives_back_the_same() {
    let Some(python) = python::python(&["pymisp", "jsonschema"]) else { return };
    let made = made::packages(python::packages_for_tools());
    let sent: Vec<(&Package, Vec<u8>)> =
        made.iter().filter_map(|package| Some((package, encoded(package)?))).collect();
    assert!(sent.len() * 2 > made.len());
    let events: Vec<Vec<u8>> = sent.iter().map(|(_, bytes)| bytes.clone()).collect();
    let back = python::run(&python, "misp_check.py", "misp", &events);
    assert_eq!(back.len(), sent.len());
    for ((package, _), event) in sent.iter().zip(&back) {
        let taken = misp::decode(event.as_bytes(), &Limits::default()).expect("its own event");
        assert_eq!(taken.rejected, [], "{event}");
        assert_eq!(taken.packages.as_slice(), std::slice::from_ref(*package));
    }
}

//! STIX 2.1 out and in: nothing is lost, with our extension or by the lines of the notes alone;
//! what others send is read as far as words meet; what is hostile is refused by name.

use bakas_exchange::{Limits, stix};
use bakas_model::exchange::{Content, ObservableKind, Package, Pap, Tlp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{made, python};

fn encoded(package: &Package) -> Option<Vec<u8>> {
    let cleared = made::cleared(package)?;
    Some(stix::encode(&cleared).expect("STIX holds every package").bytes)
}

fn objects(bytes: &[u8]) -> Vec<Value> {
    let bundle: Value = serde_json::from_slice(bytes).expect("a bundle is JSON");
    bundle["objects"].as_array().expect("objects").clone()
}

fn bundle(objects: &[Value]) -> Vec<u8> {
    let id = "bundle--0d6a3a1e-7f0c-4b3c-9d2a-5b1f6a7c8d90";
    serde_json::to_vec(&json!({ "type": "bundle", "id": id, "objects": objects })).unwrap()
}

proptest! {
    #[test]
    fn what_leaves_comes_back(package in made::package()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let taken = stix::decode(&bytes, &Limits::default()).expect("our own bundle");
        prop_assert_eq!(&taken.rejected, &vec![]);
        prop_assert_eq!(&taken.unknown, &vec![]);
        prop_assert_eq!(taken.packages, vec![package]);
    }

    #[test]
    fn an_importer_that_drops_extensions_keeps_everything(package in made::package()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let mut objects = objects(&bytes);
        objects.retain(|object| object["type"] != "extension-definition");
        for object in &mut objects {
            object.as_object_mut().unwrap().remove("extensions");
        }
        let taken = stix::decode(&bundle(&objects), &Limits::default()).expect("a bundle");
        prop_assert_eq!(taken.packages, vec![package]);
    }

    #[test]
    fn no_reference_dangles_and_no_id_comes_twice(package in made::package()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let objects = objects(&bytes);
        let ids: Vec<&str> = objects.iter().map(|object| object["id"].as_str().unwrap()).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), ids.len());
        for object in &objects {
            for (name, value) in object.as_object().unwrap() {
                let refs = match value {
                    Value::String(one) if name.ends_with("_ref") => vec![one.as_str()],
                    Value::Array(list) if name.ends_with("_refs") => {
                        list.iter().map(|one| one.as_str().unwrap()).collect()
                    }
                    _ => continue,
                };
                for one in refs {
                    prop_assert!(ids.contains(&one), "{name} {one} of {}", object["id"]);
                }
            }
        }
    }

    #[test]
    fn every_object_is_marked_as_strictly_as_its_part(package in made::package()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let label = |object: &Value| -> Tlp {
            let refs = object["object_marking_refs"].as_array().unwrap().iter();
            let all = self::objects(&bytes);
            refs.filter_map(|id| {
                let mark = all.iter().find(|one| one["id"] == *id).unwrap();
                mark["name"].as_str()?.parse().ok()
            })
            .max()
            .expect("a label")
        };
        for object in objects(&bytes) {
            let own = object.pointer(&format!("/extensions/{}/value/handling/tlp", stix::EXTENSION));
            if let Some(own) = own.and_then(Value::as_str) {
                let own: Tlp = own.parse().unwrap();
                prop_assert_eq!(label(&object), own.max(package.handling.tlp));
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(stix::decode(&bytes, &Limits::default()));
    }

    #[test]
    fn a_cut_bundle_is_refused(package in made::package(), at in any::<prop::sample::Index>()) {
        let Some(bytes) = encoded(&package) else { return Ok(()) };
        let cut = &bytes[..at.index(bytes.trim_ascii_end().len())];
        let error = stix::decode(cut, &Limits::default()).expect_err("cut");
        prop_assert!(error.what.contains("ends too early"), "{error}");
    }
}

/// One package of each kind of content.
fn of_each() -> Vec<Package> {
    let all = made::packages(64);
    let find = |kind: fn(&Content) -> bool| {
        all.iter().find(|one| kind(&one.content) && encoded(one).is_some()).unwrap().clone()
    };
    vec![
        find(|content| matches!(content, Content::Request(_))),
        find(|content| matches!(content, Content::Answer(_))),
        find(
            |content| matches!(content, Content::Extract(extract) if !extract.observables.is_empty()),
        ),
    ]
}

#[test]
fn the_same_package_gives_the_same_bundle() {
    for package in of_each() {
        assert_eq!(encoded(&package), encoded(&package));
    }
}

#[test]
fn what_was_changed_on_the_way_is_told() {
    let package = of_each().remove(0);
    let mut objects = objects(&encoded(&package).unwrap());
    let traffic =
        objects.iter_mut().find(|object| object["type"] == "network-traffic").expect("a flow");
    traffic["src_port"] = json!(1);
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    assert_eq!(taken.packages, [package]);
    assert!(taken.rejected[0].text.contains("changed it on the way"), "{:?}", taken.rejected);
}

#[test]
fn a_stricter_mark_on_the_way_counts() {
    let mut package = made::packages(200)
        .into_iter()
        .find(|one| one.handling.tlp < Tlp::Red && encoded(one).is_some())
        .unwrap();
    package.handling.pap = Pap::Amber;
    let mut objects = objects(&encoded(&package).unwrap());
    let red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
    let root = objects.iter_mut().find(|one| one["type"] == "report" || one["type"] == "grouping");
    root.unwrap()["object_marking_refs"].as_array_mut().unwrap().push(json!(red));
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    assert_eq!(taken.packages[0].handling.tlp, Tlp::Red);
}

#[test]
fn a_part_that_is_missing_is_told() {
    let package = of_each().remove(0);
    let mut objects = objects(&encoded(&package).unwrap());
    objects.retain(|object| object["type"] != "observed-data");
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    let told = taken.rejected.iter().any(|words| words.text.contains("missing; ask the sender"));
    assert!(told, "{:?}", taken.rejected);
}

#[test]
fn members_of_other_versions_are_kept() {
    let package = of_each().remove(0);
    let mut objects = objects(&encoded(&package).unwrap());
    let flow = objects.iter_mut().find(|object| object["type"] == "observed-data").unwrap();
    flow["extensions"][stix::EXTENSION]["value"]["mood"] = json!({ "is": ["new"] });
    let others = "extension-definition--11111111-2222-4333-8444-555555555555";
    flow["extensions"][others] = json!({ "extension_type": "property-extension", "x": 1 });
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    let kept = &taken.packages[0].unknown;
    assert!(
        kept.iter().any(|one| one.place.ends_with("value.mood") && one.raw.contains("new")),
        "{kept:?}"
    );
    assert!(taken.unknown.iter().any(|one| one.place.contains(others)), "{:?}", taken.unknown);
}

/// A bundle as another tool writes it.
fn foreign() -> Vec<Value> {
    let at = "2026-01-31T08:00:00.123Z";
    let sdo = |kind: &str, number: u32| {
        json!({
            "type": kind,
            "spec_version": "2.1",
            "id": format!("{kind}--00000000-0000-4000-8000-{number:012}"),
            "created": at,
            "modified": at,
        })
    };
    let with = |mut object: Value, more: Value| {
        object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object
    };
    let id = |kind: &str, number: u32| format!("{kind}--00000000-0000-4000-8000-{number:012}");
    vec![
        with(
            sdo("identity", 1),
            json!({ "name": "Example CERT", "identity_class": "organization" }),
        ),
        with(
            sdo("report", 2),
            json!({
                "name": "Anmeldungen bei Gästen", "published": at, "lang": "de",
                "created_by_ref": id("identity", 1),
                "object_marking_refs": ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"],
                "object_refs": [id("indicator", 3), id("observed-data", 4), id("campaign", 6),
                                id("malware", 7), id("report", 2)],
            }),
        ),
        with(
            sdo("indicator", 3),
            json!({
                "pattern": "[ipv4-addr:value = '198.51.100.7']", "pattern_type": "stix",
                "valid_from": at, "confidence": 70,
                "labels": ["admiralty-scale:source-reliability=\"b\"",
                           "admiralty-scale:information-credibility=\"2\""],
            }),
        ),
        with(
            sdo("observed-data", 4),
            json!({
                "first_observed": at, "last_observed": "2026-01-31T09:00:00.123456Z",
                "number_observed": 12,
                "object_refs": [id("ipv4-addr", 5)],
            }),
        ),
        json!({ "type": "ipv4-addr", "id": id("ipv4-addr", 5), "value": "198.51.100.7/32" }),
        with(sdo("campaign", 6), json!({ "name": "C" })),
        with(sdo("malware", 7), json!({ "is_family": false, "name": "m" })),
    ]
}

#[test]
fn bundles_of_others_are_read_as_far_as_words_meet() {
    let taken = stix::decode(&bundle(&foreign()), &Limits::default()).unwrap();
    let package = &taken.packages[0];
    assert_eq!(package.from.name, "Example CERT");
    assert_eq!(package.handling.tlp, Tlp::Amber);
    let Content::Extract(extract) = &package.content else { panic!("{package:?}") };
    assert_eq!(extract.title[0].text, "Anmeldungen bei Gästen");
    assert_eq!(extract.title[0].language, "de");
    let [one] = extract.observables.as_slice() else { panic!("{:?}", extract.observables) };
    assert_eq!(
        (one.observable.kind, one.observable.value.as_str()),
        (ObservableKind::Address, "198.51.100.7")
    );
    assert!(one.indicator);
    assert_eq!((one.count, one.confidence, one.admiralty.as_deref()), (12, Some(70), Some("B2")));
    assert_eq!(one.last.to_string(), "2026-01-31T09:00:00.123456Z");
    assert_eq!(extract.campaigns.len(), 1);
    assert!(taken.unknown.iter().any(|one| one.place.contains("malware--")), "{:?}", taken.unknown);
    assert_eq!(taken.rejected, []);
}

#[test]
fn hostile_objects_are_told_and_the_rest_is_read() {
    let check = |change: &dyn Fn(&mut Vec<Value>), expected: &str| {
        let mut objects = foreign();
        change(&mut objects);
        let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
        let told: Vec<&str> = taken.rejected.iter().map(|words| words.text.as_str()).collect();
        assert!(told.iter().any(|one| one.contains(expected)), "{expected}: {told:?}");
        assert!(!taken.packages.is_empty());
    };
    check(&|all| all.push(json!(7)), "objects[7]: a number; each must be a STIX object");
    check(&|all| all.push(json!([[]])), "objects[7]: a list");
    check(&|all| all[3]["first_observed"] = json!("yesterday"), "'first_observed' is no time");
    check(&|all| all[3]["first_observed"] = json!(5), "'first_observed' is no time");
    check(&|all| all[3]["number_observed"] = json!("many"), "'number_observed' is no whole number");
    check(&|all| all[3]["object_refs"] = json!("ipv4-addr"), "'object_refs' is no list");
    check(&|all| all[3]["object_refs"] = json!([1, {}]), "'object_refs' names something");
    check(&|all| all[5]["id"] = json!("campaign--x"), "no STIX id");
    check(&|all| all[5]["type"] = json!("incident"), "'id' says otherwise");
    check(&|all| all[5]["spec_version"] = json!("2.0"), "only 2.1 is read");
    check(
        &|all| {
            all[5].as_object_mut().unwrap().remove("spec_version");
        },
        "STIX 2.0; ask the sender for STIX 2.1",
    );
    check(
        &|all| {
            let mut again = all[5].clone();
            again["name"] = json!("another");
            all.push(again);
        },
        "stands there twice with two contents",
    );
    check(
        &|all| {
            all[5]["extensions"] = json!({ stix::EXTENSION: { "part": 1 } });
        },
        "our extension cannot be read",
    );
    check(
        &|all| {
            all[5]["extensions"] = json!({ stix::EXTENSION: {
                "package": "p", "part": 9, "parts": 3, "kind": "campaign", "value": {
                    "id": "C", "title": [], "incidents": [], "first": "2026-01-01",
                    "last": "2026-01-01" } } });
        },
        "no part can be 9 of 3",
    );
}

#[test]
fn a_newer_version_of_an_object_counts() {
    let mut objects = foreign();
    let mut newer = objects[5].clone();
    newer["name"] = json!("newer");
    newer["modified"] = json!("2026-02-01T00:00:00.000Z");
    objects.insert(0, newer);
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    let Content::Extract(extract) = &taken.packages[0].content else { panic!() };
    assert_eq!(extract.campaigns[0].title[0].text, "newer");
    assert_eq!(taken.rejected, []);
}

#[test]
fn a_small_bundle_that_asks_for_endless_packages_is_stopped() {
    let at = "2026-01-31T08:00:00.000Z";
    let id = |kind: &str, number: usize| format!("{kind}--00000000-0000-4000-8000-{number:012}");
    let limits = Limits { objects: 400, ..Limits::default() };
    let addresses: Vec<Value> = (0..100)
        .map(|n| json!({ "type": "ipv4-addr", "id": id("ipv4-addr", n), "value": format!("192.0.2.{n}") }))
        .collect();
    let refs: Vec<&Value> = addresses.iter().map(|one| &one["id"]).collect();
    let observed = (0..100).map(|n| {
        json!({
            "type": "observed-data", "spec_version": "2.1", "id": id("observed-data", n),
            "created": at, "modified": at, "first_observed": at, "last_observed": at,
            "number_observed": 1, "object_refs": refs,
        })
    });
    let observed: Vec<Value> = observed.collect();
    let names: Vec<&Value> = observed.iter().map(|one| &one["id"]).collect();
    let reports = (0..100).map(|n| {
        json!({
            "type": "report", "spec_version": "2.1", "id": id("report", n), "created": at,
            "modified": at, "published": at, "name": "r", "object_refs": names,
        })
    });
    let all: Vec<Value> = reports.chain(observed.clone()).chain(addresses.clone()).collect();
    let taken = stix::decode(&bundle(&all), &limits).unwrap();
    let made: usize = taken
        .packages
        .iter()
        .map(|package| match &package.content {
            Content::Extract(extract) => extract.observables.len() + extract.notes.len(),
            _ => 0,
        })
        .sum();
    assert!(made <= 4 * limits.objects, "{made}");
    assert!(taken.rejected[0].text.contains("things would be made"), "{:?}", taken.rejected);
}

#[test]
fn losses_name_what_is_there_and_nothing_else() {
    let package = of_each().remove(0);
    let Content::Request(request) = &package.content else { panic!() };
    let encoded = stix::encode(&made::cleared(&package).unwrap()).unwrap();
    let places: Vec<&str> = encoded.losses.iter().map(|loss| loss.place.as_str()).collect();
    assert!(places.contains(&"content.flows[].clock"));
    assert_eq!(places.contains(&"content.preservation"), request.preservation.is_some());
    let evidence = request.flows.iter().any(|flow| !flow.evidence.is_empty());
    assert_eq!(places.contains(&"content.flows[].evidence"), evidence);
}

#[test]
fn references_in_a_circle_end() {
    let mut objects = foreign();
    objects[3]["object_refs"] = json!([objects[3]["id"], objects[1]["id"]]);
    objects.push(json!({
        "type": "relationship", "spec_version": "2.1",
        "id": "relationship--00000000-0000-4000-8000-000000000009",
        "created": "2026-01-31T08:00:00.000Z", "modified": "2026-01-31T08:00:00.000Z",
        "relationship_type": "related-to",
        "source_ref": "relationship--00000000-0000-4000-8000-000000000009",
        "target_ref": "relationship--00000000-0000-4000-8000-000000000009",
    }));
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    assert_eq!(taken.packages.len(), 1);
}

#[test]
fn what_is_no_bundle_is_refused_by_name() {
    let check = |text: &str, expected: &str| {
        let error = stix::decode(text.as_bytes(), &Limits::default()).expect_err(text);
        assert!(error.to_string().contains(expected), "{error}");
    };
    check("", "ends too early");
    check("[]", "expected a STIX bundle");
    check("nonsense", "no JSON");
    check("{}", "'type' must be \"bundle\"");
    check(r#"{"type":"report","id":"x"}"#, "wrap single objects in a bundle");
    check(r#"{"type":"bundle","spec_version":"2.0","objects":[]}"#, "STIX 2.0");
    check(r#"{"type":"bundle","objects":{}}"#, "'objects' to be a list");
    check(r#"{"type":"bundle","objects":[],"objects":[]}"#, "twice");
    check(r#"{"type":"bundle","objects":[]} x"#, "no JSON");
    check(r#"{"type":"bundle","objects":[{"a":{"a":1,"a":2}}]}"#, "twice");
}

#[test]
fn one_over_each_limit_is_refused() {
    let limits = Limits { bytes: 4000, objects: 7, depth: 12, text: 60, rejects: 1 };
    let check = |bytes: &[u8], expected: &str| {
        let error = stix::decode(bytes, &limits).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    };
    let mut objects = foreign();
    stix::decode(&bundle(&objects), &limits).expect("just within the limits");
    objects[6]["description"] = json!("x".repeat(61));
    check(&bundle(&objects), "a text longer than 60 bytes");
    objects[6]["description"] = json!([[[[[[[[[[1]]]]]]]]]]);
    check(&bundle(&objects), "deeper than 12 levels");
    objects[6]["description"] = json!(vec!["x".repeat(50); 80]);
    check(&bundle(&objects), "longer than 4000 bytes");
    let mut objects = foreign();
    objects.push(json!({}));
    check(&bundle(&objects), "more than 7 objects");
    let two_wrong = bundle(&[json!(1), json!(2)]);
    let taken = stix::decode(&two_wrong, &limits).unwrap();
    assert_eq!(taken.rejected.len(), 2);
    assert!(taken.rejected[1].text.contains("1 more"), "{:?}", taken.rejected);
    let many = vec![Value::Null; stix::OBJECT_VALUES_LIMIT + 1];
    let mut objects = foreign();
    objects[6]["x"] = json!(many);
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    assert!(taken.rejected[0].text.contains("values"), "{:?}", taken.rejected);
    assert_eq!(taken.packages.len(), 1, "the rest is read");
}

/// An extract of what attackers write where host names, URLs and addresses should stand.
fn awkward() -> Package {
    use ObservableKind::{
        Account, Address, AutonomousSystem, Domain, Email, FileName, Prefix, Sha256, Url, UserAgent,
    };
    let values: [(ObservableKind, &[&str]); 10] = [
        (Address, &["::ffff:192.0.2.1", "2001:DB8::A", "999.1.1.1", "192.0.2.1 "]),
        (Prefix, &["2001:db8::/32", "192.0.2.0/024", "192.0.2.0/33", "::ffff:192.0.2.0/120"]),
        (AutonomousSystem, &["AS64500", "64500", "AS", "4294967296"]),
        (
            Domain,
            &[
                "_dmarc.example",
                "niño.example",
                "xn--80ak6aa92e415.example",
                "☃.example",
                "r3---x.example",
                "a b",
                "Ñ.example",
                "1.2.3.4",
            ],
        ),
        (
            Url,
            &[
                "https://a.example/a b",
                "https://a.example/ñ",
                "/etc/passwd",
                "http://a.example/{x}|y",
                "http://[::1",
                "https://a.example/%zz",
                "javascript:alert(1)",
                "http://a.example:x/",
            ],
        ),
        (
            Email,
            &[
                "ana@mail",
                "ñ@a.example",
                "\"a b\"@a.example",
                "a@b@c.example",
                "@",
                "m.cruz+x@mail.example",
            ],
        ),
        (Account, &["O'Neil", "DOMAIN\\ana", "' OR 1=1 --", "niño"]),
        (UserAgent, &["Mozilla/5.0 ('x'; \"y\")", "() { :;}; x"]),
        (Sha256, &["abc", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"]),
        (FileName, &["../../x", "a'b.php", "名.txt"]),
    ];
    let mut package = of_each().remove(2);
    package.handling = bakas_model::exchange::Handling::default();
    let Content::Extract(extract) = &mut package.content else { panic!() };
    let one = extract.observables.remove(0);
    extract.observables.clear();
    for (kind, list) in values {
        for value in list {
            let mut one = one.clone();
            one.id = format!("O-{}", extract.observables.len());
            one.observable.kind = kind;
            one.observable.value = (*value).to_owned();
            one.indicator = true;
            extract.observables.push(one);
        }
    }
    package
}

#[test]
fn what_is_no_value_of_its_kind_leaves_as_words_and_comes_back() {
    let package = awkward();
    let bytes = encoded(&package).expect("the gate does not look at values");
    let taken = stix::decode(&bytes, &Limits::default()).unwrap();
    assert_eq!(taken.rejected, []);
    assert_eq!(taken.packages, [package]);
}

#[test]
fn the_reference_tools_find_nothing_wrong() {
    let Some(python) = python::python(&["stix2", "stix2validator", "jsonschema"]) else { return };
    let wanted = python::packages_for_tools();
    // The gate keeps some back.
    let made = made::packages(wanted + wanted / 2);
    let mut bundles: Vec<Vec<u8>> = made.iter().filter_map(encoded).take(wanted).collect();
    assert_eq!(bundles.len(), wanted);
    bundles.extend(encoded(&awkward()));
    let lines = python::run(&python, "stix_check.py", "stix", &bundles);
    assert_eq!(lines.len(), bundles.len());
    assert!(lines.iter().all(|line| line == "good"));
}
#[test]
fn nothing_is_lost_on_the_way_through_misp_stix() {
    let Some(python) = python::python(&["stix2", "misp_stix_converter"]) else { return };
    let made = made::packages(python::packages_for_tools());
    let sent: Vec<(&Package, Vec<u8>)> =
        made.iter().filter_map(|package| Some((package, encoded(package)?))).collect();
    let bundles: Vec<Vec<u8>> = sent.iter().map(|(_, bytes)| bytes.clone()).collect();
    let back = python::run(&python, "stix_trip.py", "trip", &bundles);
    assert_eq!(back.len(), sent.len());
    for ((package, _), bundle) in sent.iter().zip(&back) {
        let taken = stix::decode(bundle.as_bytes(), &Limits::default()).expect("its own bundle");
        assert_eq!(taken.packages.as_slice(), std::slice::from_ref(*package), "{bundle}");
    }
}

#[test]
fn a_label_that_another_system_raised_counts_without_our_extension() {
    let package = made::packages(200)
        .into_iter()
        .find(|one| one.handling.tlp < Tlp::Red && encoded(one).is_some())
        .unwrap();
    let mut objects = objects(&encoded(&package).unwrap());
    for object in &mut objects {
        object.as_object_mut().unwrap().remove("extensions");
    }
    let red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
    let root = objects.iter_mut().find(|one| one["type"] == "report" || one["type"] == "grouping");
    root.unwrap()["object_marking_refs"] = json!([red]);
    let taken = stix::decode(&bundle(&objects), &Limits::default()).unwrap();
    assert_eq!(taken.packages[0].handling.tlp, Tlp::Red);
}

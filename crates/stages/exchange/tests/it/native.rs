//! Our own form: it gives back exactly what went in, and keeps what it does not know.

use bakas_exchange::{Cleared, Limits, native};
use bakas_model::exchange::{Content, Package};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::made;

fn written(cleared: &Cleared) -> Vec<u8> {
    native::encode(cleared, None).expect("numbers are small").bytes
}

fn read(bytes: &[u8]) -> Package {
    let mut taken = native::decode(bytes, &Limits::default()).expect("we wrote it");
    assert_eq!(taken.packages.len(), 1);
    taken.packages.remove(0)
}

proptest! {
    #[test]
    fn what_went_in_comes_out(package in made::package()) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        let bytes = written(&cleared);
        let back = read(&bytes);
        prop_assert_eq!(&back, &package);
        prop_assert_eq!(native::digest(&back), native::digest(&package));
    }

    #[test]
    fn noise_is_refused_and_never_crashes(
        package in made::package(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let Some(cleared) = made::cleared(&package) else { return Ok(()) };
        let bytes = written(&cleared);
        let cut = &bytes[..at.index(bytes.len() - 1)];
        prop_assert!(native::decode(cut, &Limits::default()).is_err(), "cut short");
        let mut flipped = bytes.clone();
        let at = at.index(bytes.len());
        flipped[at] = byte;
        if let Ok(taken) = native::decode(&flipped, &Limits::default())
            && byte != bytes[at]
            && !byte.is_ascii_whitespace()
            && !bytes[at].is_ascii_whitespace()
        {
            let same = taken.packages.iter().all(|one| native::digest(one) == native::digest(&package));
            prop_assert!(!same || taken.unknown != Vec::new(), "a changed byte changes the digest");
        }
    }
}

fn one(kind: fn(&Content) -> bool) -> Package {
    let mut all = made::packages(200).into_iter();
    all.find(|one| kind(&one.content) && made::cleared(one).is_some()).expect("one of 200")
}

fn request() -> Package {
    one(|content| matches!(content, Content::Request(_)))
}

#[test]
fn members_of_another_version_are_kept_in_place_and_in_the_digest() {
    let package = request();
    let mut value: Value =
        serde_json::from_slice(&native::canonical(&package)).expect("it is JSON");
    value["content"]["of"]["flows"][0]["radio/cell~id"] = json!({"b": [1.5, "ñ"], "a": null});
    value["severity"] = json!("high");
    let given = json!({"package": value, "bakas": native::SCHEMA, "beside": 1});
    let taken = native::decode(&serde_json::to_vec(&given).unwrap(), &Limits::default()).unwrap();
    let back = &taken.packages[0];
    let places: Vec<&str> = back.unknown.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["native:/content/of/flows/0/radio~1cell~0id", "native:/severity"]);
    assert_eq!(back.unknown[0].raw, r#"{"a":null,"b":[1.5,"ñ"]}"#);
    let canonical: Value = serde_json::from_slice(&native::canonical(back)).unwrap();
    assert_eq!(canonical, value, "what is signed is what was sent");
    assert_eq!(taken.unknown.len(), 1, "beside the package, too");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let check = |change: &dyn Fn(&mut Value), place: &str, what: &str| {
        let package = request();
        let mut value = json!({
            "bakas": native::SCHEMA,
            "package": serde_json::from_slice::<Value>(&native::canonical(&package)).unwrap(),
        });
        change(&mut value);
        let bytes = serde_json::to_vec(&value).unwrap();
        let error = native::decode(&bytes, &Limits::default()).unwrap_err();
        assert!(error.place.contains(place), "{error}");
        assert!(error.what.contains(what), "{error}");
    };
    check(&|v| v["bakas"] = json!("bakas-package/2"), "/bakas", "another version");
    check(&|v| v["bakas"] = json!("x"), "/bakas", "not a package");
    check(&|v| v["note"] = json!("x".repeat(native::NOTE_BYTES_LIMIT + 1)), "/note", "no signed");
    check(&|v| v["package"]["created"] = json!("2026-01-05T08:00:00"), "created", "RFC 3339");
    check(
        &|v| v["package"]["content"]["of"]["flows"][0]["source"] = json!("300.1.1.1"),
        "content/of/flows",
        "IP address",
    );
    check(
        &|v| {
            let first = v["package"]["content"]["of"]["flows"][0].clone();
            v["package"]["content"]["of"]["flows"] = json!([first.clone(), first]);
        },
        "/flows/1",
        "twice",
    );
}

#[test]
fn a_number_that_json_cannot_hold_is_refused_before_it_leaves() {
    let mut package = request();
    if let Content::Request(request) = &mut package.content {
        request.flows[0].count = 1 << 53;
    }
    let error = native::encode(&made::cleared(&package).unwrap(), None).unwrap_err();
    assert_eq!(error.place, "/content/of/flows/0/count");
}

#[test]
fn a_note_travels_beside_the_package() {
    let package = request();
    let cleared = made::cleared(&package).unwrap();
    let bytes = native::encode(&cleared, Some("note\n")).unwrap().bytes;
    let document = native::open(&bytes, &Limits::default()).unwrap();
    assert_eq!(document.note.as_deref(), Some("note\n"));
    assert_eq!(document.taken.packages, [package]);
}

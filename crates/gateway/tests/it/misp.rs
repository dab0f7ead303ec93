//! MISP against a small server of our own that speaks the documented shapes: view, add, edit,
//! restSearch. A real one cannot be had from a package registry.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use bakas_model::{
    outside::{Outside as _, OutsideError},
    transport::{Became, Credential, Delivery, Outcome, Position, Push, Server, Service},
};
use serde_json::{Value, json};

use crate::desk::{Desk, Request, Told, gateway};

const KEY: &str = "k3y";

/// What the server has, by UUID.
type Shelf = Arc<Mutex<BTreeMap<String, Value>>>;

fn uuid(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012}")
}

fn event(n: usize, timestamp: u64, attributes: usize) -> Value {
    let attribute = |k: usize| json!({"uuid": uuid(1000 * n + k), "type": "ip-src|port", "value": format!("192.0.2.{k}|443"), "comment": "ñ"});
    let all: Vec<_> = (0..attributes).map(attribute).collect();
    let object = json!({"name": "network-connection", "Attribute": [attribute(900)]});
    json!({"uuid": uuid(n), "timestamp": timestamp.to_string(), "info": "test", "Attribute": all, "Object": [object]})
}

/// A server; `drops` says which attribute it silently leaves out.
fn misp(drops: Option<&'static str>) -> (Desk, Shelf) {
    let shelf = Shelf::default();
    let kept = Arc::clone(&shelf);
    let desk = Desk::new(move |request| answer(&mut kept.lock().unwrap(), request, drops));
    (desk, shelf)
}

fn answer(shelf: &mut BTreeMap<String, Value>, request: &Request, drops: Option<&str>) -> Told {
    let say = |status: u16, body: Value| (status, String::new(), body.to_string());
    if request.header("authorization") != Some(KEY) {
        return say(
            403,
            json!({"name": "Authentication failed.", "message": "Authentication failed."}),
        );
    }
    let id = request.path.rsplit('/').next().unwrap().to_owned();
    if request.path.starts_with("/events/view/") {
        return match shelf.get(&id) {
            Some(event) => say(200, json!({"Event": event})),
            None => say(404, json!({"name": "Invalid event.", "message": "Invalid event."})),
        };
    }
    let body: Value = serde_json::from_str(&request.body).unwrap();
    if request.path == "/events/restSearch" {
        let (page, limit) = (body["page"].as_u64().unwrap(), body["limit"].as_u64().unwrap());
        let since: u64 = body["timestamp"].as_str().map_or(0, |text| text.parse().unwrap());
        let time = |event: &Value| event["timestamp"].as_str().unwrap().parse::<u64>().unwrap();
        let events = shelf.values().filter(|event| time(event) >= since);
        let events = events.skip(((page - 1) * limit) as usize).take(limit as usize);
        return say(
            200,
            json!({"response": events.map(|event| json!({"Event": event})).collect::<Vec<_>>()}),
        );
    }
    let mut event = body["Event"].clone();
    if event["info"] == "" {
        return say(
            403,
            json!({"name": "Could not add Event", "errors": {"info": ["Info cannot be\u{1b} empty."]}}),
        );
    }
    let id = event["uuid"].as_str().unwrap().to_owned();
    assert_eq!(request.path == "/events/add", !shelf.contains_key(&id), "{}", request.path);
    if let Some(drop) = drops {
        event["Attribute"].as_array_mut().unwrap().retain(|one| one["uuid"] != drop);
    }
    shelf.insert(id, event.clone());
    say(200, json!({"Event": event}))
}

fn server(desk: &Desk) -> Server {
    let credential = Some(Credential::Raw(KEY.into()));
    Server { service: Service::Misp, url: desk.url("/"), credential }
}

fn push(desk: &Desk, document: &Value) -> Result<(Delivery, Vec<Outcome>), OutsideError> {
    let mut all = Vec::new();
    let document = document.to_string();
    let push = Push { document: document.as_bytes(), done: &BTreeSet::new() };
    let told = &mut |outcomes: &[Outcome]| all.extend_from_slice(outcomes);
    let delivery = gateway().transport().push(&server(desk), &push, told)?;
    assert!(delivery.adds_up());
    Ok((delivery, all))
}

#[test]
fn an_event_is_added_once_and_edited_when_it_grows() {
    let (desk, shelf) = misp(None);
    let posts = || {
        desk.asked()
            .iter()
            .filter(|one| one.method == "POST")
            .map(|one| one.path.clone())
            .collect::<Vec<_>>()
    };
    let one = event(1, 100, 3);
    assert_eq!(push(&desk, &json!({"Event": one})).unwrap().0.success, 1);
    assert_eq!(push(&desk, &one).unwrap().0.success, 1, "the same again changes nothing");
    assert_eq!(posts(), ["/events/add"]);
    let more = json!({"response": [{"Event": event(1, 101, 4)}, {"Event": event(2, 100, 1)}, {"Event": event(2, 100, 1)}]});
    let (delivery, _) = push(&desk, &more).unwrap();
    assert_eq!((delivery.offered, delivery.success), (2, 2), "each version once");
    assert_eq!(posts(), ["/events/add", &format!("/events/edit/{}", uuid(1)), "/events/add"]);
    assert_eq!(shelf.lock().unwrap()[&uuid(1)], event(1, 101, 4));
}

#[test]
fn what_the_server_leaves_out_or_refuses_is_told() {
    let left = Box::leak(uuid(1002).into_boxed_str());
    let (desk, _) = misp(Some(left));
    let (delivery, outcomes) = push(&desk, &event(1, 100, 3)).unwrap();
    assert_eq!(delivery.failure, 1);
    let Became::Failure(why) = &outcomes[0].became else { panic!("{outcomes:?}") };
    assert!(why.contains("kept 3 of 4 attributes") && why.contains(&uuid(1002)), "{why}");
    let mut bad = event(2, 100, 1);
    bad["info"] = json!("");
    let (delivery, outcomes) = push(&desk, &json!([bad, event(3, 100, 1)])).unwrap();
    assert_eq!(
        (delivery.failure, delivery.success),
        (1, 1),
        "one bad event does not stop the next"
    );
    let Became::Failure(why) = &outcomes[0].became else { panic!("{outcomes:?}") };
    assert!(
        why.starts_with("status 403: ") && why.contains("Info cannot be") && !why.contains('\x1b'),
        "{why}"
    );
}

#[test]
fn without_the_right_key_nothing_is_said_of_the_key() {
    let (desk, _) = misp(None);
    let wrong = Server { credential: Some(Credential::Raw("wr0ng".into())), ..server(&desk) };
    let document = event(1, 1, 1).to_string();
    let push = Push { document: document.as_bytes(), done: &BTreeSet::new() };
    let error = gateway().transport().push(&wrong, &push, &mut |_| ()).unwrap_err();
    assert!(matches!(error, OutsideError::Status { status: 403, .. }), "{error}");
    assert!(!format!("{error} {error:?} {wrong} {wrong:?}").contains("wr0ng"));
}

#[test]
fn a_pull_takes_each_event_once_page_by_page_and_then_only_new_ones() {
    let (desk, shelf) = misp(None);
    let fill = |range: std::ops::Range<usize>, time: u64| {
        shelf.lock().unwrap().extend(range.map(|n| (uuid(n), event(n, time, 1))));
    };
    fill(0..120, 100);
    let mut ids = BTreeSet::new();
    let mut position = Position::default();
    let mut pull = |position: &mut Position, stop: u64| {
        let (mut pages, since) = (0, position.clone());
        gateway().transport().pull(&server(&desk), &since, &mut |page| {
            if pages == stop {
                return Err(OutsideError::Closed);
            }
            pages += 1;
            for one in &page.objects {
                assert!(ids.insert(one.clone()), "twice: {one:?}");
            }
            let document: Value = serde_json::from_slice(&page.document).unwrap();
            assert_eq!(document["response"].as_array().unwrap().len(), page.objects.len());
            *position = page.position.clone();
            Ok(())
        })
    };
    // It breaks off after the second page, and goes on with the third.
    assert!(pull(&mut position, 2).is_err());
    assert_eq!(position.next.as_deref(), Some("3"));
    let taken = pull(&mut position, 9).unwrap();
    assert_eq!((taken.pages, taken.taken), (1, 20));
    assert_eq!((position.after.as_deref(), position.next.as_deref()), (Some("100"), None));
    // New ones of the same second, and later ones; the old ones of that second come again.
    fill(120..125, 100);
    fill(125..130, 200);
    let taken = pull(&mut position, 9).unwrap();
    assert_eq!((taken.given, taken.taken, taken.again), (130, 10, 120));
    assert_eq!(position.after.as_deref(), Some("200"));
    assert_eq!(pull(&mut position, 9).unwrap().taken, 0);
    assert_eq!(ids.len(), 130);
}

#[test]
fn what_is_no_list_of_events_is_refused() {
    let check = |body: &'static str, expected: &str| {
        let desk = Desk::new(move |_| (200, String::new(), body.to_owned()));
        let pulled =
            gateway().transport().pull(&server(&desk), &Position::default(), &mut |_| Ok(()));
        let error = pulled.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("[]", "no list of events");
    check("<html>", "no answer of its kind");
    check(r#"{"response":[{"Event":1}]}"#, "no list of events");
    check(r#"{"response":[{"Event":{"uuid":"../../x"}}]}"#, "without a UUID");
}

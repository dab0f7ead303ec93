//! TAXII against servers of our own that are busy, wrong or slow. A real one is in `medallion.rs`.

use std::{cell::RefCell, collections::BTreeSet};

use bakas_gateway::{BATCH_OBJECTS, POLLS_LIMIT};
use bakas_model::{
    outside::{Outside as _, OutsideError},
    transport::{
        Became, Credential, Delivery, ObjectVersion, Outcome, Position, Push, Server, Service,
    },
};
use serde_json::{Value, json};

use crate::desk::{Desk, Request, Told, gateway};

/// The path of the one collection.
pub(crate) const COLLECTION: &str = "/api/collections/one/";

/// A bundle of so many objects.
pub(crate) fn bundle(count: usize) -> Vec<u8> {
    let object = |n: usize| {
        json!({"type": "identity", "spec_version": "2.1", "id": format!("identity--{n}"),
            "created": "2026-01-05T00:00:00.000Z", "modified": "2026-01-05T00:00:00.000Z", "name": "é"})
    };
    let objects: Vec<_> = (0..count).map(object).collect();
    json!({"type": "bundle", "id": "bundle--1", "objects": objects}).to_string().into_bytes()
}

/// What every server says of itself; `None` for other paths.
fn about(request: &Request) -> Option<Told> {
    let body = match request.path.as_str() {
        "/taxii2/" => {
            json!({"title": "t", "api_roots": ["/api/", "https://elsewhere.example/api/"]})
        }
        "/api/" => {
            json!({"title": "r", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 1 << 20})
        }
        "/api/collections/" => json!({"collections": [
            {"id": "one", "title": "One\u{1b}[2J", "can_read": true, "can_write": true},
            {"id": "../two", "can_read": true, "can_write": true}]}),
        COLLECTION => json!({"id": "one", "title": "One", "can_read": true, "can_write": true}),
        _ => return None,
    };
    Some(ok(&body))
}

fn ok(body: &Value) -> Told {
    (200, String::new(), body.to_string())
}

fn server(desk: &Desk) -> Server {
    Server { service: Service::Taxii, url: desk.url(COLLECTION), credential: None }
}

fn push(desk: &Desk, document: &[u8]) -> Result<(Delivery, Vec<Outcome>), OutsideError> {
    let mut all = Vec::new();
    let push = Push { document, done: &BTreeSet::new() };
    let delivery = gateway()
        .transport()
        .push(&server(desk), &push, &mut |outcomes| all.extend_from_slice(outcomes))?;
    assert!(delivery.adds_up());
    Ok((delivery, all))
}

/// The ids in what was sent.
fn ids(request: &Request) -> Vec<String> {
    let sent: Value = serde_json::from_str(&request.body).unwrap();
    let objects = sent["objects"].as_array().unwrap().iter();
    objects.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// A status with these outcomes of everything that was sent.
fn status(ids: &[String], state: &str, failed: &[&str], pending: &[&str]) -> Value {
    let list = |names: &[&str]| -> Vec<Value> {
        names
            .iter()
            .map(|id| json!({"id": id, "version": "x", "message": "no\u{1b}[2J good"}))
            .collect()
    };
    let success: Vec<Value> = ids
        .iter()
        .filter(|id| !failed.contains(&id.as_str()) && !pending.contains(&id.as_str()))
        .map(|id| json!({"id": id, "version": "x"}))
        .collect();
    json!({"id": "s1", "status": state, "total_count": ids.len(), "success_count": success.len(),
        "successes": success, "failure_count": failed.len(), "failures": list(failed),
        "pending_count": pending.len(), "pendings": list(pending)})
}

#[test]
fn collections_are_found_from_any_page_and_none_elsewhere() {
    let desk = Desk::new(|request| about(request).unwrap_or((404, String::new(), String::new())));
    for path in ["/taxii2/", "/taxii2", "/api/", "/api/collections/"] {
        let server = Server { url: desk.url(path), ..server(&desk) };
        let found = gateway().transport().collections(&server).unwrap();
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert_eq!(
            (found[0].url.as_str(), found[0].title.as_str()),
            (desk.url(COLLECTION).as_str(), "One [2J")
        );
    }
    let push = Push { document: &bundle(1), done: &BTreeSet::new() };
    let root = Server { url: desk.url("/taxii2/"), ..server(&desk) };
    let error = gateway().transport().push(&root, &push, &mut |_| ()).unwrap_err().to_string();
    assert!(error.contains(&format!("taxii:{} (One [2J)", desk.url(COLLECTION))), "{error}");
}

#[test]
fn every_object_is_accounted_for_over_several_batches() {
    let last = RefCell::new(Vec::new());
    let desk = Desk::new(move |request| {
        about(request).unwrap_or_else(|| match request.path.as_str() {
            "/api/collections/one/objects/" => {
                *last.borrow_mut() = ids(request);
                let body = status(&last.borrow(), "pending", &[], &["identity--3"]);
                (202, String::new(), body.to_string())
            }
            _ => ok(&status(
                &last.borrow(),
                "complete",
                &["identity--3"][..usize::from(last.borrow().len() > 50)],
                &[],
            )),
        })
    });
    let all = BATCH_OBJECTS as u64 + 7;
    let (delivery, outcomes) = push(&desk, &bundle(BATCH_OBJECTS + 7)).unwrap();
    assert_eq!((delivery.offered, delivery.success, delivery.failure), (all, all - 1, 1));
    assert_eq!(desk.asked().iter().filter(|one| one.method == "POST").count(), 2);
    let refused = outcomes.iter().find(|one| one.became != Became::Success).unwrap();
    assert_eq!(refused.object.id, "identity--3");
    assert_eq!(refused.became, Became::Failure("no [2J good".into()));
}

#[test]
fn what_stays_pending_is_told_with_where_to_ask() {
    let last = RefCell::new(Vec::new());
    let desk = Desk::new(move |request| {
        about(request).unwrap_or_else(|| {
            if request.method == "POST" {
                *last.borrow_mut() = ids(request);
            }
            (
                202 - 2 * u16::from(request.method == "GET"),
                String::new(),
                status(&last.borrow(), "pending", &[], &["identity--0"]).to_string(),
            )
        })
    });
    let (delivery, outcomes) = push(&desk, &bundle(2)).unwrap();
    assert_eq!((delivery.success, delivery.pending), (1, 1));
    assert_eq!(outcomes[0].became, Became::Pending);
    assert_eq!(delivery.statuses, [desk.url("/api/status/s1/")]);
    let asked = desk.asked().iter().filter(|one| one.path.contains("/status/")).count();
    assert_eq!(asked, POLLS_LIMIT as usize, "and then no more");
}

#[test]
fn a_busy_server_is_asked_again_and_not_for_ever() {
    let desk = Desk::new({
        let mut busy = 3;
        move |request| {
            if request.method == "POST" && busy > 0 {
                busy -= 1;
                return (
                    if busy == 1 { 503 } else { 429 },
                    "Retry-After: 0\r\n".into(),
                    String::new(),
                );
            }
            about(request).unwrap_or_else(|| ok(&status(&ids(request), "complete", &[], &[])))
        }
    });
    let (delivery, _) = push(&desk, &bundle(2)).unwrap();
    assert_eq!(delivery.success, 2);
    assert_eq!(desk.asked().iter().filter(|one| one.method == "POST").count(), 4);
    let desk = Desk::new(|request| {
        about(request).unwrap_or((429, "Retry-After: 3600\r\n".into(), String::new()))
    });
    let error = push(&desk, &bundle(2)).unwrap_err();
    assert!(matches!(error, OutsideError::Busy { seconds: 3600, .. }), "{error}");
}

#[test]
fn a_batch_that_is_too_much_or_bad_goes_in_halves() {
    let desk = Desk::new(|request| {
        about(request).unwrap_or_else(|| {
            let ids = ids(request);
            if ids.len() > 3 {
                return (413, String::new(), String::new());
            }
            if ids.contains(&"identity--4".to_owned()) {
                return (422, String::new(), "{\"title\":\"bad\"}".into());
            }
            ok(&status(&ids, "complete", &[], &[]))
        })
    });
    let (delivery, outcomes) = push(&desk, &bundle(10)).unwrap();
    assert_eq!((delivery.success, delivery.failure), (9, 1));
    let order: Vec<_> = outcomes.iter().map(|one| one.object.id.clone()).collect();
    assert_eq!(order, (0..10).map(|n| format!("identity--{n}")).collect::<Vec<_>>());
    assert_eq!(outcomes[4].became, Became::Failure("status 422: {\"title\":\"bad\"}".into()));
}

#[test]
fn counts_that_do_not_fit_are_not_believed() {
    let check = |change: fn(&mut Value), expected: &str| {
        let desk = Desk::new(move |request| {
            about(request).unwrap_or_else(|| {
                let mut body = status(&ids(request), "complete", &[], &[]);
                change(&mut body);
                ok(&body)
            })
        });
        let error = push(&desk, &bundle(2)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(|body| body["total_count"] = json!(3), "2 objects were sent, it counts 3");
    check(|body| body["failure_count"] = json!(1), "2 objects were sent, it counts 2 = 2 + 1 + 0");
    check(|body| body["successes"] = json!([{"id": "identity--0"}]), "shorter than its counts");
    check(|body| body["successes"][1]["id"] = json!("identity--9"), "in none of its lists");
    check(|body| body["successes"][1]["id"] = json!("identity--0"), "listed twice");
    check(|body| body["success_count"] = json!(u64::MAX), "do not fit");
    check(|body| *body = json!([]), "no answer of its kind");
    // Without lists, counts that say the same of all are enough.
    let desk = Desk::new(|request| {
        about(request).unwrap_or_else(|| {
            let mut body = status(&ids(request), "complete", &[], &[]);
            body.as_object_mut().unwrap().remove("successes");
            ok(&body)
        })
    });
    assert_eq!(push(&desk, &bundle(2)).unwrap().0.success, 2);
}

#[test]
fn what_opens_a_server_goes_there_and_nowhere_else() {
    let other = Desk::new(|_| (200, String::new(), "{}".into()));
    let away = other.url("/api/");
    let desk = Desk::new(move |request| match request.path.as_str() {
        "/taxii2/" => ok(&json!({"title": "t", "api_roots": [away]})),
        "/moved/" => (302, format!("Location: {away}\r\n"), String::new()),
        _ => about(request).unwrap(),
    });
    for (credential, expected) in [
        (Credential::Basic { user: "ana".into(), password: "x:y".into() }, "Basic YW5hOng6eQ=="),
        (Credential::Bearer("t".into()), "Bearer t"),
        (Credential::Raw("Token t".into()), "Token t"),
    ] {
        let open = |path: &str| Server {
            url: desk.url(path),
            credential: Some(credential.clone()),
            ..server(&desk)
        };
        assert_eq!(gateway().transport().collections(&open("/api/")).unwrap().len(), 1);
        let asked = desk.asked();
        assert_eq!(asked.last().unwrap().header("authorization"), Some(expected));
        assert!(gateway().transport().collections(&open("/taxii2/")).unwrap().is_empty());
        let error = gateway().transport().collections(&open("/moved/")).unwrap_err();
        assert!(matches!(error, OutsideError::Status { status: 302, .. }), "{error}");
    }
    assert!(other.asked().is_empty(), "{:?}", other.asked());
}

/// A server that has `count` objects and gives them by twos.
fn giving(count: usize) -> Desk {
    Desk::new(move |request| {
        about(request).unwrap_or_else(|| {
            let value = |name: &str| {
                let query = request.path.split_once('?').unwrap().1;
                query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
            };
            let from = value("next").map_or(0, |text| text.parse::<usize>().unwrap());
            let after = value("added_after").map_or(0, |text| text.parse::<usize>().unwrap());
            let from = from.max(after);
            let until = (from + 2).min(count);
            let objects: Vec<_> = (from..until).map(|n| json!({"id": format!("identity--{n}"), "modified": "m", "name": "é\u{202e}"})).collect();
            let headers = if objects.is_empty() { String::new() } else { format!("X-TAXII-Date-Added-First: {}\r\nX-TAXII-Date-Added-Last: {until}\r\n", from + 1) };
            let mut body = json!({"objects": objects});
            if until < count {
                body["more"] = json!(true);
                body["next"] = json!(until.to_string());
            }
            (200, headers, body.to_string())
        })
    })
}

#[test]
fn a_pull_takes_everything_once_and_goes_on_where_it_broke_off() {
    let desk = giving(7);
    let mut kept: Vec<(Vec<ObjectVersion>, Position)> = Vec::new();
    let mut position = Position::default();
    // Every page is the last one before a crash.
    for round in 0.. {
        let mut pages = 0;
        let outcome = gateway().transport().pull(&server(&desk), &position, &mut |page| {
            if pages == 1 {
                return Err(OutsideError::Closed);
            }
            pages += 1;
            let document: Value = serde_json::from_slice(&page.document).unwrap();
            assert_eq!(document["type"], "bundle");
            assert_eq!(document["objects"].as_array().unwrap().len(), page.objects.len());
            kept.push((page.objects.clone(), page.position.clone()));
            Ok(())
        });
        position = kept.last().unwrap().1.clone();
        if outcome.is_ok() {
            break;
        }
        assert!(round < 9);
    }
    let all: Vec<_> =
        kept.iter().flat_map(|(objects, _)| objects).map(|one| one.id.clone()).collect();
    assert_eq!(all, (0..7).map(|n| format!("identity--{n}")).collect::<Vec<_>>());
    assert_eq!(position, Position { after: Some("7".into()), ..Position::default() });
    // Nothing new: nothing is taken, and the position stays.
    let taken = gateway().transport().pull(&server(&desk), &position, &mut |page| {
        assert_eq!((page.objects.len(), page.position.clone()), (0, position.clone()));
        Ok(())
    });
    assert_eq!((taken.as_ref().unwrap().taken, taken.unwrap().pages), (0, 1));
}

#[test]
fn a_server_that_never_ends_is_left() {
    let says = |body: Value| Desk::new(move |request| about(request).unwrap_or_else(|| ok(&body)));
    let error = |desk: &Desk| {
        let pulled =
            gateway().transport().pull(&server(desk), &Position::default(), &mut |_| Ok(()));
        pulled.unwrap_err().to_string()
    };
    let same =
        json!({"more": true, "next": "1", "objects": [{"id": "identity--1", "modified": "m"}]});
    assert!(error(&says(same)).contains("always says that there is more"));
    assert!(error(&says(json!({"more": true}))).contains("not where"));
    assert!(error(&says(json!({"objects": [{"name": "no id"}]}))).contains("without an id"));
    assert!(error(&says(json!("x"))).contains("no answer of its kind"));
}

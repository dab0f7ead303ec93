//! Registries: found by the list, asked once, kept as they answered, and not believed blindly.

use std::{
    fs,
    net::IpAddr,
    time::{Duration, Instant},
};

use bakas_gateway::{BUSY_SECONDS_LIMIT, RDAP_BYTES_LIMIT, RDAP_FRESH_SECONDS};
use bakas_model::{
    Timestamp,
    network::ContactRole,
    outside::{Outside as _, OutsideError},
};

use crate::server::{Answer, Server};

const ADDRESS: &str = "192.0.2.9";

fn address() -> IpAddr {
    ADDRESS.parse().unwrap()
}

fn now() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    now().plus_micros(seconds * 1_000_000)
}

const NETWORK: &str = r#"{"objectClassName":"ip network","handle":"NET-192-0-2",
    "startAddress":"192.0.2.0","endAddress":"192.0.2.255","name":"EXAMPLE","country":"PH",
    "events":[{"eventAction":"last changed","eventDate":"2025-01-02T03:04:05Z"}],
    "entities":[{"roles":["abuse"],"vcardArray":["vcard",[["fn",{},"text","Abuse desk"],
    ["email",{},"text","abuse@telco.example"]]]}]}"#;

/// A server that is its own list of registries; the lists name `registry` below it.
fn registry(tell: impl Fn(usize) -> Answer + Send + 'static) -> Server {
    Server::new(move |path, before| match path {
        "/bootstrap/ipv4.json" | "/bootstrap/ipv6.json" => {
            Answer::with(302, "Location: /list\r\n", "")
        }
        "/list" => Answer::ok(r#"{"services":[]}"#),
        _ => tell(before),
    })
}

/// The same, with a list that names the server itself.
fn whole(tell: impl Fn(usize) -> Answer + Send + 'static) -> Server {
    let place = std::sync::Arc::new(std::sync::OnceLock::new());
    let known = std::sync::Arc::clone(&place);
    let server = Server::new(move |path, before| match path {
        "/bootstrap/ipv4.json" => {
            let at: &std::net::SocketAddr = known.wait();
            Answer::ok(&format!(r#"{{"services":[[["192.0.2.0/24"],["http://{at}/rdap/"]]]}}"#))
        }
        _ => tell(before),
    });
    place.set(server.at).unwrap();
    server
}

fn asked_for_it(server: &Server) -> usize {
    server.asked().iter().filter(|path| *path == "/rdap/ip/192.0.2.9").count()
}

#[test]
fn an_answer_is_read_kept_and_serves_its_whole_block() {
    let server = whole(|_| Answer::ok(NETWORK));
    let folder = tempfile::tempdir().unwrap();
    let keep = Some(folder.path());
    let gateway = server.gateway();
    let answer = gateway.rdap(address(), keep, now()).unwrap();
    assert_eq!(answer.rdap.name.as_deref(), Some("EXAMPLE"));
    assert_eq!(answer.rdap.url, server.url("/rdap/ip/192.0.2.9"));
    assert_eq!(answer.rdap.changed.unwrap().to_string(), "2025-01-02T03:04:05Z");
    assert_eq!(answer.contacts[0].role, ContactRole::Abuse);
    assert_eq!(answer.contacts[0].address, "mailto:abuse@telco.example");
    let raw = fs::read(folder.path().join(answer.rdap.file.as_ref().unwrap())).unwrap();
    assert_eq!(raw, NETWORK.as_bytes(), "the registry's own words are kept");
    assert_eq!(answer.rdap.sha256.len(), 64);
    // A neighbour, another gateway, a day less a second later: the registry is not told again.
    let neighbour = "192.0.2.200".parse().unwrap();
    let again = server.gateway().rdap(neighbour, keep, later(RDAP_FRESH_SECONDS)).unwrap();
    assert!(again.cached);
    assert_eq!(again.rdap.sha256, answer.rdap.sha256);
    assert_eq!((asked_for_it(&server), server.asked().len()), (1, 2));
    let anew = server.gateway().rdap(address(), keep, later(RDAP_FRESH_SECONDS + 1)).unwrap();
    assert!(!anew.cached);
    assert_eq!(asked_for_it(&server), 2);
    assert_eq!(server.asked().len(), 3, "the list of registries is still fresh");
}

#[test]
fn a_kept_answer_that_was_changed_is_not_believed() {
    let server = whole(|_| Answer::ok(NETWORK));
    let folder = tempfile::tempdir().unwrap();
    let keep = Some(folder.path());
    let answer = server.gateway().rdap(address(), keep, now()).unwrap();
    let path = folder.path().join(answer.rdap.file.unwrap());
    fs::write(&path, NETWORK.replace("EXAMPLE", "FORGED!")).unwrap();
    let again = server.gateway().rdap(address(), keep, later(1)).unwrap();
    assert!(!again.cached, "asked again");
}

#[test]
fn without_a_folder_an_answer_lasts_as_long_as_the_gateway() {
    let server = whole(|_| Answer::ok(NETWORK));
    let gateway = server.gateway();
    assert!(!gateway.rdap(address(), None, now()).unwrap().cached);
    assert!(gateway.rdap(address(), None, later(5)).unwrap().cached);
}

#[test]
fn no_registry_and_no_such_block_are_told_apart() {
    let server = registry(|_| Answer::ok(NETWORK));
    let error = server.gateway().rdap(address(), None, now()).unwrap_err();
    assert!(matches!(error, OutsideError::Garbage { .. }), "a list of nobody: {error}");
    let server = whole(|_| Answer::with(404, "", r#"{"errorCode":404}"#));
    let gateway = server.gateway();
    let error = gateway.rdap(address(), None, now()).unwrap_err();
    assert!(matches!(error, OutsideError::Status { status: 404, .. }), "{error}");
    let elsewhere = "198.51.100.1".parse().unwrap();
    let error = gateway.rdap(elsewhere, None, now()).unwrap_err();
    assert!(matches!(error, OutsideError::NoRegistry(_)), "{error}");
}

#[test]
fn a_busy_registry_is_asked_once_more_and_not_for_ever() {
    let server = whole(|before| match before {
        0 => Answer::with(429, "Retry-After: 0\r\n", ""),
        _ => Answer::ok(NETWORK),
    });
    assert!(server.gateway().rdap(address(), None, now()).is_ok());
    assert_eq!(asked_for_it(&server), 2);
    let server = whole(|_| Answer::with(429, "Retry-After: 0\r\n", ""));
    let error = server.gateway().rdap(address(), None, now()).unwrap_err();
    assert!(matches!(error, OutsideError::Busy { .. }), "{error}");
    assert_eq!(asked_for_it(&server), 2);
    let over = BUSY_SECONDS_LIMIT + 1;
    let server = whole(move |_| Answer::with(429, &format!("Retry-After: {over}\r\n"), ""));
    let error = server.gateway().rdap(address(), None, now()).unwrap_err();
    assert!(matches!(error, OutsideError::Busy { seconds, .. } if seconds == over), "{error}");
    assert_eq!(asked_for_it(&server), 1, "we do not wait so long");
}

#[test]
fn garbage_size_and_slowness_are_bounded() {
    let check = |answer: fn() -> Answer, expected: &str| {
        let server = whole(move |_| answer());
        let folder = tempfile::tempdir().unwrap();
        let started = Instant::now();
        let error = server.gateway().rdap(address(), Some(folder.path()), now()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(started.elapsed() < Duration::from_secs(8));
        let kept = fs::read_dir(folder.path().join("rdap")).unwrap();
        let answers =
            kept.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().contains('@'));
        assert_eq!(answers.count(), 0, "nothing of it is kept");
    };
    check(|| Answer::ok("<html>welcome</html>"), "sent no answer of its kind");
    check(|| Answer::ok(&NETWORK.replace("192.0.2.", "198.51.100.")), "not of 192.0.2.9");
    check(|| Answer::ok(&" ".repeat(RDAP_BYTES_LIMIT as usize + 1)), "sent more than");
    check(|| Answer::ok(NETWORK).dripping(Duration::from_millis(100)), "no answer from");
}

#[test]
fn a_redirection_to_another_registry_is_followed_and_told() {
    let server = whole(|_| Answer::with(301, "Location: /other/192.0.2.9\r\n", ""));
    let error = server.gateway().rdap(address(), None, now()).unwrap_err();
    assert!(matches!(error, OutsideError::Refused { .. }), "round and round: {error}");
    let target = Server::new(|_, _| Answer::ok(NETWORK));
    let url = target.url("/ip/192.0.2.9");
    let server = whole({
        let location = format!("Location: {url}\r\n");
        move |_| Answer::with(301, &location, "")
    });
    let answer = server.gateway().rdap(address(), None, now()).unwrap();
    assert_eq!(answer.rdap.url, url, "who answered in the end is named");
}

#[test]
fn questions_to_one_registry_keep_their_distance() {
    let server = whole(|_| Answer::with(404, "", ""));
    let gateway = server.gateway();
    let started = Instant::now();
    for _ in 0..4 {
        gateway.rdap(address(), None, now()).unwrap_err();
    }
    assert!(started.elapsed() >= Duration::from_millis(150), "three pauses of 50 ms");
}

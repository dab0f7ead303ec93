//! Pages: bounds on bytes, time and redirections, and places that are not asked.

use std::time::{Duration, Instant};

use bakas_gateway::{Gateway, HEADER_BYTES_LIMIT, REDIRECTS_LIMIT, Settings};
use bakas_model::outside::{Outside as _, OutsideError, Page};

use crate::server::{Answer, Server};

const LIMIT: u64 = 100;

fn page(url: &str) -> Page<'_> {
    Page { url, bytes_limit: LIMIT, time_limit: Duration::from_secs(1) }
}

#[test]
fn a_page_comes_as_it_is_and_one_byte_over_is_refused() {
    let server = Server::new(|path, _| match path {
        "/full" => Answer::ok(&"x".repeat(LIMIT as usize)),
        "/over" => Answer::ok(&"x".repeat(LIMIT as usize + 1)),
        // It says nothing of its length and never ends in time.
        _ => Answer::raw(format!("HTTP/1.1 200 x\r\n\r\n{}", "x".repeat(1 << 20))),
    });
    let gateway = server.gateway();
    let full = gateway.fetch(&page(&server.url("/full"))).unwrap();
    assert_eq!((full.bytes.len() as u64, full.url), (LIMIT, server.url("/full")));
    for path in ["/over", "/endless"] {
        let refused = gateway.fetch(&page(&server.url(path))).unwrap_err();
        assert!(matches!(refused, OutsideError::TooLarge { limit: LIMIT, .. }), "{refused}");
    }
}

#[test]
fn redirections_are_followed_so_far_and_no_further() {
    let server = Server::new(|path, _| match path {
        "/0" => Answer::ok("here"),
        n => {
            let n: u32 = n.trim_start_matches('/').parse().unwrap();
            Answer::with(302, &format!("Location: /{}\r\n", n - 1), "")
        }
    });
    let gateway = server.gateway();
    let url = server.url(&format!("/{REDIRECTS_LIMIT}"));
    let got = gateway.fetch(&page(&url)).unwrap();
    assert_eq!((got.bytes.as_slice(), got.url), (&b"here"[..], server.url("/0")));
    let url = server.url(&format!("/{}", REDIRECTS_LIMIT + 1));
    let refused = gateway.fetch(&page(&url)).unwrap_err();
    assert!(matches!(refused, OutsideError::Refused { .. }), "{refused}");
}

#[test]
fn a_slow_page_ends_when_its_time_is_up() {
    let server = Server::new(|_, _| Answer::ok("slow").dripping(Duration::from_millis(200)));
    let started = Instant::now();
    let error = server.gateway().fetch(&page(&server.url("/"))).unwrap_err();
    assert!(matches!(error, OutsideError::Unreachable { .. }), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn statuses_and_garbage_are_told_apart() {
    let server = Server::new(|path, _| match path {
        "/404" => Answer::with(404, "", "no"),
        "/429" => Answer::with(429, "Retry-After: 7\r\n", ""),
        "/429-date" => Answer::with(429, "Retry-After: Fri, 31 Dec 2027 23:59:59 GMT\r\n", ""),
        "/head" => Answer::with(200, &format!("X: {}\r\n", "x".repeat(HEADER_BYTES_LIMIT)), ""),
        _ => Answer::raw("\x00\x01not http"),
    });
    let gateway = server.gateway();
    let get = |path: &str| gateway.fetch(&page(&server.url(path))).unwrap_err();
    assert!(matches!(get("/404"), OutsideError::Status { status: 404, .. }));
    assert!(matches!(get("/429"), OutsideError::Busy { seconds: 7, .. }));
    assert!(matches!(get("/429-date"), OutsideError::Busy { .. }));
    for path in ["/head", "/garbage"] {
        let error = get(path);
        assert!(
            matches!(error, OutsideError::Garbage { .. } | OutsideError::Unreachable { .. }),
            "{path}: {error}"
        );
    }
}

#[test]
fn without_leave_nothing_inside_is_asked_and_nothing_without_tls() {
    let server = Server::new(|_, _| Answer::ok("secret"));
    let gateway = Gateway::new(Settings::default());
    let plain = gateway.fetch(&page(&server.url("/"))).unwrap_err();
    assert!(matches!(plain, OutsideError::Refused { .. }), "{plain}");
    for host in ["127.0.0.1", "[::1]", "localhost", "169.254.169.254"] {
        let url = format!("https://{host}:{}/", server.at.port());
        let refused = gateway.fetch(&page(&url)).unwrap_err();
        assert!(matches!(refused, OutsideError::Refused { .. }), "{url}: {refused}");
    }
    assert!(server.asked().is_empty(), "{:?}", server.asked());
}

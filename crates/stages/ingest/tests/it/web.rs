//! Access logs as text and as JSON.

use bakas_ingest::Format;
use bakas_model::{Activity, Class, RejectReason, Status, Stream};

use crate::kit::{Owned, read, read_from, source};

fn one(line: &str) -> Owned {
    read(Format::Combined, line).one()
}

#[test]
fn a_combined_line_gives_every_field() {
    let line = r#"203.0.113.7 - bob [05/Jan/2026:08:00:00 +0800] "GET /a/b.php?id=1%27 HTTP/1.1" 404 512 "https://example.org/" "Mozilla/5.0 (X11)""#;
    let event = one(line);
    assert_eq!(event.is(), (Stream::Web, Class::HttpActivity, Activity::Request, Status::Failure));
    assert_eq!(event.row.time.to_string(), "2026-01-05T00:00:00Z");
    assert_eq!(event.time_raw, "05/Jan/2026:08:00:00 +0800");
    assert_eq!(event.who(), "203.0.113.7 bob - /a/b.php");
    assert_eq!((event.row.operation.as_str(), event.row.http_status), ("GET", Some(404)));
    assert_eq!(
        (event.bytes_out, event.row.agent.as_deref()),
        (Some(512), Some("Mozilla/5.0 (X11)"))
    );
    assert_eq!((event.row.place.offset, event.row.place.length), (0, line.len() as u32));
    for (name, value) in [
        ("c-ip", "203.0.113.7"),
        ("cs-username", "bob"),
        ("cs-method", "GET"),
        ("cs-uri", "/a/b.php?id=1%27"),
        ("cs-uri-stem", "/a/b.php"),
        ("c-uri-extension", "php"),
        ("cs-version", "HTTP/1.1"),
        ("sc-status", "404"),
        ("sc-bytes", "512"),
        ("cs-referer", "https://example.org/"),
        ("cs-user-agent", "Mozilla/5.0 (X11)"),
    ] {
        assert_eq!(event.field(name), value, "{name}");
    }
}

#[test]
fn clients_of_every_kind() {
    let check = |head: &str, src: Option<&str>, user: Option<&str>, host: Option<&str>| {
        let line = format!(r#"{head} [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5"#);
        let event = one(&line);
        assert_eq!(event.row.src, src.map(|a| a.parse().unwrap()), "{head}");
        assert_eq!(event.row.account.as_deref(), user, "{head}");
        assert_eq!(event.host.as_deref(), host, "{head}");
    };
    check("203.0.113.7 - -", Some("203.0.113.7"), None, None);
    check("2001:db8::1 - -", Some("2001:db8::1"), None, None);
    check("::ffff:203.0.113.7 - -", Some("203.0.113.7"), None, None);
    check("203.0.113.7 - Juan dela Cruz", Some("203.0.113.7"), Some("Juan dela Cruz"), None);
    check("203.0.113.7 - a[1]", Some("203.0.113.7"), Some("a[1]"), None);
    check("203.0.113.7 - \"\"", Some("203.0.113.7"), None, None);
    check(
        "www.example.org:443 203.0.113.7 - -",
        Some("203.0.113.7"),
        None,
        Some("www.example.org"),
    );
    check(
        "www.example.org 2001:db8::1 - bob",
        Some("2001:db8::1"),
        Some("bob"),
        Some("www.example.org"),
    );
    check("crawler.example.net - -", None, None, None);
    check("- 203.0.113.7 - -", Some("203.0.113.7"), None, None);
}

#[test]
fn a_client_with_its_port_is_the_address_to_rules() {
    for (head, address) in
        [("203.0.113.7:51044 - -", "203.0.113.7"), ("[2001:db8::1]:51044 - -", "2001:db8::1")]
    {
        let event = one(&format!(r#"{head} [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5"#));
        assert_eq!(event.row.src, address.parse().ok(), "{head}");
        assert_eq!(event.src_port, Some(51_044), "{head}");
        assert_eq!(event.field("c-ip"), address, "two ports of one client are one client");
    }
}

#[test]
fn requests_of_every_kind() {
    let check = |request: &str, method: &str, uri: &str, path: Option<&str>| {
        let line =
            format!(r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "{request}" 400 - "-" "-""#);
        let event = one(&line);
        let found = (event.row.operation.as_str(), event.row.object.as_deref());
        assert_eq!(found, (method, path), "{request}");
        assert_eq!(event.field("cs-uri"), uri, "{request}");
        assert_eq!((event.bytes_out, event.row.agent.as_deref()), (None, None));
    };
    check("-", "-", "", None);
    check("", "-", "", None);
    check("GET /", "GET", "/", Some("/"));
    check("GET /a b c HTTP/1.1", "GET", "/a b c", Some("/a b c"));
    check("PROPFIND /x HTTP/1.1", "PROPFIND", "/x", Some("/x"));
    check(r#"GET /\"q\"?\x22 HTTP/1.1"#, "GET", "/\"q\"?\"", Some("/\"q\""));
    check(r"GET /a\\ HTTP/1.1", "GET", "/a\\", Some("/a\\"));
    check("GET http://example.org/p?q HTTP/1.1", "GET", "http://example.org/p?q", Some("/p"));
    check(
        "CONNECT example.org:443 HTTP/1.1",
        "CONNECT",
        "example.org:443",
        Some("example.org:443"),
    );
    check(r"\x16\x03\x01\x02", "-", "\u{16}\u{3}\u{1}\u{2}", Some("\u{16}\u{3}\u{1}\u{2}"));
    check(r#"\x80 /a"#, "-", "\u{fffd} /a", Some("\u{fffd} /a"));
}

#[test]
fn what_stands_at_the_end() {
    let mut source = source();
    source.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let check = |peer: &str, tail: &str, src: &str, claimed: Option<&str>, taken: &str| {
        let line = format!(
            r#"{peer} - - [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"{tail}"#
        );
        let event = read_from(&source, Format::Combined, line.as_bytes()).one();
        assert_eq!(event.row.src, Some(src.parse().unwrap()), "{tail}");
        assert_eq!(event.src_claimed, claimed.map(|a| a.parse().unwrap()), "{tail}");
        assert_eq!(event.field("time-taken"), taken, "{tail}");
        assert_eq!(event.row.agent.as_deref(), Some("curl/8"), "{tail}");
    };
    check("10.0.0.5", r#" "203.0.113.7""#, "203.0.113.7", None, "");
    check(
        "10.0.0.5",
        r#" "198.51.100.1, 203.0.113.7" 0.125"#,
        "203.0.113.7",
        Some("198.51.100.1"),
        "0.125",
    );
    check("10.0.0.5", " 198.51.100.1, 203.0.113.7 12", "203.0.113.7", Some("198.51.100.1"), "12");
    check("10.0.0.5", r#" "-""#, "10.0.0.5", None, "");
    check("10.0.0.5", r#" "-" rt=0.003 uct="0.000""#, "10.0.0.5", None, "0.003");
    check("192.0.2.1", r#" "203.0.113.7""#, "192.0.2.1", Some("203.0.113.7"), "");
    check("192.0.2.1", r#" "www.example.org" 1500"#, "192.0.2.1", None, "1500");
    check("192.0.2.1", r#" "an open quote"#, "192.0.2.1", None, "");
    check("192.0.2.1", "", "192.0.2.1", None, "");
}

#[test]
fn a_list_of_forwarded_addresses_may_stand_first() {
    let line = r#"198.51.100.1, 203.0.113.7 - bob [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl""#;
    let event = one(line);
    assert_eq!((event.row.src, event.src_claimed), (None, Some("203.0.113.7".parse().unwrap())));
    assert_eq!(event.row.account.as_deref(), Some("bob"));
}

#[test]
fn quotes_within_an_agent_do_not_end_it() {
    let line =
        r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "a "b"c\" d""#;
    assert_eq!(one(line).row.agent.as_deref(), Some(r#"a "b"c" d"#));
}

#[test]
fn odd_but_sound_lines() {
    let check = |line: &str, status: Option<u16>| assert_eq!(one(line).row.http_status, status);
    check(r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "-" 408 -"#, Some(408));
    check(r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" - - "-" "-""#, None);
    check(r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 000 0 "-" "-""#, None);
    check(r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" 200"#, Some(200));
    check(r#"203.0.113.7 - - [2026-01-05T08:00:00+00:00] "GET / HTTP/1.1" 200 5 - -"#, Some(200));
    check(r#"203.0.113.7 - - [01/Jan/1970:00:00:00 +0000] "GET / HTTP/1.1" 200 5"#, Some(200));
    check(r#"203.0.113.7 - - [01/Jan/2099:00:00:00 +0000] "GET / HTTP/1.1" 200 5"#, Some(200));
}

#[test]
fn broken_lines_are_rejects_with_their_reason() {
    let check = |line: &str, reason: RejectReason| {
        let found = read(Format::Combined, format!("{line}\n"));
        assert_eq!((found.events.len(), found.reasons()), (0, vec![reason]), "{line}");
        assert!(!found.rejects[0].sample.is_empty());
    };
    check("hello", RejectReason::Malformed);
    check(
        r#"203.0.113.7 - - [05/Foo/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5"#,
        RejectReason::BadTime,
    );
    check(
        r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1"#,
        RejectReason::Malformed,
    );
    check(
        r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET / HTTP/1.1" abc 5"#,
        RejectReason::Malformed,
    );
    check("a\0b\0c", RejectReason::Binary);
    let cut = r#"203.0.113.7 - - [05/Jan/2026:08:00:00 +0000] "GET / HT"#;
    assert_eq!(read(Format::Combined, cut).reasons(), [RejectReason::Truncated]);
}

#[test]
fn nginx_json_in_its_spellings() {
    let check = |text: &str| {
        let event = read(Format::WebJson, text).one();
        assert_eq!(
            event.is(),
            (Stream::Web, Class::HttpActivity, Activity::Request, Status::Success),
            "{text}"
        );
        assert_eq!(event.who(), "203.0.113.7 - - /a", "{text}");
        assert_eq!(
            (event.row.operation.as_str(), event.row.http_status),
            ("GET", Some(200)),
            "{text}"
        );
        assert_eq!(event.row.time.to_string(), "2026-01-05T08:00:00Z", "{text}");
        assert_eq!(event.field("cs-uri"), "/a?b=1", "{text}");
        assert_eq!(
            (event.bytes_out, event.row.agent.as_deref()),
            (Some(5), Some("curl")),
            "{text}"
        );
    };
    check(
        r#"{"time_iso8601":"2026-01-05T08:00:00+00:00","remote_addr":"203.0.113.7","remote_user":"","request":"GET /a?b=1 HTTP/1.1","status":"200","body_bytes_sent":"5","http_user_agent":"curl","http_referer":"-"}"#,
    );
    check(
        r#"{"time_local":"05/Jan/2026:08:00:00 +0000","remote_addr":"203.0.113.7","request_method":"GET","request_uri":"/a?b=1","status":200,"bytes_sent":5,"user_agent":"curl"}"#,
    );
    check(
        r#"{"msec":"1767600000.000","client_ip":"203.0.113.7","method":"GET","uri":"/a","args":"b=1","status":"200","bytes":"5","agent":"curl","remote_user":"-"}"#,
    );
    check(
        r#"{"@timestamp":"2026-01-05T08:00:00.000Z","source":{"ip":"203.0.113.7"},"http":{"request":{"method":"GET"},"response":{"status_code":200,"body":{"bytes":5}}},"url":{"original":"/a?b=1"},"user_agent":{"original":"curl"}}"#,
    );
}

#[test]
fn caddy_json() {
    let text = r#"{"level":"info","ts":1767600000.5,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.0.0.5","remote_port":"41342","client_ip":"10.0.0.5","proto":"HTTP/2.0","method":"POST","host":"www.example.org","uri":"/login?x=1","headers":{"User-Agent":["Mozilla/5.0"],"X-Forwarded-For":["203.0.113.7"],"Referer":["https://example.org/"]}},"bytes_read":0,"user_id":"ana","duration":0.0009,"size":10900,"status":401}"#;
    let mut source = source();
    source.trusted_proxies = vec!["10.0.0.5/32".parse().unwrap()];
    let event = read_from(&source, Format::WebJson, text.as_bytes()).one();
    assert_eq!(event.who(), "203.0.113.7 ana - /login");
    assert_eq!(event.row.time.to_string(), "2026-01-05T08:00:00.500Z");
    assert_eq!((event.row.http_status, event.row.status), (Some(401), Status::Failure));
    assert_eq!(
        (event.host.as_deref(), event.field("cs-referer").as_str()),
        (Some("www.example.org"), "https://example.org/")
    );
    assert_eq!(event.field("request.headers.User-Agent"), "Mozilla/5.0");
    assert_eq!(event.field("time-taken"), "0.0009");
    let alone = read(Format::WebJson, text).one();
    assert_eq!((alone.row.src, alone.src_port), (Some("10.0.0.5".parse().unwrap()), Some(41_342)));
    assert_eq!(alone.src_claimed, Some("203.0.113.7".parse().unwrap()));
}

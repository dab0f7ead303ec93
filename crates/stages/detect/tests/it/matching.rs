//! Single events against single rules.

use bakas_model::{Activity, Class, Field, Stream, Value};

use crate::events::{bare, load, request, titles};

fn rule(detection: &str) -> String {
    format!("title: T\nlogsource: {{category: webserver}}\ndetection:\n{detection}")
}

/// Whether a rule of this detection matches a request.
fn check(detection: &str, query: &str, status: u16, expected: bool) {
    let rules = load(&rule(detection));
    let found = titles(&rules, &request("GET", query, status));
    assert_eq!(!found.is_empty(), expected, "{detection} on {query}");
}

#[test]
fn a_web_rule_matches_in_any_case() {
    let detection = "  s:\n    cs-method: get\n    cs-uri-query|contains|all: ['CMD=', /Shell]\n  f:\n\
                     \x20   sc-status: 404\n  condition: s and not f\n";
    check(detection, "/shell.php?cmd=id", 200, true);
    check(detection, "/shell.php?cmd=id", 404, false);
    check(detection, "/shell.php", 200, false);
}

#[test]
fn numbers_and_texts_meet() {
    check("  s: {sc-status: 200}\n  condition: s\n", "/", 200, true);
    check("  s: {sc-status: '200'}\n  condition: s\n", "/", 200, true);
    check("  s: {sc-status|contains: '20'}\n  condition: s\n", "/", 200, true);
    check("  s: {sc-status|startswith: 4}\n  condition: s\n", "/", 404, true);
    check("  s: {sc-status|gte: 500}\n  condition: s\n", "/", 404, false);
    check("  s: {sc-status: [500, 404.0]}\n  condition: s\n", "/", 404, true);
}

#[test]
fn keywords_look_into_every_field() {
    check("  k: ['=whoami', union*select]\n  condition: k\n", "/a?x=WHOAMI", 200, true);
    check("  k: ['=whoami', union*select]\n  condition: k\n", "/a?q=UNION+SELECT", 200, true);
    check("  k: {'|all': [/a, '404']}\n  condition: k\n", "/a", 404, true);
    check("  k: {'|all': [/a, '404']}\n  condition: k\n", "/a", 200, false);
    check("  k: {'|re': 'q=[0-9]+$'}\n  condition: k\n", "/a?q=12", 200, true);
}

#[test]
fn absence_null_and_emptiness_differ() {
    let event = |value: Option<Value<'static>>| {
        let mut event = request("GET", "/", 200);
        event.fields.extend(value.map(|value| Field::new("cs-referer", value)));
        event
    };
    let asks = |line: &str, value| {
        let rules = load(&rule(&format!("  s: {{{line}}}\n  condition: s\n")));
        !titles(&rules, &event(value)).is_empty()
    };
    let (absent, null, empty) = (None, Some(Value::Null), Some(Value::Text("")));
    assert_eq!([absent, null, empty].map(|v| asks("cs-referer: null", v)), [true, true, false]);
    assert_eq!([absent, null, empty].map(|v| asks("cs-referer: ''", v)), [false, false, true]);
    assert_eq!([absent, null, empty].map(|v| asks("cs-referer|re: '.*'", v)), [false, false, true]);
    assert_eq!([absent, null, empty].map(|v| asks("cs-referer: '*'", v)), [false, false, true]);
    let same = [absent, null, empty].map(|v| asks("cs-referer|fieldref: cs-referer", v));
    assert_eq!(same, [false, false, true]);
    let exists = [absent, null, empty].map(|v| asks("cs-referer|exists: true", v));
    assert_eq!(exists, [false, true, true]);
    assert_eq!([absent, null, empty].map(|v| asks("cs-referer|neq: x", v)), [true, true, true]);
}

#[test]
fn a_date_may_be_a_number_of_seconds_with_a_fraction() {
    let asks = |line: &str, value| {
        let mut event = request("GET", "/", 200);
        event.fields.push(Field::new("ts", value));
        let rules = load(&rule(&format!("  s: {{{line}}}\n  condition: s\n")));
        !titles(&rules, &event).is_empty()
    };
    // 2026-01-05T23:59:59.75Z.
    for value in [Value::Int(1_767_657_599), Value::Float(1_767_657_599.75)] {
        assert!(asks("ts|hour: 23", value) && asks("ts|day: 5", value), "{value:?}");
        assert!(!asks("ts|hour: 0", value) && !asks("ts|day: 6", value), "{value:?}");
    }
    assert!(!asks("ts|hour|gte: 0", Value::Float(f64::NAN)));
}

#[test]
fn any_of_several_values_suffices() {
    let mut event = bare(Stream::CloudTrail, Class::ApiActivity);
    event.fields = vec![
        Field::new("requestParameters.principal", Value::Text("a")),
        Field::new("requestParameters.principal", Value::Text("everyone")),
    ];
    let rules = load(
        "title: T\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n\
         \x20 s: {requestParameters.principal: Everyone}\n  condition: s\n",
    );
    assert_eq!(titles(&rules, &event), ["T"]);
}

#[test]
fn attributes_work_on_every_log() {
    let rules = load(
        "title: T\nlogsource: {product: ocsf, category: authentication}\ndetection:\n  s:\n\
         \x20   activity_name: logon\n    status: failure\n    actor.user.name|endswith: '@A.GOV'\n\
         \x20   src_endpoint.ip|cidr: 192.0.2.0/24\n    src_endpoint.autonomous_system.number: 64500\n\
         \x20   src_endpoint.autonomous_system.name|contains: telco\n\
         \x20   src_endpoint.location.country: PH\n    src_endpoint.kind: telco\n\
         \x20   metadata.tenant_uid: welfare\n    time|hour: 0\n    class_uid: 3002\n  condition: s\n",
    );
    let mut event = bare(Stream::M365, Class::Authentication);
    event.activity = Activity::Logon;
    event.status = bakas_model::Status::Failure;
    event.account = Some("maria@a.gov");
    assert_eq!(titles(&rules, &event), ["T"]);
    event.class = Class::EmailActivity;
    assert!(titles(&rules, &event).is_empty(), "another class");
}

#[test]
fn text_beyond_ascii_matches_in_any_case() {
    let text = "  s: {cs-uri-query|contains: '\u{d1}and\u{fa}'}\n  condition: s\n";
    check(text, "/b\u{fa}squeda?q=\u{f1}AND\u{da}", 200, true);
    check(text, "/b?q=nandu", 200, false);
}

#[test]
fn a_hostile_expression_stays_linear() {
    let rules = load(&rule("  s: {cs-uri-query|re: '(a*)*(a*)*b$'}\n  condition: s\n"));
    let long = format!("/{}", "a".repeat(200_000));
    let start = std::time::Instant::now();
    assert!(titles(&rules, &request("GET", &long, 200)).is_empty());
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

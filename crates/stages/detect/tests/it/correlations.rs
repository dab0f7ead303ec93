//! From events to detections over time.

use bakas_detect::Input;
use bakas_model::{AgencyIx, Detection, Event, Timestamp};

use crate::events::{agency, context, detections, load, request, sign_in};

const FAILED: &str = "title: Failed\nname: failed\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {activity_name: logon, status: failure}\n  condition: s\n---\n";
const SUCCESS: &str = "title: Entered\nname: entered\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {activity_name: logon, status: success}\n  condition: s\n---\n";

fn correlation(kind: &str, rules: &str, group: &str, span: &str, condition: &str) -> String {
    let condition = if condition.is_empty() {
        String::new()
    } else {
        format!("  condition: {{{condition}}}\n")
    };
    format!(
        "{FAILED}{SUCCESS}title: C\ncorrelation:\n  type: {kind}\n  rules: [{rules}]\n  \
         group-by: [{group}]\n  timespan: {span}\n{condition}"
    )
}

/// Detections as first second, last second, hits.
fn spans(all: &[Detection]) -> Vec<(i64, i64, u64)> {
    let second = |time: Timestamp| time.as_seconds() - 1_767_571_200;
    all.iter().map(|d| (second(d.first), second(d.last), d.count)).collect()
}

fn fails(seconds: &[i64]) -> Vec<Event<'static>> {
    seconds.iter().map(|&s| sign_in(s, [192, 0, 2, 1], "maria", false)).collect()
}

#[test]
fn counts_cover_all_satisfying_windows_and_nothing_else() {
    let rules = load(&correlation("event_count", "failed", "src_endpoint.ip", "10s", "gte: 3"));
    let check = |seconds: &[i64], expected: &[(i64, i64, u64)]| {
        assert_eq!(spans(&detections(&rules, &fails(seconds))), expected, "{seconds:?}");
    };
    check(&[0, 5], &[]);
    check(&[0, 5, 10], &[(0, 10, 3)]);
    check(&[0, 5, 11], &[]);
    check(&[0, 20, 22, 24, 26, 50], &[(20, 26, 4)]);
    check(&[0, 5, 10, 14, 18, 40, 41, 42], &[(0, 18, 5), (40, 42, 3)]);
    // The second burst shares no hit with the first, though it follows soon.
    check(&[0, 1, 2, 13, 14, 15], &[(0, 2, 3), (13, 15, 3)]);
}

#[test]
fn groups_and_agencies_are_apart() {
    let rules = load(&correlation("event_count", "failed", "src_endpoint.ip", "1m", "gte: 2"));
    let mut events = vec![
        sign_in(0, [192, 0, 2, 1], "a", false),
        sign_in(1, [192, 0, 2, 2], "b", false),
        sign_in(2, [192, 0, 2, 1], "c", false),
    ];
    let all = detections(&rules, &events);
    assert_eq!(spans(&all), [(0, 2, 2)]);
    assert_eq!(all[0].group, [("src_endpoint.ip".to_owned(), "192.0.2.1".to_owned())]);
    assert_eq!(all[0].id.to_string(), "D-000001");
    assert_eq!((all[0].account_count, all[0].accounts.len()), (2, 2));
    events[2].agency = AgencyIx(1);
    assert_eq!(detections(&rules, &events), vec![]);
}

#[test]
fn a_network_shows_what_no_address_does() {
    let group = "src_endpoint.autonomous_system.number";
    let rules =
        load(&correlation("value_count", "failed", group, "1d", "field: src_endpoint.ip, gte: 20"));
    let events: Vec<Event<'_>> =
        (0..20_u8).map(|n| sign_in(i64::from(n) * 600, [192, 0, 2, n], "maria", false)).collect();
    let all = detections(&rules, &events);
    assert_eq!(spans(&all), [(0, 11_400, 20)]);
    assert_eq!(all[0].addresses.len(), 20);
    assert_eq!(all[0].group[0].1, "64500");
    assert_eq!(detections(&rules, &events[1..]), vec![]);
}

#[test]
fn values_are_counted_once_in_any_case_and_leave_with_the_window() {
    let rules = load(&correlation(
        "value_count",
        "failed",
        "src_endpoint.ip",
        "10s",
        "field: actor.user.name, gte: 3",
    ));
    let from = |s, name| sign_in(s, [192, 0, 2, 1], name, false);
    let few = [from(0, "a"), from(1, "A"), from(2, "b"), from(3, "B")];
    assert_eq!(detections(&rules, &few), vec![]);
    let slow = [from(0, "a"), from(6, "b"), from(12, "c")];
    assert_eq!(detections(&rules, &slow), vec![]);
    let many = [from(0, "a"), from(6, "b"), from(8, "a"), from(12, "c")];
    assert_eq!(spans(&detections(&rules, &many)), [(6, 12, 3)]);
}

#[test]
fn order_counts_where_it_is_asked_for() {
    let events = |pairs: &[(i64, bool)]| -> Vec<Event<'static>> {
        pairs.iter().map(|&(s, ok)| sign_in(s, [192, 0, 2, 1], "maria", ok)).collect()
    };
    let any = load(&correlation("temporal", "failed, entered", "actor.user.name", "10s", ""));
    let ordered =
        load(&correlation("temporal_ordered", "failed, entered", "actor.user.name", "10s", ""));
    let after = events(&[(0, false), (1, false), (5, true)]);
    assert_eq!(spans(&detections(&any, &after)), [(0, 5, 3)]);
    // The chain begins with the latest failure before the success.
    assert_eq!(spans(&detections(&ordered, &after)), [(1, 5, 2)]);
    let before = events(&[(0, true), (5, false)]);
    assert_eq!(spans(&detections(&any, &before)), [(0, 5, 2)]);
    assert_eq!(detections(&ordered, &before), vec![]);
    let late = events(&[(0, false), (11, true)]);
    assert_eq!(detections(&any, &late), vec![]);
    assert_eq!(detections(&ordered, &late), vec![]);
}

#[test]
fn aliases_join_fields_of_other_names() {
    let text = format!(
        "{FAILED}{SUCCESS}title: C\ncorrelation:\n  type: temporal\n  rules: [failed, entered]\n  \
         aliases:\n    who: {{failed: actor.user.name, entered: user.name}}\n  group-by: [who]\n  \
         timespan: 1m\n"
    );
    let rules = load(&text);
    let mut success = sign_in(5, [192, 0, 2, 2], "helpdesk", true);
    success.target = Some("Maria");
    let events = [sign_in(0, [192, 0, 2, 1], "maria", false), success];
    let all = detections(&rules, &events);
    assert_eq!(spans(&all), [(0, 5, 2)]);
    assert_eq!(all[0].group, [("who".to_owned(), "maria".to_owned())]);
}

/// Many failures, then a success, of one account.
fn guessed(inner_extra: &str, outer_rules: &str) -> String {
    format!(
        "{FAILED}{SUCCESS}title: Outer\ncorrelation:\n  type: temporal_ordered\n  \
         rules: [{outer_rules}]\n  group-by: [actor.user.name]\n  timespan: 1m\n---\n\
         title: Inner\nname: many\ncorrelation:\n  type: event_count\n  rules: [failed]\n  \
         group-by: [{inner_extra}actor.user.name]\n  timespan: 10s\n  condition: {{gte: 3}}\n"
    )
}

#[test]
fn correlations_build_on_correlations() {
    let rules = load(&guessed("src_endpoint.ip, ", "many, entered"));
    let events = |fails: &[i64], success: i64| -> Vec<Event<'static>> {
        let fails = fails.iter().map(|&s| sign_in(s, [192, 0, 2, 1], "maria", false));
        fails.chain([sign_in(success, [192, 0, 2, 2], "maria", true)]).collect()
    };
    let all = detections(&rules, &events(&[0, 1, 2, 3], 30));
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(rules.metas()[all[0].rule.0 as usize].title, "Outer");
    assert_eq!(spans(&all), [(3, 30, 2)]);
    assert_eq!(detections(&rules, &events(&[0, 1], 30)), vec![], "too few");
    assert_eq!(detections(&rules, &events(&[0, 1, 2], 70)), vec![], "too late");
    assert_eq!(detections(&rules, &events(&[10, 11, 12], 0)), vec![], "the wrong order");
}

#[test]
fn a_chain_that_cannot_be_followed_is_refused() {
    let refused = |text: String| {
        let (_, _, problems) = bakas_detect::Rules::load([("c.yml".to_owned(), text)]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].to_string()
    };
    let ungrouped = guessed("", "many, entered").replace(
        "group-by: [actor.user.name]\n  timespan: 10s",
        "group-by: [resource.name]\n  timespan: 10s",
    );
    let message = refused(ungrouped);
    assert!(message.contains("not grouped by 'actor.user.name'"), "{message}");
    let circle = format!(
        "{FAILED}title: A\nname: a\ncorrelation: {{type: temporal, rules: [failed, a], timespan: 1m}}\n"
    );
    assert!(refused(circle).contains("builds on itself"));
}

#[test]
fn an_event_without_the_groups_field_is_in_no_group() {
    let rules = load(&correlation("event_count", "failed", "resource.name", "1m", "gte: 1"));
    assert_eq!(detections(&rules, &fails(&[0, 1])), vec![]);
}

#[test]
fn plain_findings_gather_by_address_and_break_at_a_day() {
    let rules = load(
        "title: T\nlogsource: {category: webserver}\ndetection:\n  s: {cs-uri-query|contains: /etc}\n  \
         condition: s\n",
    );
    let hour = |hours: i64| {
        let mut event = request("GET", "/etc", 200);
        event.time = event.time.plus_micros(hours * 3_600_000_000);
        event.place.offset = hours.unsigned_abs();
        event
    };
    let all = detections(&rules, &[hour(0), hour(24), hour(49), hour(50)]);
    let counts: Vec<u64> = all.iter().map(|d| d.count).collect();
    assert_eq!(counts, [2, 2]);
    assert_eq!(all[0].objects[0].value, "/etc");
    assert_eq!(all[1].id.0, 2);
}

#[test]
fn samples_hold_first_and_last_and_stay_few() {
    let rules = load(&correlation("event_count", "failed", "src_endpoint.ip", "1d", "gte: 3"));
    for count in [3_i64, 19, 20, 21, 1000] {
        let events = fails(&(0..count).collect::<Vec<_>>());
        let all = detections(&rules, &events);
        assert_eq!(all[0].count, count.unsigned_abs());
        let samples = &all[0].samples;
        assert!(samples.len() <= 20 && samples.len() >= count.min(10).unsigned_abs() as usize);
        assert_eq!(samples[0].time, all[0].first);
        assert_eq!(samples.last().unwrap().time, all[0].last);
        assert!(samples.windows(2).all(|pair| pair[0].place < pair[1].place), "no sample twice");
    }
}

#[test]
fn inputs_survive_the_spool() {
    let rules = load(&correlation("event_count", "failed", "src_endpoint.ip", "1d", "gte: 3"));
    let agency = agency();
    let context = context(&agency);
    let mut inputs = Vec::new();
    for event in &fails(&[5, 1, 3]) {
        let matched = rules.matcher().run(event, &context).to_vec();
        rules.inputs(event, &context, &matched, &mut inputs);
    }
    inputs.sort();
    assert!(inputs.windows(2).all(|pair| pair[0].time() < pair[1].time()));
    for input in inputs {
        let bytes = postcard::to_stdvec(&input).unwrap();
        let back: Input = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(format!("{back:?}"), format!("{input:?}"));
        assert_eq!(back, input);
    }
}

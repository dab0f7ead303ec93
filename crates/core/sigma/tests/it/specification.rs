//! The shapes that the specification 2.1 shows in its examples, with names and values of ours: each
//! must be read, and mean what the text beside it says.

use bakas_sigma::{
    Comparison, Correlation, CorrelationKind, Document, Expression, Number, Search, Test, parse,
};

fn documents(text: &str) -> Vec<Document> {
    let parsed = parse(text);
    assert_eq!(parsed.problems, vec![], "{text}");
    parsed.documents
}

fn searches(detection: &str) -> Vec<Search> {
    let text = format!("title: T\nlogsource: {{product: windows}}\ndetection:\n{detection}");
    match documents(&text).remove(0) {
        Document::Rule(rule) => rule.detection.searches.into_iter().map(|(_, s)| s).collect(),
        other => panic!("{other:?}"),
    }
}

fn correlation(section: &str) -> Correlation {
    let lines: String = section.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("title: C\ncorrelation:\n{lines}");
    match documents(&text).remove(0) {
        Document::Correlation(correlation) => correlation,
        other => panic!("{other:?}"),
    }
}

#[test]
fn lists_and_maps() {
    // A list of strings, a list of maps, a map whose field has several values.
    let all = searches(
        "    keywords:\n      - ALARM\n      - 'host -n bad'\n    either:\n      - Image|endswith: '\\\\a.exe'\n\
         \x20     - Description|contains: 'made up'\n    both:\n      EventLog: Security\n      EventID:\n\
         \x20       - 517\n        - 1102\n    condition: keywords or either or both\n",
    );
    assert!(matches!(&all[0], Search::Item(item) if item.field.is_none() && item.tests.len() == 2));
    assert!(matches!(&all[1], Search::Any(parts) if parts.len() == 2));
    match &all[2] {
        Search::All(parts) => {
            let numbers: Vec<_> = parts[1].items().flat_map(|item| &item.tests).collect();
            let number = |n| Test::Number(Number::Int(n));
            assert_eq!(numbers, [&number(517), &number(1102)]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn special_values_existence_and_keywords_that_all_must_be_there() {
    let all = searches(
        "    selection:\n        EventID: 4738\n    filter:\n        PasswordLastSet: null\n    there:\n\
         \x20       PasswordLastSet|exists: true\n    words:\n        '|all':\n            - 'Directory'\n\
         \x20           - ' -Url '\n    condition: selection and not filter and there and words\n",
    );
    let tests = |n: usize| all[n].items().flat_map(|item| item.tests.clone()).collect::<Vec<_>>();
    assert_eq!(tests(1), [Test::Null]);
    assert_eq!(tests(2), [Test::Exists(true)]);
    assert!(matches!(&all[3], Search::Item(item) if item.every && item.field.is_none()));
}

#[test]
fn correlations_of_every_type() {
    let count = |kind: &str, extra: &str| {
        correlation(&format!(
            "type: {kind}\nrules:\n    - some_rule\ngroup-by:\n    - ComputerName\ntimespan: 1h\n\
             condition:\n    {extra}"
        ))
    };
    let events = count("event_count", "gte: 100");
    assert_eq!((events.kind, events.timespan_seconds), (CorrelationKind::EventCount, 3600));
    let range = count("event_count", "gt: 100\n    lte: 200").condition.unwrap();
    assert!(!range.holds(100) && range.holds(101) && range.holds(200) && !range.holds(201));
    let differs = count("event_count", "neq: 3").condition.unwrap();
    assert!(differs.holds(2) && !differs.holds(3));
    let values = count("value_count", "field: [User, Domain]\n    gte: 100").condition.unwrap();
    assert_eq!(values.fields, ["User", "Domain"]);
    let sum = count("value_sum", "field: bytes_sent\n    gt: 1000000").condition.unwrap();
    assert!(sum.holds_for(1_000_000.5) && !sum.holds_for(1e6));
    let mean = count("value_avg", "field: BytesOut\n    gt: 500.5").condition.unwrap();
    assert_eq!(mean.bounds, [(Comparison::Gt, Number::Float(500.5))]);
    let share = count("value_percentile", "field: image\n    lte: 1").condition.unwrap();
    assert_eq!(share.percentile, None);
    let high = count("value_percentile", "field: b\n    percentile: 95\n    gt: 1").condition;
    assert_eq!(high.unwrap().percentile, Some(95.0));
    for (kind, percentile) in [("value_min", 0.0), ("value_median", 50.0), ("value_max", 100.0)] {
        let found = count(kind, "field: b\n    gt: 1");
        assert_eq!(found.kind, CorrelationKind::ValuePercentile);
        assert_eq!(found.condition.unwrap().percentile, Some(percentile));
    }
}

#[test]
fn a_temporal_condition_may_be_in_words() {
    let found = correlation(
        "type: temporal\nrules:\n    - recon_a\n    - recon_b\n    - recon_c\ngroup-by:\n    - User\n\
         timespan: 5m\ncondition: recon_a AND (recon_b OR NOT recon_c)",
    );
    assert_eq!(found.condition, None);
    let Some(expression) = found.expression else { panic!("no expression") };
    assert!(expression.value(&mut |rule| rule != 1 && rule != 2));
    assert!(!expression.value(&mut |rule| rule != 1));
    assert!(matches!(expression, Expression::All(_)));
    let implied = correlation("type: temporal\ntimespan: 5m\ncondition: one and two and one");
    let names: Vec<_> = implied.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
}

#[test]
fn aliases_name_the_fields_of_each_rule() {
    let found = correlation(
        "type: temporal\nrules:\n    - inner_error\n    - new_connection\ngroup-by:\n    - inside\n    \
         - outside\ntimespan: 10s\naliases:\n    inside:\n        inner_error: destination.ip\n        \
         new_connection: source.ip\n    outside:\n        inner_error: source.ip\n        \
         new_connection: destination.ip",
    );
    assert_eq!(found.aliases.len(), 2);
    assert_eq!(found.aliases[1].fields[0].1, "source.ip");
}

#[test]
fn what_a_correlation_may_not_say_is_told() {
    let told = |section: &str, words: &str| {
        let lines: String = section.lines().map(|line| format!("  {line}\n")).collect();
        let parsed = parse(&format!("title: C\ncorrelation:\n{lines}"));
        let message = parsed.problems[0].to_string();
        assert!(message.contains(words), "{message}");
    };
    let with = |kind: &str, rest: &str| format!("type: {kind}\nrules: [a]\ntimespan: 1h\n{rest}");
    told(&with("event_count", "group_by: [x]\ncondition: {gte: 1}"), "'group_by' is none of");
    told(&with("event_count", "condition: a and b"), "only a temporal correlation");
    told(&with("event_count", "condition: {gte: 1.5}"), "a whole number from 0");
    told(
        &with("event_count", "condition: {gte: 1, field: x}"),
        "does not look at a field's values",
    );
    told(&with("value_sum", "condition: {gte: 1}"), "needs the field");
    told(&with("value_avg", "condition: {gte: 1, field: [x, y]}"), "one field only");
    told(&with("value_percentile", "condition: {gte: 1, field: x, percentile: 101}"), "0 to 100");
    told(&with("temporal", "condition: a and b"), "no rule named 'b'");
    told("type: temporal\nrules: [a, b]\ntimespan: 1h\ncondition: a", "what 'b' is for");
    told(
        &with("value_mode", "condition: {gte: 1, field: x}"),
        "'value_mode' is none of event_count",
    );
    told(&with("value_max", "condition: {gte: 1, field: x, percentile: 9}"), "says already which");
    told("type: event_count\nrules: [a]\ntimespan: 1q\ncondition: {gte: 1}", "no time span");
}

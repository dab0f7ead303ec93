//! What the text of the Sigma specification 2.1 shows in its examples, asked of records: the shapes
//! are those of the text, names and values are ours. Each test names the part that it follows.

use bakas_detect::{LoadOptions, Rules};
use bakas_model::{Class, Event, Field, RuleIx, Stream, Value};

use crate::events::{agency, bare, context, detections, load, sign_in, titles};

type Fields<'a> = &'a [(&'a str, Value<'a>)];

fn record<'a>(fields: Fields<'a>) -> Event<'a> {
    let mut event = bare(Stream::Web, Class::HttpActivity);
    event.fields = fields.iter().map(|&(name, value)| Field::new(name, value)).collect();
    event
}

fn rule(detection: &str) -> String {
    let lines: String = detection.lines().map(|line| format!("    {line}\n")).collect();
    format!("title: T\nlogsource: {{category: webserver}}\ndetection:\n{lines}")
}

/// Asks one detection of records, of which each says whether it must be found.
fn check(detection: &str, records: &[(Fields<'_>, bool)]) {
    let rules = load(&rule(detection));
    for &(fields, expected) in records {
        let found = !titles(&rules, &record(fields)).is_empty();
        assert_eq!(found, expected, "{detection}\n{fields:?}");
    }
}

/// The same of one line about a field `a`, and values of it.
fn check_line(line: &str, found: &[&str], not_found: &[&str]) {
    let detection = format!("s:\n    {line}\ncondition: s");
    for (values, expected) in [(found, true), (not_found, false)] {
        for value in values {
            check(&detection, &[(&[("a", Value::Text(value))], expected)]);
        }
    }
}

const fn text(text: &str) -> Value<'_> {
    Value::Text(text)
}

/// Rules, "Yaml File", "General": values are strings in any case, expressions are not.
#[test]
fn values_have_no_case_and_expressions_have() {
    check_line(r"a: 'C:\Tools\Who.exe'", &[r"c:\tools\who.EXE"], &[r"C:\Tools\Who.exe2", ""]);
    check_line("a|re: 'W.o'", &["a Who b"], &["a who b"]);
}

/// Rules, "String Wildcard": `?` is one character that must be there, `*` any number of them.
#[test]
fn wildcards() {
    check_line("a: 'prog?.exe'", &["progA.exe", "progB.exe"], &["prog.exe", "progAB.exe"]);
    check_line("a: 'scan_V*.exe'", &["scan_V1.exe", "scan_V21.2.1.exe", "scan_V.exe"], &["scan_1"]);
}

/// Rules, "Escape Character", one line for each of its five points.
#[test]
fn escapes() {
    check_line(r"a: 'C:\x'", &[r"C:\x"], &[r"C:\\x"]);
    check_line(r"a: 'C:\\x'", &[r"C:\x"], &[r"C:\\x"]);
    check_line(r"a: 'x\*\?'", &["x*?"], &["xab", r"x\*\?"]);
    check_line(r"a: 'C:\\*'", &[r"C:\", r"C:\any"], &["C:*"]);
    check_line(r"a: 'C:\\\*'", &[r"C:\*"], &[r"C:\any", "C:*"]);
    check_line(r"a: 'C:\\\\x'", &[r"C:\\x"], &[r"C:\x"]);
}

/// Rules, "Lists": strings are looked for in the whole record, maps are alternatives.
#[test]
fn lists_are_alternatives() {
    let words = "words:\n    - EVILTASK\n    - 'host.exe -n evil'\ncondition: words";
    check(
        words,
        &[
            (&[("x", text("started the EvilTask now"))], true),
            (&[("x", text("a")), ("y", text("HOST.exe -n evil"))], true),
            (&[("x", text("host.exe")), ("y", text("-n evil"))], false),
        ],
    );
    let maps =
        "s:\n    - Image|endswith: '\\a.exe'\n    - Description|contains: 'made up'\ncondition: s";
    check(
        maps,
        &[
            (&[("Image", text(r"C:\a.exe"))], true),
            (&[("Description", text("this is made up."))], true),
            (&[("Image", text("a.exe")), ("Description", text("made"))], false),
        ],
    );
}

/// Rules, "Maps": every key must fit, of its values one; a number in quotes is a text.
#[test]
fn maps_need_every_key() {
    let either =
        "s:\n    EventLog: Security\n    EventID:\n        - 517\n        - 1102\ncondition: s";
    let log = ("EventLog", text("security"));
    check(
        either,
        &[
            (&[log, ("EventID", Value::Int(517))], true),
            (&[log, ("EventID", text("1102"))], true),
            (&[log, ("EventID", Value::Int(518))], false),
            (&[("EventID", Value::Int(517))], false),
        ],
    );
    let options = "s:\n    EventID: 4769\n    Options: '0x40810000'\ncondition: s";
    let id = ("EventID", Value::Int(4769));
    check(options, &[(&[id, ("Options", text("0X40810000"))], true)]);
    check(options, &[(&[id, ("Options", Value::Int(0x4081_0000))], false)]);
}

/// Rules, "Special Field Values" and "Field Existence"; modifiers, `exists`: it is about the field
/// and not about its value.
#[test]
fn null_empty_and_absent() {
    let kept = "s:\n    EventID: 4738\nfilter:\n    LastSet: null\ncondition: s and not filter";
    let id = ("EventID", Value::Int(4738));
    check(
        kept,
        &[
            (&[id], false),
            (&[id, ("LastSet", Value::Null)], false),
            (&[id, ("LastSet", text("2026-01-05"))], true),
            (&[id, ("LastSet", text(""))], true),
        ],
    );
    let both = "main:\n    A: x\nempty1:\n    B: ''\nempty2:\n    B: null\n\
                condition: main and 1 of empty*";
    let a = ("A", text("x"));
    check(both, &[(&[a], true), (&[a, ("B", text(""))], true), (&[a, ("B", text("y"))], false)]);
    check(both, &[(&[a, ("B", Value::Null)], true)]);
    // Null is of its own type, and no text.
    for line in ["B|contains: '*'", "B: '*'", "B: ''", "B|re: '.*'", "B|fieldref: B"] {
        check(&format!("s:\n    {line}\ncondition: s"), &[(&[a, ("B", Value::Null)], false)]);
    }
    let there = "s:\n    EventID: 4738\n    LastSet|exists: true\ncondition: s";
    check(there, &[(&[id], false), (&[id, ("LastSet", text(""))], true)]);
    check(there, &[(&[id, ("LastSet", Value::Null)], true)]);
    check("s:\n    A|exists: false\ncondition: s", &[(&[id], true), (&[a], false)]);
}

/// Rules, "Placeholders": only under `expand`, a backslash takes a percent sign's meaning away, and
/// a tool without the values must reject the rule.
#[test]
fn placeholders() {
    check_line("a: '%name%'", &["%name%"], &["ana"]);
    let load = |line: &str| {
        let values = vec!["ana".to_owned(), "b*".to_owned()];
        let placeholders = [("name".to_owned(), values)].into();
        let text = rule(&format!("s:\n    {line}\ncondition: s"));
        let options = LoadOptions { placeholders, ..LoadOptions::default() };
        Rules::load_with([("test.yml".to_owned(), text)], &options)
    };
    let (rules, _) = load("a|expand: '%name%'");
    for (value, expected) in [("Ana", true), ("ben", true), ("%name%", false), ("cleo", false)] {
        let found = !titles(&rules, &record(&[("a", text(value))])).is_empty();
        assert_eq!(found, expected, "{value}");
    }
    let (rules, _) = load(r"a|expand: '\%plain%name%'");
    assert!(!titles(&rules, &record(&[("a", text("%plainana"))])).is_empty());
    assert!(titles(&rules, &record(&[("a", text("%plain%name%"))])).is_empty());
    let (_, loaded) = load("a|expand: '%Administrators%'");
    assert_eq!(loaded.counts.loaded, 0);
    assert!(loaded.problems[0].to_string().contains("Administrators"), "{:?}", loaded.problems);
}

/// Rules, "Keywords search": one of them, or with `|all` all of them, across the whole record.
#[test]
fn keywords() {
    let all =
        "words:\n    '|all':\n        - 'MadeDirectory'\n        - ' -Url '\ncondition: words";
    check(
        all,
        &[
            (&[("x", text("Set-MadeDirectory -Url http://a.example"))], true),
            (&[("x", text("madedirectory")), ("y", text("a -url b"))], true),
            (&[("x", text("Set-MadeDirectory"))], false),
        ],
    );
}

/// Rules, "Condition": its expressions, and which of them binds first.
#[test]
fn conditions() {
    let searches = "s1:\n    a: x\ns2:\n    b: x\nwords: ['zz']\n_hidden:\n    c: x\n";
    let of = |fields: Fields<'_>, condition: &str, expected: bool| {
        check(&format!("{searches}condition: {condition}"), &[(fields, expected)]);
    };
    let (a, b, w) = (("a", text("x")), ("b", text("x")), ("z", text("a zz b")));
    of(&[a], "1 of them", true);
    of(&[("c", text("x"))], "1 of them", false);
    of(&[a, b, w], "all of them", true);
    of(&[a, b], "all of them", false);
    of(&[a], "1 of s*", true);
    of(&[a], "all of s*", false);
    of(&[a, b], "all of s*", true);
    of(&[a, w], "1 of s* and words", true);
    of(&[a, w], "1 of s* and not 1 of w*", false);
    of(&[a], "s1 or s2 and words", true);
    of(&[a], "(s1 or s2) and words", false);
    of(&[b, w], "not s1 and s2", true);
    of(&[w], "not (s1 or words)", false);
    of(&[b], "[s1 and words, s2]", true);
    of(&[a], "[s1 and words, s2]", false);
}

/// Modifiers, "Generic Modifiers".
#[test]
fn generic_modifiers() {
    check_line("a|contains|all: ['-a', '-b']", &["x -b -a"], &["x -a"]);
    check_line("a|startswith: adm", &["administrator"], &["badm"]);
    check_line(r"a|endswith: '\cmd.exe'", &[r"C:\cmd.EXE"], &["cmd.exe", r"\cmd.exe2"]);
    check_line("a|contains: mid", &["amidb"], &["mi-d"]);
    check_line("a|cased: Abc", &["Abc"], &["abc", "ABC"]);
    check_line("a|contains|cased: Abc", &["xAbc"], &["xabc"]);
    check_line("a|neq: x", &["y", ""], &["x", "X"]);
    check_line("a|neq: [x, y]", &["z"], &["x", "y"]);
    check_line("a|neq: 5", &["6"], &["5"]);
}

/// Modifiers, "String Modifiers", "Regular Expression".
#[test]
fn string_modifiers_and_expressions() {
    let forms = ["x -f", "x /f", "x \u{2013}f", "x \u{2014}f", "x \u{2015}f"];
    check_line("a|windash|contains: ' -f'", &forms, &["x f", "x_f"]);
    check_line("a|windash|contains: ' /f'", &forms, &["x f"]);
    check_line("a|re: '^(ab|c)[x-z]{2}[^q]+.?$'", &["abxyr", "czzab"], &["abxq", "xabyz", "Cxya"]);
    check_line("a|re|i: 'aBc'", &["xAbCx"], &["ab c"]);
    check_line("a|re: '^b'", &["b"], &["a\nb"]);
    check_line("a|re|m: '^b$'", &["a\nb\nc"], &["a b"]);
    check_line("a|re: 'a.b'", &["a-b"], &["a\nb"]);
    check_line("a|re|s: 'a.b'", &["a\nb"], &["ab"]);
}

/// Modifiers, "Encoding", with the bytes that it gives for `cmd`.
#[test]
fn encodings() {
    check_line("a|base64: cmd", &["Y21k"], &["cmd"]);
    // `ping` at each place within three bytes: xping, xxping, ping and what follows.
    let shifted = ["cGluZyBh", "eHBpbmcgYQ==", "eHhwaW5nIGE="];
    check_line("a|base64offset|contains: ping", &shifted, &["cG9uZyBh", "ping"]);
    check_line("a|utf16le|base64: cmd", &["YwBtAGQA"], &["AGMAbQBk"]);
    check_line("a|wide|base64: cmd", &["YwBtAGQA"], &["AGMAbQBk"]);
    check_line("a|utf16be|base64: cmd", &["AGMAbQBk"], &["YwBtAGQA"]);
    check_line("a|utf16|base64: cmd", &["//5jAG0AZAA="], &["YwBtAGQA"]);
}

/// Modifiers, "Numeric Modifiers", "IP Modifiers".
#[test]
fn numbers_and_addresses() {
    check_line("a|lt: 5", &["4", "-1", "4.9"], &["5", "x", ""]);
    check_line("a|lte: 5", &["5"], &["5.1"]);
    check_line("a|gt: 5", &["5.5", "60"], &["5"]);
    check_line("a|gte: 5", &["5"], &["4"]);
    check_line("a|cidr: 192.0.2.0/24", &["192.0.2.0", "192.0.2.255"], &["192.0.3.0", "192.0.2"]);
    check_line("a|cidr: '2001:db8::/32'", &["2001:db8::1"], &["2001:db9::1", "192.0.2.1"]);
}

/// Modifiers, "Time Modifiers": a number from a date as it is written, whose zone is not applied;
/// what is no date has no such number.
#[test]
fn parts_of_dates() {
    let date = "2026-01-05T23:59:01+08:00";
    for (part, number) in
        [("minute", 59), ("hour", 23), ("day", 5), ("week", 2), ("month", 1), ("year", 2026)]
    {
        check_line(&format!("a|{part}: {number}"), &[date], &["2025-12-31 00:00", "x", "23", ""]);
    }
    check_line("a|hour: 0", &["2026-01-05 00:30"], &["2026-01-05", "not a date"]);
    check_line("a|hour|gte: 22", &[date], &["2026-01-05T21:00:00", "25"]);
    let moment = [("a", Value::Float(1_767_625_141.25))];
    check("s:\n    a|hour: 14\ncondition: s", &[(&moment, true)]);
    check("s:\n    a|hour: 15\ncondition: s", &[(&moment, false)]);
    // `neq` turns the line round: what has no hour has not this one.
    check_line("a|hour|neq: 23", &["2026-01-05T21:00:00", "not a date"], &[date]);
}

/// A value of which no part of a date can be told is no silent miss: the explanation says it.
#[test]
fn a_value_that_is_no_date_is_told() {
    let rules = load(&rule("s:\n    a|hour: 23\ncondition: s"));
    let told = |value: &str| {
        let agency = agency();
        let fields = [("a", text(value))];
        let found = rules.explain(RuleIx(0), &record(&fields), &context(&agency));
        found.unwrap().to_string()
    };
    assert!(told("2026-01-05").contains("had: 2026-01-05  (no date that has this part)"));
    assert!(told("soon").contains("(no date that has this part)"));
    assert!(!told("2026-01-05T21:00").contains("no date"), "{}", told("2026-01-05T21:00"));
}

/// Modifiers, "Specific Modifiers".
#[test]
fn references_to_fields() {
    let same = "s:\n    a|fieldref: b\ncondition: s";
    let other = "s:\n    a|fieldref|neq: b\ncondition: s";
    let (like, unlike) =
        ([("a", text("X")), ("b", text("x"))], [("a", text("x")), ("b", text("y"))]);
    check(same, &[(&like, true), (&unlike, false), (&[("a", text("x"))], false)]);
    check(other, &[(&like, false), (&unlike, true)]);
}

const SEEN: &str = "title: Seen\nname: seen\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {activity_name: logon}\n  condition: s\n---\n";

/// How often a correlation over numbers speaks of records with these numbers, a second apart.
fn over_numbers(kind: &str, bound: &str, numbers: &[f64]) -> usize {
    let rules = load(&format!(
        "{SEEN}title: C\ncorrelation:\n  type: {kind}\n  rules: [seen]\n  \
         group-by: [src_endpoint.ip]\n  timespan: 1h\n  condition:\n    field: size\n    {bound}\n"
    ));
    let record = |(at, number): (usize, &f64)| {
        let mut event = sign_in(i64::try_from(at).unwrap(), [192, 0, 2, 1], "ana", false);
        event.fields = vec![Field::new("size", Value::Float(*number))];
        event
    };
    let events: Vec<_> = numbers.iter().enumerate().map(record).collect();
    detections(&rules, &events).len()
}

/// Correlation rules, "Value Sum", "Max", "Min", "Average", "Percentile" (median is the 50th).
#[test]
fn correlations_of_numbers() {
    assert_eq!(over_numbers("value_sum", "gt: 100", &[60.0, 40.0]), 0);
    assert_eq!(over_numbers("value_sum", "gt: 100", &[60.0, 40.5]), 1);
    assert_eq!(over_numbers("value_max", "gte: 100", &[1.0, 99.9, 2.0]), 0);
    assert_eq!(over_numbers("value_max", "gte: 100", &[1.0, 100.0, 2.0]), 1);
    assert_eq!(over_numbers("value_min", "lte: 400", &[900.0, 400.5, 700.0]), 0);
    assert_eq!(over_numbers("value_min", "lte: 400", &[900.0, 400.0, 700.0]), 1);
    assert_eq!(over_numbers("value_avg", "gt: 500", &[400.0, 600.0]), 0);
    assert_eq!(over_numbers("value_avg", "gt: 500", &[400.0, 601.0]), 1);
    assert_eq!(over_numbers("value_median", "gte: 5", &[1.0, 2.0, 900.0]), 0);
    assert_eq!(over_numbers("value_median", "gte: 5", &[1.0, 5.0, 900.0]), 1);
    // The least and the greatest of a window that has moved on.
    assert_eq!(over_numbers("value_max", "lt: 10", &[9.0, 12.0]), 1);
}

/// Correlation rules, "Examples": many failures, then one success of the same account; the inner
/// correlation and the rules stand in the same file, and only the outermost speaks.
#[test]
fn failures_followed_by_a_success() {
    let single = |title: &str, name: &str, status: &str| {
        format!(
            "title: {title}\nname: {name}\nlogsource: {{product: ocsf, category: authentication}}\n\
             detection:\n  selection:\n    activity_name: logon\n    status: {status}\n  \
             condition: selection\n"
        )
    };
    let text = format!(
        "title: Guessed\nid: 5c1b0f1e-6a0b-4a0e-8f5d-0f8f7c2d9a11\nstatus: experimental\ncorrelation:\n  \
         type: temporal_ordered\n  rules:\n    - many_failures\n    - successful\n  group-by:\n    \
         - actor.user.name\n  timespan: 10m\nlevel: high\n---\ntitle: Many failures\n\
         name: many_failures\ncorrelation:\n  type: event_count\n  rules:\n    - failed\n  \
         group-by:\n    - actor.user.name\n  timespan: 10m\n  condition:\n    gte: 3\n---\n{}---\n{}",
        single("Failed", "failed", "failure"),
        single("Successful", "successful", "success"),
    );
    let rules = load(&text);
    let titles = |events: &[Event<'_>]| -> Vec<String> {
        let all = detections(&rules, events);
        all.iter().map(|d| rules.metas()[d.rule.0 as usize].title.clone()).collect()
    };
    let tries = |account: &'static str| {
        (0..3).map(move |at| sign_in(at, [192, 0, 2, 1], account, false)).collect::<Vec<_>>()
    };
    let with = |mut events: Vec<Event<'static>>, at, account, ok| {
        events.push(sign_in(at, [198, 51, 100, 1], account, ok));
        events
    };
    assert_eq!(titles(&with(tries("ana"), 60, "ana", true)), ["Guessed"]);
    assert!(titles(&with(tries("ana"), 60, "ben", true)).is_empty(), "another account");
    assert!(titles(&with(tries("ana"), 900, "ana", true)).is_empty(), "too late");
    assert!(titles(&with(tries("ana"), 60, "ana", false)).is_empty(), "no success");
}

/// Correlation rules, "Event Count", "Value Count", "Temporal Proximity", "Field Name Aliases".
#[test]
fn correlations_of_records() {
    let of = |section: &str| load(&format!("{SEEN}title: C\ncorrelation:\n{section}"));
    let tries = |accounts: &[&'static str]| -> Vec<Event<'static>> {
        let one = |(at, account): (usize, &&'static str)| {
            sign_in(i64::try_from(at).unwrap(), [192, 0, 2, 1], account, false)
        };
        accounts.iter().enumerate().map(one).collect()
    };
    let count = of("  type: event_count\n  rules: [seen]\n  group-by: [actor.user.name]\n  \
                    timespan: 1h\n  condition: {gt: 1, lte: 3}\n");
    assert_eq!(detections(&count, &tries(&["a", "b"])).len(), 0, "each once");
    assert_eq!(detections(&count, &tries(&["a", "b", "a"])).len(), 1);
    let values = of("  type: value_count\n  rules: [seen]\n  group-by: [src_endpoint.ip]\n  \
                     timespan: 1d\n  condition: {field: actor.user.name, gte: 3}\n");
    assert_eq!(detections(&values, &tries(&["a", "b", "a", "A"])).len(), 0, "two accounts");
    assert_eq!(detections(&values, &tries(&["a", "b", "c"])).len(), 1);
}

/// Filters, "Examples": matches of the named rules are suppressed where the filter says so.
#[test]
fn a_filter_for_many_rules() {
    let one = |id: &str, field: &str| {
        format!(
            "title: {id}\nid: {id}\nlogsource: {{category: webserver}}\ndetection:\n  \
             s: {{{field}: x}}\n  condition: s\n---\n"
        )
    };
    let filter = "title: Accounts of administrators\nlogsource: {category: webserver}\nfilter:\n  \
                  rules:\n    - first\n    - second\n  selection:\n    User|startswith: adm_\n  \
                  condition: not selection\n";
    let text =
        [one("first", "a"), one("second", "b"), one("third", "c"), filter.to_owned()].concat();
    let rules = load(&text);
    let all = [("a", text_x()), ("b", text_x()), ("c", text_x())];
    let with = |user: &'static str| {
        let mut fields = all.to_vec();
        fields.push(("User", Value::Text(user)));
        titles(&rules, &record(&fields))
    };
    assert_eq!(with("ana"), ["first", "second", "third"]);
    assert_eq!(with("ADM_ana"), ["third"]);
    let agency = agency();
    assert_eq!(rules.matcher().run(&record(&all), &context(&agency)).len(), 3, "no user at all");
}

const fn text_x() -> Value<'static> {
    Value::Text("x")
}

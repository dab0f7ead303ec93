//! What rule files become, and what their failures say.

mod pipelines;
mod specification;

use bakas_sigma::{
    Comparison, CorrelationKind, Document, Expression, Level, Number, Parsed, Part, Pattern,
    Reason, Rule, Search, Test, TimePart, Within, parse,
};

fn rule(detection: &str) -> Rule {
    let parsed = parse(&text(detection));
    assert_eq!(parsed.problems, vec![], "{detection}");
    match parsed.documents.into_iter().next() {
        Some(Document::Rule(rule)) => rule,
        other => panic!("not a rule: {other:?}"),
    }
}

fn text(detection: &str) -> String {
    let lines: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    format!("title: T\nlogsource:\n  category: webserver\ndetection:\n{lines}")
}

fn tests(line: &str) -> Vec<Test> {
    let rule = rule(&format!("s:\n  {line}\ncondition: s"));
    rule.detection.searches[0].1.items().flat_map(|item| item.tests.clone()).collect()
}

fn like(pattern: &str) -> Test {
    Test::Text { pattern: Pattern::parse(pattern), cased: false }
}

/// The one failure of a text: its reason, line and words.
fn failure(text: &str) -> (Reason, u32, String) {
    let Parsed { documents, problems } = parse(text);
    assert_eq!(documents, vec![], "{text}");
    assert_eq!(problems.len(), 1, "{problems:?}");
    (problems[0].reason, problems[0].at.line, problems[0].to_string())
}

#[test]
fn values_keep_their_type() {
    assert_eq!(tests("a: text"), [like("text")]);
    assert_eq!(tests("a: 404"), [Test::Number(Number::Int(404))]);
    assert_eq!(tests("a: 1.5"), [Test::Number(Number::Float(1.5))]);
    assert_eq!(tests("a: true"), [Test::Bool(true)]);
    assert_eq!(tests("a: null"), [Test::Null]);
    assert_eq!(tests("a: ''"), [like("")]);
    assert_eq!(tests("a: '404'"), [like("404")]);
    assert_eq!(tests("a|contains: 404"), [like("*404*")]);
    assert_eq!(tests("a: [x*, 1, null]"), [like("x*"), Test::Number(Number::Int(1)), Test::Null]);
}

#[test]
fn modifiers_change_values() {
    assert_eq!(tests("a|contains: x"), [like("*x*")]);
    assert_eq!(tests("a|startswith: x"), [like("x*")]);
    assert_eq!(tests("a|endswith: x"), [like("*x")]);
    assert_eq!(tests(r"a|contains: 'x\*'"), [like(r"*x\**")]);
    let cased = Test::Text { pattern: Pattern::literal("X"), cased: true };
    assert_eq!(tests("a|cased: X"), [cased]);
    assert_eq!(tests("a|base64: foobar"), [like("Zm9vYmFy")]);
    assert_eq!(tests("a|wide|base64: ab"), [like("YQBiAA==")]);
    assert_eq!(tests("a|base64offset|contains: foobar").len(), 3);
    assert_eq!(
        tests("a|utf16le: ab"),
        [Test::Text { pattern: Pattern::literal("a\0b\0"), cased: false }]
    );
    assert_eq!(tests("a|gte: 400"), [Test::Compare(Comparison::Gte, Number::Int(400))]);
    let hour = Test::Time(TimePart::Hour, Comparison::Lt, Number::Int(6));
    assert_eq!(tests("a|hour|lt: 6"), [hour]);
    assert_eq!(tests("a|week: 53").len(), 1, "a year may have 53 weeks");
    let year = Test::Time(TimePart::Year, Comparison::Eq, Number::Int(2026));
    assert_eq!(tests("a|year: 2026"), [year]);
    assert_eq!(tests("a|exists: false"), [Test::Exists(false)]);
    let field = Test::Field { name: "b".into(), within: Within::End, cased: false };
    assert_eq!(tests("a|fieldref|endswith: b"), [field]);
    match &tests("a|cidr: [10.0.0.0/8, '2001:db8::/32', 192.0.2.1]")[..] {
        [Test::Cidr(a), Test::Cidr(b), Test::Cidr(c)] => {
            assert_eq!((a.prefix_len(), b.prefix_len(), c.prefix_len()), (8, 32, 32));
        }
        other => panic!("{other:?}"),
    }
    match &tests("a|re|i|s: '^x.y'")[..] {
        [Test::Regex { expression, insensitive: true, multi_line: false, dot_all: true }] => {
            assert_eq!(expression, "^x.y");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_with_variants_asks_for_each_value() {
    let rule = rule("s:\n  a|contains|all|windash: [' -x', y]\ncondition: s");
    match &rule.detection.searches[0].1 {
        Search::All(parts) => {
            let counts: Vec<usize> =
                parts.iter().flat_map(Search::items).map(|i| i.tests.len()).collect();
            assert_eq!(counts, [5, 1]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn searches_are_maps_lists_or_keywords() {
    let rule = rule(
        "m:\n  a: 1\n  b|neq: x\nl:\n  - a: 1\n    b: 2\n  - word\nk: [one, two]\n\
         e:\n  '|all': [one, two]\ncondition: m and (l or not k) or e",
    );
    let searches = &rule.detection.searches;
    assert!(matches!(&searches[0].1, Search::All(items) if items.len() == 2));
    assert!(searches[0].1.items().nth(1).unwrap().negated);
    assert!(matches!(&searches[1].1, Search::Any(items) if items.len() == 2));
    let keywords = searches[2].1.items().next().unwrap();
    assert_eq!((keywords.field.as_deref(), keywords.every), (None, false));
    assert_eq!(keywords.tests, [like("*one*"), like("*two*")]);
    let every = searches[3].1.items().next().unwrap();
    assert_eq!((every.field.as_deref(), every.every), (None, true));
    assert!(matches!(&rule.detection.condition, Expression::Any(parts) if parts.len() == 2));
}

#[test]
fn a_list_of_conditions_is_any_of_them() {
    let rule = rule("a: {x: 1}\nb: {x: 2}\ncondition:\n  - a\n  - a and b");
    match rule.detection.condition {
        Expression::Any(parts) => assert_eq!(parts.len(), 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rule_says_who_it_is() {
    let parsed = parse(
        "title: T\nid: 1234\nname: short\nlevel: high\ntags: [attack.T1110.003, Bakas.Base]\n\
         logsource: {product: Linux, service: sshd}\ndetection: {s: {a: b}, condition: s}\n",
    );
    let header = parsed.documents[0].header();
    assert_eq!(header.id.as_deref(), Some("1234"));
    assert_eq!(header.name.as_deref(), Some("short"));
    assert_eq!(header.level, Some(Level::High));
    assert_eq!(header.tags, ["attack.t1110.003", "bakas.base"]);
    match &parsed.documents[0] {
        Document::Rule(rule) => assert_eq!(rule.log_source.product.as_deref(), Some("linux")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn global_documents_lie_under_those_that_follow() {
    let parsed = parse(
        "action: global\ntitle: T\nlevel: low\nlogsource: {category: webserver}\n\
         detection: {condition: s}\n---\nid: a\ndetection: {s: {x: 1}}\n---\nid: b\nlevel: high\n\
         detection: {s: {x: 2}}\n---\n",
    );
    assert_eq!(parsed.problems, vec![]);
    let levels: Vec<_> = parsed.documents.iter().map(|d| d.header().level).collect();
    assert_eq!(levels, [Some(Level::Low), Some(Level::High)]);
}

#[test]
fn a_correlation_is_read_whole() {
    let parsed = parse(
        "title: Spray\ncorrelation:\n  type: value_count\n  rules: [failed, other]\n\
         \x20 group-by: [src_endpoint.autonomous_system.number, who]\n  timespan: 90m\n\
         \x20 aliases:\n    who:\n      failed: user\n      other: account\n\
         \x20 condition:\n    field: actor.user.name\n    gte: 20\n    lt: 100\n  generate: true\n",
    );
    assert_eq!(parsed.problems, vec![]);
    let Document::Correlation(found) = &parsed.documents[0] else { panic!("{parsed:?}") };
    assert_eq!(found.kind, CorrelationKind::ValueCount);
    assert_eq!(found.timespan_seconds, 5400);
    assert_eq!(found.group_by.len(), 2);
    assert_eq!(found.aliases[0].fields.len(), 2);
    assert!(found.generate);
    let condition = found.condition.as_ref().unwrap();
    assert_eq!(condition.fields, ["actor.user.name"]);
    assert!(condition.holds(20) && condition.holds(99));
    assert!(!condition.holds(19) && !condition.holds(100));
}

#[test]
fn failures_name_place_and_reason() {
    let check = |detection: &str, reason: Reason, line: u32, words: &str| {
        let (found, at, message) = failure(&text(detection));
        assert_eq!((found, at), (reason, line), "{message}");
        assert!(message.contains(words), "{message}");
    };
    check("s: {a: 1}", Reason::Missing, 5, "detection.condition");
    check("s:\n  a|contians: x\ncondition: s", Reason::Modifier, 6, "'contians' is unknown");
    check("s:\n  a|cidr: 10.0.0.0/99\ncondition: s", Reason::Modifier, 6, "10.0.0.0/99");
    check("s:\n  a|gt: many\ncondition: s", Reason::Modifier, 6, "'many' is no number");
    for line in ["a|hour: 24", "a|minute: 60", "a|day: 0", "a|month: 1.5", "a|week: [1, 54]"] {
        let detection = format!("s:\n  {line}\ncondition: s");
        check(&detection, Reason::Malformed, 6, "no date has");
    }
    check("s:\n  a|re|startswith: x\ncondition: s", Reason::Modifier, 6, "write ^ or $");
    check("s:\n  a|i: x\ncondition: s", Reason::Modifier, 6, "only after 're'");
    check("s:\n  a|base64: 'x*'\ncondition: s", Reason::Modifier, 6, "wildcard");
    check("s:\n  a|utf16: x\ncondition: s", Reason::Modifier, 6, "no text");
    check("s:\n  a: {b: c}\ncondition: s", Reason::Malformed, 6, "cannot be a map");
    check("s:\n  a: []\ncondition: s", Reason::Malformed, 6, "empty");
    check("s: {a: 1}\ncondition: s and t", Reason::Condition, 6, "no search named 't'");
    check("s: {a: 1}\ncondition: s | count() > 3", Reason::Aggregation, 6, "correlation");
    check("s: {a: 1}\ns: {b: 1}\ncondition: s", Reason::Yaml, 6, "twice");
    check(
        "s:\n  a|windash|contains: ' -a -b -c -d -e -f -g'\ncondition: s",
        Reason::Modifier,
        6,
        "variants",
    );
}

#[test]
fn one_bad_document_does_not_spoil_the_file() {
    let good = text("s: {a: 1}\ncondition: s");
    let parsed = parse(&format!("{good}---\ntitle: no more\n---\n{good}"));
    assert_eq!(parsed.documents.len(), 2);
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].place, "logsource");
}

#[test]
fn odd_files_are_refused_with_words() {
    assert_eq!(failure("").0, Reason::Missing);
    assert_eq!(failure("- a\n- b\n").0, Reason::Malformed);
    assert_eq!(failure("title: T\nfilter: {rules: []}\n").0, Reason::Missing);
    assert_eq!(failure("\0\0\0").1, 1);
    let long = format!("title: {}", "x".repeat(bakas_sigma::RULE_BYTES_LIMIT));
    assert_eq!(failure(&long).0, Reason::Bound);
    let many = "---\na: 1\n".repeat(bakas_sigma::DOCUMENTS_LIMIT + 1);
    let problems = parse(&many).problems;
    assert_eq!(problems.last().unwrap().reason, Reason::Bound);
}

#[test]
fn wildcards_stay_apart_from_text() {
    let [Test::Text { pattern, .. }] = &tests(r"a: 'C:\\*\x?.exe'")[..] else { panic!("not text") };
    let literal = |text: &str| Part::Literal(text.to_owned());
    let expected = [literal(r"C:\"), Part::Many, literal(r"\x"), Part::One, literal(".exe")];
    assert_eq!(pattern.parts, expected);
}

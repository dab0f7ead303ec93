//! Rules and events made at random: the matcher and its twin must agree on all of them.

use bakas_model::{Agency, Asn, Country, Location, NetworkKind, RuleIx};
use bakas_sigma::{Document, Rule};
use proptest::prelude::*;

use super::{FIELDS, Plain, event, matches};
use crate::{Context, Rules};

/// A value of an event, owned.
fn value() -> impl Strategy<Value = Plain> {
    prop_oneof![
        6 => "[abAB1kKé É/=%.-]{0,6}".prop_map(Plain::Text),
        1 => "[\u{212a}É*?\\\\ab]{0,4}".prop_map(Plain::Text),
        1 => "(true|False|200|-1|1.5|10\\.0\\.0\\.1|)".prop_map(Plain::Text),
        2 => prop_oneof![Just(200_i64), Just(-1), 0..12_i64].prop_map(Plain::Int),
        1 => prop_oneof![Just(1.5), Just(200.0)].prop_map(Plain::Float),
        1 => any::<bool>().prop_map(Plain::Bool),
        1 => Just(Plain::Null),
    ]
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[abAB1kKé É/=%.*?\\\\-]{0,5}".prop_map(|text| quoted(&text)),
        1 => prop_oneof![Just("200"), Just("1.5"), Just("-1"), Just("7")].prop_map(str::to_owned),
        1 => prop_oneof![Just("true"), Just("false")].prop_map(str::to_owned),
    ]
}

fn list(element: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec(element, 1..4).prop_map(|all| format!("[{}]", all.join(", ")))
}

fn line() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "a",
        "b",
        "c.d",
        "c-uri",
        "resource.name",
        "actor.user.name",
        "status",
        "class_uid",
        "src_endpoint.ip",
        "src_endpoint.autonomous_system.number",
        "src_endpoint.autonomous_system.name",
        "src_endpoint.kind",
        "metadata.tenant_uid",
    ];
    let field = prop::sample::select(NAMES).prop_map(str::to_owned);
    let modifiers = prop_oneof![
        4 => Just(""), 4 => Just("|contains"), 1 => Just("|startswith"), 1 => Just("|endswith"),
        2 => Just("|contains|all"), 1 => Just("|neq"), 1 => Just("|contains|cased"),
        1 => Just("|endswith|neq"),
    ];
    let words = prop::sample::select(
        &[
            "Failure",
            "success",
            "3002",
            "telco",
            "64500",
            "'Example Telco'",
            "welfare",
            "192.0.2.9",
        ][..],
    );
    let regexes = prop::sample::select(
        &[
            "'a+b'",
            "'^/a'",
            "'[ab]k$'",
            "'é|A=1'",
            "'.*'",
            "'(?i)(a|b)(/|%)A'",
            "'ka{2,}b'",
            "'[ab]?k='",
            "'(ab|K.*|1=)+/'",
            "'a(b|k){1,3}/$'",
            "'(?i)k\\s?='",
            "'(a|){2}b'",
        ][..],
    );
    let others = prop::sample::select(&["a", "b", "cs-uri", "resource.name", "missing"][..]);
    prop_oneof![
        8 => (field.clone(), modifiers, list(scalar()))
            .prop_map(|(field, modifiers, list)| format!("{field}{modifiers}: {list}")),
        2 => (field.clone(), words).prop_map(|(field, word)| format!("{field}: {word}")),
        1 => (field.clone(), prop::bool::ANY).prop_map(|(f, on)| format!("{f}|exists: {on}")),
        1 => field.clone().prop_map(|field| format!("{field}: null")),
        1 => (field.clone(), 0..300_i32).prop_map(|(field, n)| format!("{field}|gte: {n}")),
        1 => (field.clone(), regexes.clone()).prop_map(|(f, re)| format!("{f}|re: {re}")),
        1 => (field.clone(), regexes).prop_map(|(f, re)| format!("{f}|re|i: {re}")),
        1 => (field.clone(), others).prop_map(|(f, of)| format!("{f}|fieldref|endswith: {of}")),
        1 => field.prop_map(|field| format!("{field}|cidr: [10.0.0.0/8, 192.0.2.0/24]")),
    ]
}

fn search_text() -> impl Strategy<Value = String> {
    let text = "[abAB1kKé/=%*?-]{1,5}".prop_map(|text| quoted(&text));
    let map = prop::collection::btree_map(0..3_u8, line(), 1..3).prop_map(|lines| {
        let mut seen = Vec::new();
        let kept = lines.into_values().filter(|line| {
            let key = line.split(": ").next().unwrap_or_default().to_owned();
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
        kept.map(|line| format!("\n      {line}")).collect::<String>()
    });
    prop_oneof![
        4 => map,
        1 => list(text.clone()).prop_map(|list| format!(" {list}")),
        1 => list(text).prop_map(|list| format!("\n      '|all': {list}")),
        1 => (line(), line()).prop_map(|(a, b)| format!("\n      - {a}\n      - {b}")),
    ]
}

fn rule_text() -> impl Strategy<Value = String> {
    let condition = prop::sample::select(
        &[
            "s",
            "s and t",
            "s or t",
            "s and not t",
            "not s",
            "1 of them",
            "all of them",
            "s or (t and not u)",
            "not (s or t) and u",
            "u and 1 of s*",
        ][..],
    );
    let source = prop_oneof![
        Just("category: webserver"),
        Just("{product: ocsf, category: authentication}"),
    ];
    (search_text(), search_text(), search_text(), condition, source).prop_map(
        |(s, t, u, condition, source)| {
            let source = source.trim_matches(['{', '}']);
            format!(
                "title: T\nlogsource: {{{source}}}\ndetection:\n    s:{s}\n    t:{t}\n    u:{u}\n\
                 \x20   condition: {condition}\n"
            )
        },
    )
}

/// Fields, whether it is a failed sign-in from a known network, object.
type Record = (Vec<(usize, Plain)>, bool, Option<String>);

fn agree(texts: &[String], records: &[Record]) {
    let files = texts.iter().enumerate().map(|(n, text)| (format!("{n}.yml"), text.clone()));
    let (rules, counts, problems) = Rules::load(files);
    assert_eq!(problems, vec![], "{texts:?}");
    assert_eq!(counts.loaded, texts.len() as u64);
    let parsed: Vec<Rule> = texts
        .iter()
        .map(|text| match bakas_sigma::parse(text).documents.remove(0) {
            Document::Rule(rule) => rule,
            other => panic!("{other:?}"),
        })
        .collect();
    let agency = Agency { id: "welfare".to_owned(), ..Agency::default() };
    let mut matcher = rules.matcher();
    for (fields, known, object) in records {
        let event = event(fields, object.as_deref(), *known);
        let location = Location {
            asn: known.then_some(Asn(64500)),
            country: Country::new("PH").filter(|_| *known),
            kind: if *known { NetworkKind::Telco } else { NetworkKind::Unknown },
        };
        let operator = known.then_some("Example Telco");
        let context = Context { location, operator, agency: &agency };
        let expected: Vec<RuleIx> = (0_u32..)
            .zip(&parsed)
            .filter(|(_, rule)| {
                crate::logsource::fits(&rule.log_source, event.stream, event.class)
                    && matches(rule, &event, &context)
            })
            .map(|(ix, _)| RuleIx(ix))
            .collect();
        let found = matcher.run(&event, &context);
        assert_eq!(found, expected, "{event:?}\n{}", texts.join("---\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_matcher_agrees_with_its_twin(
        texts in prop::collection::vec(rule_text(), 1..8),
        records in prop::collection::vec(
            (
                prop::collection::vec((0..FIELDS.len(), value()), 0..6),
                any::<bool>(),
                prop::option::of("[abAB/k=]{0,5}"),
            ),
            1..8,
        ),
    ) {
        agree(&texts, &records);
    }
}

//! The plain slow twin of the matcher: it interprets the parsed rule over all fields, compiles
//! nothing and skips nothing. Both must agree on every rule and every event.

use std::net::IpAddr;

use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Class, Country, Event, Field, Location, NetworkKind, Place,
    RuleIx, Status, Stream, Timestamp, Value, field::ALIASES,
};
use bakas_sigma::{
    Comparison, Document, Expression, Item, Number, Part, Rule, Search, Test, Within,
};
use proptest::prelude::*;

use crate::{Context, Rules};

/// Whether the rule matches the event.
fn matches(rule: &Rule, event: &Event<'_>, context: &Context<'_>) -> bool {
    expression(&rule.detection.condition, rule, event, context)
}

fn expression(from: &Expression, rule: &Rule, event: &Event<'_>, context: &Context<'_>) -> bool {
    let ask = |part: &Expression| expression(part, rule, event, context);
    match from {
        Expression::Search(index) => search(&rule.detection.searches[*index].1, event, context),
        Expression::Not(inner) => !ask(inner),
        Expression::All(parts) => parts.iter().all(ask),
        Expression::Any(parts) => parts.iter().any(ask),
    }
}

fn search(from: &Search, event: &Event<'_>, context: &Context<'_>) -> bool {
    match from {
        Search::All(parts) => parts.iter().all(|part| search(part, event, context)),
        Search::Any(parts) => parts.iter().any(|part| search(part, event, context)),
        Search::Item(item) => {
            let mut outcomes = item.tests.iter().map(|test| holds(test, item, event, context));
            let found = if item.every { outcomes.all(|o| o) } else { outcomes.any(|o| o) };
            found != item.negated
        }
    }
}

fn holds(test: &Test, item: &Item, event: &Event<'_>, context: &Context<'_>) -> bool {
    let values = match &item.field {
        None => event.fields.iter().map(|field| plain(field.value)).collect(),
        Some(name) => values(name, event, context),
    };
    match test {
        Test::Exists(expected) => values.is_empty() != *expected,
        Test::Null => values.is_empty() || values.contains(&Plain::Null),
        Test::Field { name, within, cased } => {
            let theirs = self::values(name, event, context);
            let text = |value: &Plain| {
                let text = value.text();
                if *cased { text.chars().collect() } else { folded(&text) }
            };
            values.iter().map(text).any(|mine: Vec<char>| {
                theirs.iter().map(text).any(|theirs| match within {
                    Within::Whole => mine == theirs,
                    Within::Start => mine.starts_with(&theirs),
                    Within::End => mine.ends_with(&theirs),
                    Within::Anywhere => (0..=mine.len()).any(|at| mine[at..].starts_with(&theirs)),
                })
            })
        }
        test => values.iter().any(|value| fits(test, value)),
    }
}

/// A value with no ties.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Null,
}

fn plain(value: Value<'_>) -> Plain {
    match value {
        Value::Text(text) => Plain::Text(text.to_owned()),
        Value::Int(number) => Plain::Int(number),
        Value::Float(number) => Plain::Float(number),
        Value::Bool(truth) => Plain::Bool(truth),
        Value::Null => Plain::Null,
    }
}

impl Plain {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Bool(truth) => truth.to_string(),
            Self::Null => String::new(),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            Self::Text(text) => text.parse().ok().filter(|n: &f64| n.is_finite()),
            Self::Bool(_) | Self::Null => None,
        }
    }
}

fn values(name: &str, event: &Event<'_>, context: &Context<'_>) -> Vec<Plain> {
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, of)| *of);
    for native in [Some(name), alias].into_iter().flatten() {
        let of_name = event.fields.iter().filter(|field| field.name == native);
        let found: Vec<Plain> = of_name.map(|field| plain(field.value)).collect();
        if !found.is_empty() {
            return found;
        }
    }
    let text = |text: &str| Plain::Text(text.to_owned());
    let found = match name {
        "src_endpoint.ip" => event.src.map(|address| text(&address.to_string())),
        "src_endpoint.autonomous_system.number" => {
            context.location.asn.map(|asn| Plain::Int(asn.0.into()))
        }
        "src_endpoint.autonomous_system.name" => context.operator.map(text),
        "src_endpoint.location.country" => context.location.country.map(|c| text(c.as_str())),
        "src_endpoint.kind" => Some(text(match context.location.kind {
            NetworkKind::Telco => "telco",
            _ => "unknown",
        })),
        "metadata.tenant_uid" => Some(text(&context.agency.id)),
        name => event.attribute(name).map(plain),
    };
    found.into_iter().collect()
}

fn folded(text: &str) -> Vec<char> {
    let fold = |c: char| {
        let lower: Vec<char> = c.to_lowercase().collect();
        match lower[..] {
            [only] if only.is_ascii() == c.is_ascii() => only,
            _ => c,
        }
    };
    text.chars().map(fold).collect()
}

fn fits(test: &Test, value: &Plain) -> bool {
    match test {
        Test::Text { pattern, cased } => {
            let prepare = |text: &str| if *cased { text.chars().collect() } else { folded(text) };
            wild(&pattern.parts, &prepare(&value.text()), &prepare)
        }
        Test::Regex { expression, insensitive, multi_line, dot_all } => {
            let flags: String = [(*insensitive, 'i'), (*multi_line, 'm'), (*dot_all, 's')]
                .iter()
                .filter_map(|(on, flag)| on.then_some(*flag))
                .collect();
            let whole = if flags.is_empty() {
                expression.clone()
            } else {
                format!("(?{flags}){expression}")
            };
            regex_automata::meta::Regex::new(&whole).unwrap().is_match(&value.text())
        }
        Test::Number(number) => compared(value, Comparison::Eq, *number),
        Test::Compare(comparison, number) => compared(value, *comparison, *number),
        Test::Bool(truth) => match value {
            Plain::Bool(mine) => mine == truth,
            Plain::Text(text) => text.to_ascii_lowercase() == truth.to_string(),
            _ => false,
        },
        Test::Cidr(net) => match value {
            Plain::Text(text) => text.parse::<IpAddr>().is_ok_and(|address| net.contains(&address)),
            _ => false,
        },
        Test::Time(..) | Test::Null | Test::Exists(_) | Test::Field { .. } => false,
    }
}

fn compared(value: &Plain, comparison: Comparison, number: Number) -> bool {
    let bound = match number {
        Number::Int(number) => number as f64,
        Number::Float(number) => number,
    };
    value.number().is_some_and(|mine| match comparison {
        Comparison::Eq => mine == bound,
        Comparison::Lt => mine < bound,
        Comparison::Lte => mine <= bound,
        Comparison::Gt => mine > bound,
        Comparison::Gte => mine >= bound,
    })
}

/// Wildcards by trying everything.
fn wild(parts: &[Part], text: &[char], prepare: &impl Fn(&str) -> Vec<char>) -> bool {
    match parts.split_first() {
        None => text.is_empty(),
        Some((Part::Many, rest)) => (0..=text.len()).any(|at| wild(rest, &text[at..], prepare)),
        Some((Part::One, rest)) => !text.is_empty() && wild(rest, &text[1..], prepare),
        Some((Part::Literal(literal), rest)) => {
            let literal = prepare(literal);
            text.starts_with(&literal) && wild(rest, &text[literal.len()..], prepare)
        }
    }
}

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

const FIELDS: [&str; 6] = ["a", "b", "c.d", "c-uri", "cs-uri", "resource.name"];

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
    let regexes = prop::sample::select(&["'a+b'", "'^/a'", "'[ab]k$'", "'é|A=1'", "'.*'"][..]);
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

fn event<'a>(fields: &'a [(usize, Plain)], object: Option<&'a str>, known: bool) -> Event<'a> {
    let value = |value: &'a Plain| match value {
        Plain::Text(text) => Value::Text(text),
        Plain::Int(number) => Value::Int(*number),
        Plain::Float(number) => Value::Float(*number),
        Plain::Bool(truth) => Value::Bool(*truth),
        Plain::Null => Value::Null,
    };
    Event {
        place: Place::default(),
        agency: AgencyIx(0),
        stream: Stream::Web,
        time: Timestamp::default(),
        time_raw: "",
        class: if known { Class::Authentication } else { Class::HttpActivity },
        activity: Activity::Request,
        status: if known { Status::Failure } else { Status::Success },
        src: known.then(|| IpAddr::from([192, 0, 2, 9])),
        src_port: None,
        src_claimed: None,
        account: object,
        target: None,
        object,
        agent: None,
        operation: "GET",
        host: None,
        http_status: None,
        bytes_out: None,
        fields: fields.iter().map(|(n, v)| Field::new(FIELDS[*n], value(v))).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

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

/// Texts of which each test of an item would be content.
fn contents(item: &Item) -> Vec<String> {
    let text = |test: &Test| match test {
        Test::Text { pattern, .. } => pattern
            .parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::One => "x".to_owned(),
                Part::Many => String::new(),
            })
            .collect(),
        Test::Number(Number::Int(number)) => number.to_string(),
        _ => "x".to_owned(),
    };
    item.tests.iter().map(text).collect()
}

/// The native fields of an event that a rule is likely to match: the `turn`th text of each item,
/// and of items that ask for every text, all.
fn likely(rule: &Rule, turn: usize) -> Vec<(String, Value<'static>)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, search) in &rule.detection.searches {
        if name.starts_with("filter") {
            continue;
        }
        for item in search.items() {
            let texts = contents(item);
            let text = if item.every { texts.concat() } else { texts[turn % texts.len()].clone() };
            let field = item.field.clone().unwrap_or_else(|| "message".to_owned());
            match fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, known)) => known.push_str(&text),
                None => fields.push((field, text)),
            }
        }
    }
    let leak = |text: String| -> Value<'static> {
        match text.parse() {
            Ok(number) if turn % 2 == 0 => Value::Int(number),
            _ => Value::Text(Box::leak(text.into_boxed_str())),
        }
    };
    fields.into_iter().map(|(name, text)| (name, leak(text))).collect()
}

#[test]
fn both_agree_on_the_public_rules() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = std::env::var_os("BAKAS_CORPORA")
        .map_or_else(|| here.join("../../../../shared/corpora"), std::path::PathBuf::from);
    let mut files = Vec::new();
    let mut folders = vec![root.join("sigma-rules")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push((path.display().to_string(), text));
            }
        }
    }
    if files.is_empty() {
        eprintln!("skipped: no public rules at hand");
        return;
    }
    files.sort();
    let (rules, ..) = Rules::load(files.clone());
    let parsed: Vec<Rule> = rules
        .metas()
        .iter()
        .map(|meta| {
            let (_, text) = files.iter().find(|(path, _)| *path == meta.path).unwrap();
            match bakas_sigma::parse(text).documents.remove(0) {
                Document::Rule(rule) => rule,
                other => panic!("{other:?}"),
            }
        })
        .collect();
    let agency = Agency::default();
    let context = Context { location: Location::default(), operator: None, agency: &agency };
    let mut matcher = rules.matcher();
    let mut ever = vec![false; parsed.len()];
    for (rule, turn) in parsed.iter().flat_map(|rule| (0..6).map(move |turn| (rule, turn))) {
        let mut event = event(&[], None, false);
        let fits = |s: &&Stream| crate::logsource::fits(&rule.log_source, **s, event.class);
        event.stream = *Stream::ALL.iter().find(fits).unwrap();
        let fields = likely(rule, turn);
        event.fields = fields.iter().map(|(name, value)| Field::new(name, *value)).collect();
        let expected: Vec<RuleIx> = (0_u32..)
            .zip(&parsed)
            .filter(|(_, rule)| {
                crate::logsource::fits(&rule.log_source, event.stream, event.class)
                    && matches(rule, &event, &context)
            })
            .map(|(ix, _)| RuleIx(ix))
            .collect();
        assert_eq!(matcher.run(&event, &context), expected, "{event:?}");
        expected.iter().for_each(|ix| ever[ix.0 as usize] = true);
    }
    let matched = ever.iter().filter(|ever| **ever).count();
    assert!(matched * 10 >= parsed.len() * 9, "{matched} of {} matched", parsed.len());
}

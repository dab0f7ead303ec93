//! The plain slow twin of the matcher: it interprets the parsed rule over all fields, compiles
//! nothing and skips nothing. Both must agree on every rule and every event.

mod generated;
mod public;

use std::net::IpAddr;

use bakas_model::{
    Activity, AgencyIx, Class, Event, Field, NetworkKind, Place, Status, Stream, Timestamp, Value,
    field::ALIASES,
};
use bakas_sigma::{Comparison, Expression, Item, Number, Part, Rule, Search, Test, Within};

use crate::Context;

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
            // Letters of ASCII fold to ASCII only: what else Unicode folds to them is no letter.
            let text = value.text().replace(['\u{212a}', '\u{17f}'], "\u{2603}");
            regex_automata::meta::Regex::new(&whole).unwrap().is_match(&text)
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

/// The fields that generated events have.
const FIELDS: [&str; 6] = ["a", "b", "c.d", "c-uri", "cs-uri", "resource.name"];

/// An event with these fields, of one of two kinds.
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
        custom: None,
        time: Timestamp::default(),
        time_raw: "",
        class: if known { Class::Authentication } else { Class::HttpActivity },
        activity: Activity::Request,
        status: if known { Status::Failure } else { Status::Success },
        src: known.then(|| IpAddr::from([192, 0, 2, 9])),
        src_port: None,
        dst: None,
        dst_port: None,
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

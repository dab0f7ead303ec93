//! The plain slow twin of the matcher: it interprets the rule over all fields, compiles nothing and
//! skips nothing. Both must agree on every rule and every event. It is here for tests and fuzzing
//! only (feature `twin`).

mod date;
pub mod generate;
#[cfg(test)]
mod generated;
pub mod made;
#[cfg(test)]
mod public;

use std::{cell::RefCell, collections::HashMap, net::IpAddr};

use bakas_model::{Event, NetworkKind, RuleIx, Value, field::ALIASES};
use bakas_sigma::{Comparison, Detection, Expression, Item, Number, Part, Search, Test, Within};

use regex_automata::meta::Regex;

use crate::{
    Context, Rules,
    logsource::{self, Origin},
};

/// The plain rules that match an event, in rising order, by the twin.
#[must_use]
pub fn run(rules: &Rules, event: &Event<'_>, context: &Context<'_>) -> Vec<RuleIx> {
    let origin = Origin::of(event);
    let matching = (0_u32..).zip(&rules.details).filter(|(_, detail)| {
        detail.log_sources.iter().any(|source| logsource::fits(source, origin, event.class))
            && matches(&detail.detection, event, context)
    });
    matching.map(|(ix, _)| RuleIx(ix)).collect()
}

/// Whether a plain rule is asked of an event's log at all.
#[must_use]
pub fn asks(rules: &Rules, rule: RuleIx, event: &Event<'_>) -> bool {
    let fits = |source| logsource::fits(source, Origin::of(event), event.class);
    let detail = rules.details.get(rule.0 as usize);
    detail.is_some_and(|detail| detail.log_sources.iter().any(fits))
}

/// Whether the rule matches the event.
fn matches(rule: &Detection, event: &Event<'_>, context: &Context<'_>) -> bool {
    expression(&rule.condition, rule, event, context)
}

fn expression(
    from: &Expression,
    rule: &Detection,
    event: &Event<'_>,
    context: &Context<'_>,
) -> bool {
    let ask = |part: &Expression| expression(part, rule, event, context);
    match from {
        Expression::Search(index) => search(&rule.searches[*index].1, event, context),
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
            let text = |value: &Plain| -> Option<Vec<char>> {
                let text = value.text()?;
                Some(if *cased { text.chars().collect() } else { folded(&text) })
            };
            values.iter().filter_map(text).any(|mine| {
                theirs.iter().filter_map(text).any(|theirs| match within {
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
    /// A moment in microseconds.
    Time(i64),
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
    /// As text; null has none.
    fn text(&self) -> Option<String> {
        Some(match self {
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Bool(truth) => truth.to_string(),
            Self::Null => return None,
            Self::Time(micros) => bakas_model::Timestamp::from_micros(*micros).to_string(),
        })
    }

    fn number(&self) -> Option<Number> {
        match self {
            Self::Int(number) => Some(Number::Int(*number)),
            Self::Float(number) => Some(Number::Float(*number)),
            Self::Text(text) => match text.parse() {
                Ok(number) => Some(Number::Int(number)),
                Err(_) => text.parse().ok().filter(|n: &f64| n.is_finite()).map(Number::Float),
            },
            // OCSF counts milliseconds.
            Self::Time(micros) => Some(Number::Int(micros.div_euclid(1000))),
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
        "time" => Some(Plain::Time(event.time.as_micros())),
        "dst_endpoint.ip" => event.dst.map(|address| text(&address.to_string())),
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
            value.text().is_some_and(|text| wild(&pattern.parts, &prepare(&text), &prepare))
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
            let text = value.text().map(|text| text.replace(['\u{212a}', '\u{17f}'], "\u{2603}"));
            text.is_some_and(|text| found(&whole, &text))
        }
        Test::Number(number) => compared(value, Comparison::Eq, *number),
        Test::Compare(comparison, number) => compared(value, *comparison, *number),
        Test::Bool(truth) => match value {
            Plain::Bool(mine) => mine == truth,
            Plain::Text(text) => text.to_ascii_lowercase() == truth.to_string(),
            _ => false,
        },
        Test::Cidr(net) => match value {
            Plain::Text(text) => text.parse::<IpAddr>().is_ok_and(|address| {
                let mapped = match address {
                    IpAddr::V6(address) => address.to_ipv4_mapped().map(IpAddr::from),
                    IpAddr::V4(_) => None,
                };
                net.contains(&mapped.unwrap_or(address))
            }),
            _ => false,
        },
        Test::Null | Test::Exists(_) | Test::Field { .. } | Test::Pending(_) => false,
        Test::Time(part, comparison, number) => date::part(value, *part)
            .is_some_and(|mine| compared(&Plain::Int(mine), *comparison, *number)),
    }
}

/// Whether an expression is found in a text; each is compiled once in a thread.
fn found(expression: &str, text: &str) -> bool {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Regex>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if known.len() > 10_000 {
            known.clear();
        }
        let regex = known.entry(expression.to_owned()).or_insert_with(|| {
            // In sets and out of them, classes are those of ASCII.
            let mut ascii = expression.replace(r"\\", r"\x5C");
            for (class, set) in CLASSES {
                ascii = ascii.replace(class, set);
            }
            Regex::new(&ascii).expect("the rule was loaded with it")
        });
        regex.is_match(text)
    })
}

const CLASSES: [(&str, &str); 6] = [
    (r"\d", "[0-9]"),
    (r"\D", "[^0-9]"),
    (r"\s", r"[\t\n\x0B\x0C\r ]"),
    (r"\S", r"[^\t\n\x0B\x0C\r ]"),
    (r"\w", "[A-Za-z0-9_]"),
    (r"\W", "[^A-Za-z0-9_]"),
];

fn compared(value: &Plain, comparison: Comparison, bound: Number) -> bool {
    let float = |number| match number {
        Number::Int(number) => number as f64,
        Number::Float(number) => number,
    };
    value.number().is_some_and(|mine| {
        let (less, same) = match (mine, bound) {
            (Number::Int(mine), Number::Int(bound)) => (mine < bound, mine == bound),
            (mine, bound) => (float(mine) < float(bound), float(mine) == float(bound)),
        };
        match comparison {
            Comparison::Eq => same,
            Comparison::Neq => !same,
            Comparison::Lt => less,
            Comparison::Lte => less || same,
            Comparison::Gt => !less && !same,
            Comparison::Gte => !less,
        }
    })
}

/// Wildcards by a table: which ends of the text each part may reach.
fn wild(parts: &[Part], text: &[char], prepare: &impl Fn(&str) -> Vec<char>) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for part in parts {
        let mut next = vec![false; text.len() + 1];
        let literal = match part {
            Part::Literal(literal) => prepare(literal),
            Part::One | Part::Many => Vec::new(),
        };
        for at in (0..=text.len()).filter(|&at| reached[at]) {
            match part {
                Part::Many => {
                    next[at..].fill(true);
                    break;
                }
                Part::One if at < text.len() => next[at + 1] = true,
                Part::Literal(_) if text[at..].starts_with(&literal) => {
                    next[at + literal.len()] = true;
                }
                Part::One | Part::Literal(_) => {}
            }
        }
        reached = next;
    }
    reached[text.len()]
}

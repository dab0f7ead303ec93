//! A rule, compiled: fields resolved to numbers, patterns and expressions built, cheap questions
//! first. It is evaluated by [`crate::evaluate`].

use std::{collections::HashMap, sync::OnceLock};

use bakas_model::limits::REGEX_BYTES_LIMIT;
use bakas_sigma::{
    Comparison, Detection, Expression, Item, Number, Problem, Reason, Search, Test, TimePart,
    Within,
};
use ipnet::IpNet;
use regex_automata::meta;

use crate::{
    evaluate::Fields,
    expression::{self as regular, Flags},
    field::Name,
    text::{Among, TextTest},
};

/// A rule's question to one event.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) root: Node,
}

#[derive(Debug)]
pub(crate) enum Node {
    All(Box<[Self]>),
    Any(Box<[Self]>),
    Not(Box<Self>),
    Item(ItemTest),
}

/// One line of a search, compiled.
#[derive(Debug)]
pub(crate) struct ItemTest {
    /// The field's number in [`Names`]; `None` for keywords.
    pub(crate) name: Option<u32>,
    pub(crate) every: bool,
    pub(crate) negated: bool,
    pub(crate) tests: Box<[ValueTest]>,
}

#[derive(Debug)]
pub(crate) enum ValueTest {
    Text(TextTest),
    /// One of several texts.
    Among(Box<Among>),
    Regex(Box<Regex>),
    Number(Number),
    Bool(bool),
    Null,
    Compare(Comparison, Number),
    Time(TimePart, Comparison, Number),
    Cidr(IpNet),
    Field {
        name: u32,
        within: Within,
        cased: bool,
    },
    Exists(bool),
}

/// The names of fields that rules use, each once.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) list: Vec<Name>,
    numbers: HashMap<String, u32>,
}

impl Names {
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = u32::try_from(self.list.len()).expect("rules are too small to name so many");
        self.list.push(Name::new(text));
        self.numbers.insert(text.to_owned(), number);
        number
    }
}

/// Where the numbers of fields come from.
#[derive(Debug)]
pub(crate) enum Naming<'n> {
    /// Of a rule that is loaded: names are given numbers, expressions are built to see whether they
    /// can be.
    New(&'n mut Names),
    /// Of a rule that was loaded before: all is known to be right, and expressions are built when
    /// they are first asked.
    Known(&'n Fields),
}

impl Naming<'_> {
    fn number(&mut self, text: &str) -> u32 {
        match self {
            Self::New(names) => names.number(text),
            Self::Known(fields) => {
                fields.number_of(text).expect("the names of a loaded rule have numbers")
            }
        }
    }
}

impl Program {
    pub(crate) fn new(detection: &Detection, names: &mut Naming<'_>) -> Result<Self, Problem> {
        let root = expression(&detection.condition, detection, names)?;
        Ok(Self { root })
    }
}

/// A regular expression, built at the latest when it is first asked.
#[derive(Debug)]
pub(crate) struct Regex {
    expression: Box<str>,
    flags: Flags,
    built: OnceLock<meta::Regex>,
}

impl Regex {
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let build = || {
            let built = regex(&self.expression, self.flags);
            built.expect("the expressions of a loaded rule were built before")
        };
        self.built.get_or_init(build).is_match(text)
    }
}

fn expression(
    from: &Expression,
    detection: &Detection,
    names: &mut Naming<'_>,
) -> Result<Node, Problem> {
    let mut all = |parts: &[Expression]| {
        parts.iter().map(|part| expression(part, detection, names)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match from {
        Expression::All(parts) => Node::all(all(parts)?),
        Expression::Any(parts) => Node::any(all(parts)?),
        Expression::Not(inner) => Node::Not(Box::new(expression(inner, detection, names)?)),
        Expression::Search(index) => {
            let (_, found) = &detection.searches[*index];
            search(found, names)?
        }
    })
}

fn search(from: &Search, names: &mut Naming<'_>) -> Result<Node, Problem> {
    let mut all = |parts: &[Search]| {
        parts.iter().map(|part| search(part, names)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match from {
        Search::All(parts) => Node::all(all(parts)?),
        Search::Any(parts) => Node::any(all(parts)?),
        Search::Item(found) => Node::Item(item(found, names)?),
    })
}

pub(crate) fn item(from: &Item, names: &mut Naming<'_>) -> Result<ItemTest, Problem> {
    let name = from.field.as_deref().map(|field| names.number(field));
    let mut tests = Vec::with_capacity(from.tests.len());
    for test in &from.tests {
        tests.push(value_test(test, from, names)?);
    }
    if !from.every {
        tests = gathered(tests);
    }
    tests.sort_by_key(ValueTest::cost);
    let tests = tests.into_boxed_slice();
    Ok(ItemTest { name, every: from.every, negated: from.negated, tests })
}

/// Of alternatives: texts that may stand anywhere become one test, where they are many.
fn gathered(tests: Vec<ValueTest>) -> Vec<ValueTest> {
    let is_part = |test: &ValueTest| matches!(test, ValueTest::Text(text) if Among::takes(text));
    if tests.iter().filter(|test| is_part(test)).count() < Among::LEAST {
        return tests;
    }
    let (mut texts, mut rest) = (Vec::new(), Vec::new());
    for test in tests {
        match test {
            ValueTest::Text(text) if Among::takes(&text) => texts.push(text),
            other => rest.push(other),
        }
    }
    rest.push(ValueTest::Among(Box::new(Among::new(texts))));
    rest
}

fn value_test(test: &Test, item: &Item, names: &mut Naming<'_>) -> Result<ValueTest, Problem> {
    Ok(match test {
        Test::Text { pattern, cased } => ValueTest::Text(TextTest::new(pattern, *cased)),
        Test::Regex { expression, insensitive, multi_line, dot_all } => {
            let (insensitive, multi_line, dot_all) = (*insensitive, *multi_line, *dot_all);
            let flags = Flags { insensitive, multi_line, dot_all };
            let built = match names {
                Naming::New(_) => {
                    let wrong = |detail| Problem::new(Reason::Regex, item.at, &item.place, detail);
                    OnceLock::from(regex(expression, flags).map_err(wrong)?)
                }
                Naming::Known(_) => OnceLock::new(),
            };
            let expression = expression.as_str().into();
            ValueTest::Regex(Box::new(Regex { expression, flags, built }))
        }
        Test::Number(number) => ValueTest::Number(*number),
        Test::Bool(truth) => ValueTest::Bool(*truth),
        Test::Null => ValueTest::Null,
        Test::Compare(comparison, number) => ValueTest::Compare(*comparison, *number),
        Test::Time(part, comparison, number) => ValueTest::Time(*part, *comparison, *number),
        Test::Cidr(net) => ValueTest::Cidr(*net),
        Test::Field { name, within, cased } => {
            ValueTest::Field { name: names.number(name), within: *within, cased: *cased }
        }
        Test::Exists(expected) => ValueTest::Exists(*expected),
        Test::Pending(pending) => {
            let names: Vec<&str> = pending.names().collect();
            let detail = format!("placeholders without values: {}", names.join(", "));
            return Err(Problem::new(Reason::Placeholder, item.at, &item.place, detail));
        }
    })
}

/// Builds an expression; an error says in words what is wrong.
fn regex(expression: &str, flags: Flags) -> Result<meta::Regex, String> {
    let limits = meta::Config::new()
        .nfa_size_limit(Some(REGEX_BYTES_LIMIT))
        .onepass_size_limit(Some(REGEX_BYTES_LIMIT))
        .hybrid_cache_capacity(REGEX_CACHE_BYTES);
    let hir = regular::read(expression, flags).map_err(|error| {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default().trim();
        let last = last.strip_prefix("error: ").unwrap_or(last);
        format!("{last} (expressions must match in linear time)")
    })?;
    let built = meta::Builder::new().configure(limits).build_from_hir(&hir);
    built.map_err(|error| error.to_string())
}

/// What one expression may keep of its lazily built automaton, per thread.
const REGEX_CACHE_BYTES: usize = 1 << 20;

impl Node {
    fn all(mut parts: Vec<Self>) -> Self {
        parts.sort_by_key(Self::cost);
        Self::All(parts.into_boxed_slice())
    }

    fn any(mut parts: Vec<Self>) -> Self {
        parts.sort_by_key(Self::cost);
        Self::Any(parts.into_boxed_slice())
    }

    fn cost(&self) -> u32 {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().fold(1, |sum: u32, part| sum.saturating_add(part.cost()))
            }
            Self::Not(inner) => inner.cost(),
            Self::Item(item) => {
                let tests = item.tests.iter().fold(0, |sum: u32, t| sum.saturating_add(t.cost()));
                // Keywords are looked for in every field.
                if item.name.is_none() { tests.saturating_mul(10) } else { tests }
            }
        }
    }
}

impl ValueTest {
    fn cost(&self) -> u32 {
        match self {
            Self::Text(text) => text.cost(),
            Self::Null | Self::Exists(_) | Self::Bool(_) => 1,
            Self::Number(_) | Self::Compare(..) | Self::Cidr(_) => 2,
            Self::Time(..) => 4,
            Self::Field { .. } => 20,
            Self::Among(_) => 10,
            Self::Regex(_) => 50,
        }
    }
}

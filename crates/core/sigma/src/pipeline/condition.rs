//! When a step of a pipeline is done: for which rules, which lines of their searches, which fields.

use regex_automata::{Anchored, Input, meta};

use super::table::{Table, list, texts, wrong};
use crate::{
    condition::{self, Expression},
    document::{Level, LogSource, Rule},
    item::{Item, Number, Test},
    pattern::{Part, Pattern},
    problem::{Problem, Reason},
    yaml::{Kind, Node, Scalar},
};

/// Conditions of one sort and how they join.
#[derive(Debug)]
pub(super) struct Conditions<T> {
    tests: Vec<T>,
    join: Join,
    negated: bool,
}

#[derive(Debug)]
enum Join {
    All,
    Any,
    Words(Expression),
}

impl<T> Conditions<T> {
    /// Reads them by the keys of their sort: conditions, operator, negation, expression.
    pub(super) fn read(
        table: &Table<'_>,
        [key, operator, negation, expression]: [&'static str; 4],
        read: impl Fn(&Table<'_>) -> Result<T, Problem>,
    ) -> Result<Self, Problem> {
        let (mut tests, mut names) = (Vec::new(), Vec::new());
        let place = table.below(key);
        let mut add = |node: &Node, name: String| -> Result<(), Problem> {
            let inner = Table::new(node, &format!("{place}[{name}]"))?;
            tests.push(read(&inner)?);
            inner.done()?;
            names.push(name);
            Ok(())
        };
        if let Some(node) = table.get(key) {
            match &node.kind {
                Kind::Map(entries) => {
                    entries.iter().try_for_each(|(key, node)| add(node, key.text.clone()))?;
                }
                _ => list(node, &place)?
                    .iter()
                    .zip(1..)
                    .try_for_each(|(node, number)| add(node, number.to_string()))?,
            }
        }
        let join = match (table.text(operator)?.as_deref(), table.text(expression)?) {
            (Some("and") | None, None) => Join::All,
            (Some("or"), None) => Join::Any,
            (None, Some(words)) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Join::Words(condition::parse(&words, &names, table.at, &table.below(expression))?)
            }
            (Some(_), _) => {
                let detail = format!("it takes 'and' or 'or', and not beside {expression}");
                return Err(wrong(table.at, &table.below(operator), detail));
            }
        };
        Ok(Self { tests, join, negated: table.truth(negation)? })
    }

    /// Whether there are any.
    pub(super) const fn chooses(&self) -> bool {
        !self.tests.is_empty()
    }

    /// Whether the step is to be done.
    pub(super) fn hold(&self, mut ask: impl FnMut(&T) -> bool) -> bool {
        if self.tests.is_empty() {
            return true;
        }
        let found = match &self.join {
            Join::All => self.tests.iter().all(ask),
            Join::Any => self.tests.iter().any(ask),
            Join::Words(expression) => expression.value(&mut |index| ask(&self.tests[index])),
        };
        found != self.negated
    }
}

/// A question to a rule.
#[derive(Debug)]
pub(super) enum RuleTest {
    LogSource(LogSource),
    HasItem { field: String, value: Test },
    HasField(String),
    IsRule(bool),
    Tag(String),
    Attribute { name: String, operator: String, value: String },
    StepDone(String),
    State { key: String, value: String, equal: bool },
}

/// What a rule is being asked.
pub(super) struct Asked<'a> {
    pub(super) rule: &'a Rule,
    pub(super) done: &'a [String],
    pub(super) state: &'a [(String, String)],
}

impl RuleTest {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, Problem> {
        Ok(match table.need_text("type")?.as_str() {
            "logsource" => Self::LogSource(log_source(table)?),
            "contains_field" => Self::HasField(table.need_text("field")?),
            "contains_detection_item" => {
                let field = table.need_text("field")?;
                Self::HasItem { field, value: value(table.need("value")?, table)? }
            }
            "is_sigma_rule" => Self::IsRule(true),
            "is_sigma_correlation_rule" => Self::IsRule(false),
            "tag" => Self::Tag(table.need_text("tag")?.to_ascii_lowercase()),
            "rule_attribute" => attribute(table)?,
            "processing_item_applied" => Self::StepDone(table.need_text("processing_item_id")?),
            "processing_state" => {
                let (key, value, equal) = state(table)?;
                Self::State { key, value, equal }
            }
            other => return Err(unknown(table, other)),
        })
    }

    pub(super) fn holds(&self, asked: &Asked<'_>) -> bool {
        let rule = asked.rule;
        let items = || rule.detection.searches.iter().flat_map(|(_, search)| search.items());
        match self {
            Self::LogSource(source) => rule.log_source.is_within(source),
            Self::HasField(field) => items().any(|item| item.field.as_ref() == Some(field)),
            Self::HasItem { field, value } => {
                items().any(|i| i.field.as_ref() == Some(field) && i.tests.contains(value))
            }
            Self::IsRule(expected) => *expected,
            Self::Tag(tag) => rule.header.tags.contains(tag),
            Self::Attribute { name, operator, value } => {
                attribute_holds(rule, name, operator, value)
            }
            Self::StepDone(id) => asked.done.contains(id),
            Self::State { key, value, equal } => state_holds(asked.state, key, value) == *equal,
        }
    }
}

fn unknown(table: &Table<'_>, kind: &str) -> Problem {
    let detail = format!("the condition '{kind}' is not supported");
    Problem::new(Reason::Pipeline, table.at, &table.place, detail)
}

/// `category`, `product` and `service` of a table, in lower case.
pub(super) fn log_source(table: &Table<'_>) -> Result<LogSource, Problem> {
    let part = |key| Ok(table.text(key)?.map(|text: String| text.to_ascii_lowercase()));
    Ok(LogSource {
        category: part("category")?,
        product: part("product")?,
        service: part("service")?,
    })
}

/// A value as the test that a rule's line without modifiers makes of it.
pub(super) fn value(node: &Node, table: &Table<'_>) -> Result<Test, Problem> {
    Ok(match &node.kind {
        Kind::Scalar(Scalar::Null) => Test::Null,
        Kind::Scalar(Scalar::Bool(truth)) => Test::Bool(*truth),
        Kind::Scalar(Scalar::Int(int, _)) => Test::Number(Number::Int(*int)),
        Kind::Scalar(Scalar::Float(float, _)) => Test::Number(Number::Float(*float)),
        Kind::Scalar(Scalar::Text(text)) => {
            Test::Text { pattern: Pattern::parse(text), cased: false }
        }
        _ => return Err(wrong(node.at, &table.below("value"), "it is not a single value")),
    })
}

fn attribute(table: &Table<'_>) -> Result<RuleTest, Problem> {
    let name = table.need_text("attribute")?;
    let operator = table.text("op")?.unwrap_or_else(|| "eq".to_owned());
    let value = table.need_text("value")?;
    const NAMES: [&str; 7] = ["id", "name", "title", "status", "level", "author", "tags"];
    const OPERATORS: [&str; 8] = ["eq", "ne", "gte", "gt", "lte", "lt", "in", "not_in"];
    if !NAMES.contains(&name.as_str()) || !OPERATORS.contains(&operator.as_str()) {
        let detail = format!("the attribute '{name}' with '{operator}' is not supported");
        return Err(Problem::new(Reason::Pipeline, table.at, &table.place, detail));
    }
    if name == "level" && Level::parse(&value).is_none() {
        return Err(wrong(table.at, &table.below("value"), format!("'{value}' is no level")));
    }
    Ok(RuleTest::Attribute { name, operator, value })
}

fn attribute_holds(rule: &Rule, name: &str, operator: &str, value: &str) -> bool {
    let header = &rule.header;
    let text = match name {
        "level" => {
            let (Some(mine), Some(theirs)) = (header.level, Level::parse(value)) else {
                return false;
            };
            return ordered(mine.cmp(&theirs), operator);
        }
        "tags" => {
            let has = header.tags.iter().any(|tag| tag.eq_ignore_ascii_case(value));
            return match operator {
                "in" => has,
                "not_in" => !has,
                other => other == "ne",
            };
        }
        "id" => header.id.as_deref(),
        "name" => header.name.as_deref(),
        "status" => header.status.as_deref(),
        "author" => header.author.as_deref(),
        _ => Some(header.title.as_str()),
    };
    text.is_some_and(|text| match operator {
        "eq" | "in" => text == value,
        "ne" | "not_in" => text != value,
        _ => ordered(text.cmp(value), operator),
    })
}

fn ordered(order: std::cmp::Ordering, operator: &str) -> bool {
    match operator {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "gte" => order.is_ge(),
        "gt" => order.is_gt(),
        "lte" => order.is_le(),
        "lt" => order.is_lt(),
        _ => false,
    }
}

fn state(table: &Table<'_>) -> Result<(String, String, bool), Problem> {
    let (key, value) = (table.need_text("key")?, table.need_text("val")?);
    match table.text("op")?.as_deref() {
        None | Some("eq") => Ok((key, value, true)),
        Some("ne") => Ok((key, value, false)),
        Some(other) => {
            let detail = format!("the operator '{other}' is not supported");
            Err(Problem::new(Reason::Pipeline, table.at, &table.place, detail))
        }
    }
}

fn state_holds(state: &[(String, String)], key: &str, value: &str) -> bool {
    state.iter().rev().find(|(known, _)| known == key).is_some_and(|(_, now)| now == value)
}

/// A question to a line of a search.
#[derive(Debug)]
pub(super) enum ItemTest {
    MatchesText { every: bool, negated: bool, regex: Box<meta::Regex> },
    Is { every: bool, value: Test },
    HasWildcard { every: bool },
    IsNull { every: bool },
}

impl ItemTest {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, Problem> {
        let kind = table.need_text("type")?;
        let every = match table.text("cond")?.as_deref() {
            Some("all") => true,
            Some("any") | None => false,
            Some(other) => {
                let detail = format!("'{other}' is neither 'any' nor 'all'");
                return Err(wrong(table.at, &table.below("cond"), detail));
            }
        };
        Ok(match kind.as_str() {
            "match_string" => Self::MatchesText {
                every,
                negated: table.truth("negate")?,
                regex: Box::new(regex(table, "pattern")?),
            },
            "match_value" => Self::Is { every, value: value(table.need("value")?, table)? },
            "contains_wildcard" => Self::HasWildcard { every },
            "is_null" => Self::IsNull { every },
            other => return Err(unknown(table, other)),
        })
    }

    pub(super) fn holds(&self, item: &Item) -> bool {
        let ask = |every: bool, right: &dyn Fn(&Test) -> bool| {
            if every { item.tests.iter().all(right) } else { item.tests.iter().any(right) }
        };
        match self {
            Self::MatchesText { every, negated, regex } => ask(*every, &|test| match test {
                Test::Text { pattern, .. } => begins(regex, &pattern.source()) != *negated,
                _ => false,
            }),
            Self::Is { every, value } => ask(*every, &|test| test == value),
            Self::HasWildcard { every } => ask(*every, &|test| match test {
                Test::Text { pattern, .. } => {
                    pattern.parts.iter().any(|part| !matches!(part, Part::Literal(_)))
                }
                _ => false,
            }),
            Self::IsNull { every } => ask(*every, &|test| *test == Test::Null),
        }
    }
}

/// A question to a field's name.
#[derive(Debug)]
pub(super) struct FieldTest {
    excluded: bool,
    fields: Vec<String>,
    regexes: Vec<meta::Regex>,
}

impl FieldTest {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, Problem> {
        let excluded = match table.need_text("type")?.as_str() {
            "include_fields" => false,
            "exclude_fields" => true,
            other => return Err(unknown(table, other)),
        };
        let fields = texts(table.need("fields")?, &table.below("fields"))?;
        match table.text("mode")?.as_deref() {
            None | Some("plain") => Ok(Self { excluded, fields, regexes: Vec::new() }),
            Some("re") => {
                let regexes = fields.iter().map(|text| compile(text, table, "fields"));
                let regexes = regexes.collect::<Result<_, _>>()?;
                Ok(Self { excluded, fields: Vec::new(), regexes })
            }
            Some(other) => {
                let detail = format!("'{other}' is neither 'plain' nor 're'");
                Err(wrong(table.at, &table.below("mode"), detail))
            }
        }
    }

    pub(super) fn holds(&self, field: Option<&str>) -> bool {
        let listed = field.is_some_and(|field| {
            self.fields.iter().any(|known| known == field)
                || self.regexes.iter().any(|regex| begins(regex, field))
        });
        listed != self.excluded
    }
}

/// Reads the regular expression under a key.
pub(super) fn regex(table: &Table<'_>, key: &'static str) -> Result<meta::Regex, Problem> {
    compile(&table.need_text(key)?, table, key)
}

fn compile(text: &str, table: &Table<'_>, key: &str) -> Result<meta::Regex, Problem> {
    let limits = meta::Config::new().nfa_size_limit(Some(REGEX_BYTES_LIMIT));
    meta::Builder::new()
        .configure(limits)
        .build(text)
        .map_err(|error| Problem::new(Reason::Regex, table.at, table.below(key), error.to_string()))
}

/// Largest expression of a pipeline, compiled.
const REGEX_BYTES_LIMIT: usize = 1 << 20;

/// Whether the text begins with a match, as Python's `re.match` asks.
fn begins(regex: &meta::Regex, text: &str) -> bool {
    regex.is_match(Input::new(text).anchored(Anchored::Yes))
}

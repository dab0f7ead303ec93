//! Why a rule does or does not match an event: its condition, selection by selection and line by
//! line, with the values that the event had. It asks the same questions as the matcher, one by one.

use std::{cell::RefCell, fmt};

use bakas_model::{Event, RuleIx};
use bakas_sigma::{Comparison, Detection, Expression, Item, Number, Search, Test, Within};

use crate::{
    evaluate::{self, Fields, Scene, Table},
    field::{Context, Name, Operand},
    logsource::{self, Origin},
    program::{self, ItemTest, Names, Naming},
    rules::Rules,
};

/// Why a rule does or does not match an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The rule.
    pub rule: RuleIx,
    /// Its title.
    pub title: String,
    /// Whether it is asked of events of this log at all.
    pub asked: bool,
    /// Whether it matches.
    pub matched: bool,
    /// Its condition.
    pub condition: String,
    /// Its selections, in the order of the rule.
    pub selections: Vec<Selection>,
}

/// A selection, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Its name.
    pub name: String,
    /// Whether it holds.
    pub holds: bool,
    /// Whether every line must hold, or one is enough; of nested ones the outermost.
    pub every: bool,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How deep it is nested.
    pub depth: usize,
    /// Its field; `None` for keywords, and for a line that joins those below it.
    pub field: Option<String>,
    /// How what is below or beside it joins: `all of`, `any of`, `not all of`, `none of`.
    pub join: &'static str,
    /// The values that the event had; none where the field is absent.
    pub values: Vec<String>,
    /// Each pattern, and whether some value fits it.
    pub patterns: Vec<(String, bool)>,
    /// Whether the line holds.
    pub holds: bool,
}

/// Most values of a field that are shown.
const VALUES_SHOWN: usize = 16;

impl Rules {
    /// Explains what a plain rule makes of an event; `None` for a correlation.
    #[must_use]
    pub fn explain(
        &self,
        rule: RuleIx,
        event: &Event<'_>,
        context: &Context<'_>,
    ) -> Option<Explanation> {
        let detail = self.details.get(rule.0 as usize)?;
        let title = self.metas.get(rule.0 as usize)?.title.clone();
        let detection = &detail.detection;
        let origin = Origin::of(event);
        let fits = |source| logsource::fits(source, origin, event.class);
        let asked = detail.log_sources.iter().any(fits);
        let mut names = Names::default();
        let searches: Vec<Tree<'_>> =
            detection.searches.iter().map(|(_, search)| tree(search, &mut names)).collect();
        let fields = Fields::new(names.list);
        let mut table = Table::default();
        table.fill(&fields, event.fields.len(), |index| {
            event.fields.get(index).map_or(u32::MAX, |f| fields.find(f.id, f.name))
        });
        let scratch = RefCell::default();
        let scene = Scene { fields: &fields, table: &table, event, context, scratch: &scratch };
        let selections = searches.iter().zip(&detection.searches).map(|(tree, (name, search))| {
            let mut lines = Vec::new();
            let holds = show(tree, 0, &scene, &mut lines);
            let every = !matches!(search, Search::Any(_));
            Selection { name: name.clone(), holds, every, lines }
        });
        let selections: Vec<Selection> = selections.collect();
        let holds = detection.condition.value(&mut |index| selections[index].holds);
        let condition = words(&detection.condition, detection);
        Some(Explanation { rule, title, asked, matched: asked && holds, condition, selections })
    }
}

/// A search with its lines compiled: each line whole, and each of its tests alone.
enum Tree<'d> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Line(&'d Item, Vec<ItemTest>),
}

fn tree<'d>(search: &'d Search, names: &mut Names) -> Tree<'d> {
    match search {
        Search::All(parts) => Tree::All(parts.iter().map(|part| tree(part, names)).collect()),
        Search::Any(parts) => Tree::Any(parts.iter().map(|part| tree(part, names)).collect()),
        Search::Item(item) => {
            let alone = |test: &Test| Item {
                tests: vec![test.clone()],
                every: false,
                negated: false,
                ..item.clone()
            };
            let mut naming = Naming::New(names);
            let tests = item.tests.iter().map(|test| program::item(&alone(test), &mut naming));
            // The rule is loaded: each of its tests has been compiled before.
            Tree::Line(item, tests.filter_map(Result::ok).collect())
        }
    }
}

fn show(tree: &Tree<'_>, depth: usize, scene: &Scene<'_, '_>, lines: &mut Vec<Line>) -> bool {
    let (parts, every) = match tree {
        Tree::All(parts) => (parts, true),
        Tree::Any(parts) => (parts, false),
        Tree::Line(item, tests) => {
            let line = line(item, tests, depth, scene);
            let holds = line.holds;
            lines.push(line);
            return holds;
        }
    };
    let at = lines.len();
    let join = if every { "all of" } else { "any of" };
    let (values, patterns) = (Vec::new(), Vec::new());
    lines.push(Line { depth, field: None, join, values, patterns, holds: false });
    let each: Vec<bool> = parts.iter().map(|part| show(part, depth + 1, scene, lines)).collect();
    let holds = if every { each.iter().all(|h| *h) } else { each.iter().any(|h| *h) };
    lines[at].holds = holds;
    holds
}

fn line(item: &Item, tests: &[ItemTest], depth: usize, scene: &Scene<'_, '_>) -> Line {
    let fitted: Vec<bool> = tests.iter().map(|test| scene.item(test)).collect();
    let found = if item.every { fitted.iter().all(|f| *f) } else { fitted.iter().any(|f| *f) };
    let join = match (item.every, item.negated) {
        (true, false) => "all of",
        (false, false) => "any of",
        (true, true) => "not all of",
        (false, true) => "none of",
    };
    let mut values = Vec::new();
    match &item.field {
        Some(field) => {
            for value in Name::new(field).values(scene.event, scene.context) {
                let text = value.with_text(&mut String::new(), str::to_owned);
                values.push(text + undated(item, &value));
            }
        }
        None => {
            let shown = |f: &bakas_model::Field<'_>| format!("{}: {}", f.name, f.value.as_text());
            values.extend(scene.event.fields.iter().map(shown));
        }
    }
    let more = values.len().saturating_sub(VALUES_SHOWN);
    values.truncate(VALUES_SHOWN);
    if more > 0 {
        values.push(format!("… and {more} more"));
    }
    let patterns = item.tests.iter().map(test_words).zip(fitted).collect();
    Line { depth, field: item.field.clone(), join, values, patterns, holds: found != item.negated }
}

/// What is said beside a value of which a part of a date is asked and which has none.
fn undated(item: &Item, value: &Operand<'_>) -> &'static str {
    let lacks = |test: &Test| match test {
        Test::Time(part, ..) => evaluate::date_part(value, *part).is_none(),
        _ => false,
    };
    if item.tests.iter().any(lacks) { "  (no date that has this part)" } else { "" }
}

/// A test in words.
fn test_words(test: &Test) -> String {
    match test {
        Test::Text { pattern, cased: false } => format!("'{}'", pattern.source()),
        Test::Text { pattern, cased: true } => format!("'{}', case counts", pattern.source()),
        Test::Regex { expression, insensitive, multi_line, dot_all } => {
            let flags = [(insensitive, 'i'), (multi_line, 'm'), (dot_all, 's')];
            let flags: String = flags.iter().filter_map(|(on, c)| on.then_some(*c)).collect();
            format!("/{expression}/{flags}")
        }
        Test::Number(number) => number_words(*number),
        Test::Bool(truth) => truth.to_string(),
        Test::Null => "null or absent".to_owned(),
        Test::Compare(comparison, number) => {
            format!("{} {}", sign(*comparison), number_words(*number))
        }
        Test::Time(part, comparison, number) => {
            format!("{} {} {}", part.name(), sign(*comparison), number_words(*number))
        }
        Test::Cidr(net) => format!("within {net}"),
        Test::Field { name, within, .. } => {
            let how = match within {
                Within::Whole => "is",
                Within::Anywhere => "contains",
                Within::Start => "starts with",
                Within::End => "ends with",
            };
            format!("{how} the field {name}")
        }
        Test::Exists(true) => "present".to_owned(),
        Test::Exists(false) => "absent".to_owned(),
        Test::Pending(pending) => pending.names().collect::<Vec<_>>().join(", "),
    }
}

fn number_words(number: Number) -> String {
    match number {
        Number::Int(int) => int.to_string(),
        Number::Float(float) => float.to_string(),
    }
}

const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "=",
        Comparison::Neq => "≠",
        Comparison::Lt => "<",
        Comparison::Lte => "≤",
        Comparison::Gt => ">",
        Comparison::Gte => "≥",
    }
}

/// A condition in words.
fn words(expression: &Expression, detection: &Detection) -> String {
    let joined = |parts: &[Expression], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| words(part, detection)).collect();
        format!("({})", parts.join(word))
    };
    match expression {
        Expression::Search(index) => detection.searches[*index].0.clone(),
        Expression::Not(inner) => format!("not {}", words(inner, detection)),
        Expression::All(parts) => joined(parts, " and "),
        Expression::Any(parts) => joined(parts, " or "),
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match (self.asked, self.matched) {
            (false, _) => "is for another log",
            (true, true) => "matches",
            (true, false) => "does not match",
        };
        writeln!(f, "{} {outcome}", self.title)?;
        writeln!(f, "condition: {}", self.condition)?;
        for selection in &self.selections {
            writeln!(f, "{} {}", mark(selection.holds), selection.name)?;
            selection.lines.iter().try_for_each(|line| write!(f, "{line}"))?;
        }
        Ok(())
    }
}

const fn mark(holds: bool) -> &'static str {
    if holds { "+" } else { "-" }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = "  ".repeat(self.depth + 1);
        if self.patterns.is_empty() {
            return writeln!(f, "{indent}{} {}:", mark(self.holds), self.join);
        }
        let field = self.field.as_deref().unwrap_or("any field");
        writeln!(f, "{indent}{} {field}: {}", mark(self.holds), self.join)?;
        for (pattern, fitted) in &self.patterns {
            writeln!(f, "{indent}    {} {pattern}", mark(*fitted))?;
        }
        if self.values.is_empty() {
            return writeln!(f, "{indent}    the event has no such field");
        }
        for value in &self.values {
            writeln!(f, "{indent}    had: {value}")?;
        }
        Ok(())
    }
}

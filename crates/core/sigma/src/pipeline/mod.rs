//! Processing pipelines, in the YAML of pySigma: they fit rules to logs that name their fields,
//! values or log sources otherwise. Every key is read or refused with its place. Parts of that
//! format which serve query languages only (templates, postprocessing, finalizers, look-ups by
//! command or network) are refused.
//!
//! One key is ours: `variant`. Pipelines with a variant are alternatives to one another: a rule to
//! which steps of several apply is asked in each of its forms.

mod action;
mod apply;
mod condition;
mod edit;
mod table;

use std::collections::BTreeMap;

pub use apply::{Applied, Mapping, apply};

use crate::{
    problem::{Position, Problem, Reason},
    yaml::{self, Kind, Node},
};
use action::Action;
use condition::{Conditions, FieldTest, ItemTest, RuleTest};
use table::{Table, list, texts};

/// A pipeline.
#[derive(Debug)]
pub struct Pipeline {
    /// What it is called.
    pub name: String,
    /// Pipelines of lower numbers act first.
    pub priority: i64,
    /// Of which alternatives it is one, where it is.
    pub variant: Option<String>,
    /// Values that its placeholders take.
    vars: BTreeMap<String, Vec<String>>,
    steps: Vec<Step>,
}

/// One transformation and when it is done.
#[derive(Debug)]
struct Step {
    id: Option<String>,
    at: Position,
    place: String,
    action: Action,
    rules: Conditions<RuleTest>,
    items: Conditions<ItemTest>,
    fields: Conditions<FieldTest>,
}

/// Deepest nesting of steps (`nest`).
const NEST_LIMIT: usize = 8;

impl Pipeline {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, or not supported, and where.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let start = Position { line: 1, column: 1 };
        if text.len() > crate::RULE_BYTES_LIMIT {
            let detail = format!("{} bytes; {} are allowed", text.len(), crate::RULE_BYTES_LIMIT);
            return Err(Problem::new(Reason::Bound, start, "file", detail));
        }
        let (documents, problem) = yaml::read(text.strip_prefix('\u{feff}').unwrap_or(text));
        if let Some(problem) = problem {
            return Err(problem);
        }
        let [document] = documents.as_slice() else {
            let detail = format!("it holds {} documents; one is right", documents.len());
            return Err(Problem::malformed(start, "file", detail));
        };
        let table = Table::new(document, "pipeline")?;
        let pipeline = Self {
            name: table.need_text("name")?,
            priority: priority(&table)?,
            variant: table.text("variant")?,
            vars: vars(&table)?,
            steps: steps(table.get("transformations"), "transformations", 0)?,
        };
        // For other programs: which query languages it may serve.
        table.get("allowed_backends");
        table.done()?;
        Ok(pipeline)
    }
}

fn priority(table: &Table<'_>) -> Result<i64, Problem> {
    let Some(text) = table.text("priority")? else { return Ok(0) };
    text.parse().map_err(|_| table::wrong(table.at, "priority", "it is a whole number"))
}

fn vars(table: &Table<'_>) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let Some(node) = table.get("vars") else { return Ok(BTreeMap::new()) };
    let Kind::Map(entries) = &node.kind else {
        return Err(table::wrong(node.at, "vars", format!("it is {}, not a map", node.noun())));
    };
    entries.iter().map(|(key, node)| Ok((key.text.clone(), texts(node, "vars")?))).collect()
}

fn steps(node: Option<&Node>, place: &str, depth: usize) -> Result<Vec<Step>, Problem> {
    let Some(node) = node else { return Ok(Vec::new()) };
    if depth > NEST_LIMIT {
        let detail = format!("nested deeper than {NEST_LIMIT}");
        return Err(Problem::new(Reason::Bound, node.at, place, detail));
    }
    let items = list(node, place)?.iter().zip(1..);
    items.map(|(item, number)| step(item, &format!("{place}[{number}]"), depth)).collect()
}

fn step(node: &Node, place: &str, depth: usize) -> Result<Step, Problem> {
    let table = Table::new(node, place)?;
    let step = Step {
        id: table.text("id")?,
        at: node.at,
        place: place.to_owned(),
        rules: Conditions::read(
            &table,
            ["rule_conditions", "rule_cond_op", "rule_cond_not", "rule_cond_expr"],
            RuleTest::read,
        )?,
        items: Conditions::read(
            &table,
            [
                "detection_item_conditions",
                "detection_item_cond_op",
                "detection_item_cond_not",
                "detection_item_cond_expr",
            ],
            ItemTest::read,
        )?,
        fields: Conditions::read(
            &table,
            [
                "field_name_conditions",
                "field_name_cond_op",
                "field_name_cond_not",
                "field_name_cond_expr",
            ],
            FieldTest::read,
        )?,
        action: Action::read(&table, depth)?,
    };
    table.done()?;
    Ok(step)
}

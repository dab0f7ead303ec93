//! The transformations of pipelines: what there are, and how they are read.

use regex_automata::meta;

use super::{
    Step,
    condition::{log_source, regex, value},
    steps,
    table::{Table, wrong},
};
use crate::{
    condition::Expression,
    detection::{self, Detection},
    document::LogSource,
    item::Test,
    problem::{Problem, Reason},
};

/// What a step does.
#[derive(Debug)]
pub(super) enum Action {
    /// Fields get other names; of several each may be meant.
    Rename(Vec<(String, Vec<String>)>),
    /// Fields that begin so begin otherwise.
    RenameStart(Vec<(String, Vec<String>)>),
    Prefix(String),
    Suffix(String),
    FieldCase(Case),
    /// The condition also asks for this.
    Require(Detection),
    LogSource(LogSource),
    Replace {
        regex: Box<meta::Regex>,
        replacement: String,
        literals_only: bool,
    },
    MapText(Vec<(String, Vec<String>)>),
    SetValue(Test),
    Convert {
        to_number: bool,
    },
    TextCase(Case),
    SetState(String, String),
    RefuseRule(String),
    RefuseItem(String),
    Drop,
    /// Placeholders take the values of variables, or `*`.
    Fill {
        include: Vec<String>,
        exclude: Vec<String>,
        wildcard: bool,
    },
    Nest(Vec<Step>),
    /// It changes only what is shown of a match.
    Shown(Shown, Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Add,
    Remove,
    Set,
}

impl Action {
    pub(super) fn read(table: &Table<'_>, depth: usize) -> Result<Self, Problem> {
        let kind = table.need_text("type")?;
        Ok(match kind.as_str() {
            "field_name_mapping" => Self::Rename(named(table)?),
            "field_name_prefix_mapping" => Self::RenameStart(named(table)?),
            "field_name_prefix" => Self::Prefix(table.need_text("prefix")?),
            "field_name_suffix" => Self::Suffix(table.need_text("suffix")?),
            "field_name_transform" => Self::FieldCase(case(table, "transform_func")?),
            "add_condition" => Self::Require(condition(table)?),
            "change_logsource" => Self::LogSource(log_source(table)?),
            "replace_string" => Self::Replace {
                regex: Box::new(regex(table, "regex")?),
                replacement: replacement(&table.need_text("replacement")?),
                literals_only: table.truth("skip_special")?,
            },
            "map_string" => Self::MapText(table.mapping("mapping")?),
            "set_value" => Self::SetValue(value(table.need("value")?, table)?),
            "convert_type" => Self::Convert { to_number: number_wanted(table)? },
            "case" => Self::TextCase(case(table, "method")?),
            "set_state" => Self::SetState(table.need_text("key")?, table.need_text("val")?),
            "rule_failure" => Self::RefuseRule(table.need_text("message")?),
            "detection_item_failure" => Self::RefuseItem(table.need_text("message")?),
            "drop_detection_item" => Self::Drop,
            "value_placeholders" => fill(table, false)?,
            "wildcard_placeholders" => fill(table, true)?,
            "nest" => Self::Nest(steps(table.get("items"), &table.below("items"), depth + 1)?),
            "add_field" => Self::Shown(Shown::Add, table.texts("field")?),
            "remove_field" => Self::Shown(Shown::Remove, table.texts("field")?),
            "set_field" => Self::Shown(Shown::Set, table.texts("fields")?),
            other => {
                let detail = format!("the transformation '{other}' is not supported");
                return Err(Problem::new(Reason::Pipeline, table.at, &table.place, detail));
            }
        })
    }
}

/// A mapping of names, none of which may come to nothing.
fn named(table: &Table<'_>) -> Result<Vec<(String, Vec<String>)>, Problem> {
    let mapping = table.mapping("mapping")?;
    match mapping.iter().find(|(_, to)| to.is_empty()) {
        None => Ok(mapping),
        Some((from, _)) => {
            let detail = format!("'{from}' gets no name");
            Err(wrong(table.at, &table.below("mapping"), detail))
        }
    }
}

fn case(table: &Table<'_>, key: &'static str) -> Result<Case, Problem> {
    match table.text(key)?.as_deref() {
        Some("lower" | "lowercase") | None => Ok(Case::Lower),
        Some("upper" | "uppercase") => Ok(Case::Upper),
        Some(other) => {
            let detail = format!("'{other}' is neither 'lower' nor 'upper'");
            Err(Problem::new(Reason::Pipeline, table.at, table.below(key), detail))
        }
    }
}

/// The lines that a step adds, joined by and.
fn condition(table: &Table<'_>) -> Result<Detection, Problem> {
    let name = table.text("name")?.unwrap_or_else(|| "added".to_owned());
    let node = table.need("conditions")?;
    let search = detection::search(node, &table.below("conditions"))?;
    if table.truth("template")? {
        let detail = "templates are not supported";
        return Err(Problem::new(Reason::Pipeline, node.at, table.below("template"), detail));
    }
    let condition = match table.truth("negated")? {
        true => Expression::Not(Box::new(Expression::Search(0))),
        false => Expression::Search(0),
    };
    Ok(Detection { searches: vec![(name, search)], condition })
}

/// `\1` and `\g<name>` of Python as the expressions here write it.
fn replacement(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (_, after) = rest.split_at(c.len_utf8());
        rest = after;
        match c {
            '$' => out.push_str("$$"),
            '\\' => {
                let digits =
                    rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                let named = rest.strip_prefix("g<").and_then(|r| r.split_once('>'));
                if digits > 0 {
                    let (number, after) = rest.split_at(digits);
                    out.push_str(&format!("${{{number}}}"));
                    rest = after;
                } else if let Some((name, after)) = named {
                    out.push_str(&format!("${{{name}}}"));
                    rest = after;
                } else {
                    out.push('\\');
                    rest = rest.strip_prefix('\\').unwrap_or(rest);
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn number_wanted(table: &Table<'_>) -> Result<bool, Problem> {
    match table.need_text("target_type")?.as_str() {
        "num" => Ok(true),
        "str" => Ok(false),
        other => {
            let detail = format!("'{other}' is neither 'num' nor 'str'");
            Err(wrong(table.at, &table.below("target_type"), detail))
        }
    }
}

fn fill(table: &Table<'_>, wildcard: bool) -> Result<Action, Problem> {
    let (include, exclude) = (table.texts("include")?, table.texts("exclude")?);
    Ok(Action::Fill { include, exclude, wildcard })
}

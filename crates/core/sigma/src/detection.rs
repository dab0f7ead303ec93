//! The detection section: searches as trees of items, and the condition over them.

use serde::{Deserialize, Serialize};

use crate::{
    condition::{self, Expression},
    item::{self, Item},
    problem::{Problem, Reason},
    yaml::{Kind, Node},
};

/// What a rule looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// The search identifiers in the order of the file.
    pub searches: Vec<(String, Search)>,
    /// The condition over them; a list of conditions has become [`Expression::Any`].
    pub condition: Expression,
}

/// One search identifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Search {
    /// A map: every item must match.
    All(Vec<Self>),
    /// A list: one element must match.
    Any(Vec<Self>),
    /// One line of a map, or a list of keywords.
    Item(Item),
}

impl Search {
    /// Its items, in order.
    pub fn items(&self) -> Box<dyn Iterator<Item = &Item> + '_> {
        match self {
            Self::All(parts) | Self::Any(parts) => Box::new(parts.iter().flat_map(Self::items)),
            Self::Item(item) => Box::new(std::iter::once(item)),
        }
    }
}

pub(crate) fn parse(section: &Node) -> Result<Detection, Problem> {
    parse_at(section, "detection")
}

/// Reads searches and condition; `part` is what the section is called.
pub(crate) fn parse_at(section: &Node, part: &str) -> Result<Detection, Problem> {
    let Kind::Map(entries) = &section.kind else {
        let detail = format!("it is {}, not a map of searches", section.noun());
        return Err(Problem::malformed(section.at, part, detail));
    };
    let mut searches = Vec::new();
    let mut condition = None;
    for (key, node) in entries {
        match key.text.as_str() {
            "condition" => condition = Some(node),
            // The time frame of the old aggregations: without one it has no meaning.
            "timeframe" => {}
            name => {
                let place = format!("{part}.{name}");
                searches.push((name.to_owned(), search(node, &place)?));
            }
        }
    }
    let Some(condition) = condition else {
        let detail = format!("a {part} needs a condition");
        let place = format!("{part}.condition");
        return Err(Problem::new(Reason::Missing, section.at, place, detail));
    };
    if searches.is_empty() {
        let detail = format!("a {part} needs at least one search");
        return Err(Problem::new(Reason::Missing, section.at, part, detail));
    }
    let names: Vec<&str> = searches.iter().map(|(name, _)| name.as_str()).collect();
    let condition = conditions(condition, &names, &format!("{part}.condition"))?;
    Ok(Detection { searches, condition })
}

fn conditions(node: &Node, names: &[&str], place: &str) -> Result<Expression, Problem> {
    if let Some(text) = node.text() {
        return condition::parse(text, names, node.at, place);
    }
    let Kind::List(items) = &node.kind else {
        let detail = format!("it is {}, not text", node.noun());
        return Err(Problem::malformed(node.at, place, detail));
    };
    let mut any = Vec::new();
    for item in items {
        let Some(text) = item.text() else {
            let detail = format!("an element is {}, not text", item.noun());
            return Err(Problem::malformed(item.at, place, detail));
        };
        any.push(condition::parse(text, names, item.at, place)?);
    }
    match any.len() {
        0 => Err(Problem::malformed(node.at, place, "the list is empty")),
        1 => Ok(any.remove(0)),
        _ => Ok(Expression::Any(any)),
    }
}

pub(crate) fn search(node: &Node, place: &str) -> Result<Search, Problem> {
    match &node.kind {
        Kind::Scalar(_) => item::parse("", node, node.at, place),
        Kind::Map(_) => map(node, place),
        Kind::List(elements) => {
            if elements.is_empty() {
                return Err(Problem::malformed(node.at, place, "the list is empty"));
            }
            if elements.iter().all(|e| matches!(e.kind, Kind::Scalar(_))) {
                return item::parse("", node, node.at, place);
            }
            let mut any = Vec::new();
            for element in elements {
                any.push(match &element.kind {
                    Kind::Map(_) => map(element, place)?,
                    Kind::Scalar(_) => item::parse("", element, element.at, place)?,
                    Kind::List(_) => {
                        let detail = "a list within a list has no meaning here";
                        return Err(Problem::malformed(element.at, place, detail));
                    }
                });
            }
            Ok(Search::Any(any))
        }
    }
}

fn map(node: &Node, place: &str) -> Result<Search, Problem> {
    let Kind::Map(entries) = &node.kind else {
        return Err(Problem::malformed(node.at, place, "it is not a map"));
    };
    if entries.is_empty() {
        return Err(Problem::malformed(node.at, place, "the map is empty"));
    }
    let mut all = Vec::new();
    for (key, value) in entries {
        let place = format!("{place}.{}", key.text);
        all.push(item::parse(&key.text, value, key.at, &place)?);
    }
    if all.len() == 1 { Ok(all.remove(0)) } else { Ok(Search::All(all)) }
}

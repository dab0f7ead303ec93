//! A correlation of rules (Sigma correlation rules specification). References are names here;
//! whoever loads the rules resolves them.

use crate::{
    document::{Header, text, texts},
    item::Comparison,
    problem::{Position, Problem, Reason},
    yaml::{Kind, Node, Scalar},
};

/// How records that match rules must come together.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// What it says of itself.
    pub header: Header,
    /// Its type.
    pub kind: CorrelationKind,
    /// The rules it builds on, by id or name, in order.
    pub rules: Vec<Reference>,
    /// The fields that records of one group share.
    pub group_by: Vec<String>,
    /// How long a window is, in seconds.
    pub timespan_seconds: u64,
    /// Names for fields that are called differently in the records of each rule.
    pub aliases: Vec<Alias>,
    /// How many; always there for counts.
    pub condition: Option<CountCondition>,
    /// Whether the rules it builds on also speak for themselves.
    pub generate: bool,
}

/// The types of correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CorrelationKind {
    /// So many records.
    EventCount,
    /// So many distinct values of a field.
    ValueCount,
    /// Records of different rules, in any order.
    Temporal,
    /// Records of different rules, in the order of the rules.
    TemporalOrdered,
}

/// A rule by its id or name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The id or name.
    pub name: String,
    /// Where it stands.
    pub at: Position,
}

/// A field's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The name that `group-by` uses.
    pub name: String,
    /// By rule: what the field is called in its records.
    pub fields: Vec<(Reference, String)>,
}

/// How many records, values or rules there must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountCondition {
    /// All must hold.
    pub bounds: Vec<(Comparison, u64)>,
    /// The field whose distinct values are counted.
    pub field: Option<String>,
}

impl CountCondition {
    /// Whether so many are right.
    #[must_use]
    pub fn holds(&self, count: u64) -> bool {
        self.bounds.iter().all(|&(comparison, bound)| match comparison {
            Comparison::Eq => count == bound,
            Comparison::Lt => count < bound,
            Comparison::Lte => count <= bound,
            Comparison::Gt => count > bound,
            Comparison::Gte => count >= bound,
        })
    }
}

pub(crate) fn parse(
    header: Header,
    section: &Node,
    generate: Option<&Node>,
) -> Result<Correlation, Problem> {
    if !matches!(section.kind, Kind::Map(_)) {
        let detail = format!("it is {}, not a map", section.noun());
        return Err(Problem::malformed(section.at, "correlation", detail));
    }
    let kind = kind(section)?;
    let rules = references(section)?;
    let condition = match section.get("condition") {
        Some(node) => Some(count_condition(node, kind)?),
        None => None,
    };
    let counts = matches!(kind, CorrelationKind::EventCount | CorrelationKind::ValueCount);
    if counts && condition.is_none() {
        return Err(missing(section, "correlation.condition"));
    }
    if kind == CorrelationKind::TemporalOrdered && section.get("condition").is_some() {
        let every = rules.len() as u64;
        let all = condition.as_ref().is_some_and(|c| c.holds(every) && !c.holds(every - 1));
        if !all {
            let detail = "an ordered correlation needs all its rules";
            return Err(Problem::malformed(section.at, "correlation.condition", detail));
        }
    }
    let generate = match section.get("generate").or(generate) {
        None => false,
        Some(Node { kind: Kind::Scalar(Scalar::Bool(value)), .. }) => *value,
        Some(node) => {
            return Err(Problem::malformed(node.at, "generate", "it takes true or false"));
        }
    };
    Ok(Correlation {
        header,
        kind,
        rules,
        group_by: texts(section, "group-by")?,
        timespan_seconds: timespan(section)?,
        aliases: aliases(section)?,
        condition,
        generate,
    })
}

fn missing(node: &Node, place: &str) -> Problem {
    Problem::new(Reason::Missing, node.at, place, "the specification asks for it")
}

fn kind(section: &Node) -> Result<CorrelationKind, Problem> {
    let Some(name) = text(section, "type")? else {
        return Err(missing(section, "correlation.type"));
    };
    Ok(match name.as_str() {
        "event_count" => CorrelationKind::EventCount,
        "value_count" => CorrelationKind::ValueCount,
        "temporal" => CorrelationKind::Temporal,
        "temporal_ordered" => CorrelationKind::TemporalOrdered,
        _ => {
            let at = section.get("type").map_or(section.at, |n| n.at);
            let detail =
                format!("'{name}' is none of event_count, value_count, temporal, temporal_ordered");
            return Err(Problem::malformed(at, "correlation.type", detail));
        }
    })
}

fn references(section: &Node) -> Result<Vec<Reference>, Problem> {
    const PLACE: &str = "correlation.rules";
    let names = texts(section, "rules")?;
    let Some(node) = section.get("rules") else { return Err(missing(section, PLACE)) };
    if names.is_empty() || names.len() > RULES_LIMIT {
        let detail = format!("it names {} rules; 1 to {RULES_LIMIT} are right", names.len());
        return Err(Problem::malformed(node.at, PLACE, detail));
    }
    let at = |index: usize| match &node.kind {
        Kind::List(items) => items.get(index).map_or(node.at, |item| item.at),
        _ => node.at,
    };
    Ok(names
        .into_iter()
        .enumerate()
        .map(|(index, name)| Reference { name, at: at(index) })
        .collect())
}

/// Most rules that one correlation may build on.
pub const RULES_LIMIT: usize = 64;

fn timespan(section: &Node) -> Result<u64, Problem> {
    const PLACE: &str = "correlation.timespan";
    let found = match text(section, "timespan")? {
        Some(found) => found,
        // The name that the first drafts of the specification had.
        None => text(section, "timeframe")?.ok_or_else(|| missing(section, PLACE))?,
    };
    let node = section.get("timespan").or_else(|| section.get("timeframe"));
    let at = node.map_or(section.at, |n| n.at);
    let wrong = || {
        let detail = format!("'{found}' is no time span: write a number and s, m, h, d or w");
        Problem::malformed(at, PLACE, detail)
    };
    let unit = found.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return Err(wrong()),
    };
    let number = found.strip_suffix(unit).and_then(|n| n.parse::<u64>().ok()).ok_or_else(wrong)?;
    match number.checked_mul(seconds) {
        Some(total) if total > 0 && total <= TIMESPAN_SECONDS_LIMIT => Ok(total),
        _ => Err(Problem::new(Reason::Bound, at, PLACE, "1 second to 3,660 days are right")),
    }
}

/// Longest window of a correlation: about ten years.
pub const TIMESPAN_SECONDS_LIMIT: u64 = 3660 * 86_400;

fn aliases(section: &Node) -> Result<Vec<Alias>, Problem> {
    const PLACE: &str = "correlation.aliases";
    let Some(node) = section.get("aliases") else { return Ok(Vec::new()) };
    let Kind::Map(entries) = &node.kind else {
        return Err(Problem::malformed(node.at, PLACE, "it is not a map"));
    };
    let mut all = Vec::new();
    for (key, value) in entries {
        let place = format!("{PLACE}.{}", key.text);
        let Kind::Map(rules) = &value.kind else {
            return Err(Problem::malformed(value.at, &place, "it is not a map of rules"));
        };
        let mut fields = Vec::new();
        for (rule, field) in rules {
            let Some(field) = field.text() else {
                return Err(Problem::malformed(field.at, &place, "the field's name is no text"));
            };
            let rule = Reference { name: rule.text.clone(), at: rule.at };
            fields.push((rule, field.to_owned()));
        }
        all.push(Alias { name: key.text.clone(), fields });
    }
    Ok(all)
}

fn count_condition(node: &Node, kind: CorrelationKind) -> Result<CountCondition, Problem> {
    const PLACE: &str = "correlation.condition";
    let Kind::Map(entries) = &node.kind else {
        let detail = format!("it is {}, not a map of bounds", node.noun());
        return Err(Problem::malformed(node.at, PLACE, detail));
    };
    let mut found = CountCondition { bounds: Vec::new(), field: None };
    for (key, value) in entries {
        let comparison = match key.text.as_str() {
            "field" => {
                found.field = text(node, "field")?;
                continue;
            }
            "gt" => Comparison::Gt,
            "gte" => Comparison::Gte,
            "lt" => Comparison::Lt,
            "lte" => Comparison::Lte,
            "eq" => Comparison::Eq,
            other => {
                let detail = format!("'{other}' is none of gt, gte, lt, lte, eq, field");
                return Err(Problem::malformed(key.at, PLACE, detail));
            }
        };
        let number = value.text().and_then(|text| text.parse().ok()).ok_or_else(|| {
            Problem::malformed(value.at, PLACE, "a bound is a whole number from 0")
        })?;
        found.bounds.push((comparison, number));
    }
    if found.bounds.is_empty() {
        return Err(missing(node, PLACE));
    }
    match (kind, &found.field) {
        (CorrelationKind::ValueCount, None) => {
            let detail = "a value_count needs the field whose values are counted";
            Err(Problem::new(Reason::Missing, node.at, "correlation.condition.field", detail))
        }
        (CorrelationKind::ValueCount, Some(_)) | (_, None) => Ok(found),
        (_, Some(_)) => {
            Err(Problem::malformed(node.at, PLACE, "only a value_count counts a field's values"))
        }
    }
}

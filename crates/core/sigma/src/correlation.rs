//! A correlation of rules (Sigma correlation rules specification). References are names here;
//! whoever loads the rules resolves them.

use serde::{Deserialize, Serialize};

use crate::{
    condition::{self, Expression},
    document::{Header, text, texts},
    item::{Comparison, Number},
    problem::{Position, Problem, Reason},
    yaml::{Kind, Node, Scalar},
};

/// How records that match rules must come together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// How many, or how much; always there but for temporal kinds.
    pub condition: Option<CountCondition>,
    /// Of a temporal kind, a condition in words over its rules; a search's index is that of a rule
    /// in `rules`. Never together with `condition`.
    pub expression: Option<Expression>,
    /// Whether the rules it builds on also speak for themselves.
    pub generate: bool,
}

/// The types of correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CorrelationKind {
    /// So many records.
    EventCount,
    /// So many distinct values of a field.
    ValueCount,
    /// Records of different rules, in any order.
    Temporal,
    /// Records of different rules, in the order of the rules.
    TemporalOrdered,
    /// The sum of a field's numbers.
    ValueSum,
    /// The mean of a field's numbers.
    ValueAvg,
    /// A percentile of a field's numbers, of which `value_min`, `value_median` and `value_max` are
    /// the 0th, 50th and 100th; without one the share, in percent, that the records of one value
    /// have among all.
    ValuePercentile,
}

impl CorrelationKind {
    /// Every kind, by the name that rules use.
    pub const ALL: [(&'static str, Self); 7] = [
        ("event_count", Self::EventCount),
        ("value_count", Self::ValueCount),
        ("temporal", Self::Temporal),
        ("temporal_ordered", Self::TemporalOrdered),
        ("value_sum", Self::ValueSum),
        ("value_avg", Self::ValueAvg),
        ("value_percentile", Self::ValuePercentile),
    ];

    /// Whether it asks which rules matched, and not how many records or which values.
    #[must_use]
    pub const fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }

    /// Whether it looks at the values of a field.
    #[must_use]
    pub const fn needs_field(self) -> bool {
        matches!(self, Self::ValueCount | Self::ValueSum | Self::ValueAvg | Self::ValuePercentile)
    }
}

/// A rule by its id or name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The id or name.
    pub name: String,
    /// Where it stands.
    pub at: Position,
}

/// A field's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The name that `group-by` uses.
    pub name: String,
    /// By rule: what the field is called in its records.
    pub fields: Vec<(Reference, String)>,
}

/// How many records, values or rules there must be, or how much the numbers come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CountCondition {
    /// All must hold.
    pub bounds: Vec<(Comparison, Number)>,
    /// The fields whose values are looked at; of several, the values together are one value. Only
    /// a `value_count` has more than one.
    pub fields: Vec<String>,
    /// Which percentile, from 0 to 100.
    pub percentile: Option<f64>,
}

impl CountCondition {
    /// Whether so many are right.
    #[must_use]
    pub fn holds(&self, count: u64) -> bool {
        self.bounds.iter().all(|&(comparison, bound)| match bound {
            Number::Int(bound) => comparison.accepts(i128::from(count).cmp(&i128::from(bound))),
            Number::Float(bound) => {
                (count as f64).partial_cmp(&bound).is_some_and(|order| comparison.accepts(order))
            }
        })
    }

    /// Whether this number is right: of a sum, a mean or a percentile.
    #[must_use]
    pub fn holds_for(&self, value: f64) -> bool {
        self.bounds.iter().all(|&(comparison, bound)| {
            value.partial_cmp(&bound.as_f64()).is_some_and(|order| comparison.accepts(order))
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
    known_keys(section)?;
    let (kind, percentile) = kind(section)?;
    let (rules, condition, expression) = rules_and_condition(section, kind, percentile)?;
    if kind == CorrelationKind::TemporalOrdered
        && let Some(condition) = &condition
    {
        let every = rules.len() as u64;
        if !condition.holds(every) || condition.holds(every - 1) {
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
        expression,
        generate,
    })
}

/// A key that is misspelt would change what the correlation means.
fn known_keys(section: &Node) -> Result<(), Problem> {
    const KEYS: [&str; 8] =
        ["type", "rules", "group-by", "timespan", "timeframe", "aliases", "condition", "generate"];
    let Kind::Map(entries) = &section.kind else { return Ok(()) };
    match entries.iter().find(|(key, _)| !KEYS.contains(&key.text.as_str())) {
        None => Ok(()),
        Some((key, _)) => {
            let detail = format!("'{}' is none of {}", key.text, KEYS.join(", "));
            Err(Problem::malformed(key.at, "correlation", detail))
        }
    }
}

type RulesAndCondition = (Vec<Reference>, Option<CountCondition>, Option<Expression>);

fn rules_and_condition(
    section: &Node,
    kind: CorrelationKind,
    named: Option<f64>,
) -> Result<RulesAndCondition, Problem> {
    const PLACE: &str = "correlation.condition";
    let Some(node) = section.get("condition") else {
        if kind.is_temporal() {
            return Ok((references(section)?, None, None));
        }
        return Err(missing(section, PLACE));
    };
    let Some(words) = node.text() else {
        let mut condition = count_condition(node, kind)?;
        if named.is_some() {
            if condition.percentile.is_some() {
                let detail = "the type says already which percentile it is";
                return Err(Problem::malformed(node.at, PLACE, detail));
            }
            condition.percentile = named;
        }
        return Ok((references(section)?, Some(condition), None));
    };
    if !kind.is_temporal() {
        let detail = "only a temporal correlation has a condition in words; write a map of bounds";
        return Err(Problem::malformed(node.at, PLACE, detail));
    }
    // Without `rules` it builds on those that its condition names, in that order.
    let rules = match section.get("rules") {
        Some(_) => references(section)?,
        None => condition::words(words)
            .map(|name| Reference { name: name.to_owned(), at: node.at })
            .fold(Vec::new(), |mut all: Vec<Reference>, next| {
                if !all.iter().any(|known| known.name == next.name) {
                    all.push(next);
                }
                all
            }),
    };
    let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
    let expression = condition::parse_over_rules(words, &names, node.at, PLACE)?;
    if let Some(unused) = (0..rules.len()).find(|&index| !expression.mentions(index)) {
        let detail = format!("it does not say what '{}' is for", rules[unused].name);
        return Err(Problem::new(Reason::Condition, node.at, PLACE, detail));
    }
    Ok((rules, None, Some(expression)))
}

fn missing(node: &Node, place: &str) -> Problem {
    Problem::new(Reason::Missing, node.at, place, "the specification asks for it")
}

/// Percentiles that have a type of their own: the least number, the middle one and the greatest.
const PERCENTILES: [(&str, f64); 3] =
    [("value_min", 0.0), ("value_median", 50.0), ("value_max", 100.0)];

/// The kind, and which percentile it is where its name says so.
fn kind(section: &Node) -> Result<(CorrelationKind, Option<f64>), Problem> {
    let Some(name) = text(section, "type")? else {
        return Err(missing(section, "correlation.type"));
    };
    if let Some(&(_, percentile)) = PERCENTILES.iter().find(|(known, _)| *known == name) {
        return Ok((CorrelationKind::ValuePercentile, Some(percentile)));
    }
    let known = CorrelationKind::ALL.iter().find(|(known, _)| *known == name);
    known.map(|&(_, kind)| (kind, None)).ok_or_else(|| {
        let at = section.get("type").map_or(section.at, |n| n.at);
        let names: Vec<&str> = CorrelationKind::ALL
            .iter()
            .map(|(known, _)| *known)
            .chain(PERCENTILES.map(|(known, _)| known))
            .collect();
        let detail = format!("'{name}' is none of {}", names.join(", "));
        Problem::malformed(at, "correlation.type", detail)
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
        let detail = format!("'{found}' is no time span: write a number and s, m, h, d, w, M or y");
        Problem::malformed(at, PLACE, detail)
    };
    let unit = found.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        // Their mean length in the Gregorian calendar.
        'M' => 2_629_746,
        'y' => 31_556_952,
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
    let mut found = CountCondition::default();
    for (key, value) in entries {
        let comparison = match key.text.as_str() {
            "field" => {
                found.fields = texts(node, "field")?;
                continue;
            }
            "percentile" if kind == CorrelationKind::ValuePercentile => {
                found.percentile = Some(percentile(value)?);
                continue;
            }
            "gt" => Comparison::Gt,
            "gte" => Comparison::Gte,
            "lt" => Comparison::Lt,
            "lte" => Comparison::Lte,
            "eq" => Comparison::Eq,
            "neq" => Comparison::Neq,
            other => {
                let detail = format!("'{other}' is none of gt, gte, lt, lte, eq, neq, field");
                return Err(Problem::malformed(key.at, PLACE, detail));
            }
        };
        found.bounds.push((comparison, bound(value, kind)?));
    }
    if found.bounds.is_empty() {
        return Err(missing(node, PLACE));
    }
    let name = CorrelationKind::ALL.iter().find(|(_, of)| *of == kind).map_or("", |(name, _)| name);
    match (kind.needs_field(), found.fields.len()) {
        (true, 0) => {
            let detail = format!("a {name} needs the field whose values it looks at");
            Err(Problem::new(Reason::Missing, node.at, "correlation.condition.field", detail))
        }
        (true, 2..) if kind != CorrelationKind::ValueCount => {
            let detail = format!("a {name} looks at one field only");
            Err(Problem::malformed(node.at, "correlation.condition.field", detail))
        }
        (false, 1..) => {
            let detail = format!("a {name} does not look at a field's values");
            Err(Problem::malformed(node.at, PLACE, detail))
        }
        _ => Ok(found),
    }
}

/// A bound: a whole number from 0 where something is counted, else any number.
fn bound(value: &Node, kind: CorrelationKind) -> Result<Number, Problem> {
    use CorrelationKind::{ValueAvg, ValuePercentile, ValueSum};
    let number = value.text().and_then(Number::parse);
    let counts = !matches!(kind, ValueSum | ValueAvg | ValuePercentile);
    let fits = |number: &Number| !counts || matches!(number, Number::Int(0..));
    number.filter(fits).ok_or_else(|| {
        let what = if counts { "a whole number from 0" } else { "a number" };
        Problem::malformed(value.at, "correlation.condition", format!("a bound is {what}"))
    })
}

fn percentile(value: &Node) -> Result<f64, Problem> {
    let number = value.text().and_then(Number::parse).map(Number::as_f64);
    number.filter(|number| (0.0..=100.0).contains(number)).ok_or_else(|| {
        let place = "correlation.condition.percentile";
        Problem::malformed(value.at, place, "it is a number from 0 to 100")
    })
}

//! Sigma filters (filters specification 2.1): one exclusion, laid over many rules. It reads them
//! and lays them over a rule; which rules are at hand is not known here.

use serde::{Deserialize, Serialize};

use crate::{
    condition::Expression,
    correlation::Reference,
    detection::{self, Detection},
    document::{Header, LogSource, Rule, texts},
    problem::{Problem, Reason},
    yaml::{Kind, Node},
};

/// A filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filter {
    /// What it says of itself.
    pub header: Header,
    /// The rules that it is for must be for these logs.
    pub log_source: LogSource,
    /// The rules that it is for; `None` for any of those logs.
    pub rules: Option<Vec<Reference>>,
    /// What a record must be besides matching the rule.
    pub detection: Detection,
}

pub(crate) fn parse(
    header: Header,
    log_source: LogSource,
    section: &Node,
) -> Result<Filter, Problem> {
    let Kind::Map(entries) = &section.kind else {
        let detail = format!("it is {}, not a map", section.noun());
        return Err(Problem::malformed(section.at, "filter", detail));
    };
    let rest = entries.iter().filter(|(key, _)| key.text != "rules").cloned().collect();
    let searches = Node { at: section.at, kind: Kind::Map(rest) };
    let detection = detection::parse_at(&searches, "filter")?;
    Ok(Filter { header, log_source, rules: rules(section)?, detection })
}

fn rules(section: &Node) -> Result<Option<Vec<Reference>>, Problem> {
    let Some(node) = section.get("rules") else {
        let detail = "a filter names its rules, or says 'any'";
        return Err(Problem::new(Reason::Missing, section.at, "filter.rules", detail));
    };
    if node.text().is_some_and(|text| text.eq_ignore_ascii_case("any")) {
        return Ok(None);
    }
    let at = |index: usize| match &node.kind {
        Kind::List(items) => items.get(index).map_or(node.at, |item| item.at),
        _ => node.at,
    };
    let names = texts(section, "rules")?.into_iter().enumerate();
    let rules: Vec<_> = names.map(|(ix, name)| Reference { name, at: at(ix) }).collect();
    // An empty list is read as any, as the tools of the specification's authors do.
    Ok((!rules.is_empty()).then_some(rules))
}

impl Filter {
    /// Whether it names this rule, or any.
    #[must_use]
    pub fn names(&self, rule: &Header) -> bool {
        self.rules.as_ref().is_none_or(|rules| {
            let called = |own: &Option<String>, name: &str| own.as_deref() == Some(name);
            rules.iter().any(|r| called(&rule.id, &r.name) || called(&rule.name, &r.name))
        })
    }

    /// Whether the rule is for the logs that the filter is for.
    #[must_use]
    pub fn fits(&self, source: &LogSource) -> bool {
        source.is_within(&self.log_source)
    }

    /// Lays it over a rule: both conditions must hold.
    pub fn lay_over(&self, rule: &mut Rule) {
        rule.detection.require(&self.detection, &format!("filter '{}'", self.header.title));
    }
}

impl LogSource {
    /// Whether every part that the other names is the same here.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let same =
            |mine: &Option<String>, theirs: &Option<String>| theirs.is_none() || mine == theirs;
        same(&self.category, &other.category)
            && same(&self.product, &other.product)
            && same(&self.service, &other.service)
    }
}

impl Detection {
    /// Asks for another detection, too; its searches are called by the prefix and their names.
    pub(crate) fn require(&mut self, other: &Self, prefix: &str) {
        let first = self.searches.len();
        let named =
            |(name, search): &(String, _)| (format!("{prefix}: {name}"), Clone::clone(search));
        self.searches.extend(other.searches.iter().map(named));
        let own = std::mem::replace(&mut self.condition, Expression::All(Vec::new()));
        self.condition = match own {
            Expression::All(mut parts) => {
                parts.push(other.condition.shifted(first));
                Expression::All(parts)
            }
            own => Expression::All(vec![own, other.condition.shifted(first)]),
        };
    }

    /// Both, as alternatives.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        let first = self.searches.len();
        let right = other.condition.shifted(first);
        self.searches.extend(other.searches);
        self.condition = match self.condition {
            Expression::Any(mut parts) => {
                parts.push(right);
                Expression::Any(parts)
            }
            left => Expression::Any(vec![left, right]),
        };
        self
    }
}

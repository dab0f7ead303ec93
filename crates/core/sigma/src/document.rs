//! A document of a rule file → a rule, a correlation or a filter. It resolves nothing between documents.

use serde::{Deserialize, Serialize};

use crate::{
    correlation::{self, Correlation},
    detection::{self, Detection},
    filter::{self, Filter},
    problem::{Position, Problem, Reason},
    statistic::{self, Statistic},
    yaml::{Kind, Node},
};

/// One document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Document {
    /// A rule.
    Rule(Rule),
    /// A correlation of rules.
    Correlation(Correlation),
    /// A filter over rules.
    Filter(Filter),
    /// A statistic over rules.
    Statistic(Statistic),
}

/// What rules and correlations say of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `title`.
    pub title: String,
    /// `id`.
    pub id: Option<String>,
    /// `name`: what correlations call it.
    pub name: Option<String>,
    /// `status`.
    pub status: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `author`.
    pub author: Option<String>,
    /// `level`.
    pub level: Option<Level>,
    /// `tags`, in lower case.
    pub tags: Vec<String>,
    /// `references`.
    pub references: Vec<String>,
    /// `falsepositives`.
    pub false_positives: Vec<String>,
    /// `fields`.
    pub fields: Vec<String>,
    /// Where the document begins.
    pub at: Position,
}

/// How grave a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum Level {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

/// Which logs a rule is for, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogSource {
    /// `category`.
    pub category: Option<String>,
    /// `product`.
    pub product: Option<String>,
    /// `service`.
    pub service: Option<String>,
}

/// A rule: what one record must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// What it says of itself.
    pub header: Header,
    /// Which logs it is for.
    pub log_source: LogSource,
    /// What it looks for.
    pub detection: Detection,
}

impl Document {
    /// What it says of itself.
    #[must_use]
    pub const fn header(&self) -> &Header {
        match self {
            Self::Rule(rule) => &rule.header,
            Self::Correlation(correlation) => &correlation.header,
            Self::Filter(filter) => &filter.header,
            Self::Statistic(statistic) => &statistic.header,
        }
    }
}

/// Reads one document.
pub(crate) fn parse(node: &Node) -> Result<Document, Problem> {
    if !matches!(node.kind, Kind::Map(_)) {
        let detail = format!("a rule is a map; this is {}", node.noun());
        return Err(Problem::malformed(node.at, "document", detail));
    }
    let header = header(node)?;
    if let Some(section) = node.get("correlation") {
        let generate = node.get("generate");
        return correlation::parse(header, section, generate).map(Document::Correlation);
    }
    if let Some(section) = node.get("bakas_statistic") {
        return statistic::parse(header, section).map(Document::Statistic);
    }
    let missing = |part: &str| {
        let detail = format!("a rule needs '{part}'; a correlation needs 'correlation'");
        Problem::new(Reason::Missing, node.at, part, detail)
    };
    let log_source = log_source(node.get("logsource").ok_or_else(|| missing("logsource"))?)?;
    if let Some(section) = node.get("filter") {
        return filter::parse(header, log_source, section).map(Document::Filter);
    }
    let section = node.get("detection").ok_or_else(|| missing("detection"))?;
    let detection = detection::parse(section)?;
    Ok(Document::Rule(Rule { header, log_source, detection }))
}

fn header(node: &Node) -> Result<Header, Problem> {
    let Some(title) = text(node, "title")? else {
        return Err(Problem::new(Reason::Missing, node.at, "title", "a rule needs a title"));
    };
    let mut tags = texts(node, "tags")?;
    tags.iter_mut().for_each(|tag| tag.make_ascii_lowercase());
    Ok(Header {
        title,
        id: text(node, "id")?,
        name: text(node, "name")?,
        status: text(node, "status")?,
        description: text(node, "description")?,
        author: text(node, "author")?,
        level: level(node)?,
        tags,
        references: texts(node, "references")?,
        false_positives: texts(node, "falsepositives")?,
        fields: texts(node, "fields")?,
        at: node.at,
    })
}

fn level(node: &Node) -> Result<Option<Level>, Problem> {
    let Some(text) = text(node, "level")? else { return Ok(None) };
    Level::parse(&text).map(Some).ok_or_else(|| {
        let at = node.get("level").map_or(node.at, |n| n.at);
        let detail = format!("'{text}' is none of informational, low, medium, high, critical");
        Problem::malformed(at, "level", detail)
    })
}

impl Level {
    /// The level of that name, in any case.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "informational" => Self::Informational,
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            "critical" => Self::Critical,
            _ => return None,
        })
    }
}

fn log_source(node: &Node) -> Result<LogSource, Problem> {
    if !matches!(node.kind, Kind::Map(_)) {
        let detail = format!("it is {}, not a map", node.noun());
        return Err(Problem::malformed(node.at, "logsource", detail));
    }
    let part = |key: &str| -> Result<Option<String>, Problem> {
        Ok(text(node, key)?.map(|text| text.to_ascii_lowercase()))
    };
    let source = LogSource {
        category: part("category")?,
        product: part("product")?,
        service: part("service")?,
    };
    if source == LogSource::default() {
        let detail = "it names no category, product or service";
        return Err(Problem::new(Reason::Missing, node.at, "logsource", detail));
    }
    Ok(source)
}

/// The text under a key; `None` where it is absent or null.
pub(crate) fn text(node: &Node, key: &str) -> Result<Option<String>, Problem> {
    match node.get(key).map(|value| (value, &value.kind)) {
        None => Ok(None),
        Some((value, Kind::Scalar(_))) => Ok(value.text().map(str::to_owned)),
        Some((value, _)) => {
            let detail = format!("it is {}, not text", value.noun());
            Err(Problem::malformed(value.at, key, detail))
        }
    }
}

/// The texts under a key, which may stand alone or in a list.
pub(crate) fn texts(node: &Node, key: &str) -> Result<Vec<String>, Problem> {
    let Some(value) = node.get(key) else { return Ok(Vec::new()) };
    match &value.kind {
        Kind::Scalar(_) => Ok(value.text().map(str::to_owned).into_iter().collect()),
        Kind::List(items) => items
            .iter()
            .map(|item| match item.text() {
                Some(text) => Ok(text.to_owned()),
                None => {
                    let detail = format!("an element is {}, not text", item.noun());
                    Err(Problem::malformed(item.at, key, detail))
                }
            })
            .collect(),
        Kind::Map(_) => Err(Problem::malformed(value.at, key, "it is a map, not a list of texts")),
    }
}

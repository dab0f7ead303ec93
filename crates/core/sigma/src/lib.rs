//! Sigma rules and correlations (Sigma specification 2.1) as typed documents. It reads text and
//! names what it cannot use, with place and reason; it knows no events and matches nothing.
//!
//! ```
//! let parsed = bakas_sigma::parse(
//!     "title: A shell\n\
//!      logsource: {category: webserver}\n\
//!      detection:\n  selection:\n    cs-uri-query|contains: 'cmd='\n  condition: selection\n",
//! );
//! assert!(parsed.problems.is_empty());
//! assert_eq!(parsed.documents[0].header().title, "A shell");
//! ```

mod condition;
mod correlation;
mod detection;
mod document;
mod filter;
mod item;
mod modifier;
mod pattern;
pub mod pipeline;
mod placeholder;
mod problem;
#[cfg(test)]
mod schema;
mod statistic;
mod yaml;

use serde::{Deserialize, Serialize};

pub use condition::Expression;
pub use correlation::{
    Alias, Correlation, CorrelationKind, CountCondition, RULES_LIMIT, Reference,
    TIMESPAN_SECONDS_LIMIT,
};
pub use detection::{Detection, Search};
pub use document::{Document, Header, Level, LogSource, Rule};
pub use filter::Filter;
pub use item::{Comparison, Item, Number, Test, TimePart, Within};
pub use pattern::{Part, Pattern};
pub use placeholder::Pending;
pub use problem::{Position, Problem, Reason};
pub use statistic::{Setting, SettingValue, Statistic};

/// Largest rule file, in bytes (512 KiB): the largest public rule has 295,078.
pub const RULE_BYTES_LIMIT: usize = 512 << 10;
/// Deepest nesting of a document.
pub const NESTING_LIMIT: usize = 32;
/// Most values in a document, with aliases expanded.
pub const NODES_LIMIT: usize = 50_000;
/// Most documents in a file.
pub const DOCUMENTS_LIMIT: usize = 1_000;
/// Deepest nesting of a condition.
pub const CONDITION_DEPTH_LIMIT: usize = 64;
/// Most values that one line of a search may become.
pub const EXPANSION_LIMIT: usize = 20_000;

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// The documents that can be used, in order.
    pub documents: Vec<Document>,
    /// What cannot be used, with place and reason.
    pub problems: Vec<Problem>,
}

/// Reads a rule file: one or more documents, of which some may be global (`action: global`), that
/// is, laid under those that follow.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    if text.len() > RULE_BYTES_LIMIT {
        let detail = format!("{} bytes; {RULE_BYTES_LIMIT} are allowed", text.len());
        let problem = Problem::new(Reason::Bound, Position { line: 1, column: 1 }, "file", detail);
        parsed.problems.push(problem);
        return parsed;
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (nodes, problem) = yaml::read(text);
    let mut base: Option<yaml::Node> = None;
    let mut previous: Option<yaml::Node> = None;
    for (index, node) in nodes.into_iter().enumerate() {
        if index >= DOCUMENTS_LIMIT {
            let detail = format!("more than {DOCUMENTS_LIMIT} documents");
            parsed.problems.push(Problem::new(Reason::Bound, node.at, "file", detail));
            break;
        }
        if node.text().is_none() && matches!(node.kind, yaml::Kind::Scalar(_)) {
            continue; // An empty document: a file that ends in `---`.
        }
        let node = match node.get("action").and_then(yaml::Node::text) {
            Some("global") => {
                base = Some(match &base {
                    Some(below) => node.over(below),
                    None => node,
                });
                continue;
            }
            Some("reset") => {
                base = None;
                continue;
            }
            Some("repeat") => match &previous {
                Some(below) => node.over(below),
                None => node,
            },
            _ => match &base {
                Some(below) => node.over(below),
                None => node,
            },
        };
        match document::parse(&node) {
            Ok(document) => parsed.documents.push(document),
            Err(problem) => parsed.problems.push(problem),
        }
        previous = Some(node);
    }
    parsed.problems.extend(problem);
    if parsed.documents.is_empty() && parsed.problems.is_empty() {
        let at = Position { line: 1, column: 1 };
        parsed.problems.push(Problem::new(Reason::Missing, at, "file", "it holds no rule"));
    }
    parsed
}

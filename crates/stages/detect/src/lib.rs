//! Events → detections: Sigma rules compiled per kind of log, a scan for the texts they need, exact
//! evaluation of what is left, and correlations over time. Pure: it reads no file and asks no
//! clock. What a rule may say stands in `docs/detection.md`.
//!
//! ```
//! let rule = "title: A shell\nlogsource: {category: webserver}\ndetection:\n\
//!             \x20 s:\n    cs-uri-query|contains: 'cmd='\n  condition: s\n";
//! let (rules, counts, problems) =
//!     bakas_detect::Rules::load([("shell.yml".to_owned(), rule.to_owned())]);
//! assert!(problems.is_empty());
//! assert_eq!((counts.files, counts.loaded), (1, 1));
//! assert_eq!(rules.metas()[0].title, "A shell");
//! ```

mod correlate;
mod date;
mod evaluate;
mod explain;
mod expression;
mod field;
mod gather;
mod input;
mod kept;
mod kind;
mod literal;
mod load;
mod logsource;
mod matcher;
mod occurred;
mod plain;
mod program;
mod report;
mod resolve;
mod rules;
mod screen;
mod seen;
mod set;
mod sets;
mod sieve;
mod statistics;
mod text;
#[cfg(any(test, feature = "twin"))]
pub mod twin;

pub use correlate::{Held, Sorter};
pub use explain::{Explanation, Line, Selection};
pub use field::Context;
pub use gather::Gatherer;
pub use input::Input;
pub use load::LoadOptions;
pub use matcher::Matcher;
pub use occurred::FieldsSeen;
pub use report::{LoadProblem, Loaded, Reports, RuleReport, RuleStatus};
pub use rules::Rules;
pub use screen::Shape;

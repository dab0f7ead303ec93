//! Events → detections: Sigma rules compiled per kind of log, a scan for the texts they need, exact
//! evaluation of what is left, and correlations over time. Pure: it reads no file and asks no
//! clock. What a rule may say stands in `docs/formats/sigma.md`.
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
mod expression;
mod field;
mod input;
mod kind;
mod literal;
mod load;
mod logsource;
mod matcher;
mod program;
mod resolve;
mod rules;
mod seen;
mod set;
mod text;
#[cfg(test)]
mod twin;

pub use field::Context;
pub use input::Input;
pub use load::LoadProblem;
pub use matcher::Matcher;
pub use rules::Rules;

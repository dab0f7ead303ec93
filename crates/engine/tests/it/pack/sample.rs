//! What a sample file holds, and the log it stands for. It judges nothing.
//!
//! The samples of `rules/web/x.yml` are `tests/pack/web/x.toml`:
//!
//! ```toml
//! format = "combined"            # of every case that names none
//!
//! [[true]]                       # the rule must fire
//! log = '''192.0.2.7 - - [{clf}] "GET /{n} HTTP/1.1" 404 5'''
//! repeat = 12                    # the text so many times, …
//! step = "10s"                   # … each so much later than the one before
//!
//! [[false]]                      # the rule must be asked, and must not fire
//! why = "the page was there"
//! log = '''…'''
//!
//! [[true]]                       # or several logs side by side
//! [[true.part]]
//! format = "syslog"
//! start = "2h"                   # after the first moment
//! log = '''…'''
//! ```
//!
//! `{n}` counts from 1; `{clf}`, `{iso}`, `{bsd}`, `{date}`, `{clock}`, `{epoch}` and `{ms}` are
//! the time, which begins on 5 January 2026 at 08:00 UTC.

use std::{fs, path::PathBuf};

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, tz::TimeZone};
use serde::Deserialize;

const FIRST: &str = "2026-01-05T08:00:00Z";

/// The samples of one rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Samples {
    /// The format of every case that names none.
    format: Option<String>,
    /// Cases in which the rule fires.
    #[serde(default, rename = "true")]
    pub(super) hits: Vec<Case>,
    /// Cases in which it does not, although it is asked.
    #[serde(default, rename = "false")]
    pub(super) misses: Vec<Case>,
}

/// One log, or several side by side.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What makes it a near miss.
    #[serde(default)]
    #[expect(dead_code, reason = "for people who read the sample")]
    why: String,
    format: Option<String>,
    log: Option<String>,
    #[serde(default = "once")]
    repeat: u32,
    step: Option<String>,
    start: Option<String>,
    #[serde(default)]
    part: Vec<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    format: Option<String>,
    log: String,
    #[serde(default = "once")]
    repeat: u32,
    step: Option<String>,
    start: Option<String>,
}

const fn once() -> u32 {
    1
}

/// Where the samples lie.
pub(super) fn folder() -> PathBuf {
    super::root().join("crates/engine/tests/pack")
}

impl Samples {
    /// Those of the rule at that path; `None` where there is no such file.
    pub(super) fn of(path: &str) -> Option<Self> {
        let file = folder().join(format!("{path}.toml"));
        let text = fs::read_to_string(&file).ok()?;
        Some(toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display())))
    }

    /// The logs of a case: format and text of each.
    pub(super) fn logs(&self, case: &Case) -> Vec<(String, String)> {
        let format = |of: &Option<String>| {
            let own = of.as_ref().or(case.format.as_ref()).or(self.format.as_ref());
            own.expect("a sample names its format").clone()
        };
        let whole = case
            .log
            .as_ref()
            .map(|log| (format(&None), written(log, case.repeat, &case.step, &case.start)));
        let parts = case.part.iter().map(|part| {
            (format(&part.format), written(&part.log, part.repeat, &part.step, &part.start))
        });
        whole.into_iter().chain(parts).collect()
    }
}

/// The text as often as asked for, with the placeholders filled in.
fn written(log: &str, repeat: u32, step: &Option<String>, start: &Option<String>) -> String {
    let mut time: Timestamp = FIRST.parse().unwrap();
    time += duration(start);
    let mut text = String::new();
    for n in 1..=repeat {
        let zoned = time.to_zoned(TimeZone::UTC);
        let mut one = log.replace("{n}", &n.to_string());
        for (name, pattern) in [
            ("{clf}", "%d/%b/%Y:%H:%M:%S +0000"),
            ("{iso}", "%Y-%m-%dT%H:%M:%SZ"),
            ("{bsd}", "%b %e %H:%M:%S"),
            ("{date}", "%Y-%m-%d"),
            ("{clock}", "%H:%M:%S"),
            ("{epoch}", "%s"),
            ("{ms}", "%s000"),
        ] {
            if one.contains(name) {
                one = one.replace(name, &zoned.strftime(pattern).to_string());
            }
        }
        text += one.trim_end_matches('\n');
        text.push('\n');
        time += duration(step);
    }
    text
}

fn duration(text: &Option<String>) -> SignedDuration {
    let Some(text) = text else { return SignedDuration::ZERO };
    let span: Span = text.parse().unwrap_or_else(|e| panic!("'{text}': {e}"));
    span.to_duration(SpanRelativeTo::days_are_24_hours()).unwrap()
}

//! `bakas rules check`: what becomes of each rule, pipeline and format.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use bakas_engine::{
    formats,
    ingest::{self, SourceAccount},
    observer::Quiet,
    rulebook::{self, Given, LoadProblem, Loaded, RuleCounts, RuleReport, RuleStatus},
};
use serde_json::json;

use crate::{Desk, args::RulesCheck, exit::Exit, output::visible};

/// Sorts of logs that are named for which rules ask and which are not here.
const ABSENT_SHOWN: usize = 10;

pub(crate) fn check(desk: &Desk<'_>, asked: RulesCheck) -> anyhow::Result<Exit> {
    let (mut format_paths, rules) = sorted(&asked.paths);
    let builtin = asked.paths.is_empty();
    format_paths.extend(asked.knowledge.formats);
    let (formats, faults) = formats::look(&format_paths)?;
    for fault in &faults {
        desk.screen.text(&visible(&fault.to_string()))?;
    }
    let unread = samples(desk, &format_paths)?;
    let given = Given {
        builtin,
        rules,
        pipelines: asked.knowledge.pipeline,
        placeholders: asked.knowledge.placeholders,
    };
    let book = rulebook::load(&given, formats)?;
    let loaded = &book.loaded;
    for report in &loaded.rules {
        if desk.screen.json {
            desk.screen.line(&document(report))?;
        } else if asked.all || matches!(report.status, RuleStatus::Unsupported(_)) {
            desk.screen.text(&visible(&line(report)))?;
        }
    }
    for problem in loaded.problems.iter().filter(|problem| !is_shown(loaded, problem)) {
        desk.screen.text(&visible(&problem.to_string()))?;
    }
    if desk.screen.json {
        desk.screen.line(&loaded.counts)?;
    } else {
        desk.screen.text(&counts(&loaded.counts))?;
        for line in absent(loaded) {
            desk.screen.text(&visible(&line))?;
        }
        for (reason, number) in &loaded.counts.unsupported {
            desk.screen.text(&visible(&format!("{number:>6} not loaded: {reason}")))?;
        }
    }
    let faulty = unread || !faults.is_empty() || !loaded.problems.is_empty();
    Ok(if asked.strict && faulty { Exit::Partly } else { Exit::Done })
}

/// Formats and rules among what was given: a folder may hold both.
fn sorted(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let is_format = |path: &PathBuf| formats::is_format_file(path);
    let formats = paths.iter().filter(|path| path.is_dir() || is_format(path)).cloned().collect();
    (formats, paths.iter().filter(|path| !is_format(path)).cloned().collect())
}

/// Whether a problem stands already under the rule that cannot be used for it. What is wrong with
/// a filter, a pipeline or a part of a file has no such rule.
fn is_shown(loaded: &Loaded, problem: &LoadProblem) -> bool {
    loaded.rules.iter().any(|rule| {
        rule.path == problem.path
            && matches!(&rule.status, RuleStatus::Unsupported(why) if *why == problem.problem)
    })
}

/// A number of things, in words: one of them, or several.
fn number(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// How many rules are asked, in one sentence.
pub(crate) fn counts(counts: &RuleCounts) -> String {
    format!(
        "{}: {} asked ({} mapped by pipelines, {}), {} for logs that Bakas does not read, \
         {} not supported",
        number(counts.files, "rule file", "rule files"),
        number(counts.loaded, "rule", "rules"),
        counts.mapped,
        number(counts.correlations, "correlation or statistic", "correlations and statistics"),
        counts.not_applicable,
        counts.unsupported.values().sum::<u64>(),
    )
}

fn line(report: &RuleReport) -> String {
    let RuleReport { path, title, .. } = report;
    let mut text = format!("{:<15} {path}  {title}", report.label());
    match &report.status {
        RuleStatus::NotApplicable(source) => {
            text.push_str(&format!("\n    no log here is {source}"));
        }
        RuleStatus::Unsupported(problem) => text.push_str(&format!("\n    {problem}")),
        RuleStatus::Filter(rules) => {
            let rules = number(*rules as u64, "rule", "rules");
            text.push_str(&format!("\n    laid over {rules}"));
        }
        RuleStatus::Loaded(_) => {}
    }
    for mapping in &report.mapped {
        text.push_str(&format!("\n    {mapping}"));
    }
    for (pipeline, problem) in &report.declined {
        text.push_str(&format!("\n    declined by {pipeline}: {problem}"));
    }
    if report.unprefiltered {
        text.push_str(
            "\n    evaluated for every event of its logs: no text must stand in all that match",
        );
    }
    text
}

fn document(report: &RuleReport) -> serde_json::Value {
    let why = match &report.status {
        RuleStatus::NotApplicable(source) => Some(source.clone()),
        RuleStatus::Unsupported(problem) => Some(problem.to_string()),
        RuleStatus::Loaded(_) | RuleStatus::Filter(_) => None,
    };
    json!({
        "path": report.path,
        "id": report.id,
        "title": report.title,
        "status": report.label(),
        "why": why,
        "mapped": report.mapped.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "filters": report.filters,
        "unprefiltered": report.unprefiltered,
    })
}

/// Reads the samples beside each format file with it.
/// Says whether any could not be read.
fn samples(desk: &Desk<'_>, formats: &[PathBuf]) -> anyhow::Result<bool> {
    let mut unread = false;
    for path in formats::below(formats)? {
        let folder = path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."));
        let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|beside| {
                beside.file_stem().is_some_and(|s| s.to_string_lossy().starts_with("sample"))
            })
            .collect();
        found.sort();
        if found.is_empty() {
            continue;
        }
        let request = ingest::Request {
            inputs: &found,
            config: None,
            formats: std::slice::from_ref(&path),
            threads: 1,
            events: false,
        };
        for one in ingest::run(&request, &Quiet, desk.stop, &mut std::io::sink())? {
            unread |= one.account.events == 0 || one.account.rejects > 0;
            desk.screen.text(&visible(&sample_line(&one)))?;
        }
    }
    Ok(unread)
}

fn sample_line(one: &SourceAccount) -> String {
    let path = &one.source.path;
    if one.source.format.is_empty() {
        let why = one.rejects.first().map_or("nothing in it", |reject| &reject.detail);
        return format!("{path}: not read: {why}");
    }
    format!(
        "{path}: read as {}, {}, {} rejected",
        one.source.format,
        number(one.events, "event", "events"),
        number(one.account.rejects, "record", "records"),
    )
}

/// Rules for logs that are not here, by the log that they ask for, most first.
fn absent(loaded: &Loaded) -> Vec<String> {
    let mut sources: BTreeMap<&str, u64> = BTreeMap::new();
    for report in &loaded.rules {
        if let RuleStatus::NotApplicable(source) = &report.status {
            *sources.entry(source).or_default() += 1;
        }
    }
    let mut sources: Vec<(&str, u64)> = sources.into_iter().collect();
    sources.sort_by_key(|(source, rules)| (Reverse(*rules), *source));
    let more = sources.len().saturating_sub(ABSENT_SHOWN);
    let line =
        |(source, rules): &(&str, u64)| format!("{rules:>6} not asked: no log here is {source}");
    let mut lines: Vec<String> = sources.iter().take(ABSENT_SHOWN).map(line).collect();
    if more > 0 {
        let more = number(more as u64, "more sort of logs", "more sorts of logs");
        lines.push(format!("       and {more} (--all)"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_told_as_one() {
        let one = RuleCounts { files: 1, loaded: 1, correlations: 1, ..RuleCounts::default() };
        let none = RuleCounts::default();
        assert!(
            counts(&one).starts_with("1 rule file: 1 rule asked (0 mapped by pipelines, 1 corr")
        );
        assert!(counts(&none).starts_with("0 rule files: 0 rules asked"), "{}", counts(&none));
    }
}

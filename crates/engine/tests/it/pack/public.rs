//! The public rules for web servers, where they are at hand: each finds a line of ours, and leaves
//! a line alone that looks much like it. The lines are in `tests/public/web.toml`, by rule id.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use bakas_detect::Rules;
use bakas_sigma::Document;
use serde::Deserialize;

use super::{files, judge::Judge, root};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    rule: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    #[serde(default = "combined")]
    format: String,
    /// A line that the rule must find.
    hit: String,
    /// A line that it must leave alone.
    near: String,
}

fn combined() -> String {
    "combined".to_owned()
}

/// The public rules for web servers: path and text by id; `None` where they are not at hand.
fn rules() -> Option<BTreeMap<String, (String, String)>> {
    let corpora = std::env::var_os("BAKAS_CORPORA")
        .map_or_else(|| root().join("../shared/corpora"), PathBuf::from);
    let folder = corpora.join("sigma-rules");
    if !folder.is_dir() {
        return None;
    }
    let mut found = BTreeMap::new();
    for file in files(&folder, "yml") {
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        if !text.contains("category: webserver") {
            continue;
        }
        for document in bakas_sigma::parse(&text).documents {
            if let Document::Rule(rule) = document {
                let id = rule.header.id.expect("public rules have ids");
                found.insert(id, (file.display().to_string(), text.clone()));
            }
        }
    }
    Some(found)
}

#[test]
#[allow(clippy::print_stdout, reason = "a test that was skipped says so")]
fn public_web_rules_find_our_lines_and_leave_near_misses() {
    let Some(public) = rules() else {
        println!("skipped: no public rules at hand");
        return;
    };
    let text = fs::read_to_string(root().join("crates/engine/tests/public/web.toml")).unwrap();
    let lines: Lines = toml::from_str(&text).unwrap();
    let known: BTreeSet<&String> = lines.rule.iter().map(|line| &line.id).collect();
    let without: Vec<_> = public.iter().filter(|(id, _)| !known.contains(id)).collect();
    assert!(
        without.is_empty(),
        "no lines for {:?}",
        without.iter().map(|(_, f)| &f.0).collect::<Vec<_>>()
    );
    assert_eq!((public.len(), lines.rule.len()), (86, 86));
    let (rules, _, problems) = Rules::load(public.values().cloned());
    assert!(problems.is_empty(), "{problems:?}");
    let judge = Judge::new(&rules);
    let mut problems = Vec::new();
    for line in &lines.rule {
        let number = rules.metas().iter().position(|meta| meta.id == line.id);
        let Some(number) = number else {
            problems.push(format!("{}: there is no such rule", line.id));
            continue;
        };
        for (text, is_hit) in [(&line.hit, true), (&line.near, false)] {
            let verdict = judge.read(&[(line.format.clone(), text.clone())]);
            let path = &rules.metas()[number].path;
            problems.extend(verdict.problems.iter().map(|problem| format!("{path}: {problem}")));
            if verdict.fired.contains(&number) != is_hit {
                problems
                    .push(format!("{path}: should be {is_hit}: {text}\n    {:?}", verdict.seen));
            }
        }
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

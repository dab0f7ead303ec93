//! The rule pack against its samples: each rule finds what it is for and leaves its near miss
//! alone. What the samples look like is told in [`sample`].

mod judge;
mod public;
mod sample;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use bakas_detect::Rules;
use bakas_sigma::{Document, Header};

use self::{
    judge::{Judge, Probes},
    sample::{Case, Samples},
};

/// One rule of the pack.
struct PackRule {
    /// Its path below `rules/`, without the ending.
    path: String,
    text: String,
    document: Document,
}

impl PackRule {
    fn header(&self) -> &Header {
        match &self.document {
            Document::Rule(rule) => &rule.header,
            Document::Correlation(correlation) => &correlation.header,
            Document::Filter(filter) => &filter.header,
            Document::Statistic(statistic) => &statistic.header,
        }
    }
}

/// The project's folder.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap()
}

/// The files with that ending below a folder, as paths below it, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut left) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Every rule of the pack; one a file.
fn pack() -> Vec<PackRule> {
    let folder = root().join("rules");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(folder.join(&file)).unwrap();
        let mut parsed = bakas_sigma::parse(&text);
        assert!(parsed.problems.is_empty(), "{}: {:?}", file.display(), parsed.problems);
        assert_eq!(parsed.documents.len(), 1, "{}: one rule a file", file.display());
        let path = file.with_extension("").display().to_string();
        PackRule { path, text, document: parsed.documents.remove(0) }
    };
    files(&folder, "yml").into_iter().map(read).collect()
}

/// The rules that say of single records, or of several together, what they are. Statistics have
/// tests of their own, over long logs.
fn sampled(pack: &[PackRule]) -> impl Iterator<Item = &PackRule> {
    pack.iter().filter(|rule| !rule.path.starts_with("statistics/"))
}

fn texts(pack: &[PackRule]) -> impl Iterator<Item = (String, String)> {
    pack.iter().map(|rule| (rule.path.clone(), rule.text.clone()))
}

#[test]
fn every_rule_says_what_it_must() {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    let pack = pack();
    for rule in sampled(&pack) {
        let header = rule.header();
        let mut must = |is_there: bool, what: &str| {
            if !is_there {
                problems.push(format!("{}: {what}", rule.path));
            }
        };
        let technique = |tag: &String| {
            let id = tag.strip_prefix("attack.t").unwrap_or_default();
            id.starts_with(|first: char| first.is_ascii_digit())
        };
        let filled = |text: &Option<String>| text.as_ref().is_some_and(|t| t.trim().len() > 10);
        must(header.tags.iter().any(technique), "a tag with an ATT&CK technique");
        must(header.level.is_some(), "a level");
        must(header.title.len() <= 110, "a title of at most 110 characters");
        must(filled(&header.description), "a description");
        must(!header.false_positives.is_empty(), "falsepositives");
        must(!header.references.is_empty(), "references");
        must(header.author.is_some() && header.status.is_some(), "an author and a status");
        must(header.id.as_deref().is_some_and(is_uuid), "an id that is a random UUID");
        must(seen.insert(header.id.clone()), "an id of its own");
        must(header.name.as_deref() == Some(&*rule.path.replace('/', "_")), "the path as its name");
    }
    assert!(problems.is_empty(), "missing:\n{}", problems.join("\n"));
}

/// Whether it is a random UUID: RFC 9562, version 4.
fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
        && text.as_bytes()[14] == b'4'
        && b"89ab".contains(&text.as_bytes()[19])
}

#[test]
fn every_sample_belongs_to_a_rule() {
    let paths: BTreeSet<String> = pack().into_iter().map(|rule| rule.path).collect();
    for file in files(&sample::folder(), "toml") {
        let path = file.with_extension("").display().to_string();
        assert!(paths.contains(&path), "there is no rules/{path}.yml for this sample");
    }
}

#[test]
fn every_rule_finds_its_true_samples_and_leaves_the_false_ones() {
    let pack = pack();
    let probes = Probes::new(&pack);
    let texts = texts(&pack).chain(probes.texts());
    let (rules, loaded) = Rules::load_with(texts, &judge::options());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let numbers: BTreeMap<&str, usize> =
        rules.metas().iter().enumerate().map(|(at, meta)| (meta.path.as_str(), at)).collect();
    let judge = Judge::new(&rules);
    let only = std::env::var("BAKAS_RULE").unwrap_or_default();
    let mut problems = Vec::new();
    for rule in sampled(&pack).filter(|rule| rule.path.contains(&only)) {
        let Some(samples) = Samples::of(&rule.path) else {
            problems.push(format!("{}: no samples", rule.path));
            continue;
        };
        let Some(&number) = numbers.get(rule.path.as_str()) else {
            problems.push(format!("{}: it is for logs that nothing reads", rule.path));
            continue;
        };
        if samples.hits.is_empty() || samples.misses.is_empty() {
            problems.push(format!("{}: a true and a false sample", rule.path));
        }
        let near = probes.near(rule);
        let mut check = |case: &Case, at: usize, is_true: bool| {
            let verdict = judge.hear(&samples, case);
            let sort = if is_true { "true" } else { "false" };
            for problem in verdict.problems {
                problems.push(format!("{}: {sort} sample {}: {problem}", rule.path, at + 1));
            }
            if verdict.fired.contains(&number) != is_true {
                let others: Vec<&str> =
                    verdict.fired.iter().map(|&at| rules.metas()[at].path.as_str()).collect();
                let does = if is_true { "does not fire" } else { "fires" };
                let seen = verdict.seen.join("\n    ");
                problems.push(format!(
                    "{}: {sort} sample {} {does}; fired: {others:?}\n    {seen}",
                    rule.path,
                    at + 1,
                ));
            }
            let is_near = |name: &String| {
                numbers.get(name.as_str()).is_some_and(|n| verdict.fired.contains(n))
            };
            if !is_true && !near.iter().any(is_near) {
                let seen = verdict.seen.join("\n    ");
                problems.push(format!(
                    "{}: false sample {} is no near miss: the rule is not asked of it\n    {seen}",
                    rule.path,
                    at + 1
                ));
            }
        };
        samples.hits.iter().enumerate().for_each(|(at, case)| check(case, at, true));
        samples.misses.iter().enumerate().for_each(|(at, case)| check(case, at, false));
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

//! The rules of this project against the JSON schema of the Sigma specification, which lies in
//! `testdata/schema` with its source and date. It only tests; the parser asks for more.
//!
//! `SIGMA_SCHEMA_DIR` names a folder with other editions of the three files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::yaml::{self, Kind, Node, Scalar};

const RULE: &str = "sigma-detection-rule-schema.json";
const CORRELATION: &str = "sigma-correlation-rules-schema.json";
const FILTER: &str = "sigma-filters-schema.json";

/// One validator for each kind of document.
struct Schemas {
    rule: Validator,
    correlation: Validator,
    filter: Validator,
    /// Statistics are an addition of ours: what they share with rules is judged, and nothing else
    /// is asked for.
    statistic: Validator,
}

impl Schemas {
    fn read() -> Self {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/schema");
        let folder = std::env::var_os("SIGMA_SCHEMA_DIR").map_or(own, PathBuf::from);
        let read = |name: &str| -> Value {
            let path = folder.join(name);
            let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
            let mut schema: Value = serde_json::from_str(&text).unwrap();
            // The address of the draft ends in `#`, which is the same place written otherwise.
            schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
            schema
        };
        let compile = |schema: &Value| {
            jsonschema::options().should_validate_formats(true).build(schema).unwrap()
        };
        let mut shared = read(RULE);
        shared["required"] = json!(["title"]);
        Self {
            rule: compile(&read(RULE)),
            correlation: compile(&read(CORRELATION)),
            filter: compile(&read(FILTER)),
            statistic: compile(&shared),
        }
    }

    /// What is wrong with each document of a file.
    fn judge(&self, text: &str) -> Vec<String> {
        let (nodes, problem) = yaml::read(text);
        let mut wrong: Vec<String> = problem.iter().map(ToString::to_string).collect();
        for document in nodes.iter().map(plain) {
            let of = |key: &str| document.get(key).is_some();
            let schema = match () {
                () if of("correlation") => &self.correlation,
                () if of("filter") => &self.filter,
                () if of("bakas_statistic") => &self.statistic,
                () => &self.rule,
            };
            let errors = schema.iter_errors(&document);
            wrong.extend(errors.map(|e| format!("{}: {e}", e.instance_path())));
        }
        wrong
    }
}

/// A tree of YAML as JSON: by YAML's core schema, where a date is a text.
fn plain(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(Scalar::Null) => Value::Null,
        Kind::Scalar(Scalar::Bool(truth)) => json!(truth),
        Kind::Scalar(Scalar::Int(number, _)) => json!(number),
        Kind::Scalar(Scalar::Float(number, _)) => json!(number),
        Kind::Scalar(Scalar::Text(text)) => json!(text),
        Kind::List(items) => items.iter().map(plain).collect(),
        Kind::Map(entries) => {
            let pairs = entries.iter().map(|(key, value)| (key.text.clone(), plain(value)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// The files of that ending below a folder.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

#[test]
fn every_rule_of_ours_is_what_the_schema_asks_for() {
    let schemas = Schemas::read();
    let (mut paths, mut wrong) = (Vec::new(), Vec::new());
    files(&root().join("rules"), "yml", &mut paths);
    assert!(paths.len() > 400, "only {} rules were found", paths.len());
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        wrong.extend(schemas.judge(&text).iter().map(|error| format!("{path:?}{error}")));
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The YAML between fences of a text, where it is documents of Sigma.
fn fenced(text: &str) -> impl Iterator<Item = String> {
    text.split("```yaml\n").skip(1).filter_map(|rest| {
        let (block, _) = rest.split_once("```")?;
        let indent = block.len() - block.trim_start_matches(' ').len();
        let lines = block.lines().map(|line| line.get(indent..).unwrap_or_default());
        let block = lines.collect::<Vec<_>>().join("\n");
        block.starts_with("title:").then_some(block)
    })
}

#[test]
fn the_rules_correlations_and_filters_of_the_manual_are_so_too() {
    let schemas = Schemas::read();
    let mut paths = Vec::new();
    files(&root().join("docs"), "md", &mut paths);
    let mut kinds = [0; 3];
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        for block in fenced(&text) {
            assert_eq!(schemas.judge(&block), Vec::<String>::new(), "{path:?}\n{block}");
            kinds[0] += usize::from(block.contains("\ndetection:"));
            kinds[1] += usize::from(block.contains("\ncorrelation:"));
            kinds[2] += usize::from(block.contains("\nfilter:"));
        }
    }
    assert!(kinds.iter().all(|&count| count > 0), "{kinds:?}");
}

#[test]
fn the_schema_sees_what_is_wrong() {
    let schemas = Schemas::read();
    let check = |text: &str, words: &str| {
        let wrong = schemas.judge(text).join("; ");
        assert!(wrong.contains(words), "{text}: {wrong:?}");
    };
    let rule = |line: &str| {
        format!(
            "title: T\nlogsource: {{product: p}}\ndetection:\n  s: {{a: b}}\n  condition: s\n{line}\n"
        )
    };
    assert_eq!(schemas.judge(&rule("")), Vec::<String>::new());
    check("title: T\nlogsource: {product: p}\n", "\"detection\" is a required property");
    check(&rule("level: severe"), "/level");
    check(&rule("date: 2026/01/05"), "/date");
    check(&rule("tags: [Attack.T1110]"), "/tags/0");
    check(&rule("references: [a, a]"), "/references");
    check(&rule("falsepositives: ['?']"), "/falsepositives/0");
    check(&rule("id: the-first"), "/id");
    check(&rule("status: beta"), "/status");
    let correlation = "title: C\ncorrelation: {type: event_count, rules: [ab], group-by: [x]";
    check(&format!("{correlation}, condition: {{gte: 1}}}}"), "\"timespan\"");
    check("title: S\nlevel: severe\nbakas_statistic: {type: beacon}", "/level");
    check(
        "title: F\nlogsource: {product: p}\nfilter: {rules: [ab], condition: not s, s: {a: b}}",
        "\"selection\" is a required property",
    );
}

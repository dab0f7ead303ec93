//! The tables of formats in `docs/`, made out of the definitions: they fail when they are stale,
//! and `BAKAS_BLESS=1` writes them.

use std::{fmt::Write, fs, path::PathBuf};

use bakas_ingest::{ATTRIBUTES, Definition};

use crate::defined::formats;

fn page(name: &str) -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap();
    root.join("docs").join(name)
}

/// A text within a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn code(text: &str) -> String {
    format!("`{}`", cell(text))
}

fn log_source(definition: &Definition) -> String {
    let source = definition.log_source();
    let parts =
        [("category", source.category), ("product", source.product), ("service", source.service)];
    let parts = parts.into_iter().filter_map(|(key, value)| Some(format!("{key}: {}", value?)));
    parts.collect::<Vec<_>>().join(", ")
}

/// A value of a definition as a person reads it.
fn form(value: &toml::Value) -> String {
    match value {
        toml::Value::String(name) => code(name),
        toml::Value::Array(all) => all.iter().map(form).collect::<Vec<_>>().join(", else "),
        toml::Value::Table(table) => {
            if let Some(parts) = table.get("join").and_then(|j| j.as_array()) {
                parts.iter().map(form).collect::<Vec<_>>().join(" + ")
            } else if let Some(text) = table.get("text").and_then(|t| t.as_str()) {
                if text.is_empty() {
                    "nothing".into()
                } else {
                    format!("the word “{}”", cell(text))
                }
            } else if let Some(path) = table.get("raw").and_then(|r| r.as_str()) {
                format!("the text of {}", code(path))
            } else {
                format!("a part of {}", form(&table["field"]))
            }
        }
        other => code(&scalar(other)),
    }
}

fn scalar(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(truth) => truth.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Array(all) => all.iter().map(scalar).collect::<Vec<_>>().join(", "),
        toml::Value::Table(table) => {
            let parts = table.iter().map(|(key, value)| match (key.as_str(), value.as_bool()) {
                ("absent" | "present", Some(true)) => key.clone(),
                _ => format!("{key} {}", scalar(value)),
            });
            parts.collect::<Vec<_>>().join(", ")
        }
        toml::Value::Datetime(time) => time.to_string(),
    }
}

/// The rows of one table of attributes.
fn rows(table: &toml::Table, into: &mut String) {
    for (name, ocsf) in ATTRIBUTES {
        let key = if *name == "src_claimed" { "forwarded" } else { name };
        if let Some(value) = table.get(key).filter(|_| *name != "time") {
            let ocsf = if ocsf.is_empty() { "–".to_owned() } else { code(ocsf) };
            writeln!(into, "| {} | `{name}` | {ocsf} |", form(value)).unwrap();
        }
    }
    if let Some(result) = table.get("result") {
        let said =
            |key: &str| result.get(key).map(|value| format!(" {key}: {}", cell(&scalar(value))));
        let said: Vec<_> = ["success", "failure", "absent", "otherwise"]
            .iter()
            .filter_map(|key| said(key))
            .collect();
        writeln!(into, "| {}:{} | `status` | `status` |", form(&result["field"]), said.join(";"))
            .unwrap();
    }
}

const WEB: &[(&str, &str, &str)] = &[
    ("request", "operation, object", "cs-method, cs-uri, cs-uri-stem, cs-version"),
    ("method", "operation", "cs-method"),
    ("target", "object", "cs-uri, cs-uri-stem, c-uri-extension"),
    ("stem", "object", "cs-uri, cs-uri-stem, c-uri-extension"),
    ("query", "–", "cs-uri"),
    ("status", "http_status, status", "sc-status"),
    ("bytes", "bytes_out", "sc-bytes"),
    ("user", "account", "cs-username"),
    ("host", "host", "cs-host"),
    ("agent", "agent", "cs-user-agent"),
    ("referer", "–", "cs-referer"),
    ("cookie", "–", "cs-cookie"),
    ("version", "–", "cs-version"),
];

/// The section of one definition.
fn section(definition: &Definition, into: &mut String) {
    let table: toml::Table = toml::from_str(definition.text()).unwrap();
    let (name, title) = (definition.name(), definition.title());
    writeln!(into, "\n## {title}: `{name}`\n").unwrap();
    if let Some(notes) = definition.notes() {
        writeln!(into, "{notes}\n").unwrap();
    }
    let class = |table: &toml::Table| {
        let of = |key: &str| table.get(key).map(|v| format!("{key} {}", code(&scalar(v))));
        ["stream", "class", "activity", "status"]
            .iter()
            .filter_map(|key| of(key))
            .collect::<Vec<_>>()
    };
    let event = table.get("event").and_then(|e| e.as_table()).cloned().unwrap_or_default();
    writeln!(
        into,
        "Source: {}. Stream `{}`, log source {}.",
        definition.source(),
        definition.stream().name(),
        log_source(definition)
    )
    .unwrap();
    if !class(&event).is_empty() {
        writeln!(into, "Of itself: {}.", class(&event).join(", ")).unwrap();
    }
    let mut attributes = String::new();
    let time = table.get("time").and_then(|t| t.as_table());
    match time.and_then(|t| t.get("field").or(t.get("any"))) {
        Some(toml::Value::Array(all)) if time.is_some_and(|t| t.contains_key("field")) => {
            let all: Vec<_> = all.iter().map(form).collect();
            writeln!(attributes, "| {} | `time` | `time` |", all.join(" + ")).unwrap();
        }
        Some(field) => writeln!(attributes, "| {} | `time` | `time` |", form(field)).unwrap(),
        None => writeln!(attributes, "| the carrier's time | `time` | `time` |").unwrap(),
    }
    rows(&event, &mut attributes);
    writeln!(into, "\n| field | event | OCSF |\n|---|---|---|\n{attributes}").unwrap();
    if let Some(web) = table.get("web").and_then(|w| w.as_table()) {
        writeln!(into, "Read as a request:\n\n| field | event | Sigma field |\n|---|---|---|")
            .unwrap();
        for (key, attribute, sigma) in WEB {
            if let Some(value) = web.get(*key) {
                writeln!(into, "| {} | {attribute} | {sigma} |", form(value)).unwrap();
            }
        }
        writeln!(into).unwrap();
    }
    let cases = table.get("case").and_then(|c| c.as_array()).cloned().unwrap_or_default();
    if !cases.is_empty() {
        writeln!(into, "| when | then |\n|---|---|").unwrap();
    }
    for case in cases {
        let case = case.as_table().unwrap();
        let when = case["when"].as_table().unwrap().iter();
        let when: Vec<_> =
            when.map(|(key, v)| format!("{} = {}", code(key), cell(&scalar(v)))).collect();
        let mut then = class(case);
        let set = ATTRIBUTES
            .iter()
            .filter_map(|(name, _)| Some(format!("`{name}` from {}", form(case.get(*name)?))));
        then.extend(set);
        if case.contains_key("result") {
            then.push("status by the result".into());
        }
        writeln!(into, "| {} | {} |", when.join(", "), then.join("; ")).unwrap();
    }
    if let Some(names) = table.get("names").and_then(|n| n.as_table()) {
        let names: Vec<_> =
            names.iter().map(|(name, value)| format!("{} = {}", code(name), form(value))).collect();
        writeln!(into, "\nFurther names: {}.", names.join("; ")).unwrap();
    }
}

/// Compares a page with what it should be, or writes it.
fn check(name: &str, expected: &str) {
    let path = page(name);
    if std::env::var_os("BAKAS_BLESS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let stale = expected
        .lines()
        .zip(found.lines().chain(std::iter::repeat("")))
        .position(|(expected, found)| expected != found);
    if let Some(line) = stale {
        panic!("docs/{name} is stale from line {}: BAKAS_BLESS=1 writes it", line + 1);
    }
    assert_eq!(
        expected.lines().count(),
        found.lines().count(),
        "docs/{name}: BAKAS_BLESS=1 writes it"
    );
}

#[test]
fn the_tables_of_formats_are_not_stale() {
    if std::env::var_os("BAKAS_FORMAT").is_some() {
        // One format alone is looked at.
        return;
    }
    let (formats, _) = formats(&[]);
    let mut definitions: Vec<_> = formats.definitions().collect();
    definitions.sort();
    let mut sections = String::from(
        "# Formats that definitions describe\n\nThis page is made from the definitions in \
         `crates/stages/ingest/formats/` by the test `formats_doc`; do not edit it. Native formats \
         are in [ingest.md](ingest.md); how to write a definition is in [formats.md](../formats.md).\n\
         \nAll fields of a record are kept under their own names as well. Where several fields stand \
         with “else”, the first that is there counts.\n",
    );
    let mut table = String::from(
        "\n| `format =` | also | what | source | Sigma log source |\n|---|---|---|---|---|\n",
    );
    for definition in definitions {
        section(definition, &mut sections);
        let aliases: Vec<_> = definition.aliases().iter().map(|alias| code(alias)).collect();
        let aliases = if aliases.is_empty() { "–".to_owned() } else { aliases.join(", ") };
        let (name, title, source) = (definition.name(), definition.title(), definition.source());
        let log_source = log_source(definition);
        writeln!(
            table,
            "| `{name}` | {aliases} | {} | {} | {log_source} |",
            cell(title),
            cell(source)
        )
        .unwrap();
    }
    check("formats/decoders.md", &sections);
    let path = page("formats.md");
    let text = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- made by the test formats_doc -->\n", "<!-- end -->");
    let (before, rest) = text.split_once(begin).expect("the page marks where the table begins");
    let (_, after) = rest.split_once(end).expect("the page marks where the table ends");
    check("formats.md", &format!("{before}{begin}{table}\n{end}{after}"));
}

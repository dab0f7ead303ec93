//! A plain, slow twin of definitions, made of `toml::Value`, `serde_json::Value` and `str::split`:
//! what it makes of a record, the engine makes of it, on every sample and on samples that were
//! changed at random. It does not judge times.

mod fields;
mod map;

use std::{cell::RefCell, collections::BTreeMap};

use bakas_ingest::{Format, Formats};
use proptest::prelude::*;
use serde_json::Value;

use crate::defined::{folders, formats, read, samples};

/// A definition as the twin sees it.
pub(crate) struct Twin {
    pub(crate) table: toml::Table,
    pub(crate) name: String,
}

/// Fields in their order.
pub(crate) type Fields = Vec<(String, Value)>;

impl Twin {
    fn of(text: &str) -> Self {
        let table: toml::Table = toml::from_str(text).unwrap();
        let name = table["name"].as_str().unwrap().to_owned();
        Self { table, name }
    }

    /// A value of `[record]`.
    pub(crate) fn record(&self, key: &str) -> Option<&toml::Value> {
        self.table["record"].get(key)
    }

    pub(crate) fn kind(&self) -> &str {
        self.record("kind").unwrap().as_str().unwrap()
    }

    fn carries(&self, carrier: &str) -> bool {
        let carriers = self.record("carriers").and_then(|c| c.as_array());
        carriers.map_or(carrier == "line", |all| all.iter().any(|c| c.as_str() == Some(carrier)))
    }
}

/// A compiled pattern; each is compiled once.
pub(crate) fn regex_of(pattern: &str) -> regex::Regex {
    thread_local! {
        static KNOWN: RefCell<BTreeMap<String, regex::Regex>> = const { RefCell::new(BTreeMap::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        let compile = || regex::Regex::new(pattern).unwrap();
        known.entry(pattern.to_owned()).or_insert_with(compile).clone()
    })
}

pub(crate) fn is_there(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(other)) => other.to_string(),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// The engine's event and the twin's side by side, as far as both speak of it.
fn check(twin: &Twin, record: &str, header: &[String], found: &Value) -> Result<(), String> {
    if found["reject"] == "BadTime" {
        return Ok(());
    }
    let plain = map::event(twin, record, header);
    let is_read = found.get("reject").is_none();
    let has = |name: &str| plain.as_ref().is_some_and(|p| p.fields.iter().any(|(n, _)| n == name));
    let of_header = ["host", "program", "facility"];
    if twin.carries("syslog")
        && is_read
        && (plain.is_none()
            || of_header.iter().any(|n| !has(n) && found["fields"].get(n).is_some()))
    {
        // The engine read it as the message of a system log.
        return Ok(());
    }
    let Some(plain) = plain else {
        return if is_read {
            Err(format!("the twin reads no event in {record}\n{found}"))
        } else {
            Ok(())
        };
    };
    if !is_read {
        return Err(format!("the engine rejects {record}: {found}"));
    }
    for (name, expected) in &plain.attributes {
        let seen = found.get(*name).map(text).filter(|seen| !seen.is_empty());
        if seen != *expected {
            return Err(format!("{name} of {record}: twin {expected:?}, engine {seen:?}"));
        }
    }
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in found["fields"].as_object().unwrap() {
        let values =
            value.as_array().map_or_else(|| vec![text(value)], |a| a.iter().map(text).collect());
        seen.insert(name.clone(), values);
    }
    let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &plain.fields {
        expected.entry(name.clone()).or_default().push(text(value));
    }
    for name in seen.keys().chain(expected.keys()) {
        if seen.get(name) != expected.get(name) {
            return Err(format!(
                "field {name} of {record}: twin {:?}, engine {:?}",
                expected.get(name),
                seen.get(name)
            ));
        }
    }
    Ok(())
}

/// A record of a sample: the header lines before it, and its text.
struct Piece {
    twin: usize,
    header: Vec<String>,
    text: String,
}

/// Records that the twin can read by themselves: lines and JSON documents, not messages of system
/// logs, whose header it does not know.
fn pieces() -> (Vec<Twin>, Vec<Piece>, Formats) {
    let (formats, _) = formats();
    let (mut twins, mut pieces) = (Vec::new(), Vec::new());
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(definition) = formats.definitions().find(|one| one.name() == name) else {
            continue;
        };
        let twin = Twin::of(definition.text());
        if !twin.carries("line") || twin.record("multiline").is_some() {
            continue;
        }
        for (sample, bytes) in samples(&folder) {
            let guess = formats.guess(&bytes, &sample).format;
            if definition.is_guessed() && guess != Some(Format::Defined(definition)) {
                continue;
            }
            for (header, text) in fields::records(&twin, &String::from_utf8_lossy(&bytes)) {
                pieces.push(Piece { twin: twins.len(), header, text });
            }
        }
        twins.push(twin);
    }
    (twins, pieces, formats)
}

/// Both on one record; a record that the engine read by another format is none of this one's.
fn both(twins: &[Twin], piece: &Piece, formats: Formats, record: &str) -> Result<(), String> {
    let twin = &twins[piece.twin];
    let is_csv = twin.record("header").and_then(|h| h.as_str()) == Some("line");
    if is_csv && record.matches('"').count() % 2 == 1 {
        // The record goes on with the line end, for the framing.
        return Ok(());
    }
    let format = formats.from_name(&twin.name).unwrap();
    let mut log: String = piece.header.iter().map(|line| format!("{line}\n")).collect();
    log.push_str(record);
    log.push('\n');
    let told = read(formats, format, log.as_bytes(), usize::MAX);
    let [found] = told.lines.as_slice() else {
        let plain = map::event(twin, record, &piece.header);
        let is_furniture = record.starts_with('#') || fields::is_skipped(twin, record);
        let is_silent = told.lines.is_empty() && (plain.is_none() || is_furniture);
        return if is_silent || told.lines.len() > 1 {
            Ok(())
        } else {
            Err(format!("no event in {record}"))
        };
    };
    if !told.is_read_by(&twin.name) && found.get("reject").is_none() {
        return Ok(());
    }
    check(twin, record, &piece.header, found).map_err(|what| format!("{}: {what}", twin.name))
}

#[test]
fn twins_agree_on_every_sample() {
    let (twins, pieces, formats) = pieces();
    let problems: Vec<_> =
        pieces.iter().filter_map(|piece| both(&twins, piece, formats, &piece.text).err()).collect();
    assert!(
        problems.is_empty(),
        "{} of {}:\n{}",
        problems.len(),
        pieces.len(),
        problems.join("\n")
    );
    assert!(pieces.len() > 200, "{}", pieces.len());
}

/// A change of a text record: what, and where in thousandths.
type Change = (usize, usize, usize);

const BITS: &[&str] = &[
    "", " ", "\"", "\\", "-", "=", "|", "0", "→", "[", "]", ",", "\t", "x=y", "GET", "#", "'", ":",
];

fn change_text(text: &str, changes: &[Change]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (bit, at, cut) in changes {
        let from = chars.len() * at / 1000;
        let to = (from + cut % 6).min(chars.len());
        chars.splice(from..to, BITS[bit % BITS.len()].chars());
    }
    chars.into_iter().filter(|c| *c != '\n' && *c != '\r').collect()
}

fn change_json(value: &mut Value, changes: &[Change]) {
    for (bit, at, cut) in changes {
        let mut paths = Vec::new();
        fields::pointers(value, String::new(), &mut paths);
        if paths.is_empty() {
            return;
        }
        let path = paths[(paths.len() - 1) * at / 999].clone();
        let new = match bit % 9 {
            0 => Value::Null,
            1 => "".into(),
            2 => "-".into(),
            3 => true.into(),
            4 => 0.into(),
            5 => serde_json::json!(["x", 1]),
            6 => serde_json::json!({"x": "y"}),
            7 => "203.0.113.9:80".into(),
            _ => 404.5.into(),
        };
        let (parent, key) = path.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        match value.pointer_mut(parent) {
            Some(Value::Object(members)) if cut % 3 == 0 => {
                members.remove(&key);
            }
            _ => *value.pointer_mut(&path).unwrap() = new,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn twins_agree_on_changed_samples(
        changes in prop::collection::vec((0..1000_usize, 0..1000_usize, 0..1000_usize), 1..4),
        step in 1..7_usize,
    ) {
        let (twins, pieces, formats) = pieces();
        for piece in pieces.iter().step_by(step) {
            let record = match serde_json::from_str::<Value>(&piece.text) {
                Ok(mut value) if twins[piece.twin].kind() == "json" => {
                    change_json(&mut value, &changes);
                    value.to_string()
                }
                _ => change_text(&piece.text, &changes),
            };
            let result = both(&twins, piece, formats, &record);
            prop_assert!(result.is_ok(), "{}", result.unwrap_err());
        }
    }
}

//! Every definition under `formats/` with its samples: it is recognised by them, they become what
//! `expected.ndjson` says, every case of it is reached, and every line and byte is accounted for.
//!
//! `BAKAS_BLESS=1` writes `expected.ndjson`; `BAKAS_FORMAT=name` looks at one format alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use bakas_ingest::{Chunker, Decoder, Definition, Format, Formats, Reading, Sink};
use bakas_model::{Event, Reject, Source, Value};
use bumpalo::Bump;
use serde_json::{Map, json};

use crate::kit::{Slowly, source};

/// The folders of our definitions.
pub(crate) fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("formats");
    let only = std::env::var("BAKAS_FORMAT").ok();
    let mut folders: Vec<_> = fs::read_dir(root)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    folders.retain(|folder: &PathBuf| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        folder.join("format.toml").exists() && only.as_ref().is_none_or(|only| *only == name)
    });
    folders.sort();
    folders
}

/// The samples of a format, by name.
pub(crate) fn samples(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut paths: Vec<_> = entries
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("sample"))
        .collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

/// What came out of a sample.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Told {
    pub(crate) lines: Vec<serde_json::Value>,
    /// Names of the definitions that read the events; "" for natives.
    read_by: BTreeSet<&'static str>,
    cases: BTreeSet<(&'static str, usize)>,
    next: Option<(&'static Definition, Option<usize>)>,
    rejects: usize,
}

impl Told {
    /// Whether that definition alone read the events.
    pub(crate) fn is_read_by(&self, name: &str) -> bool {
        self.read_by.iter().all(|known| *known == name)
    }

    /// The definition that read the events, "" for a native, where it is one alone.
    pub(crate) fn reader(&self) -> Option<&'static str> {
        self.read_by.first().copied().filter(|_| self.read_by.len() == 1)
    }
}

impl Sink for Told {
    fn read_by(&mut self, reading: &Reading<'_, '_>) {
        self.next = Some((reading.definition(), reading.case()));
    }

    fn event(&mut self, event: &Event<'_>, line: u64) {
        let read_by = self.next.take();
        self.read_by.insert(read_by.map_or("", |(definition, _)| definition.name()));
        if let Some((definition, Some(case))) = read_by {
            self.cases.insert((definition.name(), case));
        }
        self.lines.push(event_json(event, line));
    }

    fn reject(&mut self, reject: Reject) {
        self.rejects += 1;
        let reason = format!("{:?}", reject.reason);
        self.lines.push(json!({"line": reject.line, "reject": reason, "detail": reject.detail}));
    }
}

fn value_json(value: Value<'_>) -> serde_json::Value {
    match value {
        Value::Text(text) => text.into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Bool(truth) => truth.into(),
        Value::Null => serde_json::Value::Null,
    }
}

/// An event as `expected.ndjson` has it; what is absent is left out.
pub(crate) fn event_json(event: &Event<'_>, line: u64) -> serde_json::Value {
    let mut out = Map::new();
    let mut put = |name: &str, value: serde_json::Value| {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    };
    put("line", line.into());
    put("time", event.time.to_string().into());
    put("time_raw", event.time_raw.into());
    put("stream", event.stream.name().into());
    if let Some(custom) = event.custom {
        let parts = [custom.category, custom.product, custom.service];
        put("logsource", json!(parts.map(|part| part.unwrap_or("-")).join("/")));
    }
    put("class", event.class.name().into());
    put("activity", event.activity.name().into());
    put("status", event.status.name().into());
    put("operation", json!(Some(event.operation).filter(|text| !text.is_empty())));
    put("src", json!(event.src.map(|a| a.to_string())));
    put("src_port", json!(event.src_port));
    put("src_claimed", json!(event.src_claimed.map(|a| a.to_string())));
    put("dst", json!(event.dst.map(|a| a.to_string())));
    put("dst_port", json!(event.dst_port));
    put("account", json!(event.account));
    put("target", json!(event.target));
    put("object", json!(event.object));
    put("agent", json!(event.agent));
    put("host", json!(event.host));
    put("http_status", json!(event.http_status));
    put("bytes_out", json!(event.bytes_out));
    let mut fields: BTreeMap<&str, Vec<serde_json::Value>> = BTreeMap::new();
    for field in &event.fields {
        assert_eq!(bakas_model::FieldId::of(field.name), field.id, "{}", field.name);
        fields.entry(field.name).or_default().push(value_json(field.value));
    }
    let one_or_more = |mut values: Vec<serde_json::Value>| {
        if values.len() == 1 { values.remove(0) } else { values.into() }
    };
    let fields: Map<_, _> =
        fields.into_iter().map(|(name, values)| (name.to_owned(), one_or_more(values))).collect();
    put("fields", fields.into());
    out.into()
}

/// Reads bytes in that format, in pieces of that size; the account must come out.
pub(crate) fn read(formats: Formats, format: Format, bytes: &[u8], piece: usize) -> Told {
    read_from(&source(), formats, format, Slowly(bytes, piece))
}

/// Reads a source's bytes in that format; the account must come out.
pub(crate) fn read_from(
    source: &Source,
    formats: Formats,
    format: Format,
    Slowly(bytes, piece): Slowly<'_>,
) -> Told {
    let mut chunker = Chunker::new(format, Slowly(bytes, piece));
    let mut decoder = Decoder::with(source, format, formats);
    let (mut arena, mut told) = (Bump::new(), Told::default());
    while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
        decoder.decode(&chunk, &arena, &mut told);
        arena.reset();
    }
    let account = decoder.account();
    assert!(account.is_exact(), "{}: {account:?}", format.name());
    assert_eq!(account.bytes, bytes.len() as u64, "{}: every byte is given", format.name());
    assert!(account.rejects <= told.rejects as u64, "{}: {account:?}", format.name());
    told
}

/// The definitions as they lie on the disk, which may be newer than those built in, and more.
pub(crate) fn formats(more: &[&str]) -> (Formats, Vec<bakas_ingest::DefinitionProblem>) {
    let files = folders().into_iter().map(|folder| {
        let path = folder.join("format.toml");
        let shown = format!("{}/format.toml", folder.file_name().unwrap().to_string_lossy());
        (shown, fs::read_to_string(path).unwrap())
    });
    let more = more.iter().map(|text| ("more.toml".to_owned(), (*text).to_owned()));
    Formats::with(files.chain(more).collect())
}

/// Whether that many lines can be: every line of a line format is a record.
fn check_lines(format: Format, bytes: &[u8], told: &Told, problems: &mut String) {
    let text = String::from_utf8_lossy(bytes);
    let blank_or_comment = |line: &&str| line.trim().is_empty() || line.starts_with('#');
    let content = text.lines().filter(|line| !blank_or_comment(line)).count();
    let places: BTreeSet<_> = told.lines.iter().map(|line| line["line"].as_u64()).collect();
    if places.len() > content.max(1) {
        let name = format.name();
        writeln!(problems, "{name}: {} records out of {content} lines", places.len()).unwrap();
    }
}

fn check_sample(
    formats: Formats,
    definition: &'static Definition,
    (name, bytes): (&str, &[u8]),
    problems: &mut String,
) -> Told {
    let guess = formats.guess(bytes, name);
    let own = Format::Defined(definition);
    let is_carried = definition.is_carried_by_syslog() && guess.format == Some(Format::Syslog);
    let mut problem = |what: String| {
        writeln!(problems, "{}/{name}: {what}", definition.name()).unwrap();
    };
    if !definition.is_guessed() {
        if guess.format == Some(own) {
            problem("has no [recognise], and is guessed".into());
        }
    } else if guess.format != Some(own) && !is_carried {
        let found = guess.format.map_or("no format", Format::name);
        problem(format!("recognised as {found}: {}", guess.why));
    }
    let format = if is_carried { Format::Syslog } else { own };
    let told = read(formats, format, bytes, usize::MAX);
    // Lines of a system log that the definition leaves to the native reader are no mistake.
    let is_read = |name: &&str| *name == definition.name() || (is_carried && name.is_empty());
    if !told.read_by.iter().all(is_read) || !told.read_by.contains(definition.name()) {
        problem(format!("events were read by {:?}; '' is a native", told.read_by));
    }
    if read(formats, format, bytes, 7) != told {
        problem("cut in pieces it reads otherwise".into());
    }
    told
}

fn check_folder(formats: Formats, folder: &Path, problems: &mut String) {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let Some(definition) = formats.definitions().find(|one| one.name() == name) else {
        writeln!(problems, "{name}: no definition of this name was read").unwrap();
        return;
    };
    let samples = samples(folder);
    let (mut found, mut reached) = (String::new(), BTreeSet::new());
    if samples.is_empty() {
        writeln!(problems, "{name}: no sample").unwrap();
    }
    for (sample, bytes) in &samples {
        let told = check_sample(formats, definition, (sample, bytes), problems);
        if !definition.text().contains("multiline") && !sample.ends_with(".json") {
            check_lines(Format::Defined(definition), bytes, &told, problems);
        }
        reached.extend(told.cases.iter().filter(|(of, _)| *of == name).map(|(_, case)| *case));
        for mut line in told.lines {
            if samples.len() > 1 {
                line.as_object_mut().unwrap().insert("sample".into(), sample.as_str().into());
            }
            writeln!(found, "{line}").unwrap();
        }
    }
    let missed: Vec<_> = (0..definition.cases()).filter(|case| !reached.contains(case)).collect();
    if !missed.is_empty() {
        let counted: Vec<_> = missed.iter().map(|case| case + 1).collect();
        writeln!(problems, "{name}: no sample reaches [[case]] number {counted:?}").unwrap();
    }
    let path = folder.join("expected.ndjson");
    if std::env::var_os("BAKAS_BLESS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let Ok(expected) = fs::read_to_string(&path) else {
        writeln!(problems, "{name}: no expected.ndjson; BAKAS_BLESS=1 writes it").unwrap();
        return;
    };
    let count = expected.lines().count().max(found.lines().count());
    let line = |text: &str, at: usize| text.lines().nth(at).unwrap_or("nothing").to_owned();
    let differs = (0..count).find(|at| line(&expected, *at) != line(&found, *at));
    if let Some(at) = differs {
        let (expected, found) = (line(&expected, at), line(&found, at));
        let at = at + 1;
        writeln!(
            problems,
            "{name}: expected.ndjson line {at}:\n  expected {expected}\n  found    {found}"
        )
        .unwrap();
    }
}

#[test]
fn every_definition_reads_its_samples() {
    let (formats, wrong) = formats(&[]);
    let mut problems = String::new();
    for problem in wrong {
        writeln!(problems, "{problem}").unwrap();
    }
    for folder in folders() {
        check_folder(formats, &folder, &mut problems);
    }
    assert!(problems.is_empty(), "\n{problems}");
}

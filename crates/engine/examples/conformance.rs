//! Events and rules for a comparison with another Sigma engine (`scripts/conformance.py`): the
//! fields that the decoders give and what the matcher finds in them, after the slow twin agreed.
//!
//! `conformance logs RULES PIPELINES OUT FILE…` or `conformance made OUT [SEED [ROUNDS]]`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for those who build Bakas")]

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use bakas_detect::{Context, LoadOptions, Rules, twin};
use bakas_ingest::{Chunker, Decoder, Formats, Sink};
use bakas_model::{Agency, Event, Location, Reject, RuleIx, Source, Value};
use bumpalo::Bump;
use serde_json::{Map, Value as Json, json};

fn main() {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match arguments.split_first() {
        Some((mode, [rules, pipelines, out, files @ ..])) if mode.as_os_str() == "logs" => {
            logs(rules, pipelines, out, files);
        }
        Some((mode, [out, numbers @ ..])) if mode.as_os_str() == "made" => {
            let number = |at: usize| numbers.get(at)?.to_str()?.parse().ok();
            made(out, number(0).unwrap_or(7), number(1).unwrap_or(25));
        }
        _ => println!(
            "conformance logs RULES PIPELINES OUT FILE… | conformance made OUT [SEED [ROUNDS]]"
        ),
    }
}

fn gather(path: &Path, all: &mut Vec<(String, String)>) {
    if path.is_dir() {
        let mut inner: Vec<PathBuf> =
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        inner.sort();
        inner.iter().for_each(|path| gather(path, all));
    } else if path.extension().is_some_and(|extension| extension == "yml") {
        all.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
    }
}

/// The fields of an event as a peer reads them: several values of a name are an array.
fn fields(event: &Event<'_>) -> Map<String, Json> {
    let mut map: Map<String, Json> = Map::new();
    for field in &event.fields {
        let value = match field.value {
            Value::Text(text) => json!(text),
            Value::Int(number) => json!(number),
            Value::Float(number) => json!(number),
            Value::Bool(truth) => json!(truth),
            Value::Null => Json::Null,
        };
        match map.get_mut(field.name) {
            None => {
                map.insert(field.name.to_owned(), value);
            }
            Some(Json::Array(values)) => values.push(value),
            Some(one) => *one = json!([one.take(), value]),
        }
    }
    map
}

/// Most events of a kind that are written.
const EVENTS: u64 = 5_000;

/// One kind of log: its events, and which rules were found in them.
struct Kind {
    events: File,
    found: File,
    count: u64,
}

struct Writer<'a> {
    rules: &'a Rules,
    files: &'a [(String, String)],
    matcher: bakas_detect::Matcher<'a>,
    out: &'a Path,
    agency: Agency,
    kinds: BTreeMap<String, Kind>,
}

impl Writer<'_> {
    fn kind(&mut self, name: &str, event: &Event<'_>) -> &mut Kind {
        if !self.kinds.contains_key(name) {
            let folder = self.out.join(name);
            fs::create_dir_all(folder.join("rules")).unwrap();
            for meta in self.rules.metas() {
                if twin::asks(self.rules, meta.ix, event) {
                    let (_, text) = self.files.iter().find(|(path, _)| *path == meta.path).unwrap();
                    fs::write(folder.join(format!("rules/{}.yml", meta.ix.0)), text).unwrap();
                }
            }
            let kind = Kind {
                events: File::create(folder.join("events.ndjson")).unwrap(),
                found: File::create(folder.join("found.ndjson")).unwrap(),
                count: 0,
            };
            self.kinds.insert(name.to_owned(), kind);
        }
        self.kinds.get_mut(name).unwrap()
    }

    fn take(&mut self, event: &Event<'_>) {
        let name = match event.custom {
            Some(source) => format!("custom-{}", source.product.unwrap_or("log")),
            None => event.stream.name().to_owned(),
        };
        if self.kinds.get(&name).is_some_and(|kind| kind.count >= EVENTS) {
            return;
        }
        let agency = self.agency.clone();
        let context = Context { location: Location::default(), operator: None, agency: &agency };
        let found: Vec<RuleIx> = self.matcher.run(event, &context).to_vec();
        let by_twin = twin::run(self.rules, event, &context);
        assert_eq!(found, by_twin, "the twin disagrees on {event:?}");
        let ids: Vec<&str> =
            found.iter().map(|ix| self.rules.metas()[ix.0 as usize].id.as_str()).collect();
        let ids = json!(ids);
        let mut fields = fields(event);
        let kind = self.kind(&name, event);
        fields.insert("_n".to_owned(), json!(kind.count));
        writeln!(kind.events, "{}", Json::Object(fields)).unwrap();
        writeln!(kind.found, "{}", json!({ "n": kind.count, "rules": ids })).unwrap();
        kind.count += 1;
    }
}

impl Sink for Writer<'_> {
    fn event(&mut self, event: &Event<'_>, _line: u64) {
        self.take(event);
    }
    fn reject(&mut self, _reject: Reject) {}
}

fn logs(rules: &Path, pipelines: &Path, out: &Path, paths: &[PathBuf]) {
    let (mut texts, mut pipes) = (Vec::new(), Vec::new());
    gather(rules, &mut texts);
    gather(pipelines, &mut pipes);
    let formats = Formats::builtin();
    let options = LoadOptions { pipelines: pipes, ..LoadOptions::default() };
    let (rules, loaded) = Rules::load_with(texts.clone(), &options);
    println!("{:?}", loaded.counts);
    let mut writer = Writer {
        rules: &rules,
        files: &texts,
        matcher: rules.matcher(),
        out,
        agency: Agency::default(),
        kinds: BTreeMap::new(),
    };
    for path in paths {
        let bytes = fs::read(path).unwrap();
        let head = &bytes[..bytes.len().min(256 << 10)];
        let Some(format) = formats.guess(head, &path.display().to_string()).format else {
            println!("no format: {}", path.display());
            continue;
        };
        let mut chunker = Chunker::new(format, bytes.as_slice());
        let mut decoder = Decoder::with(&Source::default(), format, formats);
        let mut arena = Bump::new();
        while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
            decoder.decode(&chunk, &arena, &mut writer);
            arena.reset();
        }
    }
    for (name, kind) in &writer.kinds {
        println!("{name}: {} events, the twin agrees on all", kind.count);
    }
}

/// Made rules and events: 40 rules over 400 events, so many times.
fn made(out: &Path, seed: u64, rounds: u64) {
    let mut luck = twin::generate::Luck::new(seed);
    for round in 0..rounds {
        let files: Vec<(String, String)> = (0..40)
            .map(|n| {
                let text = twin::generate::peer_rule(&mut luck);
                (format!("{round}-{n}.yml"), format!("id: r{round}-{n}\n{text}"))
            })
            .collect();
        let (rules, loaded) = Rules::load_with(files.clone(), &LoadOptions::default());
        assert_eq!(loaded.problems, vec![]);
        let folder = out.join(format!("made-{round}"));
        let mut writer = Writer {
            rules: &rules,
            files: &files,
            matcher: rules.matcher(),
            out: &folder,
            agency: Agency::default(),
            kinds: BTreeMap::new(),
        };
        for _ in 0..400 {
            let event = twin::made::peer_event(&mut luck);
            writer.take(&event.event());
        }
    }
}

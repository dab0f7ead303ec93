//! Gathers rules: the pack that is built in with its pipelines, and files or folders of a user's.
//! It reads; what a rule means is `core/sigma`'s and `stages/detect`'s.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use bakas_detect::{FieldsSeen, LoadOptions, Rules};
pub use bakas_detect::{LoadProblem, Loaded, RuleReport, RuleStatus};
use bakas_ingest::Formats;
pub use bakas_model::RuleCounts;
use bakas_model::{Stream, case::NeverSeen, limits::RULE_BYTES_LIMIT};
use include_dir::{Dir, include_dir};

use crate::{
    Error,
    compiled::{Ready, Texts},
    files,
};

static PACK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../rules");
static PIPELINES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../pipelines");

/// Largest file of placeholders, in bytes.
const PLACEHOLDERS_BYTES_LIMIT: u64 = 16 << 20;

/// What rules are made from: files and folders.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Whether the built-in rules are asked.
    pub builtin: bool,
    /// Rules in Sigma format, filters and correlations among them.
    pub rules: Vec<PathBuf>,
    /// Processing pipelines beside the built-in ones.
    pub pipelines: Vec<PathBuf>,
    /// Values for placeholders: TOML, `name = ["value", …]`.
    pub placeholders: Vec<PathBuf>,
}

/// Loaded rules, with what became of each.
#[derive(Debug)]
pub struct Rulebook {
    /// The rules, ready to match.
    pub rules: Rules,
    /// What became of each file and rule.
    pub loaded: Loaded,
    /// What a person should know of how they were loaded.
    pub note: Option<String>,
}

/// What is given, read, for logs of any formats.
pub(crate) struct Sources {
    rules: Texts,
    options: LoadOptions,
}

/// Loads what is given, and the built-in pack where asked for, for logs of these formats.
///
/// # Errors
/// Where a path cannot be read. A rule that is wrong in itself is a problem, not an error.
pub fn load(given: &Given, formats: Formats) -> Result<Rulebook, Error> {
    read(given)?.load(formats)
}

/// Reads what is given.
pub(crate) fn read(given: &Given) -> Result<Sources, Error> {
    let mut texts = Vec::new();
    if given.builtin {
        embedded(&PACK, &mut texts);
    }
    let listed = files::list(&given.rules, IS_YAML)?;
    let mut pipelines = Vec::new();
    embedded(&PIPELINES, &mut pipelines);
    files::gather(&given.pipelines, IS_YAML, RULE_BYTES_LIMIT as u64, &mut pipelines)?;
    let placeholders = placeholders(&given.placeholders)?;
    let options = LoadOptions { placeholders, pipelines, ..LoadOptions::default() };
    Ok(Sources { rules: Texts::new(texts, listed, &options)?, options })
}

impl Sources {
    /// Makes rules of them.
    ///
    /// # Errors
    /// Where a file that is there cannot be read.
    pub(crate) fn load(mut self, formats: Formats) -> Result<Rulebook, Error> {
        let custom = formats.definitions().filter(|d| d.stream() == Stream::Custom);
        self.options.custom = custom.map(|definition| definition.log_source()).collect();
        let Ready { rules, loaded, note } = self.rules.load(&self.options)?;
        Ok(Rulebook { rules, loaded, note })
    }
}

impl Rulebook {
    /// What became of the rules, with those that could not match for want of a field: `seen` are
    /// the fields of all the logs.
    pub(crate) fn seen(&self, seen: &FieldsSeen) -> Loaded {
        let mut loaded = self.loaded.clone();
        let never = self.rules.never_seen(seen).into_iter().map(|(rule, fields)| {
            let meta = &self.rules.metas()[rule.0 as usize];
            NeverSeen { rule: meta.id.clone(), title: meta.title.clone(), fields }
        });
        loaded.counts.never_seen = never.collect();
        loaded
    }
}

/// Whether a file in a folder of rules is one.
const IS_YAML: &[&str] = &["yml", "yaml"];

fn embedded(folder: &Dir<'_>, texts: &mut Vec<(String, String)>) {
    for file in folder.files().filter(|file| files::has_extension(file.path(), IS_YAML)) {
        let text = file.contents_utf8().expect("the pack is text: its tests load it");
        texts.push((format!("built-in/{}", file.path().display()), text.to_owned()));
    }
    for inner in folder.dirs() {
        embedded(inner, texts);
    }
}

fn placeholders(paths: &[PathBuf]) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let mut texts = Vec::new();
    files::gather(paths, &["toml"], PLACEHOLDERS_BYTES_LIMIT, &mut texts)?;
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in texts {
        let wrong = |what: String| Error::Config { path: Path::new(&path).to_owned(), what };
        let read: BTreeMap<String, Vec<Word>> =
            toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        for (name, values) in read {
            all.entry(name).or_default().extend(values.into_iter().map(Word::into_text));
        }
    }
    Ok(all)
}

/// A value of a placeholder: text, or a number as it is written.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Whole(i64),
    Number(f64),
}

impl Word {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }
}

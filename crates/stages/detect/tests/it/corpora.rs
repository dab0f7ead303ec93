//! The public rules, where they are at hand.

use std::path::{Path, PathBuf};

use bakas_detect::{LoadOptions, Loaded, RuleStatus, Rules};
use bakas_model::LogSource;

use crate::options::pipelines;

/// The project's folder.
fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().find(|folder| folder.join("Cargo.lock").exists()).unwrap()
}

/// The folder of public data, or `None` where there is none.
fn corpora() -> Option<PathBuf> {
    let folder = match std::env::var_os("BAKAS_CORPORA") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("../shared/corpora"),
    };
    folder.is_dir().then_some(folder)
}

fn options() -> LoadOptions {
    LoadOptions { pipelines: pipelines(), custom: described(), ..LoadOptions::default() }
}

/// The log sources that our format definitions name.
fn described() -> Vec<LogSource> {
    let mut all = Vec::new();
    let folder = root().join("crates/stages/ingest/formats");
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let text = std::fs::read_to_string(entry.unwrap().path().join("format.toml"));
        let text = text.unwrap_or_default();
        let Some((_, section)) = text.split_once("[logsource]\n") else { continue };
        let part = |key: &str| -> Option<&'static str> {
            let lines = section.lines().take_while(|line| !line.starts_with('['));
            let mut values = lines.filter_map(|line| line.strip_prefix(key)?.split('"').nth(1));
            values.next().map(|value| &*value.to_owned().leak())
        };
        let (category, product) = (part("category"), part("product"));
        all.push(LogSource { category, product, service: part("service") });
    }
    all
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            files.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn the_public_rules_load() {
    let Some(root) = corpora() else {
        println!("skipped: no public rules at hand");
        return;
    };
    let mut files = Vec::new();
    collect(&root.join("sigma-rules"), &mut files);
    let web = files.iter().filter(|(_, text)| text.contains("category: webserver")).count();
    let start = std::time::Instant::now();
    let (rules, loaded) = Rules::load_with(files, &options());
    let Loaded { counts, rules: reports, problems } = loaded;
    println!("{counts:?} in {:?}", start.elapsed());
    for problem in &problems {
        println!("{problem}");
    }
    let mut absent = std::collections::BTreeMap::<&str, u64>::new();
    for report in &reports {
        if let RuleStatus::NotApplicable(source) = &report.status {
            *absent.entry(source).or_default() += 1;
        }
    }
    println!("not applicable: {absent:?}");
    println!("mapped: {}", reports.iter().filter(|r| r.label() == "mapped").count());
    println!("unprefiltered: {}", reports.iter().filter(|r| r.unprefiltered).count());
    assert_eq!(reports.len(), 3754, "every rule is reported");
    // Rules that wait for values of the user's own are all that cannot be used.
    let unsupported: Vec<&str> = counts.unsupported.keys().map(String::as_str).collect();
    assert_eq!(unsupported, ["placeholder without values"], "{problems:?}");
    assert!(counts.loaded > 3_500, "{counts:?}");
    assert_eq!(counts.files, 3754);
    let refused: u64 = counts.unsupported.values().sum();
    assert_eq!(counts.loaded + counts.not_applicable + refused, counts.files);
    assert_eq!(refused, problems.len() as u64);
    let loaded = rules.metas().iter().filter(|meta| {
        std::fs::read_to_string(&meta.path).unwrap().contains("category: webserver")
    });
    assert_eq!((web, loaded.count()), (86, 86));
}

#[test]
fn the_rule_pack_loads_whole() {
    let mut files = Vec::new();
    collect(&root().join("rules"), &mut files);
    let (rules, Loaded { counts, problems, .. }) = Rules::load_with(files, &options());
    assert_eq!(problems, vec![]);
    assert!(counts.files > 0 && counts.not_applicable == 0, "{counts:?}");
    assert_eq!(rules.metas().len() as u64, counts.loaded);
}

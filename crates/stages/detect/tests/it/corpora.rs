//! The public rules, where they are at hand.

use std::path::{Path, PathBuf};

use bakas_detect::Rules;

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
    let (rules, counts, problems) = Rules::load(files);
    println!("{counts:?} in {:?}", start.elapsed());
    for problem in &problems {
        println!("{problem}");
    }
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
    let (rules, counts, problems) = Rules::load(files);
    assert_eq!(problems, vec![]);
    assert!(counts.files > 0 && counts.not_applicable == 0, "{counts:?}");
    assert_eq!(rules.metas().len() as u64, counts.loaded);
}

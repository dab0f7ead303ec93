//! What is kept of rules does what they did, and what is damaged is never believed.

use std::thread;

use super::*;

const COUNT: usize = SHARED_LEAST + 3;

fn texts(marker: &str) -> Vec<(String, String)> {
    let rule = |number: usize| {
        format!(
            "title: Rule {number} {marker}\nid: {number}\nlogsource: {{category: webserver}}\n\
             detection:\n  s:\n    cs-uri-query|contains: 'x{number}'\n    n|re: 'a+b'\n    \
             c|cidr: 192.0.2.0/24\n    e|expand: '%users%'\n  condition: s\n"
        )
    };
    let mut files: Vec<_> =
        (0..COUNT).map(|number| (format!("{number:03}.yml"), rule(number))).collect();
    let count = "title: Many\nid: many\ncorrelation:\n  type: event_count\n  rules: ['7']\n  \
                 group-by: [c]\n  timespan: 5m\n  condition: {gte: 10}\n";
    files.push(("many.yml".into(), count.into()));
    files.push(("wrong.yml".into(), "title: Wrong\ndetection: {s: {a|re: '('}}\n".into()));
    files.push(("absent.yml".into(), rule(COUNT).replace("category: webserver", "product: vax")));
    files
}

fn options(users: &[&str]) -> LoadOptions {
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    let placeholders = [("users".to_owned(), users)].into();
    LoadOptions { placeholders, ..LoadOptions::default() }
}

/// All that a person, or a case, is told of rules.
fn told(ready: &Ready) -> String {
    let Loaded { counts, rules, problems } = &ready.loaded;
    format!("{:#?}\n{counts:#?}\n{:#?}\n{problems:#?}", ready.rules.metas(), &**rules)
}

fn place_in(folder: &Path, marker: &str, options: &LoadOptions) -> PathBuf {
    place(folder, hash(&texts(marker), options).unwrap(), &options.custom).unwrap()
}

#[test]
fn what_is_kept_is_told_as_what_was_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&["ana"]);
    let path = place_in(folder.path(), "a", &options);
    let fresh = load(texts("a"), &options, Some(&path));
    assert_eq!(fresh.loaded.counts.loaded as usize, COUNT + 1);
    assert_eq!(fresh.loaded.counts.correlations, 1);
    assert_eq!((fresh.loaded.counts.not_applicable, fresh.loaded.problems.len()), (1, 1));
    // Were the files read, there would be nothing.
    let kept = load(Vec::new(), &options, Some(&path));
    assert_eq!(told(&kept), told(&fresh));
    assert_eq!((kept.note, fresh.note), (None, None));
}

#[test]
fn what_is_damaged_is_told_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&["ana"]);
    let path = place_in(folder.path(), "a", &options);
    let fresh = load(texts("a"), &options, Some(&path));
    let bytes = fs::read(&path).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 97 + 1) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, &damaged).unwrap();
        assert_eq!(read(&path).unwrap(), None, "byte {at}");
        fs::write(&path, &bytes[..at]).unwrap();
        assert_eq!(read(&path).unwrap(), None, "cut at {at}");
    }
    let again = load(texts("a"), &options, Some(&path));
    assert!(again.note.as_ref().is_some_and(|note| note.contains("damaged")), "{:?}", again.note);
    assert_eq!(told(&again), told(&fresh));
    assert_eq!(fs::read(&path).unwrap(), bytes, "it is whole again");
}

#[test]
fn whole_bytes_that_are_something_else_are_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&["ana"]);
    let path = folder.path().join("a.loaded");
    let bytes = load(texts("a"), &options, None);
    let bytes = bytes.rules.to_bytes(&bytes.loaded).unwrap();
    for wrong in [b"".as_slice(), b"something else", &bytes[..bytes.len() / 2]] {
        keep(&path, wrong).unwrap();
        let ready = load(texts("a"), &options, Some(&path));
        assert!(ready.note.is_some(), "{} bytes", wrong.len());
        assert_eq!(ready.loaded.counts.loaded as usize, COUNT + 1);
    }
}

#[test]
fn whatever_rules_depend_on_moves_the_place() {
    let folder = Path::new("/");
    let usual = options(&["ana"]);
    let place_of = |files: &[(String, String)], options: &LoadOptions| {
        place(folder, hash(files, options).unwrap(), &options.custom).unwrap()
    };
    let files = texts("a");
    let mut all = vec![place_of(&files, &usual)];
    assert_eq!(all[0], place_of(&texts("a"), &usual));
    all.push(place_of(&texts("b"), &usual));
    all.push(place_of(&files, &options(&["ben"])));
    all.push(place_of(&files, &options(&["a", "na"])));
    let pipelines = vec![("p.yml".to_owned(), "name: p\ntransformations: []\n".to_owned())];
    all.push(place_of(&files, &LoadOptions { pipelines, ..usual.clone() }));
    let custom = LogSource { product: Some("django"), ..LogSource::default() };
    all.push(place_of(&files, &LoadOptions { custom: vec![custom], ..usual.clone() }));
    let custom = LogSource { service: Some("django"), ..LogSource::default() };
    all.push(place_of(&files, &LoadOptions { custom: vec![custom], ..usual.clone() }));
    let mut renamed = texts("a");
    renamed[0].0.push('x');
    all.push(place_of(&renamed, &usual));
    // The same bytes, cut elsewhere.
    let mut cut = texts("a");
    let [(_, first), (_, second), ..] = cut.as_mut_slice() else { unreachable!("many") };
    let tail = first.split_off(first.len() - 1);
    second.insert_str(0, &tail);
    all.push(place_of(&cut, &usual));
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "each has a place of its own");
}

#[test]
fn several_may_load_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&["ana"]);
    let path = place_in(folder.path(), "a", &options);
    let expected = told(&load(texts("a"), &options, None));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let ready = load(texts("a"), &options, Some(&path));
                assert_eq!((told(&ready), ready.note), (expected.clone(), None));
            });
        }
    });
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing half written is left");
}

#[test]
fn the_oldest_go() {
    let place = tempfile::tempdir().unwrap();
    for number in 0..CACHED_FILES_LIMIT + 3 {
        let ending = EXTENSIONS[number % 2];
        keep(&place.path().join(format!("{number}.{ending}")), &[]).unwrap();
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), CACHED_FILES_LIMIT);
}

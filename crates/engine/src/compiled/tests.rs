//! What is kept of rules does what they did, and what is damaged is never believed.

use std::thread;

use super::*;
use crate::clock::{Clock as _, FixedClock};

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
    place(folder, &hash(&texts(marker), options).unwrap().finalize().into(), &options.custom)
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
        place(folder, &hash(files, options).unwrap().finalize().into(), &options.custom)
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
    for number in 0..2 * CACHED_FILES_LIMIT + 6 {
        let ending = EXTENSIONS[number % 3];
        keep(&place.path().join(format!("{number}.{ending}")), &[]).unwrap();
    }
    let count = |ending: &str| {
        let names = fs::read_dir(place.path()).unwrap().map(|e| e.unwrap().file_name());
        names.filter(|name| name.to_str().unwrap().ends_with(ending)).count()
    };
    assert_eq!(count("loaded") + count("parsed"), CACHED_FILES_LIMIT);
    assert_eq!(count("seen"), (2 * CACHED_FILES_LIMIT + 6) / 3);
}

/// Writes files and sets their times, so that they are settled.
fn written(folder: &Path, marker: &str, seconds: u64) -> Vec<Listed> {
    let listed = texts(marker).into_iter().map(|(name, text)| {
        let path = folder.join(&name);
        fs::write(&path, text).unwrap();
        let time = UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        (path, name)
    });
    listed.collect()
}

#[test]
fn files_that_look_otherwise_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&["ana"]);
    let place_of = |listed: &[Listed]| {
        let look = Look::at(&[], listed, &options, &SystemClock).unwrap();
        assert!(!look.is_settled(), "they were written just now: such a look is not kept");
        let later = FixedClock(SystemClock.now().plus_micros(60_000_000));
        assert!(Look::at(&[], listed, &options, &later).unwrap().is_settled());
        look.place().map(|place| place.file_name().unwrap().to_owned())
    };
    let listed = written(folder.path(), "a", 1_700_000_000);
    let first = place_of(&listed);
    assert_eq!(place_of(&listed), first, "nothing changed");
    // The same size and the same time of writing: the other time tells.
    thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(place_of(&written(folder.path(), "b", 1_700_000_000)) == first, first.is_none());
    let nowhere = [("/nowhere".into(), "a.yml".into())];
    assert!(Look::at(&[], &nowhere, &options, &SystemClock).is_none());
}

#[test]
fn a_look_leads_to_its_content_or_to_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("a.seen");
    assert_eq!(look::content_of(&seen), None, "not there");
    keep(&seen, &[7; HASH_BYTES]).unwrap();
    assert_eq!(look::content_of(&seen), Some([7; HASH_BYTES]));
    for wrong in [0, HASH_BYTES - 1, HASH_BYTES + 1] {
        keep(&seen, &vec![7; wrong]).unwrap();
        assert_eq!(look::content_of(&seen), None, "{wrong} bytes");
    }
    fs::write(&seen, [7; 2 * HASH_BYTES]).unwrap();
    assert_eq!(look::content_of(&seen), None, "damaged");
}

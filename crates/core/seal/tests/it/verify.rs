//! Seals a small case in memory, changes it, and looks at what is said.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use bakas_seal::{
    Clock, FileDigest, Folder, KEY_FILE, MANIFEST_FILE, Manifest, NOTE_FILE, Problem, PublicKey,
    Report, SealError, SigningKey, seal, verify,
};
use proptest::prelude::*;

#[derive(Clone, Default)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Folder for Files {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let bytes = self.0.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(bytes.as_slice()))
    }
}

impl Files {
    fn digests(&self) -> Vec<FileDigest> {
        let digest = |(path, bytes): (&String, &Vec<u8>)| {
            FileDigest::read(path, &mut bytes.as_slice()).unwrap()
        };
        self.0.iter().map(digest).collect()
    }
}

fn key() -> SigningKey {
    SigningKey::new("cert.example/bakas", &[42; 32]).unwrap()
}

fn logs() -> Files {
    Files(BTreeMap::from([
        ("welfare/access.log".to_owned(), b"192.0.2.1 - - GET /\n".to_vec()),
        ("labour/mail.zip".to_owned(), b"PK".to_vec()),
    ]))
}

fn sealed_case() -> Files {
    let mut case = Files(BTreeMap::from([
        ("case.json".to_owned(), b"{\"schema\":\"bakas-case/1\"}".to_vec()),
        ("events/class=http_activity/part-0.parquet".to_owned(), b"PAR1".to_vec()),
        ("empty.ndjson".to_owned(), Vec::new()),
    ]));
    let manifest = Manifest {
        tool: "bakas".to_owned(),
        version: "0.1.0".to_owned(),
        arguments: vec!["investigate".to_owned(), "logs é \"x\"".to_owned()],
        started: "2026-02-01T08:00:00Z".parse().unwrap(),
        finished: "2026-02-01T08:00:01.5Z".parse().unwrap(),
        clock: Clock::of_zone("Asia/Manila"),
        inputs: logs().digests(),
        outputs: case.digests(),
        ..Manifest::default()
    };
    let sealed = seal(manifest, &key()).unwrap();
    for (name, bytes) in sealed.files() {
        case.0.insert(name.to_owned(), bytes.to_vec());
    }
    case
}

fn check(case: &Files) -> Report {
    verify(case, Some(&logs()), Some(&key().public()))
}

fn named(report: &Report) -> Vec<&str> {
    report.problems.iter().filter_map(Problem::path).collect()
}

#[test]
fn an_untouched_case_is_right() {
    let report = check(&sealed_case());
    assert_eq!(report.problems, []);
    assert!(report.is_right());
    assert_eq!((report.outputs_right, report.inputs_right), (3, 2));
    let manifest = report.manifest.unwrap();
    assert_eq!(manifest.clock.synchronised, None);
    assert!(manifest.clock.note.contains("unknown"));
    let without = verify(&sealed_case(), None, None);
    assert!(without.is_right());
    assert_eq!((without.inputs_not_checked, without.key_expected), (2, false));
}

#[test]
fn the_manifest_is_canonical_and_the_note_stands() {
    let case = sealed_case();
    let text = |name: &str| String::from_utf8(case.0[name].clone()).unwrap();
    assert!(
        text(MANIFEST_FILE)
            .starts_with(r#"{"arguments":["investigate","logs é \"x\""],"clock":{"note":"#)
    );
    let size = case.0[MANIFEST_FILE].len();
    let note = text(NOTE_FILE);
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(lines[..2], ["bakas-seal/1", "cert.example/bakas"]);
    assert_eq!(lines[2], format!("manifest.json {size}"));
    assert!(lines[5].starts_with("— cert.example/bakas "), "{note}");
    assert!(PublicKey::parse(&text(KEY_FILE)).is_ok());
}

#[test]
fn every_change_of_the_folder_is_named() {
    let mut case = sealed_case();
    case.0.remove("empty.ndjson");
    case.0.insert("events/extra.parquet".to_owned(), Vec::new());
    case.0.get_mut("case.json").unwrap().push(b'\n');
    let report = check(&case);
    let texts: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 3, "{texts:#?}");
    assert!(texts[0].starts_with("changed: \"case.json\": sealed 25 bytes sha256 "), "{texts:#?}");
    assert!(texts[0].contains(", found 26 bytes sha256 "), "{texts:#?}");
    assert_eq!(texts[1], "missing: \"empty.ndjson\"");
    assert_eq!(texts[2], "not sealed: \"events/extra.parquet\"");
}

#[test]
fn changed_and_missing_logs_are_named() {
    let mut inputs = logs();
    inputs.0.insert("welfare/access.log".to_owned(), b"192.0.2.2 - - GET /\n".to_vec());
    inputs.0.remove("labour/mail.zip");
    inputs.0.insert("other.log".to_owned(), Vec::new());
    let report = verify(&sealed_case(), Some(&inputs), None);
    assert_eq!(named(&report), ["labour/mail.zip", "welfare/access.log"]);
}

#[test]
fn a_case_sealed_again_by_another_is_told() {
    let mut case = sealed_case();
    case.0.insert("case.json".to_owned(), b"{}".to_vec());
    let own = |name: &str| name.starts_with("seal/");
    let mut outputs = case.clone();
    outputs.0.retain(|name, _| !own(name));
    let manifest = Manifest { outputs: outputs.digests(), ..Manifest::default() };
    let other = SigningKey::new("cert.example/bakas", &[43; 32]).unwrap();
    for (name, bytes) in seal(manifest, &other).unwrap().files() {
        case.0.insert(name.to_owned(), bytes.to_vec());
    }
    assert!(verify(&case, None, None).is_right(), "in itself it is whole");
    let report = check(&case);
    assert!(matches!(report.problems.as_slice(), [Problem::WrongKey { .. }]), "{report:?}");
}

#[test]
fn a_missing_seal_is_named() {
    for name in [MANIFEST_FILE, NOTE_FILE, KEY_FILE] {
        let mut case = sealed_case();
        case.0.remove(name);
        let report = check(&case);
        assert!(named(&report).contains(&name), "{name}: {report:?}");
    }
}

#[test]
fn what_cannot_be_sealed_is_refused() {
    let file = |path: &str| FileDigest::read(path, &mut io::empty()).unwrap();
    let refuse = |outputs: Vec<FileDigest>| {
        seal(Manifest { outputs, ..Manifest::default() }, &key()).unwrap_err()
    };
    assert_eq!(refuse(vec![file("a"), file("a")]), SealError::Twice("a".into()));
    assert_eq!(refuse(vec![file("../a")]), SealError::Path("../a".into()));
    assert_eq!(refuse(vec![file(NOTE_FILE)]), SealError::Path(NOTE_FILE.into()));
    let upper = FileDigest { sha256: "A".repeat(64), ..file("a") };
    assert_eq!(refuse(vec![upper]), SealError::Digest("A".repeat(64)));
}

/// The same note with every byte of every file of the case and of the logs changed, one by one.
#[test]
fn any_changed_byte_is_caught_and_named() {
    let case = sealed_case();
    for (name, bytes) in &case.0 {
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = case.clone();
                changed.0.get_mut(name).unwrap()[at] ^= 1 << bit;
                let report = check(&changed);
                assert!(!report.is_right(), "{name}: byte {at} bit {bit} was not noticed");
                let names = named(&report);
                // A name in the manifest's own line of a file, a key that no longer fits its
                // note: the seal's file is what is named.
                let seal_named =
                    name.starts_with("seal/") && names.iter().any(|path| path.starts_with("seal/"));
                assert!(names.contains(&name.as_str()) || seal_named, "{name}: {names:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_other_byte_in_any_file_is_caught(which: prop::sample::Index, at: prop::sample::Index, to: u8) {
        let mut case = sealed_case();
        case.0.retain(|_, bytes| !bytes.is_empty());
        let mut whole = sealed_case();
        let name = which.get(&case.0.keys().cloned().collect::<Vec<_>>()).clone();
        let bytes = whole.0.get_mut(&name).unwrap();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        prop_assert!(!check(&whole).is_right(), "{} byte {}", name, at);
    }

    #[test]
    fn any_other_byte_in_any_log_is_caught(which: prop::sample::Index, at: prop::sample::Index, to: u8) {
        let mut inputs = logs();
        let name = which.get(&inputs.0.keys().cloned().collect::<Vec<_>>()).clone();
        let bytes = inputs.0.get_mut(&name).unwrap();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let report = verify(&sealed_case(), Some(&inputs), None);
        prop_assert_eq!(named(&report), [name.as_str()]);
    }

    #[test]
    fn hostile_seals_are_refused_without_a_crash(
        manifest in proptest::collection::vec(any::<u8>(), 0..200),
        note in ".*",
        public in ".*",
    ) {
        let mut case = sealed_case();
        case.0.insert(MANIFEST_FILE.to_owned(), manifest);
        case.0.insert(NOTE_FILE.to_owned(), note.into_bytes());
        case.0.insert(KEY_FILE.to_owned(), public.into_bytes());
        prop_assert!(!check(&case).is_right());
    }
}

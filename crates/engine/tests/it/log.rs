//! The log of a case: records in it, acts on it, and everything that must not go unseen.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bakas_engine::{
    EventLake, MemoryLake, Timestamp,
    clock::FixedClock,
    investigate,
    observer::{Quiet, Stop},
    seal::{self, Leaf, LeafKind, act, destroy, stamp, witness},
    verify::{self, Verified},
};
use bakas_model::custody::{ActKind, Authority, CustodyAct, Person};
use bakas_seal::{PublicKey, record::Field};

use crate::yard::{LINE, Yard};

const NOW: FixedClock = FixedClock(Timestamp::from_seconds(1_770_000_000));

/// Logs of several kinds: plain ones, an archive, UTF-16, lines that are none.
fn logs(yard: &Yard) -> PathBuf {
    let root = yard.path("logs");
    let write = |name: &str, bytes: &[u8]| {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        bakas_store::write_new(&path, bytes).unwrap();
    };
    let line = |n: usize| {
        LINE.replace("192.0.2.7", &format!("192.0.2.{}", n % 200))
            .replace("index", &format!("page{n}"))
            .replace(":08:00:00", &format!(":08:{:02}:{:02}", n / 60 % 60, n % 60))
    };
    let plain: String = (0..600).map(line).collect();
    write("a/web.log", plain.as_bytes());
    let odd = format!("{}no line of a log at all\n\n{}", line(700), line(701));
    write("a/odd.log", odd.as_bytes());
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(
            (0..40)
                .map(|n| line(800 + n).replace("page", "p\u{f1}"))
                .collect::<String>()
                .encode_utf16(),
        )
        .flat_map(u16::to_le_bytes)
        .collect();
    write("b/wide.log", &wide);
    let packed: String = (0..300).map(|n| line(900 + n)).collect();
    write("b/packed.log.zst", &zstd::encode_all(packed.as_bytes(), 1).unwrap());
    root
}

fn investigated(yard: &Yard, logs: &Path, name: &str, threads: usize) -> PathBuf {
    let lakes = |_: &Path, _: &[bakas_model::Agency]| -> Box<dyn EventLake> {
        Box::new(MemoryLake::default())
    };
    let request = investigate::Request {
        inputs: vec![logs.to_owned()],
        out: yard.path(name),
        given: bakas_engine::rulebook::Given { builtin: true, ..Default::default() },
        threads,
        key: Some(yard.path("key")),
        data: Some(yard.path("data")),
        seal_seed: Some([7; 32]),
        ..investigate::Request::default()
    };
    let tools =
        investigate::Tools { lakes: &lakes, observer: &Quiet, stop: &Stop::new(), clock: &NOW };
    investigate::run(&request, &tools).unwrap().folder
}

fn check(case: &Path, logs: Option<&Path>) -> Verified {
    verify::run(case, logs, None).unwrap()
}

fn person() -> Person {
    Person { name: "Ana".into(), agency: "cert.example".into(), ..Person::default() }
}

fn key(yard: &Yard) -> PathBuf {
    yard.path("key")
}

fn public(case: &Path) -> PublicKey {
    PublicKey::parse(&fs::read_to_string(case.join("seal/key.pub")).unwrap()).unwrap()
}

#[test]
fn every_record_is_sealed_alike_on_any_number_of_threads() {
    let yard = Yard::new();
    let logs = logs(&yard);
    let one = investigated(&yard, &logs, "one", 1);
    let three = investigated(&yard, &logs, "three", 3);
    let verified = check(&one, Some(&logs));
    assert!(verified.holds, "{:?}", verified.problems);
    let log = verified.log.unwrap();
    // 600 and 3 lines, of which one is blank and none; 40 wide; 300 packed.
    assert_eq!((log.records, log.records_right, log.records_unchecked), (943, 943, 0));
    let rows = |case: &Path| fs::read(case.join("seal/records")).unwrap();
    assert_eq!(rows(&one), rows(&three));
    let hashes =
        |case: &Path| fs::read(case.join("seal/log/level-0")).unwrap()[..943 * 32].to_vec();
    assert_eq!(hashes(&one), hashes(&three), "threads leave no trace");
    let (first, second) =
        (seal::head(&one).unwrap().unwrap(), seal::head(&three).unwrap().unwrap());
    assert_eq!(first.size, second.size);
    assert_ne!(first.origin, second.origin, "each case has a log of its own");
}

#[test]
fn a_changed_log_is_told_with_file_byte_and_leaf() {
    let yard = Yard::new();
    let logs = logs(&yard);
    let case = investigated(&yard, &logs, "case", 2);
    let path = logs.join("a/web.log");
    let right = fs::read(&path).unwrap();
    let mut bytes = right.clone();
    let at = right.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[at + 3] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let verified = check(&case, Some(&logs));
    let told = format!("the record at byte {at} of");
    assert!(
        verified.problems.iter().any(|p| p.contains("a/web.log") && p.contains(&told)),
        "{:?}",
        verified.problems
    );
    fs::write(&path, &right[..right.len() / 2]).unwrap();
    let verified = check(&case, Some(&logs));
    assert!(verified.problems.iter().any(|p| p.starts_with("cut:") && p.contains("a/web.log")));
    assert!(check(&case, None).holds, "the case itself is as it was");
}

#[test]
fn acts_are_leaves_and_what_is_late_or_missing_is_told() {
    let yard = Yard::new();
    let logs = logs(&yard);
    let case = investigated(&yard, &logs, "case", 2);
    let before = act::status(&case, NOW.0).unwrap();
    assert_eq!(before.gaps.len(), 4, "no act says how the four sources came: {:?}", before.gaps);
    let done = CustodyAct {
        act: ActKind::Received,
        at: Timestamp::from_seconds(1_769_000_000),
        person: person(),
        ..CustodyAct::default()
    };
    let range = act::act(&case, Some(&key(&yard)), done.clone(), (&[], &NOW)).unwrap();
    assert_eq!(range.first, before.leaves);
    let status = act::status(&case, NOW.0).unwrap();
    assert_eq!(status.gaps.len(), 1, "late alone: {:?}", status.gaps);
    assert!(check(&case, Some(&logs)).holds);
    let nobody = CustodyAct { person: Person::default(), ..done.clone() };
    assert!(act::act(&case, Some(&key(&yard)), nobody, (&[], &NOW)).is_err());
    let future = CustodyAct { at: Timestamp::from_seconds(1_770_000_301), ..done.clone() };
    assert!(act::act(&case, Some(&key(&yard)), future, (&[], &NOW)).is_err());
    let nowhere = CustodyAct { sources: vec![99], ..done };
    assert!(act::act(&case, Some(&key(&yard)), nowhere, (&[], &NOW)).is_err());
    let other = yard.path("other-key");
    let refused = act::act(
        &case,
        Some(&other),
        CustodyAct { person: person(), ..CustodyAct::default() },
        (&[], &NOW),
    );
    assert!(refused.unwrap_err().to_string().contains("continued with the key that began it"));
}

#[test]
fn a_leaf_is_proved_and_some_fields_of_a_record_opened() {
    let yard = Yard::new();
    let logs = logs(&yard);
    let case = investigated(&yard, &logs, "case", 2);
    let wanted: BTreeSet<_> = (0..4).map(|source| (source, 0)).collect();
    // The wide source's first record lies behind its mark.
    let known: BTreeSet<_> = wanted
        .iter()
        .flat_map(|(source, offset)| [(*source, *offset), (*source, offset + 2)])
        .filter(|(source, offset)| seal::record_leaf(&case, *source, *offset).unwrap().is_some())
        .collect();
    assert_eq!(known.len(), 4);
    let shows = |field: Field, _: u8| matches!(field, Field::Src | Field::Time);
    let openings = seal::open_records(&case, &logs, &known, false, &shows).unwrap();
    for opening in &openings {
        let proof = seal::prove(&case, opening.index).unwrap();
        let proof = seal::Proof::parse(&proof.to_text()).unwrap();
        opening.verify(&proof, &public(&case)).unwrap();
        let names: Vec<_> = opening.shown().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["time", "src"]);
        assert!(opening.raw.is_none() && !opening.hidden.is_empty());
    }
    let whole = seal::open_records(&case, &logs, &known, true, &|_, _| true).unwrap();
    assert!(whole.iter().all(|opening| opening.hidden.is_empty() && opening.raw.is_some()));
    assert!(seal::open_records(&case, &logs, &[(0, 1)].into(), false, &shows).is_err());
    let path = logs.join("a/web.log");
    let changed = fs::read_to_string(&path).unwrap().replace("192.0.2.0 ", "192.0.2.1 ");
    fs::write(&path, changed).unwrap();
    assert!(seal::open_records(&case, &logs, &known, false, &shows).is_err());
}

#[test]
fn destruction_takes_payload_and_salts_and_leaves_the_leaves() {
    let yard = Yard::new();
    let logs = logs(&yard);
    let case = investigated(&yard, &logs, "case", 2);
    let asked = destroy::Destruction {
        source: 0,
        reason: "retention is over".into(),
        authority: Authority { kind: "order".into(), number: "7".into(), ..Authority::default() },
        person: person(),
        derived: true,
    };
    let none = destroy::Destruction { reason: " ".into(), ..asked.clone() };
    assert!(destroy::destroy(&case, Some(&key(&yard)), none, (&[], &NOW)).is_err());
    let head = seal::head(&case).unwrap().unwrap();
    let done = destroy::destroy(&case, Some(&key(&yard)), asked, (&[], &NOW)).unwrap();
    assert!(done.files.contains(&"secret/source-0.key".to_owned()), "{:?}", done.files);
    assert!(!case.join("secret/source-0.key").exists() && !case.join("report.html").exists());
    let verified = check(&case, Some(&logs));
    assert!(verified.holds, "{:?}", verified.problems);
    let log = verified.log.unwrap();
    assert_eq!(log.destroyed.len(), 1);
    assert!(log.destroyed[0].contains("retention is over"), "{:?}", log.destroyed);
    assert!(log.records_unchecked > 0 && log.records == 943 && log.leaves == head.size + 1);
    assert!(seal::open_records(&case, &logs, &[(0, 0)].into(), false, &|_, _| true).is_err());
    // What went without an act is told.
    fs::remove_file(case.join("secret/source-1.key")).unwrap();
    assert!(check(&case, None).problems.iter().any(|p| p.contains("secret/source-1.key")));
}

#[test]
fn witnesses_cosign_what_goes_on_and_refuse_a_fork() {
    let yard = Yard::new();
    let logs = logs(&yard);
    let case = investigated(&yard, &logs, "case", 2);
    let twin = investigated(&yard, &logs, "twin", 2);
    let secret = key(&yard);
    let names = ["senate.example/w", "university.example/w", "office.example/w"];
    let keys: Vec<_> = names
        .map(|name| witness::witness_key(&yard.path(name.replace('/', "-")), name).unwrap())
        .into();
    let policy = witness::Policy {
        needed: 2,
        witnesses: keys.iter().map(|key| witness::public_text(key).trim().to_owned()).collect(),
    };
    witness::name(&case, Some(&secret), (&policy, person()), (&[], &NOW)).unwrap();
    let too_many = witness::Policy { needed: 4, ..policy };
    assert!(witness::name(&case, Some(&secret), (&too_many, person()), (&[], &NOW)).is_err());
    let log = public(&case);
    let state = |n: usize| yard.path(format!("state-{n}.json"));
    let cosign = |asked: &str, n: usize| witness::cosign(asked, &log, (&keys[n], &state(n)), &NOW);
    let first = witness::ask(&case, Some(&secret), 0).unwrap();
    for n in 0..2 {
        let line = cosign(&first.to_text(), n).unwrap();
        assert_eq!(witness::add(&case, Some(&secret), &line).unwrap().1.len(), n + 1);
    }
    let verified = check(&case, None);
    assert!(verified.holds, "{:?}", verified.problems);
    assert!(verified.to_string().contains("2 witnesses cosigned"), "{verified}");
    // It goes on from what was cosigned, and only so.
    let old = bakas_seal::Checkpoint::peek(&first.checkpoint).unwrap().size;
    seal::append_with(&case, Some(&secret), &[Leaf::new(LeafKind::Statement, "x".into())]).unwrap();
    let again = witness::ask(&case, Some(&secret), 0).unwrap().to_text();
    let told = cosign(&again, 0).unwrap_err().to_string();
    assert!(told.contains(&format!("knows {old} leaves")), "{told}");
    let on = witness::ask(&case, Some(&secret), old).unwrap();
    let known = bakas_seal::Checkpoint::peek(&on.checkpoint).unwrap().size;
    cosign(&on.to_text(), 0).unwrap();
    assert!(cosign(&first.to_text(), 0).unwrap_err().to_string().contains("cosigned"), "older");
    // A fork of the same log: the case was copied, and each copy went on by itself.
    let fork = yard.path("fork");
    copy(&case, &fork);
    for (folder, word) in [(&case, "one"), (&fork, "two")] {
        let leaf = Leaf::new(LeafKind::Statement, word.into());
        seal::append_with(folder, Some(&secret), &[leaf]).unwrap();
    }
    cosign(&witness::ask(&case, Some(&secret), known).unwrap().to_text(), 0).unwrap();
    let told = cosign(&witness::ask(&fork, Some(&secret), known).unwrap().to_text(), 0)
        .unwrap_err()
        .to_string();
    assert!(told.contains("fork"), "{told}");
    // Another log is another one, whatever its words.
    assert!(cosign(&witness::ask(&twin, Some(&secret), 0).unwrap().to_text(), 2).is_ok());
    assert!(witness::add(&case, Some(&secret), "\u{2014} senate.example/w AAAA\n").is_err());
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_time_stamp_of_another_checkpoint_is_refused() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: no openssl");
        return;
    }
    let yard = Yard::new();
    let logs = logs(&yard);
    let case = investigated(&yard, &logs, "case", 2);
    assert!(check(&case, None).to_string().contains("no time stamp"));
    let authority = Authority3161::new(&yard);
    let (size, request) = stamp::ask(&case, Some(&key(&yard))).unwrap();
    assert_eq!(
        stamp::ask(&case, Some(&key(&yard))).unwrap(),
        (size, request.clone()),
        "asked once"
    );
    let response = authority.stamp(&request);
    let (stamped, what) = stamp::take(&case, Some(&key(&yard)), &response).unwrap();
    assert_eq!(stamped, size);
    assert!(what.time.starts_with("20") && what.time.ends_with('Z'), "{}", what.time);
    let verified = check(&case, None);
    assert!(verified.holds && verified.to_string().contains("bear a time stamp"), "{verified}");
    authority.verify(&stamp::data(&case, size).unwrap(), &response);
    // The next checkpoint has no stamp yet, and that of the first is none for it.
    seal::append_with(&case, Some(&key(&yard)), &[Leaf::new(LeafKind::Statement, 1.into())])
        .unwrap();
    let (next, request) = stamp::ask(&case, Some(&key(&yard))).unwrap();
    assert!(next > size);
    let other = authority.stamp(&request);
    fs::write(case.join(format!("seal/checkpoints/{size}.tsr")), &other).unwrap();
    let told = check(&case, None).problems;
    assert!(told.iter().any(|p| p.contains(&format!("{size}.tsr"))), "{told:?}");
    fs::write(case.join(format!("seal/checkpoints/{size}.tsr")), &response).unwrap();
    for at in [20, response.len() / 2] {
        assert!(stamp::take(&case, Some(&key(&yard)), &response[..at]).is_err());
    }
}

/// A time stamping authority of our own, made with openssl.
struct Authority3161(PathBuf);

impl Authority3161 {
    fn new(yard: &Yard) -> Self {
        let root = yard.path("tsa");
        fs::create_dir_all(&root).unwrap();
        let config = "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=tsa.example\n\
            [ext]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n\
            [tsa]\ndefault_tsa=one\n[one]\nserial=serial\ncrypto_device=builtin\nsigner_cert=cert.pem\n\
            signer_key=key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\n\
            accuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n";
        fs::write(root.join("tsa.cnf"), config).unwrap();
        fs::write(root.join("serial"), "01\n").unwrap();
        let made = Self(root);
        made.run(&[
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
            "cert.pem", "-days", "30", "-config", "tsa.cnf",
        ]);
        made
    }

    fn run(&self, arguments: &[&str]) {
        let done = Command::new("openssl").args(arguments).current_dir(&self.0).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn stamp(&self, request: &[u8]) -> Vec<u8> {
        fs::write(self.0.join("q"), request).unwrap();
        self.run(&["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q", "-out", "r"]);
        fs::read(self.0.join("r")).unwrap()
    }

    fn verify(&self, data: &[u8], response: &[u8]) {
        fs::write(self.0.join("d"), data).unwrap();
        fs::write(self.0.join("r"), response).unwrap();
        self.run(&["ts", "-verify", "-data", "d", "-in", "r", "-CAfile", "cert.pem"]);
    }
}

#[test]
fn a_writer_that_was_killed_leaves_the_last_checkpoint() {
    let yard = Yard::new();
    let case = yard.path("small");
    fs::create_dir_all(&case).unwrap();
    let secret = key(&yard);
    let leaf = |n: usize| Leaf::new(LeafKind::Statement, format!("{n:0>50}").into());
    let first: Vec<_> = (0..300).map(leaf).collect();
    let before = seal::append_with(&case, Some(&secret), &first).unwrap().head;
    let files = ["level-0", "level-1", "leaves.ndjson"];
    let old: Vec<_> =
        files.iter().map(|name| fs::read(case.join("seal/log").join(name)).unwrap()).collect();
    let note = fs::read(case.join("seal/log/checkpoint")).unwrap();
    let more: Vec<_> = (300..600).map(leaf).collect();
    seal::append_with(&case, Some(&secret), &more).unwrap();
    let new: Vec<_> =
        files.iter().map(|name| fs::read(case.join("seal/log").join(name)).unwrap()).collect();
    // Everything between nothing and all of the new bytes, in each file by itself, with the old
    // checkpoint still in its place.
    let cuts = std::env::var("BAKAS_CUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(60_usize);
    for n in 0..cuts {
        for ((name, old), new) in files.iter().zip(&old).zip(&new) {
            let spread = new.len() - old.len();
            let part = (n * 7919 + name.len() * 31) % (spread + 1);
            fs::write(case.join("seal/log").join(name), &new[..old.len() + part]).unwrap();
        }
        fs::write(case.join("seal/log/checkpoint"), &note).unwrap();
        let after = seal::append_with(&case, Some(&secret), &[leaf(1000 + n)]).unwrap();
        assert_eq!((after.first, after.head.size), (before.size, before.size + 1), "cut {n}");
        let path = bakas_seal_consistency(&case, &secret, before.size);
        assert!(path, "the log goes on from the last checkpoint");
        fs::write(case.join("seal/log/checkpoint"), &note).unwrap();
    }
    // A row that is shorter than the checkpoint says is damage, and not what a killed writer leaves.
    fs::write(case.join("seal/log/level-0"), &old[0][..old[0].len() - 1]).unwrap();
    let refused = seal::append_with(&case, Some(&secret), &[leaf(0)]).unwrap_err().to_string();
    assert!(refused.contains("level-0"), "{refused}");
}

/// Whether the log of a case still begins with its first leaves.
fn bakas_seal_consistency(case: &Path, _key: &Path, size: u64) -> bool {
    let text = fs::read_to_string(case.join("seal/log/leaves.ndjson")).unwrap();
    text.lines().count() as u64 == size + 1
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let there = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &there);
        } else {
            fs::copy(entry.path(), there).unwrap();
        }
    }
}

mod mutations;

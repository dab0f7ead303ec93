//! Bags of disclosed records and dossiers: what they show, what they hide, what breaks them, and
//! whether tools of others accept them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{LazyLock, Mutex},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::yard::{Ran, Yard};

/// A case of the scenario with a disclosure and a dossier, made once.
static MADE: LazyLock<Mutex<Yard>> = LazyLock::new(|| {
    let yard = Yard::new();
    for arguments in [
        &["scenario", "--seed", "7", "--scale", "4000", "--out", "made"][..],
        &["investigate", "made/logs", "--out", "case", "--quiet"],
        &["seal", "act", "case", "--act", "received", "--person", "Ana", "--purpose", "analysis"],
        &release("disclose", "bag", &["--fields", "time,action"]),
        &release("dossier", "dossier", &["--fields", "time,src,action", "--raw"]),
    ] {
        let ran = yard.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
    }
    Mutex::new(yard)
});

fn release<'a>(what: &'a str, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["seal", what, "case", "--inputs", "made/logs", "--incident", "I-01"];
    all.extend(["--count", "10", "--to", "cert.example", "--person", "Ana", "--out", out]);
    all.extend(more);
    all
}

fn verify(yard: &Yard, bag: &str) -> Ran {
    yard.run(&["verify", bag])
}

/// Every file of a folder, with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                found.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_bag_shows_what_was_chosen_and_hides_the_rest() {
    let yard = MADE.lock().unwrap();
    let ran = verify(&yard, "bag");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("the bag holds: 10 records"), "{}", ran.out);
    let case: serde_json::Value =
        serde_json::from_slice(&fs::read(yard.path("case/case.json")).unwrap()).unwrap();
    let incident = &case["incidents"][0];
    assert_eq!(incident["id"], "I-01");
    let addresses: Vec<String> = incident["addresses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["address"].as_str().unwrap().to_owned())
        .collect();
    assert!(!addresses.is_empty());
    let secrets = files(&yard.path("case/secret"));
    for (path, bytes) in files(&yard.path("bag")) {
        let text = String::from_utf8_lossy(&bytes);
        for address in &addresses {
            assert!(!text.contains(address), "{address} stands in {}", path.display());
        }
        for (_, secret) in &secrets {
            assert!(!text.contains(String::from_utf8_lossy(secret).trim()), "{}", path.display());
        }
    }
    let record = fs::read_to_string(yard.path("bag/data/records/000001.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let names: Vec<&str> =
        record["fields"].as_array().unwrap().iter().map(|f| f[1].as_str().unwrap()).collect();
    assert!(names.contains(&"action") && !names.contains(&"src"), "{record}");
}

/// Tries every address that begins alike, with every salt that is known, against hidden digests.
fn attack(hidden: &BTreeSet<[u8; 32]>, begin: [u8; 2], salts: &BTreeSet<String>) -> Option<String> {
    for last in 0..=u16::MAX {
        let [c, d] = last.to_be_bytes();
        let guess = format!("{}.{}.{c}.{d}", begin[0], begin[1]);
        for salt in salts {
            let mut field = URL_SAFE_NO_PAD.decode(salt).unwrap();
            field.extend_from_slice(format!("src={guess}").as_bytes());
            if hidden.contains::<[u8; 32]>(&Sha256::digest(field).into()) {
                return Some(guess);
            }
        }
    }
    None
}

/// The attacker has the bag, and knows the first half of an address that it hides. On a copy without
/// salts the attack takes a moment; on the bag it finds nothing, because every salt is used once.
#[test]
fn hidden_addresses_cannot_be_guessed() {
    let yard = MADE.lock().unwrap();
    let shown = |path: &str| -> Vec<[String; 3]> {
        let record = fs::read(yard.path(path)).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        serde_json::from_value(record["fields"].clone()).unwrap()
    };
    let (mut hidden, mut salts) = (BTreeSet::new(), BTreeSet::new());
    for (path, bytes) in files(&yard.path("bag/data/records")) {
        let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        for digest in record["hidden"].as_array().unwrap() {
            let digest = digest.as_str().unwrap();
            let byte =
                |n: usize| u8::from_str_radix(digest.get(2 * n..2 * n + 2).unwrap(), 16).unwrap();
            hidden.insert(std::array::from_fn(byte));
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for [salt, name, _] in shown(&format!("bag/data/records/{name}")) {
            assert_eq!(URL_SAFE_NO_PAD.decode(&salt).unwrap().len(), 16);
            assert_ne!(name, "src");
            assert!(salts.insert(salt), "every field has a salt of its own");
        }
    }
    // The dossier shows the same record's address: so the attacker's guess is known to be good.
    let record = shown("dossier/data/records/000001.json");
    let [salt, _, address] = record.iter().find(|field| field[1] == "src").unwrap();
    let ip: std::net::Ipv4Addr = address.parse().unwrap();
    let begin = [ip.octets()[0], ip.octets()[1]];

    let unsalted = BTreeSet::from([Sha256::digest(format!("src={address}")).into()]);
    let none = BTreeSet::from([String::new()]);
    assert_eq!(attack(&unsalted, begin, &none).as_ref(), Some(address), "the attack works");
    let known = BTreeSet::from([salt.clone()]);
    assert_eq!(
        attack(&hidden, begin, &known).as_ref(),
        Some(address),
        "and so it does with the salt"
    );
    salts.insert(String::new());
    assert_eq!(attack(&hidden, begin, &salts), None);
}

#[test]
fn whatever_is_altered_is_told() {
    let yard = MADE.lock().unwrap();
    for (path, bytes) in files(&yard.path("bag")) {
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut altered = bytes.clone();
            altered[at] ^= 1;
            fs::write(&path, &altered).unwrap();
            let ran = verify(&yard, "bag");
            assert_ne!(ran.code, 0, "{} byte {at}: {}", path.display(), ran.out);
        }
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(verify(&yard, "bag").code, 0);
}

#[test]
fn the_log_tells_of_every_bag() {
    let yard = MADE.lock().unwrap();
    let ran = yard.run(&["seal", "status", "case"]);
    assert_eq!(ran.out.matches("disclosed by Ana").count(), 2, "{}", ran.out);
    let leaves = fs::read_to_string(yard.path("case/seal/log/leaves.ndjson")).unwrap();
    let signed = fs::read(yard.path("bag/tagmanifest-sha256.txt")).unwrap();
    let digest: String = Sha256::digest(signed).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(leaves.matches(&digest).count(), 2, "as an act and as a package");
    let ran = yard.run(&["verify", "case", "--inputs", "made/logs"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_case_that_was_worked_with_is_not_made_anew() {
    let yard = MADE.lock().unwrap();
    let ran = yard.run(&["investigate", "made/logs", "--out", "case", "--replace", "--quiet"]);
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("custody, package"), "{}", ran.err);
}

#[test]
fn what_cannot_be_a_bag_is_refused() {
    let yard = MADE.lock().unwrap();
    for (more, code, told) in [
        (&["--fields", "time", "--out", "case/bag"][..], 2, "case"),
        (&["--fields", "time", "--out", "bag"], 4, "bag"),
        (&["--out", "other"], 2, "--fields"),
        (&["--fields", "password", "--out", "other"], 2, "no such field"),
        (&["--fields", "time", "--incident", "I-99", "--out", "other"], 2, "no incident I-99"),
        (&["--fields", "time", "--record", "nowhere.log:3", "--out", "other"], 2, "nowhere.log"),
    ] {
        let mut all = vec!["seal", "disclose", "case", "--inputs", "made/logs", "--person", "Ana"];
        if !more.contains(&"--incident") {
            all.extend(["--incident", "I-01"]);
        }
        all.extend(more);
        let ran = yard.run(&all);
        assert_eq!(ran.code, code, "{more:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(told), "{more:?}: {}", ran.err);
        assert!(!yard.path("other").exists() && !yard.path("case/bag").exists());
    }
}

/// A tool of others, run in the yard; `None`, and said, where it is not there.
fn judge(yard: &Yard, name: &str, command: &mut Command) -> Option<String> {
    match command.current_dir(yard.path(".")).output() {
        Ok(done) => {
            let out = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
            if out.contains("No module named") || out.contains("cannot find package") {
                println!("skipped: {name} is not here: {}", out.trim());
                return None;
            }
            assert!(done.status.success(), "{name}: {out}");
            Some(out)
        }
        Err(e) => {
            println!("skipped: {name} is not here: {e}");
            None
        }
    }
}

fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("BAKAS_JUDGES")
        .map_or_else(|| root.join("target/tools/python/bin/python"), PathBuf::from)
}

#[test]
fn tools_of_others_accept_bag_and_dossier() {
    let yard = MADE.lock().unwrap();
    let by_hand = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/verify");
    for bag in ["bag", "dossier"] {
        let folder = yard.path(bag);
        for manifest in ["manifest-sha256.txt", "tagmanifest-sha512.txt"] {
            let sum = if manifest.contains("512") { "sha512sum" } else { "sha256sum" };
            let mut command = Command::new("sh");
            command.args(["-c", &format!("cd {bag} && {sum} --quiet -c {manifest}")]);
            judge(&yard, sum, &mut command);
        }
        let mut command = Command::new("sh");
        let signer = "-I bakas.local -n bag@bakas -s tagmanifest-sha256.txt.sig";
        command.args(["-c", &format!(
            "command -v ssh-keygen >/dev/null || {{ echo No module named ssh-keygen; exit; }}; cd {bag} && \
             ssh-keygen -Y verify -f data/log/allowed_signers {signer} < tagmanifest-sha256.txt"
        )]);
        judge(&yard, "ssh-keygen", &mut command);
        let mut command = Command::new(python());
        judge(&yard, "bagit", command.args(["-m", "bagit", "--validate", bag]));
        let mut command = Command::new("python3");
        let told = judge(&yard, "Python", command.arg(by_hand.join("check_bag.py")).arg(&folder));
        assert!(told.is_none_or(|told| told.starts_with("10 records hold")));
        let mut command = Command::new("go");
        command.args(["run"]).arg(by_hand.join("check_bag.go")).arg(&folder);
        command.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode");
        command.env("GOCACHE", yard.path("go-cache")).env("GOFLAGS", "");
        let told = judge(&yard, "Go", &mut command);
        assert!(told.is_none_or(|told| told.starts_with("10 records hold")));
    }
    let mut command = Command::new(python());
    command.args(["-m", "case_utils.case_validate", "dossier/data/case.jsonld"]);
    let told = judge(&yard, "case_validate", &mut command);
    assert!(told.is_none_or(|told| told.contains("Conforms: True")));
}

#[test]
fn tools_of_others_refuse_an_altered_bag() {
    let yard = MADE.lock().unwrap();
    let by_hand = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/verify");
    let path = yard.path("bag/data/records/000003.json");
    let bytes = fs::read(&path).unwrap();
    let mut record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let value = &mut record["fields"][0][2];
    *value = format!("x{}", value.as_str().unwrap()).into();
    let altered = record.to_string();
    assert_ne!(altered.as_bytes(), bytes);
    fs::write(&path, altered).unwrap();
    let mut command = Command::new("python3");
    command.arg(by_hand.join("check_bag.py")).arg(yard.path("bag"));
    if let Ok(done) = command.output() {
        assert!(!done.status.success());
        assert!(String::from_utf8_lossy(&done.stderr).contains("000003"), "{done:?}");
    } else {
        println!("skipped: Python is not here");
    }
    fs::write(&path, bytes).unwrap();
}

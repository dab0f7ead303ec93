//! What is generated: the same for a seed, complete, lifelike in its proportions, and true to its
//! truth.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use bakas_model::IncidentKind;
use bakas_scenario::{Options, ScenarioError, generate, truth::DUPLICATE_DECOY};
use sha2::{Digest, Sha256};

use crate::{files, make, unpacked};

fn digests(root: &std::path::Path) -> BTreeMap<String, Vec<u8>> {
    files(root).into_iter().map(|(n, bytes)| (n, Sha256::digest(bytes).to_vec())).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (one, two, other) = (make(11, 3_000), make(11, 3_000), make(12, 3_000));
    assert_eq!(digests(&one.root), digests(&two.root));
    let (a, b) = (digests(&one.root), digests(&other.root));
    let differing = a.iter().filter(|(name, digest)| b.get(*name) != Some(digest)).count();
    assert!(differing > 20, "another seed tells another story");
}

#[test]
fn every_seed_has_every_part() {
    for seed in 1..=5 {
        let made = make(seed, 2_000);
        let names: BTreeSet<&str> = made.truth.decoys.iter().map(|d| d.name.as_str()).collect();
        let wanted = [
            "cgnat",
            "clock-skew",
            DUPLICATE_DECOY,
            "forgetful-user",
            "hosted-reader",
            "log-rotation",
            "monitor",
            "permitted-scanner",
            "tor-reader",
            "truncated-file",
            "vpn-user",
            "zone-trap",
        ];
        assert_eq!(names.into_iter().collect::<Vec<_>>(), wanted, "seed {seed}");
        for decoy in &made.truth.decoys {
            for file in &decoy.files {
                assert!(made.root.join("logs").join(file).is_file(), "{}: {file}", decoy.name);
            }
        }
        assert_eq!(made.truth.campaigns.len(), 3);
        let kinds: BTreeSet<IncidentKind> = made.truth.incidents.iter().map(|i| i.kind).collect();
        assert_eq!(kinds.len(), IncidentKind::ALL.len(), "seed {seed} has every kind");
        for incident in &made.truth.incidents {
            assert!(incident.lines >= 8, "{incident:?}");
        }
        let discovered: BTreeSet<&str> = made
            .truth
            .incidents
            .iter()
            .filter(|i| i.kind == IncidentKind::AdminDiscovery)
            .map(|i| i.agency.as_str())
            .collect();
        assert_eq!(discovered.len(), 6, "six domains were looked at for their administrators");
    }
}

#[test]
fn attacking_records_lie_where_the_truth_says() {
    let made = make(3, 6_000);
    let logs = files(&made.root.join("logs"));
    let unpacked: BTreeMap<&String, Vec<u8>> =
        logs.iter().map(|(name, bytes)| (name, unpacked(name, bytes))).collect();
    let incidents: BTreeMap<&str, _> =
        made.truth.incidents.iter().map(|i| (i.incident.as_str(), i)).collect();
    assert!(made.truth.lines.len() > 2_000);
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for line in &made.truth.lines {
        let bytes = &unpacked[&line.file];
        let (from, to) = (line.offset as usize, line.offset as usize + line.length as usize);
        let record = std::str::from_utf8(&bytes[from..to]).unwrap();
        let incident = incidents[line.incident.as_str()];
        let named = incident.addresses.iter().chain(&incident.accounts).any(|n| record.contains(n))
            || record.contains("session closed for user root");
        assert!(named, "{record} names nobody of {incident:?}");
        assert!(!record.contains('\n'));
        assert!(line.file.starts_with(incident.agency.as_str()), "{line:?}");
        let ends = last.insert(&line.file, to as u64);
        assert!(ends.is_none_or(|end| end < line.offset), "records do not overlap");
        if line.file.ends_with(".json") && !line.file.contains("nginx") {
            serde_json::from_str::<serde_json::Value>(record).unwrap();
        }
    }
}

#[test]
fn every_file_is_whole_but_the_one_that_is_not() {
    let made = make(4, 4_000);
    let mut cut = 0;
    for (name, bytes) in files(&made.root.join("logs")) {
        let text = unpacked(&name, &bytes);
        assert!(!text.is_empty(), "{name}");
        if made.truth.decoys.iter().any(|d| d.name == "truncated-file" && d.files.contains(&name)) {
            assert!(miniz_oxide::inflate::decompress_to_vec(&bytes[10..bytes.len() - 8]).is_err());
            cut += 1;
            continue;
        }
        assert_eq!(text.last(), Some(&b'\n'), "{name} ends with its last line");
        assert!(std::str::from_utf8(&text).is_ok(), "{name}");
        if name.ends_with(".json") && !name.contains("nginx") {
            let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let items = ["items", "activities", "Records"].iter().find_map(|k| document.get(k));
            let items = items.unwrap_or(&document).as_array().map_or(0, Vec::len);
            assert!(items > 0, "{name}");
        }
        if name.ends_with(".ndjson") || name.contains("caddy") || name.contains("nginx") {
            for line in text.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
                serde_json::from_slice::<serde_json::Value>(line).unwrap();
            }
        }
    }
    assert_eq!(cut, 1);
}

#[test]
fn copies_are_copies() {
    let made = make(5, 2_000);
    let pairs: Vec<_> = made.truth.decoys.iter().filter(|d| d.name == DUPLICATE_DECOY).collect();
    assert_eq!(pairs.len(), 2);
    for decoy in pairs {
        let read = |file: &String| fs::read(made.root.join("logs").join(file)).unwrap();
        assert_eq!(read(&decoy.files[0]), read(&decoy.files[1]));
    }
}

#[test]
fn the_scale_is_kept_and_attackers_grow_more_slowly() {
    let (small, middle, large) = (make(6, 5_000), make(6, 20_000), make(6, 60_000));
    let benign = |m: &crate::Made| m.summary.records - m.summary.attacking;
    assert!(benign(&small) < benign(&middle) && benign(&middle) < benign(&large));
    let near = |got: u64, want: u64| got > want * 9 / 10 && got < want * 12 / 10;
    assert!(near(benign(&large), 60_000), "{:?}", large.summary);
    assert!(near(benign(&middle), 20_000), "{:?}", middle.summary);
    assert!(small.summary.attacking < middle.summary.attacking);
    assert!(large.summary.attacking < benign(&large), "most of it is benign");
    let guesses = large.truth.incidents.iter().find(|i| i.kind == IncidentKind::PasswordGuessing);
    assert!(guesses.unwrap().lines > 17_000);
}

#[test]
fn no_guessing_address_stands_out_in_any_day() {
    let made = make(7, 50_000);
    let guessing = made
        .truth
        .incidents
        .iter()
        .find(|i| i.kind == IncidentKind::PasswordGuessing && i.agency == "welfare")
        .unwrap();
    assert!(guessing.addresses.len() >= 40, "several tens of addresses");
    assert!(guessing.addresses.iter().any(|a| a.contains(':')), "some of them IPv6");
    let name = "welfare/web2/access.log";
    let log = fs::read_to_string(made.root.join("logs").join(name)).unwrap();
    let mut per_day: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for line in log.lines().filter(|l| l.contains("\"POST /member/login HTTP/1.1\" 401")) {
        let address = line.split(' ').next().unwrap();
        let day = line.split(['[', ':']).find(|p| p.contains("/20")).unwrap();
        *per_day.entry((address, day)).or_default() += 1;
    }
    let worst = |wanted: bool| {
        per_day
            .iter()
            .filter(|((a, _), _)| guessing.addresses.iter().any(|g| g == a) == wanted)
            .map(|(_, n)| *n)
            .max()
    };
    assert!(worst(true) <= Some(20), "{:?}", worst(true));
    assert!(worst(false).is_some(), "legitimate people fail too");
    let shared = made.truth.decoys.iter().find(|d| d.name == "cgnat").unwrap();
    let failed: usize = files(&made.root.join("logs/welfare"))
        .iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(unpacked(name, bytes)).unwrap();
            let failed = |l: &&str| l.contains("\" 401 ") && l.contains(&shared.addresses[0]);
            text.lines().filter(failed).count()
        })
        .sum();
    assert!(failed >= 10, "many fail behind the shared address: {failed}");
}

#[test]
fn replaces_an_earlier_scenario_and_nothing_else() {
    let made = make(8, 1_000);
    let options = |out| Options { seed: 9, lines: 1_000, out };
    let again = generate(&options(made.root)).unwrap();
    assert_eq!(again.seed, 9);
    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("thesis.txt"), "years of work").unwrap();
    let refused = generate(&options(foreign.path().to_owned()));
    assert!(matches!(refused, Err(ScenarioError::Occupied(_))), "{refused:?}");
    assert_eq!(fs::read_dir(foreign.path()).unwrap().count(), 1);
}

/// The bytes are the same on every machine, in every build. Whoever changes what is generated on
/// purpose writes the new digest here, and says so in the changelog.
#[test]
fn the_bytes_are_pinned() {
    let made = make(1, 1_000);
    let mut digest = Sha256::new();
    for (name, bytes) in files(&made.root) {
        digest.update(name.as_bytes());
        digest.update(&bytes);
    }
    let found: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, PINNED);
}

const PINNED: &str = "89a6238b7e731bda47885894b82a3bcde8c1f37bb14ed1d096737a263782a0b3";

//! Whatever is done to a case folder shows: bits flipped, files cut, lengthened, exchanged with one
//! another, parts moved within a file, older states put back. `BAKAS_MUTATIONS` sets how many.

use std::{collections::BTreeMap, fs, path::Path};

use bakas_engine::seal::{self, Leaf, LeafKind, witness};

use super::{Yard, check, copy, investigated, key, logs, person};
use crate::log::NOW;

/// Mutations of an everyday run.
const MUTATIONS: usize = 150;

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }
}

type Files = BTreeMap<String, Vec<u8>>;

fn read(root: &Path) -> Files {
    bakas_store::case_folder::list_files(root)
        .unwrap()
        .into_iter()
        .map(|(name, _)| (name.clone(), fs::read(root.join(name)).unwrap()))
        .collect()
}

/// One mutation, in memory; what was done to which file, and the file's new bytes.
fn mutate(
    files: &Files,
    older: &Files,
    dice: &mut Dice,
) -> Option<(String, String, Option<Vec<u8>>)> {
    let names: Vec<_> = files.keys().collect();
    let name = names[dice.below(names.len())].clone();
    let bytes = &files[&name];
    let other = names[dice.below(names.len())].clone();
    let mut new = bytes.clone();
    let what = match dice.below(9) {
        0 | 1 if !bytes.is_empty() => {
            let at = dice.below(bytes.len());
            new[at] ^= 1 << dice.below(8);
            format!("bit of byte {at} flipped")
        }
        2 if !bytes.is_empty() => {
            new.truncate(dice.below(bytes.len()));
            format!("cut to {} bytes", new.len())
        }
        3 => {
            new.push(dice.below(256) as u8);
            "one byte more".to_owned()
        }
        4 => {
            new.clone_from(&files[&other]);
            format!("exchanged for {other}")
        }
        5 if bytes.len() >= 64 => {
            // Two rows of a file change places.
            let rows = bytes.len() / 32;
            let (a, b) = (dice.below(rows) * 32, dice.below(rows) * 32);
            for n in 0..32 {
                new.swap(a + n, b + n);
            }
            format!("32 bytes at {a} and {b} exchanged")
        }
        6 if bytes.len() > 2 => {
            let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
            let mut lines = lines;
            lines.swap(a, b);
            new = lines.concat();
            format!("lines {a} and {b} exchanged")
        }
        7 => {
            new.clone_from(older.get(&name)?);
            "an older state put back".to_owned()
        }
        8 => return Some((name, "removed".to_owned(), None)),
        _ => return None,
    };
    (new != *bytes).then_some((name, what, Some(new)))
}

#[test]
fn every_mutation_of_a_case_folder_is_told_with_its_file() {
    let yard = Yard::new();
    let logs = logs(&yard);
    let case = investigated(&yard, &logs, "case", 2);
    let secret = key(&yard);
    let witness_key = witness::witness_key(&yard.path("w"), "senate.example/w").unwrap();
    let witnesses = vec![witness::public_text(&witness_key).trim().to_owned()];
    let policy = witness::Policy { needed: 1, witnesses };
    let append = |word: &str| {
        let leaf = Leaf::new(LeafKind::Statement, word.into());
        seal::append_with(&case, Some(&secret), &[leaf]).unwrap();
    };
    append("before");
    let older = yard.path("older");
    copy(&case, &older);
    witness::name(&case, Some(&secret), (&policy, person()), (&[], &NOW)).unwrap();
    let asked = witness::ask(&case, Some(&secret), 0).unwrap().to_text();
    let log = super::public(&case);
    let line = witness::cosign(&asked, &log, (&witness_key, &yard.path("state")), &NOW).unwrap();
    witness::add(&case, Some(&secret), &line).unwrap();
    seal::stamp::ask(&case, Some(&key(&yard))).unwrap();
    append("after");
    let sound = check(&case, None);
    assert!(sound.holds, "{:?}", sound.problems);

    let (files, older) = (read(&case), read(&older));
    let count = std::env::var("BAKAS_MUTATIONS").ok().and_then(|n| n.parse().ok());
    let (count, mut dice) = (count.unwrap_or(MUTATIONS), Dice(2026));
    let (mut done, mut unseen, mut unnamed) = (0, Vec::new(), Vec::new());
    while done < count {
        let Some((name, what, new)) = mutate(&files, &older, &mut dice) else { continue };
        done += 1;
        let path = case.join(&name);
        match new {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let verified = check(&case, None);
        if verified.holds {
            unseen.push(format!("{name}: {what}"));
        } else if !verified.problems.iter().any(|problem| names(problem, &name)) {
            unnamed.push(format!("{name}: {what}: {:?}", verified.problems));
        }
        fs::write(&path, &files[&name]).unwrap();
    }
    assert!(unseen.is_empty(), "{} of {count} went unseen: {unseen:#?}", unseen.len());
    assert!(unnamed.is_empty(), "{} of {count} without their file: {unnamed:#?}", unnamed.len());
    assert!(check(&case, None).holds, "everything was put back");
}

/// Whether a problem says where: the file, or for the log's own rows its neighbour that no longer
/// fits.
fn names(problem: &str, name: &str) -> bool {
    let of_log = |text: &str| text.contains("seal/log/") || text.contains("checkpoint");
    problem.contains(name)
        || (name.starts_with("seal/log/") && of_log(problem))
        || (name.starts_with("seal/checkpoints/") && problem.contains("seal/checkpoints/"))
        || (name == "seal/key.pub" && problem.contains("sign"))
}

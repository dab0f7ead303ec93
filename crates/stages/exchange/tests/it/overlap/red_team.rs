//! An attacker who has the files, and what they can and cannot find out.

use std::collections::HashSet;

use bakas_exchange::overlap::{Claimed, Session, ask};
use sha2::{Digest as _, Sha256, Sha512};

use super::{Table, addresses};

/// The last lists of 32 bytes in a message.
fn tags(bytes: &[u8], count: usize) -> HashSet<[u8; 32]> {
    bytes[bytes.len() - count * 32..].as_chunks().0.iter().copied().collect()
}

/// Who reads all three messages, and guesses every address that was in the lists.
#[test]
fn guessing_addresses_against_the_files_finds_nothing() {
    let table = Table::new();
    let (ours, theirs) = (addresses(0..100), addresses(50..150));
    let played = table.play(&ours, &theirs, 1);
    let seen: HashSet<[u8; 32]> = [&played.ask, &played.answer, &played.closing]
        .into_iter()
        .flat_map(|bytes| {
            (0..bytes.len() - 31).map(move |at| bytes[at..at + 32].try_into().unwrap())
        })
        .collect();
    // The same attack on lists of plain digests finds every one of them.
    let plain: HashSet<[u8; 32]> =
        theirs.observables().iter().map(|one| Sha256::digest(one.to_string()).into()).collect();
    let mut found = 0;
    for guess in addresses(0..256).observables() {
        let texts = [
            guess.text().to_owned(),
            guess.to_string(),
            format!("bakas-overlap/1\0ipv4\0{}", guess.text()),
        ];
        for text in texts {
            let short: [u8; 32] = Sha256::digest(&text).into();
            found += usize::from(plain.contains(&short));
            assert!(!seen.contains(&short), "{text}");
            let long = Sha512::digest(&text);
            assert!(!seen.contains(long.first_chunk::<32>().unwrap()), "{text}");
        }
    }
    assert_eq!(found, 100, "the attack works where nothing is blinded");
}

/// Who kept what one check evaluated tries it on the next check of the same parties.
#[test]
fn what_was_evaluated_in_one_check_is_of_no_use_in_another() {
    let table = Table::new();
    let (ours, theirs) = (addresses(0..100), addresses(0..100));
    let (first, second) = (table.play(&ours, &theirs, 1), table.play(&ours, &theirs, 2));
    assert_eq!(first.ana.shared.len(), 100, "the same lists");
    let (one, two) = (tags(&first.answer, 100), tags(&second.answer, 100));
    assert_eq!(one.intersection(&two).count(), 0);
    // And the two directions of one check do not fit each other either.
    assert_eq!(one.intersection(&tags(&first.closing, 100)).count(), 0);
}

/// Who asks with guesses learns exactly those, at one element each: that is what quotas are for.
#[test]
fn an_enumerator_pays_one_element_for_each_guess() {
    let table = Table::new();
    let (guesses, theirs) = (addresses(0..160), addresses(100..200));
    let asked = ask(&table.ana(&guesses), Session([1; 32])).unwrap();
    let head = Claimed::read(&asked).unwrap().head;
    assert_eq!(head.asked, 160, "what the answering side counts against the quota");
    let played = table.play(&guesses, &theirs, 1);
    assert_eq!(played.ana.shared.len(), 60);
}

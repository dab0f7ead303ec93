//! Messages that were changed, cut, replayed, sent to others, or made by a cheat: each is refused
//! by name, and none by a panic.

use bakas_exchange::overlap::{
    Check, Claimed, ELEMENTS_LIMIT, HEAD_BYTES_LIMIT, MESSAGE_BYTES_LIMIT, OverlapError, Seed,
    Session, answer, ask, close, finish,
};
use bakas_seal::{SealError, SigningKey};
use sha2::{Digest as _, Sha256};

use super::{Table, addresses};

/// Signs a changed message anew, as a cheat would.
fn forged(
    bytes: &[u8],
    key: &SigningKey,
    change: impl FnOnce(&mut String, &mut Vec<u8>),
) -> Vec<u8> {
    let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap() + 2;
    let line = bytes[end..].iter().position(|byte| *byte == b'\n').unwrap();
    let (mut text, mut body) =
        (String::from_utf8(bytes[..end - 1].to_vec()).unwrap(), bytes[end + line + 1..].to_vec());
    change(&mut text, &mut body);
    let digest: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    let at = text.rfind("\nbody ").unwrap();
    let head = text.get(..at).unwrap();
    let mut file =
        key.sign_note(&format!("{head}\nbody {} {digest}\n", body.len())).unwrap().into_bytes();
    file.append(&mut body);
    file
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let table = Table::new();
    let (ours, theirs) = (addresses(0..20), addresses(10..30));
    let played = table.play(&ours, &theirs, 1);
    let bytes = &played.answer;
    let step = (bytes.len() / 97).max(1);
    for at in (0..600).chain((600..bytes.len()).step_by(step)) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        assert!(table.by_ben(&changed).is_err(), "byte {at}");
        assert!(table.by_ben(&bytes[..at]).is_err(), "cut at {at}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    let error = table.by_ben(&longer).unwrap_err();
    assert!(matches!(error, OverlapError::Size { expected, found } if found == expected + 1));
    assert_eq!(table.by_ana(b"hello").unwrap_err(), OverlapError::NotAMessage);
    assert_eq!(table.by_ana(b"bakas-overlap/2\n").unwrap_err(), OverlapError::Version);
}

#[test]
fn a_message_of_somebody_else_is_refused() {
    let table = Table::new();
    let own = addresses(0..20);
    let asked = ask(&table.ana(&own), Session([1; 32])).unwrap();
    let error = table.by_ben(&asked).unwrap_err();
    assert!(matches!(error, OverlapError::Signature(SealError::Note(_))), "{error}");
    // Addressed to Ben, read by a third.
    let carl = SigningKey::new("carl.example", &[9; 32]).unwrap();
    let ask_read = table.by_ana(&asked).unwrap();
    let third = Check { key: &carl, ..table.ben(&own) };
    let to = table.ben.public().fingerprint();
    assert_eq!(answer(&third, &ask_read).unwrap_err(), OverlapError::Foreign(to));
    // Sent back to where it came from.
    let ana = table.ana.public();
    let mirror = Check { other: &ana, ..table.ana(&own) };
    assert_eq!(answer(&mirror, &ask_read).unwrap_err(), OverlapError::OurOwn);
}

#[test]
fn replayed_and_misplaced_messages_are_refused() {
    let table = Table::new();
    let (ours, theirs) = (addresses(0..20), addresses(10..30));
    let (first, second) = (table.play(&ours, &theirs, 1), table.play(&ours, &theirs, 2));
    let (a, b) = (table.ana(&ours), table.ben(&theirs));
    let ask_two = table.by_ana(&second.ask).unwrap();
    let answer_one = table.by_ben(&first.answer).unwrap();
    assert_eq!(close(&a, &ask_two, &answer_one).unwrap_err(), OverlapError::Session);
    let closing_one = table.by_ana(&first.closing).unwrap();
    let answer_two = table.by_ben(&second.answer).unwrap();
    assert_eq!(finish(&b, &answer_two, &closing_one).unwrap_err(), OverlapError::Session);
    // Of the same check, but of another step.
    assert_eq!(answer(&b, &closing_one).unwrap_err(), OverlapError::Step);
    let ask_one = table.by_ana(&first.ask).unwrap();
    assert_eq!(finish(&b, &answer_one, &ask_one).unwrap_err(), OverlapError::Step);
    // The same session asked a second time with another secret: the old answer does not fit.
    let seed = Seed([8; 32]);
    let again = ask(&Check { seed: &seed, ..a }, Session([1; 32])).unwrap();
    let again = table.by_ana(&again).unwrap();
    let mixed = close(&Check { seed: &seed, ..a }, &again, &answer_one);
    assert_eq!(mixed.unwrap_err(), OverlapError::Follows);
    // Our own list changed in between.
    let shorter = addresses(0..200);
    let other = close(&table.ana(&shorter), &ask_one, &answer_one);
    assert_eq!(other.unwrap_err(), OverlapError::Own);
}

#[test]
fn a_cheat_is_named() {
    let table = Table::new();
    let (ours, theirs) = (addresses(0..20), addresses(10..30));
    let played = table.play(&ours, &theirs, 1);
    let a = table.ana(&ours);
    let ask = table.by_ana(&played.ask).unwrap();
    let check = |change: &dyn Fn(&mut String, &mut Vec<u8>), expected: OverlapError| {
        let forged = forged(&played.answer, &table.ben, change);
        let read = table.by_ben(&forged);
        let outcome = read.and_then(|answer| close(&a, &ask, &answer).map(|_| ()));
        assert_eq!(outcome.unwrap_err(), expected);
    };
    // The body: 100 blinded, 100 evaluated, one proof, 100 tags.
    let (evaluated, proof, tags) = (3200, 6400, 6464);
    check(
        &|_, body| body[evaluated..evaluated + 32].fill(0xff),
        OverlapError::Element { batch: 0 },
    );
    check(&|_, body| body[evaluated..evaluated + 32].fill(0), OverlapError::Element { batch: 0 });
    check(
        &|_, body| body[evaluated..evaluated + 64].rotate_left(32),
        OverlapError::Proof { batch: 0 },
    );
    check(&|_, body| body[proof] ^= 1, OverlapError::Proof { batch: 0 });
    check(&|_, body| body[tags..tags + 64].rotate_left(32), OverlapError::Tags);
    check(&|_, body| body.copy_within(tags..tags + 32, tags + 32), OverlapError::Tags);
    // Another key than the one that evaluated: that of the closing message, which is a good one.
    let key_of = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.lines().find(|line| line.starts_with("key ")).unwrap().to_owned()
    };
    let (own, other) = (key_of(&played.answer), key_of(&played.closing));
    check(&|text, _| *text = text.replace(&own, &other), OverlapError::Proof { batch: 0 });
    let zero = format!("key {}", "0".repeat(64));
    check(&|text, _| *text = text.replace(&own, &zero), OverlapError::Key);
    // Fewer answers, and a list shown that is longer than the one asked with.
    let count = |what, expected, found| OverlapError::Count { what, expected, found };
    check(
        &|text, body| {
            *text = text.replace("\nanswered 100\n", "\nanswered 99\n");
            body.drain(evaluated..evaluated + 32);
        },
        count("answered elements", 100, 99),
    );
    check(
        &|text, body| {
            *text = text.replace("\ntags 100\n", "\ntags 101\n");
            body.extend([0xff; 32]);
        },
        count("tags", 100, 101),
    );
}

#[test]
fn heads_have_one_spelling_and_bounds() {
    let table = Table::new();
    let own = addresses(0..20);
    let asked = ask(&table.ana(&own), Session([1; 32])).unwrap();
    let check = |from: &str, to: &str, expected: OverlapError| {
        let bytes = forged(&asked, &table.ana, |text, _| {
            assert!(text.contains(from), "{text}");
            *text = text.replace(from, to);
        });
        assert_eq!(table.by_ana(&bytes).unwrap_err(), expected, "{to}");
    };
    check("asked 100", "asked 0100", OverlapError::Head("spelling"));
    check("asked 100", "asked x", OverlapError::Head("asked"));
    check("answered 0", "answered 1", OverlapError::Head("spelling"));
    check("step ask", "step other", OverlapError::Head("step"));
    check("step ask", "step answer", OverlapError::Head("step"));
    check("follows -", "follows 12", OverlapError::Head("follows"));
    check("suite ristretto255-SHA512", "suite P256-SHA256", OverlapError::Suite);
    check("\nto ", "\nfor ", OverlapError::Head("to"));
    check("made 2026-", "made 2026/", OverlapError::Head("made"));
    let over = ELEMENTS_LIMIT + 1;
    let many = OverlapError::TooMany { count: over, limit: ELEMENTS_LIMIT };
    check("asked 100", &format!("asked {over}"), many);
    let long = format!("bakas-overlap/1\n{}\n\n", "x".repeat(HEAD_BYTES_LIMIT));
    assert_eq!(Claimed::read(long.as_bytes()).unwrap_err(), OverlapError::Head("end"));
    const { assert!(MESSAGE_BYTES_LIMIT < 32 << 20) };
}

//! Envelopes: that they survive mails, that others' tools open them, and that whatever was damaged,
//! changed or meant for others is refused by name.

#![allow(clippy::print_stdout, reason = "a test says what it skipped")]

use std::{path::Path, process::Command, sync::Arc};

use bakas_exchange::{
    Cleared, Limits,
    envelope::{
        ENVELOPE_BYTES_LIMIT, EnvelopeError, Keys, LAYERS_LIMIT, Outside, PgpKeys, Sealed,
        encrypt_age, encrypt_openpgp, open, seal,
    },
    text,
};
use bakas_model::{
    Timestamp,
    exchange::{Pap, Tlp},
};
use bakas_seal::SigningKey;
use pgp::composed::{
    ArmorOptions, EncryptionCaps, KeyType, MessageBuilder, SecretKeyParamsBuilder, SignedSecretKey,
    SubkeyParamsBuilder,
};
use proptest::prelude::*;

use crate::made;

fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().expect("a time")
}

fn cleared() -> Cleared {
    made::packages(60).iter().find_map(made::cleared).expect("one may leave")
}

fn key(number: u8) -> SigningKey {
    SigningKey::new("ours.example/bakas", &[number; 32]).expect("a name")
}

/// A package as text in a sealed envelope, and what was put in.
fn sealed() -> (Vec<u8>, Vec<u8>) {
    let cleared = cleared();
    let payload = text::encode(&cleared).expect("it can be written").bytes;
    (seal(&cleared, "text", &payload, &key(1), now()).expect("sealed"), payload)
}

fn knowing(key: &SigningKey) -> Keys {
    Keys { seal: vec![key.public()], ..Keys::default() }
}

fn opened(bytes: &[u8], keys: &Keys) -> Result<bakas_exchange::envelope::Opened, EnvelopeError> {
    open(bytes, keys, &Limits::default())
}

#[test]
fn a_sealed_envelope_survives_a_mail_and_says_who_sealed_it() {
    let (bytes, payload) = sealed();
    let text = String::from_utf8(bytes).expect("ASCII");
    assert!(text.is_ascii());
    assert!(text.lines().all(|line| line.len() <= 76), "lines are short");
    let mail = format!("Dear colleagues,\r\n\r\n{}\r\n--\r\nours\r\n", text.replace('\n', " \r\n"));
    let opened = opened(mail.as_bytes(), &knowing(&key(1))).expect("it opens");
    assert_eq!(opened.payload, payload);
    assert_eq!(opened.sealed, Sealed::By("ours.example/bakas".into()));
    assert_eq!((opened.format.as_str(), opened.to.as_str()), ("text", "cert.example"));
    assert_eq!(opened.made, Some(now()));
    let cleared = cleared();
    assert_eq!(opened.labels, Some((cleared.handling.tlp, cleared.handling.pap)));
    assert!(!opened.encrypted);
}

#[test]
fn a_key_that_nobody_knows_is_told_and_a_wrong_one_refused() {
    let (bytes, _) = sealed();
    let stranger = opened(&bytes, &Keys::default()).expect("it opens").sealed;
    assert_eq!(stranger, Sealed::ByUnknown("ours.example/bakas".into()));
    // Many installations call their key by one name: another key of that name is a stranger's.
    let other = opened(&bytes, &knowing(&key(2))).expect("it opens");
    assert_eq!(other.sealed, Sealed::ByUnknown("ours.example/bakas".into()));
    assert_eq!(other.sealed_by, "");
    let both = Keys { seal: vec![key(2).public(), key(1).public()], ..Keys::default() };
    let known = opened(&bytes, &both).expect("a party may have a new key and an old one");
    assert_eq!(known.sealed_by, key(1).public().fingerprint());
    let wrong = with_wrong_signature(&bytes);
    let error =
        opened(&wrong, &knowing(&key(1))).expect_err("the signature of a known key is wrong");
    assert!(matches!(error, EnvelopeError::Signature { .. }), "{error}");
}

/// The same envelope with the last letter but two of the note's signature changed.
fn with_wrong_signature(bytes: &[u8]) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
    let (head, rest) = text.split_once("\n\n").expect("a head");
    let (body, end) = rest.split_once("-----END").expect("an end");
    let body = STANDARD.decode(body.replace('\n', "")).expect("base64");
    let mut body = body;
    let at = body.windows(3).position(|three| three == b"\n\xe2\x80").expect("a signature line");
    let end_of_line = at + 1 + body[at + 1..].iter().position(|b| *b == b'\n').expect("its end");
    let letter = &mut body[end_of_line - 6];
    *letter = if *letter == b'A' { b'B' } else { b'A' };
    let encoded = STANDARD.encode(body);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).expect("ASCII")).collect();
    format!("{head}\n\n{}\n-----END{end}", lines.join("\n")).into_bytes()
}

#[test]
fn what_was_damaged_or_changed_is_refused_by_name() {
    let (bytes, _) = sealed();
    let text = String::from_utf8(bytes).expect("ASCII");
    let keys = knowing(&key(1));
    let lines: Vec<&str> = text.lines().collect();
    let without = |at: usize| {
        let rest = lines.iter().enumerate().filter(|(number, _)| *number != at);
        rest.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let (tlp, _) = lines[1].split_once(' ').expect("two labels");
    let other = if tlp == "TLP:CLEAR" { "TLP:RED" } else { "TLP:CLEAR" };
    for (changed, word) in [
        (without(lines.len() - 1), "last line"),
        (without(10), "signed"),
        (without(lines.len() - 5), "not what"),
        (text.replacen(lines[20], "!!!!", 1), "no armour has"),
        (text.replacen(lines[20], &"A".repeat(65), 1), "too long"),
        (text.replacen(tlp, other, 1), "another label"),
        ("no envelope here\n".to_owned(), "no envelope"),
        (String::new(), "no envelope"),
    ] {
        let error = opened(changed.as_bytes(), &keys).expect_err(word).to_string();
        let damaged = error.contains("damaged") || error.contains("wrong");
        assert!(error.contains(word) || (damaged && word != "another label"), "{word}: {error}");
    }
    let long = Limits { bytes: text.len() as u64 - 1, ..Limits::default() };
    assert!(matches!(open(text.as_bytes(), &keys, &long), Err(EnvelopeError::TooLarge(_))));
    let exact = Limits { bytes: text.len() as u64, ..Limits::default() };
    assert!(open(text.as_bytes(), &keys, &exact).is_ok());
    let huge = vec![b'\n'; ENVELOPE_BYTES_LIMIT as usize + 1];
    assert_eq!(opened(&huge, &keys), Err(EnvelopeError::TooLarge(ENVELOPE_BYTES_LIMIT)));
}

/// A pair of age: the secret and the recipient.
fn age_pair() -> (String, String) {
    use age::secrecy::ExposeSecret;
    let secret = age::x25519::Identity::generate();
    (secret.to_string().expose_secret().to_owned(), secret.to_public().to_string())
}

#[test]
fn age_opens_for_its_recipients_and_for_nobody_else() {
    let (bytes, payload) = sealed();
    let ((ours, to_us), (others, _)) = (age_pair(), age_pair());
    let labels = Outside::Labels(Tlp::AmberStrict, Pap::Red);
    let file = encrypt_age(&bytes, &[&to_us], labels).expect("encrypted");
    let text = String::from_utf8(file.clone()).expect("ASCII");
    assert!(text.starts_with("TLP:AMBER+STRICT PAP:RED\n"), "{text}");
    assert!(!text.contains("cert.example") && text.lines().all(|line| line.len() <= 76));
    let with = |secrets: Vec<String>| Keys { age: secrets, ..knowing(&key(1)) };
    let opened = |secrets: Vec<String>| open(&file, &with(secrets), &Limits::default());
    let got = opened(vec![others.clone(), ours.clone()]).expect("it opens");
    assert_eq!((got.payload, got.encrypted), (payload, true));
    assert_eq!(got.sealed, Sealed::By("ours.example/bakas".into()));
    assert_eq!(opened(vec![others]), Err(EnvelopeError::NotForUs(1)));
    assert_eq!(opened(Vec::new()), Err(EnvelopeError::NotForUs(0)));
    let cut = text.replacen(text.lines().nth(12).expect("lines"), "", 1);
    let error = open(cut.as_bytes(), &with(vec![ours]), &Limits::default()).expect_err("damaged");
    assert!(matches!(error, EnvelopeError::Cipher(_)), "{error}");
    for bad in ["", "age1nothing", "ssh-rsa AAAA", "ssh-ed25519 AAAA"] {
        let error = encrypt_age(b"x", &[bad], Outside::Nothing).expect_err(bad);
        assert!(matches!(error, EnvelopeError::Key { .. }), "{error}");
    }
    assert!(encrypt_age(b"x", &[], Outside::Nothing).is_err());
}

#[test]
fn one_layer_too_many_is_refused() {
    let (secret, to) = age_pair();
    let keys = Keys { age: vec![secret], ..knowing(&key(1)) };
    let (mut bytes, payload) = sealed();
    for layer in 1..=LAYERS_LIMIT {
        bytes = encrypt_age(&bytes, &[&to], Outside::Nothing).expect("encrypted");
        let result = opened(&bytes, &keys);
        if layer < LAYERS_LIMIT {
            assert_eq!(result.expect("it opens").payload, payload);
        } else {
            assert_eq!(result, Err(EnvelopeError::Layers));
        }
    }
}

/// A secret key of OpenPGP and its certificate, as gpg makes them.
fn pgp_pair(name: &str) -> (Vec<u8>, Vec<u8>) {
    let subkey = SubkeyParamsBuilder::default()
        .key_type(KeyType::ECDH(pgp::crypto::ecc_curve::ECCCurve::Curve25519Legacy))
        .can_encrypt(EncryptionCaps::All)
        .build()
        .expect("a subkey");
    let secret: SignedSecretKey = SecretKeyParamsBuilder::default()
        .key_type(KeyType::Ed25519Legacy)
        .can_certify(true)
        .can_sign(true)
        .primary_user_id(format!("{name} <soc@{name}.example>"))
        .subkeys(vec![subkey])
        .build()
        .expect("parameters")
        .generate(rand::rngs::OsRng)
        .expect("a key");
    let certificate = secret.to_public_key().to_armored_bytes(ArmorOptions::default());
    let secret = secret.to_armored_bytes(ArmorOptions::default()).expect("armoured");
    (secret, certificate.expect("armoured"))
}

fn pgp_keys(secret: &[u8], certificate: &[u8]) -> Keys {
    let openpgp = PgpKeys {
        secret: vec![Arc::new(secret.to_vec())],
        certificates: vec![certificate.to_vec()],
    };
    Keys { openpgp, ..knowing(&key(1)) }
}

#[test]
fn openpgp_opens_for_its_recipients_and_says_who_signed() {
    let (bytes, payload) = sealed();
    let ((ours, our_cert), (theirs, their_cert)) = (pgp_pair("ours"), pgp_pair("theirs"));
    let encrypt = |signer: Option<&[u8]>| {
        encrypt_openpgp(&bytes, &[&their_cert], signer, now(), Outside::Nothing).expect("encrypted")
    };
    let file = encrypt(Some(&ours));
    let text = String::from_utf8(file.clone()).expect("ASCII");
    assert!(text.starts_with("-----BEGIN PGP MESSAGE-----\n"));
    assert!(text.lines().all(|line| line.len() <= 76));
    let got = opened(&file, &pgp_keys(&theirs, &our_cert)).expect("it opens");
    assert_eq!((got.payload, got.encrypted), (payload, true));
    assert_eq!(got.signed_by.len(), 1, "ours is known");
    let stranger = opened(&file, &pgp_keys(&theirs, &their_cert)).expect("it opens");
    assert_eq!(stranger.signed_by, Vec::<String>::new(), "signed by a key that is not known");
    let unsigned = opened(&encrypt(None), &pgp_keys(&theirs, &our_cert)).expect("it opens");
    assert_eq!(unsigned.signed_by, Vec::<String>::new());
    let error = opened(&file, &pgp_keys(&ours, &our_cert)).expect_err("encrypted to others");
    assert_eq!(error, EnvelopeError::NotForUs(1));
    let mut changed = file;
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let error = opened(&changed, &pgp_keys(&theirs, &our_cert)).expect_err("damaged");
    assert!(matches!(error, EnvelopeError::Cipher(_)), "{error}");
    for bad in [&b""[..], b"nothing", &ours] {
        let error = encrypt_openpgp(b"x", &[bad], None, now(), Outside::Nothing).expect_err("bad");
        assert!(matches!(error, EnvelopeError::Key { .. }), "{error}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let (theirs, their_cert) = pgp_pair("theirs");
    let zeros = vec![b'0'; 8 << 20];
    let mut message = MessageBuilder::from_bytes("", zeros);
    message.compression(pgp::types::CompressionAlgorithm::ZLIB);
    let small = message.to_armored_string(rand::rngs::OsRng, ArmorOptions::default());
    let small = small.expect("written").into_bytes();
    assert!(small.len() < 100_000);
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let result = open(&small, &pgp_keys(&theirs, &their_cert), &limits);
    assert_eq!(result, Err(EnvelopeError::TooLarge(1 << 20)));
}

/// Whether a program is there.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped: no {program}");
    }
    found
}

fn run(program: &str, home: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(home)
        .env("GNUPGHOME", home)
        .env("HOME", home)
        .output()
        .expect("it starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {told}");
    output.stdout
}

#[test]
fn the_age_program_opens_ours_and_we_open_its() {
    if !has("age") || !has("ssh-keygen") {
        return;
    }
    let (bytes, payload) = sealed();
    let home = tempfile::tempdir().expect("a folder");
    let (secret, to) = age_pair();
    std::fs::write(home.path().join("key"), &secret).expect("written");
    let file = encrypt_age(&bytes, &[&to], Outside::Nothing).expect("encrypted");
    std::fs::write(home.path().join("file"), &file).expect("written");
    assert_eq!(run("age", home.path(), &["-d", "-i", "key", "file"]), bytes);
    std::fs::write(home.path().join("plain"), &bytes).expect("written");
    let theirs = run("age", home.path(), &["-a", "-r", &to, "plain"]);
    let keys = Keys { age: vec![secret], ..knowing(&key(1)) };
    assert_eq!(opened(&theirs, &keys).expect("it opens").payload, payload);
    run("ssh-keygen", home.path(), &["-q", "-t", "ed25519", "-N", "", "-f", "ssh"]);
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).expect("a file");
    let file = encrypt_age(&bytes, &[&read("ssh.pub")], Outside::Nothing).expect("encrypted");
    std::fs::write(home.path().join("file"), &file).expect("written");
    assert_eq!(run("age", home.path(), &["-d", "-i", "ssh", "file"]), bytes);
    let keys = Keys { age: vec![read("ssh")], ..knowing(&key(1)) };
    assert_eq!(opened(&file, &keys).expect("it opens").payload, payload);
    println!("judge: age opens ours, and ours opens age's");
}

#[test]
fn gpg_opens_ours_and_we_open_its() {
    if !has("gpg") {
        return;
    }
    let (bytes, payload) = sealed();
    let home = tempfile::tempdir().expect("a folder");
    let ((ours, our_cert), (theirs, their_cert)) = (pgp_pair("ours"), pgp_pair("theirs"));
    for (name, bytes) in [("theirs", &theirs), ("our_cert", &our_cert), ("their_cert", &their_cert)]
    {
        std::fs::write(home.path().join(name), bytes).expect("written");
    }
    let gpg = |arguments: &[&str]| {
        let all = [&["--batch", "--quiet", "--trust-model", "always"], arguments].concat();
        run("gpg", home.path(), &all)
    };
    gpg(&["--import", "theirs", "our_cert"]);
    let file = encrypt_openpgp(&bytes, &[&their_cert], Some(&ours), now(), Outside::Nothing);
    std::fs::write(home.path().join("file"), file.expect("encrypted")).expect("written");
    let status = gpg(&["--status-fd", "1", "--output", "plain", "--decrypt", "file"]);
    let status = String::from_utf8_lossy(&status).into_owned();
    assert!(status.contains("GOODSIG") && status.contains("VALIDSIG"), "{status}");
    assert_eq!(std::fs::read(home.path().join("plain")).expect("a file"), bytes);
    // gpg falls back to SHA-1 for keys that name no preference; such a signature counts for nothing.
    let weak = ["--armor", "--sign", "--local-user", "theirs", "--output", "-", "plain"];
    let got = opened(
        &gpg(&[&["--digest-algo", "SHA1"], &weak[..]].concat()),
        &pgp_keys(&theirs, &their_cert),
    );
    assert_eq!(got.expect("it opens").signed_by, Vec::<String>::new());
    let file = gpg(&[
        "--digest-algo",
        "SHA512",
        "--armor",
        "--sign",
        "--local-user",
        "theirs",
        "--encrypt",
        "--recipient",
        "theirs",
        "--output",
        "-",
        "plain",
    ]);
    let got = opened(&file, &pgp_keys(&theirs, &their_cert)).expect("it opens");
    assert_eq!((got.payload, got.signed_by.len()), (payload, 1));
    println!("judge: gpg opens ours with a good signature, and ours opens gpg's");
}

#[test]
fn sq_opens_ours_and_we_open_its() {
    if !has("sq") {
        return;
    }
    let (bytes, payload) = sealed();
    let home = tempfile::tempdir().expect("a folder");
    let ((ours, our_cert), (theirs, their_cert)) = (pgp_pair("ours"), pgp_pair("theirs"));
    let file = encrypt_openpgp(&bytes, &[&their_cert], Some(&ours), now(), Outside::Nothing);
    for (name, bytes) in [
        ("theirs", &theirs),
        ("our_cert", &our_cert),
        ("their_cert", &their_cert),
        ("file", &file.expect("encrypted")),
        ("plain", &bytes),
    ] {
        std::fs::write(home.path().join(name), bytes).expect("written");
    }
    let decrypt =
        ["decrypt", "--recipient-key", "theirs", "--signer-cert", "our_cert", "-n", "1", "file"];
    assert_eq!(run("sq", home.path(), &decrypt), bytes);
    let encrypt = ["encrypt", "--recipient-cert", "their_cert", "--signer-key", "theirs", "plain"];
    let got = opened(&run("sq", home.path(), &encrypt), &pgp_keys(&theirs, &their_cert));
    let got = got.expect("it opens");
    assert_eq!((got.payload, got.signed_by.len()), (payload, 1));
    println!("judge: sq opens ours with a good signature, and ours opens sq's");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_changed_letter_is_never_taken_for_what_was_signed(
        at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let (mut bytes, payload) = sealed();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(opened) = opened(&bytes, &knowing(&key(1))) {
            prop_assert_eq!(opened.payload, payload, "only what stands outside was changed");
        }
        prop_assert!(opened(&bytes[..at.min(bytes.len() - 2)], &knowing(&key(1))).is_err());
    }
}

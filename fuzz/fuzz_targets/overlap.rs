//! Messages of an overlap check, and lines of a list, from anybody. A message is read unsigned, and
//! with a body whose size and digest fit, so that the fuzzer reaches what lies behind them.
#![no_main]

use bakas_exchange::overlap::{
    Alone, Check, Claimed, Observable, Own, Seed, Session, answer, ask, learn,
};
use bakas_seal::SigningKey;
use sha2::{Digest as _, Sha256};

/// Puts the fuzzer's body under a head that is right for it, signed by a cheat.
fn signed(head: &str, body: &[u8], key: &SigningKey) -> Option<Vec<u8>> {
    let digest: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("bakas-overlap/1\n{}\n{head}body {} {digest}\n", key.name(), body.len());
    let mut file = key.sign_note(&text).ok()?.into_bytes();
    file.extend_from_slice(body);
    Some(file)
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(one) = Observable::parse(text)
    {
        assert_eq!(Observable::parse(&one.to_string()).as_ref(), Ok(&one), "one spelling stays");
    }
    let (ana, ben) = (
        SigningKey::new("ana.example", &[1; 32]).expect("a good name"),
        SigningKey::new("ben.example", &[2; 32]).expect("a good name"),
    );
    let public = ben.public();
    drop(Claimed::read(bytes).and_then(|claimed| claimed.verified(&public)));
    // The first bytes are a head, the rest a body.
    let at = bytes.windows(2).position(|two| two == b"\n\n");
    let Some((head, body)) = at.and_then(|at| bytes.split_at_checked(at + 1)) else { return };
    let Ok(head) = std::str::from_utf8(head) else { return };
    let own = (0..10).map(|n| Observable::from(std::net::IpAddr::from([192, 0, 2, n])));
    let own = Own::new(own).expect("ten are enough");
    let check = Check {
        own: &own,
        key: &ana,
        other: &public,
        seed: &Seed([3; 32]),
        now: bakas_model::Timestamp::from_seconds(1_767_600_000),
        hands: &Alone,
    };
    let Some(file) = signed(head, body.get(1..).unwrap_or_default(), &ben) else { return };
    let Ok(message) = Claimed::read(&file).and_then(|claimed| claimed.verified(&public)) else {
        return;
    };
    // What a cheat signed is answered, or refused by name.
    drop(answer(&check, &message));
    let ours = ask(&check, Session([5; 32])).expect("ours is right");
    let ours = Claimed::read(&ours).and_then(|claimed| claimed.verified(&ana.public()));
    drop(learn(&check, &ours.expect("ours is right"), &message));
});

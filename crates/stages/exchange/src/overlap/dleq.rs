//! Proofs that elements were evaluated with one key (RFC 9497, section 2.2), for batches: the sums over
//! a batch are worked out at once instead of point by point. What is summed was sent and is no
//! secret, so that its sums may take what time they take; whatever touches the key or the proof's
//! random number is constant in time. The bytes are those of the standard, and of the crate `voprf`.

use curve25519_dalek::{
    RistrettoPoint, Scalar, constants::RISTRETTO_BASEPOINT_POINT,
    traits::VartimeMultiscalarMul as _,
};
use sha2::{Digest as _, Sha512};
use voprf::{CipherSuite, Group as _, Ristretto255};

use super::prf::{ELEMENT_BYTES, Element, PROOF_BYTES};

/// `OPRFV1-`, verifiable mode, and the suite (section 3.1).
const CONTEXT: &[u8] = b"OPRFV1-\x01-ristretto255-SHA512";
/// Length of an element, as two bytes.
const LENGTH: [u8; 2] = [0, ELEMENT_BYTES as u8];

/// Elements that were asked, and what they were evaluated to; bytes and points of each.
pub(super) struct Pairs<'a> {
    pub(super) asked: (&'a [Element], &'a [RistrettoPoint]),
    pub(super) evaluated: (&'a [Element], &'a [RistrettoPoint]),
}

/// Proves that every element was evaluated with the key (`GenerateProof`). `random` is used once.
pub(super) fn prove(
    key: &Scalar,
    public: &Element,
    pairs: &Pairs<'_>,
    random: &Scalar,
) -> [u8; PROOF_BYTES] {
    let weights = weights(public, pairs);
    let sum = RistrettoPoint::vartime_multiscalar_mul(&weights, pairs.asked.1);
    // The fast way of section 2.2.1: the other sum is this one times the key.
    let other = sum * key;
    let challenge =
        challenge(public, &[sum, other, RISTRETTO_BASEPOINT_POINT * random, sum * random]);
    let answer = random - challenge * key;
    let mut proof = [0; PROOF_BYTES];
    let (first, second) = proof.split_at_mut(ELEMENT_BYTES);
    first.copy_from_slice(challenge.as_bytes());
    second.copy_from_slice(answer.as_bytes());
    proof
}

/// Whether a proof holds (`VerifyProof`).
pub(super) fn holds(
    public: &Element,
    point: &RistrettoPoint,
    pairs: &Pairs<'_>,
    proof: &[u8; PROOF_BYTES],
) -> bool {
    let (challenge, answer) = proof.split_at(ELEMENT_BYTES);
    let scalar = |bytes: &[u8]| Ristretto255::deserialize_scalar(bytes).ok();
    let (Some(given), Some(answer)) = (scalar(challenge), scalar(answer)) else { return false };
    let weights = weights(public, pairs);
    let sum = RistrettoPoint::vartime_multiscalar_mul(&weights, pairs.asked.1);
    let other = RistrettoPoint::vartime_multiscalar_mul(&weights, pairs.evaluated.1);
    let second = RistrettoPoint::vartime_double_scalar_mul_basepoint(&given, point, &answer);
    let third = RistrettoPoint::vartime_multiscalar_mul([answer, given], [sum, other]);
    challenge_is(public, &[sum, other, second, third], &given)
}

fn challenge_is(public: &Element, points: &[RistrettoPoint; 4], given: &Scalar) -> bool {
    challenge(public, points) == *given
}

/// How much each pair counts in the sums (`ComputeComposites`).
fn weights(public: &Element, pairs: &Pairs<'_>) -> Vec<Scalar> {
    let mut hash = Sha512::new();
    hash.update(LENGTH);
    hash.update(public);
    hash.update(short(5 + CONTEXT.len()));
    hash.update(b"Seed-");
    hash.update(CONTEXT);
    let seed = hash.finalize();
    let all = pairs.asked.0.iter().zip(pairs.evaluated.0).zip(0_u16..=u16::MAX);
    all.map(|((asked, evaluated), at)| {
        to_scalar(&[
            &short(seed.len()),
            &seed,
            &at.to_be_bytes(),
            &LENGTH,
            asked,
            &LENGTH,
            evaluated,
            b"Composite",
        ])
    })
    .collect()
}

fn challenge(public: &Element, points: &[RistrettoPoint; 4]) -> Scalar {
    let [a, b, c, d] = points.map(|point| point.compress().to_bytes());
    to_scalar(&[&LENGTH, public, &LENGTH, &a, &LENGTH, &b, &LENGTH, &c, &LENGTH, &d, b"Challenge"])
}

/// `HashToScalar` (section 4.1).
fn to_scalar(input: &[&[u8]]) -> Scalar {
    let of = [b"HashToScalar-".as_slice(), CONTEXT];
    let hashed = Ristretto255::hash_to_scalar::<<Ristretto255 as CipherSuite>::Hash>(input, &of);
    hashed.expect("the label is short, and the output is one block")
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).expect("two bytes are enough").to_be_bytes()
}

/// The output of the function for an input and its unblinded element (section 3.3.1).
pub(super) fn output(input: &[u8], element: &RistrettoPoint) -> [u8; 64] {
    let mut hash = Sha512::new();
    hash.update(short(input.len()));
    hash.update(input);
    hash.update(LENGTH);
    hash.update(element.compress().as_bytes());
    hash.update(b"Finalize");
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let hex: String = hex.split_whitespace().collect();
        std::array::from_fn(|n| u8::from_str_radix(hex.get(2 * n..2 * n + 2).unwrap(), 16).unwrap())
    }

    fn scalar(hex: &str) -> Scalar {
        Scalar::from_canonical_bytes(bytes(hex)).unwrap()
    }

    fn points(elements: &[Element]) -> Vec<RistrettoPoint> {
        elements.iter().map(|one| Ristretto255::deserialize_elem(one).unwrap()).collect()
    }

    const KEY: &str = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909";
    const PUBLIC: &str = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";
    const BLINDS: [&str; 2] = [
        "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
        "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
    ];

    fn check(asked: &[&str], evaluated: &[&str], random: &str, proof: &str) {
        let asked: Vec<Element> = asked.iter().map(|hex| bytes(hex)).collect();
        let evaluated: Vec<Element> = evaluated.iter().map(|hex| bytes(hex)).collect();
        let (asked_points, evaluated_points) = (points(&asked), points(&evaluated));
        let key = scalar(KEY);
        for (asked, evaluated) in asked_points.iter().zip(&evaluated_points) {
            assert_eq!(asked * key, *evaluated);
        }
        let pairs =
            Pairs { asked: (&asked, &asked_points), evaluated: (&evaluated, &evaluated_points) };
        let public: Element = bytes(PUBLIC);
        let point = Ristretto255::deserialize_elem(&public).unwrap();
        let proof: [u8; PROOF_BYTES] = bytes(proof);
        assert_eq!(prove(&key, &public, &pairs, &scalar(random)), proof);
        assert!(holds(&public, &point, &pairs, &proof));
        for at in [0, 31, 32, 63] {
            let mut bad = proof;
            bad[at] ^= 1;
            assert!(!holds(&public, &point, &pairs, &bad), "byte {at}");
        }
    }

    /// RFC 9497, appendix A.1.2: the proofs of all three vectors in verifiable mode.
    #[test]
    fn proofs_are_those_of_the_standard() {
        check(
            &["863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"],
            &["aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"],
            BLINDS[1],
            "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06 6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
        );
        check(
            &["cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c"],
            &["60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468"],
            BLINDS[1],
            "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a 67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
        );
        check(
            &[
                "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
                "90a0145ea9da29254c3a56be4fe185465ebb3bf2a1801f7124bbbadac751e654",
            ],
            &[
                "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
                "cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a",
            ],
            "419c4f4f5052c53c45f3da494d2b67b220d02118e0857cdbcf037f9ea84bbe0c",
            "cc203910175d786927eeb44ea847328047892ddf8590e723c37205cb74600b0a 5ab5337c8eb4ceae0494c2cf89529dcf94572ed267473d567aeed6ab873dee08",
        );
    }

    /// The outputs of the same vectors: unblinded and hashed.
    #[test]
    fn outputs_are_those_of_the_standard() {
        let evaluated =
            points(&[bytes("cc5ac221950a49ceaa73c8db41b82c20372a4c8d63e5dded2db920b7eee36a2a")]);
        let element = evaluated[0] * scalar(BLINDS[1]).invert();
        let expected: [u8; 64] = bytes(
            "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60 356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
        );
        assert_eq!(output(&[0x5a; 17], &element), expected);
    }
}

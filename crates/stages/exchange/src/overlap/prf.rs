//! The oblivious pseudo-random function (RFC 9497, verifiable mode, ristretto255-SHA512) over whole
//! batches of bytes: blind, evaluate with proof, unblind. It knows no message and no observable.
//!
//! Randomness comes in as a seed, and each batch draws from a stream of its own, so that batches
//! may be worked on in any order and by any number of threads, with the same result.

use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use sha2::{Digest as _, Sha256};
use voprf::{Group as _, Ristretto255, VoprfClient, VoprfServer};
use zeroize::Zeroize as _;

use super::{
    OverlapError, Seed,
    dleq::{self, Pairs},
};

/// A group element or a tag, as bytes.
pub(super) type Element = [u8; ELEMENT_BYTES];
/// Bytes of an element and of a tag.
pub(super) const ELEMENT_BYTES: usize = 32;
/// Bytes of a proof.
pub(super) const PROOF_BYTES: usize = 64;
/// Elements that one proof speaks for.
pub(super) const BATCH: usize = 1024;

/// A stream of random numbers for one purpose, batch and content.
pub(super) fn stream(seed: &Seed, purpose: &str, batch: usize, about: &[u8]) -> ChaCha20Rng {
    let mut hash = Sha256::new();
    hash.update(b"bakas-overlap/1 stream\0");
    hash.update(seed.0);
    hash.update(purpose);
    hash.update([0]);
    hash.update((batch as u64).to_be_bytes());
    hash.update(Sha256::digest(about));
    ChaCha20Rng::from_seed(hash.finalize().into())
}

/// Blinds a batch of inputs.
pub(super) fn blind(seed: &Seed, batch: usize, inputs: &[Vec<u8>]) -> Vec<Element> {
    let mut random = stream(seed, "blind", batch, &[]);
    let blind = |input: &Vec<u8>| {
        let blinded = VoprfClient::<Ristretto255>::blind(input, &mut random);
        let blinded = blinded.expect("an input is neither empty nor over its bound");
        Element::try_from(blinded.message.serialize().as_slice()).expect("32 bytes")
    };
    inputs.iter().map(blind).collect()
}

/// Takes off the blinds that [`blind`] put on, after checking the proof: the tags of the inputs.
pub(super) fn unblind(
    seed: &Seed,
    batch: usize,
    inputs: &[Vec<u8>],
    asked: &[Element],
    answer: (&[Element], &[u8; PROOF_BYTES]),
    key: &Element,
) -> Result<Vec<Element>, OverlapError> {
    let (evaluated, proof) = answer;
    let mut random = stream(seed, "blind", batch, &[]);
    let mut blinds: Vec<Scalar> =
        asked.iter().map(|_| Ristretto255::random_scalar(&mut random)).collect();
    let asked_points = points(asked).ok_or(OverlapError::Own)?;
    let evaluated_points = points(evaluated).ok_or(OverlapError::Element { batch })?;
    let point = Ristretto255::deserialize_elem(key).map_err(|_| OverlapError::Key)?;
    let pairs = Pairs { asked: (asked, &asked_points), evaluated: (evaluated, &evaluated_points) };
    let whole = inputs.len() == asked.len() && asked.len() == evaluated.len();
    if !whole || !dleq::holds(key, &point, &pairs, proof) {
        return Err(OverlapError::Proof { batch });
    }
    Scalar::batch_invert(&mut blinds);
    let tag = |((input, element), blind): ((&Vec<u8>, &RistrettoPoint), &Scalar)| {
        shorten(&dleq::output(input, &(element * blind)))
    };
    let tags = inputs.iter().zip(&evaluated_points).zip(&blinds).map(tag).collect();
    blinds.zeroize();
    Ok(tags)
}

/// Elements as points; none where one of them is no element, or the neutral one.
fn points(elements: &[Element]) -> Option<Vec<RistrettoPoint>> {
    elements.iter().map(|bytes| Ristretto255::deserialize_elem(bytes).ok()).collect()
}

/// The first 32 of a tag's 64 bytes.
fn shorten(tag: &[u8]) -> Element {
    *tag.first_chunk().expect("SHA-512 has 64 bytes")
}

/// The side that holds the key.
pub(super) struct Holder {
    server: VoprfServer<Ristretto255>,
}

impl Holder {
    /// With the key of this seed and purpose (RFC 9497, section 3.2.1).
    pub(super) fn new(seed: &Seed, about: &[u8]) -> Self {
        let server = VoprfServer::new_from_seed(&seed.0, about);
        Self { server: server.expect("seed and purpose are short") }
    }

    /// The secret key, as the crate writes it: before the public one.
    fn key(&self) -> Scalar {
        let mut both = self.server.serialize();
        let secret = both.as_slice().get(..ELEMENT_BYTES).expect("two keys of 32 bytes");
        let key = Ristretto255::deserialize_scalar(secret).expect("it was just written");
        both.as_mut_slice().zeroize();
        key
    }

    /// The public key that its proofs are for.
    pub(super) fn public(&self) -> Element {
        Ristretto255::serialize_elem(self.server.get_public_key()).into()
    }

    /// Evaluates a batch of blinded elements, and proves it.
    pub(super) fn evaluate(
        &self,
        seed: &Seed,
        batch: usize,
        blinded: &[Element],
    ) -> Result<(Vec<Element>, [u8; PROOF_BYTES]), OverlapError> {
        let asked = points(blinded).ok_or(OverlapError::Element { batch })?;
        let mut key = self.key();
        let evaluated: Vec<RistrettoPoint> = asked.iter().map(|point| point * key).collect();
        let bytes: Vec<Element> =
            evaluated.iter().map(|point| point.compress().to_bytes()).collect();
        // The proof's secret number hangs on what is proved: used for two batches it would give
        // the key away.
        let mut stream = stream(seed, "prove", batch, blinded.as_flattened());
        let mut random = Ristretto255::random_scalar(&mut stream);
        let pairs = Pairs { asked: (blinded, &asked), evaluated: (&bytes, &evaluated) };
        let proof = dleq::prove(&key, &self.public(), &pairs, &random);
        key.zeroize();
        random.zeroize();
        Ok((bytes, proof))
    }

    /// The tag of an input of its own.
    pub(super) fn tag(&self, input: &[u8]) -> Element {
        shorten(&self.server.evaluate(input).expect("an input is not over its bound"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|n| format!("ipv4:192.0.2.{n}").into_bytes()).collect()
    }

    #[test]
    fn both_sides_come_to_the_same_tags_and_the_proof_holds_only_so() {
        let (ours, theirs) = (Seed([1; 32]), Seed([2; 32]));
        let inputs = inputs(5);
        let asked = blind(&ours, 3, &inputs);
        let holder = Holder::new(&theirs, b"session");
        let (evaluated, proof) = holder.evaluate(&theirs, 3, &asked).unwrap();
        let key = holder.public();
        let tags = unblind(&ours, 3, &inputs, &asked, (&evaluated, &proof), &key).unwrap();
        let plain: Vec<_> = inputs.iter().map(|input| holder.tag(input)).collect();
        assert_eq!(tags, plain);
        let other = Holder::new(&Seed([3; 32]), b"session");
        let fails = |evaluated: &[Element], proof: &[u8; PROOF_BYTES], key: &Element| {
            unblind(&ours, 3, &inputs, &asked, (evaluated, proof), key).unwrap_err()
        };
        assert_eq!(fails(&evaluated, &proof, &other.public()), OverlapError::Proof { batch: 3 });
        let mut swapped = evaluated.clone();
        swapped.swap(0, 1);
        assert_eq!(fails(&swapped, &proof, &key), OverlapError::Proof { batch: 3 });
        let mut bad = proof;
        bad[0] ^= 1;
        assert_eq!(fails(&evaluated, &bad, &key), OverlapError::Proof { batch: 3 });
        let mut off = evaluated.clone();
        off[2] = [0xff; 32];
        assert_eq!(fails(&off, &proof, &key), OverlapError::Element { batch: 3 });
        assert_eq!(fails(&evaluated, &proof, &[0; 32]), OverlapError::Key);
        assert!(holder.evaluate(&theirs, 0, &[[0; 32]]).is_err(), "the neutral element");
    }

    /// What the crate makes of the same seed: element by element, and proof by proof.
    #[test]
    fn the_crate_makes_and_takes_the_same() {
        use voprf::{BlindedElement, EvaluationElement, Proof};
        let (ours, theirs) = (Seed([1; 32]), Seed([2; 32]));
        for count in [1, 2, 5, 300] {
            let inputs: Vec<Vec<u8>> =
                (0..count).map(|n| format!("ipv4:192.0.2.{n}").into_bytes()).collect();
            let asked = blind(&ours, 3, &inputs);
            let holder = Holder::new(&theirs, b"session");
            let (evaluated, proof) = holder.evaluate(&theirs, 3, &asked).unwrap();
            let elements: Vec<BlindedElement<Ristretto255>> =
                asked.iter().map(|bytes| BlindedElement::deserialize(bytes).unwrap()).collect();
            let mut random = stream(&theirs, "prove", 3, asked.as_flattened());
            let slow = holder.server.batch_blind_evaluate(&mut random, &elements).unwrap();
            assert_eq!(slow.proof.serialize().as_slice(), proof);
            for (slow, fast) in slow.messages.iter().zip(&evaluated) {
                assert_eq!(slow.serialize().as_slice(), fast);
            }
            let mut random = stream(&ours, "blind", 3, &[]);
            let clients: Vec<_> = asked
                .iter()
                .map(|element| {
                    let blind = Ristretto255::random_scalar(&mut random);
                    let state =
                        [Ristretto255::serialize_scalar(blind).as_slice(), element].concat();
                    VoprfClient::<Ristretto255>::deserialize(&state).unwrap()
                })
                .collect();
            let messages: Vec<EvaluationElement<Ristretto255>> =
                evaluated.iter().map(|b| EvaluationElement::deserialize(b).unwrap()).collect();
            let slices: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
            let key = Ristretto255::deserialize_elem(&holder.public()).unwrap();
            let proof_of = Proof::deserialize(&proof).unwrap();
            let slow = VoprfClient::batch_finalize(&slices, &clients, &messages, &proof_of, key);
            let slow: Vec<Element> = slow.unwrap().map(|tag| shorten(&tag.unwrap())).collect();
            let pair = (evaluated.as_slice(), &proof);
            assert_eq!(unblind(&ours, 3, &inputs, &asked, pair, &holder.public()).unwrap(), slow);
        }
    }

    /// RFC 9497, appendix A.1.2, ristretto255-SHA512, VOPRF mode: key and output of the first
    /// vector, made by other hands.
    #[test]
    fn the_function_is_that_of_the_standard() {
        let seed = Seed([0xa3; 32]);
        let holder = Holder::new(&seed, b"test key");
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(
            hex(&holder.public()),
            "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"
        );
        assert!(
            hex(&holder.tag(&[0]))
                .starts_with("b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d")
        );
    }
}

//! Witnesses: independent parties that cosign a log's head (C2SP tlog-cosignature, tlog-witness), and
//! refuse whatever does not go on from what they cosigned before. It keeps nothing: what a witness
//! has seen is handed in and out.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Checkpoint, PublicKey, SealError, SigningKey,
    checkpoint::signatures,
    digits::hex,
    leaf::{HASH_BYTES, Hash},
    tree::check_consistency,
};

/// The signature type of cosignatures by Ed25519.
const COSIGNATURE: u8 = 4;
/// Bytes of a cosignature: a time and the signature.
const COSIGNATURE_BYTES: usize = 8 + 64;
/// Most lines of a consistency proof, as the protocol says.
const PROOF_LINES_LIMIT: usize = 63;
/// Witnesses that a policy may name.
pub const WITNESSES_LIMIT: usize = 64;

/// The key of a witness: a name and 32 bytes, in the C2SP text form of type 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey(PublicKey);

impl WitnessKey {
    /// The key that verifies what a signing key cosigns.
    #[must_use]
    pub fn of(key: &SigningKey) -> Self {
        Self(key.public())
    }

    /// Reads the text form, with or without a line feed at its end.
    ///
    /// # Errors
    /// When it is no key of a witness.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let wrong = |why| SealError::Key(why);
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(data)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it is not of the form NAME+ID+KEY"));
        };
        let data = STANDARD.decode(data).map_err(|_| wrong("its last part is not base64"))?;
        let Some((&COSIGNATURE, key)) = data.split_first() else {
            return Err(wrong("it is not a witness's key of Ed25519 (type 4)"));
        };
        let key = key.try_into().map_err(|_| wrong("it has not 32 bytes"))?;
        let read = Self(PublicKey::of_bytes(name, key)?);
        if read.to_text().trim_end() == text {
            Ok(read)
        } else {
            Err(wrong("its id does not fit it"))
        }
    }

    /// The text form, as a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut data = vec![COSIGNATURE];
        data.extend_from_slice(&self.0.to_bytes());
        format!("{}+{}+{}\n", self.name(), hex(&self.id()), STANDARD.encode(data))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The number that its signatures name it by.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name());
        hash.update([b'\n', COSIGNATURE]);
        hash.update(self.0.to_bytes());
        let hash: Hash = hash.finalize().into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The time of a cosignature over a checkpoint's text, where it is this witness's and right.
    fn time_of(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let signature: &[u8; COSIGNATURE_BYTES] = signature.try_into().ok()?;
        let (time, signature) = signature.split_first_chunk::<8>()?;
        let time = u64::from_be_bytes(*time);
        let signed = signed_text(time, text);
        self.0.verifies(&signed, signature.try_into().ok()?).then_some(time)
    }
}

/// Who cosigned, and when by their own clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cosignature {
    /// The witness's name.
    pub witness: String,
    /// Seconds since 1970.
    pub time: u64,
}

fn signed_text(time: u64, checkpoint: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{checkpoint}")
}

/// What is sent to a witness: a head, and how it goes on from the one the witness knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The size of the log that the witness knows; 0 where it knows none.
    pub old: u64,
    /// The proof that the log went on from there.
    pub proof: Vec<Hash>,
    /// The signed head.
    pub checkpoint: String,
}

impl Asked {
    /// As the body of `add-checkpoint`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let proof: String = self.proof.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.checkpoint)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let wrong = |why| SealError::Proof(why);
        let (head, checkpoint) = text.split_once("\n\n").ok_or(wrong("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(|text| text.parse().ok()).ok_or(wrong("it names no old size"))?;
        let hash = |line: &str| -> Option<[u8; HASH_BYTES]> {
            STANDARD.decode(line).ok()?.try_into().ok()
        };
        let proof: Vec<_> = lines.take(PROOF_LINES_LIMIT + 1).map(hash).collect();
        if proof.len() > PROOF_LINES_LIMIT {
            return Err(wrong("it has too many hashes"));
        }
        let proof = proof.into_iter().collect::<Option<_>>().ok_or(wrong("a line is no hash"))?;
        Ok(Self { old, proof, checkpoint: checkpoint.to_owned() })
    }
}

/// Why a witness does not cosign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// What came is no signed head of the log.
    NotSigned(SealError),
    /// It goes on from another size than the witness knows: ask again from there.
    OtherSize {
        /// The size the witness knows.
        known: u64,
    },
    /// It is older than what the witness cosigned.
    Older {
        /// The size the witness knows.
        known: u64,
        /// The size that came.
        found: u64,
    },
    /// It does not begin with what the witness cosigned: the log was forked or altered.
    Fork {
        /// The head the witness knows.
        known: Box<Checkpoint>,
        /// The head that came.
        found: Box<Checkpoint>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSigned(error) => write!(f, "it is not signed by the log's key: {error}"),
            Self::OtherSize { known } => {
                write!(f, "this witness knows {known} leaves of the log: ask from there")
            }
            Self::Older { known, found } => {
                write!(f, "it has {found} leaves, and this witness cosigned {known} already")
            }
            Self::Fork { known, found } => write!(
                f,
                "a fork: {} leaves with root {} do not begin with the {} leaves of root {} that \
                 this witness cosigned",
                found.size,
                STANDARD.encode(found.root),
                known.size,
                STANDARD.encode(known.root)
            ),
        }
    }
}

impl std::error::Error for Refusal {}

/// A witness's answer: the head that it must keep before it hands out the line, and the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// What the witness knows from now on.
    pub head: Checkpoint,
    /// The cosignature, as a line of a note.
    pub line: String,
}

/// Cosigns a head, or refuses. `known` is the head of this log that the witness cosigned last.
///
/// # Errors
/// When it is no head of the log, or does not go on from `known`.
pub fn cosign(
    asked: &Asked,
    log: &PublicKey,
    known: Option<&Checkpoint>,
    witness: &SigningKey,
    time: u64,
) -> Result<Cosigned, Refusal> {
    let head = Checkpoint::open(&asked.checkpoint, log).map_err(Refusal::NotSigned)?;
    if let Some(known) = known {
        if known.origin != head.origin {
            let why = SealError::Checkpoint("it is of another log".to_owned());
            return Err(Refusal::NotSigned(why));
        }
        if head.size < known.size {
            return Err(Refusal::Older { known: known.size, found: head.size });
        }
        if asked.old != known.size && head.size != known.size {
            return Err(Refusal::OtherSize { known: known.size });
        }
        let proof = if head.size == known.size { &[][..] } else { &asked.proof };
        let (new, old) = ((head.size, &head.root), (known.size, &known.root));
        if check_consistency(proof, new, old).is_err() {
            return Err(Refusal::Fork { known: Box::new(known.clone()), found: Box::new(head) });
        }
    } else if asked.old != 0 {
        return Err(Refusal::OtherSize { known: 0 });
    }
    let signed = signed_text(time, &head.text());
    let mut bytes = WitnessKey::of(witness).id().to_vec();
    bytes.extend_from_slice(&time.to_be_bytes());
    bytes.extend_from_slice(&witness.sign_bytes(signed.as_bytes()));
    let line = format!("\u{2014} {} {}\n", witness.name(), STANDARD.encode(bytes));
    Ok(Cosigned { head, line })
}

/// The cosignatures of a checkpoint. Every signature beside the log's must be of a witness that is
/// named, and right.
///
/// # Errors
/// When one is not.
pub fn cosignatures(
    note: &str,
    log: &PublicKey,
    witnesses: &[WitnessKey],
) -> Result<Vec<Cosignature>, SealError> {
    let head = Checkpoint::open(note, log)?;
    let wrong = |why: String| SealError::Checkpoint(why);
    let mut found: Vec<Cosignature> = Vec::new();
    for (at, signature) in signatures(note)?.iter().enumerate() {
        let id = signature.id().to_be_bytes();
        if at == 0 && signature.name() == log.name() && id == log.id() {
            continue;
        }
        let witness = witnesses.iter().find(|key| key.name() == signature.name() && key.id() == id);
        let Some(witness) = witness else {
            return Err(wrong(format!("a signature by '{}', who is no witness", signature.name())));
        };
        let Some(time) = witness.time_of(&head.text(), signature.signature()) else {
            return Err(wrong(format!("the cosignature of '{}' is not right", witness.name())));
        };
        if found.iter().any(|known| known.witness == witness.name()) {
            return Err(wrong(format!("two cosignatures of '{}'", witness.name())));
        }
        found.push(Cosignature { witness: witness.name().to_owned(), time });
    }
    Ok(found)
}

/// Adds lines of witnesses to a checkpoint; those of a witness that is there already are exchanged.
/// The result is sorted by the witnesses' names.
///
/// # Errors
/// When a line is no cosignature of this checkpoint by a witness that is named.
pub fn add(
    note: &str,
    lines: &str,
    log: &PublicKey,
    witnesses: &[WitnessKey],
) -> Result<String, SealError> {
    let (text, old) = note.rsplit_once("\n\n").ok_or(SealError::Note("it has no signature"))?;
    let mut old = old.lines();
    let own = old.next().unwrap_or_default();
    let mut by_name = std::collections::BTreeMap::new();
    for line in old.chain(lines.lines()) {
        let name = line.split(' ').nth(1).unwrap_or_default();
        // Checked alone, so that a wrong line never takes the place of a right one.
        cosignatures(&format!("{text}\n\n{own}\n{line}\n"), log, witnesses)?;
        by_name.insert(name.to_owned(), line);
    }
    let lines: String = by_name.values().map(|line| format!("{line}\n")).collect();
    let note = format!("{text}\n\n{own}\n{lines}");
    cosignatures(&note, log, witnesses)?;
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Growth;

    fn key(name: &str, byte: u8) -> SigningKey {
        SigningKey::new(name, &[byte; 32]).expect("a good name")
    }

    fn head(leaves: &[u8]) -> Checkpoint {
        let mut growth = Growth::default();
        for leaf in leaves {
            growth.push([*leaf; 32], &mut |_, _| Ok(())).expect("room");
        }
        Checkpoint { origin: "cert.example/1".into(), size: growth.size(), root: growth.root() }
    }

    fn asked(head: &Checkpoint, old: u64, proof: Vec<Hash>) -> Asked {
        let checkpoint = head.sign(&key("cert.example", 1)).expect("a head");
        Asked { old, proof, checkpoint }
    }

    /// The example of the specification, made by another hand: its cosignature cannot be checked
    /// without the key, but its form and time can be read.
    #[test]
    fn the_form_is_that_of_c2sp() {
        let line = "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5\
                    nNo0xUe+mbIUBkBIfZ+qnA==";
        let bytes = STANDARD.decode(line).expect("base64");
        assert_eq!(bytes.len(), 4 + COSIGNATURE_BYTES);
        let time = u64::from_be_bytes(bytes[4..12].try_into().expect("eight"));
        assert_eq!(time, 1_679_315_147);
        assert!(signed_text(time, "x\n").starts_with("cosignature/v1\ntime 1679315147\nx\n"));
    }

    #[test]
    fn a_witness_goes_on_and_refuses_forks_and_what_is_older() {
        let log = key("cert.example", 1).public();
        let witness = key("senate.example/w", 2);
        let first = head(&[1, 2, 3]);
        let ask = asked(&first, 0, Vec::new());
        assert_eq!(Asked::parse(&ask.to_text()), Ok(ask.clone()));
        let cosigned = cosign(&ask, &log, None, &witness, 1_770_000_000).expect("the first");
        let known = cosigned.head;
        // The same head again is cosigned again.
        assert!(cosign(&ask, &log, Some(&known), &witness, 1_770_000_001).is_ok());
        let longer = head(&[1, 2, 3, 4]);
        // Three leaves in four: the third leaf, its new sibling, and the first two.
        let pair = crate::leaf::node_hash(&[1; 32], &[2; 32]);
        let proof = vec![[3; 32], [4; 32], pair];
        let ask = asked(&longer, 3, proof.clone());
        assert!(cosign(&ask, &log, Some(&known), &witness, 2).is_ok());
        let refuse =
            |ask: Asked| cosign(&ask, &log, Some(&known), &witness, 3).expect_err("refused");
        assert_eq!(refuse(asked(&longer, 2, Vec::new())), Refusal::OtherSize { known: 3 });
        let older = head(&[1, 2]);
        assert_eq!(refuse(asked(&older, 3, Vec::new())), Refusal::Older { known: 3, found: 2 });
        for fork in [head(&[1, 9, 3, 4]), head(&[1, 2, 9])] {
            let refused = refuse(asked(&fork, 3, proof.clone()));
            assert!(matches!(refused, Refusal::Fork { .. }), "{refused}");
        }
        let stranger = longer.sign(&key("cert.example", 7)).expect("a head");
        let ask = Asked { old: 3, proof, checkpoint: stranger };
        assert!(matches!(refuse(ask), Refusal::NotSigned(_)));
    }

    #[test]
    fn cosignatures_are_counted_and_wrong_ones_refused() {
        let log = key("cert.example", 1).public();
        let witnesses = [key("a.example", 2), key("b.example", 3)];
        let keys: Vec<_> = witnesses.iter().map(WitnessKey::of).collect();
        for key in &keys {
            assert_eq!(WitnessKey::parse(&key.to_text()).as_ref(), Ok(key));
        }
        let ask = asked(&head(&[1]), 0, Vec::new());
        let line = |n: usize, time| cosign(&ask, &log, None, &witnesses[n], time).expect("it").line;
        let note = add(&ask.checkpoint, &line(1, 5), &log, &keys).expect("a witness");
        let note = add(&note, &line(0, 6), &log, &keys).expect("a witness");
        let note = add(&note, &line(1, 7), &log, &keys).expect("again");
        let found = cosignatures(&note, &log, &keys).expect("both");
        let names: Vec<_> = found.iter().map(|c| (c.witness.as_str(), c.time)).collect();
        assert_eq!(names, [("a.example", 6), ("b.example", 7)]);
        assert!(cosignatures(&note, &log, &keys[..1]).is_err(), "b is unknown");
        let wrong = line(0, 6).replace("a.example", "b.example");
        assert!(add(&note, &wrong, &log, &keys).is_err());
        let other = asked(&head(&[2]), 0, Vec::new());
        assert!(add(&other.checkpoint, &line(0, 6), &log, &keys).is_err(), "of another head");
    }
}

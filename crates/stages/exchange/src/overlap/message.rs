//! The files of an overlap check: a signed head of text lines, and a body of bytes whose size and
//! digest the head names. It reads and writes them; what they mean is [`super`]'s affair.

use std::fmt::Write as _;

use bakas_model::Timestamp;
use bakas_seal::{PublicKey, SealError, SigningKey, hex, note, unhex};
use sha2::{Digest as _, Sha256};

use super::{
    ELEMENTS_LIMIT, OverlapError, Session,
    prf::{BATCH, ELEMENT_BYTES, Element, PROOF_BYTES},
};

/// The first line of a message.
pub const MESSAGE_KIND: &str = "bakas-overlap/1";
/// The one suite there is.
const SUITE: &str = "ristretto255-SHA512";
/// Longest head, in bytes.
pub const HEAD_BYTES_LIMIT: usize = 4096;
/// Largest message, in bytes: the head, three full lists and the proofs.
pub const MESSAGE_BYTES_LIMIT: usize = HEAD_BYTES_LIMIT
    + ELEMENTS_LIMIT * 3 * ELEMENT_BYTES
    + ELEMENTS_LIMIT.div_ceil(BATCH) * PROOF_BYTES;

/// Which of the three messages it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The first: blinded observables.
    Ask,
    /// The second: answers these, and asks back.
    Answer,
    /// The third: answers what was asked back.
    Closing,
}

/// What stands in the head of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which message.
    pub step: Step,
    /// Which check: made up at random by who asks first.
    pub session: Session,
    /// Fingerprint of the addressee's key.
    pub to: String,
    /// When it was made, by its maker's clock.
    pub made: Timestamp,
    /// SHA-256 of the message that it answers.
    pub follows: Option<String>,
    /// The key that its answers are proved for.
    pub key: Option<Element>,
    /// How many its maker found shared; only in the closing message.
    pub shared: Option<u64>,
    /// Blinded elements.
    pub asked: usize,
    /// Answered elements.
    pub answered: usize,
    /// Tags of its maker's own list.
    pub tags: usize,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its head.
    pub head: Head,
    /// SHA-256 of the whole file, in hex.
    pub sha256: String,
    pub(super) asked: Vec<Element>,
    pub(super) answered: Vec<Element>,
    pub(super) proofs: Vec<[u8; PROOF_BYTES]>,
    pub(super) tags: Vec<Element>,
}

/// A file that may be a message: its claims, of which nothing is verified yet.
#[derive(Clone, Debug)]
pub struct Claimed<'a> {
    bytes: &'a [u8],
    note: &'a str,
    body: &'a [u8],
    /// The name that its maker's key claims.
    pub name: &'a str,
    /// Its head.
    pub head: Head,
}

impl Step {
    const fn word(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Answer => "answer",
            Self::Closing => "closing",
        }
    }
}

impl Head {
    /// Bytes that the body must have.
    const fn body_bytes(&self) -> usize {
        (self.asked + self.answered + self.tags) * ELEMENT_BYTES
            + self.answered.div_ceil(BATCH) * PROOF_BYTES
    }

    fn to_lines(&self, body: &str) -> String {
        let dash = || "-".to_owned();
        let key = self.key.as_ref().map_or_else(dash, |key| hex(key));
        let shared = self.shared.map_or_else(dash, |count| count.to_string());
        let mut lines = String::new();
        write!(
            lines,
            "step {}\nsession {}\nto {}\nmade {}\nfollows {}\nsuite {SUITE}\nkey {key}\n\
             shared {shared}\nasked {}\nanswered {}\ntags {}\nbody {} {body}\n",
            self.step.word(),
            hex(&self.session.0),
            self.to,
            self.made,
            self.follows.as_deref().unwrap_or("-"),
            self.asked,
            self.answered,
            self.tags,
            self.body_bytes(),
        )
        .expect("a String takes everything");
        lines
    }

    /// Reads the lines, and the digest of the body that they name.
    fn read(lines: &str) -> Result<(Self, &str), OverlapError> {
        let mut rest = lines.lines();
        let mut line = |name: &'static str| {
            let line = rest.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.ok_or(OverlapError::Head(name))
        };
        let step = match line("step")? {
            "ask" => Step::Ask,
            "answer" => Step::Answer,
            "closing" => Step::Closing,
            _ => return Err(OverlapError::Head("step")),
        };
        let session = unhex(line("session")?).ok_or(OverlapError::Head("session"))?;
        let to = digest(line("to")?).ok_or(OverlapError::Head("to"))?;
        let made = line("made")?.parse().map_err(|_| OverlapError::Head("made"))?;
        let follows = optional(line("follows")?, digest).ok_or(OverlapError::Head("follows"))?;
        if line("suite")? != SUITE {
            return Err(OverlapError::Suite);
        }
        let key = optional(line("key")?, unhex).ok_or(OverlapError::Head("key"))?;
        let shared = optional(line("shared")?, |text| text.parse().ok());
        let shared = shared.ok_or(OverlapError::Head("shared"))?;
        let mut count = |name: &'static str| {
            let count: usize = line(name)?.parse().map_err(|_| OverlapError::Head(name))?;
            if count > ELEMENTS_LIMIT {
                return Err(OverlapError::TooMany { count, limit: ELEMENTS_LIMIT });
            }
            Ok(count)
        };
        let (asked, answered, tags) = (count("asked")?, count("answered")?, count("tags")?);
        let session = Session(session);
        let head = Self { step, session, to, made, follows, key, shared, asked, answered, tags };
        let body = line("body")?.split_once(' ').ok_or(OverlapError::Head("body"))?.1;
        // Written out again it must be the same: there is one spelling of a head.
        if head.to_lines(body) != lines {
            return Err(OverlapError::Head("spelling"));
        }
        head.fits()?;
        Ok((head, body))
    }

    /// Whether it holds what its step needs, and nothing else.
    fn fits(&self) -> Result<(), OverlapError> {
        let later = self.step != Step::Ask;
        let right = self.follows.is_some() == later
            && self.key.is_some() == later
            && self.shared.is_some() == (self.step == Step::Closing)
            && (self.answered > 0) == later
            && (self.tags > 0) == later
            && (self.asked > 0) != (self.step == Step::Closing);
        if right { Ok(()) } else { Err(OverlapError::Head("step")) }
    }
}

impl<'a> Claimed<'a> {
    /// Reads a file as far as that can be done without a key.
    ///
    /// # Errors
    /// Where it is no such message, is cut off, or holds more than it says.
    pub fn read(bytes: &'a [u8]) -> Result<Self, OverlapError> {
        let start = bytes.get(..bytes.len().min(HEAD_BYTES_LIMIT)).unwrap_or_default();
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if first != MESSAGE_KIND.as_bytes() {
            let ours = first.starts_with(b"bakas-overlap/") && first.len() < 20;
            return Err(if ours { OverlapError::Version } else { OverlapError::NotAMessage });
        }
        let text_end = find(start, b"\n\n").ok_or(OverlapError::Head("end"))? + 2;
        let signature = start.get(text_end..).unwrap_or_default();
        let note_end = find(signature, b"\n").ok_or(OverlapError::Head("signature"))?;
        let (note, body) =
            bytes.split_at_checked(text_end + note_end + 1).ok_or(OverlapError::NotAMessage)?;
        let note = std::str::from_utf8(note).map_err(|_| OverlapError::NotAMessage)?;
        let lines = note.get(..text_end - 1).and_then(|text| text.split_once('\n'));
        let (name, lines) =
            lines.and_then(|(_, rest)| rest.split_once('\n')).ok_or(OverlapError::Head("name"))?;
        let (head, sha256) = Head::read(lines)?;
        let expected = head.body_bytes();
        if body.len() != expected {
            return Err(OverlapError::Size { expected, found: body.len() });
        }
        if hex(&Sha256::digest(body)) != sha256 {
            return Err(OverlapError::Body);
        }
        Ok(Self { bytes, note, body, name, head })
    }

    /// The message, where this key signed it.
    ///
    /// # Errors
    /// Where it did not.
    pub fn verified(self, key: &PublicKey) -> Result<Message, OverlapError> {
        note::open_text(self.note, key).map_err(OverlapError::Signature)?;
        if self.name != key.name() {
            let why = SealError::Note("it names another origin than its key");
            return Err(OverlapError::Signature(why));
        }
        let (asked, rest) = elements(self.body, self.head.asked);
        let (answered, rest) = elements(rest, self.head.answered);
        let proofs = self.head.answered.div_ceil(BATCH) * PROOF_BYTES;
        let (proofs, rest) = rest.split_at_checked(proofs).expect("the size was checked");
        let (tags, _) = elements(rest, self.head.tags);
        Ok(Message {
            head: self.head,
            sha256: hex(&Sha256::digest(self.bytes)),
            asked,
            answered,
            proofs: proofs.as_chunks().0.to_vec(),
            tags,
        })
    }
}

impl Message {
    /// Puts a message together, and signs it: the message, and its file.
    pub(super) fn write(
        head: Head,
        (asked, tags): (Vec<Element>, Vec<Element>),
        (answered, proofs): (Vec<Element>, Vec<[u8; PROOF_BYTES]>),
        key: &SigningKey,
    ) -> Result<(Self, Vec<u8>), OverlapError> {
        let mut body = Vec::with_capacity(head.body_bytes());
        for part in [asked.as_flattened(), answered.as_flattened(), proofs.as_flattened()] {
            body.extend_from_slice(part);
        }
        body.extend_from_slice(tags.as_flattened());
        let lines = head.to_lines(&hex(&Sha256::digest(&body)));
        let note = key.sign_note(&format!(
            "{MESSAGE_KIND}
{}
{lines}",
            key.name()
        ));
        let note = note.map_err(OverlapError::Signature)?;
        let mut bytes = note.into_bytes();
        bytes.append(&mut body);
        let read = Claimed::read(&bytes)?.verified(&key.public())?;
        Ok((read, bytes))
    }
}

fn elements(bytes: &[u8], count: usize) -> (Vec<Element>, &[u8]) {
    let (part, rest) = bytes.split_at_checked(count * ELEMENT_BYTES).expect("the size was checked");
    (part.as_chunks().0.to_vec(), rest)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|part| part == what)
}

fn optional<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text == "-" { Some(None) } else { read(text).map(Some) }
}

fn digest(text: &str) -> Option<String> {
    unhex(text).map(|bytes| hex(&bytes))
}

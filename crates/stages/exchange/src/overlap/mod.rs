//! The private overlap check: two parties learn which observables they share, and about how many
//! the other has, before either shows its list. Pure functions over bytes; who is asked how often
//! is the caller's affair.
//!
//! Three messages: the **ask** (A's observables, blinded), the **answer** (these evaluated under
//! B's key with proof, the tags of B's own list, and B's observables blinded), the **closing** (the
//! same the other way round). The function is that of RFC 9497 in verifiable mode. Each check has
//! keys of its own, so that nothing that was evaluated in one is of use in another; the pinned key
//! of the installation signs each message, and with it the key that the proofs are for.
//!
//! Lists are padded to the steps of [`padded`], so that their sizes are known no more exactly than
//! these steps are apart. `docs/manual/overlap.md` says what each side learns, and what a cheater
//! can do.
//!
//! ```
//! use bakas_exchange::overlap::{Alone, Check, Claimed, Observable, Own, Seed, Session, answer, ask, close, finish};
//! use bakas_seal::SigningKey;
//! let (ana, ben) = (SigningKey::new("a.example", &[1; 32])?, SigningKey::new("b.example", &[2; 32])?);
//! let list = |from: u8| Own::new((from..from + 20).map(|n| Observable::from(std::net::IpAddr::from([192, 0, 2, n]))));
//! let (ours, theirs) = (list(0)?, list(15)?);
//! let now = bakas_model::Timestamp::from_seconds(1_767_600_000);
//! let a = Check { own: &ours, key: &ana, other: &ben.public(), seed: &Seed([3; 32]), now, hands: &Alone };
//! let b = Check { own: &theirs, key: &ben, other: &ana.public(), seed: &Seed([4; 32]), now, hands: &Alone };
//! let asked = ask(&a, Session([5; 32]))?;
//! let asked = Claimed::read(&asked)?.verified(&ana.public())?;
//! let answered = answer(&b, &asked)?;
//! let answered = Claimed::read(&answered)?.verified(&ben.public())?;
//! let (closing, found) = close(&a, &asked, &answered)?;
//! assert_eq!(found.shared.len(), 5);
//! let closing = Claimed::read(&closing)?.verified(&ana.public())?;
//! assert_eq!(finish(&b, &answered, &closing)?.shared, found.shared);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dleq;
mod error;
mod message;
mod observable;
mod prf;
mod steps;

use std::{collections::BTreeSet, fmt};

use bakas_model::Timestamp;
use bakas_seal::{PublicKey, SigningKey, hex};
use rand_chacha::rand_core::RngCore as _;

pub use self::{
    error::OverlapError,
    message::{Claimed, HEAD_BYTES_LIMIT, Head, MESSAGE_BYTES_LIMIT, MESSAGE_KIND, Message, Step},
    observable::{Kind, NotObservable, Observable},
    steps::{answer, ask, close, closing, finish, learn},
};

/// Most elements in one list, padding and all.
pub const ELEMENTS_LIMIT: usize = 250_000;
/// Fewest observables that a list of ours may have: of fewer, the answer tells more than it asks.
pub const OWN_LEAST: usize = 10;
/// Longest observable, in bytes.
pub const OBSERVABLE_BYTES_LIMIT: usize = 4096;
/// Steps of sizes within ten: each is about 1.6 times the one before.
const SIZE_STEPS: [usize; 5] = [10, 16, 25, 40, 63];
/// The smallest size that a list is padded to.
const SIZE_LEAST: usize = 100;

/// 32 secret random bytes, from the system's source of randomness. Who has them can take the
/// blinds off: they are for one check, and to be destroyed after it.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

/// Which check: 32 random bytes that are no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Session(pub [u8; 32]);

/// A list of observables of ours: each once, not too few and not too many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    observables: Vec<Observable>,
}

/// One side of a check.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// What this side has.
    pub own: &'a Own,
    /// The installation's key.
    pub key: &'a SigningKey,
    /// The other side's key, as it was told over another channel.
    pub other: &'a PublicKey,
    /// This side's secret for this check: the same from the first step to the last.
    pub seed: &'a Seed,
    /// The time.
    pub now: Timestamp,
    /// Who does the work.
    pub hands: &'a dyn Hands,
}

/// What one side learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Those of its own that the other has too, in order.
    pub shared: Vec<Observable>,
    /// The other has at most so many: its list, padded.
    pub other_at_most: usize,
    /// How many the other found shared, where it has said so. An honest other finds as many.
    pub other_shared: Option<u64>,
}

/// Who does the work: parts of it may be done in any order and at once.
pub trait Hands: Sync {
    /// Calls `work` once for each part from 0.
    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync));
}

/// One thread, part after part.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

/// The size that a list of this length is padded to: the next of 100, 160, 250, 400, 630, 1,000 …
///
/// # Errors
/// Where it is over [`ELEMENTS_LIMIT`].
pub fn padded(count: usize) -> Result<usize, OverlapError> {
    let too_many = OverlapError::TooMany { count, limit: ELEMENTS_LIMIT };
    let mut scale = 1;
    while scale <= ELEMENTS_LIMIT {
        let fits = |size: &usize| *size >= count && *size >= SIZE_LEAST;
        if let Some(size) = SIZE_STEPS.iter().map(|step| step * scale).find(fits) {
            return if size <= ELEMENTS_LIMIT { Ok(size) } else { Err(too_many) };
        }
        scale *= 10;
    }
    Err(too_many)
}

impl Own {
    /// Each observable once.
    ///
    /// # Errors
    /// Where there are too few or too many.
    pub fn new(observables: impl IntoIterator<Item = Observable>) -> Result<Self, OverlapError> {
        let once: BTreeSet<_> = observables.into_iter().collect();
        let count = once.len();
        if count < OWN_LEAST {
            return Err(OverlapError::TooFew { count });
        }
        padded(count)?;
        Ok(Self { observables: once.into_iter().collect() })
    }

    /// The observables, in order.
    #[must_use]
    pub fn observables(&self) -> &[Observable] {
        &self.observables
    }

    /// What goes into the function: the observables, then the padding, which nobody else has.
    fn inputs(&self, seed: &Seed) -> Vec<Vec<u8>> {
        let of = |one: &Observable| {
            format!("{MESSAGE_KIND}\0{}\0{}", one.kind().word(), one.text()).into_bytes()
        };
        let mut inputs: Vec<_> = self.observables.iter().map(of).collect();
        let size = padded(inputs.len()).expect("a list is made within the limit");
        let mut random = prf::stream(seed, "padding", 0, &[]);
        while inputs.len() < size {
            let mut input = format!("{MESSAGE_KIND}\0padding\0").into_bytes();
            let mut bytes = [0; 32];
            random.fill_bytes(&mut bytes);
            input.extend_from_slice(&bytes);
            inputs.push(input);
        }
        inputs
    }
}

impl Hands for Alone {
    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..parts).for_each(work);
    }
}

impl Session {
    /// Its name, in hex.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret stays out of every message.
        f.write_str("Seed")
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Check<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("other", &self.other).finish_non_exhaustive()
    }
}

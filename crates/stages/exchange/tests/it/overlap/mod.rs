//! The private overlap check, played by two sides in one process.

mod hostile;
mod laws;
mod red_team;

use std::net::IpAddr;

use bakas_exchange::overlap::{
    Alone, Check, Claimed, Found, Message, Observable, OverlapError, Own, Seed, Session, answer,
    ask, close, finish,
};
use bakas_model::Timestamp;
use bakas_seal::{PublicKey, SigningKey};

/// Both keys and secrets.
pub(crate) struct Table {
    pub(crate) ana: SigningKey,
    pub(crate) ben: SigningKey,
    ana_public: PublicKey,
    ben_public: PublicKey,
    ana_seed: Seed,
    ben_seed: Seed,
}

/// A whole check: its files, and what both learnt.
pub(crate) struct Played {
    pub(crate) ask: Vec<u8>,
    pub(crate) answer: Vec<u8>,
    pub(crate) closing: Vec<u8>,
    pub(crate) ana: Found,
    pub(crate) ben: Found,
}

impl Table {
    pub(crate) fn new() -> Self {
        let ana = SigningKey::new("ana.example", &[1; 32]).unwrap();
        let ben = SigningKey::new("ben.example", &[2; 32]).unwrap();
        let (ana_public, ben_public) = (ana.public(), ben.public());
        let (ana_seed, ben_seed) = (Seed([3; 32]), Seed([4; 32]));
        Self { ana, ben, ana_public, ben_public, ana_seed, ben_seed }
    }

    pub(crate) fn ana<'a>(&'a self, own: &'a Own) -> Check<'a> {
        let now = Timestamp::from_seconds(1_767_600_000);
        let (key, other, seed) = (&self.ana, &self.ben_public, &self.ana_seed);
        Check { own, key, other, seed, now, hands: &Alone }
    }

    pub(crate) fn ben<'a>(&'a self, own: &'a Own) -> Check<'a> {
        let now = Timestamp::from_seconds(1_767_600_060);
        let (key, other, seed) = (&self.ben, &self.ana_public, &self.ben_seed);
        Check { own, key, other, seed, now, hands: &Alone }
    }

    /// Reads what Ana sent.
    pub(crate) fn by_ana(&self, bytes: &[u8]) -> Result<Message, OverlapError> {
        Claimed::read(bytes)?.verified(&self.ana_public)
    }

    /// Reads what Ben sent.
    pub(crate) fn by_ben(&self, bytes: &[u8]) -> Result<Message, OverlapError> {
        Claimed::read(bytes)?.verified(&self.ben_public)
    }

    pub(crate) fn play(&self, ana: &Own, ben: &Own, session: u8) -> Played {
        let (a, b) = (self.ana(ana), self.ben(ben));
        let asked = ask(&a, Session([session; 32])).unwrap();
        let ask = self.by_ana(&asked).unwrap();
        let answered = answer(&b, &ask).unwrap();
        let answer = self.by_ben(&answered).unwrap();
        let (closing, found) = close(&a, &ask, &answer).unwrap();
        let closed = self.by_ana(&closing).unwrap();
        let other = finish(&b, &answer, &closed).unwrap();
        Played { ask: asked, answer: answered, closing, ana: found, ben: other }
    }
}

/// Addresses of a documentation network.
pub(crate) fn addresses(range: std::ops::Range<u16>) -> Own {
    let address = |n: u16| {
        let [high, low] = n.to_be_bytes();
        Observable::from(IpAddr::from([198, 51, 100 + high, low]))
    };
    Own::new(range.map(address)).unwrap()
}

//! Accounts that failed from addresses at which they were not in: all that is kept is what a later
//! success there would be judged by. In a flood of tries these are nearly all pairs of account and
//! address, so they are small and bounded; those that no success could follow directly any more go
//! first. It judges nothing.

use std::net::IpAddr;

use bakas_model::{AgencyIx, Asn, EventRow, Timestamp};
use rustc_hash::FxHashMap;

use crate::{
    few::{Families, Room},
    pace::Burst,
    reading::{self, Meaning},
};

/// Failures of one account from one address within an hour after which a success looks guessed:
/// who forgot a password gives up, or asks, well before.
const GUESSED_FAILS: usize = 16;
/// Most pairs that are held at one time.
const PAIRS_LIMIT: usize = 100_000;
/// After an hour without a failure a success does not follow directly.
const STALE_MICROS: i64 = 3600 * 1_000_000;
/// How often room is made, at most, in the time of the log: ten minutes.
const EVERY_MICROS: i64 = 600 * 1_000_000;

/// Failures that may be followed by a success.
pub(crate) type Guesses = Burst<GUESSED_FAILS>;

/// An account, by the hash of its name in lower case, and an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pair {
    pub(crate) agency: AgencyIx,
    pub(crate) account: u64,
    pub(crate) address: IpAddr,
}

/// What is known of a pair.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knock {
    pub(crate) asn: Option<Asn>,
    pub(crate) rows: u64,
    pub(crate) fails: u64,
    pub(crate) families: Families,
    pub(crate) guesses: Guesses,
    last: Timestamp,
}

/// The pairs at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knocks {
    pairs: FxHashMap<Pair, Knock>,
    made_room: Option<Timestamp>,
}

impl Knocks {
    /// Hears a row that shows no presence; rows come in time order.
    pub(crate) fn hear(&mut self, pair: Pair, row: &EventRow, meaning: Meaning, room: &mut Room) {
        if self.pairs.len() >= PAIRS_LIMIT && !self.pairs.contains_key(&pair) {
            self.make_room(row.time);
            if self.pairs.len() >= PAIRS_LIMIT {
                room.refuse();
                return;
            }
        }
        let knock = self.pairs.entry(pair).or_default();
        knock.asn = knock.asn.or(row.asn);
        knock.rows += 1;
        knock.families.insert(reading::family(row.stream));
        knock.last = row.time;
        if meaning == Meaning::TryFailed {
            knock.fails += 1;
            knock.guesses.hear(row.time);
        }
    }

    /// What is known of a pair, which is in now.
    pub(crate) fn take(&mut self, pair: &Pair) -> Option<Knock> {
        self.pairs.remove(pair)
    }

    fn make_room(&mut self, now: Timestamp) {
        if self.made_room.is_some_and(|last| now.micros_since(last) < EVERY_MICROS) {
            return;
        }
        self.made_room = Some(now);
        self.pairs.retain(|_, knock| now.micros_since(knock.last) <= STALE_MICROS);
    }
}

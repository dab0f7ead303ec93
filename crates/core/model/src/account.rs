//! What became of the input, in records and in bytes. Every record is exactly one of three: it
//! gave events, it was rejected, or it is furniture; every byte belongs to one of the three. It
//! counts; it does not judge.

use serde::{Deserialize, Serialize};

/// The account of what a decoder was given. Accounts of several decoders add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Records and lines, blank ones too.
    pub records: u64,
    /// Records that gave at least one event.
    pub events: u64,
    /// Records that gave a reject instead.
    pub rejects: u64,
    /// Records that say nothing of themselves: blank lines, headers, comments.
    pub furniture: u64,
    /// Bytes in all.
    pub bytes: u64,
    /// Bytes of records that gave events.
    pub event_bytes: u64,
    /// Bytes of rejected records.
    pub reject_bytes: u64,
    /// Bytes of furniture, and of what stands between records: line ends, punctuation.
    pub furniture_bytes: u64,
}

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It gave at least one event.
    Event,
    /// It gave a reject instead.
    Reject,
    /// It says nothing of itself.
    Furniture,
}

impl Account {
    /// One record of so many bytes.
    pub const fn record(&mut self, fate: Fate, bytes: usize) {
        self.many(fate, 1, bytes as u64);
    }

    /// Several records of so many bytes in all.
    pub const fn many(&mut self, fate: Fate, records: u64, bytes: u64) {
        self.records += records;
        let (count, sum) = match fate {
            Fate::Event => (&mut self.events, &mut self.event_bytes),
            Fate::Reject => (&mut self.rejects, &mut self.reject_bytes),
            Fate::Furniture => (&mut self.furniture, &mut self.furniture_bytes),
        };
        *count += records;
        *sum += bytes;
    }

    /// Bytes between records.
    pub const fn between(&mut self, bytes: u64) {
        self.furniture_bytes += bytes;
    }

    /// Adds what another decoder was given.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.events += other.events;
        self.rejects += other.rejects;
        self.furniture += other.furniture;
        self.bytes += other.bytes;
        self.event_bytes += other.event_bytes;
        self.reject_bytes += other.reject_bytes;
        self.furniture_bytes += other.furniture_bytes;
    }

    /// Whether both sums come out: records and bytes.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.events + self.rejects + self.furniture == self.records
            && self.event_bytes + self.reject_bytes + self.furniture_bytes == self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_add_up() {
        let mut one = Account { bytes: 10, ..Account::default() };
        one.record(Fate::Event, 6);
        one.record(Fate::Reject, 1);
        assert!(!one.is_exact(), "three bytes are missing");
        one.between(3);
        assert!(one.is_exact());
        let mut sum = one;
        sum.add(&one);
        assert!(sum.is_exact() && sum.records == 4 && sum.bytes == 20);
        sum.records += 1;
        assert!(!sum.is_exact(), "a record is missing");
    }
}

//! A column as a dictionary of its values and one code a row. The dictionary lies in memory as
//! Parquet writes it, so that nothing is copied when it is written.

use ahash::RandomState;
use hashbrown::HashTable;

/// The code of an absent value.
pub(crate) const ABSENT: u32 = u32::MAX;
/// What one entry takes beside its bytes: its start, its place in the hash table, its length.
const ENTRY_BYTES: usize = 20;

/// A column under construction.
#[derive(Debug)]
pub(crate) struct DictionaryColumn {
    /// One a row, from the first row on that differs from the one before it; empty until then.
    codes: Vec<u32>,
    /// How many rows there are.
    rows: usize,
    /// The code of every row while `codes` is empty.
    only: u32,
    /// The values in Parquet's PLAIN encoding: texts with their length before them.
    plain: Vec<u8>,
    /// Where each value's bytes start in `plain`.
    starts: Vec<u32>,
    known: HashTable<u32>,
    last: u32,
    absent: usize,
    /// Bytes before each value that hold its length.
    prefix: usize,
    /// Codes of values that came with a key, each where its key falls.
    recent: [(u32, u32); RECENT],
    /// Codes of other values, each where a quick look at the value falls.
    glanced: [u32; GLANCED],
}

/// The codes of a column's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codes<'a> {
    /// One a row.
    Each(&'a [u32]),
    /// The same in every row.
    Same {
        /// The code, [`ABSENT`] where no row has a value.
        code: u32,
        /// How many rows there are.
        rows: usize,
    },
}

impl Codes<'_> {
    /// How many rows there are.
    pub(crate) const fn rows(self) -> usize {
        match self {
            Self::Each(codes) => codes.len(),
            Self::Same { rows, .. } => rows,
        }
    }
}

/// Keys whose codes are remembered: more than there are HTTP status codes in common use.
const RECENT: usize = 32;
/// Values that are found by a quick look at them; a power of two.
const GLANCED: usize = 256;

impl DictionaryColumn {
    /// Of texts.
    pub(crate) fn of_texts() -> Self {
        Self::new(size_of::<u32>())
    }

    /// Of values that all have the same length.
    pub(crate) fn of_fixed() -> Self {
        Self::new(0)
    }

    fn new(prefix: usize) -> Self {
        Self {
            codes: Vec::new(),
            rows: 0,
            only: ABSENT,
            plain: Vec::new(),
            starts: Vec::new(),
            known: HashTable::new(),
            last: ABSENT,
            absent: 0,
            prefix,
            recent: [(0, ABSENT); RECENT],
            glanced: [ABSENT; GLANCED],
        }
    }

    /// Adds a row without a value.
    pub(crate) fn push_absent(&mut self) {
        self.push_code(ABSENT);
        self.absent += 1;
    }

    /// Many columns have nothing, or the same in every row: these take no room for codes.
    fn push_code(&mut self, code: u32) {
        if self.codes.is_empty() {
            if self.rows == 0 {
                self.only = code;
            }
            if code == self.only {
                self.rows += 1;
                return;
            }
            self.codes.resize(self.rows, self.only);
        }
        self.codes.push(code);
        self.rows += 1;
    }

    /// Adds a row whose value mostly comes with the time: it is looked for among the last ones
    /// only, so that it may stand in the dictionary more than once. Gives the bytes that the
    /// dictionary grew by.
    pub(crate) fn push_passing(&mut self, value: &[u8]) -> usize {
        self.push_by(value, |column, value| column.append(value))
    }

    /// Adds a row; gives the bytes that the dictionary grew by.
    pub(crate) fn push(&mut self, value: &[u8], state: &RandomState) -> usize {
        self.push_by(value, |column, value| column.intern(value, state))
    }

    fn push_by(
        &mut self,
        value: &[u8],
        add: impl FnOnce(&mut Self, &[u8]) -> (u32, usize),
    ) -> usize {
        // Logs repeat themselves: the value of the row before is the likeliest.
        if self.last != ABSENT && is_equal(self.value(self.last), value) {
            self.push_code(self.last);
            return 0;
        }
        let place = glance(value);
        let known = self.glanced[place];
        let (code, grown) = match known != ABSENT && is_equal(self.value(known), value) {
            true => (known, 0),
            false => add(self, value),
        };
        self.glanced[place] = code;
        self.last = code;
        self.push_code(code);
        grown
    }

    /// Adds a row whose value stands for a small number: most are found without being looked at.
    pub(crate) fn push_keyed(&mut self, key: u32, value: &[u8], state: &RandomState) -> usize {
        let slot = (key ^ key >> 5) as usize % RECENT;
        let (known, code) = self.recent[slot];
        if known == key && code != ABSENT {
            self.push_code(code);
            return 0;
        }
        let (code, grown) = self.intern(value, state);
        self.recent[slot] = (key, code);
        self.push_code(code);
        grown
    }

    /// Adds a row that may lack its value.
    pub(crate) fn push_maybe(&mut self, value: Option<&[u8]>, state: &RandomState) -> usize {
        match value {
            Some(value) => self.push(value, state),
            None => {
                self.push_absent();
                0
            }
        }
    }

    fn intern(&mut self, value: &[u8], state: &RandomState) -> (u32, usize) {
        let Self { plain, starts, known, prefix, .. } = self;
        let hash = state.hash_one(value);
        let get = |code: u32| entry(plain, starts, *prefix, code);
        if let Some(&code) = known.find(hash, |&code| is_equal(get(code), value)) {
            return (code, 0);
        }
        let (code, grown) = self.append(value);
        let Self { plain, starts, known, prefix, .. } = self;
        known
            .insert_unique(hash, code, |&code| state.hash_one(entry(plain, starts, *prefix, code)));
        (code, grown)
    }

    /// Adds a value, whether it is there or not.
    fn append(&mut self, value: &[u8]) -> (u32, usize) {
        let Self { plain, starts, prefix, .. } = self;
        let code = u32::try_from(starts.len()).expect("fewer values than rows of one file");
        if *prefix > 0 {
            let length = u32::try_from(value.len()).expect("a value is shorter than a record");
            plain.extend_from_slice(&length.to_le_bytes());
        }
        starts.push(u32::try_from(plain.len()).expect("a file is written long before 4 GiB"));
        plain.extend_from_slice(value);
        (code, value.len() + ENTRY_BYTES)
    }

    fn value(&self, code: u32) -> &[u8] {
        entry(&self.plain, &self.starts, self.prefix, code)
    }

    /// The distinct values, in the order of their codes.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.starts.len() as u32).map(|code| self.value(code))
    }

    /// One code a row, [`ABSENT`] where there is no value.
    pub(crate) fn codes(&self) -> Codes<'_> {
        match self.codes.as_slice() {
            [] => Codes::Same { code: self.only, rows: self.rows },
            codes => Codes::Each(codes),
        }
    }

    /// The values as Parquet writes them.
    pub(crate) fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// How many distinct values there are.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// How many rows have no value.
    pub(crate) fn absent(&self) -> usize {
        self.absent
    }

    /// Forgets all rows and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.codes.clear();
        (self.rows, self.only) = (0, ABSENT);
        self.plain.clear();
        self.starts.clear();
        self.known.clear();
        self.last = ABSENT;
        self.absent = 0;
        self.recent = [(0, ABSENT); RECENT];
        self.glanced = [ABSENT; GLANCED];
    }
}

/// Where a value falls by its length and a few of its bytes.
fn glance(value: &[u8]) -> usize {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let part = |at: usize| word(value.get(at..).and_then(<[u8]>::first_chunk));
    let length = value.len();
    let mut mixed = (length as u64).wrapping_mul(MIX);
    if length < size_of::<u64>() {
        mixed ^= value.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
    } else {
        for at in [0, length / 2 - size_of::<u64>() / 2, length - size_of::<u64>()] {
            mixed = (mixed.rotate_left(23) ^ part(at)).wrapping_mul(MIX);
        }
    }
    (mixed.wrapping_mul(MIX) >> (u64::BITS - GLANCED.ilog2())) as usize
}

/// Whether two values are the same. Most that are not differ in their first or last bytes, and
/// most values are short: a call is seldom needed.
fn is_equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let (Some(a_first), Some(b_first)) = (a.first_chunk::<8>(), b.first_chunk::<8>()) else {
        return a.iter().zip(b).all(|(a, b)| a == b);
    };
    let (a_last, b_last) = (a.last_chunk::<8>(), b.last_chunk::<8>());
    a_first == b_first && a_last == b_last && (a.len() <= 16 || a == b)
}

/// The bytes of one value: up to where the next one, or its length, begins.
fn entry<'a>(plain: &'a [u8], starts: &[u32], prefix: usize, code: u32) -> &'a [u8] {
    let start = starts[code as usize] as usize;
    let end = starts.get(code as usize + 1).map_or(plain.len(), |&next| next as usize - prefix);
    &plain[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_values_come_back_in_their_order() {
        let mut column = DictionaryColumn::of_texts();
        let rows: Vec<String> = (0..5000).map(|n| format!("05/Jan/2026:{:05}", n / 3)).collect();
        rows.iter().for_each(|row| {
            column.push_passing(row.as_bytes());
        });
        let values: Vec<_> = column.values().collect();
        let Codes::Each(codes) = column.codes() else { unreachable!("they differ") };
        let back = codes.iter().map(|&code| values[code as usize]);
        assert!(back.eq(rows.iter().map(String::as_bytes)));
        assert_eq!(values.len(), 5000_usize.div_ceil(3), "one that stays is kept once");
    }

    #[test]
    fn equal_values_share_a_code() {
        let state = RandomState::new();
        let mut column = DictionaryColumn::of_texts();
        let rows = [Some("a"), None, Some("a"), Some(""), Some("bc"), Some("a"), Some("")];
        for row in rows {
            column.push_maybe(row.map(str::as_bytes), &state);
        }
        assert_eq!(column.codes(), Codes::Each(&[0, ABSENT, 0, 1, 2, 0, 1]));
        assert_eq!(column.values().collect::<Vec<_>>(), [&b"a"[..], b"", b"bc"]);
        assert_eq!(column.plain(), b"\x01\0\0\0a\0\0\0\0\x02\0\0\0bc");
        assert_eq!(column.absent(), 1);
    }

    #[test]
    fn rows_that_are_all_the_same_are_only_counted() {
        let state = RandomState::new();
        for value in [None, Some(&b"a"[..])] {
            let code = if value.is_some() { 0 } else { ABSENT };
            let mut column = DictionaryColumn::of_texts();
            (0..5).for_each(|_| {
                column.push_maybe(value, &state);
            });
            assert_eq!(column.codes(), Codes::Same { code, rows: 5 });
            column.push(b"b", &state);
            let other = column.len() as u32 - 1;
            assert_eq!(column.codes(), Codes::Each(&[code, code, code, code, code, other]));
            column.clear();
            assert_eq!(column.codes(), Codes::Same { code: ABSENT, rows: 0 });
            column.push_maybe(value, &state);
            assert_eq!(column.codes(), Codes::Same { code, rows: 1 });
        }
    }
}

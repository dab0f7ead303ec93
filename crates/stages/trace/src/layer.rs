//! One attribute of every address of a family (an operator, a country, the lists it is on), laid
//! out for look-ups in tens of nanoseconds. What the values mean is the table's business.

use crate::{
    flatten::Stretch,
    range::{Family, Range},
};

/// The number of an address, IPv4 or IPv6.
pub(crate) trait Number: Copy + Ord {
    const FAMILY: Family;
    /// How many buckets the numbers are sorted into.
    const BUCKETS: usize;
    fn from_wide(number: u128) -> Self;
    fn wide(self) -> u128;
    /// Its bucket; grows with the number.
    fn bucket(self) -> usize;
}

impl Number for u32 {
    const FAMILY: Family = Family::V4;
    const BUCKETS: usize = 1 << 16;

    fn from_wide(number: u128) -> Self {
        Self::try_from(number).expect("an IPv4 number has 32 bits")
    }

    fn wide(self) -> u128 {
        self.into()
    }

    fn bucket(self) -> usize {
        (self >> 16) as usize
    }
}

impl Number for u128 {
    const FAMILY: Family = Family::V6;
    /// One for each /19 of 2000::/3, where all public addresses are, and one to either side.
    const BUCKETS: usize = (1 << 16) + 2;

    fn from_wide(number: u128) -> Self {
        number
    }

    fn wide(self) -> u128 {
        self
    }

    fn bucket(self) -> usize {
        let top = (self >> 109) as usize;
        (top + 1).saturating_sub(1 << 16).min(Self::BUCKETS - 1)
    }
}

/// The value of every address of a family; 0 is "nothing known".
#[derive(Debug)]
pub(crate) struct Layer<N> {
    /// For each bucket the last cut that begins before it; one more at the end.
    index: Vec<u32>,
    /// Where a new value begins; the first is 0.
    from: Vec<N>,
    /// The value from there on.
    value: Vec<u32>,
}

impl<N: Number> Layer<N> {
    /// From stretches in order that do not overlap.
    pub(crate) fn new(stretches: impl IntoIterator<Item = Stretch>) -> Self {
        let stretches = stretches.into_iter();
        // Most tables have about one gap to three stretches; growing once is cheaper than often.
        let expected = stretches.size_hint().0 / 2 * 3 + 1;
        let (mut from, mut value) = (Vec::with_capacity(expected), Vec::with_capacity(expected));
        from.push(N::from_wide(0));
        value.push(0);
        let mut behind = Some(0);
        for stretch in stretches {
            if behind == Some(stretch.first) {
                *value.last_mut().expect("never empty") = stretch.value;
            } else {
                from.push(N::from_wide(stretch.first));
                value.push(stretch.value);
            }
            behind = stretch.last.checked_add(1).filter(|&n| n <= N::FAMILY.max());
            if let Some(behind) = behind {
                from.push(N::from_wide(behind));
                value.push(0);
            }
        }
        from.shrink_to_fit();
        value.shrink_to_fit();
        Self { index: index(&from), from, value }
    }

    /// The value of an address.
    pub(crate) fn value(&self, number: N) -> u32 {
        self.value[self.cut(number)]
    }

    /// The range around an address that has the same value.
    pub(crate) fn around(&self, number: N) -> Range {
        self.range(self.cut(number))
    }

    /// Every range with this value.
    pub(crate) fn ranges_of(&self, value: u32) -> impl Iterator<Item = Range> {
        (0..self.from.len()).filter(move |&cut| self.value[cut] == value).map(|cut| self.range(cut))
    }

    /// The cut that holds an address.
    fn cut(&self, number: N) -> usize {
        let bucket = number.bucket();
        let (low, high) = (self.index[bucket] as usize, self.index[bucket + 1] as usize);
        low + self.from[low + 1..=high].partition_point(|&from| from <= number)
    }

    /// The range from a cut to the next.
    fn range(&self, cut: usize) -> Range {
        let last = self.from.get(cut + 1).map_or(N::FAMILY.max(), |next| next.wide() - 1);
        Range { family: N::FAMILY, first: self.from[cut].wide(), last }
    }
}

/// For each bucket the last cut that begins in an earlier one.
fn index<N: Number>(from: &[N]) -> Vec<u32> {
    let mut index = Vec::with_capacity(N::BUCKETS + 1);
    for (cut, number) in from.iter().enumerate() {
        let before =
            u32::try_from(cut).expect("a layer has fewer than 2^32 cuts").saturating_sub(1);
        while index.len() <= number.bucket() {
            index.push(before);
        }
    }
    let last = u32::try_from(from.len() - 1).expect("a layer has fewer than 2^32 cuts");
    index.resize(N::BUCKETS + 1, last);
    index
}

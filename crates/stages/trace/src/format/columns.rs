//! Rows of small numbers as they lie in a table's bytes: little-endian, each field as wide as its
//! largest number needs, read in place. What the numbers mean is not known here.

/// The most fields that a row may have.
pub(crate) const FIELDS_LIMIT: usize = 12;

/// Bytes behind the last section, so that four bytes can always be read at once.
pub(super) const TAIL_BYTES: usize = 64;

/// Rows in a table's bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rows {
    pub(super) at: usize,
    pub(super) count: usize,
    pub(super) widths: [u8; FIELDS_LIMIT],
}

/// One field of all rows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Column {
    at: usize,
    stride: usize,
    mask: u32,
    count: usize,
}

impl Rows {
    /// How many rows.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// Where the first row begins.
    pub(crate) const fn start(&self) -> usize {
        self.at
    }

    /// Bytes of a row.
    pub(super) fn stride(&self) -> usize {
        self.widths.iter().map(|&width| usize::from(width)).sum()
    }

    /// One field of all rows.
    pub(crate) fn column(&self, field: usize) -> Column {
        let before = self.widths.iter().take(field).map(|&width| usize::from(width));
        Column {
            at: self.at + before.sum::<usize>(),
            stride: self.stride(),
            mask: mask(self.widths[field]),
            count: self.count,
        }
    }

    /// The bytes of all rows.
    pub(crate) fn bytes<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.at..self.at + self.count * self.stride()]
    }

    /// Whether it has these fields, each as wide as told; 0 stands for any width of a number.
    pub(super) fn is_shaped(&self, widths: &[u8]) -> bool {
        let fits = |(at, &width): (usize, &u8)| match widths.get(at) {
            None => width == 0,
            Some(0) => (1..=4).contains(&width),
            Some(&wanted) => width == wanted,
        };
        self.widths.iter().enumerate().all(fits)
    }
}

impl Column {
    /// The number in a row.
    #[inline(always)]
    pub(crate) fn get(&self, bytes: &[u8], row: usize) -> u32 {
        let at = self.at + row * self.stride;
        // The tail of a table makes four bytes readable behind every number.
        match bytes.get(at..).and_then(<[u8]>::first_chunk::<4>) {
            Some(word) => u32::from_le_bytes(*word) & self.mask,
            None => 0,
        }
    }

    /// How many rows.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// All numbers in order.
    pub(crate) fn iter<'a>(&self, bytes: &'a [u8]) -> impl Iterator<Item = u32> + use<'a> {
        let column = *self;
        (0..column.count).map(move |row| column.get(bytes, row))
    }

    /// Whether something holds for all numbers.
    pub(crate) fn all(&self, bytes: &[u8], mut holds: impl FnMut(u32) -> bool) -> bool {
        // Whole words in a row, as the long columns of the main layer have them, are read as such.
        let whole = (self.stride == 4 && self.mask == u32::MAX)
            .then(|| bytes.get(self.at..self.at + 4 * self.count))
            .flatten();
        let Some(whole) = whole else { return self.iter(bytes).all(holds) };
        let (words, _) = whole.as_chunks::<4>();
        words.iter().fold(true, |all, word| all & holds(u32::from_le_bytes(*word)))
    }

    /// The rows with this number, where the column is sorted.
    pub(crate) fn equal(&self, bytes: &[u8], wanted: u32) -> std::ops::Range<usize> {
        let first = self.partition(bytes, |number| number < wanted);
        let end = self.partition(bytes, |number| number <= wanted);
        first..end
    }

    /// The first row with this number, where the column is sorted.
    pub(crate) fn find(&self, bytes: &[u8], wanted: u32) -> Option<usize> {
        let row = self.partition(bytes, |number| number < wanted);
        (row < self.count && self.get(bytes, row) == wanted).then_some(row)
    }

    /// How many rows at the beginning hold to a condition, where those that do come first.
    fn partition(&self, bytes: &[u8], holds: impl Fn(u32) -> bool) -> usize {
        let (mut low, mut size) = (0, self.count);
        // As many steps whatever is searched, so that the processor need not guess.
        while size > 1 {
            let half = size / 2;
            low += if holds(self.get(bytes, low + half - 1)) { half } else { 0 };
            size -= half;
        }
        low + usize::from(size == 1 && holds(self.get(bytes, low)))
    }
}

/// Rows as they are written, and their description; `fixed` widths (0 for "as needed").
pub(super) fn pack(fields: &[&[u32]], fixed: &[u8]) -> ([u8; FIELDS_LIMIT], Vec<u8>) {
    let mut widths = [0; FIELDS_LIMIT];
    for (at, (width, field)) in widths.iter_mut().zip(fields).enumerate() {
        let needed = field.iter().copied().max().map_or(1, needed);
        *width = fixed.get(at).copied().filter(|&width| width > 0).unwrap_or(needed);
        debug_assert!(*width >= needed, "a number is wider than its field");
    }
    let count = fields.first().map_or(0, |field| field.len());
    let mut bytes = Vec::new();
    for row in 0..count {
        for (field, &width) in fields.iter().zip(&widths) {
            bytes.extend_from_slice(&field[row].to_le_bytes()[..usize::from(width)]);
        }
    }
    (widths, bytes)
}

/// Bytes that a number needs.
fn needed(number: u32) -> u8 {
    match number {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xff_ffff => 3,
        _ => 4,
    }
}

const fn mask(width: u8) -> u32 {
    match width {
        0 => 0,
        1 => 0xff,
        2 => 0xffff,
        3 => 0xff_ffff,
        _ => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(rows in prop::collection::vec((any::<u32>(), any::<u32>(), 0_u32..9), 0..40), shift in 0_u32..32) {
            let first: Vec<u32> = rows.iter().map(|row| row.0 >> shift).collect();
            let second: Vec<u32> = rows.iter().map(|row| row.1).collect();
            let third: Vec<u32> = rows.iter().map(|row| row.2).collect();
            let (widths, mut bytes) = pack(&[&first, &second, &third], &[0, 4]);
            let shape = Rows { at: 0, count: rows.len(), widths };
            prop_assert_eq!(bytes.len(), shape.stride() * rows.len());
            prop_assert!(shape.is_shaped(&[0, 4, 0]));
            prop_assert!(!shape.is_shaped(&[0, 4]) && !shape.is_shaped(&[0, 4, 0, 0]));
            bytes.extend([0xff; TAIL_BYTES]);
            for (field, expected) in [first, second, third].iter().enumerate() {
                prop_assert_eq!(&shape.column(field).iter(&bytes).collect::<Vec<_>>(), expected);
            }
        }
    }

    #[test]
    fn equal_rows_of_a_sorted_column_are_found() {
        let (widths, mut bytes) = pack(&[&[2, 5, 5, 5, 900]], &[]);
        bytes.extend([0; TAIL_BYTES]);
        let column = Rows { at: 0, count: 5, widths }.column(0);
        assert_eq!(column.equal(&bytes, 5), 1..4);
        assert_eq!(column.equal(&bytes, 6), 4..4);
        assert_eq!(column.equal(&bytes, 900), 4..5);
        assert_eq!(column.equal(&bytes, 1), 0..0);
    }
}

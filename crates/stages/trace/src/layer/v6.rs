//! IPv6: the /48 at which something changes, in order, every so many of them once more for a
//! first step, and pages for the /48 in which something changes.

use super::{CUTS, Cut, FINE, PAGES, VALUES, pages_are_sound, tag};
use crate::{
    TableError,
    format::{Column, Directory, Rows},
    range::Family,
};

/// Widths of a cut: the lower 32 and the upper 16 of 48 bits.
pub(super) const CUT_WIDTHS: [u8; 2] = [4, 2];
/// Widths of a finer cut: 32, 32 and 16 bits, and the value.
pub(super) const FINE_WIDTHS: [u8; 4] = [4, 4, 2, 0];
/// Bytes of a cut.
const CUT_BYTES: usize = 6;
/// Bits within a /48.
const FINE_BITS: u32 = 80;
/// How many cuts are stepped over at first.
const STEP: usize = 16;

/// One attribute of all IPv6 addresses.
#[derive(Debug)]
pub(crate) struct LayerV6 {
    cuts: Rows,
    /// Every cut whose position is a multiple of [`STEP`].
    steps: Vec<u64>,
    values: Column,
    pages: Column,
    fine: [Column; 4],
    /// Values above it are pages.
    limit: u32,
}

impl LayerV6 {
    pub(super) fn read(
        directory: &Directory,
        bytes: &[u8],
        layer: u8,
        limit: u32,
        known: &impl Fn(u32) -> bool,
    ) -> Result<Self, TableError> {
        let tag = |part| tag(layer, Family::V6, part);
        let fine = directory.rows(tag(FINE), &FINE_WIDTHS)?;
        let cuts = directory.rows(tag(CUTS), &CUT_WIDTHS)?;
        let mut this = Self {
            cuts,
            steps: Vec::with_capacity(cuts.len().div_ceil(STEP)),
            values: directory.rows(tag(VALUES), &[0])?.column(0),
            pages: directory.rows(tag(PAGES), &[0])?.column(0),
            fine: [0, 1, 2, 3].map(|field| fine.column(field)),
            limit,
        };
        let wrong = |part, why: &str| Err(directory.wrong(tag(part), why.to_owned()));
        if this.cuts.len() != this.values.len() {
            return wrong(VALUES, "columns of different length");
        }
        let mut before = None;
        for cut in 0..this.cuts.len() {
            let key = this.key(bytes, cut);
            // The first cut is at 0, and each of the others behind the one before it.
            if before.map_or(key != 0, |before| key <= before) {
                return wrong(CUTS, "cuts out of order");
            }
            before = Some(key);
            if cut % STEP == 0 {
                this.steps.push(key);
            }
        }
        if !pages_are_sound(this.pages.iter(bytes), fine.len()) || !this.fine_is_sound(bytes) {
            return wrong(PAGES, "finer cuts out of order");
        }
        let pages = u32::try_from(this.pages.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let highest = limit.saturating_add(pages);
        let leads = |value| if value > limit { value <= highest } else { known(value) };
        if !this.values.all(bytes, leads) {
            return wrong(VALUES, "reference to nothing");
        }
        if !this.fine[3].all(bytes, |value| value <= limit && known(value)) {
            return wrong(FINE, "reference to nothing");
        }
        Ok(this)
    }

    /// The value of an address.
    pub(crate) fn value(&self, bytes: &[u8], number: u128) -> u32 {
        if self.steps.is_empty() {
            return 0;
        }
        let value = self.values.get(bytes, self.cut(bytes, number));
        if value > self.limit { self.fine_value(bytes, value, number) } else { value }
    }

    /// The stretch around an address on which no cut lies, and its value.
    pub(super) fn piece(&self, bytes: &[u8], number: u128) -> (u128, u128, u32) {
        if self.steps.is_empty() {
            return (0, u128::MAX, 0);
        }
        let cut = self.cut(bytes, number);
        let value = self.values.get(bytes, cut);
        let first = u128::from(self.key(bytes, cut)) << FINE_BITS;
        let last = match cut + 1 < self.cuts.len() {
            true => (u128::from(self.key(bytes, cut + 1)) << FINE_BITS) - 1,
            false => u128::MAX,
        };
        if value <= self.limit {
            return (first, last, value);
        }
        let fine = self.fine_cut(bytes, value, number);
        let (_, end) = self.page(bytes, value);
        let last = if fine + 1 < end {
            first | (self.fine_key(bytes, fine + 1) - 1)
        } else {
            first | fine_mask()
        };
        (first | self.fine_key(bytes, fine), last, self.fine[3].get(bytes, fine))
    }

    /// Every cut in order.
    pub(super) fn cuts<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Cut> + 'a {
        (0..self.cuts.len()).flat_map(move |cut| {
            let first = u128::from(self.key(bytes, cut)) << FINE_BITS;
            let value = self.values.get(bytes, cut);
            let (from, until) = if value > self.limit { self.page(bytes, value) } else { (0, 0) };
            let coarse = (value <= self.limit).then_some(Cut { first, value });
            let fine = (from..until).map(move |at| Cut {
                first: first | self.fine_key(bytes, at),
                value: self.fine[3].get(bytes, at),
            });
            coarse.into_iter().chain(fine)
        })
    }

    /// The cut at or before an address.
    #[inline]
    fn cut(&self, bytes: &[u8], number: u128) -> usize {
        let wanted = (number >> FINE_BITS) as u64;
        // The first cut of all is at 0, so there is one at or before every address.
        let step = self.steps.partition_point(|&key| key <= wanted) - 1;
        let mut low = step * STEP;
        let mut size = STEP.min(self.cuts.len() - low);
        while size > 1 {
            let half = size / 2;
            // Multiplied, not branched: the processor could only guess.
            low += half * usize::from(self.key(bytes, low + half) <= wanted);
            size -= half;
        }
        low
    }

    /// Where a cut begins: the first 48 bits.
    #[inline]
    fn key(&self, bytes: &[u8], cut: usize) -> u64 {
        let at = self.cuts.start() + cut * CUT_BYTES;
        // The tail of a table makes eight bytes readable behind every number.
        let word = bytes
            .get(at..at + 8)
            .map_or([0; 8], |word| word.try_into().expect("a slice of eight bytes is eight bytes"));
        u64::from_le_bytes(word) & 0xffff_ffff_ffff
    }

    /// Where a finer cut begins: the last 80 bits.
    fn fine_key(&self, bytes: &[u8], at: usize) -> u128 {
        let part = |field: usize| u128::from(self.fine[field].get(bytes, at));
        part(2) << 64 | part(1) << 32 | part(0)
    }

    /// The finer cuts of a page.
    fn page(&self, bytes: &[u8], value: u32) -> (usize, usize) {
        let page = (value - self.limit - 1) as usize;
        (self.pages.get(bytes, page) as usize, self.pages.get(bytes, page + 1) as usize)
    }

    #[cold]
    fn fine_value(&self, bytes: &[u8], value: u32, number: u128) -> u32 {
        self.fine[3].get(bytes, self.fine_cut(bytes, value, number))
    }

    /// The finer cut at or before an address.
    fn fine_cut(&self, bytes: &[u8], value: u32, number: u128) -> usize {
        let (mut low, mut high) = self.page(bytes, value);
        let wanted = number & fine_mask();
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.fine_key(bytes, middle) <= wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    fn fine_is_sound(&self, bytes: &[u8]) -> bool {
        let mut pages = self.pages.iter(bytes);
        let mut from = pages.next().unwrap_or(0) as usize;
        pages.all(|until| {
            let page = from..until as usize;
            from = until as usize;
            self.fine_key(bytes, page.start) == 0
                && page.map(|at| self.fine_key(bytes, at)).is_sorted_by(|a, b| a < b)
        })
    }
}

const fn fine_mask() -> u128 {
    (1 << FINE_BITS) - 1
}

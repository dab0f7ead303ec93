//! IPv4: an index of all /16, in each of them the /24 at which something changes, and pages for the
//! /24 in which something changes.

use super::{CUTS, Cut, FINE, INDEX, PAGES, VALUES, pages_are_sound, tag};
use crate::{
    TableError,
    format::{Column, Directory},
    range::Family,
};

/// How many /16 there are.
pub(super) const BUCKETS: usize = 1 << 16;
/// Widths of a cut: the third octet.
pub(super) const CUT_WIDTHS: [u8; 1] = [1];
/// Widths of a finer cut: the last octet, and the value.
pub(super) const FINE_WIDTHS: [u8; 2] = [1, 0];

/// One attribute of all IPv4 addresses.
#[derive(Debug)]
pub(crate) struct LayerV4 {
    index: Column,
    /// Where the cuts begin, and how many there are: a byte each.
    cuts: (usize, usize),
    values: Column,
    pages: Column,
    fine: [Column; 2],
    /// Values above it are pages.
    limit: u32,
    /// For each /16 its marks; neighbours without a cut share theirs.
    buckets: Vec<u16>,
    marks: Vec<Marks>,
}

/// The third octets of a /16 at which a cut lies, as bits, 64 to a part: which cut an address belongs
/// to is counted, not searched, so that the processor need not guess.
type Marks = [Part; 4];

/// 64 third octets. Twelve bytes, all of them in one or two cache lines.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    /// The bits of the lower and of the upper half.
    bits: [u32; 2],
    /// How many cuts come before.
    before: u32,
}

impl Part {
    /// How many cuts lie at or before an octet of this part.
    #[inline]
    fn until(&self, octet: u8) -> usize {
        let bits = u64::from(self.bits[1]) << 32 | u64::from(self.bits[0]);
        let lower = bits & u64::MAX >> (63 - (octet & 63));
        self.before as usize + lower.count_ones() as usize
    }
}

/// Marks for the octets of a /16, before which so many cuts lie; none where they are out of order.
#[inline]
fn marks(octets: &[u8], mut before: u32) -> Option<Marks> {
    let mut marks = Marks::default();
    let (mut sorted, mut last) = (true, -1);
    for &octet in octets {
        sorted &= i32::from(octet) > last;
        last = i32::from(octet);
        marks[usize::from(octet >> 6)].bits[usize::from(octet >> 5 & 1)] |= 1 << (octet & 31);
    }
    for part in &mut marks {
        part.before = before;
        before += part.bits[0].count_ones() + part.bits[1].count_ones();
    }
    sorted.then_some(marks)
}

impl LayerV4 {
    pub(super) fn read(
        directory: &Directory,
        bytes: &[u8],
        layer: u8,
        limit: u32,
        known: &impl Fn(u32) -> bool,
    ) -> Result<Self, TableError> {
        let tag = |part| tag(layer, Family::V4, part);
        let fine = directory.rows(tag(FINE), &FINE_WIDTHS)?;
        let cuts = directory.rows(tag(CUTS), &CUT_WIDTHS)?;
        let mut this = Self {
            index: directory.rows(tag(INDEX), &[4])?.column(0),
            cuts: (cuts.start(), cuts.len()),
            values: directory.rows(tag(VALUES), &[0])?.column(0),
            pages: directory.rows(tag(PAGES), &[0])?.column(0),
            fine: [fine.column(0), fine.column(1)],
            limit,
            buckets: Vec::new(),
            marks: Vec::new(),
        };
        let wrong = |part, why: &str| Err(directory.wrong(tag(part), why.to_owned()));
        if this.cuts.1 != this.values.len() {
            return wrong(VALUES, "columns of different length");
        }
        if !this.mark(bytes) {
            return wrong(CUTS, "cuts out of order");
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
        if !this.fine[1].all(bytes, |value| value <= limit && known(value)) {
            return wrong(FINE, "reference to nothing");
        }
        Ok(this)
    }

    /// The value of an address.
    #[inline]
    pub(crate) fn value(&self, bytes: &[u8], number: u32) -> u32 {
        let Some(cut) = self.cut(number) else { return 0 };
        let value = self.values.get(bytes, cut);
        if value > self.limit { self.fine_value(bytes, value, number) } else { value }
    }

    /// The values of several addresses, in steps that all of them take together: the loads of a step
    /// do not wait for one another.
    #[inline]
    pub(crate) fn values<const N: usize>(&self, bytes: &[u8], numbers: &[u32; N]) -> [u32; N] {
        if self.cuts.1 == 0 {
            return [0; N];
        }
        let cuts = numbers.map(|number| self.cut(number).unwrap_or(0));
        let mut values = cuts.map(|cut| self.values.get(bytes, cut));
        for (value, &number) in values.iter_mut().zip(numbers) {
            if *value > self.limit {
                *value = self.fine_value(bytes, *value, number);
            }
        }
        values
    }

    /// The stretch around an address on which no cut lies, and its value.
    pub(super) fn piece(&self, bytes: &[u8], number: u32) -> (u32, u32, u32) {
        let Some(cut) = self.cut(number) else { return (0, u32::MAX, 0) };
        let (first, value) = (self.first(bytes, cut, number >> 16), self.values.get(bytes, cut));
        let last = match cut + 1 < self.cuts.1 {
            true => self.first_behind(bytes, cut + 1, number >> 16) - 1,
            false => u32::MAX,
        };
        if value <= self.limit {
            return (first, last, value);
        }
        let fine = self.fine_cut(bytes, value, number);
        let (_, end) = self.page(bytes, value);
        let page = number & !0xff;
        let last = if fine + 1 < end {
            page | (self.fine[0].get(bytes, fine + 1) - 1)
        } else {
            page | 0xff
        };
        (page | self.fine[0].get(bytes, fine), last, self.fine[1].get(bytes, fine))
    }

    /// Every cut in order.
    pub(super) fn cuts<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Cut> + 'a {
        let buckets = if self.cuts.1 == 0 { 0 } else { BUCKETS };
        (0..buckets).flat_map(move |bucket| {
            let (low, high) = self.bucket(bytes, bucket);
            (low..high).flat_map(move |cut| {
                let octet = u128::from(self.octet(bytes, cut));
                let first = (bucket as u128) << 16 | octet << 8;
                let value = self.values.get(bytes, cut);
                let (from, until) =
                    if value > self.limit { self.page(bytes, value) } else { (0, 0) };
                let coarse = (value <= self.limit).then_some(Cut { first, value });
                let fine = (from..until).map(move |at| Cut {
                    first: first | u128::from(self.fine[0].get(bytes, at)),
                    value: self.fine[1].get(bytes, at),
                });
                coarse.into_iter().chain(fine)
            })
        })
    }

    /// The cut at or before an address; none where the layer is empty.
    #[inline]
    fn cut(&self, number: u32) -> Option<usize> {
        let marks = &self.marks[usize::from(*self.buckets.get((number >> 16) as usize)?)];
        let octet = (number >> 8) as u8;
        // The first cut of all is at 0, so there is one at or before every address.
        Some(marks[usize::from(octet >> 6)].until(octet).wrapping_sub(1))
    }

    /// Marks the cuts of each /16; tells whether they are in order.
    fn mark(&mut self, bytes: &[u8]) -> bool {
        let cuts = &bytes[self.cuts.0..self.cuts.0 + self.cuts.1];
        if cuts.is_empty() {
            return self.index.len() == 0;
        }
        let sound = self.index.len() == BUCKETS + 1
            && self.index.get(bytes, 0) == 0
            && self.index.get(bytes, BUCKETS) as usize == cuts.len();
        // A cut at 0 must be the first of all.
        if !sound || cuts[0] != 0 || self.index.get(bytes, 1) == 0 {
            return false;
        }
        self.buckets.reserve_exact(BUCKETS);
        // As many as in the embedded table; to grow costs more than to ask for too much.
        self.marks.reserve(cuts.len().min(BUCKETS));
        let (mut low, mut empty) = (0, false);
        for high in self.index.iter(bytes).skip(1) {
            let Some(octets) = cuts.get(low as usize..high as usize) else { return false };
            if !(octets.is_empty() && empty) {
                let Some(marks) = marks(octets, low) else { return false };
                self.marks.push(marks);
            }
            (low, empty) = (high, octets.is_empty());
            let at = u16::try_from(self.marks.len() - 1);
            self.buckets.push(at.expect("no more marks than buckets"));
        }
        self.marks.shrink_to_fit();
        true
    }

    #[inline]
    fn bucket(&self, bytes: &[u8], bucket: usize) -> (usize, usize) {
        (self.index.get(bytes, bucket) as usize, self.index.get(bytes, bucket + 1) as usize)
    }

    /// Where a cut begins that is at or before a bucket.
    fn first(&self, bytes: &[u8], cut: usize, mut bucket: u32) -> u32 {
        while self.index.get(bytes, bucket as usize) as usize > cut {
            bucket -= 1;
        }
        bucket << 16 | u32::from(self.octet(bytes, cut)) << 8
    }

    /// Where a cut begins that is in a bucket or behind it.
    fn first_behind(&self, bytes: &[u8], cut: usize, mut bucket: u32) -> u32 {
        while self.index.get(bytes, bucket as usize + 1) as usize <= cut {
            bucket += 1;
        }
        bucket << 16 | u32::from(self.octet(bytes, cut)) << 8
    }

    /// The third octet at which a cut begins.
    fn octet(&self, bytes: &[u8], cut: usize) -> u8 {
        bytes[self.cuts.0 + cut]
    }

    /// The finer cuts of a page.
    fn page(&self, bytes: &[u8], value: u32) -> (usize, usize) {
        let page = (value - self.limit - 1) as usize;
        (self.pages.get(bytes, page) as usize, self.pages.get(bytes, page + 1) as usize)
    }

    #[cold]
    fn fine_value(&self, bytes: &[u8], value: u32, number: u32) -> u32 {
        self.fine[1].get(bytes, self.fine_cut(bytes, value, number))
    }

    /// The finer cut at or before an address.
    fn fine_cut(&self, bytes: &[u8], value: u32, number: u32) -> usize {
        let (from, until) = self.page(bytes, value);
        let octet = number & 0xff;
        (from..until).rev().find(|&at| self.fine[0].get(bytes, at) <= octet).unwrap_or(from)
    }

    fn fine_is_sound(&self, bytes: &[u8]) -> bool {
        let mut pages = self.pages.iter(bytes);
        let mut from = pages.next().unwrap_or(0) as usize;
        pages.all(|until| {
            let page = from..until as usize;
            from = until as usize;
            self.fine[0].get(bytes, page.start) == 0
                && page.map(|at| self.fine[0].get(bytes, at)).is_sorted_by(|a, b| a < b)
        })
    }
}

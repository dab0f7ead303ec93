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
    /// For each /16 how many cuts come before it, and which of the marks are its own.
    buckets: Vec<(u32, u32)>,
    marks: Vec<Marks>,
}

/// The third octets at which a cut lies, as bits: which cut an address belongs to is counted, not
/// searched, so that the processor need not guess.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    bits: [u64; 4],
    /// How many lie in earlier words.
    before: [u8; 4],
}

impl Marks {
    fn new(octets: &[u8]) -> Self {
        let mut this = Self::default();
        for &octet in octets {
            this.bits[usize::from(octet >> 6)] |= 1 << (octet & 63);
        }
        let mut before = 0;
        for (word, count) in this.bits.iter().zip(&mut this.before) {
            *count = before;
            // Up to 192, as the last word is never counted.
            before = before.wrapping_add(word.count_ones() as u8);
        }
        this
    }

    /// How many lie at or before an octet.
    #[inline]
    fn until(&self, octet: u8) -> usize {
        let word = usize::from(octet >> 6);
        let lower = self.bits[word] & u64::MAX >> (63 - (octet & 63));
        usize::from(self.before[word]) + lower.count_ones() as usize
    }
}

impl LayerV4 {
    pub(super) fn read(
        directory: &Directory,
        bytes: &[u8],
        layer: u8,
        limit: u32,
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
        if !this.index_is_sound(bytes) {
            return wrong(INDEX, "buckets out of order");
        }
        if !this.cuts_are_sound(bytes) {
            return wrong(CUTS, "cuts out of order");
        }
        if !pages_are_sound(this.pages.iter(bytes), fine.len()) || !this.fine_is_sound(bytes) {
            return wrong(PAGES, "finer cuts out of order");
        }
        let pages = u32::try_from(this.pages.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let highest = limit.saturating_add(pages);
        if this.values.iter(bytes).any(|value| value > highest) {
            return wrong(VALUES, "reference to nothing");
        }
        if this.fine[1].iter(bytes).any(|value| value > limit) {
            return wrong(FINE, "reference to nothing");
        }
        this.mark(bytes);
        Ok(this)
    }

    /// The value of an address.
    #[inline]
    pub(crate) fn value(&self, bytes: &[u8], number: u32) -> u32 {
        if self.cuts.1 == 0 {
            return 0;
        }
        let value = self.values.get(bytes, self.cut(number));
        if value > self.limit {
            self.fine[1].get(bytes, self.fine_cut(bytes, value, number))
        } else {
            value
        }
    }

    /// The stretch around an address on which no cut lies, and its value.
    pub(super) fn piece(&self, bytes: &[u8], number: u32) -> (u32, u32, u32) {
        if self.cuts.1 == 0 {
            return (0, u32::MAX, 0);
        }
        let cut = self.cut(number);
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

    /// The cut at or before an address.
    #[inline]
    fn cut(&self, number: u32) -> usize {
        let (before, marks) = self.buckets[(number >> 16) as usize];
        // The first cut of all is at 0, so there is one at or before every address.
        before as usize + self.marks[marks as usize].until((number >> 8) as u8) - 1
    }

    /// Counts the cuts before each /16 and marks those within; most /16 share the empty marks.
    fn mark(&mut self, bytes: &[u8]) {
        if self.cuts.1 == 0 {
            return;
        }
        self.marks.push(Marks::default());
        self.buckets.reserve_exact(BUCKETS);
        for bucket in 0..BUCKETS {
            let (low, high) = self.bucket(bytes, bucket);
            let marks = match low < high {
                true => {
                    let octets = &bytes[self.cuts.0 + low..self.cuts.0 + high];
                    self.marks.push(Marks::new(octets));
                    self.marks.len() - 1
                }
                false => 0,
            };
            let marks = u32::try_from(marks).expect("fewer marks than buckets");
            self.buckets.push((self.index.get(bytes, bucket), marks));
        }
        self.marks.shrink_to_fit();
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

    /// The finer cut at or before an address.
    #[cold]
    fn fine_cut(&self, bytes: &[u8], value: u32, number: u32) -> usize {
        let (from, until) = self.page(bytes, value);
        let octet = number & 0xff;
        (from..until).rev().find(|&at| self.fine[0].get(bytes, at) <= octet).unwrap_or(from)
    }

    fn index_is_sound(&self, bytes: &[u8]) -> bool {
        if self.cuts.1 == 0 {
            return self.index.len() == 0;
        }
        let last = self.index.len() == BUCKETS + 1
            && self.index.get(bytes, BUCKETS) as usize == self.cuts.1;
        last && self.index.get(bytes, 0) == 0 && self.index.iter(bytes).is_sorted()
    }

    fn cuts_are_sound(&self, bytes: &[u8]) -> bool {
        let cuts = &bytes[self.cuts.0..self.cuts.0 + self.cuts.1];
        if cuts.is_empty() {
            return true;
        }
        let begins = cuts[0] == 0 && self.index.get(bytes, 1) > 0;
        let mut low = 0;
        begins
            && self.index.iter(bytes).skip(1).all(|high| {
                let bucket = &cuts[low..high as usize];
                low = high as usize;
                bucket.is_sorted_by(|a, b| a < b)
            })
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

//! Layers as they are written: cuts on the borders of /24 and /48 where they are coarse, and pages
//! of finer cuts for the few blocks that need them.

use super::{CUTS, Cut, FINE, INDEX, PAGES, VALUES, tag, v4, v6};
use crate::{flatten::Stretch, format::Writer, range::Family};

/// The cuts of one family, ready to be written.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    /// Coarse cuts: the number of the block that begins there, and the value, or, from `limit` + 1
    /// on, a page.
    coarse: Vec<(u64, u32)>,
    /// For each page its first finer cut, and behind the last one the end.
    pages: Vec<u32>,
    /// Finer cuts: where in the block, and the value.
    fine: Vec<(u128, u32)>,
}

impl Cuts {
    /// From stretches in order that do not overlap, with values of at most `limit`.
    pub(crate) fn new(stretches: &[Stretch], family: Family, limit: u32) -> Self {
        let shift = fine_bits(family);
        let mut this = Self::default();
        let cuts = cuts(stretches, family);
        let mut value = 0;
        for block in cuts.chunk_by(|a, b| a.first >> shift == b.first >> shift) {
            let number = u64::try_from(block[0].first >> shift).expect("coarse blocks are counted");
            let coarse = block.len() == 1 && block[0].first.trailing_zeros() >= shift;
            if coarse {
                this.push(number, block[0].value);
            } else {
                this.page(number, block, value, shift, limit);
            }
            value = block[block.len() - 1].value;
            // What a page ends with goes on behind it.
            if !coarse && u128::from(number) < family.max() >> shift {
                this.coarse.push((number + 1, value));
            }
        }
        this
    }

    /// Adds the sections of a layer.
    pub(crate) fn write(&self, out: &mut Writer, layer: u8, family: Family) {
        let tag = |part| tag(layer, family, part);
        if self.coarse.len() == 1 && self.coarse[0].1 == 0 {
            return;
        }
        let values: Vec<u32> = self.coarse.iter().map(|cut| cut.1).collect();
        let fine_values: Vec<u32> = self.fine.iter().map(|cut| cut.1).collect();
        let part =
            |shift: u32| self.fine.iter().map(|cut| (cut.0 >> shift) as u32).collect::<Vec<_>>();
        match family {
            Family::V4 => {
                out.wide_rows(tag(INDEX), &[&self.index()], &[4]);
                let octets: Vec<u32> = self.coarse.iter().map(|cut| cut.0 as u32 & 0xff).collect();
                out.wide_rows(tag(CUTS), &[&octets], &v4::CUT_WIDTHS);
                out.rows(tag(VALUES), &[&values]);
                out.rows(tag(PAGES), &[&self.pages]);
                out.wide_rows(tag(FINE), &[&part(0), &fine_values], &v4::FINE_WIDTHS);
            }
            Family::V6 => {
                let low: Vec<u32> = self.coarse.iter().map(|cut| cut.0 as u32).collect();
                let high: Vec<u32> = self.coarse.iter().map(|cut| (cut.0 >> 32) as u32).collect();
                out.wide_rows(tag(CUTS), &[&low, &high], &v6::CUT_WIDTHS);
                out.rows(tag(VALUES), &[&values]);
                out.rows(tag(PAGES), &[&self.pages]);
                let high: Vec<u32> = self.fine.iter().map(|cut| (cut.0 >> 64) as u32).collect();
                let fine = [&part(0)[..], &part(32), &high, &fine_values];
                out.wide_rows(tag(FINE), &fine, &v6::FINE_WIDTHS);
            }
        }
    }

    /// A coarse cut, unless nothing changes there.
    fn push(&mut self, block: u64, value: u32) {
        match self.coarse.last_mut() {
            // A page before it promised to go on here.
            Some(last) if last.0 == block => last.1 = value,
            Some(last) if last.1 == value => {}
            _ => self.coarse.push((block, value)),
        }
    }

    /// A page of the cuts within a block, in which at first the value before it goes on.
    fn page(&mut self, block: u64, cuts: &[Cut], before: u32, shift: u32, limit: u32) {
        let mask = (1_u128 << shift) - 1;
        if self.pages.is_empty() {
            self.pages.push(0);
        }
        if cuts[0].first & mask != 0 {
            self.fine.push((0, before));
        }
        self.fine.extend(cuts.iter().map(|cut| (cut.first & mask, cut.value)));
        let page = u32::try_from(self.pages.len()).expect("fewer pages than cuts");
        self.pages.push(u32::try_from(self.fine.len()).expect("a layer has fewer than 2^32 cuts"));
        self.coarse.pop_if(|last| last.0 == block);
        let value = limit.checked_add(page).expect("values and pages fit into 32 bits");
        self.coarse.push((block, value));
    }

    /// For each /16 of IPv4 the first cut in it or behind it, and the count of all at the end.
    fn index(&self) -> Vec<u32> {
        let mut index = Vec::with_capacity(v4::BUCKETS + 1);
        for (at, (block, _)) in (0_u32..).zip(&self.coarse) {
            while index.len() <= (block >> 8) as usize {
                index.push(at);
            }
        }
        index.resize(v4::BUCKETS + 1, u32::try_from(self.coarse.len()).expect("fewer than 2^24"));
        index
    }
}

/// Bits within a coarse block.
pub(super) const fn fine_bits(family: Family) -> u32 {
    match family {
        Family::V4 => 8,
        Family::V6 => 80,
    }
}

/// Where the value changes; the first cut is at 0.
fn cuts(stretches: &[Stretch], family: Family) -> Vec<Cut> {
    let mut cuts = Vec::with_capacity(stretches.len() + stretches.len() / 2 + 1);
    let mut push = |first, value| match cuts.last() {
        Some(Cut { value: before, .. }) if *before == value => {}
        _ => cuts.push(Cut { first, value }),
    };
    let mut at = Some(0);
    for stretch in stretches {
        if let Some(at) = at.filter(|&at| at < stretch.first) {
            push(at, 0);
        }
        push(stretch.first, stretch.value);
        at = stretch.last.checked_add(1).filter(|&behind| behind <= family.max());
    }
    if let Some(at) = at {
        push(at, 0);
    }
    cuts
}

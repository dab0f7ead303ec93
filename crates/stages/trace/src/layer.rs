//! One attribute of every address, laid out for look-ups in tens of nanoseconds: numbers are looked
//! up in the table's bytes where they lie. What the values mean is the table's business.

mod build;
mod v4;
mod v6;

use crate::{
    TableError,
    format::{Directory, Tag},
    range::{Family, Range},
};
pub(crate) use build::Cuts;
pub(crate) use v4::LayerV4;
pub(crate) use v6::LayerV6;

/// The sections of a layer, told apart by the letter that names the layer.
pub(crate) const fn tag(layer: u8, family: Family, part: [u8; 2]) -> Tag {
    let family = match family {
        Family::V4 => b'4',
        Family::V6 => b'6',
    };
    [layer, family, part[0], part[1]]
}

/// For each bucket of IPv4 its first cut.
pub(crate) const INDEX: [u8; 2] = *b"IX";
/// Where each cut begins.
pub(crate) const CUTS: [u8; 2] = *b"CU";
/// The value from each cut on, or a page of finer cuts.
pub(crate) const VALUES: [u8; 2] = *b"VA";
/// For each page of finer cuts the first of them.
pub(crate) const PAGES: [u8; 2] = *b"PA";
/// The finer cuts, each with its value.
pub(crate) const FINE: [u8; 2] = *b"FI";

/// One attribute of all addresses of both families; 0 is "nothing known".
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) v4: LayerV4,
    pub(crate) v6: LayerV6,
}

/// Where an attribute begins to have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) first: u128,
    pub(crate) value: u32,
}

impl Layer {
    /// Finds the layer's sections and checks them: order, bounds, and that values up to `limit`
    /// are known; those above it are pages.
    pub(crate) fn read(
        directory: &Directory,
        bytes: &[u8],
        layer: u8,
        limit: u32,
        known: impl Fn(u32) -> bool,
    ) -> Result<Self, TableError> {
        let v4 = LayerV4::read(directory, bytes, layer, limit, &known)?;
        let v6 = LayerV6::read(directory, bytes, layer, limit, &known)?;
        Ok(Self { v4, v6 })
    }

    /// The value of an address.
    #[inline]
    pub(crate) fn value(&self, bytes: &[u8], family: Family, number: u128) -> u32 {
        match family {
            Family::V4 => self.v4.value(bytes, number as u32),
            Family::V6 => self.v6.value(bytes, number),
        }
    }

    /// Every cut in order; the first is at address 0 where the layer has any.
    pub(crate) fn cuts<'a>(
        &'a self,
        bytes: &'a [u8],
        family: Family,
    ) -> Box<dyn Iterator<Item = Cut> + 'a> {
        match family {
            Family::V4 => Box::new(self.v4.cuts(bytes)),
            Family::V6 => Box::new(self.v6.cuts(bytes)),
        }
    }

    /// The stretch around an address on which no cut lies.
    fn piece(&self, bytes: &[u8], family: Family, number: u128) -> (Range, u32) {
        let (first, last, value) = match family {
            Family::V4 => {
                let (first, last, value) = self.v4.piece(bytes, number as u32);
                (first.into(), last.into(), value)
            }
            Family::V6 => self.v6.piece(bytes, number),
        };
        (Range { family, first, last }, value)
    }

    /// The largest range around an address on which what `of` takes from the value is the same.
    pub(crate) fn around<T: PartialEq>(
        &self,
        bytes: &[u8],
        family: Family,
        number: u128,
        of: impl Fn(u32) -> T,
    ) -> Range {
        let (mut range, value) = self.piece(bytes, family, number);
        let wanted = of(value);
        while let Some(before) = range.first.checked_sub(1) {
            let (piece, value) = self.piece(bytes, family, before);
            if of(value) != wanted {
                break;
            }
            range.first = piece.first;
        }
        while range.last < family.max() {
            let (piece, value) = self.piece(bytes, family, range.last + 1);
            if of(value) != wanted {
                break;
            }
            range.last = piece.last;
        }
        range
    }

    /// Every range on which what `of` takes from the value is the same, in order, with it.
    pub(crate) fn ranges<'a, T: PartialEq + 'a>(
        &'a self,
        bytes: &'a [u8],
        family: Family,
        of: impl Fn(u32) -> T + 'a,
    ) -> impl Iterator<Item = (Range, T)> + 'a {
        let mut cuts =
            self.cuts(bytes, family).map(move |cut| (cut.first, of(cut.value))).peekable();
        std::iter::from_fn(move || {
            let (first, taken) = cuts.next()?;
            while cuts.next_if(|(_, other)| *other == taken).is_some() {}
            let last = cuts.peek().map_or(family.max(), |(next, _)| next - 1);
            Some((Range { family, first, last }, taken))
        })
    }
}

/// Whether pages are sound: each with a first cut at its beginning, and none beyond the finer cuts.
fn pages_are_sound(pages: impl Iterator<Item = u32>, fine: usize) -> bool {
    let mut pages = pages.peekable();
    if pages.peek().is_none() {
        return fine == 0;
    }
    let mut before = None;
    for page in pages {
        if before.is_none_or(|before| before < page) && (before.is_some() || page == 0) {
            before = Some(page);
        } else {
            return false;
        }
    }
    before == u32::try_from(fine).ok()
}

//! Numbers as bytes: variable-length integers (7 bits a byte, lowest first), columns of them, and
//! the columns of a layer. What the numbers mean is not known here.

use super::Why;
use crate::{
    flatten::Stretch,
    layer::{Layer, Number},
};

/// Bytes being written.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

/// Bytes being read.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

/// Says that the size of a stretch is not a power of two and stands in its own column.
const ODD_SIZE: u8 = 0xff;

impl Writer {
    /// Adds a section: its tag, its length, its content.
    pub(super) fn section(&mut self, tag: &str, fill: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        fill(&mut inner);
        self.bytes(tag.as_bytes());
        let length = u32::try_from(inner.bytes.len()).expect("a section stays far below 4 GiB");
        self.bytes(&length.to_le_bytes());
        self.bytes(&inner.bytes);
    }

    /// Adds bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds a count and that many numbers.
    pub(super) fn column(&mut self, numbers: impl Iterator<Item = u32>) {
        let numbers: Vec<u32> = numbers.collect();
        self.number(numbers.len() as u128);
        for number in numbers {
            self.number(number.into());
        }
    }

    /// Adds stretches: their count, then gaps, sizes, odd sizes and values, column by column.
    pub(super) fn stretches(&mut self, stretches: &[Stretch]) {
        self.number(stretches.len() as u128);
        let (mut gaps, mut sizes, mut odd, mut values) =
            (Self::default(), Self::default(), Self::default(), Self::default());
        let mut behind = 0;
        for stretch in stretches {
            gaps.number(stretch.first - behind);
            let span = stretch.last - stretch.first;
            if span & span.wrapping_add(1) == 0 {
                sizes.bytes.push(span.trailing_ones() as u8);
            } else {
                sizes.bytes.push(ODD_SIZE);
                odd.number(span);
            }
            values.number(stretch.value.into());
            behind = stretch.last.wrapping_add(1);
        }
        for column in [gaps, sizes, odd, values] {
            self.number(column.bytes.len() as u128);
            self.bytes(&column.bytes);
        }
    }

    /// What was written.
    pub(super) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn number(&mut self, mut number: u128) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The next bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Why> {
        let (head, tail) = self.bytes.split_at_checked(count).ok_or("it ends too early")?;
        self.bytes = tail;
        Ok(head)
    }

    /// Everything that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }

    /// A count and that many numbers.
    pub(super) fn column(&mut self) -> Result<Vec<u32>, Why> {
        let count = self.count()?;
        let mut numbers = Vec::with_capacity(count);
        for _ in 0..count {
            numbers.push(self.number_32()?);
        }
        Ok(numbers)
    }

    /// The stretches of a layer, whose values are at most `limit`.
    pub(super) fn layer<N: Number>(&mut self, limit: u64) -> Result<Layer<N>, Why> {
        let count = self.count()?;
        let mut stretches = Stretches {
            left: count,
            behind: Some(0),
            highest: N::FAMILY.max(),
            limit,
            gaps: self.part()?,
            sizes: self.part()?,
            odd: self.part()?,
            values: self.part()?,
            wrong: None,
        };
        let layer = Layer::new(&mut stretches);
        match stretches.wrong {
            Some(why) => Err(why),
            None if stretches.is_used_up() => Ok(layer),
            None => Err("columns of different length".to_owned()),
        }
    }

    /// Bytes with their count before them.
    fn part(&mut self) -> Result<Self, Why> {
        let count = self.count()?;
        self.take(count).map(Self::new)
    }

    /// A count of things that take at least a byte each, so that a wrong one cannot ask for memory.
    fn count(&mut self) -> Result<usize, Why> {
        let count = usize::try_from(self.number_32()?).map_err(|e| e.to_string())?;
        if count > self.bytes.len() {
            return Err(format!("{count} things announced, {} bytes left", self.bytes.len()));
        }
        Ok(count)
    }

    #[inline]
    fn number_32(&mut self) -> Result<u32, Why> {
        // References to operators take three bytes as a rule.
        let short = match *self.bytes {
            [a, ..] if a < 0x80 => Some((u32::from(a), 1)),
            [a, b, ..] if b < 0x80 => Some((u32::from(a & 0x7f) | u32::from(b) << 7, 2)),
            [a, b, c, ..] if c < 0x80 => {
                Some((u32::from(a & 0x7f) | u32::from(b & 0x7f) << 7 | u32::from(c) << 14, 3))
            }
            _ => None,
        };
        match short {
            Some((number, length)) => {
                self.bytes = &self.bytes[length..];
                Ok(number)
            }
            None => {
                u32::try_from(self.long_number()?).map_err(|_| "a number beyond 32 bits".to_owned())
            }
        }
    }

    #[inline]
    fn number(&mut self) -> Result<u128, Why> {
        // Most numbers are short; the long way is rarely gone.
        if let [byte, tail @ ..] = self.bytes
            && *byte < 0x80
        {
            self.bytes = tail;
            return Ok(u128::from(*byte));
        }
        self.long_number()
    }

    fn long_number(&mut self) -> Result<u128, Why> {
        const TOO_LONG: &str = "a number beyond 128 bits";
        // Nine bytes carry 63 bits: two halves in 64 bits each, and two bits for 128 in all.
        let (low, more) = self.half_number()?;
        if !more {
            return Ok(low.into());
        }
        let (middle, more) = self.half_number()?;
        let number = u128::from(low) | u128::from(middle) << 63;
        if !more {
            return Ok(number);
        }
        match self.half_number()? {
            (high @ 0..=3, false) => Ok(number | u128::from(high) << 126),
            _ => Err(TOO_LONG.to_owned()),
        }
    }

    /// Up to nine bytes of a number, and whether there are more.
    fn half_number(&mut self) -> Result<(u64, bool), Why> {
        let mut number = 0_u64;
        for (at, &byte) in self.bytes.iter().take(9).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                self.bytes = &self.bytes[at + 1..];
                return Ok((number, false));
            }
        }
        self.take(9)?;
        Ok((number, true))
    }
}

/// The stretches of a layer as they are read; stops at the first that is wrong, and says why.
struct Stretches<'a> {
    left: usize,
    behind: Option<u128>,
    highest: u128,
    limit: u64,
    gaps: Reader<'a>,
    sizes: Reader<'a>,
    odd: Reader<'a>,
    values: Reader<'a>,
    wrong: Option<Why>,
}

impl Stretches<'_> {
    fn is_used_up(&self) -> bool {
        [&self.gaps, &self.sizes, &self.odd, &self.values].iter().all(|column| column.is_empty())
    }

    fn read(&mut self) -> Result<Stretch, Why> {
        let behind = self.behind.ok_or("a stretch behind the last address")?;
        let first = behind.checked_add(self.gaps.number()?).ok_or("a gap too long")?;
        let span = match self.sizes.take(1)?[0] {
            ODD_SIZE => self.odd.number()?,
            bits if bits > 128 => return Err(format!("a size of 2^{bits}")),
            128 => u128::MAX,
            bits => (1 << bits) - 1,
        };
        let last = first.checked_add(span).filter(|&last| last <= self.highest);
        let last = last.ok_or("a stretch beyond the last address")?;
        let value = self.values.number_32()?;
        if u64::from(value) > self.limit {
            return Err(format!("reference {value} to nothing"));
        }
        self.behind = last.checked_add(1).filter(|&behind| behind <= self.highest);
        Ok(Stretch { first, last, value })
    }
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Every stretch has a size of one byte, so a wrong count cannot ask for much memory.
        (self.left.min(self.sizes.bytes.len()), Some(self.left))
    }

    fn next(&mut self) -> Option<Stretch> {
        self.left = self.left.checked_sub(1)?;
        match self.read() {
            Ok(stretch) => Some(stretch),
            Err(why) => {
                self.left = 0;
                self.wrong = Some(why);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(number: u128, shift in 0_u32..128) {
            let number = number >> shift;
            let mut writer = Writer::default();
            writer.number(number);
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.number(), Ok(number));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let layer = Reader::new(&bytes).layer::<u32>(u64::MAX);
            if let Ok(layer) = layer {
                // Whatever was accepted can be asked.
                for number in [0, 1 << 16, u32::MAX] {
                    let (range, value) = (layer.around(number), layer.value(number));
                    prop_assert!(range.first <= number.into() && u128::from(number) <= range.last);
                    prop_assert_eq!(layer.value(range.first as u32), value);
                    prop_assert_eq!(layer.value(range.last as u32), value);
                }
            }
        }
    }

    #[test]
    fn a_wrong_count_asks_for_no_memory() {
        let mut reader = Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3]);
        assert!(reader.column().unwrap_err().contains("4294967295 things announced"));
    }
}

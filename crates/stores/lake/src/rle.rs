//! Parquet's hybrid of run lengths and packed bits, for codes and definition levels. It knows only
//! numbers.

/// Numbers are packed in groups of eight.
const GROUP: usize = 8;
/// A repeat of at least this many is written as a run.
const RUN_LENGTH: usize = 2 * GROUP;

/// Bits that hold every number up to `max`.
pub(crate) const fn bit_width(max: u32) -> u8 {
    (u32::BITS - max.leading_zeros()) as u8
}

/// Appends numbers that each fit in `width` bits.
pub(crate) fn encode(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    let mut at = 0;
    while at < numbers.len() {
        let run = run_length(&numbers[at..]);
        if run >= RUN_LENGTH || at + run == numbers.len() {
            encode_same(numbers[at], run, width, out);
            at += run;
            continue;
        }
        let end = literal_end(numbers, at);
        let groups = (end - at).div_ceil(GROUP);
        write_varint((groups as u64) << 1 | 1, out);
        pack(&numbers[at..end], groups * GROUP, width, out);
        at = end;
    }
}

/// Appends one number many times: what [`encode`] makes of so many.
pub(crate) fn encode_same(number: u32, count: usize, width: u8, out: &mut Vec<u8>) {
    if count > 0 {
        write_varint((count as u64) << 1, out);
        let bytes = number.to_le_bytes();
        out.extend_from_slice(&bytes[..usize::from(width).div_ceil(8)]);
    }
}

/// How often the first number stands in a row.
fn run_length(numbers: &[u32]) -> usize {
    numbers.iter().take_while(|&&n| n == numbers[0]).count()
}

/// Where the packed groups from `at` on end: at a long repeat, always after whole groups.
fn literal_end(numbers: &[u32], at: usize) -> usize {
    let mut end = at;
    while end < numbers.len() {
        let next = &numbers[end..];
        // Cheap look first: most groups do not begin with a repeat.
        if end > at
            && next.len() >= RUN_LENGTH
            && next[0] == next[1]
            && next[..RUN_LENGTH].iter().all(|&n| n == next[0])
        {
            break;
        }
        end = (end + GROUP).min(numbers.len());
    }
    end
}

/// Packs numbers from the lowest bit on, padded with zeros to `count`.
fn pack(numbers: &[u32], count: usize, width: u8, out: &mut Vec<u8>) {
    let bytes = count / GROUP * usize::from(width);
    let end = out.len() + bytes;
    let (mut held, mut bits) = (0_u64, 0_u8);
    for &number in numbers {
        held |= u64::from(number) << bits;
        bits += width;
        if bits >= 32 {
            out.extend_from_slice(&(held as u32).to_le_bytes());
            held >>= 32;
            bits -= 32;
        }
    }
    out.extend_from_slice(&held.to_le_bytes()[..usize::from(bits).div_ceil(8)]);
    out.resize(end, 0);
}

fn write_varint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

/// Reads `count` numbers of `width` bits; `None` where the bytes do not hold them.
pub(crate) fn decode(mut bytes: &[u8], width: u8, count: usize) -> Option<Vec<u32>> {
    if width > 32 {
        return None;
    }
    let mut numbers = Vec::with_capacity(count.min(bytes.len().saturating_mul(8).max(1 << 20)));
    while numbers.len() < count {
        let header = read_varint(&mut bytes)?;
        let left = count - numbers.len();
        let length = usize::try_from(header >> 1).ok()?;
        if header & 1 == 0 {
            let (value, rest) = bytes.split_at_checked(usize::from(width).div_ceil(8))?;
            let number = value.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte));
            if length == 0 {
                return None;
            }
            numbers.resize(numbers.len() + length.min(left), number);
            bytes = rest;
        } else {
            let packed = length.checked_mul(usize::from(width))?;
            let (packed, rest) = bytes.split_at(packed.min(bytes.len()));
            let take = length.checked_mul(GROUP)?.min(left);
            if packed.len() < (take * usize::from(width)).div_ceil(8) || take == 0 {
                return None;
            }
            unpack(packed, width, take, &mut numbers);
            bytes = rest;
        }
    }
    Some(numbers)
}

fn unpack(bytes: &[u8], width: u8, count: usize, out: &mut Vec<u32>) {
    let mask = (1_u64 << width) - 1;
    let (mut held, mut bits) = (0_u64, 0_u8);
    let mut bytes = bytes.iter();
    for _ in 0..count {
        while bits < width {
            held |= u64::from(bytes.next().copied().unwrap_or(0)) << bits;
            bits += 8;
        }
        out.push((held & mask) as u32);
        held >>= width;
        bits -= width;
    }
}

fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        n |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(n);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn widths_hold_their_numbers() {
        for (max, width) in [(0, 0), (1, 1), (2, 2), (255, 8), (256, 9), (u32::MAX, 32)] {
            assert_eq!(bit_width(max), width);
        }
    }

    #[test]
    fn eight_numbers_pack_as_the_specification_shows() {
        // The example of "Parquet encodings": 0 to 7 at three bits each.
        let mut out = Vec::new();
        encode(&[0, 1, 2, 3, 4, 5, 6, 7], 3, &mut out);
        assert_eq!(out, [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
    }

    #[test]
    fn many_of_one_are_written_at_once() {
        for (number, count, width) in [(0, 0, 0), (0, 7, 0), (1, 1, 1), (5, 70_000, 9)] {
            let (mut found, mut expected) = (Vec::new(), Vec::new());
            encode_same(number, count, width, &mut found);
            encode(&vec![number; count], width, &mut expected);
            assert_eq!(found, expected, "{number} {count} times");
        }
    }

    #[test]
    fn hostile_bytes_are_refused() {
        for bytes in [&[][..], &[0], &[0x80], &[3], &[0xff; 12], &[1]] {
            assert_eq!(decode(bytes, 9, 100), None, "{bytes:?}");
        }
        assert_eq!(decode(&[2], 33, 1), None);
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(
            runs in proptest::collection::vec((any::<u32>(), 1_usize..40), 0..60),
            width in 0_u8..=32,
        ) {
            let mask = ((1_u64 << width) - 1) as u32;
            let numbers: Vec<u32> = runs
                .iter()
                .flat_map(|&(n, times)| std::iter::repeat_n(n & mask, times))
                .collect();
            let mut out = Vec::new();
            encode(&numbers, width, &mut out);
            prop_assert_eq!(decode(&out, width, numbers.len()), Some(numbers));
        }

        #[test]
        fn any_bytes_are_read_without_a_crash(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
            width in 0_u8..=40,
            count in 0_usize..5000,
        ) {
            if let Some(numbers) = decode(&bytes, width, count) {
                prop_assert_eq!(numbers.len(), count);
            }
        }
    }
}

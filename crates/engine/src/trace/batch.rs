//! Short answers for a million lines: one look-up for an address and day as long as it is fresh, and
//! no allocation per answer. How an answer looks is decided by whoever renders it.

use std::net::IpAddr;

use bakas_model::{Day, Timestamp};
use bakas_trace::{Brief, Tables};

/// Rendered answers that are kept: a power of two.
const PLACES: usize = 1 << 14;
/// Longest rendered answer that is kept, in bytes; a longer one is rendered each time.
const PLACE_BYTES: usize = 192;

/// Writes an answer but for the address and the time, for a day.
pub type Render = fn(&Brief<'_>, Day, &mut Vec<u8>);

/// Answers in the order of the questions.
#[derive(Debug)]
pub struct Batch<'a> {
    tables: &'a Tables,
    render: Render,
    places: Box<[Place]>,
    fresh: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Place {
    number: u128,
    v4: bool,
    day: Day,
    /// Of `bytes`; 0 where nothing is kept.
    length: u8,
    bytes: [u8; PLACE_BYTES],
}

const EMPTY: Place =
    Place { number: 0, v4: false, day: Day(0), length: 0, bytes: [0; PLACE_BYTES] };

impl<'a> Batch<'a> {
    /// For these tables.
    #[must_use]
    pub fn new(tables: &'a Tables, render: Render) -> Self {
        Self { tables, render, places: vec![EMPTY; PLACES].into(), fresh: Vec::new() }
    }

    /// The rendered answer for an address at a time. Tables have days, so that a day's answers are
    /// one.
    pub fn answer(&mut self, address: IpAddr, at: Timestamp) -> &[u8] {
        let (number, v4) = match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), true),
            IpAddr::V6(v6) => (v6.to_bits(), false),
        };
        let day = at.day();
        let place = &mut self.places[place(number, day)];
        let known = place.number == number && place.v4 == v4 && place.day == day;
        if !known || place.length == 0 {
            self.fresh.clear();
            (self.render)(&self.tables.brief(address, at), day, &mut self.fresh);
            let (Ok(length), true) =
                (u8::try_from(self.fresh.len()), self.fresh.len() <= PLACE_BYTES)
            else {
                return &self.fresh;
            };
            (place.number, place.v4, place.day, place.length) = (number, v4, day, length);
            place.bytes[..self.fresh.len()].copy_from_slice(&self.fresh);
        }
        &place.bytes[..usize::from(place.length)]
    }
}

/// Where an address and day fall.
fn place(number: u128, day: Day) -> usize {
    let number =
        (number >> 64) as u64 ^ (number as u64).rotate_left(32) ^ u64::from(day.0.cast_unsigned());
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (u64::BITS - PLACES.ilog2())) as usize
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use bakas_model::Networks as _;

    use super::*;

    fn render(brief: &Brief<'_>, day: Day, out: &mut Vec<u8>) {
        let mut text = String::new();
        write!(text, "{:?} {day}", brief.location.asn).expect("a text takes everything");
        if brief.location.asn.is_some_and(|asn| asn.0 % 7 == 0) {
            text.push_str(&"long ".repeat(60));
        }
        out.extend(text.into_bytes());
    }

    #[test]
    fn kept_answers_are_those_of_a_look_up() {
        let tables = Tables::embedded().expect("the embedded table");
        let mut batch = Batch::new(&tables, render);
        let times = ["2025-04-03", "2025-04-20", "2026-08-01"];
        let times = times.map(|time| time.parse::<Timestamp>().expect("a date"));
        for round in 0..3_u32 {
            // So many that places are taken again and again.
            for n in 0..40_000_u32 {
                let v4 = IpAddr::from((n.wrapping_mul(0x9e37_79b1)).to_be_bytes());
                let v6 = IpAddr::from((0x2001_0db8_u128 << 96 | u128::from(n)).to_be_bytes());
                let address = if n % 5 == 0 { v6 } else { v4 };
                let at = times[((n + round) % 3) as usize];
                let mut expected = Vec::new();
                let asn = tables.locate(address, at).asn;
                render(
                    &Brief { location: tables.locate(address, at), ..Brief::default() },
                    at.day(),
                    &mut expected,
                );
                assert_eq!(batch.answer(address, at), expected, "{address} {at} {asn:?}");
            }
        }
    }
}

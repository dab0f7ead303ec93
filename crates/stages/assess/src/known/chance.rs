//! How often chance alone comes as close: sets of habits drawn at random, each as often as profiles
//! list it. The same question gives the same answer: the seed is fixed.

use super::compare::Shelf;

/// Sets drawn.
const DRAWS: u32 = 500;
/// Tries to draw a habit that the set has not yet.
const TRIES_LIMIT: u32 = 64;

/// The share of draws in which some profile is at least as similar as `best`.
pub(super) fn share(shelf: &Shelf, habits: &[usize], best: f64) -> f64 {
    // For every entry of every list one lot, so that what is often listed is often drawn.
    let mut lots: [Vec<u32>; 5] = Default::default();
    for (number, by) in shelf.listing.iter().enumerate() {
        let number_lot = u32::try_from(number).expect("habits are bounded");
        lots[shelf.kinds[number] as usize].extend(by.iter().map(|_| number_lot));
    }
    let mut dice = Dice(0x5EED_BA5E);
    let mut close = 0_u32;
    let mut drawn = Vec::with_capacity(habits.len());
    for _ in 0..DRAWS {
        drawn.clear();
        for habit in habits {
            let lots = &lots[shelf.kinds[*habit] as usize];
            for _ in 0..TRIES_LIMIT {
                let lot = lots[dice.below(lots.len())] as usize;
                if !drawn.contains(&lot) {
                    drawn.push(lot);
                    break;
                }
            }
        }
        let nearest = shelf.scores(&drawn).into_iter().fold(0.0, f64::max);
        close += u32::from(nearest >= best);
    }
    f64::from(close) / f64::from(DRAWS)
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // The bias of a remainder is below one in 2^40 here.
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}

//! Monte Carlo over the ranges of the cells and the priors: the same draws in every run, on every machine, and for
//! each item its own, so that another item more does not change them.

use super::{Bench, Range, Ready, Scale, even_out};

/// How often the ranges are drawn.
pub const DRAWS: usize = 10_000;

/// The seed of all draws.
const SEED: u64 = 0x0ba6_a5ba_ca5e_0001;

/// Of the draws, all but the lowest and the highest twentieth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// One draw of twenty lies below.
    pub low: f64,
    /// One of twenty lies above.
    pub high: f64,
}

/// Splitmix64 (Steele, Lea and Flood 2014).
#[derive(Clone, Copy, Debug)]
struct Stream(u64);

impl Stream {
    /// A stream of its own for a name (FNV-1a).
    fn of(name: &str) -> Self {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, mix) ^ SEED)
    }

    /// From 0 to under 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Range {
    /// A draw from the triangle over the range with its tip at the best guess.
    fn draw(self, stream: &mut Stream) -> f64 {
        let u = stream.next();
        let width = self.high - self.low;
        if width <= 0.0 {
            return self.best;
        }
        let left = self.best - self.low;
        if u * width < left {
            self.low + (u * width * left).sqrt()
        } else {
            self.high - ((1.0 - u) * width * (self.high - self.best)).sqrt()
        }
    }
}

impl Scale {
    /// The interval of each hypothesis's share over [`DRAWS`] draws.
    #[must_use]
    pub fn intervals(&self) -> Vec<Interval> {
        self.intervals_of(DRAWS)
    }

    /// The same over so many draws.
    #[must_use]
    pub fn intervals_of(&self, draws: usize) -> Vec<Interval> {
        let n = self.priors.len();
        if n == 0 || draws == 0 {
            return Vec::new();
        }
        let ready = Ready::new(self);
        let mut bench = Bench::default();
        ready.fill_best(&mut bench);
        let mut streams: Vec<Stream> =
            ready.order.iter().map(|&at| Stream::of(&self.items[at].id)).collect();
        let priors: Vec<Range> = even_out(&self.priors).into_iter().map(Range::around).collect();
        let mut prior_stream = Stream::of("");
        let mut prior_logs = vec![0.0; n];
        let mut kept = vec![Vec::with_capacity(draws); n];
        let mut values = vec![0.0; n];
        for _ in 0..draws {
            for (log, prior) in prior_logs.iter_mut().zip(&priors) {
                *log = prior.draw(&mut prior_stream).ln();
            }
            for (at, &item) in ready.order.iter().enumerate() {
                let item = &self.items[item];
                for (value, cell) in values.iter_mut().zip(&item.cells) {
                    *value = cell.draw(&mut streams[at]);
                }
                let into = &mut bench.logs[at * n..(at + 1) * n];
                Ready::log_ratios(item.trust, &values, into);
            }
            let shares = ready.weigh_on(&prior_logs, &mut bench, |_| false);
            kept.iter_mut().zip(shares).for_each(|(kept, share)| kept.push(*share));
        }
        kept.iter_mut().map(|shares| interval(shares)).collect()
    }
}

fn interval(shares: &mut [f64]) -> Interval {
    let last = shares.len() - 1;
    let mut at = |part: f64| {
        let place = (last as f64 * part).round() as usize;
        *shares.select_nth_unstable_by(place, f64::total_cmp).1
    };
    Interval { low: at(0.05), high: at(0.95) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_fill_the_triangle() {
        let range = Range { low: 0.2, best: 0.3, high: 0.8 };
        let mut stream = Stream::of("a");
        let drawn: Vec<f64> = (0..20_000).map(|_| range.draw(&mut stream)).collect();
        assert!(drawn.iter().all(|value| (0.2..=0.8).contains(value)));
        let mean = drawn.iter().sum::<f64>() / 20_000.0;
        assert!((mean - (0.2 + 0.3 + 0.8) / 3.0).abs() < 0.003, "{mean}");
        let below = drawn.iter().filter(|value| **value < 0.3).count() as f64 / 20_000.0;
        assert!((below - 1.0 / 6.0).abs() < 0.01, "{below}");
    }

    #[test]
    fn a_point_is_drawn_as_itself() {
        assert_eq!(Range::exactly(0.4).draw(&mut Stream::of("a")), 0.4);
    }

    #[test]
    fn names_have_streams_of_their_own() {
        assert_ne!(Stream::of("a").next(), Stream::of("b").next());
        assert_eq!(Stream::of("a").next(), Stream::of("a").next());
    }
}

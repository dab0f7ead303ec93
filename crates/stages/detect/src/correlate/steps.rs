//! Amounts over time, oldest first, in bounded room: where there are too many different times,
//! neighbours are put together in coarser and coarser steps. It judges nothing.

use std::collections::VecDeque;

use bakas_model::Timestamp;

/// Most steps that one window holds.
pub(crate) const STEPS_LIMIT: usize = 1_000_000;

/// Something that can be added up and taken away.
pub(crate) trait Amount: Copy {
    /// Adds another.
    fn add(&mut self, other: Self);
}

impl Amount for u64 {
    fn add(&mut self, other: Self) {
        *self += other;
    }
}

/// Amounts by time. A step leaves as a whole, when its last time does.
#[derive(Debug)]
pub(crate) struct Steps<A> {
    queue: VecDeque<(Timestamp, A)>,
    /// Times that are equal but for this many low bits are one step.
    coarse_bits: u32,
    limit: usize,
}

impl<A: Amount> Steps<A> {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { queue: VecDeque::new(), coarse_bits: 0, limit }
    }

    /// Adds an amount at a time not before the last.
    pub(crate) fn push(&mut self, time: Timestamp, amount: A) {
        let bits = self.coarse_bits;
        match self.queue.back_mut() {
            Some((last, sum)) if same_step(*last, time, bits) => {
                *last = time;
                sum.add(amount);
            }
            _ => {
                self.queue.push_back((time, amount));
                if self.queue.len() > self.limit {
                    self.coarsen();
                }
            }
        }
    }

    /// Takes out the oldest step where it is before this time.
    pub(crate) fn pop_before(&mut self, time: Timestamp) -> Option<A> {
        self.queue.pop_front_if(|(last, _)| *last < time).map(|(_, amount)| amount)
    }

    /// Takes out the oldest step.
    pub(crate) fn pop(&mut self) -> Option<(Timestamp, A)> {
        self.queue.pop_front()
    }

    /// Puts back what was left of the oldest step.
    pub(crate) fn unpop(&mut self, time: Timestamp, amount: A) {
        self.queue.push_front((time, amount));
    }

    /// Halves what it holds by doubling the steps.
    fn coarsen(&mut self) {
        while self.queue.len() > self.limit / 2 && self.coarse_bits < 62 {
            self.coarse_bits += 1;
            let bits = self.coarse_bits;
            let mut fewer: VecDeque<(Timestamp, A)> = VecDeque::with_capacity(self.limit / 2 + 1);
            for (time, amount) in self.queue.drain(..) {
                match fewer.back_mut() {
                    Some((last, sum)) if same_step(*last, time, bits) => {
                        *last = time;
                        sum.add(amount);
                    }
                    _ => fewer.push_back((time, amount)),
                }
            }
            self.queue = fewer;
        }
    }
}

const fn same_step(one: Timestamp, other: Timestamp, bits: u32) -> bool {
    one.as_micros() >> bits == other.as_micros() >> bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_times_are_kept_in_coarser_steps_and_nothing_is_lost() {
        let mut steps = Steps::new(100);
        for n in 0..10_000_i64 {
            steps.push(Timestamp::from_micros(n * 1000), 1_u64);
            assert!(steps.queue.len() <= 100);
        }
        let mut left = 0;
        while let Some(amount) = steps.pop_before(Timestamp::from_micros(5_000_000)) {
            left += amount;
        }
        // Half of them, but for one step.
        assert!((4700..=5000).contains(&left), "{left}");
        let rest: u64 = std::iter::from_fn(|| steps.pop()).map(|(_, amount)| amount).sum();
        assert_eq!(left + rest, 10_000);
    }

    #[test]
    fn equal_times_are_one_step() {
        let mut steps = Steps::new(4);
        for _ in 0..1000 {
            steps.push(Timestamp::from_seconds(5), 2_u64);
        }
        assert_eq!((steps.pop(), steps.pop()), (Some((Timestamp::from_seconds(5), 2000)), None));
    }
}

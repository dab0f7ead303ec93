//! One group of a correlation under a sliding window. After each hit the window that ends with it
//! is judged; what satisfying windows cover, overlapping ones together, is one detection. It holds
//! the hits that a later window may yet cover, whole or, where they are many, only their times.

use std::collections::VecDeque;

use bakas_model::Timestamp;

use super::{
    Correlation, Emit,
    burst::Burst,
    judge::{From, Judge, Seen},
    steps::Steps,
};
use crate::{
    gather::{digest_all, number},
    input::{Identity, Input, Measure},
};

/// Most hits that wait whole, and most bytes of them; of older ones only the time is kept.
const WHOLE_HITS_LIMIT: usize = 50_000;
/// See [`WHOLE_HITS_LIMIT`].
const WHOLE_BYTES_LIMIT: usize = 32 << 20;
/// Most different times of hits that wait without details.
const TIMES_LIMIT: usize = 4_000_000;

/// The hits of the last time span.
#[derive(Debug)]
pub(crate) struct Window<'c> {
    correlation: &'c Correlation,
    group: Vec<String>,
    judge: Judge<'c>,
    waiting: Waiting,
    last: Option<Identity>,
    /// By chain: when it was told last.
    told: Vec<Option<Timestamp>>,
    /// The detection so far, and the number of the event after its last one.
    open: Option<(Burst, u64)>,
}

/// Hits that no satisfying window has covered, oldest first.
#[derive(Debug)]
struct Waiting {
    /// The number of the first; numbers rise by one.
    base: u64,
    /// The older ones: how many by time.
    times: Steps<u64>,
    whole: VecDeque<Input>,
    whole_bytes: usize,
    /// The number of the first whole one.
    whole_from: u64,
}

impl<'c> Window<'c> {
    pub(crate) fn new(correlation: &'c Correlation, first: &Input) -> Self {
        Self {
            correlation,
            group: first.group(),
            judge: Judge::new(correlation),
            waiting: Waiting {
                base: 0,
                times: Steps::new(TIMES_LIMIT),
                whole: VecDeque::new(),
                whole_bytes: 0,
                whole_from: 0,
            },
            last: None,
            told: vec![None; correlation.chains.len()],
            open: None,
        }
    }

    pub(crate) fn take(&mut self, input: Input, emit: &mut Emit<'_>) {
        let identity = input.identity();
        let again = self.last.replace(identity) == Some(identity);
        // An event that matches several of the rules is one event.
        if again && !self.correlation.kind.is_temporal() {
            return;
        }
        let time = input.time();
        let number = self.waiting.next() - u64::from(again);
        let seen = Seen { time, number, member: input.member(), measure: input.measure() };
        let told = (!self.correlation.chains.is_empty()).then(|| input.clone());
        if !again {
            self.waiting.push(input);
        }
        match self.judge.take(seen) {
            Some(from) => {
                let opened = self.cover(from, emit);
                if let Some(input) = told {
                    self.tell(&input, opened, emit);
                }
            }
            None => {
                let span = self.correlation.timespan_micros;
                self.waiting.drop_before(time.plus_micros(-span));
            }
        }
    }

    /// Adds what the window holds from there on to the detection, or to a new one where the
    /// window shares nothing with the last. Tells whether it is a new one.
    fn cover(&mut self, from: From, emit: &mut Emit<'_>) -> bool {
        let shares = |(burst, after): &(Burst, u64)| match from {
            From::Time(time) => burst.last() >= time,
            From::Number(number) => number < *after,
        };
        let goes_on = self.open.as_ref().is_some_and(shares);
        if !goes_on {
            self.speak(emit);
        }
        match from {
            From::Time(time) => self.waiting.drop_before(time),
            From::Number(number) => self.waiting.drop_until(number),
        }
        let after = self.waiting.next();
        if let Some((burst, next)) = &mut self.open {
            self.waiting.take_all(burst);
            *next = after;
        } else if let Some(first) = self.waiting.first() {
            let names = self.correlation.group_by.iter().cloned();
            let group = names.zip(self.group.iter().cloned()).collect();
            let mut burst = Burst::new(first.rule(), first.agency(), group);
            self.waiting.take_all(&mut burst);
            self.open = Some((burst, after));
        }
        !goes_on
    }

    fn speak(&mut self, emit: &mut Emit<'_>) {
        if let Some((burst, _)) = self.open.take()
            && self.correlation.speaks
        {
            emit.detection(burst);
        }
    }

    /// Tells the correlations that build on this one that its condition holds: those that count,
    /// once for each detection; the others again and again, for as long as it holds.
    fn tell(&mut self, input: &Input, opened: bool, emit: &mut Emit<'_>) {
        let time = input.time();
        for (chain, told) in self.correlation.chains.iter().zip(&mut self.told) {
            let rests = told.is_some_and(|told| time.micros_since(told) < chain.rest_micros);
            if if chain.once { !opened } else { rests } {
                continue;
            }
            let mut values = chain.values.iter().map(|&of| self.group[of].as_str());
            let measure = match (chain.is_number, chain.values.len()) {
                (_, 0) => Measure::Nothing,
                (false, _) => Measure::Value(digest_all(values)),
                (true, _) => match values.next().and_then(number) {
                    Some(number) => Measure::Number(number),
                    None => continue,
                },
            };
            *told = Some(time);
            let group = chain.group.iter().map(|&of| self.group[of].as_str());
            emit.chain(chain.correlation, chain.member, group, measure, input);
        }
    }

    pub(crate) fn end(mut self, emit: &mut Emit<'_>) {
        self.speak(emit);
    }
}

impl Waiting {
    /// The number of the next event.
    fn next(&self) -> u64 {
        self.whole_from + self.whole.len() as u64
    }

    fn first(&self) -> Option<&Input> {
        // The latest is always whole.
        self.whole.back()
    }

    fn push(&mut self, input: Input) {
        self.whole_bytes += input.weight();
        self.whole.push_back(input);
        while (self.whole.len() > WHOLE_HITS_LIMIT || self.whole_bytes > WHOLE_BYTES_LIMIT)
            && self.whole.len() > 1
            && let Some(oldest) = self.pop_whole()
        {
            self.times.push(oldest.time(), 1);
        }
    }

    fn pop_whole(&mut self) -> Option<Input> {
        let input = self.whole.pop_front()?;
        self.whole_bytes -= input.weight();
        self.whole_from += 1;
        Some(input)
    }

    /// Lets go what is before this time.
    fn drop_before(&mut self, time: Timestamp) {
        while let Some(count) = self.times.pop_before(time) {
            self.base += count;
        }
        if self.base < self.whole_from {
            return;
        }
        while self.whole.front().is_some_and(|input| input.time() < time) {
            self.pop_whole();
            self.base += 1;
        }
    }

    /// Lets go what is before the event of this number.
    fn drop_until(&mut self, number: u64) {
        while self.base < number.min(self.whole_from)
            && let Some((time, count)) = self.times.pop()
        {
            let gone = count.min(number - self.base);
            self.base += gone;
            if gone < count {
                self.times.unpop(time, count - gone);
            }
        }
        while self.base < number && self.pop_whole().is_some() {
            self.base += 1;
        }
    }

    /// Hands over all.
    fn take_all(&mut self, burst: &mut Burst) {
        while let Some((time, count)) = self.times.pop() {
            burst.add_unseen(time, count);
        }
        while let Some(input) = self.pop_whole() {
            burst.add(input);
        }
        self.base = self.whole_from;
    }
}

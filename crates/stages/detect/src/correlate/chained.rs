//! What correlations tell to those that build on them, sorted until their turn comes.

use std::{collections::BTreeMap, fmt};

use bakas_model::RuleIx;

use crate::input::{Identity, Input, Maker, Measure};

/// Sorts inputs, perhaps more than fit in memory.
pub trait Sorter {
    /// Takes one.
    fn push(&mut self, input: Input);
    /// Gives all back in their order.
    fn sorted(self: Box<Self>) -> Box<dyn Iterator<Item = Input>>;
}

/// A [`Sorter`] that holds all in memory.
#[derive(Debug, Default)]
pub struct Held(Vec<Input>);

impl Sorter for Held {
    fn push(&mut self, input: Input) {
        self.0.push(input);
    }

    fn sorted(mut self: Box<Self>) -> Box<dyn Iterator<Item = Input>> {
        self.0.sort_unstable();
        Box::new(self.0.into_iter())
    }
}

/// By correlation: what those before it had to tell.
pub(super) struct Chained<'a> {
    sorter: &'a mut dyn FnMut() -> Box<dyn Sorter>,
    waiting: BTreeMap<RuleIx, Box<dyn Sorter>>,
    maker: Maker,
}

impl<'a> Chained<'a> {
    pub(super) fn new(sorter: &'a mut dyn FnMut() -> Box<dyn Sorter>) -> Self {
        Self { sorter, waiting: BTreeMap::new(), maker: Maker::default() }
    }

    pub(super) fn first_rule(&self) -> Option<RuleIx> {
        self.waiting.keys().next().copied()
    }

    /// All that was told to this correlation, in order.
    pub(super) fn take(&mut self, rule: RuleIx) -> Box<dyn Iterator<Item = Input>> {
        match self.waiting.remove(&rule) {
            Some(sorter) => sorter.sorted(),
            None => Box::new(std::iter::empty()),
        }
    }

    pub(super) fn put<'t>(
        &mut self,
        rule: RuleIx,
        member: u8,
        group: impl Iterator<Item = &'t str>,
        measure: Measure,
        of: &Input,
    ) {
        self.maker.begin(rule, of.agency());
        group.for_each(|value| self.maker.group(value));
        // Two correlations that one event completes are two, and neither is the event itself.
        let Identity { place, ordinal } = of.identity();
        let ordinal = 1 << 31 | ordinal << 6 | u32::from(member);
        let identity = Identity { place, ordinal };
        let input = self.maker.finish(of.time(), identity, member, measure, of.rest_bytes());
        self.waiting.entry(rule).or_insert_with(|| (self.sorter)()).push(input);
    }
}

impl fmt::Debug for Chained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chained").field("rules", &self.waiting.len()).finish_non_exhaustive()
    }
}

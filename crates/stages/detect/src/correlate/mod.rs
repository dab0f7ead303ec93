//! Sorted inputs → detections: plain rules by gaps in time, correlations by windows. Memory holds
//! one group's window at a time.

mod burst;
mod window;

use std::{collections::BTreeMap, iter::Peekable};

use bakas_model::{Detection, DetectionId, RuleIx};
use bakas_sigma::{CorrelationKind, CountCondition};

use crate::input::Input;
use burst::Burst;
use window::Window;

pub(crate) use window::WINDOW_HITS_LIMIT;

/// Longest gap between hits of one detection of a plain rule, in microseconds: a day.
const GAP_MICROS: i64 = 24 * 3600 * 1_000_000;

/// A correlation, compiled.
#[derive(Debug)]
pub(crate) struct Correlation {
    pub(crate) kind: CorrelationKind,
    /// How many rules it builds on.
    pub(crate) members: u8,
    pub(crate) timespan_micros: i64,
    pub(crate) condition: Option<CountCondition>,
    /// The names of the group's fields.
    pub(crate) group_by: Vec<String>,
    /// Whether it makes detections; else it only serves other correlations.
    pub(crate) speaks: bool,
    /// The correlations that build on it.
    pub(crate) chains: Vec<Chain>,
}

/// A correlation's part in another, which has a later index.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) correlation: RuleIx,
    pub(crate) member: u8,
    /// By field of the other's group: which of this one's it is.
    pub(crate) group: Vec<usize>,
    /// Which of this one's fields is the value that the other counts.
    pub(crate) value: Option<usize>,
    /// Firings closer together than this, in microseconds, are told as one.
    pub(crate) rest_micros: i64,
}

/// Hands out detections, numbered, and what correlations tell to others.
pub(crate) struct Emit<'a> {
    next: u32,
    each: &'a mut dyn FnMut(Detection),
    /// By correlation: what those before it had to tell.
    chained: BTreeMap<RuleIx, Vec<Input>>,
}

impl Emit<'_> {
    fn detection(&mut self, burst: Burst) {
        let id = DetectionId(self.next);
        self.next = self.next.saturating_add(1);
        (self.each)(burst.finish(id));
    }

    fn chain(&mut self, input: Input) {
        self.chained.entry(input.rule).or_default().push(input);
    }
}

/// The hits of one group, as they come.
enum Group<'c> {
    Plain(Box<Option<Burst>>),
    Correlated(Box<Window<'c>>),
}

impl<'c> Group<'c> {
    fn new(correlation: Option<&'c Correlation>, first: &Input) -> Self {
        match correlation {
            None => Self::Plain(Box::default()),
            Some(correlation) => Self::Correlated(Box::new(Window::new(correlation, first))),
        }
    }

    /// Takes a hit, later than all before.
    fn take(&mut self, input: Input, emit: &mut Emit<'_>) {
        match self {
            Self::Plain(open) => {
                if let Some(burst) = &**open
                    && input.hit.time.micros_since(burst.last()) > GAP_MICROS
                    && let Some(done) = open.take()
                {
                    emit.detection(done);
                }
                let burst = open.get_or_insert_with(|| {
                    Burst::new(input.rule, input.hit.agency, input.hit.time, Vec::new())
                });
                burst.add(input.hit);
            }
            Self::Correlated(window) => window.take(input, emit),
        }
    }

    /// Ends the group.
    fn end(self, emit: &mut Emit<'_>) {
        match self {
            Self::Plain(open) => {
                if let Some(burst) = *open {
                    emit.detection(burst);
                }
            }
            Self::Correlated(window) => window.end(emit),
        }
    }
}

/// Takes inputs in order and gives detections in order.
pub(crate) fn run(
    inputs: impl Iterator<Item = Input>,
    correlations: &[Option<Correlation>],
    each: &mut dyn FnMut(Detection),
) {
    let mut emit = Emit { next: 1, each, chained: BTreeMap::new() };
    let mut inputs = inputs.peekable();
    loop {
        let direct = inputs.peek().map(|input| input.rule);
        let chained = emit.chained.keys().next().copied();
        let Some(rule) = [direct, chained].into_iter().flatten().min() else { break };
        let mut told = emit.chained.remove(&rule).unwrap_or_default();
        told.sort();
        let correlation = correlations.get(rule.0 as usize).and_then(Option::as_ref);
        one_rule(rule, correlation, &mut inputs, told, &mut emit);
    }
}

/// Takes all inputs of one rule: those that come, and those that other correlations told.
fn one_rule(
    rule: RuleIx,
    correlation: Option<&Correlation>,
    inputs: &mut Peekable<impl Iterator<Item = Input>>,
    told: Vec<Input>,
    emit: &mut Emit<'_>,
) {
    let mut told = told.into_iter().peekable();
    let mut open: Option<(Input, Group<'_>)> = None;
    loop {
        let direct = inputs.peek().filter(|input| input.rule == rule);
        let from_told = match (direct, told.peek()) {
            (Some(direct), Some(told)) => told < direct,
            (direct, _) => direct.is_none(),
        };
        let next = if from_told { told.next() } else { inputs.next() };
        let Some(input) = next else { break };
        let same = open.as_ref().is_some_and(|(first, _)| first.same_group(&input));
        if !same {
            if let Some((_, group)) = open.take() {
                group.end(emit);
            }
            open = Some((input.clone(), Group::new(correlation, &input)));
        }
        if let Some((_, group)) = &mut open {
            group.take(input, emit);
        }
    }
    if let Some((_, group)) = open {
        group.end(emit);
    }
}

//! Sorted inputs → detections: plain rules by gaps in time, correlations by windows, statistics by
//! what they are. Memory holds one group's window at a time.

mod burst;
mod chained;
mod count;
mod judge;
mod numbers;
mod order;
mod steps;
mod window;

use std::iter::Peekable;

use bakas_model::{Detection, DetectionId, RuleIx};
use bakas_sigma::{CorrelationKind, CountCondition, Expression};
use serde::{Deserialize, Serialize};

use crate::{
    input::{Input, Measure},
    rules::Rules,
    statistics::{self, Settling, Statistic},
};
use chained::Chained;
use window::Window;

pub(crate) use burst::Burst;
pub use chained::{Held, Sorter};
pub(crate) use judge::WINDOW_HITS_LIMIT;

/// Longest gap between hits of one detection of a plain rule, in microseconds: a day.
const GAP_MICROS: i64 = 24 * 3600 * 1_000_000;

/// A correlation, compiled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Correlation {
    pub(crate) kind: CorrelationKind,
    /// How many rules it builds on.
    pub(crate) members: u8,
    pub(crate) timespan_micros: i64,
    pub(crate) condition: Option<CountCondition>,
    /// A temporal condition in words, over the numbers of the rules it builds on.
    pub(crate) expression: Option<Expression>,
    /// The names of the group's fields.
    pub(crate) group_by: Vec<String>,
    /// Whether it makes detections; else it only serves other correlations.
    pub(crate) speaks: bool,
    /// The correlations that build on it.
    pub(crate) chains: Vec<Chain>,
}

/// A correlation's part in another, which has a later index.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Chain {
    pub(crate) correlation: RuleIx,
    pub(crate) member: u8,
    /// By field of the other's group: which of this one's it is.
    pub(crate) group: Vec<usize>,
    /// Which of this one's fields are the value that the other looks at.
    pub(crate) values: Vec<usize>,
    /// Whether that value is a number.
    pub(crate) is_number: bool,
    /// Whether the other counts: it is told once of each detection.
    pub(crate) once: bool,
    /// Firings closer together than this, in microseconds, are told as one.
    pub(crate) rest_micros: i64,
}

impl Correlation {
    /// Whether these members of a temporal correlation, a bit each, are what it asks for.
    fn accepts(&self, members: u64) -> bool {
        match (&self.expression, &self.condition) {
            (Some(expression), _) => is_true(expression, members),
            (None, Some(condition)) => condition.holds(members.count_ones().into()),
            (None, None) => members.count_ones() == u32::from(self.members),
        }
    }
}

fn is_true(expression: &Expression, members: u64) -> bool {
    match expression {
        Expression::Search(index) => members >> index & 1 == 1,
        Expression::Not(inner) => !is_true(inner, members),
        Expression::All(parts) => parts.iter().all(|part| is_true(part, members)),
        Expression::Any(parts) => parts.iter().any(|part| is_true(part, members)),
    }
}

/// Hands out detections, numbered, and what correlations tell to others.
pub(crate) struct Emit<'a> {
    next: u32,
    each: &'a mut dyn FnMut(Detection),
    chained: Chained<'a>,
}

impl Emit<'_> {
    pub(crate) fn detection(&mut self, burst: Burst) {
        let id = DetectionId(self.next);
        self.next = self.next.saturating_add(1);
        (self.each)(burst.finish(id));
    }

    fn chain<'t>(
        &mut self,
        rule: RuleIx,
        member: u8,
        group: impl Iterator<Item = &'t str>,
        measure: Measure,
        of: &Input,
    ) {
        self.chained.put(rule, member, group, measure, of);
    }
}

/// The hits of one group, as they come.
enum Group<'c> {
    Plain(Option<Box<Burst>>),
    Correlated(Box<Window<'c>>),
    Statistic(Box<statistics::Group<'c>>),
}

impl Group<'_> {
    /// Takes a hit, later than all before.
    fn take(&mut self, input: Input, settling: Option<&mut Settling<'_>>, emit: &mut Emit<'_>) {
        match (self, settling) {
            (Self::Plain(open), _) => {
                if let Some(burst) = open
                    && input.time().micros_since(burst.last()) > GAP_MICROS
                    && let Some(done) = open.take()
                {
                    emit.detection(*done);
                }
                let new = || Box::new(Burst::new(input.rule(), input.agency(), Vec::new()));
                open.get_or_insert_with(new).add(input);
            }
            (Self::Correlated(window), _) => window.take(input, emit),
            (Self::Statistic(group), Some(settling)) => group.take(input, settling, emit),
            (Self::Statistic(_), None) => {}
        }
    }

    /// Ends the group.
    fn end(self, settling: Option<&mut Settling<'_>>, emit: &mut Emit<'_>) {
        match (self, settling) {
            (Self::Plain(Some(burst)), _) => emit.detection(*burst),
            (Self::Correlated(window), _) => window.end(emit),
            (Self::Statistic(group), Some(settling)) => group.end(settling, emit),
            (Self::Plain(None) | Self::Statistic(_), _) => {}
        }
    }
}

/// Takes inputs in order and gives detections in order. `sorter` makes room for what correlations
/// tell to others.
pub(crate) fn run(
    inputs: impl Iterator<Item = Input>,
    rules: &Rules,
    sorter: &mut dyn FnMut() -> Box<dyn Sorter>,
    each: &mut dyn FnMut(Detection),
) {
    let mut emit = Emit { next: 1, each, chained: Chained::new(sorter) };
    let mut inputs = inputs.peekable();
    loop {
        let direct = inputs.peek().map(Input::rule);
        let Some(rule) = [direct, emit.chained.first_rule()].into_iter().flatten().min() else {
            break;
        };
        let told = emit.chained.take(rule);
        Run { rules, rule }.all(&mut inputs, told, &mut emit);
    }
}

/// The way through all inputs of one rule.
struct Run<'c> {
    rules: &'c Rules,
    rule: RuleIx,
}

impl<'c> Run<'c> {
    /// Takes all inputs of the rule: those that come, and those that other correlations told.
    fn all(
        &self,
        inputs: &mut Peekable<impl Iterator<Item = Input>>,
        told: Box<dyn Iterator<Item = Input>>,
        emit: &mut Emit<'_>,
    ) {
        let statistic = self.rules.statistics.get(&self.rule);
        let mut settling = statistic.map(Settling::new);
        let mut told = told.peekable();
        let mut open: Option<(Box<[u8]>, Group<'c>)> = None;
        loop {
            let direct = inputs.peek().filter(|input| input.rule() == self.rule);
            let from_told = match (direct, told.peek()) {
                (Some(direct), Some(told)) => told < direct,
                (direct, _) => direct.is_none(),
            };
            let next = if from_told { told.next() } else { inputs.next() };
            let Some(input) = next else { break };
            if open.as_ref().is_none_or(|(prefix, _)| **prefix != *input.prefix()) {
                if let Some((_, group)) = open.take() {
                    group.end(settling.as_mut(), emit);
                }
                if let Some(settling) = &mut settling {
                    settling.begin(input.agency(), emit);
                }
                open = Some((input.prefix().into(), self.group(statistic, &input)));
            }
            if let Some((_, group)) = &mut open {
                group.take(input, settling.as_mut(), emit);
            }
        }
        if let Some((_, group)) = open {
            group.end(settling.as_mut(), emit);
        }
        if let Some(mut settling) = settling {
            settling.settle(emit);
        }
    }

    fn group(&self, statistic: Option<&'c Statistic>, first: &Input) -> Group<'c> {
        let correlation = self.rules.correlations.get(self.rule.0 as usize);
        match (statistic, correlation.and_then(Option::as_ref)) {
            (Some(statistic), _) => Group::Statistic(Box::new(statistics::Group::new(statistic))),
            (None, Some(correlation)) => {
                Group::Correlated(Box::new(Window::new(correlation, first)))
            }
            (None, None) => Group::Plain(None),
        }
    }
}

//! Whether the window that ends with a hit satisfies a correlation's condition, exactly, in room
//! that depends on the condition and not on the number of hits. It keeps no hits.
//!
//! A count is kept only as far as the condition can tell it from a higher one; of values the
//! latest ones are kept, each with its latest time. Sums and means are kept in steps of time
//! (`steps.rs`), which are exact up to a million different times in one window. Percentiles and
//! shares look at the latest million hits of a window.

use bakas_model::Timestamp;
use bakas_sigma::{CorrelationKind, CountCondition};

use super::{
    Correlation,
    count::{Distinct, Recent},
    numbers::{Ranks, Shares, Sums},
    order::{Order, Presence},
};
use crate::input::Measure;

/// Most hits or values that a window holds. No count may be compared with more.
pub(crate) const WINDOW_HITS_LIMIT: usize = 1_000_000;

/// A hit, as far as conditions look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) time: Timestamp,
    /// The number of its event within the group.
    pub(crate) number: u64,
    pub(crate) member: u8,
    pub(crate) measure: Measure,
}

/// Where a satisfying window begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Time(Timestamp),
    /// The event of this number.
    Number(u64),
}

/// What one group's hits of the last time span come to.
#[derive(Debug)]
pub(crate) struct Judge<'c> {
    correlation: &'c Correlation,
    state: State,
}

#[derive(Debug)]
enum State {
    Count(Recent),
    Distinct(Distinct),
    Sum(Sums),
    Mean(Sums),
    Rank(Ranks),
    Share(Shares),
    Present(Presence),
    Order(Order),
}

impl<'c> Judge<'c> {
    pub(crate) fn new(correlation: &'c Correlation) -> Self {
        let told_apart = correlation.condition.as_ref().map_or(1, told_apart);
        let percentile = correlation.condition.as_ref().and_then(|c| c.percentile);
        let state = match correlation.kind {
            CorrelationKind::EventCount => State::Count(Recent::new(told_apart)),
            CorrelationKind::ValueCount => State::Distinct(Distinct::new(told_apart)),
            CorrelationKind::ValueSum => State::Sum(Sums::new()),
            CorrelationKind::ValueAvg => State::Mean(Sums::new()),
            CorrelationKind::ValuePercentile => match percentile {
                Some(percentile) => State::Rank(Ranks::new(percentile)),
                None => State::Share(Shares::default()),
            },
            CorrelationKind::Temporal => State::Present(Presence::new(correlation.members)),
            CorrelationKind::TemporalOrdered => {
                State::Order(Order::new(correlation.members, correlation.expression.is_some()))
            }
        };
        Self { correlation, state }
    }

    /// Takes a hit, not before the last, and gives the beginning of the window that ends with it
    /// where that one satisfies the condition.
    pub(crate) fn take(&mut self, seen: Seen) -> Option<From> {
        let since = seen.time.plus_micros(-self.correlation.timespan_micros);
        let condition = self.correlation.condition.as_ref();
        let holds = |count: usize| condition.is_some_and(|c| c.holds(count as u64));
        let holds_for = |value: f64| condition.is_some_and(|c| c.holds_for(value));
        let satisfied = match (&mut self.state, seen.measure) {
            (State::Count(recent), _) => holds(recent.take(seen.time, since)),
            (State::Distinct(distinct), Measure::Value(value)) => {
                holds(distinct.take(value, seen.time, since))
            }
            (State::Sum(sums), Measure::Number(number)) => {
                sums.take(number, seen.time, since);
                holds_for(sums.sum())
            }
            (State::Mean(sums), Measure::Number(number)) => {
                sums.take(number, seen.time, since);
                holds_for(sums.mean())
            }
            (State::Rank(ranks), Measure::Number(number)) => {
                holds_for(ranks.take(number, seen.time, since))
            }
            (State::Share(shares), Measure::Value(value)) => {
                holds_for(shares.take(value, seen.time, since))
            }
            (State::Present(presence), _) => {
                presence.take(seen.member, seen.time, since);
                self.correlation.accepts(presence.members())
            }
            (State::Order(order), _) => {
                order.take(&seen, since);
                return order.chain(seen.member, self.correlation).map(From::Number);
            }
            // A feed measures what its correlation looks at.
            _ => false,
        };
        satisfied.then_some(From::Time(since))
    }
}

/// The least count that the condition does not tell from any higher one.
fn told_apart(condition: &CountCondition) -> usize {
    let bounds = condition.bounds.iter().map(|(_, bound)| bound.as_f64().ceil());
    let highest = bounds.fold(0.0, f64::max);
    (highest as usize).saturating_add(1).min(WINDOW_HITS_LIMIT)
}

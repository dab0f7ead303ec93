//! Statistical findings: something unusual in the events that a rule matches, where no single one
//! is wrong. Each type reads one group's hits in the order of time, in bounded room, and makes
//! detections like any correlation. They say that something is rare, not that it is an attack:
//! none is above *medium*, and each document states its base rate.
//!
//! | type | looks for | file |
//! |---|---|---|
//! | `outlier` | an hour or day with far more than a group's others | `outlier.rs` |
//! | `new-value` | a value that a group with a settled habit never had | `novel.rs` |
//! | `travel` | two countries too far apart for the time between | `travel.rs`, `places.rs` |
//! | `rare` | a value that few have in a whole agency | `rare.rs` |
//! | `beacon` | hits in regular intervals | `beacon.rs` |
//! | `scan` | many targets, each touched once or twice | `scan.rs` |
//! | `dns-tunnel` | many long names of random look below one domain | `tunnel.rs`, `names.rs` |

mod beacon;
mod load;
mod names;
mod novel;
mod outlier;
mod places;
mod rare;
mod scan;
mod settings;
mod settle;
mod travel;
mod tunnel;

use crate::{
    correlate::{Burst, Emit},
    input::Input,
};

pub(crate) use load::load;
pub(crate) use names::{below_domain, entropy_bits, is_rented};
pub(crate) use settle::Settling;

/// A statistic, compiled.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Statistic {
    pub(crate) kind: Kind,
    /// The names of the group's values.
    pub(crate) group_by: Vec<String>,
}

/// Its type and settings.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) enum Kind {
    Outlier(outlier::Settings),
    NewValue(novel::Settings),
    Travel(travel::Settings),
    Rare(rare::Settings),
    Beacon(beacon::Settings),
    Scan(scan::Settings),
    DnsTunnel(tunnel::Settings),
}

/// The hits of one group.
#[derive(Debug)]
pub(crate) struct Group<'s> {
    statistic: &'s Statistic,
    state: State,
}

#[derive(Debug)]
enum State {
    Outlier(outlier::Counts),
    NewValue(novel::Habit),
    Travel(travel::Journey),
    Rare(rare::Holders),
    Beacon(beacon::Intervals),
    Scan(scan::Targets),
    DnsTunnel(tunnel::Names),
}

/// Makes the detection of a group that has begun with this hit.
pub(crate) struct Begin<'s> {
    statistic: &'s Statistic,
}

impl Begin<'_> {
    fn burst(&self, first: &Input) -> Burst {
        Burst::of_group(first, &self.statistic.group_by)
    }
}

impl<'s> Group<'s> {
    pub(crate) fn new(statistic: &'s Statistic) -> Self {
        let state = match &statistic.kind {
            Kind::Outlier(_) => State::Outlier(outlier::Counts::default()),
            Kind::NewValue(_) => State::NewValue(novel::Habit::default()),
            Kind::Travel(_) => State::Travel(travel::Journey::default()),
            Kind::Rare(_) => State::Rare(rare::Holders::default()),
            Kind::Beacon(_) => State::Beacon(beacon::Intervals::default()),
            Kind::Scan(_) => State::Scan(scan::Targets::default()),
            Kind::DnsTunnel(_) => State::DnsTunnel(tunnel::Names::default()),
        };
        Self { statistic, state }
    }

    /// Takes a hit, later than all before.
    pub(crate) fn take(&mut self, input: Input, settling: &mut Settling<'_>, emit: &mut Emit<'_>) {
        let begin = Begin { statistic: self.statistic };
        let done = match (&mut self.state, &self.statistic.kind) {
            (State::Outlier(state), Kind::Outlier(settings)) => {
                state.take(input, settings, &begin);
                None
            }
            (State::NewValue(state), Kind::NewValue(settings)) => {
                state.take(input, settings, &begin)
            }
            (State::Travel(state), Kind::Travel(settings)) => state.take(input, settings, &begin),
            (State::Rare(state), Kind::Rare(settings)) => {
                state.take(input, settings, &begin);
                None
            }
            (State::Beacon(state), Kind::Beacon(settings)) => state.take(input, settings, &begin),
            (State::Scan(state), Kind::Scan(settings)) => state.take(input, settings, &begin),
            (State::DnsTunnel(state), Kind::DnsTunnel(settings)) => {
                state.take(input, settings, &begin)
            }
            _ => unreachable!("a group's state is of its statistic's kind"),
        };
        if let Some(burst) = done {
            settling.offer(burst, emit);
        }
    }

    /// Ends the group.
    pub(crate) fn end(self, settling: &mut Settling<'_>, emit: &mut Emit<'_>) {
        let done = match (self.state, &self.statistic.kind) {
            (State::Outlier(state), Kind::Outlier(settings)) => state.end(settings),
            (State::NewValue(state), _) => state.end(),
            (State::Travel(state), _) => state.end(),
            (State::Rare(state), Kind::Rare(settings)) => state.end(settings),
            (State::Beacon(state), Kind::Beacon(settings)) => state.end(settings),
            (State::Scan(state), Kind::Scan(settings)) => state.end(settings),
            (State::DnsTunnel(state), Kind::DnsTunnel(settings)) => state.end(settings),
            _ => unreachable!("a group's state is of its statistic's kind"),
        };
        settling.counted();
        done.into_iter().for_each(|burst| settling.offer(burst, emit));
    }
}

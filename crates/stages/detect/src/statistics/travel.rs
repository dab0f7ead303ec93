//! Two hits of one group, one after the other, from countries so far apart that nobody can have
//! travelled between them in the time between. Where an address is, is known only as the country
//! of registration: a country is the circles that cover it, and the distance is the smallest that
//! there can be between two of them. Nothing is told where that distance could have been
//! travelled.

use bakas_model::{Country, Timestamp};
use bakas_sigma::Problem;

use super::{Begin, names::is_rented, places::kilometres_apart, settings::Reader};
use crate::{correlate::Burst, input::Input};

/// Findings of one group that begin within a day are one.
const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    /// The highest speed that is believed, in kilometres an hour.
    speed: f64,
    /// Only hits from networks whose users are where they are; else only pairs of which one is
    /// not from such a network.
    pub(super) subscribers: bool,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        reader.fields(0, 0)?;
        Ok(Self {
            speed: reader.number("speed", 1000.0, 100.0, 100_000.0)?,
            subscribers: reader.flag("subscribers", true)?,
        })
    }
}

/// Where one group was last.
#[derive(Debug, Default)]
pub(crate) struct Journey {
    last: Option<(Country, bool, Input)>,
    open: Option<Finding>,
}

#[derive(Debug)]
struct Finding {
    since: Timestamp,
    burst: Burst,
    /// The fastest pair: speed, and how to say it.
    speed: f64,
    words: String,
}

impl Journey {
    pub(super) fn take(
        &mut self,
        input: Input,
        settings: &Settings,
        begin: &Begin<'_>,
    ) -> Option<Burst> {
        let rest = input.rest();
        let (country, is_rented) = (rest.country?, is_rented(rest.network_kind));
        let (before, was_rented, last) = self.last.replace((country, is_rented, input.clone()))?;
        // The pairs of subscribers are another statistic's.
        if !settings.subscribers && !is_rented && !was_rented {
            return None;
        }
        let kilometres = kilometres_apart(before, country)?;
        let micros = input.time().micros_since(last.time());
        let hours = micros as f64 / 3.6e9;
        // A second at least: clocks are no better.
        let speed = kilometres / hours.max(1.0 / 3600.0);
        if kilometres <= 0.0 || speed <= settings.speed {
            return None;
        }
        let words = format!(
            "{} to {}: at least {kilometres:.0} km in {:.0} min",
            before.as_str(),
            country.as_str(),
            hours * 60.0
        );
        if let Some(open) = &mut self.open
            && input.time().micros_since(open.since) <= DAY_MICROS
        {
            if speed > open.speed {
                (open.speed, open.words) = (speed, words);
            }
            // The pair's first hit may be in it already, as the second of the pair before.
            if open.burst.last_place() != Some(last.identity()) {
                open.burst.add(last);
            }
            open.burst.add(input);
            return None;
        }
        let mut burst = begin.burst(&input);
        let since = last.time();
        burst.add(last);
        burst.add(input);
        self.open.replace(Finding { since, burst, speed, words }).map(Finding::told)
    }

    pub(super) fn end(self) -> Vec<Burst> {
        self.open.map(Finding::told).into_iter().collect()
    }
}

impl Finding {
    fn told(mut self) -> Burst {
        self.burst.note("travel", self.words);
        self.burst.note("least speed", format!("{:.0} km/h", self.speed));
        self.burst
    }
}

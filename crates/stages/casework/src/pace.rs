//! How fast passwords were tried: what may be said of the rate, and in which words. It judges
//! nothing.

use std::{
    collections::{BTreeMap, VecDeque},
    net::IpAddr,
};

use bakas_model::{Day, Timestamp};

use crate::words::number;

const HOUR_MICROS: i64 = 3600 * 1_000_000;
const MINUTE_SECONDS: i64 = 60;
/// At most one an hour from an address, on the days when it tries, is slow.
const SLOW_A_DAY: u64 = 24;
/// From this many within one minute on, the minute is worth telling.
const FAST_A_MINUTE: u64 = 5;

/// Failures in time order: whether there were `N` within an hour, and since when they go on
/// without a pause of an hour.
#[derive(Clone, Debug, Default)]
pub(crate) struct Burst<const N: usize> {
    latest: VecDeque<Timestamp>,
    /// The first of those that follow one another.
    pub(crate) since: Option<Timestamp>,
}

impl<const N: usize> Burst<N> {
    /// Hears a failure.
    pub(crate) fn hear(&mut self, time: Timestamp) {
        if self.latest.back().is_none_or(|last| time.micros_since(*last) > HOUR_MICROS) {
            self.since = Some(time);
        }
        if self.latest.len() == N {
            self.latest.pop_front();
        }
        self.latest.push_back(time);
    }

    /// Whether the last `N` failures lie within the hour before a time.
    pub(crate) fn is_full(&self, time: Timestamp) -> bool {
        self.latest.len() == N
            && self.latest.front().is_some_and(|first| time.micros_since(*first) <= HOUR_MICROS)
    }
}

/// The tries of one address.
#[derive(Clone, Copy, Debug, Default)]
struct One {
    tries: u64,
    days: u64,
    day: Day,
    minute: i64,
    in_minute: u64,
    most: u64,
}

/// The tries of an incident.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    addresses: BTreeMap<Option<IpAddr>, One>,
}

impl Pace {
    /// Hears a try; they come in time order.
    pub(crate) fn hear(&mut self, from: Option<IpAddr>, time: Timestamp) {
        let one = self.addresses.entry(from).or_default();
        if one.tries == 0 || one.day != time.day() {
            (one.day, one.days) = (time.day(), one.days + 1);
        }
        let minute = time.as_seconds().div_euclid(MINUTE_SECONDS);
        if one.minute != minute {
            (one.minute, one.in_minute) = (minute, 0);
        }
        one.tries += 1;
        one.in_minute += 1;
        one.most = one.most.max(one.in_minute);
    }

    /// ", slowly and spread over the addresses, about 3 a day from each", in English and Filipino.
    pub(crate) fn words(&self) -> (String, String) {
        let tries: u64 = self.addresses.values().map(|one| one.tries).sum();
        let days: u64 = self.addresses.values().map(|one| one.days).sum();
        let most = self.addresses.values().map(|one| one.most).max().unwrap_or_default();
        if tries < 2 {
            return (String::new(), String::new());
        }
        let daily = number(((tries + days / 2) / days).max(1));
        let (several, slow) = (self.addresses.len() > 1, tries <= SLOW_A_DAY * days);
        let (en, fil) = match (several, most >= FAST_A_MINUTE) {
            (true, true) => (
                format!("up to {} within one minute from one address", number(most)),
                format!("hanggang {} sa loob ng isang minuto mula sa isang address", number(most)),
            ),
            (false, true) => (
                format!("up to {} within one minute", number(most)),
                format!("hanggang {} sa loob ng isang minuto", number(most)),
            ),
            (true, false) if slow => (
                format!("slowly and spread over the addresses, about {daily} a day from each"),
                format!(
                    "mabagal at nakakalat sa mga address, mga {daily} bawat araw mula sa bawat isa"
                ),
            ),
            (true, false) => (
                format!("about {daily} a day from each address"),
                format!("mga {daily} bawat araw mula sa bawat address"),
            ),
            (false, false) => (
                format!("{}about {daily} a day", if slow { "slowly, " } else { "" }),
                format!("{}mga {daily} bawat araw", if slow { "mabagal, " } else { "" }),
            ),
        };
        (format!(", {en}"), format!(", {fil}"))
    }
}

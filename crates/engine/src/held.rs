//! Whether the logs hold what an operator needs to find a subscriber (RFC 6302): counted per source
//! while it is read, and per address while its lines are given to incidents. It judges nobody.

use std::net::IpAddr;

use bakas_model::{
    ClockBasis, EventRow, SourceIx, SourceSummary, Trace,
    network::{Held, Needed, SubscriberFact},
};
use rustc_hash::FxHashMap;

/// Addresses and sources whose lines are counted; of more, none is said to be looked at.
const PAIRS_LIMIT: usize = 1 << 18;
/// A clock that may be off by more cannot name a second, in microseconds.
const SECOND_MICROS: u64 = 1_000_000;

/// Lines of evidence by address and source.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    lines: FxHashMap<(IpAddr, SourceIx), u64>,
}

impl Carried {
    /// A line that was given to an incident.
    pub(crate) fn line(&mut self, row: &EventRow) {
        let Some(address) = row.src else { return };
        let key = (address, row.place.source);
        if let Some(lines) = self.lines.get_mut(&key) {
            *lines += 1;
        } else if self.lines.len() < PAIRS_LIMIT {
            self.lines.insert(key, 1);
        }
    }

    /// The same in the order of addresses, to be asked.
    pub(crate) fn by_address(self) -> ByAddress {
        let lines = self.lines.into_iter();
        let mut all: Vec<_> = lines.map(|((address, at), lines)| (address, at, lines)).collect();
        all.sort_unstable();
        ByAddress(all)
    }
}

/// Lines of evidence in the order of addresses and sources.
#[derive(Debug)]
pub(crate) struct ByAddress(Vec<(IpAddr, SourceIx, u64)>);

impl ByAddress {
    /// Fills in what the logs hold for a trace, where it asks.
    pub(crate) fn fill(&self, trace: &mut Trace, sources: &[SourceSummary]) {
        let Some(question) = &mut trace.subscriber else { return };
        let from = self.0.partition_point(|(address, ..)| *address < trace.address);
        let carried: Vec<(&SourceSummary, u64)> = self.0[from..]
            .iter()
            .take_while(|(address, ..)| *address == trace.address)
            .filter_map(|(_, source, lines)| Some((sources.get(source.0 as usize)?, *lines)))
            .collect();
        if carried.is_empty() {
            return;
        }
        let time = trace.at.plus_micros(-trace.at.as_micros().rem_euclid(1_000_000));
        for fact in &mut question.facts {
            look(fact, &carried);
            match fact.fact {
                Needed::Address => fact.example = Some(trace.address.to_string()),
                Needed::Time => fact.example = Some(time.to_string()),
                Needed::SourcePort | Needed::Destination => (),
            }
        }
    }
}

/// Whether a written time bears its own offset from UTC: it ends in `Z`, `UTC`, `GMT` or an offset, or
/// is a count of seconds.
pub(crate) fn is_zoned(time: &str) -> bool {
    let text = time.trim().as_bytes();
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    match text {
        [.., b'Z' | b'z'] => true,
        [.., b'U', b'T', b'C'] | [.., b'G', b'M', b'T'] => true,
        [.., b'+' | b'-', a, b, b':', c, d] => digits(&[*a, *b, *c, *d]),
        // Not the day of `2026-01-05`, which has no time: an offset stands behind one.
        [rest @ .., b'+' | b'-', a, b, c, d] => digits(&[*a, *b, *c, *d]) && rest.contains(&b':'),
        [] => false,
        count => count.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'),
    }
}

/// Whether the sources that carried the lines hold one thing.
fn look(fact: &mut SubscriberFact, carried: &[(&SourceSummary, u64)]) {
    let share = |source: &SourceSummary, with: u64| match (with, source.held.events) {
        (0, _) | (_, 0) => Held::Missing,
        (with, all) if with >= all => Held::Held,
        _ => Held::Partly,
    };
    let holds = |source: &SourceSummary| match fact.fact {
        Needed::Address => Held::Held,
        Needed::SourcePort => share(source, source.held.source_port),
        Needed::Destination => match share(source, source.held.destination) {
            // The agency knows which server wrote the log, though the line does not say it.
            Held::Missing => Held::Partly,
            other => other,
        },
        Needed::Time => {
            let clock = &source.source.clock;
            let known = clock.basis != ClockBasis::Assumed
                || share(source, source.held.zoned) == Held::Held;
            let sure = known && clock.uncertainty_micros < SECOND_MICROS;
            if sure { Held::Held } else { Held::Partly }
        }
    };
    let told: Vec<(Held, u64)> =
        carried.iter().map(|(source, lines)| (holds(source), *lines)).collect();
    fact.lines = told.iter().map(|(_, lines)| lines).sum();
    fact.lines_with =
        told.iter().filter(|(held, _)| *held == Held::Held).map(|(_, lines)| lines).sum();
    let all = |of: Held| told.iter().all(|(held, _)| *held == of);
    fact.held = match () {
        () if all(Held::Held) => Held::Held,
        () if all(Held::Missing) => Held::Missing,
        () => Held::Partly,
    };
}

#[cfg(test)]
mod tests {
    use bakas_model::{Source, SourceClock, case::Holdings};

    use super::*;

    fn source(source_port: u64, basis: ClockBasis) -> SourceSummary {
        let clock = SourceClock { basis, ..SourceClock::default() };
        SourceSummary {
            source: Source { clock, ..Source::default() },
            held: Holdings { events: 10, source_port, ..Holdings::default() },
            ..SourceSummary::default()
        }
    }

    fn check(fact: Needed, sources: &[(SourceSummary, u64)], expected: (Held, u64, u64)) {
        let carried: Vec<_> = sources.iter().map(|(source, lines)| (source, *lines)).collect();
        let mut fact =
            SubscriberFact { fact, held: Held::Unknown, lines_with: 0, lines: 0, example: None };
        look(&mut fact, &carried);
        assert_eq!((fact.held, fact.lines_with, fact.lines), expected);
    }

    #[test]
    fn a_time_with_its_own_offset_is_known() {
        for time in [
            "2026-01-05T08:00:00Z",
            "05/Jan/2026:08:00:00 +0800",
            "2026-01-05 08:00:00-05:00",
            "1767571200.25",
            "Mon, 05 Jan 2026 08:00:00 GMT",
        ] {
            assert!(is_zoned(time), "{time}");
        }
        for time in
            ["Jan  5 08:00:00", "2026-01-05 08:00:00", "2026-01-05", "", "2026-01-05T08:00:00"]
        {
            assert!(!is_zoned(time), "{time}");
        }
    }

    #[test]
    fn what_sources_hold_is_told_by_their_lines() {
        let stated = |ports| source(ports, ClockBasis::Stated);
        check(Needed::SourcePort, &[(stated(10), 3)], (Held::Held, 3, 3));
        check(Needed::SourcePort, &[(stated(0), 3)], (Held::Missing, 0, 3));
        check(Needed::SourcePort, &[(stated(4), 3)], (Held::Partly, 0, 3));
        check(Needed::SourcePort, &[(stated(10), 3), (stated(0), 5)], (Held::Partly, 3, 8));
        check(Needed::Time, &[(stated(0), 2)], (Held::Held, 2, 2));
        check(Needed::Time, &[(source(0, ClockBasis::Assumed), 2)], (Held::Partly, 0, 2));
        check(Needed::Destination, &[(stated(0), 2)], (Held::Partly, 0, 2));
    }
}

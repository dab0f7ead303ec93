//! What an operator's logs say of some public addresses: translations, sessions and leases,
//! connections. Two readings: the first finds who was behind the addresses, the second whose those
//! inner addresses were.

use std::{
    collections::{BTreeMap, HashSet},
    net::IpAddr,
    sync::atomic::{AtomicI64, Ordering},
};

use bakas_exchange::candidates::{Binding, Lease, Records, Seen, Span};
use bakas_model::{Class, Event, Place, Source, Timestamp, Value, time::MICROS_PER_SECOND};

use super::reread::{self, Logs};
use crate::{
    Error,
    observer::{Observer, Stop},
};

/// Names of fields by which a definition of a format may tell a translation: the inner address, the public
/// one, the first and last port, and whether it begins or ends.
const NAT: [&str; 5] = ["nat_inner", "nat_public", "nat_port_first", "nat_port_last", "nat_event"];
/// Names of fields by which one may tell a session or lease.
const LEASE: [&str; 6] = [
    "lease_address",
    "lease_subscriber",
    "lease_event",
    "lease_from",
    "lease_until",
    "lease_seconds",
];
/// Words that end something.
const ENDS: &[&str] = &["end", "release", "delete", "dealloc", "stop", "expire", "dhcprelease"];

/// One record, as far as it says something.
enum Told {
    Nat {
        inner: IpAddr,
        public: IpAddr,
        ports: (u16, u16),
        ends: bool,
        at: Timestamp,
        place: Place,
    },
    Lease {
        address: IpAddr,
        subscriber: String,
        span: Span,
        ends: bool,
        open: bool,
        place: Place,
    },
    Seen(Seen),
}

/// Reads what the logs say of these addresses.
pub(super) fn records(
    public: &HashSet<IpAddr>,
    logs: &Logs<'_>,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<(Vec<String>, Records), Error> {
    let (first, last) = (AtomicI64::new(i64::MAX), AtomicI64::new(i64::MIN));
    let nat = |event: &Event<'_>, _: &Source| {
        let told = nat(event);
        if told.is_some() || lease(event).is_some() {
            first.fetch_min(event.time.as_micros(), Ordering::Relaxed);
            last.fetch_max(event.time.as_micros(), Ordering::Relaxed);
        }
        told.filter(|told| matches!(told, Told::Nat { public: of, .. } if public.contains(of)))
    };
    let (plan, told) = reread::events(logs, &|_| true, &nat, observer, stop)?;
    let bindings = bindings(told);
    let mut wanted: HashSet<IpAddr> = bindings.iter().map(|one| one.inner).collect();
    wanted.extend(public);
    let rest = |event: &Event<'_>, _: &Source| {
        if let Some(told) = lease(event) {
            let right = matches!(&told, Told::Lease { address, .. } if wanted.contains(address));
            return Some(told).filter(|_| right);
        }
        let flow = event.class == Class::NetworkActivity && nat_inner(event).is_none();
        let source = event.src.map(|src| src.to_canonical()).filter(|_| flow)?;
        wanted.contains(&source).then(|| {
            Told::Seen(Seen {
                source,
                source_port: event.src_port,
                destination: event.dst.map(|dst| dst.to_canonical()),
                destination_port: event.dst_port,
                at: event.time,
                place: event.place,
            })
        })
    };
    let (_, told) = reread::events(logs, &|_| true, &rest, observer, stop)?;
    let (first, last) = (first.into_inner(), last.into_inner());
    let kept = if first <= last {
        let (from, until) = (Timestamp::from_micros(first), Timestamp::from_micros(last));
        Span { from: Some(from), until: Some(until) }
    } else {
        Span::default()
    };
    let uncertainty = plan.sources.iter().map(|one| one.clock.uncertainty_micros).max();
    let (leases, seen) = leases(told);
    let paths = plan.sources.iter().map(|one| one.path.clone()).collect();
    let uncertainty_micros = uncertainty.unwrap_or(0);
    Ok((paths, Records { bindings, leases, seen, kept, uncertainty_micros }))
}

fn text<'a>(event: &Event<'a>, name: &str) -> Option<&'a str> {
    event.fields.iter().find(|field| field.name == name).and_then(|field| match field.value {
        Value::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    })
}

fn number(event: &Event<'_>, name: &str) -> Option<i64> {
    event.fields.iter().find(|field| field.name == name).and_then(|field| match field.value {
        Value::Text(text) => text.trim().parse().ok(),
        Value::Int(number) => Some(number),
        _ => None,
    })
}

fn address(event: &Event<'_>, name: &str) -> Option<IpAddr> {
    text(event, name)?.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

fn nat_inner(event: &Event<'_>) -> Option<IpAddr> {
    address(event, NAT[0])
}

fn is_end(word: Option<&str>) -> bool {
    word.is_some_and(|word| {
        let word = word.to_ascii_lowercase();
        ENDS.iter().any(|end| word.ends_with(end))
    })
}

fn nat(event: &Event<'_>) -> Option<Told> {
    let (inner, public) = (nat_inner(event)?, address(event, NAT[1])?);
    let port = |name: &str| number(event, name).and_then(|n| u16::try_from(n).ok());
    let first = port(NAT[2])?;
    let last = port(NAT[3]).unwrap_or(first);
    let ends = is_end(text(event, NAT[4]));
    Some(Told::Nat {
        inner,
        public,
        ports: (first, last),
        ends,
        at: event.time,
        place: event.place,
    })
}

fn lease(event: &Event<'_>) -> Option<Told> {
    let names = LEASE;
    let address = address(event, names[0])?;
    let subscriber = text(event, names[1])?.to_owned();
    let ends = is_end(text(event, names[2]));
    let lasts = number(event, names[5]).map(|seconds| seconds.saturating_mul(MICROS_PER_SECOND));
    let begun = text(event, names[3]);
    let ended = text(event, names[4]);
    // The record's own time is one of the two; the other follows by what lies between them.
    let span = match (begun, ended, lasts) {
        (Some(begun), Some(ended), _) => {
            let between = naive(ended)?.saturating_sub(naive(begun)?);
            Span { from: Some(event.time), until: Some(event.time.plus_micros(between)) }
        }
        (None, Some(_), Some(lasts)) => {
            Span { from: Some(event.time.plus_micros(-lasts)), until: Some(event.time) }
        }
        (_, None, Some(lasts)) => {
            Span { from: Some(event.time), until: Some(event.time.plus_micros(lasts)) }
        }
        _ => Span { from: Some(event.time), until: None },
    };
    let open = span.until.is_none();
    Some(Told::Lease { address, subscriber, span, ends, open, place: event.place })
}

/// A written time as microseconds, its zone left out: of two times of one record, only what lies
/// between them is wanted.
fn naive(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds.saturating_mul(MICROS_PER_SECOND));
    }
    let plain: String = text.replace('T', " ").chars().take(19).collect();
    let at: jiff::civil::DateTime = plain.replace(' ', "T").parse().ok()?;
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(utc.timestamp().as_microsecond())
}

/// Beginnings and ends of translations joined.
fn bindings(told: Vec<Told>) -> Vec<Binding> {
    let mut events: Vec<_> = told
        .into_iter()
        .filter_map(|one| match one {
            Told::Nat { inner, public, ports, ends, at, place } => {
                Some((at, inner, public, ports, ends, place))
            }
            _ => None,
        })
        .collect();
    // What ends and what begins at one moment: first the end.
    events.sort_by_key(|(at, .., ends, place)| (*at, !*ends, *place));
    let mut open: BTreeMap<(IpAddr, (u16, u16), IpAddr), usize> = BTreeMap::new();
    let mut all: Vec<Binding> = Vec::new();
    for (at, inner, public, ports, ends, place) in events {
        let key = (public, ports, inner);
        if !ends {
            open.entry(key).or_insert(all.len());
            let span = Span { from: Some(at), until: None };
            all.push(Binding { public, ports, inner, span, place });
            continue;
        }
        match open.remove(&key) {
            Some(begun) => all[begun].span.until = Some(at),
            // It began before the logs do.
            None => {
                let span = Span { from: None, until: Some(at) };
                all.push(Binding { public, ports, inner, span, place });
            }
        }
    }
    all
}

/// Sessions and leases joined: what has no end of its own ends where the address is given back, or
/// to somebody else.
fn leases(told: Vec<Told>) -> (Vec<Lease>, Vec<Seen>) {
    let (mut given, mut seen) = (Vec::new(), Vec::new());
    for one in told {
        match one {
            Told::Seen(one) => seen.push(one),
            Told::Lease { address, subscriber, span, ends, open, place } => {
                given.push((span.from, address, subscriber, span, ends, open, place));
            }
            Told::Nat { .. } => {}
        }
    }
    given.sort_by_key(|(from, .., ends, _, place)| (*from, !*ends, *place));
    let mut current: BTreeMap<IpAddr, usize> = BTreeMap::new();
    let mut all: Vec<Lease> = Vec::new();
    for (from, address, subscriber, span, ends, open, place) in given {
        let last = current.get(&address).copied();
        if let Some(last) = last.filter(|&last| all[last].span.until.is_none()) {
            let same = all[last].subscriber == subscriber;
            if same && !ends && open {
                continue;
            }
            all[last].span.until = from;
            if same && ends {
                continue;
            }
        }
        if ends {
            let span = Span { from: None, until: from };
            all.push(Lease { address, subscriber, span, place });
            continue;
        }
        current.insert(address, all.len());
        all.push(Lease { address, subscriber, span, place });
    }
    (all, seen)
}

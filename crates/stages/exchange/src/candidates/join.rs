//! The join itself: address, port and time of a flow against translations, then leases, then
//! connections. A flow's time is a window: its start and end, widened by what both clocks may be
//! wrong and by how coarse its log is.

use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
};

use bakas_model::{
    Place, Timestamp,
    exchange::{Flow, Port},
};
use serde::{Deserialize, Serialize};

use super::{Binding, CANDIDATES_LIMIT, Lease, Records, Span};

/// Somebody who fits a flow, with all that is known: for this side's eyes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Whose it was, as our log names it; none where no lease is known for the inner address.
    pub subscriber: Option<String>,
    /// The inner address, where there was a translation.
    pub inner: Option<IpAddr>,
    /// Ports of the translation.
    pub ports: Option<(u16, u16)>,
    /// For how long all of it held.
    pub span: Span,
    /// Whether it held for the whole of the flow's window.
    pub whole: bool,
    /// Whether a connection of it was seen that fits the flow.
    pub confirmed: bool,
    /// The records that say so.
    pub places: Vec<Place>,
}

/// What was found for a flow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Who fits, the best first; at most [`CANDIDATES_LIMIT`].
    pub held: Vec<Held>,
    /// How many fit in all.
    pub count: usize,
    /// Whether our records reach over the whole of the flow's window.
    pub kept: bool,
    /// Whether the address is one that we translate to.
    pub translated: bool,
}

/// What the records say of each flow, in their order.
#[must_use]
pub fn join(flows: &[Flow], records: &Records) -> Vec<Found> {
    let mut bindings: HashMap<IpAddr, Vec<&Binding>> = HashMap::new();
    for one in &records.bindings {
        bindings.entry(one.public).or_default().push(one);
    }
    let mut leases: HashMap<IpAddr, Vec<&Lease>> = HashMap::new();
    for one in &records.leases {
        leases.entry(one.address).or_default().push(one);
    }
    flows.iter().map(|flow| of_flow(flow, records, &bindings, &leases)).collect()
}

/// When a flow can have been, by our clocks.
fn window(flow: &Flow, ours: u64) -> (Timestamp, Timestamp) {
    let either = flow.clock.uncertainty_micros.saturating_add(ours);
    let back = i64::try_from(either).unwrap_or(i64::MAX);
    let ahead = i64::try_from(either.saturating_add(flow.precision_micros)).unwrap_or(i64::MAX);
    (flow.start.plus_micros(back.saturating_neg()), flow.end.plus_micros(ahead))
}

fn of_flow(
    flow: &Flow,
    records: &Records,
    bindings: &HashMap<IpAddr, Vec<&Binding>>,
    leases: &HashMap<IpAddr, Vec<&Lease>>,
) -> Found {
    let window = window(flow, records.uncertainty_micros);
    let kept = records.kept.from.is_some() && records.kept.covers(window);
    let none = Vec::new();
    let bound = bindings.get(&flow.source).unwrap_or(&none);
    let mut held = Vec::new();
    for one in bound {
        let fits = match flow.source_port {
            Port::Known(port) => one.ports.0 <= port && port <= one.ports.1,
            Port::Missing(_) => true,
        };
        if fits && known(one.span, records).meets(window) {
            held.extend(behind(one, window, leases));
        }
    }
    if bound.is_empty() {
        let own = leases.get(&flow.source).into_iter().flatten();
        held.extend(own.filter(|one| known(one.span, records).meets(window)).map(|one| Held {
            subscriber: Some(one.subscriber.clone()),
            inner: None,
            ports: None,
            span: one.span,
            whole: one.span.covers(window),
            confirmed: false,
            places: vec![one.place],
        }));
    }
    let mut held = merged(held);
    for one in &mut held {
        confirm(one, flow, records, window);
    }
    held.sort_by_key(|one| {
        (!one.confirmed, !one.whole, one.subscriber.clone(), one.inner, one.places.clone())
    });
    let count = held.len();
    held.truncate(CANDIDATES_LIMIT);
    Found { held, count, kept, translated: !bound.is_empty() }
}

/// The part of a time of which the records speak: what was there when they begin may have begun a
/// moment before, and says nothing of any earlier day.
fn known(span: Span, records: &Records) -> Span {
    Span { from: span.from.or(records.kept.from), until: span.until }
}

/// Who had the inner address of a translation meanwhile.
fn behind(
    binding: &Binding,
    window: (Timestamp, Timestamp),
    leases: &HashMap<IpAddr, Vec<&Lease>>,
) -> Vec<Held> {
    let of = |span: Span, subscriber: Option<String>, places: Vec<Place>| Held {
        subscriber,
        inner: Some(binding.inner),
        ports: Some(binding.ports),
        span,
        whole: span.covers(window),
        confirmed: false,
        places,
    };
    let mut held = Vec::new();
    for lease in leases.get(&binding.inner).into_iter().flatten() {
        let both = binding.span.and(&lease.span);
        let ever = both.from.zip(both.until).is_none_or(|(from, until)| from <= until);
        if ever && both.meets(window) {
            let places = vec![binding.place, lease.place];
            held.push(of(both, Some(lease.subscriber.clone()), places));
        }
    }
    if held.is_empty() {
        held.push(of(binding.span, None, vec![binding.place]));
    }
    held
}

/// One entry for each subscriber and inner address, however many records speak of it.
fn merged(held: Vec<Held>) -> Vec<Held> {
    let mut all: Vec<Held> = Vec::new();
    let mut at: HashMap<(Option<String>, Option<IpAddr>), usize> = HashMap::new();
    for one in held {
        let key = (one.subscriber.clone(), one.inner);
        match at.get(&key) {
            None => {
                at.insert(key, all.len());
                all.push(one);
            }
            Some(&there) => {
                let there = &mut all[there];
                there.whole |= one.whole;
                there.span.from = there.span.from.min(one.span.from);
                there.span.until = match (there.span.until, one.span.until) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    _ => None,
                };
                if there.ports != one.ports {
                    there.ports = None;
                }
                let places: BTreeSet<Place> =
                    there.places.iter().chain(&one.places).copied().collect();
                there.places = places.into_iter().collect();
            }
        }
    }
    all
}

/// Looks for a connection of the candidate that is the flow.
fn confirm(held: &mut Held, flow: &Flow, records: &Records, window: (Timestamp, Timestamp)) {
    let source = held.inner.unwrap_or(flow.source);
    let is_it = |seen: &&super::Seen| {
        seen.source == source
            && window.0 <= seen.at
            && seen.at <= window.1
            && flow.destination.is_some()
            && flow.destination == seen.destination
            && (flow.destination_port.is_none()
                || seen.destination_port.is_none()
                || flow.destination_port == seen.destination_port)
    };
    if let Some(seen) = records.seen.iter().find(is_it) {
        held.confirmed = true;
        held.places.push(seen.place);
    }
}

//! Who had an address: told apart by ports and times, and never surer than the records are.

use bakas_exchange::candidates::{
    Binding, Disclose, Held, Lease, Records, Seen, Span, join, propose,
};
use bakas_model::{
    Place, SourceIx, Timestamp,
    exchange::{Allocation, AnswerStatus, Disclosure, Flow, FlowClock, Outcome, Port},
};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_767_571_200 + second)
}

fn place(offset: u64) -> Place {
    Place { source: SourceIx(0), offset, length: 1 }
}

fn span(from: i64, until: i64) -> Span {
    Span { from: Some(at(from)), until: Some(at(until)) }
}

fn inner(n: u8) -> std::net::IpAddr {
    [100, 64, 0, n].into()
}

fn binding(n: u8, ports: (u16, u16), span: Span) -> Binding {
    let public = [203, 0, 113, 40].into();
    Binding { public, ports, inner: inner(n), span, place: place(n.into()) }
}

fn lease(n: u8, name: &str, span: Span) -> Lease {
    Lease { address: inner(n), subscriber: name.into(), span, place: place(100 + u64::from(n)) }
}

fn flow(port: Option<u16>, second: i64, uncertainty_seconds: u64) -> Flow {
    Flow {
        id: "F-001".into(),
        source: [203, 0, 113, 40].into(),
        source_port: port.map_or_else(|| Port::Missing("not logged".into()), Port::Known),
        destination: Some([198, 51, 100, 7].into()),
        destination_port: Some(443),
        protocol: "tcp".into(),
        start: at(second),
        end: at(second),
        precision_micros: 1_000_000,
        precision_reason: String::new(),
        clock: FlowClock {
            uncertainty_micros: uncertainty_seconds * 1_000_000,
            ..FlowClock::default()
        },
        log_source: "web".into(),
        count: 1,
        evidence: Vec::new(),
        handling: None,
    }
}

/// Two customers at once at one address, told apart by ports; at 1,000 the first gives way to a
/// third.
fn records() -> Records {
    Records {
        bindings: vec![
            binding(1, (1024, 2047), span(0, 1000)),
            binding(2, (2048, 3071), span(0, 5000)),
            binding(3, (1024, 2047), span(1000, 5000)),
        ],
        leases: vec![
            lease(1, "line-1", span(-100, 1200)),
            lease(2, "line-2", Span { from: Some(at(-50)), until: None }),
            lease(3, "line-3", span(900, 6000)),
        ],
        seen: Vec::new(),
        kept: span(-100, 6000),
        uncertainty_micros: 0,
    }
}

fn names(flow: &Flow, records: &Records) -> Vec<String> {
    let found = join(std::slice::from_ref(flow), records).remove(0);
    found.held.into_iter().map(|held| held.subscriber.unwrap_or_default()).collect()
}

#[test]
fn a_port_and_a_time_tell_one_from_another() {
    let records = records();
    assert_eq!(names(&flow(Some(1500), 500, 0), &records), ["line-1"]);
    assert_eq!(names(&flow(Some(2500), 500, 0), &records), ["line-2"]);
    assert_eq!(names(&flow(Some(1500), 2000, 0), &records), ["line-3"]);
    assert_eq!(names(&flow(Some(9999), 500, 0), &records), [""; 0]);
    assert_eq!(names(&flow(None, 500, 0), &records), ["line-1", "line-2"], "no port: both");
    let near = names(&flow(Some(1500), 995, 10), &records);
    assert_eq!(near, ["line-1", "line-3"], "the clock's uncertainty reaches the next one");
}

#[test]
fn what_was_there_when_the_records_begin_says_nothing_of_the_time_before() {
    let mut records = records();
    records.bindings[0].span.from = None;
    assert_eq!(names(&flow(Some(1500), 500, 0), &records), ["line-1"]);
    let early = [flow(Some(1500), -90_000, 0)];
    let (_, answers) =
        propose(&early, &join(&early, &records), Disclose::default(), &mut |_| "S-1".to_owned());
    assert_eq!(answers[0].outcome, Outcome::NotRetained);
    assert!(answers[0].candidates.is_empty());
}

#[test]
fn a_connection_that_was_seen_comes_first() {
    let mut records = records();
    records.seen.push(Seen {
        source: inner(2),
        source_port: Some(50_000),
        destination: Some([198, 51, 100, 7].into()),
        destination_port: Some(443),
        at: at(500),
        place: place(900),
    });
    assert_eq!(names(&flow(None, 500, 0), &records), ["line-2", "line-1"]);
}

#[test]
fn what_is_told_is_what_a_person_disclosed() {
    let records = records();
    let flows = [flow(Some(1500), 500, 0), flow(None, 500, 0), flow(Some(9999), 500, 0)];
    let late = [flow(Some(1500), 90_000, 0)];
    let found = join(&flows, &records);
    let mut name = |_: &Held| "S-1".to_owned();
    let (status, answers) = propose(&flows, &found, Disclose::default(), &mut name);
    assert_eq!(status, AnswerStatus::Identified);
    let outcomes: Vec<Outcome> = answers.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Identified, Outcome::Ambiguous, Outcome::NotFound]);
    assert_eq!(answers[0].allocation, Allocation::Cgnat);
    assert_eq!(answers[0].disclosure, Disclosure::None);
    let told = format!("{answers:?}");
    assert!(!told.contains("line-") && !told.contains("100.64"), "{told}");
    assert!(answers[0].candidates[0].from.is_none());
    let all = Disclose { times: true, inner: true, subscriber: true, ..Disclose::default() };
    let (_, answers) = propose(&flows, &found, all, &mut name);
    let told = format!("{answers:?}");
    assert!(told.contains("line-1") && told.contains("100.64.0.1"), "{told}");
    assert_eq!(answers[0].disclosure, Disclosure::Plain);
    let found = join(&late, &records);
    let (_, answers) = propose(&late, &found, all, &mut name);
    assert_eq!(answers[0].outcome, Outcome::NotRetained, "nothing is kept of that time");
}

proptest! {
    /// Whoever really had the port at the time is among those that are found, and alone where the
    /// clock leaves no doubt.
    #[test]
    fn the_right_one_is_always_among_them(
        second in 1_i64..4990,
        second_block in any::<bool>(),
        port_known in any::<bool>(),
        uncertainty in 0_u64..20,
        off in -20_i64..20,
    ) {
        let records = records();
        let right = match (second_block, second < 1000) {
            (true, _) => "line-2",
            (false, true) => "line-1",
            (false, false) => "line-3",
        };
        let port = if second_block { 2100 } else { 1100 };
        let off = off.clamp(-i64::try_from(uncertainty).unwrap_or(0), i64::try_from(uncertainty).unwrap_or(0));
        let flow = flow(port_known.then_some(port), second + off, uncertainty);
        let found = names(&flow, &records);
        prop_assert!(found.iter().any(|name| name == right), "{found:?} has not {right}");
        let sure = port_known && (second_block || (second - 1000).abs() > 45);
        if sure {
            prop_assert_eq!(found.len(), 1);
        }
    }
}

//! Clocks of one agency compared by events that two sources saw.

use bakas_ingest::SkewSampler;
use bakas_model::{
    Activity, AgencyIx, Class, ClockBasis, Event, Place, Source, SourceIx, Status, Stream,
    Timestamp, case::ClockProposal,
};

fn event(
    source: u32,
    agency: u16,
    address: u32,
    path: &str,
    seconds: i64,
    see: impl FnOnce(&Event<'_>),
) {
    see(&Event {
        place: Place { source: SourceIx(source), ..Place::default() },
        agency: AgencyIx(agency),
        stream: Stream::Web,
        custom: None,
        time: Timestamp::from_seconds(1_767_225_600 + seconds),
        time_raw: "",
        class: Class::HttpActivity,
        activity: Activity::Request,
        status: Status::Success,
        src: Some(std::net::Ipv4Addr::from(0xcb00_7100 + address).into()),
        src_port: None,
        dst: None,
        dst_port: None,
        src_claimed: None,
        account: None,
        target: None,
        object: Some(path),
        agent: None,
        operation: "GET",
        host: None,
        http_status: None,
        bytes_out: None,
        fields: Vec::new(),
    });
}

fn sources(count: u32) -> Vec<Source> {
    (0..count).map(|ix| Source { ix: SourceIx(ix), ..Source::default() }).collect()
}

/// Events of `count` visitors seen by both, the second `shift` seconds later, with some jitter.
fn shared(sampler: &mut SkewSampler, (a, b): (u32, u32), count: u32, shift: i64) {
    for i in 0..count {
        let path = format!("/page/{i}");
        let at = i64::from(i) * 600;
        event(a, 0, i % 200, &path, at, |e| sampler.observe(e));
        event(b, 0, i % 200, &path, at + shift + i64::from(i % 3), |e| sampler.observe(e));
    }
}

fn check(proposals: &[ClockProposal], source: u32, against: u32, seconds: i64) {
    assert_eq!(proposals.len(), 1, "{proposals:?}");
    let found = &proposals[0];
    assert_eq!((found.source, found.against), (SourceIx(source), SourceIx(against)));
    let off = (found.offset_micros - seconds * 1_000_000).abs();
    assert!(off <= 1_000_000, "{found:?}");
    assert!(found.shared_events >= 20 && found.spread_micros <= 2_000_000, "{found:?}");
}

#[test]
fn a_clock_seven_minutes_fast_is_proposed() {
    let mut sampler = SkewSampler::new();
    shared(&mut sampler, (0, 1), 100, 420);
    check(&sampler.propose(&sources(2)), 1, 0, -421);
    // Somebody set the second clock by hand: then the first is in doubt.
    let mut known = sources(2);
    known[1].clock.basis = ClockBasis::Configured;
    check(&sampler.propose(&known), 0, 1, 421);
    known[1].clock.basis = ClockBasis::Assumed;
    known[1].provider = Some("x".into());
    check(&sampler.propose(&known), 0, 1, 421);
}

#[test]
fn the_one_that_fewer_agree_with_is_named() {
    let mut sampler = SkewSampler::new();
    shared(&mut sampler, (0, 1), 100, 420);
    shared(&mut sampler, (0, 2), 0, 0);
    for i in 0..100 {
        let at = i64::from(i) * 600 + 420;
        event(2, 0, i % 200, &format!("/page/{i}"), at, |e| sampler.observe(e));
    }
    check(&sampler.propose(&sources(3)), 0, 1, 421);
}

#[test]
fn a_wrong_zone_is_proposed() {
    let mut sampler = SkewSampler::new();
    shared(&mut sampler, (0, 1), 60, 8 * 3600);
    check(&sampler.propose(&sources(2)), 1, 0, -(8 * 3600 + 1));
}

#[test]
fn nothing_is_proposed_without_ground() {
    let mut few = SkewSampler::new();
    shared(&mut few, (0, 1), 15, 420);
    assert!(few.propose(&sources(2)).is_empty());
    let mut same = SkewSampler::new();
    shared(&mut same, (0, 1), 100, 0);
    assert!(same.propose(&sources(2)).is_empty());
    let mut known = SkewSampler::new();
    shared(&mut known, (0, 1), 100, 20);
    let mut doubtful = sources(2);
    doubtful[0].clock.uncertainty_micros = 30_000_000;
    assert!(known.propose(&doubtful).is_empty());
    assert_eq!(known.propose(&sources(2)).len(), 1);
    // Another agency's clock says nothing of ours.
    let mut apart = SkewSampler::new();
    for i in 0..100 {
        let path = format!("/page/{i}");
        event(0, 0, i, &path, i64::from(i) * 600, |e| apart.observe(e));
        event(1, 1, i, &path, i64::from(i) * 600 + 420, |e| apart.observe(e));
    }
    assert!(apart.propose(&sources(2)).is_empty());
}

#[test]
fn busy_keys_say_nothing() {
    let mut sampler = SkewSampler::new();
    for i in 0..400 {
        event(0, 0, 1, "/health", i * 60, |e| sampler.observe(e));
        event(1, 0, 1, "/health", i * 60 + 30, |e| sampler.observe(e));
    }
    assert!(sampler.propose(&sources(2)).is_empty());
}

#[test]
fn parts_join_in_any_order_and_memory_is_bounded() {
    let part = |range: std::ops::Range<u32>| {
        let mut sampler = SkewSampler::new();
        for i in range {
            let path = format!("/page/{i}");
            event(0, 0, i % 200, &path, i64::from(i) * 7, |e| sampler.observe(e));
            event(1, 0, i % 200, &path, i64::from(i) * 7 + 420, |e| sampler.observe(e));
        }
        sampler
    };
    let whole = part(0..60_000).propose(&sources(2));
    check(&whole, 1, 0, -420);
    let mut forth = part(0..20_000);
    forth.merge(part(20_000..60_000));
    let mut back = part(20_000..60_000);
    back.merge(part(0..20_000));
    assert_eq!((forth.propose(&sources(2)), back.propose(&sources(2))), (whole.clone(), whole));
}

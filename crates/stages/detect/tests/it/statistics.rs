//! Statistics: what is planted is found, what is clean is not, and how often chance alone is taken
//! for something.

use std::net::IpAddr;

use bakas_detect::{Context, Input, Rules};
use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Class, Country, Detection, Event, Field, Location,
    NetworkKind, Stream, Timestamp, Value,
};
use proptest::prelude::*;

use crate::events::{agency, bare, load, sign_in};

const BASES: &str = "title: In\nname: entered\ntags: [bakas.base]\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {activity_name: logon}\n  condition: s\n---\n\
    title: Flow\nname: flow\ntags: [bakas.base]\nlogsource: {product: ocsf, category: network_activity}\n\
    detection:\n  s: {class_uid: 4001}\n  condition: s\n---\n\
    title: Name\nname: name\ntags: [bakas.base]\nlogsource: {product: ocsf, category: dns_activity}\n\
    detection:\n  s: {class_uid: 4003}\n  condition: s\n---\n";
const DAY: i64 = 86_400;
/// A Monday, 00:00 UTC.
const START: i64 = 1_767_571_200;

fn statistic(body: &str) -> Rules {
    let body = body.trim().replace('\n', "\n  ");
    let text = format!("{BASES}title: S\nbakas_statistic:\n  base-rate: none\n  {body}\n");
    load(&text)
}

/// Detections of events, each with where it was.
fn found(rules: &Rules, events: &[(Event<'_>, Location)]) -> Vec<Detection> {
    let agency: Agency = agency();
    let (mut matcher, mut gatherer) = (rules.matcher(), rules.gatherer());
    let mut inputs: Vec<Input> = Vec::new();
    for (event, location) in events {
        let context = Context { location: *location, operator: None, agency: &agency };
        let matched = matcher.run(event, &context).to_vec();
        gatherer.gather(event, &context, &matched, &mut inputs);
    }
    inputs.sort_unstable();
    let mut all = Vec::new();
    rules.correlate(inputs.into_iter(), &mut |detection| all.push(detection));
    all
}

fn at(asn: u32, country: &str, kind: NetworkKind) -> Location {
    Location { asn: Some(Asn(asn)), country: Country::new(country), kind }
}

fn home() -> Location {
    at(64_500, "PH", NetworkKind::Telco)
}

fn flow(micros: i64, src: u8, dst: u8, port: u16) -> (Event<'static>, Location) {
    let mut event = bare(Stream::Flow, Class::NetworkActivity);
    event.time = Timestamp::from_micros(START * 1_000_000 + micros);
    event.place.offset = micros.unsigned_abs();
    event.activity = Activity::Other;
    event.src = Some(IpAddr::from([10, 0, 0, src]));
    event.dst = Some(IpAddr::from([198, 51, 100, dst]));
    event.dst_port = Some(port);
    (event, Location::default())
}

fn note<'d>(detection: &'d Detection, name: &str) -> &'d str {
    let found = detection.group.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("no {name}: {:?}", detection.group)).1
}

/// Random numbers from 0 to 1: SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The time to the next of events that come at random, so many seconds apart on average.
    fn wait(&mut self, mean_seconds: f64) -> i64 {
        (-(1.0 - self.next()).ln() * mean_seconds * 1e6) as i64
    }
}

const BEACON: &str = "type: beacon\nrules: [flow]\n\
    group-by: [src_endpoint.ip, dst_endpoint.ip, dst_endpoint.port]\nwindow: 1d";

/// A day of hits, the next after a time that depends on chance.
fn day(seed: u64, src: u8, next: impl Fn(&mut Chance) -> i64) -> Vec<(Event<'static>, Location)> {
    let mut chance = Chance(seed);
    let mut now = next(&mut chance);
    let mut all = Vec::new();
    while now < DAY * 1_000_000 {
        all.push(flow(now, src, 7, 443));
        now += next(&mut chance);
    }
    all
}

#[test]
fn hits_at_random_are_no_beacon() {
    let rules = statistic(BEACON);
    let mut days = 0;
    let mut taken = 0;
    for mean in [20.0, 60.0, 300.0, 1000.0, 2000.0] {
        for seed in 0..40 {
            days += 1;
            taken += found(&rules, &day(seed, 1, |chance| chance.wait(mean))).len();
        }
    }
    // With the fewest intervals that are judged, 24 to 60 of them, chance is highest.
    assert_eq!((days, taken), (200, 0));
}

#[test]
fn a_program_that_sleeps_with_jitter_is_a_beacon() {
    let rules = statistic(BEACON);
    let mut missed = 0;
    for seed in 0..50 {
        for seconds in [30.0, 300.0, 1800.0] {
            let next = |chance: &mut Chance| (seconds * (0.8 + 0.4 * chance.next()) * 1e6) as i64;
            let all = found(&rules, &day(seed, 1, next));
            missed += usize::from(all.len() != 1);
            if let [one] = all.as_slice() {
                assert!(note(one, "jitter").trim_end_matches(" %").parse::<u32>().unwrap() <= 16);
                let interval: f64 = note(one, "interval").trim_end_matches(" s").parse().unwrap();
                assert!((interval / seconds - 1.0).abs() < 0.2, "{interval} {seconds}");
            }
        }
    }
    assert!(missed <= 1, "{missed} of 150");
}

#[test]
fn a_beacon_is_seen_under_twofold_hits_and_pauses_and_over_days() {
    let rules = statistic(BEACON);
    let mut events = Vec::new();
    for n in 0..(3 * 144) {
        let micros = n * 600_000_000 + (n % 7) * 9_000_000;
        // The nights are silent, and every hit comes with another one at once.
        if n % 144 > 60 {
            events.push(flow(micros, 1, 7, 443));
            events.push(flow(micros + 300_000, 1, 7, 443));
        }
    }
    let all = found(&rules, &events);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0].count, events.len() as u64);
    let days = all[0].last.as_seconds() / DAY - all[0].first.as_seconds() / DAY;
    assert_eq!(days, 2);
}

#[test]
fn what_many_machines_do_towards_one_place_is_no_beacon() {
    let rules = statistic(BEACON);
    let regular = |src: u8| day(u64::from(src), src, |_| 300_000_000);
    let machines = |count: u8| (1..=count).flat_map(regular).collect::<Vec<_>>();
    assert_eq!(found(&rules, &machines(3)).len(), 3);
    assert_eq!(found(&rules, &machines(4)).len(), 0);
}

#[test]
fn a_scanner_is_told_from_a_busy_client() {
    let rules = statistic(
        "type: scan\nrules: [flow]\ngroup-by: [src_endpoint.ip]\n\
         fields: [dst_endpoint.ip, dst_endpoint.port]\nwindow: 1h\ntargets: 100",
    );
    let scan = |src: u8, ports: u16| -> Vec<_> {
        (0..ports).map(|port| flow(i64::from(port) * 1_000_000, src, 7, port + 1)).collect()
    };
    let all = found(&rules, &scan(1, 150));
    assert_eq!(note(&all[0], "targets"), "150");
    assert_eq!(found(&rules, &scan(1, 99)), vec![]);
    let busy: Vec<_> = (0..2000_i64)
        .map(|n| flow(n * 1_000_000, 2, (n % 20) as u8, 400 + (n % 6) as u16))
        .collect();
    assert_eq!(found(&rules, &busy), vec![]);
}

fn query(second: i64, name: &str) -> (Event<'_>, Location) {
    let mut event = bare(Stream::Dns, Class::DnsActivity);
    event.time = Timestamp::from_seconds(START + second);
    event.place.offset = second.unsigned_abs();
    event.fields = vec![Field::new("query", Value::Text(name))];
    (event, Location::default())
}

#[test]
fn a_tunnel_is_told_from_ordinary_names() {
    let rules =
        statistic("type: dns-tunnel\nrules: [name]\nfields: [query]\nwindow: 1h\nnames: 50");
    let mut chance = Chance(7);
    let mut random = |letters: usize| -> String {
        let alphabet = b"abcdefghijklmnopqrstuvwxyz234567";
        (0..letters).map(|_| char::from(alphabet[(chance.next() * 32.0) as usize])).collect()
    };
    let tunnel: Vec<String> =
        (0..80).map(|_| format!("{}.{}.t.example.com", random(40), random(30))).collect();
    let events: Vec<_> = (0..).zip(&tunnel).map(|(n, name)| query(n * 10, name)).collect();
    let all = found(&rules, &events);
    assert_eq!(all.len(), 1);
    assert_eq!((note(&all[0], "domain"), note(&all[0], "names")), ("example.com", "80"));
    assert_eq!(found(&rules, &events[..49]), vec![], "too few");
    let words: Vec<String> = (0..500)
        .map(|n| format!("www{}.department-of-labour.agency{}.gov.ph", n % 9, n % 40))
        .chain((0..500).map(|n| format!("mail{n}.example.com")))
        .collect();
    let ordinary: Vec<_> = (0..).zip(&words).map(|(n, name)| query(n, name)).collect();
    assert_eq!(found(&rules, &ordinary), vec![]);
    // One name asked for again and again is one name.
    let again: Vec<_> = (0..500).map(|n| query(n, &tunnel[0])).collect();
    assert_eq!(found(&rules, &again), vec![]);
}

fn entry(second: i64, account: &str, location: Location) -> (Event<'_>, Location) {
    let mut event = sign_in(second, [192, 0, 2, 1], account, true);
    event.place.offset = second.unsigned_abs();
    (event, location)
}

#[test]
fn nobody_is_said_to_have_travelled_where_one_could_have() {
    let rules =
        statistic("type: travel\nrules: [entered]\ngroup-by: [actor.user.name]\nspeed: 1000");
    let pair = |country: &str, minutes: i64| {
        let there = at(64_501, country, NetworkKind::Telco);
        found(&rules, &[entry(0, "ana", home()), entry(minutes * 60, "ana", there)])
    };
    let all = pair("DE", 60);
    assert_eq!(all.len(), 1);
    let speed: f64 = note(&all[0], "least speed").trim_end_matches(" km/h").parse().unwrap();
    assert!((5000.0..=10_300.0).contains(&speed), "{speed}");
    assert!(note(&all[0], "travel").starts_with("PH to DE: at least "));
    assert_eq!(all[0].count, 2);
    assert_eq!(pair("DE", 60 * 14), vec![], "a flight");
    assert_eq!(pair("MY", 5), vec![], "the next country may be next door");
    assert_eq!(pair("PH", 0), vec![]);
    assert_eq!(pair("ZZ", 5), vec![], "nobody knows where that is");
    let vpn = at(64_502, "DE", NetworkKind::Vpn);
    let through_vpn = [entry(0, "ana", home()), entry(60, "ana", vpn)];
    assert_eq!(found(&rules, &through_vpn), vec![], "a VPN's user is elsewhere");
    let rented = statistic(
        "type: travel\nrules: [entered]\ngroup-by: [actor.user.name]\nsubscribers: false",
    );
    assert_eq!(found(&rented, &through_vpn).len(), 1);
    assert_eq!(found(&rented, &[entry(0, "ana", home()), entry(60, "ben", vpn)]), vec![]);
}

#[test]
fn a_new_network_is_new_only_to_who_has_a_habit() {
    let rules = statistic(
        "type: new-value\nrules: [entered]\ngroup-by: [actor.user.name]\n\
         fields: [src_endpoint.autonomous_system.number]\nhits: 10\nhabit: 7d\nvalues: 3",
    );
    let stranger = at(64_999, "PH", NetworkKind::Telco);
    let days = |count: i64, networks: u32| -> Vec<_> {
        let network =
            move |n: i64| at(64_500 + n.unsigned_abs() as u32 % networks, "PH", NetworkKind::Telco);
        (0..count).map(move |n| entry(n * DAY, "ana", network(n))).collect()
    };
    let with = |mut events: Vec<(Event<'static>, Location)>, day: i64| {
        events.push(entry(day * DAY + 3600, "ana", stranger));
        events.push(entry(day * DAY + 7200, "ana", stranger));
        found(&rules, &events)
    };
    let all = with(days(20, 2), 20);
    assert_eq!((all.len(), all[0].count), (1, 2));
    assert_eq!(all[0].networks[0].value, Asn(64_999));
    assert_eq!(with(days(5, 2), 5), vec![], "no habit yet");
    assert_eq!(with(days(20, 9), 20), vec![], "who roams has no habit");
    assert_eq!(found(&rules, &days(40, 3)), vec![]);
}

const OUTLIER: &str = "type: outlier\nrules: [entered]\ngroup-by: [actor.user.name]\nper: 1d\nscore: 8\nleast: 20\nhistory: 7";

fn counts(per_day: &[i64]) -> Vec<(Event<'static>, Location)> {
    let days = (0_i64..).zip(per_day);
    days.flat_map(|(day, &count)| (0..count).map(move |n| entry(day * DAY + n * 60, "ana", home())))
        .collect()
}

#[test]
fn a_day_far_above_the_others_is_an_outlier() {
    let rules = statistic(OUTLIER);
    let spans = |per_day: &[i64]| -> Vec<(i64, u64)> {
        let all = found(&rules, &counts(per_day));
        all.iter().map(|d| ((d.first.as_seconds() - START) / DAY, d.count)).collect()
    };
    assert_eq!(spans(&[3, 4, 2, 5, 3, 4, 60, 3]), [(6, 60)]);
    assert_eq!(spans(&[3, 4, 2, 5, 3, 4, 19, 3]), [], "fewer than are judged");
    assert_eq!(spans(&[3, 4, 60]), [], "no history");
    assert_eq!(spans(&[100, 110, 95, 105, 98, 150, 102, 99]), [], "a busy day is no outlier");
    assert_eq!(spans(&[30, 0, 0, 0, 0, 0, 0, 0, 1]), [(0, 30)], "days without any count as zero");
    assert_eq!(spans(&[40, 50, 45, 60, 42, 55, 48, 900, 51, 1200]), [(7, 900), (9, 1200)]);
}

#[test]
fn a_rare_value_is_told_only_where_rarity_is_rare() {
    let rules = statistic(
        "type: rare\nrules: [entered]\ngroup-by: [actor.user.name]\nfields: [src_endpoint.ip]\n\
         hits: 2\nholders: 1\nfindings: 2\npopulation: 10",
    );
    let names: Vec<String> = (0..20).map(|n| format!("account-{n}")).collect();
    let all = |common: usize, rare: usize| -> Vec<(Event<'_>, Location)> {
        let mut events = Vec::new();
        for (n, name) in (0_i64..).zip(&names[..common + rare]) {
            let hits = if (n as usize) < common { 9 } else { 1 };
            events.extend((0..hits).map(|hit| entry(n * 1000 + hit, name, home())));
        }
        events
    };
    let accounts = |events: &[(Event<'_>, Location)]| -> Vec<String> {
        found(&rules, events).iter().map(|d| d.group[0].1.clone()).collect()
    };
    assert_eq!(accounts(&all(12, 1)), ["account-12"]);
    assert_eq!(accounts(&all(12, 2)), ["account-12", "account-13"]);
    assert_eq!(accounts(&all(12, 3)), [""; 0], "much is rare here");
    assert_eq!(accounts(&all(5, 1)), [""; 0], "too little is known");
    let mut other = all(12, 1);
    other.iter_mut().for_each(|(event, _)| event.agency = AgencyIx(1));
    other.extend(all(12, 1));
    assert_eq!(accounts(&other).len(), 2, "each agency by itself");
}

#[test]
fn a_statistic_says_how_often_it_errs_and_is_never_above_medium() {
    let text = |level: &str, rate: &str, more: &str| {
        format!(
            "{BASES}title: S\nlevel: {level}\nbakas_statistic:\n  type: scan\n  rules: [flow]\n  \
             group-by: [src_endpoint.ip]\n  fields: [dst_endpoint.ip]\n{rate}{more}"
        )
    };
    let problem = |text: String| {
        let (_, _, problems) = Rules::load([("s.yml".to_owned(), text)]);
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let rate = "  base-rate: two a day\n";
    let (rules, _, problems) = Rules::load([("s.yml".to_owned(), text("medium", rate, ""))]);
    assert_eq!(problems, vec![]);
    let meta = rules.metas().iter().find(|meta| meta.title == "S").unwrap();
    assert_eq!(meta.base_rate.as_deref(), Some("two a day"));
    assert!(meta.correlation && meta.tags.iter().any(|tag| tag == "bakas.statistic"));
    assert!(problem(text("high", rate, "")).contains("never above medium"));
    assert!(problem(text("low", "", "")).contains("base-rate"));
    assert!(problem(text("low", rate, "  window: soon\n")).contains("window"));
    assert!(problem(text("low", rate, "  windows: 1h\n")).contains("none of window"));
    assert!(problem(text("low", rate, "").replace("[flow]", "[flows]")).contains("no rule"));
    assert!(problem(text("low", rate, "").replace("type: scan", "type: luck")).contains("none of"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The sketch of intervals against the exact medians, sorted out.
    #[test]
    fn beacons_agree_with_exact_medians(
        waits in prop::collection::vec(10_000_000_i64..600_000_000, 30..120),
    ) {
        let mut now = 0;
        let mut events = vec![flow(0, 1, 7, 443)];
        let mut taken = Vec::new();
        for wait in waits {
            now += wait;
            if now >= DAY * 1_000_000 {
                break;
            }
            taken.push(wait as f64);
            events.push(flow(now, 1, 7, 443));
        }
        let median = |numbers: &mut Vec<f64>| {
            numbers.sort_unstable_by(f64::total_cmp);
            numbers[(numbers.len() - 1) / 2]
        };
        let middle = median(&mut taken);
        let mut apart: Vec<f64> = taken.iter().map(|wait| (wait - middle).abs()).collect();
        let jitter = median(&mut apart) / middle;
        // Steps of one per cent cannot tell what lies nearer to the bound.
        prop_assume!((jitter - 0.4).abs() > 0.02);
        let rules = statistic(&format!("{BEACON}\njitter: 0.4"));
        let is_beacon = !found(&rules, &events).is_empty();
        prop_assert_eq!(is_beacon, jitter < 0.4 && taken.len() >= 24);
    }
}

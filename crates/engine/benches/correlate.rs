//! Correlation at scale: events in no order, far more than fit in memory, through the matcher, the
//! spool and the windows. Prints times, bytes and the peak of memory. Not a test of anything.
//!
//! `BAKAS_BENCH_EVENTS` (100,000,000), `BAKAS_BENCH_GROUPS` (10,000,000; 1 makes one hot group),
//! `BAKAS_BENCH_WORKERS` (2), `BAKAS_BENCH_TEMP` (the system's folder for temporary files).

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench prints its figures, and stops where something fails"
)]

use std::{env, fmt::Write as _, fs, net::IpAddr, path::PathBuf, thread, time::Instant};

use bakas_detect::{Context, Held, Input, Rules};
use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Class, Country, Event, Location, NetworkKind, Place, SourceIx,
    Status, Stream, Timestamp,
};
use bakas_store::Spool;

const RULES: &str = "title: Failed\nname: failed\nlogsource: {product: ocsf, category: authentication}\n\
    detection:\n  s: {activity_name: logon, status: failure}\n  condition: s\n---\n\
    title: Many\ncorrelation:\n  type: value_count\n  rules: [failed]\n  group-by: [actor.user.name]\n  \
    timespan: 1d\n  condition: {field: src_endpoint.ip, gte: 4}\n";
const MEMORY_BYTES: usize = 192 << 20;
const MONTH_SECONDS: u64 = 30 * 86_400;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    // `cargo test` runs benches too, with this argument; it gets a small one.
    let is_test = env::args().any(|argument| argument == "--test");
    let (events, groups) = if is_test { (10_000, 1000) } else { (100_000_000, 10_000_000) };
    let events = number("BAKAS_BENCH_EVENTS", events);
    let groups = number("BAKAS_BENCH_GROUPS", groups);
    let workers = number("BAKAS_BENCH_WORKERS", 2).max(1);
    let temp = env::var("BAKAS_BENCH_TEMP").map_or_else(|_| env::temp_dir(), PathBuf::from);
    let (rules, _, problems) = Rules::load([("bench.yml".to_owned(), RULES.to_owned())]);
    assert!(problems.is_empty(), "{problems:?}");

    let start = Instant::now();
    let share = MEMORY_BYTES / workers as usize;
    let parts: Vec<Spool<Input>> = thread::scope(|scope| {
        let part = |worker| {
            let (rules, temp) = (&rules, &temp);
            scope.spawn(move || {
                let spool = Spool::new(temp, share, Input::weight);
                gather(rules, spool, (worker..events).step_by(workers as usize), groups)
            })
        };
        let all: Vec<_> = (0..workers).map(part).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut inputs = Spool::new(&temp, MEMORY_BYTES, Input::weight);
    parts.into_iter().for_each(|part| inputs.absorb(part).unwrap());
    let (count, spilled) = (inputs.len(), inputs.spilled_bytes());
    let gathered = start.elapsed();
    println!(
        "matched and sorted into runs: {count} inputs, {:.1} s, {:.1} bytes an input on disk, peak {} MiB",
        gathered.as_secs_f64(),
        spilled as f64 / count as f64,
        peak_mib()
    );
    let (mut detections, mut hits) = (0_u64, 0_u64);
    let sorted = inputs.into_sorted().unwrap().map(Result::unwrap);
    rules.correlate_with(sorted, &mut || Box::new(Held::default()), &mut |detection| {
        detections += 1;
        hits += detection.count;
    });
    let took = start.elapsed();
    println!(
        "merged and swept: {:.1} s, {detections} detections of {hits} hits; all {:.1} s, {:.0} inputs a second, peak {} MiB",
        (took - gathered).as_secs_f64(),
        took.as_secs_f64(),
        count as f64 / took.as_secs_f64(),
        peak_mib()
    );
}

/// Events whose time, account and address follow from their number, in no order.
fn gather(
    rules: &Rules,
    mut spool: Spool<Input>,
    numbers: impl Iterator<Item = u64>,
    groups: u64,
) -> Spool<Input> {
    let agency = Agency::default();
    let location =
        Location { asn: Some(Asn(64_500)), country: Country::new("PH"), kind: NetworkKind::Telco };
    let context = Context { location, operator: None, agency: &agency };
    let (mut matcher, mut gatherer) = (rules.matcher(), rules.gatherer());
    let (mut fresh, mut account) = (Vec::new(), String::new());
    for number in numbers {
        let random = mixed(number);
        account.clear();
        write!(account, "user{}", mixed(random) % groups).unwrap();
        let address = [198, 51, 100, (random >> 40) as u8];
        let micros = (random % (MONTH_SECONDS * 1_000_000)) as i64;
        let event = sign_in(number, micros, IpAddr::from(address), &account);
        let matched = matcher.run(&event, &context).to_vec();
        gatherer.gather(&event, &context, &matched, &mut fresh);
        fresh.drain(..).for_each(|input| spool.push(input).unwrap());
    }
    spool
}

fn sign_in(number: u64, micros: i64, src: IpAddr, account: &str) -> Event<'_> {
    Event {
        place: Place { source: SourceIx(3), offset: number * 110, length: 109 },
        agency: AgencyIx(0),
        stream: Stream::Sshd,
        custom: None,
        time: Timestamp::from_micros(1_767_225_600_000_000 + micros),
        time_raw: "",
        class: Class::Authentication,
        activity: Activity::Logon,
        status: Status::Failure,
        src: Some(src),
        src_port: None,
        dst: None,
        dst_port: None,
        src_claimed: None,
        account: Some(account),
        target: None,
        object: None,
        agent: None,
        operation: "password",
        host: None,
        http_status: None,
        bytes_out: None,
        fields: Vec::new(),
    }
}

/// The finaliser of SplitMix64.
const fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The most memory that this process has had, in MiB.
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

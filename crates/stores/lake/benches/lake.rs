//! Measures what it costs to keep web events and to find a few of them again.
//! `cargo bench -p bakas-lake -- [EVENTS]`. It asserts nothing about the time.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on says so by a panic")]
#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{collections::HashSet, net::IpAddr, time::Instant};

use bakas_lake::ParquetLake;
use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Class, Country, Event, Field, Location, NetworkKind, Place,
    SourceIx, Status, Stream, Timestamp, Value,
};
use bakas_store::{EventLake, Wanted, case_folder::list_files};

/// A line of an access log, made before the clock runs.
struct Line {
    time: i64,
    time_raw: String,
    src: IpAddr,
    target: String,
    agent: usize,
    referer: String,
    bytes: u64,
    status: u16,
}

const AGENTS: usize = 400;

impl Line {
    fn object(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

fn lines(count: u64) -> Vec<Line> {
    let mut seed = 42_u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    (0..count)
        .map(|n| {
            let time = 1_767_571_200 + (n / 40) as i64;
            let page = random(3000);
            Line {
                time,
                time_raw: format!(
                    "05/Jan/2026:{:02}:{:02}:{:02} +0800",
                    time / 3600 % 24,
                    time / 60 % 60,
                    time % 60
                ),
                src: IpAddr::from([203, 0, random(40) as u8, random(250) as u8]),
                target: match random(5) {
                    0 => format!("/services/welfare/claims/{}", random(200_000)),
                    1 => format!("/search?id={}&session={:x}", random(10_000_000), random(1 << 31)),
                    _ => format!("/assets/theme/page-{page}.css"),
                },
                agent: random(AGENTS as u64) as usize,
                referer: format!("https://www.welfare.example/page-{page}"),
                bytes: random(60_000),
                status: [200, 200, 200, 304, 404, 302][random(6) as usize],
            }
        })
        .collect()
}

fn write(lake: &ParquetLake, lines: &[Line], agents: &[String], first: u64) {
    let mut writer = lake.writer().unwrap();
    let mut fields = Vec::new();
    for (n, line) in (first..).zip(lines) {
        fields.clear();
        fields.extend([
            Field::new("cs-method", Value::Text("GET")),
            Field::new("cs-uri", Value::Text(&line.target)),
            Field::new("cs-uri-stem", Value::Text(line.object())),
            Field::new("sc-status", Value::Int(line.status.into())),
            Field::new("cs-user-agent", Value::Text(&agents[line.agent])),
            Field::new("cs-referer", Value::Text(&line.referer)),
            Field::new("cs-version", Value::Text("HTTP/1.1")),
        ]);
        let event = Event {
            place: Place { source: SourceIx(1), offset: n * 207, length: 206 },
            agency: AgencyIx(0),
            stream: Stream::Web,
            custom: None,
            time: Timestamp::from_seconds(line.time),
            time_raw: &line.time_raw,
            class: Class::HttpActivity,
            activity: Activity::Request,
            status: Status::Success,
            src: Some(line.src),
            src_port: None,
            dst: None,
            dst_port: None,
            src_claimed: None,
            account: None,
            target: None,
            object: Some(line.object()),
            agent: Some(&agents[line.agent]),
            operation: "GET",
            host: None,
            http_status: Some(line.status),
            bytes_out: Some(line.bytes),
            fields: std::mem::take(&mut fields),
        };
        let location = Location {
            asn: Some(Asn(64_500 + u32::from(line.bytes % 7 == 0))),
            country: Country::new("PH"),
            kind: NetworkKind::Telco,
        };
        writer.write(&event, location).unwrap();
        fields = recycle(event.fields);
    }
    writer.finish().unwrap();
}

/// Keeps the room of the fields for the next event, as a decoder does.
fn recycle<'a>(mut fields: Vec<Field<'_>>) -> Vec<Field<'a>> {
    fields.clear();
    fields.into_iter().map(|_| unreachable!("it was cleared")).collect()
}

/// Nanoseconds that this thread was on a core: what it costs, whatever else the machine does.
fn on_core() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

fn wanted(address: [u8; 4]) -> Wanted {
    Wanted { addresses: HashSet::from([IpAddr::from(address)]), accounts: HashSet::new() }
}

fn main() {
    let count = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(2_000_000);
    let lines = lines(count);
    let agents: Vec<String> = (0..AGENTS)
        .map(|n| {
            format!("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/{n}.0 Safari/537.36")
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let agency = Agency { id: "welfare".to_owned(), ..Agency::default() };
    for writers in [1, 2] {
        let dir = dir.path().join(writers.to_string());
        let lake = ParquetLake::new(&dir, std::slice::from_ref(&agency));
        let start = Instant::now();
        let cost: f64 = std::thread::scope(|scope| {
            let (lake, agents) = (&lake, &agents);
            let parts = lines.chunks(lines.len().div_ceil(writers)).enumerate();
            let threads: Vec<_> = parts
                .map(|(n, part)| {
                    scope.spawn(move || {
                        write(lake, part, agents, n as u64 * count);
                        on_core()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        let spent = start.elapsed();
        let bytes: u64 = list_files(&dir).unwrap().iter().map(|(_, bytes)| bytes).sum();
        println!(
            "write, {writers} writers: {:.3} us on a core an event, {:.2} M events/s, {:.1} bytes an event",
            cost / 1e3 / count as f64,
            count as f64 / spent.as_secs_f64() / 1e6,
            bytes as f64 / count as f64
        );
        for (what, address) in [("absent", [198, 51, 100, 1]), ("one address", [203, 0, 7, 7])] {
            let mut rows = 0;
            let start = on_core();
            lake.scan(&wanted(address), &mut |_| {
                rows += 1;
                Ok(())
            })
            .unwrap();
            let rate = count as f64 / (on_core() - start) * 1e3;
            println!("scan, {what}: {rate:.1} M rows/s a core, {rows} found");
        }
    }
}

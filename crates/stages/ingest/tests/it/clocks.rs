//! Clocks that do what clocks do: years that turn, seconds that leap, zones that shift, times that
//! jump. Events keep the time that was written, and none is lost.

use bakas_ingest::{Chunker, Decoder, Format, first_year};
use bakas_model::{Day, Source, Timestamp};
use bumpalo::Bump;

use crate::kit::{Outcome, read, read_from, source};

fn day(text: &str) -> Day {
    text.parse::<Timestamp>().unwrap().day()
}

fn syslog(time: &str) -> String {
    format!("{time} web1 sshd[1]: Failed password for root from 203.0.113.7 port 5 ssh2\n")
}

fn times(found: &Outcome) -> Vec<String> {
    assert!(found.rejects.is_empty(), "{:?}", found.rejects);
    found.events.iter().map(|event| event.row.time.to_string()).collect()
}

#[test]
fn the_year_turns_within_a_file() {
    let text = ["Dec 30 23:59:59", "Dec 31 23:59:59", "Jan  1 00:00:00", "Jan 31 08:00:00"]
        .map(syslog)
        .concat();
    assert_eq!(
        times(&read(Format::Syslog, text)),
        [
            "2025-12-30T23:59:59Z",
            "2025-12-31T23:59:59Z",
            "2026-01-01T00:00:00Z",
            "2026-01-31T08:00:00Z"
        ]
    );
}

#[test]
fn a_file_over_several_years() {
    // Three years, with a leap day, in more than one chunk.
    let mut text = String::new();
    let mut expected = Vec::new();
    for date in 19_580..20_485 {
        let (year, month, day) = Day(date).civil();
        let name =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
                [usize::from(month) - 1];
        for hour in 0..72 {
            let (hour, minute) = (hour / 3, hour % 3 * 20);
            text += &syslog(&format!("{name} {day:2} {hour:02}:{minute:02}:00"));
            expected.push(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z"));
        }
    }
    assert!(text.len() > bakas_ingest::CHUNK_BYTES, "several chunks");
    let reference = day("2026-02-01");
    let first = first_year(text.as_bytes(), reference).unwrap();
    assert_eq!(first, Some(2023));
    let mut found = Outcome::default();
    let mut chunker = Chunker::new(Format::Syslog, text.as_bytes()).beginning_in(2023);
    let mut chunks = Vec::new();
    while let Some(chunk) = chunker.next(Vec::new()).unwrap() {
        chunks.push(chunk);
    }
    // Any decoder may read any chunk, in any order.
    for chunk in chunks.iter().rev() {
        let mut one = Outcome::default();
        Decoder::new(&source(), Format::Syslog).decode(chunk, &Bump::new(), &mut one);
        one.events.append(&mut found.events);
        found.events = one.events;
    }
    assert_eq!(times(&found), expected);
}

#[test]
fn first_years_of_odd_files() {
    let reference = day("2026-02-01");
    let of = |lines: &[&str]| {
        let text: String = lines.iter().map(|line| syslog(line)).collect();
        first_year(text.as_bytes(), reference).unwrap()
    };
    assert_eq!(of(&[]), None);
    assert_eq!(of(&["2026-01-05T08:00:00Z"]), None);
    assert_eq!(of(&["Jan  5 08:00:00"]), Some(2026));
    assert_eq!(of(&["Mar  5 08:00:00"]), Some(2025));
    assert_eq!(
        of(&["Dec 31 08:00:00", "Jan  1 08:00:00", "Dec 31 23:59:59", "Jan  1 08:00:00"]),
        Some(2025)
    );
}

#[test]
fn leap_seconds_are_the_next_minute() {
    let next = "2017-01-01T00:00:00Z";
    let access = r#"203.0.113.7 - - [31/Dec/2016:23:59:60 +0000] "GET / HTTP/1.1" 200 5"#;
    assert_eq!(times(&read(Format::Combined, access)), [next]);
    let iso = syslog("2016-12-31T23:59:60.5Z");
    assert_eq!(times(&read(Format::Syslog, iso)), ["2017-01-01T00:00:00.500Z"]);
    let mut source = Source::default();
    source.clock.year_reference = Some(day("2017-01-01"));
    let found = read_from(&source, Format::Syslog, syslog("Dec 31 23:59:60").as_bytes());
    assert_eq!(times(&found), [next]);
    assert_eq!(found.events[0].time_raw, "Dec 31 23:59:60", "as written");
    source.clock.zone = Some("Asia/Manila".into());
    let found = read_from(&source, Format::Syslog, syslog("Jan  1 07:59:60").as_bytes());
    assert_eq!(times(&found), [next]);
    assert_eq!(read(Format::Syslog, syslog("Dec 31 23:59:61")).rejects.len(), 1);
}

#[test]
fn a_clock_that_jumps_back_loses_nothing() {
    let text = ["Jan 10 08:00:00", "Jan 10 07:00:00", "Jan  9 23:00:00", "Jan 10 08:00:01"]
        .map(syslog)
        .concat();
    let found = read(Format::Syslog, text);
    assert_eq!(
        times(&found),
        [
            "2026-01-10T08:00:00Z",
            "2026-01-10T07:00:00Z",
            "2026-01-09T23:00:00Z",
            "2026-01-10T08:00:01Z"
        ]
    );
    assert_eq!(found.events.iter().map(|e| e.line).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn summer_time_begins_and_ends() {
    let mut source = Source::default();
    source.clock.zone = Some("Europe/Berlin".into());
    let text = [
        "2026-03-29 01:59:59",
        "2026-03-29 02:30:00",
        "2026-03-29 03:00:00",
        "2026-10-25 02:30:00",
        "2026-10-25 03:00:00",
    ]
    .map(syslog)
    .concat();
    // What does not exist is read as if the clock had gone on; what exists twice, as the first.
    assert_eq!(
        times(&read_from(&source, Format::Syslog, text.as_bytes())),
        [
            "2026-03-29T00:59:59Z",
            "2026-03-29T01:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:00:00Z"
        ]
    );
}

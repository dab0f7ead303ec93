//! A bundle of any size is read in bounded memory. The bundle is made while it is read, and a
//! process of its own reads it, whose peak of memory the system tells.

use std::{
    env, fs,
    io::{self, Read},
    process::Command,
};

use bakas_exchange::{Limits, stix};
use bakas_model::exchange::Content;

/// Megabytes of the everyday bundle; `BAKAS_EXCHANGE_BIG=500` for the big one.
const EVERYDAY: u64 = 24;

/// A bundle of another sender, as long as is wished: indicators, observations, malware that nobody
/// here knows, and at the end a report that names everything.
struct Made {
    wanted: u64,
    given: u64,
    number: u64,
    pending: Vec<u8>,
    at: usize,
    stage: Stage,
}

#[derive(PartialEq)]
enum Stage {
    Objects,
    Report,
    Refs(u64),
    Over,
}

impl Made {
    fn new(wanted: u64) -> Self {
        let start = b"{\"type\":\"bundle\",\"id\":\"bundle--00000000-0000-4000-8000-000000000000\",\"objects\":[".to_vec();
        Self { wanted, given: 0, number: 0, pending: start, at: 0, stage: Stage::Objects }
    }

    fn uuid(number: u64) -> String {
        format!("00000000-0000-4000-8000-{number:012x}")
    }

    fn more(&mut self) -> String {
        let time = "2026-01-31T08:00:00.123456Z";
        let n = self.number;
        match self.stage {
            Stage::Objects => {
                let words = "lorem ipsum 電信 ".repeat(12);
                let common = concat!(
                    "\"spec_version\":\"2.1\",\"created\":\"2026-01-31T08:00:00.000Z\",",
                    "\"modified\":\"2026-01-31T08:00:00.000Z\",\"object_marking_refs\":",
                    "[\"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421\"]"
                );
                let id = Self::uuid(n);
                let address = format!("198.51.{}.{}", (n >> 8) & 255, n & 255);
                let object = match n % 4 {
                    0 => format!(
                        "{{\"type\":\"ipv4-addr\",\"id\":\"ipv4-addr--{id}\",\"value\":\"{address}\"}}"
                    ),
                    1 => format!(
                        "{{\"type\":\"observed-data\",\"id\":\"observed-data--{id}\",{common},\"first_observed\":\"{time}\",\"last_observed\":\"{time}\",\"number_observed\":3,\"object_refs\":[\"ipv4-addr--{}\"],\"x_words\":\"{words}\"}}",
                        Self::uuid(n - 1)
                    ),
                    2 => format!(
                        "{{\"type\":\"indicator\",\"id\":\"indicator--{id}\",{common},\"pattern_type\":\"stix\",\"pattern\":\"[domain-name:value = 'h{n}.example']\",\"valid_from\":\"{time}\",\"description\":\"{words}\"}}"
                    ),
                    _ => format!(
                        "{{\"type\":\"malware\",\"id\":\"malware--{id}\",{common},\"is_family\":false,\"description\":\"{words}{words}\"}}"
                    ),
                };
                self.number += 1;
                if self.given > self.wanted {
                    self.stage = Stage::Report;
                }
                format!("{}{object}\n", if n == 0 { "" } else { "," })
            }
            Stage::Report => {
                self.stage = Stage::Refs(0);
                format!(
                    ",{{\"type\":\"report\",\"id\":\"report--{}\",\"spec_version\":\"2.1\",\"created\":\"{time}\",\"modified\":\"{time}\",\"published\":\"{time}\",\"name\":\"all\",\"object_refs\":[",
                    Self::uuid(n)
                )
            }
            Stage::Refs(at) if at < self.number => {
                self.stage = Stage::Refs(at + 1);
                let kind =
                    ["ipv4-addr", "observed-data", "indicator", "malware"][(at % 4) as usize];
                format!("{}\"{kind}--{}\"", if at == 0 { "" } else { "," }, Self::uuid(at))
            }
            Stage::Refs(_) => {
                self.stage = Stage::Over;
                "]}]}".to_owned()
            }
            Stage::Over => String::new(),
        }
    }
}

impl Read for Made {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.pending.len() {
            self.pending = self.more().into_bytes();
            self.at = 0;
        }
        let rest = &self.pending[self.at..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        self.given += count as u64;
        Ok(count)
    }
}

/// The most memory that this process has had, in megabytes.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024)
}

/// Reads the bundle and says how much memory that took. Run by the test below, in a process.
#[test]
#[ignore = "the other test runs it in a process of its own"]
fn the_process_that_reads() {
    let Some(megabytes) =
        env::var("BAKAS_EXCHANGE_MEGABYTES").ok().and_then(|m| m.parse::<u64>().ok())
    else {
        return;
    };
    let before = peak().unwrap();
    let mut made = Made::new(megabytes << 20);
    let taken = stix::decode_stream(&mut made, &Limits::default()).unwrap();
    let Content::Extract(extract) = &taken.packages[0].content else { panic!() };
    let expected = (made.number / 4) as usize;
    // Every fourth object is an indicator of its own; addresses repeat.
    assert!(extract.observables.len() >= expected, "{}", extract.observables.len());
    println!("bytes {} objects {} memory {}", made.given, made.number, peak().unwrap() - before);
}

#[test]
fn a_big_bundle_is_read_in_bounded_memory() {
    if peak().is_none() {
        println!("skipped: this system does not tell a process's memory");
        return;
    }
    let named = env::var("BAKAS_EXCHANGE_BIG").ok().and_then(|text| text.parse::<u64>().ok());
    let megabytes = named.unwrap_or(EVERYDAY);
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "stix_stream::the_process_that_reads", "--ignored", "--nocapture"])
        .env("BAKAS_EXCHANGE_MEGABYTES", megabytes.to_string())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let memory = told.split("memory ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let memory: u64 = memory.unwrap().parse().unwrap();
    println!("{told}");
    // What is kept, its growing tables, the packages made of it, and one object.
    let most = (megabytes * 2 + 32).min(2 * (stix::KEPT_BYTES_LIMIT as u64 >> 20) + 256);
    assert!(memory < most, "{memory} MB for a bundle of {megabytes} MB, {most} allowed");
}

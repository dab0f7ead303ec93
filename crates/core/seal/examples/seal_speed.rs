//! How long sealing takes: records of an access log through hashing and tree on one thread, with the
//! parts apart. `cargo run --release -p bakas-seal --example seal_speed [RECORDS]`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::hint::black_box;

use bakas_seal::{
    record::{Field, Sealer, Secret},
    tree::Growth,
};
use sha2::{Digest, Sha256, Sha512};

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";

fn line(n: u64) -> String {
    let (a, b) = (n / 250 % 250, n % 250);
    format!(
        "192.0.{a}.{b} - - [05/Jan/2026:08:00:{:02} +0800] \"GET /apply/form/{n}?step=2&lang=fil \
         HTTP/1.1\" 200 {} \"https://welfare.example/apply/\" \"{AGENT}\"",
        n % 60,
        1000 + n % 9000
    )
}

/// CPU time of this thread in seconds: other work on the machine does not count.
fn now() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let nanos = text.split(' ').next().and_then(|n| n.parse::<u64>().ok()).expect("a number");
    nanos as f64 / 1e9
}

fn main() {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000_u64);
    let lines: Vec<String> = (0..10_000).map(line).collect();
    let bytes: usize = lines.iter().map(String::len).sum::<usize>() * (count as usize / 10_000);
    let all = || (0..count).map(|n| (n, &lines[n as usize % lines.len()]));
    let per = |what: &str, begun: f64| {
        let seconds = now() - begun;
        println!(
            "{what:<34} {:>7.3} µs a record, {:>9.0} records/s",
            seconds * 1e6 / count as f64,
            count as f64 / seconds
        );
    };
    let begun = now();
    for (_, line) in all() {
        black_box(Sha256::digest(line.as_bytes()));
    }
    per("SHA-256 of the line alone", begun);
    let begun = now();
    let mut whole = Sha512::new();
    for (_, line) in all() {
        whole.update(line.as_bytes());
    }
    black_box(whole.finalize());
    per("SHA-512 of the whole input", begun);
    let begun = now();
    let mut whole = Sha256::new();
    for (_, line) in all() {
        whole.update(line.as_bytes());
    }
    black_box(whole.finalize());
    let speed = bytes as f64 / (now() - begun) / 1e6;
    per("SHA-256 of the whole input", begun);
    println!("{:<34} {speed:>7.0} MB/s", "");
    let mut sealer = Sealer::new(0, &Secret::new([7; 32]));
    let begun = now();
    for (n, line) in all() {
        sealer.begin(n * 300, line.len() as u32, line.as_bytes());
        if n % 4000 == 3999 {
            black_box(sealer.finish().count());
        }
    }
    per("salts and the record's bytes", begun);
    let begun = now();
    let mut growth = Growth::default();
    for (n, line) in all() {
        sealer.begin(n * 300, line.len() as u32, line.as_bytes());
        let fields = [
            (Field::Time, "2026-01-05T00:00:00Z"),
            (Field::Src, "192.0.2.1"),
            (Field::Action, "GET 200"),
            (Field::Object, "/apply/form/1?step=2&lang=fil"),
            (Field::Agent, AGENT),
        ];
        for (field, text) in fields {
            sealer.field(field, 0, |out| out.extend_from_slice(text.as_bytes()));
        }
        if n % 4000 == 3999 {
            for sealed in sealer.finish() {
                growth.push(sealed.leaf, &mut |_, _| Ok(())).expect("room");
            }
        }
    }
    black_box(growth.root());
    per("all: 5 fields, leaf, tree", begun);
    let begun = now();
    tree(count);
    per("the tree alone", begun);
}

fn tree(count: u64) {
    let mut growth = Growth::default();
    for n in 0..count {
        let mut leaf = [0; 32];
        leaf[..8].copy_from_slice(&n.to_le_bytes());
        growth.push(leaf, &mut |_, _| Ok(())).expect("room");
    }
    black_box(growth.root());
}

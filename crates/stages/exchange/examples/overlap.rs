//! How long an overlap check takes: `overlap [OURS] [THEIRS]`, both sides one after the other on
//! all cores of this machine. It measures; whether the result is right the tests say.

#![expect(clippy::print_stdout, reason = "a program that measures")]

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use bakas_exchange::overlap::{
    Check, Claimed, Hands, Observable, Own, Seed, Session, answer, ask, close, finish,
};
use bakas_model::Timestamp;
use bakas_seal::SigningKey;

/// All cores.
struct Cores;

impl Hands for Cores {
    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let run = || {
            while let Some(part) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < parts)
            {
                work(part);
            }
        };
        thread::scope(|scope| {
            for _ in 1..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(run);
            }
            run();
        });
    }
}

/// Addresses, the half of them the same in both lists.
fn list(count: u32, from: u32) -> Result<Own, Box<dyn std::error::Error>> {
    let address =
        |n: u32| Observable::from(std::net::IpAddr::from((0xC612_0000 + n).to_be_bytes()));
    Ok(Own::new((from..from + count).map(address))?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counts: Result<Vec<u32>, _> = std::env::args().skip(1).map(|text| text.parse()).collect();
    let counts = counts?;
    let ours = counts.first().copied().unwrap_or(100_000);
    let theirs = counts.get(1).copied().unwrap_or(ours);
    let (own, other) = (list(ours, 0)?, list(theirs, ours / 2)?);
    let ana = SigningKey::new("ana.example", &[1; 32])?;
    let ben = SigningKey::new("ben.example", &[2; 32])?;
    let (seed_a, seed_b) = (Seed([3; 32]), Seed([4; 32]));
    let now = Timestamp::from_seconds(1_767_600_000);
    let (to_b, to_a) = (ben.public(), ana.public());
    let a = Check { own: &own, key: &ana, other: &to_b, seed: &seed_a, now, hands: &Cores };
    let b = Check { own: &other, key: &ben, other: &to_a, seed: &seed_b, now, hands: &Cores };
    let began = Instant::now();
    let told = |what: &str, bytes: &[u8]| {
        println!("{:6.1} s  {what}, {} bytes", began.elapsed().as_secs_f64(), bytes.len());
    };
    let asked = ask(&a, Session([5; 32]))?;
    told("A asked", &asked);
    let asked = Claimed::read(&asked)?.verified(&to_a)?;
    let answered = answer(&b, &asked)?;
    told("B answered and asked back", &answered);
    let answered = Claimed::read(&answered)?.verified(&to_b)?;
    let (closing, found) = close(&a, &asked, &answered)?;
    told("A knows, and closed", &closing);
    let closing = Claimed::read(&closing)?.verified(&to_a)?;
    let other = finish(&b, &answered, &closing)?;
    told("B knows", &[]);
    println!("shared: {} and {}", found.shared.len(), other.shared.len());
    Ok(())
}

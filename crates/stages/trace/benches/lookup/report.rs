//! Rounds in turn, the thread's own processor time, and the figures as Markdown.

use std::{hint::black_box, net::IpAddr, time::Duration};

use bakas_trace::Table;
use rustix::time::{ClockId, clock_gettime};

/// Rounds of every contender; the least counts.
const ROUNDS: usize = 24;
/// Addresses of a round, each round the next of all: so few that a busy machine lets some rounds
/// run to their end undisturbed.
const AT_ONCE: usize = 3 << 16;

/// Answers for addresses, and gives a number so that nothing is left out.
type Ask<'a> = dyn Fn(&[IpAddr]) -> u32 + 'a;

/// Something that answers for an address.
pub(crate) struct Contender<'a> {
    name: &'static str,
    ask: Box<Ask<'a>>,
}

/// Figures of one table.
pub(crate) struct Report {
    title: String,
    rows: Vec<(&'static str, f64)>,
}

impl<'a> Contender<'a> {
    /// One that is asked for many at once.
    pub(crate) fn together(name: &'static str, ask: impl Fn(&[IpAddr]) -> u32 + 'a) -> Self {
        Self { name, ask: Box::new(ask) }
    }

    /// One that is asked for one address after the other.
    pub(crate) fn new(name: &'static str, ask: impl Fn(IpAddr) -> u32 + 'a) -> Self {
        let all = move |asked: &[IpAddr]| {
            asked.iter().fold(0_u32, |sum, &address| sum.wrapping_add(ask(address)))
        };
        Self { name, ask: Box::new(all) }
    }
}

impl Report {
    pub(crate) fn new(title: &str) -> Self {
        Self { title: title.to_owned(), rows: Vec::new() }
    }

    /// Asks all of them in turn, several times.
    pub(crate) fn run(&mut self, contenders: &mut [Contender<'_>], asked: &[IpAddr]) {
        let mut least = vec![f64::MAX; contenders.len()];
        for asked in asked.chunks(AT_ONCE).cycle().take(ROUNDS) {
            for (contender, least) in contenders.iter().zip(&mut least) {
                // The one before left nothing of ours in the caches.
                let (warm, asked) = asked.split_at(asked.len() / 3);
                black_box((contender.ask)(black_box(warm)));
                let start = thread_time();
                black_box((contender.ask)(black_box(asked)));
                let spent = thread_time().saturating_sub(start);
                *least = least.min(spent.as_nanos() as f64 / asked.len() as f64);
            }
        }
        self.rows = contenders.iter().map(|contender| contender.name).zip(least).collect();
    }

    pub(crate) fn print(&self) {
        let floor =
            self.rows.iter().find(|(name, _)| name.starts_with("floor") && name.contains("256"));
        println!("**{}**\n", self.title);
        println!("| | ns | million a second | × floor (256 MiB) |\n|---|---:|---:|---:|");
        for (name, ns) in &self.rows {
            let times = floor.map_or("–".to_owned(), |(_, floor)| format!("{:.1}", ns / floor));
            println!("| {name} | {ns:.1} | {:.1} | {times} |", 1000.0 / ns);
        }
        println!();
    }
}

/// What the parts of the table weigh.
pub(crate) fn sizes(table: &Table) {
    let mib = |bytes: usize| bytes as f64 / f64::from(1 << 20);
    let sections: Vec<(String, usize)> = table.sections().collect();
    let sum = |of: &dyn Fn(&str) -> bool| -> usize {
        sections.iter().filter(|(tag, _)| of(tag)).map(|(_, bytes)| bytes).sum()
    };
    let shared = |tag: &str| matches!(tag, "COMB" | "HIST" | "CTXT" | "OPER" | "TRAI" | "KIND");
    println!("| part of the table | MiB |\n|---|---:|");
    println!("| IPv4, all epochs | {:.2} |", mib(sum(&|tag| tag.starts_with("M4"))));
    println!("| IPv6, all epochs | {:.2} |", mib(sum(&|tag| tag.starts_with("M6"))));
    println!("| combinations, histories, operators (both) | {:.2} |", mib(sum(&shared)));
    println!("| words, packed | {:.2} |", mib(sum(&|tag| tag == "TEXT")));
    println!("| all | {:.2} |\n", mib(sum(&|_| true)));
}

/// How long opening takes: the first time, and when the pages are there.
pub(crate) fn opening() {
    let mut least = Duration::MAX;
    let mut most = Duration::ZERO;
    for _ in 0..20 {
        let start = thread_time();
        black_box(Table::embedded().expect("the embedded table is sound"));
        let spent = thread_time().saturating_sub(start);
        least = least.min(spent);
        most = most.max(spent);
    }
    println!("Opening the embedded table: {least:.1?} to {most:.1?} of processor time.\n");
}

/// The processor time of this thread so far.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

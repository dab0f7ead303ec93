//! Measures how fast a file is cut and decoded: `cargo run --release --example rate -- FORMAT FILE [TIMES]`.
//! It is not the benchmark of the whole way; `make bench` is.

use std::{fs, process::ExitCode, time::Instant};

use bakas_ingest::{Chunker, Decoder, Format, Sink};
use bakas_model::{Event, Reject, Source};

#[derive(Default)]
struct Count {
    events: u64,
    rejects: u64,
    sum: u64,
}

impl Sink for Count {
    fn event(&mut self, event: &Event<'_>, _: u64) {
        self.events += 1;
        self.sum = self.sum.wrapping_add(event.fields.len() as u64 + event.time.as_micros() as u64);
    }
    fn reject(&mut self, _: Reject) {
        self.rejects += 1;
    }
}

#[expect(clippy::print_stderr, reason = "it reports to a person")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [format, path, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: rate FORMAT FILE [TIMES]");
        return ExitCode::from(2);
    };
    let (Some(format), Ok(bytes)) = (Format::from_name(format), fs::read(path)) else {
        eprintln!("no such format or file");
        return ExitCode::from(2);
    };
    let times: u32 = rest.first().and_then(|n| n.parse().ok()).unwrap_or(20);
    let mut decoder = Decoder::new(&Source::default(), format);
    let (mut count, mut arena, mut buffer) = (Count::default(), bumpalo::Bump::new(), Vec::new());
    let start = Instant::now();
    let mut cutting = std::time::Duration::ZERO;
    for _ in 0..times {
        let mut chunker = Chunker::new(format, bytes.as_slice());
        loop {
            let before = Instant::now();
            let Ok(Some(chunk)) = chunker.next(std::mem::take(&mut buffer)) else { break };
            cutting += before.elapsed();
            decoder.decode(&chunk, &arena, &mut count);
            arena.reset();
            buffer = chunk.bytes;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = bytes.len() as f64 * f64::from(times) / 1e6;
    eprintln!(
        "{:.0} MB/s, {:.3} µs an event (cutting {:.3}), {} events, {} rejects ({})",
        megabytes / seconds,
        seconds * 1e6 / count.events.max(1) as f64,
        cutting.as_secs_f64() * 1e6 / count.events.max(1) as f64,
        count.events,
        count.rejects,
        count.sum % 10,
    );
    ExitCode::SUCCESS
}

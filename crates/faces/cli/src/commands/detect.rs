//! `bakas detect`.

use std::io::{BufWriter, Write as _, stdout};

use bakas_engine::{detect, rulebook, trace};

use crate::{Desk, args::Detect, commands::investigate::threads, exit::Exit, progress::Progress};

pub(crate) fn run(desk: &Desk<'_>, asked: &Detect) -> anyhow::Result<Exit> {
    let book = rulebook::load(asked.rules.is_empty(), &asked.rules)?;
    let table = trace::table()?;
    let request = detect::Request {
        inputs: &asked.paths,
        config: asked.config.as_deref(),
        rules: &book.rules,
        threads: threads(asked.threads),
    };
    let mut out = BufWriter::with_capacity(1 << 20, stdout());
    let progress = Progress::new(desk.quiet);
    let detected = detect::run(&request, &table, &progress, desk.stop, &mut out)?;
    out.flush()?;
    drop(progress);
    let unsupported: u64 = book.counts.unsupported.values().sum();
    desk.screen.note(&format!(
        "{} findings in {} events; {} records could not be read; {} rules asked \
         ({} correlations were not: they need investigate), {unsupported} not supported",
        detected.findings,
        detected.events,
        detected.rejects,
        book.counts.loaded - book.counts.correlations,
        book.counts.correlations,
    ));
    let failed = asked.fail_on.is_some_and(|level| detected.highest >= Some(level));
    Ok(if failed { Exit::Findings } else { Exit::Done })
}

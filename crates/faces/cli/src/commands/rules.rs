//! `bakas rules`: what became of each rule.

use bakas_engine::rulebook;

use crate::{Desk, args::RulesCheck, exit::Exit, output::visible};

pub(crate) fn run(desk: &Desk<'_>, asked: &RulesCheck) -> anyhow::Result<Exit> {
    let book = rulebook::load(asked.paths.is_empty(), &asked.paths)?;
    if desk.screen.json {
        desk.screen.line(&book.counts)?;
        return Ok(Exit::Done);
    }
    for problem in &book.problems {
        desk.screen.text(&visible(&problem.to_string()))?;
    }
    let counts = &book.counts;
    desk.screen.text(&format!(
        "{} files: {} rules loaded, {} of them correlations; {} for log sources that Bakas does \
         not read",
        counts.files, counts.loaded, counts.correlations, counts.not_applicable
    ))?;
    for (reason, number) in &counts.unsupported {
        desk.screen.text(&visible(&format!("{number:>6} not loaded: {reason}")))?;
    }
    Ok(Exit::Done)
}

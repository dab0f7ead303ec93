//! `bakas investigate`: the main job.

use std::thread::available_parallelism;

use bakas_engine::{clock::SystemClock, investigate, rulebook::Given};

use crate::{Desk, args::Investigate, exit::Exit, progress::Progress};

pub(crate) fn run(desk: &Desk<'_>, asked: Investigate) -> anyhow::Result<Exit> {
    let request = investigate::Request {
        inputs: asked.paths,
        out: asked.out,
        given: Given {
            builtin: !asked.no_builtin_rules,
            rules: asked.rules,
            pipelines: asked.knowledge.pipeline,
            placeholders: asked.knowledge.placeholders,
        },
        formats: asked.knowledge.formats,
        config: asked.config,
        data: asked.data,
        replace: asked.replace,
        threads: threads(asked.threads),
        key: asked.key,
        seal_seed: None,
        arguments: desk.arguments.clone(),
    };
    let progress = Progress::new(desk.quiet);
    let tools = investigate::Tools {
        lakes: desk.lakes,
        observer: &progress,
        stop: desk.stop,
        clock: &SystemClock,
    };
    let done = investigate::run(&request, &tools)?;
    drop(progress);
    if desk.screen.json {
        desk.screen.line(&done.case)?;
    } else if !desk.quiet {
        desk.screen.text(&done.briefing(desk.screen.width(), desk.screen.colour))?;
    }
    let grave = |level| done.case.incidents.iter().any(|incident| incident.severity >= level);
    Ok(if asked.fail_on.is_some_and(grave) {
        Exit::Findings
    } else if asked.strict && done.case.counts.rejects > 0 {
        Exit::Partly
    } else {
        Exit::Done
    })
}

/// As many threads as asked for, or as there are cores.
pub(crate) fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| available_parallelism().map_or(2, usize::from)).clamp(1, 256)
}

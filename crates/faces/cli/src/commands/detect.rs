//! `bakas detect`.

use std::io::{BufWriter, Write as _, stdout};

use bakas_engine::{
    data,
    detect::{self, Asked, Detected, Explained},
    networks::OnDemand,
    rulebook::Given,
};

use crate::{
    Desk,
    args::Detect,
    commands::{investigate::threads, rules},
    exit::Exit,
    output::visible,
    progress::Progress,
};

/// Rules that are named where their fields never occurred.
const NEVER_SEEN_SHOWN: usize = 5;

pub(crate) fn run(desk: &Desk<'_>, asked: Detect) -> anyhow::Result<Exit> {
    let given = Given {
        builtin: asked.rules.is_empty(),
        rules: asked.rules,
        pipelines: asked.knowledge.pipeline,
        placeholders: asked.knowledge.placeholders,
    };
    let request = detect::Request {
        inputs: &asked.paths,
        config: asked.config.as_deref(),
        formats: &asked.knowledge.formats,
        given: &given,
        threads: threads(asked.threads),
    };
    let table = OnDemand::new(data::folder(asked.data.as_deref(), None));
    if let (Some(rule), Some(line)) = (asked.explain, asked.line) {
        let explained = detect::explain(&request, &Asked { rule, line }, &table)?;
        return explain(desk, &explained, line);
    }
    let mut out = BufWriter::with_capacity(1 << 20, stdout());
    let progress = Progress::new(desk.quiet);
    let detected = detect::run(&request, &table, &progress, desk.stop, &mut out)?;
    out.flush()?;
    drop(progress);
    account(desk, &detected);
    let failed = asked.fail_on.is_some_and(|level| detected.highest >= Some(level));
    Ok(if failed { Exit::Findings } else { Exit::Done })
}

/// What became of every record and every rule, on standard error.
fn account(desk: &Desk<'_>, detected: &Detected) {
    let Detected { account, .. } = detected;
    desk.screen.note(&format!(
        "{} findings in {} events. {} records, {} bytes: {} read as events, {} rejected, {} blank \
         lines, headers and comments; {} pieces and files could not be read",
        detected.findings,
        detected.events,
        account.records,
        account.bytes,
        account.events,
        account.rejects,
        account.furniture,
        detected.rejects,
    ));
    desk.screen.note(&rules::counts(&detected.loaded.counts));
    let never = &detected.loaded.counts.never_seen;
    for rule in never.iter().take(NEVER_SEEN_SHOWN) {
        let (fields, title) = (rule.fields.join(", "), &rule.title);
        desk.screen.note(&format!("no record that was taken apart has {fields}: rule '{title}'"));
    }
    let more = never.len().saturating_sub(NEVER_SEEN_SHOWN);
    if more > 0 {
        desk.screen.note(&format!("and {more} more rules ask for fields that did not occur"));
    }
}

fn explain(desk: &Desk<'_>, explained: &Explained, line: u64) -> anyhow::Result<Exit> {
    match explained {
        Explained::Events(explanations) => {
            for explanation in explanations {
                desk.screen.text(&visible(&explanation.to_string()))?;
            }
        }
        Explained::Rejected(reject) => {
            let what = format!("line {line} is no event: {}: {}", reject.detail, reject.sample);
            desk.screen.text(&visible(&what))?;
        }
        Explained::NoRecord => {
            let what = "there is no such line, or it is blank, a header or a comment";
            desk.screen.text(&format!("line {line}: {what}"))?;
            return Ok(Exit::Usage);
        }
    }
    Ok(Exit::Done)
}

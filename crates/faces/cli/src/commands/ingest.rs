//! `bakas ingest`: how logs are read.

use std::io::{BufWriter, Write as _, stdout};

use bakas_engine::ingest::{
    self, Explained, ExplainedEvent, ExplainedSource, Outcome, SourceAccount,
};
use serde_json::json;

use crate::{
    Desk, args::Ingest, commands::investigate::threads, exit::Exit, output::visible,
    progress::Progress,
};

/// Rejects of a source that are shown.
const REJECTS_SHOWN: usize = 5;

pub(crate) fn run(desk: &Desk<'_>, asked: &Ingest) -> anyhow::Result<Exit> {
    let request = ingest::Request {
        inputs: &asked.paths,
        config: asked.config.as_deref(),
        formats: &asked.formats,
        threads: threads(asked.threads),
        events: asked.events,
    };
    if asked.explain {
        for source in ingest::explain(&request, asked.records)? {
            desk.screen.text(&visible(&explained(&source)))?;
        }
        return Ok(Exit::Done);
    }
    let mut out = BufWriter::with_capacity(1 << 20, stdout());
    let progress = Progress::new(desk.quiet);
    let accounts = ingest::run(&request, &progress, desk.stop, &mut out)?;
    out.flush()?;
    drop(progress);
    for one in &accounts {
        match (asked.events, desk.screen.json) {
            (true, _) => desk.screen.note(&line(one)),
            (false, true) => desk.screen.line(&document(one))?,
            (false, false) => desk.screen.text(&visible(&paragraph(one)))?,
        }
    }
    let unread = accounts.iter().any(|one| !one.rejects.is_empty());
    Ok(if asked.strict && unread { Exit::Partly } else { Exit::Done })
}

fn line(one: &SourceAccount) -> String {
    let SourceAccount { source, account, events, .. } = one;
    if account.records == 0 && one.unread_bytes > 0 {
        return format!("{}: not read, {} bytes", source.path, one.unread_bytes);
    }
    let format = if source.format.is_empty() { "not read" } else { &source.format };
    format!(
        "{}: {format}, {} records, {} bytes: {events} events of {} records, {} rejected, {} blank \
         lines, headers and comments",
        source.path,
        account.records,
        account.bytes,
        account.events,
        account.rejects,
        account.furniture
    )
}

fn paragraph(one: &SourceAccount) -> String {
    let mut text = line(one);
    for reject in one.rejects.iter().take(REJECTS_SHOWN) {
        let place = reject.line.map_or_else(String::new, |line| format!("line {line}: "));
        let remedy = reject.reason.remedy();
        text.push_str(&format!("\n    {place}{} ({remedy})", reject.detail));
        if !reject.sample.is_empty() {
            text.push_str(&format!("\n        {}", reject.sample));
        }
    }
    text
}

fn document(one: &SourceAccount) -> serde_json::Value {
    let SourceAccount { source, account, events, unread_bytes, rejects } = one;
    json!({
        "path": source.path,
        "format": source.format,
        "certainty": source.certainty,
        "events": events,
        "records": account.records,
        "records_read": account.events,
        "records_rejected": account.rejects,
        "records_furniture": account.furniture,
        "bytes": account.bytes,
        "bytes_read": account.event_bytes,
        "bytes_rejected": account.reject_bytes,
        "bytes_furniture": account.furniture_bytes,
        "bytes_unread": unread_bytes,
        "rejects": rejects,
    })
}

fn explained(source: &ExplainedSource) -> String {
    let format = source.guess.format.map_or("not read", |format| format.name());
    let mut text =
        format!("{}: {format} ({} %): {}\n", source.path, source.guess.certainty, source.guess.why);
    for record in &source.records {
        text.push_str(&record_text(record));
    }
    text
}

fn record_text(record: &Explained) -> String {
    let Explained { line, offset, length, outcome } = record;
    let mut text = format!("\nrecord {line}, bytes {offset}+{length}: ");
    match outcome {
        Outcome::Furniture => text.push_str("a header, directive or comment\n"),
        Outcome::Reject { detail, sample, reason } => {
            text.push_str(&format!("not read: {detail} ({})\n    {sample}\n", reason.remedy()));
        }
        Outcome::Event(event) => event_text(event, &mut text),
    }
    text
}

fn event_text(event: &ExplainedEvent, text: &mut String) {
    let part = |name, value: Option<&str>| value.map(|value| format!(" {name}={value}"));
    let source = &event.log_source;
    let parts =
        [("category", source.category), ("product", source.product), ("service", source.service)];
    let parts: String = parts.into_iter().filter_map(|(name, value)| part(name, value)).collect();
    let case = event.case.map_or_else(String::new, |case| format!(", case {case}"));
    text.push_str(&format!(
        "{} by {}{case}\n    class {}, activity {}, status {}; Sigma log source{parts}\n",
        event.stream.name(),
        event.format,
        event.class.name(),
        event.activity.name(),
        event.status.name(),
    ));
    for attribute in &event.attributes {
        let from = match attribute.from.as_slice() {
            [] => String::new(),
            from => format!("  <- {}", from.join(", ")),
        };
        text.push_str(&format!("    {:<12} {}{from}\n", attribute.name, attribute.value));
    }
    for (name, value) in &event.fields {
        text.push_str(&format!("      {name}: {}\n", value.as_deref().unwrap_or("null")));
    }
}

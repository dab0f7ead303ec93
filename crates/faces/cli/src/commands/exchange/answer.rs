//! `bakas answer`.

use bakas_engine::{
    Error,
    exchange::{
        Decision, Disclose, Format, Leave, Out, Post, Proposal,
        nouns::{NextHop, Opinion, Refusal},
    },
};
use bakas_model::{AssessmentLevel, Likelihood};

use super::{around, handling, leave, logs, open, person, rules, words};
use crate::{
    Desk,
    args::{
        assess::{level, word},
        exchange::Answer,
    },
    exit::Exit,
    output::visible,
    progress::Progress,
};

/// Candidates of a flow that are shown.
const CANDIDATES_SHOWN: usize = 10;

pub(crate) fn run(desk: &Desk<'_>, asked: &Answer) -> anyhow::Result<Exit> {
    let mut post = open(&asked.case, &asked.desk)?;
    if !asked.logs.logs.is_empty() {
        let progress = Progress::new(desk.quiet);
        let found = post.propose(&asked.request, &logs(&asked.logs), &progress, desk.stop)?;
        drop(progress);
        shown(desk, &found)?;
    } else if asked.out.is_none() {
        let (_, dialogue) = post.dialogue(&asked.request)?;
        let found = post.proposal(&dialogue.standing().request.package)?;
        let none = || Error::Usage("give our logs (--logs), or decide (--out)".into());
        shown(desk, &found.ok_or_else(none)?)?;
    }
    match &asked.out {
        Some(out) => decide(desk, &mut post, asked, out),
        None => Ok(Exit::Done),
    }
}

fn decide(
    desk: &Desk<'_>,
    post: &mut Post<'_>,
    asked: &Answer,
    out: &std::path::Path,
) -> anyhow::Result<Exit> {
    let by = person(&asked.desk)?;
    let format = Format::named(&asked.format)?;
    let (request, dialogue) = post.dialogue(&asked.request)?;
    let to = post.request(&dialogue)?.from.id;
    let rules = rules(&asked.handle, &to);
    let note = words(&asked.note, &asked.language);
    let decision = Decision {
        by: by.to_owned(),
        disclose: Disclose {
            times: asked.disclose.iter().any(|one| one == "times"),
            inner: asked.disclose.iter().any(|one| one == "inner"),
            subscriber: asked.disclose.iter().any(|one| one == "subscriber"),
            held_for_assistance: asked.held_for_assistance,
        },
        status: asked.status,
        refusal: asked.refuse.map(|ground| Refusal { ground, words: note.clone() }),
        forwarded_to: asked
            .forward_to
            .as_ref()
            .map(|name| NextHop { name: name.clone(), ..NextHop::default() }),
        needs: words(&asked.need, &asked.language),
        leave_out: asked.leave_out.iter().cloned().collect(),
        retention_days: asked.retention_days,
        attribution: opinions(asked)?,
        notes: note,
        reference: asked.reference.clone(),
        handling: handling(&asked.handle),
        rules: rules.clone(),
    };
    let package = post.answer(&request, &decision)?;
    let digest = bakas_engine::exchange::digest(&package);
    let message = Leave {
        request: Some(&request),
        package: &digest,
        to: &to,
        format,
        kind: None,
        rules,
        accept_losses: asked.accept_losses,
        out: Out::File(out),
        wrap: &around(post, &asked.around)?,
        by,
    };
    leave(desk, post, &message)
}

fn opinions(asked: &Answer) -> anyhow::Result<Vec<Opinion>> {
    let mut all = Vec::new();
    for (text, number) in asked.opinion.iter().zip(1..) {
        let wrong = |why: &str| {
            Error::Usage(format!("--opinion {text}: {why}; write infrastructure/net-relays=likely"))
        };
        let (place, likelihood) = text.split_once('=').ok_or_else(|| wrong("no word"))?;
        let (question, hypothesis) = place.split_once('/').ok_or_else(|| wrong("no level"))?;
        let level: AssessmentLevel = level(question).map_err(|e| wrong(&e))?;
        let likelihood: Likelihood = word(likelihood).map_err(|e| wrong(&e))?;
        all.push(Opinion {
            id: format!("P-{number:02}"),
            subject: None,
            level,
            hypothesis: hypothesis.to_owned(),
            likelihood,
            confidence: None,
            basis: words(&asked.basis, &asked.language),
            alternatives: Vec::new(),
            handling: None,
        });
    }
    Ok(all)
}

fn shown(desk: &Desk<'_>, found: &Proposal) -> anyhow::Result<()> {
    if desk.screen.json {
        return desk.screen.line(found);
    }
    let mut text = format!("request {}: what our logs say, for your eyes only\n", found.request);
    for flow in &found.flows {
        let kept = if flow.found.kept { "" } else { "; our records do not reach over this time" };
        text.push_str(&format!("{}: {} fit{kept}\n", flow.flow, flow.found.count));
        let held = flow.found.held.iter().zip(&flow.references).zip(&flow.records);
        for ((held, reference), records) in held.take(CANDIDATES_SHOWN) {
            let time = |time: Option<bakas_model::Timestamp>| {
                time.map_or_else(|| "open".to_owned(), |time| time.to_string())
            };
            text.push_str(&format!(
                "  {reference}  {}  inner {}  {} to {}{}\n",
                held.subscriber.as_deref().unwrap_or("subscriber not known"),
                held.inner.map_or_else(|| "none".to_owned(), |inner| inner.to_string()),
                time(held.span.from),
                time(held.span.until),
                if held.confirmed { "  connection seen" } else { "" }
            ));
            for (file, offset) in records {
                text.push_str(&format!("    {file} at {offset}\n"));
            }
        }
    }
    text.push_str(
        "Nothing is answered yet: bakas answer … --out FILE, with --disclose for what you tell.\n",
    );
    desk.screen.text(&visible(&text))
}

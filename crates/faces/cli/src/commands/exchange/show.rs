//! Requests and where they stand, as text.

use bakas_engine::exchange::{
    Due, Gone, Post, Shown, Standing,
    nouns::{Content, Package, Port},
};

use crate::{Desk, exit::Exit, output::visible};

/// Candidates of a flow that are shown.
const CANDIDATES_SHOWN: usize = 5;

/// A word as the files write it.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

pub(super) fn package(desk: &Desk<'_>, package: &Package) -> anyhow::Result<Exit> {
    if desk.screen.json {
        desk.screen.line(package)?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    if let Content::Request(request) = &package.content {
        text.push_str(&format!(
            "request {} version {}: {} by {}\n",
            request.id,
            request.version,
            word(&request.action),
            request.reply_by
        ));
        if !request.reference.is_empty() {
            text.push_str(&format!("  reference {}\n", request.reference));
        }
        let to: Vec<&str> = package.to.iter().map(|party| party.id.as_str()).collect();
        text.push_str(&format!(
            "  to {}; {}, {}\n",
            to.join(", "),
            package.handling.tlp,
            package.handling.pap
        ));
        for flow in &request.flows {
            let port = match &flow.source_port {
                Port::Known(port) => port.to_string(),
                Port::Missing(why) => format!("no port ({why})"),
            };
            let sealed = flow.evidence.iter().filter(|one| one.leaf.is_some()).count();
            text.push_str(&format!(
                "  {} {} {port}  {}  {}; sealed records {sealed}\n",
                flow.id, flow.source, flow.start, flow.log_source
            ));
        }
    }
    desk.screen.text(&visible(&text))?;
    Ok(Exit::Done)
}

pub(super) fn all(desk: &Desk<'_>, post: &Post<'_>) -> anyhow::Result<Exit> {
    let all = post.status();
    for one in &all {
        if desk.screen.json {
            desk.screen.line(one)?;
        } else {
            desk.screen.text(&visible(&standing(one)))?;
        }
    }
    if !desk.screen.json {
        let waiting = post.waiting().len();
        if all.is_empty() && waiting == 0 {
            desk.screen.text("no requests")?;
        }
        let shared = post.left().iter().filter(|one| one.exit.kind == "extract").count();
        if shared > 0 {
            desk.screen
                .text(&format!("{shared} parts of the case were shared: bakas request left"))?;
        }
        if waiting > 0 {
            desk.screen
                .text(&format!("{waiting} messages wait for a person: bakas receive waiting"))?;
        }
    }
    Ok(Exit::Done)
}

/// Everything that left.
pub(super) fn left(desk: &Desk<'_>, post: &Post<'_>) -> anyhow::Result<Exit> {
    let all = post.left();
    for Gone { exit, delivered } in &all {
        if desk.screen.json {
            desk.screen.line(&Gone { exit: exit.clone(), delivered: *delivered })?;
            continue;
        }
        let around = if exit.around.is_empty() {
            String::new()
        } else {
            format!(" within {}", exit.around.join(", "))
        };
        let mut text = format!(
            "{}  {} to {}, {}{around}, {}\n  by {}, {}, {}, onward {}\n  package {}\n  message {} ({} bytes)\n",
            exit.at,
            exit.kind,
            exit.to,
            exit.format,
            exit.exit,
            exit.by,
            exit.handling.tlp,
            exit.handling.pap,
            word(&exit.handling.onward),
            exit.package,
            exit.message,
            exit.bytes
        );
        for one in &exit.consents {
            text.push_str(&format!("  consent of {}: {}\n", one.originator, one.on));
        }
        if !exit.personal_because.is_empty() {
            text.push_str(&format!("  personal data, because: {}\n", exit.personal_because));
        }
        if let Some(counts) = delivered {
            text.push_str(&format!(
                "  taken {}, taken before {}, refused {}, not decided {} of {}\n",
                counts.taken, counts.already, counts.refused, counts.undecided, counts.offered
            ));
        }
        desk.screen.text(&visible(&text))?;
    }
    if all.is_empty() && !desk.screen.json {
        desk.screen.text("nothing left")?;
    }
    Ok(Exit::Done)
}

pub(super) fn one(desk: &Desk<'_>, post: &Post<'_>, request: &str) -> anyhow::Result<Exit> {
    let (id, dialogue) = post.dialogue(request)?;
    let Some(shown) = post.status().into_iter().find(|one| one.request == id) else {
        return Ok(Exit::Done);
    };
    if desk.screen.json {
        desk.screen.line(&shown)?;
        return Ok(Exit::Done);
    }
    desk.screen.text(&visible(&standing(&shown)))?;
    package(desk, &post.request(&dialogue)?)?;
    let mut text = String::from("What happened:\n");
    for fact in &shown.facts {
        text.push_str(&format!("  {}  {}  {}\n", fact.at, fact.who, act(fact)));
    }
    for digest in shown.standing.threads.values().flat_map(|thread| &thread.answers) {
        text.push_str(&answer(&post.arrived(digest)?));
    }
    desk.screen.text(&visible(&text))?;
    Ok(Exit::Done)
}

/// What an answer says of each flow.
fn answer(package: &Package) -> String {
    let Content::Answer(answer) = &package.content else { return String::new() };
    let mut text = format!("Answer {} of {}:\n", answer.version, package.from.name);
    for flow in &answer.flows {
        text.push_str(&format!("  {} {}", flow.flow, word(&flow.outcome)));
        for one in flow.candidates.iter().take(CANDIDATES_SHOWN) {
            let sure = one.confidence.map_or_else(String::new, |n| format!(" ({n} %)"));
            text.push_str(&format!("  {}{sure}", one.reference));
        }
        if flow.candidates.len() > CANDIDATES_SHOWN {
            let more = flow.candidates.len() - CANDIDATES_SHOWN;
            text.push_str(&format!("  and {more} more"));
        }
        text.push('\n');
    }
    text
}

fn act(fact: &bakas_engine::exchange::Fact) -> String {
    use bakas_engine::exchange::Act;
    match &fact.act {
        Act::Requested { request } => format!("made version {}", request.version),
        Act::Arrived { request, from, .. } => {
            format!("version {} came from {from}", request.version)
        }
        Act::Sent { to, .. } => format!("sent to {to}"),
        Act::ReceiptCame { from, taken, rejected, .. } => {
            format!("receipt of {from}: {taken} read, {rejected} not")
        }
        Act::ReceiptMade { .. } => "receipt made".into(),
        Act::AnswerCame { answer, from, .. } => {
            format!(
                "answer {} of {from}: {} ({})",
                answer.version,
                word(&answer.status),
                answer.package
            )
        }
        Act::AnswerMade { answer } => {
            format!("answer {} made: {}", answer.version, word(&answer.status))
        }
        Act::TakenIn { item, .. } => format!("taken in as evidence {item}"),
        Act::Reminded { to } => format!("reminded {to}"),
        Act::Escalated { to } => format!("turned to {to}"),
        Act::Withdrawn { why } => format!("withdrawn: {why}"),
        Act::Closed { why } => format!("closed: {why}"),
    }
}

fn standing(one: &Shown) -> String {
    let Standing { side, stage, threads, contradictions, to_older, request, .. } = &one.standing;
    let mut text = format!(
        "{}  {}  {}  {} flows, reply by {}\n",
        one.request,
        word(side),
        word(stage),
        request.flows,
        request.reply_by
    );
    for (party, thread) in threads {
        text.push_str(&format!("  {party}: {}", word(&thread.stage)));
        if let Some(counted) = thread.counted {
            text.push_str(&format!(
                "; {} of {} flows read{}",
                counted.taken,
                counted.sent,
                if counted.adds_up() { "" } else { ", the counts do not add up" }
            ));
        }
        text.push('\n');
    }
    for one in contradictions {
        text.push_str(&format!("  flow {}: the answers contradict one another\n", one.flow));
        for (what, by) in &one.said {
            let by: Vec<&str> = by.iter().map(|(party, _)| party.as_str()).collect();
            text.push_str(&format!("    {what} ({})\n", by.join(", ")));
        }
    }
    if !to_older.is_empty() {
        text.push_str("  an answer is to an older version of the request\n");
    }
    for Due { since, kind, party } in &one.due {
        text.push_str(&format!("  due since {since}: {} ({party})\n", word(kind)));
    }
    text
}

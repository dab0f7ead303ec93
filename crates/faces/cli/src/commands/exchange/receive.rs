//! `bakas receive`.

use bakas_engine::exchange::{Arrival, KeyFiles, Post, TakenIn};
use bakas_model::transport::Taken;

use super::{CLOCK, person, server, written};
use crate::{
    Desk,
    args::exchange::{Receive, ReceiveAction},
    exit::Exit,
    output::visible,
};

pub(crate) fn run(desk: &Desk<'_>, asked: Receive) -> anyhow::Result<Exit> {
    let keys = KeyFiles { age: &asked.age_identity, openpgp: &asked.pgp_key };
    let (parties, key) = (asked.desk.parties.as_deref(), asked.desk.key.as_deref());
    let mut post = Post::open_with(&asked.case, parties, key, keys, &CLOCK)?;
    match asked.action {
        None if asked.from.is_some() => fetch(desk, &mut post, &asked),
        None => take(desk, &mut post, &asked.files),
        Some(ReceiveAction::Waiting) => waiting(desk, &post),
        Some(ReceiveAction::Trust { message, why }) => {
            let requests = post.trust(&message, person(&asked.desk)?, &why)?;
            desk.screen.text(&visible(&format!("let in: {}", requests.join(", "))))?;
            Ok(Exit::Done)
        }
        Some(ReceiveAction::Dismiss { message, why }) => {
            post.dismiss(&message, person(&asked.desk)?, &why)?;
            Ok(Exit::Done)
        }
        Some(ReceiveAction::Receipt { request, out }) => {
            post.receipt(&request, person(&asked.desk)?, &out)?;
            written(desk, &out)
        }
        Some(ReceiveAction::TakeIn {
            request,
            answer,
            reliability,
            credibility,
            no_interest,
            why,
        }) => {
            let by = person(&asked.desk)?.to_owned();
            let package = which(&post, &request, answer.as_deref())?;
            let given = TakenIn { package, by, why, reliability, credibility, no_interest };
            take_in(desk, &mut post, &request, &given)
        }
    }
}

fn take(
    desk: &Desk<'_>,
    post: &mut Post<'_>,
    files: &[std::path::PathBuf],
) -> anyhow::Result<Exit> {
    if files.is_empty() {
        let what = "name the messages: bakas receive FILE --case FOLDER".to_owned();
        return Err(bakas_engine::Error::Usage(what).into());
    }
    let mut exit = Exit::Done;
    for file in files {
        let arrival = post.receive(file)?;
        exit = worse(exit, &arrival);
        if desk.screen.json {
            desk.screen.line(&arrival)?;
        } else {
            desk.screen.text(&visible(&arrived(&file.display().to_string(), &arrival)))?;
        }
    }
    Ok(exit)
}

/// Takes what is new at a server.
fn fetch(desk: &Desk<'_>, post: &mut Post<'_>, asked: &Receive) -> anyhow::Result<Exit> {
    if !asked.files.is_empty() {
        let what = "files, or a server (--from): not both at once".to_owned();
        return Err(bakas_engine::Error::Usage(what).into());
    }
    let server = server(asked.from.as_deref().unwrap_or_default(), &asked.opener)?;
    let fetched = post.fetch(&server, desk.outside.transport())?;
    let exit = fetched.arrivals.iter().fold(Exit::Done, worse);
    if desk.screen.json {
        desk.screen.line(&fetched)?;
        return Ok(exit);
    }
    let mut text = String::new();
    for arrival in &fetched.arrivals {
        text.push_str(&arrived(&server.to_string(), arrival));
    }
    let Taken { pages, given, taken, again } = fetched.taken;
    text.push_str(&format!(
        "{server}: pages {pages}, given {given}: new {taken}, here before {again}; messages {}\n",
        fetched.arrivals.len()
    ));
    if fetched.pages_before > 0 {
        text.push_str(&format!(
            "  {} pages were kept from a call that broke off\n",
            fetched.pages_before
        ));
    }
    desk.screen.text(&visible(&text))?;
    Ok(exit)
}

/// The exit code of several messages is that of the worst.
pub(super) fn worse(exit: Exit, arrival: &Arrival) -> Exit {
    let own = if arrival.broken {
        Exit::Refused
    } else if arrival.is_unread() || !arrival.rejected.is_empty() {
        Exit::Partly
    } else {
        Exit::Done
    };
    if own as u8 > exit as u8 { own } else { exit }
}

/// What became of a message, as text.
pub(super) fn arrived(name: &str, arrival: &Arrival) -> String {
    let again = if arrival.again { ", it was here before" } else { "" };
    let what = if arrival.waits.is_empty() {
        format!("{} of {} ({})", arrival.kind, arrival.from, arrival.format)
    } else {
        format!("waits for a person: {}", arrival.waits)
    };
    let mut text = format!("{name}: {what}{again}\n  SHA-256 {}\n", arrival.message);
    if !arrival.within.is_empty() {
        let by = if arrival.sealed_by.is_empty() {
            String::new()
        } else {
            format!(", signed by {}", arrival.sealed_by)
        };
        text.push_str(&format!("  within: {}{by}\n", arrival.within));
    }
    for request in &arrival.requests {
        text.push_str(&format!("  request {request}\n"));
    }
    for one in &arrival.rejected {
        text.push_str(&format!("  not read: {name}: {one}\n"));
    }
    text
}

fn waiting(desk: &Desk<'_>, post: &Post<'_>) -> anyhow::Result<Exit> {
    let all = post.waiting();
    for one in &all {
        if desk.screen.json {
            desk.screen.line(one)?;
        } else {
            let kind = if one.kind.is_empty() { "message" } else { &one.kind };
            let from = if one.from.is_empty() { "nobody says" } else { &one.from };
            let text = format!(
                "{}\n  {kind} ({}), says it is from {from}, came {}\n  waits: {}\n",
                one.message, one.format, one.at, one.why
            );
            desk.screen.text(&visible(&text))?;
        }
    }
    if all.is_empty() && !desk.screen.json {
        desk.screen.text("nothing waits")?;
    }
    Ok(Exit::Done)
}

/// The answer that is meant: the one whose digest begins so, or the newest.
fn which(post: &Post<'_>, request: &str, answer: Option<&str>) -> anyhow::Result<String> {
    let (_, dialogue) = post.dialogue(request)?;
    let standing = dialogue.standing();
    let mut all: Vec<&String> =
        standing.threads.values().flat_map(|thread| &thread.answers).collect();
    if let Some(begin) = answer {
        all.retain(|one| one.starts_with(begin));
    } else if standing.threads.values().filter(|thread| !thread.answers.is_empty()).count() == 1 {
        all = all.split_off(all.len().saturating_sub(1));
    }
    match all.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(bakas_engine::Error::Usage("no such answer came".into()).into()),
        _ => Err(bakas_engine::Error::Usage(
            "several answers stand there: name one (--answer, from `bakas request show`)".into(),
        )
        .into()),
    }
}

fn take_in(
    desk: &Desk<'_>,
    post: &mut Post<'_>,
    request: &str,
    given: &TakenIn,
) -> anyhow::Result<Exit> {
    let taken = post.take_in(request, given)?;
    if desk.screen.json {
        desk.screen.line(&taken)?;
        return Ok(Exit::Done);
    }
    let again = if taken.already { ", which was there" } else { "" };
    let mut text = format!("taken in as evidence {}{again}\n", taken.item);
    for shift in &taken.shifts {
        text.push_str(&format!("  {}\n", shift.text.en));
    }
    desk.screen.text(&visible(&text))?;
    Ok(Exit::Done)
}

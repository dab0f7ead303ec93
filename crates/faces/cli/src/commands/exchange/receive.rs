//! `bakas receive`.

use std::{fs, io::Read as _, path::Path};

use bakas_engine::exchange::{MESSAGE_BYTES_LIMIT, Post, TakenIn};

use super::{open, person, written};
use crate::{
    Desk,
    args::exchange::{Receive, ReceiveAction},
    exit::Exit,
    output::visible,
};

pub(crate) fn run(desk: &Desk<'_>, asked: Receive) -> anyhow::Result<Exit> {
    let mut post = open(&asked.case, &asked.desk)?;
    match asked.action {
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
    for file in files {
        let arrival = post.receive(&read(file)?)?;
        if desk.screen.json {
            desk.screen.line(&arrival)?;
            continue;
        }
        let again = if arrival.again { ", it was here before" } else { "" };
        let what = if arrival.waits.is_empty() {
            format!("{} of {} ({})", arrival.kind, arrival.from, arrival.format)
        } else {
            format!("waits for a person: {}", arrival.waits)
        };
        let text = format!(
            "{}: {what}{again}\n  SHA-256 {}\n{}",
            file.display(),
            arrival.message,
            arrival
                .requests
                .iter()
                .map(|request| format!("  request {request}\n"))
                .collect::<String>()
        );
        desk.screen.text(&visible(&text))?;
    }
    Ok(Exit::Done)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let wrong = |source| bakas_engine::Error::Read { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(wrong)?;
    let mut bytes = Vec::new();
    file.take(MESSAGE_BYTES_LIMIT + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > MESSAGE_BYTES_LIMIT {
        let what = format!("{} is larger than {MESSAGE_BYTES_LIMIT} bytes", path.display());
        return Err(bakas_engine::Error::Usage(what).into());
    }
    Ok(bytes)
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

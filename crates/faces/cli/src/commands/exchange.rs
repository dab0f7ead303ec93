//! `bakas request`, `answer`, `receive` and `share`: what was asked for is handed to the engine, and
//! what came of it is shown. Whatever others wrote is made safe for the screen.

pub(crate) mod answer;
pub(crate) mod receive;
pub(crate) mod request;
mod show;

use std::path::Path;

use bakas_engine::{
    clock::SystemClock,
    exchange::{
        Consent, Format, Leave, Left, Logs, Post, Rules,
        nouns::{Handling, Words},
    },
};

use crate::{
    Desk,
    args::exchange::{self as args, Handle},
    commands::investigate::threads,
    exit::Exit,
    output::visible,
};

static CLOCK: SystemClock = SystemClock;

fn open(folder: &Path, asked: &args::Desk) -> anyhow::Result<Post<'static>> {
    Ok(Post::open(folder, asked.parties.as_deref(), asked.key.as_deref(), &CLOCK)?)
}

/// The person who acts; whatever changes something needs one.
fn person(asked: &args::Desk) -> anyhow::Result<&str> {
    if asked.by.trim().is_empty() {
        let what = "say who does it: --by NAME (or BAKAS_BY)".to_owned();
        return Err(bakas_engine::Error::Usage(what).into());
    }
    Ok(&asked.by)
}

fn handling(asked: &Handle) -> Handling {
    Handling {
        tlp: asked.tlp,
        pap: asked.pap,
        onward: asked.onward,
        permitted_use: asked.permitted_use.clone(),
        ..Handling::default()
    }
}

fn rules(asked: &Handle, to: &str) -> Rules {
    let consent = |originator: &String| Consent { originator: originator.clone(), to: to.into() };
    Rules {
        consents: asked.consent.iter().map(consent).collect(),
        personal_because: asked.personal_because.clone(),
        ..Rules::default()
    }
}

fn logs(asked: &args::Logs) -> Logs<'_> {
    Logs {
        paths: &asked.logs,
        config: asked.config.as_deref(),
        formats: &asked.formats,
        threads: threads(asked.threads),
    }
}

fn words(texts: &[String], language: &str) -> Vec<Words> {
    let one = |text: &String| Words { language: language.to_owned(), text: text.clone() };
    texts.iter().map(one).collect()
}

/// Writes a message, and says what was written and lost.
fn leave(desk: &Desk<'_>, post: &mut Post<'_>, leave: &Leave<'_>) -> anyhow::Result<Exit> {
    let Left { message, bytes, losses } = post.leave(leave)?;
    if desk.screen.json {
        let shown = serde_json::json!({
            "message": message, "bytes": bytes, "format": leave.format.name(),
            "package": leave.package, "losses": losses,
        });
        desk.screen.line(&shown)?;
        return Ok(Exit::Done);
    }
    let mut text = format!(
        "{}: {bytes} bytes, {}, SHA-256 {message}\n",
        leave.out.display(),
        leave.format.name()
    );
    for (place, what) in &losses {
        text.push_str(&format!("  lost: {place}: {what}\n"));
    }
    desk.screen.text(&visible(&text))?;
    Ok(Exit::Done)
}

/// Says that a small message was written.
fn written(desk: &Desk<'_>, out: &Path) -> anyhow::Result<Exit> {
    desk.screen.text(&visible(&format!("{}: hand it over", out.display())))?;
    Ok(Exit::Done)
}

/// `bakas share`.
pub(crate) fn share(desk: &Desk<'_>, asked: &args::Share) -> anyhow::Result<Exit> {
    let by = person(&asked.desk)?;
    let format = Format::named(&asked.message.format)?;
    let mut post = open(&asked.folder, &asked.desk)?;
    let rules = rules(&asked.handle, &asked.to);
    let share = bakas_engine::exchange::Share {
        to: asked.to.clone(),
        incidents: asked.incident.iter().cloned().collect(),
        handling: handling(&asked.handle),
        name_agencies: asked.name_agencies,
        opinions: asked.opinions,
        indicators: asked.indicators,
        redact: asked.redact,
        rules: rules.clone(),
    };
    let (package, left_out) = post.share(&share)?;
    for one in &left_out {
        desk.screen.note(&format!("left out: {one}"));
    }
    let out = Leave {
        request: None,
        package: &package,
        to: &asked.to,
        format,
        kind: asked.message.kind,
        rules,
        accept_losses: asked.message.accept_losses,
        out: &asked.message.out,
        by,
    };
    leave(desk, &mut post, &out)
}

//! `bakas request`, `answer`, `receive` and `share`: what was asked for is handed to the engine, and
//! what came of it is shown. Whatever others wrote is made safe for the screen.

pub(crate) mod answer;
pub(crate) mod receive;
pub(crate) mod request;
mod show;

use std::{io::Read as _, path::Path};

use bakas_engine::{
    Error,
    clock::SystemClock,
    exchange::{
        Consent, Counts, Format, KEY_FILE_BYTES_LIMIT, Known, Leave, Left, Logs, Out, Post, Rules,
        Wrap, format_of,
        nouns::{Handling, Words},
    },
};
use bakas_model::transport::{Credential, Server, ServerError};

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
        originators: asked.originator.clone(),
        ..Handling::default()
    }
}

fn rules(asked: &Handle, to: &str) -> Rules {
    let consent = |(originator, on): &(String, String)| Consent {
        originator: originator.clone(),
        to: to.into(),
        on: on.clone(),
    };
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

/// Hands a message over, and says what left and what was lost.
fn leave(desk: &Desk<'_>, post: &mut Post<'_>, leave: &Leave<'_>) -> anyhow::Result<Exit> {
    let Left { message, bytes, losses, delivered } = post.leave(leave)?;
    let is_whole =
        delivered.as_ref().is_none_or(|one| one.counts.refused + one.counts.undecided == 0);
    let exit = if is_whole { Exit::Done } else { Exit::Partly };
    if desk.screen.json {
        let shown = serde_json::json!({
            "message": message, "bytes": bytes, "format": leave.format.name(),
            "package": leave.package, "losses": losses, "delivered": delivered,
        });
        desk.screen.line(&shown)?;
        return Ok(exit);
    }
    let place = match leave.out {
        Out::File(path) => path.display().to_string(),
        Out::Server(server, _) => server.to_string(),
    };
    let mut text = format!("{place}: {bytes} bytes, {}, SHA-256 {message}\n", leave.format.name());
    for (place, what) in &losses {
        text.push_str(&format!("  lost: {place}: {what}\n"));
    }
    if let Some(one) = &delivered {
        let Counts { offered, taken, already, refused, undecided } = one.counts;
        text.push_str(&format!(
            "  offered {offered}: taken {taken}, taken before {already}, refused {refused}, not decided {undecided}\n"
        ));
        for (id, why) in &one.refusals {
            text.push_str(&format!("  refused: {id}: {why}\n"));
        }
    }
    desk.screen.text(&visible(&text))?;
    Ok(exit)
}

/// What is put around a message: keys are read from files, or from parties.toml.
fn around(post: &Post<'_>, asked: &args::Around) -> anyhow::Result<Wrap> {
    let wrong = |what: String| anyhow::Error::from(Error::Usage(what));
    let mut wrap =
        Wrap { envelope: asked.envelope, labels_outside: asked.labels_outside, ..Wrap::default() };
    for to in &asked.age_to {
        if to.starts_with("age1") || to.starts_with("ssh-ed25519 ") {
            wrap.age.push(to.clone());
        } else if let Some(known) = post.reads(to) {
            let none =
                || wrong(format!("parties.toml has no age recipient of {to} (age = \"age1…\")"));
            wrap.age.push(known.age.clone().ok_or_else(none)?);
        } else {
            let text = String::from_utf8_lossy(&small(Path::new(to))?).into_owned();
            let lines =
                text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
            wrap.age.extend(lines.map(str::to_owned));
        }
    }
    for to in &asked.pgp_to {
        let certificate = match post.reads(to) {
            Some(known) => known.certificate.clone().ok_or_else(|| {
                wrong(format!("parties.toml has no certificate of {to} (pgp = \"FILE\")"))
            })?,
            None => small(Path::new(to))?,
        };
        wrap.openpgp.push(certificate);
    }
    wrap.openpgp_signer = asked.pgp_sign.as_deref().map(small).transpose()?;
    Ok(wrap)
}

/// Reads a small file: a key.
fn small(path: &Path) -> anyhow::Result<Vec<u8>> {
    let wrong = |source| Error::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(wrong)?;
    file.take(KEY_FILE_BYTES_LIMIT + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > KEY_FILE_BYTES_LIMIT {
        return Err(Error::Usage(format!("{} is too large for a key", path.display())).into());
    }
    Ok(bytes)
}

/// A server, with what opens it: from the environment, or a file.
fn server(name: &str, opener: &args::Opener) -> anyhow::Result<Server> {
    let wrong = |e: ServerError| Error::Usage(e.to_string());
    let server = Server::parse(name).map_err(wrong)?;
    let line = match (std::env::var("BAKAS_CREDENTIAL"), &opener.credential) {
        (_, Some(path)) => String::from_utf8_lossy(&small(path)?).into_owned(),
        (Ok(line), None) => line,
        (Err(_), None) => return Ok(server),
    };
    Ok(server.opened_by(Credential::parse(&line).map_err(wrong)?))
}

/// Whether a recipient is named by a server.
fn is_server(to: &str) -> bool {
    to.starts_with("taxii:") || to.starts_with("misp:")
}

/// Whose server it is: what goes there goes to them.
fn owner<'p>(post: &'p Post<'_>, server: &Server) -> anyhow::Result<&'p str> {
    let name = server.to_string();
    let has = |known: &&Known| known.servers.contains(&name);
    let known = post.parties.known().iter().find(has);
    let known = known.ok_or_else(|| {
        Error::Usage(format!(
            "nobody in parties.toml has this server: write servers = [\"{name}\"] to whom it belongs"
        ))
    })?;
    Ok(&known.party.id)
}

/// Where a message goes: the party, and the server where one is named.
struct Way {
    to: String,
    server: Option<Server>,
    format: Format,
}

fn way(post: &Post<'_>, to: &str, message: &args::Message) -> anyhow::Result<Way> {
    let named = message.format.as_deref().map(Format::named).transpose()?;
    if !is_server(to) {
        let format = named.unwrap_or(Format::Native);
        return Ok(Way { to: to.to_owned(), server: None, format });
    }
    let server = server(to, &message.opener)?;
    let to = owner(post, &server)?.to_owned();
    let format = named.unwrap_or_else(|| format_of(&server));
    Ok(Way { to, server: Some(server), format })
}

impl Way {
    fn out<'a>(&'a self, desk: &'a Desk<'_>, file: Option<&'a Path>) -> anyhow::Result<Out<'a>> {
        match (&self.server, file) {
            (Some(server), None) => Ok(Out::Server(server, desk.outside.transport())),
            (None, Some(path)) => Ok(Out::File(path)),
            (None, None) => Err(Error::Usage("name the file to write: --out FILE".into()).into()),
            (Some(_), Some(_)) => {
                Err(Error::Usage("a server, or a file: --out does not go with it".into()).into())
            }
        }
    }
}

/// Says that a small message was written.
fn written(desk: &Desk<'_>, out: &Path) -> anyhow::Result<Exit> {
    desk.screen.text(&visible(&format!("{}: hand it over", out.display())))?;
    Ok(Exit::Done)
}

/// `bakas share`.
pub(crate) fn share(desk: &Desk<'_>, asked: &args::Share) -> anyhow::Result<Exit> {
    let by = person(&asked.desk)?;
    let mut post = open(&asked.folder, &asked.desk)?;
    let way = way(&post, &asked.to, &asked.message)?;
    let wrap = around(&post, &asked.message.around)?;
    let to = way.out(desk, asked.message.out.as_deref())?;
    let rules = rules(&asked.handle, &way.to);
    let share = bakas_engine::exchange::Share {
        to: way.to.clone(),
        incidents: asked.incident.iter().cloned().collect(),
        handling: handling(&asked.handle),
        name_agencies: asked.name_agencies,
        opinions: asked.opinions,
        indicators: asked.indicators,
        redact: asked.redact,
        rules: rules.clone(),
    };
    let (package, left_out) = post.share(&share, by)?;
    for one in &left_out {
        desk.screen.note(&format!("left out: {one}"));
    }
    let out = Leave {
        request: None,
        package: &package,
        to: &way.to,
        format: way.format,
        kind: asked.message.kind,
        rules,
        accept_losses: asked.message.accept_losses,
        out: to,
        wrap: &wrap,
        by,
    };
    leave(desk, &mut post, &out)
}

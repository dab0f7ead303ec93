//! `bakas request`.

use bakas_engine::exchange::{
    Act, Ask, Leave, Rules,
    nouns::{Action, Preservation},
};

use super::{around, handling, leave, logs, open, person, rules, show, way, words, written};
use crate::{
    Desk,
    args::exchange::{NewRequest, Request, RequestAction, Send},
    exit::Exit,
    output::visible,
    progress::Progress,
};

pub(crate) fn run(desk: &Desk<'_>, asked: Request) -> anyhow::Result<Exit> {
    let mine = asked.desk;
    let act = |folder: &std::path::Path, request: &str, act: Act| -> anyhow::Result<Exit> {
        open(folder, &mine)?.act(request, person(&mine)?, act)?;
        Ok(Exit::Done)
    };
    match asked.action {
        RequestAction::New(new) => make(desk, &mine, &new),
        RequestAction::Show { folder, request } => {
            let post = open(&folder, &mine)?;
            show::one(desk, &post, &request)
        }
        RequestAction::Status { folder } => show::all(desk, &open(&folder, &mine)?),
        RequestAction::Left { folder } => show::left(desk, &open(&folder, &mine)?),
        RequestAction::Send(send) => hand_over(desk, &mine, &send),
        RequestAction::Withdraw { folder, request, why, out } => {
            let mut post = open(&folder, &mine)?;
            post.withdraw(&request, person(&mine)?, &why, &out)?;
            written(desk, &out)
        }
        RequestAction::Remind { folder, request, to } => {
            act(&folder, &request, Act::Reminded { to })
        }
        RequestAction::Escalate { folder, request, to } => {
            act(&folder, &request, Act::Escalated { to })
        }
        RequestAction::Close { folder, request, why } => {
            act(&folder, &request, Act::Closed { why })
        }
        RequestAction::Key { folder } => {
            desk.screen.text(&open(&folder, &mine)?.public_key())?;
            Ok(Exit::Done)
        }
    }
}

fn make(
    desk: &Desk<'_>,
    mine: &crate::args::exchange::Desk,
    new: &NewRequest,
) -> anyhow::Result<Exit> {
    let by = person(mine)?.to_owned();
    let mut post = open(&new.folder, mine)?;
    let preserve = new.action == Action::Preserve || new.until.is_some();
    let asns = new.asn.iter().copied().collect();
    let incident = match &new.incident {
        Some(incident) => incident.clone(),
        None => {
            let found = post.incident_for(&new.to, &asns, &new.address)?;
            desk.screen.note(&format!("about {found}, which has the most records from there"));
            found
        }
    };
    let ask = Ask {
        incident,
        to: new.to.clone(),
        by,
        action: new.action,
        records: new.records,
        addresses: new.address.clone(),
        asns,
        seen_since: new.seen_since,
        seen_until: new.seen_until,
        destination: new.destination,
        reference: new.reference.clone(),
        authority: new.authority.clone(),
        legal_basis: new.legal_basis.clone(),
        offence: new.offence.clone(),
        facts: words(&new.fact, &new.language),
        reply_by: new.reply_by,
        preservation: preserve.then(|| Preservation {
            necessity: words(std::slice::from_ref(&new.necessity), &new.language),
            intends_mutual_assistance: new.mutual_assistance,
            custodian: new.custodian.clone(),
            until: new.until.unwrap_or_default(),
        }),
        handling: handling(&new.handle),
        instead_of: new.instead_of.clone(),
        rules: rules(&new.handle, &new.to),
    };
    let progress = Progress::new(desk.quiet);
    let package = post.ask(&ask, &logs(&new.logs), &progress, desk.stop)?;
    drop(progress);
    show::package(desk, &package)
}

fn hand_over(
    desk: &Desk<'_>,
    mine: &crate::args::exchange::Desk,
    send: &Send,
) -> anyhow::Result<Exit> {
    let by = person(mine)?;
    let mut post = open(&send.folder, mine)?;
    let (request, dialogue) = post.dialogue(&send.request)?;
    let (package, addressees) = post.to_hand_over(&dialogue)?;
    let to = match (&send.to, addressees.as_slice()) {
        (Some(to), _) => to.clone(),
        (None, [only]) => only.clone(),
        _ => {
            let what = "it has several addressees: name one (--to)".to_owned();
            return Err(bakas_engine::Error::Usage(what).into());
        }
    };
    let way = way(&post, &to, &send.message)?;
    let wrap = around(&post, &send.message.around)?;
    let out = Leave {
        request: Some(&request),
        package: &package,
        to: &way.to,
        format: way.format,
        kind: send.message.kind,
        rules: Rules { personal_because: send.personal_because.clone(), ..Rules::default() },
        accept_losses: send.message.accept_losses,
        out: way.out(desk, send.message.out.as_deref())?,
        wrap: &wrap,
        by,
    };
    let exit = leave(desk, &mut post, &out)?;
    if !desk.screen.json && way.server.is_none() {
        desk.screen
            .text(&visible(&format!("request {request} to {}: hand the file over", way.to)))?;
    }
    Ok(exit)
}

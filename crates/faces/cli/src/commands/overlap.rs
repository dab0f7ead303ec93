//! `bakas overlap`.

use bakas_engine::{
    clock::{Clock as _, SystemClock},
    overlap::{self, From, Outcome, Sent},
};

use crate::{
    Desk,
    args::overlap::{Overlap, OverlapAction, Own},
    exit::Exit,
    output::visible,
};

pub(crate) fn run(desk: &Desk<'_>, asked: Overlap) -> anyhow::Result<Exit> {
    let place = overlap::Desk {
        data: asked.data,
        key: asked.key,
        parties: asked.parties,
        now: SystemClock.now(),
    };
    match asked.action {
        OverlapAction::Key => {
            let key = overlap::public_key(place.key.as_deref())?;
            desk.screen.text(&key.to_text())?;
            desk.screen.note(&format!("fingerprint {}", key.fingerprint()));
        }
        OverlapAction::Ask { own, to, out } => {
            let sent = overlap::ask(&place, &from(own), &to, &out)?;
            tell_sent(desk, &sent, &out)?;
        }
        OverlapAction::Reply { ask, from: by, own, quota, out } => {
            let sent = overlap::reply(&place, (&ask, &by), &from(own), quota.quota, &out)?;
            tell_sent(desk, &sent, &out)?;
        }
        OverlapAction::Result { message, quota, out } => {
            let outcome = overlap::result(&place, &message, quota.quota, out.as_deref())?;
            tell_outcome(desk, &outcome)?;
            if let Some(out) = out.filter(|out| out.exists()) {
                desk.screen
                    .note(&format!("written: {}; send it: the other learns by it", out.display()));
            }
        }
    }
    Ok(Exit::Done)
}

fn from(own: Own) -> From {
    From { case: own.case, list: own.list, agents: own.agents, accounts: own.accounts }
}

fn tell_sent(desk: &Desk<'_>, sent: &Sent, out: &std::path::Path) -> anyhow::Result<()> {
    if desk.screen.json {
        desk.screen.line(sent)?;
    } else {
        desk.screen.text(&format!(
            "{} observables of ours are compared; the other sees {} blinded elements\ncheck {}\n",
            sent.compared, sent.shown, sent.session
        ))?;
    }
    if sent.left_out_local > 0 {
        let count = sent.left_out_local;
        desk.screen.note(&format!(
            "{count} private or local addresses were left out: they mean something else in every network"
        ));
    }
    for remark in &sent.remarks {
        desk.screen.note(remark);
    }
    desk.screen.note(&format!("written: {}", out.display()));
    Ok(())
}

fn tell_outcome(desk: &Desk<'_>, outcome: &Outcome) -> anyhow::Result<()> {
    if desk.screen.json {
        desk.screen.line(outcome)?;
    } else {
        let mut text = format!(
            "{} of our {} observables are shared; the other has at most {}\n",
            outcome.shared.len(),
            outcome.compared,
            outcome.other_at_most
        );
        for one in &outcome.shared {
            text.push_str(one);
            text.push('\n');
        }
        desk.screen.text(&visible(&text))?;
    }
    for remark in &outcome.remarks {
        desk.screen.note(remark);
    }
    Ok(())
}

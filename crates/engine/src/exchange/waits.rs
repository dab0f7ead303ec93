//! Why a message must wait for a person. It is let in where a party that we know signed it with the
//! key that somebody compared: the message itself, or the envelope that it came in.

use bakas_exchange::{
    machine::{Act, Dialogue},
    native, notice,
};
use bakas_model::exchange::{Content, Notice, Package, Tlp};
use bakas_seal::note::open_text;

use super::{Known, Post, journal::Within, look::Held, receive::claimed};

/// Why a message waits.
#[derive(Debug)]
pub(super) struct Wait {
    pub(super) what: String,
    /// Whether something signed is not what was signed.
    pub(super) is_broken: bool,
}

fn wait(what: impl Into<String>) -> Option<Wait> {
    Some(Wait { what: what.into(), is_broken: false })
}

fn broken(what: impl Into<String>) -> Option<Wait> {
    Some(Wait { what: what.into(), is_broken: true })
}

/// Why a message must wait; none where it is let in.
pub(super) fn why(post: &Post<'_>, held: &Held, within: Option<&Within>) -> Option<Wait> {
    let from = claimed(held);
    let Some(known) = post.parties.find(&from) else {
        return wait(format!("nobody in parties.toml has that name{}", mail_of(within)));
    };
    unsigned(held, known, within)
        .or_else(|| within.and_then(|within| other_envelope(post, held, within)))
        .or_else(|| does_not_fit(post, held, &from).and_then(wait))
}

/// Who the mail says it is from: a word and no proof.
fn mail_of(within: Option<&Within>) -> String {
    let from = within.map(|within| within.from.as_str()).unwrap_or_default();
    if from.is_empty() { String::new() } else { format!(" (its mail says it is from {from})") }
}

/// Whether a message wants a signature by a known key: its own, or that of its envelope.
fn unsigned(held: &Held, known: &Known, within: Option<&Within>) -> Option<Wait> {
    let signer = within.map(|within| within.signer.as_str()).unwrap_or_default();
    let (note, text) = match held {
        Held::Packages(packages, note) => {
            let one_sender = packages.iter().all(|one| one.from.id == known.party.id);
            match packages.as_slice() {
                [package] => (note, native::text_to_sign(&native::digest(package))),
                _ if one_sender && signer == known.party.id => return None,
                _ => return wait("it holds several packages and no single signature"),
            }
        }
        Held::Notice(one, note) => (note, notice::text_to_sign(&notice::digest(one))),
    };
    if let (Some(note), Some(key)) = (note, &known.key) {
        return match open_text(note, key) {
            Ok(signed) if signed == text => None,
            Ok(_) => broken("its signature is of another message"),
            Err(error) => broken(format!("its signature does not hold: {error}")),
        };
    }
    if signer == known.party.id {
        return None;
    }
    if !signer.is_empty() {
        return wait(format!(
            "it says that it is from {}, and {signer} signed the envelope",
            known.party.id
        ));
    }
    if known.key.is_none() && known.certificate.is_none() {
        return wait(format!(
            "no key of this party was compared (parties.toml, key){}",
            mail_of(within)
        ));
    }
    wait(format!("it is not signed{}", mail_of(within)))
}

/// Whether an envelope was meant for somebody else, or says another label than what it holds.
fn other_envelope(post: &Post<'_>, held: &Held, within: &Within) -> Option<Wait> {
    let us = &post.parties.us.id;
    if !within.to.is_empty() && within.to != *us {
        return wait(format!("its envelope was sealed for {}, not for us ({us})", within.to));
    }
    let tlp: Tlp = within.labels.split(' ').next()?.parse().ok()?;
    let Held::Packages(packages, _) = held else { return None };
    let looser = packages.iter().find(|one| one.handling.tlp < tlp)?;
    wait(format!(
        "its envelope was signed as {tlp}, and what is in it says {}",
        looser.handling.tlp
    ))
}

/// Why a message of a party that we know must wait all the same: it speaks for somebody else.
fn does_not_fit(post: &Post<'_>, held: &Held, from: &str) -> Option<String> {
    let of = |request: &str| post.dialogues().remove(request);
    let asked_by = |dialogue: &Dialogue| {
        dialogue.facts().into_iter().find_map(|fact| match &fact.act {
            Act::Arrived { from, .. } => Some(from.clone()),
            _ => None,
        })
    };
    let of_request = |package: &Package| {
        let Content::Request(request) = &package.content else { return None };
        let dialogue = of(&request.id)?;
        match asked_by(&dialogue) {
            None => Some("it bears the name of a request of ours".into()),
            Some(first) if first != from => {
                Some("it is a version of a request that somebody else made".into())
            }
            Some(_) => None,
        }
    };
    match held {
        Held::Packages(packages, _) => packages.iter().find_map(of_request),
        Held::Notice(notice, _) => {
            let Notice::Withdrawal(one) = &**notice else { return None };
            let Some(dialogue) = of(&one.request) else {
                return Some("it withdraws a request that is not here".into());
            };
            let right = asked_by(&dialogue).is_some_and(|first| first == from);
            (!right).then(|| "it withdraws what somebody else asked".into())
        }
    }
}

//! What goes out: a package that was made passes the checks, the gate, and the encoder of a format;
//! then it is a file that a person hands over. Reminders, withdrawals and receipts go the same way.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use bakas_exchange::{
    Cleared, Consent, Loss, Recipient, Rules,
    check::{self, Given},
    clear_under,
    machine::{Act, Dialogue, Fact},
    native, notice,
};
use bakas_model::{
    IncidentKind,
    exchange::{Content, Handling, Notice, Package, Pap, Party, Tlp, Withdrawal},
    transport::{Server, Transport},
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    Delivered, Format, Post, Wrap, deliver,
    journal::{Consented, Event, Exit, Noted},
    listed,
};
use crate::{Error, input::hex};

/// How a package leaves.
#[derive(Debug)]
pub struct Leave<'a> {
    /// The dialogue it belongs to; none for a part of a case.
    pub request: Option<&'a str>,
    /// Digest of the package.
    pub package: &'a str,
    /// To which party.
    pub to: &'a str,
    /// In which format.
    pub format: Format,
    /// What the incident is, for a format that must say it (XARF).
    pub kind: Option<IncidentKind>,
    /// What a person knows beyond the labels.
    pub rules: Rules,
    /// Whether a person accepts what the format cannot carry.
    pub accept_losses: bool,
    /// Where to: a file, or a server.
    pub out: Out<'a>,
    /// What is put around it.
    pub wrap: &'a Wrap,
    /// The person.
    pub by: &'a str,
}

/// Where a message is handed over.
#[derive(Clone, Copy)]
pub enum Out<'a> {
    /// A file to write, that a person carries.
    File(&'a Path),
    /// A counterpart's server, and the way to it.
    Server(&'a Server, &'a dyn Transport),
}

impl std::fmt::Debug for Out<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

impl Out<'_> {
    /// Its name in the journal: no folder of ours stands in it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => {
                let name = path.file_name().unwrap_or_default();
                format!("file {}", name.to_string_lossy())
            }
            Self::Server(server, _) => server.to_string(),
        }
    }
}

/// What left.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    /// SHA-256 of the message.
    pub message: String,
    /// Bytes of it.
    pub bytes: u64,
    /// What the format could not carry: place and what becomes of it.
    pub losses: Vec<(String, String)>,
    /// What the server said, where it went to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Delivered>,
}

impl Post<'_> {
    /// We, with the fingerprint of our key.
    #[must_use]
    pub fn us(&self) -> Party {
        let mut us = self.parties.us.clone();
        us.contact.key_fingerprint = self.key.public().fingerprint();
        us
    }

    /// Our public key, as the other side writes it into its `parties.toml`.
    #[must_use]
    pub fn public_key(&self) -> String {
        self.key.public().to_text().trim_end().to_owned()
    }

    pub(super) fn sign(&self, text: &str) -> Result<String, Error> {
        self.key.sign_note(text).map_err(|e| Error::Seal(e.to_string()))
    }

    pub(super) fn signed_notice(&self, one: &Notice) -> Result<Vec<u8>, Error> {
        let note = self.sign(&notice::text_to_sign(&notice::digest(one)))?;
        Ok(notice::encode(one, Some(&note)))
    }

    /// Everything that stands against a package, by the checks and by the gate.
    pub(super) fn cleared(
        &self,
        package: Package,
        to: &Party,
        rules: &Rules,
    ) -> Result<Cleared, Error> {
        let given = Given { personal_because: rules.personal_because.clone() };
        let faults = check::check(&package, self.clock.now(), &given);
        if !faults.is_empty() {
            return Err(listed("it cannot be sent yet:", &faults));
        }
        let recipient = Recipient { party: to.clone() };
        clear_under(package, recipient, &self.with_labels(rules)?)
            .map_err(|refusals| listed("it may not go to this party:", &refusals))
    }

    fn encoded(&self, leave: &Leave<'_>) -> Result<(Cleared, Vec<u8>, Vec<Loss>), Error> {
        let package = self.made(leave.package)?;
        let addressed = package.to.iter().find(|one| one.id == leave.to).cloned();
        let to = match addressed {
            Some(party) => party,
            None => self.parties.named(leave.to)?.party.clone(),
        };
        let cleared = self.cleared(package, &to, &leave.rules)?;
        let note = self.sign(&native::text_to_sign(leave.package))?;
        let encoded = leave.format.encode(&cleared, &note, leave.kind);
        let encoded = encoded.map_err(|e| Error::Refused(e.to_string()))?;
        Ok((cleared, encoded.bytes, encoded.losses))
    }

    /// Hands a message over and notes to whom, as what, and under which labels it left. Done twice,
    /// the same message stands there once.
    ///
    /// # Errors
    /// When something stands against it, the format loses what nobody accepted to lose, the
    /// file cannot be written, or the server does not take it.
    pub fn leave(&mut self, leave: &Leave<'_>) -> Result<Left, Error> {
        let (cleared, bytes, losses) = self.encoded(leave)?;
        if !losses.is_empty() && !leave.accept_losses {
            let told: Vec<String> =
                losses.iter().map(|loss| format!("{}: {}", loss.place, loss.what)).collect();
            let name = leave.format.name();
            let head =
                format!("the format {name} cannot carry this (--accept-losses to send it so):");
            return Err(listed(&head, &told));
        }
        let bytes = match leave.out {
            Out::Server(server, _) => {
                deliver::may(&cleared, leave, server)?;
                deliver::for_server(server, bytes)?
            }
            Out::File(_) => bytes,
        };
        let bytes = self.wrapped(&cleared, leave.format.name(), bytes, leave.wrap)?;
        let mut exit = exit(&cleared, leave, &bytes, losses.len());
        exit.at = self.clock.now().to_string();
        let act = Act::Sent {
            package: leave.package.to_owned(),
            message: exit.message.clone(),
            to: leave.to.to_owned(),
        };
        if let Some(request) = leave.request {
            let (request, dialogue) = self.dialogue(request)?;
            dialogue.may(&act).map_err(|e| Error::Refused(e.to_string()))?;
            let fact = Fact { at: self.clock.now(), who: leave.by.to_owned(), act };
            exit.facts.push(Noted { request, fact });
        }
        let message = exit.message.clone();
        let delivered = match leave.out {
            Out::File(path) => {
                super::hand_over(path, &bytes)?;
                self.note_left(exit)?;
                None
            }
            Out::Server(server, transport) => {
                // Noted first: what a server has of it, it has.
                self.note_left(exit)?;
                Some(self.deliver(leave.package, &bytes, server, transport)?)
            }
        };
        let losses = losses.into_iter().map(|loss| (loss.place, loss.what)).collect();
        Ok(Left { message, bytes: bytes.len() as u64, losses, delivered })
    }

    /// Notes that something left, once.
    fn note_left(&mut self, exit: Exit) -> Result<(), Error> {
        let same = |event: &Event| {
            let Event::Left(there) = event else { return false };
            (&there.package, &there.message, &there.to, &there.exit)
                == (&exit.package, &exit.message, &exit.to, &exit.exit)
        };
        if self.journal.events().iter().any(same) {
            return Ok(());
        }
        self.note(Event::Left(Box::new(exit)))
    }

    /// Withdraws a request of ours, and writes the message that tells it.
    ///
    /// # Errors
    /// When there is no such request, or it is over.
    pub fn withdraw(
        &mut self,
        request: &str,
        by: &str,
        why: &str,
        out: &Path,
    ) -> Result<(), Error> {
        let (request, dialogue) = self.dialogue(request)?;
        let standing = dialogue.standing();
        if standing.side != super::Side::Asking {
            return Err(Error::Refused("it was asked of us: refuse it with `bakas answer`".into()));
        }
        let act = Act::Withdrawn { why: why.to_owned() };
        dialogue.may(&act).map_err(|e| Error::Refused(e.to_string()))?;
        let withdrawal = Withdrawal {
            request: request.clone(),
            version: standing.request.version,
            by: self.us(),
            at: self.clock.now(),
            why: why.to_owned(),
        };
        let bytes = self.signed_notice(&Notice::Withdrawal(withdrawal))?;
        super::hand_over(out, &bytes)?;
        self.did(&request, by, act)
    }

    /// What is handed over in a dialogue: our request, or where we are asked our newest answer; with
    /// the parties that it may go to.
    ///
    /// # Errors
    /// When nothing was made yet.
    pub fn to_hand_over(&self, dialogue: &Dialogue) -> Result<(String, Vec<String>), Error> {
        let standing = dialogue.standing();
        if standing.side == super::Side::Asking {
            return Ok((standing.request.package, standing.request.to));
        }
        let none = || Error::Usage("nothing was answered yet: `bakas answer`".into());
        let answer = standing.answers.last().cloned().ok_or_else(none)?;
        Ok((answer, vec![self.request(dialogue)?.from.id]))
    }

    /// Notes that a person reminded, escalated or closed.
    ///
    /// # Errors
    /// When that may not be done now.
    pub fn act(&mut self, request: &str, by: &str, act: Act) -> Result<(), Error> {
        let (request, dialogue) = self.dialogue(request)?;
        dialogue.may(&act).map_err(|e| Error::Refused(e.to_string()))?;
        self.did(&request, by, act)
    }
}

/// What the journal says of something that leaves.
fn exit(cleared: &Cleared, leave: &Leave<'_>, bytes: &[u8], losses: usize) -> Exit {
    let whose = originators(cleared);
    let obeyed = |one: &&Consent| one.to == leave.to && whose.contains(one.originator.as_str());
    let consented = |one: &Consent| Consented {
        originator: one.originator.clone(),
        to: one.to.clone(),
        on: one.on.clone(),
    };
    Exit {
        by: leave.by.to_owned(),
        kind: super::post::kind_of(cleared).to_owned(),
        package: leave.package.to_owned(),
        message: hex(&Sha256::digest(bytes)),
        bytes: bytes.len() as u64,
        format: leave.format.name().to_owned(),
        around: leave.wrap.names(),
        to: leave.to.to_owned(),
        exit: leave.out.name(),
        handling: cleared.handling.clone(),
        labels: labels(cleared),
        consents: leave.rules.consents.iter().filter(obeyed).map(consented).collect(),
        personal_because: leave.rules.personal_because.clone(),
        losses: losses as u64,
        ..Exit::default()
    }
}

/// Handlings of the package and of everything in it that has one of its own.
fn handlings(package: &Package) -> Vec<&Handling> {
    let mut all = vec![&package.handling];
    match &package.content {
        Content::Request(one) => all.extend(one.flows.iter().filter_map(|x| x.handling.as_ref())),
        Content::Answer(one) => {
            all.extend(one.flows.iter().filter_map(|x| x.handling.as_ref()));
            all.extend(one.attribution.iter().filter_map(|x| x.handling.as_ref()));
        }
        Content::Extract(one) => {
            all.extend(one.incidents.iter().filter_map(|x| x.handling.as_ref()));
            all.extend(one.campaigns.iter().filter_map(|x| x.handling.as_ref()));
            all.extend(one.observables.iter().filter_map(|x| x.handling.as_ref()));
            all.extend(one.opinions.iter().filter_map(|x| x.handling.as_ref()));
            all.extend(one.actions.iter().filter_map(|x| x.handling.as_ref()));
            all.extend(one.notes.iter().filter_map(|x| x.handling.as_ref()));
        }
    }
    all
}

/// The strictest TLP label of anything in it.
pub(super) fn strictest(package: &Package) -> Tlp {
    handlings(package).into_iter().map(|one| one.tlp).max().unwrap_or(Tlp::Red)
}

fn originators(package: &Package) -> BTreeSet<&str> {
    let all = handlings(package).into_iter();
    all.flat_map(|one| one.originators.iter().map(String::as_str)).collect()
}

/// The label of each incident of an extract, at this time.
fn labels(package: &Package) -> BTreeMap<String, (Tlp, Pap)> {
    let Content::Extract(extract) = &package.content else { return BTreeMap::new() };
    let label = |own: Option<&Handling>| {
        let whole = &package.handling;
        let both = own.map_or_else(|| whole.clone(), |own| whole.strictest(own));
        (both.tlp, both.pap)
    };
    extract.incidents.iter().map(|one| (one.id.clone(), label(one.handling.as_ref()))).collect()
}

/// A new name in the world (RFC 9562, version 4).
pub(super) fn new_id() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::Seal(format!("the system gives no random bytes: {e}")))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| text.get(range).unwrap_or(""));
    Ok(parts.join("-"))
}

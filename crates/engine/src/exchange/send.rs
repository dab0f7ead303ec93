//! What goes out: a package that was made passes the checks, the gate, and the encoder of a format;
//! then it is a file that a person hands over. Reminders, withdrawals and receipts go the same way.

use std::path::Path;

use bakas_exchange::{
    Cleared, Loss, Recipient, Rules,
    check::{self, Given},
    clear_under,
    machine::{Act, Dialogue},
    native, notice,
};
use bakas_model::{
    IncidentKind,
    exchange::{Notice, Package, Party, Withdrawal},
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Format, Post, listed};
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
    /// The file to write.
    pub out: &'a Path,
    /// The person.
    pub by: &'a str,
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
        clear_under(package, recipient, rules)
            .map_err(|refusals| listed("it may not go to this party:", &refusals))
    }

    /// What a format would lose of a package, before anything is written.
    ///
    /// # Errors
    /// When it may not leave, or the format cannot hold it.
    pub fn losses(&self, leave: &Leave<'_>) -> Result<Vec<Loss>, Error> {
        self.encoded(leave).map(|(_, losses)| losses)
    }

    fn encoded(&self, leave: &Leave<'_>) -> Result<(Vec<u8>, Vec<Loss>), Error> {
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
        Ok((encoded.bytes, encoded.losses))
    }

    /// Writes a message to a file and notes that it was handed over. Done twice, it is the same
    /// message, and stands there once.
    ///
    /// # Errors
    /// When something stands against it, the format loses what nobody accepted to lose, or the
    /// file cannot be written.
    pub fn leave(&mut self, leave: &Leave<'_>) -> Result<Left, Error> {
        let (bytes, losses) = self.encoded(leave)?;
        let message = hex(&Sha256::digest(&bytes));
        let act = Act::Sent {
            package: leave.package.to_owned(),
            message: message.clone(),
            to: leave.to.to_owned(),
        };
        let dialogue = leave.request.map(|request| self.dialogue(request)).transpose()?;
        if let Some((_, dialogue)) = &dialogue {
            dialogue.may(&act).map_err(|e| Error::Refused(e.to_string()))?;
        }
        if !losses.is_empty() && !leave.accept_losses {
            let told: Vec<String> =
                losses.iter().map(|loss| format!("{}: {}", loss.place, loss.what)).collect();
            let name = leave.format.name();
            let head =
                format!("the format {name} cannot carry this (--accept-losses to send it so):");
            return Err(listed(&head, &told));
        }
        super::hand_over(leave.out, &bytes)?;
        if let Some((request, dialogue)) = &dialogue {
            let sent = format!("sent {} {}", leave.package, leave.to);
            if !dialogue.knows(&sent) {
                self.did(request, leave.by, act)?;
            }
        }
        let losses = losses.into_iter().map(|loss| (loss.place, loss.what)).collect();
        Ok(Left { message, bytes: bytes.len() as u64, losses })
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

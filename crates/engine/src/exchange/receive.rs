//! What comes in: it is kept first, then looked at. A message of a party that we know, signed with
//! the key that we compared, is let in; any other waits until a person trusts it. To be let in
//! means to stand in its dialogue, and nothing else: to take an answer in as evidence is an act of
//! a person.

use std::path::Path;

use bakas_exchange::{
    Limits,
    machine::{Act, Answered, Asked, Dialogue, Fact},
    native, notice,
};
use bakas_model::{
    Timestamp,
    exchange::{Content, Notice, Opinion, Package, TraceAnswer},
};
use bakas_seal::note::open_text;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    IN_FOLDER, Parties, Post, about, crash, formats,
    journal::{Came, Event, Noted},
    post::kind_of,
};
use crate::{Error, assess, input::hex};

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// SHA-256 of it.
    pub message: String,
    /// Who sent it, as it says.
    pub from: String,
    /// What it is.
    pub kind: String,
    /// Which format.
    pub format: String,
    /// Whether it was here before.
    pub again: bool,
    /// Why it waits for a person; empty where it was let in.
    pub waits: String,
    /// The requests that it speaks of.
    pub requests: Vec<String>,
}

/// How an answer is taken in.
#[derive(Clone, Debug)]
pub struct TakenIn {
    /// Digest of the answer's package.
    pub package: String,
    /// The person.
    pub by: String,
    /// Why.
    pub why: String,
    /// How reliable the party is, `A` to `F`.
    pub reliability: char,
    /// How credible the answer is, `1` to `6`.
    pub credibility: char,
    /// Whether the party has no interest in being believed (`why` says so).
    pub no_interest: bool,
}

/// What a message holds.
enum Held {
    Packages(Vec<Package>, Option<String>),
    Notice(Box<Notice>, Option<String>),
}

impl Post<'_> {
    /// Takes a message: keeps it, and looks at it. The same message again changes nothing.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Arrival, Error> {
        let message = hex(&Sha256::digest(bytes));
        let again = self.came(&message).is_some();
        if !again {
            let path = self.folder.join(IN_FOLDER).join(format!("{message}.msg"));
            crash::point();
            bakas_store::replace(&path, bytes)?;
            crash::point();
            look(self, &message)?;
        }
        let came = self.came(&message).expect("it was just looked at");
        Ok(Arrival {
            message,
            from: came.from.clone(),
            kind: came.kind.clone(),
            format: came.format.clone(),
            again,
            waits: came.waits.clone(),
            requests: came.facts.iter().map(|noted| noted.request.clone()).collect(),
        })
    }

    /// Lets a message in that waits: a person knows whose it is.
    ///
    /// # Errors
    /// When no such message waits, or it cannot be read.
    pub fn trust(&mut self, message: &str, by: &str, why: &str) -> Result<Vec<String>, Error> {
        let message = self.waits(message)?;
        let held = held(&self.message(&message)?).map(|(_, held)| held);
        let held = held.map_err(|what| {
            Error::Refused(format!("it cannot be read, so that trust is of no use: {what}"))
        })?;
        let facts = facts(self, &held, &message, &claimed(&held));
        let requests = facts.iter().map(|noted| noted.request.clone()).collect();
        let (by, why) = (by.to_owned(), why.to_owned());
        let at = self.clock.now().to_string();
        self.note(Event::Trusted { message, by, why, at, facts })?;
        Ok(requests)
    }

    /// Throws a message out that waits. It stays in the folder, and counts for nothing.
    ///
    /// # Errors
    /// When no such message waits.
    pub fn dismiss(&mut self, message: &str, by: &str, why: &str) -> Result<(), Error> {
        let message = self.waits(message)?;
        let (by, why) = (by.to_owned(), why.to_owned());
        let at = self.clock.now().to_string();
        self.note(Event::Dismissed { message, by, why, at })
    }

    /// The whole name of a message that waits.
    fn waits(&self, name: &str) -> Result<String, Error> {
        let mut fit = self.waiting().into_iter().filter(|one| one.message.starts_with(name));
        match (fit.next(), fit.next()) {
            (Some(one), None) if name.len() >= 4 => Ok(one.message),
            _ => Err(Error::Usage(format!(
                "no single message that waits begins with \"{name}\" (four digits at least); `bakas receive waiting` lists them"
            ))),
        }
    }

    /// Writes a receipt for the first message of a request that has none yet.
    ///
    /// # Errors
    /// When nothing is owed, or it cannot be kept.
    pub fn receipt(&mut self, request: &str, by: &str, out: &Path) -> Result<(), Error> {
        let (request, dialogue) = self.dialogue(request)?;
        let owed = dialogue.facts().into_iter().find_map(|fact| match &fact.act {
            Act::Arrived { message, request, .. } => {
                let made = dialogue.knows(&format!("receipt made {message}"));
                (!made).then(|| (message.clone(), request.package.clone(), request.flows))
            }
            Act::AnswerCame { message, answer, .. } => {
                let made = dialogue.knows(&format!("receipt made {message}"));
                (!made)
                    .then(|| (message.clone(), answer.package.clone(), answer.found.len() as u64))
            }
            _ => None,
        });
        let (message, package, taken) =
            owed.ok_or_else(|| Error::Refused("a receipt was made for all that came".to_owned()))?;
        let receipt = bakas_model::exchange::Receipt {
            package: self.arrived(&package)?.id,
            sha256: message.clone(),
            by: self.us(),
            received: self.when(&message).unwrap_or_else(|| self.clock.now()),
            taken,
            rejected: Vec::new(),
        };
        let bytes = self.signed_notice(&Notice::Receipt(receipt))?;
        super::hand_over(out, &bytes)?;
        self.did(&request, by, Act::ReceiptMade { message, taken, rejected: 0 })
    }

    fn when(&self, message: &str) -> Option<Timestamp> {
        self.came(message).and_then(|came| came.at.parse().ok())
    }

    /// Takes an answer into the assessment of the case.
    ///
    /// # Errors
    /// When there is no such answer, or the assessment refuses it; nothing is changed then.
    pub fn take_in(&mut self, request: &str, given: &TakenIn) -> Result<assess::Taken, Error> {
        let (request, dialogue) = self.dialogue(request)?;
        let act = Act::TakenIn { package: given.package.clone(), item: String::new() };
        dialogue.may(&act).map_err(|e| Error::Refused(e.to_string()))?;
        let package = self.arrived(&given.package)?;
        let Content::Answer(answer) = &package.content else {
            return Err(Error::Usage("it is no answer".into()));
        };
        let subjects = match &self.request(&dialogue)?.content {
            Content::Request(request) => about::subjects_of(&self.folder, request)?,
            _ => Vec::new(),
        };
        let taken = evidence(answer, &package, given, &subjects);
        let taken = assess::take_in(&self.folder, &taken, &given.by, self.clock)?;
        crash::point();
        let item = taken.item.clone();
        self.did(&request, &given.by, Act::TakenIn { package: given.package.clone(), item })?;
        Ok(taken)
    }
}

/// What an answer says of where from and who, in the words of the assessment. It speaks of those
/// whose records were asked about, and of nobody else.
fn evidence(
    answer: &TraceAnswer,
    package: &Package,
    given: &TakenIn,
    subjects: &[String],
) -> assess::TakenIn {
    let words: Vec<&str> = answer.notes.iter().map(|one| one.text.as_str()).collect();
    let status = serde_json::to_value(answer.status).unwrap_or_default();
    let counts =
        format!("{}: {} of the flows", status.as_str().unwrap_or_default(), answer.flows.len());
    let words = if words.is_empty() { counts } else { words.join(" ") };
    let about = |one: &Opinion| -> Vec<Option<String>> {
        match &one.subject {
            Some(subject) if subject.starts_with("C-") => vec![Some(subject.clone())],
            _ if subjects.is_empty() => vec![None],
            _ => subjects.iter().cloned().map(Some).collect(),
        }
    };
    let candidate = |one: &Opinion, subject: Option<String>| assess::Candidate {
        subject,
        level: one.level,
        hypothesis: one.hypothesis.clone(),
        likelihood: Some(one.likelihood),
        confidence: one.confidence.map(|n| n.to_string()).unwrap_or_default(),
        basis: one.basis.iter().map(|words| words.text.clone()).collect::<Vec<_>>().join(" "),
        ..assess::Candidate::default()
    };
    assess::TakenIn {
        request: answer.in_reply_to.id.clone(),
        message: native::digest(package),
        party: package.from.name.clone(),
        words,
        language: answer.notes.first().map(|one| one.language.clone()).unwrap_or_default(),
        at: Some(package.created),
        reliability: given.reliability,
        credibility: given.credibility,
        interested: !given.no_interest,
        why: given.why.clone(),
        candidates: answer
            .attribution
            .iter()
            .flat_map(|one| about(one).into_iter().map(move |subject| candidate(one, subject)))
            .collect(),
    }
}

/// Looks at a message that lies in the folder, and notes what it is.
pub(super) fn look(post: &mut Post<'_>, message: &str) -> Result<(), Error> {
    let at = post.clock.now().to_string();
    let bytes = post.message(message)?;
    let mut came = Came {
        message: message.to_owned(),
        at,
        format: String::new(),
        from: String::new(),
        kind: String::new(),
        waits: String::new(),
        facts: Vec::new(),
    };
    if hex(&Sha256::digest(&bytes)) != message {
        came.waits = "it is not what its name says: half written, or altered".into();
    } else {
        match held(&bytes) {
            Err(what) => came.waits = format!("it could not be read: {what}"),
            Ok((format, held)) => {
                came.format = format.to_owned();
                came.from = claimed(&held);
                came.kind = kind(&held).to_owned();
                let stranger = why_it_waits(&held, &post.parties);
                let odd = || does_not_fit(post, &held, &came.from);
                came.waits = stranger.or_else(odd).unwrap_or_default();
                if came.waits.is_empty() {
                    came.facts = facts(post, &held, message, &came.from);
                }
            }
        }
    }
    post.note(Event::Came(came))
}

/// The packages of a message.
pub(super) fn packages(bytes: &[u8]) -> Result<Vec<Package>, String> {
    match held(bytes)?.1 {
        Held::Packages(packages, _) => Ok(packages),
        Held::Notice(..) => Ok(Vec::new()),
    }
}

fn held(bytes: &[u8]) -> Result<(&'static str, Held), String> {
    let limits = Limits { bytes: super::MESSAGE_BYTES_LIMIT, ..Limits::default() };
    if let Ok((notice, note)) = notice::decode(bytes, &limits) {
        return Ok(("notice", Held::Notice(Box::new(notice), note)));
    }
    if let Ok(document) = native::open(bytes, &limits) {
        return Ok(("native", Held::Packages(document.taken.packages, document.note)));
    }
    match formats::decode(bytes, &limits) {
        Ok((format, taken)) => Ok((format.name(), Held::Packages(taken.packages, None))),
        Err(errors) => {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(if told.is_empty() {
                "no format that is known here".into()
            } else {
                told.join("; ")
            })
        }
    }
}

fn claimed(held: &Held) -> String {
    match held {
        Held::Packages(packages, _) => {
            packages.first().map(|one| one.from.id.clone()).unwrap_or_default()
        }
        Held::Notice(notice, _) => notice.by().id.clone(),
    }
}

fn kind(held: &Held) -> &'static str {
    match held {
        Held::Packages(packages, _) => packages.first().map_or("", kind_of),
        Held::Notice(notice, _) => match **notice {
            Notice::Receipt(_) => "receipt",
            Notice::Withdrawal(_) => "withdrawal",
        },
    }
}

/// Why a message must wait for a person; none where the sender is known and signed it.
fn why_it_waits(held: &Held, parties: &Parties) -> Option<String> {
    let from = claimed(held);
    let Some(known) = parties.find(&from) else {
        return Some("nobody in parties.toml has that name".into());
    };
    let Some(key) = &known.key else {
        return Some("no key of this party was compared (parties.toml, key)".into());
    };
    let (note, text) = match held {
        Held::Packages(packages, note) => {
            let [package] = packages.as_slice() else {
                return Some("it holds several packages and no single signature".into());
            };
            (note, native::text_to_sign(&native::digest(package)))
        }
        Held::Notice(one, note) => (note, notice::text_to_sign(&notice::digest(one))),
    };
    let Some(note) = note else { return Some("it is not signed".into()) };
    match open_text(note, key) {
        Ok(signed) if signed == text => None,
        Ok(_) => Some("its signature is of another message".into()),
        Err(error) => Some(format!("its signature does not hold: {error}")),
    }
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
    match held {
        Held::Packages(packages, _) => packages.iter().find_map(|package| {
            let Content::Request(request) = &package.content else { return None };
            let dialogue = of(&request.id)?;
            match asked_by(&dialogue) {
                None => Some("it bears the name of a request of ours".into()),
                Some(first) if first != from => {
                    Some("it is a version of a request that somebody else made".into())
                }
                Some(_) => None,
            }
        }),
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

/// What a message means for the dialogues.
fn facts(post: &Post<'_>, held: &Held, message: &str, from: &str) -> Vec<Noted> {
    let at = post.clock.now();
    let noted = |request: &str, act: Act| Noted {
        request: request.to_owned(),
        fact: Fact { at, who: from.to_owned(), act },
    };
    let (message, from) = (message.to_owned(), from.to_owned());
    match held {
        Held::Packages(packages, _) => {
            let of = |package: &Package| match &package.content {
                Content::Request(request) => {
                    let asked = Asked::of(request, package);
                    let (message, from) = (message.clone(), from.clone());
                    Some(noted(&request.id, Act::Arrived { request: asked, message, from }))
                }
                Content::Answer(answer) => {
                    let id = &answer.in_reply_to.id;
                    let answer = Answered::of(answer, package);
                    let (message, from) = (message.clone(), from.clone());
                    Some(noted(id, Act::AnswerCame { answer, message, from }))
                }
                Content::Extract(_) => None,
            };
            packages.iter().filter_map(of).collect()
        }
        Held::Notice(notice, _) => match &**notice {
            Notice::Receipt(receipt) => {
                let act = Act::ReceiptCame {
                    message: receipt.sha256.clone(),
                    from,
                    taken: receipt.taken,
                    rejected: receipt.rejected.len() as u64,
                };
                let of = sent(post, &receipt.sha256);
                of.into_iter().map(|request| noted(&request, act.clone())).collect()
            }
            Notice::Withdrawal(one) => {
                vec![noted(&one.request, Act::Withdrawn { why: one.why.clone() })]
            }
        },
    }
}

/// The request in whose dialogue we sent a message.
fn sent(post: &Post<'_>, of: &str) -> Option<String> {
    let is_it = |fact: &&Fact| matches!(&fact.act, Act::Sent { message, .. } if message == of);
    let mut all = post.dialogues().into_iter();
    all.find(|(_, dialogue)| dialogue.facts().iter().any(is_it)).map(|(id, _)| id)
}

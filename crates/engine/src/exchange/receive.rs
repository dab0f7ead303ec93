//! What comes in: it is kept first, then looked at. A message of a party that we know, signed with
//! the key that we compared, is let in; any other waits until a person trusts it. To be let in
//! means to stand in its dialogue, and nothing else: to take an answer in as evidence is an act of
//! a person.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use bakas_exchange::{
    machine::{Act, Answered, Asked, Fact},
    native,
};
use bakas_model::{
    Timestamp,
    exchange::{Content, Notice, Opinion, Package, TraceAnswer, Words},
};
use serde::Serialize;

use super::{
    IN_FOLDER, MESSAGE_BYTES_LIMIT, Post, about, crash,
    journal::{Came, Event, Noted},
    look::{self, Held, Seen},
    post::kind_of,
    waits,
};
use crate::{Error, assess};

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
    /// Whether it waits because a signature or a digest in it does not hold.
    pub broken: bool,
    /// Where it stood within mails and envelopes; empty where nothing was taken off.
    pub within: String,
    /// The party whose key signed the envelope; empty where nobody's did that we know.
    pub sealed_by: String,
    /// What could not be read of it, each with its place.
    pub rejected: Vec<String>,
    /// The requests that it speaks of.
    pub requests: Vec<String>,
}

impl Arrival {
    /// Whether nothing of it could be read.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.kind.is_empty()
    }
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

impl Post<'_> {
    /// Takes a message: keeps it, and looks at it. The same message again changes nothing, unless
    /// it waits and can now be opened, or is now signed by somebody we know.
    ///
    /// # Errors
    /// When it cannot be read or kept.
    pub fn receive(&mut self, path: &Path) -> Result<Arrival, Error> {
        let message = look::digest(path)?;
        let wrong = |source| Error::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(wrong)?;
        if file.metadata().map_err(wrong)?.len() > MESSAGE_BYTES_LIMIT {
            return Err(Error::Usage(format!(
                "{}: larger than {} MiB; ask for it in parts",
                path.display(),
                MESSAGE_BYTES_LIMIT >> 20
            )));
        }
        self.take(message, file)
    }

    /// Keeps a message under its digest and looks at it.
    pub(super) fn take(&mut self, message: String, from: impl Read) -> Result<Arrival, Error> {
        let again = self.came(&message).is_some();
        if !again {
            crash::point();
            let mut from = from.take(MESSAGE_BYTES_LIMIT + 1);
            bakas_store::replace_from(&self.in_file(&message), &mut from)?;
            crash::point();
        }
        if !again || self.waiting().iter().any(|one| one.message == message) {
            look(self, &message)?;
        }
        let came = self.came(&message).expect("it was just looked at");
        let within = came.within.clone().unwrap_or_default();
        Ok(Arrival {
            from: came.from.clone(),
            kind: came.kind.clone(),
            format: came.format.clone(),
            again,
            waits: came.waits.clone(),
            broken: came.broken,
            within: within.place,
            sealed_by: within.signer,
            rejected: came.rejected.clone(),
            requests: came.facts.iter().map(|noted| noted.request.clone()).collect(),
            message,
        })
    }

    fn in_file(&self, message: &str) -> PathBuf {
        self.folder.join(IN_FOLDER).join(format!("{message}.msg"))
    }

    /// Where what stood within a message is kept.
    fn within_file(&self, message: &str) -> PathBuf {
        self.folder.join(IN_FOLDER).join(format!("{message}.within"))
    }

    /// What a message that was looked at before holds.
    pub(super) fn held(&self, message: &str) -> Result<Held, String> {
        let within = self.came(message).and_then(|came| came.within.clone());
        let Some(within) = within else {
            let seen = look::message(&self.in_file(message), &self.opening);
            return seen.map_err(|e| e.to_string())?.map(|seen| seen.held).map_err(|e| e.what);
        };
        let path = self.within_file(message);
        let altered =
            || format!("{}: it is not what was opened; open the message again", path.display());
        let bytes = super::read_limited(&path, look::WHOLE_BYTES_LIMIT).map_err(|_| altered())?;
        if look::digest(&path).ok().as_deref() != Some(within.sha256.as_str()) {
            return Err(altered());
        }
        look::decoded(&bytes, within.date.parse().ok()).map(|(_, held, _)| held)
    }

    /// Lets a message in that waits: a person knows whose it is.
    ///
    /// # Errors
    /// When no such message waits, or it cannot be read.
    pub fn trust(&mut self, message: &str, by: &str, why: &str) -> Result<Vec<String>, Error> {
        let message = self.waits(message)?;
        let held = self.held(&message).map_err(|what| {
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
        let words = |text: &String| Words { language: "en".into(), text: text.clone() };
        let rejected: Vec<Words> =
            self.came(&message).into_iter().flat_map(|came| &came.rejected).map(words).collect();
        let count = rejected.len() as u64;
        let receipt = bakas_model::exchange::Receipt {
            package: self.arrived(&package)?.id,
            sha256: message.clone(),
            by: self.us(),
            received: self.when(&message).unwrap_or_else(|| self.clock.now()),
            taken,
            rejected,
        };
        let bytes = self.signed_notice(&Notice::Receipt(receipt))?;
        super::hand_over(out, &bytes)?;
        self.did(&request, by, Act::ReceiptMade { message, taken, rejected: count })
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

/// Looks at a message that lies in the folder, and notes what it is, where that is news.
pub(super) fn look(post: &mut Post<'_>, message: &str) -> Result<(), Error> {
    let path = post.in_file(message);
    let mut came =
        Came { message: message.to_owned(), at: post.clock.now().to_string(), ..Came::default() };
    if look::digest(&path)? != message {
        came.waits = "it is not what its name says: half written, or altered".into();
        came.broken = true;
        return post.note(Event::Came(Box::new(came)));
    }
    match look::message(&path, &post.opening)? {
        Err(trouble) => {
            came.waits = format!("it could not be read: {}", trouble.what);
            came.broken = trouble.is_broken;
        }
        Ok(seen) => {
            let Seen { format, held, rejected, within } = seen;
            came.format = format.to_owned();
            came.from = claimed(&held);
            came.kind = kind(&held).to_owned();
            came.rejected = rejected;
            let wait = waits::why(post, &held, within.as_ref().map(|(within, _)| within));
            if let Some(wait) = wait {
                (came.waits, came.broken) = (wait.what, wait.is_broken);
            } else {
                came.facts = facts(post, &held, message, &came.from);
            }
            if let Some((within, bytes)) = within {
                crash::point();
                bakas_store::replace(&post.within_file(message), &bytes)?;
                crash::point();
                came.within = Some(within);
            }
        }
    }
    let is_news = post
        .came(message)
        .is_none_or(|before| Came { at: before.at.clone(), ..came.clone() } != *before);
    if is_news { post.note(Event::Came(Box::new(came))) } else { Ok(()) }
}

pub(super) fn claimed(held: &Held) -> String {
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

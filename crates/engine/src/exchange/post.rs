//! The folder of an exchange, open: its journal, its messages, who we are, our key. One process at a
//! time has it open. Opening it finishes what an earlier process left unfinished.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bakas_exchange::{
    Limits,
    machine::{Act, Dialogue, Due, Fact, Standing},
    native,
};
use bakas_model::exchange::{Content, Package};
use bakas_seal::{Leaf, LeafKind, SigningKey};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    IN_FOLDER, KeyFiles, MESSAGE_BYTES_LIMIT, OUT_FOLDER, Parties, crash,
    journal::{Came, Counts, Event, Exit, Journal, Noted},
    look::Held,
    opening::Opening,
    read_limited, receive,
};
use crate::{Error, clock::Clock, seal};

/// The folder of an exchange, open.
pub struct Post<'a> {
    pub(super) folder: PathBuf,
    pub(super) journal: Journal,
    /// Who we are and whom we know.
    pub parties: Parties,
    pub(super) key: SigningKey,
    key_file: Option<PathBuf>,
    pub(super) opening: Opening,
    pub(super) clock: &'a dyn Clock,
}

/// A dialogue as it is shown.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// The request's name in the world.
    pub request: String,
    /// Where it stands.
    pub standing: Standing,
    /// What is due now.
    pub due: Vec<Due>,
    /// All that happened.
    pub facts: Vec<Fact>,
}

/// Something that left, with what a server said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// It.
    #[serde(flatten)]
    pub exit: Exit,
    /// What became of it at a server, where it went to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Counts>,
}

/// A message that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// SHA-256 of it.
    pub message: String,
    /// When it came.
    pub at: String,
    /// Who sent it, as it says.
    pub from: String,
    /// What it is.
    pub kind: String,
    /// Which format.
    pub format: String,
    /// Why it waits.
    pub why: String,
}

impl<'a> Post<'a> {
    /// Opens the exchange of a folder, or begins one. Another process that has it open is waited
    /// for.
    ///
    /// # Errors
    /// When the folder is not there, `parties.toml` is wrong or missing, or the journal was altered.
    pub fn open(
        folder: &Path,
        parties: Option<&Path>,
        key_file: Option<&Path>,
        clock: &'a dyn Clock,
    ) -> Result<Self, Error> {
        Self::open_with(folder, parties, key_file, KeyFiles::default(), clock)
    }

    /// The same with keys of ours that open what comes encrypted.
    ///
    /// # Errors
    /// As [`Self::open`], and when a key cannot be read.
    pub fn open_with(
        folder: &Path,
        parties: Option<&Path>,
        key_file: Option<&Path>,
        keys: KeyFiles<'_>,
        clock: &'a dyn Clock,
    ) -> Result<Self, Error> {
        if !folder.is_dir() {
            return Err(Error::Usage(format!("{} is no folder", folder.display())));
        }
        let parties = Parties::read(folder, parties)?;
        for part in [OUT_FOLDER, IN_FOLDER] {
            let path = folder.join(part);
            fs::create_dir_all(&path).map_err(|source| Error::Write { path, source })?;
        }
        let mut post = Self {
            folder: folder.to_owned(),
            journal: Journal::open(folder)?,
            opening: Opening::read(keys, &parties)?,
            parties,
            key: seal::signing_key(key_file)?,
            key_file: key_file.map(Path::to_owned),
            clock,
        };
        post.settle()?;
        Ok(post)
    }

    /// Finishes what is unfinished: messages that lie there and were not looked at, and lines that
    /// are not yet in the log of the case.
    fn settle(&mut self) -> Result<(), Error> {
        for message in self.unread()? {
            receive::look(self, &message)?;
        }
        self.anchor()
    }

    /// Messages that lie in the folder and of which the journal says nothing.
    fn unread(&self) -> Result<Vec<String>, Error> {
        let folder = self.folder.join(IN_FOLDER);
        let read = |source| Error::Read { path: folder.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).map_err(read)? {
            let name = entry.map_err(read)?.file_name();
            let Some(message) = name.to_str().and_then(|name| name.strip_suffix(".msg")) else {
                continue;
            };
            if is_digest(message) && self.came(message).is_none() {
                found.push(message.to_owned());
            }
        }
        found.sort();
        Ok(found)
    }

    /// What the journal says last of a message that came.
    pub(super) fn came(&self, message: &str) -> Option<&Came> {
        self.journal.events().iter().rev().find_map(|event| match event {
            Event::Came(came) if came.message == message => Some(&**came),
            _ => None,
        })
    }

    /// Notes that something happened, and puts it into the log of the case.
    pub(super) fn note(&mut self, event: Event) -> Result<(), Error> {
        self.journal.append(event)?;
        self.anchor()
    }

    /// Notes what we did about a request.
    pub(super) fn did(&mut self, request: &str, who: &str, act: Act) -> Result<(), Error> {
        let fact = Fact { at: self.clock.now(), who: who.to_owned(), act };
        let noted = Noted { request: request.to_owned(), fact };
        self.note(Event::Done { facts: vec![noted] })
    }

    /// Puts every line that is not there yet into the log of the case, where it has one.
    fn anchor(&self) -> Result<(), Error> {
        if !self.folder.join(bakas_seal::KEY_FILE).exists() || self.journal.events().is_empty() {
            return Ok(());
        }
        let there = seal::leaves(&self.folder)?;
        let line = |value: &Value| {
            let ours = value.get("what").and_then(Value::as_str) == Some("exchange");
            value.get("line").and_then(Value::as_u64).filter(|_| ours)
        };
        let known = there.iter().filter_map(|(_, leaf)| line(&leaf.json)).max().unwrap_or(0);
        let first = usize::try_from(known).unwrap_or(usize::MAX);
        let all = self.journal.events().iter().zip(self.journal.digests()).zip(1_u64..);
        let new = all.skip(first);
        let leaves: Vec<Leaf> = new
            .map(|((event, digest), number)| {
                let value = json!({"what": "exchange", "line": number, "line_sha256": digest});
                Leaf::new(kind(event), value)
            })
            .collect();
        if !leaves.is_empty() {
            crash::point();
            seal::append_with(&self.folder, self.key_file.as_deref(), &leaves)?;
            crash::point();
        }
        Ok(())
    }

    /// Every dialogue, by the request's name.
    #[must_use]
    pub fn dialogues(&self) -> BTreeMap<String, Dialogue> {
        let mut all: BTreeMap<String, Dialogue> = BTreeMap::new();
        for event in self.journal.events() {
            for noted in event.facts() {
                all.entry(noted.request.clone()).or_default().note(noted.fact.clone());
            }
        }
        all
    }

    /// One dialogue, by the request's name or the beginning of it, or else by the asking side's own
    /// number for it.
    ///
    /// # Errors
    /// When there is none, or several begin so or have that number.
    pub fn dialogue(&self, name: &str) -> Result<(String, Dialogue), Error> {
        let all = self.dialogues();
        let begins = all.keys().any(|id| id.starts_with(name));
        let is_it = |(id, dialogue): &(String, Dialogue)| {
            if begins { id.starts_with(name) } else { self.has_reference(dialogue, name) }
        };
        let mut fit = all.into_iter().filter(is_it);
        match (fit.next(), fit.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(Error::Usage(format!(
                "no request begins with \"{name}\" or has that reference; `bakas request status` lists them"
            ))),
            _ => {
                let how = if begins { "begin with" } else { "have the reference" };
                Err(Error::Usage(format!("several requests {how} \"{name}\"")))
            }
        }
    }

    /// The records on which a request rests, as `FILE:OFFSET`.
    ///
    /// # Errors
    /// When there is no such request, or its message cannot be read.
    pub fn records_of(&self, name: &str) -> Result<Vec<String>, Error> {
        let (_, dialogue) = self.dialogue(name)?;
        let package = self.request(&dialogue)?;
        let Content::Request(request) = &package.content else { return Ok(Vec::new()) };
        let evidence = request.flows.iter().flat_map(|flow| &flow.evidence);
        Ok(evidence.map(|one| format!("{}:{}", one.file, one.offset)).collect())
    }

    fn has_reference(&self, dialogue: &Dialogue, reference: &str) -> bool {
        self.request(dialogue).is_ok_and(|package| match &package.content {
            Content::Request(request) => !reference.is_empty() && request.reference == reference,
            _ => false,
        })
    }

    /// Where everything stands, and what is due.
    #[must_use]
    pub fn status(&self) -> Vec<Shown> {
        let now = self.clock.now();
        let shown = |(request, dialogue): (String, Dialogue)| Shown {
            request,
            standing: dialogue.standing(),
            due: dialogue.due(now),
            facts: dialogue.facts().into_iter().cloned().collect(),
        };
        self.dialogues().into_iter().map(shown).collect()
    }

    /// Messages that wait for a person.
    #[must_use]
    pub fn waiting(&self) -> Vec<Waiting> {
        // What was looked at last counts, and what a person decided.
        let mut last: BTreeMap<&str, Option<(usize, &Came)>> = BTreeMap::new();
        for (at, event) in self.journal.events().iter().enumerate() {
            match event {
                Event::Came(came) => {
                    last.insert(
                        &came.message,
                        Some((at, &**came)).filter(|_| !came.waits.is_empty()),
                    );
                }
                Event::Trusted { message, .. } | Event::Dismissed { message, .. } => {
                    last.insert(message, None);
                }
                Event::Done { .. }
                | Event::Made { .. }
                | Event::Left(_)
                | Event::Delivered { .. } => {}
            }
        }
        let mut waiting: Vec<(usize, &Came)> = last.into_values().flatten().collect();
        waiting.sort_by_key(|(at, _)| *at);
        let shown = |(_, came): (usize, &Came)| Waiting {
            message: came.message.clone(),
            at: came.at.clone(),
            from: came.from.clone(),
            kind: came.kind.clone(),
            format: came.format.clone(),
            why: came.waits.clone(),
        };
        waiting.into_iter().map(shown).collect()
    }

    /// Everything that left, in its order.
    #[must_use]
    pub fn left(&self) -> Vec<Gone> {
        let delivered = |exit: &Exit| {
            self.journal.events().iter().rev().find_map(|event| match event {
                Event::Delivered { package, exit: there, counts, .. }
                    if *package == exit.package && *there == exit.exit =>
                {
                    Some(*counts)
                }
                _ => None,
            })
        };
        let all = self.journal.events().iter().filter_map(|event| match event {
            Event::Left(exit) => Some(Gone { exit: (**exit).clone(), delivered: delivered(exit) }),
            _ => None,
        });
        all.collect()
    }

    /// Keeps a package that we made, with our signature; gives its digest.
    pub(super) fn keep(&self, package: &Package) -> Result<String, Error> {
        let digest = native::digest(package);
        // The very bytes that the digest is of: `sha256sum` gives the file's name.
        let bytes = native::canonical(package);
        crash::point();
        bakas_store::replace(&self.out_file(&digest), &bytes)?;
        crash::point();
        Ok(digest)
    }

    fn out_file(&self, digest: &str) -> PathBuf {
        self.folder.join(OUT_FOLDER).join(format!("{digest}.json"))
    }

    /// A package that we made.
    ///
    /// # Errors
    /// When it is not there, or not what it was.
    pub fn made(&self, digest: &str) -> Result<Package, Error> {
        let path = self.out_file(digest);
        let bytes = read_limited(&path, MESSAGE_BYTES_LIMIT)?;
        let wrong = |what: String| Error::Seal(format!("{}: {what}", path.display()));
        let value = bakas_exchange::json::read(&bytes, &Limits::default(), "package");
        let value = value.map_err(|e| wrong(e.to_string()))?;
        let package = native::read_package(&value).map_err(|e| wrong(e.to_string()))?;
        if native::digest(&package) == digest {
            Ok(package)
        } else {
            Err(wrong("it is not what it was when it was made".into()))
        }
    }

    /// The package with this digest that a message brought.
    ///
    /// # Errors
    /// When no message that was let in brought it.
    pub fn arrived(&self, digest: &str) -> Result<Package, Error> {
        let dialogues = self.dialogues();
        let facts = dialogues.values().flat_map(Dialogue::facts);
        let message = facts.into_iter().find_map(|fact| match &fact.act {
            Act::Arrived { request, message, .. } if request.package == digest => Some(message),
            Act::AnswerCame { answer, message, .. } if answer.package == digest => Some(message),
            _ => None,
        });
        let message = message.ok_or_else(|| {
            Error::Usage(format!("no message with the digest {digest} was let in"))
        })?;
        let held =
            self.held(message).map_err(|what| Error::Seal(format!("message {message}: {what}")))?;
        let packages = match held {
            Held::Packages(packages, _) => packages,
            Held::Notice(..) => Vec::new(),
        };
        let mut fit = packages.into_iter().filter(|one| native::digest(one) == digest);
        fit.next().ok_or_else(|| Error::Seal(format!("message {message} is not what it was")))
    }

    /// The newest version of a request in a dialogue, whichever side made it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn request(&self, dialogue: &Dialogue) -> Result<Package, Error> {
        let digest = dialogue.standing().request.package;
        let ours = self.out_file(&digest).exists();
        if ours { self.made(&digest) } else { self.arrived(&digest) }
    }
}

impl std::fmt::Debug for Post<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Whether a text is a SHA-256 in hex.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Which leaf speaks for a line.
fn kind(event: &Event) -> LeafKind {
    match event.facts().first().map(|noted| &noted.fact.act) {
        Some(Act::Requested { .. } | Act::Arrived { .. }) => LeafKind::Request,
        Some(Act::AnswerCame { .. } | Act::AnswerMade { .. }) => LeafKind::Answer,
        _ => LeafKind::Package,
    }
}

/// What a package is, in a word.
pub(super) const fn kind_of(package: &Package) -> &'static str {
    match package.content {
        Content::Request(_) => "request",
        Content::Answer(_) => "answer",
        Content::Extract(_) => "extract",
    }
}

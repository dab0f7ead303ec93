//! `bakas overlap`: which observables we share with a counterpart, before either shows its list.
//! The three steps with files, secrets, quotas and the case's log around them; the function itself
//! is the exchange's.

mod kept;
mod list;
mod quota;
mod sealed;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use bakas_exchange::overlap::{
    Check, Claimed, ELEMENTS_LIMIT, Found, Hands, MESSAGE_BYTES_LIMIT, Message, OverlapError, Own,
    Seed, Session, Step,
};
use bakas_model::Timestamp;
use bakas_seal::{PublicKey, SigningKey};
use bakas_store::write_new;
use serde::{Deserialize, Serialize};

use self::{
    kept::{Folder, Kept, Open, Transcript},
    sealed::Exhibit,
};
pub use self::{
    list::{From, LIST_BYTES_LIMIT},
    quota::{QUOTA_FILE, QUOTA_USUAL},
    sealed::{CASE_FOLDER, examine},
};
use crate::{
    Error, data,
    exchange::{PARTIES_FILE, Parties},
    sealing,
};

/// Version of what `--json` writes.
pub const OVERLAP_SCHEMA: &str = "bakas-overlap-result/1";
/// Addresses that are gathered from a case before they are looked through for doubles.
const GATHERED_LIMIT: usize = 2 * ELEMENTS_LIMIT;
/// Largest file of a public key, in bytes.
const KEY_BYTES_LIMIT: u64 = 4096;
/// So many elements can hold every address of a /16.
const NETWORK_ELEMENTS: usize = 1 << 16;

/// Who we are, and where we keep what.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The data folder; the usual one where absent.
    pub data: Option<PathBuf>,
    /// The file of the signing key; the usual one where absent.
    pub key: Option<PathBuf>,
    /// Whom we know (`parties.toml`); that of the case where absent.
    pub parties: Option<PathBuf>,
    /// The time.
    pub now: Timestamp,
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// [`OVERLAP_SCHEMA`].
    pub schema: &'static str,
    /// Which check.
    pub session: String,
    /// Our observables that were compared.
    pub compared: usize,
    /// Addresses that were left out, because they mean something else in every network.
    pub left_out_local: usize,
    /// Elements that the other sees: our list, padded.
    pub shown: usize,
    /// SHA-256 of the message.
    pub sha256: String,
    /// What the other can do with it, to be told to a person.
    pub remarks: Vec<String>,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// [`OVERLAP_SCHEMA`].
    pub schema: String,
    /// Which check.
    pub session: String,
    /// Fingerprint of the other's key.
    pub party: String,
    /// How many we compared.
    pub compared: usize,
    /// The other has at most so many.
    pub other_at_most: usize,
    /// How many the other says that it found shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_shared: Option<u64>,
    /// Those of ours that the other has, too.
    pub shared: Vec<String>,
    /// What does not fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// All cores of this machine.
struct Cores;

/// The public key of this installation, to be given to counterparts.
///
/// # Errors
/// Where there is no place for it.
pub fn public_key(key: Option<&Path>) -> Result<PublicKey, Error> {
    Ok(sealing::key(key)?.public())
}

/// The first step: writes what we have, blinded, for a counterpart.
///
/// # Errors
/// Where our list or the counterpart's key cannot be read, or the message cannot be written.
pub fn ask(desk: &Desk, from: &From, to: &Path, out: &Path) -> Result<Sent, Error> {
    let (key, other) = (sealing::key(desk.key.as_deref())?, desk.key_of(from, to)?);
    let listed = list::gather(from)?;
    not_there(out)?;
    let (seed, session) = (Seed(random()?), Session(random()?));
    let kept = desk.folder()?.of(session)?;
    let own = &listed.own;
    let check = desk.check((own, &seed), &key, &other);
    let bytes = bakas_exchange::overlap::ask(&check, session).map_err(refused)?;
    let message = read(&bytes, &key.public())?;
    kept.begin(&Open::new(&seed, &other, from, own))?;
    kept.keep(Transcript::Ask, &bytes)?;
    desk.seal(from, (&message, &other), &[sent("ask", &bytes)])?;
    write_new(out, &bytes)?;
    let remarks = Vec::new();
    Ok(Sent {
        left_out_local: listed.local,
        remarks,
        ..Sent::of(&message, own, message.head.asked)
    })
}

/// The second step: answers a counterpart's ask, and asks back. The same ask is answered once: asked
/// again, the same answer is written again.
///
/// # Errors
/// Where the ask is not by this counterpart or not for us, or it is over the quota.
pub fn reply(
    desk: &Desk,
    (ask, by): (&Path, &Path),
    from: &From,
    quota: usize,
    out: &Path,
) -> Result<Sent, Error> {
    let (key, other) = (sealing::key(desk.key.as_deref())?, desk.key_of(from, by)?);
    let bytes = read_message(ask)?;
    let asked = read(&bytes, &other)?;
    not_there(out)?;
    if asked.head.step != Step::Ask {
        return Err(refused(OverlapError::Step));
    }
    if asked.head.to != key.public().fingerprint() {
        return Err(refused(OverlapError::Foreign(asked.head.to)));
    }
    let (folder, session) = (desk.folder()?, asked.head.session);
    let kept = folder.of(session)?;
    kept.keep(Transcript::Ask, &bytes)?;
    if let (Some(answer), Some(open)) = (kept.transcript(Transcript::Answer)?, kept.open()?) {
        let message = read(&answer, &key.public())?;
        desk.seal(
            &open.from,
            (&message, &other),
            &[received("ask", &bytes), sent("answer", &answer)],
        )?;
        write_new(out, &answer)?;
        let mut told = Sent::of(&message, &open.own()?, message.head.tags);
        told.remarks.push("this ask was answered before: it is the same answer".to_owned());
        return Ok(told);
    }
    if kept.result::<Outcome>()?.is_some() {
        return Err(Error::Refused("this check is done: its secret is gone".into()));
    }
    let listed = list::gather(from)?;
    let party = other.fingerprint();
    let elements = asked.head.asked;
    let day = desk.now.day();
    let used = quota::take(&folder.path, (&party, &session.to_hex()), day, elements, quota)?;
    let seed = Seed(random()?);
    let own = &listed.own;
    let check = desk.check((own, &seed), &key, &other);
    let answer = bakas_exchange::overlap::answer(&check, &asked).map_err(refused)?;
    let message = read(&answer, &key.public())?;
    kept.begin(&Open::new(&seed, &other, from, own))?;
    kept.keep(Transcript::Answer, &answer)?;
    desk.seal(from, (&message, &other), &[received("ask", &bytes), sent("answer", &answer)])?;
    write_new(out, &answer)?;
    let remarks = warnings(elements, used, quota);
    Ok(Sent { left_out_local: listed.local, remarks, ..Sent::of(&message, own, message.head.tags) })
}

/// The last step of either side: what came of a check. Who asked gets an answer, learns, and writes
/// the closing message for the other; who answered gets that one, and learns.
///
/// # Errors
/// Where the message is not the one that comes next, proves nothing, or is over the quota.
pub fn result(
    desk: &Desk,
    message: &Path,
    quota: usize,
    out: Option<&Path>,
) -> Result<Outcome, Error> {
    let bytes = read_message(message)?;
    let head = Claimed::read(&bytes).map_err(refused)?.head;
    let kept = desk.folder()?.of(head.session)?;
    let key = sealing::key(desk.key.as_deref())?;
    match head.step {
        Step::Ask => {
            Err(Error::Usage("this is an ask: answer it with `bakas overlap reply`".into()))
        }
        Step::Answer => {
            let out = out.ok_or_else(|| {
                Error::Usage(
                    "name --out for the closing message: the other learns by it, too".into(),
                )
            })?;
            not_there(out)?;
            close(desk, &kept, &key, &bytes, quota, out)
        }
        Step::Closing => finish(desk, &kept, &key, &bytes),
    }
}

/// Who asked: learns, and answers what was asked back.
fn close(
    desk: &Desk,
    kept: &Kept,
    key: &SigningKey,
    answer: &[u8],
    quota: usize,
    out: &Path,
) -> Result<Outcome, Error> {
    let Some(open) = kept.open()? else {
        let done = (kept.result()?, kept.transcript(Transcript::Closing)?);
        let (Some(outcome), Some(closing)) = done else { return Err(never_begun()) };
        kept.keep(Transcript::Answer, answer)?;
        write_new(out, &closing)?;
        return Ok(outcome);
    };
    let (other, seed, own) = (open.other()?, open.seed()?, open.own()?);
    let ask = kept.message(Transcript::Ask, &key.public())?;
    let answered = read(answer, &other)?;
    let check = desk.check((&own, &seed), key, &other);
    // What it proves is seen before any of the quota is used up.
    let found = bakas_exchange::overlap::learn(&check, &ask, &answered).map_err(refused)?;
    let closing = match kept.transcript(Transcript::Closing)? {
        Some(closing) => closing,
        None => {
            let (party, session) = (other.fingerprint(), answered.head.session.to_hex());
            let folder = desk.folder()?.path;
            let elements = answered.head.asked;
            quota::take(&folder, (&party, &session), desk.now.day(), elements, quota)?;
            bakas_exchange::overlap::closing(&check, &answered, &found).map_err(refused)?
        }
    };
    kept.keep(Transcript::Answer, answer)?;
    kept.keep(Transcript::Closing, &closing)?;
    let outcome = Outcome::of(&answered, &other, &own, found);
    let bytes = outcome.to_bytes();
    let exhibits = [received("answer", answer), sent("closing", &closing), result_of(&bytes)];
    desk.seal(&open.from, (&answered, &other), &exhibits)?;
    kept.finish(&bytes)?;
    write_new(out, &closing)?;
    kept.close()?;
    Ok(outcome)
}

/// Who answered: learns.
fn finish(desk: &Desk, kept: &Kept, key: &SigningKey, closing: &[u8]) -> Result<Outcome, Error> {
    let Some(open) = kept.open()? else {
        let outcome = kept.result()?.ok_or_else(never_begun)?;
        kept.keep(Transcript::Closing, closing)?;
        return Ok(outcome);
    };
    let (other, seed, own) = (open.other()?, open.seed()?, open.own()?);
    let answer = kept.message(Transcript::Answer, &key.public())?;
    let closed = read(closing, &other)?;
    let check = desk.check((&own, &seed), key, &other);
    let found = bakas_exchange::overlap::finish(&check, &answer, &closed).map_err(refused)?;
    kept.keep(Transcript::Closing, closing)?;
    let outcome = Outcome::of(&closed, &other, &own, found);
    let bytes = outcome.to_bytes();
    let exhibits = [received("closing", closing), result_of(&bytes)];
    desk.seal(&open.from, (&closed, &other), &exhibits)?;
    kept.finish(&bytes)?;
    kept.close()?;
    Ok(outcome)
}

impl Desk {
    /// The counterpart's key: a file, or that of a party whom we know.
    fn key_of(&self, from: &From, named: &Path) -> Result<PublicKey, Error> {
        if named.is_file() {
            return read_key(named);
        }
        let missing = |more: &str| {
            Error::Usage(format!(
                "there is no file {}, and no party of that name: {more}",
                named.display()
            ))
        };
        let folder = from.case.as_deref().unwrap_or(Path::new("."));
        let there = self.parties.is_some() || folder.join(PARTIES_FILE).exists();
        if !there {
            return Err(missing("name parties.toml (--parties), or a file with the key"));
        }
        let parties = Parties::read(folder, self.parties.as_deref())?;
        let known = named.to_str().and_then(|id| parties.find(id));
        let known = known.ok_or_else(|| missing("parties.toml does not have it"))?;
        let none = || missing("parties.toml has it without a key (key = \"…\")");
        known.key.clone().ok_or_else(none)
    }

    fn folder(&self) -> Result<Folder, Error> {
        let missing = "no data folder: name one with --data DIR or BAKAS_DATA";
        let data = data::folder(self.data.as_deref(), None);
        Folder::open(&data.ok_or_else(|| Error::Usage(missing.into()))?)
    }

    fn check<'a>(
        &self,
        (own, seed): (&'a Own, &'a Seed),
        key: &'a SigningKey,
        other: &'a PublicKey,
    ) -> Check<'a> {
        Check { own, key, other, seed, now: self.now, hands: &Cores }
    }

    fn seal(
        &self,
        from: &From,
        (message, other): (&Message, &PublicKey),
        exhibits: &[Exhibit<'_>],
    ) -> Result<(), Error> {
        let Some(case) = &from.case else { return Ok(()) };
        let session = message.head.session.to_hex();
        sealed::keep(case, self.key.as_deref(), (&session, &other.fingerprint()), exhibits)
    }
}

impl Sent {
    fn of(message: &Message, own: &Own, shown: usize) -> Self {
        Self {
            schema: OVERLAP_SCHEMA,
            session: message.head.session.to_hex(),
            compared: own.observables().len(),
            left_out_local: 0,
            shown,
            sha256: message.sha256.clone(),
            remarks: Vec::new(),
        }
    }
}

impl Outcome {
    fn of(message: &Message, other: &PublicKey, own: &Own, found: Found) -> Self {
        let count = found.shared.len() as u64;
        let mut remarks = Vec::new();
        if let Some(theirs) = found.other_shared.filter(|theirs| *theirs != count) {
            remarks.push(format!(
                "the other says that {theirs} are shared, we find {count}: it did not compare the \
                 same list in both directions, or says something else than it found"
            ));
        }
        Self {
            schema: OVERLAP_SCHEMA.to_owned(),
            session: message.head.session.to_hex(),
            party: other.fingerprint(),
            compared: own.observables().len(),
            other_at_most: found.other_at_most,
            other_shared: found.other_shared,
            shared: found.shared.iter().map(ToString::to_string).collect(),
            remarks,
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("texts and numbers become JSON");
        bytes.push(b'\n');
        bytes
    }
}

/// What a person should know before sending an answer.
fn warnings(elements: usize, used: usize, quota: usize) -> Vec<String> {
    let mut remarks = vec![format!(
        "with this answer the other can test {elements} guesses at our list; {used} of {quota} are \
         used up for it today"
    )];
    if elements >= NETWORK_ELEMENTS {
        remarks.push(format!(
            "{elements} elements can hold every address of a network of {NETWORK_ELEMENTS}: all of \
             IPv4 would take {} such asks",
            (1u64 << 32).div_ceil(elements as u64)
        ));
    }
    remarks
}

const fn sent<'a>(step: &'a str, bytes: &'a [u8]) -> Exhibit<'a> {
    Exhibit { step, direction: "sent", bytes }
}

const fn received<'a>(step: &'a str, bytes: &'a [u8]) -> Exhibit<'a> {
    Exhibit { step, direction: "received", bytes }
}

const fn result_of(bytes: &[u8]) -> Exhibit<'_> {
    Exhibit { step: "result", direction: "found", bytes }
}

fn read_key(path: &Path) -> Result<PublicKey, Error> {
    let missing = || Error::Usage(format!("there is no {}", path.display()));
    let bytes = kept::read(path, KEY_BYTES_LIMIT)?.ok_or_else(missing)?;
    let text = String::from_utf8_lossy(&bytes);
    PublicKey::parse(&text).map_err(|e| Error::Usage(format!("{}: {e}", path.display())))
}

fn read_message(path: &Path) -> Result<Vec<u8>, Error> {
    let missing = || Error::Usage(format!("there is no {}", path.display()));
    kept::read(path, MESSAGE_BYTES_LIMIT as u64)?.ok_or_else(missing)
}

fn read(bytes: &[u8], by: &PublicKey) -> Result<Message, Error> {
    Claimed::read(bytes).and_then(|claimed| claimed.verified(by)).map_err(refused)
}

fn not_there(out: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(out) {
        Ok(_) => Err(Error::Refused(format!("{} is there already", out.display()))),
        Err(_) => Ok(()),
    }
}

fn random() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::Seal(format!("the system gives no random bytes: {e}")))?;
    Ok(bytes)
}

fn refused(error: OverlapError) -> Error {
    Error::Refused(error.to_string())
}

fn never_begun() -> Error {
    Error::Refused("no such check is open here: it was begun elsewhere, or given up".into())
}

impl Hands for Cores {
    fn share(&self, parts: usize, work: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let run = || loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                return;
            }
            work(part);
        };
        let threads = thread::available_parallelism().map_or(1, usize::from).min(parts);
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(run);
            }
            run();
        });
    }
}

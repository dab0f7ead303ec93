//! Witnesses by files: what is sent to them, what they do with it on their side, and what comes back.
//! Who is a witness and how many are needed stands in the log.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use bakas_model::custody::{ActKind, CustodyAct, Person};
use bakas_seal::{
    Checkpoint, PublicKey, SigningKey, tree,
    witness::{self, Asked, Cosignature, WITNESSES_LIMIT, WitnessKey},
};
use serde::{Deserialize, Serialize};

use super::{
    LeafRange, broken,
    disk::Disk,
    kept::{self, Kept},
};
use crate::{Error, clock::Clock, keyfile};

/// Largest file that is read here.
const FILE_BYTES_LIMIT: u64 = 1 << 20;

/// Who is a witness, and how many of them are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How many are needed.
    pub needed: usize,
    /// Their keys, in the C2SP text form.
    pub witnesses: Vec<String>,
}

impl Policy {
    /// The one that acts of custody set last; none is needed where none did.
    pub(crate) fn last(acts: &[serde_json::Value]) -> Self {
        let set = |value: &serde_json::Value| {
            let is_naming = value.get("act")?.as_str()? == "witnesses_named";
            serde_json::from_value(value.get("sets")?.clone()).ok().filter(|_| is_naming)
        };
        acts.iter().rev().find_map(set).unwrap_or_default()
    }

    fn keys(&self) -> Result<Vec<WitnessKey>, String> {
        let parse = |text: &String| WitnessKey::parse(text).map_err(|e| format!("{text}: {e}"));
        self.witnesses.iter().map(parse).collect()
    }

    /// The witnesses that cosigned a checkpoint; a wrong or unknown signature is an error.
    pub(crate) fn cosigned(&self, note: &str, log: &PublicKey) -> Result<Vec<Cosignature>, String> {
        witness::cosignatures(note, log, &self.keys()?).map_err(|e| e.to_string())
    }

    fn check(&self) -> Result<(), Error> {
        let keys = self.keys().map_err(Error::Usage)?;
        let mut names: Vec<_> = keys.iter().map(WitnessKey::name).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() != keys.len() {
            return Err(Error::Usage("a witness is named twice".to_owned()));
        }
        if self.needed == 0 || self.needed > keys.len() || keys.len() > WITNESSES_LIMIT {
            return Err(Error::Usage(format!(
                "{} of {} witnesses cannot be: name 1 to {WITNESSES_LIMIT}, and need as many at most",
                self.needed,
                keys.len()
            )));
        }
        Ok(())
    }
}

/// Names the witnesses of a case, as an act of custody.
///
/// # Errors
/// When the policy cannot be, or the log cannot be continued.
pub fn name(
    case: &Path,
    key: Option<&Path>,
    (policy, person): (&Policy, Person),
    (arguments, clock): (&[String], &dyn Clock),
) -> Result<LeafRange, Error> {
    policy.check()?;
    let sets = serde_json::to_value(policy).expect("a policy is JSON");
    let act = CustodyAct {
        act: ActKind::WitnessesNamed,
        person,
        purpose: "independent parties cosign the log".to_owned(),
        sets: Some(sets),
        ..CustodyAct::default()
    };
    super::act::act(case, key, act, (arguments, clock))
}

/// The checkpoint of a case for others, which is kept from now on; with the proof that it goes on from
/// `since` leaves.
///
/// # Errors
/// When there is no log, or it is damaged.
pub fn ask(case: &Path, key: Option<&Path>, since: u64) -> Result<Asked, Error> {
    let (head, note) = kept::present(case, key)?;
    let disk = Disk::read(case)?;
    let proof = tree::consistency(&disk, head.size, &head.root, since).map_err(broken)?;
    // What witnesses added is theirs, and no part of what is asked.
    let own = String::from_utf8(super::stamp::body(note.as_bytes()).map_err(Error::Seal)?);
    Ok(Asked { old: since, proof, checkpoint: own.expect("a note is UTF-8") })
}

/// Adds what a witness gave to the checkpoint it was asked for. Gives all that cosigned it.
///
/// # Errors
/// When it is no cosignature of a named witness over a checkpoint that is kept.
pub fn add(
    case: &Path,
    signer: Option<&Path>,
    lines: &str,
) -> Result<(u64, Vec<Cosignature>), Error> {
    let key = crate::sealing::public_key(case)?;
    let acts = super::custody_values(case)?;
    let policy = Policy::last(&acts);
    let keys = policy.keys().map_err(Error::Seal)?;
    if keys.is_empty() {
        return Err(Error::Usage("the case names no witnesses yet: name them first".to_owned()));
    }
    let mut why = "no checkpoint was given to a witness yet".to_owned();
    for (size, kind) in kept::list(case)?.into_iter().rev() {
        let Some(note) = kept::read(case, size, Kept::Note)?.filter(|_| kind == Kept::Note) else {
            continue;
        };
        let note = String::from_utf8_lossy(&note);
        match witness::add(&note, lines, &key, &keys) {
            Ok(note) => {
                kept::write(case, size, Kept::Note, note.as_bytes())?;
                for line in lines.lines() {
                    let witness = line.split(' ').nth(1).unwrap_or_default();
                    let more = serde_json::json!({"witness": witness});
                    kept::tell(case, signer, (kept::COSIGNED, size, Kept::Note), more)?;
                }
                return Ok((size, policy.cosigned(&note, &key).map_err(Error::Seal)?));
            }
            Err(e) => why = e.to_string(),
        }
    }
    Err(Error::Refused(format!("no cosignature of a kept checkpoint: {why}")))
}

/// What a witness has cosigned: the last head of each log, by origin.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    schema: String,
    heads: BTreeMap<String, Seen>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// The text of the checkpoint, signed by the log.
    checkpoint: String,
    /// The key of the log, so that it cannot be exchanged for another.
    log: String,
}

/// Version of a witness's file.
const STATE_SCHEMA: &str = "bakas-witness/1";

/// On a witness's side: cosigns what was asked, or refuses. What was cosigned is in `state` before the
/// line is handed out; nobody else changes it meanwhile.
///
/// # Errors
/// When it is no signed head of that log, or does not go on from what was cosigned before.
pub fn cosign(
    asked: &str,
    log: &PublicKey,
    (witness, state): (&SigningKey, &Path),
    clock: &dyn Clock,
) -> Result<String, Error> {
    let asked = Asked::parse(asked).map_err(broken)?;
    // The state is exchanged whole; the lock lies beside it.
    let lock = state.with_extension("lock");
    let _held = bakas_store::Appended::open(&lock)?;
    let mut known = read_state(state)?;
    let head = Checkpoint::peek(&asked.checkpoint).map_err(broken)?;
    let seen = known.heads.get(&head.origin);
    if seen.is_some_and(|seen| seen.log != log.to_text()) {
        return Err(Error::Refused(format!(
            "this witness knows {} under another key of the log",
            head.origin
        )));
    }
    let before = seen.map(|seen| Checkpoint::open(&seen.checkpoint, log)).transpose();
    let before = before.map_err(|e| Error::Seal(format!("{}: {e}", state.display())))?;
    let time = u64::try_from(clock.now().as_micros() / 1_000_000).unwrap_or_default();
    let cosigned = witness::cosign(&asked, log, before.as_ref(), witness, time)
        .map_err(|refusal| Error::Refused(format!("not cosigned: {refusal}")))?;
    let seen = Seen { checkpoint: asked.checkpoint, log: log.to_text() };
    known.heads.insert(cosigned.head.origin, seen);
    STATE_SCHEMA.clone_into(&mut known.schema);
    let text = serde_json::to_vec_pretty(&known).expect("a state is JSON");
    bakas_store::replace(state, &text)?;
    Ok(cosigned.line)
}

fn read_state(path: &Path) -> Result<State, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
        Err(source) => return Err(failed(source)),
    };
    let mut text = String::new();
    file.take(FILE_BYTES_LIMIT * 64).read_to_string(&mut text).map_err(failed)?;
    let state: State =
        serde_json::from_str(&text).map_err(|e| Error::Seal(format!("{}: {e}", path.display())))?;
    if state.schema == STATE_SCHEMA {
        Ok(state)
    } else {
        Err(Error::Seal(format!("{} is of another version", path.display())))
    }
}

/// The key of a witness under its name; made on first use.
///
/// # Errors
/// When the file is no key, or the name none.
pub fn witness_key(path: &Path, name: &str) -> Result<SigningKey, Error> {
    SigningKey::new(name, &keyfile::read_or_make(path)?).map_err(broken)
}

/// The public key of a witness, for those who name it.
#[must_use]
pub fn public_text(key: &SigningKey) -> String {
    WitnessKey::of(key).to_text()
}

/// The public key of a log.
///
/// # Errors
/// When the file holds none.
pub fn log_key(path: &Path) -> Result<PublicKey, Error> {
    PublicKey::parse(&read_text(path)?)
        .map_err(|e| Error::Usage(format!("{}: {e}", path.display())))
}

/// Reads a small text file.
///
/// # Errors
/// When it cannot be read or is too large.
pub fn read_text(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(FILE_BYTES_LIMIT + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > FILE_BYTES_LIMIT {
        return Err(Error::Usage(format!("{} is over {FILE_BYTES_LIMIT} bytes", path.display())));
    }
    Ok(text)
}

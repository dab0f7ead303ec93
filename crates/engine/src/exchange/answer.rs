//! The answering side: its own logs say who fits each flow, and that is a proposal. What is told,
//! and whether anything is, a person decides. Names of subscribers leave only where that person
//! disclosed them; else a reference stands for them, which only this side can resolve.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::PathBuf,
};

use bakas_exchange::{
    Rules,
    candidates::{Disclose, Found, Held, join, propose},
    check,
    machine::{Act, Answered, Dialogue},
    native,
};
use bakas_model::exchange::{
    AnswerStatus, Content, Handling, InReplyTo, NextHop, Opinion, Package, Refusal, Retention,
    TraceAnswer, TraceRequest, Words,
};
use bakas_store::Appended;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Post, crash, listed, operator, read_limited, reread::Logs, send::new_id};
use crate::{
    Error,
    input::hex,
    observer::{Observer, Stop},
};

/// Proposals, by digest of the request's package.
const PROPOSALS_FOLDER: &str = "exchange/proposals";
/// Which reference stands for whom. It never leaves.
const SUBSCRIBERS_FILE: &str = "exchange/subscribers.ndjson";
/// What makes references that nobody else can resolve.
const REFERENCE_KEY_FILE: &str = "exchange/reference.key";
/// Largest proposal, in bytes.
const PROPOSAL_BYTES_LIMIT: u64 = 256 << 20;
/// Hexadecimal digits of a reference.
const REFERENCE_DIGITS: usize = 16;

/// What our logs say of a request. For this side's eyes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposal {
    /// The request.
    pub request: String,
    /// Digest of its package.
    pub package: String,
    /// Per flow, in the request's order.
    pub flows: Vec<ProposedFlow>,
}

/// What our logs say of one flow.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProposedFlow {
    /// The request's name for it.
    pub flow: String,
    /// Who fits.
    pub found: Found,
    /// The reference of each candidate.
    pub references: Vec<String>,
    /// The records of each candidate: file and offset.
    pub records: Vec<Vec<(String, u64)>>,
}

/// What a person decided to answer.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The person.
    pub by: String,
    /// What is told of candidates.
    pub disclose: Disclose,
    /// Where the request stands; none: as the findings have it.
    pub status: Option<AnswerStatus>,
    /// A refusal.
    pub refusal: Option<Refusal>,
    /// To whom it is handed on.
    pub forwarded_to: Option<NextHop>,
    /// What is missing.
    pub needs: Vec<Words>,
    /// Flows whose findings are left out, by the request's names; all others are told.
    pub leave_out: BTreeSet<String>,
    /// How long such records are kept, in days.
    pub retention_days: Option<u32>,
    /// What we say of soil, infrastructure or actor.
    pub attribution: Vec<Opinion>,
    /// More words.
    pub notes: Vec<Words>,
    /// Our own number for it.
    pub reference: String,
    /// How the answer is to be handled.
    pub handling: Handling,
    /// What a person knows beyond the labels.
    pub rules: Rules,
}

impl Post<'_> {
    /// Looks in our own logs for who fits a request that came, and keeps what was found.
    ///
    /// # Errors
    /// When there is no such request, or the logs cannot be read.
    pub fn propose(
        &mut self,
        request: &str,
        logs: &Logs<'_>,
        observer: &dyn Observer,
        stop: &Stop,
    ) -> Result<Proposal, Error> {
        let (id, dialogue) = self.dialogue(request)?;
        let (package, request) = self.asked(&dialogue)?;
        let addresses: HashSet<_> = request.flows.iter().map(|flow| flow.source).collect();
        let (paths, records) = operator::records(&addresses, logs, observer, stop)?;
        let key = self.reference_key()?;
        let found = join(&request.flows, &records);
        let flows = request.flows.iter().zip(found).map(|(flow, found)| {
            let references = found.held.iter().map(|held| reference(&key, held)).collect();
            let place =
                |place: &bakas_model::Place| (paths[place.source.0 as usize].clone(), place.offset);
            let records =
                found.held.iter().map(|held| held.places.iter().map(place).collect()).collect();
            ProposedFlow { flow: flow.id.clone(), found, references, records }
        });
        let digest = native::digest(&package);
        let proposal = Proposal { request: id, package: digest, flows: flows.collect() };
        let bytes = serde_json::to_vec(&proposal).expect("a proposal is plain data");
        let path = self.proposal_file(&proposal.package);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        }
        crash::point();
        bakas_store::replace(&path, &bytes)?;
        crash::point();
        Ok(proposal)
    }

    /// What was found earlier for a request; none where nobody looked.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn proposal(&self, package: &str) -> Result<Option<Proposal>, Error> {
        let path = self.proposal_file(package);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = read_limited(&path, PROPOSAL_BYTES_LIMIT)?;
        let wrong = |e| Error::Usage(format!("{}: {e}; look again (--logs)", path.display()));
        serde_json::from_slice(&bytes).map(Some).map_err(wrong)
    }

    fn proposal_file(&self, package: &str) -> PathBuf {
        self.folder.join(PROPOSALS_FOLDER).join(format!("{package}.json"))
    }

    /// The request of a dialogue in which we are asked.
    fn asked(&self, dialogue: &Dialogue) -> Result<(Package, TraceRequest), Error> {
        let package = self.request(dialogue)?;
        match &package.content {
            Content::Request(request) if dialogue.standing().side == super::Side::Asked => {
                let request = request.clone();
                Ok((package, request))
            }
            _ => Err(Error::Refused("it is a request of ours, which others answer".into())),
        }
    }

    /// Makes the answer that a person decided on, checks it, and keeps it. Nothing is sent.
    ///
    /// # Errors
    /// When something stands against it.
    pub fn answer(&mut self, request: &str, decision: &Decision) -> Result<Package, Error> {
        let (id, dialogue) = self.dialogue(request)?;
        let (package, request) = self.asked(&dialogue)?;
        let digest = native::digest(&package);
        let standing = dialogue.standing();
        let answer = self.decided(&request, &digest, decision, standing.answers.len())?;
        let faults = check::answers(&answer, &request);
        if !faults.is_empty() {
            return Err(listed("the answer does not fit the request:", &faults));
        }
        let made = Package {
            id: new_id()?,
            created: self.clock.now(),
            from: self.us(),
            to: vec![package.from.clone()],
            handling: decision.handling.clone(),
            redaction: Vec::new(),
            content: Content::Answer(answer.clone()),
            unknown: Vec::new(),
        };
        let made = match standing.answers.last().map(|last| self.made(last)).transpose()? {
            // The same decision again is the same answer: nobody gets a second version of it.
            Some(last) if same_answer(&last, &made) => {
                return Ok((*self.cleared(last, &package.from, &decision.rules)?).clone());
            }
            _ => made,
        };
        let act = Act::AnswerMade { answer: Answered::of(&answer, &made) };
        dialogue.may(&act).map_err(|e| Error::Refused(e.to_string()))?;
        let cleared = self.cleared(made, &package.from, &decision.rules)?;
        self.keep(&cleared)?;
        self.did(&id, &decision.by, act)?;
        Ok((*cleared).clone())
    }

    fn decided(
        &self,
        request: &TraceRequest,
        digest: &str,
        decision: &Decision,
        before: usize,
    ) -> Result<TraceAnswer, Error> {
        let short = decision.refusal.is_some()
            || decision.forwarded_to.is_some()
            || !decision.needs.is_empty()
            || matches!(
                decision.status,
                Some(AnswerStatus::Received | AnswerStatus::Accepted | AnswerStatus::Preserved)
            );
        let (mut status, mut flows) = (AnswerStatus::Accepted, Vec::new());
        let proposal = self.proposal(digest)?;
        match (&proposal, short) {
            (_, true) => {}
            (None, false) => {
                return Err(Error::Usage(
                    "nobody looked yet: give the logs first (`bakas answer FOLDER REQUEST --logs …`)".into(),
                ));
            }
            (Some(proposal), false) => {
                (status, flows) = told(request, proposal, decision, &self.folder)?;
            }
        }
        let status = match (&decision.refusal, &decision.forwarded_to, decision.needs.is_empty()) {
            (Some(_), ..) => AnswerStatus::Refused,
            (_, Some(_), _) => AnswerStatus::Forwarded,
            (_, _, false) => AnswerStatus::NeedMore,
            _ => decision.status.unwrap_or(status),
        };
        Ok(TraceAnswer {
            id: new_id()?,
            version: u32::try_from(before + 1).unwrap_or(u32::MAX),
            reference: decision.reference.clone(),
            in_reply_to: InReplyTo {
                id: request.id.clone(),
                version: request.version,
                sha256: digest.to_owned(),
            },
            status,
            flows,
            refusal: decision.refusal.clone(),
            forwarded_to: decision.forwarded_to.clone(),
            needs: decision.needs.clone(),
            attribution: decision.attribution.clone(),
            notes: decision.notes.clone(),
        })
    }

    /// The key of references; made on first use.
    fn reference_key(&self) -> Result<[u8; 32], Error> {
        crate::keyfile::read_or_make(&self.folder.join(REFERENCE_KEY_FILE))
    }
}

/// Whether two answers say the same of the same: only their names, numbers and times differ.
fn same_answer(before: &Package, now: &Package) -> bool {
    let mut again = now.clone();
    again.id.clone_from(&before.id);
    again.created = before.created;
    if let (Content::Answer(then), Content::Answer(now)) = (&before.content, &mut again.content) {
        now.id.clone_from(&then.id);
        now.version = then.version;
    }
    again == *before
}

/// What is told of each flow, as the person decided; who stands behind the references is kept.
fn told(
    request: &TraceRequest,
    proposal: &Proposal,
    decision: &Decision,
    folder: &std::path::Path,
) -> Result<(AnswerStatus, Vec<bakas_model::exchange::FlowAnswer>), Error> {
    let mut known: Vec<(String, Held)> = Vec::new();
    let found: Vec<Found> = proposal.flows.iter().map(|one| one.found.clone()).collect();
    let mut references = proposal.flows.iter().flat_map(|one| one.references.clone());
    let mut name = |held: &Held| {
        let reference = references.next().unwrap_or_default();
        known.push((reference.clone(), held.clone()));
        reference
    };
    let (status, mut flows) = propose(&request.flows, &found, decision.disclose, &mut name);
    for flow in &mut flows {
        flow.retention =
            decision.retention_days.map(|days| Retention { days: Some(days), until: None });
    }
    flows.retain(|flow| !decision.leave_out.contains(&flow.flow));
    remember(folder, &known)?;
    let status = if decision.leave_out.is_empty() { status } else { AnswerStatus::Partial };
    Ok((status, flows))
}

/// A name for whoever it is that only this side can resolve.
fn reference(key: &[u8; 32], held: &Held) -> String {
    let mut hash = Sha256::new();
    hash.update(b"bakas-reference/1\n");
    hash.update(key);
    let (kind, name) = match (&held.subscriber, held.inner) {
        (Some(subscriber), _) => ('S', subscriber.clone()),
        (None, inner) => ('N', inner.map(|one| one.to_string()).unwrap_or_default()),
    };
    hash.update([kind as u8]);
    hash.update(name.as_bytes());
    let digits: String = hex(&hash.finalize()).chars().take(REFERENCE_DIGITS).collect();
    format!("{kind}-{digits}")
}

/// Keeps who stands behind references, once each.
fn remember(folder: &std::path::Path, known: &[(String, Held)]) -> Result<(), Error> {
    let mut file = Appended::open(&folder.join(SUBSCRIBERS_FILE))?;
    let there = file.read(1 << 30)?;
    let whole = there.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole < there.len() {
        file.cut(whole as u64)?;
    }
    let there = String::from_utf8_lossy(&there[..whole]).into_owned();
    let mut lines: BTreeSet<String> = there.lines().map(str::to_owned).collect();
    let mut new = String::new();
    for (reference, held) in known {
        let line = serde_json::json!({
            "reference": reference, "subscriber": held.subscriber, "inner": held.inner,
        });
        let line = line.to_string();
        if lines.insert(line.clone()) {
            new.push_str(&line);
            new.push('\n');
        }
    }
    if !new.is_empty() {
        crash::point();
        file.append(new.as_bytes())?;
        crash::point();
    }
    Ok(())
}

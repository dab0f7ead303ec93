//! Where a request stands on each side. A dialogue is a set of facts: what was made, sent, received
//! and decided. Its standing is worked out from the set alone, so that the same facts give the same
//! standing in whatever order they arrived and however often: nothing is lost, nothing counts
//! twice. Messages that arrive are always taken as facts; what we do ourselves must be allowed
//! ([`Dialogue::may`]).
//!
//! It keeps no file and asks no clock.

pub mod due;
mod standing;

use std::collections::BTreeMap;

use bakas_model::{
    Timestamp,
    exchange::{Action, AnswerStatus, FlowAnswer, TraceAnswer, TraceRequest},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use due::{Due, DueKind};
pub use standing::{Contradiction, Counted, Side, Stage, Standing, Thread};

use crate::{json, native};

/// Something that happened, as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// When: as our clock said.
    pub at: Timestamp,
    /// Who did it: a person of ours, or the party that a message came from.
    pub who: String,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}

/// What can happen in a dialogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum Act {
    /// We made a request.
    Requested {
        /// It.
        request: Asked,
    },
    /// A request came to us.
    Arrived {
        /// It.
        request: Asked,
        /// SHA-256 of the message.
        message: String,
        /// Who sent it.
        from: String,
    },
    /// A message of ours was handed over.
    Sent {
        /// Digest of the package.
        package: String,
        /// SHA-256 of the message.
        message: String,
        /// To whom.
        to: String,
    },
    /// A receipt came: somebody says that it has our message.
    ReceiptCame {
        /// SHA-256 of our message, as they say.
        message: String,
        /// Who.
        from: String,
        /// What they read.
        taken: u64,
        /// What they could not read.
        rejected: u64,
    },
    /// We said that we have their message.
    ReceiptMade {
        /// SHA-256 of their message.
        message: String,
        /// What we read.
        taken: u64,
        /// What we could not read.
        rejected: u64,
    },
    /// An answer came.
    AnswerCame {
        /// It.
        answer: Answered,
        /// SHA-256 of the message.
        message: String,
        /// Who sent it.
        from: String,
    },
    /// We made an answer.
    AnswerMade {
        /// It.
        answer: Answered,
    },
    /// A person took an answer in as evidence.
    TakenIn {
        /// Digest of the answer's package.
        package: String,
        /// Its name in the case.
        item: String,
    },
    /// A person reminded them.
    Reminded {
        /// Whom.
        to: String,
    },
    /// A person turned to somebody else.
    Escalated {
        /// To whom, or how.
        to: String,
    },
    /// The request is withdrawn, by us or by them.
    Withdrawn {
        /// Why.
        why: String,
    },
    /// A person closed the dialogue.
    Closed {
        /// Why.
        why: String,
    },
}

/// What the machine needs to know of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Digest of its package.
    pub package: String,
    /// Its name in the world.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What is asked for.
    pub action: Action,
    /// To whom it is addressed: ids.
    pub to: Vec<String>,
    /// By when an answer is hoped for.
    pub reply_by: Timestamp,
    /// Until when data shall be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_until: Option<Timestamp>,
    /// Number of its flows.
    pub flows: u64,
}

/// What the machine needs to know of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Digest of its package.
    pub package: String,
    /// Its name in the world.
    pub id: String,
    /// Number among the answers of its sender.
    pub version: u32,
    /// Digest of the request that it answers, as it says.
    pub request: String,
    /// What it says.
    pub status: AnswerStatus,
    /// Per flow, a short text of what was found: the same text, the same finding.
    pub found: BTreeMap<String, String>,
}

impl Asked {
    /// Of a request in a package.
    #[must_use]
    pub fn of(request: &TraceRequest, package: &bakas_model::exchange::Package) -> Self {
        Self {
            package: native::digest(package),
            id: request.id.clone(),
            version: request.version,
            action: request.action,
            to: package.to.iter().map(|party| party.id.clone()).collect(),
            reply_by: request.reply_by,
            keep_until: request.preservation.as_ref().map(|one| one.until),
            flows: request.flows.len() as u64,
        }
    }
}

impl Answered {
    /// Of an answer in a package.
    #[must_use]
    pub fn of(answer: &TraceAnswer, package: &bakas_model::exchange::Package) -> Self {
        let found = answer.flows.iter().map(|flow| (flow.flow.clone(), finding(flow))).collect();
        Self {
            package: native::digest(package),
            id: answer.id.clone(),
            version: answer.version,
            request: answer.in_reply_to.sha256.clone(),
            status: answer.status,
            found,
        }
    }
}

/// What was found for a flow, shortly.
fn finding(flow: &FlowAnswer) -> String {
    let outcome = serde_json::to_value(flow.outcome).unwrap_or_default();
    let mut names: Vec<&str> = flow.candidates.iter().map(|one| one.reference.as_str()).collect();
    names.sort_unstable();
    format!("{}: {}", outcome.as_str().unwrap_or_default(), names.join(", "))
}

/// Why something may not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {remedy}")]
pub struct NotNow {
    /// What stands against it.
    pub what: &'static str,
    /// What to do instead.
    pub remedy: &'static str,
}

/// What became of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It was new.
    New,
    /// It was there.
    Again,
}

/// All that happened about one request, on our side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialogue {
    facts: BTreeMap<String, Fact>,
}

impl Fact {
    /// Its name: a message is named by its digest, so that it counts once however often it comes;
    /// an act by all that is said of it.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.act {
            Act::Requested { request } => format!("requested {}", request.package),
            Act::Arrived { request, .. } => format!("arrived {}", request.package),
            // Each message of a package: a receipt names the message that came.
            Act::Sent { package, message, to } => format!("sent {package} {to} {message}"),
            Act::ReceiptCame { message, from, taken, rejected } => {
                format!("receipt {message} {from} {taken} {rejected}")
            }
            Act::ReceiptMade { message, .. } => format!("receipt made {message}"),
            Act::AnswerCame { answer, from, .. } => format!("answer {} {from}", answer.package),
            Act::AnswerMade { answer } => format!("answer made {}", answer.package),
            Act::TakenIn { package, .. } => format!("taken in {package}"),
            Act::Reminded { .. } | Act::Escalated { .. } => self.digest(),
            Act::Withdrawn { .. } => format!("withdrawn {}", self.who),
            Act::Closed { .. } => "closed".into(),
        }
    }

    fn digest(&self) -> String {
        let value = serde_json::to_value(self).expect("a fact is plain data");
        bakas_seal::hex(&Sha256::digest(json::canonical(&value)))
    }
}

impl Dialogue {
    /// Notes a fact. One that was there changes nothing; of two that differ in nothing but the
    /// time, the earlier stays.
    pub fn note(&mut self, fact: Fact) -> Noted {
        let key = fact.key();
        match self.facts.get_mut(&key) {
            None => {
                self.facts.insert(key, fact);
                Noted::New
            }
            Some(there) => {
                let order = |fact: &Fact| (fact.at, fact.digest());
                if order(&fact) < order(there) {
                    *there = fact;
                }
                Noted::Again
            }
        }
    }

    /// All facts, in the order of time.
    #[must_use]
    pub fn facts(&self) -> Vec<&Fact> {
        let mut all: Vec<(&String, &Fact)> = self.facts.iter().collect();
        all.sort_by_key(|(key, fact)| (fact.at, (*key).clone()));
        all.into_iter().map(|(_, fact)| fact).collect()
    }

    /// Whether a fact of this name is there.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        self.facts.contains_key(key)
    }

    /// Whether we may do something now. Nobody may stop a message from arriving.
    ///
    /// # Errors
    /// What stands against it, and what to do.
    pub fn may(&self, act: &Act) -> Result<(), NotNow> {
        let standing = self.standing();
        let no = |what, remedy| Err(NotNow { what, remedy });
        let ours = standing.side == Side::Asking;
        let over = matches!(standing.stage, Stage::Withdrawn | Stage::Closed);
        match act {
            Act::Sent { .. } | Act::Reminded { .. } | Act::Escalated { .. } if over => {
                no("the request is withdrawn or closed", "make a new one")
            }
            Act::Sent { package, .. } => {
                let made = |key: &str| self.knows(&format!("{key} {package}"));
                if made("requested") || made("answer made") {
                    Ok(())
                } else {
                    no("nothing of that digest was made", "make it first")
                }
            }
            Act::Reminded { .. } | Act::Escalated { .. } if standing.stage == Stage::Made => {
                no("it was not sent", "send it first")
            }
            Act::Reminded { .. } | Act::Escalated { .. } if !ours => {
                no("it was asked of us", "answer it")
            }
            Act::AnswerMade { .. } if ours => no("it is our own request", "wait for an answer"),
            Act::AnswerMade { .. } if over => {
                no("the request is withdrawn or closed", "tell the other side in words, if need be")
            }
            Act::TakenIn { package, .. } => {
                let came = |fact: &Fact| matches!(&fact.act, Act::AnswerCame { answer, .. } if answer.package == *package);
                if self.facts.values().any(came) {
                    Ok(())
                } else {
                    no("no such answer came", "name one that did: `bakas request show`")
                }
            }
            Act::Withdrawn { .. } if over => no("it is over", "nothing is left to withdraw"),
            _ => Ok(()),
        }
    }
}

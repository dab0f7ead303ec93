//! Where a dialogue stands, worked out from its facts.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{Timestamp, exchange::AnswerStatus};
use serde::Serialize;

use super::{Act, Answered, Asked, Dialogue, Fact};

/// On which side of a dialogue we are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// We ask.
    #[default]
    Asking,
    /// We are asked.
    Asked,
}

/// How far a request got, with one party or as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It was made, and is here.
    #[default]
    Made,
    /// It was handed over.
    Sent,
    /// The other side has it.
    Received,
    /// It will be worked on, or is.
    Working,
    /// Something is missing: it is our turn.
    NeedMore,
    /// It was handed on: another will answer.
    Forwarded,
    /// The data are kept; nothing more was said.
    Preserved,
    /// A part is answered.
    Partial,
    /// It is answered.
    Answered,
    /// It was refused.
    Refused,
    /// It was withdrawn.
    Withdrawn,
    /// A person closed it.
    Closed,
}

/// What came of a request with one party.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Thread {
    /// How far it got.
    pub stage: Stage,
    /// When it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
    /// When they first said anything: a receipt or an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<Timestamp>,
    /// Reminders, in order of time.
    pub reminded: Vec<Timestamp>,
    /// All answers of this party, by digest of their packages: the newest version last.
    pub answers: Vec<String>,
    /// How the counts stand: what we sent against what they say they read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
}

/// Counts of a receipt beside our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// What we sent.
    pub sent: u64,
    /// What they read.
    pub taken: u64,
    /// What they could not read.
    pub rejected: u64,
}

impl Counted {
    /// Whether everything is accounted for.
    #[must_use]
    pub const fn adds_up(&self) -> bool {
        self.sent == self.taken + self.rejected
    }
}

/// Answers that do not say the same of a flow. All of them stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The flow.
    pub flow: String,
    /// What is said, and by which answers (party and digest of the package).
    pub said: BTreeMap<String, Vec<(String, String)>>,
}

/// Where a request stands as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// On which side we are.
    pub side: Side,
    /// How far it got: of several parties, the one that got furthest.
    pub stage: Stage,
    /// The newest version of the request.
    pub request: Asked,
    /// Per party.
    pub threads: BTreeMap<String, Thread>,
    /// Answers that were taken in: digest of the package, and its name in the case.
    pub taken_in: BTreeMap<String, String>,
    /// Answers of ours, the newest last.
    pub answers: Vec<String>,
    /// Answers that are not to the newest version of the request.
    pub to_older: Vec<String>,
    /// Where answers contradict one another.
    pub contradictions: Vec<Contradiction>,
    /// Whether a receipt for what came is still owed.
    pub receipt_owed: bool,
    /// To whom it was escalated.
    pub escalated: Vec<String>,
}

impl Dialogue {
    /// Where it stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let mut standing = Standing::default();
        let facts = self.facts();
        let mut versions: BTreeSet<(u32, Timestamp, usize)> = BTreeSet::new();
        for (at, fact) in facts.iter().enumerate() {
            let asked = match &fact.act {
                Act::Requested { request } => request,
                Act::Arrived { request, .. } => {
                    standing.side = Side::Asked;
                    request
                }
                _ => continue,
            };
            versions.insert((asked.version, fact.at, at));
        }
        if let Some((.., at)) = versions.last()
            && let Act::Requested { request } | Act::Arrived { request, .. } = &facts[*at].act
        {
            standing.request = request.clone();
        }
        let mut answers: BTreeMap<&str, Vec<&Answered>> = BTreeMap::new();
        for fact in &facts {
            standing.take(fact, &mut answers);
        }
        standing.finish(&facts, &answers);
        standing
    }
}

impl Standing {
    fn thread(&mut self, party: &str) -> &mut Thread {
        self.threads.entry(party.to_owned()).or_default()
    }

    fn take<'a>(&mut self, fact: &'a Fact, answers: &mut BTreeMap<&'a str, Vec<&'a Answered>>) {
        match &fact.act {
            Act::Sent { package, to, .. } if *package == self.request.package => {
                let thread = self.thread(to);
                thread.sent.get_or_insert(fact.at);
                thread.stage = thread.stage.max(Stage::Sent);
            }
            Act::ReceiptCame { from, taken, rejected, .. } => {
                let (sent, asking) = (self.request.flows, self.side == Side::Asking);
                let thread = self.thread(from);
                thread.heard.get_or_insert(fact.at);
                thread.stage = thread.stage.max(Stage::Received);
                if asking {
                    thread.counted = Some(Counted { sent, taken: *taken, rejected: *rejected });
                }
            }
            Act::AnswerCame { answer, from, .. } => {
                self.thread(from).heard.get_or_insert(fact.at);
                answers.entry(from).or_default().push(answer);
            }
            Act::TakenIn { package, item } => {
                self.taken_in.insert(package.clone(), item.clone());
            }
            Act::Reminded { to } => self.thread(to).reminded.push(fact.at),
            Act::Escalated { to } => self.escalated.push(to.clone()),
            _ => {}
        }
    }

    fn finish(&mut self, facts: &[&Fact], answers: &BTreeMap<&str, Vec<&Answered>>) {
        let mut current: Vec<(&str, &Answered)> = Vec::new();
        for (party, given) in answers {
            let mut given = given.clone();
            given.sort_by(|a, b| (a.version, &a.package).cmp(&(b.version, &b.package)));
            let newest = given.last().map_or(0, |one| one.version);
            current
                .extend(given.iter().filter(|one| one.version == newest).map(|one| (*party, *one)));
            let stage = given.last().map(|one| Stage::of(one.status));
            let thread = self.thread(party);
            thread.stage = thread.stage.min(Stage::Received).max(stage.unwrap_or_default());
            thread.answers = given.iter().map(|one| one.package.clone()).collect();
            let older = given.iter().filter(|one| one.request != self.request.package);
            self.to_older.extend(older.map(|one| one.package.clone()));
        }
        self.contradictions = contradictions(&current);
        self.stage = self.threads.values().map(|one| one.stage).max().unwrap_or_default();
        if self.side == Side::Asked {
            self.own(facts);
        }
        let has = |test: fn(&Act) -> bool| facts.iter().any(|fact| test(&fact.act));
        if has(|act| matches!(act, Act::Withdrawn { .. })) {
            self.stage = Stage::Withdrawn;
        }
        if has(|act| matches!(act, Act::Closed { .. })) {
            self.stage = Stage::Closed;
        }
    }

    /// Where we stand with what was asked of us.
    fn own(&mut self, facts: &[&Fact]) {
        let mut made: Vec<&Answered> = Vec::new();
        let mut came = BTreeSet::new();
        let mut receipted = BTreeSet::new();
        for fact in facts {
            match &fact.act {
                Act::AnswerMade { answer } => made.push(answer),
                Act::Arrived { message, .. } => _ = came.insert(message),
                Act::ReceiptMade { message, .. } => _ = receipted.insert(message),
                _ => {}
            }
        }
        made.sort_by(|a, b| (a.version, &a.package).cmp(&(b.version, &b.package)));
        self.answers = made.iter().map(|one| one.package.clone()).collect();
        self.stage = made.last().map_or(Stage::Received, |one| Stage::of(one.status));
        self.receipt_owed = came.difference(&receipted).next().is_some();
    }
}

impl Stage {
    /// What a status means for the one who waits.
    #[must_use]
    pub const fn of(status: AnswerStatus) -> Self {
        match status {
            AnswerStatus::Received => Self::Received,
            AnswerStatus::Accepted => Self::Working,
            AnswerStatus::Preserved => Self::Preserved,
            AnswerStatus::Partial => Self::Partial,
            AnswerStatus::Identified | AnswerStatus::NotFound | AnswerStatus::Ambiguous => {
                Self::Answered
            }
            AnswerStatus::Refused => Self::Refused,
            AnswerStatus::Forwarded => Self::Forwarded,
            AnswerStatus::NeedMore => Self::NeedMore,
        }
    }

    /// Whether nobody waits any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Answered | Self::Refused | Self::Withdrawn | Self::Closed)
    }
}

/// Where the newest answers of the parties do not say the same of a flow.
fn contradictions(current: &[(&str, &Answered)]) -> Vec<Contradiction> {
    let mut flows: BTreeMap<&str, Contradiction> = BTreeMap::new();
    for (party, answer) in current {
        for (flow, found) in &answer.found {
            let one = flows
                .entry(flow)
                .or_insert_with(|| Contradiction { flow: flow.clone(), said: BTreeMap::new() });
            let by = ((*party).to_owned(), answer.package.clone());
            one.said.entry(found.clone()).or_default().push(by);
        }
    }
    flows.into_values().filter(|one| one.said.len() > 1).collect()
}

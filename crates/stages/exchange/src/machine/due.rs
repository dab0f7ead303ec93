//! What is due: receipts, reminders, escalation, the end of preservation. It only says so; a person
//! does it.

use bakas_model::{Timestamp, exchange::Action, time::MICROS_PER_SECOND};
use serde::Serialize;

use super::{Dialogue, Side, Stage};

/// Hours in which a receipt is expected, and owed.
pub const RECEIPT_HOURS: i64 = 72;
/// The same for requests to preserve: the data may be lost meanwhile.
pub const RECEIPT_HOURS_PRESERVE: i64 = 24;
/// Days between two reminders.
pub const REMINDER_DAYS: i64 = 7;
/// Reminders after which it is time to turn to somebody else.
pub const REMINDERS_LIMIT: usize = 2;
/// Days before the end of preservation at which it should be renewed.
pub const RENEWAL_DAYS: i64 = 14;
/// Days before the wished date at which an answer of ours is due.
pub const ANSWER_DAYS: i64 = 2;

const HOUR: i64 = 3600 * MICROS_PER_SECOND;
const DAY: i64 = 24 * HOUR;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// To send what was made.
    Send,
    /// To ask whether it arrived.
    AskReceipt,
    /// To ask about flows that no receipt accounts for.
    AskCounts,
    /// To remind.
    Remind,
    /// To turn to somebody else: the contact at every hour, another authority, another network.
    Escalate,
    /// To give what they say is missing.
    GiveMore,
    /// To have the data kept for longer.
    Renew,
    /// To look at an answer and take it in, or not.
    TakeIn,
    /// To say that theirs arrived.
    Receipt,
    /// To answer.
    Answer,
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Due {
    /// Since when.
    pub since: Timestamp,
    /// What.
    pub kind: DueKind,
    /// With whom.
    pub party: String,
}

impl Dialogue {
    /// What is due at a time, the longest due first.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<Due> {
        let standing = self.standing();
        if matches!(standing.stage, Stage::Withdrawn | Stage::Closed) {
            return Vec::new();
        }
        let mut due = match standing.side {
            Side::Asking => self.due_of_asking(&standing),
            Side::Asked => self.due_of_asked(&standing),
        };
        due.retain(|one| one.since <= now);
        due.sort();
        due
    }

    fn due_of_asking(&self, standing: &super::Standing) -> Vec<Due> {
        let request = &standing.request;
        let mut due = Vec::new();
        let made = self.facts().first().map(|fact| fact.at).unwrap_or_default();
        for party in &request.to {
            let mut add = |since, kind| due.push(Due { since, kind, party: party.clone() });
            let thread = standing.threads.get(party).cloned().unwrap_or_default();
            let Some(sent) = thread.sent else {
                add(made, DueKind::Send);
                continue;
            };
            if thread.heard.is_none() {
                add(sent.plus_micros(receipt(request.action)), DueKind::AskReceipt);
            }
            if thread.counted.is_some_and(|counted| !counted.adds_up()) {
                add(thread.heard.unwrap_or(sent), DueKind::AskCounts);
            }
            if thread.stage == Stage::NeedMore {
                add(thread.heard.unwrap_or(sent), DueKind::GiveMore);
            }
            let kept = thread.stage == Stage::Preserved && request.action == Action::Preserve;
            if !thread.stage.is_final() && !kept {
                let last = thread.reminded.last().copied();
                let next = last.map_or(request.reply_by, |at| at.plus_micros(REMINDER_DAYS * DAY));
                let often = thread.reminded.len() >= REMINDERS_LIMIT;
                add(next, if often { DueKind::Escalate } else { DueKind::Remind });
            }
            if let (true, Some(until)) = (kept, request.keep_until) {
                add(until.plus_micros(-RENEWAL_DAYS * DAY), DueKind::Renew);
            }
        }
        for (party, thread) in &standing.threads {
            let new = thread.answers.iter().any(|one| !standing.taken_in.contains_key(one));
            if let (true, Some(since)) = (new, thread.heard) {
                due.push(Due { since, kind: DueKind::TakeIn, party: party.clone() });
            }
        }
        due
    }

    fn due_of_asked(&self, standing: &super::Standing) -> Vec<Due> {
        let mut due = Vec::new();
        for fact in self.facts() {
            let super::Act::Arrived { from, request, message } = &fact.act else { continue };
            let mut add = |since, kind| due.push(Due { since, kind, party: from.clone() });
            if !self.knows(&format!("receipt made {message}")) {
                add(fact.at, DueKind::Receipt);
            }
            let newest = request.package == standing.request.package;
            let kept = standing.stage == Stage::Preserved && request.action == Action::Preserve;
            if newest && !standing.stage.is_final() && !kept && standing.stage != Stage::Forwarded {
                add(request.reply_by.plus_micros(-ANSWER_DAYS * DAY), DueKind::Answer);
            }
        }
        due
    }
}

const fn receipt(action: Action) -> i64 {
    match action {
        Action::Preserve => RECEIPT_HOURS_PRESERVE * HOUR,
        _ => RECEIPT_HOURS * HOUR,
    }
}

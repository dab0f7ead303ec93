//! What an answer must have: what its status promises, and nothing disclosed that it says is not.

use std::collections::BTreeSet;

use bakas_model::exchange::{
    AnswerStatus, Candidate, Disclosure, FlowAnswer, Outcome, TraceAnswer, TraceRequest,
};

use super::{FLOWS_LIMIT, Fault, Faults};

impl Faults<'_> {
    pub(super) fn answer(&mut self, answer: &TraceAnswer) {
        self.named(&answer.id, "content.id");
        self.if_so(answer.version == 0, "content.version", "is 0", "count answers from 1");
        let reply = &answer.in_reply_to;
        self.named(&reply.id, "content.in_reply_to.id");
        let hex = reply.sha256.len() == 64 && reply.sha256.chars().all(|c| c.is_ascii_hexdigit());
        self.if_so(
            !hex,
            "content.in_reply_to.sha256",
            "is no SHA-256 in hex",
            "take the digest of the request that is answered",
        );
        self.promised(answer);
        let many = answer.flows.len() > FLOWS_LIMIT;
        self.if_so(many, "content.flows", "has more than 10,000 flows", "send several answers");
        let mut ids = BTreeSet::new();
        for (at, flow) in answer.flows.iter().enumerate().take(FLOWS_LIMIT) {
            let place = format!("content.flows[{at}]");
            self.filled(&flow.flow, &format!("{place}.flow"), "name the request's flow");
            let twice = !ids.insert(flow.flow.as_str());
            self.if_so(twice, &place, "answers a flow that was answered before", "join the two");
            self.flow_answer(flow, &place);
        }
    }

    /// What the status says is there.
    fn promised(&mut self, answer: &TraceAnswer) {
        let refused = answer.status == AnswerStatus::Refused;
        self.if_so(
            refused && answer.refusal.is_none(),
            "content.refusal",
            "is missing from a refusal",
            "name the ground",
        );
        self.if_so(
            !refused && answer.refusal.is_some(),
            "content.refusal",
            "stands in what is no refusal",
            "take it out, or refuse",
        );
        let nobody = answer.forwarded_to.as_ref().is_none_or(|hop| hop.name.trim().is_empty());
        self.if_so(
            answer.status == AnswerStatus::Forwarded && nobody,
            "content.forwarded_to",
            "is empty",
            "say to whom it was handed on",
        );
        if answer.status == AnswerStatus::NeedMore {
            self.some_words(&answer.needs, "content.needs", "say what is missing");
        }
        let found = answer.flows.iter().any(|flow| flow.outcome == Outcome::Identified);
        self.if_so(
            answer.status == AnswerStatus::Identified && !found,
            "content.status",
            "says `identified`, and no flow is",
            "choose another status",
        );
    }

    fn flow_answer(&mut self, flow: &FlowAnswer, place: &str) {
        let count = flow.candidates.len();
        let fits = match flow.outcome {
            Outcome::Identified => count == 1,
            Outcome::Ambiguous => count != 1,
            Outcome::NotFound | Outcome::NotRetained => count == 0,
            Outcome::Confirmed | Outcome::Preserved | Outcome::PassedThrough => true,
        };
        self.if_so(
            !fits,
            &format!("{place}.candidates"),
            "do not fit the outcome",
            "`identified` has one, `ambiguous` several or a number in words, `not_found` none",
        );
        for (at, candidate) in flow.candidates.iter().enumerate() {
            self.candidate(candidate, flow.disclosure, &format!("{place}.candidates[{at}]"));
        }
    }

    fn candidate(&mut self, candidate: &Candidate, disclosure: Disclosure, place: &str) {
        self.filled(
            &candidate.reference,
            &format!("{place}.reference"),
            "give a name that only you can resolve",
        );
        let open = matches!(disclosure, Disclosure::Plain | Disclosure::Encrypted);
        self.if_so(
            !candidate.disclosed.is_empty() && !open,
            &format!("{place}.disclosed"),
            "holds what the answer says is not disclosed",
            "take it out, or decide to disclose it",
        );
        let turned = matches!((candidate.from, candidate.until), (Some(a), Some(b)) if a > b);
        self.if_so(turned, &format!("{place}.until"), "is before its start", "turn them round");
        let turned = candidate.ports.is_some_and(|(first, last)| first > last);
        self.if_so(turned, &format!("{place}.ports"), "end before they begin", "turn them round");
        let over = candidate.confidence.is_some_and(|one| one > 100);
        self.if_so(over, &format!("{place}.confidence"), "is over 100", "write 0 to 100");
    }
}

/// Whether an answer fits the request that it answers: it speaks of its flows and of no others, and
/// of all of them where it says that it is done.
#[must_use]
pub fn answers(answer: &TraceAnswer, request: &TraceRequest) -> Vec<Fault> {
    let mut found = Vec::new();
    let asked: BTreeSet<&str> = request.flows.iter().map(|flow| flow.id.as_str()).collect();
    if answer.in_reply_to.id != request.id || answer.in_reply_to.version != request.version {
        found.push(Fault {
            place: "content.in_reply_to".into(),
            what: "is another request, or another version of it",
            remedy: "answer the one that was received",
        });
    }
    for (at, flow) in answer.flows.iter().enumerate() {
        if !asked.contains(flow.flow.as_str()) {
            found.push(Fault {
                place: format!("content.flows[{at}].flow"),
                what: "is not in the request",
                remedy: "name a flow of the request",
            });
        }
    }
    let done = matches!(
        answer.status,
        AnswerStatus::Identified | AnswerStatus::NotFound | AnswerStatus::Ambiguous
    );
    let answered: BTreeSet<&str> = answer.flows.iter().map(|flow| flow.flow.as_str()).collect();
    if done && asked.iter().any(|flow| !answered.contains(flow)) {
        found.push(Fault {
            place: "content.flows".into(),
            what: "leaves flows of the request without an answer",
            remedy: "answer each, if only by `not_found`, or say `partial`",
        });
    }
    found
}

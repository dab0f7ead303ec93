//! The answer that findings amount to, with as much told as a person decided.

use bakas_model::exchange::{
    Allocation, AnswerStatus, Candidate, Disclosure, Flow, FlowAnswer, Outcome, Port, Words,
};

use super::join::{Found, Held};

/// What is told of each candidate. The default tells that there is one, and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Disclose {
    /// From when until when the address was theirs.
    pub times: bool,
    /// The address within our network, and the ports.
    pub inner: bool,
    /// Who it is, as our logs name them.
    pub subscriber: bool,
    /// That the rest is held for a request of mutual assistance.
    pub held_for_assistance: bool,
}

/// Confidence in a single candidate that fits the whole window, 0 to 100.
const SURE: u8 = 90;
/// The same where a connection of it was seen, too.
const SURER: u8 = 95;
/// The same where it fits a part of the window only.
const PARTLY: u8 = 60;

/// Proposes what to say of each flow. `reference` names a subscriber, or an inner address, in a
/// way that only this side can resolve.
pub fn propose(
    flows: &[Flow],
    found: &[Found],
    disclose: Disclose,
    reference: &mut dyn FnMut(&Held) -> String,
) -> (AnswerStatus, Vec<FlowAnswer>) {
    let mut answers = Vec::with_capacity(flows.len());
    for (flow, found) in flows.iter().zip(found) {
        let candidates: Vec<Candidate> = found
            .held
            .iter()
            .map(|held| candidate(held, found.count, disclose, reference(held)))
            .collect();
        answers.push(FlowAnswer {
            flow: flow.id.clone(),
            outcome: outcome(found),
            allocation: allocation(found),
            disclosure: how(found, disclose),
            notes: notes(flow, found),
            candidates,
            ..FlowAnswer::default()
        });
    }
    (status(&answers), answers)
}

const fn outcome(found: &Found) -> Outcome {
    match (found.count, found.kept) {
        (1, _) => Outcome::Identified,
        (0, true) => Outcome::NotFound,
        (0, false) => Outcome::NotRetained,
        _ => Outcome::Ambiguous,
    }
}

const fn allocation(found: &Found) -> Allocation {
    if found.translated {
        Allocation::Cgnat
    } else if found.count > 0 {
        Allocation::Dynamic
    } else {
        Allocation::Unknown
    }
}

const fn how(found: &Found, disclose: Disclose) -> Disclosure {
    if found.count == 0 {
        Disclosure::None
    } else if disclose.subscriber {
        Disclosure::Plain
    } else if disclose.held_for_assistance {
        Disclosure::HeldForAssistance
    } else {
        Disclosure::None
    }
}

fn candidate(held: &Held, count: usize, disclose: Disclose, reference: String) -> Candidate {
    let one = match (held.whole, held.confirmed) {
        (_, true) => SURER,
        (true, false) => SURE,
        (false, false) => PARTLY,
    };
    // Of several none can be surer than its share, unless a connection was seen of one of them.
    let share = u8::try_from(100 / count.max(1)).unwrap_or(0).max(1);
    let confidence = if count > 1 && !held.confirmed { one.min(share) } else { one };
    let mut basis = Vec::new();
    let mut say = |text: &str| {
        basis.push(Words { language: "en".into(), text: text.into() });
    };
    if held.inner.is_some() {
        say("translation record");
    }
    if held.subscriber.is_some() {
        say("session or lease record");
    }
    if held.confirmed {
        say("a connection to the same destination was seen");
    }
    let subscriber = held.subscriber.clone().filter(|_| disclose.subscriber);
    Candidate {
        reference,
        from: held.span.from.filter(|_| disclose.times),
        until: held.span.until.filter(|_| disclose.times),
        inner: held.inner.filter(|_| disclose.inner),
        ports: held.ports.filter(|_| disclose.inner),
        confidence: Some(confidence),
        basis,
        disclosed: subscriber.map(|name| ("subscriber".to_owned(), name)).into_iter().collect(),
    }
}

fn notes(flow: &Flow, found: &Found) -> Vec<Words> {
    let mut notes = Vec::new();
    let mut say = |text: String| notes.push(Words { language: "en".into(), text });
    if found.count > found.held.len() {
        say(format!("{} fit; {} are named", found.count, found.held.len()));
    }
    if found.count > 1 && matches!(flow.source_port, Port::Missing(_)) {
        say("with the source port, fewer would fit".into());
    }
    if found.count == 1 && !found.held[0].whole {
        say("it fits a part of the time only: the clock's uncertainty reaches beyond".into());
    }
    if !found.kept && found.count > 0 {
        say("our records do not reach over the whole of the time".into());
    }
    notes
}

/// What the whole comes to.
fn status(answers: &[FlowAnswer]) -> AnswerStatus {
    let has = |outcome: Outcome| answers.iter().any(|one| one.outcome == outcome);
    if has(Outcome::Identified) {
        AnswerStatus::Identified
    } else if has(Outcome::Ambiguous) {
        AnswerStatus::Ambiguous
    } else {
        AnswerStatus::NotFound
    }
}

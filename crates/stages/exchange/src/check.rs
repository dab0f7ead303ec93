//! What a message must have before it may be sent, so that the other side can work with it and is
//! allowed to. Labels are the gate's question ([`crate::gate`]), not asked here, except that what
//! makes a message useless or unlawful by itself is refused in both places.
//!
//! Each fault names the place by number, says what is wrong, and what to do.

mod answer;
mod extract;
mod flow;
mod request;

use bakas_model::{
    Timestamp,
    exchange::{Content, Package, Tlp, Words},
};

pub use answer::answers;

/// Flows of one request, and of one answer.
pub const FLOWS_LIMIT: usize = 10_000;
/// Bytes of one text.
pub const TEXT_BYTES_LIMIT: usize = 64 * 1024;
/// Bytes of one proof.
pub const PROOF_BYTES_LIMIT: usize = 64 * 1024;
/// How far ahead of ours a clock may be before a time counts as lying in the future.
pub const AHEAD_SECONDS_LIMIT: i64 = 300;

/// Something that must be put right before the message may be sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{place}: {what}; {remedy}")]
pub struct Fault {
    /// Where it stands: `content.flows[2].source_port`, counted from 0.
    pub place: String,
    /// What is wrong.
    pub what: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// What a person says to a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Why personal data of victims are needed, where they are; empty means that none are.
    pub personal_because: String,
}

/// Collects faults.
struct Faults<'a> {
    now: Timestamp,
    given: &'a Given,
    found: Vec<Fault>,
}

/// Everything that must be put right before a package may be sent.
#[must_use]
pub fn check(package: &Package, now: Timestamp, given: &Given) -> Vec<Fault> {
    let mut faults = Faults { now, given, found: Vec::new() };
    faults.envelope(package);
    match &package.content {
        Content::Request(request) => faults.request(request),
        Content::Answer(answer) => faults.answer(answer),
        Content::Extract(extract) => faults.extract(extract, package),
    }
    faults.found
}

impl Faults<'_> {
    fn add(&mut self, place: impl Into<String>, what: &'static str, remedy: &'static str) {
        self.found.push(Fault { place: place.into(), what, remedy });
    }

    /// A fault where something is wrong.
    fn if_so(&mut self, wrong: bool, place: &str, what: &'static str, remedy: &'static str) {
        if wrong {
            self.add(place, what, remedy);
        }
    }

    fn envelope(&mut self, package: &Package) {
        self.named(&package.id, "package.id");
        self.future(package.created, "package.created");
        let from = &package.from;
        self.filled(&from.id, "package.from.id", "name yourselves in parties.toml");
        self.filled(&from.name, "package.from.name", "name yourselves in parties.toml");
        let silent = from.contact.email.trim().is_empty() && from.contact.phone.trim().is_empty();
        self.if_so(
            silent,
            "package.from.contact",
            "nobody can be reached",
            "give an e-mail address or a telephone number",
        );
        self.if_so(
            package.to.is_empty() && matches!(package.content, Content::Request(_)),
            "package.to",
            "a request goes to somebody",
            "address it",
        );
        self.if_so(
            package.handling.tlp == Tlp::Red && package.to.len() > 1,
            "package.handling.tlp",
            "TLP:RED goes to one recipient alone",
            "send it to each in a package of its own",
        );
        self.personal(&package.handling, "package.handling.personal");
        for (at, words) in package.redaction.iter().enumerate() {
            self.words(words, &format!("package.redaction[{at}]"));
        }
    }

    /// A name in the world: a UUID (RFC 9562).
    fn named(&mut self, id: &str, place: &str) {
        let wrong = uuid::Uuid::parse_str(id).is_err() || id.len() != 36;
        self.if_so(wrong, place, "is no UUID", "leave it to the program to make one");
    }

    fn filled(&mut self, text: &str, place: &str, remedy: &'static str) {
        self.if_so(text.trim().is_empty(), place, "is empty", remedy);
        self.short(text, place);
    }

    fn short(&mut self, text: &str, place: &str) {
        let long = text.len() > TEXT_BYTES_LIMIT;
        self.if_so(long, place, "is longer than 64 KiB", "shorten it");
    }

    fn future(&mut self, time: Timestamp, place: &str) {
        let ahead = time.micros_since(self.now) > AHEAD_SECONDS_LIMIT * 1_000_000;
        self.if_so(ahead, place, "lies in the future", "correct the time or the clock");
    }

    /// Words for the other side: not too long, and without e-mail addresses, which name victims.
    fn words(&mut self, words: &Words, place: &str) {
        self.short(&words.text, place);
        let personal = names_mailbox(&words.text) && self.given.personal_because.trim().is_empty();
        self.if_so(
            personal,
            place,
            "names a mailbox, which is personal data",
            "take it out, or say why the other side needs it",
        );
    }

    /// At least one that says something.
    fn some_words(&mut self, list: &[Words], place: &str, remedy: &'static str) {
        let none = list.iter().all(|one| one.text.trim().is_empty());
        self.if_so(none, place, "is empty", remedy);
        for (at, one) in list.iter().enumerate() {
            self.words(one, &format!("{place}[{at}]"));
        }
    }

    fn personal(&mut self, handling: &bakas_model::exchange::Handling, place: &str) {
        let wrong = handling.personal && self.given.personal_because.trim().is_empty();
        self.if_so(
            wrong,
            place,
            "holds personal data of victims, which nobody needs for tracing",
            "take them out, or say why the other side needs them",
        );
    }
}

/// Whether a text holds something like `name@host.example`.
fn names_mailbox(text: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '\'');
    let host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    text.match_indices('@').any(|(at, _)| {
        let (before, after) = text.split_at(at);
        let after: String = after.chars().skip(1).take_while(|c| host(*c)).collect();
        before.chars().next_back().is_some_and(name)
            && after.trim_end_matches('.').split('.').filter(|label| !label.is_empty()).count() > 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_seen_and_other_signs_are_not() {
        for text in
            ["ana@agency.example", "wrote to m.cruz@mail.agency.example.", "(ñino@a.example)"]
        {
            assert!(names_mailbox(text), "{text}");
        }
        for text in ["100 tries @ 5 a minute", "@handle", "a@localhost", "@@", "x @y.example"] {
            assert!(!names_mailbox(text), "{text}");
        }
    }
}

//! Whom to ask about a network, what an operator needs to find a subscriber (RFC 6302), and whether our
//! logs hold it. It writes to nobody.

use std::collections::BTreeSet;

use bakas_model::{
    Text, Trace,
    network::{self, Contact, ContactRole, Held, Needed, SubscriberFact},
};

use super::{Traces, of};
use crate::{
    text::{number, plural},
    view::NetworkRow,
    words::Pair,
};

/// Whom to ask about a network, and what to give them.
#[derive(Debug)]
pub(crate) struct Asking<'n, 'c> {
    pub(crate) network: &'n NetworkRow<'c>,
    /// Desks, the registry's page among them.
    pub(crate) contacts: Vec<&'c Contact>,
    /// The registry that keeps these blocks, and how it is asked.
    pub(crate) registry: Option<Text>,
    pub(crate) facts: Vec<Fact>,
    /// Why the address alone does not do.
    pub(crate) because: Option<&'c Text>,
}

/// One thing that is needed, over all addresses of a network.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) fact: Needed,
    pub(crate) held: Held,
    pub(crate) lines_with: u64,
    pub(crate) lines: u64,
}

/// Whom to ask, for each network that somebody runs.
pub(crate) fn asking<'n, 'c>(
    networks: &'n [NetworkRow<'c>],
    traces: &Traces<'c>,
) -> Vec<Asking<'n, 'c>> {
    networks.iter().filter(|row| row.asn.is_some()).map(|row| Asking::of(row, traces)).collect()
}

impl<'n, 'c> Asking<'n, 'c> {
    fn of(network: &'n NetworkRow<'c>, traces: &Traces<'c>) -> Self {
        let all: Vec<&'c Trace> = of(network, traces).collect();
        let is_iana = |contact: &&Contact| contact.data_set.starts_with("iana-");
        // One registry and page stand for all blocks of a network that it keeps.
        let mut registries = BTreeSet::new();
        let contacts: BTreeSet<&Contact> = all.iter().flat_map(|trace| &trace.contacts).collect();
        let contacts = contacts
            .into_iter()
            .filter(|contact| !is_iana(contact) || registries.insert(contact.name.as_str()));
        let last = |trace: &&Trace| network::asking(trace).into_iter().next_back();
        let registered = |trace: &&&Trace| trace.contacts.iter().any(|one| is_iana(&one));
        let questions = all.iter().filter_map(|trace| trace.subscriber.as_ref());
        let because = questions.clone().map(|question| &question.because).next();
        let mut facts: Vec<Fact> = Vec::new();
        for fact in questions.flat_map(|question| &question.facts) {
            match facts.iter_mut().find(|known| known.fact == fact.fact) {
                Some(known) => known.add(fact),
                None => facts.push(Fact {
                    fact: fact.fact,
                    held: fact.held,
                    lines_with: fact.lines_with,
                    lines: fact.lines,
                }),
            }
        }
        Self {
            network,
            contacts: contacts.collect(),
            registry: all.iter().find(registered).and_then(last),
            facts,
            because,
        }
    }

    /// Whether a desk is known beside the registry.
    pub(crate) fn has_desk(&self) -> bool {
        self.contacts.iter().any(|contact| contact.role != ContactRole::Registry)
    }
}

impl Fact {
    fn add(&mut self, other: &SubscriberFact) {
        self.lines_with += other.lines_with;
        self.lines += other.lines;
        self.held = match (self.held, other.held) {
            (Held::Unknown, held) | (held, Held::Unknown) => held,
            (one, other) if one == other => one,
            _ => Held::Partly,
        };
    }

    /// How far our logs hold it, beside the word for it.
    pub(crate) fn note(&self) -> Option<Text> {
        if self.held == Held::Partly && self.lines_with == 0 {
            return Some(Text::new(
                "(no line says all of it; whoever runs the server may)",
                "(walang linyang nagsasabi ng lahat nito; maaaring alam ito ng nagpapatakbo ng server)",
            ));
        }
        if self.lines == 0 || self.held == Held::Held {
            return None;
        }
        let (with, all) = (number(self.lines_with), number(self.lines));
        Some(Text::new(
            format!("({with} of {all} {})", plural(self.lines, "line", "lines")),
            format!("({with} sa {all} linya)"),
        ))
    }
}

/// What stands for a role.
pub(crate) const fn role(role: ContactRole) -> Pair {
    match role {
        ContactRole::Abuse => ("abuse desk", "tanggapan para sa abuso"),
        ContactRole::Noc => ("network operation centre", "sentro ng operasyon ng network"),
        ContactRole::Cert => ("CERT", "CERT"),
        ContactRole::Registry => ("registry", "registry"),
    }
}

/// What an operator needs.
pub(crate) const fn needed(fact: Needed) -> Pair {
    match fact {
        Needed::Address => ("the address", "ang address"),
        Needed::SourcePort => ("the source port", "ang source port"),
        Needed::Time => (
            "the time to the second, with its offset",
            "ang oras hanggang segundo, kasama ang offset",
        ),
        Needed::Destination => ("the server's address and port", "ang address at port ng server"),
    }
}

/// Whether our logs hold it.
pub(crate) const fn held(held: Held) -> Pair {
    match held {
        Held::Unknown => ("not looked at", "hindi tiningnan"),
        Held::Missing => ("not in our logs", "wala sa ating mga log"),
        Held::Partly => ("in part", "hindi buo"),
        Held::Held => ("in our logs", "nasa ating mga log"),
    }
}

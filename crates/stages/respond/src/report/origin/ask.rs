//! Whom to ask, network by network, and what an operator needs to find a subscriber (RFC 6302), with
//! whether the logs hold it. It writes to nobody.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{
    Trace,
    network::{Contact, ContactRole, Held, Needed, SubscriberFact},
};
use maud::{Markup, html};

use super::super::{
    Matter,
    parts::{both, more, pair, table, text as shown_text, th},
};
use crate::{
    text::{number, visible},
    view::NetworkRow,
};

const ROWS_LIMIT: usize = 40;
const CONTACTS_LIMIT: usize = 6;

pub(super) fn draw(matter: &Matter<'_>, networks: &[NetworkRow<'_>]) -> Markup {
    let traces: BTreeMap<_, &Trace> =
        matter.view.case.traces.iter().map(|trace| (trace.address, trace)).collect();
    let rows: Vec<_> = networks
        .iter()
        .filter(|network| network.asn.is_some())
        .map(|network| Row::of(network, &traces))
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("Network", "Network")) (th("Whom to ask", "Kung sino ang tatanungin"))
        (th("What the operator needs to find a subscriber, and whether our logs hold it", "Kung ano ang kailangan ng operator upang matukoy ang subscriber, at kung hawak ito ng ating mga log"))
    };
    let body = html! {
        @for row in rows.iter().take(ROWS_LIMIT) {
            tr {
                th scope="row" { (visible(&row.network.name())) @if let Some(asn) = row.network.asn { " " small { (asn) } } }
                td { (desks(&row.contacts)) }
                td { (facts(&row.facts)) }
            }
        }
    };
    let because = rows.iter().find_map(|row| row.because);
    html! {
        (table(
            both("Whom to ask, and what to give them", "Kung sino ang tatanungin, at kung ano ang ibibigay"),
            "Whom to ask", head, body,
        ))
        (more(rows.len() as u64, ROWS_LIMIT, "traces.ndjson"))
        @if let Some(because) = because {
            p.note { (shown_text(because)) " (RFC 6302)." }
        }
    }
}

struct Row<'a> {
    network: &'a NetworkRow<'a>,
    contacts: Vec<&'a Contact>,
    facts: Vec<Fact>,
    because: Option<&'a bakas_model::Text>,
}

/// One thing that is needed, over all addresses of a network.
struct Fact {
    fact: Needed,
    held: Held,
    lines_with: u64,
    lines: u64,
}

impl<'a> Row<'a> {
    fn of(network: &'a NetworkRow<'a>, traces: &BTreeMap<std::net::IpAddr, &'a Trace>) -> Self {
        let of: Vec<&Trace> =
            network.addresses.iter().filter_map(|address| traces.get(address).copied()).collect();
        let contacts: BTreeSet<&Contact> = of.iter().flat_map(|trace| &trace.contacts).collect();
        let questions = of.iter().filter_map(|trace| trace.subscriber.as_ref());
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
        Self { network, contacts: contacts.into_iter().collect(), facts, because }
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
}

fn desks(contacts: &[&Contact]) -> Markup {
    if contacts.is_empty() {
        return html! { span.none { (both(
            "no contact at hand: import a contact list, or ask its registry",
            "walang hawak na contact: mag-import ng talaan ng contact, o tanungin ang registry nito",
        )) } };
    }
    html! {
        @for (at, contact) in contacts.iter().take(CONTACTS_LIMIT).enumerate() {
            @if at > 0 { br; }
            (pair(role(contact.role))) ": " (visible(&contact.name)) " " code { (visible(&contact.address)) }
            " " small { (visible(&contact.data_set)) ", " (contact.date) }
        }
    }
}

fn facts(facts: &[Fact]) -> Markup {
    if facts.is_empty() {
        return html! { span.none { (both(
            "the address and the time: this is no network of shared lines, as far as lists say",
            "ang address at ang oras: ayon sa mga listahan, hindi ito network ng mga pinagsasaluhang linya",
        )) } };
    }
    html! {
        @for (at, fact) in facts.iter().enumerate() {
            @if at > 0 { br; }
            (pair(needed(fact.fact))) ": " b { (pair(held(fact.held))) }
            @if fact.held == Held::Partly && fact.lines_with == 0 {
                " " small { (both("(no line says all of it; whoever runs the server may)", "(walang linyang nagsasabi ng lahat nito; maaaring alam ito ng nagpapatakbo ng server)")) }
            } @else if fact.lines > 0 && fact.held != Held::Held {
                " " small { "(" (number(fact.lines_with)) " / " (number(fact.lines)) " " (both("lines", "linya")) ")" }
            }
        }
    }
}

const fn role(role: ContactRole) -> (&'static str, &'static str) {
    match role {
        ContactRole::Abuse => ("abuse desk", "tanggapan para sa abuso"),
        ContactRole::Noc => ("network operation centre", "sentro ng operasyon ng network"),
        ContactRole::Cert => ("CERT", "CERT"),
        ContactRole::Registry => ("registry", "registry"),
    }
}

const fn needed(fact: Needed) -> (&'static str, &'static str) {
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

const fn held(held: Held) -> (&'static str, &'static str) {
    match held {
        Held::Unknown => ("not looked at", "hindi tiningnan"),
        Held::Missing => ("not in our logs", "wala sa ating mga log"),
        Held::Partly => ("in part", "bahagya"),
        Held::Held => ("in our logs", "nasa ating mga log"),
    }
}

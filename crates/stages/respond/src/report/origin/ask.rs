//! Whom to ask, network by network, and what an operator needs to find a subscriber (RFC 6302), with
//! whether the logs hold it, as a table. It writes to nobody.

use bakas_model::network::{Contact, conventions};
use maud::{Markup, html};

use super::super::parts::{both, more, pair, table, text as shown_text, th};
use crate::{
    origins::{self, Asking, Fact, Traces},
    text::visible,
    view::NetworkRow,
};

const ROWS_LIMIT: usize = 40;
const CONTACTS_LIMIT: usize = 6;

pub(super) fn draw(networks: &[NetworkRow<'_>], traces: &Traces<'_>) -> Markup {
    let rows = origins::asking(networks, traces);
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
                td { (desks(row)) }
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
        p.note { (shown_text(&conventions(None))) }
    }
}

fn desks(row: &Asking<'_, '_>) -> Markup {
    html! {
        @if !row.has_desk() {
            span.none { (pair(origins::NO_DESK)) }
            @if !row.contacts.is_empty() { br; }
        }
        @for (at, contact) in row.contacts.iter().take(CONTACTS_LIMIT).enumerate() {
            @if at > 0 { br; }
            (desk(contact))
        }
        @if let Some(registry) = &row.registry {
            details { summary { (both("how to ask the registry", "kung paano tanungin ang registry")) } (shown_text(registry)) }
        }
    }
}

fn desk(contact: &Contact) -> Markup {
    html! {
        (pair(origins::role(contact.role))) ": " (visible(&contact.name)) " " code { (visible(&contact.address)) }
        " " small { (visible(&contact.data_set)) ", " (contact.date) }
    }
}

fn facts(facts: &[Fact]) -> Markup {
    if facts.is_empty() {
        return html! { span.none { (pair(origins::NO_SHARED_LINES)) } };
    }
    html! {
        @for (at, fact) in facts.iter().enumerate() {
            @if at > 0 { br; }
            (pair(origins::needed(fact.fact))) ": " b { (pair(origins::held(fact.held))) }
            @if let Some(note) = fact.note() { " " small { (shown_text(&note)) } }
        }
    }
}

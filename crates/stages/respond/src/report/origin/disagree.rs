//! Where sources say different things of the same network, side by side with their dates, and when
//! blocks changed hands. It takes nobody's side.

use std::collections::{BTreeMap, BTreeSet};

use bakas_model::{
    Network, Trace,
    network::{Announced, Question, View},
};
use maud::{Markup, html};

use super::super::{
    Matter,
    parts::{both, more, pair, table, tdn, th, thn},
};
use crate::{text::visible, view::NetworkRow, words};

const VIEWS_LIMIT: usize = 40;
const CHANGES_LIMIT: usize = 30;

/// What sources say otherwise.
pub(super) fn draw(matter: &Matter<'_>, networks: &[NetworkRow<'_>]) -> Markup {
    let traces: BTreeMap<_, &Trace> =
        matter.view.case.traces.iter().map(|trace| (trace.address, trace)).collect();
    // Alike views of many addresses of one network are one row.
    let mut rows: BTreeMap<(String, Question, &str, &str), Row<'_>> = BTreeMap::new();
    for network in networks {
        for trace in network.addresses.iter().filter_map(|address| traces.get(address)) {
            for view in trace.views.iter().filter(|view| !view.agrees) {
                let key =
                    (network.name(), view.question, view.says.as_str(), view.data_set.as_str());
                let row = rows.entry(key).or_insert(Row { view, then: &trace.then, addresses: 0 });
                row.addresses += 1;
            }
        }
    }
    let head = html! {
        (th("Network", "Network")) (th("Question", "Tanong")) (th("The answer", "Ang sagot"))
        (th("Another source says", "Ayon sa ibang sanggunian")) (th("Source and date", "Sanggunian at petsa"))
        (thn("Addresses", "Address"))
    };
    let body = html! {
        @for ((name, ..), row) in rows.iter().take(VIEWS_LIMIT) {
            tr {
                th scope="row" { (visible(name)) }
                td { (pair(question(row.view.question))) }
                td { (answer(row)) }
                td { (visible(&row.view.says)) }
                td { (visible(&row.view.data_set)) br; small.nowrap { (row.view.date) } }
                (tdn(row.addresses))
            }
        }
    };
    html! {
        @if rows.is_empty() {
            p.note { (both(
                "The sources at hand say the same of these networks, as far as more than one speaks of them.",
                "Magkakapareho ang sinasabi ng mga hawak na sanggunian tungkol sa mga network na ito, kung higit sa isa ang may sinasabi.",
            )) }
        } @else {
            (table(
                both("Where sources disagree; the answer is not an average", "Kung saan nagkakaiba ang mga sanggunian; hindi pinagtabas na gitna ang sagot"),
                "Disagreement", head, body,
            ))
            (more(rows.len() as u64, VIEWS_LIMIT, "traces.ndjson"))
        }
        (changes(&traces))
    }
}

struct Row<'a> {
    view: &'a View,
    then: &'a Network,
    addresses: u64,
}

/// What the answer for the time of the lines is, in the terms of the question.
fn answer(row: &Row<'_>) -> Markup {
    let then = row.then;
    let said = match row.view.question {
        Question::Origin => then.asn.map(|asn| asn.to_string()),
        Question::Operator => then.operator.clone(),
        Question::Registration | Question::Location => then.country.map(crate::world::name),
        Question::Kind => return pair(words::network_kind(then.kind)),
        Question::Owner => then.state_owned.as_ref().map(|owned| owned.owner.to_string()),
        Question::Registrant | Question::RouteOrigin => None,
    };
    html! { (visible(said.as_deref().unwrap_or("—"))) }
}

const fn question(question: Question) -> (&'static str, &'static str) {
    match question {
        Question::Origin => ("who announced it", "kung sino ang nag-anunsiyo"),
        Question::Operator => ("the operator's name", "pangalan ng operator"),
        Question::Registration => ("where it is registered", "kung saan nakarehistro"),
        Question::Location => ("where it is used (estimate)", "kung saan ginagamit (tantiya)"),
        Question::Registrant => ("to whom it was given", "kung kanino ibinigay"),
        Question::Kind => ("kind of network", "uri ng network"),
        Question::Owner => ("who owns the operator", "kung sino ang may-ari ng operator"),
        Question::RouteOrigin => ("whether it was authorised", "kung may pahintulot"),
    }
}

/// Blocks that changed hands between the tables of one source.
fn changes(traces: &BTreeMap<std::net::IpAddr, &Trace>) -> Markup {
    let mut alike: BTreeMap<String, (Vec<&Announced>, BTreeSet<String>)> = BTreeMap::new();
    for trace in traces.values() {
        let several =
            |source: &str| trace.history.iter().filter(|one| one.source == source).count() > 1;
        let changed: Vec<_> = trace.history.iter().filter(|one| several(&one.source)).collect();
        if !changed.is_empty() {
            let key = format!(
                "{:?}",
                changed.iter().map(|one| (one.from, &one.source, one.asn)).collect::<Vec<_>>()
            );
            alike
                .entry(key)
                .or_insert((changed, BTreeSet::new()))
                .1
                .insert(trace.address.to_string());
        }
    }
    if alike.is_empty() {
        return html! {};
    }
    let head = html! {
        (th("Addresses", "Address")) (th("Tables", "Mga talaan")) (th("Announced by", "Inanunsiyo ng"))
    };
    let body = html! {
        @for (changed, addresses) in alike.values().take(CHANGES_LIMIT) {
            @for (at, one) in changed.iter().enumerate() {
                tr {
                    th scope="row" { @if at == 0 { code { (some_of(addresses)) } } }
                    td.nowrap { (one.from) @if one.from != one.until { " – " (one.until) } br; small { (visible(&one.source)) } }
                    td {
                        @if let Some(asn) = one.asn { (visible(one.operator.as_deref().unwrap_or_default())) " " small { (asn) } }
                        @else { (both("nobody", "walang sinuman")) }
                    }
                }
            }
        }
    };
    html! {
        (table(
            both("Addresses that changed hands between tables", "Mga address na nagpalit ng may hawak sa pagitan ng mga talaan"),
            "Changes", head, body,
        ))
        (more(alike.len() as u64, CHANGES_LIMIT, "traces.ndjson"))
    }
}

/// A few addresses by name, the rest by number.
fn some_of(addresses: &BTreeSet<String>) -> String {
    const NAMED: usize = 3;
    let named: Vec<_> = addresses.iter().take(NAMED).cloned().collect();
    match addresses.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        rest => format!("{} +{rest}", named.join(", ")),
    }
}

//! Where sources say different things of the same network, side by side with their dates, and when
//! blocks changed hands. It takes nobody's side.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use bakas_model::network::Announced;
use maud::{Markup, html};

use super::super::parts::{both, more, pair, table, tdn, text as shown_text, th, thn};
use crate::{
    drawing::Lang,
    origins::{self, Traces, some_of},
    text::visible,
    view::NetworkRow,
};

const VIEWS_LIMIT: usize = 40;
const CHANGES_LIMIT: usize = 30;

/// What sources say otherwise.
pub(super) fn draw(networks: &[NetworkRow<'_>], traces: &Traces<'_>) -> Markup {
    let rows = origins::disagreements(networks, traces);
    let head = html! {
        (th("Network", "Network")) (th("Question", "Tanong")) (th("The answer", "Ang sagot"))
        (th("Another source says", "Ayon sa ibang sanggunian")) (th("Source and date", "Sanggunian at petsa"))
        (thn("Addresses", "Address"))
    };
    let body = html! {
        @for row in rows.iter().take(VIEWS_LIMIT) {
            tr {
                th scope="row" { (visible(&row.network)) }
                td { (pair(row.question)) }
                td { (both(visible(&row.answer.en), visible(&row.answer.fil))) }
                td { (both(visible(row.says(Lang::En)), visible(row.says(Lang::Fil)))) }
                td { (visible(&row.view.data_set)) br; small.nowrap { (row.view.date) } }
                (tdn(row.addresses))
            }
        }
    };
    html! {
        @if rows.is_empty() {
            p.note { (pair(origins::AGREED)) }
        } @else {
            (table(pair(origins::DISAGREE), "Disagreement", head, body))
            (more(rows.len() as u64, VIEWS_LIMIT, "traces.ndjson"))
        }
        (moved(networks, traces))
        (changes(traces))
    }
}

/// Addresses that another network announces today: whom to ask about which time.
fn moved(networks: &[NetworkRow<'_>], traces: &Traces<'_>) -> Markup {
    let rows = origins::moved(networks, traces);
    if rows.is_empty() {
        return html! { p.note { (pair(origins::UNMOVED)) } };
    }
    let head = html! {
        (th("Addresses", "Address")) (th("Then", "Noon")) (th("Now", "Ngayon"))
        (th("Whom to ask about which time", "Kung sino ang tatanungin tungkol sa aling panahon"))
    };
    let side = |network: &bakas_model::Network, day: bakas_model::Day, en: &str, fil: &str| {
        html! {
            @if let Some(asn) = network.asn {
                (visible(network.operator.as_deref().unwrap_or_default())) " " small { (asn) }
            } @else { (both("nobody", "walang sinuman")) }
            @if let Some(country) = network.country { ", " (country) }
            br; small.nowrap { (both(en, fil)) " " (day) }
        }
    };
    let body = html! {
        @for row in rows.iter().take(CHANGES_LIMIT) {
            tr {
                th scope="row" { code { (some_of(&row.addresses)) } }
                td { (side(row.then, row.moved.left, "last table", "huling talaan")) }
                td { (side(row.moved.now, row.moved.came, "since the table of", "mula sa talaan ng")) }
                td { (shown_text(&row.ask)) }
            }
        }
    };
    html! {
        (table(
            both("Addresses that another network announces now", "Mga address na inaanunsiyo na ngayon ng ibang network"),
            "Then and now", head, body,
        ))
        (more(rows.len() as u64, CHANGES_LIMIT, "traces.ndjson"))
    }
}

/// Blocks that changed hands between the tables of one source.
fn changes(traces: &Traces<'_>) -> Markup {
    let mut alike: BTreeMap<String, (Vec<&Announced>, BTreeSet<IpAddr>)> = BTreeMap::new();
    for trace in traces.values() {
        let several =
            |source: &str| trace.history.iter().filter(|one| one.source == source).count() > 1;
        let changed: Vec<_> = trace.history.iter().filter(|one| several(&one.source)).collect();
        if !changed.is_empty() {
            let key = format!(
                "{:?}",
                changed.iter().map(|one| (one.from, &one.source, one.asn)).collect::<Vec<_>>()
            );
            alike.entry(key).or_insert((changed, BTreeSet::new())).1.insert(trace.address);
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

//! What to do: the asks to each administrator in the order of work, and the blocks with what they
//! would have cut off.

use std::collections::BTreeMap;

use bakas_model::{AgencyIx, Ask, Block, Text};
use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, incident_links, table, tdn, text, th, thn, value},
};
use crate::{
    text::{capital, number, span},
    words,
};

const PREFIXES_LIMIT: usize = 12;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let case = matter.view.case;
    let mut work: BTreeMap<AgencyIx, (Vec<&Ask>, Vec<&Block>)> = BTreeMap::new();
    for ask in &case.asks {
        work.entry(ask.agency).or_default().0.push(ask);
    }
    for block in &case.blocks {
        work.entry(block.agency).or_default().1.push(block);
    }
    html! {
        @if work.is_empty() { p { (both("Nothing is asked of anybody.", "Walang hinihiling kaninuman.")) } }
        @for (agency, (asks, blocks)) in &mut work {
            article.todo {
                h3 { (value(matter.view.agency(*agency), 120)) }
                (contact(matter, *agency))
                (list(asks))
                (table_of(blocks))
            }
        }
    }
}

fn contact(matter: &Matter<'_>, ix: AgencyIx) -> Markup {
    let Some(agency) = matter.view.case.agencies.get(usize::from(ix.0)) else { return html! {} };
    html! {
        p.kicker {
            @for domain in agency.domains.iter().take(6) { code { (value(domain, 80)) } " " }
            @if let Some(administrator) = &agency.administrator {
                (both("administrator: ", "administrador: ")) (value(administrator, 120))
            }
        }
    }
}

fn list(asks: &mut [&Ask]) -> Markup {
    asks.sort_by_key(|ask| ask.number);
    html! {
        @if !asks.is_empty() {
            ol.asks {
                @for ask in asks.iter() {
                    @let kind = words::ask(ask.kind);
                    li value=(ask.number) {
                        p { b { (both(capital(kind.0), capital(kind.1))) } " "
                            span.when { (both(format!("within {} h", number(ask.within_hours.into())), format!("sa loob ng {} oras", number(ask.within_hours.into())))) } }
                        p { (text(&ask.text)) }
                        p.proof { (both("Done when: ", "Tapos kapag: ")) (text(&ask.proof)) " " (incident_links(&ask.incidents)) }
                    }
                }
            }
        }
    }
}

fn table_of(blocks: &mut [&Block]) -> Markup {
    if blocks.is_empty() {
        return html! {};
    }
    blocks.sort_by_key(|block| (&block.incident, !block.proposed));
    let when = blocks[0];
    let counted: Text = span(when.collateral.from, when.collateral.until);
    let head = html! {
        (th("For", "Para sa")) (th("Block", "Harangin")) (th("On", "Saan"))
        (thn("Stops", "Napipigil")) (thn("Sessions cut off", "Sesyong maaapektuhan")) (thn("of these signed in", "dito ang naka-sign-in"))
        (thn("Addresses", "Address")) (thn("Days", "Araw"))
    };
    let (proposed, others): (Vec<&Block>, Vec<&Block>) =
        blocks.iter().copied().partition(|block| block.proposed);
    let caption = html! {
        (both("What each would have cut off was counted from the agency’s own logs, ", "Binilang mula sa sariling log ng ahensiya ang maaapektuhan, "))
        (text(&counted)) "."
    };
    let show = |blocks: &[&Block]| {
        let body = html! { @for block in blocks { (row(block)) } };
        table(caption.clone(), "Blocks", head.clone(), body)
    };
    html! {
        @if !proposed.is_empty() {
            h4 { (both("Blocks proposed", "Mga mungkahing harang")) }
            (show(&proposed))
        }
        @if !others.is_empty() {
            details open[proposed.is_empty() && others.len() <= 4] {
                summary { (both("Blocks compared and not proposed", "Mga harang na inihambing at hindi iminungkahi")) " (" (others.len()) ")" }
                (show(&others))
            }
        }
    }
}

fn row(block: &Block) -> Markup {
    let lost = &block.collateral;
    html! {
        tr.proposed[block.proposed] {
            th scope="row" { (incident_links([&block.incident])) @if block.proposed { br; b.tag { (both("proposed", "mungkahi")) } } }
            td {
                @if let Some(asn) = block.network { (both("the whole network ", "ang buong network ")) code { (asn) } " " }
                @for prefix in block.prefixes.iter().take(PREFIXES_LIMIT) { code { (prefix) } " " }
                @if block.prefixes.len() > PREFIXES_LIMIT { (both(
                    format!("and {} more in case.json", block.prefixes.len() - PREFIXES_LIMIT),
                    format!("at {} pa sa case.json", block.prefixes.len() - PREFIXES_LIMIT))) }
                br; small { (text(&block.reason)) }
            }
            td { (text(&block.applies_to)) }
            td.n { (block.stops_percent) " %" }
            td.n { @if lost.lower_bound { "≥ " } (number(lost.sessions)) }
            (tdn(lost.signed_in)) (tdn(lost.addresses)) (tdn(block.lifetime_days.into()))
        }
    }
}

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
    view, words,
};

const PREFIXES_LIMIT: usize = 12;
/// Agencies whose work stands open; of more, it is folded.
const OPEN_LIMIT: usize = 3;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let case = matter.view.case;
    let mut blocks: BTreeMap<AgencyIx, Vec<&Block>> = BTreeMap::new();
    for block in &case.blocks {
        blocks.entry(block.agency).or_default().push(block);
    }
    let mut work = matter.view.work();
    let unasked: Vec<AgencyIx> =
        blocks.keys().copied().filter(|ix| !work.iter().any(|(agency, _)| agency == ix)).collect();
    work.extend(unasked.into_iter().map(|agency| (agency, Vec::new())));
    let folds = work.len() > OPEN_LIMIT;
    html! {
        @if work.is_empty() { p { (both("Nothing is asked of anybody.", "Walang hinihiling kaninuman.")) } }
        @for (at, (agency, asks)) in work.iter().enumerate() {
            @let name = matter.view.agency_id(*agency);
            article.todo id={ "todo-" (agency.0) } aria-labelledby={ "h-todo-" (agency.0) } {
                // The first stands open, so that everybody sees what the others hold.
                details.whole open[!folds || at == 0] {
                    summary {
                        h3 id={ "h-todo-" (agency.0) } { (value(matter.view.agency(*agency), 120)) }
                        span.kicker {
                            (value(name, 60)) " · " (order(asks))
                        }
                    }
                    (contact(matter, *agency))
                    (list(asks))
                    (table_of(blocks.get(agency).map_or(&[], Vec::as_slice)))
                }
            }
        }
    }
}

/// `first within 4 h: preserve → revoke → clean`.
pub(super) fn order(asks: &[&Ask]) -> Markup {
    if asks.is_empty() {
        return html! {};
    }
    let (hours, kinds) = view::order_of_work(asks);
    let (en, fil): (Vec<_>, Vec<_>) = kinds.into_iter().map(words::ask).unzip();
    html! {
        span.when { (both(format!("first within {hours} h:"), format!("una sa loob ng {hours} oras:"))) } " "
        (both(en.join(" → "), fil.join(" → ")))
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

fn list(asks: &[&Ask]) -> Markup {
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

fn table_of(blocks: &[&Block]) -> Markup {
    let mut blocks = blocks.to_vec();
    blocks.sort_by_key(|block| (&block.incident, !block.proposed));
    let Some(when) = blocks.first() else { return html! {} };
    let counted: Text = span(when.collateral.from, when.collateral.until);
    let head = html! {
        (th("For", "Para sa")) (thn("Stops", "Napipigil")) (thn("Legitimate sessions cut off", "Lehitimong session na mapuputol")) (thn("of these signed in", "sa mga ito, naka-sign in"))
        (thn("from addresses", "mula sa ilang address"))
        (th("Block", "Harangin")) (th("What it covers", "Saklaw")) (thn("Days", "Araw"))
    };
    let (proposed, others): (Vec<&Block>, Vec<&Block>) =
        blocks.iter().copied().partition(|block| block.proposed);
    let caption = html! {
        (both("The price of each block: legitimate sessions that it would have cut off, counted from the agency’s own logs of ", "Ang kapalit ng bawat harang: mga lehitimong session na naputol sana nito, binilang mula sa sariling log ng ahensiya noong "))
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
            td.n { (block.stops_percent) " %" }
            td.n { @if lost.lower_bound { "≥ " } (number(lost.sessions)) }
            (tdn(lost.signed_in)) (tdn(lost.addresses))
            td.wide {
                @if let Some(asn) = block.network { (both("the whole network ", "ang buong network ")) code { (asn) } " " }
                @for prefix in block.prefixes.iter().take(PREFIXES_LIMIT) { code { (prefix) } " " }
                @if block.prefixes.len() > PREFIXES_LIMIT { (both(
                    format!("and {} more in case.json", block.prefixes.len() - PREFIXES_LIMIT),
                    format!("at {} pa sa case.json", block.prefixes.len() - PREFIXES_LIMIT))) }
                br; small { (text(&block.reason)) }
            }
            td { (text(&block.applies_to)) }
            (tdn(block.lifetime_days.into()))
        }
    }
}

//! What belongs together: campaigns with every link, its reason and weight; links too weak to
//! count; and what agencies have in common, with what speaks for and against it.

use std::collections::BTreeMap;

use bakas_model::{Campaign, CommonFactor, Incident, IncidentId, Link};
use maud::{Markup, html};

use super::{
    Matter,
    parts::{both, incident_links, more, pair, table, text, th, thn, value},
};
use crate::{
    text::{number, span, visible},
    view::View,
    words::{self, Phase},
};

const LINKS_LIMIT: usize = 40;
const LINKS_OPEN: usize = 5;
const NODES_LIMIT: usize = 40;
const STEP: f64 = 132.0;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let view = &matter.view;
    let case = view.case;
    let loose: Vec<&IncidentId> = case
        .incidents
        .iter()
        .map(|incident| &incident.id)
        .filter(|id| !case.campaigns.iter().any(|campaign| campaign.incidents.contains(id)))
        .collect();
    html! {
        p.note { (both(
            "A weight says how much likelier two incidents belong together than share this by chance: 10 means ten times, 20 a hundred times, 30 a thousand times (decibans, a logarithm). A campaign is one set of habits and means, not a name.",
            "Sinasabi ng bigat kung gaano mas malamang na magkaugnay ang dalawang insidente kaysa nagkataon lamang: ang 10 ay sampung beses, ang 20 ay sandaang beses, ang 30 ay sanlibong beses (deciban, isang logaritmo). Ang kampanya ay isang hanay ng gawi at paraan, hindi pangalan.",
        )) }
        @if case.campaigns.is_empty() { p { (both("No incidents were tied together.", "Walang insidenteng napag-ugnay.")) } }
        @for campaign in &case.campaigns { (article(view, campaign)) }
        @if !loose.is_empty() && !case.campaigns.is_empty() {
            p { (both("Tied to nothing else: ", "Walang kaugnay: ")) (incident_links(loose.iter().copied())) }
        }
        @if !case.weak_links.is_empty() {
            details {
                summary { (both("Links too weak to count", "Mga ugnay na masyadong mahina")) " (" (number(case.weak_links.len() as u64)) ")" }
                (links(&case.weak_links))
            }
        }
        @for factor in &case.common_factors { (common(view, factor)) }
    }
}

fn article(view: &View<'_>, campaign: &Campaign) -> Markup {
    html! {
        article.campaign id=(campaign.id) aria-labelledby={ "h-" (campaign.id) } {
            p.kicker { b { (campaign.id) } " · " (text(&span(campaign.first, campaign.last))) " · " (incident_links(&campaign.incidents)) }
            h3 id={ "h-" (campaign.id) } { (text(&campaign.title)) }
            p.prose { (text(&campaign.summary)) }
            (arcs(view, campaign))
            (links(&campaign.links))
        }
    }
}

/// Incidents in a row by time, tied by arcs as thick as their links are heavy.
fn arcs(view: &View<'_>, campaign: &Campaign) -> Markup {
    let mut nodes: Vec<&Incident> =
        view.case.incidents.iter().filter(|i| campaign.incidents.contains(&i.id)).collect();
    if nodes.len() < 2 || nodes.len() > NODES_LIMIT {
        return html! {};
    }
    nodes.sort_by_key(|incident| (incident.first, &incident.id));
    let place: BTreeMap<&IncidentId, usize> =
        nodes.iter().enumerate().map(|(at, incident)| (&incident.id, at)).collect();
    let mut weights: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for link in &campaign.links {
        if let (Some(&a), Some(&b)) = (place.get(&link.a), place.get(&link.b)) {
            *weights.entry((a.min(b), a.max(b))).or_default() += link.weight;
        }
    }
    let widest = weights.keys().map(|(a, b)| b - a).max().unwrap_or(1) as f64;
    let rise = (widest * STEP * 0.32).min(190.0);
    let (base, width) = (rise + 34.0, STEP * nodes.len() as f64);
    let x = |at: usize| STEP / 2.0 + at as f64 * STEP;
    html! {
        div.scroll tabindex="0" role="region" aria-label="Links between incidents" {
            svg.arcs viewBox=(format!("0 0 {width} {:.0}", base + 58.0)) width=(width) height=(format!("{:.0}", base + 58.0))
                role="img" aria-label=(format!("{} incidents in a row by time, tied by {} arcs", nodes.len(), weights.len())) {
                @for ((a, b), weight) in &weights {
                    @let half = (x(*b) - x(*a)) / 2.0;
                    @let tall = rise * ((*b - *a) as f64 / widest);
                    @let middle = x(*a) + half;
                    path.arc d=(format!("M{:.0} {base:.0}A{half:.0} {tall:.0} 0 0 1 {:.0} {base:.0}", x(*a), x(*b)))
                        stroke-width=(format!("{:.1}", (weight / 6.0).clamp(1.0, 9.0))) {
                        title { (nodes[*a].id) " – " (nodes[*b].id) ": " (format!("{weight:.0}")) " dB" }
                    }
                    text.weight x=(format!("{middle:.0}")) y=(format!("{:.0}", base - tall - 6.0)) { (format!("{weight:.0}")) }
                }
                @for (at, incident) in nodes.iter().enumerate() {
                    g class=(Phase::of(incident.kind).class()) {
                        circle cx=(x(at)) cy=(format!("{base:.0}")) r="8" {}
                        text.id x=(x(at)) y=(format!("{:.0}", base + 26.0)) { (incident.id) }
                        text x=(x(at)) y=(format!("{:.0}", base + 43.0)) { (visible(&crate::text::cut(view.agency_id(incident.agency), 18))) }
                    }
                }
            }
        }
    }
}

fn links(links: &[Link]) -> Markup {
    let mut links: Vec<&Link> = links.iter().collect();
    links.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let head = html! { (th("Between", "Pagitan ng")) (th("Reason", "Dahilan")) (th("What was seen", "Nakita")) (thn("Weight", "Bigat")) };
    let body = |from: usize, to: usize| {
        html! {
            @for link in &links[from..to] {
                tr {
                    th scope="row" { (incident_links([&link.a, &link.b])) }
                    td { (pair(words::link(link.reason))) }
                    td { (text(&link.detail)) }
                    td.n { (format!("{:.0}", link.weight)) }
                }
            }
        }
    };
    let shown = links.len().min(LINKS_LIMIT);
    // One more than fits is not worth a fold.
    let open = if shown <= LINKS_OPEN + 1 { shown } else { LINKS_OPEN };
    html! {
        (table(both("Links, heaviest first", "Mga ugnay, pinakamabigat muna"), "Links", head.clone(), body(0, open)))
        @if shown > open {
            details {
                summary { (both(format!("{} further links", shown - open), format!("{} pang ugnay", shown - open))) }
                (table(both("Further links", "Iba pang ugnay"), "Further links", head, body(open, shown)))
            }
        }
        (more(links.len() as u64, LINKS_LIMIT, "case.json"))
    }
}

fn common(view: &View<'_>, factor: &CommonFactor) -> Markup {
    html! {
        article.common {
            h3 { (both("What several have in common: ", "Pinagsasaluhan ng ilan: ")) (value(&factor.provider, 80)) }
            p { (both("Agencies attacked there: ", "Mga ahensiyang inatake roon: "))
                @for (at, agency) in factor.agencies.iter().enumerate() { @if at > 0 { ", " } (value(view.agency(*agency), 80)) } }
            div.foragainst {
                div {
                    h4 { (both("For a compromise of the provider", "Pabor sa pagpasok sa mismong provider")) }
                    ul { @for reason in &factor.speaks_for { li { (text(reason)) } } }
                    @if factor.speaks_for.is_empty() { p.none { (both("nothing seen", "walang nakita")) } }
                }
                div {
                    h4 { (both("Against it", "Laban dito")) }
                    ul { @for reason in &factor.speaks_against { li { (text(reason)) } } }
                    @if factor.speaks_against.is_empty() { p.none { (both("nothing seen", "walang nakita")) } }
                }
            }
        }
    }
}
